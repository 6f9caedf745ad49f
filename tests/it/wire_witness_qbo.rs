//! Intuit's own description of its API as a witness: every request that we send and every body that the emulator answers.
//!
//! The description is optional reference material beside the project; without it the test says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::CatalogueKind;
use factory_accounting_emulator::qbo::Country;
use http::Method;
use serde_json::{Value, json};

use crate::host::{Exchanged, Host};
use crate::make::{customer, document, in_currency, payment, record, supplier};
use crate::qbo::xsd::{Complaint, Description};
use crate::say;
use crate::world::QboWorld;

/// What the API takes or answers beyond its description: type, member, and the fact. Each has to be needed.
const BEYOND: &[(&str, &str, &str)] = &[];

/// A day of everything that we can send and read.
fn exchanged(country: Country) -> Vec<Exchanged> {
    let world = QboWorld::of(country);
    let currency = world.currency();
    let host = Host::over(world);
    let own = |records: Vec<factory_accounting_core::model::Record>| {
        records.iter().map(|record| in_currency(currency, record)).collect::<Vec<_>>()
    };
    let records = vec![
        record(
            json!({ "kind": "customer", "id": "C1", "name": "Hale Joinery", "email": "ap@hale.test", "phone": "04 555 0100",
            "tax_number": "51824753556", "terms": { "days": 30, "from": "document_date" },
            "contacts": [{ "first_name": "Mere", "last_name": "Tane", "email": "mere@hale.test" }],
            "addresses": [{ "kind": "postal", "lines": ["PO Box 9"], "city": "Newcastle", "region": "NSW", "postal_code": "2300",
                "country": "Australia" }] }),
        ),
        supplier("S1", "Kauri Timber"),
        supplier("S2", "Hale Joinery"),
        record(json!({ "kind": "job", "id": "J1", "number": "J-1", "name": "Staircase", "customer": "C1" })),
        record(
            json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm", "description": "Oak, 40 mm",
            "sales": { "unit_price": "10.25", "account": "200" }, "purchases": { "unit_price": "6.10", "account": "300" } }),
        ),
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
            { "type": "item", "product": "P1", "description": "Oak", "quantity": "2.5", "unit_price": "10.2575", "job": "J1",
              "discount": { "rate": "12.5" } },
            { "type": "text", "text": "as agreed" } ] }),
        ),
        document("invoice", "F-3", "C1", "99.99", json!({ "tax_mode": "inclusive" })),
        document("invoice", "F-4", "C1", "100", json!({})),
        document("credit_note", "K-1", "C1", "20", json!({ "allocations": [{ "invoice": "F-4", "amount": "10" }] })),
        document("purchase_order", "B-5", "S1", "80", json!({ "delivery": "2026-12-01" })),
        document("bill", "KT-1", "S1", "80", json!({ "purchase_order": "B-5" })),
        payment("R-1", json!({ "invoice": "F-4" }), "5"),
        payment("R-2", json!({ "bill": "KT-1" }), "5"),
    ];
    host.send(own(records));
    host.send(own(vec![
        document("invoice", "F-2", "C1", "400", json!({ "order": "SO-1" })),
        customer("C1", "Hale Joinery Ltd"),
        document("invoice", "F-4", "C1", "100", json!({ "due": "2027-01-20" })),
    ]));
    host.void(RecordKind::Payment, "R-1");
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.clock.advance(Duration::from_secs(60));
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.clock.run(host.engine.refresh(&CatalogueKind::ALL)).expect("lists");
    assert!(host.clock.run(host.engine.attention()).expect("questions").is_empty(), "{country:?}: {:?}", host.books());
    host.exchanged()
}

/// The type of what is posted to a path.
fn posted<'a>(description: &'a Description, call: &Exchanged) -> Option<&'a str> {
    let name = call.path.rsplit('/').next()?;
    if name == "batch" {
        return Some("IntuitBatchRequest");
    }
    let entities = [
        "Account",
        "Attachable",
        "Bill",
        "BillPayment",
        "CreditMemo",
        "Customer",
        "Estimate",
        "Invoice",
        "Item",
        "Payment",
        "PurchaseOrder",
        "Vendor",
    ];
    description.entity(entities.into_iter().find(|entity| entity.eq_ignore_ascii_case(name))?)
}

#[test]
fn every_request_and_every_answer_fits_intuits_own_description() {
    let Some(description) = Description::read() else {
        say("wire witness: ../shared/contracts is not there; nothing was compared");
        return;
    };
    let mut complaints: BTreeMap<Complaint, String> = BTreeMap::new();
    let (mut requests, mut answers) = (0, 0);
    let calls = [Country::Au, Country::Gb, Country::Us].into_iter().flat_map(exchanged);
    for call in calls.filter(|call| call.path.starts_with("/v3/company/")) {
        let mut found = Vec::new();
        if call.method == Method::POST
            && let Some(of) = posted(&description, &call)
        {
            let body: Value = serde_json::from_slice(&call.sent).expect("we send JSON");
            description.complaints(of, &body, &mut found);
            requests += 1;
        }
        if let Ok(body) = serde_json::from_slice::<Value>(&call.answered) {
            description.complaints("IntuitResponse", &body, &mut found);
            answers += 1;
        }
        let told = format!("{} {}?{}", call.method, call.path, call.query);
        for complaint in found {
            complaints.entry(complaint).or_insert_with(|| told.clone());
        }
    }
    say(&format!("wire witness, QuickBooks: {requests} requests and {answers} answers compared"));
    assert!(requests > 30 && answers > 60, "{requests} requests and {answers} answers");
    let mut needed = BTreeSet::new();
    complaints.retain(|complaint, _| {
        let known = BEYOND.iter().find(|(of, member, _)| *of == complaint.of && *member == complaint.member);
        needed.extend(known.map(|(of, member, _)| (*of, *member)));
        known.is_none()
    });
    assert!(complaints.is_empty(), "{} complaints: {complaints:#?}", complaints.len());
    for (of, member, fact) in BEYOND {
        assert!(
            needed.contains(&(*of, *member)),
            "{of}.{member} ({fact}) is not needed any more: take it out of the list"
        );
    }
}

#[test]
fn the_witness_notices_a_member_a_type_a_word_and_a_list_that_do_not_fit() {
    let Some(description) = Description::read() else {
        say("wire witness: ../shared/contracts is not there; nothing was compared");
        return;
    };
    let complained = |value: Value| {
        let mut found = Vec::new();
        description.complaints("Invoice", &value, &mut found);
        found.into_iter().map(|complaint| complaint.member).collect::<Vec<_>>()
    };
    assert_eq!(
        complained(json!({ "DocNumber": "F-1", "Line": [{ "Amount": 5.5, "DetailType": "SubTotalLineDetail" }] })),
        [""; 0]
    );
    assert_eq!(complained(json!({ "DocNumbr": "F-1" })), ["DocNumbr"]);
    assert_eq!(complained(json!({ "Line": [{ "Amount": true }] })).len(), 1);
    assert_eq!(complained(json!({ "DocNumber": ["F-1"] })), ["DocNumber"]);
    assert_eq!(complained(json!({ "Line": [{ "DetailType": "SalesLine" }] })), ["SalesLine"]);
    assert_eq!(complained(json!({ "CustomerRef": { "value": "1", "nom": "Hale" } })), ["nom"]);
    assert_eq!(complained(json!({ "TxnDate": "yesterday" })).len(), 1);
}
