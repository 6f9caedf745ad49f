//! What planning stands on. Sending and foreseeing plan with the same rules over it; nothing in it settles, stores or writes,
//! so that a plan that is only looked at changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::plan::{self, Draft, Subject};
use factory_accounting_core::preview::{Expectation, Moved};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::store::{Decision, Link, Operation, RecordedDecision};

use crate::engine::{Facts, Inner};
use crate::round::Round;
use crate::surroundings::Surroundings;

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
        let now = Expectation {
            record: operation.fingerprint.clone(),
            settings: self.facts.settings_version,
            links: tied_to(touched(operation, subject), &around.links),
            content: Some(draft.fingerprint.clone()),
            ..Expectation::default()
        };
        question(operation, &expected.moved(&now))
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

/// What records lead to, in order of their keys; those that have no link are left out.
pub(crate) fn tied_to(mut keys: Vec<RecordKey>, links: &BTreeMap<RecordKey, Link>) -> Vec<(RecordKey, RemoteId)> {
    keys.sort_unstable();
    keys.dedup();
    let tied = keys.into_iter().filter_map(|key| Some((links.get(&key)?.remote.clone(), key)));
    tied.map(|(remote, key)| (key, remote)).collect()
}

/// What an operation expects, unless a person has had it sent as it is now. Leave to send it given to another question is
/// none for this one; a document that is written anew is not what the plan was about any more.
fn expectation(operation: &Operation) -> Option<Result<Expectation, Parked>> {
    let text = operation.expects.as_deref()?;
    let leave = |taken: &RecordedDecision| match taken.decision {
        Decision::Retry => taken.about == Some(Code::PlanOutdated),
        Decision::WriteAnew => true,
        _ => false,
    };
    if operation.decisions.iter().any(leave) {
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
