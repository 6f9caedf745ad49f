//! Quotes, orders, invoices, credit notes, purchase orders and bills.
//!
//! They share most of their fields; [`Trade`] is the view over what is common, so that rules are written once.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::line::Line;
use super::payment::Allocation;
use super::record::{RecordKey, RecordKind};
use crate::ids::LocalId;
use crate::money::Currency;

/// Whether prices contain tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// Prices are net; tax comes on top.
    #[default]
    Exclusive,
    /// Prices contain tax.
    Inclusive,
    /// The document carries no tax at all.
    NoTax,
}

/// What people file a document under.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct References {
    /// Job number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_number: Option<String>,
    /// The client's purchase order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order_number: Option<String>,
    /// Address of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_address: Option<String>,
    /// The client's work order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_order_number: Option<String>,
    /// Type of the job, in the host's words: it may have an income account of its own (F47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_type: Option<String>,
}

/// How far a quote has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QuoteStage {
    /// Not yet given to the customer.
    #[default]
    Draft,
    /// Given to the customer.
    Sent,
    /// The customer said yes.
    Accepted,
    /// The customer said no.
    Declined,
}

/// How much of its order an invoice bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of it: the order's own draft in the package becomes this invoice (F55).
    #[default]
    Full,
    /// A part: a document of its own beside the order's draft (F58).
    Partial,
}

macro_rules! document {
    (
        $(#[$doc:meta])* $name:ident, $kind:ident, party: $party:ident as $party_kind:ident
        { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? }
        due: $due:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The host's id.
            pub id: LocalId,
            /// Number as people know it.
            pub number: String,
            /// The other party, by the host's id.
            pub $party: LocalId,
            /// Date of the document, in the organisation's time zone.
            pub date: NaiveDate,
            /// Currency of every amount on the document.
            pub currency: Currency,
            /// Units of the organisation's currency for one of the document's; the package's own rate where absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub exchange_rate: Option<Decimal>,
            /// Whether prices contain tax.
            #[serde(default)]
            pub tax_mode: TaxMode,
            /// Lines in order.
            pub lines: Vec<Line>,
            /// What the host reckons the document comes to, tax included; compared with the prediction before sending.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub total: Option<Decimal>,
            /// What people file it under.
            #[serde(default)]
            pub references: References,
            /// Stays in the host, whatever the settings say (R32).
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            pub do_not_send: bool,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// The record's key.
            #[must_use]
            pub fn key(&self) -> RecordKey {
                RecordKey::new(RecordKind::$kind, self.id.clone())
            }

            /// What it shares with the other documents of trade.
            #[must_use]
            pub fn trade(&self) -> Trade<'_> {
                let due: fn(&Self) -> Option<NaiveDate> = $due;
                Trade {
                    kind: RecordKind::$kind,
                    id: &self.id,
                    number: &self.number,
                    party: RecordKey::new(RecordKind::$party_kind, self.$party.clone()),
                    date: self.date,
                    due: due(self),
                    currency: self.currency,
                    exchange_rate: self.exchange_rate,
                    tax_mode: self.tax_mode,
                    lines: &self.lines,
                    total: self.total,
                    references: &self.references,
                    do_not_send: self.do_not_send,
                }
            }
        }
    };
}

document! {
    /// An offer to a customer.
    Quote, Quote, party: customer as Customer {
        /// Until when it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<NaiveDate>,
        /// How far it has come.
        #[serde(default)]
        stage: QuoteStage,
        /// Heading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// Opening text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
        /// Terms of the offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<String>,
    }
    due: |document| document.expires
}

document! {
    /// A customer's order. Packages without sales orders hold it as a draft invoice (F52).
    Order, Order, party: customer as Customer {
        /// When it falls due once invoiced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<NaiveDate>,
    }
    due: |document| document.due
}

document! {
    /// A claim on a customer: of an order, full or partial, or on its own.
    Invoice, Invoice, party: customer as Customer {
        /// When it falls due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<NaiveDate>,
        /// The order that it bills.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<LocalId>,
        /// How much of the order it bills.
        #[serde(default)]
        extent: Extent,
        /// A person has agreed that this invoice takes its order above the order's amount (R12).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        above_order: bool,
        /// What was done, for the customer to read (F102).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work_undertaken: Option<String>,
    }
    due: |document| document.due
}

document! {
    /// A credit to a customer, set off against invoices.
    CreditNote, CreditNote, party: customer as Customer {
        /// What of it is set off against which invoice.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocations: Vec<Allocation>,
        /// Writes off what the customer will not pay: its lines go to the account of bad debts (F77).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        bad_debt: bool,
    }
    due: |_| None
}

document! {
    /// An order to a supplier.
    PurchaseOrder, PurchaseOrder, party: supplier as Supplier {
        /// When the goods are wanted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivery: Option<NaiveDate>,
    }
    due: |document| document.delivery
}

document! {
    /// A supplier's claim, of a purchase order or on its own.
    Bill, Bill, party: supplier as Supplier {
        /// When it falls due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<NaiveDate>,
        /// The purchase order that it bills.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purchase_order: Option<LocalId>,
        /// Money spent rather than a supplier's invoice: its lines go to the account of expenses (F96).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        expense: bool,
    }
    due: |document| document.due
}

/// What quotes, orders, invoices, credit notes, purchase orders and bills have in common.
#[derive(Clone, Debug)]
pub struct Trade<'a> {
    /// Which of them it is.
    pub kind: RecordKind,
    /// The host's id.
    pub id: &'a LocalId,
    /// Number as people know it.
    pub number: &'a str,
    /// The other party.
    pub party: RecordKey,
    /// Date of the document.
    pub date: NaiveDate,
    /// Due date, expiry of a quote, delivery date of a purchase order.
    pub due: Option<NaiveDate>,
    /// Currency of every amount.
    pub currency: Currency,
    /// Units of the organisation's currency for one of the document's.
    pub exchange_rate: Option<Decimal>,
    /// Whether prices contain tax.
    pub tax_mode: TaxMode,
    /// Lines in order.
    pub lines: &'a [Line],
    /// What the host reckons it comes to.
    pub total: Option<Decimal>,
    /// What people file it under.
    pub references: &'a References,
    /// Stays in the host.
    pub do_not_send: bool,
}

impl Trade<'_> {
    /// The record's key.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        RecordKey::new(self.kind, self.id.clone())
    }
}
