//! How operations come in, wait for one another and are decided on. The moves themselves are those of
//! [`transition`]; here is how their rows are found and kept.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, OperationId, Revision};
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::store::transition::{self, Arrival, Known, Position};
use factory_accounting_core::store::{
    Enqueued, KnownParty, Link, LinkEnd, NewOperation, OperationState, RecordedDecision, Scope, StoreError,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::fault::{Fault, Outcome, damaged};
use crate::links;
use crate::register;
use crate::rows::{self, Standing, StateColumns, goal, goal_name, json, millis, parse, signed, unsigned};

/// Adds operations within the host's own transaction, so that its records and what is to be sent of them become durable
/// together or not at all. The tables are brought into the host's database by [`migrate_in`](crate::migrate_in). If this
/// fails nothing of it has happened, and the host's transaction goes on.
///
/// # Errors
/// Those of [`SyncStore::enqueue`](factory_accounting_core::store::SyncStore::enqueue), and [`StoreError::Format`] where the
/// tables are missing or of another version.
pub fn enqueue_in(
    transaction: &Transaction<'_>,
    connection: &ConnectionId,
    operations: &[NewOperation],
    now: DateTime<Utc>,
) -> Result<Vec<Enqueued>, StoreError> {
    crate::schema::check(transaction).map_err(|fault| fault.0)?;
    let outbox = Outbox { db: transaction, connection, now };
    all_or_nothing(transaction, || outbox.enqueue(operations)).map_err(|fault| fault.0)
}

/// Takes a step back if it fails, and leaves the transaction around it as it was.
pub(crate) fn all_or_nothing<T>(db: &Connection, step: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    db.execute_batch("SAVEPOINT fa_step")?;
    let outcome = step();
    db.execute_batch(if outcome.is_ok() { "RELEASE fa_step" } else { "ROLLBACK TO fa_step; RELEASE fa_step" })?;
    outcome
}

/// The outbox of a connection at one moment of one transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outbox<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) connection: &'a ConnectionId,
    pub(crate) now: DateTime<Utc>,
}

impl Outbox<'_> {
    pub(crate) fn enqueue(&self, operations: &[NewOperation]) -> Outcome<Vec<Enqueued>> {
        operations.iter().map(|new| self.add(new)).collect()
    }

    fn add(&self, new: &NewOperation) -> Outcome<Enqueued> {
        let newest = self.known(&new.key, None)?;
        let same = match (&newest, new.revision) {
            (Some(newest), Some(revision)) if revision < newest.revision => self.known(&new.key, Some(revision))?,
            _ => None,
        };
        match transition::arrival(new, newest.as_ref(), same.as_ref())? {
            Arrival::Known(known) => Ok(known),
            Arrival::New(revision) => {
                let repeated = newest.as_ref().is_some_and(|newest| newest.revision == revision);
                let operation = self.insert(new, revision, newest.is_some(), repeated)?;
                if let Some(party) = KnownParty::pushed(new) {
                    register::know(self.db, self.connection, new.key.kind, &party)?;
                }
                Ok(Enqueued { operation, revision, new: true })
            }
        }
    }

    /// The newest row of a record, or the newest of one of its revisions.
    fn known(&self, key: &RecordKey, revision: Option<Revision>) -> Outcome<Option<Known>> {
        // Spelt twice, for SQLite does not search an index by a bound that may be absent.
        let mut statement = self.db.prepare_cached(if revision.is_some() {
            "SELECT id, revision, goal, fingerprint, state, outcome FROM fa_operation
             WHERE connection = ?1 AND kind = ?2 AND local = ?3 AND revision = ?4 ORDER BY repetition DESC LIMIT 1"
        } else {
            "SELECT id, revision, goal, fingerprint, state, outcome FROM fa_operation
             WHERE connection = ?1 AND kind = ?2 AND local = ?3 AND ?4 IS NULL
             ORDER BY revision DESC, repetition DESC LIMIT 1"
        })?;
        let revision = revision.map(|revision| signed(revision.0));
        let mut rows =
            statement.query(params![self.connection.as_str(), key.kind.as_str(), key.id.as_str(), revision])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let outcome = row.get_ref(5)?.as_str_or_null().map_err(|error| damaged("outcome", error))?;
        let repeatable = match outcome {
            Some(outcome) => transition::is_repeatable(&OperationState::Done { outcome: parse("outcome", outcome)? }),
            None => false,
        };
        Ok(Some(Known {
            operation: OperationId(unsigned(row, 0)?),
            revision: Revision(unsigned(row, 1)?),
            goal: goal(row.get_ref(2)?.as_str().map_err(|error| damaged("goal", error))?)?,
            fingerprint: row.get(3)?,
            repeatable,
        }))
    }

    fn insert(
        &self,
        new: &NewOperation,
        revision: Revision,
        has_history: bool,
        repeated: bool,
    ) -> Outcome<OperationId> {
        let older = if has_history { self.open_of(&new.key)? } else { Vec::new() };
        let position = Position::at_start(&new.start);
        let id = self.insert_row(new, revision, repeated, &position)?;

        let mut inherited = false;
        for old in older {
            if transition::may_be_superseded(&old.position.state) {
                inherited |= self.supersede(old.id, old.position, id)?;
            } else {
                self.wait(id, old.id)?;
            }
        }
        if transition::is_done(&position.state) {
            self.finish(id, &position.state)?;
            return Ok(id);
        }
        let mut waits = false;
        for need in new.needs.iter().filter(|need| **need != new.key) {
            let newest = self.open_of(need)?.pop();
            if let Some(needed) = newest.filter(|needed| transition::is_on_its_way(&needed.position.state)) {
                self.wait(id, needed.id)?;
                waits = true;
            }
        }
        if inherited {
            self.break_circles(id)?;
        }
        // Nothing follows for what is queued and waits for nothing.
        if waits || position.state != OperationState::Queued {
            self.arrive(&Standing { id, key: new.key.clone(), position, links_seen: 0 })?;
        }
        Ok(id)
    }

    fn insert_row(
        &self,
        new: &NewOperation,
        revision: Revision,
        repeated: bool,
        position: &Position,
    ) -> Outcome<OperationId> {
        let columns = StateColumns::of(&position.state)?;
        let mut statement = self.db.prepare_cached(
            "INSERT INTO fa_operation (connection, kind, local, revision, repetition, goal, name, fingerprint, parent_kind,
                 parent_local, net, state, parked, until_kind, until_local, outcome, generation, not_before, claims,
                 failures, expects, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4,
                 CASE WHEN ?5 THEN (SELECT max(repetition) + 1 FROM fa_operation WHERE connection = ?1 AND kind = ?2
                     AND local = ?3 AND revision = ?4) ELSE 0 END,
                 ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, ?17, 0, 0, ?18, ?19, ?19)",
        )?;
        let id = statement.insert(params![
            self.connection.as_str(),
            new.key.kind.as_str(),
            new.key.id.as_str(),
            signed(revision.0),
            repeated,
            goal_name(new.goal),
            new.name,
            new.fingerprint,
            new.parent.as_ref().map(|parent| parent.kind.as_str()),
            new.parent.as_ref().map(|parent| parent.id.as_str()),
            new.net.map(|net| net.to_string()),
            columns.state,
            columns.parked,
            columns.until.as_ref().map(|until| until.0),
            columns.until.as_ref().map(|until| &until.1),
            columns.outcome,
            millis(position.not_before),
            new.expects,
            millis(self.now),
        ])?;
        let sql = "INSERT INTO fa_record (operation, record) VALUES (?1, ?2)";
        self.db.prepare_cached(sql)?.execute(params![id, new.record])?;
        u64::try_from(id).map(OperationId).map_err(|_| damaged("id of an operation", format!("{id} is negative")))
    }

    /// What follows when an operation has come to its place: who waits for a link that is there already goes on, who is
    /// needed is released, and so are those that it needs.
    fn arrive(&self, at: &Standing) -> Outcome<()> {
        let id = at.id;
        match &at.position.state {
            OperationState::Queued => self.release_needs(id),
            OperationState::Held if self.is_needed(at)? => {
                self.place(id, &at.position.clone().woken())?;
                self.release_needs(id)
            }
            OperationState::Parked { .. } => {
                if let Some(key) = transition::waits_for_link(&at.position.state) {
                    if links::stored(self.db, self.connection, key)?.is_some_and(|stored| stored > at.links_seen) {
                        self.place(id, &at.position.clone().woken())?;
                        return self.release_needs(id);
                    }
                    for held in self.open_of(key)? {
                        self.release(&held)?;
                    }
                }
                self.stop_waiting_for(at)
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn standing(&self, id: OperationId) -> Outcome<Standing> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {} FROM fa_operation WHERE id = ?1 AND connection = ?2",
            rows::STANDING
        ))?;
        let mut found = statement.query(params![signed(id.0), self.connection.as_str()])?;
        match found.next()? {
            Some(row) => rows::standing(row),
            None => Err(Fault(transition::unknown(id))),
        }
    }

    /// Unfinished operations of a record, in order of arrival.
    fn open_of(&self, key: &RecordKey) -> Outcome<Vec<Standing>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {} FROM fa_operation
             WHERE connection = ?1 AND kind = ?2 AND local = ?3 AND state <> 'done' ORDER BY revision, repetition",
            rows::STANDING
        ))?;
        let mut found = statement.query(params![self.connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
        let mut open = Vec::new();
        while let Some(row) = found.next()? {
            open.push(rows::standing(row)?);
        }
        Ok(open)
    }

    /// Puts an operation in its place.
    pub(crate) fn place(&self, id: OperationId, position: &Position) -> Outcome<()> {
        let columns = StateColumns::of(&position.state)?;
        let mut statement = self.db.prepare_cached(
            "UPDATE fa_operation SET state = ?2, attempt = ?3, parked = ?4, until_kind = ?5, until_local = ?6, outcome = ?7,
                 generation = ?8, not_before = ?9, claims = ?10, failures = ?11, last_error = ?12, updated_at = ?13,
                 last_failure = ?14, resent = ?15
             WHERE id = ?1",
        )?;
        statement.execute(params![
            signed(id.0),
            columns.state,
            columns.attempt,
            columns.parked,
            columns.until.as_ref().map(|until| until.0),
            columns.until.as_ref().map(|until| &until.1),
            columns.outcome,
            position.generation.0,
            millis(position.not_before),
            position.claims,
            position.failures,
            position.last_error,
            millis(self.now),
            position.last_failure.map(|kind| json(&kind)).transpose()?,
            position.resent,
        ])?;
        if transition::is_done(&position.state) { self.finish(id, &position.state) } else { Ok(()) }
    }

    /// What is done is counted; it waits for nothing, and nothing waits for it.
    fn finish(&self, id: OperationId, state: &OperationState) -> Outcome<()> {
        let count = "INSERT INTO fa_tally (connection, label, kind, number)
                     SELECT connection, ?2, kind, 1 FROM fa_operation WHERE id = ?1
                     ON CONFLICT DO UPDATE SET number = number + 1";
        self.db.prepare_cached(count)?.execute(params![signed(id.0), transition::count_label(state)])?;
        // Asked first, for it is seldom so, and a deletion that finds nothing costs several times the question.
        let waits = "SELECT EXISTS (SELECT 1 FROM fa_wait WHERE waiter = ?1)
                         OR EXISTS (SELECT 1 FROM fa_wait WHERE awaited = ?1)";
        if self.db.prepare_cached(waits)?.query_row([signed(id.0)], |row| row.get(0))? {
            self.run("DELETE FROM fa_wait WHERE waiter = ?1", [id])?;
            self.run("DELETE FROM fa_wait WHERE awaited = ?1", [id])?;
        }
        Ok(())
    }

    /// Moves an operation out of an attempt, the queue or a person's hands. Where it would wait again, a newer revision of
    /// its record takes its place.
    pub(crate) fn move_on(&self, at: Standing, position: Position) -> Outcome<()> {
        let newer = if transition::may_be_superseded(&position.state) {
            self.open_of(&at.key)?.pop().filter(|newest| newest.id > at.id)
        } else {
            None
        };
        if let Some(newer) = newer {
            if self.supersede(at.id, position, newer.id)? {
                self.break_circles(newer.id)?;
            }
            return self.arrive(&self.standing(newer.id)?);
        }
        self.place(at.id, &position)?;
        self.arrive(&Standing { position, ..at })
    }

    /// Has the newest operation of a record done once more, where it is done and in the books.
    pub(crate) fn reopen(&self, key: &RecordKey) -> Outcome<()> {
        let Some(newest) = self.known(key, None)? else { return Ok(()) };
        let at = self.standing(newest.operation)?;
        let before = transition::count_label(&at.position.state);
        let Some(position) = at.position.reopened(newest.goal, self.now) else { return Ok(()) };
        self.uncount(before, key)?;
        self.place(newest.operation, &position)
    }

    /// What is done no longer is not counted.
    fn uncount(&self, label: &str, key: &RecordKey) -> Outcome<()> {
        let count = "UPDATE fa_tally SET number = number - 1 WHERE connection = ?1 AND label = ?2 AND kind = ?3";
        self.db.prepare_cached(count)?.execute(params![self.connection.as_str(), label, key.kind.as_str()])?;
        Ok(())
    }

    /// Asks anew what a person has set aside, where nothing newer has come.
    pub(crate) fn raise(&self, id: OperationId) -> Outcome<()> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {} FROM fa_operation WHERE id = ?1 AND connection = ?2",
            rows::STANDING
        ))?;
        let mut found = statement.query(params![signed(id.0), self.connection.as_str()])?;
        let Some(at) = found.next()?.map(rows::standing).transpose()? else { return Ok(()) };
        if self.known(&at.key, None)?.is_none_or(|newest| newest.operation != id) {
            return Ok(());
        }
        let before = transition::count_label(&at.position.state);
        let Some(position) = at.position.raised() else { return Ok(()) };
        self.uncount(before, &at.key)?;
        self.place(id, &position)
    }

    /// Makes queued operations due that were to wait until later.
    pub(crate) fn hasten(&self, scope: &Scope) -> Outcome<u64> {
        let (kind, local) = match scope {
            Scope::All => (None, None),
            Scope::Kind(kind) => (Some(kind.as_str()), None),
            Scope::Record(key) => (Some(key.kind.as_str()), Some(key.id.as_str())),
            // Better nothing than everything: one that a later version of the core adds.
            other => return Err(Fault(StoreError::Refused(format!("this store cannot hasten {other:?}")))),
        };
        // A queued operation is not done: said so that the index of what is open serves.
        let mut statement = self.db.prepare_cached(
            "UPDATE fa_operation SET not_before = ?2, updated_at = ?2
             WHERE connection = ?1 AND state = 'queued' AND state <> 'done' AND not_before > ?2
                 AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR local = ?4)",
        )?;
        let many = statement.execute(params![self.connection.as_str(), millis(self.now), kind, local])?;
        Ok(many as u64)
    }

    /// Lets a newer revision take the place of an older one, and take over who waits for it. Says whether anyone did.
    fn supersede(&self, old: OperationId, position: Position, newer: OperationId) -> Outcome<bool> {
        let heirs = self.run(
            "INSERT OR IGNORE INTO fa_wait (waiter, awaited)
             SELECT waiter, ?2 FROM fa_wait WHERE awaited = ?1 AND waiter <> ?2",
            [old, newer],
        )?;
        self.place(old, &position.superseded())?;
        Ok(heirs > 0)
    }

    /// Takes back waits of an operation that lead round to itself: what it needs waits for its record, so it goes first.
    fn break_circles(&self, id: OperationId) -> Outcome<()> {
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
    fn is_needed(&self, at: &Standing) -> Outcome<bool> {
        let mut statement = self.db.prepare_cached(
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
    fn release_needs(&self, id: OperationId) -> Outcome<()> {
        let mut statement = self.db.prepare_cached(
            "SELECT o.id FROM fa_wait w JOIN fa_operation o ON o.id = w.awaited WHERE w.waiter = ?1 AND o.state = 'held'",
        )?;
        let held: Vec<i64> = statement.query_map([signed(id.0)], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in held {
            let id = u64::try_from(id).map_err(|_| damaged("id of an operation", "it is negative"))?;
            self.release(&self.standing(OperationId(id))?)?;
        }
        Ok(())
    }

    fn release(&self, at: &Standing) -> Outcome<()> {
        if at.position.state != OperationState::Held {
            return Ok(());
        }
        self.place(at.id, &at.position.clone().woken())?;
        self.release_needs(at.id)
    }

    /// A parked operation is not on its way: those of other records that wait for it go on and see for themselves.
    fn stop_waiting_for(&self, at: &Standing) -> Outcome<()> {
        let mut statement = self.db.prepare_cached(
            "DELETE FROM fa_wait WHERE awaited = ?1 AND waiter NOT IN (
                 SELECT o.id FROM fa_wait w JOIN fa_operation o ON o.id = w.waiter
                 WHERE w.awaited = ?1 AND o.kind = ?2 AND o.local = ?3)",
        )?;
        statement.execute(params![signed(at.id.0), at.key.kind.as_str(), at.key.id.as_str()])?;
        Ok(())
    }

    fn wait(&self, waiter: OperationId, awaited: OperationId) -> Outcome<()> {
        self.run("INSERT OR IGNORE INTO fa_wait (waiter, awaited) VALUES (?1, ?2)", [waiter, awaited])?;
        Ok(())
    }

    fn run<const N: usize>(&self, sql: &str, ids: [OperationId; N]) -> Outcome<usize> {
        Ok(self.db.prepare_cached(sql)?.execute(rusqlite::params_from_iter(ids.map(|id| signed(id.0))))?)
    }

    /// Wakes what is parked until a record is linked.
    pub(crate) fn wake(&self, key: &RecordKey) -> Outcome<()> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {} FROM fa_operation WHERE connection = ?1 AND until_kind = ?2 AND until_local = ?3 ORDER BY id",
            rows::STANDING
        ))?;
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

    pub(crate) fn decide(&self, id: OperationId, decision: &RecordedDecision, link: Option<&Link>) -> Outcome<()> {
        let at = self.standing(id)?;
        transition::decides(id, &at.key, &at.position.state, &decision.decision, link)?;
        let sql = "SELECT decisions FROM fa_operation WHERE id = ?1";
        let earlier: Option<String> =
            self.db.prepare_cached(sql)?.query_row([signed(id.0)], |row| row.get(0)).optional()?.flatten();
        let mut decisions: Vec<RecordedDecision> =
            earlier.map(|text| parse("decisions", &text)).transpose()?.unwrap_or_default();
        decisions.push(decision.clone());
        self.db
            .prepare_cached("UPDATE fa_operation SET decisions = ?2 WHERE id = ?1")?
            .execute(params![signed(id.0), json(&decisions)?])?;
        let position = at.position.clone().decided(&decision.decision, self.now);
        self.move_on(at, position)?;
        match link {
            Some(link) => links::store(self, link, &LinkEnd::Relinked { by: decision.by.clone() }),
            None => Ok(()),
        }
    }
}
