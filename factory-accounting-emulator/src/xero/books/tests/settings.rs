//! Items, accounts, rates, tracking, attachments, history, events (xero.md 4.3, 4.4, 4.13 to 4.15, 8).

use super::{Bench, Region, invoice};
use http::Method;
use serde_json::{Value, json};

#[test]
fn the_seed_holds_the_chart_the_rates_and_the_organisation_of_its_region() {
    for (region, sales, currency) in
        [(Region::Nz, "OUTPUT2", "NZD"), (Region::Au, "OUTPUT", "AUD"), (Region::Uk, "OUTPUT2", "GBP")]
    {
        let mut bench = Bench::of(region);
        let accounts = bench.get("Accounts")["Accounts"].as_array().cloned().expect("accounts");
        let revenue = accounts.iter().find(|row| row["Code"] == "200").expect("200");
        assert_eq!((&revenue["TaxType"], &revenue["Class"]), (&json!(sales), &json!("REVENUE")));
        let organisation = bench.get("Organisation")["Organisations"][0].clone();
        assert_eq!(organisation["BaseCurrency"], currency);
        assert_eq!(bench.get("Organisation/Actions")["Actions"][0]["Name"], "CreateApprovedInvoice");
        assert_eq!(bench.get("BrandingThemes")["BrandingThemes"][0]["Name"], "Standard");
        assert_eq!(bench.get("Currencies")["Currencies"][0]["Code"], currency);
    }
}

#[test]
fn an_item_is_filled_from_its_account_and_fills_a_line() {
    let mut bench = Bench::new();
    let item = json!({"Code": "GATE", "Name": "Gate", "Description": "A gate", "SalesDetails": {"UnitPrice": 99.5, "AccountCode": "200"}});
    let made = bench.made(Method::PUT, "Items", &item);
    assert_eq!((&made["SalesDetails"]["TaxType"], &made["PurchaseDetails"]), (&json!("OUTPUT2"), &json!({})));
    assert!(made["UpdatedDateUTC"].as_str().is_some_and(|text| !text.contains('+')));
    let contact = bench.customer("Acme");
    let mut body = invoice(&contact, "A-1", "AUTHORISED");
    body["LineItems"] = json!([{"ItemCode": "gate", "Quantity": 2}]);
    let line = bench.made(Method::PUT, "Invoices", &body)["LineItems"][0].clone();
    assert_eq!(
        (&line["Description"], &line["LineAmount"], &line["AccountCode"]),
        (&json!("A gate"), &json!(199.0), &json!("200"))
    );
    assert_eq!(
        bench.send(Method::DELETE, &format!("Items/{}", made["ItemID"].as_str().expect("id")), &json!({})).0,
        204
    );
    assert_eq!(bench.send(Method::GET, "Items/GATE", &json!({})).0, 404);
}

#[test]
fn tracking_is_created_used_and_read_back_by_name() {
    let mut bench = Bench::new();
    let made = bench.made(Method::PUT, "TrackingCategories", &json!({"Name": "Job"}));
    let target = format!("TrackingCategories/{}/Options", made["TrackingCategoryID"].as_str().expect("id"));
    let (status, answer) = bench.put(&target, &json!({"Options": [{"Name": "J-17"}]}));
    assert_eq!((status, &answer["Options"][0]["Name"]), (200, &json!("J-17")));
    assert_eq!(bench.put("TrackingCategories", &json!({"Name": "Third"})).0, 400);
    let contact = bench.customer("Acme");
    let mut body = invoice(&contact, "A-1", "DRAFT");
    body["LineItems"][0]["Tracking"] = json!([{"Name": "Job", "Option": "j-17"}]);
    let line = bench.made(Method::PUT, "Invoices", &body)["LineItems"][0].clone();
    assert_eq!((&line["Tracking"][0]["Name"], &line["Tracking"][0]["Option"]), (&json!("Job"), &json!("J-17")));
    body["LineItems"][0]["Tracking"] = json!([{"Name": "Job", "Option": "J-18"}]);
    body["InvoiceNumber"] = json!("A-2");
    assert_eq!(bench.put("Invoices", &body).0, 400);
}

#[test]
fn a_file_is_attached_overwritten_listed_and_read() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let target = format!("Invoices/{id}/Attachments/drawing (1).pdf");
    for bytes in [b"one".as_slice(), b"three"] {
        assert_eq!(bench.reply(Method::PUT, &format!("{target}?IncludeOnline=true"), bytes).status, 200);
    }
    let listed = bench.get(&format!("Invoices/{id}/Attachments"))["Attachments"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&listed[0]["MimeType"], &listed[0]["ContentLength"], &listed[0]["IncludeOnline"]),
        (&json!("application/pdf"), &json!(5), &json!(true))
    );
    assert_eq!(bench.reply(Method::GET, &target, b"").body.as_ref(), b"three");
    assert_eq!(bench.reply(Method::PUT, &format!("Invoices/{id}/Attachments/a:b.pdf"), b"x").status, 400);
    assert_eq!(bench.get(&format!("Invoices/{id}"))["Invoices"][0]["HasAttachments"], true);
}

#[test]
fn every_write_leaves_a_record_and_a_note_can_be_added() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    let target = format!("Invoices/{id}/History");
    assert_eq!(bench.put(&target, &json!({"HistoryRecords": [{"Details": "pushed by job 17"}]})).0, 200);
    let records = bench.get(&target)["HistoryRecords"].clone();
    assert_eq!(records[0]["Details"], "pushed by job 17");
    assert_eq!(records[1]["Details"], "Received through the Xero API from Job Tracker");
}

#[test]
fn creations_updates_and_payments_are_told_once() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    bench.pay(&id, "1");
    let told: Vec<(&str, &str)> = bench.books.take_events().iter().map(|event| (event.category, event.kind)).collect();
    assert_eq!(told, [("CONTACT", "CREATE"), ("INVOICE", "CREATE"), ("INVOICE", "UPDATE")]);
    assert_eq!(bench.books.take_events(), []);
}

#[test]
fn a_reconciled_payment_is_deleted_or_kept_as_the_switch_says() {
    for (switch, status) in [("refuses_deletion", 400), ("is_unreconciled", 200)] {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"reconciled_payment": switch})).expect("switch");
        let contact = bench.customer("Acme");
        let id = bench.invoice(&contact, "A-1");
        let payment = bench.pay(&id, "1").1["Payments"][0]["PaymentID"].as_str().expect("id").to_owned();
        let now = bench.now;
        bench.books.act(&json!({"do": "reconcile_payment", "payment": payment}), now).expect("reconcile");
        assert_eq!(bench.post(&format!("Payments/{payment}"), &json!({"Status": "DELETED"})).0, status, "{switch}");
    }
}

#[test]
fn the_ledger_sums_each_type_by_status() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.invoice(&contact, "A-1");
    bench.invoice(&contact, "A-2");
    bench.pay(&id, "24.15");
    let ledger: Value = bench.books.ledger();
    assert_eq!(ledger["totals"]["ACCREC"], json!({"AUTHORISED": "24.15", "PAID": "24.15"}));
    assert_eq!(ledger["totals"]["PAYMENT"]["AUTHORISED"], "24.15");
    assert_eq!(ledger["contacts"][0]["isCustomer"], true);
    assert_eq!(bench.books.documents().len(), 3);
}

#[test]
fn an_attachment_may_be_as_large_as_the_switch_says() {
    let ten = vec![b'x'; 10 * 1024 * 1024];
    let more = vec![b'x'; 10 * 1024 * 1024 + 1];
    for (limit, file, status) in
        [("ten_megabytes", &ten, 200), ("ten_megabytes", &more, 400), ("twenty_five_megabytes", &more, 200)]
    {
        let mut bench = Bench::new();
        bench.switches = serde_json::from_value(json!({"attachment_limit": limit})).expect("switch");
        let contact = bench.customer("Acme");
        let reply = bench.reply(Method::PUT, &format!("Contacts/{contact}/Attachments/a.pdf"), file);
        assert_eq!(reply.status, status, "{limit} {}", file.len());
    }
}
