//! Payments of customers and to vendors as answered.

use chrono::NaiveDate;
use serde::Deserialize;

use super::number::{self, Number};
use super::reference::{LinkedTxn, MetaData, Ref};
use super::{date, lenient};

/// A payment (qbo.md 5.16) or a bill payment (qbo.md 5.19).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Payment {
    #[serde(deserialize_with = "lenient::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "lenient::token")]
    pub(crate) sync_token: Option<String>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) meta_data: Option<MetaData>,
    /// `Deleted` on the stub of a record that is gone.
    #[serde(rename = "status", deserialize_with = "lenient::text")]
    pub(crate) stub: Option<String>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) customer_ref: Option<Ref>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) vendor_ref: Option<Ref>,
    #[serde(deserialize_with = "date::optional_day")]
    pub(crate) txn_date: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient::token")]
    pub(crate) payment_ref_num: Option<String>,
    #[serde(deserialize_with = "lenient::token")]
    pub(crate) doc_number: Option<String>,
    #[serde(deserialize_with = "lenient::object")]
    pub(crate) currency_ref: Option<Ref>,
    #[serde(deserialize_with = "number::optional")]
    pub(crate) total_amt: Option<Number>,
    #[serde(deserialize_with = "number::optional")]
    pub(crate) unapplied_amt: Option<Number>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) private_note: Option<String>,
    #[serde(deserialize_with = "lenient::list")]
    pub(crate) line: Vec<Applied>,
}

/// A part of a payment that settles a transaction.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Applied {
    #[serde(deserialize_with = "number::optional")]
    pub(crate) amount: Option<Number>,
    #[serde(deserialize_with = "lenient::list")]
    pub(crate) linked_txn: Vec<LinkedTxn>,
}
