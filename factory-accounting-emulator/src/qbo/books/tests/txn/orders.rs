//! Purchase orders, bills, their payments, purchases and billable expenses (qbo.md 5.17 to 5.21).

use super::{Country, Desk, applies, expense, figures, purchase, sparse, text, update};
use crate::qbo::switches::{BillableDefault, DuplicateBillNumber, PaidDelete};
use serde_json::{Value, json};

fn with_vendor() -> (Desk, String, String) {
    let mut desk = Desk::au();
    let vendor = desk.vendor("Bolt Co");
    let account = desk.account("Expense");
    (desk, vendor, account)
}

/// An expense line that takes up a line of an order.
fn taking(order: &str, order_line: &str, account: &str, amount: &str) -> String {
    let link =
        format!(r#"{{"LinkedTxn":[{{"TxnId":"{order}","TxnType":"PurchaseOrder","TxnLineId":"{order_line}"}}],"#);
    expense(account, amount).replacen('{', &link, 1)
}

fn billing(order: &str, body: &str) -> String {
    body.replacen('{', &format!(r#"{{"LinkedTxn":[{{"TxnId":"{order}","TxnType":"PurchaseOrder"}}],"#), 1)
}

#[test]
fn an_order_is_open_until_all_its_lines_are_billed() {
    let (mut desk, vendor, account) = with_vendor();
    let order = desk.post("purchaseorder", &purchase(&vendor, &[expense(&account, "100"), expense(&account, "50")]));
    assert_eq!(figures(&order, &["POStatus", "TotalAmt", "DocNumber"]), r#""Open" 165 "1001""#);
    let id = text(&order, "Id").to_owned();
    let state = |desk: &mut Desk| desk.get(&format!("purchaseorder/{id}"));

    let first = desk.post("bill", &billing(&id, &purchase(&vendor, &[taking(&id, "1", &account, "100")])));
    assert_eq!(first["LinkedTxn"], json!([{"TxnId": id, "TxnType": "PurchaseOrder"}]));
    assert_eq!(first["Line"][0]["LinkedTxn"], json!([{"TxnId": id, "TxnType": "PurchaseOrder", "TxnLineId": "1"}]));
    assert_eq!(text(&state(&mut desk), "POStatus"), "Open");
    assert_eq!(state(&mut desk)["LinkedTxn"], json!([{"TxnId": text(&first, "Id"), "TxnType": "Bill"}]));

    let second = desk.post("bill", &billing(&id, &purchase(&vendor, &[taking(&id, "2", &account, "50")])));
    assert_eq!(text(&state(&mut desk), "POStatus"), "Closed");
    desk.post("bill?operation=delete", &update(&second, ""));
    assert_eq!(text(&state(&mut desk), "POStatus"), "Open");
    let kept = desk.post("bill", &sparse(&first, &format!(r#""VendorRef":{{"value":"{vendor}"}},"PrivateNote":"x""#)));
    assert_eq!(kept["Line"], first["Line"]);
}

#[test]
fn a_wrong_or_used_up_link_is_dropped_without_a_word() {
    let (mut desk, vendor, account) = with_vendor();
    let order = desk.post("purchaseorder", &purchase(&vendor, &[expense(&account, "100")]));
    let id = text(&order, "Id").to_owned();
    let other = desk.vendor("Nut Co");
    let links = |bill: &Value| (bill.get("LinkedTxn").is_some(), bill["Line"][0].get("LinkedTxn").is_some());
    let lone = purchase(&vendor, &[taking(&id, "1", &account, "100")]);
    for body in [
        billing("99", &purchase(&vendor, &[taking("99", "1", &account, "100")])),
        billing(&id, &purchase(&vendor, &[taking(&id, "7", &account, "100")])),
        billing(&id, &purchase(&other, &[taking(&id, "1", &account, "100")])),
        billing(&id, &purchase(&vendor, &[expense(&account, "100")])),
        lone.clone(),
    ] {
        assert_eq!(links(&desk.post("bill", &body)), (false, false), "{body}");
    }
    let bare = desk.post("bill", &purchase(&vendor, &[expense(&account, "100")]));
    let late = taking(&id, "1", &account, "100");
    let with_id = late.replacen('{', r#"{"Id":"1","#, 1);
    let again = |row: &Value, line: &str| {
        sparse(
            row,
            &format!(
                r#""VendorRef":{{"value":"{vendor}"}},"LinkedTxn":[{{"TxnId":"{id}","TxnType":"PurchaseOrder"}}],"Line":[{line}]"#
            ),
        )
    };
    let same = desk.post("bill", &again(&bare, &with_id));
    assert_eq!(links(&same), (false, false), "a line that stands already cannot be linked later");
    let linked = desk.post("bill", &again(&same, &late));
    assert_eq!(links(&linked), (true, true));
    let twice = desk.post("bill", &billing(&id, &lone));
    assert_eq!(links(&twice), (false, false), "the line is used up");
}

#[test]
fn a_bill_is_paid_and_a_vendor_credit_used() {
    let (mut desk, vendor, account) = with_vendor();
    let bill = desk.bill(&vendor, "100");
    assert_eq!(figures(&bill, &["TotalAmt", "Balance"]), "110 110");
    let credit = desk.post("vendorcredit", &purchase(&vendor, &[expense(&account, "10")]));
    assert_eq!(desk.get(&format!("vendor/{vendor}"))["Balance"], 99);
    let (bank, bill_id, credit_id) =
        (desk.account("Bank"), text(&bill, "Id").to_owned(), text(&credit, "Id").to_owned());
    let body = |total: &str, lines: &[String]| {
        format!(
            r#"{{"VendorRef":{{"value":"{vendor}"}},"PayType":"Check","CheckPayment":{{"BankAccountRef":{{"value":"{bank}"}}}},"TotalAmt":{total},"Line":[{}]}}"#,
            lines.join(",")
        )
    };
    let (code, detail, element) = desk.fault("POST", "billpayment", &body("99", &[]));
    assert_eq!(
        (code.as_str(), detail.as_str(), element.as_str()),
        ("2020", "Required parameter Line is missing in the request", "Line")
    );
    let (_, detail, _) = desk.fault("POST", "billpayment", &body("99", &[r#"{"Amount":99}"#.to_owned()]));
    assert_eq!(detail, "Required parameter LinkedTxn is missing in the request");
    let lines = [applies(&bill_id, "Bill", "110"), applies(&credit_id, "VendorCredit", "11")];
    let paid = desk.post("billpayment", &body("99", &lines));
    let after = desk.get(&format!("bill/{bill_id}"));
    assert_eq!(figures(&after, &["Balance", "SyncToken"]), r#"0 "1""#);
    assert_eq!(after["LinkedTxn"], json!([{"TxnId": text(&paid, "Id"), "TxnType": "BillPaymentCheck"}]));
    assert_eq!(desk.get(&format!("vendorcredit/{credit_id}"))["Balance"], 0);
    assert_eq!(desk.get(&format!("vendor/{vendor}"))["Balance"], 0);
    assert_eq!(desk.code("bill?operation=delete", &update(&after, "")), "6400");
    let voided = desk.post("billpayment?operation=update&include=void", &update(&paid, r#""sparse":true"#));
    assert_eq!(figures(&voided, &["TotalAmt", "PrivateNote"]), r#"0 "Voided""#);
    assert_eq!(desk.get(&format!("bill/{bill_id}"))["Balance"], 110);
    assert_eq!(desk.get(&format!("vendor/{vendor}"))["Balance"], 99);
}

#[test]
fn what_a_bill_payment_may_name() {
    let (mut desk, vendor, _) = with_vendor();
    let bill = desk.bill(&vendor, "100");
    let (bank, card) = (desk.account("Bank"), desk.account("Credit Card"));
    let id = text(&bill, "Id").to_owned();
    let body = |how: &str, lines: &[String]| {
        format!(r#"{{"VendorRef":{{"value":"{vendor}"}},{how},"TotalAmt":10,"Line":[{}]}}"#, lines.join(","))
    };
    let check =
        |account: &str| format!(r#""PayType":"Check","CheckPayment":{{"BankAccountRef":{{"value":"{account}"}}}}"#);
    let one = [applies(&id, "Bill", "10")];
    for (text, code) in [
        (body(&check(&card), &one), "6430"),
        (body(r#""PayType":"Check""#, &one), "2020"),
        (body(r#""PayType":"Cash""#, &one), "2170"),
        (body(&check(&bank), &[applies(&id, "Invoice", "10")]), "620"),
        (body(&check(&bank), &[applies(&id, "JournalEntry", "10")]), "501"),
        (body(&check(&bank), &[applies("99", "Bill", "10")]), "610"),
        (body(&check(&bank), &[applies(&id, "Bill", "20")]), "6000"),
    ] {
        assert_eq!(desk.code("billpayment", &text), code, "{text}");
    }
    let dropped = desk.post("billpayment", &body(&check(&bank), &[applies("5", "Purchase", "10")]));
    assert_eq!(dropped.get("Line"), None);
    let nothing = r#""PayType":"Check""#;
    desk.post(
        "billpayment",
        &body(nothing, &[applies(&id, "Bill", "0")]).replace(r#""TotalAmt":10"#, r#""TotalAmt":0"#),
    );
    let by_card =
        body(&format!(r#""PayType":"CreditCard","CreditCardPayment":{{"CCAccountRef":{{"value":"{card}"}}}}"#), &one);
    desk.post("billpayment", &by_card);
    assert_eq!(desk.get(&format!("bill/{id}"))["LinkedTxn"][0]["TxnType"], "BillPaymentCreditCard");
    desk.switches.paid_delete = PaidDelete::Unapplies;
    let current = desk.get(&format!("bill/{id}"));
    desk.post("bill?operation=delete", &update(&current, ""));
    assert_eq!(desk.get(&format!("vendor/{vendor}"))["Balance"], 0);
}

#[test]
fn a_bill_number_is_unique_with_its_vendor() {
    let (mut desk, vendor, account) = with_vendor();
    let other = desk.vendor("Nut Co");
    let numbered =
        |vendor: &str| purchase(vendor, &[expense(&account, "10")]).replacen('{', r#"{"DocNumber":"B-7","#, 1);
    let bill = desk.post("bill", &numbered(&vendor));
    assert_eq!(desk.code("bill", &numbered(&vendor)), "6140");
    desk.post("bill", &numbered(&other));
    desk.post("bill?include=allowduplicatedocnum", &numbered(&vendor));
    desk.post("bill", &sparse(&bill, &format!(r#""VendorRef":{{"value":"{vendor}"}},"DocNumber":"B-7""#)));
    desk.switches.duplicate_bill_number = DuplicateBillNumber::Allowed;
    desk.post("bill", &numbered(&vendor));
    assert_eq!(desk.bill(&vendor, "1").get("DocNumber"), None, "a bill without a number has none");
}

#[test]
fn purchases_take_an_account_that_fits_and_keep_their_kind() {
    let (mut desk, vendor, account) = with_vendor();
    let (bank, card) = (desk.account("Bank"), desk.account("Credit Card"));
    let body = |kind: &str, from: &str, rest: &str| {
        format!(
            r#"{{"PaymentType":"{kind}","AccountRef":{{"value":"{from}"}},"EntityRef":{{"value":"{vendor}","type":"Vendor"}}{rest},"Line":[{}]}}"#,
            expense(&account, "120")
        )
    };
    let bought = desk.post("purchase", &body("CreditCard", &card, ""));
    assert_eq!(figures(&bought, &["TotalAmt", "Credit"]), "132 false");
    assert_eq!(bought["EntityRef"], json!({"value": vendor, "name": "Bolt Co", "type": "Vendor"}));
    assert_eq!(desk.code("purchase", &body("CreditCard", &bank, "")), "6430");
    assert_eq!(desk.code("purchase", &body("Check", &card, "")), "6430");
    assert_eq!(desk.code("purchase", &body("Cash", &bank, r#","Credit":true"#)), "6000");
    assert_eq!(desk.code("purchase", &sparse(&bought, r#""PrivateNote":"x""#)), "2020");
    assert_eq!(desk.code("purchase", &sparse(&bought, r#""PaymentType":"Cash""#)), "6000");
    desk.post("purchase", &sparse(&bought, r#""PaymentType":"CreditCard","PrivateNote":"x""#));
    let receivable = desk.account("Accounts Receivable");
    let wrong = purchase(&vendor, &[expense(&receivable, "10")]);
    assert_eq!(desk.code("bill", &wrong), "6430");
    assert_eq!(desk.code("bill", &wrong.replace(&format!(r#""AccountRef":{{"value":"{receivable}"}},"#), "")), "2020");
}

#[test]
fn us_bills_bear_no_sales_tax() {
    let mut desk = Desk::new(Country::Us);
    let vendor = desk.vendor("Bolt Co");
    let account = desk.account("Expense");
    let bill = desk
        .post("bill", &purchase(&vendor, &[expense(&account, "100").replace(r#","TaxCodeRef":{"value":"5"}"#, "")]));
    assert_eq!((figures(&bill, &["TotalAmt"]), bill.get("TxnTaxDetail")), ("100".to_owned(), None));
}

#[test]
fn billable_lines_make_charges_that_a_person_invoices() {
    let (mut desk, vendor, account) = with_vendor();
    let customer = desk.customer("Acme");
    let job = |status: &str| {
        expense(&account, "100")
            .replace(r#""AccountRef""#, &format!(r#""CustomerRef":{{"value":"{customer}"}},{status}"AccountRef""#))
    };
    let free = expense(&account, "100").replace(r#""AccountRef""#, r#""BillableStatus":"Billable","AccountRef""#);
    assert_eq!(desk.code("bill", &purchase(&vendor, &[free])), "6310");
    let (code, detail, _) =
        desk.fault("POST", "bill", &purchase(&vendor, &[job(r#""BillableStatus":"HasBeenBilled","#)]));
    assert_eq!((code.as_str(), detail.as_str()), ("2170", "Invalid Enumeration : HAS_BEEN_BILLED"));
    let quiet = desk.post("bill", &purchase(&vendor, &[job(r#""BillableStatus":"NotBillable","#)]));
    assert_eq!(quiet["Line"][0].get("LinkedTxn"), None);

    let bill = desk.post("bill", &purchase(&vendor, &[job(r#""MarkupInfo":{"Percent":10},"#)]));
    assert_eq!(bill["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"], "Billable", "it is the default");
    let charge = text(&bill["Line"][0]["LinkedTxn"][0], "TxnId").to_owned();
    let row = desk.get(&format!("reimbursecharge/{charge}"));
    assert_eq!(figures(&row, &["HasBeenInvoiced", "Amount"]), "false 100");
    assert_eq!(row["LinkedTxn"], json!([{"TxnId": text(&bill, "Id"), "TxnType": "Bill"}]));
    assert_eq!(desk.ids("ReimburseCharge", "where HasBeenInvoiced = false"), vec![charge.as_str()]);
    assert_eq!(desk.code("reimbursecharge", "{}"), "500");

    let invoice = desk.act(&format!(r#"{{"do":"bill_billables","customer":"{customer}"}}"#));
    assert_eq!(figures(&invoice, &["TotalAmt"]), "121");
    assert_eq!(invoice["LinkedTxn"], json!([{"TxnId": charge, "TxnType": "ReimburseCharge"}]));
    let status = |desk: &mut Desk| {
        desk.get(&format!("bill/{}", text(&bill, "Id")))["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"]
            .clone()
    };
    assert_eq!(status(&mut desk), "HasBeenBilled");
    let now = desk.get(&format!("bill/{}", text(&bill, "Id")));
    assert_eq!(desk.code("bill?operation=delete", &update(&now, "")), "6400");
    desk.post("bill", &sparse(&now, &format!(r#""VendorRef":{{"value":"{vendor}"}},"Line":{}"#, now["Line"])));
    assert_eq!(status(&mut desk), "HasBeenBilled", "an echo keeps it");
    let invoice = desk.get(&format!("invoice/{}", text(&invoice, "Id")));
    desk.post("invoice?operation=void", &update(&invoice, ""));
    assert_eq!(status(&mut desk), "Billable");
    let now = desk.get(&format!("bill/{}", text(&bill, "Id")));
    desk.post("bill?operation=delete", &update(&now, ""));
    assert!(desk.ids("ReimburseCharge", "").is_empty());

    desk.switches.billable_default = BillableDefault::NotBillable;
    let bill = desk.post("bill", &purchase(&vendor, &[job("")]));
    assert_eq!(bill["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"], "NotBillable");
}
