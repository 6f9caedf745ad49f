//! Quotes, orders, invoices and bills as written (myob.md 3.4, 3.7). Totals are not: MYOB works them out, and ignores what is
//! sent.

use factory_accounting_http::json::Number;
use serde::Serialize;

use super::{Day, LinkWrite, TermsWrite};

/// What of a document is ours, without its lines.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DocumentWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supplier: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_purchase_order_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supplier_invoice_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) promised_date: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<TermsWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_tax_inclusive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freight: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freight_tax_code: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
    /// Of quotes alone; what becomes of it is not settled (myob.md 13.11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<LinkWrite>,
    // What becomes of the paper is called otherwise on each form (myob.md 3.4, 3.7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivery_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoice_delivery_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_delivery_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bill_delivery_status: Option<&'static str>,
}
