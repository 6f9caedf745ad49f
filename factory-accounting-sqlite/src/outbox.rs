//! How operations come in. What arrives is decided by [`transition`]; here is how the rows are found and kept.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, OperationId, Revision};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::store::transition::{self, Arrival, Known, Position};
use factory_accounting_core::store::{Enqueued, KnownParty, NewOperation, OperationState, StoreError};
use rusqlite::{Connection, Transaction, params};

use crate::at_hand::{AtHand, Lent};
use crate::fault::{Outcome, damaged};
use crate::register;
use crate::rows::{Standing, StateColumns, goal, goal_name, millis, parse, signed, unsigned};
use crate::tally::Tally;

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
    let outbox = Outbox::new(transaction, connection, now);
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
#[derive(Debug)]
pub(crate) struct Outbox<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) connection: &'a ConnectionId,
    pub(crate) now: DateTime<Utc>,
    at_hand: AtHand<'a>,
    /// From and to which operation none waits or is waited for, as far as that has been looked up.
    pub(crate) without_waits: Cell<Option<(OperationId, OperationId)>>,
    /// Whether anything is parked until a record of a kind is linked, as far as that has been looked up.
    pub(crate) sleepers: RefCell<BTreeMap<RecordKind, bool>>,
}

/// What is gathered while operations come in.
#[derive(Debug, Default)]
struct Arrivals {
    tally: Tally,
    /// Records that others need and that have no unfinished operation: a thousand invoices are for a few customers.
    at_rest: BTreeSet<RecordKey>,
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(db: &'a Connection, connection: &'a ConnectionId, now: DateTime<Utc>) -> Self {
        let (without_waits, sleepers) = (Cell::default(), RefCell::default());
        Self { db, connection, now, at_hand: AtHand::new(db), without_waits, sleepers }
    }

    /// A statement that is run for row after row.
    pub(crate) fn statement(&self, sql: &'static str) -> Outcome<Lent<'_, 'a>> {
        self.at_hand.statement(sql)
    }

    pub(crate) fn enqueue(&self, operations: &[NewOperation]) -> Outcome<Vec<Enqueued>> {
        let mut arrivals = Arrivals::default();
        let enqueued = operations.iter().map(|new| self.add(new, &mut arrivals)).collect::<Outcome<_>>()?;
        arrivals.tally.write(self.db, self.connection)?;
        Ok(enqueued)
    }

    fn add(&self, new: &NewOperation, arrivals: &mut Arrivals) -> Outcome<Enqueued> {
        let newest = self.known(&new.key, None)?;
        let same = match (&newest, new.revision) {
            (Some(newest), Some(revision)) if revision < newest.revision => self.known(&new.key, Some(revision))?,
            _ => None,
        };
        match transition::arrival(new, newest.as_ref(), same.as_ref())? {
            Arrival::Known(known) => Ok(known),
            Arrival::New(revision) => {
                let repeated = newest.as_ref().is_some_and(|newest| newest.revision == revision);
                let operation = self.insert(new, revision, newest.is_some(), repeated, arrivals)?;
                if let Some(party) = KnownParty::pushed(new) {
                    register::know(self.db, self.connection, new.key.kind, &party)?;
                }
                Ok(Enqueued { operation, revision, new: true })
            }
        }
    }

    /// The newest row of a record, or the newest of one of its revisions.
    pub(crate) fn known(&self, key: &RecordKey, revision: Option<Revision>) -> Outcome<Option<Known>> {
        // Spelt twice, for SQLite does not search an index by a bound that may be absent.
        let mut statement = self.statement(if revision.is_some() {
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
        arrivals: &mut Arrivals,
    ) -> Outcome<OperationId> {
        arrivals.at_rest.remove(&new.key);
        let older = if has_history { self.open_of(&new.key)? } else { Vec::new() };
        let position = Position::at_start(&new.start);
        let id = self.insert_row(new, revision, repeated, &position)?;

        let mut inherited = false;
        for old in older {
            if transition::may_be_superseded(&old.position.state) {
                inherited |= self.supersede(old, id, &mut arrivals.tally)?;
            } else {
                self.wait(id, old.id)?;
            }
        }
        if transition::is_done(&position.state) {
            self.finish(id, new.key.kind, &position.state, &mut arrivals.tally)?;
            return Ok(id);
        }
        let mut waits = false;
        for need in new.needs.iter().filter(|need| **need != new.key) {
            if arrivals.at_rest.contains(need) {
                continue;
            }
            let Some(newest) = self.open_of(need)?.pop() else {
                arrivals.at_rest.insert(need.clone());
                continue;
            };
            if transition::is_on_its_way(&newest.position.state) {
                self.wait(id, newest.id)?;
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
        if columns.until.is_some() {
            self.sleepers.borrow_mut().clear();
        }
        let mut statement = self.statement(
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
        self.statement(sql)?.execute(params![id, new.record])?;
        u64::try_from(id).map(OperationId).map_err(|_| damaged("id of an operation", format!("{id} is negative")))
    }
}
