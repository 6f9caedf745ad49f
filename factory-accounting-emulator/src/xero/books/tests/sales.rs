//! Invoices, payments, credit notes (xero.md 4.7 to 4.12, 5).

use super::{Bench, invoice, messages};
use http::Method;
use serde_json::{Value, json};

#[test]
fn an_approved_invoice_answers_in_the_recorded_shape() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let reply =
        bench.reply(Method::PUT, "Invoices", invoice(&contact, "INV-0055", "AUTHORISED").to_string().as_bytes());
    let text = String::from_utf8(reply.body.to_vec()).expect("text");
    let mut at = 0;
    for member in [
        r#"{"Id":""#,
        r#""Status":"OK""#,
        r#""ProviderName":"Job Tracker""#,
        r#""DateTimeUTC":"/Date(1789378199100)/""#,
        r#""Invoices":[{"Type":"ACCREC""#,
        r#""InvoiceID":""#,
        r#""InvoiceNumber":"INV-0055""#,
        r#""Reference":"job 17""#,
        r#""AmountDue":24.15"#,
        r#""AmountPaid":0.0"#,
        r#""SentToContact":false"#,
        r#""CurrencyRate":1.0"#,
        r#""UpdatedDateUTCString":"2026-09-14T09:29:59Z""#,
        r#""Contact":{"#,
        r#""DateString":"2026-09-14T00:00:00""#,
        r#""Date":"/Date(1789344000000+0000)/""#,
        r#""Status":"AUTHORISED""#,
        r#""LineAmountTypes":"Exclusive""#,
        r#""UnitAmount":10.5"#,
        r#""TaxType":"OUTPUT2""#,
        r#""TaxAmount":3.15"#,
        r#""LineAmount":21.0"#,
        r#""Quantity":2.0"#,
        r#""SubTotal":21.0"#,
        r#""TotalTax":3.15"#,
        r#""Total":24.15"#,
        r#""UpdatedDateUTC":"/Date(1789378199100+0000)/""#,
        r#""CurrencyCode":"NZD""#,
    ] {
        let found = text[at..].find(member).unwrap_or_else(|| panic!("{member} is missing or out of order in {text}"));
        at += found;
    }
    assert!(!text.contains("null") && !text.contains("StatusAttributeString"));
}

#[test]
fn put_creates_again_where_post_updates_by_number() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let first = bench.invoice(&contact, "A-1");
    assert_eq!(
        bench.refused(Method::PUT, "Invoices", &invoice(&contact, "a-1", "DRAFT")),
        ["Invoice # must be unique."]
    );
    let again = bench.made(Method::POST, "Invoices", &invoice(&contact, "A-1", "AUTHORISED"));
    assert_eq!(again["InvoiceID"], first.as_str());
    let bill = json!({"Type": "ACCPAY", "Contact": {"ContactID": contact}, "InvoiceNumber": "A-1",
        "LineItems": [{"Description": "Steel", "UnitAmount": 5, "AccountCode": "300"}]});
    let one = bench.made(Method::POST, "Invoices", &bill);
    let two = bench.made(Method::POST, "Invoices", &bill);
    assert_ne!(one["InvoiceID"], two["InvoiceID"], "the number of a bill protects nothing");
}

#[test]
fn a_batch_lists_every_element_in_order_when_errors_are_not_summarised() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    bench.invoice(&contact, "A-2");
    let batch = json!({"invoices": [invoice(&contact, "A-1", "DRAFT"), invoice(&contact, "A-2", "DRAFT")]});
    let (status, answer) = bench.put("Invoices?SummarizeErrors=False", &batch);
    assert_eq!(status, 200);
    assert_eq!(answer["Invoices"][0]["StatusAttributeString"], "OK");
    let failed = &answer["Invoices"][1];
    assert_eq!(failed["StatusAttributeString"], "ERROR");
    assert_eq!(failed["HasErrors"], true);
    assert_eq!(failed["InvoiceID"], "00000000-0000-0000-0000-000000000000");
}

#[test]
fn good_elements_stay_or_go_with_a_failing_neighbour_as_the_switch_says() {
    for (switch, kept) in [("keeps_good", 1), ("rolls_back", 0)] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"partial_commit": switch})).expect("switch");
        let contact = bench.customer("Acme");
        let batch = json!({"Invoices": [invoice(&contact, "A-1", "DRAFT"), invoice(&contact, "A-1", "DRAFT")]});
        let (status, answer) = bench.put("Invoices", &batch);
        assert_eq!((status, answer["Elements"].as_array().map(Vec::len)), (400, Some(1)));
        assert_eq!(bench.books.documents().len(), kept, "{switch}");
    }
}

#[test]
fn a_rolled_back_call_leaves_no_trace_in_any_record() {
    let mut bench = Bench::new();
    bench.switches = serde_json::from_value(json!({"partial_commit": "rolls_back"})).expect("switch");
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    bench.books.take_events();
    let trace = |bench: &mut Bench| {
        let history = [format!("Invoices/{id}/History"), format!("Contacts/{contact}/History")];
        let records = history.map(|target| bench.get(&target)["HistoryRecords"].clone());
        (bench.books.ledger(), records, bench.books.take_events())
    };
    let before = trace(&mut bench);

    // An update, a bill that makes a supplier, a new contact, a drawn number, and a failing element.
    let mut update = invoice(&contact, "A-7", "AUTHORISED");
    update["InvoiceID"] = json!(id);
    let mut bill = invoice(&contact, "", "AUTHORISED");
    bill["Type"] = json!("ACCPAY");
    bill["LineItems"][0]["AccountCode"] = json!("300");
    let mut fresh = invoice("", "", "DRAFT");
    fresh["Contact"] = json!({"Name": "Fresh"});
    let failing = json!({"Type": "ACCREC", "Contact": {"ContactID": contact}});
    let batch = json!({"Invoices": [update, bill, fresh, failing]});
    let (status, answer) = bench.post("Invoices", &batch);
    assert_eq!((status, answer["Elements"].as_array().map(Vec::len)), (400, Some(1)), "{answer}");
    assert_eq!(trace(&mut bench), before);
    let payments = [id.as_str(), id.as_str()].map(
        |id| json!({"Invoice": {"InvoiceID": id}, "Account": {"Code": "090"}, "Date": "2026-09-20", "Amount": 20}),
    );
    assert_eq!(bench.put("Payments", &json!({"Payments": payments})).0, 400);
    assert_eq!(trace(&mut bench), before);

    // What was undone can be done afterwards, and a call without a failure stays.
    let good = json!({"Invoices": [update, bill, fresh]});
    assert_eq!(bench.post("Invoices", &good).0, 200);
    assert_eq!(bench.get("Invoices?page=1")["pagination"]["itemCount"], 3);
    assert_eq!(bench.get("Invoices?InvoiceNumbers=A-7,A-1&page=1")["pagination"]["itemCount"], 1);
}

#[test]
fn paid_comes_with_the_last_cent_and_goes_with_a_deleted_payment() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    assert_eq!(bench.pay(&id, "20.00").0, 200);
    let (_, answer) = bench.pay(&id, "4.15");
    let payment = answer["Payments"][0]["PaymentID"].as_str().expect("id").to_owned();
    assert_eq!(answer["Payments"][0]["Invoice"]["AmountDue"], json!(0.0));
    assert_eq!(bench.get(&format!("Invoices/{id}"))["Invoices"][0]["Status"], "PAID");
    let target = format!("Payments/{payment}");
    assert_eq!(bench.post(&target, &json!({"Status": "DELETED"})).0, 200);
    let read = bench.get(&format!("Invoices/{id}"))["Invoices"][0].clone();
    assert_eq!((&read["Status"], &read["AmountDue"]), (&json!("AUTHORISED"), &json!(4.15)));
    assert_eq!(bench.post(&target, &json!({"Payments": [{"Status": "DELETED"}]})).0, 400);
}

#[test]
fn a_part_paid_invoice_keeps_its_amounts_but_takes_a_reference_and_an_account() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    bench.pay(&id, "1");
    let line = bench.get(&format!("Invoices/{id}"))["Invoices"][0]["LineItems"][0]["LineItemID"].clone();
    let target = format!("Invoices/{id}");
    let free =
        json!({"Reference": "job 18", "LineItems": [{"LineItemID": line, "AccountCode": "260", "Description": "Cut"}]});
    let changed = bench.made(Method::POST, &target, &free);
    assert_eq!(changed["LineItems"][0]["AccountCode"], "260");
    assert_eq!(changed["LineItems"][0]["Quantity"], json!(2.0));
    let refused = bench.refused(Method::POST, &target, &json!({"LineItems": [{"LineItemID": line, "Quantity": 3}]}));
    assert_eq!(refused, [super::super::errors::MODIFY_STATUS, super::super::errors::ALLOCATED]);
    let refused = bench.refused(Method::POST, &target, &json!({"Status": "VOIDED"}));
    assert!(refused[0].starts_with("The status VOIDED cannot be applied"), "{refused:?}");
}

#[test]
fn r45_a_person_moves_a_line_to_another_account_and_nothing_else_changes() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let before = bench.get(&format!("Invoices/{id}"))["Invoices"][0].clone();
    let line = before["LineItems"][0]["LineItemID"].clone();
    let now = bench.now;
    bench
        .books
        .act(
            &json!({"do": "edit_invoice", "invoice": "A-1", "LineItems": [{"LineItemID": line, "AccountCode": "260"}]}),
            now,
        )
        .expect("edit");
    let after = bench.get(&format!("Invoices/{id}"))["Invoices"][0].clone();
    assert_eq!(after["LineItems"][0]["AccountCode"], "260");
    assert_eq!(after["Total"], before["Total"]);
}

#[test]
fn lines_are_kept_updated_added_and_dropped_by_their_ids() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let mut body = invoice(&contact, "A-1", "DRAFT");
    body["LineItems"] = json!([{"Description": "one", "UnitAmount": 1}, {"Description": "two", "UnitAmount": 2}]);
    let made = bench.made(Method::PUT, "Invoices", &body);
    let two = made["LineItems"][1]["LineItemID"].clone();
    let target = format!("Invoices/{}", made["InvoiceID"].as_str().expect("id"));
    let lines = json!({"LineItems": [{"LineItemID": two, "Quantity": 5}, {"Description": "three", "UnitAmount": 3}]});
    let changed = bench.made(Method::POST, &target, &lines);
    let words: Vec<&Value> =
        changed["LineItems"].as_array().expect("lines").iter().map(|l| &l["Description"]).collect();
    assert_eq!(words, ["two", "three"]);
    assert_eq!(changed["SubTotal"], json!(13.0));
    let kept = bench.made(Method::POST, &target, &json!({"Reference": "r", "LineItems": []}));
    assert_eq!(kept["LineItems"].as_array().map(Vec::len), Some(2));
    bench.switches = serde_json::from_value(json!({"empty_line_items": "delete_all"})).expect("switch");
    let refused = bench.refused(Method::POST, &target, &json!({"LineItems": []}));
    assert_eq!(refused, ["One or more line items must be specified"]);
}

#[test]
fn a_credit_note_is_allocated_and_the_allocation_can_be_removed() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let mut note = invoice(&contact, "x", "AUTHORISED");
    note["Type"] = json!("ACCRECCREDIT");
    let note = bench.made(Method::PUT, "CreditNotes", &note);
    assert_eq!(note["CreditNoteNumber"], "CN-0001");
    let target = format!("CreditNotes/{}/Allocations", note["CreditNoteID"].as_str().expect("id"));
    let wrong = json!({"Invoice": {"InvoiceID": id}, "AppliedAmount": 5});
    assert_eq!(bench.put(&target, &wrong).0, 400, "JSON says Amount");
    let (status, answer) =
        bench.put(&target, &json!({"Allocations": [{"Invoice": {"InvoiceID": id}, "Amount": 24.15}]}));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(bench.get(&format!("Invoices/{id}"))["Invoices"][0]["Status"], "PAID");
    let paid_off = bench.put(&target, &json!({"Invoice": {"InvoiceID": id}, "Amount": 1}));
    assert!(messages(&paid_off.1).contains(&super::super::errors::ALLOCATION_PAID.to_owned()));
    let entry = answer["Allocations"][0]["AllocationID"].as_str().expect("id");
    let (status, removed) = bench.send(Method::DELETE, &format!("{target}/{entry}"), &json!({}));
    assert_eq!((status, &removed["IsDeleted"]), (200, &json!(true)));
    assert_eq!(bench.get(&format!("Invoices/{id}"))["Invoices"][0]["AmountDue"], json!(24.15));
}

#[test]
fn a_batch_payment_pays_all_members_or_none_and_is_deleted_whole() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let (one, two) = (bench.invoice(&contact, "A-1"), bench.invoice(&contact, "A-2"));
    let batch = |amount: &str| {
        json!({"BatchPayments": [{"Account": {"Code": "090"}, "Date": "2026-09-20", "Payments": [
        {"Invoice": {"InvoiceID": one}, "Amount": 24.15}, {"Invoice": {"InvoiceID": two}, "Amount": amount}]}]})
    };
    assert_eq!(bench.put("BatchPayments", &batch("25")).0, 400);
    assert_eq!(bench.get(&format!("Invoices/{one}"))["Invoices"][0]["Status"], "AUTHORISED");
    let made = bench.made(Method::PUT, "BatchPayments", &batch("24.15"));
    assert_eq!((&made["Type"], &made["TotalAmount"]), (&json!("RECBATCH"), &json!(48.3)));
    let member = made["Payments"][0]["PaymentID"].as_str().expect("id");
    assert_eq!(bench.post(&format!("Payments/{member}"), &json!({"Status": "DELETED"})).0, 400);
    let gone = json!({"BatchPaymentID": made["BatchPaymentID"], "Status": "DELETED"});
    assert_eq!(bench.made(Method::POST, "BatchPayments", &gone)["Status"], "DELETED");
    assert_eq!(bench.get(&format!("Invoices/{one}"))["Invoices"][0]["AmountDue"], json!(24.15));
}

#[test]
fn voided_lists_show_nothing_due_and_a_failed_update_echoes_what_was_asked() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let target = format!("Invoices/{id}?summarizeErrors=false");
    let (_, answer) = bench.post("Invoices?summarizeErrors=false", &json!({"InvoiceID": id, "Status": "DELETED"}));
    assert_eq!(
        (&answer["Invoices"][0]["Status"], &answer["Invoices"][0]["HasErrors"]),
        (&json!("DELETED"), &json!(true))
    );
    let voided = bench.made(Method::POST, &target, &json!({"Status": "VOIDED"}));
    assert_eq!(voided["AmountDue"], json!(24.15));
    assert_eq!(bench.get("Invoices?page=1")["Invoices"][0]["AmountDue"], json!(0.0));
    assert_eq!(
        bench.refused(Method::POST, &format!("Invoices/{id}"), &json!({"Reference": "x"})),
        [super::super::errors::MODIFY_STATUS]
    );
}

#[test]
fn the_number_of_a_voided_invoice_is_taken_or_free_as_the_switch_says() {
    for (switch, status) in [("stay_taken", 400), ("are_freed", 200)] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"retired_numbers": switch})).expect("switch");
        let contact = bench.customer("Acme");
        let id = bench.invoice(&contact, "A-1");
        bench.made(Method::POST, &format!("Invoices/{id}"), &json!({"Status": "VOIDED"}));
        assert_eq!(bench.put("Invoices", &invoice(&contact, "A-1", "DRAFT")).0, status, "{switch}");
    }
}

#[test]
fn a_contact_is_only_created_with_an_invoice_that_is_otherwise_right() {
    let mut bench = Bench::new();
    let mut body = invoice("", "A-1", "AUTHORISED");
    body["Contact"] = json!({"Name": "Acme"});
    body["LineItems"][0]["AccountCode"] = json!("999");
    assert_eq!(bench.put("Invoices", &body).0, 400);
    assert_eq!(bench.get("Contacts")["Contacts"], json!([]));
    body["LineItems"][0]["AccountCode"] = json!("200");
    bench.made(Method::PUT, "Invoices", &body);
    assert_eq!(bench.get("Contacts")["Contacts"][0]["Name"], "Acme");
}

#[test]
fn nothing_is_due_on_a_zero_invoice_until_its_lines_say_otherwise() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let mut body = invoice(&contact, "A-1", "AUTHORISED");
    body["LineItems"][0]["UnitAmount"] = json!(0);
    let made = bench.made(Method::PUT, "Invoices", &body);
    assert_eq!(made["Status"], "PAID");
    let target = format!("Invoices/{}", made["InvoiceID"].as_str().expect("id"));
    let line = json!({"LineItems": [{"LineItemID": made["LineItems"][0]["LineItemID"], "UnitAmount": 1}]});
    assert_eq!(bench.made(Method::POST, &target, &line)["Status"], "AUTHORISED");
    assert_eq!(bench.made(Method::POST, &target, &json!({"Status": "VOIDED"}))["Status"], "VOIDED");
}

#[test]
fn a_draft_may_be_incomplete_where_approval_asks_for_everything() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let mut body = invoice(&contact, "A-1", "DRAFT");
    body["Date"] = json!("2009-01-01");
    body.as_object_mut().expect("object").remove("DueDate");
    body["LineItems"] = json!([{"Description": "x", "UnitAmount": 1}]);
    let id = bench.made(Method::PUT, "Invoices", &body)["InvoiceID"].as_str().expect("id").to_owned();
    let refused = bench.refused(Method::POST, &format!("Invoices/{id}"), &json!({"Status": "AUTHORISED"}));
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert_eq!(bench.made(Method::POST, &format!("Invoices/{id}"), &json!({"Status": "DELETED"}))["Status"], "DELETED");
}
