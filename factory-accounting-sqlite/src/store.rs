//! The store: each verb of the seams is one transaction on a thread that may block.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, Cursor, Epoch, LocalId, OperationId, RemoteId, WorkerId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::onboarding::Onboarding;
use factory_accounting_core::provider::{ChangeFeed, EncodedWrite, Organisation};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{
    Absorb, Attempt, AttemptMember, Claim, ClaimRequest, Connection as Stored, Counts, Enqueued, Link, LinkEnd,
    NewOperation, Operation, OperationQuery, PastLink, Progress, RecordedDecision, SavedSettings, Scope,
    SettingsVersion, Settle, StoreError, SyncStore,
};
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use rusqlite::Connection;

use crate::fault::{Fault, Outcome};
use crate::file::{File, SqliteOptions};
use crate::outbox::Outbox;
use crate::{RefusedRow, inbox, keep, links, read, tokens, work};

/// A [`SyncStore`], [`TokenStore`] and [`NumberStore`](factory_accounting_core::store::NumberStore) in one SQLite file. Cloning it gives another handle to the same file.
///
/// Dropping a verb's future does not stop what has begun: the transaction still happens whole or not at all.
#[derive(Clone)]
pub struct SqliteStore {
    file: Arc<File>,
}

impl SqliteStore {
    /// Opens a file, makes it if it is not there, and brings it to the format of this version. Blocks shortly. Such a store
    /// keeps no tokens: see [`SqliteOptions`].
    ///
    /// # Errors
    /// [`StoreError::Format`] where the file belongs to another program or a newer version; [`StoreError::Busy`],
    /// [`StoreError::Damaged`] and [`StoreError::Failed`] where it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(SqliteOptions::file(path))
    }

    /// Opens a store as the options say. Blocks shortly.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn open_with(options: SqliteOptions) -> Result<Self, StoreError> {
        let file = File::open(options).map_err(|fault| fault.0)?;
        Ok(Self { file: Arc::new(file) })
    }

    /// A store that ends with its last handle, for tests.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::open_with(SqliteOptions::in_memory())
    }

    /// Rows of the inbox that could not be taken over, in order of arrival. Show them to a person.
    ///
    /// # Errors
    /// Those of any verb.
    pub async fn refused_inbox(&self, connection: &ConnectionId) -> Result<Vec<RefusedRow>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| inbox::refused(db, &connection)).await
    }

    /// Removes a refused row of the inbox once a person has looked at it. Removing what is not there succeeds.
    ///
    /// # Errors
    /// Those of any verb.
    pub async fn dismiss_inbox(&self, connection: &ConnectionId, row: i64) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| inbox::dismiss(db, &connection, row)).await
    }

    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let file = Arc::clone(&self.file);
        blocking(move || file.write(work)).await
    }

    /// See [`File::write_lazily`].
    async fn write_lazily<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let file = Arc::clone(&self.file);
        blocking(move || file.write_lazily(work)).await
    }

    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let file = Arc::clone(&self.file);
        blocking(move || file.read(work)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(|Fault(error)| error),
        Err(failure) => Err(StoreError::Failed(format!("the transaction was not finished: {failure}"))),
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("place", &self.file.place()).finish_non_exhaustive()
    }
}

#[async_trait]
impl SyncStore for SqliteStore {
    async fn enqueue(
        &self,
        connection: &ConnectionId,
        operations: Vec<NewOperation>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let connection = connection.clone();
        self.write(move |db| {
            let outbox = Outbox::new(db, &connection, now);
            // What lies in the inbox has arrived before.
            inbox::drain(&outbox)?;
            outbox.enqueue(&operations)
        })
        .await
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError> {
        // What a lost power supply makes of a lease nobody misses: no worker has lived through it.
        self.write_lazily(move |db| work::claim(db, &request)).await
    }

    async fn release(&self, connection: &ConnectionId, epoch: Epoch) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write_lazily(move |db| work::release(db, &connection, epoch)).await
    }

    async fn begin(
        &self,
        connection: &ConnectionId,
        epoch: Epoch,
        members: Vec<AttemptMember>,
        request: EncodedWrite,
        now: DateTime<Utc>,
    ) -> Result<Attempt, StoreError> {
        let connection = connection.clone();
        self.write(move |db| work::begin(db, &connection, epoch, members, request, now)).await
    }

    async fn settle(&self, settle: Settle) -> Result<(), StoreError> {
        // Forgotten, it leaves an attempt whose fate is open, and that is found out anew as after any lost answer.
        self.write_lazily(move |db| work::settle(db, &settle)).await
    }

    async fn absorb(&self, absorb: Absorb) -> Result<(), StoreError> {
        self.write(move |db| links::absorb(db, &absorb)).await
    }

    async fn links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<Option<Link>>, StoreError> {
        let (connection, keys) = (connection.clone(), keys.to_vec());
        self.read(move |db| links::of_keys(db, &connection, &keys)).await
    }

    async fn links_to(&self, connection: &ConnectionId, remotes: &[RemoteId]) -> Result<Vec<Link>, StoreError> {
        let (connection, remotes) = (connection.clone(), remotes.to_vec());
        self.read(move |db| links::to_remotes(db, &connection, &remotes)).await
    }

    async fn list_links(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        let (connection, after) = (connection.clone(), after.cloned());
        self.read(move |db| links::page(db, &connection, kind, after.as_ref(), limit)).await
    }

    async fn put_link(&self, connection: &ConnectionId, link: Link, now: DateTime<Utc>) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| links::store(&Outbox::new(db, &connection, now), &link, &LinkEnd::Replaced)).await
    }

    async fn relink(
        &self,
        connection: &ConnectionId,
        link: Link,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (connection, end) = (connection.clone(), LinkEnd::Relinked { by: by.to_owned() });
        self.write(move |db| links::store(&Outbox::new(db, &connection, now), &link, &end)).await
    }

    async fn remove_link(
        &self,
        connection: &ConnectionId,
        key: &RecordKey,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (connection, key, end) = (connection.clone(), key.clone(), LinkEnd::Unlinked { by: by.to_owned() });
        self.write(move |db| links::remove(&Outbox::new(db, &connection, now), &key, None, &end)).await
    }

    async fn past_links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<PastLink>, StoreError> {
        let (connection, keys) = (connection.clone(), keys.to_vec());
        self.read(move |db| links::past(db, &connection, &keys)).await
    }

    async fn broken_links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| links::broken(db, &connection)).await
    }

    async fn operations(&self, connection: &ConnectionId, query: OperationQuery) -> Result<Vec<Operation>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| read::operations(db, &connection, &query)).await
    }

    async fn newest(&self, connection: &ConnectionId, key: &RecordKey) -> Result<Option<Operation>, StoreError> {
        let (connection, key) = (connection.clone(), key.clone());
        self.read(move |db| Ok(read::newest(db, &connection, &[key])?.pop().flatten())).await
    }

    async fn newest_of(
        &self,
        connection: &ConnectionId,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Operation>>, StoreError> {
        let (connection, keys) = (connection.clone(), keys.to_vec());
        self.read(move |db| read::newest(db, &connection, &keys)).await
    }

    async fn hasten(&self, connection: &ConnectionId, scope: &Scope, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let (connection, scope) = (connection.clone(), scope.clone());
        self.write(move |db| Outbox::new(db, &connection, now).hasten(&scope)).await
    }

    async fn counts(&self, connection: &ConnectionId) -> Result<Counts, StoreError> {
        let connection = connection.clone();
        self.read(move |db| read::counts(db, &connection)).await
    }

    async fn progress(&self, connection: &ConnectionId, parent: &RecordKey) -> Result<Vec<Progress>, StoreError> {
        let (connection, parent) = (connection.clone(), parent.clone());
        self.read(move |db| read::progress(db, &connection, &parent)).await
    }

    async fn namesakes(
        &self,
        connection: &ConnectionId,
        named: &[(RecordKey, String)],
        limit: usize,
    ) -> Result<Vec<Vec<RecordKey>>, StoreError> {
        let (connection, named) = (connection.clone(), named.to_vec());
        self.read(move |db| read::namesakes(db, &connection, &named, limit)).await
    }

    async fn decide(
        &self,
        connection: &ConnectionId,
        operation: OperationId,
        decision: RecordedDecision,
        link: Option<Link>,
    ) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| Outbox::new(db, &connection, decision.at).decide(operation, &decision, link.as_ref()))
            .await
    }

    async fn connection(&self, connection: &ConnectionId) -> Result<Option<Stored>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::connection(db, &connection)).await
    }

    async fn put_connection(&self, connection: Stored) -> Result<(), StoreError> {
        self.write(move |db| keep::put_connection(db, &connection)).await
    }

    async fn onboarding(&self, connection: &ConnectionId) -> Result<Option<Onboarding>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::onboarding(db, &connection)).await
    }

    async fn put_onboarding(
        &self,
        connection: &ConnectionId,
        seen: Option<&Onboarding>,
        now: &Onboarding,
    ) -> Result<bool, StoreError> {
        let (connection, seen, now) = (connection.clone(), seen.cloned(), now.clone());
        self.write(move |db| keep::put_onboarding(db, &connection, seen.as_ref(), &now)).await
    }

    async fn settings(&self, connection: &ConnectionId) -> Result<Option<(u64, Settings)>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::settings(db, &connection)).await
    }

    async fn settings_at(&self, connection: &ConnectionId, version: u64) -> Result<Option<SavedSettings>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::settings_at(db, &connection, version)).await
    }

    async fn settings_versions(&self, connection: &ConnectionId) -> Result<Vec<SettingsVersion>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::settings_versions(db, &connection)).await
    }

    async fn save_settings(
        &self,
        connection: &ConnectionId,
        settings: Settings,
        edited_from: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let connection = connection.clone();
        self.write(move |db| keep::save_settings(db, &connection, &settings, edited_from, now)).await
    }

    async fn organisation(
        &self,
        connection: &ConnectionId,
    ) -> Result<Option<(DateTime<Utc>, Organisation)>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::organisation(db, &connection)).await
    }

    async fn put_organisation(
        &self,
        connection: &ConnectionId,
        organisation: Organisation,
        read_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| keep::put_organisation(db, &connection, &organisation, read_at)).await
    }

    async fn cursor(&self, connection: &ConnectionId, feed: ChangeFeed) -> Result<Option<Cursor>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| keep::cursor(db, &connection, feed)).await
    }
}

/// Tokens need a key: see [`SqliteOptions::token_key`].
#[async_trait]
impl TokenStore for SqliteStore {
    async fn load(&self, connection: &ConnectionId) -> Result<Option<StoredTokens>, StoreError> {
        let (file, connection) = (Arc::clone(&self.file), connection.clone());
        self.read(move |db| tokens::load(db, file.sealer(), &connection)).await
    }

    async fn lease_refresh(
        &self,
        connection: &ConnectionId,
        worker: &WorkerId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (connection, worker) = (connection.clone(), worker.clone());
        self.write(move |db| tokens::lease(db, &connection, &worker, now, until)).await
    }

    async fn replace(
        &self,
        connection: &ConnectionId,
        expected: Option<u64>,
        new: TokenSet,
    ) -> Result<Replaced, StoreError> {
        let (file, connection) = (Arc::clone(&self.file), connection.clone());
        self.write(move |db| tokens::replace(db, file.sealer(), &connection, expected, &new)).await
    }

    async fn forget(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| tokens::forget(db, &connection)).await
    }
}
