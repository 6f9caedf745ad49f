//! Xero's own description of its API as a witness: every request that we send and every body that the emulator answers.
//!
//! The description is optional reference material beside the project; without it the test says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::host::{Exchanged, Host};
use crate::make::{customer, document, payment, record, supplier};
use crate::say;

/// Members that answers carry beside the collection (xero.md 0.4); the description has them for some lists only.
const ENVELOPE: [&str; 7] =
    ["Id", "Status", "ProviderName", "DateTimeUTC", "pagination", "SummarizeErrors", "Warnings"];

/// Members that were recorded from the real API and that the description does not have (xero.md 0.4, 0.5, 4).
const RECORDED: [&str; 12] = [
    "UpdatedDateUTCString",
    "DateString",
    "DueDateString",
    "ExpiryDateString",
    "DeliveryDateString",
    "ID",
    "HasErrors",
    "IsDiscounted",
    "HasValidationErrors",
    "Type",
    "DateUTCString",
    "StatusAttributeString",
];

fn description() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contracts/xero/xero_accounting.yaml");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_yaml_ng::from_str(&text).expect("the description is YAML"))
}

/// OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and where asked unknown members are refused.
fn translated(value: &Value, strict: bool) -> Value {
    match value {
        Value::Object(members) => {
            let mut out: serde_json::Map<String, Value> = members
                .iter()
                .filter(|(name, _)| {
                    !matches!(
                        name.as_str(),
                        "example" | "examples" | "nullable" | "readOnly" | "format" | "externalDocs"
                    )
                })
                .map(|(name, value)| (name.clone(), translated(value, strict)))
                .collect();
            if members.get("nullable") == Some(&Value::Bool(true)) {
                if let Some(Value::String(kind)) = members.get("type") {
                    out.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(Value::Array(values)) = out.get_mut("enum") {
                    values.push(Value::Null);
                }
            }
            if strict && members.get("type") == Some(&json!("object")) && members.contains_key("properties") {
                out.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            Value::Object(out)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| translated(item, strict)).collect()),
        other => other.clone(),
    }
}

fn validator(description: &Value, schema: &str, strict: bool) -> jsonschema::Validator {
    let root = json!({
        "$ref": format!("#/components/schemas/{schema}"),
        "components": { "schemas": translated(&description["components"]["schemas"], strict) },
    });
    jsonschema::validator_for(&root).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

/// The schema of a resource's envelope.
fn schema(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.trim_start_matches("/api.xro/2.0/").split('/').collect();
    Some(match (parts.first().copied()?, parts.get(2).copied()) {
        (_, Some("Allocations")) => "Allocations",
        (_, Some("Attachments")) => "Attachments",
        (_, Some("History")) => "HistoryRecords",
        ("Invoices", None) => "Invoices",
        ("Contacts", None) => "Contacts",
        ("Items", None) => "Items",
        ("Quotes", None) => "Quotes",
        ("PurchaseOrders", None) => "PurchaseOrders",
        ("CreditNotes", None) => "CreditNotes",
        ("Payments", None) if parts.len() == 1 => "Payments",
        ("Organisation", None) => "Organisations",
        ("Accounts", None) => "Accounts",
        ("TaxRates", None) => "TaxRates",
        ("Currencies", None) => "Currencies",
        ("TrackingCategories", None) => "TrackingCategories",
        _ => return None,
    })
}

fn complaints(validator: &jsonschema::Validator, body: &Value) -> Vec<String> {
    validator
        .iter_errors(body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .map(|text| text.chars().take(300).collect())
        .collect()
}

/// A day of everything that we can send and read.
fn exchanged() -> Vec<Exchanged> {
    let host = Host::new();
    let records = vec![
        record(
            json!({ "kind": "customer", "id": "C1", "name": "Hale Joinery", "email": "ap@hale.test", "phone": "04 555 0100",
            "tax_number": "101-2-303", "terms": { "days": 20, "from": "end_of_month" }, "currency": "NZD",
            "contacts": [{ "first_name": "Mere", "last_name": "Tane", "email": "mere@hale.test" }],
            "addresses": [{ "kind": "postal", "lines": ["PO Box 9"], "city": "Wellington", "postal_code": "6011", "country": "New Zealand" }] }),
        ),
        supplier("S1", "Kauri Timber"),
        record(json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm",
            "sales": { "unit_price": "10.25", "account": "200", "tax": "OUTPUT2" } })),
        document(
            "quote",
            "A-1",
            "C1",
            "100",
            json!({ "stage": "sent", "expires": "2026-12-20", "title": "Stairs", "terms": "20 days" }),
        ),
        document("order", "SO-1", "C1", "400", json!({})),
        document(
            "invoice",
            "F-1",
            "C1",
            "100",
            json!({ "lines": [
            { "type": "item", "product": "P1", "description": "Oak", "quantity": "2.5", "unit_price": "10.2575", "discount": { "rate": "12.5" } },
            { "type": "text", "text": "as agreed" } ] }),
        ),
        document("credit_note", "K-1", "C1", "20", json!({ "allocations": [{ "invoice": "F-1", "amount": "10" }] })),
        document("purchase_order", "B-5", "S1", "80", json!({ "delivery": "2026-12-01" })),
        document("bill", "KT-1", "S1", "80", json!({ "purchase_order": "B-5" })),
        payment("R-1", json!({ "invoice": "F-1" }), "5"),
    ];
    host.send(records);
    host.send(vec![
        document("invoice", "F-2", "C1", "400", json!({ "order": "SO-1" })),
        customer("C1", "Hale Joinery Ltd"),
    ]);
    host.send(vec![document("bill", "KT-1", "S1", "81", json!({ "purchase_order": "B-5" }))]);
    host.clock.run(host.engine.read_changes()).expect("changes");
    let lists = factory_accounting_core::provider::CatalogueKind::ALL;
    host.clock.run(host.engine.refresh(&lists)).expect("lists");
    assert!(host.clock.run(host.engine.attention()).expect("questions").is_empty(), "{:?}", host.books());
    host.exchanged()
}

#[test]
fn every_request_and_every_answer_fits_xeros_own_description() {
    let Some(description) = description() else {
        say("wire witness: ../shared/contracts is not there; nothing was compared");
        return;
    };
    let mut validators: BTreeMap<(&str, bool), jsonschema::Validator> = BTreeMap::new();
    let mut found = BTreeSet::new();
    let (mut requests, mut answers) = (0, 0);
    for call in exchanged() {
        let Some(schema) = schema(&call.path).filter(|_| call.path.starts_with("/api.xro/")) else { continue };
        let told = format!("{} {}?{}", call.method, call.path, call.query);
        if call.method != http::Method::GET && !call.sent.is_empty() {
            let body: Value = serde_json::from_slice(&call.sent).expect("we send JSON");
            let strict = validators.entry((schema, true)).or_insert_with(|| validator(&description, schema, true));
            found.extend(complaints(strict, &body).into_iter().map(|text| format!("sent {told}: {text}")));
            requests += 1;
        }
        if call.status == Some(200) {
            let mut body: Value = serde_json::from_slice(&call.answered).expect("the emulator answers JSON");
            trim(&mut body);
            let lenient = validators.entry((schema, false)).or_insert_with(|| validator(&description, schema, false));
            found.extend(complaints(lenient, &body).into_iter().map(|text| format!("answered {told}: {text}")));
            answers += 1;
        }
    }
    say(&format!("wire witness: {requests} requests and {answers} answers compared"));
    assert!(requests > 10 && answers > 15, "{requests} requests and {answers} answers");
    assert!(found.is_empty(), "{} complaints: {:#?}", found.len(), found.iter().take(25).collect::<Vec<_>>());
}

/// Leaves out what the description does not have and reality has.
fn trim(body: &mut Value) {
    if let Value::Object(members) = body {
        members.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    }
    fn inner(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members
                    .retain(|name, value| !RECORDED.contains(&name.as_str()) || (name == "Type" && value.is_string()));
                members.values_mut().for_each(inner);
            }
            Value::Array(items) => items.iter_mut().for_each(inner),
            _ => {}
        }
    }
    inner(body);
}
