//! Records and settings, short enough to read in a test.

use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::settings::Settings;
use serde_json::{Value, json};

use crate::world::{Books, XeroWorld};

pub(crate) mod au;

/// A record from its JSON form.
pub(crate) fn record(form: Value) -> Record {
    Record::parse(&form.to_string()).unwrap_or_else(|error| panic!("{error} in {form}"))
}

pub(crate) fn key(kind: RecordKind, id: &str) -> RecordKey {
    RecordKey::new(kind, id)
}

/// Settings of a workshop in New Zealand that keeps Xero's seeded chart of accounts.
pub(crate) fn settings() -> Settings {
    settings_with(json!({}))
}

/// The same with some of them changed.
pub(crate) fn settings_with(changes: Value) -> Settings {
    XeroWorld::new().settings(changes)
}

pub(crate) fn merge(form: &mut Value, changes: Value) {
    match (form, changes) {
        (Value::Object(form), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(form.entry(name).or_insert(Value::Null), change);
            }
        }
        (form, change) => *form = change,
    }
}

pub(crate) fn customer(id: &str, name: &str) -> Record {
    record(json!({ "kind": "customer", "id": id, "name": name }))
}

pub(crate) const HALE: &str = "Hale Joinery";

/// The customer of most stories: C1.
pub(crate) fn hale() -> Record {
    customer("C1", HALE)
}

pub(crate) fn supplier(id: &str, name: &str) -> Record {
    record(json!({ "kind": "supplier", "id": id, "name": name }))
}

/// A line of the default tax: 15 % on top.
pub(crate) fn line(description: &str, quantity: &str, unit_price: &str) -> Value {
    json!({ "type": "item", "description": description, "quantity": quantity, "unit_price": unit_price })
}

/// A job of Hale's: J1.
pub(crate) fn staircase() -> Record {
    record(json!({ "kind": "job", "id": "J1", "number": "J-104", "name": "Staircase", "customer": "C1" }))
}

/// A line of that job.
pub(crate) fn job_line() -> Value {
    let mut line = line("Oak", "1", "100");
    merge(&mut line, json!({ "job": "J1" }));
    line
}

/// A document of trade over one line; `changes` go over its JSON form.
pub(crate) fn document(kind: &str, id: &str, party: &str, unit_price: &str, changes: Value) -> Record {
    let role = if matches!(kind, "purchase_order" | "bill") { "supplier" } else { "customer" };
    let mut form = json!({
        "kind": kind, "id": id, "number": id, "date": "2026-11-20", "currency": "NZD",
        "lines": [line("Oak top, oiled", "1", unit_price)],
    });
    if matches!(kind, "order" | "invoice" | "bill") {
        merge(&mut form, json!({ "due": "2026-12-20" }));
    }
    merge(&mut form, json!({ role: party }));
    merge(&mut form, changes);
    record(form)
}

/// An invoice BAD-1 of Hale's over one line with changes.
pub(crate) fn with_line(changes: Value) -> Record {
    let mut line = line("Oak top", "1", "10");
    merge(&mut line, changes);
    document("invoice", "BAD-1", "C1", "1", json!({ "lines": [line] }))
}

pub(crate) fn invoice(id: &str, customer: &str, unit_price: &str) -> Record {
    document("invoice", id, customer, unit_price, json!({}))
}

pub(crate) fn payment(id: &str, target: Value, amount: &str) -> Record {
    record(json!({
        "kind": "payment", "id": id, "number": id, "target": target, "date": "2026-11-20",
        "amount": { "amount": amount, "currency": "NZD" },
    }))
}

/// The same record with its amounts in another currency.
pub(crate) fn in_currency(currency: &str, record: &Record) -> Record {
    let mut form = serde_json::to_value(record).expect("records are JSON");
    for holder in ["/currency", "/amount/currency"] {
        if let Some(own) = form.pointer_mut(holder) {
            *own = json!(currency);
        }
    }
    self::record(form)
}
