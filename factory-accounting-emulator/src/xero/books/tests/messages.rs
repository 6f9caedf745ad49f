//! One case for each message of the catalogue that the books can give (xero.md 12).

use super::{Bench, Region, invoice, messages};
use http::Method;
use serde_json::{Value, json};

/// A draft with one member changed; a null takes the member away.
fn changed(contact: &str, member: &str, value: Value) -> Value {
    let mut body = invoice(contact, "M-1", "AUTHORISED");
    if value.is_null() {
        body.as_object_mut().expect("object").remove(member);
    } else {
        body[member] = value;
    }
    body
}

fn line(members: Value) -> Value {
    let mut line = json!({"Description": "x", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"});
    for (name, value) in members.as_object().expect("object") {
        line[name] = value.clone();
    }
    json!([line])
}

#[test]
fn each_faulty_invoice_is_refused_in_the_words_of_the_catalogue() {
    for (member, value, message) in [
        ("Type", Value::Null, "Invoice Type must be specified"),
        ("Contact", Value::Null, "A Contact must be specified for this type of transaction"),
        ("LineItems", Value::Null, "One or more line items must be specified"),
        ("Status", json!("PAID"), "Invoice not of valid status for creation"),
        ("CurrencyCode", json!("EUR"), "Organisation is not subscribed to currency EUR"),
        ("Date", json!("2009-09-30"), "The document date cannot be before the period lock date"),
        ("Total", json!(24.16), "The invoice total does not equal the sum of the lines."),
        ("LineItems", line(json!({"AccountCode": "999"})), "Account code '999' is not a valid code for this document."),
        ("LineItems", line(json!({"AccountCode": "090"})), "Account code '090' is not a valid code for this document."),
        (
            "LineItems",
            line(json!({"TaxType": "INPUT2"})),
            "The TaxType code 'INPUT2' does not exist or cannot be used with account code '200'.",
        ),
        (
            "LineItems",
            line(json!({"LineAmount": 1})),
            "The line total 1.00 does not match the expected line total 100.00",
        ),
        (
            "LineItems",
            line(json!({"DiscountAmount": 127.83})),
            "The discount rate '127.83' is invalid. Discount must not be greater than the line total.",
        ),
        (
            "LineItems",
            json!([{"Description": "x", "LineAmount": 9, "DiscountRate": 10, "AccountCode": "200"}]),
            "The UnitAmount should be used when specifying a discount for a line item.",
        ),
    ] {
        let mut bench = Bench::new();
        let contact = bench.customer("Acme");
        let refused = bench.refused(Method::PUT, "Invoices", &changed(&contact, member, value));
        assert!(refused.iter().any(|text| text == message), "{member}: {refused:?}");
        assert_eq!(bench.books.documents(), [], "{message}");
    }
}

#[test]
fn contacts_items_accounts_and_payments_are_refused_in_the_words_of_the_catalogue() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let draft = bench.made(Method::PUT, "Invoices", &invoice(&contact, "D-1", "DRAFT"))["InvoiceID"].clone();
    bench.made(Method::PUT, "Contacts", &json!({"Name": "Beta", "ContactNumber": "C-1"}));
    bench.made(Method::PUT, "Items", &json!({"Code": "abc"}));
    let pay = |invoice: &Value, account: &str, amount: f64| json!({"Invoice": {"InvoiceID": invoice}, "Account": {"Code": account}, "Amount": amount, "Date": "2026-09-20"});
    let id = json!(id);
    for (target, body, message) in [
        (
            "Contacts",
            json!({"Name": "ACME"}),
            "The contact name ACME is already assigned to another contact. The contact name must be unique across all active contacts.",
        ),
        (
            "Contacts",
            json!({"Name": "Gamma", "ContactNumber": "C-1"}),
            "Another contact has this contact number. Please enter a different contact number.",
        ),
        ("Contacts", json!({"Name": "Gamma", "EmailAddress": "nobody"}), "Email address must be valid."),
        ("Items", json!({"Code": "abc"}), "Price List Item with Code 'abc' already exists"),
        ("Accounts", json!({"Code": "201", "Name": "sales", "Type": "REVENUE"}), "Please enter a unique Name."),
        ("Accounts", json!({"Code": "200", "Name": "Sales 2", "Type": "REVENUE"}), "Please enter a unique Code."),
        ("Payments", pay(&id, "090", 24.16), "Payment amount exceeds the amount outstanding on this document"),
        ("Payments", pay(&draft, "090", 1.0), "Payments can only be made against authorised documents"),
        ("Payments", pay(&id, "999", 1.0), "Account could not be found"),
    ] {
        let refused = bench.refused(Method::PUT, target, &body);
        assert!(refused.iter().any(|text| text == message), "{target} {body}: {refused:?}");
    }
}

#[test]
fn an_archived_account_is_refused_by_its_own_message() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let now = bench.now;
    bench.books.act(&json!({"do": "archive_account", "account": "200"}), now).expect("archive");
    assert_eq!(
        bench.refused(Method::PUT, "Invoices", &invoice(&contact, "A-1", "DRAFT"))[0],
        "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account."
    );
}

#[test]
fn allocations_are_refused_in_the_words_of_the_catalogue() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let mut note = invoice(&contact, "x", "AUTHORISED");
    note["Type"] = json!("ACCRECCREDIT");
    let sales = bench.made(Method::PUT, "CreditNotes", &note)["CreditNoteID"].clone();
    note["Type"] = json!("ACCPAYCREDIT");
    note["LineItems"][0]["AccountCode"] = json!("300");
    let purchase = bench.made(Method::PUT, "CreditNotes", &note)["CreditNoteID"].clone();
    for (credit, amount, message) in [
        (sales, 24.16, "Credit Note cannot be allocated as amount is greater than amount outstanding"),
        (purchase, 1.0, "Credit Note cannot be allocated to an incorrect invoice type"),
    ] {
        let target = format!("CreditNotes/{}/Allocations", credit.as_str().expect("id"));
        let refused = bench.refused(Method::PUT, &target, &json!({"Invoice": {"InvoiceID": id}, "Amount": amount}));
        assert!(refused.iter().any(|text| text == message), "{refused:?}");
    }
    let refund = json!({"CreditNote": {"CreditNoteID": id}, "Account": {"Code": "090"}, "Amount": 1});
    assert_eq!(
        bench.refused(Method::PUT, "Payments", &refund)[0],
        "An existing Credit Note with the specified CreditNoteID could not be found"
    );
}

#[test]
fn sent_to_contact_on_an_unapproved_document_is_saved_with_a_warning() {
    let mut bench = Bench::of(Region::Uk);
    let contact = bench.customer("Acme");
    let mut body = invoice(&contact, "A-1", "DRAFT");
    body["SentToContact"] = json!(true);
    let (status, answer) = bench.put("Invoices?summarizeErrors=false", &body);
    assert_eq!((status, &answer["Invoices"][0]["StatusAttributeString"]), (200, &json!("WARNING")));
    let text = answer["Invoices"][0]["Warnings"][0]["Message"].as_str().expect("warning");
    assert_eq!(text, "Only AUTHORISED invoices may have SentToContact updated.");
    let order = json!({"Contact": {"ContactID": contact}, "SentToContact": true, "LineItems": [{"Description": "x"}]});
    let made = bench.made(Method::PUT, "PurchaseOrders", &order);
    assert_eq!(
        made["Warnings"][0]["Message"],
        "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."
    );
}

#[test]
fn bodies_that_cannot_be_read_carry_their_own_numbers() {
    let mut bench = Bench::new();
    for (body, number) in [("{", 14), ("", 17), ("{}", 17), (r#"{"Invoices":[{"DueDate":"soon"}]}"#, 14)] {
        let reply = bench.reply(Method::PUT, "Invoices", body.as_bytes());
        let answer: Value = serde_json::from_slice(&reply.body).expect("json");
        assert_eq!((reply.status.as_u16(), &answer["ErrorNumber"]), (400, &json!(number)), "{body}");
        assert_eq!(messages(&answer).len(), 1);
    }
}
