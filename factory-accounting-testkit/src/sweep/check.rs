//! What must hold at the end of every run, whatever went wrong on the way.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::provider::RemoteStatus;
use factory_accounting_core::store::{
    Link, LinkOrigin, Operation, OperationQuery, OperationState, Outcome, PastLink, StoreError, SyncStore,
};

use super::meddling::{Meddling, check_added};
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
/// - each link points to a record that is there or says that it is gone, and no two of a kind point to the same one;
/// - no operation is left in between.
///
/// Where people were at work meanwhile, what they touched may differ from the story, if the host knows of it.
pub(crate) fn inspect<W>(
    clock: &SimClock,
    store: &MemoryStore,
    scenario: &Scenario<W>,
    books: &[Booked],
    meddling: &Meddling,
) -> Inspection {
    match clock.run(read(store)) {
        Ok(Stored { operations, links, past }) => {
            let mut inspection = Inspection::default();
            let open = questions(&operations, scenario, meddling, &mut inspection);
            let known = Known { open: &open, operations: &operations, links: &links, past: &past, meddling };
            compare_books(&known, scenario, books, &mut inspection.violations);
            check_links(&operations, &links, books, meddling, &mut inspection.violations);
            inspection
        }
        Err(error) => {
            Inspection { violations: vec![format!("the store cannot be read: {error}")], ..Inspection::default() }
        }
    }
}

/// What the store holds at the end.
struct Stored {
    operations: Vec<Operation>,
    links: Vec<Link>,
    past: Vec<PastLink>,
}

async fn read(store: &MemoryStore) -> Result<Stored, StoreError> {
    let operations = store.operations(&connection(), OperationQuery::default()).await?;
    let mut links = Vec::new();
    for kind in RecordKind::ALL {
        links.extend(store.list_links(&connection(), kind, None, 0).await?);
    }
    let keys: Vec<RecordKey> = links.iter().map(|link| link.key.clone()).collect();
    let past = store.past_links(&connection(), &keys).await?;
    Ok(Stored { operations, links, past })
}

/// Names of records that a person is asked about, with those that they bear on.
fn questions<W>(
    operations: &[Operation],
    scenario: &Scenario<W>,
    meddling: &Meddling,
    inspection: &mut Inspection,
) -> BTreeSet<String> {
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
        // What a question is about may be in the books under an earlier name.
        open.extend(operations.iter().filter(|other| other.key == row.key).map(|other| other.name.clone()));
        let bears_on = Subject::of(row).map(|subject| plan::references(&subject)).unwrap_or_default();
        open.extend(bears_on.iter().filter_map(|key| names.get(key)).map(|name| (*name).to_owned()));
    }
    for key in &scenario.questions {
        // A person may have taken away what the question is about.
        if !asked.contains(key) && meddling.is_none() {
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

/// What may explain a difference between the books and the story.
struct Known<'a> {
    /// Names that a person is asked about.
    open: &'a BTreeSet<String>,
    operations: &'a [Operation],
    links: &'a [Link],
    past: &'a [PastLink],
    meddling: &'a Meddling,
}

impl Known<'_> {
    /// Whether a row is the host's own, of which the story would have asked if people had not got in between.
    fn answers(&self, booked: &Booked, questions: &[RecordKey]) -> bool {
        let is_own = |link: &Link| link.remote == booked.remote && questions.contains(&link.key);
        !self.meddling.is_none() && self.links.iter().any(is_own)
    }

    /// Whether the host has a link to a row.
    fn is_own(&self, booked: &Booked) -> bool {
        self.links.iter().any(|link| link.remote == booked.remote)
    }

    /// Whether a row that people have changed is shown with an open question.
    fn asks_about(&self, booked: &Booked) -> bool {
        let shows = |row: &Operation| match &row.state {
            OperationState::Parked { parked } => parked.candidates.iter().any(|shown| shown.remote == booked.remote),
            _ => false,
        };
        !self.meddling.is_none() && self.operations.iter().any(shows)
    }

    /// Whether a line may be missing: a person is asked about it or, where people got in between, the host has pushed nothing
    /// of that name, for it was a person's, or took back what had never come into the books.
    fn excuses(&self, expected: &str) -> bool {
        let is_named = |name: &str| expected.contains(&format!(" {name}: "));
        let mut own = self.operations.iter().filter(|row| is_named(&row.name)).peekable();
        let is_meddled = !self.meddling.is_none();
        self.open.iter().any(|name| is_named(name))
            || (is_meddled && own.peek().is_none())
            || (is_meddled && self.was_renamed_before_it_was_there(expected))
            || (is_meddled && own.any(|row| was_never_there(row, self.links)))
    }
}

impl Known<'_> {
    /// Whether every state of a record under a name was overtaken before it was sent, by one under another name.
    fn was_renamed_before_it_was_there(&self, expected: &str) -> bool {
        let mut own = self.operations.iter().filter(|row| expected.contains(&format!(" {}: ", row.name))).peekable();
        own.peek().is_some() && own.all(|row| row.state == OperationState::Done { outcome: Outcome::Superseded })
    }
}

/// Whether a record was taken back before it reached the books.
fn was_never_there(row: &Operation, links: &[Link]) -> bool {
    matches!(&row.state, OperationState::Done { outcome: Outcome::Voided })
        && !links.iter().any(|link| link.key == row.key)
}

fn compare_books<W>(known: &Known<'_>, scenario: &Scenario<W>, books: &[Booked], violations: &mut Vec<String>) {
    let mut missing: Vec<&str> = scenario.books.iter().map(String::as_str).collect();
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut differing = Vec::new();
    for booked in books {
        if check_added(booked, violations) {
            continue;
        }
        let times = seen.entry((&booked.kind, &booked.label)).or_default();
        *times += 1;
        let line = booked.to_string();
        match missing.iter().position(|expected| *expected == line) {
            Some(at) => {
                missing.remove(at);
            }
            None => differing.push((booked, line, *times)),
        }
    }
    for (booked, line, times) in differing {
        let prefix = format!("{} {}: ", booked.kind, booked.label);
        let expected = scenario.books.iter().filter(|expected| expected.starts_with(&prefix)).count();
        if times > if known.meddling.is_none() { 1 } else { expected.max(1) } {
            violations.push(format!("in the books more than once: {line}"));
            continue;
        }
        let is_explained = known.meddling.explains(booked, known.links, known.past);
        match missing.iter().position(|expected| expected.starts_with(&prefix)) {
            // What a person has taken away may be what another record was to take the place of.
            None if booked.gone && is_explained => {}
            // And what the story asks about may be no question any more.
            None if known.answers(booked, &scenario.questions) => {}
            // What is to be taken back stays while a person is asked about it.
            None if known.open.contains(&booked.label) && known.is_own(booked) => {}
            // Or what a person has changed is shown to a person with the question whether it is ours.
            None if known.asks_about(booked) => {}
            None => violations.push(format!("in the books, and nobody pushed it: {line}")),
            Some(at) => {
                let expected = missing.remove(at);
                if !known.open.contains(&booked.label) && !is_explained {
                    violations.push(format!("in the books as {line:?}, not as {expected:?}, and nobody is asked"));
                }
            }
        }
    }
    for expected in missing {
        if !known.excuses(expected) {
            violations.push(format!("not in the books, and nobody is asked: {expected}"));
        }
    }
}

fn check_links(
    operations: &[Operation],
    links: &[Link],
    books: &[Booked],
    meddling: &Meddling,
    violations: &mut Vec<String>,
) {
    let remotes: BTreeMap<&RemoteId, &Booked> = books.iter().map(|booked| (&booked.remote, booked)).collect();
    let mut taken: BTreeMap<(RecordKind, &RemoteId), &Link> = BTreeMap::new();
    for link in links {
        match remotes.get(&link.remote) {
            // Parts of other records, such as allocations, need not be listed on their own.
            None if link.key.kind == RecordKind::Allocation => {}
            // What was taken back may leave no trace.
            None if link.status.is_gone() => {}
            None => violations.push(format!("{} is linked to {}, which is not in the books", link.key, link.remote)),
            Some(booked) if booked.gone && !link.status.is_gone() && link.status != RemoteStatus::Archived => {
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
        let never_there = !meddling.is_none() && was_never_there(row, links);
        if outcome.is_in_books() && !never_there && !links.iter().any(|link| link.key == row.key) {
            violations.push(format!("{} is {outcome:?} and has no link", row.key));
        }
    }
}
