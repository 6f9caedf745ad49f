//! The host's own customers and suppliers.

use factory_accounting_core::ids::{ConnectionId, LocalId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{KnownParty, PartyKeys};
use rusqlite::{Connection, OptionalExtension, params};

use crate::candidacy;
use crate::fault::Outcome;
use crate::lists::ALIKE;
use crate::read::page_size;
use crate::rows::{json, parse};

pub(crate) fn know(db: &Connection, connection: &ConnectionId, role: RecordKind, party: &KnownParty) -> Outcome<()> {
    let sql = "SELECT party FROM fa_known WHERE connection = ?1 AND role = ?2 AND local = ?3";
    let place = params![connection.as_str(), role.as_str(), party.id.as_str()];
    let before: Option<String> = db.prepare_cached(sql)?.query_row(place, |row| row.get(0)).optional()?;
    let before: Option<KnownParty> = before.map(|text| parse("party of the host", &text)).transpose()?;
    if before.as_ref() == Some(party) {
        return Ok(());
    }
    let keys = party.keys();
    let sql = "INSERT INTO fa_known (connection, role, local, party, active, name_key, email_key, phone_key, tax_key)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT DO UPDATE SET party = excluded.party, active = excluded.active, name_key = excluded.name_key,
                   email_key = excluded.email_key, phone_key = excluded.phone_key, tax_key = excluded.tax_key";
    db.prepare_cached(sql)?.execute(params![
        connection.as_str(),
        role.as_str(),
        party.id.as_str(),
        json(party)?,
        party.active,
        keys.name,
        keys.email,
        keys.phone,
        keys.tax_number,
    ])?;
    if let Some(before) = before {
        candidacy::known(db, connection, role, &before.keys())?;
    }
    candidacy::known(db, connection, role, &keys)
}

pub(crate) fn known(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    after: Option<&LocalId>,
    limit: usize,
) -> Outcome<Vec<KnownParty>> {
    let sql = "SELECT party FROM fa_known WHERE connection = ?1 AND role = ?2 AND local > ?3 ORDER BY local LIMIT ?4";
    let mut statement = db.prepare_cached(sql)?;
    // Host ids are not empty, so that the empty one stands for the beginning.
    let after = after.map_or("", LocalId::as_str);
    let mut rows = statement.query(params![connection.as_str(), role.as_str(), after, page_size(limit)])?;
    let mut known = Vec::new();
    while let Some(row) = rows.next()? {
        known.push(parse("party of the host", &row.get::<_, String>(0)?)?);
    }
    Ok(known)
}

pub(crate) fn known_like(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    keys: &PartyKeys,
) -> Outcome<Vec<KnownParty>> {
    let mut found = std::collections::BTreeMap::new();
    for (column, key) in columns(keys) {
        let sql = format!(
            "SELECT local, party FROM fa_known
             WHERE connection = ?1 AND role = ?2 AND {column} = ?3 AND active = 1 ORDER BY local LIMIT ?4"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![connection.as_str(), role.as_str(), key, page_size(ALIKE)])?;
        while let Some(row) = rows.next()? {
            let party: KnownParty = parse("party of the host", &row.get::<_, String>(1)?)?;
            found.insert(row.get::<_, String>(0)?, party);
        }
    }
    Ok(found.into_values().take(ALIKE).collect())
}

/// The columns of the keys that there are.
pub(crate) fn columns(keys: &PartyKeys) -> impl Iterator<Item = (&'static str, &String)> {
    let all = [
        ("name_key", &keys.name),
        ("email_key", &keys.email),
        ("phone_key", &keys.phone),
        ("tax_key", &keys.tax_number),
    ];
    all.into_iter().filter_map(|(column, key)| Some((column, key.as_ref()?)))
}
