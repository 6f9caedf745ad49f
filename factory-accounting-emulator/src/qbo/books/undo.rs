//! Undoing one failed write without copying the books: what a write puts is noted from a mark on.

use super::Books;
use super::entity::Entity;
use super::ids::{Id, Sequence};
use super::shelf::Row;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The books as they stood at a mark.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Each row put or taken since, with what stood there before; the newest last.
    rows: Vec<(Entity, Id, Option<Arc<Row>>)>,
    sequences: BTreeMap<Sequence, u64>,
    counters: BTreeMap<&'static str, u64>,
    events: usize,
}

impl Books {
    /// Does all of a piece of work or none of it.
    pub(super) fn attempt<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if self.mark.is_some() {
            // Part of a larger attempt, which undoes everything together.
            return work(self);
        }
        self.mark = Some(Mark {
            rows: Vec::new(),
            sequences: self.sequences.clone(),
            counters: self.counters.clone(),
            events: self.events.len(),
        });
        let result = work(self);
        let mark = self.mark.take();
        if result.is_err()
            && let Some(mark) = mark
        {
            self.roll_back(mark);
        }
        result
    }

    /// Notes what stood at a place before it is changed.
    pub(super) fn note(&mut self, entity: Entity, id: Id, before: Option<Arc<Row>>) {
        if let Some(mark) = &mut self.mark {
            mark.rows.push((entity, id, before));
        }
    }

    fn roll_back(&mut self, mark: Mark) {
        for (entity, id, before) in mark.rows.into_iter().rev() {
            let shelf = self.shelf_mut(entity);
            match before {
                Some(row) => {
                    shelf.put(row);
                    shelf.set_deleted(id, None);
                }
                None => {
                    shelf.take(id);
                }
            }
        }
        self.sequences = mark.sequences;
        self.counters = mark.counters;
        self.events.truncate(mark.events);
    }
}
