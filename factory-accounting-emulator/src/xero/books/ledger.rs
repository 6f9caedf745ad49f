//! The books as tests look at them: whole as JSON, or as a short digest.

use super::document::{Document, Family};
use super::{Books, Context};
use crate::xero::books::wire_out::Writer;
use crate::xero::switches::Switches;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One document of the books in short, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookedDocument {
    /// ACCREC, ACCPAY, ACCRECCREDIT, ACCPAYCREDIT, PURCHASEORDER, QUOTE, PAYMENT, or the type of a prepayment or
    /// overpayment, such as RECEIVE-PREPAYMENT.
    pub kind: String,
    /// Id in the books.
    pub id: Uuid,
    /// Number; empty on bills that were sent without one and on payments.
    pub number: String,
    /// Reference; empty when there is none.
    pub reference: String,
    /// Status as the API spells it.
    pub status: String,
    /// Id of the contact; zero on payments.
    pub contact: Uuid,
    /// Total in the document's own currency.
    pub total: Decimal,
    /// Paid and credited together, in the document's own currency.
    pub applied: Decimal,
}

impl Books {
    /// Every document, payment, prepayment and overpayment, each list in the order of creation.
    pub(crate) fn documents(&self) -> Vec<BookedDocument> {
        let documents = self.every_document().map(|row| BookedDocument {
            kind: row.kind.wire().to_owned(),
            id: row.id,
            number: row.number.clone(),
            reference: row.reference.clone(),
            status: row.status.wire().to_owned(),
            contact: row.contact,
            total: row.totals.total,
            applied: row.paid + row.credited,
        });
        let payments = self.payments.iter().map(|row| BookedDocument {
            kind: "PAYMENT".to_owned(),
            id: row.id,
            number: String::new(),
            reference: row.reference.clone(),
            status: row.status().to_owned(),
            contact: Uuid::nil(),
            total: row.amount,
            applied: Decimal::ZERO,
        });
        let credits = self.credits.iter().map(|row| BookedDocument {
            kind: row.kind.wire().to_owned(),
            id: row.id,
            number: String::new(),
            reference: row.reference.clone(),
            status: row.status().to_owned(),
            contact: row.contact,
            total: row.totals.total,
            applied: row.allocated + row.refunded,
        });
        documents.chain(payments).chain(credits).collect()
    }

    /// Every contact and item as such rows: kind CONTACT or ITEM, the reference is the name.
    pub(crate) fn register(&self) -> Vec<BookedDocument> {
        let row = |kind: &str, id, number: &str, name: &str, status: &str| BookedDocument {
            kind: kind.to_owned(),
            id,
            number: number.to_owned(),
            reference: name.to_owned(),
            status: status.to_owned(),
            contact: Uuid::nil(),
            total: Decimal::ZERO,
            applied: Decimal::ZERO,
        };
        let contacts = self
            .contacts
            .iter()
            .map(|own| row("CONTACT", own.id, own.text("ContactNumber"), own.name(), own.status.wire()));
        let items = self.items.iter().map(|own| row("ITEM", own.id, &own.code, &own.name, "ACTIVE"));
        contacts.chain(items).collect()
    }

    /// Every entity as JSON, with sums per type and status as decimal strings.
    pub(crate) fn ledger(&self) -> Value {
        let mut whole = Map::new();
        whole.insert(
            "contacts".to_owned(),
            self.contacts
                .iter()
                .map(|row| {
                    json!({
                        "id": row.id, "name": row.name(), "number": row.text("ContactNumber"),
                        "email": row.text("EmailAddress"), "status": row.status.wire(),
                        "isCustomer": row.is_customer, "isSupplier": row.is_supplier, "mergedTo": row.merged_to,
                    })
                })
                .collect(),
        );
        for (name, family) in [
            ("invoices", Family::Invoice),
            ("creditNotes", Family::CreditNote),
            ("purchaseOrders", Family::Order),
            ("quotes", Family::Quote),
        ] {
            whole.insert(name.to_owned(), self.shelf(family).iter().map(|row| self.document_json(row)).collect());
        }
        whole.insert(
            "payments".to_owned(),
            self.payments
                .iter()
                .map(|row| {
                    json!({
                        "id": row.id, "document": row.document, "account": row.account, "date": row.date.to_string(),
                        "amount": row.amount.to_string(), "reference": row.reference, "status": row.status(),
                    })
                })
                .collect(),
        );
        whole.insert(
            "credits".to_owned(),
            self.credits
                .iter()
                .map(|row| {
                    json!({
                        "id": row.id, "type": row.kind.wire(), "contact": row.contact, "date": row.date.to_string(),
                        "total": row.totals.total.to_string(), "remaining": row.remaining().to_string(),
                        "reference": row.reference, "status": row.status(),
                    })
                })
                .collect(),
        );
        whole.insert(
            "items".to_owned(),
            self.items.iter().map(|row| json!({"id": row.id, "code": row.code, "name": row.name})).collect(),
        );
        whole.insert("totals".to_owned(), self.totals_json());
        Value::Object(whole)
    }

    fn totals_json(&self) -> Value {
        let mut sums: BTreeMap<String, BTreeMap<&str, Decimal>> = BTreeMap::new();
        for row in self.every_document() {
            *sums.entry(row.kind.wire().to_owned()).or_default().entry(row.status.wire()).or_default() +=
                row.totals.total;
        }
        for row in self.payments.iter() {
            *sums.entry("PAYMENT".to_owned()).or_default().entry(row.status()).or_default() += row.amount;
        }
        for row in self.credits.iter() {
            *sums.entry(row.kind.wire().to_owned()).or_default().entry(row.status()).or_default() += row.totals.total;
        }
        sums.into_iter()
            .map(|(kind, statuses)| {
                let statuses: Map<String, Value> = statuses
                    .into_iter()
                    .map(|(status, sum)| (status.to_owned(), Value::String(sum.to_string())))
                    .collect();
                (kind, Value::Object(statuses))
            })
            .collect::<Map<_, _>>()
            .into()
    }

    /// A document in its wire shape, so that a test reads the members it knows.
    pub(super) fn document_json(&self, row: &Document) -> Value {
        let switches = Switches::default();
        let ctx = Context { now: row.updated, app: "", switches: &switches, unit_places: 4, response_id: Uuid::nil() };
        let mut out = Writer::default();
        out.object(|out| super::document::render(out, self, row, super::document::Shape::Single, &ctx));
        serde_json::from_str(&out.finish()).unwrap_or(Value::Null)
    }
}
