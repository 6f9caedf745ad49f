//! Items as answered (myob.md 3.2).

use serde::Deserialize;

use super::lenient;
use super::link::{self, Link};

/// An item.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Item {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "lenient::token")]
    pub(crate) row_version: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) number: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    pub(crate) is_active: Option<bool>,
    #[serde(deserialize_with = "lenient::flag")]
    pub(crate) is_sold: Option<bool>,
    #[serde(deserialize_with = "lenient::flag")]
    pub(crate) is_bought: Option<bool>,
    #[serde(deserialize_with = "lenient::flag")]
    pub(crate) is_inventoried: Option<bool>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) income_account: Option<Link>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) expense_account: Option<Link>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) asset_account: Option<Link>,
}
