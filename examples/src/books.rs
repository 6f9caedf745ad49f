//! Reading the emulator's ledger: what is in the books, whoever put it there.

use std::collections::BTreeMap;

use factory_accounting::model::RecordKind;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::report::Sum;

/// One record of the books, as two runs can be compared by: no ids, no times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booked {
    /// What the host would call it. A draft of a sales invoice is an order (features F52).
    pub kind: RecordKind,
    /// Number, code or name.
    pub name: String,
    /// Whose it is, what it settles, or to what it refers.
    pub about: String,
    /// As Xero spells it.
    pub status: String,
    /// Tax included; zero for what has no amount.
    pub total: Decimal,
}

/// Everything that counts, sorted. What was deleted or voided is left out.
#[must_use]
pub fn booked(ledger: &Value) -> Vec<Booked> {
    let numbers = numbers(ledger);
    let mut books = Vec::new();
    for row in rows(ledger, "contacts") {
        let role = if row["number"].as_str().is_some_and(|number| number.contains("supplier")) {
            RecordKind::Supplier
        } else {
            RecordKind::Customer
        };
        books.push(Booked {
            kind: role,
            name: text(row, "name"),
            about: text(row, "email"),
            status: text(row, "status"),
            total: Decimal::ZERO,
        });
    }
    for row in rows(ledger, "items") {
        books.push(Booked {
            kind: RecordKind::Product,
            name: text(row, "code"),
            about: text(row, "name"),
            status: String::new(),
            total: Decimal::ZERO,
        });
    }
    for row in rows(ledger, "invoices") {
        let kind = match (row["Type"].as_str(), row["Status"].as_str()) {
            (Some("ACCPAY"), _) => RecordKind::Bill,
            (_, Some("DRAFT")) => RecordKind::Order,
            _ => RecordKind::Invoice,
        };
        books.push(document(kind, row, "InvoiceNumber"));
    }
    for row in rows(ledger, "creditNotes") {
        books.push(document(RecordKind::CreditNote, row, "CreditNoteNumber"));
        for part in rows(row, "Allocations") {
            books.push(Booked {
                kind: RecordKind::Allocation,
                name: text(row, "CreditNoteNumber"),
                about: text(&part["Invoice"], "InvoiceNumber"),
                status: String::new(),
                total: amount(&part["Amount"]),
            });
        }
    }
    books.extend(
        rows(ledger, "purchaseOrders").map(|row| document(RecordKind::PurchaseOrder, row, "PurchaseOrderNumber")),
    );
    books.extend(rows(ledger, "quotes").map(|row| document(RecordKind::Quote, row, "QuoteNumber")));
    for row in rows(ledger, "payments") {
        books.push(Booked {
            kind: RecordKind::Payment,
            name: text(row, "reference"),
            about: numbers.get(row["document"].as_str().unwrap_or_default()).cloned().unwrap_or_default(),
            status: text(row, "status"),
            total: amount(&row["amount"]),
        });
    }
    books.retain(|booked| !matches!(booked.status.as_str(), "DELETED" | "VOIDED"));
    books.sort();
    books
}

/// Documents and money by kind.
#[must_use]
pub fn sums(books: &[Booked]) -> BTreeMap<RecordKind, Sum> {
    let mut sums: BTreeMap<RecordKind, Sum> = BTreeMap::new();
    for booked in books {
        if !booked.kind.is_party() && booked.kind != RecordKind::Product {
            sums.entry(booked.kind).or_default().add(booked.total);
        }
    }
    sums
}

/// What one side has and the other has not, one line each.
#[must_use]
pub fn differences(expected: &[Booked], found: &[Booked]) -> Vec<String> {
    let count = |side: &[Booked]| {
        let mut counts: BTreeMap<Booked, i64> = BTreeMap::new();
        for booked in side {
            *counts.entry(booked.clone()).or_default() += 1;
        }
        counts
    };
    let (expected, found) = (count(expected), count(found));
    let mut lines = Vec::new();
    for booked in expected.keys().chain(found.keys().filter(|booked| !expected.contains_key(*booked))) {
        let of = |side: &BTreeMap<Booked, i64>| side.get(booked).copied().unwrap_or_default();
        let more = of(&found) - of(&expected);
        if more != 0 {
            let Booked { kind, name, about, status, total } = booked;
            lines.push(format!("{more:+} {kind} {name} ({about}) {status} {total}"));
        }
    }
    lines
}

/// Numbers of documents by their ids.
fn numbers(ledger: &Value) -> BTreeMap<String, String> {
    let of = |list: &'static str, id: &'static str, number: &'static str| {
        rows(ledger, list).map(move |row| (text(row, id), text(row, number)))
    };
    of("invoices", "InvoiceID", "InvoiceNumber").chain(of("creditNotes", "CreditNoteID", "CreditNoteNumber")).collect()
}

fn document(kind: RecordKind, row: &Value, number: &str) -> Booked {
    Booked {
        kind,
        name: text(row, number),
        about: text(&row["Contact"], "Name"),
        status: text(row, "Status"),
        total: amount(&row["Total"]),
    }
}

fn rows<'a>(value: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    value[list].as_array().into_iter().flatten()
}

fn text(row: &Value, member: &str) -> String {
    row[member].as_str().unwrap_or_default().to_owned()
}

/// An amount from its own digits, never by way of arithmetic on floats.
fn amount(value: &Value) -> Decimal {
    let digits = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    digits.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ledger(total: f64) -> Value {
        json!({
            "contacts": [{"name": "O'Brien", "number": "customer:c-001", "email": "", "status": "ACTIVE"}],
            "invoices": [
                {"Type": "ACCREC", "Status": "DRAFT", "InvoiceNumber": "SO-1", "Total": 10.5, "Contact": {"Name": "O'Brien"}},
                {"Type": "ACCREC", "Status": "PAID", "InvoiceID": "7", "InvoiceNumber": "INV-1", "Total": total},
                {"Type": "ACCREC", "Status": "VOIDED", "InvoiceNumber": "INV-2", "Total": 99.0},
                {"Type": "ACCPAY", "Status": "AUTHORISED", "InvoiceNumber": "B-1", "Total": 1045.5}
            ],
            "payments": [{"document": "7", "reference": "RC-1", "amount": "20.10", "status": "AUTHORISED"}]
        })
    }

    #[test]
    fn drafts_are_orders_and_what_was_voided_does_not_count() {
        let sums = sums(&booked(&ledger(20.1)));
        let of = |kind| sums.get(&kind).map(|sum: &Sum| (sum.documents, sum.total.to_string()));
        assert_eq!(of(RecordKind::Order), Some((1, "10.5".to_owned())));
        assert_eq!(of(RecordKind::Invoice), Some((1, "20.1".to_owned())));
        assert_eq!(of(RecordKind::Bill), Some((1, "1045.5".to_owned())));
        assert_eq!(of(RecordKind::Customer), None, "parties have no total");
    }

    #[test]
    fn a_document_twice_is_a_difference_and_so_is_a_cent() {
        let expected = booked(&ledger(20.1));
        assert_eq!(differences(&expected, &expected), Vec::<String>::new());
        let mut twice = expected.clone();
        twice.push(expected[1].clone());
        assert_eq!(differences(&expected, &twice).len(), 1);
        let lines = differences(&expected, &booked(&ledger(20.11)));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(booked(&ledger(20.1)).iter().any(|booked| booked.about == "INV-1"), "a payment says what it settles");
    }
}
