//! What can be asked about operations.

use std::str::FromStr;

use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::store::transition::{self, COUNT_LABELS};
use factory_accounting_core::store::{Counts, Operation, OperationQuery, Progress, StateFilter};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use rust_decimal::Decimal;

use crate::fault::{Outcome, damaged};
use crate::rows::{self, goal, key, operations, signed, state};

/// How many rows a limit means.
pub(crate) fn page_size(limit: usize) -> i64 {
    if limit == 0 { 1_000 } else { i64::try_from(limit).unwrap_or(i64::MAX) }
}

pub(crate) fn operations(
    db: &Connection,
    connection: &ConnectionId,
    query: &OperationQuery,
) -> Outcome<Vec<Operation>> {
    let (behind, order, start) = if query.newest_first { ("<", "DESC", i64::MAX) } else { (">", "ASC", 0) };
    let mut common = format!("connection = ?1 AND id {behind} ?2");
    let after = query.after.map_or(start, |after| signed(after.0));
    let mut parameters: Vec<Value> = vec![connection.as_str().to_owned().into(), after.into()];
    let mut and = |column: &str, value: Value| {
        parameters.push(value);
        common.push_str(&format!(" AND {column} ?{}", parameters.len()));
    };
    if let Some(key) = &query.key {
        and("kind =", key.kind.as_str().to_owned().into());
        and("local =", key.id.as_str().to_owned().into());
    }
    if let Some(kind) = query.kind {
        and("kind =", kind.as_str().to_owned().into());
    }
    if let Some(instant) = query.arrived_by {
        and("created_at <=", rows::millis(instant).into());
    }
    if let Some(key) = &query.until_linked {
        and("until_kind =", key.kind.as_str().to_owned().into());
        and("until_local =", key.id.as_str().to_owned().into());
    }
    parameters.push(page_size(query.limit).into());
    let each = state_conditions(&query.states)
        .into_iter()
        .map(|states| format!(operations!("fa_operation WHERE {} AND {}"), common, states))
        .collect::<Vec<_>>();
    let sql = format!("{} ORDER BY id {order} LIMIT ?{}", each.join(" UNION ALL "), parameters.len());
    let mut statement = db.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(parameters))?;
    let mut operations = Vec::new();
    while let Some(row) = found.next()? {
        operations.push(rows::operation(db, row)?);
    }
    Ok(operations)
}

/// The newest operation of each record.
pub(crate) fn newest(
    db: &Connection,
    connection: &ConnectionId,
    keys: &[RecordKey],
) -> Outcome<Vec<Option<Operation>>> {
    let mut statement = db.prepare_cached(operations!(
        "fa_operation WHERE connection = ?1 AND kind = ?2 AND local = ?3
         ORDER BY revision DESC, repetition DESC LIMIT 1"
    ))?;
    keys.iter()
        .map(|key| {
            let mut found = statement.query(params![connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
            found.next()?.map(|row| rows::operation(db, row)).transpose()
        })
        .collect()
}

/// Conditions that no two rows fulfil both, one for each way in which rows are found: by the index of what waits, by the
/// attempts that are open, or by whatever else is asked for.
fn state_conditions(states: &[StateFilter]) -> Vec<String> {
    const WAITING: [StateFilter; 3] = [StateFilter::Queued, StateFilter::Held, StateFilter::Parked];
    let list = |states: &[StateFilter]| {
        let names: Vec<&str> = states.iter().map(|state| state_name(*state)).collect();
        format!("state IN ('{}')", names.join("', '"))
    };
    if states.is_empty() {
        return vec!["true".to_owned()];
    }
    if states.contains(&StateFilter::Done) {
        return vec![list(states)];
    }
    let waiting: Vec<StateFilter> = WAITING.into_iter().filter(|state| states.contains(state)).collect();
    let mut conditions = Vec::new();
    if !waiting.is_empty() {
        // What they are not is said aloud, for SQLite infers it from nothing else.
        conditions.push(format!("{} AND state <> 'done' AND state <> 'sending'", list(&waiting)));
    }
    if states.contains(&StateFilter::Sending) {
        conditions.push(
            "state = 'sending' AND id IN (SELECT member.value FROM fa_attempt a JOIN json_each(a.operations) member
                                          WHERE a.connection = ?1)"
                .to_owned(),
        );
    }
    conditions
}

fn state_name(filter: StateFilter) -> &'static str {
    match filter {
        StateFilter::Queued => "queued",
        StateFilter::Held => "held",
        StateFilter::Sending => "sending",
        StateFilter::Parked => "parked",
        StateFilter::Done => "done",
    }
}

pub(crate) fn counts(db: &Connection, connection: &ConnectionId) -> Outcome<Counts> {
    let mut statement = db.prepare_cached(
        "SELECT kind, state, count(*) FROM fa_operation INDEXED BY fa_operation_waiting
         WHERE connection = ?1 AND state <> 'done' AND state <> 'sending' GROUP BY kind, state
         UNION ALL
         SELECT o.kind, o.state, count(*)
         FROM fa_attempt a JOIN json_each(a.operations) member JOIN fa_operation o ON o.id = member.value
         WHERE a.connection = ?1 AND o.state = 'sending' AND o.attempt = a.id GROUP BY o.kind
         UNION ALL
         SELECT kind, label, number FROM fa_tally WHERE connection = ?1 AND number > 0",
    )?;
    let mut found = statement.query([connection.as_str()])?;
    let mut counts = Counts::new();
    while let Some(row) = found.next()? {
        let kind = row.get_ref(0)?.as_str().map_err(|error| damaged("kind", error))?;
        let kind = rows::kind(kind)?;
        let state = row.get_ref(1)?.as_str().map_err(|error| damaged("state", error))?;
        let label = COUNT_LABELS.into_iter().find(|label| *label == state);
        let label = label.ok_or_else(|| damaged("state", format!("unknown state {state:?}")))?;
        counts.insert((kind, label), rows::unsigned(row, 2)?);
    }
    Ok(counts)
}

/// The newest operation of a record that stands, and whether the record counts by it.
fn stands(db: &Connection, connection: &ConnectionId, key: &RecordKey) -> Outcome<Option<(i64, bool)>> {
    let mut statement = db.prepare_cached(
        "SELECT id, goal, state, attempt, parked, outcome FROM fa_operation
         WHERE connection = ?1 AND kind = ?2 AND local = ?3 ORDER BY revision DESC, repetition DESC",
    )?;
    let mut found = statement.query(params![connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
    while let Some(row) = found.next()? {
        let state = state(row, 2)?;
        if transition::stands(&state) {
            let goal = goal(row.get_ref(1)?.as_str().map_err(|error| damaged("goal", error))?)?;
            return Ok(Some((row.get(0)?, transition::counts(goal, &state))));
        }
    }
    Ok(None)
}

/// Whether a row is the one by which its record counts.
fn counts_by(db: &Connection, connection: &ConnectionId, key: &RecordKey, row: &Row<'_>) -> Outcome<bool> {
    let id: i64 = row.get(0)?;
    Ok(stands(db, connection, key)? == Some((id, true)))
}

pub(crate) fn progress(db: &Connection, connection: &ConnectionId, parent: &RecordKey) -> Outcome<Vec<Progress>> {
    let mut statement = db.prepare_cached(
        "SELECT id, kind, local, net FROM fa_operation
         WHERE connection = ?1 AND parent_kind = ?2 AND parent_local = ?3 AND net IS NOT NULL",
    )?;
    let mut found = statement.query(params![connection.as_str(), parent.kind.as_str(), parent.id.as_str()])?;
    let mut progress = Vec::new();
    while let Some(row) = found.next()? {
        let key = key(&row.get::<_, String>(1)?, row.get(2)?)?;
        if counts_by(db, connection, &key, row)? {
            let net = row.get_ref(3)?.as_str().map_err(|error| damaged("net amount", error))?;
            let net = Decimal::from_str(net).map_err(|error| damaged("net amount", error))?;
            progress.push(Progress { key, net });
        }
    }
    progress.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(progress)
}

/// Other records of its kind under each record's name, newest first.
pub(crate) fn namesakes(
    db: &Connection,
    connection: &ConnectionId,
    named: &[(RecordKey, String)],
    limit: usize,
) -> Outcome<Vec<Vec<RecordKey>>> {
    let mut statement = db.prepare_cached(
        "SELECT id, kind, local FROM fa_operation
         WHERE connection = ?1 AND kind = ?2 AND name = ?3 AND local <> ?4 ORDER BY id DESC",
    )?;
    let mut of = |record: &RecordKey, name: &str| -> Outcome<Vec<RecordKey>> {
        let mut found =
            statement.query(params![connection.as_str(), record.kind.as_str(), name, record.id.as_str()])?;
        let mut namesakes = Vec::new();
        while namesakes.len() < limit
            && let Some(row) = found.next()?
        {
            let other = key(&row.get::<_, String>(1)?, row.get(2)?)?;
            if counts_by(db, connection, &other, row)? {
                namesakes.push(other);
            }
        }
        Ok(namesakes)
    };
    named.iter().map(|(record, name)| of(record, name)).collect()
}
