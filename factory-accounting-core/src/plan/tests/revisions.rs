//! Updates against what the books hold.

use rust_decimal::Decimal;

use super::company::{Company, invoice};
use crate::code::Code;
use crate::ids::RemoteId;
use crate::model::{Record, RecordKey, RecordKind, TaxMode};
use crate::plan::{Draft, Revision, Subject, draft, revise, void};
use crate::planned::{Content, PlannedDocument};
use crate::provider::{RemoteLine, RemoteRecord, RemoteStatus, Settled};

pub(super) fn planned(company: &Company, record: &Record) -> Draft {
    let subject = Subject::Record(Box::new(record.clone()));
    draft(&record.key(), &subject, &company.context()).expect("not parked").expect("not skipped")
}

/// The books as they are right after `draft` was written.
pub(super) fn books(draft: &Draft) -> RemoteRecord {
    let Content::Document(document) = &draft.content else { panic!("not a document") };
    let PlannedDocument { party, number, date, due, currency, tax_mode, totals, lines, .. } = document.as_ref();
    let mut record = RemoteRecord::new(RecordKind::Invoice, RemoteId::new("r1"), RemoteStatus::Open);
    record.number.clone_from(number);
    record.party = Some(party.clone());
    record.date = Some(*date);
    record.due = *due;
    record.currency = Some(*currency);
    record.tax_mode = Some(*tax_mode);
    record.totals = Some(*totals);
    record.settled = Some(Settled { due: totals.total, ..Settled::default() });
    let remote_line = |(index, line): (usize, &crate::planned::PlannedLine)| {
        let mut remote = RemoteLine { id: Some(RemoteId::new(format!("line-{index}"))), ..RemoteLine::default() };
        remote.description.clone_from(&line.description);
        if let Some(charge) = &line.charge {
            remote.quantity = Some(charge.quantity.0);
            remote.unit_price = Some(charge.unit_price.0);
            remote.amount = Some(charge.amount);
            remote.tax_code = Some(charge.tax_code.clone());
            remote.tax = Some(charge.tax.0);
            remote.account = charge.account.code.clone();
        }
        remote
    };
    record.lines = Some(lines.iter().enumerate().map(remote_line).collect());
    record
}

pub(super) fn revised(company: &Company, now: &Record, base: &RemoteRecord) -> Revision {
    revise(&now.key(), "INV-1", &planned(company, now), base, &company.context())
}

#[test]
fn a_day_that_the_package_has_no_place_for_is_no_change() {
    let mut company = Company::new();
    let same = invoice(r#""due":"2026-12-21","#, "");
    let mut base = books(&planned(&company, &same));
    assert!(base.due.take().is_some());
    assert!(matches!(revised(&company, &same, &base), Revision::Update { changes, .. } if changes.header));
    company.capabilities.records.get_mut(&RecordKind::Invoice).expect("a capability").due_dates = false;
    assert!(matches!(revised(&company, &same, &base), Revision::Unchanged));
}

#[test]
fn what_the_books_show_already_is_unchanged() {
    let company = Company::new();
    let same = invoice("", "");
    let base = books(&planned(&company, &same));
    assert!(matches!(revised(&company, &same, &base), Revision::Unchanged));
}

#[test]
fn f71_a_changed_line_keeps_the_ids_of_lines_that_it_continues() {
    let company = Company::new();
    let base = books(&planned(&company, &invoice("", "")));
    let Revision::Update { content: Content::Document(document), changes } =
        revised(&company, &invoice("", r#","discount":{"rate":"10"}"#), &base)
    else {
        panic!("not an update")
    };
    assert!(changes.lines && !changes.header && !changes.status);
    let ids: Vec<_> = document.lines.iter().map(|line| line.remote.clone()).collect();
    assert_eq!(ids, [Some(RemoteId::new("line-0")), Some(RemoteId::new("line-1"))]);
}

#[test]
fn f82_payments_lock_lines_and_prices_and_leave_the_rest() {
    let company = Company::new();
    let mut base = books(&planned(&company, &invoice("", "")));
    base.settled = Some(Settled { paid: Decimal::ONE, ..Settled::default() });
    let Revision::Park(parked) = revised(&company, &invoice("", r#","discount":{"rate":"10"}"#), &base) else {
        panic!("a price was changed behind a payment")
    };
    assert_eq!(parked.code, Code::Locked);
    let Revision::Update { changes, .. } = revised(&company, &invoice(r#""due":"2026-08-20","#, ""), &base) else {
        panic!("the due date was locked too")
    };
    assert!(changes.header && !changes.lines);
}

#[test]
fn f82_a_paid_invoice_may_not_change_its_tax_mode_either() {
    let company = Company::new();
    let mut base = books(&planned(&company, &invoice("", "")));
    base.settled = Some(Settled { credited: Decimal::ONE, ..Settled::default() });
    base.tax_mode = Some(TaxMode::Inclusive);
    assert!(
        matches!(revised(&company, &invoice("", ""), &base), Revision::Park(parked) if parked.code == Code::Locked)
    );
}

#[test]
fn r11_what_was_deleted_there_is_not_brought_back() {
    let company = Company::new();
    let same = invoice("", "");
    for status in [RemoteStatus::Voided, RemoteStatus::Deleted] {
        let base = RemoteRecord { status, ..books(&planned(&company, &same)) };
        assert!(matches!(revised(&company, &same, &base), Revision::Park(parked) if parked.code == Code::RemoteGone));
    }
}

#[test]
fn f55_a_draft_is_approved_and_an_approved_document_never_becomes_a_draft() {
    let mut company = Company::new();
    let same = invoice("", "");
    let draft_there = RemoteRecord { status: RemoteStatus::Draft, ..books(&planned(&company, &same)) };
    let Revision::Update { changes, .. } = revised(&company, &same, &draft_there) else { panic!("not approved") };
    assert!(changes.status);
    company.settings.arrival.invoices = crate::settings::ArrivalStatus::Draft;
    let approved_there = books(&planned(&company, &same));
    assert!(matches!(revised(&company, &same, &approved_there), Revision::Unchanged));
}

#[test]
fn r2_voiding_is_refused_with_the_amount_once_something_is_applied() {
    let company = Company::new();
    let record = invoice("", "");
    let base = books(&planned(&company, &record));
    assert_eq!(void(&record.key(), "INV-1", &base, &company.context()), Ok(true));
    let paid = Settled { paid: Decimal::new(1_050, 2), ..Settled::default() };
    let base = RemoteRecord { settled: Some(paid), ..base };
    let parked = void(&record.key(), "INV-1", &base, &company.context()).expect_err("refused");
    assert_eq!(parked.code, Code::VoidSettled);
    assert!(parked.reason.contains("10.50 NZD"), "{}", parked.reason);
    let gone = RemoteRecord { status: RemoteStatus::Voided, ..base };
    assert_eq!(void(&record.key(), "INV-1", &gone, &company.context()), Ok(false));
}

/// Every pair of records that a document was sent to and that the books show it under now, for a customer that was tied to
/// `old` and is tied to `new`: a document in the books stays with its customer's records, and is taken back from others'.
#[test]
fn f16_a_document_stays_with_the_record_it_was_sent_to_wherever_a_merge_has_put_it() {
    let same = invoice("", "");
    for sent_to in ["old", "new"] {
        for shown in ["old", "new", "somebody else"] {
            let mut company = Company::new();
            company.link(RecordKind::Customer, "c1", "contact-1").remote = RemoteId::new("new");
            company.former.insert(RecordKey::new(RecordKind::Customer, "c1"), vec![RemoteId::new("old")]);
            company.link(RecordKind::Invoice, "i1", "r1").party = Some(RemoteId::new(sent_to));
            let draft = planned(&company, &same);
            let Content::Document(document) = &draft.content else { panic!("not a document") };
            assert_eq!(document.party, RemoteId::new(sent_to));
            let base = RemoteRecord { party: Some(RemoteId::new(shown)), ..books(&draft) };
            match revised(&company, &same, &base) {
                Revision::Unchanged => assert_ne!(shown, "somebody else", "{sent_to}"),
                Revision::Update { content: Content::Document(document), .. } => {
                    assert_eq!((shown, document.party.as_str()), ("somebody else", sent_to));
                }
                other => panic!("{sent_to}, {shown}: {other:?}"),
            }
            // What is sent for the first time goes to the new record.
            company.links.remove(&RecordKey::new(RecordKind::Invoice, "i1"));
            let Content::Document(first) = planned(&company, &same).content else { panic!("not a document") };
            assert_eq!(first.party, RemoteId::new("new"));
        }
    }
}

/// A document that names another party of the host than before is not kept: whose it is has changed, not the tie.
#[test]
fn f16_a_document_of_another_party_is_not_held_back_by_ties_of_the_first() {
    let mut company = Company::new();
    company.link(RecordKind::Customer, "c1", "contact-1").remote = RemoteId::new("new");
    company.former.insert(RecordKey::new(RecordKind::Customer, "c1"), vec![RemoteId::new("old")]);
    company.link(RecordKind::Customer, "c2", "contact-9");
    company.link(RecordKind::Invoice, "i1", "r1").party = Some(RemoteId::new("old"));
    let Record::Invoice(mut moved) = invoice("", "") else { panic!("an invoice") };
    moved.customer = "c2".into();
    let Content::Document(document) = planned(&company, &Record::Invoice(moved)).content else { panic!("a document") };
    assert_eq!(document.party, RemoteId::new("contact-9"));
}
