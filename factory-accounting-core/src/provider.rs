//! The seam to a package: one trait, few verbs, data that can grow.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use futures_core::Stream;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::capability::Capabilities;
use crate::error::ProviderError;
use crate::ids::{Cursor, OrganisationId, RemoteId, VersionToken};
use crate::model::{RecordKind, TaxMode};
use crate::money::{Currency, Totals};
use crate::planned::Planned;

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

    /// The organisation: name, currency, lock dates. Requires nothing. One call.
    async fn organisation(&self) -> Result<Organisation, ProviderError>;

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
    /// and voided ones included. Requires the kind's `probe`.
    ///
    /// # Errors
    /// Any error means that nothing is known about any target.
    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError>;

    /// Reads records by id, in order; `None` for an id that the books do not hold. Requires the kind's `fetch`.
    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError>;

    /// Reads what has changed since a cursor, oldest first; from the beginning where there is none. A page that may be
    /// incomplete never carries a cursor beyond what it holds (R42).
    async fn changes(&self, feed: ChangeFeed, since: Option<&Cursor>) -> Result<ChangePage, ProviderError>;

    /// Reads a page of one of the package's lists, pages counting from 1.
    async fn catalogue(&self, kind: CatalogueKind, page: u32) -> Result<CataloguePage, ProviderError>;

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

/// A file as it comes.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, ProviderError>> + Send>>;

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

/// Facts about the organisation that planning needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Organisation {
    /// Its id at the package.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Country code of two letters where known.
    pub country: Option<String>,
    /// The currency it keeps its books in.
    pub currency: Currency,
    /// Documents dated on or before this day are refused.
    pub locked_until: Option<NaiveDate>,
    /// Subscription plan in the package's own words.
    pub plan: Option<String>,
    /// Part of links into the package, where it needs one.
    pub short_code: Option<String>,
}

impl Organisation {
    /// An organisation of which the essentials are known.
    pub fn new(id: OrganisationId, name: impl Into<String>, currency: Currency) -> Self {
        Self { id, name: name.into(), country: None, currency, locked_until: None, plan: None, short_code: None }
    }
}

/// What a write is to achieve. There is no upsert and no delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// A record that the books do not hold.
    Create,
    /// Owned fields of a record that they do hold.
    Update,
    /// The record counts no more: voided, deleted, archived, as the package has it.
    Void,
}

impl Intent {
    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Void => "void",
        }
    }
}

/// Members of one kind and intent that travel in one request.
#[derive(Clone, Debug)]
pub struct WriteBatch {
    /// Kind of every member.
    pub kind: RecordKind,
    /// Intent of every member.
    pub intent: Intent,
    /// Idempotency key of the request; derived from intent, revisions and generations of the members.
    pub key: String,
    /// What to write.
    pub members: Vec<Planned>,
}

/// A request that is ready to leave, and to leave again byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodedWrite {
    /// Kind of every member.
    pub kind: RecordKind,
    /// Intent of every member.
    pub intent: Intent,
    /// Idempotency key.
    pub key: String,
    /// How many members the body holds, in order.
    pub members: usize,
    /// Where it goes, in the provider's own form; opaque to everyone else.
    pub target: String,
    /// The body, in the provider's own form. Text, because all three packages speak JSON.
    pub body: String,
}

/// A member that cannot be written as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("member {member}: {error}")]
pub struct EncodeError {
    /// Position in the batch.
    pub member: usize,
    /// Why not, in the host's terms.
    pub error: ProviderError,
}

/// What is known about one member of a write afterwards. There is no fourth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The books hold it, as the echo says.
    Applied(Box<RemoteRecord>),
    /// It is proven that the books have not changed.
    NotApplied(ProviderError),
    /// Neither is proven.
    Unknown(ProviderError),
}

/// Fates of the members of a write, in order.
#[derive(Clone, Debug)]
pub struct WriteReport {
    fates: Vec<Fate>,
}

impl WriteReport {
    /// A report that knows nothing yet: every member unknown, for the reason given.
    #[must_use]
    pub fn unknown(members: usize, reason: &ProviderError) -> Self {
        Self { fates: vec![Fate::Unknown(reason.clone()); members] }
    }

    /// A report in which nothing was applied, for one reason.
    #[must_use]
    pub fn not_applied(members: usize, reason: &ProviderError) -> Self {
        Self { fates: vec![Fate::NotApplied(reason.clone()); members] }
    }

    /// Replaces what is known about one member. Positions outside the batch are ignored.
    pub fn set(&mut self, member: usize, fate: Fate) {
        if let Some(slot) = self.fates.get_mut(member) {
            *slot = fate;
        }
    }

    /// The fates, in order of the members.
    #[must_use]
    pub fn fates(&self) -> &[Fate] {
        &self.fates
    }

    /// The fates, in order of the members.
    #[must_use]
    pub fn into_fates(self) -> Vec<Fate> {
        self.fates
    }
}

/// What to look for, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeTarget {
    /// Kind of the record.
    pub kind: RecordKind,
    /// The text that travels in the record.
    pub marker: String,
    /// The party on the document.
    pub party: Option<RemoteId>,
    /// The document that a payment settles, the credit note of an allocation.
    pub parent: Option<RemoteId>,
    /// The invoice that an allocation goes to.
    pub counterpart: Option<RemoteId>,
    /// Date of the document.
    pub date: Option<NaiveDate>,
    /// Whether the marker travels in the reference, because the package owns the number.
    pub in_reference: bool,
}

/// A record as the package's books hold it, in our terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoteRecord {
    /// Kind that it was read as. A package that keeps orders as draft invoices answers with the kind asked for.
    pub kind: RecordKind,
    /// The package's id.
    pub id: RemoteId,
    /// Version, where the package has one: a token or the time of the last change.
    pub version: Option<VersionToken>,
    /// State.
    pub status: RemoteStatus,
    /// Number of a document, code of an item, external key of a party.
    pub number: Option<String>,
    /// Name of a party or item.
    pub name: Option<String>,
    /// Reference field.
    pub reference: Option<String>,
    /// The party on a document.
    pub party: Option<RemoteId>,
    /// The document that a payment settles, the credit note of an allocation.
    pub parent: Option<RemoteId>,
    /// The invoice that an allocation goes to.
    pub counterpart: Option<RemoteId>,
    /// Date of the document.
    pub date: Option<NaiveDate>,
    /// Due date, expiry, delivery date.
    pub due: Option<NaiveDate>,
    /// Currency of its amounts.
    pub currency: Option<Currency>,
    /// Whether its prices contain tax.
    pub tax_mode: Option<TaxMode>,
    /// Its totals as the package reckoned them. A payment or allocation has its amount in `total`.
    pub totals: Option<Totals>,
    /// What has been applied to a document.
    pub settled: Option<Settled>,
    /// Lines in order; `None` where the answer does not carry them.
    pub lines: Option<Vec<RemoteLine>>,
    /// Last change, UTC.
    pub updated_at: Option<DateTime<Utc>>,
    /// For an archived party that was merged: the survivor.
    pub merged_into: Option<RemoteId>,
    /// Link for a person into the package's pages.
    pub link: Option<String>,
}

impl RemoteRecord {
    /// A record of which kind, id and state are known.
    #[must_use]
    pub fn new(kind: RecordKind, id: RemoteId, status: RemoteStatus) -> Self {
        Self {
            kind,
            id,
            version: None,
            status,
            number: None,
            name: None,
            reference: None,
            party: None,
            parent: None,
            counterpart: None,
            date: None,
            due: None,
            currency: None,
            tax_mode: None,
            totals: None,
            settled: None,
            lines: None,
            updated_at: None,
            merged_into: None,
            link: None,
        }
    }
}

/// State of a remote record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RemoteStatus {
    /// Not yet counted.
    Draft,
    /// Waiting for approval.
    Submitted,
    /// Counted, and open: authorised, awaiting payment, sent, active.
    Open,
    /// Counted, and settled in full.
    Paid,
    /// A quote that the customer accepted.
    Accepted,
    /// A quote that the customer declined.
    Declined,
    /// A quote that became an invoice, a purchase order that became a bill.
    Billed,
    /// A party that is kept but not used.
    Archived,
    /// Counts no more, but stays visible.
    Voided,
    /// Is gone.
    Deleted,
    /// A state that this version does not know, in the package's own words.
    Other(String),
}

impl RemoteStatus {
    /// Whether the record counts no more and never will again.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Voided | Self::Deleted)
    }
}

/// What has been applied to a document, in its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Payments.
    pub paid: Decimal,
    /// Credit notes, prepayments and overpayments.
    pub credited: Decimal,
    /// What is still open.
    pub due: Decimal,
}

impl Settled {
    /// Payments and credits together.
    #[must_use]
    pub fn applied(&self) -> Decimal {
        self.paid.saturating_add(self.credited)
    }
}

/// A line as the books hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoteLine {
    /// The package's id of the line.
    pub id: Option<RemoteId>,
    /// Text.
    pub description: String,
    /// Quantity; `None` on a line of text.
    pub quantity: Option<Decimal>,
    /// Unit price.
    pub unit_price: Option<Decimal>,
    /// Amount of the line after discount.
    pub amount: Option<Decimal>,
    /// Discount in per cent.
    pub discount_rate: Option<Decimal>,
    /// Discount as an amount.
    pub discount_amount: Option<Decimal>,
    /// Tax code.
    pub tax_code: Option<String>,
    /// Tax.
    pub tax: Option<Decimal>,
    /// Account code.
    pub account: Option<String>,
    /// Item code.
    pub item_code: Option<String>,
}

/// Kinds of change that can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeFeed {
    /// Customers and suppliers.
    Parties,
    /// Invoices and bills, with what has been applied to them.
    Invoices,
    /// Credit notes.
    CreditNotes,
    /// Payments.
    Payments,
    /// Quotes.
    Quotes,
    /// Purchase orders.
    PurchaseOrders,
}

impl ChangeFeed {
    /// Every feed.
    pub const ALL: [Self; 6] =
        [Self::Parties, Self::Invoices, Self::CreditNotes, Self::Payments, Self::Quotes, Self::PurchaseOrders];

    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parties => "parties",
            Self::Invoices => "invoices",
            Self::CreditNotes => "credit_notes",
            Self::Payments => "payments",
            Self::Quotes => "quotes",
            Self::PurchaseOrders => "purchase_orders",
        }
    }
}

/// A page of changes.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// Changed records, oldest change first. An invoice feed answers sales as [`RecordKind::Invoice`], purchases as
    /// [`RecordKind::Bill`]; a party feed answers [`RecordKind::Customer`].
    pub records: Vec<RemoteRecord>,
    /// Where to go on; to be stored in the transaction that stores the effects of `records`.
    pub next: Option<Cursor>,
    /// Whether more is known to be there.
    pub more: bool,
}

/// The package's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CatalogueKind {
    /// Chart of accounts.
    Accounts,
    /// Tax codes.
    TaxCodes,
    /// Items.
    Items,
    /// Customers and suppliers.
    Parties,
    /// Currencies that documents may carry.
    Currencies,
    /// Jobs or tracking options.
    Jobs,
}

impl CatalogueKind {
    /// Every list.
    pub const ALL: [Self; 6] =
        [Self::Accounts, Self::TaxCodes, Self::Items, Self::Parties, Self::Currencies, Self::Jobs];

    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::TaxCodes => "tax_codes",
            Self::Items => "items",
            Self::Parties => "parties",
            Self::Currencies => "currencies",
            Self::Jobs => "jobs",
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct CataloguePage {
    /// Entries.
    pub entries: Vec<CatalogueEntry>,
    /// Whether there is a next page.
    pub more: bool,
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CatalogueEntry {
    /// An account.
    Account(Account),
    /// A tax code.
    TaxCode(TaxCode),
    /// An item.
    Item(Item),
    /// A customer or supplier, with all that an import takes over.
    Party(Box<RemoteParty>),
    /// A currency.
    Currency(Currency),
    /// A job or tracking option.
    Job(RemoteJob),
}

/// An account of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The package's id.
    pub id: RemoteId,
    /// Code, where it has one; bank accounts may not.
    pub code: Option<String>,
    /// Name.
    pub name: String,
    /// What it is for.
    pub class: AccountClass,
    /// Whether lines of documents may use it.
    pub usable_on_lines: bool,
    /// Whether payments may use it.
    pub usable_for_payments: bool,
    /// Whether it is in use rather than archived.
    pub active: bool,
    /// Tax code that lines get when they name none.
    pub default_tax: Option<String>,
}

impl Account {
    /// An active account.
    pub fn new(id: RemoteId, code: Option<String>, name: impl Into<String>, class: AccountClass) -> Self {
        Self {
            id,
            code,
            name: name.into(),
            class,
            usable_on_lines: true,
            usable_for_payments: false,
            active: true,
            default_tax: None,
        }
    }
}

/// Classes of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountClass {
    /// Assets, banks included.
    Asset,
    /// Liabilities.
    Liability,
    /// Equity.
    Equity,
    /// Income.
    Income,
    /// Expenses and cost of sales.
    Expense,
}

/// A tax code of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaxCode {
    /// Code as lines name it.
    pub code: String,
    /// Name.
    pub name: String,
    /// Effective rate in per cent, compounding included.
    pub rate: Decimal,
    /// Whether it is in use rather than deleted.
    pub active: bool,
    /// Classes of accounts that it may stand beside; empty where the package does not say.
    pub account_classes: Vec<AccountClass>,
}

impl TaxCode {
    /// An active tax code without restrictions.
    pub fn new(code: impl Into<String>, name: impl Into<String>, rate: Decimal) -> Self {
        Self { code: code.into(), name: name.into(), rate, active: true, account_classes: Vec::new() }
    }
}

/// An item of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The package's id.
    pub id: RemoteId,
    /// Code as lines name it.
    pub code: String,
    /// Name.
    pub name: Option<String>,
    /// Whether it is in use.
    pub active: bool,
}

impl Item {
    /// An active item.
    pub fn new(id: RemoteId, code: impl Into<String>) -> Self {
        Self { id, code: code.into(), name: None, active: true }
    }
}

/// A customer or supplier of the package, with all that an import takes over (F18, F19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoteParty {
    /// The package's id.
    pub id: RemoteId,
    /// The party in the model's terms; its `id` is the package's id until the host gives it one.
    pub party: crate::model::Party,
    /// Key that interfaces see, where it has one.
    pub external_key: Option<String>,
    /// Whether the package counts it as a customer.
    pub is_customer: bool,
    /// Whether the package counts it as a supplier.
    pub is_supplier: bool,
    /// Whether it is in use rather than archived.
    pub active: bool,
    /// For an archived party that was merged: the survivor.
    pub merged_into: Option<RemoteId>,
    /// Last change, UTC.
    pub updated_at: Option<DateTime<Utc>>,
}

impl RemoteParty {
    /// An active party.
    #[must_use]
    pub fn new(id: RemoteId, party: crate::model::Party) -> Self {
        Self {
            id,
            party,
            external_key: None,
            is_customer: false,
            is_supplier: false,
            active: true,
            merged_into: None,
            updated_at: None,
        }
    }
}

/// A job or tracking option of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoteJob {
    /// The package's id.
    pub id: RemoteId,
    /// Name.
    pub name: String,
    /// The category or job that it belongs to.
    pub group: Option<RemoteId>,
    /// Whether it is in use.
    pub active: bool,
}

impl RemoteJob {
    /// An active job.
    pub fn new(id: RemoteId, name: impl Into<String>) -> Self {
        Self { id, name: name.into(), group: None, active: true }
    }
}

/// A file attached to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The package's id.
    pub id: RemoteId,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// A file to attach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// File name; the package's restrictions apply.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Content.
    pub content: Bytes,
    /// Whether the other party sees it with the document, where the package offers that.
    pub show_to_party: bool,
}

/// What became of the parts of a disconnect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisconnectReport {
    /// Parts by name, each done or failed.
    pub parts: BTreeMap<&'static str, Result<(), ProviderError>>,
}

impl DisconnectReport {
    /// Whether every part succeeded.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.parts.values().all(Result::is_ok)
    }
}

/// How long after an attempt began its bytes may be sent again under their key. A third of the package's own window is kept
/// back, because a call may wait for its turn before it leaves, and clocks differ.
#[must_use]
pub fn safe_replay_window(window: Duration) -> Duration {
    window.saturating_sub(window / 3)
}
