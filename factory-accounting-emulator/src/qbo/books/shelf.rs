//! One kind of row: in the order of ids, found by id, by indexed members and by time of change without a scan.

use super::entity::Entity;
use super::ids::Id;
use super::record::{Leaf, Record};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// One row with what every entity carries (qbo.md 2).
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) entity: Entity,
    pub(super) id: Id,
    /// 0 at creation, one more with each change.
    pub(super) sync_token: u32,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    /// Whether it was voided; answers show it only by amounts and note (qbo.md 5.0).
    pub(super) voided: bool,
    pub(super) body: Record,
}

impl Row {
    /// Rows without `Active` are always active (qbo.md 5.7).
    pub(super) fn is_active(&self) -> bool {
        self.body.flag("Active") || !self.body.has("Active")
    }
}

/// The rows of one kind; a clone shares them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    rows: BTreeMap<Id, Arc<Row>>,
    index: BTreeMap<&'static str, BTreeMap<String, BTreeSet<Id>>>,
    changed: BTreeSet<(DateTime<Utc>, Id)>,
    deleted: BTreeMap<Id, DateTime<Utc>>,
}

impl Shelf {
    pub(super) fn get(&self, id: Id) -> Option<&Arc<Row>> {
        self.rows.get(&id)
    }

    /// Adds or replaces a row; answers the one that it replaced.
    pub(super) fn put(&mut self, row: Arc<Row>) -> Option<Arc<Row>> {
        let replaced = self.take(row.id);
        for (member, text) in keys(&row) {
            self.index.entry(member).or_default().entry(text).or_default().insert(row.id);
        }
        self.changed.insert((row.updated, row.id));
        self.rows.insert(row.id, row);
        replaced
    }

    /// Takes a row away and keeps every index true.
    pub(super) fn take(&mut self, id: Id) -> Option<Arc<Row>> {
        let row = self.rows.remove(&id)?;
        for (member, text) in keys(&row) {
            if let Some(texts) = self.index.get_mut(member)
                && let Some(ids) = texts.get_mut(&text)
            {
                ids.remove(&id);
                if ids.is_empty() {
                    texts.remove(&text);
                }
            }
        }
        self.changed.remove(&(row.updated, id));
        Some(row)
    }

    /// Notes, or forgets with `None`, when a row was deleted.
    pub(super) fn set_deleted(&mut self, id: Id, at: Option<DateTime<Utc>>) {
        match at {
            Some(at) => self.deleted.insert(id, at),
            None => self.deleted.remove(&id),
        };
    }

    /// Rows deleted since an instant, oldest first.
    pub(super) fn deleted_since(&self, since: DateTime<Utc>) -> Vec<(DateTime<Utc>, Id)> {
        let mut found: Vec<_> =
            self.deleted.iter().filter(|(_, at)| **at >= since).map(|(id, at)| (*at, *id)).collect();
        found.sort_unstable();
        found
    }

    /// Every row, by id.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &Arc<Row>> {
        self.rows.values()
    }

    /// Rows whose indexed member has this text, by id. A member that is not indexed finds nothing.
    pub(super) fn find(&self, member: &str, text: &str) -> impl Iterator<Item = &Arc<Row>> {
        let ids = self.index.get(member).and_then(|texts| texts.get(&text.to_lowercase()));
        ids.into_iter().flatten().filter_map(|id| self.rows.get(id))
    }

    /// Rows changed at or after an instant, oldest change first.
    pub(super) fn changed_since(&self, since: DateTime<Utc>) -> impl Iterator<Item = &Arc<Row>> {
        let range = (Bound::Included((since, Id::Number(0))), Bound::Unbounded);
        self.changed.range(range).filter_map(|(_, id)| self.rows.get(id))
    }
}

/// The indexed members as they stand.
fn keys(row: &Row) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    for member in row.entity.indexed() {
        let mut leaves = Vec::new();
        row.body.walk(member, &mut leaves);
        keys.extend(leaves.into_iter().filter_map(|leaf| match leaf {
            Leaf::Text(text) => Some((*member, text.to_lowercase())),
            Leaf::Number(_) | Leaf::Flag(_) => None,
        }));
    }
    keys
}
