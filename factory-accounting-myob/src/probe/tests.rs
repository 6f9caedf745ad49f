use factory_accounting_core::provider::AccountingProvider as _;

use super::*;
use crate::testing::{Answers as _, Wire, day, provider, uid};

fn target(kind: RecordKind, marker: &str) -> ProbeTarget {
    ProbeTarget::new(kind, marker)
}

fn id(path: &str, number: u32) -> RemoteId {
    RemoteId::new(format!("{path}/{}", uid(number)))
}

fn sale(number: u32, text: &str, total: &str) -> String {
    format!(
        r#"{{"UID":"{}","Number":"{text}","CustomerPurchaseOrderNumber":"REF-{text}","InvoiceType":"Service","OrderType":"Item","TotalAmount":{total}}}"#,
        uid(number)
    )
    .replace(r#""OrderType":"Item","#, "")
}

#[tokio::test]
async fn documents_are_asked_for_together_over_all_layouts_and_read_where_they_lie() {
    let hits = [sale(10, "INV-1", "11"), sale(11, "inv-2", "11")];
    let typed = |number| format!(r#"{{"UID":"{}","TotalAmount":11,"Lines":[]}}"#, uid(number));
    let (provider, script) = provider([Wire::rows(&[&hits[0], &hits[1]]), Wire::ok(typed(10)), Wire::ok(typed(11))]);
    let targets = ["INV-1", "INV-2", "O'Neil"].map(|number| target(RecordKind::Invoice, number));
    let found = provider.probe(&targets).await.expect("answered");
    // In which case a file keeps letters is not known: whether it is the one is told by what it holds.
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(found[0][0].id, id("sale/invoice/service", 10));
    let lines = script.lines();
    assert_eq!(
        lines[0],
        "GET Sale/Invoice?$orderby=UID&$filter=Number eq 'INV-1' or Number eq 'INV-2' or Number eq 'O''Neil'&$top=1000&generateUris=false"
    );
    assert_eq!(lines[1], format!("GET Sale/Invoice/Service/{}?generateUris=false", uid(10)));
}

#[tokio::test]
async fn a_number_that_the_file_has_filled_up_is_found_where_none_is_as_it_was_sent() {
    let typed = |number| format!(r#"{{"UID":"{}","TotalAmount":11,"Lines":[]}}"#, uid(number));
    for (numbers, expected) in [(&["00001042", "10420000"][..], 10), (&["00001042", "1042"][..], 11)] {
        let hits: Vec<String> = (10..).zip(numbers).map(|(at, number)| sale(at, number, "11")).collect();
        let rows: Vec<&str> = hits.iter().map(String::as_str).collect();
        let (provider, script) = provider([Wire::rows(&rows), Wire::ok(typed(expected))]);
        let found = provider.probe(&[target(RecordKind::Invoice, "1042")]).await.expect("answered");
        let ids: Vec<_> = found[0].iter().map(|record| &record.id).collect();
        assert_eq!(ids, [&id("sale/invoice/service", expected)], "{numbers:?}");
        assert!(script.lines()[0].contains("Number eq '1042' or Number eq '00001042'"), "{:?}", script.lines());
    }
}

#[tokio::test]
async fn several_that_carry_one_marker_are_all_told() {
    let hits = [sale(10, "INV-1", "11"), sale(11, "INV-1", "11")];
    let typed = |number| format!(r#"{{"UID":"{}","Number":"INV-1","TotalAmount":11,"Lines":[]}}"#, uid(number));
    let (provider, _) = provider([Wire::rows(&[&hits[0], &hits[1]]), Wire::rows(&[&typed(10), &typed(11)])]);
    let found = provider.probe(&[target(RecordKind::Invoice, "INV-1")]).await.expect("answered");
    assert_eq!(found[0].len(), 2);
}

#[tokio::test]
async fn a_hit_of_a_layout_that_nobody_knows_is_no_proof_that_nothing_is_there() {
    let hit = sale(10, "INV-1", "11").replace("Service", "FUTUREService");
    let (provider, _) = provider([Wire::rows(&[&hit])]);
    let error = provider.probe(&[target(RecordKind::Invoice, "INV-1")]).await.expect_err("not known");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().contains("INV-1"), "{error}");
}

#[tokio::test]
async fn an_invoice_is_no_credit_note_of_its_number_and_the_other_way_round() {
    for (kind, kept) in [(RecordKind::Invoice, 10), (RecordKind::CreditNote, 11)] {
        let hits = [sale(10, "X-1", "11"), sale(11, "X-1", "-11")];
        let typed = format!(r#"{{"UID":"{}","TotalAmount":1,"Lines":[]}}"#, uid(kept));
        let (provider, _) = provider([Wire::rows(&[&hits[0], &hits[1]]), Wire::ok(typed)]);
        let found = provider.probe(&[target(kind, "X-1")]).await.expect("answered");
        assert_eq!(found[0].iter().map(|record| &record.id).collect::<Vec<_>>(), [&id("sale/invoice/service", kept)]);
    }
}

#[tokio::test]
async fn a_marker_in_the_reference_is_looked_for_there() {
    let hit = sale(10, "1", "11");
    let typed = format!(r#"{{"UID":"{}","Lines":[]}}"#, uid(10));
    let (provider, script) = provider([Wire::rows(&[&hit]), Wire::ok(typed)]);
    let target = ProbeTarget { in_reference: true, ..target(RecordKind::Invoice, "REF-1") };
    assert_eq!(provider.probe(&[target]).await.expect("answered")[0].len(), 1);
    assert!(script.lines()[0].contains("CustomerPurchaseOrderNumber eq 'REF-1'"), "{:?}", script.lines());
}

#[tokio::test]
async fn a_bill_is_found_by_its_supplier_and_the_beginning_of_its_number() {
    let bill = |number: u32, supplier: u32, text: &str| {
        format!(
            r#"{{"UID":"{}","SupplierInvoiceNumber":"{text}","Supplier":{{"UID":"{}"}},"BillType":"Service","TotalAmount":5}}"#,
            uid(number),
            uid(supplier)
        )
    };
    let rows = [
        bill(20, 2, "A-991-2026-00017"),
        bill(21, 2, "A-991-2026-00"),
        bill(22, 2, "A-991-2026-00018"),
        bill(23, 3, "A-991-2026-00017"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let typed = |number| format!(r#"{{"UID":"{}","Lines":[]}}"#, uid(number));
    let (provider, script) = provider([Wire::rows(&rows), Wire::rows(&[&typed(20), &typed(21)])]);
    let target = ProbeTarget { party: Some(id("contact/supplier", 2)), ..target(RecordKind::Bill, "A-991-2026-00017") };
    let found = provider.probe(&[target]).await.expect("answered");
    assert_eq!(
        found[0].iter().map(|record| record.id.clone()).collect::<Vec<_>>(),
        [id("purchase/bill/service", 20), id("purchase/bill/service", 21)]
    );
    let asked =
        format!("startswith(SupplierInvoiceNumber,'A-991-2026-00') eq true and Supplier/UID eq guid'{}'", uid(2));
    assert!(script.lines()[0].contains(&asked), "{:?}", script.lines());
}

#[tokio::test]
async fn parties_are_found_by_their_card_and_answer_with_the_key_that_was_asked_for() {
    let card = |number: u32, key: &str| {
        format!(r#"{{"UID":"{}","CompanyName":"Acme","DisplayID":"{key}","RowVersion":"1"}}"#, uid(number))
    };
    let long = "C-1042-of-the-northern-branch";
    let digest = names::display_id(long);
    let rows = [card(1, "C-1042"), card(2, &digest)];
    let (provider, script) = provider([Wire::rows(&[&rows[0], &rows[1]])]);
    let targets = ["C-1042", long, "C-9"].map(|key| target(RecordKind::Customer, key));
    let found = provider.probe(&targets).await.expect("answered");
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(found[1][0].number.as_deref(), Some(long));
    assert!(found[0][0].carry.is_some(), "it can be changed at once");
    let asked = format!("DisplayID eq 'C-1042' or DisplayID eq '{digest}' or DisplayID eq 'C-9'");
    assert!(
        script.lines()[0].starts_with("GET Contact/Customer?") && script.lines()[0].contains(&asked),
        "{:?}",
        script.lines()
    );
}

#[tokio::test]
async fn a_job_is_found_by_its_key_and_a_namesake_by_its_number() {
    let job = |number: u32, code: &str, text: &str| {
        format!(r#"{{"UID":"{}","Number":"{code}","Name":"Hopper","Description":"{text}"}}"#, uid(number))
    };
    let rows = [job(70, "J-1", "Ref J-42"), job(71, "J-1", "theirs")];
    let (provider, script) = provider([Wire::rows(&[&rows[0], &rows[1]])]);
    let wanted = ProbeTarget { name: Some("J-1 Hopper rebuild".to_owned()), ..target(RecordKind::Job, "J-42") };
    let found = provider.probe(&[wanted]).await.expect("answered");
    let numbers: Vec<_> = found[0].iter().map(|record| record.number.as_deref()).collect();
    assert_eq!(numbers, [Some("J-42"), Some("J-1")]);
    assert!(
        script.lines()[0].contains("Description eq 'Ref J-42' or Number eq 'J-1' or Number eq 'J-1 Hopper'"),
        "{:?}",
        script.lines()
    );
}

#[tokio::test]
async fn a_payment_is_found_by_day_party_document_and_text() {
    let payment = |number: u32, document: u32, memo: &str| {
        format!(
            r#"{{"UID":"{}","Memo":"{memo}","AmountReceived":5,"Date":"2026-11-30T00:00:00","Invoices":[{{"UID":"{}","AmountApplied":5,"Type":"Invoice"}}]}}"#,
            uid(number),
            uid(document)
        )
    };
    let rows = [payment(30, 10, "EFT 7"), payment(31, 11, "EFT 7"), payment(32, 10, "EFT 8")];
    let (provider, script) = provider([Wire::rows(&[&rows[0], &rows[1], &rows[2]]), Wire::rows(&[])]);
    let wanted = ProbeTarget {
        party: Some(id("contact/customer", 1)),
        parent: Some(id("sale/invoice/item", 10)),
        date: Some(day(2026, 11, 30)),
        ..target(RecordKind::Payment, "EFT 7")
    };
    let found = provider.probe(std::slice::from_ref(&wanted)).await.expect("answered");
    let [one] = found[0].as_slice() else { panic!("{found:?}") };
    assert_eq!((&one.id, &one.parent), (&id("sale/customerpayment", 30), &wanted.parent));
    let lines = script.lines();
    let asked = format!("Customer/UID eq guid'{}' and Date eq datetime'2026-11-30T00:00:00'", uid(1));
    assert!(lines[0].starts_with("GET Sale/CustomerPayment?") && lines[0].contains(&asked), "{lines:?}");
    assert!(lines[1].contains("Number eq 'EFT 7'"), "a refund has its text as number: {lines:?}");
    let undated = ProbeTarget { date: None, ..wanted };
    assert_eq!(provider.probe(&[undated]).await.map_err(|error| error.kind()).err(), Some(ErrorKind::Unsupported));
}

#[tokio::test]
async fn money_that_people_have_applied_to_several_documents_is_not_what_was_sent() {
    let line = |document| format!(r#"{{"UID":"{}","AmountApplied":5,"Type":"Invoice"}}"#, uid(document));
    let payment =
        format!(r#"{{"UID":"{}","Memo":"EFT 7","AmountReceived":10,"Invoices":[{},{}]}}"#, uid(30), line(10), line(11));
    let (one, _) = provider([Wire::rows(&[&payment]), Wire::rows(&[])]);
    let wanted = ProbeTarget {
        parent: Some(id("sale/invoice/item", 10)),
        date: Some(day(2026, 11, 30)),
        ..target(RecordKind::Payment, "EFT 7")
    };
    let found = one.probe(&[wanted]).await.expect("answered");
    assert_eq!(found[0].first().and_then(|record| record.parent.clone()), Some(id("sale/invoice/item", 11)));

    let sale = |document| format!(r#"{{"Sale":{{"UID":"{}"}},"AmountApplied":5}}"#, uid(document));
    let settlement = format!(
        r#"{{"UID":"{}","CreditFromInvoice":{{"UID":"{}"}},"CreditAmount":10,"Lines":[{},{}]}}"#,
        uid(32),
        uid(12),
        sale(10),
        sale(11)
    );
    let (other, _) = provider([Wire::rows(&[&settlement])]);
    let wanted = ProbeTarget {
        party: Some(id("contact/customer", 1)),
        parent: Some(id("sale/invoice/item", 12)),
        counterpart: Some(id("sale/invoice/item", 10)),
        ..target(RecordKind::Allocation, "CN-1")
    };
    let found = other.probe(&[wanted]).await.expect("answered");
    assert_eq!(found[0].first().and_then(|record| record.counterpart.clone()), Some(id("sale/invoice/item", 11)));
}

#[tokio::test]
async fn a_payment_of_a_bill_is_looked_for_among_those_to_suppliers() {
    let row = format!(
        r#"{{"UID":"{}","PaymentNumber":"P-1","Memo":null,"Lines":[{{"Type":"Bill","Purchase":{{"UID":"{}"}},"AmountApplied":5}}]}}"#,
        uid(31),
        uid(20)
    );
    let (provider, script) = provider([Wire::rows(&[&row])]);
    let wanted = ProbeTarget {
        parent: Some(id("purchase/bill/service", 20)),
        date: Some(day(2026, 11, 30)),
        ..target(RecordKind::Payment, "P-1")
    };
    assert_eq!(provider.probe(&[wanted]).await.expect("answered")[0].len(), 1);
    assert!(script.lines()[0].starts_with("GET Purchase/SupplierPayment?"), "{:?}", script.lines());
}

#[tokio::test]
async fn a_settlement_is_found_by_the_two_documents_that_it_ties() {
    let settlement = |number: u32, from: u32, to: u32| {
        format!(
            r#"{{"UID":"{}","CreditFromInvoice":{{"UID":"{}"}},"CreditAmount":5,"Lines":[{{"Type":"Invoice","Sale":{{"UID":"{}"}},"AmountApplied":5}}]}}"#,
            uid(number),
            uid(from),
            uid(to)
        )
    };
    let rows = [settlement(32, 11, 10), settlement(33, 11, 12), settlement(34, 13, 10)];
    let credit = format!(r#"{{"UID":"{}","Customer":{{"UID":"{}"}},"TotalAmount":-9,"Lines":[]}}"#, uid(11), uid(1));
    let (provider, script) = provider([Wire::ok(credit), Wire::rows(&[&rows[0], &rows[1], &rows[2]])]);
    let wanted = ProbeTarget {
        parent: Some(id("sale/invoice/item", 11)),
        counterpart: Some(id("sale/invoice/service", 10)),
        ..target(RecordKind::Allocation, "CN-1")
    };
    let found = provider.probe(&[wanted]).await.expect("answered");
    assert_eq!(found[0].iter().map(|record| &record.id).collect::<Vec<_>>(), [&id("sale/creditsettlement", 32)]);
    assert!(script.lines()[1].contains(&format!("Customer/UID eq guid'{}'", uid(1))), "{:?}", script.lines());
}

#[tokio::test]
async fn an_error_means_that_nothing_is_known() {
    for answer in [Wire::status(400, "{}"), Wire::ok("{}"), Wire::ok("<html>"), Wire::status(404, "")] {
        let (provider, _) = provider([answer.clone()]);
        assert!(provider.probe(&[target(RecordKind::Quote, "Q-1")]).await.is_err(), "{answer:?}");
    }
}
