//! References between records.

use factory_accounting_http::json;
use serde::Deserialize;

/// A record named by its id; the name beside it is for people (qbo.md 5.0).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ref {
    #[serde(deserialize_with = "json::token")]
    pub(crate) value: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    /// Entity, where the reference may lead to several.
    #[serde(rename = "type", deserialize_with = "json::text")]
    pub(crate) entity: Option<String>,
}

/// A tie to another transaction, or to a line of it (qbo.md 5.23).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct LinkedTxn {
    #[serde(deserialize_with = "json::token")]
    pub(crate) txn_id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) txn_type: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) txn_line_id: Option<String>,
}

/// Times of a record.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MetaData {
    #[serde(deserialize_with = "super::date::optional_instant")]
    pub(crate) last_updated_time: Option<chrono::DateTime<chrono::Utc>>,
}
