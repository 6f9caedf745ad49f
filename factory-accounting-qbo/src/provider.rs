//! [`QboProvider`]: one company's books at QuickBooks Online. Each verb is one line; the work is in the modules beside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
use factory_accounting_http::{AppPacer, Exchange, Transport};
use http::HeaderValue;
use http::header::{ACCEPT, USER_AGENT};
use url::Url;

use crate::capability::capabilities;
use crate::client::Client;
use crate::config::{ConfigError, QboConfig};
use crate::links::Links;
use crate::map::remote::Reader;
use crate::oauth::{Grant, is_realm};
use crate::pacing::{BatchBudget, QboSignals};
use crate::{files, lists, probe, read, suspects, write};

/// One company's books at QuickBooks Online. Cheap to share behind an `Arc`; make one per connection.
#[derive(Debug)]
pub struct QboProvider {
    client: Client,
    grant: Grant,
    realm: OrganisationId,
    config: QboConfig,
    capabilities: Capabilities,
    links: Links,
}

impl QboProvider {
    /// The provider of a connection whose configuration names its company. `worker` names this process in the token
    /// store's leases; `app_pacer`, made from [`limits`](crate::limits), is shared by all connections of the app.
    ///
    /// # Errors
    /// Where no company has been chosen or something in the configuration cannot be used.
    pub fn new(
        config: QboConfig,
        transport: Arc<dyn Transport>,
        token_store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
        app_pacer: &AppPacer,
    ) -> Result<Self, ConfigError> {
        let realm = config.realm.clone().ok_or(ConfigError::NoRealm)?;
        let company = company(&config.api_base, &realm)?;
        let agent =
            HeaderValue::try_from(&config.app_name).map_err(|_| ConfigError::AppName(config.app_name.clone()))?;
        let grant = Grant::new(&config, Arc::clone(&transport), token_store, connection, worker, Arc::clone(&clock))?;
        let exchange = Exchange::builder(Arc::clone(&transport), Arc::clone(&clock))
            .tokens(grant.tokens.clone())
            .pacer(app_pacer.organisation(realm.as_str()), Arc::new(QboSignals))
            .header(USER_AGENT, agent.clone())
            // Without it QuickBooks answers in XML (qbo.md 2).
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .build();
        let storage = Exchange::builder(transport, Arc::clone(&clock)).header(USER_AGENT, agent).build();
        let client = Client {
            exchange,
            storage,
            company,
            clock,
            reader: Reader { reference: config.reference_field.clone() },
            batches: Arc::new(BatchBudget::new(config.batches_per_minute)),
            metered: Arc::new(AtomicU64::new(0)),
        };
        let links = Links::new(config.web_base.clone());
        Ok(Self { client, grant, realm, capabilities: capabilities(&config), config, links })
    }

    /// How many reads this provider has made that Intuit counts against the app's monthly allowance (qbo.md 3.2). Files
    /// and questions within larger ones count once each; writes are free.
    #[must_use]
    pub fn metered_calls(&self) -> u64 {
        self.client.metered.load(Ordering::Relaxed)
    }

    fn link(&self, record: &mut RemoteRecord) {
        self.links.add(record);
    }
}

fn company(api_base: &Url, realm: &OrganisationId) -> Result<Url, ConfigError> {
    if !is_realm(realm.as_str()) {
        return Err(ConfigError::Realm(realm.to_string()));
    }
    let mut company = api_base.clone();
    company.path_segments_mut().map_err(|()| ConfigError::ApiBase(api_base.to_string()))?.pop_if_empty().extend([
        "v3",
        "company",
        realm.as_str(),
    ]);
    Ok(company)
}

#[async_trait]
impl AccountingProvider for QboProvider {
    fn info(&self) -> PackageInfo {
        PackageInfo::new("qbo", "QuickBooks Online")
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn organisation(&self) -> Result<Organisation, ProviderError> {
        let mut organisation = lists::organisation(&self.client, &self.realm, self.config.region).await?;
        organisation.reconnect_by = self.grant.ends_at().await;
        Ok(organisation)
    }

    fn batch_now(&self, kind: RecordKind, intent: Intent) -> usize {
        let most = self.capabilities.most(kind, intent);
        if self.client.batches.has_room(self.client.clock.now()) { most } else { most.min(1) }
    }

    fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
        write::encode(&self.config, &self.capabilities, batch)
    }

    async fn write(&self, write: &EncodedWrite) -> WriteReport {
        let mut report = write::send(&self.client, write).await;
        suspects::explain(&self.client, write, &mut report).await;
        report.echoes_mut().for_each(|echo| self.link(echo));
        report
    }

    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
        let mut found = probe::probe(&self.client, targets).await?;
        found.iter_mut().flatten().for_each(|record| self.link(record));
        Ok(found)
    }

    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
        if self.capabilities.of(kind).is_none() {
            let message = format!("QuickBooks has no record of kind {kind} that is written from here");
            return Err(ProviderError::new(ErrorKind::Unsupported, message));
        }
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
        self.grant.disconnect().await
    }
}

#[cfg(test)]
mod tests;
