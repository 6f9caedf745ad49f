//! What a company file's books hold.

use std::collections::BTreeMap;

use factory_accounting::model::RecordKind;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::books::{Booked, amount, rows, text};

/// Layouts that documents are written in; the others are made by hand (myob.md 3.4).
const LAYOUTS: [&str; 5] = ["Item", "Service", "Professional", "Miscellaneous", "TimeBilling"];

/// Everything in the books: what was deleted is not there, and nothing is ever voided (myob.md 4). A credit note is an invoice
/// below zero (myob.md 3.6).
pub(in crate::package) fn booked(ledger: &Value) -> Vec<Booked> {
    let parties = names(ledger);
    let numbers = numbers(ledger);
    let mut books = Vec::new();
    for (list, kind) in [("Contact/Customer", RecordKind::Customer), ("Contact/Supplier", RecordKind::Supplier)] {
        books.extend(rows(ledger, list).map(|row| {
            let email = rows(row, "Addresses").map(|address| text(address, "Email")).next().unwrap_or_default();
            listed(kind, name(row), email, row)
        }));
    }
    books.extend(
        rows(ledger, "Inventory/Item")
            .map(|row| listed(RecordKind::Product, text(row, "Number"), text(row, "Name"), row)),
    );
    for (list, kind, party) in [
        ("Sale/Quote", RecordKind::Quote, "Customer"),
        ("Sale/Order", RecordKind::Order, "Customer"),
        ("Sale/Invoice", RecordKind::Invoice, "Customer"),
        ("Purchase/Order", RecordKind::PurchaseOrder, "Supplier"),
        ("Purchase/Bill", RecordKind::Bill, "Supplier"),
    ] {
        let typed = LAYOUTS.iter().map(|layout| format!("{list}/{layout}"));
        for row in typed.flat_map(|path| rows(ledger, &path).collect::<Vec<_>>()) {
            books.push(document(kind, row, party, &parties));
        }
    }
    let known = |link: &Value| numbers.get(&text(link, "UID")).cloned().unwrap_or_default();
    for row in rows(ledger, "Sale/CustomerPayment") {
        let settles = rows(row, "Invoices").map(known).next();
        books.push(money(RecordKind::Payment, row, "ReceiptNumber", settles, "AmountReceived"));
    }
    for row in rows(ledger, "Purchase/SupplierPayment") {
        let settles = rows(row, "Lines").map(|line| known(&line["Purchase"])).next();
        books.push(money(RecordKind::Payment, row, "PaymentNumber", settles, "AmountPaid"));
    }
    for row in rows(ledger, "Sale/CreditRefund") {
        books.push(money(RecordKind::Payment, row, "Number", Some(known(&row["Invoice"])), "Amount"));
    }
    for row in rows(ledger, "Sale/CreditSettlement") {
        let settles = rows(row, "Lines").map(|line| known(&line["Sale"])).next();
        let note = known(&row["CreditFromInvoice"]);
        books.push(Booked { name: note, ..money(RecordKind::Allocation, row, "Number", settles, "CreditAmount") });
    }
    books
}

/// The name of a company or of a person.
fn name(row: &Value) -> String {
    let company = text(row, "CompanyName");
    if !company.is_empty() {
        return company;
    }
    format!("{} {}", text(row, "FirstName"), text(row, "LastName")).trim().to_owned()
}

fn names(ledger: &Value) -> BTreeMap<String, String> {
    let lists = ["Contact/Customer", "Contact/Supplier"].into_iter();
    lists.flat_map(|list| rows(ledger, list).map(|row| (text(row, "UID"), name(row)))).collect()
}

/// Numbers of what money is applied to; a bill is known by its supplier's number.
fn numbers(ledger: &Value) -> BTreeMap<String, String> {
    let lists = [("Sale/Invoice", "Number"), ("Purchase/Bill", "SupplierInvoiceNumber"), ("Sale/Order", "Number")];
    let typed = lists.iter().flat_map(|(list, member)| LAYOUTS.iter().map(move |layout| (list, layout, member)));
    typed
        .flat_map(|(list, layout, member)| {
            let rows = rows(ledger, &format!("{list}/{layout}")).collect::<Vec<_>>();
            rows.into_iter().map(|row| (text(row, "UID"), text(row, member)))
        })
        .collect()
}

fn listed(kind: RecordKind, name: String, about: String, row: &Value) -> Booked {
    let status = if row["IsActive"] == false { "Inactive" } else { "Active" }.to_owned();
    Booked { kind, name, about, status, total: Decimal::ZERO, tax: None }
}

fn document(usual: RecordKind, row: &Value, party: &str, parties: &BTreeMap<String, String>) -> Booked {
    let total = amount(&row["TotalAmount"]);
    let is_credit = usual == RecordKind::Invoice && total.is_sign_negative() && !total.is_zero();
    let number = if usual == RecordKind::Bill { "SupplierInvoiceNumber" } else { "Number" };
    let open = amount(&row["BalanceDueAmount"]).abs().normalize();
    Booked {
        kind: if is_credit { RecordKind::CreditNote } else { usual },
        name: text(row, number),
        about: parties.get(&text(&row[party], "UID")).cloned().unwrap_or_default(),
        status: format!("{}, {open} open", text(row, "Status")),
        total: if is_credit { -total } else { total },
        tax: None,
    }
}

fn money(kind: RecordKind, row: &Value, number: &str, settles: Option<String>, member: &str) -> Booked {
    Booked {
        kind,
        name: text(row, number),
        about: settles.unwrap_or_default(),
        status: String::new(),
        total: amount(&row[member]),
        tax: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::books::sums;

    fn ledger() -> Value {
        json!({
            "Contact/Customer": [
                { "UID": "c", "CompanyName": "O'Brien", "IsActive": true, "Addresses": [{ "Email": "a@b.example" }] },
                { "UID": "d", "CompanyName": null, "FirstName": "Jo", "LastName": "Park", "IsActive": false }
            ],
            "Sale/Invoice/Item": [{ "UID": "7", "Number": "INV-1", "TotalAmount": 110.1, "BalanceDueAmount": 49.1,
                "Status": "Open", "Customer": { "UID": "c" } }],
            "Sale/Invoice/Service": [{ "UID": "8", "Number": "CN-1", "TotalAmount": -11.0, "BalanceDueAmount": 0,
                "Status": "Closed", "Customer": { "UID": "c" } }],
            "Purchase/Bill/Service": [{ "UID": "9", "Number": "00000001", "SupplierInvoiceNumber": "A-991", "TotalAmount": 5,
                "BalanceDueAmount": 5, "Status": "Open", "Supplier": { "UID": "s" } }],
            "Sale/CustomerPayment": [{ "ReceiptNumber": "RC-1", "AmountReceived": 50,
                "Invoices": [{ "UID": "7", "AmountApplied": 50 }] }],
            "Purchase/SupplierPayment": [{ "PaymentNumber": "PY-1", "AmountPaid": 5,
                "Lines": [{ "Purchase": { "UID": "9" }, "AmountApplied": 5 }] }],
            "Sale/CreditSettlement": [{ "CreditFromInvoice": { "UID": "8" }, "CreditAmount": 11,
                "Lines": [{ "Sale": { "UID": "7" }, "AmountApplied": 11 }] }]
        })
    }

    fn found(kind: RecordKind) -> Vec<(String, String, String)> {
        let books = booked(&ledger()).into_iter().filter(|booked| booked.kind == kind);
        books.map(|booked| (booked.name, booked.about, booked.total.to_string())).collect()
    }

    fn row(name: &str, about: &str, total: &str) -> (String, String, String) {
        (name.to_owned(), about.to_owned(), total.to_owned())
    }

    #[test]
    fn an_invoice_below_zero_is_a_credit_note_of_as_much() {
        assert_eq!(found(RecordKind::Invoice), [row("INV-1", "O'Brien", "110.1")]);
        assert_eq!(found(RecordKind::CreditNote), [row("CN-1", "O'Brien", "11.0")]);
    }

    #[test]
    fn money_says_what_it_settles() {
        assert_eq!(found(RecordKind::Payment), [row("RC-1", "INV-1", "50"), row("PY-1", "A-991", "5")]);
        assert_eq!(found(RecordKind::Allocation), [row("CN-1", "INV-1", "11")]);
    }

    #[test]
    fn a_person_has_two_names_and_what_is_inactive_is_shown_as_such() {
        let books = booked(&ledger());
        let person = books.iter().find(|booked| booked.name == "Jo Park").unwrap();
        assert_eq!(person.status, "Inactive");
        assert!(!sums(&books).contains_key(&RecordKind::Customer), "parties have no total");
    }
}
