use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::AccountingProvider as _;

use super::*;
use crate::testing::{CONTACT, CREDIT_NOTE, INVOICE, OTHER, Wire, day, provider, target};

fn invoice(id: &str, number: &str, document_type: &str, reference: &str) -> String {
    format!(
        r#"{{"Type":"{document_type}","InvoiceID":"{id}","InvoiceNumber":"{number}","Reference":"{reference}",
            "Contact":{{"ContactID":"{CONTACT}"}},"Status":"VOIDED","Total":1.0,"LineItems":[]}}"#
    )
}

fn found(records: &[Vec<RemoteRecord>]) -> Vec<Vec<&str>> {
    records.iter().map(|records| records.iter().map(|record| record.id.as_str()).collect()).collect()
}

async fn asked(targets: &[ProbeTarget], answers: Vec<Wire>) -> (Vec<Vec<RemoteRecord>>, Vec<String>) {
    let (provider, script) = provider(answers);
    let records = provider.probe(targets).await.expect("an answer");
    (records, script.lines())
}

#[tokio::test]
async fn r4_invoices_are_looked_for_together_and_compared_exactly() {
    let body = format!(
        r#"{{"Invoices":[{},{},{}]}}"#,
        invoice(INVOICE, "A-1", "ACCREC", ""),
        invoice(OTHER, "a-2", "ACCREC", ""),
        invoice(CREDIT_NOTE, "A-2", "ACCPAY", "")
    );
    let targets = [target(RecordKind::Invoice, "A-1"), target(RecordKind::Invoice, "A-2")];
    let (records, lines) = asked(&targets, vec![Wire::ok(body)]).await;
    // The second differs in case, the third is a bill: neither is ours.
    assert_eq!(found(&records), [vec![INVOICE], vec![]]);
    assert!(records[0][0].status.is_gone(), "voided ones are told too");
    assert_eq!(lines, ["GET /api.xro/2.0/Invoices?unitdp=4&InvoiceNumbers=A-1%2CA-2&page=1&pageSize=1000"]);
}

#[tokio::test]
async fn every_page_of_a_search_is_read() {
    let page = |number: u32, id: &str| {
        format!(
            r#"{{"pagination":{{"page":{number},"pageSize":1000,"pageCount":2,"itemCount":1001}},"Invoices":[{}]}}"#,
            invoice(id, "S-1", "ACCPAY", "")
        )
    };
    let answers = vec![Wire::ok(page(1, INVOICE)), Wire::ok(page(2, OTHER))];
    let (records, lines) = asked(&[target(RecordKind::Bill, "S-1")], answers).await;
    assert_eq!(found(&records), [vec![INVOICE, OTHER]]);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn a_bill_of_another_supplier_with_the_same_number_is_not_ours() {
    let mut bill = target(RecordKind::Bill, "S-1");
    bill.party = Some(RemoteId::new(OTHER));
    let body = format!(r#"{{"Invoices":[{}]}}"#, invoice(INVOICE, "S-1", "ACCPAY", ""));
    let (records, _) = asked(&[bill], vec![Wire::ok(body)]).await;
    assert_eq!(found(&records), [Vec::<&str>::new()]);
}

#[tokio::test]
async fn a_marker_in_the_reference_is_filtered_for() {
    let mut by_reference = target(RecordKind::Invoice, "SO-9");
    by_reference.in_reference = true;
    let body = format!(
        r#"{{"Invoices":[{},{}]}}"#,
        invoice(INVOICE, "INV-1", "ACCREC", "SO-9"),
        invoice(OTHER, "INV-2", "ACCREC", "so-9")
    );
    let (records, lines) = asked(&[by_reference], vec![Wire::ok(body)]).await;
    assert_eq!(found(&records), [vec![INVOICE]]);
    assert_eq!(lines, ["GET /api.xro/2.0/Invoices?unitdp=4&where=Reference%3D%3D%22SO-9%22&page=1&pageSize=1000"]);
}

#[tokio::test]
async fn r36_a_marker_that_cannot_be_quoted_is_searched_in_a_wider_window() {
    let empty = |key: &str| Wire::ok(format!(r#"{{"{key}":[]}}"#));
    let line = async |kind, in_reference, key: &str| {
        let mut odd = target(kind, "6\" pipe");
        odd.in_reference = in_reference;
        asked(&[odd], vec![empty(key)]).await.1.remove(0)
    };
    assert!(line(RecordKind::Invoice, true, "Invoices").await.contains("?unitdp=4&searchTerm=6%22+pipe&page=1"));
    assert!(line(RecordKind::Customer, false, "Contacts").await.contains("includeArchived=true&searchTerm=6%22+pipe"));
    assert_eq!(line(RecordKind::Product, false, "Items").await, "GET /api.xro/2.0/Items?unitdp=4");
    assert!(
        line(RecordKind::CreditNote, false, "CreditNotes")
            .await
            .contains("where=Date%3D%3DDateTime%282026%2C+11%2C+21%29")
    );
    assert!(
        line(RecordKind::Payment, false, "Payments").await.contains("where=Date%3D%3DDateTime%282026%2C+11%2C+21%29")
    );
    assert!(
        line(RecordKind::PurchaseOrder, false, "PurchaseOrders")
            .await
            .contains("DateFrom=2026-11-21&DateTo=2026-11-21")
    );
    let comma = [target(RecordKind::Invoice, "A,1"), target(RecordKind::Invoice, "A-2")];
    let (_, lines) = asked(&comma, vec![empty("Invoices")]).await;
    assert!(lines[0].contains("where=InvoiceNumber%3D%3D%22A%2C1%22+OR+InvoiceNumber%3D%3D%22A-2%22"), "{}", lines[0]);
}

#[tokio::test]
async fn contacts_and_items_are_found_by_key_and_code_archived_ones_too() {
    let contact = format!(
        r#"{{"Contacts":[{{"ContactID":"{CONTACT}","ContactNumber":"K-1","Name":"x","ContactStatus":"ARCHIVED","MergedToContactID":"{OTHER}"}}]}}"#
    );
    let (records, lines) = asked(&[target(RecordKind::Supplier, "K-1")], vec![Wire::ok(contact)]).await;
    assert_eq!(records[0][0].merged_into, Some(RemoteId::new(OTHER)));
    assert_eq!(records[0][0].kind, RecordKind::Supplier);
    assert!(lines[0].starts_with("GET /api.xro/2.0/Contacts?includeArchived=true&where=ContactNumber%3D%3D%22K-1%22"));
    let item = format!(r#"{{"Items":[{{"ItemID":"{OTHER}","Code":"BOLT"}},{{"ItemID":"{INVOICE}","Code":"bolt"}}]}}"#);
    let (records, _) = asked(&[target(RecordKind::Product, "BOLT")], vec![Wire::ok(item)]).await;
    assert_eq!(found(&records), [vec![OTHER]]);
}

#[tokio::test]
async fn quotes_are_narrowed_by_number_or_date() {
    let quote = |id: &str, number: &str, reference: &str| {
        format!(r#"{{"QuoteID":"{id}","QuoteNumber":"{number}","Reference":"{reference}","Status":"SENT"}}"#)
    };
    let body = format!(
        r#"{{"SummarizeErrors":true,"Quotes":[{},{}]}}"#,
        quote(INVOICE, "QU-1", ""),
        quote(OTHER, "QU-10", "")
    );
    let (records, lines) = asked(&[target(RecordKind::Quote, "QU-1")], vec![Wire::ok(body)]).await;
    assert_eq!(found(&records), [vec![INVOICE]]);
    assert_eq!(lines, ["GET /api.xro/2.0/Quotes?QuoteNumber=QU-1&page=1"]);
    let mut by_reference = target(RecordKind::Quote, "Q-7");
    by_reference.in_reference = true;
    let body = format!(r#"{{"Quotes":[{},{}]}}"#, quote(INVOICE, "QU-1", "Q-7"), quote(OTHER, "Q-7", "other"));
    let (records, lines) = asked(&[by_reference.clone()], vec![Wire::ok(body)]).await;
    assert_eq!(found(&records), [vec![INVOICE]]);
    assert_eq!(lines, ["GET /api.xro/2.0/Quotes?DateFrom=2026-11-21&DateTo=2026-11-21&page=1"]);
    by_reference.date = None;
    let (provider, _) = provider([]);
    let error = provider.probe(&[by_reference]).await.expect_err("no window");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_purchase_order_is_asked_for_by_its_number() {
    let order = format!(
        r#"{{"PurchaseOrders":[{{"PurchaseOrderID":"{OTHER}","PurchaseOrderNumber":"PO-1","Status":"DELETED"}}]}}"#
    );
    let (records, lines) = asked(&[target(RecordKind::PurchaseOrder, "PO-1")], vec![Wire::ok(order)]).await;
    assert_eq!(found(&records), [vec![OTHER]]);
    assert_eq!(lines, ["GET /api.xro/2.0/PurchaseOrders/PO-1"]);
    let (records, _) = asked(&[target(RecordKind::PurchaseOrder, "PO-1")], vec![Wire::status(404, "")]).await;
    assert_eq!(found(&records), [Vec::<&str>::new()]);
}

#[tokio::test]
async fn a_payment_is_found_by_reference_and_document() {
    let payment = |id: &str, parent: &str, status: &str| {
        format!(r#"{{"PaymentID":"{id}","Reference":"RCPT-77","Status":"{status}","Amount":24.15,{parent}}}"#)
    };
    let body = format!(
        r#"{{"Payments":[{},{},{}]}}"#,
        payment(OTHER, &format!(r#""Invoice":{{"InvoiceID":"{INVOICE}","CurrencyCode":"NZD"}}"#), "AUTHORISED"),
        payment(CONTACT, &format!(r#""Invoice":{{"InvoiceID":"{CREDIT_NOTE}"}}"#), "AUTHORISED"),
        payment(CREDIT_NOTE, &format!(r#""Invoice":[],"CreditNote":{{"CreditNoteID":"{INVOICE}"}}"#), "DELETED"),
    );
    let mut by_parent = target(RecordKind::Payment, "RCPT-77");
    by_parent.parent = Some(RemoteId::new(INVOICE));
    let (records, lines) = asked(&[by_parent], vec![Wire::ok(body)]).await;
    assert_eq!(found(&records), [vec![OTHER, CREDIT_NOTE]]);
    assert!(records[0][1].status.is_gone());
    assert!(lines[0].contains("where=Reference%3D%3D%22RCPT-77%22"), "{}", lines[0]);
}

#[tokio::test]
async fn allocations_are_known_by_their_place() {
    let body = format!(
        r#"{{"CreditNotes":[{{"CreditNoteID":"{CREDIT_NOTE}","Type":"ACCRECCREDIT","Allocations":[
            {{"AllocationID":"{OTHER}","Amount":60.5,"Date":"/Date(1789344000000+0000)/","Invoice":{{"InvoiceID":"{INVOICE}"}}}},
            {{"AllocationID":"{CONTACT}","AppliedAmount":1,"Invoice":{{"InvoiceID":"{CONTACT}"}}}}]}}]}}"#
    );
    let mut place = target(RecordKind::Allocation, "CN-1/INV-55");
    place.parent = Some(RemoteId::new(CREDIT_NOTE));
    place.counterpart = Some(RemoteId::new(INVOICE));
    let (records, lines) = asked(&[place], vec![Wire::ok(body)]).await;
    assert_eq!(found(&records), [vec![&*format!("{CREDIT_NOTE}/{OTHER}")]]);
    assert_eq!(records[0][0].date, Some(day(2026, 9, 14)));
    assert_eq!(lines, [format!("GET /api.xro/2.0/CreditNotes/{CREDIT_NOTE}?unitdp=4")]);
}

#[tokio::test]
async fn an_element_that_cannot_be_read_is_an_error_and_not_an_absence() {
    for body in [
        r#"{"Invoices":[{"Type":"ACCREC","InvoiceNumber":"A-1"}]}"#,
        r#"{"Invoices":[{"Type":"ACCREC","InvoiceID":"1","Total":"x"}]}"#,
        r#"{"Invoices":[{"Type":"ACCREC","InvoiceID":"1","Date":"soon"}]}"#,
        r#"{"Status":"OK"}"#,
        "",
    ] {
        let (provider, _) = provider([Wire::ok(body)]);
        let error = provider.probe(&[target(RecordKind::Invoice, "A-1")]).await.expect_err(body);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
}

#[tokio::test]
async fn r9_who_has_the_name_of_a_party_is_found_with_its_key() {
    let contact = |id: &str, name: &str, status: &str| {
        format!(r#"{{"ContactID":"{id}","Name":"{name}","ContactStatus":"{status}"}}"#)
    };
    let body = format!(
        r#"{{"Contacts":[{},{},{}]}}"#,
        contact(CONTACT, "ACME ltd", "ACTIVE"),
        contact(OTHER, "Acme Ltd", "ARCHIVED"),
        contact(INVOICE, "Acme Ltd 2", "ACTIVE")
    );
    let mut party = target(RecordKind::Customer, "K-1");
    party.name = Some("Acme Ltd".to_owned());
    let (records, lines) = asked(&[party], vec![Wire::ok(body)]).await;
    // An archived contact gives its name up.
    assert_eq!(found(&records), [vec![CONTACT]]);
    let filter = "where=ContactNumber%3D%3D%22K-1%22+OR+Name%3D%3D%22Acme+Ltd%22";
    assert!(lines.len() == 1 && lines[0].contains(filter), "{lines:?}");
}
