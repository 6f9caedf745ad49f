//! From documents to what the books are to show.

use rust_decimal::Decimal;

use super::company::{Company, invoice, record};
use crate::code::Code;
use crate::ids::RemoteId;
use crate::model::{Record, RecordKind};
use crate::plan::{Draft, Subject, draft};
use crate::planned::{Content, PlannedDocument, TargetStatus};
use crate::provider::{AccountClass, CatalogueEntry, RemoteStatus, TaxCode};
use crate::settings::{NumberOwner, ReferenceField, RoundingPolicy, TaxCodes};

fn plan(company: &Company, record: &Record) -> Result<Result<Draft, String>, Box<crate::code::Parked>> {
    draft(&record.key(), &Subject::Record(Box::new(record.clone())), &company.context()).map_err(Box::new)
}

pub(super) fn document(company: &Company, record: &Record) -> PlannedDocument {
    let draft = plan(company, record).expect("not parked").expect("not skipped");
    let Content::Document(document) = draft.content else { panic!("not a document") };
    *document
}

fn parked(company: &Company, record: &Record) -> (Code, String) {
    let parked = plan(company, record).expect_err("parked");
    (parked.code, parked.to_string())
}

#[test]
fn f56_the_hosts_number_is_a_line_that_counts_nothing() {
    let planned = document(&Company::new(), &invoice("", ""));
    let last = planned.lines.last().expect("a line");
    assert_eq!((last.description.as_str(), last.charge.is_none()), ("Workshop invoice INV-1", true));
    assert_eq!(planned.totals.total, Decimal::new(2_415, 2));
}

#[test]
fn accounts_and_taxes_come_from_the_line_before_the_settings() {
    let mut company = Company::new();
    company.settings.taxes.insert("zero".into(), TaxCodes { sales: Some("NONE".into()), purchases: None });
    let planned = document(&company, &invoice("", r#","account":"860","tax":"zero""#));
    let charge = planned.lines[0].charge.as_ref().expect("a charge");
    assert_eq!((charge.account.name(), charge.tax_code.as_str()), ("860", "NONE"));
    let planned = document(&company, &invoice("", ""));
    let charge = planned.lines[0].charge.as_ref().expect("a charge");
    assert_eq!((charge.account.name(), charge.tax_code.as_str()), ("200", "OUT"));
}

#[test]
fn f45_nothing_is_guessed() {
    let mut company = Company::new();
    let cases = [
        (r#","tax":"GST""#, Code::TaxUnmapped, "lines[0].tax"),
        (r#","account":"777""#, Code::AccountUnusable, "lines[0].account"),
        (r#","account":"999""#, Code::AccountUnusable, "archived"),
        (r#","account":"090""#, Code::AccountUnusable, "cannot be used on lines"),
        (r#","product":"p1""#, Code::NotLinked, "product p1"),
    ];
    for (line, code, text) in cases {
        let (found, message) = parked(&company, &invoice("", line));
        assert_eq!(found, code, "{message}");
        assert!(message.contains(text) && message.contains("INV-1"), "{message}");
    }
    company.settings.accounts.sales = None;
    assert_eq!(parked(&company, &invoice("", "")).0, Code::AccountMissing);
}

#[test]
fn f14_f33_an_unlinked_customer_parks_its_documents_until_it_is_linked() {
    let mut company = Company::new();
    company.links.clear();
    let parked = plan(&company, &invoice("", "")).expect_err("parked");
    assert_eq!(parked.code, Code::NotLinked);
    assert_eq!(parked.until_linked.expect("a key").to_string(), "customer c1");
}

#[test]
fn l16_documents_of_a_party_that_is_not_to_be_sent_are_skipped() {
    let mut company = Company::new();
    company.link(RecordKind::Customer, "c1", "contact-1").suppressed = true;
    let reason = plan(&company, &invoice("", "")).expect("not parked").expect_err("skipped");
    assert!(reason.contains("do not send"), "{reason}");
}

#[test]
fn r29_an_archived_customer_parks_its_documents_until_another_is_linked() {
    let mut company = Company::new();
    company.link(RecordKind::Customer, "c1", "contact-1").status = RemoteStatus::Archived;
    let question = plan(&company, &invoice("", "")).expect_err("parked");
    assert_eq!(question.code, Code::PartyArchived);
    assert_eq!(question.until_linked.expect("a key").to_string(), "customer c1");
}

#[test]
fn f75_r23_documents_before_the_start_date_stay_in_the_host_and_the_day_itself_goes() {
    let mut company = Company::new();
    company.settings.start_date = chrono::NaiveDate::from_ymd_opt(2026, 7, 2);
    assert!(plan(&company, &invoice("", "")).expect("not parked").is_err());
    company.settings.start_date = chrono::NaiveDate::from_ymd_opt(2026, 7, 1);
    assert!(plan(&company, &invoice("", "")).expect("not parked").is_ok());
}

#[test]
fn a_document_in_a_closed_period_is_parked_but_a_quote_is_not() {
    let mut company = Company::new();
    company.organisation.locked_until = chrono::NaiveDate::from_ymd_opt(2026, 7, 31);
    let (code, message) = parked(&company, &invoice("", ""));
    assert_eq!(code, Code::PeriodClosed);
    assert!(message.contains("2026-07-31"), "{message}");
    let quote = record(
        r#"{"kind":"quote","id":"q1","number":"Q-1","customer":"c1","date":"2026-07-01","currency":"NZD",
        "lines":[{"type":"item","description":"Bench","quantity":"1","unit_price":"1"}]}"#,
    );
    assert!(plan(&company, &quote).expect("not parked").is_ok());
}

#[test]
fn r14_a_total_that_would_differ_is_refused_with_both_numbers() {
    let (code, message) = parked(&Company::new(), &invoice(r#""total":"24.16","#, ""));
    assert_eq!(code, Code::TotalsDiffer);
    assert!(message.contains("24.16") && message.contains("24.15"), "{message}");
}

#[test]
fn f97_a_cent_that_differs_is_carried_by_a_line_to_the_rounding_account() {
    let mut company = Company::new();
    company.settings.rounding = RoundingPolicy::Line;
    let wanted = invoice(r#""total":"24.16","#, "");
    assert_eq!(parked(&company, &wanted).0, Code::AccountMissing);
    company.settings.accounts.rounding = Some("860".into());
    let planned = document(&company, &wanted);
    assert_eq!(planned.totals.total, Decimal::new(2_416, 2));
    let line = planned.lines[1].charge.as_ref().expect("a charge");
    assert_eq!((line.account.name(), line.amount, line.tax_code.as_str()), ("860", Decimal::new(1, 2), "NONE"));
    let far = invoice(r#""total":"24.25","#, "");
    assert_eq!(parked(&company, &far).0, Code::TotalsDiffer);
}

#[test]
fn f97_the_rounding_line_has_a_tax_code_that_may_stand_beside_its_account() {
    let mut company = Company::new();
    for (code, class) in [("IMPORT", AccountClass::Liability), ("NONE", AccountClass::Income)] {
        let mut untaxed = TaxCode::new(code, "0 %", Decimal::ZERO);
        untaxed.account_classes = vec![class];
        company.add_to_catalogue([CatalogueEntry::TaxCode(untaxed)]);
    }
    company.settings.rounding = RoundingPolicy::Line;
    for (account, code) in [("860", "IMPORT"), ("200", "NONE")] {
        company.settings.accounts.rounding = Some(account.into());
        let planned = document(&company, &invoice(r#""total":"24.16","#, ""));
        assert_eq!(planned.lines[1].charge.as_ref().map(|charge| charge.tax_code.as_str()), Some(code), "{account}");
    }
}

#[test]
fn a_package_that_gives_the_numbers_gets_the_hosts_number_as_the_reference() {
    let mut company = Company::new();
    company.settings.numbers.insert(RecordKind::Invoice, NumberOwner::Package);
    let draft = plan(&company, &invoice("", "")).expect("not parked").expect("not skipped");
    assert!(draft.probe.in_reference);
    let Content::Document(planned) = draft.content else { panic!("not a document") };
    assert_eq!((planned.number, planned.reference.as_deref()), (None, Some("INV-1")));
}

#[test]
fn f94_the_reference_is_the_field_that_the_settings_choose_cut_to_fit() {
    let mut company = Company::new();
    company.settings.reference = ReferenceField::SiteAddress;
    let members = r#""references":{"site_address":"12 Très Long Street, Porirua"},"#;
    assert_eq!(document(&company, &invoice(members, "")).reference.as_deref(), Some("12 Très Long Street,"));
}

#[test]
fn f52_orders_arrive_as_drafts_and_invoices_approved() {
    let mut company = Company::new();
    let order = record(
        r#"{"kind":"order","id":"o1","number":"SO-1","customer":"c1","date":"2026-07-01","currency":"NZD",
        "lines":[{"type":"item","description":"Bench","quantity":"1","unit_price":"1"}]}"#,
    );
    assert_eq!(document(&company, &order).status, TargetStatus::Draft);
    assert_eq!(document(&company, &invoice("", "")).status, TargetStatus::Approved);
    company.settings.arrival.invoices = crate::settings::ArrivalStatus::Draft;
    assert_eq!(document(&company, &invoice("", "")).status, TargetStatus::Draft);
}

#[test]
fn r19_a_payment_goes_to_the_account_of_its_method() {
    let mut company = Company::new();
    company.link(RecordKind::Invoice, "i1", "inv-1");
    let pay = |method: &str| {
        record(&format!(
            r#"{{"kind":"payment","id":"p1","number":"R-1","target":{{"invoice":"i1"}},"date":"2026-07-02",
            "amount":{{"amount":"24.15","currency":"NZD"}},"method":"{method}"}}"#
        ))
    };
    let draft = plan(&company, &pay("bank")).expect("not parked").expect("not skipped");
    let Content::Payment(planned) = draft.content else { panic!("not a payment") };
    assert_eq!((planned.account.name(), &planned.document), ("090", &RemoteId::new("inv-1")));
    company.settings.accounts.payment_methods.insert("card".into(), "200".into());
    assert_eq!(parked(&company, &pay("card")).0, Code::AccountUnusable);
}
