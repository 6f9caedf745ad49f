//! Every field of every kind of record has a chain that leads to its value, whatever the package and the settings.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::company::{Company, record};
use super::other_ways::{gross_ways, other_ways};
use crate::capability::{MarkerField, RecordCapability};
use crate::ids::RemoteId;
use crate::model::{Record, RecordKey, RecordKind};
use crate::plan::{AllocationSubject, Explanation, Lent, Origin, Subject, explain};
use crate::provider::{CatalogueEntry, Item, RemoteLine, RemoteRecord, RemoteStatus};
use crate::settings::{
    ArrivalStatus, DeliveryMark, Discounts, FinePrices, LineDetail, LongReferences, Mapping, NumberOwner,
    ReferenceField, RoundingPolicy, Settings, UnlinkedProducts,
};

const KINDS: [&str; 6] = ["quote", "order", "invoice", "credit_note", "purchase_order", "bill"];

/// A company at one of three packages that think differently, all of whose records are linked.
fn company(package: usize) -> Company {
    let mut company = [Company::new, other_ways, gross_ways][package]();
    let account = company.settings.accounts.sales.clone();
    let mut item = Item::new(RemoteId::new("item:own"), "OWN");
    item.income_account.clone_from(&account);
    company.add_to_catalogue([CatalogueEntry::Item(item)]);
    company.settings.items.default = Some("OWN".into());
    company.settings.accounts.rounding.clone_from(&account);
    company.settings.accounts.bad_debt.clone_from(&account);
    company.settings.accounts.labour.clone_from(&account);
    company.settings.accounts.retention = account;
    company.settings.taxes.insert(
        "free".into(),
        crate::settings::TaxCodes { sales: Some("NONE".into()), purchases: Some("NONE".into()) },
    );
    let mapping = Mapping { item: Some("OWN".into()), ..Mapping::default() };
    company.settings.services.insert("Hire".into(), mapping.clone());
    company.settings.expenses.insert("Hire".into(), Mapping { account: Some("300".into()), ..mapping });
    if let Some(invoices) = company.capabilities.records.get_mut(&RecordKind::Invoice) {
        invoices.sent_marks = true;
        invoices.delivery_marks = &[DeliveryMark::Email];
    }
    let job = RecordCapability::new(1, MarkerField::ExternalKey);
    company.capabilities.records.entry(RecordKind::Job).or_insert(job);
    for (kind, id) in [
        (RecordKind::Customer, "c1"),
        (RecordKind::Supplier, "c1"),
        (RecordKind::Job, "j1"),
        (RecordKind::Order, "o1"),
        (RecordKind::PurchaseOrder, "o1"),
        (RecordKind::Invoice, "i1"),
        (RecordKind::CreditNote, "n1"),
    ] {
        company.tie(&RecordKey::new(kind, id));
    }
    company.link(RecordKind::Product, "p1", "item:own");
    company.lent = Lent::new([
        record(r#"{"kind":"customer","id":"c1","name":"Acme","tax":"free"}"#),
        record(
            r#"{"kind":"product","id":"p1","code":"OWN","name":"Own","sales":{"tax":"free"},"purchases":{"account":"300"}}"#,
        ),
    ]);
    company
}

/// Settings with one of everything turned this way or that.
fn vary(settings: &mut Settings, bits: u32) {
    let on = |bit: u32| bits >> bit & 1 == 1;
    settings.host_number_line.enabled = on(0);
    settings.rounding = if on(1) { RoundingPolicy::Line } else { RoundingPolicy::Refuse };
    settings.fine_prices = if on(2) { FinePrices::OneUnit } else { FinePrices::Refuse };
    if on(3) {
        // Bills go by their suppliers' numbers.
        let numbered = KINDS.iter().filter(|kind| **kind != "bill");
        settings.numbers = numbered.map(|kind| (kind.parse().expect("a kind"), NumberOwner::Package)).collect();
    }
    settings.reference = if on(4) { ReferenceField::SiteAddress } else { ReferenceField::None };
    if on(5) {
        settings.arrival.invoices = ArrivalStatus::Draft;
    }
    settings.line_detail = if on(7) { LineDetail::Summary } else { LineDetail::Individual };
    settings.discounts = if on(8) { Discounts::OwnLine } else { Discounts::OnLine };
    settings.work_undertaken = on(9);
    settings.long_references = if on(10) { LongReferences::KeepEnd } else { LongReferences::KeepStart };
    settings.mark_as_sent = on(11);
    settings.delivery.sales = on(12).then_some(DeliveryMark::Email);
    settings.items.unlinked_products = if on(6) { UnlinkedProducts::NoItem } else { UnlinkedProducts::DefaultItem };
}

fn line(bits: u32, price: i64) -> Value {
    let on = |bit: u32| bits >> bit & 1 == 1;
    if on(0) && on(1) && on(2) {
        return json!({ "type": "text", "text": "As agreed on site" });
    }
    let mut line = json!({ "type": "item", "description": "Oak top", "quantity": if on(3) { "3" } else { "1.5" },
        "unit_price": format!("{}.{:05}", price / 100_000, price % 100_000) });
    let members = [
        (4, "product", json!("p1")),
        (5, "product", json!("p2")),
        (6, "tax", json!("free")),
        (7, "job", json!("j1")),
        (8, "category", json!("Hire")),
        (9, "nature", json!("labour")),
        (10, "nature", json!("retention")),
        (11, "discount", json!({ "rate": "12.5" })),
        (12, "discount", json!({ "amount": "0.5" })),
        (13, "account", json!("300")),
    ];
    for (_, name, value) in members.into_iter().filter(|(bit, ..)| on(*bit)) {
        line[name] = value;
    }
    line
}

fn document(kind: &str, bits: u32, lines: Vec<Value>, cent: Option<i64>) -> Record {
    let on = |bit: u32| bits >> bit & 1 == 1;
    let purchase = matches!(kind, "purchase_order" | "bill");
    let mut form = json!({ "kind": kind, "id": "d1", "number": "D-1", "date": "2026-07-01", "currency": "NZD",
        "tax_mode": (if on(0) { "inclusive" } else if on(1) && on(2) { "no_tax" } else { "exclusive" }),
        "references": { "site_address": "12 Long Street, Porirua", "job_type": "Repair" }, "lines": lines });
    form[if purchase { "supplier" } else { "customer" }] = json!("c1");
    if on(3) {
        form["exchange_rate"] = json!("1.05");
    }
    match kind {
        "quote" => {
            form["expires"] = json!("2026-08-01");
            form["title"] = json!("Stairs");
        }
        "invoice" if on(4) => form["order"] = json!("o1"),
        "bill" if on(4) => form["purchase_order"] = json!("o1"),
        "bill" => form["expense"] = json!(on(5)),
        "credit_note" => form["bad_debt"] = json!(on(5)),
        _ => {}
    }
    if kind == "invoice" && on(6) {
        form["work_undertaken"] = json!("Took the old stairs out, and hung the new ones. ".repeat(4));
    }
    if let Some(cent) = cent {
        form["total"] = json!(format!("{}.{:02}", cent / 100, cent % 100));
    }
    record(&form.to_string())
}

/// Everything is explained, and by one line each.
#[track_caller]
fn whole(explanation: &Explanation) {
    let open: Vec<String> = explanation.unexplained().map(|field| format!("{field:?}")).collect();
    assert!(open.is_empty(), "{} of {}: {}", open.len(), explanation.key, open.join("\n"));
    for field in &explanation.fields {
        assert!(field.text.starts_with(&field.path) && !field.text.contains('\n'), "{}", field.text);
        for step in &field.steps {
            if let Origin::Setting { path } = &step.origin {
                assert!(Settings::default().value(path).is_ok(), "{}: {path} is no setting", field.path);
            }
        }
    }
}

fn explained(company: &Company, subject: &Subject) -> Explanation {
    let key = match subject {
        Subject::Record(record) => record.key(),
        Subject::Allocation(part) => part.key(),
    };
    explain(&key, subject, &company.context(), Some(3))
}

fn of(record: Record) -> Subject {
    Subject::Record(Box::new(record))
}

#[test]
fn every_field_of_every_document_is_explained() {
    const CASES: u32 = 1_500;
    let lines = prop::collection::vec((any::<u32>(), 1i64..50_000_000), 1..5);
    let drawn = (0usize..3, 0usize..6, any::<u32>(), any::<u32>(), lines, any::<bool>(), -2i64..3);
    let planned = Cell::new(0);
    let checked = TestRunner::new(ProptestConfig::with_cases(CASES)).run(
        &drawn,
        |(package, kind, settings, head, lines, fine, cent)| {
            let mut company = company(package);
            vary(&mut company.settings, settings);
            put_the_source_there(&mut company, KINDS[kind]);
            let price = |price: i64| if fine { price } else { price / 1_000 * 1_000 };
            let lines: Vec<Value> = lines.into_iter().map(|(bits, own)| line(bits, price(own))).collect();
            let first = explained(&company, &of(document(KINDS[kind], head, lines.clone(), None)));
            whole(&first);
            prop_assert!(first.parked.is_some() || !first.fields.is_empty());
            let Some(total) = first.field("totals.total").and_then(|field| field.value.as_str()) else { return Ok(()) };
            planned.set(planned.get() + 1);
            // A cent beside what it comes to is carried, or refused.
            let total: Decimal = total.parse().expect("an amount");
            let total = (total * Decimal::ONE_HUNDRED).trunc().to_string().parse::<i64>().unwrap_or_default();
            whole(&explained(&company, &of(document(KINDS[kind], head, lines, Some((total + cent).max(0))))));
            Ok(())
        },
    );
    checked.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(planned.get() > CASES / 3, "only {} of {CASES} documents could be planned", planned.get());
}

/// The order, or purchase order, that a document may come from, with a line that it may continue.
fn put_the_source_there(company: &mut Company, kind: &str) {
    let source = if kind == "bill" { RecordKind::PurchaseOrder } else { RecordKind::Order };
    let mut ordered = RemoteRecord::new(source, RemoteId::new("o1-there"), RemoteStatus::Open);
    let mut held = RemoteLine::default();
    (held.id, held.amount) = (Some(RemoteId::new("line-7")), Some(Decimal::ONE));
    held.account = Some("300".into());
    ordered.lines = Some(vec![held]);
    company.sources.insert(RecordKey::new(source, "o1"), ordered);
}

#[test]
fn every_field_of_parties_products_jobs_payments_and_allocations_is_explained() {
    for package in 0..3 {
        let mut company = company(package);
        company.settings.accounts.payment_methods.insert("card".into(), "090".into());
        let records = [
            r#"{"kind":"customer","id":"c9","name":"Acme","email":"a@acme.example","phone":"1","terms":{"days":20,"from":"end_of_month"},
                "addresses":[{"kind":"postal","lines":["1 Quay"],"city":"Porirua"}],"contacts":[{"first_name":"Ann"}]}"#,
            r#"{"kind":"supplier","id":"s 9/ä","name":"Kauri"}"#,
            r#"{"kind":"product","id":"p9","code":"P9","name":"Hinge"}"#,
            r#"{"kind":"product","id":"p9","code":"P9","name":"Hinge","description":"Brass","sales":{"unit_price":"4.5","account":"300","tax":"free"},
                "purchases":{"unit_price":"2"}}"#,
            r#"{"kind":"job","id":"j9","number":"J-9","name":"Stairs","customer":"c1"}"#,
            r#"{"kind":"job","id":"j8","number":"J-8","name":"Rail","parent":"j1"}"#,
            r#"{"kind":"payment","id":"y1","number":"R-1","target":{"invoice":"i1"},"date":"2026-07-02","amount":{"amount":"9","currency":"NZD"}}"#,
            r#"{"kind":"payment","id":"y2","number":"R-2","target":{"invoice":"i1"},"date":"2026-07-02","amount":{"amount":"9","currency":"NZD"},"method":"card"}"#,
            r#"{"kind":"payment","id":"y3","number":"R-3","target":{"credit_note":"n1"},"date":"2026-07-02","amount":{"amount":"9","currency":"NZD"},"account":"090"}"#,
        ];
        for json in records {
            let explanation = explained(&company, &of(record(json)));
            assert!(!explanation.fields.is_empty(), "{package}: {:?} of {json}", explanation.parked);
            whole(&explanation);
        }
        let note = r#"{"kind":"credit_note","id":"n1","number":"CN-1","customer":"c1","date":"2026-07-01","currency":"NZD",
            "lines":[{"type":"item","description":"a","quantity":"1","unit_price":"5"}],"allocations":[{"invoice":"i1","amount":"5"}]}"#;
        let Record::CreditNote(note) = record(note) else { panic!("a credit note") };
        for part in AllocationSubject::of(&note) {
            let explanation = explained(&company, &Subject::Allocation(part));
            assert!(!explanation.fields.is_empty(), "{:?}", explanation.parked);
            whole(&explanation);
        }
    }
}

#[test]
fn a_chain_is_read_by_office_staff_as_one_line() {
    let company = Company::new();
    let line = json!({ "type": "item", "description": "Bench", "quantity": "2", "unit_price": "10.50" });
    let explanation = explained(&company, &of(document("invoice", 0, vec![line], None)));
    let text = |path: &str| explanation.field(path).unwrap_or_else(|| panic!("no {path}")).text.clone();
    assert_eq!(
        text("lines[0].charge.account.code"),
        "lines[0].charge.account.code is 200: the settings (accounts.sales, version 3), then account \"200\" in the list of \
         accounts; not from invoice d1 (lines[0].account), customer c1 (account)"
    );
    assert_eq!(text("lines[0].description"), "lines[0].description is Bench: invoice d1 (lines[0].description)");
    assert_eq!(text("reference"), "reference is left empty: the settings (reference, version 3)");
    let json = serde_json::to_string(&explanation).expect("JSON");
    assert_eq!(serde_json::from_str::<Explanation>(&json).expect("the same"), explanation);
}

#[test]
fn what_would_not_go_out_is_explained_by_why() {
    let mut company = Company::new();
    company.settings.accounts.sales = None;
    let line = json!({ "type": "item", "description": "Bench", "quantity": "2", "unit_price": "10.50" });
    let refused = explained(&company, &of(document("invoice", 0, vec![line.clone()], None)));
    assert_eq!(
        (refused.parked.map(|parked| parked.code), refused.fields.len()),
        (Some(crate::code::Code::AccountMissing), 0)
    );
    company.settings.start_date = chrono::NaiveDate::from_ymd_opt(2027, 1, 1);
    assert!(explained(&company, &of(document("invoice", 0, vec![line], None))).skipped.is_some());
}
