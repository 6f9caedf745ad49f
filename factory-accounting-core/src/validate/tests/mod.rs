//! One row per complaint: what is put where, and what is said about it.

mod limiting;
mod validating;

use serde_json::{Value, json};

use crate::error::Issue;
use crate::model::Record;

fn line(product: &str) -> Value {
    json!({ "type": "item", "product": product, "description": "Gate", "quantity": "2", "unit_price": "50.00" })
}

fn party(kind: &str) -> Value {
    json!({
        "kind": kind, "id": "p-1", "name": "Acme Fabrication Ltd", "email": "ap@acme.example", "phone": "04 555 0100",
        "tax_number": "123-456-789",
        "addresses": [
            { "kind": "postal", "lines": ["PO Box 9"], "city": "Wellington", "postal_code": "6011" },
            { "kind": "street", "attention": "Stores", "lines": ["1 Quay St", "Gate 4"], "country": "New Zealand" },
        ],
        "contacts": [{ "first_name": "Jo", "last_name": "Fern", "email": "jo@acme.example" }, { "phone": "04 555 0101" }],
        "terms": { "days": 20, "from": "day_of_next_month" },
    })
}

fn document(kind: &str, party: &str) -> Value {
    json!({
        "kind": kind, "id": "d-1", "number": "D-1042", party: "p-1", "date": "2026-11-20", "currency": "NZD",
        "lines": [line("pr-1"), { "type": "text", "text": "thank you" }],
        "references": { "job_number": "J-7", "site_address": "1 Quay St\nWellington" },
    })
}

/// A record of each kind with nothing wrong with it.
fn sound(kind: &str) -> Value {
    match kind {
        "customer" | "supplier" => party(kind),
        "product" => json!({
            "kind": kind, "id": "pr-1", "code": "GATE", "name": "Gate", "description": "Hot dip\ngalvanised",
            "sales": { "unit_price": "50", "account": "200", "tax": "OUTPUT2" }, "purchases": { "unit_price": "20" },
        }),
        "job" => json!({ "kind": kind, "id": "j-1", "number": "J-7", "name": "Quay St", "parent": "j-0" }),
        "payment" => json!({
            "kind": kind, "id": "pay-1", "number": "RCPT-77", "target": { "invoice": "d-1" }, "date": "2026-11-21",
            "amount": { "amount": "24.15", "currency": "NZD" }, "method": "bank",
        }),
        "purchase_order" | "bill" => document(kind, "supplier"),
        "credit_note" => {
            let mut note = document(kind, "customer");
            note["total"] = json!("115.00");
            note["allocations"] =
                json!([{ "invoice": "d-8", "amount": "60.50" }, { "invoice": "d-9", "amount": "54.50" }]);
            note
        }
        _ => document(kind, "customer"),
    }
}

const KINDS: [&str; 11] = [
    "customer",
    "supplier",
    "product",
    "job",
    "quote",
    "order",
    "invoice",
    "credit_note",
    "purchase_order",
    "bill",
    "payment",
];

fn parse(value: &Value) -> Record {
    Record::parse(&value.to_string()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// `allocations[1].amount` to where it is in the JSON form; what is missing on the way is made.
fn put(record: &mut Value, path: &str, value: Value) {
    let mut place = record;
    for step in path.replace('[', ".").replace(']', "").split('.') {
        place = match step.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[step],
        };
    }
    *place = value;
}

/// A cell: JSON where it is JSON, text else.
fn value(cell: &str) -> Value {
    serde_json::from_str(cell).unwrap_or_else(|_| json!(cell))
}

fn rows(table: &str) -> Vec<Vec<&str>> {
    let all: Vec<Vec<&str>> = table
        .lines()
        .filter(|row| row.starts_with('|') && !row.starts_with("|-"))
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(all.len() > 1, "the table has rows");
    all[1..].to_vec()
}

/// Exactly one complaint, about that path, with that text, on one line and with a remedy.
fn check(issues: &[Issue], path: &str, fragment: &str, row: &[&str]) {
    let [issue] = issues else { panic!("{row:?}: {issues:?}") };
    assert_eq!(issue.path, path, "{row:?}: {issue}");
    assert!(issue.message.contains(fragment), "{row:?}: {issue}");
    let remedied = issue.message.split_once(": ").is_some_and(|(_, remedy)| !remedy.is_empty());
    assert!(remedied && !issue.message.contains('\n'), "{row:?}: {issue}");
    assert!(issue.message.starts_with(char::is_lowercase), "{row:?}: {issue}");
}
