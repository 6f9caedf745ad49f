//! What Xero's books hold.

use std::collections::BTreeMap;

use factory_accounting::model::RecordKind;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::books::{Booked, amount, rows, text};

/// Everything that counts. What was deleted or voided is left out; a draft of a sales invoice is an order (F52).
pub(in crate::package) fn booked(ledger: &Value) -> Vec<Booked> {
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
            tax: None,
        });
    }
    for row in rows(ledger, "items") {
        books.push(Booked {
            kind: RecordKind::Product,
            name: text(row, "code"),
            about: text(row, "name"),
            status: String::new(),
            total: Decimal::ZERO,
            tax: None,
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
                tax: None,
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
            tax: None,
        });
    }
    books.retain(|booked| !matches!(booked.status.as_str(), "DELETED" | "VOIDED"));
    books
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
        tax: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::books::sums;
    use crate::report::Sum;

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
    fn a_payment_says_what_it_settles() {
        assert!(booked(&ledger(20.1)).iter().any(|booked| booked.about == "INV-1"));
    }
}
