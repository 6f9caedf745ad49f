use factory_accounting_core::provider::AccountingProvider as _;

use super::*;
use crate::testing::{Answers as _, Script, Wire, provider, statements};

const NOW: &str = "2026-11-21T10:00:00Z";

fn changed(bodies: &[&str]) -> Wire {
    let responses: Vec<String> = bodies.iter().map(|body| format!("{{{body}}}")).collect();
    Wire::ok(format!(r#"{{"CDCResponse":[{{"QueryResponse":[{}]}}],"time":"{NOW}"}}"#, responses.join(",")))
}

fn ids(page: &ChangePage) -> Vec<String> {
    page.records.iter().map(|record| format!("{} {} {:?}", record.kind, record.id, record.status)).collect()
}

async fn read(answers: Vec<Wire>, feed: ChangeFeed, cursor: Option<&str>) -> (ChangePage, std::sync::Arc<Script>) {
    let (provider, script) = provider(answers);
    let page = provider.changes(feed, cursor.map(Cursor::new).as_ref()).await.expect("a page");
    (page, script)
}

#[tokio::test]
async fn records_are_fetched_together_by_entity_and_absent_ones_are_none() {
    let (provider, script) = provider([
        Wire::rows("Estimate", &[r#"{"Id":"7","SyncToken":"0"}"#]),
        Wire::rows("Invoice", &[r#"{"Id":"145","SyncToken":"1"}"#, r#"{"Id":"146","SyncToken":"1"}"#]),
    ]);
    let asked = ["invoice:146", "invoice:9", "estimate:7", "bill:1", "junk", "invoice:145"].map(RemoteId::new);
    let found = provider.fetch(RecordKind::Order, &asked).await.expect("answers");
    let found: Vec<_> = found.iter().map(|one| one.as_ref().map(|record| record.id.as_str())).collect();
    assert_eq!(found, [Some("invoice:146"), None, Some("estimate:7"), None, None, Some("invoice:145")]);
    assert_eq!(
        statements(&script),
        [
            "SELECT * FROM Estimate WHERE Id IN ('7') STARTPOSITION 1 MAXRESULTS 1000",
            "SELECT * FROM Invoice WHERE Id IN ('146', '9', '145') STARTPOSITION 1 MAXRESULTS 1000",
        ]
    );
    assert_eq!(provider.metered_calls(), 2);
}

#[tokio::test]
async fn an_archived_party_is_still_fetched() {
    let (provider, script) = provider([Wire::rows("Vendor", &[r#"{"Id":"56","Active":false,"DisplayName":"Bolt"}"#])]);
    let found = provider.fetch(RecordKind::Supplier, &[RemoteId::new("vendor:56")]).await.expect("answers");
    assert_eq!(found[0].as_ref().map(|record| record.status.clone()), Some(RemoteStatus::Archived));
    assert!(statements(&script)[0].contains("Active IN (true, false) AND Id IN ('56')"));
}

#[tokio::test]
async fn the_first_reading_enumerates_every_entity_and_then_follows_changes() {
    let customers = [
        r#"{"Id":"61","DisplayName":"Acme","MetaData":{"LastUpdatedTime":"2026-11-01T00:00:00Z"}}"#,
        r#"{"Id":"62","DisplayName":"PRJ-1","Job":true,"ParentRef":{"value":"61"},"MetaData":{"LastUpdatedTime":"2026-11-02T00:00:00Z"}}"#,
    ];
    let (page, script) = read(vec![Wire::rows("Customer", &customers)], ChangeFeed::Parties, None).await;
    assert_eq!(ids(&page), ["customer customer:61 Open", "job customer:62 Open"]);
    assert!(page.more);
    let next = page.next.expect("a cursor");
    let (page, second) = read(vec![Wire::rows("Vendor", &[])], ChangeFeed::Parties, Some(next.as_str())).await;
    assert_eq!((page.records.len(), page.more), (0, false));
    let next = page.next.expect("a cursor");
    assert_eq!(next.as_str(), "q1|changes|2026-11-21T10:00:00Z");
    let (page, third) = read(vec![changed(&[])], ChangeFeed::Parties, Some(next.as_str())).await;
    assert_eq!(page.next, Some(next));
    assert!(statements(&script)[0].contains("ORDERBY MetaData.LastUpdatedTime ASC"));
    assert!(statements(&second)[0].starts_with("SELECT * FROM Vendor"));
    // A little earlier than the last time.
    assert_eq!(
        third.lines(),
        ["GET /v3/company/9341453/cdc?minorversion=75&entities=Customer,Vendor&changedSince=2026-11-21T09:55:00Z"]
    );
}

const SINCE: &str = "q1|changes|2026-11-21T09:00:00Z";

#[tokio::test]
async fn changes_name_what_is_new_and_what_is_gone() {
    let answers = vec![
        changed(&[
            r#""Invoice":[{"Id":"145","TotalAmt":10,"Balance":0,"MetaData":{"LastUpdatedTime":"2026-11-21T09:30:00Z"}},
                {"domain":"QBO","status":"Deleted","Id":"979","MetaData":{"LastUpdatedTime":"2026-11-21T09:10:00Z"}}],"maxResults":2,"totalCount":2"#,
            r#""Bill":[{"Id":"7","TotalAmt":5,"Balance":5,"MetaData":{"LastUpdatedTime":"2026-11-21T09:20:00Z"}}],"maxResults":1"#,
        ]),
        Wire::rows("Invoice", &[]),
    ];
    let (page, script) = read(answers, ChangeFeed::Invoices, Some(SINCE)).await;
    assert_eq!(ids(&page), ["invoice invoice:979 Deleted", "bill bill:7 Open", "invoice invoice:145 Paid"]);
    assert_eq!(page.next.as_ref().map(Cursor::as_str), Some("q1|changes|2026-11-21T10:00:00Z"));
    // The word is not taken for it: the record is looked for.
    assert!(statements(&script)[0].contains("Id IN ('979')"));
}

#[tokio::test]
async fn what_is_said_to_be_deleted_and_is_there_is_as_it_is() {
    let answers = vec![
        changed(&[r#""Invoice":[{"status":"Deleted","Id":"145"}],"maxResults":1"#]),
        Wire::rows("Invoice", &[r#"{"Id":"145","SyncToken":"4","TotalAmt":10,"Balance":10}"#]),
    ];
    let (page, _) = read(answers, ChangeFeed::Invoices, Some(SINCE)).await;
    assert_eq!(ids(&page), ["invoice invoice:145 Open"]);
}

fn thousand() -> Wire {
    let rows: Vec<String> = (0..1_000).map(|id| format!(r#"{{"Id":"{id}"}}"#)).collect();
    changed(&[&format!(r#""Invoice":[{}],"maxResults":1000"#, rows.join(","))])
}

#[tokio::test]
async fn x9_r42_changes_that_may_be_cut_move_nothing_and_are_enumerated_instead() {
    let row = r#"{"Id":"145","TotalAmt":10,"Balance":10,"MetaData":{"LastUpdatedTime":"2026-11-21T09:30:00Z"}}"#;
    let cut = changed(&[r#""Invoice":[{"Id":"1"}],"maxResults":1,"totalCount":5"#]);
    for first in [thousand(), cut] {
        let (page, script) = read(vec![first, Wire::rows("Invoice", &[row])], ChangeFeed::Invoices, Some(SINCE)).await;
        assert_eq!(ids(&page), ["invoice invoice:145 Open"]);
        assert!(page.more);
        let cursor = page.next.expect("a cursor");
        assert!(cursor.as_str().starts_with("q1|enumeration|1|2026-11-21T08:55:00Z|"), "{cursor}");
        assert!(statements(&script)[0].contains("MetaData.LastUpdatedTime >= '2026-11-21T08:55:00Z'"));
    }
}

#[tokio::test]
async fn changes_of_long_ago_are_enumerated_because_quickbooks_has_forgotten_them() {
    let answers = vec![Wire::rows("Estimate", &[])];
    let (page, script) = read(answers, ChangeFeed::Quotes, Some("q1|changes|2026-10-01T00:00:00Z")).await;
    assert_eq!(page.next.as_ref().map(Cursor::as_str), Some("q1|changes|2026-11-21T10:00:00Z"));
    assert!(!page.more);
    assert!(script.lines()[0].starts_with("GET /v3/company/9341453/query?"));
}

#[tokio::test]
async fn x8_an_unreadable_row_stops_the_reading_and_moves_nothing() {
    let broken = [
        changed(&[r#""Invoice":[{"DocNumber":"1"}],"maxResults":1"#]),
        changed(&[r#""Invoice":[{"Id":"1","TxnDate":"soon"}],"maxResults":1"#]),
        changed(&[r#""Estimate":[{"Id":"1"}],"maxResults":1"#]),
        changed(&[r#""Invoice":[{"Id":"1"}],"maxResults":2"#]),
        Wire::ok("{}"),
        Wire::ok(r#"{"CDCResponse":[]}"#),
    ];
    for answer in broken {
        let (provider, _) = provider([answer]);
        let error = provider.changes(ChangeFeed::Invoices, Some(&Cursor::new(SINCE))).await.expect_err("unreadable");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    }
}

#[tokio::test]
async fn money_spent_is_followed_with_its_customers() {
    let answers = vec![changed(&[
        r#""Purchase":[{"Id":"90","TotalAmt":120,"Line":[{"Id":"1","Amount":120,"DetailType":"AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail":{"AccountRef":{"value":"60"},"CustomerRef":{"value":"62"},"BillableStatus":"NotBillable"}}]}],"maxResults":1"#,
    ])];
    let (page, script) = read(answers, ChangeFeed::Expenses, Some(SINCE)).await;
    assert_eq!(ids(&page), ["expense purchase:90 Open"]);
    assert!(script.lines()[0].contains("entities=Purchase,Bill"));
}
