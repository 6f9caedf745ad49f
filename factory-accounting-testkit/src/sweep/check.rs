//! What must hold at the end of every run, whatever went wrong on the way.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::store::{
    Link, LinkOrigin, Operation, OperationQuery, OperationState, StoreError, SyncStore,
};

use super::run::connection;
use super::world::{Booked, Scenario};
use crate::sim_clock::SimClock;

#[derive(Debug, Default)]
pub(crate) struct Inspection {
    pub(crate) violations: Vec<String>,
    pub(crate) extra_questions: Vec<String>,
}

/// Compares books and store with what the story must lead to:
/// - each record of the host is in the books once, as it should be, or is a question to a person;
/// - the books hold nothing that nobody pushed;
/// - each link points to a record that is there, and no two of a kind to the same one;
/// - no operation is left in between.
pub(crate) fn inspect<W>(
    clock: &SimClock,
    store: &MemoryStore,
    scenario: &Scenario<W>,
    books: &[Booked],
) -> Inspection {
    match clock.run(read(store)) {
        Ok((operations, links)) => {
            let mut inspection = Inspection::default();
            let open = questions(&operations, scenario, &mut inspection);
            compare_books(&open, scenario, books, &mut inspection.violations);
            check_links(&operations, &links, books, &mut inspection.violations);
            inspection
        }
        Err(error) => {
            Inspection { violations: vec![format!("the store cannot be read: {error}")], ..Inspection::default() }
        }
    }
}

async fn read(store: &MemoryStore) -> Result<(Vec<Operation>, Vec<Link>), StoreError> {
    let operations = store.operations(&connection(), OperationQuery::default()).await?;
    let mut links = Vec::new();
    for kind in RecordKind::ALL {
        links.extend(store.list_links(&connection(), kind, None, 0).await?);
    }
    Ok((operations, links))
}

/// Names of records that a person is asked about, with those that they bear on.
fn questions<W>(operations: &[Operation], scenario: &Scenario<W>, inspection: &mut Inspection) -> BTreeSet<String> {
    let names: BTreeMap<&RecordKey, &str> = operations.iter().map(|row| (&row.key, row.name.as_str())).collect();
    let mut open = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for row in operations {
        match &row.state {
            OperationState::Done { .. } | OperationState::Held => continue,
            OperationState::Parked { parked } => {
                asked.insert(row.key.clone());
                if !scenario.questions.contains(&row.key) {
                    inspection.extra_questions.push(format!("{} {}", parked.code, row.key));
                }
            }
            OperationState::Queued if waits_for_a_person(row, operations) => {}
            state => inspection.violations.push(format!("{} is left in between: {state:?}", row.key)),
        }
        open.insert(row.name.clone());
        let bears_on = Subject::of(row).map(|subject| plan::references(&subject)).unwrap_or_default();
        open.extend(bears_on.iter().filter_map(|key| names.get(key)).map(|name| (*name).to_owned()));
    }
    for key in &scenario.questions {
        if !asked.contains(key) {
            inspection.violations.push(format!("{key} should be a question to a person"));
        }
    }
    open
}

fn waits_for_a_person(row: &Operation, operations: &[Operation]) -> bool {
    row.waits_for.iter().any(|key| {
        operations.iter().any(|other| other.key == *key && matches!(other.state, OperationState::Parked { .. }))
    })
}

fn compare_books<W>(open: &BTreeSet<String>, scenario: &Scenario<W>, books: &[Booked], violations: &mut Vec<String>) {
    let mut missing: Vec<&str> = scenario.books.clone();
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for booked in books {
        let times = seen.entry((&booked.kind, &booked.label)).or_default();
        *times += 1;
        let line = booked.to_string();
        if let Some(at) = missing.iter().position(|expected| *expected == line) {
            missing.remove(at);
            continue;
        }
        if *times > 1 {
            violations.push(format!("in the books more than once: {line}"));
            continue;
        }
        let prefix = format!("{} {}: ", booked.kind, booked.label);
        match missing.iter().position(|expected| expected.starts_with(&prefix)) {
            None => violations.push(format!("in the books, and nobody pushed it: {line}")),
            Some(at) => {
                let expected = missing.remove(at);
                if !open.contains(&booked.label) {
                    violations.push(format!("in the books as {line:?}, not as {expected:?}, and nobody is asked"));
                }
            }
        }
    }
    for expected in missing {
        let excused = open.iter().any(|name| expected.contains(&format!(" {name}: ")));
        if !excused {
            violations.push(format!("not in the books, and nobody is asked: {expected}"));
        }
    }
}

fn check_links(operations: &[Operation], links: &[Link], books: &[Booked], violations: &mut Vec<String>) {
    let remotes: BTreeMap<&RemoteId, &Booked> = books.iter().map(|booked| (&booked.remote, booked)).collect();
    let mut taken: BTreeMap<(RecordKind, &RemoteId), &Link> = BTreeMap::new();
    for link in links {
        match remotes.get(&link.remote) {
            // Parts of other records, such as allocations, need not be listed on their own.
            None if link.key.kind == RecordKind::Allocation => {}
            None => violations.push(format!("{} is linked to {}, which is not in the books", link.key, link.remote)),
            Some(booked) if booked.gone && !link.status.is_gone() => {
                violations.push(format!("{} is linked to {booked}, which is gone, as {:?}", link.key, link.status));
            }
            Some(_) => {}
        }
        if link.key.kind == RecordKind::Product || link.origin == LinkOrigin::Promoted {
            continue;
        }
        if let Some(other) = taken.insert((link.key.kind, &link.remote), link) {
            violations.push(format!("{} and {} are linked to the same record", other.key, link.key));
        }
    }
    for row in operations {
        let OperationState::Done { outcome } = &row.state else { continue };
        if outcome.is_in_books() && !links.iter().any(|link| link.key == row.key) {
            violations.push(format!("{} is {outcome:?} and has no link", row.key));
        }
    }
}
