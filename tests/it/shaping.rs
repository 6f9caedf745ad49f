//! What becomes of lines on their way into the books, over each package: its books show what the settings say, to the cent.

use factory_accounting_core::capability::LineItems;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::RemoteLine;
use factory_accounting_core::store::Link;
use factory_accounting_engine::RecordStatus;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::host::Host;
use crate::make::{customer, document, in_currency, line, merge};
use crate::world::{Books, everywhere};

const HALE: &str = "Hale Joinery";

#[test]
fn f100_the_books_show_labour_and_materials_as_one_sum_each() {
    everywhere!(summary);
}

#[test]
fn l4_the_books_show_a_discount_on_a_line_of_its_own_and_the_same_total() {
    everywhere!(own_line);
}

#[test]
fn f101_r24_each_line_becomes_an_item_where_the_settings_want_it() {
    everywhere!(items_of_lines);
}

#[test]
fn f101_a_document_that_came_before_the_setting_waits_for_its_items() {
    everywhere!(items_of_older_documents);
}

#[test]
fn f102_the_work_undertaken_stands_below_the_lines() {
    everywhere!(work_undertaken);
}

#[test]
fn f94_a_reference_that_is_too_long_is_refused_where_the_settings_say_so() {
    everywhere!(long_references);
}

fn host<W: Books>(changes: Value) -> Host<W> {
    let world = W::fresh();
    Host::with(world.settings(form(changes)), world)
}

fn form(changes: Value) -> Value {
    let mut form = json!({ "rounding": "line", "host_number_line": { "enabled": false } });
    merge(&mut form, changes);
    form
}

fn invoice<W: Books>(id: &str, lines: &[Value], changes: Value) -> Record {
    let mut form = json!({ "lines": lines });
    merge(&mut form, changes);
    in_currency(W::CURRENCY, &document("invoice", id, "C1", "1", form))
}

fn of(nature: &str, mut line: Value) -> Value {
    merge(&mut line, json!({ "nature": nature }));
    line
}

fn less(mut line: Value, discount: Value) -> Value {
    merge(&mut line, json!({ "discount": discount }));
    line
}

fn sent<W: Books>(host: &Host<W>, id: &str) -> Link {
    match host.status(RecordKind::Invoice, id) {
        RecordStatus::Sent(link) => *link,
        other => panic!("{id}: {other:?}"),
    }
}

/// Lines of an invoice as the books hold them.
fn held<W: Books>(host: &Host<W>, id: &str) -> Vec<RemoteLine> {
    let remote = sent(host, id).remote;
    let found = host.clock.run(host.provider.fetch(RecordKind::Invoice, &[remote])).expect("read");
    found.into_iter().flatten().next().and_then(|record| record.lines).expect("its lines")
}

fn texts(lines: &[RemoteLine]) -> Vec<&str> {
    lines.iter().map(|line| line.description.as_str()).collect()
}

fn detailed<W: Books>(id: &str) -> Record {
    let lines = [
        of("labour", line("Fitting", "3", "80.15")),
        of("materials", less(line("Oak", "4", "25.30"), json!({ "rate": "10" }))),
        json!({ "type": "text", "text": "As agreed on site" }),
        of("labour", line("Painting", "2.5", "70.25")),
        line("Permit", "1", "60"),
    ];
    invoice::<W>(id, &lines, json!({}))
}

fn summary<W: Books>() {
    let usual = host::<W>(json!({}));
    usual.send(vec![customer("C1", HALE), detailed::<W>("F-1")]);
    let total = sent(&usual, "F-1").totals.expect("totals").total;
    let summed = host::<W>(json!({ "line_detail": "summary" }));
    let mut form = serde_json::to_value(detailed::<W>("F-1")).expect("JSON");
    form["total"] = json!(total);
    summed.send(vec![customer("C1", HALE), crate::make::record(form)]);
    let lines = held(&summed, "F-1");
    assert_eq!(texts(&lines)[..3], ["Labour", "Materials", "Other"], "{lines:#?}");
    assert_eq!(sent(&summed, "F-1").totals.expect("totals").total, total);
    assert!(lines[..3].iter().all(|line| line.quantity == Some(Decimal::ONE)));
}

fn own_line<W: Books>() {
    let usual = host::<W>(json!({}));
    let lines = [less(line("Oak", "4", "25.30"), json!({ "rate": "10" })), line("Fitting", "1", "80")];
    usual.send(vec![customer("C1", HALE), invoice::<W>("F-1", &lines, json!({}))]);
    let total = sent(&usual, "F-1").totals.expect("totals").total;
    let apart = host::<W>(json!({}));
    apart.keeps_settings(form(json!({ "discounts": "own_line" })));
    apart.send(vec![customer("C1", HALE), invoice::<W>("F-1", &lines, json!({}))]);
    let needs =
        usual.provider.capabilities().of(RecordKind::Invoice).is_some_and(|own| own.line_items == LineItems::Required);
    let apart = if needs {
        let question = apart.question(RecordKind::Invoice, "F-1");
        assert_eq!((question.code, question.issues[0].path.as_str()), (Code::ItemMissing, "items.sales_discount"));
        let set = host::<W>(json!({ "discounts": "own_line", "items": { "sales_discount": "SALES" } }));
        set.send(vec![customer("C1", HALE), invoice::<W>("F-1", &lines, json!({}))]);
        set
    } else {
        apart
    };
    let lines = held(&apart, "F-1");
    assert_eq!(texts(&lines), ["Oak", "Discount 10 %", "Fitting"], "{lines:#?}");
    assert!(lines[1].amount.is_some_and(|amount| amount < Decimal::ZERO), "{lines:#?}");
    assert_eq!(sent(&apart, "F-1").totals.expect("totals").total, total);
}

/// Items in the books whose code was made of a text.
fn made_of<W: Books>(host: &Host<W>, start: &str) -> Vec<String> {
    let books = host.books().into_iter();
    books.filter(|line| line.to_lowercase().contains("item") && line.contains(start)).collect()
}

fn items_of_lines<W: Books>() {
    let lines = [line("Oak top, oiled", "1", "50"), line("Oak top, oiled", "2", "50"), line("Fitting", "1", "80")];
    let usual = host::<W>(json!({}));
    usual.send(vec![customer("C1", HALE), invoice::<W>("F-1", &lines, json!({}))]);
    assert!(made_of(&usual, "OAK-TOP").is_empty(), "off by default: {:?}", usual.books());
    let host = host::<W>(json!({ "lines_as_items": true }));
    host.send(vec![customer("C1", HALE), invoice::<W>("F-1", &lines, json!({}))]);
    host.send(vec![invoice::<W>("F-2", &lines[..1], json!({}))]);
    let held = [held(&host, "F-1"), held(&host, "F-2")];
    assert_eq!(made_of(&host, "OAK-TOP-OILED-").len(), 1, "one for each text: {:?}", host.books());
    assert_eq!(made_of(&host, "FITTING-").len(), 1, "{:?}", host.books());
    assert!(
        held[0][0].item.is_some() && held[0][0].item == held[0][1].item && held[0][0].item == held[1][0].item,
        "{held:#?}"
    );
    assert_ne!(held[0][0].item, held[0][2].item);
}

fn items_of_older_documents<W: Books>() {
    let host = host::<W>(json!({}));
    let push = |record| host.push(record);
    push(customer("C1", HALE));
    push(invoice::<W>("F-1", &[line("Fitting", "1", "80")], json!({})));
    let (_, settings) = host
        .clock
        .run(factory_accounting_core::store::SyncStore::settings(&host.store, &crate::host::connection()))
        .expect("read")
        .expect("saved");
    let settings = factory_accounting_core::settings::Settings { lines_as_items: true, ..settings };
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    host.work();
    assert!(held(&host, "F-1")[0].item.is_some());
    assert_eq!(made_of(&host, "FITTING-").len(), 1, "{:?}", host.books());
}

fn work_undertaken<W: Books>() {
    let done = json!({ "work_undertaken": "Hung the door, planed it and oiled it." });
    let host = host::<W>(json!({ "work_undertaken": true }));
    host.send(vec![customer("C1", HALE), invoice::<W>("F-1", &[line("Fitting", "1", "80")], done)]);
    let lines = held(&host, "F-1");
    assert_eq!(texts(&lines), ["Fitting", "Hung the door, planed it and oiled it."]);
    assert_eq!(sent(&host, "F-1").totals.expect("totals").subtotal, Decimal::new(80, 0));
}

fn long_references<W: Books>() {
    let host = host::<W>(json!({ "reference": "site_address", "long_references": "refuse" }));
    let room = host.provider.capabilities().of(RecordKind::Invoice).map_or(0, |own| own.reference_text);
    let referred = json!({ "references": { "site_address": "x".repeat(room + 1) } });
    host.send(vec![customer("C1", HALE), invoice::<W>("F-1", &[line("Fitting", "1", "80")], referred)]);
    if room == 0 {
        sent(&host, "F-1");
    } else {
        let question = host.question(RecordKind::Invoice, "F-1");
        assert_eq!((question.code, question.issues[0].path.as_str()), (Code::Invalid, "references.site_address"));
    }
}
