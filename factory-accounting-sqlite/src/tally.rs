//! How many operations are done, by kind and label.

use std::collections::BTreeMap;

use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::OperationState;
use factory_accounting_core::store::transition;
use rusqlite::{Connection, params};

use crate::fault::Outcome;

/// What a step adds to the operations that are done, gathered so that fifty of a kind are one row written once. It belongs to
/// what is rolled back as one, and is written before that ends.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Tally(BTreeMap<(RecordKind, &'static str), i64>);

impl Tally {
    /// An operation is done.
    pub(crate) fn count(&mut self, kind: RecordKind, state: &OperationState) {
        *self.0.entry((kind, transition::count_label(state))).or_default() += 1;
    }

    /// An operation is done no longer.
    pub(crate) fn uncount(&mut self, kind: RecordKind, state: &OperationState) {
        *self.0.entry((kind, transition::count_label(state))).or_default() -= 1;
    }

    pub(crate) fn write(self, db: &Connection, connection: &ConnectionId) -> Outcome<()> {
        let sql = "INSERT INTO fa_tally (connection, label, kind, number) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT DO UPDATE SET number = number + excluded.number";
        for ((kind, label), number) in self.0.into_iter().filter(|(_, number)| *number != 0) {
            db.prepare_cached(sql)?.execute(params![connection.as_str(), label, kind.as_str(), number])?;
        }
        Ok(())
    }
}
