//! The register of numbers as a [`NumberStore`], and for hosts that keep their documents in the same file.

mod lease;
mod report;
mod uses;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{BlockId, ConnectionId, DeviceId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::{Block, BlockState, GapReport, NumberError};
use factory_accounting_core::store::{BlockQuery, GapQuery, LeaseRequest, NumberStore, NumberUse, RefusedUse};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::SqliteStore;
use crate::fault::{Fault, Outcome};
use crate::outbox::all_or_nothing;

/// What a verb on numbers answers. Refusals are found before anything is changed, so that they need take nothing back.
type Judged<T> = Outcome<Result<T, NumberError>>;

/// Leases numbers within the host's own transaction: for numbers that are drawn on the server, where a block of one may be
/// leased, used and stored with its document at once. See [`NumberStore::lease`].
///
/// # Errors
/// Those of [`NumberStore::lease`]; [`Format`](factory_accounting_core::store::StoreError::Format) where the tables are
/// missing or of another version. The host's transaction goes on.
pub fn lease_in(
    transaction: &Transaction<'_>,
    connection: &ConnectionId,
    request: &LeaseRequest,
    now: DateTime<Utc>,
) -> Result<Block, NumberError> {
    let leased = crate::schema::check(transaction)
        .and_then(|()| all_or_nothing(transaction, || lease::lease(transaction, connection, request, now)));
    leased.map_err(|fault| fault.0)?
}

/// Records which documents have which numbers within the host's own transaction, all or none, so that no document is stored
/// whose number is another's. See [`NumberStore::mark_used`].
///
/// # Errors
/// The first of the refusals of [`NumberStore::mark_used`]: nothing is recorded then, and the host's transaction goes on.
pub fn use_in(
    transaction: &Transaction<'_>,
    connection: &ConnectionId,
    device: &DeviceId,
    uses: &[NumberUse],
    now: DateTime<Utc>,
) -> Result<(), NumberError> {
    let mut refusal = None;
    let recorded = crate::schema::check(transaction).and_then(|()| {
        all_or_nothing(transaction, || {
            for reported in uses {
                if let Err(why) = uses::use_one(transaction, connection, device, reported, now)? {
                    // Only the step back that this error makes is wanted: what it says is said by the refusal.
                    let told = why.to_string();
                    refusal = Some(why);
                    return Err(Fault(factory_accounting_core::store::StoreError::Refused(told)));
                }
            }
            Ok(())
        })
    });
    refusal.map_or_else(|| recorded.map_err(|fault| fault.0.into()), Err)
}

/// The run of a kind and prefix.
fn run_of(db: &Connection, connection: &ConnectionId, kind: RecordKind, prefix: &str) -> Outcome<Option<i64>> {
    let sql = "SELECT id FROM fa_number_run WHERE connection = ?1 AND kind = ?2 AND prefix = ?3";
    let folded = factory_accounting_core::numbers::run_of(prefix);
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_row(params![connection.as_str(), kind.as_str(), folded], |row| row.get(0)).optional()?)
}

#[async_trait]
impl NumberStore for SqliteStore {
    async fn lease(
        &self,
        connection: &ConnectionId,
        request: LeaseRequest,
        now: DateTime<Utc>,
    ) -> Result<Block, NumberError> {
        let connection = connection.clone();
        self.write(move |db| lease::lease(db, &connection, &request, now)).await?
    }

    async fn mark_used(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        uses: Vec<NumberUse>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedUse>, NumberError> {
        let (connection, device) = (connection.clone(), device.clone());
        let marked = self.write(move |db| {
            let mut refused = Vec::new();
            for reported in uses {
                if let Err(why) = uses::use_one(db, &connection, &device, &reported, now)? {
                    refused.push(RefusedUse { refused: reported, why });
                }
            }
            Ok(refused)
        });
        Ok(marked.await?)
    }

    async fn mark_voided(
        &self,
        connection: &ConnectionId,
        documents: &[RecordKey],
        now: DateTime<Utc>,
    ) -> Result<(), NumberError> {
        let (connection, documents) = (connection.clone(), documents.to_vec());
        Ok(self.write(move |db| uses::mark_voided(db, &connection, &documents, now)).await?)
    }

    async fn holder(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        number: &str,
    ) -> Result<Option<RecordKey>, NumberError> {
        let connection = connection.clone();
        let (prefix, value) = factory_accounting_core::numbers::split(number)?;
        let prefix = prefix.to_owned();
        let held = self.read(move |db| match run_of(db, &connection, kind, &prefix)? {
            None => Ok(None),
            Some(run) => uses::holder(db, run, kind, value),
        });
        Ok(held.await?)
    }

    async fn retire(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), NumberError> {
        let (connection, device, by) = (connection.clone(), device.clone(), by.to_owned());
        Ok(self.write(move |db| lease::retire(db, &connection, &device, &by, now)).await?)
    }

    async fn reclaim(
        &self,
        connection: &ConnectionId,
        block: BlockId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, NumberError> {
        let (connection, by) = (connection.clone(), by.to_owned());
        self.write(move |db| lease::reclaim(db, &connection, block, &by, now)).await?
    }

    async fn blocks(&self, connection: &ConnectionId, query: BlockQuery) -> Result<Vec<BlockState>, NumberError> {
        let connection = connection.clone();
        Ok(self.read(move |db| report::blocks(db, &connection, &query)).await?)
    }

    async fn next_value(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        prefix: &str,
    ) -> Result<Option<u64>, NumberError> {
        let (connection, prefix) = (connection.clone(), prefix.to_owned());
        let next = self.read(move |db| match run_of(db, &connection, kind, &prefix)? {
            None => Ok(None),
            Some(run) => Ok(Some(lease::reached(db, run)?.1)),
        });
        Ok(next.await?)
    }

    async fn gaps(&self, connection: &ConnectionId, query: GapQuery) -> Result<GapReport, NumberError> {
        let connection = connection.clone();
        Ok(self.read(move |db| report::gaps(db, &connection, &query)).await?)
    }
}
