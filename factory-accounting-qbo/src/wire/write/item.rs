//! Items as written (qbo.md 5.5). There is no member for stock on hand: what is sent there books an adjustment (R21).

use factory_accounting_http::json::Number;
use serde::Serialize;

use super::{Head, RefWrite};

/// An item.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ItemWrite {
    #[serde(flatten)]
    pub(crate) head: Head,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<String>,
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub(crate) item_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) income_account_ref: Option<RefWrite>,
    /// Whether sales are taxed; in the United States only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) taxable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sales_tax_code_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_desc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_cost: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expense_account_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_tax_code_ref: Option<RefWrite>,
}
