//! Statements that one verb runs for row after row.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use rusqlite::{CachedStatement, Connection};

use crate::fault::Outcome;

/// Statements that have been used in a transaction and are used again. rusqlite's cache finds one by hashing its whole text,
/// twice for each use, which costs as much as many of them do; here it is found by where its text stands.
pub(crate) struct AtHand<'db> {
    db: &'db Connection,
    idle: RefCell<Vec<(&'static str, CachedStatement<'db>)>>,
}

impl<'db> AtHand<'db> {
    pub(crate) fn new(db: &'db Connection) -> Self {
        Self { db, idle: RefCell::default() }
    }

    /// A statement to run. One whose rows are still being read is not given out again: a second is prepared.
    pub(crate) fn statement(&self, sql: &'static str) -> Outcome<Lent<'_, 'db>> {
        let mut idle = self.idle.borrow_mut();
        let found = idle.iter().position(|(text, _)| std::ptr::eq(*text, sql)).map(|at| idle.swap_remove(at).1);
        drop(idle);
        let statement = found.map_or_else(|| self.db.prepare_cached(sql), Ok)?;
        Ok(Lent { owner: self, sql, statement: Some(statement) })
    }
}

impl fmt::Debug for AtHand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtHand").finish_non_exhaustive()
    }
}

/// A statement in use.
pub(crate) struct Lent<'hand, 'db> {
    owner: &'hand AtHand<'db>,
    sql: &'static str,
    statement: Option<CachedStatement<'db>>,
}

impl<'db> Deref for Lent<'_, 'db> {
    type Target = CachedStatement<'db>;

    fn deref(&self) -> &Self::Target {
        self.statement.as_ref().unwrap_or_else(|| unreachable!("it is taken only when this is dropped"))
    }
}

impl DerefMut for Lent<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.statement.as_mut().unwrap_or_else(|| unreachable!("it is taken only when this is dropped"))
    }
}

impl Drop for Lent<'_, '_> {
    fn drop(&mut self) {
        if let Some(statement) = self.statement.take() {
            self.owner.idle.borrow_mut().push((self.sql, statement));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: &str = "WITH n (i) AS (VALUES (1), (2), (3)) SELECT i FROM n WHERE i > ?1";

    fn first(hand: &AtHand<'_>, above: i64) -> i64 {
        hand.statement(NUMBERS).expect("sql").query_row([above], |row| row.get(0)).expect("a row")
    }

    #[test]
    fn a_statement_is_prepared_once_and_bound_anew() {
        let db = Connection::open_in_memory().expect("memory");
        let hand = AtHand::new(&db);
        assert_eq!([first(&hand, 0), first(&hand, 2), first(&hand, 1)], [1, 3, 2]);
        assert_eq!(hand.idle.borrow().len(), 1);
    }

    #[test]
    fn one_whose_rows_are_being_read_is_left_alone() {
        let db = Connection::open_in_memory().expect("memory");
        let hand = AtHand::new(&db);
        let mut outer = hand.statement(NUMBERS).expect("sql");
        let mut rows = outer.query([0]).expect("rows");
        let mut seen = Vec::new();
        while let Some(row) = rows.next().expect("a row") {
            seen.push((row.get::<_, i64>(0).expect("a number"), first(&hand, 1)));
        }
        assert_eq!(seen, [(1, 2), (2, 2), (3, 2)]);
        drop(rows);
        drop(outer);
        assert_eq!(hand.idle.borrow().len(), 2);
    }
}
