//! Leasing blocks and taking them back.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{BlockId, ConnectionId, DeviceId};
use factory_accounting_core::numbers::{
    self, Act, Block, BlockState, LARGEST, NumberError, admit_lease, admit_reclaim, allot,
};
use factory_accounting_core::store::LeaseRequest;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Judged, run_of};
use crate::fault::{Outcome, damaged};
use crate::rows::{self, instant, millis, signed, unsigned};

/// The columns that [`block`] reads, in its order.
pub(super) const BLOCK: &str = "b.id, r.kind, b.prefix, b.width, b.first, b.last, b.device, b.leased_at, b.request, b.used, \
     b.voided, d.gone_by, d.gone_at, b.reclaimed_by, b.reclaimed_at";

/// Where these columns come from.
pub(super) const BLOCKS: &str = "fa_number_block b JOIN fa_number_run r ON r.id = b.run \
     LEFT JOIN fa_number_device d ON d.connection = b.connection AND d.device = b.device";

pub(super) fn block(row: &Row<'_>) -> Outcome<BlockState> {
    let kind = rows::kind(row.get_ref(1)?.as_str().map_err(|error| damaged("kind", error))?)?;
    let block = Block {
        id: BlockId(unsigned(row, 0)?),
        kind,
        prefix: row.get(2)?,
        width: row.get(3)?,
        first: unsigned(row, 4)?,
        last: unsigned(row, 5)?,
        device: DeviceId::from(row.get::<_, String>(6)?),
        leased_at: instant(row.get(7)?)?,
    };
    let mut state = BlockState::new(block, row.get(8)?);
    state.used = unsigned(row, 9)?;
    state.voided = unsigned(row, 10)?;
    state.gone = act(row, 11)?;
    state.reclaimed = act(row, 13)?;
    Ok(state)
}

/// Who did something, from this column, and when, from the next.
pub(super) fn act(row: &Row<'_>, column: usize) -> Outcome<Option<Act>> {
    let (by, at) = (row.get::<_, Option<String>>(column)?, row.get::<_, Option<i64>>(column + 1)?);
    by.zip(at).map(|(by, at)| Ok(Act { by, at: instant(at)? })).transpose()
}

/// A block by a condition on `b`.
pub(super) fn find(db: &Connection, condition: &str, parameters: impl rusqlite::Params) -> Outcome<Option<BlockState>> {
    let mut statement = db.prepare_cached(&format!("SELECT {BLOCK} FROM {BLOCKS} WHERE {condition}"))?;
    let mut found = statement.query(parameters)?;
    found.next()?.map(block).transpose()
}

pub(super) fn lease(
    db: &Connection,
    connection: &ConnectionId,
    request: &LeaseRequest,
    now: DateTime<Utc>,
) -> Judged<Block> {
    let asked = params![connection.as_str(), request.device.as_str(), request.request];
    let known = find(db, "b.connection = ?1 AND b.device = ?2 AND b.request = ?3", asked)?;
    match admit_lease(request, gone(db, connection, &request.device)?.as_ref(), known.as_ref()) {
        Ok(None) => {}
        Ok(Some(block)) => return Ok(Ok(block)),
        Err(refused) => return Ok(Err(refused)),
    }
    let run = run_of(db, connection, request.kind, &request.series.prefix)?;
    let next = run.map(|run| reached(db, run)).transpose()?.map(|(_, next)| next);
    let free = match run {
        Some(run) => lowest_free(db, run, request.series.start)?,
        None => None,
    };
    let allotted = match allot(request, next, free.map(|(first, last, _)| (first, last))) {
        Ok(allotted) => allotted,
        Err(refused) => return Ok(Err(refused)),
    };
    let run = match (run, free) {
        (Some(run), Some((first, last, from))) if allotted.reclaimed => {
            db.prepare_cached("DELETE FROM fa_number_free WHERE run = ?1 AND first = ?2")?
                .execute(params![run, signed(first)])?;
            put_free(db, run, from, numbers::unused(first, last, allotted.first..=allotted.last))?;
            run
        }
        _ => reach(db, connection, request, allotted.first, allotted.last + 1)?,
    };
    let mut statement = db.prepare_cached(
        "INSERT INTO fa_number_block (connection, device, request, run, prefix, width, first, last, leased_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let id = statement.insert(params![
        connection.as_str(),
        request.device.as_str(),
        request.request,
        run,
        request.series.prefix,
        request.series.width,
        signed(allotted.first),
        signed(allotted.last),
        millis(now),
    ])?;
    let leased = find(db, "b.id = ?1", [id])?.ok_or_else(|| damaged("block of numbers", "it is not there"))?;
    Ok(Ok(leased.block))
}

/// The first value given of a run, and the first that was not.
pub(super) fn reached(db: &Connection, run: i64) -> Outcome<(u64, u64)> {
    let mut statement = db.prepare_cached("SELECT first, next FROM fa_number_run WHERE id = ?1")?;
    let mut found = statement.query([run])?;
    match found.next()? {
        Some(row) => Ok((unsigned(row, 0)?, unsigned(row, 1)?)),
        None => Err(damaged("run of numbers", "it is not there")),
    }
}

/// Notes how far a run has been given.
fn reach(db: &Connection, connection: &ConnectionId, request: &LeaseRequest, first: u64, next: u64) -> Outcome<i64> {
    let mut statement = db.prepare_cached(
        "INSERT INTO fa_number_run (connection, kind, prefix, first, next) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET next = excluded.next RETURNING id",
    )?;
    let prefix = numbers::run_of(&request.series.prefix);
    let parameters = params![connection.as_str(), request.kind.as_str(), prefix, signed(first), signed(next)];
    Ok(statement.query_row(parameters, |row| row.get(0))?)
}

/// The lowest range that was taken back and reaches a start, and of which block it is.
fn lowest_free(db: &Connection, run: i64, start: u64) -> Outcome<Option<(u64, u64, i64)>> {
    let sql = "SELECT first, last, block FROM fa_number_free WHERE run = ?1 AND last >= ?2 ORDER BY first LIMIT 1";
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query(params![run, signed(start.min(LARGEST))])?;
    found.next()?.map(|row| Ok((unsigned(row, 0)?, unsigned(row, 1)?, row.get(2)?))).transpose()
}

fn put_free(db: &Connection, run: i64, block: i64, ranges: Vec<(u64, u64)>) -> Outcome<()> {
    let mut statement =
        db.prepare_cached("INSERT INTO fa_number_free (run, first, last, block) VALUES (?1, ?2, ?3, ?4)")?;
    for (first, last) in ranges {
        statement.execute(params![run, signed(first), signed(last), block])?;
    }
    Ok(())
}

fn gone(db: &Connection, connection: &ConnectionId, device: &DeviceId) -> Outcome<Option<Act>> {
    let sql = "SELECT gone_by, gone_at FROM fa_number_device WHERE connection = ?1 AND device = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query(params![connection.as_str(), device.as_str()])?;
    Ok(found.next()?.map(|row| act(row, 0)).transpose()?.flatten())
}

pub(super) fn retire(
    db: &Connection,
    connection: &ConnectionId,
    device: &DeviceId,
    by: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "INSERT OR IGNORE INTO fa_number_device (connection, device, gone_at, gone_by) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), device.as_str(), millis(now), by])?;
    Ok(())
}

pub(super) fn reclaim(
    db: &Connection,
    connection: &ConnectionId,
    id: BlockId,
    by: &str,
    now: DateTime<Utc>,
) -> Judged<u64> {
    let asked = params![signed(id.0), connection.as_str()];
    let Some(state) = find(db, "b.id = ?1 AND b.connection = ?2", asked)? else {
        return Ok(Err(NumberError::UnknownBlock(id)));
    };
    match admit_reclaim(&state) {
        Ok(true) => {}
        Ok(false) => return Ok(Ok(0)),
        Err(refused) => return Ok(Err(refused)),
    }
    let (first, last) = (state.block.first, state.block.last);
    let sql = "UPDATE fa_number_block SET reclaimed_at = ?2, reclaimed_by = ?3 WHERE id = ?1 RETURNING run";
    let run: i64 = db
        .prepare_cached(sql)?
        .query_row(params![signed(id.0), millis(now), by], |row| row.get(0))
        .optional()?
        .ok_or_else(|| damaged("block of numbers", "it is not there"))?;
    let mut used = Vec::new();
    super::uses::each(db, run, first, last, &mut |one| used.push(one.value))?;
    let left = numbers::unused(first, last, used);
    let many = left.iter().map(|(first, last)| last - first + 1).sum();
    put_free(db, run, signed(id.0), left)?;
    Ok(Ok(many))
}
