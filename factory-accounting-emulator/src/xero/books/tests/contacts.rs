//! Contacts (xero.md 4.2).

use super::{Bench, invoice};
use http::Method;
use serde_json::{Value, json};

#[test]
fn an_email_only_update_keeps_the_phone_and_a_sent_list_of_persons_replaces_all() {
    let mut bench = Bench::new();
    let body = json!({"Name": "Acme", "ContactNumber": "C-1",
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "5550100", "PhoneAreaCode": "04"}],
        "ContactPersons": [{"FirstName": "A"}, {"FirstName": "B"}]});
    let id = bench.made(Method::PUT, "Contacts", &body)["ContactID"].clone();
    let update =
        json!({"ContactNumber": "c-1", "EmailAddress": "ap@acme.test", "ContactPersons": [{"FirstName": "C"}]});
    let made = bench.made(Method::POST, "Contacts", &update);
    assert_eq!(made["ContactID"], id);
    assert_eq!(made["Phones"][0]["PhoneNumber"], "5550100");
    assert_eq!(made["ContactPersons"].as_array().map(Vec::len), Some(1));
    let slots: Vec<&Value> = made["Addresses"].as_array().expect("slots").iter().map(|a| &a["AddressType"]).collect();
    assert_eq!(slots, ["STREET", "POBOX"]);
}

#[test]
fn archiving_frees_the_name_but_closes_the_contact() {
    let mut bench = Bench::new();
    let id = bench.customer("Acme");
    bench.made(Method::POST, &format!("Contacts/{id}"), &json!({"ContactStatus": "ARCHIVED"}));
    let refused = bench.refused(Method::POST, &format!("Contacts/{id}"), &json!({"ContactStatus": "ACTIVE"}));
    assert_eq!(refused, [super::super::errors::CONTACT_ARCHIVED_EDIT]);
    assert_eq!(
        bench.refused(Method::PUT, "Invoices", &invoice(&id, "A-1", "DRAFT")),
        [super::super::errors::CONTACT_ARCHIVED_USE]
    );
    assert_ne!(bench.customer("ACME"), id);
    assert_eq!(bench.get("Contacts")["Contacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(bench.get("Contacts?includeArchived=True")["Contacts"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_number_that_nobody_holds_falls_back_to_the_name_as_the_switch_says() {
    for (switch, status) in [("falls_back_to_name", 200), ("refuses_taken_name", 400)] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"contact_match": switch})).expect("switch");
        bench.customer("Acme");
        assert_eq!(bench.post("Contacts", &json!({"Name": "acme", "ContactNumber": "N"})).0, status, "{switch}");
    }
}

#[test]
fn an_unknown_id_is_not_found_and_saves_nothing_of_the_request() {
    let mut bench = Bench::new();
    let batch = json!({"Contacts": [{"Name": "Acme"}, {"ContactID": "7f9a1f6a-0000-4000-8000-000000000001"}]});
    let reply = bench.reply(Method::POST, "Contacts", batch.to_string().as_bytes());
    assert_eq!((reply.status.as_u16(), reply.body.len()), (404, 0));
    assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(bench.get("Contacts")["Contacts"], json!([]));
}

#[test]
fn the_first_invoice_makes_a_customer_without_a_new_time_stamp() {
    let mut bench = Bench::new();
    let made = bench.made(Method::PUT, "Contacts", &json!({"Name": "Acme", "IsCustomer": true}));
    assert_eq!(made["IsCustomer"], false);
    bench.later(60);
    bench.invoice(made["ContactID"].as_str().expect("id"), "A-1");
    let read = bench.get("Contacts?page=1")["Contacts"][0].clone();
    assert_eq!((&read["IsCustomer"], &read["UpdatedDateUTC"]), (&json!(true), &made["UpdatedDateUTC"]));
}

#[test]
fn names_with_loose_spaces_are_refused() {
    let mut bench = Bench::new();
    for name in [" Acme", "Acme ", "Ac  me", "A<b>"] {
        assert_eq!(bench.put("Contacts", &json!({"Name": name})).0, 400, "{name}");
    }
    assert_eq!(bench.put("Contacts", &json!({"Name": "A", "ContactPersons": [{}, {}, {}, {}, {}, {}]})).0, 400);
    assert_eq!(bench.put("Contacts", &json!({"Name": "A", "ContactNumber": "x".repeat(51)})).0, 400);
}

#[test]
fn a_name_inside_an_invoice_is_matched_or_created_but_never_on_an_order() {
    let mut bench = Bench::new();
    let id = bench.customer("Acme");
    let mut body = invoice("", "A-1", "DRAFT");
    body["Contact"] = json!({"Name": "ACME"});
    assert_eq!(bench.made(Method::PUT, "Invoices", &body)["Contact"]["ContactID"], id.as_str());
    body["Contact"] = json!({"Name": "Beta"});
    body["InvoiceNumber"] = json!("A-2");
    assert_ne!(bench.made(Method::PUT, "Invoices", &body)["Contact"]["ContactID"], id.as_str());
    let order = json!({"Contact": {"Name": "Gamma"}, "LineItems": [{"Description": "x"}]});
    assert_eq!(bench.refused(Method::PUT, "PurchaseOrders", &order), [super::super::errors::CONTACT_MISSING]);
}

#[test]
fn a_merged_contact_is_archived_and_points_at_the_winner_who_takes_its_documents() {
    let mut bench = Bench::new();
    let (loser, winner) = (bench.customer("Old"), bench.customer("New"));
    let id = bench.invoice(&loser, "A-1");
    let now = bench.now;
    bench.books.act(&json!({"do": "merge_contacts", "from": loser, "into": winner}), now).expect("merge");
    let read = bench.get(&format!("Contacts/{loser}"))["Contacts"][0].clone();
    assert_eq!((&read["ContactStatus"], &read["MergedToContactID"]), (&json!("ARCHIVED"), &json!(winner)));
    assert_eq!(bench.get(&format!("Invoices/{id}"))["Invoices"][0]["Contact"]["ContactID"], winner.as_str());
    assert!(bench.books.act(&json!({"do": "dance"}), now).is_err());
}

#[test]
fn a_balance_is_overdue_from_the_organisations_day_after_the_due_date() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    bench.invoice(&contact, "A-1");
    let mut overdue = |now: &str| {
        bench.now = now.parse().expect("instant");
        let read = bench.get(&format!("Contacts/{contact}"))["Contacts"][0]["Balances"]["AccountsReceivable"].clone();
        (read["Outstanding"].clone(), read["Overdue"].clone())
    };
    // Due on 20 October; in Auckland the 21st begins at 11:00 UTC.
    assert_eq!(overdue("2026-10-20T10:59:00Z"), (json!(24.15), json!(0.0)));
    assert_eq!(overdue("2026-10-20T11:00:00Z"), (json!(24.15), json!(24.15)));
}
