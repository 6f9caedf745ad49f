//! What invoices, bills, credit notes, purchase orders and quotes have in common: one document type.

mod input;
mod read;
mod rules;
mod wire;
mod write;

pub(super) use wire::{Shape, contact_of, line_items, payments, render};

use super::filter::fold;
use super::lines::Line;
use super::shelf::{Key, Shelved};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Invoice,
    Bill,
    SalesCredit,
    PurchaseCredit,
    Order,
    Quote,
}

impl Kind {
    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Invoice => "ACCREC",
            Self::Bill => "ACCPAY",
            Self::SalesCredit => "ACCRECCREDIT",
            Self::PurchaseCredit => "ACCPAYCREDIT",
            Self::Order => "PURCHASEORDER",
            Self::Quote => "QUOTE",
        }
    }

    pub(super) fn is_sale(self) -> bool {
        matches!(self, Self::Invoice | Self::SalesCredit | Self::Quote)
    }

    pub(super) fn family(self) -> Family {
        match self {
            Self::Invoice | Self::Bill => Family::Invoice,
            Self::SalesCredit | Self::PurchaseCredit => Family::CreditNote,
            Self::Order => Family::Order,
            Self::Quote => Family::Quote,
        }
    }

    /// Orders and quotes always keep four places of a price (xero.md 4.5).
    pub(super) fn unit_places(self) -> Option<u32> {
        matches!(self, Self::Order | Self::Quote).then_some(4)
    }

    /// Where a line may carry a discount (xero.md 4.5).
    pub(super) fn discounts(self) -> bool {
        matches!(self, Self::Invoice | Self::Quote | Self::Order)
    }

    /// Whether a number belongs to one document only (xero.md 4.7, 4.9).
    pub(super) fn numbers_are_unique(self) -> bool {
        !matches!(self, Self::Bill | Self::PurchaseCredit)
    }
}

/// One endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Invoice,
    CreditNote,
    Order,
    Quote,
}

impl Family {
    pub(super) fn collection(self) -> &'static str {
        match self {
            Self::Invoice => "Invoices",
            Self::CreditNote => "CreditNotes",
            Self::Order => "PurchaseOrders",
            Self::Quote => "Quotes",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::CreditNote => "CreditNote",
            Self::Order => "PurchaseOrder",
            Self::Quote => "Quote",
        }
    }

    /// The prefix of numbers that Xero gives itself.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
            Self::Order => "PO",
            Self::Quote => "QU",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Draft,
    Submitted,
    Authorised,
    Paid,
    Voided,
    Deleted,
    Billed,
    Sent,
    Accepted,
    Declined,
    Invoiced,
}

impl Status {
    const ALL: [Self; 11] = [
        Self::Draft,
        Self::Submitted,
        Self::Authorised,
        Self::Paid,
        Self::Voided,
        Self::Deleted,
        Self::Billed,
        Self::Sent,
        Self::Accepted,
        Self::Declined,
        Self::Invoiced,
    ];

    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Authorised => "AUTHORISED",
            Self::Paid => "PAID",
            Self::Voided => "VOIDED",
            Self::Deleted => "DELETED",
            Self::Billed => "BILLED",
            Self::Sent => "SENT",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Invoiced => "INVOICED",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.wire().eq_ignore_ascii_case(text))
    }

    /// Terminal: nothing can be changed any more (xero.md 4.7).
    pub(super) fn is_gone(self) -> bool {
        matches!(self, Self::Voided | Self::Deleted)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaxMode {
    Exclusive,
    Inclusive,
    NoTax,
}

impl TaxMode {
    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Exclusive, Self::Inclusive, Self::NoTax].into_iter().find(|mode| mode.wire().eq_ignore_ascii_case(text))
    }

    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Exclusive => "Exclusive",
            Self::Inclusive => "Inclusive",
            Self::NoTax => "NoTax",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) net: Decimal,
    pub(super) tax: Decimal,
    pub(super) total: Decimal,
    pub(super) discount: Decimal,
}

impl Totals {
    /// xero.md 9.7
    pub(super) fn of(lines: &[Line], mode: TaxMode) -> Self {
        let sum: Decimal = lines.iter().filter_map(|line| line.amount).sum();
        let tax: Decimal = lines.iter().map(|line| line.tax).sum();
        let discount = lines.iter().map(|line| line.discounted).sum();
        match mode {
            TaxMode::Exclusive => Self { net: sum, tax, total: sum + tax, discount },
            TaxMode::Inclusive => Self { net: sum - tax, tax, total: sum, discount },
            TaxMode::NoTax => Self { net: sum, tax: Decimal::ZERO, total: sum, discount },
        }
    }
}

/// Members that only some kinds have, by the name of the member.
pub(super) type Extras = std::collections::BTreeMap<&'static str, String>;

#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: Uuid,
    pub(super) kind: Kind,
    pub(super) number: String,
    /// The number before the last move of a quote's number (xero.md 4.6).
    pub(super) prior_number: String,
    pub(super) reference: String,
    pub(super) contact: Uuid,
    pub(super) date: NaiveDate,
    /// Due date of an invoice, delivery date of an order, expiry date of a quote.
    pub(super) due: Option<NaiveDate>,
    /// Expected payment or arrival.
    pub(super) expected: Option<NaiveDate>,
    pub(super) planned: Option<NaiveDate>,
    pub(super) status: Status,
    pub(super) mode: TaxMode,
    pub(super) lines: Vec<Line>,
    pub(super) totals: Totals,
    /// Payments of an invoice, refunds of a credit note.
    pub(super) paid: Decimal,
    /// Credit allocated to an invoice, or from a credit note.
    pub(super) credited: Decimal,
    pub(super) fully_paid: Option<NaiveDate>,
    pub(super) currency: String,
    pub(super) rate: Decimal,
    pub(super) theme: Option<Uuid>,
    pub(super) sent: bool,
    pub(super) extras: Extras,
    /// The app that created it; empty for a person.
    pub(super) app: String,
    pub(super) updated: DateTime<Utc>,
}

impl Document {
    /// What is still to be paid or allocated (xero.md 9.12).
    pub(super) fn outstanding(&self) -> Decimal {
        self.totals.total - self.paid - self.credited
    }

    /// What reads and filters show: nothing once the document is voided or deleted (xero.md 4.7).
    pub(super) fn shown_outstanding(&self) -> Decimal {
        if self.status.is_gone() { Decimal::ZERO } else { self.outstanding() }
    }

    pub(super) fn has_applied(&self) -> bool {
        !self.paid.is_zero() || !self.credited.is_zero()
    }

    pub(super) fn extra(&self, name: &str) -> &str {
        self.extras.get(name).map_or("", String::as_str)
    }

    /// PAID is derived: it comes with the last cent and goes with it (xero.md 4.7).
    pub(super) fn settle(&mut self, on: NaiveDate) {
        let settled = self.outstanding().is_zero() && self.has_applied();
        match (self.status, settled) {
            (Status::Authorised, true) => {
                self.status = Status::Paid;
                self.fully_paid = Some(on);
            }
            (Status::Paid, false) => {
                self.status = Status::Authorised;
                self.fully_paid = None;
            }
            _ => {}
        }
    }
}

impl Shelved for Document {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        let mut keys = vec![(Key::Contact, self.contact.to_string())];
        if !self.number.is_empty() {
            keys.push((Key::Number, fold(&self.number)));
        }
        if !self.reference.is_empty() {
            keys.push((Key::Reference, fold(&self.reference)));
        }
        keys
    }
}
