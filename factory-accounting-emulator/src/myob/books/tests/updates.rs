use super::Desk;
use crate::myob::switches::{LockDay, LockError, OverApplication, PaidEdit, QuoteStatus};
use serde_json::{Value, json};

#[test]
fn a_put_needs_the_latest_version_of_the_document_and_of_each_kept_line() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "100");
    let mut changed = invoice.clone();
    changed["Comment"] = json!("first");
    desk.later(1);
    let stored = desk.put("Sale/Invoice/Item", &changed);
    assert_ne!(stored["RowVersion"], invoice["RowVersion"]);
    assert_eq!(stored["Lines"][0]["RowVersion"], invoice["Lines"][0]["RowVersion"], "the line did not change");
    assert_ne!(stored["LastModified"], invoice["LastModified"]);
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    let (status, name, code, _) = desk.refusal("PUT", &target, &changed);
    assert_eq!((status, name.as_str(), code), (409, "IncorrectRowVersionSupplied", Some(111)));
    let mut stale = stored.clone();
    stale["Lines"][0]["RowVersion"] = json!("1");
    assert_eq!(desk.refusal("PUT", &target, &stale).3, "Lines[0].RowVersion");
    let mut twice = stored.clone();
    twice["Lines"] = json!([stored["Lines"][0], stored["Lines"][0]]);
    assert_eq!(desk.refusal("PUT", &target, &twice).3, "Lines[1].RowID");
    let mut strange = stored;
    strange["Lines"][0]["RowID"] = json!(9999);
    assert_eq!(desk.refusal("PUT", &target, &strange).1, "NotFound");
}

#[test]
fn a_put_replaces_everything_that_a_client_writes() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "2", "10");
    body["Comment"] = json!("Job 1042");
    body["Lines"] = json!([body["Lines"][0], body["Lines"][0]]);
    let invoice = desk.post("Sale/Invoice/Item", body);
    let mut bare = json!({"UID": invoice["UID"], "RowVersion": invoice["RowVersion"], "Date": "2026-11-22",
        "Customer": invoice["Customer"], "IsTaxInclusive": false, "Lines": [invoice["Lines"][1]]});
    let stored = desk.put("Sale/Invoice/Item", &bare);
    assert_eq!(stored["Comment"], Value::Null);
    assert_eq!(stored["Number"], invoice["Number"], "a number is not lost by leaving it out");
    assert_eq!((stored["Lines"].as_array().map(Vec::len), &stored["TotalAmount"]), (Some(1), &json!(22.0)));
    bare["RowVersion"] = stored["RowVersion"].clone();
    bare["Lines"] =
        json!([{"Item": desk.item("PLT10"), "ShipQuantity": 1, "UnitPrice": 5, "TaxCode": desk.tax("GST")}]);
    let again = desk.put("Sale/Invoice/Item", &bare);
    assert_ne!(again["Lines"][0]["RowID"], stored["Lines"][0]["RowID"]);
}

#[test]
fn a_put_never_creates_and_a_second_delete_finds_nothing() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "100");
    assert_eq!(desk.delete("Sale/Invoice/Item", &invoice), 200);
    assert_eq!(desk.delete("Sale/Invoice/Item", &invoice), 404);
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("PUT", &target, &invoice).0, 404);
    assert_eq!(desk.refusal("GET", &target, &Value::Null).0, 404);
    assert_eq!(desk.refusal("GET", "Sale/Invoice/Item/nonsense", &Value::Null).0, 404);
}

#[test]
fn a_body_with_the_uid_of_another_row_is_refused() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (one, other) = (desk.invoice(&customer, "1"), desk.invoice(&customer, "2"));
    let target = format!("Sale/Invoice/Item/{}", one["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("PUT", &target, &other).3, "UID");
    let mut nameless = one.clone();
    nameless["UID"] = Value::Null;
    assert_eq!(desk.refusal("PUT", &target, &nameless).2, Some(100), "a PUT names its row");
}

#[test]
fn a_paid_invoice_keeps_its_customer_and_at_least_what_was_paid() {
    let mut desk = Desk::au();
    let (customer, other) = (desk.customer("Acme"), desk.customer("Bolt & Co"));
    let invoice = desk.invoice(&customer, "100");
    let payment = desk.payment(&customer, &[(&invoice, "60")]);
    desk.post("Sale/CustomerPayment", payment);
    let paid = desk.again("Sale/Invoice/Item", &invoice);
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    let mut less = paid.clone();
    less["Lines"][0]["UnitPrice"] = json!(50);
    less["Lines"][0]["Total"] = json!(50);
    let (_, name, code, _) = desk.refusal("PUT", &target, &less);
    assert_eq!((name.as_str(), code), ("InvoicePaid", Some(10001)));
    desk.switches.paid_edit = PaidEdit::ValidationError;
    assert_eq!(desk.refusal("PUT", &target, &less).2, Some(1000));
    let mut moved = paid.clone();
    moved["Customer"] = other;
    assert_eq!(desk.refusal("PUT", &target, &moved).3, "Customer");
    let mut noted = paid.clone();
    noted["Comment"] = json!("thanks");
    assert_eq!(desk.put("Sale/Invoice/Item", &noted)["BalanceDueAmount"], 50.0);
    desk.switches.over_application = OverApplication::TakenAsCredit;
    let mut less = desk.again("Sale/Invoice/Item", &invoice);
    less["Lines"][0]["UnitPrice"] = json!(50);
    less["Lines"][0]["Total"] = json!(50);
    let credited = desk.put("Sale/Invoice/Item", &less);
    assert_eq!((&credited["BalanceDueAmount"], &credited["Status"]), (&json!(-5.0), &json!("Credit")));
}

#[test]
fn a_paid_document_is_not_deleted_until_its_payment_is() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "100");
    let body = desk.payment(&customer, &[(&invoice, "110")]);
    let payment = desk.post("Sale/CustomerPayment", body);
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &Value::Null).2, Some(10001));
    assert_eq!(desk.delete("Sale/CustomerPayment", &payment), 200);
    let open = desk.again("Sale/Invoice/Item", &invoice);
    assert_eq!(
        (&open["Status"], &open["BalanceDueAmount"], &open["LastPaymentDate"]),
        (&json!("Open"), &json!(110.0), &Value::Null)
    );
    assert_eq!(desk.delete("Sale/Invoice/Item", &invoice), 200);
}

#[test]
fn where_transactions_must_be_reversed_nothing_posted_changes() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (invoice, body) = (desk.invoice(&customer, "100"), desk.sale(&customer, "1", "10"));
    let order = desk.post("Sale/Order/Item", body);
    desk.act(json!({"do": "set_preference", "name": "TransactionsCannotBeChangedMustBeReversed", "value": true}));
    assert_eq!(desk.get("Company/Preferences")["System"]["TransactionsCannotBeChangedMustBeReversed"], true);
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &Value::Null).2, Some(25003));
    assert_eq!(desk.refusal("PUT", &target, &invoice).2, Some(25003));
    assert_eq!(desk.delete("Sale/Order/Item", &order), 200);
}

#[test]
fn a_locked_day_is_closed_for_what_posts_and_only_for_that() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let body = desk.sale(&customer, "1", "10");
    let invoice = desk.post("Sale/Invoice/Item", body.clone());
    desk.act(json!({"do": "lock_period", "date": "2026-11-21"}));
    let (_, name, code, details) = desk.refusal("POST", "Sale/Invoice/Item", &body);
    assert_eq!((name.as_str(), code), ("BusinessEvent_DateOccurred_InLockPeriod", Some(4223)));
    assert_eq!(details, "DateOccurred:(SaleEvent)");
    desk.switches.lock_error = LockError::DateInLockPeriod;
    assert_eq!(desk.refused("Sale/Invoice/Item", body.clone()).0, "DateInLockPeriod");
    let target = format!("Sale/Invoice/Item/{}", invoice["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &Value::Null).1, "DateInLockPeriod");
    let mut moved = invoice.clone();
    moved["Date"] = json!("2026-11-25");
    assert_eq!(desk.refusal("PUT", &target, &moved).1, "DateInLockPeriod", "its old day is locked");
    desk.post("Sale/Order/Item", body.clone());
    desk.switches.lock_day = LockDay::Excluded;
    desk.post("Sale/Invoice/Item", body.clone());
    desk.act(json!({"do": "lock_period", "date": null}));
    desk.switches.lock_day = LockDay::Included;
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn nothing_is_posted_before_the_books_begin() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "10");
    body["Date"] = json!("2020-01-01");
    assert_eq!(desk.refusal("POST", "Sale/Invoice/Item", &body).2, Some(25008));
    desk.act(json!({"do": "begin_year", "date": "2020-01-01"}));
    desk.post("Sale/Invoice/Item", body);
}

#[test]
fn a_category_is_asked_for_where_the_preference_says_so() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "10");
    for value in ["Off", "OnAndNotRequired"] {
        desk.act(json!({"do": "set_preference", "name": "CategoryTracking", "value": value}));
        desk.post("Sale/Invoice/Item", body.clone());
    }
    desk.act(json!({"do": "set_preference", "name": "CategoryTracking", "value": "OnAndRequired"}));
    let (_, _, code, details) = desk.refusal("POST", "Sale/Invoice/Item", &body);
    assert_eq!((code, details.as_str()), (Some(4227), "CategoryId:(SaleEvent)"));
    assert_eq!(desk.refusal("POST", "Sale/Order/Item", &body).2, Some(4227), "orders are documents, too");
    body["Category"] = desk.link("GeneralLedger/Category", "DisplayID eq 'FAB'");
    assert_eq!(desk.post("Sale/Invoice/Item", body)["Category"]["Name"], "Fabrication");
}

#[test]
fn a_quotes_status_is_kept_or_stored() {
    for (quote_status, expected) in [(QuoteStatus::Ignored, "Open"), (QuoteStatus::Stored, "Accepted")] {
        let mut desk = Desk::with(|switches| switches.quote_status = quote_status);
        let customer = desk.customer("Acme");
        let body = desk.sale(&customer, "1", "10");
        let mut quote = desk.post("Sale/Quote/Item", body);
        quote["Status"] = json!("Accepted");
        assert_eq!(desk.put("Sale/Quote/Item", &quote)["Status"], expected);
    }
}
