//! Undoing one failed write without copying the books: what a write puts is noted from a mark on.

use super::attachment::Files;
use super::shelf::Row;
use super::table::Table;
use super::{Books, Gone};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The books as they stood at a mark.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Each row put or taken since, with what stood there before; the newest last.
    rows: Vec<(Table, Uuid, Option<Arc<Row>>)>,
    counters: BTreeMap<&'static str, u64>,
    gone: Arc<Gone>,
    files: Arc<Files>,
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
            counters: self.counters.clone(),
            gone: Arc::clone(&self.gone),
            files: Arc::clone(&self.files),
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
    pub(super) fn note(&mut self, table: Table, uid: Uuid, before: Option<Arc<Row>>) {
        if let Some(mark) = &mut self.mark {
            mark.rows.push((table, uid, before));
        }
    }

    fn roll_back(&mut self, mark: Mark) {
        for (table, uid, before) in mark.rows.into_iter().rev() {
            match before {
                Some(row) => {
                    self.replace(row);
                }
                None => {
                    self.take(table, uid);
                }
            }
        }
        self.counters = mark.counters;
        self.gone = mark.gone;
        self.files = mark.files;
    }
}
