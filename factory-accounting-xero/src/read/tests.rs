use factory_accounting_core::provider::{AccountingProvider as _, RemoteStatus};

use super::*;
use crate::testing::{CONTACT, CREDIT_NOTE, INVOICE, OTHER, Wire, decimal, provider};

fn at(text: &str) -> DateTime<Utc> {
    crate::wire::date::parse_instant(text).expect("an instant")
}

fn pages(page: u32, count: u32, elements: &str) -> Wire {
    Wire::ok(format!(
        r#"{{"pagination":{{"page":{page},"pageSize":1000,"pageCount":{count},"itemCount":9}},"Invoices":[{elements}]}}"#
    ))
}

fn changed(id: &str, document_type: &str, at: &str) -> String {
    format!(
        r#"{{"Type":"{document_type}","InvoiceID":"{id}","InvoiceNumber":"n","Status":"AUTHORISED","UpdatedDateUTC":"/Date({}+0000)/"}}"#,
        self::at(at).timestamp_millis()
    )
}

#[tokio::test]
async fn r42_changes_are_followed_by_time_and_the_cursor_never_passes_what_was_read() {
    let first = format!(
        "{},{}",
        changed(INVOICE, "ACCREC", "2026-11-21T01:00:00.500Z"),
        changed(OTHER, "ACCPAY", "2026-11-21T01:00:07.900Z")
    );
    let (provider, script) = provider([
        pages(1, 3, &first),
        pages(1, 1, &changed(CONTACT, "ACCREC", "2026-11-21T01:00:09Z")),
        pages(1, 1, ""),
    ]);
    let one = provider.changes(ChangeFeed::Invoices, None).await.expect("a page");
    let kinds: Vec<_> = one.records.iter().map(|record| record.kind).collect();
    assert_eq!((kinds, one.more), (vec![RecordKind::Invoice, RecordKind::Bill], true));
    let next = one.next.expect("a cursor");
    assert_eq!(next.as_str(), "x1|2026-11-21T01:00:07.000Z|1|midway");
    let two = provider.changes(ChangeFeed::Invoices, Some(&next)).await.expect("a page");
    let next = two.next.expect("a cursor");
    assert_eq!((next.as_str(), two.more), ("x1|2026-11-21T01:00:09.000Z|1|done", false));
    let three = provider.changes(ChangeFeed::Invoices, Some(&next)).await.expect("a page");
    assert_eq!((three.records.len(), three.next), (0, Some(next)));
    let since: Vec<_> = script.seen().iter().map(|seen| seen.header("if-modified-since").map(str::to_owned)).collect();
    // Midway exactly where the page ended, afterwards a minute earlier.
    assert_eq!(since, [None, Some("2026-11-21T01:00:07".to_owned()), Some("2026-11-21T00:59:09".to_owned())]);
    assert_eq!(script.lines()[0], "GET /api.xro/2.0/Invoices?unitdp=4&order=UpdatedDateUTC+ASC&page=1&pageSize=1000");
}

#[test]
fn a_page_within_one_second_is_followed_by_number() {
    let place = Place { upto: Some(at("2026-11-21T01:00:07Z")), page: 1, midway: true };
    let same = [at("2026-11-21T01:00:07.100Z"), at("2026-11-21T01:00:07.900Z")];
    let next = place.after(&same, true).expect("a place");
    assert_eq!(next, Place { page: 2, ..place });
    let later = next.after(&[at("2026-11-21T01:00:08Z")], true).expect("a place");
    assert_eq!(later, Place { upto: Some(at("2026-11-21T01:00:08Z")), page: 1, midway: true });
}

#[test]
fn a_page_out_of_order_is_followed_by_number_and_nothing_read_leaves_no_cursor() {
    let mixed = [at("2026-11-21T01:00:09Z"), at("2026-11-21T01:00:07Z")];
    assert_eq!(Place::START.after(&mixed, true), Some(Place { upto: None, page: 2, midway: true }));
    assert_eq!(Place::START.after(&[], false), None);
    let done = Place { upto: Some(at("2026-11-21T01:00:07Z")), page: 1, midway: false };
    assert_eq!(done.after(&[], false), Some(done));
    // What the overlap shows again does not move the cursor back.
    assert_eq!(done.after(&[at("2026-11-21T01:00:00Z")], false), Some(done));
}

#[test]
fn a_cursor_is_read_back_and_a_foreign_one_refused() {
    for place in [
        Place { upto: Some(at("2026-11-21T01:00:07.123Z")), page: 1, midway: false },
        Place { upto: None, page: 7, midway: true },
    ] {
        assert_eq!(Place::read(&place.write()).expect("ours"), place);
    }
    for foreign in ["", "x1", "x2||1|done", "x1|yesterday|1|done", "x1||0|done", "x1||1|over", "x1||1|done|more"] {
        assert!(Place::read(&Cursor::new(foreign)).is_err(), "{foreign}");
    }
}

#[tokio::test]
async fn quotes_end_at_a_short_page() {
    let quote = r#"{"QuoteID":"1f000000-0000-4000-8000-000000000001","Status":"SENT","UpdatedDateUTC":"/Date(1789378199160)/"}"#;
    let full = format!(r#"{{"SummarizeErrors":true,"Quotes":[{}]}}"#, vec![quote; 100].join(","));
    let (provider, script) = provider([Wire::ok(full), Wire::ok(format!(r#"{{"Quotes":[{quote}]}}"#))]);
    let one = provider.changes(ChangeFeed::Quotes, None).await.expect("a page");
    assert!(one.more);
    let two = provider.changes(ChangeFeed::Quotes, one.next.as_ref()).await.expect("a page");
    assert!(!two.more);
    assert_eq!(script.lines()[0], "GET /api.xro/2.0/Quotes?order=UpdatedDateUTC+ASC&page=1");
}

#[tokio::test]
async fn records_are_fetched_together_and_told_in_order() {
    let body = format!(
        r#"{{"Invoices":[{},{}]}}"#,
        changed(OTHER, "ACCREC", "2026-11-21T01:00:00Z"),
        changed(INVOICE, "ACCPAY", "2026-11-21T01:00:00Z")
    );
    let (provider, script) = provider([Wire::ok(body)]);
    let ids = [INVOICE, OTHER, CREDIT_NOTE, "no guid"].map(RemoteId::new);
    let found = provider.fetch(RecordKind::Invoice, &ids).await.expect("an answer");
    let found: Vec<_> = found.iter().map(|record| record.as_ref().map(|record| record.id.as_str())).collect();
    // The first is a bill, the third is not there, the fourth cannot be.
    assert_eq!(found, [None, Some(OTHER), None, None]);
    assert!(script.lines()[0].contains(&format!("IDs={INVOICE}%2C{OTHER}%2C{CREDIT_NOTE}&page=1")));
}

#[tokio::test]
async fn what_has_no_list_by_id_is_filtered_or_read_singly() {
    let lines = async |kind, answers: Vec<Wire>| {
        let (provider, script) = provider(answers);
        provider.fetch(kind, &[RemoteId::new(OTHER)]).await.expect("an answer");
        script.lines()
    };
    let empty = |key: &str| vec![Wire::ok(format!(r#"{{"{key}":[]}}"#))];
    let filter = |field: &str| format!("where={field}%3D%3DGuid%28%22{OTHER}%22%29");
    assert!(lines(RecordKind::Product, empty("Items")).await[0].contains(&filter("ItemID")));
    assert!(lines(RecordKind::CreditNote, empty("CreditNotes")).await[0].contains(&filter("CreditNoteID")));
    assert!(lines(RecordKind::Payment, empty("Payments")).await[0].contains(&filter("PaymentID")));
    assert!(
        lines(RecordKind::Customer, empty("Contacts")).await[0]
            .contains(&format!("IDs={OTHER}&includeArchived=true&page=1"))
    );
    assert_eq!(
        lines(RecordKind::Quote, vec![Wire::status(404, "")]).await,
        [format!("GET /api.xro/2.0/Quotes/{OTHER}")]
    );
    assert_eq!(
        lines(RecordKind::PurchaseOrder, vec![Wire::status(404, "")]).await,
        [format!("GET /api.xro/2.0/PurchaseOrders/{OTHER}")]
    );
}

/// Shaped as a recorded read of an invoice (xero.md 4.7).
const RECORDED: &str = r#"{"Invoices":[{"Type":"ACCREC","InvoiceID":"1f000000-0000-4000-8000-000000000001","InvoiceNumber":"INV-0055",
    "Reference":"job 17","Prepayments":[],"Overpayments":[],"AmountDue":14.15,"AmountPaid":10.0,"AmountCredited":0.0,
    "Payments":[{"PaymentID":"x","Date":"/Date(1789344000000+0000)/","Amount":10.0,"HasAccount":false}],
    "SentToContact":false,"CurrencyRate":1.0,"IsDiscounted":false,"HasErrors":false,"InvoicePaymentServices":[],
    "UpdatedDateUTCString":"2026-09-14T09:29:59Z","Contact":{"ContactID":"a1000000-0000-4000-8000-000000000001","Name":"Acme"},
    "DateString":"2026-09-14T00:00:00","Date":"/Date(1789344000000+0000)/","DueDate":"\/Date(1791936000000+0000)\/",
    "Status":"AUTHORISED","LineAmountTypes":"Exclusive","SubTotal":21.0,"TotalTax":3.15,"Total":24.15,
    "UpdatedDateUTC":"/Date(1789378199100+0000)/","CurrencyCode":"NZD","NovelMember":{"a":[1]},
    "LineItems":[{"Description":"Bolt","UnitAmount":0.2248,"TaxType":"OUTPUT2","TaxAmount":3.15,"LineAmount":21.0,"AccountCode":"200",
        "Tracking":[],"Quantity":2.0,"LineItemID":"0d000000-0000-4000-8000-000000000001","AccountID":"y"},
        {"Description":"a text","Tracking":[],"ItemCode":"","LineItemID":"0d000000-0000-4000-8000-000000000002"}]}]}"#;

#[tokio::test]
async fn a_recorded_invoice_is_read_whole() {
    let (provider, _) = provider([Wire::ok(RECORDED)]);
    let found = provider.fetch(RecordKind::Invoice, &[RemoteId::new(INVOICE)]).await.expect("an answer");
    let record = found[0].as_ref().expect("a record");
    assert_eq!(record.version.as_ref().map(|version| version.as_str()), Some("2026-09-14T09:29:59.100Z"));
    assert_eq!(
        (record.date.map(|date| date.to_string()), record.due.map(|date| date.to_string())),
        (Some("2026-09-14".to_owned()), Some("2026-10-14".to_owned()))
    );
    let totals = record.totals.expect("totals");
    assert_eq!((totals.subtotal, totals.tax, totals.total), (decimal("21"), decimal("3.15"), decimal("24.15")));
    let settled = record.settled.expect("settled");
    assert_eq!((settled.paid, settled.credited, settled.due), (decimal("10"), decimal("0"), decimal("14.15")));
    let lines = record.lines.as_ref().expect("lines");
    assert_eq!(
        (lines[0].unit_price, lines[1].quantity, lines[1].item.as_deref()),
        (Some(decimal("0.2248")), None, None)
    );
}

#[tokio::test]
async fn a_credit_note_tells_what_of_it_is_used() {
    let body = format!(
        r#"{{"CreditNotes":[{{"Type":"ACCRECCREDIT","CreditNoteID":"{CREDIT_NOTE}","ID":"{CREDIT_NOTE}","CreditNoteNumber":"CN-1","Total":100.0,
            "RemainingCredit":30.0,"Payments":[{{"PaymentID":"{OTHER}","Amount":10.0}}],"Status":"AUTHORISED","LineItems":[]}}]}}"#
    );
    let (provider, _) = provider([Wire::ok(body)]);
    let found = provider.fetch(RecordKind::CreditNote, &[RemoteId::new(CREDIT_NOTE)]).await.expect("an answer");
    let settled = found[0].as_ref().and_then(|record| record.settled).expect("settled");
    assert_eq!((settled.paid, settled.credited, settled.due), (decimal("10"), decimal("60"), decimal("30")));
}

#[tokio::test]
async fn states_of_every_kind_are_known_and_new_ones_survive() {
    for (text, expected) in [
        ("DRAFT", RemoteStatus::Draft),
        ("SUBMITTED", RemoteStatus::Submitted),
        ("AUTHORISED", RemoteStatus::Open),
        ("SENT", RemoteStatus::Open),
        ("PAID", RemoteStatus::Paid),
        ("ACCEPTED", RemoteStatus::Accepted),
        ("DECLINED", RemoteStatus::Declined),
        ("INVOICED", RemoteStatus::Billed),
        ("BILLED", RemoteStatus::Billed),
        ("VOIDED", RemoteStatus::Voided),
        ("DELETED", RemoteStatus::Deleted),
        ("NOVEL", RemoteStatus::Other("NOVEL".to_owned())),
    ] {
        let (provider, _) = provider([Wire::ok(RECORDED.replace("AUTHORISED", text))]);
        let found = provider.fetch(RecordKind::Invoice, &[RemoteId::new(INVOICE)]).await.expect("an answer");
        let record = found[0].as_ref().expect("a record");
        assert_eq!(record.status, expected);
        // A voided invoice keeps its amount due on some answers and not on others; neither counts.
        assert_eq!(record.settled.is_none(), expected.is_gone(), "{text}");
    }
}
