//! What other settings would make of the newest documents, before they are saved.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::model::{Record, RecordKey};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::preview::{Difference, Foreseen};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{Goal, Operation, OperationQuery};

use crate::engine::{Engine, EngineError, Facts};
use crate::foresee::{Foreseer, Foresight, arriving};
use crate::locks::Freshness;
use crate::preview::between;

/// Operations in one read.
const PAGE: usize = 100;

/// What other settings would make of the newest documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rehearsal {
    /// Documents that were planned under both settings.
    pub looked_at: u64,
    /// Of these, which would come out otherwise, newest first.
    pub documents: Vec<Rehearsed>,
    /// How many would, by what becomes of them before and after: `("create", "refuse")`. See
    /// [`Foreseen::as_str`].
    pub changes: BTreeMap<(&'static str, &'static str), u64>,
    newly_refused: u64,
    newly_sent: u64,
}

impl Rehearsal {
    /// How many documents would be refused that are not refused now.
    #[must_use]
    pub fn newly_refused(&self) -> u64 {
        self.newly_refused
    }

    /// How many documents would be written, at once or after a wait, that are not written now.
    #[must_use]
    pub fn newly_sent(&self) -> u64 {
        self.newly_sent
    }

    fn count(&mut self, before: &Foreseen, after: &Foreseen) {
        *self.changes.entry((before.as_str(), after.as_str())).or_default() += 1;
        let refused = |verdict: &Foreseen| matches!(verdict, Foreseen::Refuse { .. });
        self.newly_refused += u64::from(!refused(before) && refused(after));
        self.newly_sent += u64::from(!before.writes() && after.writes());
    }
}

/// A document that other settings would bring out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// The document.
    pub record: RecordKey,
    /// What people call it.
    pub name: String,
    /// What becomes of it under the settings as they are.
    pub before: Foreseen,
    /// What would become of it.
    pub after: Foreseen,
    /// What the two make of it, side by side: before as the settings are, after as they would be.
    pub difference: Difference,
}

impl Engine {
    /// Plans the newest documents under the settings as they are and under `proposed`, from what the store holds and
    /// without a call, and tells which would come out otherwise. Nothing is sent, nothing is stored.
    ///
    /// # Errors
    /// Where the store fails or the connection was never opened.
    pub async fn rehearse(&self, proposed: &Settings, newest: usize) -> Result<Rehearsal, EngineError> {
        let mut documents = Vec::new();
        let rehearsal = self.rehearse_each(proposed, newest, &mut |document| documents.push(document)).await?;
        Ok(Rehearsal { documents, ..rehearsal })
    }

    /// Like [`rehearse`](Self::rehearse), but hands over each document that would come out otherwise as soon as it is
    /// known, so that memory holds their keys and no more. The list of the result stays empty.
    ///
    /// # Errors
    /// Those of [`rehearse`](Self::rehearse).
    pub async fn rehearse_each(
        &self,
        proposed: &Settings,
        newest: usize,
        tell: &mut (dyn FnMut(Rehearsed) + Send),
    ) -> Result<Rehearsal, EngineError> {
        let inner = &*self.inner;
        let present = inner.facts().await?;
        let proposed = present.under(proposed);
        let mut rehearsal = Rehearsal::default();
        let mut met = BTreeSet::new();
        let mut after = None;
        while met.len() < newest {
            let query = OperationQuery { newest_first: true, after, limit: PAGE, ..OperationQuery::default() };
            let page = inner.store.operations(&inner.connection, query).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for operation in page {
                // The newest row of a record comes first and speaks for it.
                let Some(record) = Subject::record_of(&operation).filter(|record| record.trade().is_some()) else {
                    continue;
                };
                if met.len() == newest || !met.insert(operation.key.clone()) || operation.goal == Goal::Voided {
                    continue;
                }
                rehearsal.looked_at += 1;
                let before = self.under(&present, &present, &operation, &record).await?;
                let then = self.under(&proposed, &present, &operation, &record).await?;
                if !same(&before, &then) {
                    rehearsal.count(&before.verdict, &then.verdict);
                    let difference = between(inner, &operation.key, &before, &then);
                    let (before, after) = (before.verdict, then.verdict);
                    tell(Rehearsed { record: operation.key, name: operation.name, before, after, difference });
                }
            }
        }
        Ok(rehearsal)
    }

    async fn under(
        &self,
        facts: &Facts,
        present: &Facts,
        operation: &Operation,
        record: &Record,
    ) -> Result<Foresight, EngineError> {
        let inner = &*self.inner;
        let admitted = plan::admit(record, &facts.settings, inner.provider.capabilities(), None);
        let before = &admitted.before;
        let Some(own) = admitted.operations.first() else {
            return Err(EngineError::Refused(format!("{} amounts to nothing", operation.key)));
        };
        let known = Operation { fingerprint: own.fingerprint.clone(), ..operation.clone() };
        let arriving = arriving(own, Some(&known), inner.now());
        let foreseer = Foreseer { inner, facts, present, freshness: Freshness::Stored, before, held: None };
        foreseer.foresee(arriving, record, &own.start).await
    }
}

/// Whether two settings make the same of a document.
fn same(before: &Foresight, after: &Foresight) -> bool {
    let [before_print, after_print] =
        [before, after].map(|seen| seen.draft.as_ref().map(|draft| draft.fingerprint.as_str()));
    before.verdict == after.verdict && before_print == after_print
}
