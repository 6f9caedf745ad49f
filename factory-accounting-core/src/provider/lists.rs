//! The package's lists and its feeds of changes.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::RemoteRecord;
use crate::ids::{Cursor, RemoteId};
use crate::money::Currency;

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
    /// Changed records, oldest change first. An invoice feed answers sales as invoices, purchases as bills; a
    /// party feed answers customers.
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
#[serde(tag = "entry", content = "of", rename_all = "snake_case")]
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
