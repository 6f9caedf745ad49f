//! What QuickBooks' books hold.

use std::collections::BTreeMap;

use factory_accounting::ids::RemoteId;
use factory_accounting::model::RecordKind;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::books::{Booked, amount, rows, text};

/// Everything that counts: what was voided is left out, and what was deleted is not there. Quotes and orders are both
/// estimates (qbo.md 5.12); which one is an order the host knows. Credit is set off by a payment of nothing (qbo.md 5.15).
pub(in crate::package) fn booked(ledger: &Value, known: &dyn Fn(&RemoteId) -> Option<RecordKind>) -> Vec<Booked> {
    let reckons_tax = rows(ledger, "CompanyInfo").any(|company| company["Country"] == "US");
    let mut books = Vec::new();
    for (list, kind) in [("Customer", RecordKind::Customer), ("Vendor", RecordKind::Supplier)] {
        let kept = rows(ledger, list).filter(|row| row["Job"] != true);
        books.extend(kept.map(|row| named(kind, row, "DisplayName", text(&row["PrimaryEmailAddr"], "Address"))));
    }
    books.extend(rows(ledger, "Item").map(|row| named(RecordKind::Product, row, "Name", text(row, "Sku"))));
    let documents = [
        ("Estimate", RecordKind::Quote, "CustomerRef"),
        ("Invoice", RecordKind::Invoice, "CustomerRef"),
        ("CreditMemo", RecordKind::CreditNote, "CustomerRef"),
        ("PurchaseOrder", RecordKind::PurchaseOrder, "VendorRef"),
        ("Bill", RecordKind::Bill, "VendorRef"),
    ];
    for (list, usual, party) in documents {
        for row in rows(ledger, list).filter(|row| !is_voided(row)) {
            let id = RemoteId::new(format!("{}:{}", list.to_lowercase(), text(row, "Id")));
            let kind = known(&id).filter(|kind| *kind == RecordKind::Order).unwrap_or(usual);
            books.push(document(kind, row, party, reckons_tax));
        }
    }
    let numbers = numbers(ledger);
    for row in rows(ledger, "Payment").filter(|row| !is_voided(row)) {
        books.push(match set_off(row) {
            Some((note, invoice, total)) => Booked {
                kind: RecordKind::Allocation,
                name: numbers.get(&note).cloned().unwrap_or_default(),
                about: numbers.get(&invoice).cloned().unwrap_or_default(),
                status: String::new(),
                total,
                tax: None,
            },
            None => payment(row, "PaymentRefNum", &numbers),
        });
    }
    let paid = rows(ledger, "BillPayment").filter(|row| !is_voided(row));
    books.extend(paid.map(|row| payment(row, "DocNumber", &numbers)));
    books
}

/// There is no state that tells: the total is nothing, and the note says so (qbo.md 5.0).
fn is_voided(row: &Value) -> bool {
    amount(&row["TotalAmt"]).is_zero() && text(row, "PrivateNote").starts_with("Voided")
}

fn named(kind: RecordKind, row: &Value, member: &str, about: String) -> Booked {
    Booked {
        kind,
        name: text(row, member),
        about,
        status: if row["Active"] == false { "Inactive" } else { "Active" }.to_owned(),
        total: Decimal::ZERO,
        tax: None,
    }
}

fn document(kind: RecordKind, row: &Value, party: &str, reckons_tax: bool) -> Booked {
    let total = amount(&row["TotalAmt"]);
    let tax = amount(&row["TxnTaxDetail"]["TotalTax"]);
    let status = ["TxnStatus", "POStatus"].iter().map(|member| text(row, member)).collect::<String>();
    let open = row.get("Balance").map(|balance| amount(balance).normalize().to_string());
    Booked {
        kind,
        name: text(row, "DocNumber"),
        about: text(&row[party], "name"),
        status: open.map_or(status, |open| format!("{open} open")),
        total: if reckons_tax { total - tax } else { total },
        tax: (reckons_tax && !tax.is_zero()).then_some(tax),
    }
}

fn payment(row: &Value, number: &str, numbers: &BTreeMap<String, String>) -> Booked {
    let settles = linked(row).find_map(|(id, _)| numbers.get(&id).cloned());
    Booked {
        kind: RecordKind::Payment,
        name: text(row, number),
        about: settles.unwrap_or_default(),
        status: String::new(),
        total: amount(&row["TotalAmt"]),
        tax: None,
    }
}

/// Credit memo, invoice and amount of a payment that only sets one off against the other.
fn set_off(row: &Value) -> Option<(String, String, Decimal)> {
    if !amount(&row["TotalAmt"]).is_zero() {
        return None;
    }
    let of = |kind: &str| linked(row).find(|(id, _)| id.starts_with(kind));
    let ((note, _), (invoice, total)) = (of("CreditMemo")?, of("Invoice")?);
    Some((note, invoice, total))
}

/// What a payment's lines settle, as `Invoice:145`, and by how much.
fn linked(row: &Value) -> impl Iterator<Item = (String, Decimal)> {
    rows(row, "Line").flat_map(|line| {
        rows(line, "LinkedTxn")
            .map(|link| (format!("{}:{}", text(link, "TxnType"), text(link, "TxnId")), amount(&line["Amount"])))
    })
}

/// Numbers of documents, by kind and id.
fn numbers(ledger: &Value) -> BTreeMap<String, String> {
    let lists = ["Invoice", "CreditMemo", "Bill"].into_iter();
    lists
        .flat_map(|list| {
            rows(ledger, list).map(move |row| (format!("{list}:{}", text(row, "Id")), text(row, "DocNumber")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ledger(country: &str) -> Value {
        json!({
            "CompanyInfo": [{ "Country": country }],
            "Estimate": [
                { "Id": "7", "DocNumber": "Q-1", "TxnStatus": "Pending", "TotalAmt": 11 },
                { "Id": "8", "DocNumber": "SO-1", "TxnStatus": "Closed", "TotalAmt": 22 }
            ],
            "Invoice": [
                { "Id": "9", "DocNumber": "INV-1", "TotalAmt": 110.10, "Balance": 60.1,
                  "TxnTaxDetail": { "TotalTax": 10.10 }, "CustomerRef": { "name": "O'Brien" } },
                { "Id": "10", "DocNumber": "INV-2", "TotalAmt": 0, "PrivateNote": "Voided - sent twice" }
            ],
            "CreditMemo": [{ "Id": "11", "DocNumber": "CN-1", "TotalAmt": 5.5, "Balance": 0 }],
            "Payment": [
                { "Id": "12", "PaymentRefNum": "RC-1", "TotalAmt": 50,
                  "Line": [{ "Amount": 50, "LinkedTxn": [{ "TxnId": "9", "TxnType": "Invoice" }] }] },
                { "Id": "13", "TotalAmt": 0, "Line": [
                    { "Amount": 5.5, "LinkedTxn": [{ "TxnId": "9", "TxnType": "Invoice" }] },
                    { "Amount": 5.5, "LinkedTxn": [{ "TxnId": "11", "TxnType": "CreditMemo" }] }] }
            ]
        })
    }

    fn found(country: &str, kind: RecordKind) -> Vec<(String, String, String)> {
        let order = |id: &RemoteId| (id.as_str() == "estimate:8").then_some(RecordKind::Order);
        let books = booked(&ledger(country), &order).into_iter().filter(|booked| booked.kind == kind);
        books.map(|booked| (booked.name, booked.about, booked.total.to_string())).collect()
    }

    fn row(name: &str, about: &str, total: &str) -> (String, String, String) {
        (name.to_owned(), about.to_owned(), total.to_owned())
    }

    #[test]
    fn an_estimate_is_a_quote_unless_the_host_calls_it_an_order() {
        assert_eq!(found("AU", RecordKind::Quote), [row("Q-1", "", "11")]);
        assert_eq!(found("AU", RecordKind::Order), [row("SO-1", "", "22")]);
    }

    #[test]
    fn what_was_voided_does_not_count_and_a_payment_of_nothing_is_what_was_set_off() {
        assert_eq!(found("AU", RecordKind::Invoice), [row("INV-1", "O'Brien", "110.1")]);
        assert_eq!(found("AU", RecordKind::Payment), [row("RC-1", "INV-1", "50")]);
        assert_eq!(found("AU", RecordKind::Allocation), [row("CN-1", "INV-1", "5.5")]);
    }

    #[test]
    fn where_the_package_reckons_the_tax_it_stands_beside_the_total() {
        assert_eq!(found("US", RecordKind::Invoice), [row("INV-1", "O'Brien", "100.0")]);
        let books = booked(&ledger("US"), &|_| None);
        let invoice = books.iter().find(|booked| booked.name == "INV-1").unwrap();
        assert_eq!(invoice.tax.unwrap().normalize().to_string(), "10.1");
    }
}
