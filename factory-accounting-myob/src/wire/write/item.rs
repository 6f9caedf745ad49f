//! Items as written (myob.md 3.2). There is no member for stock on hand (R21).

use factory_accounting_http::json::Number;
use serde::Serialize;

use super::LinkWrite;

/// What of an item is ours, without its prices.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ItemWrite {
    pub(crate) number: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Whether documents show the description in place of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) use_description: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_sold: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_bought: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_inventoried: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) income_account: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expense_account: Option<LinkWrite>,
}

/// How an item is sold.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SellingWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_selling_price: Option<Number>,
    /// Of the price above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_tax_inclusive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code: Option<LinkWrite>,
}

/// How an item is bought.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BuyingWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_cost: Option<Number>,
    /// Of the cost above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_cost_tax_inclusive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code: Option<LinkWrite>,
}
