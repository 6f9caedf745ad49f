//! One kind of entity: rows in the order of creation, found by id and by natural keys without a scan.

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
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_id: BTreeMap::new(), by_key: BTreeMap::new() }
    }
}

impl<T: Shelved> Shelf<T> {
    /// Adds a row, or replaces the one of the same id, and keeps every index true.
    pub(super) fn put(&mut self, row: T) {
        let at = match self.by_id.get(&row.id()) {
            Some(&at) => {
                for key in self.rows[at].keys() {
                    if let Some(places) = self.by_key.get_mut(&key) {
                        places.remove(&at);
                        if places.is_empty() {
                            self.by_key.remove(&key);
                        }
                    }
                }
                at
            }
            None => self.rows.len(),
        };
        for key in row.keys() {
            self.by_key.entry(key).or_default().insert(at);
        }
        if at == self.rows.len() {
            self.by_id.insert(row.id(), at);
            self.rows.push(row);
        } else {
            self.rows[at] = row;
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
