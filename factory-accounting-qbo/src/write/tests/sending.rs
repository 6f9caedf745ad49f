//! Encoded writes on their way.

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{AccountingProvider, EncodedWrite, Fate, Intent, RemoteStatus};

use super::plans::*;
use crate::testing::{ACCESS_TOKEN, Wire, provider};

const INVOICE: &str = r#"{"Id":"145","SyncToken":"0","DocNumber":"INV-1042","TxnDate":"2026-11-21","CustomerRef":{"value":"62"},"CurrencyRef":{"value":"AUD"},"TotalAmt":1301.30,"Balance":1301.30,"TxnTaxDetail":{"TotalTax":118.30},"Line":[]}"#;

fn invoices(count: usize) -> EncodedWrite {
    let members = vec![planned_document(RecordKind::Invoice, document("customer:62")); count];
    let (provider, _) = provider([]);
    provider.encode(&batch(Intent::Create, members)).expect("it can be encoded")
}

fn unknown(fate: &Fate) -> bool {
    matches!(fate, Fate::Unknown(_))
}

#[tokio::test]
async fn x10_the_key_is_in_the_address_and_the_bytes_are_those_that_were_encoded() {
    for (count, line) in [
        (1, "POST /v3/company/9341453/invoice?minorversion=75&requestid=k-1"),
        (2, "POST /v3/company/9341453/batch?minorversion=75&requestid=k-1"),
    ] {
        let write = invoices(count);
        let (provider, script) = provider([Wire::Dropped, Wire::Dropped]);
        let reports = [provider.write(&write).await, provider.write(&write).await];
        assert_eq!(script.lines(), [line, line]);
        for seen in script.seen() {
            assert_eq!(
                (seen.body.as_str(), seen.header("content-type")),
                (write.body.as_str(), Some("application/json"))
            );
            assert_eq!(seen.header("authorization"), Some(format!("Bearer {ACCESS_TOKEN}").as_str()));
        }
        for report in reports {
            assert_eq!(report.fates().len(), count);
            assert!(report.fates().iter().all(unknown), "a lost answer proves nothing");
        }
    }
}

#[tokio::test]
async fn what_never_left_is_not_applied() {
    let (provider, script) = provider([Wire::Refused, Wire::Refused, Wire::Refused]);
    let report = provider.write(&invoices(2)).await;
    assert!(report.fates().iter().all(|fate| matches!(fate, Fate::NotApplied(_))));
    assert!(!script.seen().is_empty());
}

#[tokio::test]
async fn a_single_write_is_applied_as_the_answer_says() {
    let (provider, _) = provider([Wire::ok(format!(r#"{{"Invoice":{INVOICE},"time":"x"}}"#))]);
    let report = provider.write(&invoices(1)).await;
    let [Fate::Applied(echo)] = report.fates() else { panic!("{report:?}") };
    assert_eq!((echo.id.as_str(), echo.number.as_deref()), ("invoice:145", Some("INV-1042")));
    assert_eq!(echo.totals.map(|totals| (totals.tax, totals.total)), Some((decimal("118.30"), decimal("1301.30"))));
}

#[tokio::test]
async fn members_of_a_batch_are_told_by_their_ids_and_what_is_missing_stays_unknown() {
    let taken = r#"{"type":"ValidationFault","Error":[{"Message":"Duplicate Document Number Error","code":"6140","Detail":"used"}]}"#;
    let answer = format!(
        r#"{{"BatchItemResponse":[{{"bId":"2","Invoice":{INVOICE}}},{{"bId":"0","Fault":{taken}}}],"time":"x"}}"#
    );
    let (provider, _) = provider([Wire::ok(answer)]);
    let report = provider.write(&invoices(3)).await;
    let [Fate::NotApplied(refused), missing, Fate::Applied(echo)] = report.fates() else { panic!("{report:?}") };
    assert_eq!((refused.package_code(), echo.id.as_str()), (Some("6140"), "invoice:145"));
    assert!(unknown(missing));
}

#[tokio::test]
async fn a_deleted_estimate_and_a_voided_invoice_are_voids_that_have_landed() {
    for (id, answer, status) in [
        (
            "estimate:9",
            r#"{"Estimate":{"domain":"QBO","status":"Deleted","Id":"9"},"time":"x"}"#,
            RemoteStatus::Deleted,
        ),
        (
            "invoice:9",
            r#"{"Invoice":{"Id":"9","SyncToken":"4","TotalAmt":0,"Balance":0,"PrivateNote":"Voided - job 17"},"time":"x"}"#,
            RemoteStatus::Voided,
        ),
    ] {
        let (provider, _) = provider([Wire::ok(answer)]);
        let planned = planned_document(RecordKind::Order, document("customer:62"));
        let held = held(RecordKind::Order, id, RemoteStatus::Open);
        let write = provider.encode(&batch(Intent::Void, vec![based(planned, held)])).expect("it can be encoded");
        let report = provider.write(&write).await;
        let [Fate::Applied(echo)] = report.fates() else { panic!("{report:?}") };
        assert_eq!((&echo.id, &echo.status), (&RemoteId::new(id), &status));
    }
}
