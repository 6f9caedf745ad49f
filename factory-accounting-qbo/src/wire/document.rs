//! Estimates, invoices, credit memos, purchase orders, bills and purchases as answered.

use chrono::NaiveDate;
use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::reference::{LinkedTxn, MetaData, Ref};

/// A document with lines; which members it has depends on its entity (qbo.md 5.9 to 5.20).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Document {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) sync_token: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) meta_data: Option<MetaData>,
    /// `Deleted` on the stub of a record that is gone.
    #[serde(rename = "status", deserialize_with = "json::text")]
    pub(crate) stub: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) doc_number: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) customer_ref: Option<Ref>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) vendor_ref: Option<Ref>,
    /// Payee of a purchase.
    #[serde(deserialize_with = "json::object")]
    pub(crate) entity_ref: Option<Ref>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) txn_date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) due_date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) expiration_date: Option<NaiveDate>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) currency_ref: Option<Ref>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) global_tax_calculation: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_amt: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) balance: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) remaining_credit: Option<Number>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) txn_tax_detail: Option<TxnTaxDetail>,
    /// State of an estimate.
    #[serde(deserialize_with = "json::text")]
    pub(crate) txn_status: Option<String>,
    /// State of a purchase order.
    #[serde(rename = "POStatus", deserialize_with = "json::text")]
    pub(crate) po_status: Option<String>,
    /// A refund rather than a charge.
    #[serde(deserialize_with = "json::flag")]
    pub(crate) credit: Option<bool>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) private_note: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) customer_memo: Option<Memo>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) custom_field: Vec<CustomField>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) linked_txn: Vec<LinkedTxn>,
    pub(crate) line: Option<Vec<Line>>,
}

/// A message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Memo {
    #[serde(deserialize_with = "json::text")]
    pub(crate) value: Option<String>,
}

/// A custom field.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CustomField {
    #[serde(deserialize_with = "json::token")]
    pub(crate) definition_id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) string_value: Option<String>,
}

/// The tax of a document.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TxnTaxDetail {
    #[serde(deserialize_with = "json::number")]
    pub(crate) total_tax: Option<Number>,
}

/// A line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Line {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) description: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) detail_type: Option<String>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) linked_txn: Vec<LinkedTxn>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) sales_item_line_detail: Option<Detail>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) item_based_expense_line_detail: Option<Detail>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) account_based_expense_line_detail: Option<Detail>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) group_line_detail: Option<Group>,
}

/// What a line charges, on whichever form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Detail {
    #[serde(deserialize_with = "json::object")]
    pub(crate) item_ref: Option<Ref>,
    /// The account of an expense line, or the one that an item posts to.
    #[serde(alias = "ItemAccountRef", deserialize_with = "json::object")]
    pub(crate) account_ref: Option<Ref>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_code_ref: Option<Ref>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) qty: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) unit_price: Option<Number>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) customer_ref: Option<Ref>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) billable_status: Option<String>,
}

/// The lines that a bundle stands for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Group {
    #[serde(deserialize_with = "json::list")]
    pub(crate) line: Vec<Line>,
}
