//! Payments of customers and to vendors as answered.

use chrono::NaiveDate;
use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::reference::{LinkedTxn, MetaData, Ref};

/// A payment (qbo.md 5.16) or a bill payment (qbo.md 5.19).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Payment {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) sync_token: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) meta_data: Option<MetaData>,
    /// `Deleted` on the stub of a record that is gone.
    #[serde(rename = "status", deserialize_with = "json::text")]
    pub(crate) stub: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) customer_ref: Option<Ref>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) vendor_ref: Option<Ref>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) txn_date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) payment_ref_num: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) doc_number: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) currency_ref: Option<Ref>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_amt: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) unapplied_amt: Option<Number>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) private_note: Option<String>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) line: Vec<Applied>,
}

/// A part of a payment that settles a transaction.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Applied {
    #[serde(deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) linked_txn: Vec<LinkedTxn>,
}
