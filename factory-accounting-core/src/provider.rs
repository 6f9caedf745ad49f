//! The seam to a package: one trait, few verbs, data that can grow.

mod catalogue;
mod lists;
mod organisation;
mod refusal;
mod remote;
mod terms;
mod write;

pub use catalogue::{CataloguePage, CatalogueRequest};
pub use lists::{
    Account, AccountClass, CatalogueEntry, CatalogueKind, ChangeFeed, ChangePage, Item, RemoteJob, RemoteParty,
    TaxCode, TaxComponent, TradeSide,
};
pub use organisation::{Attachment, ByteStream, DisconnectReport, NewAttachment, Notice, Organisation};
pub use refusal::Refusals;
pub use remote::{Billable, ProbeTarget, RemoteLine, RemoteRecord, RemoteStatus, Settled};
pub use terms::Terms;
pub use write::{EncodeError, EncodedWrite, Fate, Intent, WriteBatch, WriteReport, safe_replay_window};

use std::fmt;

use async_trait::async_trait;
use serde::Serialize;

use crate::capability::Capabilities;
use crate::error::ProviderError;
use crate::ids::{Cursor, RemoteId};
use crate::model::RecordKind;

/// One organisation's books at one package.
///
/// What implementors owe:
/// - **Nothing is sent twice.** A verb that writes sends its request once; it never repeats it, whatever comes back. Reads
///   and connections that provably failed before a byte left may be repeated inside the call.
/// - **Nothing is claimed that is not proven.** [`write`](Self::write) upgrades members from [`Fate::Unknown`] only on proof;
///   forgetting a member, panicking or being dropped leaves it unknown.
/// - **Secrets stay inside.** No token, key or secret appears in errors, `Debug` or spans.
/// - **Cancel safety.** Dropping a verb's future at any await leaves the provider usable.
///
/// Wrappers forward every verb and may only narrow what they forward.
#[async_trait]
pub trait AccountingProvider: Send + Sync + fmt::Debug {
    /// Which package this is.
    fn info(&self) -> PackageInfo;

    /// What the connected organisation can do.
    fn capabilities(&self) -> &Capabilities;

    /// The organisation: name, currency, lock dates. Requires nothing. At most two calls.
    async fn organisation(&self) -> Result<Organisation, ProviderError>;

    /// How many members the next write may carry so that it leaves soon: at most what the capability says, and fewer while
    /// the package's budget for large writes is used up but that for small ones is not.
    fn batch_now(&self, kind: RecordKind, intent: Intent) -> usize;

    /// Makes the bytes of a write, without sending anything: pure, and equal for equal input. All members have the same kind
    /// of record and the same intent, and are no more than the capability allows.
    ///
    /// # Errors
    /// Names the first member that cannot be written as it is; the caller parks it and encodes the rest anew.
    fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError>;

    /// Sends an encoded write once, under its idempotency key where the package has such keys, and reports the fate of each
    /// member. Requires create, update or void of the kind.
    async fn write(&self, write: &EncodedWrite) -> WriteReport;

    /// Looks for records by their markers. Returns for each target, in order, every record that carries the marker, deleted
    /// and voided ones included, and namesakes of parties and jobs where the package finds those by name. Requires the kind's `probe`.
    ///
    /// # Errors
    /// Any error means that nothing is known about any target.
    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError>;

    /// Reads records by id, in order; `None` for an id that the books do not hold. Requires the kind's `fetch`.
    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError>;

    /// Reads what has changed since a cursor, oldest first; from the beginning where there is none. A page that may be
    /// incomplete never carries a cursor beyond what it holds (R42).
    async fn changes(&self, feed: ChangeFeed, since: Option<&Cursor>) -> Result<ChangePage, ProviderError>;

    /// Reads a page of one of the package's lists, what is not in use any more included. Requires the list among the
    /// capabilities' `lists`. Asked for what has changed since an instant, it answers with that where the list is among the
    /// `incremental_lists`, and with the whole list where not; the page says which of the two it is.
    async fn catalogue(&self, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError>;

    /// Lists the files attached to a record. Requires the kind's `attachments`.
    async fn attachments(&self, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError>;

    /// Attaches a file; one of the same name is replaced, so that repeating is harmless.
    async fn attach(&self, kind: RecordKind, id: &RemoteId, file: NewAttachment) -> Result<Attachment, ProviderError>;

    /// Reads an attached file as it comes.
    async fn download(
        &self,
        kind: RecordKind,
        id: &RemoteId,
        attachment: &Attachment,
    ) -> Result<ByteStream, ProviderError>;

    /// Adds a note to the record's history in the package.
    async fn note(&self, kind: RecordKind, id: &RemoteId, text: &str) -> Result<(), ProviderError>;

    /// Ends the connection at the package: removes the app from the organisation and revokes the grant (F7). Each part is
    /// tried whatever became of the others.
    async fn disconnect(&self) -> DisconnectReport;
}

/// Which package a provider talks to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PackageInfo {
    /// Stable lower-case name: `xero`.
    pub package: &'static str,
    /// How people call it: `Xero`.
    pub title: &'static str,
}

impl PackageInfo {
    /// A package.
    #[must_use]
    pub fn new(package: &'static str, title: &'static str) -> Self {
        Self { package, title }
    }
}
