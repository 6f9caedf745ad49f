//! Which operation waits for which, and who goes on when.

use factory_accounting_core::ids::OperationId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::store::OperationState;
use rusqlite::params;

use crate::fault::{Outcome, damaged};
use crate::outbox::Outbox;
use crate::rows::{self, Standing, signed, standings};

impl Outbox<'_> {
    /// Finds out once that no operation from the one to the other waits or is waited for, which is usual and saves asking for
    /// each of them.
    pub(crate) fn look_for_waits(&self, first: OperationId, last: OperationId) -> Outcome<()> {
        let waits = "SELECT EXISTS (SELECT 1 FROM fa_wait WHERE waiter BETWEEN ?1 AND ?2)
                         OR EXISTS (SELECT 1 FROM fa_wait WHERE awaited BETWEEN ?1 AND ?2)";
        let any: bool = self.statement(waits)?.query_row([signed(first.0), signed(last.0)], |row| row.get(0))?;
        self.without_waits.set((!any).then_some((first, last)));
        Ok(())
    }

    pub(crate) fn wait(&self, waiter: OperationId, awaited: OperationId) -> Outcome<()> {
        self.without_waits.set(None);
        self.run("INSERT OR IGNORE INTO fa_wait (waiter, awaited) VALUES (?1, ?2)", [waiter, awaited])?;
        Ok(())
    }

    /// Has whoever waits for an operation wait for a newer one of its record too. Says whether anyone does.
    pub(crate) fn inherit_waits(&self, old: OperationId, newer: OperationId) -> Outcome<bool> {
        self.without_waits.set(None);
        let heirs = self.run(
            "INSERT OR IGNORE INTO fa_wait (waiter, awaited)
             SELECT waiter, ?2 FROM fa_wait WHERE awaited = ?1 AND waiter <> ?2",
            [old, newer],
        )?;
        Ok(heirs > 0)
    }

    /// What is done waits for nothing, and nothing waits for it.
    pub(crate) fn end_waits(&self, id: OperationId) -> Outcome<()> {
        if self.without_waits.get().is_some_and(|(first, last)| (first..=last).contains(&id)) {
            return Ok(());
        }
        // Asked first, for it is seldom so, and a deletion that finds nothing costs several times the question.
        let waits = "SELECT EXISTS (SELECT 1 FROM fa_wait WHERE waiter = ?1)
                         OR EXISTS (SELECT 1 FROM fa_wait WHERE awaited = ?1)";
        if self.statement(waits)?.query_row([signed(id.0)], |row| row.get(0))? {
            self.run("DELETE FROM fa_wait WHERE waiter = ?1", [id])?;
            self.run("DELETE FROM fa_wait WHERE awaited = ?1", [id])?;
        }
        Ok(())
    }

    /// Takes back waits of an operation that lead round to itself: what it needs waits for its record, so it goes first.
    pub(crate) fn break_circles(&self, id: OperationId) -> Outcome<()> {
        self.run(
            "WITH RECURSIVE ahead (first, at) AS (
                 SELECT awaited, awaited FROM fa_wait WHERE waiter = ?1
                 UNION
                 SELECT ahead.first, w.awaited FROM ahead JOIN fa_wait w ON w.waiter = ahead.at WHERE ahead.at <> ?1
             )
             DELETE FROM fa_wait WHERE waiter = ?1 AND awaited IN (SELECT first FROM ahead WHERE at = ?1)",
            [id],
        )?;
        Ok(())
    }

    /// Whether something that goes on needs a held operation.
    pub(crate) fn is_needed(&self, at: &Standing) -> Outcome<bool> {
        let mut statement = self.statement(
            "SELECT EXISTS (SELECT 1 FROM fa_wait w JOIN fa_operation o ON o.id = w.waiter
                            WHERE w.awaited = ?1 AND o.state = 'queued')
                 OR EXISTS (SELECT 1 FROM fa_operation
                            WHERE connection = ?2 AND until_kind = ?3 AND until_local = ?4)",
        )?;
        let key = &at.key;
        let parameters = params![signed(at.id.0), self.connection.as_str(), key.kind.as_str(), key.id.as_str()];
        Ok(statement.query_row(parameters, |row| row.get(0))?)
    }

    /// Releases what an operation waits for and is held, and what that waits for in turn.
    pub(crate) fn release_needs(&self, id: OperationId) -> Outcome<()> {
        let mut statement = self.statement(
            "SELECT o.id FROM fa_wait w JOIN fa_operation o ON o.id = w.awaited WHERE w.waiter = ?1 AND o.state = 'held'",
        )?;
        let held: Vec<i64> = statement.query_map([signed(id.0)], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in held {
            let id = u64::try_from(id).map_err(|_| damaged("id of an operation", "it is negative"))?;
            self.release(&self.standing(OperationId(id))?)?;
        }
        Ok(())
    }

    pub(crate) fn release(&self, at: &Standing) -> Outcome<()> {
        if at.position.state != OperationState::Held {
            return Ok(());
        }
        self.place(at.id, &at.position.clone().woken())?;
        self.release_needs(at.id)
    }

    /// A parked operation is not on its way: those of other records that wait for it go on and see for themselves.
    pub(crate) fn stop_waiting_for(&self, at: &Standing) -> Outcome<()> {
        let mut statement = self.statement(
            "DELETE FROM fa_wait WHERE awaited = ?1 AND waiter NOT IN (
                 SELECT o.id FROM fa_wait w JOIN fa_operation o ON o.id = w.waiter
                 WHERE w.awaited = ?1 AND o.kind = ?2 AND o.local = ?3)",
        )?;
        statement.execute(params![signed(at.id.0), at.key.kind.as_str(), at.key.id.as_str()])?;
        Ok(())
    }

    fn run<const N: usize>(&self, sql: &'static str, ids: [OperationId; N]) -> Outcome<usize> {
        Ok(self.statement(sql)?.execute(rusqlite::params_from_iter(ids.map(|id| signed(id.0))))?)
    }

    /// Wakes what is parked until a record is linked.
    pub(crate) fn wake(&self, key: &RecordKey) -> Outcome<()> {
        if !self.anyone_sleeps_for(key.kind)? {
            return Ok(());
        }
        let mut statement =
            self.statement(standings!("connection = ?1 AND until_kind = ?2 AND until_local = ?3 ORDER BY id"))?;
        let mut found = statement.query(params![self.connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
        let mut sleepers = Vec::new();
        while let Some(row) = found.next()? {
            sleepers.push(rows::standing(row)?);
        }
        for sleeper in sleepers {
            self.place(sleeper.id, &sleeper.position.woken())?;
            self.release_needs(sleeper.id)?;
        }
        Ok(())
    }

    /// Whether anything is parked until a record of a kind is linked: asked once, for most kinds nothing is.
    fn anyone_sleeps_for(&self, kind: RecordKind) -> Outcome<bool> {
        if let Some(known) = self.sleepers.borrow().get(&kind) {
            return Ok(*known);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM fa_operation WHERE connection = ?1 AND until_kind = ?2)";
        let parameters = params![self.connection.as_str(), kind.as_str()];
        let sleeps = self.statement(sql)?.query_row(parameters, |row| row.get(0))?;
        self.sleepers.borrow_mut().insert(kind, sleeps);
        Ok(sleeps)
    }
}
