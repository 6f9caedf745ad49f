use factory_accounting_core::capability::OrderForm;
use factory_accounting_core::provider::AccountingProvider as _;

use super::*;
use crate::config::ReferenceTarget;
use crate::testing::{Answers as _, Script, Wire, config, configured, day, provider, statements};

fn target(kind: RecordKind, marker: &str) -> ProbeTarget {
    ProbeTarget { date: Some(day(2026, 11, 21)), ..ProbeTarget::new(kind, marker) }
}

async fn look(answers: Vec<Wire>, targets: &[ProbeTarget]) -> (Vec<Vec<String>>, std::sync::Arc<Script>) {
    let (provider, script) = provider(answers);
    let found = provider.probe(targets).await.expect("answers");
    let ids = |records: Vec<RemoteRecord>| records.into_iter().map(|record| record.id.to_string()).collect();
    (found.into_iter().map(ids).collect(), script)
}

#[tokio::test]
async fn numbers_are_looked_for_together_and_compared_exactly() {
    let rows = [
        r#"{"Id":"145","DocNumber":"INV-55"}"#,
        r#"{"Id":"146","DocNumber":"inv-55"}"#,
        r#"{"Id":"147","DocNumber":"O'B-1","TotalAmt":0,"PrivateNote":"Voided"}"#,
    ];
    let targets = ["INV-55", "O'B-1", "INV-56"].map(|marker| target(RecordKind::Invoice, marker));
    let (found, script) = look(vec![Wire::rows("Invoice", &rows)], &targets).await;
    assert_eq!(found, [vec!["invoice:145"], vec!["invoice:147"], vec![]]);
    assert_eq!(
        statements(&script),
        [r"SELECT * FROM Invoice WHERE DocNumber IN ('INV-55', 'O\'B-1', 'INV-56') STARTPOSITION 1 MAXRESULTS 1000"]
    );
}

#[tokio::test]
async fn orders_are_looked_for_in_the_form_that_they_are_held_in() {
    let order = |form| ProbeTarget { order_form: Some(form), ..target(RecordKind::Order, "SO-9") };
    let answers = vec![Wire::rows("Estimate", &[r#"{"Id":"7","DocNumber":"SO-9"}"#]), Wire::rows("Invoice", &[])];
    let (found, _) = look(answers, &[order(OrderForm::Invoice), order(OrderForm::AcceptedQuote)]).await;
    assert_eq!(found, [vec![], vec!["estimate:7"]]);
}

#[tokio::test]
async fn r4_bills_of_several_vendors_share_numbers() {
    let rows = [
        r#"{"Id":"7","DocNumber":"A-1","VendorRef":{"value":"56"}}"#,
        r#"{"Id":"8","DocNumber":"A-1","VendorRef":{"value":"57"}}"#,
    ];
    let bill = ProbeTarget { party: Some(RemoteId::new("vendor:57")), ..target(RecordKind::Bill, "A-1") };
    let (found, _) = look(vec![Wire::rows("Bill", &rows)], &[bill]).await;
    assert_eq!(found, [vec!["bill:8"]]);
}

#[tokio::test]
async fn a_number_that_quickbooks_gives_leaves_the_marker_in_the_note() {
    let rows = [
        r#"{"Id":"1","PrivateNote":"INV-55"}"#,
        r#"{"Id":"2","PrivateNote":"Voided - INV-55","TotalAmt":0}"#,
        r#"{"Id":"3","PrivateNote":"INV-555"}"#,
        r#"{"Id":"4","PrivateNote":"paid late","CustomerMemo":{"value":"INV-55"}}"#,
        r#"{"Id":"5"}"#,
    ];
    let marked = ProbeTarget {
        party: Some(RemoteId::new("customer:62")),
        in_reference: true,
        ..target(RecordKind::Invoice, "INV-55")
    };
    for reference in [ReferenceTarget::PrivateNote, ReferenceTarget::CustomerMemo] {
        let (provider, script) = configured(config().with_reference_field(reference), [Wire::rows("Invoice", &rows)]);
        let found = provider.probe(std::slice::from_ref(&marked)).await.expect("answers");
        let ids: Vec<_> = found[0].iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids, ["invoice:1", "invoice:2"]);
        assert!(statements(&script)[0].contains("WHERE TxnDate = '2026-11-21' AND CustomerRef = '62'"));
    }
    let undated = ProbeTarget { date: None, ..marked };
    let (provider, script) = provider([]);
    let error = provider.probe(&[undated]).await.expect_err("no window");
    assert_eq!((error.kind(), script.lines().len()), (ErrorKind::Unsupported, 0));
}

#[tokio::test]
async fn r9_a_party_is_found_by_name_and_key_and_its_namesakes_are_told() {
    let customers = [
        r#"{"Id":"61","DisplayName":"Acme (1042)","CompanyName":"Acme","Notes":"Ref C-1042"}"#,
        r#"{"Id":"62","DisplayName":"ACME","Active":false,"Notes":"Ref C-10"}"#,
    ];
    let vendors = [r#"{"Id":"56","DisplayName":"Acme"}"#];
    let wanted = ProbeTarget { name: Some("Acme".to_owned()), ..target(RecordKind::Customer, "C-1042") };
    let (provider, script) = provider([Wire::rows("Customer", &customers), Wire::rows("Vendor", &vendors)]);
    let found = provider.probe(&[wanted]).await.expect("answers").remove(0);
    let told: Vec<_> =
        found.iter().map(|record| format!("{} {} {:?}", record.kind, record.id, record.number)).collect();
    assert_eq!(
        told,
        [r#"customer customer:61 Some("C-1042")"#, r#"customer customer:62 Some("C-10")"#, "supplier vendor:56 None"]
    );
    assert_eq!(found[0].name.as_deref(), Some("Acme"));
    let statements = statements(&script);
    assert_eq!(statements.len(), 2);
    assert!(statements[0].contains("Active IN (true, false) AND DisplayName IN ('Acme', 'Acme (1042)')"));
}

#[tokio::test]
async fn r9_a_party_that_was_renamed_is_found_by_its_key_all_the_same() {
    let all = [
        r#"{"Id":"61","DisplayName":"Acme renamed","Notes":"Ref C-1042"}"#,
        r#"{"Id":"63","DisplayName":"Other","Notes":"Ref C-10"}"#,
    ];
    let wanted = ProbeTarget { name: Some("Acme".to_owned()), ..target(RecordKind::Customer, "C-1042") };
    let answers = vec![Wire::rows("Customer", &[]), Wire::rows("Vendor", &[]), Wire::rows("Customer", &all)];
    let (found, script) = look(answers, &[wanted]).await;
    assert_eq!(found, [vec!["customer:61"]]);
    assert!(statements(&script)[2].contains("FROM Customer WHERE Active IN (true, false) STARTPOSITION"));
}

#[tokio::test]
async fn f37_a_job_is_found_by_its_title() {
    let rows =
        [r#"{"Id":"62","DisplayName":"PRJ-042 Hopper","Job":true,"ParentRef":{"value":"61"},"Notes":"Ref J-42"}"#];
    let wanted = ProbeTarget { name: Some("PRJ-042 Hopper".to_owned()), ..target(RecordKind::Job, "J-42") };
    let (provider, _) = provider([Wire::rows("Customer", &rows), Wire::rows("Vendor", &[])]);
    let found = provider.probe(&[wanted]).await.expect("answers").remove(0);
    assert_eq!((found[0].kind, found[0].parent.as_ref().map(RemoteId::as_str)), (RecordKind::Job, Some("customer:61")));
}

#[tokio::test]
async fn items_are_found_by_their_stock_keeping_unit() {
    let rows = [r#"{"Id":"243","Name":"Hopper","Sku":"HOP-1"}"#, r#"{"Id":"244","Name":"HOP-2"}"#];
    let targets = ["HOP-1", "HOP-3"].map(|code| target(RecordKind::Product, code));
    let (found, script) = look(vec![Wire::rows("Item", &rows)], &targets).await;
    assert_eq!(found, [vec!["item:243"], vec![]]);
    assert!(statements(&script)[0].contains("Sku IN ('HOP-1', 'HOP-3')"));
}

#[tokio::test]
async fn a_payment_is_found_by_its_reference_on_its_document_or_on_none() {
    let rows = [
        r#"{"Id":"1","PaymentRefNum":"EFT 778","Line":[{"Amount":1,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]}]}"#,
        r#"{"Id":"2","PaymentRefNum":"EFT 778","Line":[{"Amount":1,"LinkedTxn":[{"TxnId":"146","TxnType":"Invoice"}]}]}"#,
        r#"{"Id":"3","PaymentRefNum":"EFT 778","UnappliedAmt":1}"#,
        r#"{"Id":"4","PaymentRefNum":"EFT 779"}"#,
    ];
    let on = |document: &str, marker| ProbeTarget {
        parent: Some(RemoteId::new(document)),
        ..target(RecordKind::Payment, marker)
    };
    let answers = vec![
        Wire::rows("Payment", &rows),
        Wire::rows(
            "BillPayment",
            &[r#"{"Id":"9","DocNumber":"P-1","Line":[{"LinkedTxn":[{"TxnId":"7","TxnType":"Bill"}]}]}"#],
        ),
    ];
    let (found, _) = look(answers, &[on("invoice:145", "EFT 778"), on("bill:7", "P-1")]).await;
    assert_eq!(found, [vec!["payment:1", "payment:3"], vec!["billpayment:9"]]);
}

#[tokio::test]
async fn an_allocation_is_found_through_its_invoice() {
    let invoice = r#"{"Id":"145","LinkedTxn":[{"TxnId":"150","TxnType":"Payment"},{"TxnId":"151","TxnType":"Payment"},{"TxnId":"7","TxnType":"Estimate"}]}"#;
    let payments = [
        r#"{"Id":"150","TotalAmt":5,"Line":[{"Amount":5,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]}]}"#,
        r#"{"Id":"151","TotalAmt":0,"Line":[{"Amount":60.5,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]},
            {"Amount":60.5,"LinkedTxn":[{"TxnId":"148","TxnType":"CreditMemo"}]}]}"#,
    ];
    let allocation = |credit_note: &str| ProbeTarget {
        parent: Some(RemoteId::new(credit_note)),
        counterpart: Some(RemoteId::new("invoice:145")),
        ..target(RecordKind::Allocation, "CN-1/INV-55")
    };
    let answers = vec![Wire::rows("Invoice", &[invoice]), Wire::rows("Payment", &payments)];
    let (found, script) = look(answers, &[allocation("creditmemo:148")]).await;
    assert_eq!(found, [vec!["payment:151"]]);
    assert!(statements(&script)[1].contains("Id IN ('150', '151')"));
    let answers = vec![Wire::rows("Invoice", &[invoice]), Wire::rows("Payment", &payments)];
    let (found, _) = look(answers, &[allocation("creditmemo:149")]).await;
    assert_eq!(found, [Vec::<String>::new()]);
}

#[tokio::test]
async fn a_search_that_fails_proves_nothing() {
    for answer in [
        Wire::fault(400, 4001, "Invalid query", "QueryValidationError"),
        Wire::fault(200, 10_000, "x", "y"),
        Wire::ok(r#"{"QueryResponse":{"Bill":[]}}"#),
        Wire::ok("<html>"),
    ] {
        let (provider, _) = provider(vec![answer; 3]);
        assert!(provider.probe(&[target(RecordKind::Invoice, "INV-55")]).await.is_err());
    }
}

#[test]
fn a_marker_within_a_longer_number_is_another() {
    for (text, marker, expected) in [
        ("INV-55", "INV-55", true),
        ("Voided - INV-55", "INV-55", true),
        ("see INV-55.", "INV-55", true),
        ("INV-555", "INV-55", false),
        ("INV-55-1", "INV-55", false),
        ("XINV-55", "INV-55", false),
        ("INV-555 and INV-55", "INV-55", true),
        ("anything", "", false),
    ] {
        assert_eq!(mentions(text, marker), expected, "{text}");
    }
}
