//! Rows of tokens.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, forgotten};
use rusqlite::{Connection, params};

use crate::fault::{Fault, Outcome};
use crate::rows::{millis, signed, unsigned};
use crate::seal::Sealer;

/// The version that is or was stored, and the tokens unless they were forgotten.
fn slot(db: &Connection, sealer: &Sealer, connection: &ConnectionId) -> Outcome<(u64, Option<StoredTokens>)> {
    let mut statement = db.prepare_cached("SELECT version, body FROM fa_token WHERE connection = ?1")?;
    let mut rows = statement.query([connection.as_str()])?;
    let Some(row) = rows.next()? else { return Ok((0, None)) };
    let version = unsigned(row, 0)?;
    let body: Option<Vec<u8>> = row.get(1)?;
    let tokens = body.map(|body| sealer.open(connection, version, &body)).transpose()?;
    Ok((version, tokens.map(|tokens| StoredTokens { tokens, version })))
}

pub(crate) fn load(db: &Connection, sealer: &Sealer, connection: &ConnectionId) -> Outcome<Option<StoredTokens>> {
    Ok(slot(db, sealer, connection)?.1)
}

pub(crate) fn lease(
    db: &Connection,
    connection: &ConnectionId,
    worker: &WorkerId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Outcome<bool> {
    let mut statement = db.prepare_cached(
        "INSERT INTO fa_token (connection, worker, lease_until) VALUES (?1, ?2, ?4)
         ON CONFLICT DO UPDATE SET worker = excluded.worker, lease_until = excluded.lease_until
         WHERE worker IS NULL OR worker = excluded.worker OR lease_until <= ?3",
    )?;
    let taken = statement.execute(params![connection.as_str(), worker.as_str(), millis(now), millis(until)])?;
    Ok(taken == 1)
}

pub(crate) fn replace(
    db: &Connection,
    sealer: &Sealer,
    connection: &ConnectionId,
    expected: Option<u64>,
    tokens: &TokenSet,
) -> Outcome<Replaced> {
    let (version, stored) = slot(db, sealer, connection)?;
    match (stored, expected) {
        (Some(stored), expected) if expected != Some(stored.version) => return Ok(Replaced::Lost(stored)),
        (None, Some(_)) => return Err(Fault(forgotten(connection))),
        _ => {}
    }
    let version = version + 1;
    let body = sealer.seal(connection, version, tokens)?;
    let sql = "INSERT INTO fa_token (connection, version, body) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body, worker = NULL,
                   lease_until = NULL";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), signed(version), body])?;
    Ok(Replaced::Stored(version))
}

pub(crate) fn forget(db: &Connection, connection: &ConnectionId) -> Outcome<()> {
    let sql = "UPDATE fa_token SET body = NULL, worker = NULL, lease_until = NULL WHERE connection = ?1";
    db.prepare_cached(sql)?.execute([connection.as_str()])?;
    Ok(())
}
