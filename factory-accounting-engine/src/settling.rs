//! Making durable what became of operations, and telling the observer.

use chrono::{DateTime, Utc};
use factory_accounting_core::code::{Candidate, Code, Parked};
use factory_accounting_core::ids::AttemptId;
use factory_accounting_core::model::{Record, RecordKey};
use factory_accounting_core::plan::Subject;
use factory_accounting_core::store::{Link, Operation, Outcome, Settle, Settlement, Step, StoreError};

use crate::engine::EngineError;
use crate::event::Event;
use crate::round::Round;

/// What becomes of one operation, with the links it leaves and what the observer is told beside.
#[derive(Clone, Debug)]
pub(crate) struct Settling {
    pub(crate) step: Step,
    pub(crate) links: Vec<Link>,
    pub(crate) notices: Vec<Event>,
    /// The order, or purchase order, that is cut down to what this document leaves of it.
    pub(crate) reopens: Option<RecordKey>,
}

impl Settling {
    pub(crate) fn step(step: Step) -> Self {
        Self { step, links: Vec::new(), notices: Vec::new(), reopens: None }
    }

    pub(crate) fn done(outcome: Outcome) -> Self {
        Self::step(Step::Done(outcome))
    }

    pub(crate) fn park(parked: Parked) -> Self {
        Self::step(Step::Park(parked))
    }
}

impl Round<'_> {
    /// Makes durable what became of operations, then tells the observer.
    pub(crate) async fn settle(
        &mut self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        mut settlings: Vec<(Operation, Settling)>,
    ) -> Result<(), EngineError> {
        if settlings.is_empty() && self.stop.is_none() && attempt.is_none() {
            return Ok(());
        }
        self.heed_silence(&mut settlings).await?;
        match self.store_settling(attempt, &settlings).await {
            Ok(()) => self.settled(settlings),
            // A link that another record holds refuses the whole: settle one by one, so that only that record is parked.
            Err(StoreError::Refused(_)) if settlings.iter().any(|(_, settling)| !settling.links.is_empty()) => {
                for (operation, settling) in settlings {
                    self.settle_alone(attempt, operation, settling).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(state) = &self.stop {
            self.inner.tell(&Event::Connection(state.clone()));
        }
        Ok(())
    }

    /// A party may have been marked "do not send" while it was being written: its link says so (R32).
    async fn heed_silence(&self, settlings: &mut [(Operation, Settling)]) -> Result<(), EngineError> {
        let is_linked = |(operation, settling): &&mut (Operation, Settling)| {
            operation.key.kind.is_party() && !settling.links.is_empty()
        };
        let parties: Vec<&mut (Operation, Settling)> = settlings.iter_mut().filter(is_linked).collect();
        let keys: Vec<RecordKey> = parties.iter().map(|(operation, _)| operation.key.clone()).collect();
        for ((_, settling), newest) in parties.into_iter().zip(self.inner.newest_of(&keys).await?) {
            let Some(newest) = newest else { continue };
            if let Ok(Subject::Record(record)) = Subject::of(&newest)
                && let Record::Customer(party) | Record::Supplier(party) = record.as_ref()
            {
                settling.links.iter_mut().for_each(|link| link.suppressed = party.do_not_send);
            }
        }
        Ok(())
    }

    async fn settle_alone(
        &mut self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        operation: Operation,
        settling: Settling,
    ) -> Result<(), EngineError> {
        let mut row = vec![(operation, settling)];
        match self.store_settling(attempt, &row).await {
            Err(StoreError::Refused(reason)) => {
                for (operation, settling) in &mut row {
                    let about = format!("{} {:?}: {reason}", operation.key.kind, operation.name);
                    let candidates = settling.links.iter().map(|link| Candidate {
                        remote: link.remote.clone(),
                        about: format!("{} {}", link.key.kind, link.number.as_deref().unwrap_or("without a number")),
                    });
                    let parked = Parked::new(Code::NumberTwice, about).with_candidates(candidates);
                    *settling = Settling::park(parked);
                }
                self.store_settling(attempt, &row).await?;
            }
            other => other?,
        }
        self.settled(row);
        Ok(())
    }

    async fn store_settling(
        &self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        settlings: &[(Operation, Settling)],
    ) -> Result<(), StoreError> {
        let settlements = settlings
            .iter()
            .map(|(operation, settling)| Settlement {
                operation: operation.id,
                step: settling.step.clone(),
                links: settling.links.clone(),
                reopens: settling.reopens.clone(),
            })
            .collect();
        self.store_settlements(attempt, settlements).await
    }

    pub(crate) async fn store_settlements(
        &self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        settlements: Vec<Settlement>,
    ) -> Result<(), StoreError> {
        let now = self.inner.now();
        let settle = Settle {
            connection: self.inner.connection.clone(),
            epoch: self.epoch,
            now,
            attempt: attempt.map(|(id, _)| id),
            attempt_due: attempt.map_or(now, |(_, due)| due),
            settlements,
            connection_state: self.stop.clone(),
        };
        self.inner.store.settle(settle).await
    }

    fn settled(&mut self, settlings: Vec<(Operation, Settling)>) {
        for (operation, settling) in settlings {
            self.touched.insert(operation.id);
            self.count(&settling.step);
            self.announce(operation, settling);
        }
    }

    fn count(&mut self, step: &Step) {
        let report = &mut self.report;
        let counter = match step {
            Step::Done(Outcome::Created) => &mut report.created,
            Step::Done(Outcome::Updated) => &mut report.updated,
            Step::Done(Outcome::Voided) => &mut report.voided,
            Step::Done(Outcome::Unchanged | Outcome::MarkedDone) => &mut report.unchanged,
            Step::Done(_) => &mut report.skipped,
            Step::Park(_) => &mut report.parked,
            Step::InDoubt { .. } => &mut report.in_doubt,
            _ => &mut report.retried,
        };
        *counter += 1;
    }

    fn announce(&self, operation: Operation, settling: Settling) {
        let Settling { step, links, notices, .. } = settling;
        for notice in notices {
            self.inner.tell(&notice);
        }
        let Operation { id, key, name, .. } = operation;
        tracing::debug!(operation = id.0, record = %key, step = step.as_str(), "settled");
        let event = match step {
            Step::Done(outcome) => {
                let link = links.into_iter().find(|link| link.key == key).map(Box::new);
                Event::Settled { key, name, outcome, link }
            }
            Step::Park(parked) => Event::Parked { operation: id, key, name, parked: Box::new(parked) },
            Step::Retry { error, .. } => Event::Retrying { key, error },
            Step::NextGeneration { .. } => Event::SentAnew { key },
            Step::InDoubt { error } => Event::InDoubt { key, error },
            _ => return,
        };
        self.inner.tell(&event);
    }
}
