//! Accounts, items and tax codes of the package. None is ever invented (F45, F46).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accounts of the package, by code. None is ever invented. docs/resolution.md has the order in which they are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Income of lines for which nothing closer names one (L12, L2).
    pub sales: Option<String>,
    /// The same for lines whose tax is 0 %; `sales` where absent (L2).
    pub sales_tax_free: Option<String>,
    /// Cost of lines for which nothing closer names one: of suppliers' invoices and purchase orders (L12, L2, F95).
    pub purchases: Option<String>,
    /// The same for lines whose tax is 0 %; `purchases` where absent (L2).
    pub purchases_tax_free: Option<String>,
    /// Cost of expenses; `purchases` where absent (F96).
    pub expenses: Option<String>,
    /// Income from labour, unless the type of the job has its own account (F98).
    pub labour: Option<String>,
    /// Income from materials, unless the product or its line has its own account (F99, F48).
    pub materials: Option<String>,
    /// Income per type of job, in the host's words; before `labour` (F47).
    pub job_types: BTreeMap<String, String>,
    /// Income of credit notes; the sales account where absent (F76).
    pub credit_notes: Option<String>,
    /// What is written off as a bad debt: every line of such a credit note that names no account itself (F77).
    pub bad_debt: Option<String>,
    /// What customers hold back until a retention is released (R54).
    pub retention: Option<String>,
    /// What customers have paid in advance.
    pub deposits: Option<String>,
    /// Where rounding differences go (F97).
    pub rounding: Option<String>,
    /// Where payments are received and paid from (F87).
    pub payments: Option<String>,
    /// Account per payment method, before `payments` (F88, R19).
    pub payment_methods: BTreeMap<String, String>,
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

/// Items of the package, by code or id, for lines that name no product. None is ever invented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Items {
    /// The item of lines whose account has none of its own.
    pub default: Option<String>,
    /// The item that stands for an account: lines that are to be posted there name it.
    pub by_account: BTreeMap<String, String>,
    /// What stands in for a product that is not linked (L3).
    pub unlinked_products: UnlinkedProducts,
    /// The item of lines that carry a discount on sales (L4).
    pub sales_discount: Option<String>,
    /// The item of lines that carry a discount on purchases (L4).
    pub purchase_discount: Option<String>,
}

/// What stands in for a product that is not linked to an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnlinkedProducts {
    /// The document waits until the product is linked.
    #[default]
    Ask,
    /// The default item (L3).
    DefaultItem,
    /// Nothing: the line names an account alone, where the package lets it.
    NoItem,
}

/// What a kind of service or expense of the host is in the package (F42, F43). Each member overrides what would follow
/// otherwise; a kind that is not mapped at all is never guessed (F45).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// Item, by code or id.
    pub item: Option<String>,
    /// Account, by code.
    pub account: Option<String>,
    /// Tax code of the package, or a tax term of the host.
    pub tax: Option<String>,
}

impl Mapping {
    /// Whether it says nothing at all: such a kind is not mapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
