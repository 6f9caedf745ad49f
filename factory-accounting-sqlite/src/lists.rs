//! The package's lists, by its ids, with what is gone from them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, RemoteId};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    Indexed, ListPage, ListState, PartyKeys, Reading, Tombstone, parties_come_in_pages,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::candidacy;
use crate::fault::{Fault, Outcome, damaged};
use crate::read::page_size;
use crate::register::columns;
use crate::rows::{instant, json, millis, parse, signed, unsigned};

/// Most parties that share a key and are told.
pub(crate) const ALIKE: usize = 100;

pub(crate) fn state(db: &Connection, connection: &ConnectionId, kind: CatalogueKind) -> Outcome<ListState> {
    let mut statement = db.prepare_cached(
        "SELECT read_at, as_of, complete_as_of, readings, reading_begun_at, reading_complete, reading_page FROM fa_list
         WHERE connection = ?1 AND list = ?2",
    )?;
    let mut rows = statement.query(params![connection.as_str(), kind.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(ListState::default()) };
    let time = |column: usize| row.get::<_, Option<i64>>(column)?.map(instant).transpose();
    let reading = match (time(4)?, row.get::<_, Option<bool>>(5)?, row.get::<_, Option<u32>>(6)?) {
        (Some(begun_at), Some(complete), Some(next_page)) => Some(Reading { begun_at, complete, next_page }),
        _ => None,
    };
    let mut state = ListState::default();
    (state.read_at, state.as_of, state.complete_as_of) = (time(0)?, time(1)?, time(2)?);
    (state.readings, state.reading) = (unsigned(row, 3)?, reading);
    Ok(state)
}

pub(crate) fn put(db: &Connection, connection: &ConnectionId, page: &ListPage, now: DateTime<Utc>) -> Outcome<()> {
    let state = state(db, connection, page.kind)?.with_page(page, now)?;
    let reading = state.reading;
    let sql = "INSERT INTO fa_list (connection, list, read_at, as_of, complete_as_of, readings, reading_begun_at,
                   reading_complete, reading_page) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT DO UPDATE SET read_at = excluded.read_at, as_of = excluded.as_of,
                   complete_as_of = excluded.complete_as_of, readings = excluded.readings,
                   reading_begun_at = excluded.reading_begun_at, reading_complete = excluded.reading_complete,
                   reading_page = excluded.reading_page";
    db.prepare_cached(sql)?.execute(params![
        connection.as_str(),
        page.kind.as_str(),
        state.read_at.map(millis),
        state.as_of.map(millis),
        state.complete_as_of.map(millis),
        signed(state.readings),
        reading.map(|reading| millis(reading.begun_at)),
        reading.map(|reading| reading.complete),
        reading.map(|reading| reading.next_page),
    ])?;
    let found = signed(state.readings);
    let ends = page.last && page.complete;
    if page.kind == CatalogueKind::Parties {
        let scope = if page.entries.is_empty() { String::new() } else { make_scope(db, connection)? };
        for entry in &page.entries {
            if let CatalogueEntry::Party(party) = entry {
                put_party(db, connection, &scope, party, found)?;
            }
        }
        if ends {
            let sql = "UPDATE fa_party SET gone_at = ?3, customer = NULL, supplier = NULL
                       WHERE connection = ?1 AND found <> ?2 AND gone_at IS NULL";
            db.prepare_cached(sql)?.execute(params![connection.as_str(), found, millis(now)])?;
        }
        return Ok(());
    }
    let sql = "INSERT INTO fa_entry (connection, list, remote, entry, found) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO UPDATE SET entry = excluded.entry, found = excluded.found, gone_at = NULL";
    let mut statement = db.prepare_cached(sql)?;
    for entry in &page.entries {
        let place = (connection.as_str(), page.kind.as_str(), entry.id());
        statement.execute(params![place.0, place.1, place.2.as_str(), json(entry)?, found])?;
    }
    if ends {
        let sql = "UPDATE fa_entry SET gone_at = ?4
                   WHERE connection = ?1 AND list = ?2 AND found <> ?3 AND gone_at IS NULL";
        let place = (connection.as_str(), page.kind.as_str());
        db.prepare_cached(sql)?.execute(params![place.0, place.1, found, millis(now)])?;
    }
    Ok(())
}

fn put_party(db: &Connection, connection: &ConnectionId, scope: &str, party: &RemoteParty, found: i64) -> Outcome<()> {
    let entry = json(party)?;
    let mut statement = db.prepare_cached(
        "SELECT p.id, p.gone_at IS NULL AND e.entry = ?3, p.words FROM fa_party p JOIN fa_party_entry e ON e.party = p.id
         WHERE p.connection = ?1 AND p.remote = ?2",
    )?;
    let known: Option<(i64, bool, String)> = statement
        .query_row(params![connection.as_str(), party.id.as_str(), entry], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    if let Some((id, true, _)) = known {
        // As it was: nothing that it is found or sorted by changes.
        db.prepare_cached("UPDATE fa_party SET found = ?2 WHERE id = ?1")?.execute([id, found])?;
        return Ok(());
    }
    let indexed = Indexed::of(party);
    let words: String = indexed.words.iter().flat_map(|word| [" ", word]).collect();
    let sql = "INSERT INTO fa_party (connection, remote, found, active, is_customer, is_supplier, name, email, updated,
                   name_key, email_key, phone_key, tax_key, words)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
               ON CONFLICT DO UPDATE SET found = excluded.found, gone_at = NULL, active = excluded.active,
                   is_customer = excluded.is_customer, is_supplier = excluded.is_supplier, name = excluded.name,
                   email = excluded.email, updated = excluded.updated, name_key = excluded.name_key,
                   email_key = excluded.email_key, phone_key = excluded.phone_key, tax_key = excluded.tax_key,
                   words = excluded.words
               RETURNING id";
    let id: i64 = db.prepare_cached(sql)?.query_row(
        params![
            connection.as_str(),
            party.id.as_str(),
            found,
            party.active,
            party.is_customer,
            party.is_supplier,
            indexed.name,
            indexed.email,
            indexed.updated,
            indexed.keys.name,
            indexed.keys.email,
            indexed.keys.phone,
            indexed.keys.tax_number,
            words,
        ],
        |row| row.get(0),
    )?;
    let sql =
        "INSERT INTO fa_party_entry (party, entry) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET entry = excluded.entry";
    db.prepare_cached(sql)?.execute(params![id, entry])?;
    let before = known.map(|(_, _, words)| words);
    if before.as_ref() != Some(&words) {
        if before.is_some() {
            db.prepare_cached("DELETE FROM fa_party_word WHERE rowid = ?1")?.execute([id])?;
        }
        let scoped: String = indexed.words.iter().flat_map(|word| [" ", scope, word]).collect();
        db.prepare_cached("INSERT INTO fa_party_word (rowid, words) VALUES (?1, ?2)")?.execute(params![id, scoped])?;
    }
    let row = candidacy::Row { id, remote: party.id.to_string(), active: party.active, keys: indexed.keys };
    candidacy::ROLES.into_iter().try_for_each(|role| candidacy::keep(db, connection, role, &row))
}

/// The letters that begin the words of a connection's parties; `None` where none were ever kept.
pub(crate) fn scope(db: &Connection, connection: &ConnectionId) -> Outcome<Option<String>> {
    let sql = "SELECT id FROM fa_party_scope WHERE connection = ?1";
    let id: Option<i64> = db.prepare_cached(sql)?.query_row([connection.as_str()], |row| row.get(0)).optional()?;
    Ok(id.map(letters))
}

fn make_scope(db: &Connection, connection: &ConnectionId) -> Outcome<String> {
    let sql = "INSERT INTO fa_party_scope (connection) VALUES (?1) ON CONFLICT DO NOTHING";
    db.prepare_cached(sql)?.execute([connection.as_str()])?;
    scope(db, connection)?.ok_or_else(|| damaged("scope of a connection's parties", "it was not kept"))
}

/// A number in five letters: enough for eleven million connections, all equally long.
fn letters(mut number: i64) -> String {
    let mut letters = [b'a'; 5];
    for letter in letters.iter_mut().rev() {
        // Within the alphabet whatever the number.
        *letter += u8::try_from(number.rem_euclid(26)).unwrap_or_default();
        number /= 26;
    }
    letters.into_iter().map(char::from).collect()
}

/// A list as it stands, and when it was read, UTC.
pub(crate) type Catalogue = (DateTime<Utc>, Vec<CatalogueEntry>);

pub(crate) fn catalogue(db: &Connection, connection: &ConnectionId, kind: CatalogueKind) -> Outcome<Option<Catalogue>> {
    if kind == CatalogueKind::Parties {
        return Err(Fault(parties_come_in_pages()));
    }
    let Some(read_at) = state(db, connection, kind)?.read_at else { return Ok(None) };
    let sql = "SELECT entry FROM fa_entry WHERE connection = ?1 AND list = ?2 AND gone_at IS NULL ORDER BY remote";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![connection.as_str(), kind.as_str()])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(parse("entry of a list", &row.get::<_, String>(0)?)?);
    }
    Ok(Some((read_at, entries)))
}

pub(crate) fn gone(db: &Connection, connection: &ConnectionId, kind: CatalogueKind) -> Outcome<Vec<Tombstone>> {
    if kind == CatalogueKind::Parties {
        return Err(Fault(parties_come_in_pages()));
    }
    let sql = "SELECT entry, gone_at FROM fa_entry
               WHERE connection = ?1 AND list = ?2 AND gone_at IS NOT NULL ORDER BY remote";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![connection.as_str(), kind.as_str()])?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = parse("entry of a list", &row.get::<_, String>(0)?)?;
        gone.push(Tombstone { entry, gone_at: instant(row.get(1)?)? });
    }
    Ok(gone)
}

/// A party as last read, and since when it is gone.
pub(crate) type Party = (RemoteParty, Option<DateTime<Utc>>);

pub(crate) fn party(db: &Connection, connection: &ConnectionId, remote: &RemoteId) -> Outcome<Option<Party>> {
    let mut statement = db.prepare_cached(
        "SELECT e.entry, p.gone_at FROM fa_party p JOIN fa_party_entry e ON e.party = p.id
         WHERE p.connection = ?1 AND p.remote = ?2",
    )?;
    let mut rows = statement.query(params![connection.as_str(), remote.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let gone_at = row.get::<_, Option<i64>>(1)?.map(instant).transpose()?;
    Ok(Some((parse("party of the package", &row.get::<_, String>(0)?)?, gone_at)))
}

pub(crate) fn parties_like(db: &Connection, connection: &ConnectionId, keys: &PartyKeys) -> Outcome<Vec<RemoteParty>> {
    let mut found: BTreeMap<String, RemoteParty> = BTreeMap::new();
    for (column, key) in columns(keys) {
        let sql = format!(
            "SELECT p.remote, e.entry FROM fa_party p JOIN fa_party_entry e ON e.party = p.id
             WHERE p.connection = ?1 AND p.{column} = ?2 AND p.gone_at IS NULL ORDER BY p.remote LIMIT ?3"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![connection.as_str(), key, page_size(ALIKE)])?;
        while let Some(row) = rows.next()? {
            found.insert(row.get(0)?, parse("party of the package", &row.get::<_, String>(1)?)?);
        }
    }
    Ok(found.into_values().take(ALIKE).collect())
}
