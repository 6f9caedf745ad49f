use super::Desk;
use serde_json::{Value, json};

#[test]
fn a_person_pays_edits_and_deletes() {
    let mut desk = Desk::au();
    let (customer, supplier) = (desk.customer("Acme"), desk.supplier("Steel Co"));
    let invoice = desk.invoice(&customer, "100");
    desk.act(json!({"do": "record_payment", "document": invoice["UID"], "amount": "60", "memo": "at the counter"}));
    assert_eq!(desk.again("Sale/Invoice/Item", &invoice)["BalanceDueAmount"], 50.0);
    let paid = desk.act(json!({"do": "record_payment", "document": invoice["UID"]}));
    assert_eq!(desk.again("Sale/Invoice/Item", &invoice)["Status"], "Closed");
    desk.act(json!({"do": "delete", "uid": paid["UID"]}));
    let edited = desk.act(json!({"do": "edit", "uid": invoice["UID"], "set": {"Comment": "by hand"}}));
    assert_ne!(edited["RowVersion"], invoice["RowVersion"]);
    assert_eq!(edited["TotalAmount"], 110.0);
    let body = desk.purchase(&supplier, "10");
    let bill = desk.post("Purchase/Bill/Service", body);
    desk.act(json!({"do": "record_payment", "document": bill["UID"], "date": "2026-12-01"}));
    assert_eq!(desk.again("Purchase/Bill/Service", &bill)["LastPaymentDate"], "2026-12-01T00:00:00");
}

#[test]
fn what_a_person_cannot_do_is_told_in_a_line_and_changes_nothing() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "100");
    let payment = desk.act(json!({"do": "record_payment", "document": invoice["UID"]}));
    let before = desk.books.ledger();
    for (action, part) in [
        (json!({}), "do: missing"),
        (json!({"do": "dance"}), "unknown action 'dance'"),
        (json!({"do": "edit", "uid": "x", "set": {}}), "uid: nothing has the id"),
        (json!({"do": "edit", "uid": invoice["UID"]}), "set: missing"),
        (json!({"do": "edit", "uid": payment["UID"], "set": {"Memo": "x"}}), "deleted and entered again"),
        (json!({"do": "delete", "uid": invoice["UID"]}), "InvoicePaid"),
        (json!({"do": "delete", "uid": customer["UID"]}), "make it inactive"),
        (json!({"do": "create", "path": "Sale/Nothing", "set": {}}), "no collection"),
        (json!({"do": "create", "path": "Sale/Invoice/Item", "set": {}}), "Customer is required"),
        (json!({"do": "archive", "uid": invoice["UID"]}), "cannot be made inactive"),
        (json!({"do": "record_payment", "document": customer["UID"]}), "nothing to pay"),
        (json!({"do": "record_payment", "document": invoice["UID"], "amount": "5"}), "more than the balance"),
        (json!({"do": "convert_order_on_desktop", "order": invoice["UID"]}), "not an order"),
        (json!({"do": "lock_period"}), "date: missing"),
        (json!({"do": "lock_period", "date": "soon"}), "not a date"),
        (json!({"do": "set_preference", "name": "CategoryTracking", "value": "Sometimes"}), "value"),
        (json!({"do": "set_preference", "name": "Other", "value": 1}), "no preference"),
    ] {
        let line = desk.books.act(&action, desk.now, &desk.switches).expect_err("refused");
        assert!(line.contains(part) && !line.contains('\n'), "{action}: {line}");
    }
    assert_eq!(desk.books.ledger(), before);
}

#[test]
fn a_renamed_file_and_its_settings_show() {
    let mut desk = Desk::au();
    desk.act(json!({"do": "rename", "name": "Stub & Sons"}));
    desk.act(json!({"do": "set_preference", "name": "PreferToReceiveMoneyIntoUndepositedFunds", "value": true}));
    desk.act(json!({"do": "lock_period", "date": "2026-06-30"}));
    assert_eq!(desk.get("Company")["CompanyName"], "Stub & Sons");
    assert_eq!(desk.books.company_name(), "Stub & Sons");
    let preferences = desk.get("Company/Preferences");
    assert_eq!(preferences["System"]["LockPeriodPriorTo"], "2026-06-30T00:00:00");
    assert_eq!(preferences["Banking"]["PreferToReceiveMoneyIntoUndepositedFunds"], true);
    assert_eq!(preferences["Sales"]["Terms"]["TaxCode"]["Code"], "GST");
}

#[test]
fn the_ledger_the_documents_and_the_register_tell_the_same() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let mut body = desk.sale(&customer, "1", "100");
    body["CustomerPurchaseOrderNumber"] = json!("PO-1");
    let invoice = desk.post("Sale/Invoice/Item", body);
    let pay = desk.payment(&customer, &[(&invoice, "60")]);
    desk.post("Sale/CustomerPayment", pay);
    let documents = desk.books.documents();
    let [first, second] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!(
        (first.kind.as_str(), first.reference.as_str(), first.status.as_str()),
        ("Sale/Invoice/Item", "PO-1", "Open")
    );
    assert_eq!(
        (first.party.as_str(), first.total.to_string(), first.applied.to_string()),
        ("Acme", "110.00".into(), "60.00".into())
    );
    assert_eq!((second.kind.as_str(), second.applied.to_string()), ("Sale/CustomerPayment", "60.00".into()));
    let register = desk.books.register();
    let card = register.iter().find(|row| row.reference == "Acme").expect("the card");
    assert_eq!(
        (card.kind.as_str(), card.total.to_string(), card.status.as_str()),
        ("Contact/Customer", "50.00".into(), "Active")
    );
    let ledger = desk.books.ledger();
    assert_eq!(ledger["totals"]["Sale/Invoice/Item"]["Open"], "110.00");
    assert_eq!(ledger["Sale/Invoice/Item"][0]["UID"], invoice["UID"]);
    assert_eq!(ledger["Sale/Order/Item"], Value::Array(Vec::new()));
}
