//! Documents with lines as written. Totals and balances are never sent: QuickBooks reckons them (qbo.md 5.9).

use chrono::NaiveDate;
use factory_accounting_http::json::Number;
use serde::Serialize;

use super::line::LineWrite;
use super::{Head, LinkedTxnWrite, RefWrite};

/// An estimate, invoice, credit memo, purchase order or bill.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DocumentWrite {
    #[serde(flatten)]
    pub(crate) head: Head,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) doc_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) txn_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vendor_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expiration_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_rate: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) global_tax_calculation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) txn_status: Option<&'static str>,
    #[serde(rename = "POStatus", skip_serializing_if = "Option::is_none")]
    pub(crate) po_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) print_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_memo: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom_field: Option<[CustomFieldWrite; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) linked_txn: Option<[LinkedTxnWrite; 1]>,
    /// All of them or none: a list that is sent replaces the whole (qbo.md 5.0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<Vec<LineWrite>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) txn_tax_detail: Option<TxnTaxDetailWrite>,
}

/// A custom field with a text in it (qbo.md 10.2).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CustomFieldWrite {
    pub(crate) definition_id: String,
    pub(crate) name: String,
    #[serde(rename = "Type")]
    pub(crate) field_type: &'static str,
    pub(crate) string_value: String,
}

/// The tax of a document, where it is stated rather than left to QuickBooks (qbo.md 12.3).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TxnTaxDetailWrite {
    pub(crate) total_tax: Number,
    pub(crate) tax_line: Vec<TaxLineWrite>,
}

/// The tax of one rate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TaxLineWrite {
    pub(crate) amount: Number,
    pub(crate) detail_type: &'static str,
    pub(crate) tax_line_detail: TaxLineDetailWrite,
}

/// What the tax of a rate is reckoned from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TaxLineDetailWrite {
    pub(crate) tax_rate_ref: RefWrite,
    pub(crate) percent_based: bool,
    pub(crate) tax_percent: Number,
    pub(crate) net_amount_taxable: Number,
}
