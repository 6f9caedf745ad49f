//! What an operation is about: a record of the host, or an allocation cut out of its credit note.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::capability::Capabilities;
use crate::code::{Code, Parked};
use crate::ids::LocalId;
use crate::model::{CreditNote, Record, RecordKey, RecordKind};
use crate::money::Money;
use crate::settings::Settings;
use crate::store::Operation;

/// The content of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A record of the host.
    Record(Box<Record>),
    /// A part of a credit note set off against an invoice.
    Allocation(AllocationSubject),
}

/// A part of a credit note set off against an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationSubject {
    /// The credit note.
    pub credit_note: LocalId,
    /// Its number, for texts.
    pub credit_note_number: String,
    /// The invoice.
    pub invoice: LocalId,
    /// How much.
    pub amount: Money,
    /// Date of the credit note.
    pub date: NaiveDate,
}

impl AllocationSubject {
    /// The allocations of a credit note.
    pub fn of(note: &CreditNote) -> impl Iterator<Item = Self> {
        note.allocations.iter().map(|allocation| Self {
            credit_note: note.id.clone(),
            credit_note_number: note.number.clone(),
            invoice: allocation.invoice.clone(),
            amount: Money::new(allocation.amount, note.currency),
            date: note.date,
        })
    }

    /// Key of the operation.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        RecordKey::new(RecordKind::Allocation, format!("{}/{}", self.credit_note, self.invoice))
    }

    /// Key of the credit note.
    #[must_use]
    pub fn credit_note_key(&self) -> RecordKey {
        RecordKey::new(RecordKind::CreditNote, self.credit_note.clone())
    }

    /// Key of the invoice.
    #[must_use]
    pub fn invoice_key(&self) -> RecordKey {
        RecordKey::new(RecordKind::Invoice, self.invoice.clone())
    }
}

impl Subject {
    /// Gives the lines that the settings make items of the products that they become; see [`new_items`](super::new_items).
    pub fn name_items(&mut self, settings: &Settings, capabilities: &Capabilities) {
        if let Self::Record(record) = self {
            super::shape::name_items(record, settings, capabilities);
        }
    }

    /// The record of an operation; `None` where it is a set-off, or cannot be read.
    #[must_use]
    pub fn record_of(operation: &Operation) -> Option<Record> {
        match Self::of(operation) {
            Ok(Self::Record(record)) => Some(*record),
            _ => None,
        }
    }

    /// Reads the content of an operation.
    ///
    /// # Errors
    /// A question for a person where the stored text cannot be read.
    pub fn of(operation: &Operation) -> Result<Self, Parked> {
        let damaged = |error: serde_json::Error| {
            Parked::new(Code::Damaged, format!("{} {:?} cannot be read: {error}", operation.key.kind, operation.name))
        };
        if operation.key.kind == RecordKind::Allocation {
            return serde_json::from_str(&operation.record).map(Self::Allocation).map_err(damaged);
        }
        serde_json::from_str(&operation.record).map(|record| Self::Record(Box::new(record))).map_err(damaged)
    }
}

/// Whether it is a party that is not to be sent, nor its documents (L16, R32).
#[must_use]
pub fn silenced(subject: &Subject) -> bool {
    let Subject::Record(record) = subject else { return false };
    matches!(record.as_ref(), Record::Customer(party) | Record::Supplier(party) if party.do_not_send)
}
