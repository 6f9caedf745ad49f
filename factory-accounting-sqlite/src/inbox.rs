//! The way in for hosts on any driver: an insert of two texts, in the host's own transaction and in its own words. The
//! next claim of the connection takes the rows over.

use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::store::{NewOperation, StoreError};
use rusqlite::{Connection, params};

use crate::fault::Outcome;
use crate::outbox::{Outbox, all_or_nothing};
use crate::rows;

/// Inserts into the inbox: `sql`, to be run once per element of `rows` with that element's two texts as parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxStatement {
    /// One insert with the parameters `?1` and `?2`, both text.
    pub sql: &'static str,
    /// Parameters, in the order in which they are to arrive.
    pub rows: Vec<[String; 2]>,
}

/// What a host on another driver runs in its own transaction to enqueue operations. Whether a revision is older than one
/// that is known shows only when a claim takes the rows over: see [`SqliteStore::refused_inbox`](crate::SqliteStore::refused_inbox).
///
/// # Errors
/// [`StoreError::Failed`] where an operation has no JSON form.
pub fn inbox_statement(connection: &ConnectionId, operations: &[NewOperation]) -> Result<InboxStatement, StoreError> {
    let rows = operations
        .iter()
        .map(|operation| Ok([connection.as_str().to_owned(), rows::json(operation)?]))
        .collect::<Outcome<_>>()
        .map_err(|fault| fault.0)?;
    Ok(InboxStatement { sql: "INSERT INTO fa_inbox (connection, operation) VALUES (?1, ?2)", rows })
}

/// A row of the inbox that could not be taken over. It stays until a person has looked and
/// [dismisses](crate::SqliteStore::dismiss_inbox) it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its id in the inbox.
    pub id: i64,
    /// The operation as it was put there.
    pub operation: String,
    /// Why it was refused, one line.
    pub reason: String,
}

/// Takes over what has arrived. What is refused stays with the reason and holds up nothing else.
pub(crate) fn drain(outbox: &Outbox<'_>) -> Outcome<()> {
    let mut waiting = outbox
        .db
        .prepare_cached("SELECT id, operation FROM fa_inbox WHERE connection = ?1 AND refused IS NULL ORDER BY id")?;
    let arrived = waiting
        .query_map([outbox.connection.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, String)>, _>>()?;
    for (id, text) in arrived {
        let reason = match serde_json::from_str::<NewOperation>(&text) {
            Ok(operation) => match all_or_nothing(outbox.db, || outbox.enqueue(&[operation])) {
                Ok(_) => None,
                Err(fault) => match fault.0 {
                    StoreError::Refused(reason) => Some(reason),
                    _ => return Err(fault),
                },
            },
            Err(error) => Some(format!("the operation cannot be read: {error}")),
        };
        match reason {
            None => outbox.db.prepare_cached("DELETE FROM fa_inbox WHERE id = ?1")?.execute([id])?,
            Some(reason) => outbox
                .db
                .prepare_cached("UPDATE fa_inbox SET refused = ?2 WHERE id = ?1")?
                .execute(params![id, reason])?,
        };
    }
    Ok(())
}

pub(crate) fn refused(db: &Connection, connection: &ConnectionId) -> Outcome<Vec<RefusedRow>> {
    let mut statement = db.prepare_cached(
        "SELECT id, operation, refused FROM fa_inbox WHERE connection = ?1 AND refused IS NOT NULL ORDER BY id",
    )?;
    let rows = statement.query_map([connection.as_str()], |row| {
        Ok(RefusedRow { id: row.get(0)?, operation: row.get(1)?, reason: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn dismiss(db: &Connection, connection: &ConnectionId, id: i64) -> Outcome<()> {
    let sql = "DELETE FROM fa_inbox WHERE connection = ?1 AND id = ?2 AND refused IS NOT NULL";
    db.prepare_cached(sql)?.execute(params![connection.as_str(), id])?;
    Ok(())
}
