//! Records as the books hold them, and how they are looked for.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::capability::OrderForm;
use crate::ids::{RemoteId, VersionToken};
use crate::model::{RecordKind, TaxMode};
use crate::money::{Currency, Totals};

/// What to look for, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeTarget {
    /// Kind of the record.
    pub kind: RecordKind,
    /// The text that travels in the record.
    pub marker: String,
    /// Name of a party or job as it is wanted, for packages that find them by name only. A record that has the name but not
    /// the marker is returned too: it is a namesake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The party on the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<RemoteId>,
    /// The document that a payment settles, the credit note of an allocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RemoteId>,
    /// The invoice that an allocation goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<RemoteId>,
    /// Date of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// Whether the marker travels in the reference, because the package owns the number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_reference: bool,
    /// The form in which an order is held; `None` for other kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_form: Option<OrderForm>,
}

impl ProbeTarget {
    /// A marker to be looked for among records of a kind.
    pub fn new(kind: RecordKind, marker: impl Into<String>) -> Self {
        Self {
            kind,
            marker: marker.into(),
            name: None,
            party: None,
            parent: None,
            counterpart: None,
            date: None,
            in_reference: false,
            order_form: None,
        }
    }
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
    /// Lines in order; `None` where the answer does not carry them, and where it is the answer to a write, of which a provider
    /// need not read them.
    pub lines: Option<Vec<RemoteLine>>,
    /// Documents that it came from, as far as the package ties them; `None` where the answer does not say.
    pub sources: Option<Vec<RemoteId>>,
    /// Last change, UTC.
    pub updated_at: Option<DateTime<Utc>>,
    /// For an archived party that was merged: the survivor.
    pub merged_into: Option<RemoteId>,
    /// Link for a person into the package's pages.
    pub link: Option<String>,
    /// The record in the package's own form, for packages that take changes as a whole record only: what others wrote into
    /// it is in there, and goes back with the next change. Nobody but the provider reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carry: Option<String>,
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
            sources: None,
            updated_at: None,
            merged_into: None,
            link: None,
            carry: None,
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

/// One word for people; of a state that this version does not know, the package's own.
impl fmt::Display for RemoteStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Billed => "billed",
            Self::Archived => "archived",
            Self::Voided => "voided",
            Self::Deleted => "deleted",
            Self::Other(text) => text,
        })
    }
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
    /// Account, by code or id as the package names it.
    pub account: Option<String>,
    /// Item, by code or id as the package names it.
    pub item: Option<String>,
    /// The line of the source that it is tied to.
    #[serde(default)]
    pub source_line: Option<RemoteId>,
    /// The customer or job that it was spent for.
    #[serde(default)]
    pub party: Option<RemoteId>,
    /// Whether it is to be billed to that customer; `None` where the package does not say.
    #[serde(default)]
    pub billable: Option<Billable>,
}

/// Whether money spent is to be billed to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billable {
    /// It is not.
    No,
    /// It is, and has not been yet.
    Yes,
    /// It has been.
    Billed,
}
