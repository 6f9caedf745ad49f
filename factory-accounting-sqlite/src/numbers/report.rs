//! What is with whom, and what is missing.

use factory_accounting_core::ids::{ConnectionId, DeviceId};
use factory_accounting_core::numbers::gaps::{self, Hand, Span};
use factory_accounting_core::numbers::{BlockState, GapReport, LARGEST, LARGEST_BLOCK};
use factory_accounting_core::store::{BlockQuery, GapQuery};
use rusqlite::{Connection, Row, params};

use super::lease::{BLOCK, BLOCKS, act, block, reached};
use super::{run_of, uses};
use crate::fault::{Fault, Outcome, damaged};
use crate::read::page_size;
use crate::rows::{instant, signed, unsigned};

pub(super) fn blocks(db: &Connection, connection: &ConnectionId, query: &BlockQuery) -> Outcome<Vec<BlockState>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {BLOCK} FROM {BLOCKS}
         WHERE b.connection = ?1 AND r.kind = ?2 AND b.id > ?3 AND (?4 IS NULL OR b.device = ?4) ORDER BY b.id LIMIT ?5"
    ))?;
    let mut found = statement.query(params![
        connection.as_str(),
        query.kind.as_str(),
        query.after.map_or(0, |after| signed(after.0)),
        query.device.as_ref().map(DeviceId::as_str),
        page_size(query.limit),
    ])?;
    let mut blocks = Vec::new();
    while let Some(row) = found.next()? {
        blocks.push(block(row)?);
    }
    Ok(blocks)
}

pub(super) fn gaps(db: &Connection, connection: &ConnectionId, query: &GapQuery) -> Outcome<GapReport> {
    let Some(run) = run_of(db, connection, query.kind, &query.prefix)? else { return Ok(GapReport::default()) };
    let (first, next) = reached(db, run)?;
    let range = (query.first.max(first), query.last.min(next.saturating_sub(1)).min(LARGEST));
    if range.0 > range.1 {
        return Ok(GapReport::default());
    }
    // Both halves come in order of their index, so that nothing is sorted, and nothing but the row at hand is in memory.
    let mut statement = db.prepare_cached(
        "SELECT b.first AS first, b.last, b.device, b.leased_at, b.used, b.voided, d.gone_by, d.gone_at
         FROM fa_number_block b LEFT JOIN fa_number_device d ON d.connection = b.connection AND d.device = b.device
         WHERE b.run = ?1 AND b.reclaimed_at IS NULL AND b.first BETWEEN ?2 AND ?4 AND b.last >= ?3
         UNION ALL
         SELECT f.first, f.last, NULL, NULL, NULL, NULL, b.reclaimed_by, b.reclaimed_at
         FROM fa_number_free f JOIN fa_number_block b ON b.id = f.block
         WHERE f.run = ?1 AND f.first BETWEEN ?2 AND ?4 AND f.last >= ?3
         ORDER BY first",
    )?;
    let below = range.0.saturating_sub(u64::from(LARGEST_BLOCK));
    let mut found = statement.query(params![run, signed(below), signed(range.0), signed(range.1)])?;
    let spans = std::iter::from_fn(|| match found.next() {
        Ok(row) => row.map(span),
        Err(error) => Some(Err(Fault::from(error))),
    });
    gaps::report(range, spans, |first, last, take| uses::each(db, run, first, last, take), query.limit)
}

fn span(row: &Row<'_>) -> Outcome<Span> {
    let act = act(row, 6)?;
    let hand = match (row.get::<_, Option<String>>(2)?, act) {
        (Some(device), gone) => Hand::Device {
            device: DeviceId::from(device),
            since: instant(row.get(3)?)?,
            gone,
            used: unsigned(row, 4)?,
            voided: unsigned(row, 5)?,
        },
        (None, Some(act)) => Hand::Nobody(act),
        (None, None) => return Err(damaged("numbers taken back", "nobody is said to have done so")),
    };
    Ok(Span { first: unsigned(row, 0)?, last: unsigned(row, 1)?, hand })
}
