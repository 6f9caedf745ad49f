//! Items as answered (myob.md 3.2).

use factory_accounting_http::json;
use serde::Deserialize;

use super::link::{self, Link};

/// An item.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Item {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) row_version: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) number: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_active: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_sold: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_bought: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_inventoried: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) income_account: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) expense_account: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) asset_account: Option<Link>,
}
