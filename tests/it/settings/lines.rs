//! What becomes of lines, and of cents.

use factory_accounting_core::capability::LineItems;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::shown::Shows;
use super::trial::Trial;

stories! {
    "line_detail" lines_go_singly_or_summed_up;
    "lines_as_items" lines_become_items_or_none_does;
    "work_undertaken" the_work_undertaken_is_told_or_not;
    "discounts" discounts_stand_on_the_line_or_below_it;
    "rounding" a_cent_is_asked_about_or_carried;
    "fine_prices" a_fine_price_is_asked_about_or_sent_as_one_unit;
}

fn lines_go_singly_or_summed_up<W: Shows>(trial: &Trial<W>) {
    trial.also("host_number_line.enabled", false);
    let lines = [
        json!({ "description": "Fitting", "nature": "labour" }),
        json!({ "description": "Oak", "nature": "materials" }),
        json!({ "description": "Painting", "nature": "labour", "unit_price": "40" }),
    ];
    trial.send_lines(RecordKind::Invoice, "F-1", &lines, json!({}));
    trial.choose("summary");
    trial.send_lines(RecordKind::Invoice, "F-2", &lines, json!({}));
    assert_eq!(trial.texts(RecordKind::Invoice, "F-1"), ["Fitting", "Oak", "Painting"]);
    assert_eq!(trial.texts(RecordKind::Invoice, "F-2"), ["Labour", "Materials"]);
    let [singly, summed] = ["F-1", "F-2"].map(|id| trial.held(RecordKind::Invoice, id).totals.expect("totals"));
    assert_eq!(singly, summed);
}

fn lines_become_items_or_none_does<W: Shows>(trial: &Trial<W>) {
    let shelf = || trial.host.books().iter().any(|line| line.to_lowercase().contains("item") && line.contains("SHELF"));
    trial.send_lines(RecordKind::Invoice, "F-1", &[json!({ "description": "Shelf" })], json!({}));
    assert!(!shelf());
    trial.choose(true);
    trial.send_lines(RecordKind::Invoice, "F-2", &[json!({ "description": "Shelf" })], json!({}));
    assert!(shelf(), "{:?}", trial.host.books());
    assert!(trial.item(RecordKind::Invoice, "F-2", 0).is_some_and(|code| code.contains("SHELF")));
}

fn the_work_undertaken_is_told_or_not<W: Shows>(trial: &Trial<W>) {
    let done = json!({ "work_undertaken": "Hung the door and oiled it." });
    trial.send(RecordKind::Invoice, "F-1", done.clone());
    trial.choose(true);
    trial.send(RecordKind::Invoice, "F-2", done);
    let told = |id| trial.texts(RecordKind::Invoice, id).contains(&"Hung the door and oiled it.".to_owned());
    assert_eq!((told("F-1"), told("F-2")), (false, true));
}

fn discounts_stand_on_the_line_or_below_it<W: Shows>(trial: &Trial<W>) {
    trial.also("host_number_line.enabled", false);
    let lines = [json!({ "discount": { "rate": "10" } })];
    trial.send_lines(RecordKind::Invoice, "F-1", &lines, json!({}));
    if trial.takes(RecordKind::Invoice).line_items == LineItems::Required {
        // A line of its own needs an item of its own there.
        let found = trial.host.clock.run(async {
            let settings = trial.host.engine.settings().await.expect("settings");
            let apart = settings.with("discounts", json!("own_line")).expect("a setting");
            trial.host.engine.check_settings(&apart).await.expect("checked")
        });
        assert!(found.iter().any(|issue| issue.path == "items.sales_discount"), "{found:?}");
        trial.also("items.sales_discount", "SALES");
    }
    trial.choose("own_line");
    trial.send_lines(RecordKind::Invoice, "F-2", &lines, json!({}));
    assert_eq!(trial.texts(RecordKind::Invoice, "F-1").len(), 1);
    assert_eq!(trial.texts(RecordKind::Invoice, "F-2"), ["Oak top, oiled", "Discount 10 %"]);
    let [on_line, below] = ["F-1", "F-2"].map(|id| trial.held(RecordKind::Invoice, id).totals.expect("totals"));
    assert_eq!((on_line, below.subtotal.normalize()), (below, Decimal::from(90)));
}

/// A document that is to come to some total. It carries no tax, so that no package holds its prices in another form, which
/// would carry a cent without being asked.
pub(super) fn coming_to(total: &str) -> Value {
    json!({ "tax_mode": "no_tax", "total": total })
}

fn a_cent_is_asked_about_or_carried<W: Shows>(trial: &Trial<W>) {
    trial.send(RecordKind::Invoice, "F-1", coming_to("100.01"));
    assert_eq!(trial.asks(RecordKind::Invoice, "F-1"), Code::TotalsDiffer);
    trial.choose("line");
    trial.send(RecordKind::Invoice, "F-2", coming_to("100.01"));
    assert_eq!(trial.held(RecordKind::Invoice, "F-2").totals.expect("totals").total, Decimal::new(10_001, 2));
    // More than a cent on a line is no rounding.
    trial.send(RecordKind::Invoice, "F-3", coming_to("101.00"));
    assert_eq!(trial.asks(RecordKind::Invoice, "F-3"), Code::Invalid);
}

fn a_fine_price_is_asked_about_or_sent_as_one_unit<W: Shows>(trial: &Trial<W>) {
    let lines = [json!({ "quantity": "3", "unit_price": "33.333333333" })];
    trial.send_lines(RecordKind::Invoice, "F-1", &lines, json!({}));
    assert_eq!(trial.asks(RecordKind::Invoice, "F-1"), Code::Invalid);
    trial.choose("one_unit");
    trial.send_lines(RecordKind::Invoice, "F-2", &lines, json!({}));
    let line = trial.held(RecordKind::Invoice, "F-2").lines.expect("its lines").remove(0);
    assert_eq!(line.quantity, Some(Decimal::ONE), "{line:?}");
    assert!(line.description.contains("33.333333333"), "{line:?}");
    let net = trial.held(RecordKind::Invoice, "F-2").totals.expect("totals").subtotal;
    assert_eq!(net.normalize(), Decimal::ONE_HUNDRED);
}
