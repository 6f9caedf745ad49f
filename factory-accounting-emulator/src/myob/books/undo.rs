//! Undoing one failed write without copying the books: what a write puts is noted from a mark on.

use super::Books;
use super::attachment::File;
use super::shelf::Row;
use super::table::Table;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The books as they stood at a mark.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Each row put or taken since, with what stood there before; the newest last.
    rows: Vec<(Table, Uuid, Option<Arc<Row>>)>,
    counters: BTreeMap<&'static str, u64>,
    /// Orders that conversions took away since.
    gone: Vec<Uuid>,
    /// Files that went with their documents since.
    files: Vec<(Uuid, Vec<File>)>,
}

impl Books {
    /// Does all of a piece of work or none of it.
    pub(super) fn attempt<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if self.mark.is_some() {
            // Part of a larger attempt, which undoes everything together.
            return work(self);
        }
        self.mark =
            Some(Mark { rows: Vec::new(), counters: self.counters.clone(), gone: Vec::new(), files: Vec::new() });
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

    /// Remembers an order that a conversion takes away.
    pub(super) fn note_gone(&mut self, order: Uuid, table: Table, number: String) {
        Arc::make_mut(&mut self.gone).insert(order, (table, number));
        if let Some(mark) = &mut self.mark {
            mark.gone.push(order);
        }
    }

    /// Files go with their document.
    pub(super) fn forget_files(&mut self, document: Uuid) {
        if !self.files.contains_key(&document) {
            return;
        }
        let files = Arc::make_mut(&mut self.files).remove(&document);
        if let (Some(mark), Some(files)) = (&mut self.mark, files) {
            mark.files.push((document, files));
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
        for order in mark.gone {
            Arc::make_mut(&mut self.gone).remove(&order);
        }
        for (document, files) in mark.files {
            Arc::make_mut(&mut self.files).insert(document, files);
        }
    }
}
