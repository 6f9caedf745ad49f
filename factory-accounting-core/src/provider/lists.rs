//! The package's lists and its feeds of changes.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{RemoteRecord, Terms};
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
    /// Money spent that was entered in the package: expenses, card charges and bills, with the customers and jobs of their
    /// lines.
    Expenses,
}

impl ChangeFeed {
    /// Every feed.
    pub const ALL: [Self; 7] = [
        Self::Parties,
        Self::Invoices,
        Self::CreditNotes,
        Self::Payments,
        Self::Quotes,
        Self::PurchaseOrders,
        Self::Expenses,
    ];

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
            Self::Expenses => "expenses",
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
    /// Terms of payment that parties refer to.
    Terms,
}

impl CatalogueKind {
    /// Every list.
    pub const ALL: [Self; 7] =
        [Self::Accounts, Self::TaxCodes, Self::Items, Self::Parties, Self::Currencies, Self::Jobs, Self::Terms];

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
            Self::Terms => "terms",
        }
    }
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
    /// Terms of payment.
    Terms(Terms),
}

impl CatalogueEntry {
    /// What tells it from the others of its list: the package's id, or the code of what has none.
    #[must_use]
    pub fn id(&self) -> RemoteId {
        match self {
            Self::Account(account) => account.id.clone(),
            Self::TaxCode(code) => RemoteId::new(&code.code),
            Self::Item(item) => item.id.clone(),
            Self::Party(party) => party.id.clone(),
            Self::Currency(currency) => RemoteId::new(currency.to_string()),
            Self::Job(job) => job.id.clone(),
            Self::Terms(terms) => terms.id.clone(),
        }
    }

    /// Whether it is in use, and so to be offered (L17).
    #[must_use]
    pub fn is_active(&self) -> bool {
        match self {
            Self::Account(account) => account.active,
            Self::TaxCode(code) => code.active,
            Self::Item(item) => item.active,
            Self::Party(party) => party.active,
            Self::Currency(_) => true,
            Self::Job(job) => job.active,
            Self::Terms(terms) => terms.active,
        }
    }
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
    /// Whether it is a credit card.
    #[serde(default)]
    pub card: bool,
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
            card: false,
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
    /// The rates that it is made of; empty where the package does not show them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<TaxComponent>,
}

/// A rate that a tax code is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaxComponent {
    /// The package's id of the rate.
    pub id: RemoteId,
    /// Name.
    pub name: String,
    /// Per cent of the amount before tax.
    pub rate: Decimal,
    /// The side of trade that it applies to.
    pub side: TradeSide,
}

impl TaxComponent {
    /// A rate.
    pub fn new(id: RemoteId, name: impl Into<String>, rate: Decimal, side: TradeSide) -> Self {
        Self { id, name: name.into(), rate, side }
    }
}

/// The two sides of trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeSide {
    /// Quotes, orders, invoices and credit notes.
    Sales,
    /// Purchase orders, bills and expenses.
    Purchases,
}

impl TradeSide {
    /// How a person calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Purchases => "purchases",
        }
    }

    /// The side that a kind of document is on.
    #[must_use]
    pub fn of(kind: crate::model::RecordKind) -> Self {
        if kind.is_purchase() { Self::Purchases } else { Self::Sales }
    }
}

impl TaxCode {
    /// An active tax code without restrictions.
    pub fn new(code: impl Into<String>, name: impl Into<String>, rate: Decimal) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            rate,
            active: true,
            account_classes: Vec::new(),
            components: Vec::new(),
        }
    }

    /// Whether it may stand beside an account of a class, as far as the package says.
    #[must_use]
    pub fn may_stand_beside(&self, class: Option<AccountClass>) -> bool {
        self.account_classes.is_empty() || class.is_none_or(|class| self.account_classes.contains(&class))
    }

    /// The rates that apply on one side of trade.
    pub fn components_on(&self, side: TradeSide) -> impl Iterator<Item = &TaxComponent> {
        self.components.iter().filter(move |component| component.side == side)
    }

    /// Per cent on one side of trade; `None` where the code has rates for the other side only.
    #[must_use]
    pub fn rate_on(&self, side: TradeSide) -> Option<Decimal> {
        if self.components.is_empty() {
            return Some(self.rate);
        }
        let mut on_side = self.components_on(side).peekable();
        on_side.peek()?;
        on_side.try_fold(Decimal::ZERO, |sum, component| sum.checked_add(component.rate))
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
    /// The account that its sales are posted to, by code or id as lines name accounts; `None` where it is not sold or the
    /// package does not say.
    #[serde(default)]
    pub income_account: Option<String>,
    /// The account that its purchases are posted to.
    #[serde(default)]
    pub expense_account: Option<String>,
}

impl Item {
    /// An active item.
    pub fn new(id: RemoteId, code: impl Into<String>) -> Self {
        Self { id, code: code.into(), name: None, active: true, income_account: None, expense_account: None }
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
    /// The category, customer or job that it belongs to.
    pub group: Option<RemoteId>,
    /// Whether it is in use.
    pub active: bool,
    /// Whether it is a project, which only people can make in the package, rather than a job made from here.
    #[serde(default)]
    pub project: bool,
}

impl RemoteJob {
    /// An active job.
    pub fn new(id: RemoteId, name: impl Into<String>) -> Self {
        Self { id, name: name.into(), group: None, active: true, project: false }
    }
}
