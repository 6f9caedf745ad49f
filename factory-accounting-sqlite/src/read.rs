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
use crate::rows::{self, goal, key, signed, state};

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
    let mut sql = format!("SELECT {} FROM fa_operation WHERE connection = ? AND id {behind} ?", rows::OPERATION);
    let after = query.after.map_or(start, |after| signed(after.0));
    let mut parameters: Vec<Value> = vec![connection.as_str().to_owned().into(), after.into()];
    if let Some(key) = &query.key {
        sql.push_str(" AND kind = ? AND local = ?");
        parameters.extend([key.kind.as_str().to_owned().into(), key.id.as_str().to_owned().into()]);
    }
    if let Some(kind) = query.kind {
        sql.push_str(" AND kind = ?");
        parameters.push(kind.as_str().to_owned().into());
    }
    if let Some(instant) = query.arrived_by {
        sql.push_str(" AND created_at <= ?");
        parameters.push(rows::millis(instant).into());
    }
    if let Some(key) = &query.until_linked {
        sql.push_str(" AND until_kind = ? AND until_local = ?");
        parameters.extend([key.kind.as_str().to_owned().into(), key.id.as_str().to_owned().into()]);
    }
    if !query.states.is_empty() {
        let names: Vec<&str> = query.states.iter().map(|state| state_name(*state)).collect();
        sql.push_str(&format!(" AND state IN ('{}')", names.join("', '")));
        if !query.states.contains(&StateFilter::Done) {
            // Said aloud so that the index of open operations serves.
            sql.push_str(" AND state <> 'done'");
        }
    }
    sql.push_str(&format!(" ORDER BY id {order} LIMIT ?"));
    parameters.push(page_size(query.limit).into());
    let mut statement = db.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(parameters))?;
    let mut operations = Vec::new();
    while let Some(row) = found.next()? {
        operations.push(rows::operation(db, row)?);
    }
    Ok(operations)
}

pub(crate) fn newest(db: &Connection, connection: &ConnectionId, key: &RecordKey) -> Outcome<Option<Operation>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM fa_operation WHERE connection = ?1 AND kind = ?2 AND local = ?3
         ORDER BY revision DESC, repetition DESC LIMIT 1",
        rows::OPERATION
    ))?;
    let mut found = statement.query(params![connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
    found.next()?.map(|row| rows::operation(db, row)).transpose()
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
        "SELECT kind, state, count(*) FROM fa_operation INDEXED BY fa_operation_open
         WHERE connection = ?1 AND state <> 'done' GROUP BY kind, state
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

pub(crate) fn namesakes(
    db: &Connection,
    connection: &ConnectionId,
    (record, name): &(RecordKey, String),
    limit: usize,
) -> Outcome<Vec<RecordKey>> {
    let mut statement = db.prepare_cached(
        "SELECT id, kind, local FROM fa_operation
         WHERE connection = ?1 AND kind = ?2 AND name = ?3 AND local <> ?4 ORDER BY id DESC",
    )?;
    let mut found = statement.query(params![connection.as_str(), record.kind.as_str(), name, record.id.as_str()])?;
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
}
