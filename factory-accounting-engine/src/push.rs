//! Into the outbox. Pushing never calls the package.

use std::collections::BTreeSet;

use factory_accounting_core::code::Parked;
use factory_accounting_core::ids::{OperationId, Revision};
use factory_accounting_core::model::{CreditNote, Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, AllocationSubject, Subject};
use factory_accounting_core::rules::{self, Action};
use factory_accounting_core::settings::Occasion;
use factory_accounting_core::store::{Goal, Link, NewOperation, Operation, OperationState, Outcome, Start};

use crate::engine::{Engine, EngineError, Inner};
use crate::event::Event;

/// What became of a push: the row in the outbox that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The operation.
    pub operation: OperationId,
    /// The record.
    pub key: RecordKey,
    /// Its revision.
    pub revision: Revision,
    /// Whether this push made it; `false`: the same state of the record had been pushed before.
    pub new: bool,
    /// The question to a person, where the record cannot be sent as it is.
    pub parked: Option<Parked>,
    /// Why the record is not to be sent at all, where that is so.
    pub skipped: Option<String>,
}

/// What pushing records amounts to, before anything of it is stored.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    /// What has to come before all of them: items that lines become (F101).
    pub(crate) before: Vec<NewOperation>,
    /// The operations of each record.
    pub(crate) of_records: Vec<Vec<NewOperation>>,
    /// Links of parties whose mark "do not send" has changed.
    pub(crate) silenced: Vec<Link>,
}

/// What an occasion has done to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is in the outbox, or marked as not to be sent there.
    Ticket(Box<Ticket>),
    /// It stays in the host until another occasion.
    Waits {
        /// Which one, one line.
        reason: String,
    },
}

impl Pushed {
    /// The ticket, where there is one.
    #[must_use]
    pub fn ticket(&self) -> Option<&Ticket> {
        match self {
            Self::Ticket(ticket) => Some(ticket),
            Self::Waits { .. } => None,
        }
    }
}

impl Engine {
    /// Tells what has happened to a record in the host: by the settings it goes out now, or waits for another occasion
    /// (F67, L10). What has gone out once follows all later occasions but a preview. [`push`](Self::push) is the same as
    /// [`Occasion::Asked`].
    pub async fn push_on(&self, occasion: Occasion, record: Record) -> Result<Pushed, EngineError> {
        let settings = self.inner.settings().await?;
        let sent = self.inner.has_gone_out(&record.key()).await?;
        match rules::action(record.kind(), occasion, sent, &settings) {
            Action::Wait { reason } => Ok(Pushed::Waits { reason }),
            // What is never sent says so in the outbox, where people look for it.
            Action::Send | Action::Never { .. } => Ok(Pushed::Ticket(Box::new(self.push(record).await?))),
        }
    }

    /// Puts one state of a record into the outbox. Pushing the same state again is the same operation.
    ///
    /// A record that cannot be sent comes back parked, one that is not to be sent skipped; both stay visible.
    pub async fn push(&self, record: Record) -> Result<Ticket, EngineError> {
        self.push_all(vec![record]).await?.pop().ok_or_else(|| EngineError::Refused("nothing was pushed".to_owned()))
    }

    /// Puts one state of a record into the outbox under the host's own revision, a number that only grows.
    ///
    /// # Errors
    /// Refused where the revision is older than a known one, or the same with another content.
    pub async fn push_revision(&self, record: Record, revision: Revision) -> Result<Ticket, EngineError> {
        let mut admitted = self.admit(std::slice::from_ref(&record), Some(revision)).await?;
        admitted.of_records.iter_mut().flatten().for_each(|operation| operation.revision = Some(revision));
        self.enqueue(admitted).await?.pop().ok_or_else(|| EngineError::Refused("nothing was pushed".to_owned()))
    }

    /// Puts many records into the outbox in one transaction; tickets come in the order of the records.
    pub async fn push_all(&self, records: Vec<Record>) -> Result<Vec<Ticket>, EngineError> {
        let admitted = self.admit(&records, None).await?;
        self.enqueue(admitted).await
    }

    /// Asks for a record to count no more: voided, deleted or archived, as the package has it (F72).
    ///
    /// # Errors
    /// [`EngineError::Unknown`] where the record has never been pushed.
    pub async fn void(&self, key: &RecordKey) -> Result<Ticket, EngineError> {
        let last = self.inner.newest(key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        let operation = plan::admit_void(key.clone(), last.name, last.record);
        let admitted = Admitted { of_records: vec![vec![operation]], ..Admitted::default() };
        self.enqueue(admitted).await?.pop().ok_or_else(|| EngineError::Unknown(key.clone()))
    }

    /// What pushing records amounts to. Changes nothing.
    pub(crate) async fn admit(&self, records: &[Record], revision: Option<Revision>) -> Result<Admitted, EngineError> {
        let inner = &self.inner;
        let settings = inner.settings().await?;
        let under_policy = |kind: RecordKind| kind.is_party() || matches!(kind, RecordKind::Product | RecordKind::Job);
        let keys: Vec<RecordKey> = records.iter().map(Record::key).filter(|key| under_policy(key.kind)).collect();
        let links = inner.links_of(keys).await?;
        let mut admitted = Admitted::default();
        for record in records {
            let link = links.get(&record.key());
            if let (Record::Customer(party) | Record::Supplier(party), Some(link)) = (record, link)
                && party.do_not_send != link.suppressed
            {
                admitted.silenced.push(Link { suppressed: party.do_not_send, ..link.clone() });
            }
            let admission = plan::admit(record, &settings, inner.provider.capabilities(), link);
            admitted.before.extend(admission.before);
            let mut operations = admission.operations;
            if let (Record::Job(job), Some(operation)) = (record, operations.first_mut())
                && matches!(operation.start, Start::Queued | Start::Held)
                && let Some(parked) = self.in_a_circle(job, records).await?
            {
                operation.start = Start::Parked(parked);
            }
            if let (Record::CreditNote(note), Some(Start::Queued)) = (record, operations.first().map(|row| &row.start))
            {
                operations.extend(self.withdrawn_allocations(note, revision).await?);
            }
            admitted.of_records.push(operations);
        }
        Ok(admitted)
    }

    /// Allocations that any earlier state of a credit note had and this one has not. A state that is older than a known one
    /// withdraws nothing: it has come twice.
    async fn withdrawn_allocations(
        &self,
        note: &CreditNote,
        revision: Option<Revision>,
    ) -> Result<Vec<NewOperation>, EngineError> {
        let history = self.inner.history(&note.key()).await?;
        if revision.is_some_and(|revision| history.iter().any(|row| row.revision >= revision)) {
            return Ok(Vec::new());
        }
        let keys: BTreeSet<RecordKey> = history.iter().flat_map(allocations_of).collect();
        let kept: BTreeSet<RecordKey> = AllocationSubject::of(note).map(|part| part.key()).collect();
        let gone: Vec<RecordKey> = keys.difference(&kept).cloned().collect();
        let last = self.inner.newest_of(&gone).await?;
        let standing = last.into_iter().flatten().filter(|last| last.goal == Goal::Present);
        Ok(standing.map(|last| plan::admit_void(last.key, last.name, last.record)).collect())
    }

    /// Puts what pushing amounts to into the outbox, in one transaction.
    pub(crate) async fn enqueue(&self, admitted: Admitted) -> Result<Vec<Ticket>, EngineError> {
        let Admitted { before, of_records: admitted, silenced } = admitted;
        let inner = &self.inner;
        for link in silenced {
            inner.store.put_link(&inner.connection, link, inner.now()).await?;
        }
        let sizes: Vec<usize> = admitted.iter().map(Vec::len).collect();
        let mut at = before.len();
        let operations: Vec<NewOperation> = before.into_iter().chain(admitted.into_iter().flatten()).collect();
        let facts: Vec<(RecordKey, String, Start)> = operations
            .iter()
            .map(|operation| (operation.key.clone(), operation.name.clone(), operation.start.clone()))
            .collect();
        let rows = inner.store.enqueue(&inner.connection, operations, inner.now()).await?;
        inner.bell.ring();
        let mut tickets = Vec::with_capacity(sizes.len());
        for size in sizes {
            // The first operation of a record is its own; those behind it are its parts.
            if let (Some(row), Some((key, name, start))) = (rows.get(at), facts.get(at)) {
                let (parked, skipped) = match start {
                    Start::Parked(parked) => (Some(parked.clone()), None),
                    Start::Skipped(reason) => (None, Some(reason.clone())),
                    Start::Queued | Start::Held => (None, None),
                };
                if let (Some(parked), true) = (&parked, row.new) {
                    inner.tell(&Event::Parked {
                        operation: row.operation,
                        key: key.clone(),
                        name: name.clone(),
                        parked: Box::new(parked.clone()),
                    });
                }
                tickets.push(Ticket {
                    operation: row.operation,
                    key: key.clone(),
                    revision: row.revision,
                    new: row.new,
                    parked,
                    skipped,
                });
            }
            at += size;
        }
        Ok(tickets)
    }
}

impl Inner {
    /// Whether a state of a record has been handed over: it is linked, or on its way, or a question.
    async fn has_gone_out(&self, key: &RecordKey) -> Result<bool, EngineError> {
        let stays = |newest: &Operation| match &newest.state {
            OperationState::Done { outcome } => {
                matches!(outcome, Outcome::Skipped { .. } | Outcome::Dropped | Outcome::Superseded)
            }
            _ => false,
        };
        match self.newest(key).await? {
            Some(newest) if newest.goal == Goal::Present && !stays(&newest) => Ok(true),
            _ => Ok(self.link_of(key).await?.is_some()),
        }
    }
}

/// Keys of the allocations in one state of a credit note.
fn allocations_of(operation: &Operation) -> Vec<RecordKey> {
    let Some(Record::CreditNote(note)) = Subject::record_of(operation) else { return Vec::new() };
    AllocationSubject::of(&note).map(|part| part.key()).collect()
}

/// The order that an invoice bills.
pub(crate) fn order_key(record: &Record) -> Option<RecordKey> {
    match record {
        Record::Invoice(invoice) => invoice.order.clone().map(|id| RecordKey::new(RecordKind::Order, id)),
        _ => None,
    }
}
