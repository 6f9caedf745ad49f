//! Imports as they stand.

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{
    ImportJob, ImportNote, ImportProgress, ImportStep, LinkEnd, import_under_way, nothing_under_way,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::fault::{Fault, Outcome};
use crate::links;
use crate::outbox::Outbox;
use crate::read::page_size;
use crate::rows::{instant, json, millis, parse};

fn progress(db: &Connection, connection: &ConnectionId, role: RecordKind) -> Outcome<Option<ImportProgress>> {
    let sql = "SELECT progress FROM fa_import WHERE connection = ?1 AND role = ?2";
    let parameters = params![connection.as_str(), role.as_str()];
    let text: Option<String> = db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
    text.map(|text| parse("progress of an import", &text)).transpose()
}

fn save(db: &Connection, connection: &ConnectionId, role: RecordKind, progress: &ImportProgress) -> Outcome<()> {
    let sql = "UPDATE fa_import SET progress = ?3 WHERE connection = ?1 AND role = ?2";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), role.as_str(), json(progress)?])?;
    Ok(())
}

pub(crate) fn begin(db: &Connection, connection: &ConnectionId, job: &ImportJob) -> Outcome<()> {
    if progress(db, connection, job.role)?.is_some_and(|progress| !progress.is_over()) {
        return Err(Fault(import_under_way(job.role)));
    }
    let sql = "INSERT INTO fa_import (connection, role, selection, begun_at, progress) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO UPDATE SET selection = excluded.selection, begun_at = excluded.begun_at,
                   progress = excluded.progress";
    let (selection, begun_at) = (json(&job.selection)?, millis(job.begun_at));
    let parameters = params![connection.as_str(), job.role.as_str(), selection, begun_at, json(&job.progress)?];
    db.prepare_cached(sql)?.execute(parameters)?;
    let sql = "DELETE FROM fa_import_note WHERE connection = ?1 AND role = ?2";
    db.prepare_cached(sql)?.execute([connection.as_str(), job.role.as_str()])?;
    Ok(())
}

pub(crate) fn job(db: &Connection, connection: &ConnectionId, role: RecordKind) -> Outcome<Option<ImportJob>> {
    let sql = "SELECT selection, begun_at, progress FROM fa_import WHERE connection = ?1 AND role = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([connection.as_str(), role.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(ImportJob {
        role,
        selection: parse("selection of an import", &row.get::<_, String>(0)?)?,
        begun_at: instant(row.get(1)?)?,
        progress: parse("progress of an import", &row.get::<_, String>(2)?)?,
    }))
}

pub(crate) fn take(db: &Connection, connection: &ConnectionId, role: RecordKind) -> Outcome<Option<ImportJob>> {
    let Some(job) = job(db, connection, role)? else { return Ok(None) };
    let Some(progress) = job.progress.taken() else { return Ok(None) };
    save(db, connection, role, &progress)?;
    Ok(Some(ImportJob { progress, ..job }))
}

pub(crate) fn advance(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    step: &ImportStep,
    now: DateTime<Utc>,
) -> Outcome<ImportProgress> {
    let before = progress(db, connection, role)?.ok_or_else(nothing_under_way)?;
    let after = before.after(step, now)?;
    let outbox = Outbox::new(db, connection, now);
    for link in &step.links {
        links::store(&outbox, link, &LinkEnd::Replaced)?;
    }
    let sql = "INSERT INTO fa_import_note (connection, role, remote, note) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO UPDATE SET note = excluded.note";
    for note in &step.notes {
        let place = (connection.as_str(), role.as_str(), note.remote.as_str());
        db.prepare_cached(sql)?.execute(params![place.0, place.1, place.2, json(note)?])?;
    }
    save(db, connection, role, &after)?;
    Ok(after)
}

pub(crate) fn cancel(db: &Connection, connection: &ConnectionId, role: RecordKind) -> Outcome<bool> {
    let Some(progress) = progress(db, connection, role)?.filter(|progress| !progress.is_over()) else {
        return Ok(false);
    };
    save(db, connection, role, &ImportProgress { cancelled: true, ..progress })?;
    Ok(true)
}

pub(crate) fn notes(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    after: Option<&RemoteId>,
    limit: usize,
) -> Outcome<Vec<ImportNote>> {
    let sql =
        "SELECT note FROM fa_import_note WHERE connection = ?1 AND role = ?2 AND remote > ?3 ORDER BY remote LIMIT ?4";
    let mut statement = db.prepare_cached(sql)?;
    let after = after.map_or("", RemoteId::as_str);
    let mut rows = statement.query(params![connection.as_str(), role.as_str(), after, page_size(limit)])?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        notes.push(parse("note of an import", &row.get::<_, String>(0)?)?);
    }
    Ok(notes)
}
