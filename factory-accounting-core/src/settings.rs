//! What a company has decided about one connection: what is sent, when, under whose number and to which accounts.
//!
//! One serialisable value; the store keeps every saved version. Defaults send everything and guess nothing: no account
//! and no tax code is invented (F45, F46).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capability::OrderForm;
use crate::model::RecordKind;

/// Settings of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Kinds that are not sent at all (F51, F54, F57, F61, F64, F67). Everything else is.
    pub switched_off: Vec<RecordKind>,
    /// When customers are created in the package.
    pub customers: ContactPolicy,
    /// When suppliers are created in the package.
    pub suppliers: ContactPolicy,
    /// When jobs are created in a package that keeps them (F38).
    pub jobs: ContactPolicy,
    /// Documents dated before this day stay in the host; checked at send time (F75, R23).
    pub start_date: Option<NaiveDate>,
    /// The state in which documents arrive.
    pub arrival: Arrival,
    /// Whose numbers the package's documents carry, per kind; the host's where not said (F50, F69).
    pub numbers: BTreeMap<RecordKind, NumberOwner>,
    /// What goes into the reference field of sales documents (F94).
    pub reference: ReferenceField,
    /// Adds a text line with the host's own number to each document (F50, F53, F56, F60, F63).
    pub host_number_line: HostNumberLine,
    /// Accounts by code.
    pub accounts: Accounts,
    /// The host's tax terms and the package's codes (F44). A term that is itself a code of the package needs no entry.
    pub taxes: BTreeMap<String, TaxCodes>,
    /// Tax of lines whose line and product name none.
    pub default_tax: TaxCodes,
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

    /// Whose numbers documents of a kind carry.
    #[must_use]
    pub fn number_owner(&self, kind: RecordKind) -> NumberOwner {
        self.numbers.get(&kind).copied().unwrap_or_default()
    }

    /// When customers, suppliers or jobs are created.
    #[must_use]
    pub fn contact_policy(&self, kind: RecordKind) -> ContactPolicy {
        match kind {
            RecordKind::Supplier => self.suppliers,
            RecordKind::Job => self.jobs,
            _ => self.customers,
        }
    }
}

/// When a party or job is created in the package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactPolicy {
    /// Only a person or an import links them; documents of one that is not linked wait for that (F14, F33).
    Never,
    /// As soon as the host pushes it (F31).
    #[default]
    OnCreate,
    /// With the first document that needs it (F34).
    OnFirstDocument,
}

/// The state in which documents arrive in the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Arrival {
    /// Invoices. Orders always arrive as drafts.
    pub invoices: ArrivalStatus,
    /// Bills.
    pub bills: ArrivalStatus,
    /// Credit notes.
    pub credit_notes: ArrivalStatus,
    /// Purchase orders.
    pub purchase_orders: ArrivalStatus,
}

impl Default for Arrival {
    fn default() -> Self {
        let approved = ArrivalStatus::Approved;
        Self { invoices: approved, bills: approved, credit_notes: approved, purchase_orders: approved }
    }
}

/// Draft, or counted in the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalStatus {
    /// A bookkeeper approves it in the package.
    Draft,
    /// Approved: awaiting payment.
    #[default]
    Approved,
}

/// Whose number a document carries in the package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberOwner {
    /// The host's; it is also how the document is found again after doubt.
    #[default]
    Host,
    /// The package gives its next number. The host's number then travels in the reference field, so that the document can
    /// be found again.
    Package,
}

/// What the reference field of a sales document shows (F94).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceField {
    /// Nothing.
    #[default]
    None,
    /// The job number.
    JobNumber,
    /// The client's purchase order number.
    PurchaseOrderNumber,
    /// The address of the site.
    SiteAddress,
    /// The client's work order number.
    WorkOrderNumber,
}

/// The text line that names the host's own document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HostNumberLine {
    /// Whether it is added.
    pub enabled: bool,
    /// How the host is called in it: "Factory order SO-1042".
    pub host_name: String,
}

impl Default for HostNumberLine {
    fn default() -> Self {
        Self { enabled: true, host_name: String::new() }
    }
}

/// Accounts of the package, by code. None is ever invented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Income of lines whose line and product name none (L12).
    pub sales: Option<String>,
    /// Cost of lines whose line and product name none (L12, F95).
    pub purchases: Option<String>,
    /// Income of credit notes; the sales account where absent (F76).
    pub credit_notes: Option<String>,
    /// Where rounding differences go (F97).
    pub rounding: Option<String>,
    /// Where payments are received and paid from (F87).
    pub payments: Option<String>,
    /// Account per payment method, before `payments` (F88, R19).
    pub payment_methods: BTreeMap<String, String>,
}

/// Items of the package, by code or id, for lines that name no product. None is ever invented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Items {
    /// The item of lines whose account has none of its own.
    pub default: Option<String>,
    /// The item that stands for an account: lines that are to be posted there name it.
    pub by_account: BTreeMap<String, String>,
}

/// What to do when the name of a party belongs to another record of the package. The two are never merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TakenNames {
    /// A person links the two or has them told apart. A customer and a supplier of one name are told apart without asking.
    #[default]
    Ask,
    /// The name goes out with an addition that tells the two apart.
    Distinguish,
}

/// Tax codes of the package for the two sides of trade.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TaxCodes {
    /// On quotes, orders, invoices and credit notes.
    pub sales: Option<String>,
    /// On purchase orders and bills.
    pub purchases: Option<String>,
}

/// What to do when the package will come to another total than the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingPolicy {
    /// Park the document with both numbers.
    #[default]
    Refuse,
    /// Carry the difference, if it is at most one smallest unit per line: in the tax where the package lets it be stated,
    /// else in a line to the rounding account.
    Line,
}

/// What to do with unit prices finer than the package keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinePrices {
    /// Park the document.
    #[default]
    Refuse,
    /// Send one unit at the line's amount and say quantity and price in the text (R13, xero.md 9.10).
    OneUnit,
}
