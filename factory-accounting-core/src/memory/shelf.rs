//! What is kept for one connection, and what can be read from it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::lists::Lists;
use crate::ids::{AttemptId, Cursor, LocalId, OperationId, RemoteId, WorkerId};
use crate::model::{RecordKey, RecordKind};
use crate::onboarding::Onboarding;
use crate::provider::{ChangeFeed, Organisation};
use crate::store::transition::{self, Position};
use crate::store::{
    Absorb, Attempt, Connection, Counts, Link, LinkEnd, Operation, OperationQuery, PastLink, Progress, SavedSettings,
    StoreError,
};

/// Everything of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    pub(super) connection: Option<Connection>,
    pub(super) lease: Option<Lease>,
    pub(super) epoch: u64,
    pub(super) rows: BTreeMap<OperationId, Row>,
    pub(super) by_record: BTreeMap<RecordKey, Vec<OperationId>>,
    /// Operations that are not done.
    pub(super) open: BTreeSet<OperationId>,
    /// Parked operations by the record whose link wakes them.
    pub(super) sleepers: BTreeMap<RecordKey, BTreeSet<OperationId>>,
    /// Who waits for an operation: [`Row::waits`] the other way round.
    pub(super) waiters: BTreeMap<OperationId, BTreeSet<OperationId>>,
    pub(super) attempts: BTreeMap<AttemptId, Attempt>,
    pub(super) links: BTreeMap<RecordKey, Linked>,
    pub(super) by_remote: BTreeMap<RemoteId, BTreeSet<RecordKey>>,
    /// How many links have ever been stored.
    pub(super) stored_links: u64,
    /// Links that have ended, oldest first.
    pub(super) past: BTreeMap<RecordKey, Vec<PastLink>>,
    pub(super) onboarding: Option<Onboarding>,
    pub(super) settings: Vec<SavedSettings>,
    pub(super) lists: Lists,
    pub(super) organisation: Option<(DateTime<Utc>, Organisation)>,
    pub(super) cursors: BTreeMap<ChangeFeed, Cursor>,
}

/// A worker's right to act.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub(super) worker: WorkerId,
    pub(super) until: DateTime<Utc>,
}

/// An operation with what only the store knows of it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) operation: Operation,
    /// The operations that it waits for.
    pub(super) waits: BTreeSet<OperationId>,
    /// How many links had been stored when it was claimed last.
    pub(super) links_seen: u64,
}

impl Row {
    pub(super) fn position(&self) -> Position {
        let operation = &self.operation;
        Position {
            state: operation.state.clone(),
            generation: operation.generation,
            not_before: operation.not_before,
            claims: operation.claims,
            failures: operation.failures,
            last_failure: operation.last_failure,
            resent: operation.resent,
            last_error: operation.last_error.clone(),
        }
    }
}

/// A link with its place in the order of storing.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    pub(super) link: Link,
    pub(super) stored: u64,
}

impl Shelf {
    /// An operation as the outside sees it.
    pub(super) fn view(&self, row: &Row) -> Operation {
        let keys: BTreeSet<&RecordKey> =
            row.waits.iter().filter_map(|id| self.rows.get(id)).map(|row| &row.operation.key).collect();
        Operation { waits_for: keys.into_iter().cloned().collect(), ..row.operation.clone() }
    }

    pub(super) fn list(&self, query: &OperationQuery) -> Vec<Operation> {
        let rows: Box<dyn Iterator<Item = &Row>> =
            if query.newest_first { Box::new(self.rows.values().rev()) } else { Box::new(self.rows.values()) };
        rows.filter(|row| is_asked_for(&row.operation, query))
            .take(or_thousand(query.limit))
            .map(|row| self.view(row))
            .collect()
    }

    pub(super) fn newest(&self, key: &RecordKey) -> Option<Operation> {
        let id = self.by_record.get(key)?.last()?;
        Some(self.view(self.row(*id)))
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for Row { operation, .. } in self.rows.values() {
            *counts.entry((operation.key.kind, transition::count_label(&operation.state))).or_default() += 1;
        }
        counts
    }

    /// The operation that says what the host wants of a record: the newest that stands.
    fn standing(&self, key: &RecordKey) -> Option<&Operation> {
        let ids = self.by_record.get(key)?;
        ids.iter()
            .rev()
            .filter_map(|id| self.rows.get(id))
            .map(|row| &row.operation)
            .find(|operation| transition::stands(&operation.state))
    }

    pub(super) fn progress(&self, parent: &RecordKey) -> Vec<Progress> {
        self.by_record
            .keys()
            .filter_map(|key| self.standing(key))
            .filter(|operation| operation.parent.as_ref() == Some(parent))
            .filter(|operation| transition::counts(operation.goal, &operation.state))
            .filter_map(|operation| Some(Progress { key: operation.key.clone(), net: operation.net? }))
            .collect()
    }

    pub(super) fn namesakes(&self, key: &RecordKey, name: &str, limit: usize) -> Vec<RecordKey> {
        let mut namesakes: Vec<&Operation> = self
            .by_record
            .keys()
            .filter(|other| other.kind == key.kind && *other != key)
            .filter_map(|other| self.standing(other))
            .filter(|operation| operation.name == name && transition::counts(operation.goal, &operation.state))
            .collect();
        namesakes.sort_by_key(|operation| std::cmp::Reverse(operation.id));
        namesakes.into_iter().take(limit).map(|operation| operation.key.clone()).collect()
    }

    pub(super) fn put_connection(&mut self, connection: Connection) -> Result<(), StoreError> {
        let pinned = self.connection.as_ref().and_then(|stored| stored.organisation.clone());
        if let (Some(pinned), Some(other)) = (&pinned, &connection.organisation)
            && pinned != other
        {
            return Err(transition::pinned(&connection.id, pinned, other));
        }
        self.connection = Some(Connection { organisation: connection.organisation.or(pinned), ..connection });
        Ok(())
    }

    pub(super) fn link(&self, key: &RecordKey) -> Option<&Link> {
        self.links.get(key).map(|linked| &linked.link)
    }

    pub(super) fn links_to(&self, remotes: &[RemoteId]) -> Vec<Link> {
        let keys: BTreeSet<&RecordKey> =
            remotes.iter().filter_map(|remote| self.by_remote.get(remote)).flatten().collect();
        keys.into_iter().filter_map(|key| self.link(key)).cloned().collect()
    }

    pub(super) fn list_links(&self, kind: RecordKind, after: Option<&LocalId>, limit: usize) -> Vec<Link> {
        self.links
            .iter()
            .filter(|(key, _)| key.kind == kind && after.is_none_or(|after| key.id > *after))
            .take(or_thousand(limit))
            .map(|(_, linked)| linked.link.clone())
            .collect()
    }

    pub(super) fn put_link(&mut self, link: &Link, end: &LinkEnd, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.check_links([link])?;
        self.store_link(link, end, now);
        Ok(())
    }

    pub(super) fn past_links(&self, keys: &[RecordKey]) -> Vec<PastLink> {
        keys.iter().filter_map(|key| self.past.get(key)).flatten().cloned().collect()
    }

    pub(super) fn broken_links(&self) -> Vec<Link> {
        self.links.values().map(|linked| &linked.link).filter(|link| link.is_broken()).cloned().collect()
    }

    pub(super) fn absorb(&mut self, absorb: &Absorb) -> Result<(), StoreError> {
        self.check_links(&absorb.links)?;
        for link in &absorb.links {
            self.store_link(link, &LinkEnd::Replaced, link.seen_at);
        }
        for raised in &absorb.raises {
            let seen = absorb.links.iter().map(|link| link.seen_at).max();
            self.raise(*raised, seen.unwrap_or_default());
        }
        if let Some(cursor) = &absorb.cursor {
            self.cursors.insert(absorb.feed, cursor.clone());
        }
        Ok(())
    }

    /// Ends a link; what led elsewhere than the one in its place is kept.
    pub(super) fn unlink(&mut self, key: &RecordKey, after: Option<&Link>, end: &LinkEnd, now: DateTime<Utc>) {
        let Some(linked) = self.links.remove(key) else { return };
        if let Some(keys) = self.by_remote.get_mut(&linked.link.remote) {
            keys.remove(key);
        }
        if let Some(past) = transition::past(linked.link, after, end, now) {
            self.past.entry(key.clone()).or_default().push(past);
        }
    }

    /// Whether links can be stored one after the other without any being taken twice.
    pub(super) fn check_links<'a>(&self, links: impl IntoIterator<Item = &'a Link>) -> Result<(), StoreError> {
        let mut stored: BTreeMap<&RecordKey, &Link> = BTreeMap::new();
        for link in links {
            let before = self.by_remote.get(&link.remote).into_iter().flatten().filter_map(|key| self.link(key));
            let owner = before
                .filter(|other| !stored.contains_key(&other.key))
                .chain(stored.values().copied())
                .find(|other| clash(link, other));
            if let Some(owner) = owner {
                return Err(transition::taken(link, &owner.key));
            }
            stored.insert(&link.key, link);
        }
        Ok(())
    }

    /// Stores a link that has been checked, and wakes what waits for it.
    pub(super) fn store_link(&mut self, link: &Link, end: &LinkEnd, now: DateTime<Utc>) {
        self.unlink(&link.key, Some(link), end, now);
        self.by_remote.entry(link.remote.clone()).or_default().insert(link.key.clone());
        self.stored_links += 1;
        self.links.insert(link.key.clone(), Linked { link: link.clone(), stored: self.stored_links });
        if !transition::wakes(link) {
            return;
        }
        for sleeper in self.sleepers.get(&link.key).cloned().unwrap_or_default() {
            let woken = self.row(sleeper).position().woken();
            self.place(sleeper, woken, now);
            self.release_needs(sleeper, now);
        }
    }

    /// A row that is known to be there.
    pub(super) fn row(&self, id: OperationId) -> &Row {
        &self.rows[&id]
    }
}

fn is_asked_for(operation: &Operation, query: &OperationQuery) -> bool {
    let behind = |after| if query.newest_first { operation.id < after } else { operation.id > after };
    let until = || transition::waits_for_link(&operation.state);
    query.after.is_none_or(behind)
        && query.key.as_ref().is_none_or(|key| operation.key == *key)
        && query.kind.is_none_or(|kind| operation.key.kind == kind)
        && query.arrived_by.is_none_or(|by| operation.created_at <= by)
        && query.until_linked.as_ref().is_none_or(|key| until() == Some(key))
        && (query.states.is_empty() || query.states.iter().any(|state| state.matches(&operation.state)))
}

fn clash(link: &Link, other: &Link) -> bool {
    other.key != link.key
        && other.key.kind == link.key.kind
        && other.remote == link.remote
        && transition::is_exclusive(link)
        && transition::is_exclusive(other)
}

pub(super) fn or_thousand(limit: usize) -> usize {
    if limit == 0 { 1_000 } else { limit }
}
