//! What goes out, when, and in which state.

use std::collections::BTreeSet;

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::LocalId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::RemoteStatus;
use factory_accounting_core::rules::InvoicingState;
use factory_accounting_core::settings::{DeliveryMark, Occasion, RowsOf, table_at};
use serde_json::{Value, json};

use super::shown::Shows;
use super::trial::Trial;
use crate::make::{in_currency, payment};
use crate::policy::on;

stories! {
    "switched_off" kinds_that_are_switched_off_stay_here;
    "part_invoices_off" invoices_of_parts_stay_here;
    "triggers.*" each_kind_waits_for_its_occasion;
    "edits_after_sending" changes_go_out_or_wait;
    "start_date" what_is_dated_earlier_stays_here;
    "arrival.invoices" invoices_arrive_as_drafts;
    "arrival.bills" bills_arrive_as_drafts;
    "arrival.credit_notes" credit_notes_arrive_as_drafts;
    "arrival.purchase_orders" purchase_orders_arrive_as_drafts;
    "orders_as" orders_have_a_form;
    "delete_order_when_part_invoiced" an_order_makes_way_for_its_parts;
    "mark_as_sent" invoices_are_marked_as_sent;
    "delivery.sales" sales_are_marked_for_delivery;
    "delivery.purchases" purchases_are_marked_for_delivery;
}

fn kinds_that_are_switched_off_stay_here<W: Shows>(trial: &Trial<W>) {
    let documents = ["quote", "order", "invoice", "credit_note", "purchase_order", "bill"];
    for (number, kind) in documents.into_iter().enumerate() {
        let kind: RecordKind = kind.parse().expect("a kind");
        let (off, on) = (format!("T{number}-off"), format!("T{number}-on"));
        trial.choose(json!([kind.as_str()]));
        trial.send(kind, &off, json!({}));
        assert!(trial.is_skipped(kind, &off) && !trial.stands(&off), "{kind}");
        trial.choose(json!([]));
        trial.send(kind, &on, json!({}));
        assert!(trial.stands(&on), "{kind}: {:?}", trial.host.books());
    }
}

fn invoices_of_parts_stay_here<W: Shows>(trial: &Trial<W>) {
    let part = |id: &str| {
        let part = json!({ "order": "SO-1", "extent": "partial" });
        trial.send(RecordKind::Invoice, id, part);
    };
    trial.send_lines(RecordKind::Order, "SO-1", &[json!({ "quantity": "3" })], json!({}));
    part("F-1");
    assert!(trial.stands("F-1"));
    trial.choose(true);
    part("F-2");
    assert!(trial.is_skipped(RecordKind::Invoice, "F-2") && !trial.stands("F-2"));
    trial.send(RecordKind::Invoice, "F-3", json!({}));
    assert!(trial.stands("F-3"), "whole ones go out");
}

fn each_kind_waits_for_its_occasion<W: Shows>(trial: &Trial<W>) {
    trial.send(RecordKind::Invoice, "F-0", json!({}));
    let Some(RowsOf::Kinds(kinds)) = table_at("triggers").map(|table| table.rows) else { panic!("rows are kinds") };
    for (number, kind) in kinds.iter().enumerate() {
        let words = [("finalised", Occasion::Finalised), ("accepted", Occasion::Accepted), ("asked", Occasion::Asked)];
        for (word, occasion) in words {
            trial.choose_for(kind.as_str(), word);
            let id = format!("T{number}-{word}");
            let record = || match kind {
                RecordKind::Payment => in_currency(W::CURRENCY, &payment(&id, json!({ "invoice": "F-0" }), "10")),
                kind => trial.document(*kind, &id, json!({})),
            };
            on(&trial.host, Occasion::Saved, record());
            assert!(!trial.stands(&id), "{kind} {word}");
            on(&trial.host, occasion, record());
            assert!(trial.stands(&id), "{kind} {word}: {:?}", trial.host.books());
        }
        trial.choose_for(kind.as_str(), Value::Null);
    }
}

fn changes_go_out_or_wait<W: Shows>(trial: &Trial<W>) {
    let priced = |price: &str| {
        trial.send_lines(RecordKind::Invoice, "F-1", &[json!({ "unit_price": price })], json!({}));
    };
    let net = || trial.host.link(RecordKind::Invoice, "F-1").totals.expect("totals").subtotal.normalize().to_string();
    priced("100");
    priced("120");
    assert_eq!(net(), "120");
    trial.choose("ask");
    let books = trial.host.books();
    priced("130");
    assert_eq!(trial.asks(RecordKind::Invoice, "F-1"), Code::EditKept);
    assert_eq!(trial.host.books(), books);
}

fn what_is_dated_earlier_stays_here<W: Shows>(trial: &Trial<W>) {
    let dated = |id: &str, date: &str| trial.send(RecordKind::Invoice, id, json!({ "date": date }));
    dated("F-1", "2026-11-20");
    trial.choose("2026-11-21");
    dated("F-2", "2026-11-20");
    dated("F-3", "2026-11-21");
    assert_eq!(["F-1", "F-2", "F-3"].map(|id| trial.stands(id)), [true, false, true]);
}

fn arrives<W: Shows>(trial: &Trial<W>, kind: RecordKind) {
    if trial.means_nothing("", "draft") {
        return;
    }
    trial.send(kind, "D-1", json!({}));
    trial.choose("draft");
    trial.send(kind, "D-2", json!({}));
    assert_ne!(trial.held(kind, "D-1").status, RemoteStatus::Draft);
    assert_eq!(trial.held(kind, "D-2").status, RemoteStatus::Draft);
}

fn invoices_arrive_as_drafts<W: Shows>(trial: &Trial<W>) {
    arrives(trial, RecordKind::Invoice);
}

fn bills_arrive_as_drafts<W: Shows>(trial: &Trial<W>) {
    arrives(trial, RecordKind::Bill);
}

fn credit_notes_arrive_as_drafts<W: Shows>(trial: &Trial<W>) {
    arrives(trial, RecordKind::CreditNote);
}

fn purchase_orders_arrive_as_drafts<W: Shows>(trial: &Trial<W>) {
    arrives(trial, RecordKind::PurchaseOrder);
}

fn orders_have_a_form<W: Shows>(trial: &Trial<W>) {
    let offered = trial.host.provider.capabilities().orders;
    let mut places = BTreeSet::new();
    for form in ["draft_invoice", "invoice", "accepted_quote", "sales_order"] {
        let own = offered.iter().find(|own| json!(own) == form);
        if own.is_none() {
            trial.refuses("", form, "does not hold orders as");
            continue;
        }
        trial.choose(form);
        let id = format!("SO-{}", places.len());
        trial.send(RecordKind::Order, &id, json!({}));
        let books = trial.host.books();
        let line = books.iter().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("no {id}: {books:?}"));
        places.insert(line.split(' ').next().map(str::to_owned));
    }
    assert_eq!(places.len(), offered.len(), "each form is a place of its own");
}

fn an_order_makes_way_for_its_parts<W: Shows>(trial: &Trial<W>) {
    if trial.means_nothing("", true) {
        return;
    }
    let order = |number: u32| {
        let (order, part) = (format!("SO-{number}"), format!("F-{number}"));
        trial.send_lines(RecordKind::Order, &order, &[json!({ "quantity": "3" })], json!({}));
        trial.send(RecordKind::Invoice, &part, json!({ "order": order, "extent": "partial" }));
        assert!(trial.stands(&part), "{:?}", trial.host.books());
        let progress = trial.host.clock.run(trial.host.engine.order_progress(&LocalId::new(order.as_str())));
        assert_eq!(progress.expect("known").state(), InvoicingState::PartiallyInvoiced);
        trial.stands(&order)
    };
    assert!(order(1), "{:?}", trial.host.books());
    trial.choose(true);
    assert!(!order(2), "{:?}", trial.host.books());
}

fn invoices_are_marked_as_sent<W: Shows>(trial: &Trial<W>) {
    if trial.means_nothing("", true) {
        return;
    }
    trial.send(RecordKind::Invoice, "F-1", json!({}));
    trial.choose(true);
    trial.send(RecordKind::Invoice, "F-2", json!({}));
    let marks = ["F-1", "F-2"].map(|number| W::sent_mark(&trial.host, number));
    let [plain, sent] = marks.each_ref().map(ToString::to_string);
    assert!(matches!(plain.as_str(), "false" | "\"NotSet\""), "{plain}");
    assert!(matches!(sent.as_str(), "true" | "\"EmailSent\""), "{sent}");
}

fn marked<W: Shows>(trial: &Trial<W>, kind: RecordKind) {
    if trial.means_nothing("", "print") {
        return;
    }
    let kept = trial.takes(kind).delivery_marks;
    let mut shown = BTreeSet::new();
    for (word, mark) in [
        ("nothing", DeliveryMark::Nothing),
        ("print", DeliveryMark::Print),
        ("email", DeliveryMark::Email),
        ("print_and_email", DeliveryMark::PrintAndEmail),
    ] {
        if !kept.contains(&mark) {
            trial.warns("", word, "keeps no such mark");
            continue;
        }
        trial.choose(word);
        let number = format!("D-{}", shown.len());
        trial.send(kind, &number, json!({}));
        shown.insert(W::delivery_mark(&trial.host, kind, &number).to_string());
    }
    assert_eq!(shown.len(), kept.len(), "each mark is shown in its own way: {shown:?}");
}

fn sales_are_marked_for_delivery<W: Shows>(trial: &Trial<W>) {
    marked(trial, RecordKind::Invoice);
}

fn purchases_are_marked_for_delivery<W: Shows>(trial: &Trial<W>) {
    marked(trial, RecordKind::PurchaseOrder);
}
