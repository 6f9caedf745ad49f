//! How work is handed out, begun and settled.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{AttemptId, ConnectionId, Epoch, OperationId};
use factory_accounting_core::provider::EncodedWrite;
use factory_accounting_core::store::transition;
use factory_accounting_core::store::{
    Attempt, AttemptMember, Claim, ClaimRequest, ConnectionState, Link, LinkEnd, Operation, Settle, StoreError, Work,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fault::{Fault, Outcome, damaged};
use crate::outbox::Outbox;
use crate::rows::{self, instant, json, millis, operations, parse, signed, unsigned};
use crate::tally::Tally;
use crate::{inbox, links};

pub(crate) fn claim(db: &Connection, request: &ClaimRequest) -> Outcome<Claim> {
    inbox::drain(&Outbox::new(db, &request.connection, request.now))?;
    let Some(connection) = Held::load(db, &request.connection)? else {
        return Ok(Claim::Resting(ConnectionState::Disconnected));
    };
    let state = transition::connection_at(&connection.state, request.now);
    if state != connection.state {
        put_state(db, &request.connection, &state)?;
    }
    if state != ConnectionState::Connected {
        return Ok(Claim::Resting(state));
    }
    let own = connection.worker.as_deref() == Some(request.worker.as_str());
    if let (false, Some(_), Some(until)) = (own, &connection.worker, connection.until)
        && until > millis(request.now)
    {
        return Ok(Claim::Busy { until: instant(until)? });
    }
    // Looked up before anything is handed out: handing out does not change what is due when.
    let next_due = next_due(db, request)?;
    let attempts = hand_out_attempts(db, request)?;
    let operations = hand_out_operations(db, request)?;
    if attempts.is_empty() && operations.is_empty() {
        if own {
            release(db, &request.connection, Epoch(connection.epoch))?;
        }
        return Ok(Claim::Idle { next_due });
    }
    let epoch = if own { connection.epoch } else { connection.epoch + 1 };
    db.prepare_cached("UPDATE fa_connection SET worker = ?2, lease_until = ?3, epoch = ?4 WHERE connection = ?1")?
        .execute(params![request.connection.as_str(), request.worker.as_str(), millis(request.until), signed(epoch)])?;
    Ok(Claim::Work(Work { epoch: Epoch(epoch), attempts, operations, next_due }))
}

/// A connection with its lease.
struct Held {
    state: ConnectionState,
    worker: Option<String>,
    until: Option<i64>,
    epoch: u64,
}

impl Held {
    fn load(db: &Connection, connection: &ConnectionId) -> Outcome<Option<Self>> {
        let sql = "SELECT state, worker, lease_until, epoch FROM fa_connection WHERE connection = ?1";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([connection.as_str()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Self {
            state: parse("state of the connection", &row.get::<_, String>(0)?)?,
            worker: row.get(1)?,
            until: row.get(2)?,
            epoch: unsigned(row, 3)?,
        }))
    }

    /// Loads a connection for a worker that holds its lease under an epoch.
    fn fenced(db: &Connection, connection: &ConnectionId, epoch: Epoch) -> Outcome<Self> {
        Self::load(db, connection)?
            .filter(|held| held.worker.is_some() && held.epoch == epoch.0)
            .ok_or(Fault(StoreError::Fenced))
    }
}

fn put_state(db: &Connection, connection: &ConnectionId, state: &ConnectionState) -> Outcome<()> {
    let sql = "UPDATE fa_connection SET state = ?2 WHERE connection = ?1";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), json(state)?])?;
    Ok(())
}

// The indexes are named, for a planner without statistics would rather collect and sort everything that is due; and what
// they leave out is said aloud, for SQLite infers it from nothing else.
const READY: &str = operations!(
    "fa_operation INDEXED BY fa_operation_waiting
     WHERE connection = ?1 AND state = 'queued' AND blocked = 0 AND not_before <= ?2
         AND state <> 'done' AND state <> 'sending'
     ORDER BY id LIMIT ?3"
);
const NEXT_OPERATION: &str = "SELECT min(not_before) FROM fa_operation INDEXED BY fa_operation_later
     WHERE connection = ?1 AND state = 'queued' AND blocked = 0 AND not_before > ?2 AND not_before > 0";
const NEXT_ATTEMPT: &str = "SELECT min(not_before) FROM fa_attempt WHERE connection = ?1 AND not_before > ?2";

fn next_due(db: &Connection, request: &ClaimRequest) -> Outcome<Option<DateTime<Utc>>> {
    let first = |sql: &str| -> Outcome<Option<i64>> {
        let parameters = params![request.connection.as_str(), millis(request.now)];
        Ok(db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))?)
    };
    let (operation, attempt) = (first(NEXT_OPERATION)?, first(NEXT_ATTEMPT)?);
    operation.into_iter().chain(attempt).min().map(instant).transpose()
}

fn hand_out_attempts(db: &Connection, request: &ClaimRequest) -> Outcome<Vec<(Attempt, Vec<Operation>)>> {
    let mut due = db.prepare_cached(
        "SELECT id, begun_at, not_before, tries, operations, planned, kind, intent, key, target, body
         FROM fa_attempt WHERE connection = ?1 AND not_before <= ?2 ORDER BY begun_at, id LIMIT ?3",
    )?;
    let limit = i64::try_from(request.limit).unwrap_or(i64::MAX);
    let mut rows = due.query(params![request.connection.as_str(), millis(request.now), limit])?;
    let mut handed_out = Vec::new();
    while let Some(row) = rows.next()? {
        let mut attempt = attempt(row)?;
        attempt.tries = attempt.tries.saturating_add(1);
        db.prepare_cached("UPDATE fa_attempt SET tries = ?2 WHERE id = ?1")?
            .execute(params![signed(attempt.id.0), attempt.tries])?;
        db.prepare_cached(
            "UPDATE fa_operation SET claims = claims + 1
             WHERE id IN (SELECT value FROM json_each(?1)) AND attempt = ?2 AND state = 'sending'",
        )?
        .execute(params![row.get::<_, String>(4)?, signed(attempt.id.0)])?;
        let operations = attempt.members.iter().map(|member| by_id(db, member.operation)).collect::<Outcome<_>>()?;
        handed_out.push((attempt, operations));
    }
    Ok(handed_out)
}

fn attempt(row: &Row<'_>) -> Outcome<Attempt> {
    let text =
        |column: usize| -> Outcome<&str> { row.get_ref(column)?.as_str().map_err(|error| damaged("attempt", error)) };
    let members = rows::members(text(4)?, text(5)?)?;
    Ok(Attempt {
        id: AttemptId(unsigned(row, 0)?),
        begun_at: instant(row.get(1)?)?,
        not_before: instant(row.get(2)?)?,
        tries: row.get(3)?,
        request: EncodedWrite {
            kind: rows::kind(text(6)?)?,
            intent: rows::intent(text(7)?)?,
            key: row.get(8)?,
            members: members.len(),
            target: row.get(9)?,
            body: row.get(10)?,
        },
        members,
    })
}

fn by_id(db: &Connection, id: OperationId) -> Outcome<Operation> {
    let mut statement = db.prepare_cached(operations!("fa_operation WHERE id = ?1"))?;
    let mut found = statement.query([signed(id.0)])?;
    match found.next()? {
        Some(row) => rows::operation(db, row),
        None => Err(damaged("member of an attempt", format!("operation {id} is not there"))),
    }
}

fn hand_out_operations(db: &Connection, request: &ClaimRequest) -> Outcome<Vec<Operation>> {
    let mut ready = db.prepare_cached(READY)?;
    let limit = i64::try_from(request.limit).unwrap_or(i64::MAX);
    let mut found = ready.query(params![request.connection.as_str(), millis(request.now), limit])?;
    let mut operations = Vec::new();
    while let Some(row) = found.next()? {
        let operation = rows::operation(db, row)?;
        operations.push(Operation { claims: operation.claims.saturating_add(1), ..operation });
    }
    if operations.is_empty() {
        return Ok(operations);
    }
    // The same rows once more, without being asked for by name.
    db.prepare_cached(
        "UPDATE fa_operation INDEXED BY fa_operation_waiting SET claims = claims + 1, links_seen = ?5
         WHERE connection = ?1 AND state = 'queued' AND blocked = 0 AND id BETWEEN ?3 AND ?4 AND not_before <= ?2
             AND state <> 'done' AND state <> 'sending'",
    )?
    .execute(params![
        request.connection.as_str(),
        millis(request.now),
        signed(operations.first().map_or(0, |operation| operation.id.0)),
        signed(operations.last().map_or(0, |operation| operation.id.0)),
        links::newest(db)?
    ])?;
    Ok(operations)
}

pub(crate) fn release(db: &Connection, connection: &ConnectionId, epoch: Epoch) -> Outcome<()> {
    let sql = "UPDATE fa_connection SET worker = NULL, lease_until = NULL WHERE connection = ?1 AND epoch = ?2";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), signed(epoch.0)])?;
    Ok(())
}

pub(crate) fn begin(
    db: &Connection,
    connection: &ConnectionId,
    epoch: Epoch,
    members: Vec<AttemptMember>,
    request: EncodedWrite,
    now: DateTime<Utc>,
) -> Outcome<Attempt> {
    let held = Held::fenced(db, connection, epoch)?;
    if !matches!(held.state, ConnectionState::Connected | ConnectionState::Paused { .. }) {
        return Err(Fault(StoreError::Fenced));
    }
    transition::begins(&members, &request)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO fa_attempt (connection, begun_at, not_before, tries, kind, intent, key, target, body, operations,
             planned)
         VALUES (?1, ?2, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let (operations, planned) = rows::member_columns(&members)?;
    let id = insert.insert(params![
        connection.as_str(),
        millis(now),
        request.kind.as_str(),
        request.intent.as_str(),
        request.key,
        request.target,
        request.body,
        operations,
        planned,
    ])?;
    let mut send = db.prepare_cached(
        "UPDATE fa_operation SET state = 'sending', attempt = ?3, updated_at = ?4, last_error = NULL
         WHERE id = ?1 AND connection = ?2 AND state = 'queued' AND blocked = 0",
    )?;
    for member in &members {
        let moved = send.execute(params![signed(member.operation.0), connection.as_str(), id, millis(now)])?;
        if moved == 0 {
            // Tells the unknown from the known.
            Outbox::new(db, connection, now).standing(member.operation)?;
            return Err(Fault(transition::not_ready(member.operation)));
        }
    }
    let id = AttemptId(u64::try_from(id).unwrap_or_default());
    let now = instant(millis(now))?;
    Ok(Attempt { id, members, request, begun_at: now, not_before: now, tries: 1 })
}

pub(crate) fn settle(db: &Connection, settle: &Settle) -> Outcome<()> {
    let held = Held::fenced(db, &settle.connection, settle.epoch)?;
    let outbox = Outbox::new(db, &settle.connection, settle.now);
    let mut tally = Tally::default();
    let brings_ties = settle.settlements.iter().flat_map(|settlement| &settlement.links).any(Link::is_named_by_others);
    let before = if brings_ties { links::newest(db)? } else { 0 };
    let ids = || settle.settlements.iter().map(|settlement| settlement.operation);
    if let Some((first, last)) = ids().min().zip(ids().max()) {
        outbox.look_for_waits(first, last)?;
    }
    for settlement in &settle.settlements {
        let at = outbox.standing(settlement.operation)?;
        let links_seen = at.links_seen;
        if transition::settles(at.id, &at.position.state, settle.attempt, &settlement.step)? {
            let position = at.position.clone().settled(&settlement.step, settle.now);
            outbox.move_on(at, position, &mut tally)?;
        }
        for link in &settlement.links {
            if !links::is_outrun(&outbox, link, links_seen, before)? {
                links::store(&outbox, link, &LinkEnd::Replaced)?;
            }
        }
        if let Some(key) = &settlement.reopens {
            outbox.reopen(key, &mut tally)?;
        }
    }
    tally.write(db, &settle.connection)?;
    if let Some(attempt) = settle.attempt {
        close_or_postpone(db, &settle.connection, attempt, settle.attempt_due)?;
    }
    if let Some(state) = &settle.connection_state {
        put_state(db, &settle.connection, &transition::connection_after(&held.state, state.clone()))?;
    }
    Ok(())
}

/// An attempt is over when none of its members is in it any more; its request goes with it.
fn close_or_postpone(db: &Connection, connection: &ConnectionId, id: AttemptId, due: DateTime<Utc>) -> Outcome<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM json_each(a.operations) member JOIN fa_operation o ON o.id = member.value
                              WHERE o.state = 'sending' AND o.attempt = a.id)
               FROM fa_attempt a WHERE a.id = ?1 AND a.connection = ?2";
    let parameters = params![signed(id.0), connection.as_str()];
    let in_doubt: Option<bool> = db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
    match in_doubt {
        Some(true) => db
            .prepare_cached("UPDATE fa_attempt SET not_before = ?2 WHERE id = ?1")?
            .execute(params![signed(id.0), millis(due)])?,
        Some(false) => db.prepare_cached("DELETE FROM fa_attempt WHERE id = ?1")?.execute([signed(id.0)])?,
        None => 0,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params};

    use super::*;
    use crate::schema::{Owner, prepare};

    /// A database with 100,000 finished operations and three that are ready.
    fn long_used() -> Connection {
        let mut db = Connection::open_in_memory().expect("memory");
        prepare(&mut db, Owner::Store).expect("tables");
        db.execute_batch(
            "INSERT INTO fa_connection (connection, state) VALUES ('c', '{\"state\":\"connected\"}');
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100003)
             INSERT INTO fa_operation (connection, kind, local, revision, goal, name, fingerprint, state, outcome,
                 generation, not_before, claims, failures, created_at, updated_at)
             SELECT 'c', 'invoice', i, 1, 'present', i, i, CASE WHEN i <= 100000 THEN 'done' ELSE 'queued' END,
                 CASE WHEN i <= 100000 THEN '{\"outcome\":\"created\"}' END, 0, 0, 0, 0, 0, 0 FROM n;
             INSERT INTO fa_record SELECT id, '{}' FROM fa_operation;
             INSERT INTO fa_tally VALUES ('c', 'done.created', 'invoice', 100000);",
        )
        .expect("rows");
        db
    }

    fn plan(db: &Connection, sql: &str) -> String {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("sql");
        let count = statement.parameter_count();
        let parameters = params!["c", 5, 50];
        let lines = statement.query_map(&parameters[..count], |row| row.get::<_, String>(3)).expect("plan");
        lines.collect::<Result<Vec<_>, _>>().expect("lines").join("; ")
    }

    #[test]
    fn a_claim_searches_by_index_and_sorts_nothing() {
        let db = long_used();
        for statistics in ["", "ANALYZE"] {
            db.execute_batch(statistics).expect("analysed");
            let ready = plan(&db, READY);
            assert_eq!(
                ready,
                "SEARCH fa_operation USING INDEX fa_operation_waiting (connection=? AND state=? AND blocked=?); \
                 CORRELATED SCALAR SUBQUERY 1; SEARCH fa_record USING INTEGER PRIMARY KEY (rowid=?)"
            );
            let next = plan(&db, NEXT_OPERATION);
            assert_eq!(next, "SEARCH fa_operation USING INDEX fa_operation_later (connection=? AND not_before>?)");
            let next = plan(&db, NEXT_ATTEMPT);
            assert_eq!(next, "SEARCH fa_attempt USING COVERING INDEX fa_attempt_due (connection=? AND not_before>?)");
        }
    }

    #[test]
    fn a_claim_after_a_hundred_thousand_hands_out_what_is_ready() {
        let db = long_used();
        let now = DateTime::UNIX_EPOCH;
        let (connection, worker) = (ConnectionId::from("c"), "A".into());
        let claimed = claim(&db, &ClaimRequest { connection, worker, now, until: now, limit: 2 }).expect("claimed");
        let Claim::Work(work) = claimed else { panic!("work was expected: {claimed:?}") };
        let ids: Vec<u64> = work.operations.iter().map(|operation| operation.id.0).collect();
        assert_eq!(ids, [100_001, 100_002]);
        let counted = crate::read::counts(&db, &ConnectionId::from("c")).expect("counted");
        let label = |label| (factory_accounting_core::model::RecordKind::Invoice, label);
        assert_eq!(counted, [(label("done.created"), 100_000), (label("queued"), 3)].into());
    }

    #[test]
    fn a_claim_of_nothing_changes_nothing() {
        let db = long_used();
        db.execute_batch("UPDATE fa_operation SET not_before = 7000 WHERE state = 'queued'").expect("postponed");
        let changes = || db.query_row("SELECT total_changes()", [], |row| row.get::<_, i64>(0)).expect("counted");
        let before = changes();
        let (connection, now) = (ConnectionId::from("c"), DateTime::UNIX_EPOCH);
        let request = ClaimRequest { connection, worker: "A".into(), now, until: now, limit: 2 };
        let claimed = claim(&db, &request).expect("claimed");
        let due = DateTime::from_timestamp(7, 0);
        assert!(matches!(claimed, Claim::Idle { next_due } if next_due == due), "{claimed:?}");
        assert_eq!(changes(), before);
    }
}
