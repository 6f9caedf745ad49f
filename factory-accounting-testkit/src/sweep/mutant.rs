//! Systems with one safety taken away. A sweep that does not fail on each of them proves nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::{Cursor, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{
    AccountingProvider, Attachment, ByteStream, CataloguePage, CatalogueRequest, ChangeFeed, ChangePage,
    DisconnectReport, EncodeError, EncodedWrite, Fate, Intent, NewAttachment, Organisation, PackageInfo, ProbeTarget,
    RemoteRecord, WriteBatch, WriteReport,
};

use super::seams::locked;

/// A safety that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mutant {
    /// An attempt is forgotten when the process that began it dies.
    ForgetfulBegin,
    /// What became of an operation is stored without its link.
    LosesLinks,
    /// Two workers act for one connection at once, and an attempt begins whatever has become of its members.
    NoFence,
    /// A probe never finds anything.
    BlindProbe,
    /// A probe believes the marker alone, whatever else the record holds.
    CredulousProbe,
    /// A lost answer counts as proof that nothing was written.
    HopefulFate,
    /// Every answer counts as success.
    DeafFate,
    /// A write that was not answered is sent again at once, under no key.
    RetriesWrites,
    /// Every sending carries a key of its own.
    FreshKeys,
    /// Changes are read, and nothing ever seems to have changed.
    DeafToChanges,
}

impl Mutant {
    /// Mutants that only worlds whose people get in between can show.
    pub const OF_PEOPLE: [Self; 1] = [Self::DeafToChanges];

    /// Every other mutant.
    pub const ALL: [Self; 9] = [
        Self::ForgetfulBegin,
        Self::LosesLinks,
        Self::NoFence,
        Self::BlindProbe,
        Self::CredulousProbe,
        Self::HopefulFate,
        Self::DeafFate,
        Self::RetriesWrites,
        Self::FreshKeys,
    ];
}

/// A provider without one of its safeties; keys must differ over all processes of a run.
#[derive(Debug)]
pub(crate) struct MutantProvider {
    inner: Arc<dyn AccountingProvider>,
    mutant: Mutant,
    sendings: Arc<AtomicU64>,
    /// What this process has encoded, by key: a package's key may be part of the bytes.
    encoded: Mutex<BTreeMap<String, WriteBatch>>,
}

impl MutantProvider {
    pub(crate) fn new(inner: Arc<dyn AccountingProvider>, mutant: Mutant, sendings: Arc<AtomicU64>) -> Self {
        Self { inner, mutant, sendings, encoded: Mutex::default() }
    }

    fn rekeyed(&self, write: &EncodedWrite) -> EncodedWrite {
        let number = self.sendings.fetch_add(1, Ordering::Relaxed);
        let key = format!("{number:016x}{}", write.key.get(16..).unwrap_or_default());
        let batch = locked(&self.encoded).get(&write.key).cloned();
        let anew = batch.and_then(|batch| self.inner.encode(&WriteBatch { key: key.clone(), ..batch }).ok());
        anew.unwrap_or_else(|| EncodedWrite { key, ..write.clone() })
    }

    fn distorted(&self, report: WriteReport) -> WriteReport {
        let fates = report.into_fates();
        let reason = ProviderError::new(factory_accounting_core::error::ErrorKind::Network, "taken for not sent");
        let mut distorted = WriteReport::unknown(fates.len(), &reason);
        for (at, fate) in fates.into_iter().enumerate() {
            let fate = match (self.mutant, fate) {
                (Mutant::HopefulFate, Fate::Unknown(error)) => {
                    let kind = factory_accounting_core::error::ErrorKind::Network;
                    Fate::NotApplied(ProviderError::new(kind, error.message()))
                }
                (Mutant::DeafFate, Fate::Unknown(_) | Fate::NotApplied(_)) => {
                    let id = RemoteId::new("00000000-0000-0000-0000-000000000000");
                    let status = factory_accounting_core::provider::RemoteStatus::Open;
                    Fate::Applied(Box::new(RemoteRecord::new(RecordKind::Invoice, id, status)))
                }
                (_, fate) => fate,
            };
            distorted.set(at, fate);
        }
        distorted
    }
}

fn is_unknown(report: &WriteReport) -> bool {
    report.fates().iter().any(|fate| matches!(fate, Fate::Unknown(_)))
}

#[async_trait]
impl AccountingProvider for MutantProvider {
    fn info(&self) -> PackageInfo {
        self.inner.info()
    }

    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    async fn organisation(&self) -> Result<Organisation, ProviderError> {
        self.inner.organisation().await
    }

    fn batch_now(&self, kind: RecordKind, intent: Intent) -> usize {
        self.inner.batch_now(kind, intent)
    }

    fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
        let encoded = self.inner.encode(batch)?;
        if matches!(self.mutant, Mutant::FreshKeys | Mutant::RetriesWrites) {
            locked(&self.encoded).insert(encoded.key.clone(), batch.clone());
        }
        Ok(encoded)
    }

    async fn write(&self, write: &EncodedWrite) -> WriteReport {
        let report = match self.mutant {
            Mutant::FreshKeys => self.inner.write(&self.rekeyed(write)).await,
            _ => self.inner.write(write).await,
        };
        if self.mutant == Mutant::RetriesWrites && is_unknown(&report) {
            return self.inner.write(&self.rekeyed(write)).await;
        }
        self.distorted(report)
    }

    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
        let mut found = self.inner.probe(targets).await?;
        if self.mutant == Mutant::BlindProbe {
            found.iter_mut().for_each(Vec::clear);
        }
        if self.mutant == Mutant::CredulousProbe {
            for record in found.iter_mut().flatten() {
                (record.party, record.date, record.totals, record.currency, record.name) =
                    (None, None, None, None, None);
            }
        }
        Ok(found)
    }

    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
        self.inner.fetch(kind, ids).await
    }

    async fn changes(&self, feed: ChangeFeed, since: Option<&Cursor>) -> Result<ChangePage, ProviderError> {
        let mut page = self.inner.changes(feed, since).await?;
        if self.mutant == Mutant::DeafToChanges {
            page.records.clear();
        }
        Ok(page)
    }

    async fn catalogue(&self, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError> {
        self.inner.catalogue(request).await
    }

    async fn attachments(&self, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
        self.inner.attachments(kind, id).await
    }

    async fn attach(&self, kind: RecordKind, id: &RemoteId, file: NewAttachment) -> Result<Attachment, ProviderError> {
        self.inner.attach(kind, id, file).await
    }

    async fn download(
        &self,
        kind: RecordKind,
        id: &RemoteId,
        attachment: &Attachment,
    ) -> Result<ByteStream, ProviderError> {
        self.inner.download(kind, id, attachment).await
    }

    async fn note(&self, kind: RecordKind, id: &RemoteId, text: &str) -> Result<(), ProviderError> {
        self.inner.note(kind, id, text).await
    }

    async fn disconnect(&self) -> DisconnectReport {
        self.inner.disconnect().await
    }
}
