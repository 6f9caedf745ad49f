//! What a person does with transactions, and how the books are looked at.

use super::{Desk, figures, line, sale, text};
use serde_json::json;

#[test]
fn a_person_pays_credits_deposits_and_bills() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.act(&format!(r#"{{"do":"create_invoice","set":{}}}"#, sale(&customer, &[line("100", "5")])));
    let number = text(&invoice, "DocNumber").to_owned();
    desk.act(&format!(
        r#"{{"do":"record_payment","invoice":"{number}","amount":"50.00","date":"2026-11-22","reference":"EFT 1"}}"#
    ));
    let memo = desk.post("creditmemo", &sale(&customer, &[line("10", "5")]));
    desk.act(&format!(r#"{{"do":"apply_credit","invoice":"{number}","credit_memo":"{}"}}"#, text(&memo, "Id")));
    let state = desk.get(&format!("invoice/{}", text(&invoice, "Id")));
    assert_eq!(figures(&state, &["Balance"]), "49");
    let payment = desk.ids("Payment", "where PaymentRefNum = 'EFT 1'").remove(0);
    let deposit = desk.act(&format!(r#"{{"do":"make_deposit","payments":["{payment}"]}}"#));
    assert_eq!(figures(&deposit, &["TotalAmt"]), "50");
    desk.act(&format!(r#"{{"do":"edit_invoice","invoice":"{number}","set":{{"PrivateNote":"by hand"}}}}"#));
    desk.act(&format!(r#"{{"do":"send_invoice","invoice":"{number}","to":"ap@acme.test"}}"#));

    let vendor = desk.vendor("Bolt Co");
    let bill = desk.bill(&vendor, "100");
    desk.act(&format!(r#"{{"do":"edit_bill","bill":"{}","set":{{"PrivateNote":"checked"}}}}"#, text(&bill, "Id")));
    desk.act(&format!(r#"{{"do":"pay_bill","bill":"{}"}}"#, text(&bill, "Id")));
    let shown: Vec<String> = desk
        .books
        .documents()
        .into_iter()
        .map(|own| format!("{} {} {} {} {} {}", own.kind, own.status, own.party, own.reference, own.total, own.applied))
        .collect();
    assert_eq!(
        shown,
        [
            "Invoice Open Acme Pty Ltd by hand 110 61",
            "Payment Booked Acme Pty Ltd EFT 1 50 50",
            "CreditMemo Paid Acme Pty Ltd  11 11",
            "Payment Booked Acme Pty Ltd  0 0",
            "Deposit Booked   50 0",
            "Bill Paid Bolt Co checked 110 110",
            "BillPayment Booked Bolt Co  110 110",
        ]
    );
    assert_eq!(desk.books.ledger()["totals"]["Bill"], json!({"Paid": "110.00"}));
    assert_eq!(desk.books.ledger()["Invoice"][0]["PrivateNote"], "by hand");
    let register = desk.books.register();
    assert_eq!((register[0].reference.as_str(), register[0].total.to_string()), ("Acme Pty Ltd", "49".to_owned()));
}

#[test]
fn a_person_voids_and_deletes_and_hears_why_not() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    let id = text(&invoice, "Id").to_owned();
    let act = |desk: &mut Desk, action: String| {
        let action = serde_json::from_str(&action).expect("an action");
        desk.books.act(&action, desk.now, &desk.switches.clone())
    };
    act(&mut desk, format!(r#"{{"do":"void_invoice","invoice":"{id}"}}"#)).expect("voided");
    assert_eq!(desk.books.documents()[0].status, "Voided");
    act(&mut desk, format!(r#"{{"do":"delete_invoice","invoice":"{id}"}}"#)).expect("deleted");
    assert!(desk.books.documents().is_empty());
    for (action, why) in [
        (format!(r#"{{"do":"delete_invoice","invoice":"{id}"}}"#), "no Invoice has the id or number"),
        (r#"{"do":"record_payment"}"#.to_owned(), "invoice: missing"),
        (r#"{"do":"bill_billables","customer":"1"}"#.to_owned(), "no open billable expense"),
        (r#"{"do":"make_deposit","payments":["1"]}"#.to_owned(), "no Payment has the id"),
        (r#"{"do":"create_invoice"}"#.to_owned(), "2020"),
        (r#"{"do":"create_account"}"#.to_owned(), "unknown action"),
        (r#"{"do":"shred_invoice"}"#.to_owned(), "unknown action"),
        (r#"{"do":"shred"}"#.to_owned(), "unknown action"),
    ] {
        let error = act(&mut desk, action.clone()).expect_err("refused");
        assert!(error.contains(why), "{action}: {error}");
    }
}
