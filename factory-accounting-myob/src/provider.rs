//! [`MyobProvider`]: one company file at MYOB. Each verb is one line; the work is in the modules beside.

use std::sync::Arc;

use async_trait::async_trait;
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{ConnectionId, Cursor, OrganisationId, RemoteId, WorkerId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{
    AccountingProvider, Attachment, ByteStream, CataloguePage, CatalogueRequest, ChangeFeed, ChangePage,
    DisconnectReport, EncodeError, EncodedWrite, Intent, NewAttachment, Organisation, PackageInfo, ProbeTarget,
    RemoteRecord, WriteBatch, WriteReport,
};
use factory_accounting_core::token::TokenStore;
use factory_accounting_http::{AppPacer, Transport};

use crate::capability::capabilities;
use crate::client::Client;
use crate::config::{ConfigError, MyobConfig};
use crate::oauth::Grant;
use crate::{files, lists, probe, read, write};

/// One company file at MYOB. Cheap to share behind an `Arc`; make one per connection.
#[derive(Debug)]
pub struct MyobProvider {
    client: Client,
    grant: Grant,
    config: MyobConfig,
    capabilities: Capabilities,
}

impl MyobProvider {
    /// The provider of a connection whose configuration names its company file and says what that offers: see
    /// [`discover`](crate::discover). `worker` names this process in the token store's leases; `app_pacer`, made from
    /// [`limits`](crate::limits), is shared by all connections of the app.
    ///
    /// # Errors
    /// Where no company file has been chosen or something in the configuration cannot be used.
    pub fn new(
        config: MyobConfig,
        transport: Arc<dyn Transport>,
        token_store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
        app_pacer: &AppPacer,
    ) -> Result<Self, ConfigError> {
        let grant = Grant::new(&config, Arc::clone(&transport), token_store, connection, worker, Arc::clone(&clock))?;
        let client = Client::new(&config, transport, &grant, clock, app_pacer)?;
        Ok(Self { client, grant, capabilities: capabilities(&config), config })
    }

    fn file(&self) -> &OrganisationId {
        &self.client.file
    }
}

#[async_trait]
impl AccountingProvider for MyobProvider {
    fn info(&self) -> PackageInfo {
        PackageInfo::new("myob", "MYOB")
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn organisation(&self) -> Result<Organisation, ProviderError> {
        let mut organisation = lists::organisation(&self.client, self.file(), &self.config.profile).await?;
        organisation.reconnect_by = self.grant.ends_at().await;
        Ok(organisation)
    }

    fn batch_now(&self, kind: RecordKind, intent: Intent) -> usize {
        self.capabilities.most(kind, intent)
    }

    fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
        write::encode(&self.config, &self.capabilities, batch)
    }

    async fn write(&self, write: &EncodedWrite) -> WriteReport {
        write::send(&self.client, write).await
    }

    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
        probe::probe(&self.client, targets).await
    }

    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
        if self.capabilities.of(kind).is_none() {
            let message = format!("this company file has no record of kind {kind} that is written from here");
            return Err(ProviderError::new(ErrorKind::Unsupported, message));
        }
        read::fetch(&self.client, kind, ids).await
    }

    async fn changes(&self, feed: ChangeFeed, since: Option<&Cursor>) -> Result<ChangePage, ProviderError> {
        read::changes(&self.client, &self.config.profile, feed, since).await
    }

    async fn catalogue(&self, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError> {
        lists::catalogue(&self.client, &self.config.profile, request).await
    }

    async fn attachments(&self, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
        files::list(&self.client, kind, id).await
    }

    async fn attach(&self, kind: RecordKind, id: &RemoteId, file: NewAttachment) -> Result<Attachment, ProviderError> {
        files::attach(&self.client, &self.config, kind, id, &file).await
    }

    async fn download(
        &self,
        kind: RecordKind,
        id: &RemoteId,
        attachment: &Attachment,
    ) -> Result<ByteStream, ProviderError> {
        files::download(&self.client, kind, id, attachment).await
    }

    async fn note(&self, kind: RecordKind, _id: &RemoteId, _text: &str) -> Result<(), ProviderError> {
        Err(files::note(kind))
    }

    async fn disconnect(&self) -> DisconnectReport {
        self.grant.disconnect().await
    }
}

#[cfg(test)]
mod tests;
