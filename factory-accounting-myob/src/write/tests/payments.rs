//! Payments, refunds and settlements.

use factory_accounting_core::planned::PlannedPayment;

use super::*;

#[test]
fn r20_a_payment_names_the_invoice_that_it_settles_and_goes_into_the_account_given() {
    check(
        Intent::Create,
        planned_payment(payment(INVOICE, RecordKind::Invoice)),
        "POST Sale/CustomerPayment",
        &format!(
            r#"{{"DepositTo":"Account","Account":{{"UID":"bank"}},"Customer":{{"UID":"{}"}},"ReceiptNumber":"EFT 778",
                "Date":"2026-11-21T00:00:00","AmountReceived":1301.3,"Memo":"EFT 778",
                "Invoices":[{{"UID":"{}","Type":"Invoice","AmountApplied":1301.3}}]}}"#,
            uid(CUSTOMER),
            uid(INVOICE)
        ),
    );
    let mut config = config();
    config.payment_method = Some("EFT".to_owned());
    let mut long = payment(INVOICE, RecordKind::Invoice);
    long.reference = "EFT 778 of 21 November".to_owned();
    let body = encoded_for(&config, Intent::Create, planned_payment(long)).expect("it can be encoded").body;
    assert!(body.contains(r#""PaymentMethod":"EFT","Memo":"EFT 778 of 21 November""#), "{body}");
    assert!(!body.contains("ReceiptNumber"), "{body}");
    let deposit = encoded(Intent::Create, planned_payment(payment(ORDER, RecordKind::Order))).body;
    assert!(deposit.contains(r#""Type":"Order""#), "{deposit}");
}

#[test]
fn a_payment_to_a_supplier_names_the_bill_within_its_line() {
    check(
        Intent::Create,
        planned_payment(payment(BILL, RecordKind::Bill)),
        "POST Purchase/SupplierPayment",
        &format!(
            r#"{{"PayFrom":"Account","Account":{{"UID":"bank"}},"Supplier":{{"UID":"{}"}},"PaymentNumber":"EFT 778",
                "Date":"2026-11-21T00:00:00","Memo":"EFT 778",
                "Lines":[{{"Type":"Bill","Purchase":{{"UID":"{}"}},"AmountApplied":1301.3}}]}}"#,
            uid(SUPPLIER),
            uid(BILL)
        ),
    );
}

#[test]
fn a_payment_of_a_credit_note_is_a_refund() {
    check(
        Intent::Create,
        planned_payment(payment(INVOICE, RecordKind::CreditNote)),
        "POST Sale/CreditRefund",
        &format!(
            r#"{{"Account":{{"UID":"bank"}},"Invoice":{{"UID":"{}"}},"Customer":{{"UID":"{}"}},"Number":"EFT 778",
                "Date":"2026-11-21T00:00:00","Amount":1301.3,"Memo":"EFT 778"}}"#,
            uid(INVOICE),
            uid(CUSTOMER)
        ),
    );
    let mut long = payment(INVOICE, RecordKind::CreditNote);
    long.reference = "12345678901234".to_owned();
    refused(Intent::Create, planned_payment(long), "number");
}

#[test]
fn a_credit_note_is_set_off_by_a_settlement() {
    let settlement = |category: &str| {
        format!(
            r#"{{"CreditFromInvoice":{{"UID":"c0000000-0000-4000-8000-00000000000c"}},"Customer":{{"UID":"{}"}},
                "Date":"2026-11-21T00:00:00","CreditAmount":60.5,{category}
                "Lines":[{{"Type":"Invoice","Sale":{{"UID":"{}"}},"AmountApplied":60.5}}]}}"#,
            uid(CUSTOMER),
            uid(INVOICE)
        )
    };
    check(Intent::Create, planned_allocation(), "POST Sale/CreditSettlement", &settlement(""));
    let mut config = config();
    config.profile.category_required = true;
    refused_for(&config, Intent::Create, planned_allocation(), "");
    config.profile.default_category = Some(id("north"));
    let body = encoded_for(&config, Intent::Create, planned_allocation()).expect("it can be encoded").body;
    assert_eq!(body, flat(&settlement(r#""Category":{"UID":"north"},"#)));
    let mut nothing = planned_allocation();
    if let Content::Allocation(allocation) = &mut nothing.content {
        allocation.amount.amount = decimal("0");
    }
    refused(Intent::Create, nothing, "allocations");
}

#[test]
fn payments_that_would_go_astray_are_refused() {
    type Change = fn(&mut PlannedPayment);
    let cases: [(Change, &str); 6] = [
        (|payment| payment.party = None, "target"),
        (|payment| payment.document = id(QUOTE), "target"),
        (|payment| payment.reference = " ".to_owned(), "number"),
        (|payment| payment.reference = "9".repeat(256), "number"),
        (|payment| payment.amount.amount = decimal("0"), "amount"),
        (|payment| payment.amount.amount = decimal("-1"), "amount"),
    ];
    for (change, path) in cases {
        let mut payment = payment(INVOICE, RecordKind::Invoice);
        change(&mut payment);
        refused(Intent::Create, planned_payment(payment), path);
    }
}

#[test]
fn a_payment_once_made_is_not_edited() {
    let stored = held(RecordKind::Payment, RECEIPT, "{}");
    let planned = based(planned_payment(payment(INVOICE, RecordKind::Invoice)), stored);
    let error = encoded_for(&config(), Intent::Update, planned).expect_err("an edit");
    assert_eq!(error.error.kind(), ErrorKind::Unsupported);
}
