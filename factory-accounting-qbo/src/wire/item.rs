//! Items as answered.

use factory_accounting_http::json;
use serde::Deserialize;

use super::reference::{MetaData, Ref};

/// An item (qbo.md 5.5). What it holds in stock is never read, so that it can never be written back (R21).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Item {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) sync_token: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) meta_data: Option<MetaData>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) sku: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) description: Option<String>,
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) item_type: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) active: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) income_account_ref: Option<Ref>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) expense_account_ref: Option<Ref>,
}
