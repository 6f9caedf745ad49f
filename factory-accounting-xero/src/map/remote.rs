//! What the books hold, in our terms.

use factory_accounting_core::ids::{RemoteId, VersionToken};
use factory_accounting_core::model::{RecordKind, TaxMode};
use factory_accounting_core::money::Totals;
use factory_accounting_core::provider::{RemoteLine, RemoteRecord, RemoteStatus, Settled};
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::allocation::compose;
use super::document::document_type;
use crate::endpoint::Resource;
use crate::wire::date::instant_text;
use crate::wire::document::{Document, Line};
use crate::wire::item::Item;
use crate::wire::party::Contact;
use crate::wire::payment::{Allocation, Payment};

/// Why an element is no record: it has no id, or lacks what a record of its kind cannot be without.
pub(crate) type Unreadable = &'static str;

/// Something that is read in the form in which Xero has a kind of record, and taken over from there.
pub(crate) trait Reading {
    /// What it is read as.
    type Read;

    /// Reads it as `T`, of which `record` makes the record.
    fn read<T: DeserializeOwned>(self, record: impl Fn(T) -> Result<RemoteRecord, Unreadable>) -> Self::Read;
}

/// Reads something in the form of a kind's resource; `None` for what has no form of its own.
pub(crate) fn read_as<R: Reading>(kind: RecordKind, reading: R) -> Option<R::Read> {
    match Resource::of(kind)? {
        Resource::Contacts => Some(reading.read(|read| contact(kind, read))),
        Resource::Items => Some(reading.read(item)),
        Resource::Payments => Some(reading.read(payment)),
        // It is read with its credit note.
        Resource::Allocations => None,
        _ => Some(reading.read(|read| document(kind, read))),
    }
}

/// Reads an element of a kind's resource.
pub(crate) fn read(kind: RecordKind, element: &RawValue) -> Result<RemoteRecord, String> {
    struct Element<'a>(&'a RawValue);

    impl Reading for Element<'_> {
        type Read = Result<RemoteRecord, String>;

        fn read<T: DeserializeOwned>(self, record: impl Fn(T) -> Result<RemoteRecord, Unreadable>) -> Self::Read {
            let read = serde_json::from_str(self.0.get()).map_err(|error| error.to_string())?;
            record(read).map_err(str::to_owned)
        }
    }

    read_as(kind, Element(element)).unwrap_or_else(|| Err(format!("Xero has no {kind} by itself")))
}

/// A contact.
pub(crate) fn contact(kind: RecordKind, contact: Contact) -> Result<RemoteRecord, Unreadable> {
    let status = match contact.status.as_deref() {
        None | Some("ACTIVE") => RemoteStatus::Open,
        Some("ARCHIVED") => RemoteStatus::Archived,
        Some(other) => RemoteStatus::Other(other.to_owned()),
    };
    let mut record = record(kind, contact.id, status)?;
    record.number = contact.number;
    record.name = contact.name;
    record.currency = contact.currency.and_then(|code| code.parse().ok());
    record.merged_into = contact.merged_into.map(RemoteId::new);
    Ok(dated(record, contact.updated))
}

/// An item. Items have no state: what is there is in use (xero.md 4.3).
pub(crate) fn item(item: Item) -> Result<RemoteRecord, Unreadable> {
    let mut record = record(RecordKind::Product, item.id, RemoteStatus::Open)?;
    record.number = item.code;
    record.name = item.name;
    Ok(dated(record, item.updated))
}

/// Whether a document is of Xero's type for a kind; a read by number or id may meet the other side of trade.
pub(crate) fn is_kind(kind: RecordKind, document: &Document) -> bool {
    document_type(kind).is_none_or(|expected| document.document_type.as_deref() == Some(expected))
}

/// A document with lines.
pub(crate) fn document(kind: RecordKind, document: Document) -> Result<RemoteRecord, Unreadable> {
    let status = document_status(document.status.as_deref());
    let totals = document_totals(&document);
    let settled = if status.is_gone() { None } else { settled(kind, &document) };
    let mut record = record(kind, document.id, status)?;
    record.number = document.number;
    record.reference = document.reference;
    record.party = document.contact.and_then(|contact| contact.id).map(RemoteId::new);
    record.date = document.date;
    record.due = match kind {
        RecordKind::Quote => document.expiry,
        RecordKind::PurchaseOrder => document.delivery,
        RecordKind::CreditNote => None,
        _ => document.due,
    };
    record.currency = document.currency.and_then(|code| code.parse().ok());
    record.tax_mode = document.line_amount_types.as_deref().and_then(tax_mode);
    record.totals = totals;
    record.settled = settled;
    record.lines = document.lines.map(|lines| lines.into_iter().map(line).collect());
    Ok(dated(record, document.updated))
}

/// A payment.
pub(crate) fn payment(payment: Payment) -> Result<RemoteRecord, Unreadable> {
    let status = match payment.status.as_deref() {
        None | Some("AUTHORISED") => RemoteStatus::Open,
        Some("DELETED") => RemoteStatus::Deleted,
        Some(other) => RemoteStatus::Other(other.to_owned()),
    };
    let mut record = record(RecordKind::Payment, payment.id, status)?;
    let document = payment.invoice.or(payment.credit_note).unwrap_or_default();
    record.reference = payment.reference.clone();
    record.number = payment.reference;
    record.parent = document.id.map(RemoteId::new);
    record.currency = document.currency.and_then(|code| code.parse().ok());
    record.date = payment.date;
    record.totals = payment.amount.map(amount);
    Ok(dated(record, payment.updated))
}

/// An allocation of a credit note.
pub(crate) fn allocation(credit_note: &str, allocation: &Allocation) -> Result<RemoteRecord, Unreadable> {
    let id = allocation.id.as_deref().ok_or("an allocation without an id")?;
    let status = if allocation.is_deleted == Some(true) { RemoteStatus::Deleted } else { RemoteStatus::Open };
    let mut record = RemoteRecord::new(RecordKind::Allocation, compose(credit_note, id), status);
    record.parent = Some(RemoteId::new(credit_note));
    record.counterpart = allocation.invoice.as_ref().and_then(|invoice| invoice.id.clone()).map(RemoteId::new);
    record.date = allocation.date;
    record.totals = allocation.amount.or(allocation.applied_amount).map(amount);
    Ok(record)
}

fn record(kind: RecordKind, id: Option<String>, status: RemoteStatus) -> Result<RemoteRecord, Unreadable> {
    Ok(RemoteRecord::new(kind, RemoteId::new(id.ok_or("a record without an id")?), status))
}

// Xero has no version token; the time of the last change stands in for one (xero.md 6: no optimistic lock).
fn dated(mut record: RemoteRecord, updated: Option<chrono::DateTime<chrono::Utc>>) -> RemoteRecord {
    record.version = updated.map(|at| VersionToken::new(instant_text(at)));
    record.updated_at = updated;
    record
}

fn document_status(status: Option<&str>) -> RemoteStatus {
    match status.unwrap_or_default() {
        "DRAFT" => RemoteStatus::Draft,
        "SUBMITTED" => RemoteStatus::Submitted,
        "AUTHORISED" | "SENT" => RemoteStatus::Open,
        "PAID" => RemoteStatus::Paid,
        "ACCEPTED" => RemoteStatus::Accepted,
        "DECLINED" => RemoteStatus::Declined,
        "INVOICED" | "BILLED" => RemoteStatus::Billed,
        "VOIDED" => RemoteStatus::Voided,
        "DELETED" => RemoteStatus::Deleted,
        other => RemoteStatus::Other(other.to_owned()),
    }
}

fn tax_mode(text: &str) -> Option<TaxMode> {
    match text.to_ascii_lowercase().as_str() {
        "exclusive" => Some(TaxMode::Exclusive),
        "inclusive" => Some(TaxMode::Inclusive),
        "notax" => Some(TaxMode::NoTax),
        _ => None,
    }
}

fn document_totals(document: &Document) -> Option<Totals> {
    let total = document.total?.0;
    let tax = document.tax.map_or(Decimal::ZERO, |tax| tax.0);
    let subtotal = document.subtotal.map_or_else(|| total.saturating_sub(tax), |subtotal| subtotal.0);
    Some(Totals { subtotal, tax, total })
}

fn amount(amount: Number) -> Totals {
    Totals { subtotal: amount.0, tax: Decimal::ZERO, total: amount.0 }
}

fn settled(kind: RecordKind, document: &Document) -> Option<Settled> {
    let total = document.total?.0;
    let (paid, due) = if kind == RecordKind::CreditNote {
        let refunded = document.payments.iter().filter_map(|payment| payment.amount).map(|amount| amount.0);
        (refunded.fold(Decimal::ZERO, Decimal::saturating_add), document.remaining_credit?.0)
    } else {
        (document.amount_paid.map_or(Decimal::ZERO, |paid| paid.0), document.amount_due?.0)
    };
    // Answers to writes leave the credited amount out (xero.md 4.7), so it is reckoned: AmountDue = Total - AmountPaid -
    // AmountCredited (xero.md 9.12).
    Some(Settled { paid, credited: total.saturating_sub(paid).saturating_sub(due), due })
}

fn line(line: Line) -> RemoteLine {
    let mut read = RemoteLine::default();
    read.id = line.id.map(RemoteId::new);
    read.description = line.description.unwrap_or_default();
    read.quantity = line.quantity.map(|number| number.0);
    read.unit_price = line.unit_price.map(|number| number.0);
    read.amount = line.amount.map(|number| number.0);
    read.discount_rate = line.discount_rate.map(|number| number.0).filter(|rate| !rate.is_zero());
    read.discount_amount = line.discount_amount.map(|number| number.0).filter(|amount| !amount.is_zero());
    read.tax_code = line.tax_type;
    read.tax = line.tax.map(|number| number.0);
    read.account = line.account;
    read.item = line.item_code;
    read
}
