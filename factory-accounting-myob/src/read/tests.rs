use factory_accounting_core::provider::{AccountingProvider as _, RemoteStatus};

use super::*;
use crate::testing::{Answers as _, Wire, config, configured, provider, uid};

fn id(path: &str, number: u32) -> RemoteId {
    RemoteId::new(format!("{path}/{}", uid(number)))
}

fn row(number: u32, more: &str) -> String {
    format!(r#"{{"UID":"{}","RowVersion":"-1"{more}}}"#, uid(number))
}

#[tokio::test]
async fn one_record_is_asked_for_by_its_address_and_one_that_is_gone_is_none() {
    let (first, script) = provider([Wire::ok(row(10, r#","Comment":"call first","Lines":[]"#))]);
    let found = first.fetch(RecordKind::Invoice, &[id("sale/invoice/item", 10)]).await.expect("answered");
    let record = found[0].as_ref().expect("a record");
    assert!(record.carry.as_deref().is_some_and(|carry| carry.contains("call first")), "it goes back with a change");
    assert_eq!(script.lines(), [format!("GET Sale/Invoice/Item/{}?generateUris=false", uid(10))]);
    let (second, _) = provider([Wire::error(404, "NotFound", None, "gone", "")]);
    assert_eq!(second.fetch(RecordKind::Invoice, &[id("sale/invoice/item", 10)]).await.expect("answered"), [None]);
}

#[tokio::test]
async fn several_are_asked_for_together_collection_by_collection_and_come_in_order() {
    let (provider, script) = provider([Wire::rows(&[&row(11, ""), &row(10, "")]), Wire::ok(row(20, ""))]);
    let ids = [
        id("sale/invoice/item", 10),
        id("sale/invoice/service", 20),
        id("sale/quote/item", 30),
        RemoteId::new("145"),
        id("sale/invoice/item", 11),
        id("sale/invoice/item", 10),
    ];
    let found = provider.fetch(RecordKind::Invoice, &ids).await.expect("answered");
    let held: Vec<bool> = found.iter().map(Option::is_some).collect();
    assert_eq!(held, [true, true, false, false, true, true]);
    assert_eq!(found[0].as_ref().map(|record| &record.id), Some(&ids[0]));
    let lines = script.lines();
    assert!(lines[0].contains(&format!("UID eq guid'{}' or UID eq guid'{}'", uid(10), uid(11))), "{}", lines[0]);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn a_failure_that_is_not_absence_is_no_absence() {
    for answer in [Wire::status(400, "{}"), Wire::status(200, "<html>"), Wire::status(403, "")] {
        let (provider, _) = provider([answer.clone()]);
        let read = provider.fetch(RecordKind::Invoice, &[id("sale/invoice/item", 10)]).await;
        assert!(read.is_err(), "{answer:?}");
    }
}

#[tokio::test]
async fn r49_pages_are_followed_on_our_host_and_a_row_that_comes_twice_counts_once() {
    let account = |number: u32| row(number, r#","DisplayID":"4-1000","Classification":"Income""#);
    let next = format!(
        "https://evil.example/accountright/{}/GeneralLedger/Account?$top=1000&$skip=2&$orderby=UID",
        crate::testing::FILE
    );
    let answers = [Wire::page(&[&account(1), &account(2)], Some(&next)), Wire::rows(&[&account(2), &account(3)])];
    let (followed, script) = provider(answers);
    let page = followed
        .catalogue(&factory_accounting_core::provider::CatalogueRequest::new(
            factory_accounting_core::provider::CatalogueKind::Accounts,
            1,
        ))
        .await
        .expect("a page");
    assert_eq!((page.entries.len(), page.more), (3, false));
    assert_eq!(script.lines()[1], "GET GeneralLedger/Account?$top=1000&$skip=2&$orderby=UID&generateUris=false");
    for circle in ["https://x.example/Contact/Customer?$skip=2", "nowhere"] {
        let (provider, _) = provider([Wire::page(&[&account(1)], Some(circle))]);
        let read = provider
            .catalogue(&factory_accounting_core::provider::CatalogueRequest::new(
                factory_accounting_core::provider::CatalogueKind::Accounts,
                1,
            ))
            .await;
        assert_eq!(read.map_err(|error| error.kind()).err(), Some(ErrorKind::Protocol), "{circle}");
    }
}

fn sale(number: u32, layout: &str, total: &str, modified: &str) -> String {
    row(
        number,
        &format!(
            r#","InvoiceType":"{layout}","TotalAmount":{total},"TotalTax":0,"BalanceDueAmount":{total},"LastModified":{modified}"#
        ),
    )
}

#[tokio::test]
async fn r42_changes_go_list_by_list_and_never_beyond_what_the_pages_held() {
    let claims = [
        sale(10, "Item", "11", "null"),
        sale(11, "Service", "22", r#""2026-11-21T09:00:00.5""#),
        sale(12, "Item", "-5", r#""2026-11-21T10:00:00""#),
    ];
    let rows: Vec<&str> = claims.iter().map(String::as_str).collect();
    let (provider, script) = provider([Wire::rows(&rows), Wire::rows(&[]), Wire::rows(&[])]);
    let first = provider.changes(ChangeFeed::Invoices, None).await.expect("a page");
    let ids: Vec<&str> = first.records.iter().map(|record| record.id.as_str()).collect();
    // A credit note is in a feed of its own.
    assert_eq!(ids, [format!("sale/invoice/item/{}", uid(10)), format!("sale/invoice/service/{}", uid(11))]);
    assert!(first.more);
    let second = provider.changes(ChangeFeed::Invoices, first.next.as_ref()).await.expect("a page");
    assert!(!second.more && second.records.is_empty());
    provider.changes(ChangeFeed::Invoices, second.next.as_ref()).await.expect("a page");
    let (first, changed) = ("$orderby=UID", "$orderby=LastModified");
    assert_eq!(
        script.lines(),
        [
            format!("GET Sale/Invoice?{first}&$top=1000&generateUris=false"),
            format!("GET Purchase/Bill?{first}&$top=1000&generateUris=false"),
            format!(
                "GET Sale/Invoice?{changed}&$filter=LastModified ge datetime'2026-11-20T10:00:00'&$top=1000&generateUris=false"
            ),
        ]
    );
}

#[tokio::test]
async fn credit_notes_are_the_invoices_below_zero() {
    let rows = [sale(10, "Item", "11", "null"), sale(12, "Item", "-5", r#""2026-11-21T10:00:00""#)];
    let (provider, _) = provider([Wire::rows(&[&rows[0], &rows[1]])]);
    let page = provider.changes(ChangeFeed::CreditNotes, None).await.expect("a page");
    let [note] = page.records.as_slice() else { panic!("{page:?}") };
    assert_eq!((note.kind, note.status.clone()), (RecordKind::CreditNote, RemoteStatus::Open));
    assert_eq!(note.totals.map(|totals| totals.total.to_string()).as_deref(), Some("5"));
}

#[tokio::test]
async fn expenses_come_with_their_lines_and_lists_that_the_plan_lacks_are_passed_over() {
    let mut config = config();
    config.profile.resources = ["banking/spendmoneytxn".to_owned(), "purchase/bill/service".to_owned()].into();
    let spent = row(30, r#","AmountPaid":55,"TotalTax":5,"Lines":[{"RowID":1,"Amount":55,"Memo":"fuel"}]"#);
    let bill = row(40, r#","TotalAmount":11,"Lines":[{"RowID":1,"Total":11,"Description":"gas"}]"#);
    let (provider, script) = configured(config, [Wire::rows(&[&spent]), Wire::rows(&[&bill])]);
    let (mut cursor, mut records) = (None, Vec::new());
    for _ in 0..5 {
        let page = provider.changes(ChangeFeed::Expenses, cursor.as_ref()).await.expect("a page");
        records.extend(page.records);
        cursor = page.next;
        if !page.more {
            break;
        }
    }
    assert_eq!(records.iter().filter_map(|record| record.lines.as_ref()).map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(script.lines().len(), 2, "{:?}", script.lines());
}

#[tokio::test]
async fn a_cursor_of_another_origin_is_refused() {
    let (provider, script) = provider([]);
    let error = provider.changes(ChangeFeed::Quotes, Some(&Cursor::new("q1|changes|x"))).await.expect_err("refused");
    assert!(error.to_string().contains("read from the beginning"), "{error}");
    assert!(script.lines().is_empty());
}
