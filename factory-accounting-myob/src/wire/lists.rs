//! The lists of the general ledger as answered (myob.md 3.3).

use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::link::{self, Link};

/// An account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Account {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(rename = "DisplayID", deserialize_with = "json::text")]
    pub(crate) display_id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) classification: Option<String>,
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) account_type: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_active: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_header: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_code: Option<Link>,
}

/// A tax code.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TaxCode {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) code: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) description: Option<String>,
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) tax_type: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) rate: Option<Number>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_rate_negative: Option<bool>,
}

/// A job.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Job {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) row_version: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) number: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) description: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_header: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_active: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) parent_job: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) linked_customer: Option<Link>,
}
