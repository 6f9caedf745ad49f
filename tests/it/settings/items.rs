//! Which items lines name.

use factory_accounting_core::capability::LineItems;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use serde_json::json;

use super::shown::Shows;
use super::trial::Trial;

stories! {
    "items.unlinked_products" something_stands_in_for_a_product;
    "items.default" the_default_item_stands_in;
    "items.by_account.*" an_account_has_its_item;
    "items.sales_discount" discounts_on_sales_have_their_item;
    "items.purchase_discount" discounts_on_purchases_have_their_item;
}

/// Sends an invoice over a product that nobody has linked.
fn send_unlinked<W: Shows>(trial: &Trial<W>, id: &str) {
    trial.send_lines(RecordKind::Invoice, id, &[json!({ "product": "P-404" })], json!({}));
}

fn something_stands_in_for_a_product<W: Shows>(trial: &Trial<W>) {
    trial.keeps_item("P0", "ODDS", W::SALES);
    trial.also("items.default", "ODDS");
    send_unlinked(trial, "F-1");
    assert_eq!(trial.asks(RecordKind::Invoice, "F-1"), Code::NotLinked);
    trial.choose("default_item");
    send_unlinked(trial, "F-2");
    assert_eq!(trial.item(RecordKind::Invoice, "F-2", 0).as_deref(), Some("ODDS"));
    trial.choose("no_item");
    send_unlinked(trial, "F-3");
    // Where every line has an item, it is the account's.
    let every = trial.takes(RecordKind::Invoice).line_items == LineItems::Required;
    assert_eq!(trial.item(RecordKind::Invoice, "F-3", 0).as_deref(), every.then_some("SALES"));
}

fn the_default_item_stands_in<W: Shows>(trial: &Trial<W>) {
    trial.keeps_item("P0", "ODDS", W::SALES);
    trial.keeps_item("P1", "ENDS", W::SALES);
    trial.also("items.unlinked_products", "default_item");
    send_unlinked(trial, "F-1");
    assert_eq!(trial.asks(RecordKind::Invoice, "F-1"), Code::ItemMissing);
    for (id, code) in [("F-2", "ODDS"), ("F-3", "ENDS")] {
        trial.choose(code);
        send_unlinked(trial, id);
        assert_eq!(trial.item(RecordKind::Invoice, id, 0).as_deref(), Some(code));
    }
    trial.refuses("", "GONE", "has no item \"GONE\"");
}

fn an_account_has_its_item<W: Shows>(trial: &Trial<W>) {
    trial.keeps_item("P0", "ODDS", W::SALES);
    trial.keeps_item("P1", "SITE", W::OTHER);
    if trial.means_nothing(W::OTHER, "SITE") {
        return;
    }
    // Where one line names an item, all do.
    let send = |id| {
        let lines = [json!({ "product": "P0" }), json!({ "account": W::OTHER })];
        trial.send_lines(RecordKind::Invoice, id, &lines, json!({}));
    };
    trial.choose_for(W::OTHER, serde_json::Value::Null);
    send("F-1");
    assert_eq!(trial.asks(RecordKind::Invoice, "F-1"), Code::ItemMissing);
    trial.choose_for(W::OTHER, "SITE");
    send("F-2");
    assert_eq!(trial.item(RecordKind::Invoice, "F-2", 1).as_deref(), Some("SITE"));
    assert_eq!(trial.account(RecordKind::Invoice, "F-2", 1), W::OTHER);
}

/// Discounts on lines of their own name one item and then another.
fn discounts_have_their_item<W: Shows>(trial: &Trial<W>, kind: RecordKind) {
    trial.keeps_item("P0", "LESS", W::SALES);
    trial.keeps_item("P1", "REBATE", W::SALES);
    trial.also("items.sales_discount", "LESS");
    trial.also("items.purchase_discount", "LESS");
    trial.also("discounts", "own_line");
    for (id, code) in [("D-1", "LESS"), ("D-2", "REBATE")] {
        trial.choose(code);
        let oak = json!({ "product": "P0", "discount": { "rate": "10" } });
        trial.send_lines(kind, id, &[oak], json!({}));
        assert_eq!(trial.texts(kind, id)[..2], ["Oak top, oiled", "Discount 10 %"]);
        assert_eq!(trial.item(kind, id, 1).as_deref(), Some(code));
    }
}

fn discounts_on_sales_have_their_item<W: Shows>(trial: &Trial<W>) {
    discounts_have_their_item(trial, RecordKind::Invoice);
}

fn discounts_on_purchases_have_their_item<W: Shows>(trial: &Trial<W>) {
    discounts_have_their_item(trial, RecordKind::Bill);
}
