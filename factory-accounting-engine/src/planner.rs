//! What planning stands on. Sending and foreseeing plan with the same rules over it; nothing in it settles, stores or writes,
//! so that a plan that is only looked at changes nothing.

use std::collections::BTreeSet;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::plan::{self, Draft, Subject};
use factory_accounting_core::preview::{Expectation, Moved};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::store::{Decision, Operation};

use crate::drafts::Surroundings;
use crate::engine::{Facts, Inner};
use crate::round::Round;

/// Plans operations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planner<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) facts: &'a Facts,
    /// Records about which there is a question that is not stored yet.
    pub(crate) parked: &'a BTreeSet<RecordKey>,
}

impl Round<'_> {
    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner { inner: self.inner, facts: &self.facts, parked: &self.parked }
    }
}

impl Planner<'_> {
    /// Why an operation that applies a plan is not sent: what the plan was made from has moved since. Without a look at
    /// the books.
    pub(crate) fn outdated(
        &self,
        operation: &Operation,
        subject: &Subject,
        draft: &Draft,
        around: &Surroundings,
    ) -> Option<Parked> {
        let expected = match expectation(operation)? {
            Ok(expected) => expected,
            Err(parked) => return Some(parked),
        };
        let keys = touched(operation, subject);
        let print = Some(draft.fingerprint.as_str());
        let moved = expected.moved(&operation.fingerprint, self.facts.settings_version, &keys, &around.links, print);
        question(operation, &moved)
    }

    /// The same, given the record as it was just read.
    pub(crate) fn outdated_in_books(&self, operation: &Operation, base: &RemoteRecord) -> Option<Parked> {
        let Ok(expected) = expectation(operation)? else { return None };
        question(operation, expected.moved_in_books(base).as_slice())
    }
}

/// The record and those that it needs.
pub(crate) fn touched(operation: &Operation, subject: &Subject) -> Vec<RecordKey> {
    let mut keys = plan::references(subject);
    keys.push(operation.key.clone());
    keys
}

/// What an operation expects, unless a person has had it sent as it is now.
fn expectation(operation: &Operation) -> Option<Result<Expectation, Parked>> {
    let text = operation.expects.as_deref()?;
    if operation.decisions.iter().any(|taken| matches!(taken.decision, Decision::Retry | Decision::WriteAnew)) {
        return None;
    }
    Some(serde_json::from_str(text).map_err(|error| {
        let reason = format!("{} {:?}: its plan cannot be read: {error}", operation.key.kind, operation.name);
        Parked::new(Code::Damaged, reason)
    }))
}

fn question(operation: &Operation, moved: &[Moved]) -> Option<Parked> {
    if moved.is_empty() {
        return None;
    }
    let what = Moved::summary(moved);
    let reason = format!("{} {:?} is not sent as planned: {what}", operation.key.kind, operation.name);
    Some(Parked::new(Code::PlanOutdated, reason))
}
