//! Payments and allocations.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{RecordKey, RecordKind};
use crate::ids::LocalId;
use crate::money::Money;

/// Money received for an invoice, paid for a bill, or given back for a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The host's id.
    pub id: LocalId,
    /// Receipt number or the like; unique in the host, so that the payment can be found again in the books.
    pub number: String,
    /// What is paid.
    pub target: PaymentTarget,
    /// When the money moved, in the organisation's time zone.
    pub date: NaiveDate,
    /// How much, in the document's currency.
    pub amount: Money,
    /// How it was paid, in the host's words (`card`, `bank`); the settings give each its account (R19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Account code in the package; overrides the method's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// The document that a payment settles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentTarget {
    /// Received for an invoice.
    Invoice(LocalId),
    /// Paid for a bill.
    Bill(LocalId),
    /// Given back for a credit note.
    CreditNote(LocalId),
}

impl PaymentTarget {
    /// Key of the document.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Invoice(id) => RecordKey::new(RecordKind::Invoice, id.clone()),
            Self::Bill(id) => RecordKey::new(RecordKind::Bill, id.clone()),
            Self::CreditNote(id) => RecordKey::new(RecordKind::CreditNote, id.clone()),
        }
    }
}

/// A part of a credit note set off against an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// The invoice, by the host's id.
    pub invoice: LocalId,
    /// How much, in the credit note's currency.
    pub amount: Decimal,
}
