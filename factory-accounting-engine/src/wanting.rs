//! What an operation needs from the other records of the host: accounts and taxes of products and parties, what an order's
//! invoices came to before it, and why a record that it needs is not there.

use std::collections::BTreeSet;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::Issue;
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::plan::{self, Lent, Subject};
use factory_accounting_core::store::{Goal, Operation, OperationState, Outcome, Progress};

use crate::engine::{EngineError, Inner};
use crate::planner::Planner;
use crate::planning::{Plan, skip};

impl Inner {
    /// What documents may take over from products, customers, suppliers and the orders that they bill.
    pub(crate) async fn lend(&self, lenders: &BTreeSet<RecordKey>) -> Result<Lent, EngineError> {
        let keys: Vec<RecordKey> = lenders.iter().cloned().collect();
        let newest = self.newest_of(&keys).await?;
        let mut records = Vec::with_capacity(keys.len());
        for (key, newest) in keys.iter().zip(newest) {
            records.extend(self.last_present(key, newest).await?.as_ref().and_then(Subject::record_of));
        }
        Ok(Lent::new(records))
    }

    /// The newest state of a record that the host has pushed, whatever became of it; a void is none.
    pub(crate) async fn as_last_pushed(&self, key: &RecordKey) -> Result<Option<Operation>, EngineError> {
        let newest = self.newest(key).await?;
        self.last_present(key, newest).await
    }

    /// The newest operation of a record, or where that is a void the last one before it that was none.
    async fn last_present(&self, key: &RecordKey, newest: Option<Operation>) -> Result<Option<Operation>, EngineError> {
        match newest {
            Some(newest) if newest.goal != Goal::Present => {
                Ok(self.history(key).await?.into_iter().rev().find(|row| row.goal == Goal::Present))
            }
            other => Ok(other),
        }
    }
}

impl Planner<'_> {
    /// What an order's invoices come to that go before this one: those in the books or being sent, and those that arrived
    /// earlier. What waits for a person does not count: it may never be sent (R12).
    pub(crate) async fn billed_before(
        &self,
        operation: &Operation,
        order: &RecordKey,
    ) -> Result<Vec<Progress>, EngineError> {
        let inner = self.inner;
        let mut others = inner.store.progress(&inner.connection, order).await?;
        others.retain(|other| other.key != operation.key && !self.parked.contains(&other.key));
        let keys: Vec<RecordKey> = others.iter().map(|other| other.key.clone()).collect();
        let newest = inner.newest_of(&keys).await?;
        let links = inner.links_of(keys).await?;
        let goes_before = |key: &RecordKey, newest: Option<Operation>| match newest.map(|row| (row.id, row.state)) {
            Some((_, OperationState::Parked { .. })) => links.contains_key(key),
            Some((id, OperationState::Queued | OperationState::Held)) => id < operation.id || links.contains_key(key),
            _ => true,
        };
        let told = others.into_iter().zip(newest);
        Ok(told.filter_map(|(other, newest)| goes_before(&other.key, newest).then_some(other)).collect())
    }

    /// Says why a record that is needed is not linked: by its name, and whether it waits for a person itself. Documents of a
    /// party that is not to be sent are not sent either (L16).
    pub(crate) async fn wanting(&self, operation: &Operation, parked: Parked) -> Result<Plan, EngineError> {
        let (Code::NotLinked, Some(needed)) = (parked.code, &parked.until_linked) else { return Ok(parked.into()) };
        let Some(newest) = self.inner.newest(needed).await? else { return Ok(parked.into()) };
        let what = format!("{} {:?}", needed.kind, newest.name);
        let why = match &newest.state {
            OperationState::Done { outcome: Outcome::Skipped { reason } } => {
                if is_silenced(&newest) {
                    return Ok(skip(format!("{what} is marked \"do not send\"")));
                }
                format!("it was not sent: {reason}")
            }
            OperationState::Done { outcome: Outcome::SetAside { question } } => {
                format!("a person has skipped it: {}", question.code)
            }
            OperationState::Parked { parked } => format!("it waits for a person itself: {}", parked.code),
            _ => return Ok(parked.into()),
        };
        let complaint = format!("needs {what}, which is not in {}: {why}", self.inner.package_title());
        let reason = format!("{} {:?} {complaint}", operation.key.kind, operation.name);
        let issues = parked.issues.iter().map(|issue| Issue::new(issue.path.as_str(), complaint.as_str())).collect();
        Ok(Parked { reason, issues, ..parked }.into())
    }
}

/// Whether a party is not to be sent, nor its documents.
pub(crate) fn is_silenced(operation: &Operation) -> bool {
    Subject::of(operation).is_ok_and(|subject| plan::silenced(&subject))
}
