//! Xero's own description of its API as a witness: every request that we send and every body that the emulator answers.
//!
//! The description is optional reference material beside the project; without it the test says so and passes. Nothing is
//! left out before bodies are compared: what the real API answers beyond its description stands in a table, with its fact.

mod beyond;
mod contract;

use bytes::Bytes;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::token::TokenStore;
use factory_accounting_testkit::Wire;
use factory_accounting_testkit::sweep::World;
use http::{Method, Request};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::host::{Exchanged, Host, connection, locked};
use crate::make::{customer, document, payment, record, supplier};
use crate::say;
use contract::{Contract, Way};

/// The schema of a call's body and that of its elements, which refusals repeat.
fn schemas(path: &str) -> Option<(&'static str, &'static str)> {
    let parts: Vec<&str> = path.strip_prefix("/api.xro/2.0/")?.split('/').collect();
    Some(match (parts.first().copied()?, parts.get(2).copied()) {
        // Taking an allocation off answers the bare object (xero.md 4.10).
        (_, Some("Allocations")) if parts.len() == 4 => ("Allocation", "Allocation"),
        (_, Some("Allocations")) => ("Allocations", "Allocation"),
        (_, Some("Attachments")) => ("Attachments", "Attachment"),
        (_, Some("History")) => ("HistoryRecords", "HistoryRecord"),
        ("ContactGroups", Some("Contacts")) => ("Contacts", "Contact"),
        ("ContactGroups", None) => ("ContactGroups", "ContactGroup"),
        ("LinkedTransactions", None) => ("LinkedTransactions", "LinkedTransaction"),
        ("Prepayments", None) => ("Prepayments", "Prepayment"),
        ("Overpayments", None) => ("Overpayments", "Overpayment"),
        ("Invoices", None) => ("Invoices", "Invoice"),
        ("Contacts", None) => ("Contacts", "Contact"),
        ("Items", None) => ("Items", "Item"),
        ("Quotes", None) => ("Quotes", "Quote"),
        ("PurchaseOrders", None) => ("PurchaseOrders", "PurchaseOrder"),
        ("CreditNotes", None) => ("CreditNotes", "CreditNote"),
        ("Payments", None) => ("Payments", "Payment"),
        ("BatchPayments", None) => ("BatchPayments", "BatchPayment"),
        ("Organisation", None) => ("Organisations", "Organisation"),
        ("Accounts", None) => ("Accounts", "Account"),
        ("TaxRates", None) => ("TaxRates", "TaxRate"),
        ("Currencies", None) => ("Currencies", "Currency"),
        ("TrackingCategories", None) => ("TrackingCategories", "TrackingCategory"),
        _ => return None,
    })
}

/// A day of everything that we can send and read.
fn a_day_of(host: &Host) {
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
    host.void(RecordKind::Payment, "R-1");
    host.void(RecordKind::Quote, "A-1");
    host.clock.run(host.engine.read_changes()).expect("changes");
    let lists = factory_accounting_core::provider::CatalogueKind::ALL;
    host.clock.run(host.engine.refresh(&lists)).expect("lists");
    assert!(host.clock.run(host.engine.attention()).expect("questions").is_empty(), "{:?}", host.books());
}

/// One call and its answer.
struct Seen {
    method: Method,
    path: String,
    /// Verb and target, for the reader.
    told: String,
    sent: Bytes,
    status: Option<u16>,
    answered: Bytes,
}

impl From<&Exchanged> for Seen {
    fn from(call: &Exchanged) -> Self {
        Self {
            method: call.method.clone(),
            path: call.path.clone(),
            told: format!("{} {}?{}", call.method, call.path, call.query),
            sent: call.sent.clone(),
            status: call.status,
            answered: call.answered.clone(),
        }
    }
}

/// Calls that our client does not make, with the token that it has: what only other clients reach must be true as well.
struct Caller<'a> {
    host: &'a Host,
    token: String,
    made: Vec<Seen>,
}

impl<'a> Caller<'a> {
    fn new(host: &'a Host) -> Self {
        let stored = host.clock.run(host.tokens.load(&connection())).expect("tokens").expect("signed in");
        Self { host, token: stored.tokens.access.expose_secret().to_owned(), made: Vec::new() }
    }

    /// The answer's body; none where it is not JSON.
    fn call(&mut self, method: Method, target: &str, body: &Value) -> Value {
        let target = format!("/api.xro/2.0/{target}");
        let sent = if method == Method::GET { Bytes::new() } else { Bytes::from(body.to_string()) };
        let tenant = locked(&self.host.world).tenant.to_string();
        let request = Request::builder()
            .method(method.clone())
            .uri(&target)
            .header("authorization", format!("Bearer {}", self.token))
            .header("xero-tenant-id", tenant)
            .header("accept", "application/json")
            .body(sent.clone())
            .expect("a request");
        self.host.clock.advance(std::time::Duration::from_secs(2));
        let wire = locked(&self.host.world).handle(request, None, self.host.clock.now());
        let Wire::Answer(response) = wire else { panic!("{method} {target}: no answer") };
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let told = format!("{method} {path}?{query}");
        let (status, answered) = (response.status().as_u16(), response.body().clone());
        self.made.push(Seen { method, path: path.to_owned(), told, sent, status: Some(status), answered });
        serde_json::from_slice(response.body()).unwrap_or(Value::Null)
    }

    /// The first element of a write that must succeed.
    fn made(&mut self, method: Method, target: &str, body: &Value) -> Value {
        let answer = self.call(method, target, body);
        let status = self.made.last().and_then(|call| call.status);
        assert_eq!(status, Some(200), "{target}: {answer}");
        let rows = answer.as_object().and_then(|members| members.values().find_map(Value::as_array));
        rows.and_then(|rows| rows.first()).cloned().unwrap_or(answer.clone())
    }

    /// A write that must be refused.
    fn refused(&mut self, method: Method, target: &str, body: &Value) {
        let answer = self.call(method, target, body);
        let status = self.made.last().and_then(|call| call.status);
        assert_eq!(status, Some(400), "{target}: {answer}");
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

/// Groups, links, credits and their allocations, batches, notes: what our client leaves to others.
fn what_others_do(caller: &mut Caller<'_>) {
    let contact = caller.made(Method::GET, "Contacts?searchTerm=Hale", &Value::Null);
    let contact = text(&contact, "ContactID").to_owned();
    let group = caller.made(Method::PUT, "ContactGroups", &json!({"ContactGroups": [{"Name": "Builders"}]}));
    let group = format!("ContactGroups/{}", text(&group, "ContactGroupID"));
    caller.made(Method::PUT, &format!("{group}/Contacts"), &json!({"Contacts": [{"ContactID": contact}]}));
    caller.made(Method::GET, &group, &Value::Null);
    caller.made(Method::GET, "ContactGroups", &Value::Null);
    caller.made(Method::GET, &format!("Contacts/{contact}"), &Value::Null);
    caller.made(Method::POST, &group, &json!({"ContactGroups": [{"Status": "DELETED"}]}));
    links(caller, &contact);
    credits(caller, &contact);
}

fn links(caller: &mut Caller<'_>, contact: &str) {
    let line = json!([{"Description": "Oak", "Quantity": 1, "UnitAmount": 10, "AccountCode": "300"}]);
    let bill = json!({"Type": "ACCPAY", "Contact": {"ContactID": contact}, "LineItems": line});
    let bill = caller.made(Method::PUT, "Invoices", &json!({"Invoices": [bill]}));
    let line = json!([{"Description": "Oak", "Quantity": 1, "UnitAmount": 12, "AccountCode": "200",
        "Tracking": [{"Name": "Region", "Option": "North"}]}]);
    let draft = json!({"Type": "ACCREC", "Contact": {"ContactID": contact}, "LineItems": line});
    let draft = caller.made(Method::PUT, "Invoices", &json!({"Invoices": [draft]}));
    let link = json!({
        "SourceTransactionID": bill["InvoiceID"], "SourceLineItemID": bill["LineItems"][0]["LineItemID"],
        "TargetTransactionID": draft["InvoiceID"], "TargetLineItemID": draft["LineItems"][0]["LineItemID"],
    });
    let made = caller.made(Method::PUT, "LinkedTransactions", &json!({"LinkedTransactions": [link]}));
    let target = format!("LinkedTransactions/{}", text(&made, "LinkedTransactionID"));
    caller.made(Method::GET, &target, &Value::Null);
    caller.made(Method::GET, "LinkedTransactions?page=1", &Value::Null);
    let elsewhere = json!({"SourceTransactionID": draft["InvoiceID"]});
    caller.refused(Method::POST, &target, &json!({"LinkedTransactions": [elsewhere]}));
    let invoice = format!("Invoices/{}", text(&draft, "InvoiceID"));
    let note = json!({"HistoryRecords": [{"Details": "charged on"}]});
    caller.made(Method::PUT, &format!("{invoice}/History"), &note);
    caller.made(Method::GET, &format!("{invoice}/History"), &Value::Null);
}

fn credits(caller: &mut Caller<'_>, contact: &str) {
    let credit = |kind: &str, member: &str| {
        let action = json!({"do": format!("receive_{kind}"), "contact": contact, "account": "090", "amount": "9",
            "line_account": "200", "reference": member});
        caller.host.act(action)["credit"].as_str().expect("an id").to_owned()
    };
    let ids = [
        ("Prepayments", credit("prepayment", "PrepaymentID")),
        ("Overpayments", credit("overpayment", "OverpaymentID")),
    ];
    let line = json!([{"Description": "Oak", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}]);
    let invoice = json!({"Type": "ACCREC", "Contact": {"ContactID": contact}, "LineItems": line,
        "Status": "AUTHORISED", "Date": "2026-11-20", "DueDate": "2026-12-20"});
    let invoice = caller.made(Method::PUT, "Invoices", &json!({"Invoices": [invoice]}))["InvoiceID"].clone();
    for (list, id) in ids {
        let target = format!("{list}/{id}");
        let part = json!({"Invoice": {"InvoiceID": invoice}, "Amount": 4, "Date": "2026-11-21"});
        let whole = json!({"Allocations": [part]});
        let made = caller.made(Method::PUT, &format!("{target}/Allocations"), &whole);
        caller.made(Method::GET, &target, &Value::Null);
        caller.made(Method::GET, list, &Value::Null);
        caller.made(Method::GET, &format!("{list}?page=1"), &Value::Null);
        let too_much =
            json!({"Allocations": [{"Invoice": {"InvoiceID": invoice}, "Amount": 400, "Date": "2026-11-21"}]});
        caller.refused(Method::PUT, &format!("{target}/Allocations"), &too_much);
        caller.call(Method::PUT, &format!("{target}/Allocations?summarizeErrors=false"), &too_much);
        let invoice = format!("Invoices/{}", invoice.as_str().expect("an id"));
        caller.made(Method::GET, &invoice, &Value::Null);
        let allocation = text(&made, "AllocationID");
        let off = caller.call(Method::DELETE, &format!("{target}/Allocations/{allocation}"), &Value::Null);
        assert_eq!(off["IsDeleted"], true, "{off}");
        let member = if list == "Prepayments" { "Prepayment" } else { "Overpayment" };
        let mut refund = json!({"Account": {"Code": "090"}, "Amount": 2, "Date": "2026-11-21"});
        refund[member] = json!({ format!("{member}ID"): id });
        caller.made(Method::PUT, "Payments", &json!({"Payments": [refund]}));
    }
    let batch = json!({"Account": {"Code": "090"}, "Date": "2026-11-21", "Payments": [{"Invoice": {"InvoiceID": invoice}, "Amount": 5}]});
    caller.made(Method::PUT, "BatchPayments", &json!({"BatchPayments": [batch]}));
    caller.made(Method::GET, "BatchPayments", &Value::Null);
}

/// One refusal of each resource, and a batch whose errors are not summarised.
fn what_is_refused(caller: &mut Caller<'_>) {
    let nothing = json!({"Type": "ACCREC", "Status": "AUTHORISED"});
    let good = json!({"Type": "ACCREC", "Contact": {"Name": "Hale Joinery Ltd"},
        "LineItems": [{"Description": "Oak", "Quantity": 1, "UnitAmount": 1, "AccountCode": "200"}]});
    caller.call(Method::PUT, "Invoices?summarizeErrors=false", &json!({"Invoices": [good, nothing]}));
    for (list, element) in [
        ("Invoices", nothing),
        ("Contacts", json!({"Name": "Hale Joinery Ltd"})),
        ("CreditNotes", json!({"Type": "ACCRECCREDIT"})),
        ("PurchaseOrders", json!({"Reference": "x"})),
        ("Quotes", json!({"Reference": "x"})),
        ("Items", json!({"Code": "OAK-40"})),
        ("Payments", json!({"Amount": 1})),
        ("ContactGroups", json!({"Name": ""})),
        ("Accounts", json!({"Code": "201", "Name": "Sales", "Type": "REVENUE"})),
    ] {
        caller.refused(Method::PUT, list, &json!({ list: [element] }));
    }
    caller.refused(Method::PUT, "Invoices", &json!({}));
    caller.refused(Method::GET, "Invoices?where=Nonsense==1", &Value::Null);
}

#[test]
fn every_request_and_every_answer_fits_xeros_own_description() {
    let Some(mut contract) = Contract::read() else {
        say("wire witness: ../shared/contracts is not there; nothing was compared");
        return;
    };
    let host = Host::new();
    a_day_of(&host);
    let mut caller = Caller::new(&host);
    what_others_do(&mut caller);
    what_is_refused(&mut caller);
    let (ours, theirs): (Vec<Seen>, Vec<Seen>) = (host.exchanged().iter().map(Seen::from).collect(), caller.made);
    let mut found = Vec::new();
    let (mut requests, mut answers, mut refusals) = (0, 0, 0);
    for (call, is_ours) in ours.iter().map(|call| (call, true)).chain(theirs.iter().map(|call| (call, false))) {
        let Some((list, element)) = schemas(&call.path) else { continue };
        let told = &call.told;
        if is_ours && call.method != Method::GET && !call.sent.is_empty() {
            let body: Value = serde_json::from_slice(&call.sent).expect("we send JSON");
            // What deletes a payment has a schema of its own.
            let deletes = call.method == Method::POST && call.path.starts_with("/api.xro/2.0/Payments/");
            let complaints = contract.complaints(if deletes { "PaymentDelete" } else { list }, &body, Way::Sent);
            found.extend(complaints.into_iter().map(|text| format!("sent {told}: {text}")));
            requests += 1;
        }
        let json = || serde_json::from_slice::<Value>(&call.answered).expect("the emulator answers JSON");
        let complaints = match call.status {
            Some(200) => {
                answers += 1;
                contract.complaints(list, &json(), Way::Answered)
            }
            Some(400) => {
                refusals += 1;
                contract.complaints_of_refusal(element, &json())
            }
            _ => Vec::new(),
        };
        found.extend(complaints.into_iter().map(|text| format!("answered {told}: {text}")));
    }
    say(&format!("wire witness: {requests} requests, {answers} answers and {refusals} refusals compared"));
    assert!(requests > 10 && answers > 45 && refusals > 13, "{requests}, {answers}, {refusals}");
    assert!(found.is_empty(), "{} complaints: {:#?}", found.len(), found.iter().take(60).collect::<Vec<_>>());
    assert!(contract.unused().is_empty(), "no answer needs {:#?}", contract.unused());
}
