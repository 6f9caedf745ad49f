//! Payments and allocations.

use chrono::{DateTime, NaiveDate, Utc};
use factory_accounting_http::json::{self, Number};
use serde::{Deserialize, Serialize};

use super::{date, id};

/// A payment as answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payment {
    #[serde(rename = "PaymentID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Status", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    #[serde(rename = "Reference", deserialize_with = "json::text")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "Date", deserialize_with = "date::optional_date")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(rename = "Amount", deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    #[serde(rename = "Invoice", deserialize_with = "json::object")]
    pub(crate) invoice: Option<SettledDocument>,
    #[serde(rename = "CreditNote", deserialize_with = "json::object")]
    pub(crate) credit_note: Option<SettledDocument>,
    #[serde(rename = "UpdatedDateUTC", deserialize_with = "date::optional_instant")]
    pub(crate) updated: Option<DateTime<Utc>>,
}

/// The document inside a payment or allocation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SettledDocument {
    #[serde(rename = "InvoiceID", alias = "CreditNoteID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "CurrencyCode", deserialize_with = "json::text")]
    pub(crate) currency: Option<String>,
}

/// A part of a credit note set off, as answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Allocation {
    // The description spells it both ways (xero.md 4.10).
    #[serde(rename = "AllocationID", alias = "AllocationId", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Amount", deserialize_with = "json::number")]
    pub(crate) amount: Option<Number>,
    // Some reads carry the XML name instead (xero.md 10.12).
    #[serde(rename = "AppliedAmount", deserialize_with = "json::number")]
    pub(crate) applied_amount: Option<Number>,
    #[serde(rename = "Date", deserialize_with = "date::optional_date")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(rename = "Invoice", deserialize_with = "json::object")]
    pub(crate) invoice: Option<SettledDocument>,
    #[serde(rename = "IsDeleted")]
    pub(crate) is_deleted: Option<bool>,
}

/// A payment as written. It names exactly one of invoice and credit note.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PaymentWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoice: Option<InvoiceRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credit_note: Option<CreditNoteRef>,
    pub(crate) account: AccountRef,
    pub(crate) date: NaiveDate,
    pub(crate) amount: Number,
    pub(crate) reference: String,
}

/// An account by code, or by id where it has no code (xero.md 4.4).
#[derive(Clone, Debug, Serialize)]
pub(crate) enum AccountRef {
    Code(String),
    #[serde(rename = "AccountID")]
    Id(String),
}

/// An invoice by id.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct InvoiceRef {
    #[serde(rename = "InvoiceID")]
    pub(crate) id: String,
}

/// A credit note by id.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CreditNoteRef {
    #[serde(rename = "CreditNoteID")]
    pub(crate) id: String,
}

/// An allocation as written: `Amount`, never `AppliedAmount`, which JSON reads as nothing (xero.md 4.10, 10.12).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AllocationWrite {
    pub(crate) invoice: InvoiceRef,
    pub(crate) amount: Number,
    pub(crate) date: NaiveDate,
}
