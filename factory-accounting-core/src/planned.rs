//! What the books are to show, in the package-neutral form that a provider maps to its wire: references are remote ids,
//! accounts and taxes are the package's codes, totals are predicted.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::capability::TaxAuthority;
use crate::ids::RemoteId;
use crate::model::{Discount, Party, QuoteStage, RecordKey, RecordKind, TaxMode};
use crate::money::{Currency, Money, Quantity, TaxAmount, Totals, UnitPrice};
use crate::provider::{ProbeTarget, RemoteRecord};
use crate::settings::DeliveryMark;

/// One member of a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The host's record.
    pub key: RecordKey,
    /// What people call it, for errors.
    pub name: String,
    /// What to write.
    pub content: Content,
    /// For an update or void: the record as just read. What is not owned is never echoed from it (R21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Box<RemoteRecord>>,
    /// Which owned parts an update changes; everything on a create.
    pub changes: Changes,
    /// How to find it again.
    pub probe: ProbeTarget,
}

/// Which owned parts of a record a write carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Number, reference, dates, party and the like.
    pub header: bool,
    /// Lines.
    pub lines: bool,
    /// Status.
    pub status: bool,
}

impl Changes {
    /// Everything.
    pub const ALL: Self = Self { header: true, lines: true, status: true };
    /// Nothing.
    pub const NONE: Self = Self { header: false, lines: false, status: false };

    /// Whether anything is to be written.
    #[must_use]
    pub fn any(self) -> bool {
        self.header || self.lines || self.status
    }
}

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// A customer or supplier.
    Party(PlannedParty),
    /// An item.
    Item(PlannedItem),
    /// A job.
    Job(PlannedJob),
    /// A document with lines.
    Document(Box<PlannedDocument>),
    /// A payment.
    Payment(PlannedPayment),
    /// A part of a credit note set off against an invoice.
    Allocation(PlannedAllocation),
    /// Nothing: the record is voided, and its base says all that is needed.
    Void,
}

/// A customer or supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedParty {
    /// Key that travels with it, so that it can be found again.
    pub external_key: String,
    /// The party in the host's terms.
    pub party: Party,
    /// The package's terms of payment that say what the party's do, where it keeps them as a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<RemoteId>,
    /// The name belongs to another record already: it goes out with an addition that tells the two apart.
    #[serde(default)]
    pub distinct: bool,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedJob {
    /// Key that travels with it, so that it can be found again.
    pub external_key: String,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// The customer, or the job, that it belongs to.
    pub parent: RemoteId,
}

impl PlannedJob {
    /// What people call it: number and name, because names of jobs repeat.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.number, self.name)
    }
}

/// An account of the package, by all its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRef {
    /// The package's id.
    pub id: RemoteId,
    /// Code, where it has one.
    pub code: Option<String>,
}

impl AccountRef {
    /// How people name it: by its code, or by its id where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.code.as_deref().unwrap_or(self.id.as_str())
    }

    /// Whether a text of the package names it.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.code.as_deref() == Some(text) || self.id.as_str() == text
    }
}

/// An item of the package, by all its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedItemRef {
    /// The package's id.
    pub id: RemoteId,
    /// Code, where it has one.
    pub code: Option<String>,
}

impl PlannedItemRef {
    /// How people name it: by its code, or by its id where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.code.as_deref().unwrap_or(self.id.as_str())
    }

    /// Whether a text of the package names it.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.code.as_deref() == Some(text) || self.id.as_str() == text
    }
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedItem {
    /// Code.
    pub code: String,
    /// Short name.
    pub name: String,
    /// Long text.
    pub description: Option<String>,
    /// Selling side.
    pub sales: Option<PlannedPrice>,
    /// Buying side.
    pub purchases: Option<PlannedPrice>,
}

/// Price, account and tax of one side of an item, resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPrice {
    /// Price of a unit.
    pub unit_price: Option<UnitPrice>,
    /// Account.
    pub account: Option<AccountRef>,
    /// Tax code.
    pub tax_code: Option<String>,
}

/// State that a document is to arrive in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TargetStatus {
    /// Not counted yet.
    Draft,
    /// Approved: counted.
    Approved,
    /// A quote as far as it has come.
    Quote(QuoteStage),
}

/// A document with lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedDocument {
    /// The party.
    pub party: RemoteId,
    /// Number; `None` where the package gives it.
    pub number: Option<String>,
    /// Reference field; `None` where the kind has none.
    pub reference: Option<String>,
    /// Date.
    pub date: NaiveDate,
    /// Due date, expiry, delivery date.
    pub due: Option<NaiveDate>,
    /// Currency.
    pub currency: Currency,
    /// Units of the organisation's currency for one of the document's; the package's own rate where absent.
    pub exchange_rate: Option<Decimal>,
    /// Whether prices contain tax.
    pub tax_mode: TaxMode,
    /// State to arrive in.
    pub status: TargetStatus,
    /// Lines in order.
    pub lines: Vec<PlannedLine>,
    /// What the package will come to; where it reckons the tax itself, only the subtotal is.
    pub totals: Totals,
    /// Who reckons the tax.
    #[serde(default)]
    pub tax_authority: TaxAuthority,
    /// By how much the tax within the total may part from the prediction either way, because nobody knows where the package
    /// rounds it.
    #[serde(default, skip_serializing_if = "Decimal::is_zero")]
    pub tax_slack: Decimal,
    /// The tax of each rate as it is to be, where the package would come to other cents; empty where it would not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated_taxes: Vec<StatedTax>,
    /// The document that it came from, for packages that tie the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PlannedSource>,
    /// Heading of a quote.
    pub title: Option<String>,
    /// Opening text of a quote.
    pub summary: Option<String>,
    /// Terms of a quote.
    pub terms: Option<String>,
    /// Marks it as sent to the other party (R35). Never asked for again once it is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mark_sent: bool,
    /// How it is marked for delivery (L5); the package's own way where absent. Never asked for again once it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryMark>,
}

impl PlannedDocument {
    /// Takes out what it is not recognised by in the books: its lines, the taxes stated for them, and the texts of a quote.
    pub fn take_body(&mut self) -> DocumentBody {
        DocumentBody {
            lines: std::mem::take(&mut self.lines),
            stated_taxes: std::mem::take(&mut self.stated_taxes),
            title: self.title.take(),
            summary: self.summary.take(),
            terms: self.terms.take(),
        }
    }

    /// Puts back what [`take_body`](Self::take_body) took out.
    pub fn put_body(&mut self, body: DocumentBody) {
        let DocumentBody { lines, stated_taxes, title, summary, terms } = body;
        (self.lines, self.stated_taxes) = (lines, stated_taxes);
        (self.title, self.summary, self.terms) = (title, summary, terms);
    }
}

/// What a planned document is not recognised by.
#[derive(Debug)]
pub struct DocumentBody {
    lines: Vec<PlannedLine>,
    stated_taxes: Vec<StatedTax>,
    title: Option<String>,
    summary: Option<String>,
    terms: Option<String>,
}

/// The tax of one rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTax {
    /// The package's id of the rate.
    pub component: RemoteId,
    /// The rate in per cent.
    pub rate: Decimal,
    /// Sum of the lines that it applies to, before tax.
    pub net: Decimal,
    /// The tax.
    pub tax: Decimal,
}

/// The document that another one came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSource {
    /// Its kind: an order or a purchase order.
    pub kind: RecordKind,
    /// The package's id of it.
    pub id: RemoteId,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLine {
    /// The line in the books that this one continues; `None` for a new one.
    pub remote: Option<RemoteId>,
    /// Text.
    pub description: String,
    /// What it charges; `None` for a line of text.
    pub charge: Option<Charge>,
    /// The line of the source that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_line: Option<RemoteId>,
}

/// What a line charges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Quantity, at the package's precision.
    pub quantity: Quantity,
    /// Unit price, at the package's precision.
    pub unit_price: UnitPrice,
    /// Discount.
    pub discount: Option<Discount>,
    /// Item.
    pub item: Option<PlannedItemRef>,
    /// Account. Where lines must name items it is the item's own.
    pub account: AccountRef,
    /// Tax code.
    pub tax_code: String,
    /// Rate of the tax code in per cent, as predicted with.
    pub tax_rate: Decimal,
    /// Predicted amount after discount, at the currency's decimals; with tax when the document's mode is inclusive.
    pub amount: Decimal,
    /// Predicted tax.
    pub tax: TaxAmount,
    /// Tracking options or jobs.
    pub jobs: Vec<RemoteId>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPayment {
    /// The document that it settles.
    pub document: RemoteId,
    /// Kind of that document.
    pub document_kind: RecordKind,
    /// The party on that document, where it is known.
    #[serde(default)]
    pub party: Option<RemoteId>,
    /// Account that the money goes to or comes from.
    pub account: AccountRef,
    /// Whether that account is a credit card.
    #[serde(default)]
    pub by_card: bool,
    /// When.
    pub date: NaiveDate,
    /// How much.
    pub amount: Money,
    /// Text that it is found by.
    pub reference: String,
}

/// A part of a credit note set off against an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedAllocation {
    /// The credit note.
    pub credit_note: RemoteId,
    /// The invoice.
    pub invoice: RemoteId,
    /// The party on both, where it is known.
    #[serde(default)]
    pub party: Option<RemoteId>,
    /// How much.
    pub amount: Money,
    /// When; the package may set its own.
    pub date: NaiveDate,
}
