//! Contact groups and linked transactions (xero.md 4.1, 4.16).

use super::{Bench, invoice};
use http::Method;
use serde_json::{Value, json};

fn group(bench: &mut Bench, name: &str) -> String {
    let made = bench.made(Method::PUT, "ContactGroups", &json!({"ContactGroups": [{"Name": name}]}));
    made["ContactGroupID"].as_str().expect("id").to_owned()
}

#[test]
fn a_group_takes_members_answers_them_by_id_and_shows_on_their_reads() {
    let mut bench = Bench::new();
    let id = group(&mut bench, "Builders");
    let (acme, beta) = (bench.customer("Acme"), bench.customer("Beta"));
    let target = format!("ContactGroups/{id}");
    let members = json!({"Contacts": [{"ContactID": acme}, {"ContactID": beta}, {"ContactID": acme}]});
    let (status, answer) = bench.put(&format!("{target}/Contacts"), &members);
    assert_eq!((status, answer["Contacts"].as_array().map(Vec::len)), (200, Some(3)));
    let held = bench.get(&target)["ContactGroups"][0].clone();
    let names: Vec<&Value> = held["Contacts"].as_array().into_iter().flatten().map(|row| &row["Name"]).collect();
    assert_eq!(names, ["Acme", "Beta"]);
    assert_eq!(bench.get("ContactGroups")["ContactGroups"][0]["Contacts"], json!([]));
    let read = bench.get(&format!("Contacts/{acme}"))["Contacts"][0].clone();
    assert_eq!(read["ContactGroups"][0]["Name"], "Builders");
}

#[test]
fn members_leave_one_by_one_or_all_at_once() {
    let mut bench = Bench::new();
    let id = group(&mut bench, "Builders");
    let contacts: Vec<String> = ["Acme", "Beta", "Gamma"].iter().map(|name| bench.customer(name)).collect();
    let members: Vec<Value> = contacts.iter().map(|id| json!({"ContactID": id})).collect();
    let target = format!("ContactGroups/{id}/Contacts");
    bench.put(&target, &json!({"Contacts": members}));
    let one = format!("{target}/{}", contacts[0]);
    assert_eq!(bench.send(Method::DELETE, &one, &json!({})).0, 204);
    assert_eq!(bench.send(Method::DELETE, &one, &json!({})).0, 400);
    let left = bench.get(&format!("ContactGroups/{id}"))["ContactGroups"][0]["Contacts"].clone();
    assert_eq!(left.as_array().map(Vec::len), Some(2));
    assert_eq!(bench.send(Method::DELETE, &target, &json!({})).0, 204);
    assert_eq!(bench.get(&format!("ContactGroups/{id}"))["ContactGroups"][0]["Contacts"], json!([]));
}

#[test]
fn a_group_is_renamed_and_a_deleted_one_is_answered_no_more() {
    let mut bench = Bench::new();
    let id = group(&mut bench, "Builders");
    let target = format!("ContactGroups/{id}");
    assert_eq!(bench.made(Method::POST, &target, &json!({"Name": "Trade"}))["Name"], "Trade");
    assert_eq!(bench.made(Method::POST, &target, &json!({"Status": "DELETED"}))["Status"], "DELETED");
    assert_eq!(bench.get("ContactGroups")["ContactGroups"], json!([]));
    assert_eq!(bench.send(Method::GET, &target, &json!({})).0, 404);
}

#[test]
fn a_group_needs_a_name_and_the_hundred_and_first_is_refused() {
    let mut bench = Bench::new();
    assert_eq!(bench.put("ContactGroups", &json!({"ContactGroups": [{"Name": " "}]})).0, 400);
    let many: Vec<Value> = (0..100).map(|at| json!({"Name": format!("G{at}")})).collect();
    assert_eq!(bench.put("ContactGroups", &json!({"ContactGroups": many})).0, 200);
    let refused = bench.refused(Method::PUT, "ContactGroups", &json!({"Name": "One more"}));
    assert_eq!(refused, ["You’ve reached the limit of 100 contact groups."]);
    let first = bench.get("ContactGroups?where=Name==\"G0\"")["ContactGroups"][0]["ContactGroupID"].clone();
    bench.made(Method::POST, &format!("ContactGroups/{}", first.as_str().expect("id")), &json!({"Status": "DELETED"}));
    bench.made(Method::PUT, "ContactGroups", &json!({"Name": "One more"}));
    let stranger = json!({"ContactID": "11111111-2222-4333-8444-555555555555"});
    let id = group_of(&mut bench, "G1");
    assert_eq!(bench.put(&format!("ContactGroups/{id}/Contacts"), &stranger).0, 400);
    assert_eq!(bench.post("ContactGroups", &json!({"Name": "x"})).0, 405);
}

fn group_of(bench: &mut Bench, name: &str) -> String {
    let found = bench.get(&format!("ContactGroups?where=Name==\"{name}\""));
    found["ContactGroups"][0]["ContactGroupID"].as_str().expect("id").to_owned()
}

/// A bill of a supplier, a customer with a draft invoice, and the link between their lines as it is sent.
struct Linked {
    bill: Value,
    draft: Value,
    customer: String,
}

fn linked(bench: &mut Bench) -> Linked {
    let supplier = bench.customer("Kauri Timber");
    let mut bill = invoice(&supplier, "KT-1", "DRAFT");
    bill["Type"] = json!("ACCPAY");
    bill["LineItems"][0]["AccountCode"] = json!("300");
    let bill = bench.made(Method::PUT, "Invoices", &bill);
    let customer = bench.customer("Hale Joinery");
    let draft = bench.made(Method::PUT, "Invoices", &invoice(&customer, "F-1", "DRAFT"));
    Linked { bill, draft, customer }
}

impl Linked {
    fn source(&self) -> Value {
        json!({
            "SourceTransactionID": self.bill["InvoiceID"],
            "SourceLineItemID": self.bill["LineItems"][0]["LineItemID"],
        })
    }

    fn target(&self) -> Value {
        json!({
            "TargetTransactionID": self.draft["InvoiceID"],
            "TargetLineItemID": self.draft["LineItems"][0]["LineItemID"],
        })
    }
}

fn approve(bench: &mut Bench, document: &Value) {
    let target = format!("Invoices/{}", document["InvoiceID"].as_str().expect("id"));
    bench.made(Method::POST, &target, &json!({"Status": "AUTHORISED"}));
}

#[test]
fn a_linked_line_follows_its_bill_and_the_invoice_it_is_charged_on() {
    let mut bench = Bench::new();
    let own = linked(&mut bench);
    let made = bench.made(Method::PUT, "LinkedTransactions", &own.source());
    assert_eq!(
        (&made["Status"], &made["Type"], &made["SourceTransactionTypeCode"]),
        (&json!("DRAFT"), &json!("BILLABLEEXPENSE"), &json!("ACCPAY"))
    );
    let target = format!("LinkedTransactions/{}", made["LinkedTransactionID"].as_str().expect("id"));
    let status = |bench: &mut Bench| bench.get(&target)["LinkedTransactions"][0]["Status"].clone();
    approve(&mut bench, &own.bill);
    assert_eq!(status(&mut bench), "APPROVED");
    let charged = bench.made(Method::POST, &target, &own.target());
    assert_eq!((&charged["Status"], &charged["ContactID"]), (&json!("ONDRAFT"), &json!(own.customer)));
    approve(&mut bench, &own.draft);
    assert_eq!(status(&mut bench), "BILLED");
    let bill = format!("Invoices/{}", own.bill["InvoiceID"].as_str().expect("id"));
    bench.made(Method::POST, &bill, &json!({"Status": "VOIDED"}));
    assert_eq!(status(&mut bench), "VOIDED");
    assert_eq!(bench.send(Method::DELETE, &target, &json!({})).0, 204);
    assert_eq!(bench.send(Method::GET, &target, &json!({})).0, 404);
}

#[test]
fn links_are_listed_a_hundred_a_page_and_filtered_without_a_pagination_object() {
    let mut bench = Bench::new();
    let own = linked(&mut bench);
    for _ in 0..101 {
        bench.made(Method::PUT, "LinkedTransactions", &own.source());
    }
    let whole = bench.get("LinkedTransactions");
    assert_eq!(whole["LinkedTransactions"].as_array().map(Vec::len), Some(100));
    assert_eq!(whole.get("pagination"), None);
    assert_eq!(bench.get("LinkedTransactions?page=2")["LinkedTransactions"].as_array().map(Vec::len), Some(1));
    let first = whole["LinkedTransactions"][0]["LinkedTransactionID"].as_str().expect("id").to_owned();
    bench.made(Method::POST, &format!("LinkedTransactions/{first}"), &json!({"ContactID": own.customer}));
    for (query, rows) in [
        (format!("ContactID={}", own.customer), 1),
        (format!("ContactID={}&Status=APPROVED", own.customer), 0),
        (format!("SourceTransactionID={}", own.bill["InvoiceID"].as_str().expect("id")), 100),
        (format!("TargetTransactionID={}", own.draft["InvoiceID"].as_str().expect("id")), 0),
        (format!("LinkedTransactionID={first}"), 1),
    ] {
        let found = bench.get(&format!("LinkedTransactions?{query}"))["LinkedTransactions"].clone();
        assert_eq!(found.as_array().map(Vec::len), Some(rows), "{query}");
    }
}

#[test]
fn a_link_that_does_not_fit_its_documents_is_refused_by_its_message() {
    let mut bench = Bench::new();
    let own = linked(&mut bench);
    let other = bench.customer("Other");
    approve(&mut bench, &own.bill);
    let with = |more: Value| {
        let mut body = own.source();
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    };
    let mut elsewhere = own.target();
    elsewhere["ContactID"] = json!(other);
    for (body, message) in [
        (
            with(json!({"SourceLineItemID": own.draft["LineItems"][0]["LineItemID"]})),
            "The SourceLineItemID and SourceTransactionID do not match",
        ),
        (
            json!({"SourceTransactionID": own.draft["InvoiceID"], "SourceLineItemID": own.draft["LineItems"][0]["LineItemID"]}),
            "The SourceLineItemID and SourceTransactionID do not match",
        ),
        (with(elsewhere), "The ContactID and the TargetTransaction ContactID do not match"),
        (
            with(json!({"TargetTransactionID": own.draft["InvoiceID"]})),
            "TargetTransactionID and TargetLineItemID must be sent together",
        ),
    ] {
        assert_eq!(bench.refused(Method::PUT, "LinkedTransactions", &body), [message], "{body}");
    }
    approve(&mut bench, &own.draft);
    let late = bench.refused(Method::PUT, "LinkedTransactions", &with(own.target()));
    assert_eq!(late, ["The TargetTransaction must be a draft invoice"]);
    assert_eq!(bench.get("LinkedTransactions")["LinkedTransactions"], json!([]));
}
