//! Writes on their way: sent once, and judged by what comes back.

use factory_accounting_core::provider::{AccountingProvider as _, RemoteStatus};

use super::*;
use crate::testing::{Answers as _, FILE, Script, Wire, provider};

const NEW: &str = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";

fn echo() -> String {
    format!(
        r#"{{"UID":"{NEW}","Number":"INV-1042","Date":"2026-11-21T00:00:00","Customer":{{"UID":"{}"}},"IsTaxInclusive":true,
            "TotalTax":118.30,"TotalAmount":1301.30,"BalanceDueAmount":1301.30,"Status":"Open","Lines":[],"RowVersion":"-69"}}"#,
        uid(CUSTOMER)
    )
}

/// What becomes of a new invoice, and what was asked of MYOB for it.
async fn sent(answers: impl IntoIterator<Item = Wire>) -> (Fate, Vec<String>) {
    let (provider, script) = provider(answers);
    let batch = batch(Intent::Create, vec![planned_document(RecordKind::Invoice, document())]);
    let write = provider.encode(&batch).expect("it can be encoded");
    let fates = provider.write(&write).await.into_fates();
    let [fate] = <[Fate; 1]>::try_from(fates).expect("one fate");
    (fate, lines(&script))
}

fn lines(script: &Script) -> Vec<String> {
    script.seen().into_iter().map(|seen| format!("{} {} B", seen.line, seen.body.len().min(1))).collect()
}

const POST: &str = "POST Sale/Invoice/Item?returnBody=true&generateUris=false 1 B";

#[tokio::test]
async fn a_write_leaves_once_and_its_record_proves_it() {
    let (fate, lines) = sent([Wire::status(201, echo())]).await;
    assert!(matches!(fate, Fate::Applied(record) if record.id.as_str() == format!("sale/invoice/item/{NEW}")));
    assert_eq!(lines, [POST]);
}

#[tokio::test]
async fn a_record_that_is_not_shown_is_read_back_in_the_same_call() {
    let location = format!("https://arl2.api.myob.com/accountright/{FILE}/Sale/Invoice/Item/{NEW}");
    let created = || Wire::status(201, "").with("location", &location);
    let (fate, lines) = sent([created(), Wire::ok(echo())]).await;
    assert!(matches!(fate, Fate::Applied(_)), "{fate:?}");
    assert_eq!(lines, [POST.to_owned(), format!("GET Sale/Invoice/Item/{NEW}?generateUris=false 0 B")]);
    // Where it cannot be read nothing is known, although MYOB says that it has written.
    for unread in [Wire::status(404, ""), Wire::error(400, "ValidationError", Some(1000), "no", "")] {
        let (fate, lines) = sent([created(), unread]).await;
        assert!(matches!(fate, Fate::Unknown(_)), "{fate:?}");
        assert_eq!(lines.len(), 2);
    }
    // What is read there must be what was sent.
    let (fate, _) = sent([created(), Wire::ok(echo().replace("INV-1042", "INV-1043"))]).await;
    assert!(matches!(fate, Fate::Unknown(_)), "{fate:?}");
}

#[tokio::test]
async fn a_lost_response_is_unknown_and_never_sent_again() {
    for answer in [Wire::Dropped, Wire::status(504, ""), Wire::status(500, ""), Wire::ok(&echo()[..100])] {
        let (fate, lines) = sent([answer]).await;
        assert!(matches!(fate, Fate::Unknown(_)), "{fate:?}");
        assert_eq!(lines, [POST]);
    }
}

#[tokio::test]
async fn a_connection_that_never_came_about_has_written_nothing() {
    let (fate, _) = sent(std::iter::repeat_n(Wire::Refused, 9)).await;
    assert!(matches!(&fate, Fate::NotApplied(error) if error.kind() == ErrorKind::Network), "{fate:?}");
}

#[tokio::test]
async fn a_refusal_for_a_limit_is_not_sent_again_from_here() {
    let limit = Wire::error(403, "RateLimitError", None, "API key has exceeded the per-second rate limit", "");
    let (fate, lines) = sent([limit]).await;
    assert!(matches!(&fate, Fate::NotApplied(error) if error.kind() == ErrorKind::Throttled), "{fate:?}");
    assert_eq!(lines, [POST]);
}

#[tokio::test]
async fn a_deletion_has_no_body_and_is_done_when_nothing_is_there_any_more() {
    for status in [200, 404] {
        let (provider, script) = provider([Wire::status(status, "")]);
        let void = based(planned(RecordKind::Invoice, "9", Content::Void), held(RecordKind::Invoice, INVOICE, "{}"));
        let write = provider.encode(&batch(Intent::Void, vec![void])).expect("it can be encoded");
        let fates = provider.write(&write).await.into_fates();
        assert!(
            matches!(fates.as_slice(), [Fate::Applied(record)] if record.status == RemoteStatus::Deleted),
            "{fates:?}"
        );
        assert_eq!(lines(&script), [format!("DELETE Sale/Invoice/Item/{} 0 B", uid(INVOICE))]);
    }
}

#[tokio::test]
async fn a_stored_write_of_another_package_is_not_sent() {
    let (provider, script) = provider([]);
    let batch = batch(Intent::Create, vec![planned_document(RecordKind::Invoice, document())]);
    let mut write = provider.encode(&batch).expect("it can be encoded");
    write.target = "POST invoice?requestid=k-1".to_owned();
    let fates = provider.write(&write).await.into_fates();
    assert!(matches!(fates.as_slice(), [Fate::NotApplied(error)] if error.kind() == ErrorKind::Internal));
    assert!(script.seen().is_empty());
}
