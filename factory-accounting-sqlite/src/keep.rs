//! What is kept beside operations and links: the connection, its settings, the package's lists and how far it was read.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, Cursor, OrganisationId};
use factory_accounting_core::onboarding::Onboarding;
use factory_accounting_core::provider::{ChangeFeed, Organisation};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::Connection as Stored;
use factory_accounting_core::store::{SavedSettings, SettingsVersion, StoreError, transition};
use rusqlite::{Connection, OptionalExtension, params};

use crate::fault::{Fault, Outcome};
use crate::rows::{instant, json, millis, parse, unsigned};

pub(crate) fn connection(db: &Connection, id: &ConnectionId) -> Outcome<Option<Stored>> {
    let mut statement = db.prepare_cached("SELECT organisation, state FROM fa_connection WHERE connection = ?1")?;
    let mut rows = statement.query([id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Stored {
        id: id.clone(),
        organisation: row.get::<_, Option<String>>(0)?.map(OrganisationId::from),
        state: parse("state of the connection", &row.get::<_, String>(1)?)?,
    }))
}

pub(crate) fn put_connection(db: &Connection, new: &Stored) -> Outcome<()> {
    let pinned = connection(db, &new.id)?.and_then(|stored| stored.organisation);
    if let (Some(pinned), Some(other)) = (&pinned, &new.organisation)
        && pinned != other
    {
        return Err(Fault(transition::pinned(&new.id, pinned, other)));
    }
    let organisation = new.organisation.as_ref().or(pinned.as_ref()).map(OrganisationId::as_str);
    let sql = "INSERT INTO fa_connection (connection, organisation, state) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET organisation = excluded.organisation, state = excluded.state";
    db.prepare_cached(sql)?.execute(params![new.id.as_str(), organisation, json(&new.state)?])?;
    Ok(())
}

pub(crate) fn onboarding(db: &Connection, connection: &ConnectionId) -> Outcome<Option<Onboarding>> {
    let sql = "SELECT onboarding FROM fa_onboarding WHERE connection = ?1";
    let text: Option<String> = db.prepare_cached(sql)?.query_row([connection.as_str()], |row| row.get(0)).optional()?;
    text.map(|text| parse("setting up", &text)).transpose()
}

pub(crate) fn put_onboarding(
    db: &Connection,
    connection: &ConnectionId,
    seen: Option<&Onboarding>,
    now: &Onboarding,
) -> Outcome<bool> {
    if onboarding(db, connection)?.as_ref() != seen {
        return Ok(false);
    }
    let sql = "INSERT INTO fa_onboarding (connection, onboarding) VALUES (?1, ?2)
               ON CONFLICT DO UPDATE SET onboarding = excluded.onboarding";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), json(now)?])?;
    Ok(true)
}

pub(crate) fn settings(db: &Connection, connection: &ConnectionId) -> Outcome<Option<(u64, Settings)>> {
    let sql = "SELECT version, settings FROM fa_settings WHERE connection = ?1 ORDER BY version DESC LIMIT 1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([connection.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((unsigned(row, 0)?, read_settings(&row.get::<_, String>(1)?)?)))
}

fn read_settings(text: &str) -> Outcome<Settings> {
    Settings::read(text).map_err(|error| Fault(StoreError::Settings(error)))
}

pub(crate) fn settings_at(db: &Connection, connection: &ConnectionId, version: u64) -> Outcome<Option<SavedSettings>> {
    let sql = "SELECT saved_at, settings FROM fa_settings WHERE connection = ?1 AND version = ?2";
    let mut statement = db.prepare_cached(sql)?;
    // There is no version that is too large for the column.
    let Ok(number) = i64::try_from(version) else { return Ok(None) };
    let mut rows = statement.query(params![connection.as_str(), number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let settings = read_settings(&row.get::<_, String>(1)?)?;
    Ok(Some(SavedSettings { version, saved_at: instant(row.get(0)?)?, settings }))
}

pub(crate) fn settings_versions(db: &Connection, connection: &ConnectionId) -> Outcome<Vec<SettingsVersion>> {
    let sql = "SELECT version, saved_at FROM fa_settings WHERE connection = ?1 ORDER BY version";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([connection.as_str()])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        versions.push(SettingsVersion { version: unsigned(row, 0)?, saved_at: instant(row.get(1)?)? });
    }
    Ok(versions)
}

pub(crate) fn save_settings(
    db: &Connection,
    connection: &ConnectionId,
    new: &Settings,
    edited_from: Option<u64>,
    now: DateTime<Utc>,
) -> Outcome<u64> {
    let newest = settings(db, connection)?.map_or(0, |(version, _)| version);
    transition::may_save(edited_from, newest).map_err(Fault)?;
    let mut statement = db.prepare_cached(
        "INSERT INTO fa_settings (connection, version, saved_at, settings)
         SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3 FROM fa_settings WHERE connection = ?1 RETURNING version",
    )?;
    let mut rows = statement.query(params![connection.as_str(), millis(now), json(new)?])?;
    match rows.next()? {
        Some(row) => unsigned(row, 0),
        None => Err(rusqlite::Error::QueryReturnedNoRows.into()),
    }
}

pub(crate) fn organisation(
    db: &Connection,
    connection: &ConnectionId,
) -> Outcome<Option<(DateTime<Utc>, Organisation)>> {
    let sql = "SELECT read_at, organisation FROM fa_organisation WHERE connection = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([connection.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((instant(row.get(0)?)?, parse("organisation", &row.get::<_, String>(1)?)?)))
}

pub(crate) fn put_organisation(
    db: &Connection,
    connection: &ConnectionId,
    organisation: &Organisation,
    read_at: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "INSERT INTO fa_organisation (connection, read_at, organisation) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET read_at = excluded.read_at, organisation = excluded.organisation";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), millis(read_at), json(organisation)?])?;
    Ok(())
}

pub(crate) fn cursor(db: &Connection, connection: &ConnectionId, feed: ChangeFeed) -> Outcome<Option<Cursor>> {
    let sql = "SELECT cursor FROM fa_cursor WHERE connection = ?1 AND feed = ?2";
    let parameters = params![connection.as_str(), feed.as_str()];
    let cursor: Option<String> = db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
    Ok(cursor.map(Cursor::from))
}
