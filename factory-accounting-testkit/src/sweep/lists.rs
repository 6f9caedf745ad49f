//! The lists of a store as one process of a sweep sees them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, LocalId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    Candidate, CandidatePage, CandidateQuery, ImportJob, ImportNote, ImportProgress, ImportStep, KnownParty, ListPage,
    ListState, ListStore, PartyKeys, StoreError, Tombstone,
};

use super::store::{SeamStore, crossing};

#[async_trait]
impl ListStore for SeamStore {
    async fn put_list(&self, connection: &ConnectionId, page: ListPage, now: DateTime<Utc>) -> Result<(), StoreError> {
        crossing!(self, "put_list", self.store.put_list(connection, page, now))
    }

    async fn list_state(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<ListState, StoreError> {
        self.store.list_state(connection, kind).await
    }

    async fn catalogue(
        &self,
        connection: &ConnectionId,
        kind: CatalogueKind,
    ) -> Result<Option<(DateTime<Utc>, Vec<CatalogueEntry>)>, StoreError> {
        self.store.catalogue(connection, kind).await
    }

    async fn gone(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<Vec<Tombstone>, StoreError> {
        self.store.gone(connection, kind).await
    }

    async fn party(
        &self,
        connection: &ConnectionId,
        remote: &RemoteId,
    ) -> Result<Option<(RemoteParty, Option<DateTime<Utc>>)>, StoreError> {
        self.store.party(connection, remote).await
    }

    async fn parties_like(&self, connection: &ConnectionId, keys: &PartyKeys) -> Result<Vec<RemoteParty>, StoreError> {
        self.store.parties_like(connection, keys).await
    }

    async fn know(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        parties: Vec<KnownParty>,
    ) -> Result<(), StoreError> {
        crossing!(self, "know", self.store.know(connection, role, parties))
    }

    async fn known(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<KnownParty>, StoreError> {
        self.store.known(connection, role, after, limit).await
    }

    async fn known_like(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        keys: &PartyKeys,
    ) -> Result<Vec<KnownParty>, StoreError> {
        self.store.known_like(connection, role, keys).await
    }

    async fn candidates(&self, connection: &ConnectionId, query: CandidateQuery) -> Result<CandidatePage, StoreError> {
        self.store.candidates(connection, query).await
    }

    async fn candidates_by_id(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        remotes: &[RemoteId],
    ) -> Result<Vec<Option<Candidate>>, StoreError> {
        self.store.candidates_by_id(connection, role, remotes).await
    }

    async fn begin_import(&self, connection: &ConnectionId, job: ImportJob) -> Result<(), StoreError> {
        crossing!(self, "begin_import", self.store.begin_import(connection, job))
    }

    async fn import_job(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError> {
        self.store.import_job(connection, role).await
    }

    async fn take_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError> {
        crossing!(self, "take_import", self.store.take_import(connection, role))
    }

    async fn advance_import(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        step: ImportStep,
        now: DateTime<Utc>,
    ) -> Result<ImportProgress, StoreError> {
        crossing!(self, "advance_import", self.store.advance_import(connection, role, step, now))
    }

    async fn cancel_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<bool, StoreError> {
        crossing!(self, "cancel_import", self.store.cancel_import(connection, role))
    }

    async fn import_notes(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&RemoteId>,
        limit: usize,
    ) -> Result<Vec<ImportNote>, StoreError> {
        self.store.import_notes(connection, role, after, limit).await
    }
}
