//! Numbers, references and the line that names the host's own document.

use std::sync::Arc;

use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::numbers::DeviceNumbers;
use factory_accounting_core::settings::{RowsOf, table_at};
use serde_json::json;

use super::shown::Shows;
use super::trial::Trial;
use crate::host::locked;

stories! {
    "numbers.*" documents_carry_our_number_or_the_packages;
    "series.*.prefix" numbers_begin_with_their_prefix;
    "series.*.start" numbers_begin_where_the_series_does;
    "series.*.width" numbers_are_filled_up;
    "series.*.block" a_device_gets_so_many_at_a_time;
    "reference" the_reference_shows_what_is_chosen;
    "long_references" a_reference_that_is_too_long_is_cut_or_asked;
    "host_number_line.enabled" a_line_names_our_document_or_none_does;
    "host_number_line.host_name" the_line_says_what_we_are_called;
}

fn documents_carry_our_number_or_the_packages<W: Shows>(trial: &Trial<W>) {
    let Some(RowsOf::Kinds(kinds)) = table_at("numbers").map(|table| table.rows) else { panic!("rows are kinds") };
    let id = |kind: &RecordKind, run: u32| format!("{}-{run}", &kind.as_str()[..2]).to_uppercase();
    for kind in kinds {
        trial.send(*kind, &id(kind, 1), json!({}));
        assert_eq!(trial.host.link(*kind, &id(kind, 1)).number, Some(id(kind, 1)), "{kind}");
    }
    locked(&trial.host.world).numbers_itself(trial.host.clock.now());
    for kind in kinds {
        if trial.takes(*kind).reference_text == 0 {
            trial.refuses(kind.as_str(), "package", "has no reference");
            continue;
        }
        trial.choose_for(kind.as_str(), "package");
        trial.send(*kind, &id(kind, 2), json!({}));
        let held = trial.held(*kind, &id(kind, 2));
        let (number, reference) = (held.number.expect("a number"), held.reference.unwrap_or_default());
        assert!(number != id(kind, 2) && !number.is_empty(), "{kind}: {number}");
        assert!(reference.contains(&id(kind, 2)), "{kind}: {reference}");
    }
}

/// The next number of a device, and that the books show an invoice under it.
fn draws<W: Shows>(trial: &Trial<W>, device: &str) -> (String, u64) {
    let numbers = trial.host.engine.numbers(Arc::new(trial.host.store.clone()));
    let mut carried = DeviceNumbers::new(RecordKind::Invoice, device, 0);
    let number = trial.host.clock.run(numbers.next(&mut carried)).expect("a number");
    trial.send(RecordKind::Invoice, &format!("{device}'s"), json!({ "number": number }));
    assert_eq!(trial.held(RecordKind::Invoice, &format!("{device}'s")).number.as_ref(), Some(&number));
    (number, carried.remaining())
}

fn numbers_begin_with_their_prefix<W: Shows>(trial: &Trial<W>) {
    trial.choose_for("invoice", "INV-");
    assert_eq!(draws(trial, "phone").0, "INV-1");
    trial.choose_for("invoice", "F/");
    assert_eq!(draws(trial, "tablet").0, "F/1");
    let long = "X".repeat(trial.takes(RecordKind::Invoice).number_text);
    trial.refuses("invoice", long, "character");
}

fn numbers_begin_where_the_series_does<W: Shows>(trial: &Trial<W>) {
    trial.choose_for("invoice", 41);
    assert_eq!(draws(trial, "phone").0, "41");
    trial.choose_for("invoice", 900);
    assert_eq!(draws(trial, "tablet").0, "900");
}

fn numbers_are_filled_up<W: Shows>(trial: &Trial<W>) {
    trial.choose_for("invoice", 3);
    assert_eq!(draws(trial, "phone").0, "001");
    trial.choose_for("invoice", 5);
    assert_eq!(draws(trial, "tablet").0, "00026");
}

fn a_device_gets_so_many_at_a_time<W: Shows>(trial: &Trial<W>) {
    trial.also("series.invoice", json!({ "prefix": "INV-" }));
    assert_eq!(draws(trial, "phone"), ("INV-1".to_owned(), 24));
    trial.choose_for("invoice", 3);
    assert_eq!(draws(trial, "tablet"), ("INV-26".to_owned(), 2));
    assert_eq!(draws(trial, "laptop"), ("INV-29".to_owned(), 2));
}

fn the_reference_shows_what_is_chosen<W: Shows>(trial: &Trial<W>) {
    let references = json!({ "job_number": "J-104", "purchase_order_number": "PO 4711",
        "site_address": "9 Quay St", "work_order_number": "WO-77" });
    for (choice, shown) in [
        ("none", None),
        ("job_number", Some("J-104")),
        ("purchase_order_number", Some("PO 4711")),
        ("site_address", Some("9 Quay St")),
        ("work_order_number", Some("WO-77")),
    ] {
        trial.choose(choice);
        for kind in [RecordKind::Quote, RecordKind::Invoice] {
            let id = format!("{}-{}", &kind.as_str()[..1], &choice[..3]).to_uppercase();
            trial.send(kind, &id, json!({ "references": references }));
            let reference = trial.held(kind, &id).reference.filter(|reference| !reference.is_empty());
            assert_eq!(reference.as_deref(), shown, "{kind}, {choice}");
        }
    }
}

fn a_reference_that_is_too_long_is_cut_or_asked<W: Shows>(trial: &Trial<W>) {
    trial.also("reference", "site_address");
    let room = trial.takes(RecordKind::Invoice).reference_text;
    let address = format!("9 Quay{}Nelson", "-".repeat(room - 9));
    for (choice, starts, ends) in [("keep_start", true, false), ("keep_end", false, true)] {
        trial.choose(choice);
        trial.send(
            RecordKind::Invoice,
            choice,
            json!({ "number": &choice[5..], "references": { "site_address": address } }),
        );
        let shown = trial.held(RecordKind::Invoice, choice).reference.expect("a reference");
        let found = (shown.chars().count(), shown.starts_with("9 Quay"), shown.ends_with("Nelson"));
        assert_eq!(found, (room, starts, ends), "{choice}: {shown}");
    }
    trial.choose("refuse");
    trial.send(RecordKind::Invoice, "F-3", json!({ "references": { "site_address": address } }));
    assert_eq!(trial.asks(RecordKind::Invoice, "F-3"), Code::Invalid);
}

fn a_line_names_our_document_or_none_does<W: Shows>(trial: &Trial<W>) {
    trial.send(RecordKind::Invoice, "F-1", json!({}));
    trial.choose(false);
    trial.send(RecordKind::Invoice, "F-2", json!({}));
    assert_eq!(trial.texts(RecordKind::Invoice, "F-1"), ["Oak top, oiled", "Invoice F-1"]);
    assert_eq!(trial.texts(RecordKind::Invoice, "F-2"), ["Oak top, oiled"]);
}

fn the_line_says_what_we_are_called<W: Shows>(trial: &Trial<W>) {
    trial.choose("Factory");
    trial.send(RecordKind::Invoice, "F-1", json!({}));
    assert_eq!(trial.texts(RecordKind::Invoice, "F-1"), ["Oak top, oiled", "Factory invoice F-1"]);
}
