//! Where records stand, and what waits for a person.

use factory_accounting_core::code::Parked;
use factory_accounting_core::ids::OperationId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::store::{Counts, Goal, Link, Operation, OperationState, Outcome, StateFilter};

use crate::engine::{Engine, EngineError};

/// Where a record stands, in the words of a status column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecordStatus {
    /// Never pushed, or held until something needs it.
    NotSent,
    /// Not to be sent.
    Skipped {
        /// Why.
        reason: String,
    },
    /// In the queue.
    Queued {
        /// Records that it waits for.
        waits_for: Vec<RecordKey>,
        /// The last failure, one line.
        last_error: Option<String>,
    },
    /// Being sent, or sent with an answer that was lost and is being found out about.
    Sending,
    /// In the books.
    Sent(Box<Link>),
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

impl Engine {
    /// Where a record stands.
    pub async fn status(&self, key: &RecordKey) -> Result<RecordStatus, EngineError> {
        let link = self.inner.link_of(key).await?;
        let Some(operation) = self.inner.newest(key).await? else {
            return Ok(link.map_or(RecordStatus::NotSent, |link| RecordStatus::Sent(Box::new(link))));
        };
        Ok(match operation.state {
            OperationState::Held => RecordStatus::NotSent,
            OperationState::Queued => {
                RecordStatus::Queued { waits_for: operation.waits_for, last_error: operation.last_error }
            }
            OperationState::Sending { .. } => RecordStatus::Sending,
            OperationState::Parked { parked } => {
                RecordStatus::NeedsAttention { operation: operation.id, parked: Box::new(parked) }
            }
            OperationState::Done { outcome } => match (outcome, link) {
                // Taken back by us while the host still has it: an order of which a part is invoiced (L7).
                (Outcome::Skipped { reason }, Some(link))
                    if link.status.is_gone() && link.key.kind == RecordKind::Order =>
                {
                    RecordStatus::Skipped { reason }
                }
                (_, Some(link)) if link.status.is_gone() && operation.goal == Goal::Present => {
                    RecordStatus::DeletedThere(Box::new(link))
                }
                (Outcome::Voided, _) => RecordStatus::Voided,
                (Outcome::Skipped { reason }, None) => RecordStatus::Skipped { reason },
                (_, Some(link)) => RecordStatus::Sent(Box::new(link)),
                (_, None) => RecordStatus::NotSent,
            },
            _ => RecordStatus::NotSent,
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
