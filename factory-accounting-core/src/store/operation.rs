//! Operations: rows of the outbox, and how they are asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::RecordedDecision;
use super::transition::Position;
use crate::code::Parked;
use crate::error::ErrorKind;
use crate::ids::{AttemptId, Generation, OperationId, Revision};
use crate::model::{RecordKey, RecordKind};

/// What an operation is to achieve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The books show this revision: created or updated as needed.
    Present,
    /// The books count it no more.
    Voided,
}

/// An operation on its way into the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOperation {
    /// The host's record.
    pub key: RecordKey,
    /// What people call it.
    pub name: String,
    /// What to achieve.
    pub goal: Goal,
    /// The host's revision; where absent the store counts, and an equal fingerprint is the same revision.
    pub revision: Option<Revision>,
    /// The record in its JSON form (an allocation in that of its operation).
    pub record: String,
    /// Digest of `record`.
    pub fingerprint: String,
    /// Records that must have settled first.
    pub needs: Vec<RecordKey>,
    /// The record whose progress it counts to: the order of an invoice, the invoice that a payment or a credit settles.
    pub parent: Option<RecordKey>,
    /// What it counts there: a document its amount before tax, a payment or credit its amount; in the parent's currency.
    pub net: Option<Decimal>,
    /// Where it begins.
    pub start: Start,
    /// What the plan that it applies was made from, in JSON; see [`Expectation`](crate::preview::Expectation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<String>,
}

/// Where an operation begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Ready to be sent.
    Queued,
    /// Waits until another operation needs its record (F34).
    Held,
    /// Waits for a person.
    Parked(Parked),
    /// Is not to be sent; the reason is for the person who wonders.
    Skipped(String),
}

/// What enqueueing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// The row that stands for the revision.
    pub operation: OperationId,
    /// Its revision.
    pub revision: Revision,
    /// Whether the row is new; `false`: the same revision was there already.
    pub new: bool,
}

/// State of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperationState {
    /// Ready, unless blocked or not yet due.
    Queued,
    /// Waits until its record is needed.
    Held,
    /// In an attempt whose fate is not settled: being sent, or in doubt.
    Sending {
        /// The attempt.
        attempt: AttemptId,
    },
    /// Waits for a person.
    Parked {
        /// The question.
        parked: Parked,
    },
    /// Over.
    Done {
        /// How it ended.
        outcome: Outcome,
    },
}

impl OperationState {
    /// Whether a person has set the operation aside, so that its question may be raised again.
    #[must_use]
    pub fn is_set_aside(&self) -> bool {
        matches!(self, Self::Done { outcome: Outcome::SetAside { .. } })
    }
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The record was created.
    Created,
    /// Owned fields were updated.
    Updated,
    /// The record was voided, deleted or archived.
    Voided,
    /// The books showed it already.
    Unchanged,
    /// Not sent, for the reason given.
    Skipped {
        /// Why.
        reason: String,
    },
    /// A newer revision took its place before it was sent.
    Superseded,
    /// A person left this state of the record out; the question comes back when the record changes (R31).
    SetAside {
        /// The question that it was.
        question: Box<Parked>,
    },
    /// A person declared it done without sending.
    MarkedDone,
    /// A person dropped it.
    Dropped,
}

impl Outcome {
    /// Whether the books now show what the operation wanted.
    #[must_use]
    pub fn is_in_books(&self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Voided | Self::Unchanged | Self::MarkedDone)
    }
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id; grows in order of arrival.
    pub id: OperationId,
    /// The host's record.
    pub key: RecordKey,
    /// What people call it.
    pub name: String,
    /// What to achieve.
    pub goal: Goal,
    /// Revision of the record.
    pub revision: Revision,
    /// How often it has been proven that it may be sent anew.
    pub generation: Generation,
    /// The record in its JSON form.
    pub record: String,
    /// Digest of `record`.
    pub fingerprint: String,
    /// The record whose progress it counts to.
    pub parent: Option<RecordKey>,
    /// Net amount that it counts there.
    pub net: Option<Decimal>,
    /// State.
    pub state: OperationState,
    /// Unsettled records that it waits for.
    pub waits_for: Vec<RecordKey>,
    /// Not to be sent before, UTC; the beginning of 1970 where nothing has asked for a wait.
    pub not_before: DateTime<Utc>,
    /// How often a worker has claimed it since it last got anywhere.
    pub claims: u32,
    /// How many transient failures in a row it has seen.
    pub failures: u32,
    /// Of which kind the last of these was: some kinds are worth one more try at once, but not two in a row.
    pub last_failure: Option<ErrorKind>,
    /// How often in a row it was sent anew, because an earlier sending had not landed. Beginning anew, by a person's word or
    /// because what it is to show has changed, starts the count anew.
    pub resent: u32,
    /// The last failure in one line, for the person who wonders.
    pub last_error: Option<String>,
    /// When it arrived, UTC.
    pub created_at: DateTime<Utc>,
    /// When it last changed, UTC.
    pub updated_at: DateTime<Utc>,
    /// Decisions that people have taken on it, oldest first.
    pub decisions: Vec<RecordedDecision>,
    /// What the plan that it applies was made from, in JSON.
    pub expects: Option<String>,
}

impl Operation {
    /// An operation as it arrives, held until it has come to its place.
    #[must_use]
    pub fn arriving(id: OperationId, revision: Revision, new: NewOperation, now: DateTime<Utc>) -> Self {
        let position = Position::at_start(&new.start);
        Self {
            id,
            key: new.key,
            name: new.name,
            goal: new.goal,
            revision,
            generation: position.generation,
            record: new.record,
            fingerprint: new.fingerprint,
            parent: new.parent,
            net: new.net,
            state: OperationState::Held,
            waits_for: Vec::new(),
            not_before: position.not_before,
            claims: 0,
            failures: 0,
            last_failure: None,
            resent: 0,
            last_error: None,
            created_at: now,
            updated_at: now,
            decisions: Vec::new(),
            expects: new.expects,
        }
    }
}

/// Which operations to list.
#[derive(Clone, Debug, Default)]
pub struct OperationQuery {
    /// Only of this record.
    pub key: Option<RecordKey>,
    /// Only in these states.
    pub states: Vec<StateFilter>,
    /// Only of this kind.
    pub kind: Option<RecordKind>,
    /// Only those that arrived at this instant or earlier, UTC.
    pub arrived_by: Option<DateTime<Utc>>,
    /// Only those parked until this record is linked.
    pub until_linked: Option<RecordKey>,
    /// In order of arrival, the newest first.
    pub newest_first: bool,
    /// Only behind this id, in the order asked for.
    pub after: Option<OperationId>,
    /// At most so many; 0 means 1,000.
    pub limit: usize,
}

/// States to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Queued.
    Queued,
    /// Held.
    Held,
    /// In an attempt.
    Sending,
    /// Parked.
    Parked,
    /// Done.
    Done,
}

/// Which operations a person wants to see move now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// All of them.
    All,
    /// Those of a kind of record.
    Kind(RecordKind),
    /// Those of one record.
    Record(RecordKey),
}

impl Scope {
    /// Whether operations of a record are meant.
    #[must_use]
    pub fn covers(&self, key: &RecordKey) -> bool {
        match self {
            Self::All => true,
            Self::Kind(kind) => key.kind == *kind,
            Self::Record(record) => key == record,
        }
    }
}

impl StateFilter {
    /// Whether a state is meant.
    #[must_use]
    pub fn matches(self, state: &OperationState) -> bool {
        matches!(
            (self, state),
            (Self::Queued, OperationState::Queued)
                | (Self::Held, OperationState::Held)
                | (Self::Sending, OperationState::Sending { .. })
                | (Self::Parked, OperationState::Parked { .. })
                | (Self::Done, OperationState::Done { .. })
        )
    }
}

/// How many operations of a kind are in which state.
pub type Counts = BTreeMap<(RecordKind, &'static str), u64>;

/// One child in the progress of a parent: an invoice of an order, as the host wants it now. See
/// [`SyncStore::progress`](super::SyncStore::progress).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The child.
    pub key: RecordKey,
    /// What it counts: a document its amount before tax, a payment or credit its amount.
    pub net: Decimal,
}
