//! Links, and what inbound changes do to them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, LocalId, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::RemoteParty;
use factory_accounting_core::store::transition;
use factory_accounting_core::store::{Absorb, Link, LinkEnd, PastLink, StoreError, imported, linked_elsewhere};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, params};

use crate::candidacy;
use crate::fault::{Fault, Outcome};
use crate::outbox::{Outbox, all_or_nothing};
use crate::rows::{json, key, parse};
use crate::tally::Tally;

macro_rules! insert_link {
    ($verb:literal) => {
        concat!(
            $verb,
            " INTO fa_link (connection, kind, local, remote, exclusive, broken, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        )
    };
}

/// Inserts nothing where the record has a link, or another record holds the one that it leads to.
const INSERT_IF_NEW: &str = insert_link!("INSERT OR IGNORE");
const INSERT: &str = insert_link!("INSERT");

/// Stores a link in place of an earlier one and wakes what waits for it.
pub(crate) fn store(outbox: &Outbox<'_>, link: &Link, end: &LinkEnd) -> Outcome<()> {
    // Most records are linked once: whether there is an earlier link the insertion itself finds out.
    if insert(outbox, link, INSERT_IF_NEW)? == 0 {
        // Removed and added anew rather than updated, so that `stored` grows.
        remove(outbox, &link.key, Some(link), end)?;
        insert(outbox, link, INSERT)?;
    }
    candidacy::linked(outbox.db, outbox.connection, link)?;
    if transition::wakes(link) { outbox.wake(&link.key) } else { Ok(()) }
}

fn insert(outbox: &Outbox<'_>, link: &Link, sql: &'static str) -> Outcome<usize> {
    let inserted = outbox.statement(sql)?.execute(params![
        outbox.connection.as_str(),
        link.key.kind.as_str(),
        link.key.id.as_str(),
        link.remote.as_str(),
        transition::is_exclusive(link),
        link.is_broken(),
        json(link)?,
    ]);
    match inserted {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            match owner(outbox.db, outbox.connection, link)? {
                Some(owner) => Err(Fault(transition::taken(link, &owner))),
                None => Err(error.into()),
            }
        }
        other => Ok(other?),
    }
}

fn owner(db: &Connection, connection: &ConnectionId, link: &Link) -> Outcome<Option<RecordKey>> {
    let mut statement = db.prepare_cached(
        "SELECT local FROM fa_link WHERE connection = ?1 AND remote = ?3 AND kind = ?2 AND exclusive = 1",
    )?;
    let parameters = params![connection.as_str(), link.key.kind.as_str(), link.remote.as_str()];
    let local: Option<String> = statement.query_row(parameters, |row| row.get(0)).optional()?;
    local.map(|local| key(link.key.kind.as_str(), local)).transpose()
}

pub(crate) fn absorb(db: &Connection, absorb: &Absorb) -> Outcome<()> {
    for link in &absorb.links {
        store(&Outbox::new(db, &absorb.connection, link.seen_at), link, &LinkEnd::Replaced)?;
    }
    let seen = absorb.links.iter().map(|link| link.seen_at).max().unwrap_or_default();
    let outbox = Outbox::new(db, &absorb.connection, seen);
    let mut tally = Tally::default();
    for raised in &absorb.raises {
        outbox.raise(*raised, &mut tally)?;
    }
    tally.write(db, &absorb.connection)?;
    if let Some(cursor) = &absorb.cursor {
        let sql = "INSERT INTO fa_cursor (connection, feed, cursor) VALUES (?1, ?2, ?3)
                   ON CONFLICT DO UPDATE SET cursor = excluded.cursor";
        let parameters = params![absorb.connection.as_str(), absorb.feed.as_str(), cursor.as_str()];
        db.prepare_cached(sql)?.execute(parameters)?;
    }
    Ok(())
}

/// Ends a link; what led elsewhere than the one in its place is kept.
pub(crate) fn remove(outbox: &Outbox<'_>, key: &RecordKey, after: Option<&Link>, end: &LinkEnd) -> Outcome<()> {
    let sql = "SELECT stored, remote, link FROM fa_link WHERE connection = ?1 AND kind = ?2 AND local = ?3";
    let place = params![outbox.connection.as_str(), key.kind.as_str(), key.id.as_str()];
    let ended: Option<(i64, String, String)> =
        outbox.statement(sql)?.query_row(place, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((stored, remote, link)) = ended else { return Ok(()) };
    outbox.statement("DELETE FROM fa_link WHERE stored = ?1")?.execute([stored])?;
    // Only what links of parties tie is shown to a person to choose from.
    if key.kind.is_party() {
        candidacy::unlinked(outbox.db, outbox.connection, key.kind, &remote)?;
    }
    // The usual case, told without reading the link: the same record, seen anew.
    if after.is_some_and(|after| after.remote.as_str() == remote) {
        return Ok(());
    }
    let Some(past) = transition::past(parse("link", &link)?, after, end, outbox.now) else { return Ok(()) };
    let sql = "INSERT INTO fa_past_link (connection, kind, local, past) VALUES (?1, ?2, ?3, ?4)";
    let row = params![outbox.connection.as_str(), key.kind.as_str(), key.id.as_str(), json(&past)?];
    outbox.statement(sql)?.execute(row)?;
    Ok(())
}

pub(crate) fn past(db: &Connection, connection: &ConnectionId, keys: &[RecordKey]) -> Outcome<Vec<PastLink>> {
    let sql = "SELECT past FROM fa_past_link WHERE connection = ?1 AND kind = ?2 AND local = ?3 ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let mut past = Vec::new();
    for key in keys {
        let mut rows = statement.query(params![connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
        while let Some(row) = rows.next()? {
            past.push(parse("past link", &row.get::<_, String>(0)?)?);
        }
    }
    Ok(past)
}

pub(crate) fn broken(db: &Connection, connection: &ConnectionId) -> Outcome<Vec<Link>> {
    let mut statement = db.prepare_cached("SELECT link FROM fa_link WHERE connection = ?1 AND broken = 1")?;
    let mut rows = statement.query([connection.as_str()])?;
    let mut links: Vec<Link> = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(parse("link", &row.get::<_, String>(0)?)?);
    }
    // The order of kinds is the library's, not that of their names.
    links.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(links)
}

/// Stores the link of an imported party within the host's own transaction, so that the host's record and its link become
/// durable together or not at all. Answer the import with the same id afterwards. If this fails nothing of it has happened,
/// and the host's transaction goes on.
///
/// # Errors
/// [`StoreError::Refused`] where the package's party is linked to another record of the role, or the record to another party;
/// [`StoreError::Format`] where the tables are missing or of another version.
pub fn link_in(
    transaction: &Transaction<'_>,
    connection: &ConnectionId,
    role: RecordKind,
    local: &LocalId,
    party: &RemoteParty,
    now: DateTime<Utc>,
) -> Result<Link, StoreError> {
    crate::schema::check(transaction).map_err(|fault| fault.0)?;
    let link = imported(role, local.clone(), party, now);
    all_or_nothing(transaction, || {
        let other = of_keys(transaction, connection, std::slice::from_ref(&link.key))?.pop().flatten();
        if let Some(other) = other.filter(|other| other.remote != link.remote) {
            return Err(Fault(StoreError::Refused(linked_elsewhere(&link, &other))));
        }
        store(&Outbox::new(transaction, connection, now), &link, &LinkEnd::Replaced)
    })
    .map_err(|fault| fault.0)?;
    Ok(link)
}

/// When a record's link was stored, in the order of all storing; `None` where it cannot be named.
pub(crate) fn stored(db: &Connection, connection: &ConnectionId, key: &RecordKey) -> Outcome<Option<i64>> {
    let sql = "SELECT stored FROM fa_link WHERE connection = ?1 AND kind = ?2 AND local = ?3 AND broken = 0";
    let parameters = params![connection.as_str(), key.kind.as_str(), key.id.as_str()];
    Ok(db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?)
}

/// Whether a person has tied the record elsewhere between the claim of the operation that brings this link, and its settling.
pub(crate) fn is_outrun(outbox: &Outbox<'_>, link: &Link, links_seen: i64, before: i64) -> Outcome<bool> {
    if !link.is_named_by_others() {
        return Ok(false);
    }
    let sql =
        "SELECT link FROM fa_link WHERE connection = ?1 AND kind = ?2 AND local = ?3 AND stored > ?4 AND stored <= ?5";
    let key = &link.key;
    let place = params![outbox.connection.as_str(), key.kind.as_str(), key.id.as_str(), links_seen, before];
    let stored: Option<String> = outbox.statement(sql)?.query_row(place, |row| row.get(0)).optional()?;
    let Some(stored) = stored else { return Ok(false) };
    Ok(transition::outlasts(&parse("link", &stored)?, link))
}

/// The last link stored, removed ones included.
pub(crate) fn newest(db: &Connection) -> Outcome<i64> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'fa_link'";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub(crate) fn of_keys(db: &Connection, connection: &ConnectionId, keys: &[RecordKey]) -> Outcome<Vec<Option<Link>>> {
    let sql = "SELECT link FROM fa_link WHERE connection = ?1 AND kind = ?2 AND local = ?3";
    let mut statement = db.prepare_cached(sql)?;
    keys.iter()
        .map(|key| {
            let parameters = params![connection.as_str(), key.kind.as_str(), key.id.as_str()];
            let text: Option<String> = statement.query_row(parameters, |row| row.get(0)).optional()?;
            text.map(|text| parse("link", &text)).transpose()
        })
        .collect()
}

pub(crate) fn to_remotes(db: &Connection, connection: &ConnectionId, remotes: &[RemoteId]) -> Outcome<Vec<Link>> {
    let mut statement = db.prepare_cached(
        "SELECT link FROM fa_link WHERE connection = ?1 AND remote = ?2 AND exclusive = 1
         UNION ALL
         SELECT link FROM fa_link WHERE connection = ?1 AND remote = ?2 AND exclusive = 0",
    )?;
    let mut links = BTreeMap::new();
    for remote in remotes {
        let mut rows = statement.query(params![connection.as_str(), remote.as_str()])?;
        while let Some(row) = rows.next()? {
            let link: Link = parse("link", &row.get::<_, String>(0)?)?;
            links.insert(link.key.clone(), link);
        }
    }
    Ok(links.into_values().collect())
}

pub(crate) fn page(
    db: &Connection,
    connection: &ConnectionId,
    kind: RecordKind,
    after: Option<&LocalId>,
    limit: usize,
) -> Outcome<Vec<Link>> {
    // Host ids are not empty, so that the empty one stands for the beginning.
    let sql = "SELECT link FROM fa_link WHERE connection = ?1 AND kind = ?2 AND local > ?3 ORDER BY local LIMIT ?4";
    let mut statement = db.prepare_cached(sql)?;
    let after = after.map_or("", LocalId::as_str);
    let mut rows =
        statement.query(params![connection.as_str(), kind.as_str(), after, crate::read::page_size(limit)])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(parse("link", &row.get::<_, String>(0)?)?);
    }
    Ok(links)
}
