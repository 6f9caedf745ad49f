//! Items.

use chrono::{DateTime, Utc};
use factory_accounting_http::json::{self, Number};
use serde::{Deserialize, Serialize};

use super::{date, id};

/// An item as answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Item {
    #[serde(rename = "ItemID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Code", deserialize_with = "json::text")]
    pub(crate) code: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "SalesDetails")]
    pub(crate) sales: Option<PriceRead>,
    #[serde(rename = "PurchaseDetails")]
    pub(crate) purchases: Option<PriceRead>,
    #[serde(rename = "UpdatedDateUTC", deserialize_with = "date::optional_instant")]
    pub(crate) updated: Option<DateTime<Utc>>,
}

/// One side of an item as answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PriceRead {
    #[serde(rename = "AccountCode", deserialize_with = "json::text")]
    pub(crate) account: Option<String>,
}

/// An item as written.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ItemWrite {
    #[serde(rename = "ItemID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    pub(crate) code: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_sold: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_purchased: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sales_details: Option<PriceWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_details: Option<PriceWrite>,
}

/// One side of an item as written.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PriceWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_type: Option<String>,
}
