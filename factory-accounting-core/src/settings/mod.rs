//! What a company has decided about one connection: what is sent, when, under whose number and to which accounts.
//!
//! One serialisable value; the store keeps every saved version. Defaults send everything and guess nothing: no account
//! and no tax code is invented (F45, F46).

mod accounts;
mod choices;
mod fields;
mod fit;
mod format;
mod leaves;
mod lines;
mod path;
pub mod profile;
mod sending;
#[cfg(test)]
pub(crate) mod tests;
mod texts;

pub use accounts::{Accounts, Items, Mapping, TaxCodes, UnlinkedProducts};
pub use choices::{AccountUse, Choose, NameOf, RowsOf, Section, Setting, Side, Table};
pub(crate) use fields::TRIGGERED;
pub use fields::{SETTINGS, TABLES};
pub use fit::{SettingsIssue, Severity, applies, fit};
pub use format::{Format, SettingsError};
pub use leaves::{Leaf, setting_at, table_at};
pub use lines::{Discounts, FinePrices, LineDetail, RoundingPolicy};
pub(crate) use path::render as path_of;
pub use sending::{
    Arrival, ArrivalStatus, ContactPolicy, Deliveries, DeliveryMark, EditsAfterSending, Occasion, PaymentsIn,
    TakenNames, Trigger,
};
pub use texts::{HostNumberLine, LongReferences, NumberOwner, NumberSeries, ReferenceField};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capability::OrderForm;
use crate::model::{Extent, Record, RecordKind};

/// Settings of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The format that they are written in: see [`Settings::read`].
    #[schemars(skip)]
    pub format: Format,
    /// Kinds that are not sent at all (F51, F54, F57, F61, F64, F67). Everything else is.
    pub switched_off: Vec<RecordKind>,
    /// Keeps invoices of parts of an order in the host, while whole ones are sent (L6).
    pub part_invoices_off: bool,
    /// When customers are created in the package.
    pub customers: ContactPolicy,
    /// When suppliers are created in the package.
    pub suppliers: ContactPolicy,
    /// When jobs are created in a package that keeps them (F38).
    pub jobs: ContactPolicy,
    /// When products are created in the package (R8).
    pub products: ContactPolicy,
    /// The occasion that first sends a document, per kind; its creation where not said.
    pub triggers: BTreeMap<RecordKind, Trigger>,
    /// What becomes of changes to what has been sent.
    pub edits_after_sending: EditsAfterSending,
    /// Documents dated before this day stay in the host; checked at send time (F75, R23).
    pub start_date: Option<NaiveDate>,
    /// The state in which documents arrive.
    pub arrival: Arrival,
    /// Whose numbers the package's documents carry, per kind; the host's where not said (F50, F69).
    pub numbers: BTreeMap<RecordKind, NumberOwner>,
    /// The series that the host's own numbers come from, per kind (F78).
    pub series: BTreeMap<RecordKind, NumberSeries>,
    /// What goes into the reference field of sales documents (F94).
    pub reference: ReferenceField,
    /// What to do with references that are too long for it (F94).
    pub long_references: LongReferences,
    /// Adds a text line with the host's own number to each document (F50, F53, F56, F60, F63).
    pub host_number_line: HostNumberLine,
    /// Accounts by code.
    pub accounts: Accounts,
    /// The host's tax terms and the package's codes (F44). A term that is itself a code of the package needs no entry.
    pub taxes: BTreeMap<String, TaxCodes>,
    /// Tax of lines for which nothing closer names one.
    pub default_tax: TaxCodes,
    /// Kinds of service, in the host's words, on sales (F42).
    pub services: BTreeMap<String, Mapping>,
    /// Kinds of expense, in the host's words, on purchases (F43).
    pub expenses: BTreeMap<String, Mapping>,
    /// How payments that name no method were paid, in the host's words (F89).
    pub default_payment_method: Option<String>,
    /// Whether payments that were entered in the package count as paid here (F83, F84, F85, L22).
    pub payments_in: PaymentsIn,
    /// How much of a sales document's lines reaches the books (F100).
    pub line_detail: LineDetail,
    /// Creates an item in the package for each line that names no product (F101, R24).
    pub lines_as_items: bool,
    /// Sends the text of the work undertaken with invoices (F102).
    pub work_undertaken: bool,
    /// How discounts on lines reach the books (L4).
    pub discounts: Discounts,
    /// Takes an order's draft out of the package once a part of the order is invoiced (L7).
    pub delete_order_when_part_invoiced: bool,
    /// Marks invoices as sent to the customer with the write that approves them, so that the package's reminders begin (R35).
    /// What is in the books already stays as it is.
    pub mark_as_sent: bool,
    /// How new documents are marked for delivery (L5).
    pub delivery: Deliveries,
    /// Offers accounts of every class wherever an account is chosen, not only the fitting ones (F103).
    pub relaxed_accounts: bool,
    /// What to do when the package will come to another total than the host.
    pub rounding: RoundingPolicy,
    /// What to do with unit prices finer than the package keeps.
    pub fine_prices: FinePrices,
    /// The form in which orders are held, where the package offers several; its usual one where not said.
    pub orders_as: Option<OrderForm>,
    /// Items for lines without a product, in packages whose sales lines must name one.
    pub items: Items,
    /// What to do when the name of a party belongs to another record of the package.
    pub taken_names: TakenNames,
}

impl Settings {
    /// Whether records of a kind are sent at all.
    #[must_use]
    pub fn sends(&self, kind: RecordKind) -> bool {
        // Allocations are part of credit notes and follow their switch.
        let kind = if kind == RecordKind::Allocation { RecordKind::CreditNote } else { kind };
        !self.switched_off.contains(&kind)
    }

    /// Whether a record is of a kind that is sent at all.
    #[must_use]
    pub fn sends_such(&self, record: &Record) -> bool {
        let part = matches!(record, Record::Invoice(invoice) if invoice.extent == Extent::Partial);
        self.sends(record.kind()) && !(part && self.part_invoices_off)
    }

    /// Whose numbers documents of a kind carry.
    #[must_use]
    pub fn number_owner(&self, kind: RecordKind) -> NumberOwner {
        self.numbers.get(&kind).copied().unwrap_or_default()
    }

    /// The occasion that first sends a document of a kind.
    #[must_use]
    pub fn trigger(&self, kind: RecordKind) -> Trigger {
        self.triggers.get(&kind).copied().unwrap_or_default()
    }

    /// When customers, suppliers, products or jobs are created.
    #[must_use]
    pub fn contact_policy(&self, kind: RecordKind) -> ContactPolicy {
        match kind {
            RecordKind::Supplier => self.suppliers,
            RecordKind::Product => self.products,
            RecordKind::Job => self.jobs,
            _ => self.customers,
        }
    }
}
