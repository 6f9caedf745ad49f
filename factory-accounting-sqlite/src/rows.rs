//! Between rows and values.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{AttemptId, Generation, LocalId, OperationId, Revision};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::Intent;
use factory_accounting_core::store::transition::Position;
use factory_accounting_core::store::{AttemptMember, Goal, Operation, OperationState};
use rusqlite::{Connection, Row};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::{Fault, Outcome, damaged};

/// Begins each text of a JSON text sequence (RFC 7464): a character that JSON can hold nowhere.
const SEPARATOR: char = '\u{1e}';

/// A query of what [`operation`] reads, in its order; given what it is read from.
macro_rules! operations {
    ($from:literal) => {
        concat!(
            "SELECT id, kind, local, name, goal, revision, generation, \
             (SELECT record FROM fa_record WHERE operation = fa_operation.id), fingerprint, parent_kind, parent_local, net, \
             state, attempt, parked, outcome, not_before, claims, failures, last_error, created_at, updated_at, decisions, \
             blocked, last_failure, resent, expects FROM ",
            $from
        )
    };
}
pub(crate) use operations;

/// Reads an operation; what it waits for costs another look, and only where it waits at all.
pub(crate) fn operation(connection: &Connection, row: &Row<'_>) -> Outcome<Operation> {
    let id = OperationId(unsigned(row, 0)?);
    let parent = match (row.get::<_, Option<String>>(9)?, row.get::<_, Option<String>>(10)?) {
        (Some(kind), Some(local)) => Some(key(&kind, local)?),
        _ => None,
    };
    let net = row.get_ref(11)?.as_str_or_null().map_err(|error| damaged("net amount", error))?;
    let decisions = row.get_ref(22)?.as_str_or_null().map_err(|error| damaged("decisions", error))?;
    Ok(Operation {
        id,
        key: key(row.get_ref(1)?.as_str().map_err(|error| damaged("kind", error))?, row.get(2)?)?,
        name: row.get(3)?,
        goal: goal(row.get_ref(4)?.as_str().map_err(|error| damaged("goal", error))?)?,
        revision: Revision(unsigned(row, 5)?),
        generation: Generation(row.get(6)?),
        record: row.get(7)?,
        fingerprint: row.get(8)?,
        parent,
        net: net.map(Decimal::from_str).transpose().map_err(|error| damaged("net amount", error))?,
        state: state(row, 12)?,
        waits_for: if row.get::<_, i64>(23)? > 0 { waits_for(connection, id)? } else { Vec::new() },
        not_before: instant(row.get(16)?)?,
        claims: row.get(17)?,
        failures: row.get(18)?,
        last_failure: failure(row, 24)?,
        resent: row.get(25)?,
        last_error: row.get(19)?,
        created_at: instant(row.get(20)?)?,
        updated_at: instant(row.get(21)?)?,
        decisions: decisions.map(|text| parse("decisions", text)).transpose()?.unwrap_or_default(),
        expects: row.get(26)?,
    })
}

fn waits_for(connection: &Connection, id: OperationId) -> Outcome<Vec<RecordKey>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT o.kind, o.local FROM fa_wait w JOIN fa_operation o ON o.id = w.awaited WHERE w.waiter = ?1",
    )?;
    let mut rows = statement.query([signed(id.0)])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(key(&row.get::<_, String>(0)?, row.get(1)?)?);
    }
    // The order of kinds is the library's, not that of their names.
    keys.sort();
    Ok(keys)
}

/// What of an operation decides about its next move.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) id: OperationId,
    pub(crate) key: RecordKey,
    pub(crate) position: Position,
    pub(crate) links_seen: i64,
}

/// A query of what [`standing`] reads, in its order; given its condition.
macro_rules! standings {
    ($condition:literal) => {
        concat!(
            "SELECT id, kind, local, state, attempt, parked, outcome, generation, not_before, claims, failures, last_error, \
             links_seen, last_failure, resent FROM fa_operation WHERE ",
            $condition
        )
    };
}
pub(crate) use standings;

pub(crate) fn standing(row: &Row<'_>) -> Outcome<Standing> {
    Ok(Standing {
        id: OperationId(unsigned(row, 0)?),
        key: key(row.get_ref(1)?.as_str().map_err(|error| damaged("kind", error))?, row.get(2)?)?,
        position: Position {
            state: state(row, 3)?,
            generation: Generation(row.get(7)?),
            not_before: instant(row.get(8)?)?,
            claims: row.get(9)?,
            failures: row.get(10)?,
            last_failure: failure(row, 13)?,
            resent: row.get(14)?,
            last_error: row.get(11)?,
        },
        links_seen: row.get(12)?,
    })
}

fn failure(row: &Row<'_>, column: usize) -> Outcome<Option<ErrorKind>> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(|error| damaged("kind of failure", error))?;
    text.map(|text| parse("kind of failure", text)).transpose()
}

/// Reads state, attempt, parked and outcome from four columns in a row.
pub(crate) fn state(row: &Row<'_>, first: usize) -> Outcome<OperationState> {
    let text = |column: usize| -> Outcome<String> { Ok(row.get(column)?) };
    Ok(match row.get_ref(first)?.as_str().map_err(|error| damaged("state", error))? {
        "queued" => OperationState::Queued,
        "held" => OperationState::Held,
        "sending" => OperationState::Sending { attempt: AttemptId(unsigned(row, first + 1)?) },
        "parked" => OperationState::Parked { parked: parse("question", &text(first + 2)?)? },
        "done" => OperationState::Done { outcome: parse("outcome", &text(first + 3)?)? },
        other => return Err(damaged("state", format!("unknown state {other:?}"))),
    })
}

/// A state in its columns.
#[derive(Debug, Default)]
pub(crate) struct StateColumns {
    pub(crate) state: &'static str,
    pub(crate) attempt: Option<i64>,
    pub(crate) parked: Option<String>,
    pub(crate) until: Option<(&'static str, String)>,
    pub(crate) outcome: Option<String>,
}

impl StateColumns {
    pub(crate) fn of(state: &OperationState) -> Outcome<Self> {
        Ok(match state {
            OperationState::Queued => Self { state: "queued", ..Self::default() },
            OperationState::Held => Self { state: "held", ..Self::default() },
            OperationState::Sending { attempt } => {
                Self { state: "sending", attempt: Some(signed(attempt.0)), ..Self::default() }
            }
            OperationState::Parked { parked } => Self {
                state: "parked",
                parked: Some(json(parked)?),
                until: parked.until_linked.as_ref().map(|key| (key.kind.as_str(), key.id.as_str().to_owned())),
                ..Self::default()
            },
            OperationState::Done { outcome } => {
                Self { state: "done", outcome: Some(json(outcome)?), ..Self::default() }
            }
            other => {
                return Err(Fault(factory_accounting_core::store::StoreError::Refused(format!(
                    "state {other:?} is newer than this store: use matching versions of the crates"
                ))));
            }
        })
    }
}

pub(crate) fn key(kind: &str, local: String) -> Outcome<RecordKey> {
    Ok(RecordKey { kind: self::kind(kind)?, id: LocalId::from(local) })
}

pub(crate) fn kind(name: &str) -> Outcome<RecordKind> {
    RecordKind::from_str(name).map_err(|error| damaged("kind of record", error))
}

pub(crate) fn goal_name(goal: Goal) -> &'static str {
    match goal {
        Goal::Present => "present",
        Goal::Voided => "voided",
    }
}

pub(crate) fn goal(name: &str) -> Outcome<Goal> {
    match name {
        "present" => Ok(Goal::Present),
        "voided" => Ok(Goal::Voided),
        other => Err(damaged("goal", format!("unknown goal {other:?}"))),
    }
}

/// SQLite has no unsigned integers. Ids and epochs count up from 1 and revisions are checked when they arrive, so that
/// nothing that comes here exceeds the signed ones.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> Outcome<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| damaged("number", format!("{number} is negative")))
}

/// Members of an attempt in the columns `operations` and `planned`.
pub(crate) fn member_columns(members: &[AttemptMember]) -> Outcome<(String, String)> {
    let operations: Vec<OperationId> = members.iter().map(|member| member.operation).collect();
    let mut planned = String::new();
    for member in members {
        planned.push(SEPARATOR);
        planned.push_str(&member.planned);
    }
    Ok((json(&operations)?, planned))
}

pub(crate) fn members(operations: &str, planned: &str) -> Outcome<Vec<AttemptMember>> {
    let operations: Vec<OperationId> = parse("members of an attempt", operations)?;
    let planned: Vec<&str> = planned.split(SEPARATOR).skip(1).collect();
    if operations.len() != planned.len() {
        let reason = format!("{} operations and {} plans", operations.len(), planned.len());
        return Err(damaged("members of an attempt", reason));
    }
    let parts = operations.into_iter().zip(planned);
    Ok(parts.map(|(operation, planned)| AttemptMember { operation, planned: planned.to_owned() }).collect())
}

pub(crate) fn intent(name: &str) -> Outcome<Intent> {
    let intent = [Intent::Create, Intent::Update, Intent::Void].into_iter().find(|intent| intent.as_str() == name);
    intent.ok_or_else(|| damaged("intent of an attempt", format!("unknown intent {name:?}")))
}

/// Milliseconds since 1970 UTC.
pub(crate) fn millis(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_millis()
}

pub(crate) fn instant(millis: i64) -> Outcome<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| damaged("instant", format!("{millis} ms is out of range")))
}

pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|error| {
        Fault(factory_accounting_core::store::StoreError::Failed(format!("cannot write JSON: {error}")))
    })
}

pub(crate) fn parse<T: DeserializeOwned>(what: &str, text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|error| damaged(what, error))
}
