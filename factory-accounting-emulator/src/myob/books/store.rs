//! Every change of a row in one place: row version, times, indexes and what follows from them (myob.md 12.2).

use super::record::Record;
use super::shelf::{Row, Shelf};
use super::table::Table;
use super::{Books, Context};
use crate::myob::switches::PaymentTouch;
use std::sync::Arc;
use uuid::Uuid;

impl Books {
    pub(super) fn shelf(&self, table: Table) -> &Shelf {
        &self.shelves[table.place()]
    }

    fn shelf_mut(&mut self, table: Table) -> &mut Shelf {
        Arc::make_mut(&mut self.shelves[table.place()])
    }

    pub(super) fn get(&self, table: Table, uid: Uuid) -> Option<&Arc<Row>> {
        self.shelf(table).get(uid)
    }

    /// The row of an id, whatever it is.
    pub(super) fn find(&self, uid: Uuid) -> Option<&Arc<Row>> {
        self.get(self.derived.place(uid)?, uid)
    }

    /// A row version that was not there before, in all likelihood.
    pub(super) fn next_version(&mut self) -> i64 {
        self.versions.uuid().as_u64_pair().0.cast_signed()
    }

    /// Stores a new row.
    pub(super) fn put_new(&mut self, table: Table, uid: Uuid, body: Record, ctx: &Context<'_>) {
        let sequence = self.next_in("rows");
        let version = self.next_version();
        self.put(Row { table, uid, sequence, version, created: ctx.now, modified: ctx.now, body });
    }

    /// Changes a row; its version and time move (myob.md 12.2).
    pub(super) fn change(&mut self, table: Table, uid: Uuid, ctx: &Context<'_>, edit: impl FnOnce(&mut Record)) {
        let version = self.next_version();
        if let Some(before) = self.get(table, uid) {
            let mut row = Row::clone(before);
            edit(&mut row.body);
            row.version = version;
            row.modified = ctx.now;
            self.put(row);
        }
    }

    /// Changes a document because of a payment, whose effect on `LastModified` is not settled (myob.md 5).
    pub(super) fn touch(&mut self, table: Table, uid: Uuid, ctx: &Context<'_>, edit: impl FnOnce(&mut Record)) {
        let before = self.get(table, uid).map(|row| row.modified);
        self.change(table, uid, ctx, edit);
        if ctx.switches.payment_touch == PaymentTouch::VersionOnly
            && let (Some(modified), Some(row)) = (before, self.get(table, uid))
        {
            let mut row = Row::clone(row);
            row.modified = modified;
            self.put(row);
        }
    }

    pub(super) fn put(&mut self, row: Row) {
        let (table, uid) = (row.table, row.uid);
        let before = self.replace(Arc::new(row));
        self.note(table, uid, before);
    }

    /// Removes a row for good: there are no tombstones (myob.md 5).
    pub(super) fn remove(&mut self, table: Table, uid: Uuid) {
        let before = self.take(table, uid);
        self.note(table, uid, before);
    }

    /// Puts a row and keeps what follows from it true.
    pub(super) fn replace(&mut self, row: Arc<Row>) -> Option<Arc<Row>> {
        let before = self.shelf_mut(row.table).put(Arc::clone(&row));
        let derived = Arc::make_mut(&mut self.derived);
        if let Some(before) = &before {
            derived.subtract(before);
        }
        derived.add(&row);
        before
    }

    pub(super) fn take(&mut self, table: Table, uid: Uuid) -> Option<Arc<Row>> {
        let before = self.shelf_mut(table).take(uid)?;
        Arc::make_mut(&mut self.derived).subtract(&before);
        Some(before)
    }

    /// The next number of a sequence.
    pub(super) fn next_in(&mut self, sequence: &'static str) -> u64 {
        let last = self.counters.entry(sequence).or_default();
        *last += 1;
        *last
    }
}
