//! Which document has which number.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, DeviceId, LocalId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::gaps::Used;
use factory_accounting_core::numbers::{self, BlockState, LARGEST_BLOCK, Standing, admit_use};
use factory_accounting_core::store::NumberUse;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Judged, lease, run_of};
use crate::fault::Outcome;
use crate::rows::{instant, millis, signed, unsigned};

pub(super) fn use_one(
    db: &Connection,
    connection: &ConnectionId,
    device: &DeviceId,
    reported: &NumberUse,
    now: DateTime<Utc>,
) -> Judged<()> {
    let (prefix, value) = match numbers::split(&reported.number) {
        Ok(split) => split,
        Err(refused) => return Ok(Err(refused)),
    };
    let document = &reported.document;
    let run = run_of(db, connection, document.kind, prefix)?;
    let (holder, own, leased) = match run {
        None => (None, None, None),
        Some(run) => (
            holder(db, run, document.kind, value)?,
            block_of(db, run, value, Some(device))?,
            block_of(db, run, value, None)?,
        ),
    };
    let leased_to = leased.as_ref().map(|state| &state.block.device);
    let standing = Standing { holder: holder.as_ref(), own: own.as_ref(), leased_to };
    match admit_use(&reported.number, document, device, standing) {
        Ok(true) => {}
        Ok(false) => return Ok(Ok(())),
        Err(refused) => return Ok(Err(refused)),
    }
    let block = own.as_ref().map(|state| signed(state.block.id.0));
    let sql = "INSERT INTO fa_number_use (run, value, local, block, used_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![run, signed(value), document.id.as_str(), block, millis(now)])?;
    db.prepare_cached("UPDATE fa_number_block SET used = used + 1 WHERE id = ?1")?.execute([block])?;
    Ok(Ok(()))
}

/// The newest block that holds a value, of one device or of any.
fn block_of(db: &Connection, run: i64, value: u64, device: Option<&DeviceId>) -> Outcome<Option<BlockState>> {
    // No block is larger than the largest, so that those that begin further below need no look.
    let from = value.saturating_sub(u64::from(LARGEST_BLOCK));
    let condition = "b.run = ?1 AND b.first BETWEEN ?2 AND ?3 AND b.last >= ?3 AND (?4 IS NULL OR b.device = ?4)
                     ORDER BY b.id DESC LIMIT 1";
    lease::find(db, condition, params![run, signed(from), signed(value), device.map(DeviceId::as_str)])
}

pub(super) fn holder(db: &Connection, run: i64, kind: RecordKind, value: u64) -> Outcome<Option<RecordKey>> {
    let mut statement = db.prepare_cached("SELECT local FROM fa_number_use WHERE run = ?1 AND value = ?2")?;
    let local: Option<String> = statement.query_row(params![run, signed(value)], |row| row.get(0)).optional()?;
    Ok(local.map(|local| RecordKey::new(kind, local)))
}

/// Hands out the numbers in use between two values, in order.
pub(super) fn each(db: &Connection, run: i64, first: u64, last: u64, take: &mut dyn FnMut(Used)) -> Outcome<()> {
    let mut statement = db.prepare_cached(
        "SELECT value, local, voided_at FROM fa_number_use WHERE run = ?1 AND value BETWEEN ?2 AND ?3 ORDER BY value",
    )?;
    let mut found = statement.query(params![run, signed(first), signed(last)])?;
    while let Some(row) = found.next()? {
        take(Used {
            value: unsigned(row, 0)?,
            document: LocalId::from(row.get::<_, String>(1)?),
            voided: row.get::<_, Option<i64>>(2)?.map(instant).transpose()?,
        });
    }
    Ok(())
}

pub(super) fn mark_voided(
    db: &Connection,
    connection: &ConnectionId,
    documents: &[RecordKey],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let mut find = db.prepare_cached(
        "UPDATE fa_number_use SET voided_at = ?4
         WHERE run IN (SELECT id FROM fa_number_run WHERE connection = ?1 AND kind = ?2) AND local = ?3
             AND voided_at IS NULL
         RETURNING block",
    )?;
    let mut count = db.prepare_cached("UPDATE fa_number_block SET voided = voided + 1 WHERE id = ?1")?;
    for document in documents {
        let parameters = params![connection.as_str(), document.kind.as_str(), document.id.as_str(), millis(now)];
        let blocks: Vec<i64> = find.query_map(parameters, |row| row.get(0))?.collect::<Result<_, _>>()?;
        for block in blocks {
            count.execute([block])?;
        }
    }
    Ok(())
}
