//! Finding the record at which workers die.
//!
//! Every operation that is handed out counts a claim until something becomes of it. When a worker dies, all that were
//! handed out with the culprit carry the same count; so suspects are halved until one is left, and only that one is parked.

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::store::{Operation, Step};

use crate::engine::EngineError;
use crate::round::Round;
use crate::settling::Settling;

/// Claims without an outcome from which an operation is suspected. An ordinary restart or two is below it.
const SUSPECT: u32 = 3;

impl Round<'_> {
    /// The operations to work on in this round: all, or half of the suspects while there are any. The rest go back to the
    /// queue untouched, with their claims forgotten.
    pub(crate) async fn isolate(&mut self, operations: Vec<Operation>) -> Result<Vec<Operation>, EngineError> {
        let suspects = operations.iter().filter(|operation| operation.claims > SUSPECT).count();
        if suspects == 0 {
            return Ok(operations);
        }
        let mut kept = suspects.div_ceil(2);
        let (chosen, rest): (Vec<_>, Vec<_>) = operations.into_iter().partition(|operation| {
            let choose = operation.claims > SUSPECT && kept > 0;
            kept -= usize::from(choose);
            choose
        });
        let now = self.inner.now();
        let given_back = rest.into_iter().map(|operation| {
            let error = "waits while the records taken up with it are examined one by one".to_owned();
            (operation, Settling::step(Step::Retry { not_before: now, error, failure: None }))
        });
        let given_back = given_back.collect();
        self.settle(None, given_back).await?;
        match chosen.as_slice() {
            [culprit] if culprit.claims > self.inner.config.max_claims => {
                let reason = format!(
                    "{} {:?} was taken up {} times and never came to an end",
                    culprit.key.kind, culprit.name, culprit.claims
                );
                let question = Settling::park(Parked::new(Code::Poison, reason));
                self.settle(None, chosen.into_iter().map(|culprit| (culprit, question.clone())).collect()).await?;
                Ok(Vec::new())
            }
            _ => Ok(chosen),
        }
    }
}
