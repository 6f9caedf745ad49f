//! The store as one process of a sweep sees it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{AttemptId, ConnectionId, Cursor, Epoch, LocalId, OperationId, RemoteId};
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::onboarding::Onboarding;
use factory_accounting_core::provider::{ChangeFeed, EncodedWrite, Organisation};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{
    Absorb, Attempt, AttemptMember, Claim, ClaimRequest, Connection, Counts, Enqueued, Link, NewOperation, Operation,
    OperationQuery, PastLink, Progress, RecordedDecision, SavedSettings, Scope, SettingsVersion, Settle, StoreError,
    SyncStore,
};

use super::board::Seam;
use super::mutant::Mutant;
use super::seams::locked;

/// Numbers every verb that changes something. Reading changes nothing: dying around it is dying at the crossing before.
#[derive(Debug)]
pub(crate) struct SeamStore {
    pub(crate) seam: Seam,
    pub(crate) store: MemoryStore,
    pub(crate) mutant: Option<Mutant>,
    /// For [`Mutant::ForgetfulBegin`]: what the store held before the attempt that is under way.
    pub(crate) undo: Arc<Mutex<Option<MemoryStore>>>,
}

macro_rules! crossing {
    ($self:ident, $name:literal, $call:expr) => {{
        let crossing = $self.seam.before(concat!("store.", $name)).await;
        let result = $call.await;
        $self.seam.after(crossing).await;
        result
    }};
}

pub(crate) use crossing;

#[async_trait]
impl SyncStore for SeamStore {
    async fn enqueue(
        &self,
        connection: &ConnectionId,
        operations: Vec<NewOperation>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        crossing!(self, "enqueue", self.store.enqueue(connection, operations, now))
    }

    async fn claim(&self, mut request: ClaimRequest) -> Result<Claim, StoreError> {
        if self.mutant == Some(Mutant::NoFence) {
            request.worker = "everybody".into();
        }
        crossing!(self, "claim", self.store.claim(request))
    }

    async fn release(&self, connection: &ConnectionId, epoch: Epoch) -> Result<(), StoreError> {
        crossing!(self, "release", self.store.release(connection, epoch))
    }

    async fn begin(
        &self,
        connection: &ConnectionId,
        epoch: Epoch,
        members: Vec<AttemptMember>,
        request: EncodedWrite,
        now: DateTime<Utc>,
    ) -> Result<Attempt, StoreError> {
        if self.mutant == Some(Mutant::ForgetfulBegin) {
            *locked(&self.undo) = Some(self.store.fork());
        }
        let forged = (self.mutant == Some(Mutant::NoFence)).then(|| Attempt {
            id: AttemptId(u64::MAX),
            members: members.clone(),
            request: request.clone(),
            begun_at: now,
            not_before: now,
            tries: 1,
        });
        let begun = crossing!(self, "begin", self.store.begin(connection, epoch, members, request, now));
        begun.or_else(|error| forged.ok_or(error))
    }

    async fn settle(&self, mut settle: Settle) -> Result<(), StoreError> {
        if self.mutant == Some(Mutant::LosesLinks) {
            settle.settlements.iter_mut().for_each(|settlement| settlement.links.clear());
        }
        crossing!(self, "settle", async {
            *locked(&self.undo) = None;
            match self.store.settle(settle).await {
                Err(_) if self.mutant == Some(Mutant::NoFence) => Ok(()),
                settled => settled,
            }
        })
    }

    async fn absorb(&self, absorb: Absorb) -> Result<(), StoreError> {
        crossing!(self, "absorb", self.store.absorb(absorb))
    }

    async fn links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<Option<Link>>, StoreError> {
        self.store.links(connection, keys).await
    }

    async fn links_to(&self, connection: &ConnectionId, remotes: &[RemoteId]) -> Result<Vec<Link>, StoreError> {
        self.store.links_to(connection, remotes).await
    }

    async fn list_links(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        self.store.list_links(connection, kind, after, limit).await
    }

    async fn put_link(&self, connection: &ConnectionId, link: Link, now: DateTime<Utc>) -> Result<(), StoreError> {
        crossing!(self, "put_link", self.store.put_link(connection, link, now))
    }

    async fn relink(
        &self,
        connection: &ConnectionId,
        link: Link,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        crossing!(self, "relink", self.store.relink(connection, link, by, now))
    }

    async fn remove_link(
        &self,
        connection: &ConnectionId,
        key: &RecordKey,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        crossing!(self, "remove_link", self.store.remove_link(connection, key, by, now))
    }

    async fn past_links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<PastLink>, StoreError> {
        self.store.past_links(connection, keys).await
    }

    async fn broken_links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError> {
        self.store.broken_links(connection).await
    }

    async fn operations(&self, connection: &ConnectionId, query: OperationQuery) -> Result<Vec<Operation>, StoreError> {
        self.store.operations(connection, query).await
    }

    async fn newest(&self, connection: &ConnectionId, key: &RecordKey) -> Result<Option<Operation>, StoreError> {
        self.store.newest(connection, key).await
    }

    async fn newest_of(
        &self,
        connection: &ConnectionId,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Operation>>, StoreError> {
        self.store.newest_of(connection, keys).await
    }

    async fn hasten(&self, connection: &ConnectionId, scope: &Scope, now: DateTime<Utc>) -> Result<u64, StoreError> {
        crossing!(self, "hasten", self.store.hasten(connection, scope, now))
    }

    async fn counts(&self, connection: &ConnectionId) -> Result<Counts, StoreError> {
        self.store.counts(connection).await
    }

    async fn progress(&self, connection: &ConnectionId, parent: &RecordKey) -> Result<Vec<Progress>, StoreError> {
        self.store.progress(connection, parent).await
    }

    async fn namesakes(
        &self,
        connection: &ConnectionId,
        named: &[(RecordKey, String)],
        limit: usize,
    ) -> Result<Vec<Vec<RecordKey>>, StoreError> {
        self.store.namesakes(connection, named, limit).await
    }

    async fn decide(
        &self,
        connection: &ConnectionId,
        operation: OperationId,
        decision: RecordedDecision,
        link: Option<Link>,
    ) -> Result<(), StoreError> {
        crossing!(self, "decide", self.store.decide(connection, operation, decision, link))
    }

    async fn connection(&self, connection: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.store.connection(connection).await
    }

    async fn put_connection(&self, connection: Connection) -> Result<(), StoreError> {
        crossing!(self, "put_connection", self.store.put_connection(connection))
    }

    async fn onboarding(&self, connection: &ConnectionId) -> Result<Option<Onboarding>, StoreError> {
        self.store.onboarding(connection).await
    }

    async fn put_onboarding(
        &self,
        connection: &ConnectionId,
        seen: Option<&Onboarding>,
        now: &Onboarding,
    ) -> Result<bool, StoreError> {
        crossing!(self, "put_onboarding", self.store.put_onboarding(connection, seen, now))
    }

    async fn settings(&self, connection: &ConnectionId) -> Result<Option<(u64, Settings)>, StoreError> {
        self.store.settings(connection).await
    }

    async fn settings_at(&self, connection: &ConnectionId, version: u64) -> Result<Option<SavedSettings>, StoreError> {
        self.store.settings_at(connection, version).await
    }

    async fn settings_versions(&self, connection: &ConnectionId) -> Result<Vec<SettingsVersion>, StoreError> {
        self.store.settings_versions(connection).await
    }

    async fn save_settings(
        &self,
        connection: &ConnectionId,
        settings: Settings,
        edited_from: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        crossing!(self, "save_settings", self.store.save_settings(connection, settings, edited_from, now))
    }

    async fn organisation(
        &self,
        connection: &ConnectionId,
    ) -> Result<Option<(DateTime<Utc>, Organisation)>, StoreError> {
        self.store.organisation(connection).await
    }

    async fn put_organisation(
        &self,
        connection: &ConnectionId,
        organisation: Organisation,
        read_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        crossing!(self, "put_organisation", self.store.put_organisation(connection, organisation, read_at))
    }

    async fn cursor(&self, connection: &ConnectionId, feed: ChangeFeed) -> Result<Option<Cursor>, StoreError> {
        self.store.cursor(connection, feed).await
    }
}
