//! One kind of entity: rows in the order of creation, found by id and by natural keys without a scan.

use super::undo::Undo;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What an entity is found by besides its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Number,
    Reference,
    Name,
    Contact,
    Document,
}

pub(super) trait Shelved {
    fn id(&self) -> Uuid;
    /// The natural keys as they stand now; texts are compared without case.
    fn keys(&self) -> Vec<(Key, String)>;
}

#[derive(Clone, Debug)]
pub(super) struct Shelf<T> {
    rows: Vec<T>,
    by_id: BTreeMap<Uuid, usize>,
    by_key: BTreeMap<(Key, String), BTreeSet<usize>>,
    /// Since a mark: where a row was put, and which one it replaced.
    journal: Option<Vec<(usize, Option<T>)>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_id: BTreeMap::new(), by_key: BTreeMap::new(), journal: None }
    }
}

impl<T: Shelved> Shelf<T> {
    /// Adds a row, or replaces the one of the same id, and keeps every index true.
    pub(super) fn put(&mut self, row: T) {
        let replaced = self.by_id.get(&row.id()).copied();
        if let Some(at) = replaced {
            self.unlist(at);
        }
        let at = replaced.unwrap_or(self.rows.len());
        for key in row.keys() {
            self.by_key.entry(key).or_default().insert(at);
        }
        let before = match replaced {
            Some(at) => Some(std::mem::replace(&mut self.rows[at], row)),
            None => {
                self.by_id.insert(row.id(), at);
                self.rows.push(row);
                None
            }
        };
        if let Some(journal) = &mut self.journal {
            journal.push((at, before));
        }
    }

    /// Takes a row's natural keys out of the index.
    fn unlist(&mut self, at: usize) {
        for key in self.rows[at].keys() {
            if let Some(places) = self.by_key.get_mut(&key) {
                places.remove(&at);
                if places.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
    }

    /// Takes a row away for good; only items are ever removed, so the renumbering may be slow.
    pub(super) fn remove(&mut self, id: Uuid) -> Option<T> {
        let at = *self.by_id.get(&id)?;
        let mut rest = std::mem::take(&mut self.rows);
        let gone = rest.remove(at);
        self.by_id.clear();
        self.by_key.clear();
        for row in rest {
            self.put(row);
        }
        Some(gone)
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&T> {
        self.by_id.get(&id).map(|&at| &self.rows[at])
    }

    /// Rows of a natural key, oldest first.
    pub(super) fn find<'a>(&'a self, key: Key, text: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.by_key.get(&(key, text.to_lowercase())).into_iter().flatten().map(|&at| &self.rows[at])
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }
}

impl<T: Shelved> Undo for Shelf<T> {
    fn mark(&mut self) {
        self.journal = Some(Vec::new());
    }

    fn forget_mark(&mut self) {
        self.journal = None;
    }

    fn roll_back(&mut self) {
        for (at, before) in self.journal.take().unwrap_or_default().into_iter().rev() {
            match before {
                Some(before) => self.put(before),
                // A new row is the last one by the time its turn comes.
                None => {
                    self.unlist(at);
                    if let Some(row) = self.rows.pop() {
                        self.by_id.remove(&row.id());
                    }
                }
            }
        }
    }
}
