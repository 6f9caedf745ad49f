//! Payments, credits, voids and deletes, deposits (qbo.md 5.14 to 5.16, 11).

use super::{Desk, applies, figures, line, payment, sale, sparse, text, update};
use crate::qbo::books::Change;
use crate::qbo::switches::{
    BelowApplied, PaidCustomerChange, PaidDelete, PaidVoid, PaymentAboveBalance, PaymentOfOtherCustomer,
};
use serde_json::{Value, json};

/// A customer with an invoice over 110.00 and a payment of 60.00 on it.
fn part_paid() -> (Desk, String, Value, Value) {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    let paid = desk.pay(&customer, "60", &[(text(&invoice, "Id"), "Invoice", "60")]);
    let invoice = desk.get(&format!("invoice/{}", text(&invoice, "Id")));
    (desk, customer, invoice, paid)
}

fn read(desk: &mut Desk, entity: &str, row: &Value) -> Value {
    desk.get(&format!("{entity}/{}", text(row, "Id")))
}

#[test]
fn a_payment_moves_balance_link_token_and_time_of_its_invoice() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    desk.later(60);
    let id = text(&invoice, "Id").to_owned();
    let paid = desk.pay(&customer, "110", &[(&id, "Invoice", "110")]);
    assert_eq!(figures(&paid, &["TotalAmt", "UnappliedAmt", "ProcessPayment"]), "110 0 false");
    assert_eq!(paid["DepositToAccountRef"]["name"], "Undeposited Funds");
    let pairs = paid["Line"][0]["LineEx"]["any"].as_array().expect("pairs");
    let shown: Vec<String> =
        pairs.iter().map(|pair| format!("{}={}", pair["value"]["Name"], pair["value"]["Value"])).collect();
    assert_eq!(shown.join(" "), format!(r#""txnId"="{id}" "txnOpenBalance"="110.00" "txnReferenceNumber"="1001""#));
    let after = read(&mut desk, "invoice", &invoice);
    assert_eq!(figures(&after, &["Balance", "SyncToken"]), r#"0 "1""#);
    assert_eq!(after["LinkedTxn"], json!([{"TxnId": text(&paid, "Id"), "TxnType": "Payment"}]));
    assert_ne!(after["MetaData"]["LastUpdatedTime"], invoice["MetaData"]["LastUpdatedTime"]);
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 0);
}

#[test]
fn lines_of_a_payment_are_all_or_none() {
    let (mut desk, _, invoice, paid) = part_paid();
    assert_eq!(figures(&invoice, &["Balance"]), "50");
    let kept = desk.post("payment", &sparse(&paid, r#""PrivateNote":"x""#));
    assert_eq!(figures(&kept, &["UnappliedAmt"]), "0");
    let full = update(&kept, &format!(r#""CustomerRef":{},"TotalAmt":70"#, kept["CustomerRef"]));
    let raised = desk.post("payment", &full);
    assert_eq!(figures(&raised, &["TotalAmt", "UnappliedAmt"]), "70 10");
    assert_eq!(desk.code("payment", &sparse(&raised, r#""TotalAmt":59"#)), "6000");
    let lines = format!(r#""Line":[{}]"#, applies(text(&invoice, "Id"), "Invoice", "20"));
    let less = desk.post("payment", &sparse(&raised, &lines));
    assert_eq!(figures(&less, &["UnappliedAmt"]), "50");
    assert_eq!(figures(&read(&mut desk, "invoice", &invoice), &["Balance"]), "90");
    let none = desk.post("payment", &sparse(&less, r#""Line":[]"#));
    assert_eq!((figures(&none, &["UnappliedAmt"]), none.get("Line")), ("70".to_owned(), None));
    let free = read(&mut desk, "invoice", &invoice);
    assert_eq!((figures(&free, &["Balance"]), free.get("LinkedTxn")), ("110".to_owned(), None));
}

#[test]
fn more_than_the_balance_is_refused_or_left_unapplied() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    let id = text(&invoice, "Id");
    let body = payment(&customer, "200", &[(id, "Invoice", "150")]);
    assert_eq!(desk.code("payment", &body), "6000");
    let twice = payment(&customer, "200", &[(id, "Invoice", "60"), (id, "Invoice", "60")]);
    assert_eq!(desk.code("payment", &twice), "6000");
    desk.switches.payment_above_balance = PaymentAboveBalance::Clamped;
    assert_eq!(figures(&desk.post("payment", &body), &["UnappliedAmt"]), "90");
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], -90);
}

#[test]
fn what_a_payment_may_name() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    let id = text(&invoice, "Id").to_owned();
    let one = |id: &str, kind: &str, amount: &str| payment(&customer, "10", &[(id, kind, amount)]);
    for (body, code) in [
        (one("99", "Invoice", "10"), "610"),
        (one(&id, "Estimate", "10"), "620"),
        (one(&id, "JournalEntry", "10"), "501"),
        (one(&id, "Invoice", "-10"), "2290"),
        (one(&id, "Invoice", "20"), "6000"),
        (one(&id, "Invoice", "10").replace(r#""TotalAmt":10"#, r#""TotalAmt":-10"#), "2290"),
        (one(&id, "Invoice", "10").replace(r#""TotalAmt":10,"#, ""), "2020"),
        (one(&id, "Invoice", "10").replace(r#""Amount":10,"#, ""), "2020"),
        (format!(r#"{{"CustomerRef":{{"value":"{customer}"}},"TotalAmt":10,"Line":[{{"Amount":10}}]}}"#), "2020"),
    ] {
        assert_eq!(desk.code("payment", &body), code, "{body}");
    }
    let stranger = desk.customer("Stranger");
    let foreign = payment(&stranger, "10", &[(&id, "Invoice", "10")]);
    assert_eq!(desk.code("payment", &foreign), "620");
    desk.switches.payment_of_other_customer = PaymentOfOtherCustomer::Unapplied;
    assert_eq!(figures(&desk.post("payment", &foreign), &["UnappliedAmt"]), "10");
}

#[test]
fn a_parent_pays_for_the_jobs_that_it_is_billed_for() {
    let (mut desk, parent) = Desk::with_customer();
    let job = |name: &str, billed: bool| {
        format!(r#"{{"DisplayName":"{name}","Job":true,"ParentRef":{{"value":"{parent}"}},"BillWithParent":{billed}}}"#)
    };
    let (with, alone) = (desk.id("customer", &job("J-1", true)), desk.id("customer", &job("J-2", false)));
    let (first, second) = (desk.invoice(&with, "100"), desk.invoice(&alone, "100"));
    desk.pay(&parent, "110", &[(text(&first, "Id"), "Invoice", "110")]);
    assert_eq!(desk.code("payment", &payment(&parent, "110", &[(text(&second, "Id"), "Invoice", "110")])), "620");
}

#[test]
fn a_payment_of_nothing_applies_a_credit_memo() {
    let (mut desk, customer) = Desk::with_customer();
    let invoice = desk.invoice(&customer, "100");
    let memo = desk.post("creditmemo", &sale(&customer, &[line("30", "5")]));
    assert_eq!(figures(&memo, &["TotalAmt", "Balance", "RemainingCredit"]), "33 33 33");
    let (invoice_id, memo_id) = (text(&invoice, "Id"), text(&memo, "Id"));
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 77);
    let uneven = payment(&customer, "0", &[(invoice_id, "Invoice", "10"), (memo_id, "CreditMemo", "20")]);
    assert_eq!(desk.code("payment", &uneven), "6000");
    let applied = desk.pay(&customer, "0", &[(invoice_id, "Invoice", "33"), (memo_id, "CreditMemo", "33")]);
    assert_eq!(figures(&applied, &["TotalAmt", "UnappliedAmt"]), "0 0");
    assert_eq!(figures(&read(&mut desk, "invoice", &invoice), &["Balance"]), "77");
    let used = read(&mut desk, "creditmemo", &memo);
    assert_eq!(figures(&used, &["Balance", "RemainingCredit"]), "0 0");
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 77);
    // Voiding the invoice gives the credit back.
    let paid = read(&mut desk, "invoice", &invoice);
    desk.post("invoice?operation=void", &update(&paid, ""));
    let free = read(&mut desk, "creditmemo", &memo);
    assert_eq!((figures(&free, &["Balance"]), free.get("LinkedTxn")), ("33".to_owned(), None));
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], -33);
}

#[test]
fn voiding_an_invoice_zeroes_it_and_frees_its_payments() {
    let (mut desk, customer, invoice, paid) = part_paid();
    desk.books.take_events();
    let noted = desk.post("invoice", &sparse(&invoice, r#""PrivateNote":"job 42""#));
    desk.books.take_events();
    let voided = desk.post("invoice?operation=void", &update(&noted, ""));
    assert_eq!(figures(&voided, &["TotalAmt", "Balance", "PrivateNote"]), r#"0 0 "Voided - job 42""#);
    assert_eq!(figures(&voided["Line"][0], &["Amount"]), "0");
    assert_eq!(voided.get("LinkedTxn"), None);
    let free = read(&mut desk, "payment", &paid);
    assert_eq!((figures(&free, &["TotalAmt", "UnappliedAmt"]), free.get("Line")), ("60 60".to_owned(), None));
    let events: Vec<_> = desk.books.take_events().into_iter().map(|event| (event.entity, event.operation)).collect();
    assert_eq!(events, [("Payment", Change::Update), ("Invoice", Change::Void)]);
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], -60);
    assert_eq!(desk.books.documents()[0].status, "Voided");

    let (mut desk, _, invoice, _) = part_paid();
    desk.switches.paid_void = PaidVoid::Refused;
    assert_eq!(desk.code("invoice?operation=void", &update(&invoice, "")), "6000");
}

#[test]
fn deleting_a_paid_invoice_is_refused_or_frees_its_payments() {
    let (mut desk, customer, invoice, paid) = part_paid();
    let delete = update(&invoice, "");
    assert_eq!(desk.code("invoice?operation=delete", &delete), "6400");
    desk.switches.paid_delete = PaidDelete::Unapplies;
    let gone = desk.post("invoice?operation=delete", &delete);
    assert_eq!(text(&gone, "status"), "Deleted");
    assert_eq!(desk.fault("GET", &format!("invoice/{}", text(&invoice, "Id")), "").0, "610");
    assert_eq!(figures(&read(&mut desk, "payment", &paid), &["UnappliedAmt"]), "60");
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], -60);
}

#[test]
fn deleting_or_voiding_a_payment_opens_its_invoice_again() {
    for (target, members) in
        [("payment?operation=delete", ""), ("payment?operation=update&include=void", r#""sparse":true"#)]
    {
        let (mut desk, customer, invoice, paid) = part_paid();
        desk.post(target, &update(&paid, members));
        let open = read(&mut desk, "invoice", &invoice);
        assert_eq!((figures(&open, &["Balance", "SyncToken"]), open.get("LinkedTxn")), (r#"110 "2""#.to_owned(), None));
        assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 110);
        if members.is_empty() {
            assert_eq!(desk.fault("GET", &format!("payment/{}", text(&paid, "Id")), "").0, "610");
        } else {
            let voided = read(&mut desk, "payment", &paid);
            assert_eq!(figures(&voided, &["TotalAmt", "UnappliedAmt", "PrivateNote"]), r#"0 0 "Voided""#);
        }
    }
    let (mut desk, _, _, paid) = part_paid();
    assert_eq!(desk.code("payment?operation=void", &update(&paid, "")), "500");
}

#[test]
fn an_invoice_is_not_lowered_below_what_is_applied() {
    let (mut desk, _, invoice, paid) = part_paid();
    let lines = |net: &str| format!(r#""Line":[{}]"#, line(net, "5"));
    let raised = desk.post("invoice", &sparse(&invoice, &lines("200")));
    assert_eq!(figures(&raised, &["TotalAmt", "Balance"]), "220 160");
    assert_eq!(raised["LinkedTxn"], invoice["LinkedTxn"], "the link to the payment survives an update");
    let (code, detail, _) = desk.fault("POST", "invoice", &sparse(&raised, &lines("50")));
    assert_eq!(code, "6000");
    assert!(detail.contains("less than the amount already applied"));
    desk.switches.below_applied = BelowApplied::Unapplies;
    let lowered = desk.post("invoice", &sparse(&raised, &lines("50")));
    assert_eq!(figures(&lowered, &["TotalAmt", "Balance"]), "55 0");
    assert_eq!(figures(&read(&mut desk, "payment", &paid), &["UnappliedAmt"]), "5");
}

#[test]
fn another_customer_on_a_paid_invoice_is_refused_or_unlinks() {
    let (mut desk, customer, invoice, paid) = part_paid();
    let other = desk.customer("Other");
    let moved = sparse(&invoice, &format!(r#""CustomerRef":{{"value":"{other}"}}"#));
    assert_eq!(desk.code("invoice", &moved), "6000");
    desk.switches.paid_customer_change = PaidCustomerChange::Unlinks;
    let after = desk.post("invoice", &moved);
    assert_eq!((figures(&after, &["Balance"]), after.get("LinkedTxn")), ("110".to_owned(), None));
    assert_eq!(figures(&read(&mut desk, "payment", &paid), &["UnappliedAmt"]), "60");
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], -60);
    assert_eq!(desk.get(&format!("customer/{other}"))["Balance"], 110);
}

#[test]
fn a_deposit_of_money_from_elsewhere_may_carry_an_empty_list_of_links() {
    let mut desk = Desk::au();
    let (bank, equity) = (desk.account("Bank"), desk.account("Equity"));
    let deposit = desk.post(
        "deposit",
        &format!(
            r#"{{"DepositToAccountRef":{{"value":"{bank}"}},"Line":[{{"Amount":20,"LinkedTxn":[],"DetailType":"DepositLineDetail","DepositLineDetail":{{"AccountRef":{{"value":"{equity}"}}}}}}]}}"#
        ),
    );
    assert_eq!(figures(&deposit, &["TotalAmt"]), "20");
}

#[test]
fn what_stands_in_a_deposit_is_frozen() {
    let (mut desk, customer, invoice, paid) = part_paid();
    let bank = desk.account("Bank");
    let id = text(&paid, "Id").to_owned();
    let body = |amount: &str| {
        format!(
            r#"{{"DepositToAccountRef":{{"value":"{bank}"}},"Line":[{{"Amount":{amount},"LinkedTxn":[{{"TxnId":"{id}","TxnType":"Payment","TxnLineId":"0"}}]}}]}}"#
        )
    };
    assert_eq!(desk.code("deposit", &body("50")), "6000");
    let deposit = desk.post("deposit", &body("60"));
    assert_eq!(figures(&deposit, &["TotalAmt"]), "60");
    assert_eq!(desk.code("deposit", &body("60")), "620", "it stands in a deposit already");
    let frozen = read(&mut desk, "payment", &paid);
    assert_eq!(frozen["LinkedTxn"], json!([{"TxnId": text(&deposit, "Id"), "TxnType": "Deposit"}]));
    for (target, members) in [
        ("payment", r#""sparse":true,"PrivateNote":"x""#),
        ("payment?operation=delete", ""),
        ("payment?operation=update&include=void", ""),
    ] {
        assert_eq!(desk.code(target, &update(&frozen, members)), "6540", "{target}");
    }
    let noted = desk.post("invoice", &sparse(&invoice, r#""PrivateNote":"still open to edits""#));
    assert_eq!(desk.code("invoice?operation=void", &update(&noted, "")), "6540", "its payment cannot be unapplied");
    desk.post("deposit?operation=delete", &update(&deposit, ""));
    let free = read(&mut desk, "payment", &paid);
    desk.post("payment?operation=delete", &update(&free, ""));
    let receipt = desk.post("salesreceipt", &sale(&customer, &[line("10", "5")]));
    assert_eq!(figures(&receipt, &["TotalAmt", "Balance"]), "11 0");
    let voided = desk.post("salesreceipt?operation=update&include=void", &update(&receipt, r#""sparse":true"#));
    assert_eq!(figures(&voided, &["TotalAmt", "PrivateNote"]), r#"0 "Voided""#);
}

#[test]
fn a_failed_payment_leaves_every_invoice_as_it_was() {
    let (mut desk, customer) = Desk::with_customer();
    let (first, second) = (desk.invoice(&customer, "100"), desk.invoice(&customer, "100"));
    desk.books.take_events();
    let lines = [(text(&first, "Id"), "Invoice", "110"), (text(&second, "Id"), "Invoice", "111")];
    assert_eq!(desk.code("payment", &payment(&customer, "500", &lines)), "6000");
    assert_eq!(read(&mut desk, "invoice", &first), first);
    assert!(desk.books.take_events().is_empty());
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 220);
}

#[test]
fn credits_are_applied_without_being_asked_where_the_settings_say_so() {
    let (mut desk, customer) = Desk::with_customer();
    desk.act(r#"{"do":"set_preference","section":"SalesFormsPrefs","set":{"AutoApplyCredit":true}}"#);
    let invoice = desk.invoice(&customer, "100");
    let memo = desk.post("creditmemo", &sale(&customer, &[line("30", "5")]));
    assert_eq!(figures(&memo, &["Balance", "RemainingCredit"]), "0 0");
    assert_eq!(figures(&read(&mut desk, "invoice", &invoice), &["Balance", "SyncToken"]), r#"77 "1""#);
    let made = desk.get(&format!("payment/{}", text(&memo["LinkedTxn"][0], "TxnId")));
    assert_eq!(figures(&made, &["TotalAmt", "UnappliedAmt"]), "0 0");
    assert_eq!(made["Line"].as_array().map(Vec::len), Some(2));
    desk.pay(&customer, "100", &[(text(&invoice, "Id"), "Invoice", "77")]);
    let large = desk.post("creditmemo", &sale(&customer, &[line("10", "5")]));
    assert_eq!(figures(&large, &["Balance"]), "11");
    let next = desk.invoice(&customer, "100");
    assert_eq!(figures(&next, &["TotalAmt", "Balance"]), "110 76", "the memo's 11 and the 23 left of the payment");
    assert_eq!(next["LinkedTxn"].as_array().map(Vec::len), Some(2));
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 76);
    desk.post("payment?operation=delete", &update(&made, ""));
    assert_eq!(desk.get(&format!("customer/{customer}"))["Balance"], 76, "33 owed again on both sides");
}

#[test]
fn balances_are_what_the_open_documents_add_up_to_after_anything() {
    let (mut desk, customer) = Desk::with_customer();
    let mut steps = 0_u32;
    for round in 0..12_u32 {
        let invoice = desk.invoice(&customer, &format!("{}.{:02}", 10 + round, round * 7));
        let memo = desk.post("creditmemo", &sale(&customer, &[line(&format!("{round}.05"), "5")]));
        let total = invoice["TotalAmt"].to_string();
        let paid = desk.pay(&customer, &total, &[(text(&invoice, "Id"), "Invoice", &total)]);
        let current = read(&mut desk, "invoice", &invoice);
        match round % 4 {
            0 => drop(desk.post("invoice?operation=void", &update(&current, ""))),
            1 => drop(desk.post("payment?operation=delete", &update(&paid, ""))),
            2 => drop(desk.post("creditmemo?operation=delete", &update(&memo, ""))),
            _ => drop(desk.post("payment", &sparse(&paid, r#""Line":[]"#))),
        }
        steps += 1;
        let open: rust_decimal::Decimal = desk
            .books
            .documents()
            .iter()
            .map(|own| match own.kind.as_str() {
                "Invoice" => own.total - own.applied,
                _ => own.applied - own.total,
            })
            .sum();
        let shown = desk.get(&format!("customer/{customer}"));
        assert_eq!(shown["Balance"].to_string(), open.normalize().to_string(), "round {round}");
    }
    assert_eq!(steps, 12);
}
