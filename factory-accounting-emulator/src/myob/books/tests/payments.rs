use super::Desk;
use crate::myob::switches::{OverApplication, PaymentTouch, SupplierPaymentPut};
use serde_json::{Value, json};

#[test]
fn a_payment_in_full_closes_its_invoice() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "61");
    let body = desk.payment(&customer, &[(&invoice, "67.10")]);
    desk.later(60);
    let payment = desk.post("Sale/CustomerPayment", body);
    let paid = desk.again("Sale/Invoice/Item", &invoice);
    assert_eq!((&paid["Status"], &paid["BalanceDueAmount"]), (&json!("Closed"), &json!(0.0)));
    assert_eq!(paid["LastPaymentDate"], "2026-11-30T00:00:00");
    assert_ne!(paid["RowVersion"], invoice["RowVersion"]);
    assert_eq!((&payment["ReceiptNumber"], &payment["Memo"]), (&json!("00000001"), &json!("Payment; Acme")));
    assert!(
        payment["Invoices"][0]["Uri"]
            .as_str()
            .is_some_and(|uri| uri.ends_with(invoice["UID"].as_str().expect("a UID")))
    );
    let card = desk.again("Contact/Customer", &customer);
    assert_eq!(card["CurrentBalance"], 0.0);
}

#[test]
fn a_payment_moves_last_modified_or_only_the_version() {
    for (touch, moves) in [(PaymentTouch::LastModified, true), (PaymentTouch::VersionOnly, false)] {
        let mut desk = Desk::with(|switches| switches.payment_touch = touch);
        let customer = desk.customer("Acme");
        let invoice = desk.invoice(&customer, "10");
        let body = desk.payment(&customer, &[(&invoice, "1")]);
        desk.later(60);
        desk.post("Sale/CustomerPayment", body);
        let paid = desk.again("Sale/Invoice/Item", &invoice);
        assert_eq!(paid["LastModified"] != invoice["LastModified"], moves, "{touch:?}");
        assert_ne!(paid["RowVersion"], invoice["RowVersion"]);
    }
}

#[test]
fn the_account_is_required_and_must_be_where_the_money_goes() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "10");
    let mut body = desk.payment(&customer, &[(&invoice, "1")]);
    body["DepositTo"] = json!("UndepositedFunds");
    let account = body["Account"].take();
    let (_, name, code, details) = desk.refusal("POST", "Sale/CustomerPayment", &body);
    assert_eq!((name.as_str(), code, details.as_str()), ("Required", Some(100), "Account"));
    body["Account"] = account;
    assert_eq!(desk.refusal("POST", "Sale/CustomerPayment", &body).2, Some(26000));
    body["Account"] = desk.account("4-1000");
    assert_eq!(desk.refused("Sale/CustomerPayment", body.clone()).0, "JournalLine_InvalidAccount");
    body["Account"] = desk.account("1-0000");
    assert_eq!(desk.refused("Sale/CustomerPayment", body.clone()).0, "AccountHeaderNotAllowed");
    body["Account"] = desk.account("1-1210");
    desk.post("Sale/CustomerPayment", body);
}

#[test]
fn the_amount_is_the_sum_of_what_is_applied() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let (one, other) = (desk.invoice(&customer, "10"), desk.invoice(&customer, "20"));
    let mut body = desk.payment(&customer, &[(&one, "11"), (&other, "5.5")]);
    body["AmountReceived"] = json!(20);
    assert_eq!(desk.refused("Sale/CustomerPayment", body.clone()).1, "AmountReceived");
    body["AmountReceived"] = json!(16.5);
    desk.post("Sale/CustomerPayment", body);
    assert_eq!(desk.again("Sale/Invoice/Item", &other)["BalanceDueAmount"], 16.5);
}

#[test]
fn more_than_the_balance_is_refused_or_becomes_a_credit() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "10");
    let body = desk.payment(&customer, &[(&invoice, "12")]);
    assert_eq!(desk.refused("Sale/CustomerPayment", body.clone()).1, "Invoices[0].AmountApplied");
    let twice = desk.payment(&customer, &[(&invoice, "6"), (&invoice, "6")]);
    assert_eq!(desk.refused("Sale/CustomerPayment", twice).1, "Invoices[1].AmountApplied");
    desk.switches.over_application = OverApplication::TakenAsCredit;
    desk.post("Sale/CustomerPayment", body);
    let paid = desk.again("Sale/Invoice/Item", &invoice);
    assert_eq!((&paid["BalanceDueAmount"], &paid["Status"]), (&json!(-1.0), &json!("Credit")));
}

#[test]
fn a_payment_is_for_the_customers_own_documents_of_the_named_type() {
    let mut desk = Desk::au();
    let (customer, other) = (desk.customer("Acme"), desk.customer("Bolt & Co"));
    let invoice = desk.invoice(&customer, "10");
    let body = desk.payment(&other, &[(&invoice, "1")]);
    assert_eq!(desk.refused("Sale/CustomerPayment", body).1, "Invoices[0].UID");
    let mut body = desk.payment(&customer, &[(&invoice, "1")]);
    body["Invoices"][0]["Type"] = json!("Order");
    assert_eq!(desk.refused("Sale/CustomerPayment", body.clone()).1, "Invoices[0].Type");
    body["Invoices"][0]["UID"] = customer["UID"].clone();
    assert_eq!(desk.refused("Sale/CustomerPayment", body).0, "NotFound");
    let body = desk.payment(&customer, &[(&invoice, "-1")]);
    assert_eq!(desk.refused("Sale/CustomerPayment", body).1, "Invoices[0].AmountApplied");
}

#[test]
fn a_payment_cannot_be_put() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "10");
    let body = desk.payment(&customer, &[(&invoice, "1")]);
    let payment = desk.post("Sale/CustomerPayment", body);
    let target = format!("Sale/CustomerPayment/{}", payment["UID"].as_str().expect("a UID"));
    assert_eq!(desk.send("PUT", &target, &payment).0, 405);
}

#[test]
fn a_supplier_payment_names_its_bill_in_a_wrapper() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let body = desk.purchase(&supplier, "100");
    let bill = desk.post("Purchase/Bill/Service", body);
    let bank = desk.account("1-1110");
    let bare = json!({"PayFrom": "Account", "Account": bank, "Supplier": supplier,
        "Lines": [{"Type": "Bill", "UID": bill["UID"], "AmountApplied": 110}]});
    assert_eq!(desk.refused("Purchase/SupplierPayment", bare).1, "Lines[0].Purchase");
    let body = json!({"PayFrom": "Account", "Account": bank, "Supplier": supplier,
        "Lines": [{"Type": "Bill", "Purchase": {"UID": bill["UID"]}, "AmountApplied": 110}]});
    let payment = desk.post("Purchase/SupplierPayment", body);
    assert_eq!((&payment["AmountPaid"], &payment["Lines"][0]["Purchase"]["Number"]), (&json!(110.0), &bill["Number"]));
    assert!(payment["Lines"][0]["RowVersion"].is_i64(), "a number here, text elsewhere");
    assert_eq!(desk.again("Purchase/Bill/Service", &bill)["Status"], "Closed");
    assert_eq!(desk.delete("Purchase/SupplierPayment", &payment), 200);
    assert_eq!(desk.again("Purchase/Bill/Service", &bill)["AppliedToDate"], 0.0);
}

#[test]
fn a_negative_bill_is_refunded_by_a_negative_payment_or_a_debit_refund() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let body = desk.purchase(&supplier, "-100");
    let debit = desk.post("Purchase/Bill/Service", body);
    let bank = desk.account("1-1110");
    let body = json!({"Account": bank, "Supplier": supplier,
        "Lines": [{"Purchase": {"UID": debit["UID"]}, "AmountApplied": -60}]});
    desk.post("Purchase/SupplierPayment", body.clone());
    assert_eq!(desk.again("Purchase/Bill/Service", &debit)["BalanceDueAmount"], -50.0);
    assert_eq!(desk.refused("Purchase/SupplierPayment", body).1, "Lines[0].AmountApplied");
    let refund = json!({"DepositTo": "Account", "Account": bank, "Bill": {"UID": debit["UID"]},
        "Supplier": supplier, "Amount": 50});
    desk.post("Purchase/DebitRefund", refund.clone());
    assert_eq!(desk.again("Purchase/Bill/Service", &debit)["Status"], "Closed");
    assert_eq!(desk.refused("Purchase/DebitRefund", refund).1, "Amount");
}

#[test]
fn a_credit_is_settled_against_invoices() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "100");
    let body = desk.sale(&customer, "-1", "50");
    let credit = desk.post("Sale/Invoice/Item", body);
    let settlement = |amount: f64, applied: f64| {
        json!({"CreditFromInvoice": {"UID": credit["UID"]}, "Customer": customer, "CreditAmount": amount,
            "Lines": [{"Type": "Invoice", "Sale": {"UID": invoice["UID"]}, "AmountApplied": applied}]})
    };
    assert_eq!(desk.refused("Sale/CreditSettlement", settlement(60.0, 60.0)).1, "CreditAmount");
    assert_eq!(desk.refused("Sale/CreditSettlement", settlement(55.0, 50.0)).1, "CreditAmount");
    let settled = desk.post("Sale/CreditSettlement", settlement(55.0, 55.0));
    assert_eq!(desk.again("Sale/Invoice/Item", &credit)["Status"], "Closed");
    assert_eq!(desk.again("Sale/Invoice/Item", &invoice)["BalanceDueAmount"], 55.0);
    assert_eq!(desk.delete("Sale/CreditSettlement", &settled), 200);
    assert_eq!(desk.again("Sale/Invoice/Item", &credit)["Status"], "Credit");
    assert_eq!(desk.again("Sale/Invoice/Item", &invoice)["BalanceDueAmount"], 110.0);
}

#[test]
fn a_debit_is_settled_against_bills() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let (owed, back) = (desk.purchase(&supplier, "100"), desk.purchase(&supplier, "-50"));
    let (bill, debit) = (desk.post("Purchase/Bill/Service", owed), desk.post("Purchase/Bill/Service", back));
    let body = json!({"DebitFromBill": {"UID": debit["UID"]}, "Supplier": supplier, "DebitAmount": 55,
        "Lines": [{"Type": "Bill", "Purchase": {"UID": bill["UID"]}, "AmountApplied": 55}]});
    desk.post("Purchase/DebitSettlement", body);
    assert_eq!(desk.again("Purchase/Bill/Service", &bill)["BalanceDueAmount"], 55.0);
    assert_eq!(desk.again("Purchase/Bill/Service", &debit)["Status"], "Closed");
}

#[test]
fn a_credit_is_refunded_by_its_invoice_member() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let body = desk.sale(&customer, "-1", "50");
    let credit = desk.post("Sale/Invoice/Item", body);
    let bank = desk.account("1-1110");
    let wrong = json!({"Account": bank, "Sale": {"UID": credit["UID"]}, "Customer": customer, "Amount": 55});
    assert_eq!(desk.refused("Sale/CreditRefund", wrong).1, "Invoice");
    let body = json!({"Account": bank, "Invoice": {"UID": credit["UID"]}, "Customer": customer, "Amount": 55});
    desk.post("Sale/CreditRefund", body);
    assert_eq!(desk.again("Sale/Invoice/Item", &credit)["Status"], "Closed");
    let target = format!("Sale/Invoice/Item/{}", credit["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("DELETE", &target, &Value::Null).2, Some(10001));
}

#[test]
fn a_supplier_payment_is_put_as_if_it_were_entered_anew() {
    let mut desk = Desk::au();
    let supplier = desk.supplier("Steel Co");
    let (one, other) = (desk.purchase(&supplier, "100"), desk.purchase(&supplier, "50"));
    let (one, other) = (desk.post("Purchase/Bill/Service", one), desk.post("Purchase/Bill/Service", other));
    let bank = desk.account("1-1110");
    let body = json!({"PayFrom": "Account", "Account": bank, "Supplier": supplier, "Date": "2026-11-21",
        "Lines": [{"Type": "Bill", "Purchase": {"UID": one["UID"]}, "AmountApplied": 110}]});
    let payment = desk.post("Purchase/SupplierPayment", body);
    let mut less = payment.clone();
    less["Lines"][0]["AmountApplied"] = json!(60);
    let put = desk.put("Purchase/SupplierPayment", &less);
    assert_eq!((&put["AmountPaid"], &put["PaymentNumber"]), (&json!(60.0), &payment["PaymentNumber"]));
    assert_eq!(put["Lines"][0]["RowID"], payment["Lines"][0]["RowID"], "the line is kept");
    assert_ne!(put["Lines"][0]["RowVersion"], payment["Lines"][0]["RowVersion"]);
    assert_eq!(desk.again("Purchase/Bill/Service", &one)["BalanceDueAmount"], 50.0);
    let target = format!("Purchase/SupplierPayment/{}", payment["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("PUT", &target, &less).0, 409, "its version has moved");
    let mut moved = put.clone();
    moved["Lines"] = json!([{"Type": "Bill", "Purchase": {"UID": other["UID"]}, "AmountApplied": 56}]);
    assert_eq!(desk.refusal("PUT", &target, &moved).3, "Lines[0].AmountApplied");
    assert_eq!(desk.again("Purchase/Bill/Service", &one)["AppliedToDate"], 60.0, "a refused change takes nothing back");
    moved["Lines"][0]["AmountApplied"] = json!(55);
    desk.put("Purchase/SupplierPayment", &moved);
    let freed = desk.again("Purchase/Bill/Service", &one);
    assert_eq!((&freed["AppliedToDate"], &freed["LastPaymentDate"]), (&json!(0.0), &Value::Null));
    assert_eq!(desk.again("Purchase/Bill/Service", &other)["Status"], "Closed");
    desk.switches.supplier_payment_put = SupplierPaymentPut::Refused;
    assert_eq!(desk.send("PUT", &target, &moved).0, 405);
}
