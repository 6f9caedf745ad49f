//! How an operation moves, as pure functions: every store asks here, so that they all move the same way and differ only
//! in how they keep and find rows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    AttemptMember, ConnectionState, Decision, Enqueued, Goal, Link, LinkEnd, NewOperation, OperationState, Outcome,
    PastLink, Start, Step, StoreError,
};
use crate::code::{Code, Parked};
use crate::error::ErrorKind;
use crate::ids::{AttemptId, ConnectionId, Generation, OperationId, OrganisationId, Revision};
use crate::model::{RecordKey, RecordKind};
use crate::provider::EncodedWrite;

/// Why a record is not sent that a person has marked.
pub const DO_NOT_SEND: &str = "marked \"do not send\"";

/// What is known of one revision of a record when another arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its row.
    pub operation: OperationId,
    /// Its revision.
    pub revision: Revision,
    /// What it was to achieve.
    pub goal: Goal,
    /// Digest of its record.
    pub fingerprint: String,
    /// Whether it was skipped or dropped, so that it may come again.
    pub repeatable: bool,
}

impl Known {
    /// The revision that a new row will stand for.
    #[must_use]
    pub fn of_new(operation: OperationId, revision: Revision, new: &NewOperation) -> Self {
        Self {
            operation,
            revision,
            goal: new.goal,
            fingerprint: new.fingerprint.clone(),
            repeatable: matches!(new.start, Start::Skipped(_)),
        }
    }
}

/// What to do with an operation that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The row is there already.
    Known(Enqueued),
    /// A new row, for this revision.
    New(Revision),
}

/// Decides about an operation that arrives. `newest` is the newest row of its record; `same` the newest row of the very
/// revision that the host names, if there is one.
///
/// # Errors
/// [`StoreError::Refused`] where the revision is unknown but older than a known one, or known with another content or goal.
pub fn arrival(new: &NewOperation, newest: Option<&Known>, same: Option<&Known>) -> Result<Arrival, StoreError> {
    let revision = match (new.revision, newest) {
        (Some(given), _) => given,
        (None, None) => Revision(1),
        (None, Some(newest)) if says_the_same(new, newest) => newest.revision,
        (None, Some(newest)) => Revision(newest.revision.0.saturating_add(1)),
    };
    // Stores keep revisions as signed 64-bit integers.
    if i64::try_from(revision.0).is_err() {
        return Err(StoreError::Refused(format!(
            "revision {revision} of {} is too large: use at most 2^63 - 1",
            new.key
        )));
    }
    let Some(newest) = newest else { return Ok(Arrival::New(revision)) };
    if revision > newest.revision {
        return Ok(Arrival::New(revision));
    }
    let known = if revision == newest.revision { Some(newest) } else { same };
    let Some(known) = known else {
        return Err(StoreError::Refused(format!(
            "revision {revision} of {} is older than revision {}, which is known already: revisions only grow",
            new.key, newest.revision
        )));
    };
    if !says_the_same(new, known) {
        return Err(StoreError::Refused(format!(
            "revision {revision} of {} is known with another content: push a change or a void under a higher revision",
            new.key
        )));
    }
    Ok(if known.repeatable && known.operation == newest.operation {
        Arrival::New(revision)
    } else {
        Arrival::Known(Enqueued { operation: known.operation, revision, new: false })
    })
}

fn says_the_same(new: &NewOperation, known: &Known) -> bool {
    new.goal == known.goal && new.fingerprint == known.fingerprint
}

/// The part of an operation that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// State.
    pub state: OperationState,
    /// How often it has been proven that it may be sent anew.
    pub generation: Generation,
    /// Not to be sent before, UTC; the beginning of 1970 where nothing has asked for a wait.
    pub not_before: DateTime<Utc>,
    /// Claims since it last got anywhere.
    pub claims: u32,
    /// Transient failures in a row.
    pub failures: u32,
    /// Kind of the last of them.
    pub last_failure: Option<ErrorKind>,
    /// Sendings anew in a row.
    pub resent: u32,
    /// The last failure in one line.
    pub last_error: Option<String>,
}

impl Position {
    /// Where an operation begins: due at once, whatever the clocks of the host and of the worker say.
    #[must_use]
    pub fn at_start(start: &Start) -> Self {
        let state = match start {
            Start::Queued => OperationState::Queued,
            Start::Held => OperationState::Held,
            Start::Parked(parked) => OperationState::Parked { parked: parked.clone() },
            Start::Skipped(reason) => OperationState::Done { outcome: Outcome::Skipped { reason: reason.clone() } },
        };
        Self {
            state,
            generation: Generation(0),
            not_before: DateTime::UNIX_EPOCH,
            claims: 0,
            failures: 0,
            last_failure: None,
            resent: 0,
            last_error: None,
        }
    }

    /// After a settlement. Getting anywhere at all starts the count of claims anew.
    #[must_use]
    pub fn settled(self, step: &Step, now: DateTime<Utc>) -> Self {
        let moved = Self { claims: 0, ..self };
        match step {
            Step::Done(outcome) => moved.done(outcome.clone()),
            Step::Park(parked) => Self { state: OperationState::Parked { parked: parked.clone() }, ..moved },
            Step::Retry { not_before, error, failure } => Self {
                state: OperationState::Queued,
                not_before: *not_before,
                failures: moved.failures.saturating_add(u32::from(failure.is_some())),
                last_failure: failure.or(moved.last_failure),
                last_error: Some(error.clone()),
                ..moved
            },
            Step::NextGeneration { error } => Self {
                state: OperationState::Queued,
                generation: Generation(moved.generation.0.saturating_add(1)),
                resent: moved.resent.saturating_add(1),
                not_before: now,
                last_error: Some(error.clone()),
                ..moved
            },
            Step::InDoubt { error } => Self { last_error: Some(error.clone()), ..moved },
        }
    }

    /// After a person's decision.
    #[must_use]
    pub fn decided(self, decision: &Decision, at: DateTime<Utc>) -> Self {
        match decision {
            Decision::Retry | Decision::Distinguish | Decision::WriteAnew => {
                let generation = Generation(self.generation.0.saturating_add(1));
                Self { generation, ..self.queued(at) }
            }
            Decision::Adopt { .. } => self.queued(at),
            Decision::Skip => match self.state {
                OperationState::Parked { ref parked } => {
                    let question = Box::new(parked.clone());
                    self.done(Outcome::SetAside { question })
                }
                _ => self,
            },
            Decision::DoNotSend => self.done(Outcome::Skipped { reason: DO_NOT_SEND.to_owned() }),
            Decision::MarkDone => self.done(Outcome::MarkedDone),
            Decision::Drop => self.done(Outcome::Dropped),
        }
    }

    /// Asked again, where a person has set it aside.
    #[must_use]
    pub fn raised(self) -> Option<Self> {
        match &self.state {
            OperationState::Done { outcome: Outcome::SetAside { question } } => {
                let parked = (**question).clone();
                Some(Self { state: OperationState::Parked { parked }, ..self.unburdened() })
            }
            _ => None,
        }
    }

    /// Due at once, where it is queued and was to wait until later.
    #[must_use]
    pub fn hastened(self, now: DateTime<Utc>) -> Option<Self> {
        (self.state == OperationState::Queued && self.not_before > now).then_some(Self { not_before: now, ..self })
    }

    /// Ready again: what a parked operation waited for is there, or what is held is needed. What was parked may have been
    /// refused by the package, and goes out with other content now: under a key of its own.
    #[must_use]
    pub fn woken(self) -> Self {
        let (not_before, was_parked) = (self.not_before, matches!(self.state, OperationState::Parked { .. }));
        let generation = Generation(self.generation.0.saturating_add(u32::from(was_parked)));
        Self { generation, ..self.queued(not_before) }
    }

    /// Back in the queue under the next generation, where it is done and the books hold its document: what that is to show
    /// has changed.
    #[must_use]
    pub fn reopened(self, goal: Goal, now: DateTime<Utc>) -> Option<Self> {
        let in_books = matches!(&self.state, OperationState::Done { outcome } if outcome.is_in_books());
        let generation = Generation(self.generation.0.saturating_add(1));
        (in_books && goal == Goal::Present).then(|| Self { generation, ..self.queued(now) })
    }

    /// A newer revision has taken its place.
    #[must_use]
    pub fn superseded(self) -> Self {
        self.done(Outcome::Superseded)
    }

    /// In an attempt.
    #[must_use]
    pub fn sending(self, attempt: AttemptId) -> Self {
        // What failed before has nothing to say about this sending.
        Self { state: OperationState::Sending { attempt }, last_error: None, ..self }
    }

    fn queued(self, not_before: DateTime<Utc>) -> Self {
        Self { state: OperationState::Queued, not_before, ..self.unburdened() }
    }

    fn done(self, outcome: Outcome) -> Self {
        Self { state: OperationState::Done { outcome }, ..self.unburdened() }
    }

    fn unburdened(self) -> Self {
        Self { claims: 0, failures: 0, last_failure: None, resent: 0, last_error: None, ..self }
    }
}

/// Whether an operation is finished.
#[must_use]
pub fn is_done(state: &OperationState) -> bool {
    matches!(state, OperationState::Done { .. })
}

/// Whether a newer revision takes an operation's place rather than waiting behind it: nothing of it can be in the books.
/// A question whether it landed keeps its place until a person has answered, lest the newer one doubles it (R1).
#[must_use]
pub fn may_be_superseded(state: &OperationState) -> bool {
    match state {
        OperationState::Queued | OperationState::Held => true,
        OperationState::Parked { parked } => {
            !matches!(parked.code, Code::SeveralFound | Code::FoundDiffers | Code::Unresolved)
        }
        OperationState::Sending { .. } | OperationState::Done { .. } => false,
    }
}

/// Whether a record that others need is on its way, so that they wait for it.
#[must_use]
pub fn is_on_its_way(state: &OperationState) -> bool {
    matches!(state, OperationState::Queued | OperationState::Held | OperationState::Sending { .. })
}

/// The record whose link wakes an operation.
#[must_use]
pub fn waits_for_link(state: &OperationState) -> Option<&RecordKey> {
    match state {
        OperationState::Parked { parked: Parked { until_linked, .. } } => until_linked.as_ref(),
        _ => None,
    }
}

/// Whether an operation may come again under the same revision.
#[must_use]
pub fn is_repeatable(state: &OperationState) -> bool {
    matches!(state, OperationState::Done { outcome: Outcome::Skipped { .. } | Outcome::Dropped })
}

/// Whether an operation can be the one that a record is judged by: nobody has taken it back, by a newer revision, by a
/// decision or by not sending it at all.
#[must_use]
pub fn stands(state: &OperationState) -> bool {
    let taken_back = matches!(state, OperationState::Done { outcome: Outcome::Superseded | Outcome::SetAside { .. } });
    !is_repeatable(state) && !taken_back
}

/// Whether a record counts, judged by its newest operation that [`stands`]: to the progress of its parent, and as the
/// bearer of its name. A void counts from when the host asks for it.
#[must_use]
pub fn counts(goal: Goal, state: &OperationState) -> bool {
    goal == Goal::Present && !matches!(state, OperationState::Done { outcome: Outcome::Voided })
}

/// Whether a settlement moves an operation. One that a newer revision or a person has moved meanwhile stays where it is.
///
/// # Errors
/// [`StoreError::Refused`] where the operation is in another attempt than the one that is settled, or doubt is claimed
/// without an attempt.
pub fn settles(
    operation: OperationId,
    state: &OperationState,
    attempt: Option<AttemptId>,
    step: &Step,
) -> Result<bool, StoreError> {
    match (state, attempt) {
        (OperationState::Sending { attempt: own }, Some(settled)) if *own == settled => Ok(true),
        (OperationState::Sending { attempt: own }, _) => {
            Err(StoreError::Refused(format!("operation {operation} is in attempt {own}: settle it with that attempt")))
        }
        (_, None) if matches!(step, Step::InDoubt { .. }) => Err(StoreError::Refused(format!(
            "operation {operation} is in no attempt: only what was sent can be in doubt"
        ))),
        (OperationState::Queued, None) => Ok(true),
        _ => Ok(false),
    }
}

/// Checks what comes with a decision.
///
/// # Errors
/// [`StoreError::Refused`] where the operation is not parked, or link and decision do not fit together.
pub fn decides(
    operation: OperationId,
    key: &RecordKey,
    state: &OperationState,
    decision: &Decision,
    link: Option<&Link>,
) -> Result<(), StoreError> {
    if !matches!(state, OperationState::Parked { .. }) {
        return Err(StoreError::Refused(format!(
            "operation {operation} ({key}) is not parked: there is nothing to decide; look at it again"
        )));
    }
    if *decision == Decision::WriteAnew
        && !matches!(state, OperationState::Parked { parked } if parked.code == Code::Retargeted)
    {
        return Err(StoreError::Refused(format!(
            "operation {operation} ({key}) does not ask for another party: only what was sent to one and now belongs to another is written anew"
        )));
    }
    let fits = match (decision, link) {
        (Decision::Adopt { remote }, Some(link)) => link.key == *key && link.remote == *remote,
        (Decision::Adopt { .. }, None) | (_, Some(_)) => false,
        (_, None) => true,
    };
    if fits {
        Ok(())
    } else {
        Err(StoreError::Refused(format!(
            "the link given does not fit the decision on operation {operation} ({key}): adopt with a link of that record to the adopted id, and decide anything else without one"
        )))
    }
}

/// The state of a connection after a worker's settling. What a person has ended or must mend is not revived by a worker.
#[must_use]
pub fn connection_after(present: &ConnectionState, settled: ConnectionState) -> ConnectionState {
    match present {
        ConnectionState::Disconnected | ConnectionState::NeedsReconnect { .. } => present.clone(),
        ConnectionState::Connected | ConnectionState::Paused { .. } => settled,
    }
}

/// The state of a connection at a moment: a pause that is over has ended.
#[must_use]
pub fn connection_at(state: &ConnectionState, now: DateTime<Utc>) -> ConnectionState {
    match state {
        ConnectionState::Paused { until, .. } if *until <= now => ConnectionState::Connected,
        other => other.clone(),
    }
}

/// Whether a link claims its package record for itself: no other record of the same kind may be linked there. Several
/// products may share an item (F40). An order and the invoice that it became share a draft, but are of two kinds.
#[must_use]
pub fn is_exclusive(link: &Link) -> bool {
    link.key.kind != RecordKind::Product
}

/// Whether storing a link wakes what waits for its record: one that nobody can name is as good as none.
#[must_use]
pub fn wakes(link: &Link) -> bool {
    !link.is_broken()
}

/// Whether a link that was stored since an operation was claimed stays in the place of one that the operation's settling
/// brings: a person who ties a party, item or job elsewhere while it is being written has the last word.
#[must_use]
pub fn outlasts(stored: &Link, settled: &Link) -> bool {
    stored.is_named_by_others() && stored.remote != settled.remote
}

/// What is kept of a link that ends: one that led elsewhere than the one in its place.
#[must_use]
pub fn past(before: Link, after: Option<&Link>, end: &LinkEnd, now: DateTime<Utc>) -> Option<PastLink> {
    let elsewhere = after.is_none_or(|after| after.remote != before.remote);
    elsewhere.then(|| PastLink { link: before, ended_at: now, end: end.clone() })
}

/// Whether settings may be saved that were edited from a version, given the newest.
///
/// # Errors
/// [`StoreError::SettingsMoved`] where it is another one.
pub fn may_save(edited_from: Option<u64>, newest: u64) -> Result<(), StoreError> {
    match edited_from {
        Some(edited_from) if edited_from != newest => Err(StoreError::SettingsMoved { edited_from, newest }),
        _ => Ok(()),
    }
}

/// Why a connection is refused.
#[must_use]
pub fn pinned(connection: &ConnectionId, to: &OrganisationId, other: &OrganisationId) -> StoreError {
    StoreError::Refused(format!(
        "connection {connection} is tied to organisation {to}, not {other}: sign in to {to}, or make a new connection for {other}"
    ))
}

/// Why a link is refused.
#[must_use]
pub fn taken(link: &Link, owner: &RecordKey) -> StoreError {
    StoreError::Refused(format!(
        "{} cannot be linked to {}: {owner} is linked to it; remove that link first or choose another record",
        link.key, link.remote
    ))
}

/// The name under which a state counts.
#[must_use]
pub fn count_label(state: &OperationState) -> &'static str {
    match state {
        OperationState::Queued => "queued",
        OperationState::Held => "held",
        OperationState::Sending { .. } => "sending",
        OperationState::Parked { .. } => "parked",
        OperationState::Done { outcome } => match outcome {
            Outcome::Created => "done.created",
            Outcome::Updated => "done.updated",
            Outcome::Voided => "done.voided",
            Outcome::Unchanged => "done.unchanged",
            Outcome::Skipped { .. } => "done.skipped",
            Outcome::Superseded => "done.superseded",
            Outcome::SetAside { .. } => "done.set_aside",
            Outcome::MarkedDone => "done.marked_done",
            Outcome::Dropped => "done.dropped",
        },
    }
}

/// Every name under which states count.
pub const COUNT_LABELS: [&str; 13] = [
    "queued",
    "held",
    "sending",
    "parked",
    "done.created",
    "done.updated",
    "done.voided",
    "done.unchanged",
    "done.skipped",
    "done.superseded",
    "done.set_aside",
    "done.marked_done",
    "done.dropped",
];

/// Checks that the members of an attempt are those of its request.
///
/// # Errors
/// [`StoreError::Refused`] where there are none, one comes twice, or the request holds another number of them.
pub fn begins(members: &[AttemptMember], request: &EncodedWrite) -> Result<(), StoreError> {
    let distinct: BTreeSet<OperationId> = members.iter().map(|member| member.operation).collect();
    if !members.is_empty() && distinct.len() == members.len() && request.members == members.len() {
        return Ok(());
    }
    Err(StoreError::Refused(format!(
        "an attempt of {} members, {} of them different, does not fit a request of {}: encode what is begun",
        members.len(),
        distinct.len(),
        request.members
    )))
}

/// Why an id is refused.
#[must_use]
pub fn unknown(operation: OperationId) -> StoreError {
    StoreError::Refused(format!("operation {operation} is not known on this connection"))
}

/// Why a member cannot begin: a newer revision or a person has moved it since the claim.
#[must_use]
pub fn not_ready(operation: OperationId) -> StoreError {
    StoreError::Refused(format!("operation {operation} is no longer ready to be sent: claim anew"))
}
