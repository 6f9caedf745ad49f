//! Payments, refunds and settlements as written (myob.md 3.6, 3.7). They are only ever created.

use factory_accounting_http::json::Number;
use serde::Serialize;

use super::{Day, LinkWrite};

/// A customer's payment.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CustomerPaymentWrite {
    pub(crate) deposit_to: &'static str,
    pub(crate) account: LinkWrite,
    pub(crate) customer: LinkWrite,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt_number: Option<String>,
    pub(crate) date: Day,
    pub(crate) amount_received: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_method: Option<String>,
    pub(crate) memo: String,
    pub(crate) invoices: [PaidSaleWrite; 1],
}

/// The sale that a payment settles. Its `UID` stands on the line itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PaidSaleWrite {
    #[serde(rename = "UID")]
    pub(crate) uid: String,
    #[serde(rename = "Type")]
    pub(crate) sale_type: &'static str,
    pub(crate) amount_applied: Number,
}

/// A payment to a supplier. The amount is the sum of its lines.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SupplierPaymentWrite {
    pub(crate) pay_from: &'static str,
    pub(crate) account: LinkWrite,
    pub(crate) supplier: LinkWrite,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_number: Option<String>,
    pub(crate) date: Day,
    pub(crate) memo: String,
    pub(crate) lines: [PaidPurchaseWrite; 1],
}

/// The purchase that a payment settles. Here the `UID` stands within.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PaidPurchaseWrite {
    #[serde(rename = "Type")]
    pub(crate) purchase_type: &'static str,
    pub(crate) purchase: LinkWrite,
    pub(crate) amount_applied: Number,
}

/// Money given back for a credit note.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RefundWrite {
    pub(crate) account: LinkWrite,
    pub(crate) invoice: LinkWrite,
    pub(crate) customer: LinkWrite,
    pub(crate) number: String,
    pub(crate) date: Day,
    pub(crate) amount: Number,
    pub(crate) memo: String,
}

/// A credit note set off against an invoice.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SettlementWrite {
    pub(crate) credit_from_invoice: LinkWrite,
    pub(crate) customer: LinkWrite,
    pub(crate) date: Day,
    pub(crate) credit_amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<LinkWrite>,
    pub(crate) lines: [SettledSaleWrite; 1],
}

/// The sale that a settlement goes to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SettledSaleWrite {
    #[serde(rename = "Type")]
    pub(crate) sale_type: &'static str,
    pub(crate) sale: LinkWrite,
    pub(crate) amount_applied: Number,
}
