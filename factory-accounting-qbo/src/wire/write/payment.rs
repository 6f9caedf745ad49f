//! Payments of customers and to vendors as written (qbo.md 5.16, 5.19). They are only ever created.

use chrono::NaiveDate;
use factory_accounting_http::json::Number;
use serde::Serialize;

use super::{LinkedTxnWrite, RefWrite};

/// A customer's payment, or the tie of a credit memo to an invoice.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PaymentWrite {
    pub(crate) customer_ref: RefWrite,
    pub(crate) txn_date: NaiveDate,
    pub(crate) currency_ref: RefWrite,
    pub(crate) total_amt: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_ref_num: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deposit_to_account_ref: Option<RefWrite>,
    pub(crate) line: Vec<AppliedWrite>,
}

/// A payment to a vendor.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BillPaymentWrite {
    pub(crate) vendor_ref: RefWrite,
    pub(crate) txn_date: NaiveDate,
    pub(crate) currency_ref: RefWrite,
    pub(crate) doc_number: String,
    pub(crate) pay_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check_payment: Option<CheckWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credit_card_payment: Option<CardWrite>,
    pub(crate) total_amt: Number,
    pub(crate) line: Vec<AppliedWrite>,
}

/// From a bank account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CheckWrite {
    pub(crate) bank_account_ref: RefWrite,
}

/// By credit card.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CardWrite {
    #[serde(rename = "CCAccountRef")]
    pub(crate) card_account_ref: RefWrite,
}

/// A part of a payment that settles a transaction.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AppliedWrite {
    pub(crate) amount: Number,
    pub(crate) linked_txn: [LinkedTxnWrite; 1],
}

impl AppliedWrite {
    /// So much of a transaction.
    pub(crate) fn new(amount: Number, txn_id: impl Into<String>, txn_type: &'static str) -> Self {
        Self { amount, linked_txn: [LinkedTxnWrite { txn_id: txn_id.into(), txn_type, txn_line_id: None }] }
    }
}
