//! Marks as sent and for delivery, and terms of payment.

use super::company::{Company, invoice, record};
use super::documents::document;
use super::revisions::{books, planned, revised};
use crate::ids::RemoteId;
use crate::model::{Due, PaymentTerms, Record, RecordKind};
use crate::plan::{Revision, fingerprint, terms_left_out};
use crate::planned::{Changes, Content, PlannedDocument, PlannedParty};
use crate::provider::{CatalogueEntry, CatalogueKind, RemoteStatus, Terms};
use crate::settings::{ArrivalStatus, DeliveryMark};

/// A company that marks what it sends, at a package that can.
fn marking() -> Company {
    let mut company = Company::new();
    company.settings.mark_as_sent = true;
    company.settings.delivery.sales = Some(DeliveryMark::Email);
    company.settings.delivery.purchases = Some(DeliveryMark::Print);
    for capability in company.capabilities.records.values_mut() {
        (capability.sent_marks, capability.delivery_marks) = (true, &[DeliveryMark::Email, DeliveryMark::Print]);
    }
    company
}

fn of_kind(kind: &str) -> Record {
    let party = if matches!(kind, "bill" | "purchase_order") { r#""supplier":"s1""# } else { r#""customer":"c1""# };
    record(&format!(
        r#"{{"kind":"{kind}","id":"d1","number":"D-1",{party},"date":"2026-07-01","currency":"NZD",
        "lines":[{{"type":"item","description":"Bench","quantity":"1","unit_price":"10"}}]}}"#
    ))
}

#[test]
fn r35_only_invoices_that_arrive_approved_are_marked_as_sent() {
    let company = marking();
    for kind in ["quote", "order", "invoice", "credit_note", "purchase_order", "bill"] {
        assert_eq!(document(&company, &of_kind(kind)).mark_sent, kind == "invoice", "{kind}");
    }
    let mut drafts = marking();
    drafts.settings.arrival.invoices = ArrivalStatus::Draft;
    assert!(!document(&drafts, &of_kind("invoice")).mark_sent);
    let mut unable = marking();
    unable.capabilities.records.values_mut().for_each(|capability| capability.sent_marks = false);
    assert!(!document(&unable, &of_kind("invoice")).mark_sent);
    assert!(!document(&Company::new(), &of_kind("invoice")).mark_sent);
}

#[test]
fn l5_each_side_of_trade_has_its_mark_where_the_package_keeps_it() {
    let mut company = marking();
    for (kind, mark) in [
        ("quote", DeliveryMark::Email),
        ("order", DeliveryMark::Email),
        ("invoice", DeliveryMark::Email),
        ("credit_note", DeliveryMark::Email),
        ("purchase_order", DeliveryMark::Print),
        ("bill", DeliveryMark::Print),
    ] {
        assert_eq!(document(&company, &of_kind(kind)).delivery, Some(mark), "{kind}");
    }
    company.settings.delivery.sales = Some(DeliveryMark::PrintAndEmail);
    assert_eq!(document(&company, &of_kind("invoice")).delivery, None);
    assert_eq!(document(&Company::new(), &of_kind("invoice")).delivery, None);
}

#[test]
fn r35_what_is_in_the_books_is_not_written_anew_because_marks_are_switched_on() {
    let (before, after) = (Company::new(), marking());
    let content = |company: &Company| Content::Document(Box::new(document(company, &of_kind("invoice"))));
    assert_ne!(content(&before), content(&after));
    assert_eq!(fingerprint(&content(&before)), fingerprint(&content(&after)));
}

/// The invoice as an update over what the books hold, in a state.
fn updated(company: &Company, now: &Record, status: RemoteStatus) -> Option<(PlannedDocument, Changes)> {
    let mut held = books(&planned(company, &invoice("", "")));
    held.status = status;
    match revised(company, now, &held) {
        Revision::Update { content: Content::Document(document), changes } => Some((*document, changes)),
        Revision::Unchanged => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r35_the_write_that_makes_it_count_marks_an_invoice_and_no_later_one_does() {
    let mut company = marking();
    // The draft of its order.
    let (taken, changes) = updated(&company, &invoice("", ""), RemoteStatus::Draft).expect("an update");
    assert!(taken.mark_sent && changes.status && taken.delivery.is_none());
    // Its order's document counts already, and is all that the invoice is to be.
    let (taken, changes) = updated(&company, &invoice("", ""), RemoteStatus::Open).expect("an update");
    assert!(taken.mark_sent && taken.delivery.is_none());
    assert_eq!(changes, Changes { status: true, ..Changes::NONE });
    company.link(RecordKind::Invoice, "i1", "remote-1").fingerprint = Some("before".to_owned());
    assert_eq!(updated(&company, &invoice("", ""), RemoteStatus::Open), None);
    let (changed, _) =
        updated(&company, &invoice(r#""due":"2026-08-01","#, ""), RemoteStatus::Open).expect("an update");
    assert!(!changed.mark_sent && changed.delivery.is_none());
    let (approved, _) = updated(&company, &invoice("", ""), RemoteStatus::Draft).expect("an update");
    assert!(approved.mark_sent);
}

fn planned_party(company: &Company, party: &Record) -> PlannedParty {
    match planned(company, party).content {
        Content::Party(planned) => planned,
        other => panic!("{other:?}"),
    }
}

fn left_out(company: &Company, party: &Record) -> Option<String> {
    let (Record::Customer(party) | Record::Supplier(party)) = party else { panic!("a party") };
    terms_left_out(party, &company.context())
}

#[test]
fn terms_are_those_of_the_list_that_say_the_same_and_nothing_more() {
    let party = record(r#"{"kind":"customer","id":"c9","name":"Hale","terms":{"days":30,"from":"document_date"}}"#);
    let net = |id: &str, name: &str, days: u8, from: Due| {
        Terms::new(RemoteId::new(id), name, Some(PaymentTerms { days, from }))
    };
    let mut discounted = net("1", "2% 10 net 30", 30, Due::DocumentDate);
    discounted.discounted = true;
    let mut retired = net("2", "A month", 30, Due::DocumentDate);
    retired.active = false;
    let mut company = Company::new();
    // A package that keeps terms on the party itself has no list.
    assert_eq!((planned_party(&company, &party).terms, left_out(&company, &party)), (None, None));
    company.capabilities.lists = &[CatalogueKind::Terms];
    let others =
        [discounted, retired, net("3", "EOM 30", 30, Due::EndOfMonth), net("4", "Net 15", 15, Due::DocumentDate)];
    company.add_to_catalogue(others.map(CatalogueEntry::Terms));
    assert_eq!(planned_party(&company, &party).terms, None);
    let told = left_out(&company, &party).expect("told");
    assert!(told.starts_with("the package has no terms of 30 days from the document's date: add such terms"), "{told}");
    company.add_to_catalogue([
        CatalogueEntry::Terms(net("7", "Net 30", 30, Due::DocumentDate)),
        CatalogueEntry::Terms(net("8", "Thirty", 30, Due::DocumentDate)),
    ]);
    assert_eq!(planned_party(&company, &party).terms, Some(RemoteId::new("7")));
    assert_eq!(left_out(&company, &party), None);
}
