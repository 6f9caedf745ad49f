//! The reference stores: everything in memory, nothing clever. What they do is what every other store has to do; the
//! testkit's store suite holds all of them to it. For tests and for hosts that keep their state elsewhere: what is in
//! memory is lost with the process.
//!
//! ```
//! use factory_accounting_core::ids::ConnectionId;
//! use factory_accounting_core::memory::MemoryStore;
//! use factory_accounting_core::store::{Connection, ConnectionState, SyncStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), factory_accounting_core::store::StoreError> {
//! let store = MemoryStore::new();
//! let connection = ConnectionId::from("0192f0c1-workshop");
//! store
//!     .put_connection(Connection { id: connection.clone(), organisation: None, state: ConnectionState::Connected })
//!     .await?;
//! // A handle shares the state, a fork is the state at this moment on its own.
//! let (handle, fork) = (store.clone(), store.fork());
//! let gone = ConnectionState::Disconnected;
//! handle.put_connection(Connection { id: connection.clone(), organisation: None, state: gone }).await?;
//! let kept = fork.connection(&connection).await?.map(|connection| connection.state);
//! assert_eq!(kept, Some(ConnectionState::Connected));
//! # Ok(())
//! # }
//! ```

mod lists;
mod numbers;
mod outbox;
mod shelf;
mod tokens;
mod work;

pub use tokens::MemoryTokenStore;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use self::shelf::Shelf;
use crate::ids::{ConnectionId, Cursor, Epoch, LocalId, OperationId, RemoteId};
use crate::model::{RecordKey, RecordKind};
use crate::onboarding::Onboarding;
use crate::provider::{ChangeFeed, EncodedWrite, Organisation};
use crate::settings::Settings;
use crate::store::{
    Absorb, Attempt, AttemptMember, Claim, ClaimRequest, Connection, Counts, Enqueued, Link, LinkEnd, NewOperation,
    Operation, OperationQuery, PastLink, Progress, RecordedDecision, SavedSettings, Scope, SettingsVersion, Settle,
    StoreError, SyncStore, transition,
};

/// A [`SyncStore`] in memory. Cloning it gives another handle to the same state; [`fork`](Self::fork) copies the state.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
struct State {
    ids: Ids,
    shelves: BTreeMap<ConnectionId, Shelf>,
    registers: BTreeMap<ConnectionId, numbers::Register>,
}

/// The ids given last. They are never given again.
#[derive(Clone, Copy, Default)]
struct Ids {
    operation: u64,
    attempt: u64,
}

impl State {
    fn shelf(&mut self, connection: &ConnectionId) -> &mut Shelf {
        self.parts(connection).1
    }

    fn parts(&mut self, connection: &ConnectionId) -> (&mut Ids, &mut Shelf) {
        // Looked up first, so that the usual case copies no key.
        if !self.shelves.contains_key(connection) {
            self.shelves.insert(connection.clone(), Shelf::default());
        }
        let shelf = self.shelves.entry(connection.clone()).or_default();
        (&mut self.ids, shelf)
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store of its own that holds what this one holds now: what a crash at this moment would leave behind.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { state: Arc::new(Mutex::new(self.state().clone())) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every transition checks before it changes anything, so that a panic elsewhere leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryStore")
            .field("connections", &state.shelves.len())
            .field("operations", &state.ids.operation)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl SyncStore for MemoryStore {
    async fn enqueue(
        &self,
        connection: &ConnectionId,
        operations: Vec<NewOperation>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let mut state = self.state();
        let (ids, shelf) = state.parts(connection);
        shelf.enqueue(ids, operations, now)
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError> {
        Ok(self.state().shelf(&request.connection).claim(&request))
    }

    async fn release(&self, connection: &ConnectionId, epoch: Epoch) -> Result<(), StoreError> {
        self.state().shelf(connection).release(epoch);
        Ok(())
    }

    async fn begin(
        &self,
        connection: &ConnectionId,
        epoch: Epoch,
        members: Vec<AttemptMember>,
        request: EncodedWrite,
        now: DateTime<Utc>,
    ) -> Result<Attempt, StoreError> {
        let mut state = self.state();
        let (ids, shelf) = state.parts(connection);
        shelf.begin(ids, epoch, members, request, now)
    }

    async fn settle(&self, settle: Settle) -> Result<(), StoreError> {
        self.state().shelf(&settle.connection).settle(&settle)
    }

    async fn absorb(&self, absorb: Absorb) -> Result<(), StoreError> {
        self.state().shelf(&absorb.connection).absorb(&absorb)
    }

    async fn links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<Option<Link>>, StoreError> {
        let mut state = self.state();
        let shelf = state.shelf(connection);
        Ok(keys.iter().map(|key| shelf.link(key).cloned()).collect())
    }

    async fn links_to(&self, connection: &ConnectionId, remotes: &[RemoteId]) -> Result<Vec<Link>, StoreError> {
        Ok(self.state().shelf(connection).links_to(remotes))
    }

    async fn list_links(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        Ok(self.state().shelf(connection).list_links(kind, after, limit))
    }

    async fn put_link(&self, connection: &ConnectionId, link: Link, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.state().shelf(connection).put_link(&link, &LinkEnd::Replaced, now)
    }

    async fn relink(
        &self,
        connection: &ConnectionId,
        link: Link,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.state().shelf(connection).put_link(&link, &LinkEnd::Relinked { by: by.to_owned() }, now)
    }

    async fn remove_link(
        &self,
        connection: &ConnectionId,
        key: &RecordKey,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let end = LinkEnd::Unlinked { by: by.to_owned() };
        self.state().shelf(connection).unlink(key, None, &end, now);
        Ok(())
    }

    async fn past_links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<PastLink>, StoreError> {
        Ok(self.state().shelf(connection).past_links(keys))
    }

    async fn broken_links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError> {
        Ok(self.state().shelf(connection).broken_links())
    }

    async fn operations(&self, connection: &ConnectionId, query: OperationQuery) -> Result<Vec<Operation>, StoreError> {
        Ok(self.state().shelf(connection).list(&query))
    }

    async fn newest(&self, connection: &ConnectionId, key: &RecordKey) -> Result<Option<Operation>, StoreError> {
        Ok(self.state().shelf(connection).newest(key))
    }

    async fn newest_of(
        &self,
        connection: &ConnectionId,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Operation>>, StoreError> {
        let mut state = self.state();
        let shelf = state.shelf(connection);
        Ok(keys.iter().map(|key| shelf.newest(key)).collect())
    }

    async fn hasten(&self, connection: &ConnectionId, scope: &Scope, now: DateTime<Utc>) -> Result<u64, StoreError> {
        Ok(self.state().shelf(connection).hasten(scope, now))
    }

    async fn counts(&self, connection: &ConnectionId) -> Result<Counts, StoreError> {
        Ok(self.state().shelf(connection).counts())
    }

    async fn progress(&self, connection: &ConnectionId, parent: &RecordKey) -> Result<Vec<Progress>, StoreError> {
        Ok(self.state().shelf(connection).progress(parent))
    }

    async fn namesakes(
        &self,
        connection: &ConnectionId,
        named: &[(RecordKey, String)],
        limit: usize,
    ) -> Result<Vec<Vec<RecordKey>>, StoreError> {
        let mut state = self.state();
        let shelf = state.shelf(connection);
        Ok(named.iter().map(|(key, name)| shelf.namesakes(key, name, limit)).collect())
    }

    async fn decide(
        &self,
        connection: &ConnectionId,
        operation: OperationId,
        decision: RecordedDecision,
        link: Option<Link>,
    ) -> Result<(), StoreError> {
        self.state().shelf(connection).decide(operation, decision, link.as_ref())
    }

    async fn connection(&self, connection: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        Ok(self.state().shelf(connection).connection.clone())
    }

    async fn put_connection(&self, connection: Connection) -> Result<(), StoreError> {
        let id = connection.id.clone();
        self.state().shelf(&id).put_connection(connection)
    }

    async fn onboarding(&self, connection: &ConnectionId) -> Result<Option<Onboarding>, StoreError> {
        Ok(self.state().shelf(connection).onboarding.clone())
    }

    async fn put_onboarding(
        &self,
        connection: &ConnectionId,
        seen: Option<&Onboarding>,
        now: &Onboarding,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let kept = &mut state.shelf(connection).onboarding;
        let unchanged = kept.as_ref() == seen;
        if unchanged {
            *kept = Some(now.clone());
        }
        Ok(unchanged)
    }

    async fn settings(&self, connection: &ConnectionId) -> Result<Option<(u64, Settings)>, StoreError> {
        let mut state = self.state();
        let newest = state.shelf(connection).settings.last();
        Ok(newest.map(|newest| (newest.version, newest.settings.clone())))
    }

    async fn settings_at(&self, connection: &ConnectionId, version: u64) -> Result<Option<SavedSettings>, StoreError> {
        let mut state = self.state();
        Ok(state.shelf(connection).settings.iter().find(|saved| saved.version == version).cloned())
    }

    async fn settings_versions(&self, connection: &ConnectionId) -> Result<Vec<SettingsVersion>, StoreError> {
        let mut state = self.state();
        let saved = state.shelf(connection).settings.iter();
        Ok(saved.map(|saved| SettingsVersion { version: saved.version, saved_at: saved.saved_at }).collect())
    }

    async fn save_settings(
        &self,
        connection: &ConnectionId,
        settings: Settings,
        edited_from: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut state = self.state();
        let versions = &mut state.shelf(connection).settings;
        let newest = versions.last().map_or(0, |saved| saved.version);
        transition::may_save(edited_from, newest)?;
        versions.push(SavedSettings { version: newest + 1, saved_at: now, settings });
        Ok(newest + 1)
    }

    async fn organisation(
        &self,
        connection: &ConnectionId,
    ) -> Result<Option<(DateTime<Utc>, Organisation)>, StoreError> {
        Ok(self.state().shelf(connection).organisation.clone())
    }

    async fn put_organisation(
        &self,
        connection: &ConnectionId,
        organisation: Organisation,
        read_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.state().shelf(connection).organisation = Some((read_at, organisation));
        Ok(())
    }

    async fn cursor(&self, connection: &ConnectionId, feed: ChangeFeed) -> Result<Option<Cursor>, StoreError> {
        Ok(self.state().shelf(connection).cursors.get(&feed).cloned())
    }
}
