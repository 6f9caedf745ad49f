//! Where records stand, in the words of a status column.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use factory_accounting_core::capability::Editable;
use factory_accounting_core::code::Parked;
use factory_accounting_core::ids::OperationId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::rules::{self, EditLock};
use factory_accounting_core::store::{
    ConnectionState, Counts, Goal, Link, Operation, OperationState, Outcome, StateFilter,
};

use crate::engine::{Engine, EngineError, Facts, Inner};

/// Where a record stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecordStatus {
    /// Never pushed, or held until something needs it.
    NotSent,
    /// Not to be sent, by a rule, a mark or a person's word.
    Skipped {
        /// Why.
        reason: String,
        /// Its link, where an earlier state of it is in the books.
        link: Option<Box<Link>>,
    },
    /// In the queue.
    Queued {
        /// Records that it waits for.
        waits_for: Vec<RecordKey>,
        /// When it is sent (R30).
        runs: NextRun,
        /// The last failure, one line.
        last_error: Option<String>,
    },
    /// Being sent.
    Sending,
    /// Sent, with an answer that was lost: what became of it is being found out (R7).
    InDoubt {
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// Why it is not known, one line.
        error: String,
    },
    /// In the books.
    Sent(Box<Link>),
    /// In the books, and lines and prices or all of it can no longer be changed (F82).
    Locked {
        /// Its link.
        link: Box<Link>,
        /// What is locked, why, since when, and what is not (R39).
        lock: Box<EditLock>,
    },
    /// Waits for a person.
    NeedsAttention {
        /// The operation to decide on.
        operation: OperationId,
        /// The question.
        parked: Box<Parked>,
    },
    /// Voided by us.
    Voided,
    /// Deleted or voided in the package by somebody else.
    DeletedThere(Box<Link>),
}

/// When something in the queue is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextRun {
    /// With the next round.
    Now,
    /// Not before an instant, UTC: its own wait, or the package's limits.
    At(DateTime<Utc>),
    /// Once these records are in the books.
    After(Vec<RecordKey>),
    /// Once somebody has signed in again.
    WhenConnected {
        /// Why the connection rests, one line.
        reason: String,
    },
}

impl NextRun {
    /// When a queued operation is sent, given the state of its connection.
    pub(crate) fn of(operation: &Operation, connection: Option<&ConnectionState>, now: DateTime<Utc>) -> Self {
        if !operation.waits_for.is_empty() {
            return Self::After(operation.waits_for.clone());
        }
        let rest = match connection {
            None | Some(ConnectionState::Disconnected) => {
                return Self::WhenConnected { reason: "the connection is not open".to_owned() };
            }
            Some(ConnectionState::NeedsReconnect { reason, .. }) => {
                return Self::WhenConnected { reason: reason.clone() };
            }
            Some(ConnectionState::Paused { until, .. }) => *until,
            Some(_) => now,
        };
        let due = operation.not_before.max(rest);
        if due > now { Self::At(due) } else { Self::Now }
    }
}

impl fmt::Display for NextRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::At(instant) => write!(f, "at {}", instant.format("%Y-%m-%d %H:%M:%S UTC")),
            Self::After(records) => {
                let names: Vec<String> = records.iter().map(ToString::to_string).collect();
                write!(f, "after {}", names.join(", "))
            }
            Self::WhenConnected { reason } => write!(f, "when the connection is open again: {reason}"),
        }
    }
}

impl RecordStatus {
    /// The record's link, where it is in the books or was.
    #[must_use]
    pub fn link(&self) -> Option<&Link> {
        match self {
            Self::Sent(link) | Self::DeletedThere(link) | Self::Locked { link, .. } => Some(link),
            Self::Skipped { link, .. } => link.as_deref(),
            _ => None,
        }
    }

    /// Whether it counts in the books: the "Yes" of a status column (L11).
    #[must_use]
    pub fn is_sent(&self) -> bool {
        matches!(self, Self::Sent(_) | Self::Locked { .. })
    }

    /// The package's number beside the status (L11).
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.link()?.number.as_deref()
    }

    /// The link for a person into the package's pages.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.link()?.url.as_deref()
    }
}

impl fmt::Display for RecordStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number().map(|number| format!(" as {number}")).unwrap_or_default();
        match self {
            Self::NotSent => f.write_str("not sent"),
            Self::Skipped { reason, .. } => write!(f, "skipped: {reason}"),
            Self::Queued { runs, last_error: None, .. } => write!(f, "queued: goes out {runs}"),
            Self::Queued { runs, last_error: Some(error), .. } => write!(f, "queued: goes out {runs}; {error}"),
            Self::Sending => f.write_str("sending"),
            Self::InDoubt { error, .. } => write!(f, "being found out about: {error}"),
            Self::Sent(_) => write!(f, "sent{number}"),
            Self::Locked { lock, .. } => write!(f, "sent{number}, locked: {lock}"),
            Self::NeedsAttention { parked, .. } => write!(f, "needs attention: {parked}"),
            Self::Voided => f.write_str("voided"),
            Self::DeletedThere(_) => write!(f, "sent{number}, deleted there"),
        }
    }
}

impl Engine {
    /// Where a record stands.
    pub async fn status(&self, key: &RecordKey) -> Result<RecordStatus, EngineError> {
        let found = self.statuses(std::slice::from_ref(key)).await?.pop();
        Ok(found.unwrap_or(RecordStatus::NotSent))
    }

    /// Where many records stand, in order of the keys: three reads for all of them, and one more for each order, which is
    /// locked by what has been paid on its invoices too.
    pub async fn statuses(&self, keys: &[RecordKey]) -> Result<Vec<RecordStatus>, EngineError> {
        let inner = &*self.inner;
        let links = inner.store.links(&inner.connection, keys).await?;
        let newest = inner.newest_of(keys).await?;
        let connection = self.connection_state().await?;
        let mut statuses = Vec::with_capacity(keys.len());
        for ((key, link), operation) in keys.iter().zip(links).zip(newest) {
            let status = match operation {
                Some(operation) => inner.standing(operation, link, connection.as_ref()),
                None => match link.map(Box::new) {
                    None => RecordStatus::NotSent,
                    Some(link) if link.status.is_gone() => RecordStatus::DeletedThere(link),
                    Some(link) => RecordStatus::Sent(link),
                },
            };
            statuses.push(match status {
                RecordStatus::Sent(link) => self.locked(key, link).await?,
                other => other,
            });
        }
        Ok(statuses)
    }

    /// What is sent may be locked.
    async fn locked(&self, key: &RecordKey, link: Box<Link>) -> Result<RecordStatus, EngineError> {
        let inner = &*self.inner;
        let facts = match inner.facts().await {
            Ok(facts) => facts,
            // Before the first connect nothing has been paid.
            Err(EngineError::NotConnected) => return Ok(RecordStatus::Sent(link)),
            Err(error) => return Err(error),
        };
        let mut lock = inner.lock_of(&link, &facts);
        if lock.is_none() && key.kind == RecordKind::Order {
            let invoices = inner.store.progress(&inner.connection, key).await?;
            let keys: Vec<RecordKey> = invoices.into_iter().map(|invoice| invoice.key).collect();
            let links = inner.store.links(&inner.connection, &keys).await?;
            lock = links.iter().flatten().find_map(|link| inner.lock_of(link, &facts));
        }
        Ok(match lock {
            Some(lock) => RecordStatus::Locked { link, lock: Box::new(lock) },
            None => RecordStatus::Sent(link),
        })
    }

    /// Operations that wait for a person, oldest first.
    pub async fn attention(&self) -> Result<Vec<Operation>, EngineError> {
        self.operations(&[StateFilter::Parked]).await
    }

    /// Operations in some states, oldest first.
    pub async fn operations(&self, states: &[StateFilter]) -> Result<Vec<Operation>, EngineError> {
        self.inner.operations(states).await
    }

    /// How many operations of each kind are in which state.
    pub async fn counts(&self) -> Result<Counts, EngineError> {
        Ok(self.inner.store.counts(&self.inner.connection).await?)
    }
}

impl Inner {
    /// The lock that the books put on a record, as last seen.
    pub(crate) fn lock_of(&self, link: &Link, facts: &Facts) -> Option<EditLock> {
        let editable = self.editable_when_settled(link.key.kind);
        let (settled, currency) = (link.settled.as_ref(), facts.organisation.currency);
        let lock = rules::edit_lock(link.key.kind, &link.status, settled, currency, link.seen_at, editable);
        lock.map(|lock| EditLock { since: link.settled_since, ..lock })
    }

    /// What the package lets change of records of a kind that something has been applied to.
    pub(crate) fn editable_when_settled(&self, kind: RecordKind) -> Editable {
        let capability = self.provider.capabilities().of(kind);
        capability.map_or(Editable::Nothing, |capability| capability.editable_when_settled)
    }

    /// Where a record stands by its newest operation.
    pub(crate) fn standing(
        &self,
        operation: Operation,
        link: Option<Link>,
        connection: Option<&ConnectionState>,
    ) -> RecordStatus {
        let link = link.map(Box::new);
        match operation.state {
            OperationState::Queued => RecordStatus::Queued {
                runs: NextRun::of(&operation, connection, self.now()),
                waits_for: operation.waits_for,
                last_error: operation.last_error,
            },
            OperationState::Sending { .. } => match operation.last_error {
                Some(error) => RecordStatus::InDoubt { since: operation.updated_at, error },
                None => RecordStatus::Sending,
            },
            OperationState::Parked { parked } => {
                RecordStatus::NeedsAttention { operation: operation.id, parked: Box::new(parked) }
            }
            OperationState::Done { outcome } => match (outcome, link) {
                // Taken back by us while the host still has it: an order of which a part is invoiced (L7).
                (Outcome::Skipped { reason }, Some(link))
                    if link.status.is_gone() && link.key.kind == RecordKind::Order =>
                {
                    RecordStatus::Skipped { reason, link: Some(link) }
                }
                (_, Some(link)) if link.status.is_gone() && operation.goal == Goal::Present => {
                    RecordStatus::DeletedThere(link)
                }
                (Outcome::Voided, _) => RecordStatus::Voided,
                (Outcome::SetAside { question }, link) => {
                    let by = operation.decisions.last().map(|taken| format!(" by {}", taken.by)).unwrap_or_default();
                    RecordStatus::Skipped { reason: format!("skipped{by}: {question}"), link }
                }
                (Outcome::Skipped { reason }, None) => RecordStatus::Skipped { reason, link: None },
                (_, Some(link)) => RecordStatus::Sent(link),
                (_, None) => RecordStatus::NotSent,
            },
            _ => RecordStatus::NotSent,
        }
    }
}

/// How many operations are in which state, whatever their kind.
pub(crate) fn open_of(counts: &Counts) -> BTreeMap<&'static str, u64> {
    let mut open = BTreeMap::new();
    for ((_, label), many) in counts {
        *open.entry(*label).or_default() += many;
    }
    open
}
