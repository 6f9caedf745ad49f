//! Lines as written (myob.md 3.4, 3.7). There is no member for tax: the tax code decides (myob.md 7).

use factory_accounting_http::json::Number;
use serde::Serialize;

use super::LinkWrite;

/// A line. One that continues a line in the books has that line's `RowID` and `RowVersion` beside these members.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LineWrite {
    #[serde(rename = "Type")]
    pub(crate) line_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// How many of an item are sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ship_quantity: Option<Number>,
    /// How many of an item are bought. What is sent under the other name is dropped in silence (myob.md 3.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bill_quantity: Option<Number>,
    /// How many where there is no item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_count: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discount_percent: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<LinkWrite>,
}
