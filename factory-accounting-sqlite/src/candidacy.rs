//! What parties of the package are to the host, kept beside them so that a hundred thousand can be filtered and counted by
//! it. Reckoned anew whenever a party, a link or the host's register changes; the rule is core's.

use factory_accounting_core::ids::{ConnectionId, LocalId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{CandidateState, Link, PartyKeys, SameBy, exists_locally};
use rusqlite::{Connection, OptionalExtension, params};

use crate::fault::Outcome;
use crate::rows::parse;

/// Both roles of a party.
pub(crate) const ROLES: [RecordKind; 2] = [RecordKind::Customer, RecordKind::Supplier];

/// The column of a role's state.
pub(crate) fn column(role: RecordKind) -> &'static str {
    if role == RecordKind::Supplier { "supplier" } else { "customer" }
}

/// A party's row with what its state follows from.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) remote: String,
    pub(crate) active: bool,
    pub(crate) keys: PartyKeys,
}

/// The columns that [`row`] reads, in its order.
pub(crate) const ROW: &str = "id, remote, active, name_key, email_key, phone_key, tax_key";

pub(crate) fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let keys = PartyKeys { name: row.get(3)?, email: row.get(4)?, phone: row.get(5)?, tax_number: row.get(6)? };
    Ok(Row { id: row.get(0)?, remote: row.get(1)?, active: row.get(2)?, keys })
}

/// What a party is to the host now.
pub(crate) fn state(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    party: &Row,
) -> Outcome<CandidateState> {
    let mut statement = db.prepare_cached(
        "SELECT link FROM fa_link WHERE connection = ?1 AND remote = ?2 AND kind = ?3 AND exclusive = 1",
    )?;
    let parameters = params![connection.as_str(), party.remote, role.as_str()];
    let link: Option<String> = statement.query_row(parameters, |row| row.get(0)).optional()?;
    let link: Option<Link> = link.map(|link| parse("link", &link)).transpose()?;
    let exists = if link.is_none() && party.active { known_as(db, connection, role, &party.keys)? } else { None };
    Ok(CandidateState::of(party.active, link.as_ref(), || exists))
}

/// What the host has that seems to be the party: of each key the first by id, which is all that the rule looks at.
fn known_as(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    keys: &PartyKeys,
) -> Outcome<Option<(LocalId, SameBy)>> {
    let mut found: Vec<(LocalId, PartyKeys)> = Vec::new();
    for (column, key) in [("tax_key", &keys.tax_number), ("email_key", &keys.email), ("name_key", &keys.name)] {
        let Some(key) = key else { continue };
        let sql = format!(
            "SELECT local, name_key, email_key, phone_key, tax_key FROM fa_known
             WHERE connection = ?1 AND role = ?2 AND {column} = ?3 AND active = 1 ORDER BY local LIMIT 1"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let known = statement.query_row(params![connection.as_str(), role.as_str(), key], |row| {
            let keys = PartyKeys { name: row.get(1)?, email: row.get(2)?, phone: row.get(3)?, tax_number: row.get(4)? };
            Ok((LocalId::from(row.get::<_, String>(0)?), keys))
        });
        found.extend(known.optional()?);
    }
    Ok(exists_locally(keys, found.iter().map(|(id, keys)| (id, keys))))
}

/// Keeps what a party is to the host in a role.
pub(crate) fn keep(db: &Connection, connection: &ConnectionId, role: RecordKind, party: &Row) -> Outcome<()> {
    let ordinal = state(db, connection, role, party)?.filter().ordinal();
    let column = column(role);
    // Equal states are left alone, for five indexes hold them.
    let sql = format!("UPDATE fa_party SET {column} = ?2 WHERE id = ?1 AND {column} IS NOT ?2");
    db.prepare_cached(&sql)?.execute(params![party.id, ordinal])?;
    Ok(())
}

/// A link was stored.
pub(crate) fn linked(db: &Connection, connection: &ConnectionId, link: &Link) -> Outcome<()> {
    if !link.key.kind.is_party() {
        return Ok(());
    }
    unlinked(db, connection, link.key.kind, link.remote.as_str())
}

/// A link of a party was stored or forgotten.
pub(crate) fn unlinked(db: &Connection, connection: &ConnectionId, role: RecordKind, remote: &str) -> Outcome<()> {
    let sql = format!("SELECT {ROW} FROM fa_party WHERE connection = ?1 AND remote = ?2 AND gone_at IS NULL");
    let party = db.prepare_cached(&sql)?.query_row(params![connection.as_str(), remote], row).optional()?;
    match party {
        Some(party) => keep(db, connection, role, &party),
        None => Ok(()),
    }
}

/// The host's register has changed under these keys.
pub(crate) fn known(db: &Connection, connection: &ConnectionId, role: RecordKind, keys: &PartyKeys) -> Outcome<()> {
    let touched = [("tax_key", &keys.tax_number), ("email_key", &keys.email), ("name_key", &keys.name)];
    for (column, key) in touched {
        let Some(key) = key else { continue };
        let sql = format!("SELECT {ROW} FROM fa_party WHERE connection = ?1 AND {column} = ?2 AND gone_at IS NULL");
        let mut statement = db.prepare_cached(&sql)?;
        let parties = statement.query_map(params![connection.as_str(), key], row)?;
        for party in parties.collect::<Result<Vec<_>, _>>()? {
            keep(db, connection, role, &party)?;
        }
    }
    Ok(())
}
