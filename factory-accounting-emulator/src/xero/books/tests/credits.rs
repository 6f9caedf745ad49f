//! Prepayments and overpayments: how they come, what they settle, what takes them back (xero.md 4.10, 4.11, 4.16).

use super::{Bench, messages};
use crate::xero::switches::AllocationStamp;
use http::Method;
use serde_json::{Value, json};

impl Bench {
    fn person(&mut self, action: Value) -> Value {
        let now = self.now;
        self.books.act(&action, now).unwrap_or_else(|refusal| panic!("{action}: {refusal}"))
    }

    fn overpaid(&mut self, contact: &str, amount: &str) -> String {
        let made = self.person(json!({
            "do": "receive_overpayment", "contact": contact, "account": "090", "amount": amount,
            "date": "2026-09-15", "reference": "counter",
        }));
        made["credit"].as_str().expect("id").to_owned()
    }

    fn allocate(&mut self, target: &str, invoice: &str, amount: &str) -> (u16, Value) {
        self.put(&format!("{target}/Allocations"), &json!({"Invoice": {"InvoiceID": invoice}, "Amount": amount}))
    }

    fn invoice_now(&mut self, id: &str) -> Value {
        self.get(&format!("Invoices/{id}"))["Invoices"][0].clone()
    }
}

#[test]
fn an_overpayment_is_money_on_the_control_account_without_tax() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let id = bench.overpaid(&contact, "20");
    let row = bench.get(&format!("Overpayments/{id}"))["Overpayments"][0].clone();
    assert_eq!(row["Type"], "RECEIVE-OVERPAYMENT");
    assert_eq!((&row["Status"], &row["LineAmountTypes"]), (&json!("AUTHORISED"), &json!("NoTax")));
    assert_eq!(
        (&row["SubTotal"], &row["TotalTax"], &row["RemainingCredit"]),
        (&json!(20.0), &json!(0.0), &json!(20.0))
    );
    assert_eq!(row["LineItems"][0]["AccountCode"], "610");
    assert_eq!((&row["Date"], &row["Reference"]), (&json!("/Date(1789430400000+0000)/"), &json!("counter")));
    assert_eq!(bench.send(Method::GET, &format!("Prepayments/{id}"), &json!({})).0, 404);
    assert_eq!(bench.books.documents()[0].kind, "RECEIVE-OVERPAYMENT");
}

#[test]
fn a_prepayment_holds_its_tax_and_shows_its_reference_as_its_invoice_number() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let action = json!({
        "do": "receive_prepayment", "contact": contact, "account": "090", "amount": "115", "line_account": "200",
        "reference": "deposit 17",
    });
    let id = bench.person(action)["credit"].as_str().expect("id").to_owned();
    let row = bench.get(&format!("Prepayments/{id}"))["Prepayments"][0].clone();
    assert_eq!((&row["SubTotal"], &row["TotalTax"], &row["Total"]), (&json!(100.0), &json!(15.0), &json!(115.0)));
    assert_eq!((&row["Reference"], &row["InvoiceNumber"]), (&json!("deposit 17"), &json!("deposit 17")));
    let listed = |bench: &mut Bench, query: &str| bench.get(&format!("Prepayments?{query}"))["Prepayments"].clone();
    assert_eq!(listed(&mut bench, "InvoiceNumbers=DEPOSIT 17&page=1")[0]["PrepaymentID"], json!(id));
    assert_eq!(listed(&mut bench, "InvoiceNumbers=other"), json!([]));
    assert_eq!(listed(&mut bench, "where=RemainingCredit>114")[0]["LineItems"], json!([]));
    assert_eq!(bench.put("Prepayments", &json!({"Total": 5})).0, 405);
}

#[test]
fn an_allocation_of_an_overpayment_settles_the_invoice_and_its_removal_opens_it_again() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let invoice = bench.invoice(&contact, "A-1");
    let credit = bench.overpaid(&contact, "30");
    let target = format!("Overpayments/{credit}");
    bench.later(60);
    let (status, answer) = bench.allocate(&target, &invoice, "24.15");
    assert_eq!(status, 200, "{answer}");
    let allocation = answer["Allocations"][0].clone();
    assert_eq!(allocation["Overpayment"]["OverpaymentID"], json!(credit));
    // The later of the two documents' dates (xero.md 4.10).
    assert_eq!(allocation["Date"], "/Date(1789430400000+0000)/");
    let row = bench.invoice_now(&invoice);
    assert_eq!(
        (&row["Status"], &row["AmountDue"], &row["AmountCredited"], &row["AmountPaid"]),
        (&json!("PAID"), &json!(0.0), &json!(24.15), &json!(0.0))
    );
    assert_eq!(row["Overpayments"][0]["AppliedAmount"], json!(24.15));
    assert_eq!((&row["Prepayments"], &row["CreditNotes"]), (&json!([]), &json!([])));
    let held = bench.get(&target)["Overpayments"][0].clone();
    assert_eq!(
        (&held["RemainingCredit"], &held["Allocations"][0]["Invoice"]["InvoiceNumber"]),
        (&json!(5.85), &json!("A-1"))
    );
    let removed = format!("{target}/Allocations/{}", allocation["AllocationID"].as_str().expect("id"));
    let (status, bare) = bench.send(Method::DELETE, &removed, &json!({}));
    assert_eq!((status, &bare["IsDeleted"]), (200, &json!(true)));
    assert_eq!(bench.invoice_now(&invoice)["Status"], "AUTHORISED");
    assert_eq!(bench.get(&target)["Overpayments"][0]["RemainingCredit"], json!(30.0));
    assert_eq!(bench.send(Method::DELETE, &removed, &json!({})).0, 404);
}

#[test]
fn several_allocations_in_one_call_stop_at_what_is_left() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let (one, two) = (bench.invoice(&contact, "A-1"), bench.invoice(&contact, "A-2"));
    let credit = bench.overpaid(&contact, "30");
    let part = |id: &str, amount: &str| json!({"Invoice": {"InvoiceID": id}, "Amount": amount});
    let body = json!({"Allocations": [part(&one, "24.15"), part(&two, "5.85"), part(&two, "0.01")]});
    let (status, answer) = bench.put(&format!("Overpayments/{credit}/Allocations?summarizeErrors=false"), &body);
    assert_eq!(status, 200);
    let verdicts: Vec<&str> = answer["Allocations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["StatusAttributeString"].as_str())
        .collect();
    assert_eq!(verdicts, ["OK", "OK", "ERROR"]);
    assert_eq!(
        answer["Allocations"][2]["ValidationErrors"][0]["Message"],
        "Overpayment cannot be allocated as amount is greater than amount outstanding"
    );
    assert_eq!(bench.get(&format!("Overpayments/{credit}"))["Overpayments"][0]["Status"], "PAID");
    assert_eq!(bench.invoice_now(&two)["AmountDue"], json!(18.3));
}

#[test]
fn a_credit_is_set_off_on_its_own_side_for_its_own_contact_only() {
    let mut bench = Bench::new();
    let (acme, other) = (bench.customer("Acme"), bench.customer("Other"));
    let invoice = bench.invoice(&acme, "A-1");
    let theirs = bench.overpaid(&other, "30");
    let spend = json!({"do": "spend_overpayment", "contact": acme, "account": "090", "amount": "30"});
    let spent = bench.person(spend)["credit"].as_str().expect("id").to_owned();
    for (credit, message) in [
        (theirs, "Overpayment cannot be allocated to an invoice of another contact"),
        (spent, "Overpayment cannot be allocated to an incorrect invoice type"),
    ] {
        let (status, answer) = bench.allocate(&format!("Overpayments/{credit}"), &invoice, "1");
        assert_eq!((status, messages(&answer)), (400, vec![message.to_owned()]));
    }
}

#[test]
fn an_invoice_with_a_prepayment_on_it_cannot_be_voided_until_it_is_taken_off() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let invoice = bench.invoice(&contact, "A-1");
    let action = json!({
        "do": "receive_prepayment", "contact": contact, "account": "090", "amount": "10", "line_account": "200",
    });
    let credit = bench.person(action)["credit"].as_str().expect("id").to_owned();
    let answer = bench.allocate(&format!("Prepayments/{credit}"), &invoice, "10").1;
    let refused = bench.refused(Method::POST, &format!("Invoices/{invoice}"), &json!({"Status": "VOIDED"}));
    assert!(refused[0].starts_with("The status VOIDED cannot be applied to the invoice"), "{refused:?}");
    let allocation = answer["Allocations"][0]["AllocationID"].as_str().expect("id");
    bench.send(Method::DELETE, &format!("Prepayments/{credit}/Allocations/{allocation}"), &json!({}));
    bench.made(Method::POST, &format!("Invoices/{invoice}"), &json!({"Status": "VOIDED"}));
}

#[test]
fn an_allocation_moves_the_invoices_stamp_or_not_as_the_switch_says() {
    for (switch, moved) in [(AllocationStamp::MovesInvoice, true), (AllocationStamp::LeavesInvoice, false)] {
        let mut bench = Bench::new();
        bench.switches.allocation_stamp = switch;
        let contact = bench.customer("Acme");
        let invoice = bench.invoice(&contact, "A-1");
        let mut note = super::invoice(&contact, "x", "AUTHORISED");
        note["Type"] = json!("ACCRECCREDIT");
        let note = bench.made(Method::PUT, "CreditNotes", &note)["CreditNoteID"].as_str().expect("id").to_owned();
        let credit = bench.overpaid(&contact, "5");
        for target in [format!("Overpayments/{credit}"), format!("CreditNotes/{note}")] {
            let before = bench.invoice_now(&invoice);
            bench.later(60);
            bench.books.take_events();
            assert_eq!(bench.allocate(&target, &invoice, "5").0, 200, "{target}");
            let after = bench.invoice_now(&invoice);
            assert_ne!(before["AmountDue"], after["AmountDue"], "{target}");
            assert_eq!(before["UpdatedDateUTC"] != after["UpdatedDateUTC"], moved, "{target}");
            let told = bench.books.take_events().iter().any(|event| event.category == "INVOICE");
            assert_eq!(told, moved, "{target}");
        }
    }
}

#[test]
fn a_refund_uses_a_credit_up_and_its_deletion_gives_it_back() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let credit = bench.overpaid(&contact, "30");
    let refund = |amount: &str| json!({"Overpayment": {"OverpaymentID": credit}, "Account": {"Code": "090"}, "Amount": amount, "Date": "2026-09-20"});
    let made = bench.made(Method::PUT, "Payments", &refund("30"));
    assert_eq!(
        (&made["PaymentType"], &made["Overpayment"]["OverpaymentID"]),
        (&json!("AROVERPAYMENTPAYMENT"), &json!(credit))
    );
    let target = format!("Overpayments/{credit}");
    let row = bench.get(&target)["Overpayments"][0].clone();
    assert_eq!((&row["Status"], &row["Payments"][0]["Amount"]), (&json!("PAID"), &json!(30.0)));
    let refused = bench.refused(Method::PUT, "Payments", &refund("1"));
    assert_eq!(refused, ["Payment amount exceeds the amount outstanding on this document"]);
    let payment = made["PaymentID"].as_str().expect("id");
    bench.made(Method::POST, &format!("Payments/{payment}"), &json!({"Status": "DELETED"}));
    assert_eq!(bench.get(&target)["Overpayments"][0]["RemainingCredit"], json!(30.0));
}

#[test]
fn a_payment_above_what_is_due_makes_no_overpayment() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let invoice = bench.invoice(&contact, "A-1");
    let (status, answer) = bench.pay(&invoice, "24.16");
    assert_eq!(status, 400);
    assert_eq!(messages(&answer), ["Payment amount exceeds the amount outstanding on this document"]);
    assert_eq!(bench.get("Overpayments")["Overpayments"], json!([]));
}

#[test]
fn a_merged_contacts_credit_goes_to_the_winner() {
    let mut bench = Bench::new();
    let (loser, winner) = (bench.customer("Acme"), bench.customer("Acme Ltd"));
    let credit = bench.overpaid(&loser, "30");
    bench.person(json!({"do": "merge_contacts", "from": loser, "into": winner}));
    let invoice = bench.invoice(&winner, "A-1");
    assert_eq!(bench.allocate(&format!("Overpayments/{credit}"), &invoice, "1").0, 200);
}

#[test]
fn what_a_person_enters_wrongly_is_refused_by_name() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let good =
        json!({"do": "receive_prepayment", "contact": contact, "account": "090", "amount": "5", "line_account": "200"});
    for (member, value, refusal) in [
        ("contact", "nobody", "contact: no such contact"),
        ("account", "200", "account: no account that takes payments"),
        ("amount", "-1", "amount: not a decimal above zero"),
        ("date", "soon", "date: not a date"),
        ("date", "2009-09-30", "The document date cannot be before the period lock date"),
        ("currency", "EUR", "Organisation is not subscribed to currency EUR"),
        ("line_account", "090", "Account code '090' is not a valid code for this document."),
    ] {
        let mut action = good.clone();
        action[member] = json!(value);
        let now = bench.now;
        assert_eq!(bench.books.act(&action, now), Err(refusal.to_owned()), "{member} {value}");
    }
    assert_eq!(bench.books.documents(), []);
}

#[test]
fn a_credits_history_takes_a_note() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let credit = bench.overpaid(&contact, "30");
    let target = format!("Overpayments/{credit}/History");
    assert_eq!(bench.put(&target, &json!({"HistoryRecords": [{"Details": "by hand"}]})).0, 200);
    assert_eq!(bench.get(&target)["HistoryRecords"][0]["Details"], "by hand");
}
