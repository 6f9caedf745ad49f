//! The seam to the package's lists: each verb is one transaction on a thread that may block.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{ConnectionId, LocalId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    Candidate, CandidatePage, CandidateQuery, ImportJob, ImportNote, ImportProgress, ImportStep, KnownParty, ListPage,
    ListState, ListStore, PartyKeys, StoreError, Tombstone,
};

use crate::{SqliteStore, imports, lists, picker, register};

#[async_trait]
impl ListStore for SqliteStore {
    async fn put_list(&self, connection: &ConnectionId, page: ListPage, now: DateTime<Utc>) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| lists::put(db, &connection, &page, now)).await
    }

    async fn list_state(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<ListState, StoreError> {
        let connection = connection.clone();
        self.read(move |db| lists::state(db, &connection, kind)).await
    }

    async fn catalogue(
        &self,
        connection: &ConnectionId,
        kind: CatalogueKind,
    ) -> Result<Option<(DateTime<Utc>, Vec<CatalogueEntry>)>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| lists::catalogue(db, &connection, kind)).await
    }

    async fn gone(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<Vec<Tombstone>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| lists::gone(db, &connection, kind)).await
    }

    async fn party(
        &self,
        connection: &ConnectionId,
        remote: &RemoteId,
    ) -> Result<Option<(RemoteParty, Option<DateTime<Utc>>)>, StoreError> {
        let (connection, remote) = (connection.clone(), remote.clone());
        self.read(move |db| lists::party(db, &connection, &remote)).await
    }

    async fn parties_like(&self, connection: &ConnectionId, keys: &PartyKeys) -> Result<Vec<RemoteParty>, StoreError> {
        let (connection, keys) = (connection.clone(), keys.clone());
        self.read(move |db| lists::parties_like(db, &connection, &keys)).await
    }

    async fn know(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        parties: Vec<KnownParty>,
    ) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| parties.iter().try_for_each(|party| register::know(db, &connection, role, party))).await
    }

    async fn known(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<KnownParty>, StoreError> {
        let (connection, after) = (connection.clone(), after.cloned());
        self.read(move |db| register::known(db, &connection, role, after.as_ref(), limit)).await
    }

    async fn known_like(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        keys: &PartyKeys,
    ) -> Result<Vec<KnownParty>, StoreError> {
        let (connection, keys) = (connection.clone(), keys.clone());
        self.read(move |db| register::known_like(db, &connection, role, &keys)).await
    }

    async fn candidates(&self, connection: &ConnectionId, query: CandidateQuery) -> Result<CandidatePage, StoreError> {
        let connection = connection.clone();
        self.read(move |db| picker::page(db, &connection, &query)).await
    }

    async fn candidates_by_id(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        remotes: &[RemoteId],
    ) -> Result<Vec<Option<Candidate>>, StoreError> {
        let (connection, remotes) = (connection.clone(), remotes.to_vec());
        self.read(move |db| picker::by_id(db, &connection, role, &remotes)).await
    }

    async fn begin_import(&self, connection: &ConnectionId, job: ImportJob) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write(move |db| imports::begin(db, &connection, &job)).await
    }

    async fn import_job(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError> {
        let connection = connection.clone();
        self.read(move |db| imports::job(db, &connection, role)).await
    }

    async fn take_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError> {
        let connection = connection.clone();
        self.write(move |db| imports::take(db, &connection, role)).await
    }

    async fn advance_import(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        step: ImportStep,
        now: DateTime<Utc>,
    ) -> Result<ImportProgress, StoreError> {
        let connection = connection.clone();
        self.write(move |db| imports::advance(db, &connection, role, &step, now)).await
    }

    async fn cancel_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<bool, StoreError> {
        let connection = connection.clone();
        self.write(move |db| imports::cancel(db, &connection, role)).await
    }

    async fn import_notes(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&RemoteId>,
        limit: usize,
    ) -> Result<Vec<ImportNote>, StoreError> {
        let (connection, after) = (connection.clone(), after.cloned());
        self.read(move |db| imports::notes(db, &connection, role, after.as_ref(), limit)).await
    }
}
