//! Products and jobs among their like: items that have a product's code already, jobs that are part of one another.

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::model::{Job, Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{Finding, Subject};
use factory_accounting_core::provider::Intent;
use factory_accounting_core::store::Decision;
use factory_accounting_core::validate;

use crate::engine::{Engine, EngineError};
use crate::planning::Write;
use crate::round::Round;
use crate::sending::{taken_code, until_told};
use crate::settling::Settling;

impl Round<'_> {
    /// Looks for the codes of new products in packages that would take a code twice: an item of that code and name is linked
    /// and brought up to date, one of another name is a question (R8). Other packages refuse the code, and the same follows.
    pub(crate) async fn match_by_code(&mut self, writes: Vec<Write>) -> Result<Vec<Write>, EngineError> {
        let capability = self.inner.provider.capabilities().of(RecordKind::Product);
        if capability.is_none_or(|capability| capability.unique_number) {
            return Ok(writes);
        }
        let (products, mut going): (Vec<Write>, Vec<Write>) = writes.into_iter().partition(is_new_product);
        if products.is_empty() {
            return Ok(going);
        }
        let findings = match self.look(&products).await? {
            Ok(findings) => findings,
            Err(failure) => {
                let mut settled = Vec::with_capacity(products.len());
                for write in products {
                    let settling = self.failed_read(&write.operation, &failure);
                    settled.push((write.operation, settling));
                }
                self.settle(None, settled).await?;
                return Ok(going);
            }
        };
        let mut settled = Vec::new();
        for (write, finding) in products.into_iter().zip(findings) {
            let settling = match finding {
                Finding::Ours(record) | Finding::OursToUpdate(record) => self.adopted_to_update(&write, &record),
                Finding::Park(mut parked) => {
                    if parked.code == Code::FoundDiffers {
                        parked.code = taken_code(write.operation.key.kind);
                    }
                    self.parked.insert(write.operation.key.clone());
                    Settling::park(until_told(&write.operation, parked))
                }
                Finding::Nothing | Finding::Gone(_) | Finding::Namesakes(_) => {
                    going.push(write);
                    continue;
                }
            };
            settled.push((write.operation, settling));
        }
        self.settle(None, settled).await?;
        Ok(going)
    }
}

/// Whether a product is to be created of which nobody has said that it is another one than any that is there.
fn is_new_product(write: &Write) -> bool {
    let told_apart = write.operation.decisions.iter().any(|taken| taken.decision == Decision::Distinguish);
    write.operation.key.kind == RecordKind::Product && write.intent == Intent::Create && !told_apart
}

impl Engine {
    /// The question that a job is which is part of itself by way of others, those pushed with it included: without it each
    /// would wait for the other for ever.
    pub(crate) async fn in_a_circle(&self, job: &Job, pushed: &[Record]) -> Result<Option<Parked>, EngineError> {
        let mut above: Vec<Job> = Vec::new();
        let mut next = job.parent.clone();
        while let Some(id) = next.take() {
            if id == job.id || above.iter().any(|known| known.id == id) {
                break;
            }
            let with_it = pushed.iter().find_map(|record| match record {
                Record::Job(other) if other.id == id => Some(other.clone()),
                _ => None,
            });
            let known = match with_it {
                Some(known) => Some(known),
                None => self.job(&RecordKey::new(RecordKind::Job, id)).await?,
            };
            let Some(known) = known else { break };
            next.clone_from(&known.parent);
            above.push(known);
        }
        let circle = validate::parent_circle(job, &above);
        Ok(circle.map(|issue| Parked::invalid(RecordKind::Job, &job.number, [issue])))
    }

    async fn job(&self, key: &RecordKey) -> Result<Option<Job>, EngineError> {
        let pushed = self.inner.as_last_pushed(key).await?;
        Ok(match pushed.as_ref().and_then(Subject::record_of) {
            Some(Record::Job(job)) => Some(job),
            _ => None,
        })
    }
}
