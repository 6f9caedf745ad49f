//! Whether what a probe found is ours.

use rust_decimal::Decimal;

use super::company::{Company, invoice, record};
use crate::code::Code;
use crate::ids::RemoteId;
use crate::model::{RecordKind, TaxMode};
use crate::money::Totals;
use crate::plan::{Draft, Finding, Subject, draft, judge};
use crate::provider::{RemoteRecord, RemoteStatus};

fn planned() -> Draft {
    let company = Company::new();
    let record = invoice("", "");
    let subject = Subject::Record(Box::new(record.clone()));
    draft(&record.key(), &subject, &company.context()).expect("not parked").expect("not skipped")
}

fn found(change: impl FnOnce(&mut RemoteRecord)) -> RemoteRecord {
    let mut record = RemoteRecord::new(RecordKind::Invoice, RemoteId::new("r1"), RemoteStatus::Open);
    record.number = Some("INV-1".into());
    record.party = Some(RemoteId::new("contact-1"));
    record.date = chrono::NaiveDate::from_ymd_opt(2026, 7, 1);
    record.currency = "NZD".parse().ok();
    record.tax_mode = Some(TaxMode::Exclusive);
    record.totals =
        Some(Totals { subtotal: Decimal::new(2_100, 2), tax: Decimal::new(315, 2), total: Decimal::new(2_415, 2) });
    change(&mut record);
    record
}

fn judged(records: &[RemoteRecord]) -> Finding {
    let draft = planned();
    judge("INV-1", &draft.content, &draft.probe, records)
}

#[test]
fn one_that_agrees_is_ours() {
    assert!(matches!(judged(&[found(|_| ())]), Finding::Ours(_)));
}

#[test]
fn r4_one_that_differs_in_party_date_currency_or_total_is_a_question() {
    type Change = fn(&mut RemoteRecord);
    let changes: [(&str, Change); 4] = [
        ("party", |record| record.party = Some(RemoteId::new("someone-else"))),
        ("date", |record| record.date = chrono::NaiveDate::from_ymd_opt(2026, 7, 2)),
        ("currency", |record| record.currency = "AUD".parse().ok()),
        ("total", |record| record.totals = Some(Totals::default())),
    ];
    for (what, change) in changes {
        let Finding::Park(parked) = judged(&[found(change)]) else { panic!("{what} was overlooked") };
        assert_eq!(parked.code, Code::FoundDiffers);
        assert!(parked.reason.contains(what), "{}", parked.reason);
        assert_eq!(parked.candidates.len(), 1);
    }
}

#[test]
fn voided_and_deleted_ones_do_not_count() {
    for status in [RemoteStatus::Voided, RemoteStatus::Deleted] {
        let over = |cents| Some(Totals { total: Decimal::new(cents, 2), ..Totals::default() });
        let other = [found(|record| (record.status, record.totals) = (status.clone(), over(700)))];
        assert!(matches!(judged(&other), Finding::Nothing));
        // Unless they are what was sent, or what voiding has left of it: then it had landed.
        assert!(
            matches!(judged(&[found(|record| record.status = status.clone())]), Finding::Gone(gone) if gone.len() == 1)
        );
        let emptied = [found(|record| (record.status, record.totals) = (status, over(0)))];
        assert!(matches!(judged(&emptied), Finding::Gone(gone) if gone.len() == 1));
    }
    let one_live = [found(|record| record.status = RemoteStatus::Voided), found(|_| ())];
    assert!(matches!(judged(&one_live), Finding::Ours(_)));
}

#[test]
fn several_are_a_question_and_never_repaired_by_machine() {
    let Finding::Park(parked) = judged(&[found(|_| ()), found(|record| record.id = RemoteId::new("r2"))]) else {
        panic!("several were not a question")
    };
    assert_eq!((parked.code, parked.candidates.len()), (Code::SeveralFound, 2));
}

#[test]
fn r8_an_item_is_linked_where_code_and_name_agree_and_asked_about_where_the_name_does_not() {
    let company = Company::new();
    let product = record(r#"{"kind":"product","id":"p1","code":"OAK-40","name":"Oak 40 mm"}"#);
    let planned = draft(&product.key(), &Subject::Record(Box::new(product.clone())), &company.context());
    let planned = planned.expect("not parked").expect("not skipped");
    let named = |name: Option<&str>| {
        let mut item = RemoteRecord::new(RecordKind::Product, RemoteId::new("i1"), RemoteStatus::Open);
        (item.number, item.name) = (Some("OAK-40".into()), name.map(str::to_owned));
        judge("OAK-40", &planned.content, &planned.probe, &[item])
    };
    for name in [Some("Oak 40 mm"), Some("oak  40 MM"), None] {
        assert!(matches!(named(name), Finding::OursToUpdate(_)), "{name:?}");
    }
    let Finding::Park(parked) = named(Some("Oak offcuts")) else { panic!("a question") };
    assert_eq!((parked.code, parked.candidates.len()), (Code::FoundDiffers, 1));
    assert!(parked.reason.contains("its name is \"Oak offcuts\", not \"Oak 40 mm\""), "{}", parked.reason);
}
