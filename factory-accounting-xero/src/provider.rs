//! [`XeroProvider`]: one organisation's books at Xero. Each verb is one line; the work is in the modules beside.

use std::sync::Arc;

use async_trait::async_trait;
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::{ConnectionId, Cursor, OrganisationId, RemoteId, WorkerId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{
    AccountingProvider, Attachment, ByteStream, CataloguePage, CatalogueRequest, ChangeFeed, ChangePage,
    DisconnectReport, EncodeError, EncodedWrite, Intent, NewAttachment, Organisation, PackageInfo, ProbeTarget,
    RemoteRecord, WriteBatch, WriteReport,
};
use factory_accounting_core::token::TokenStore;
use factory_accounting_http::{AppPacer, Exchange, Transport};
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderName, HeaderValue};

use crate::capability::capabilities;
use crate::client::Client;
use crate::config::{ConfigError, XeroConfig};
use crate::links::Links;
use crate::oauth::Grant;
use crate::pacing::XeroSignals;
use crate::{files, lists, probe, read, write};

/// One organisation's books at Xero. Cheap to share behind an `Arc`; make one per connection.
#[derive(Debug)]
pub struct XeroProvider {
    client: Client,
    grant: Grant,
    tenant: OrganisationId,
    capabilities: Capabilities,
    links: Links,
}

impl XeroProvider {
    /// The provider of a connection whose configuration names its organisation. `worker` names this process in the token
    /// store's leases; `app_pacer`, made from [`limits`](crate::limits), is shared by all connections of the app.
    ///
    /// # Errors
    /// Where no organisation has been chosen or something in the configuration cannot be used.
    pub fn new(
        config: XeroConfig,
        transport: Arc<dyn Transport>,
        token_store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
        app_pacer: &AppPacer,
    ) -> Result<Self, ConfigError> {
        let tenant = config.tenant.clone().ok_or(ConfigError::NoTenant)?;
        let header = HeaderValue::try_from(tenant.as_str()).ok().filter(|value| !value.is_empty());
        let header = header.ok_or_else(|| ConfigError::Tenant(tenant.to_string()))?;
        let agent =
            HeaderValue::try_from(&config.app_name).map_err(|_| ConfigError::AppName(config.app_name.clone()))?;
        let grant = Grant::new(&config, Arc::clone(&transport), token_store, connection, worker, Arc::clone(&clock))?;
        let exchange = Exchange::builder(transport, Arc::clone(&clock))
            .tokens(grant.tokens.clone())
            .pacer(app_pacer.organisation(tenant.as_str()), Arc::new(XeroSignals))
            .header(HeaderName::from_static("xero-tenant-id"), header)
            .header(USER_AGENT, agent)
            // Without it Xero answers in XML (xero.md 0.3).
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .build();
        Ok(Self {
            client: Client { exchange, api_base: config.api_base, clock },
            grant,
            tenant,
            capabilities: capabilities(),
            links: Links::new(config.web_base),
        })
    }

    /// With the organisation's short code as known from before, so that records carry links at once. Without it they do
    /// after the first [`organisation`](AccountingProvider::organisation).
    #[must_use]
    pub fn with_short_code(self, short_code: &str) -> Self {
        self.links.learn(Some(short_code));
        self
    }

    fn link(&self, record: &mut RemoteRecord) {
        self.links.add(record);
    }
}

#[async_trait]
impl AccountingProvider for XeroProvider {
    fn info(&self) -> PackageInfo {
        PackageInfo::new("xero", "Xero")
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn organisation(&self) -> Result<Organisation, ProviderError> {
        let organisation = lists::organisation(&self.client, &self.tenant).await?;
        self.links.learn(organisation.short_code.as_deref());
        Ok(organisation)
    }

    // Xero counts calls, whatever they carry: a large write is never the dearer one.
    fn batch_now(&self, kind: RecordKind, intent: Intent) -> usize {
        self.capabilities.most(kind, intent)
    }

    fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
        write::encode(&self.capabilities, batch)
    }

    async fn write(&self, write: &EncodedWrite) -> WriteReport {
        let mut report = write::send(&self.client, &self.tenant, write).await;
        report.echoes_mut().for_each(|echo| self.link(echo));
        report
    }

    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
        let mut found = probe::probe(&self.client, targets).await?;
        found.iter_mut().flatten().for_each(|record| self.link(record));
        Ok(found)
    }

    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
        let mut found = read::fetch(&self.client, kind, ids).await?;
        found.iter_mut().flatten().for_each(|record| self.link(record));
        Ok(found)
    }

    async fn changes(&self, feed: ChangeFeed, since: Option<&Cursor>) -> Result<ChangePage, ProviderError> {
        let mut page = read::changes(&self.client, feed, since).await?;
        page.records.iter_mut().for_each(|record| self.link(record));
        Ok(page)
    }

    async fn catalogue(&self, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError> {
        lists::catalogue(&self.client, request).await
    }

    async fn attachments(&self, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
        files::list(&self.client, kind, id).await
    }

    async fn attach(&self, kind: RecordKind, id: &RemoteId, file: NewAttachment) -> Result<Attachment, ProviderError> {
        files::attach(&self.client, kind, id, file).await
    }

    async fn download(
        &self,
        kind: RecordKind,
        id: &RemoteId,
        attachment: &Attachment,
    ) -> Result<ByteStream, ProviderError> {
        files::download(&self.client, kind, id, attachment).await
    }

    async fn note(&self, kind: RecordKind, id: &RemoteId, text: &str) -> Result<(), ProviderError> {
        files::note(&self.client, kind, id, text).await
    }

    async fn disconnect(&self) -> DisconnectReport {
        self.grant.disconnect(&self.tenant).await
    }
}

#[cfg(test)]
mod tests;
