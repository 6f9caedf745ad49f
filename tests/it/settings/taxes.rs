//! Which tax lines carry.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use serde_json::json;

use super::shown::Shows;
use super::trial::Trial;

stories! {
    "default_tax.sales" sales_carry_the_default_tax;
    "default_tax.purchases" purchases_carry_the_default_tax;
    "taxes.*.sales" a_tax_term_is_a_code_on_sales;
    "taxes.*.purchases" a_tax_term_is_a_code_on_purchases;
}

fn carries_the_default<W: Shows>(trial: &Trial<W>, kind: RecordKind) {
    trial.send(kind, "D-1", json!({}));
    trial.choose(trial.untaxed());
    trial.send(kind, "D-2", json!({}));
    assert_eq!((trial.is_taxed(kind, "D-1"), trial.is_taxed(kind, "D-2")), (true, false));
    trial.refuses("", "no such code", "has no tax code \"no such code\"");
}

fn sales_carry_the_default_tax<W: Shows>(trial: &Trial<W>) {
    carries_the_default(trial, RecordKind::Invoice);
}

fn purchases_carry_the_default_tax<W: Shows>(trial: &Trial<W>) {
    carries_the_default(trial, RecordKind::Bill);
}

fn a_term_is_a_code<W: Shows>(trial: &Trial<W>, kind: RecordKind, other_side: RecordKind) {
    let send = |kind, id| trial.send_lines(kind, id, &[json!({ "tax": "Export" })], json!({}));
    send(kind, "D-1");
    assert_eq!(trial.asks(kind, "D-1"), Code::TaxUnmapped);
    trial.choose_for("Export", trial.untaxed());
    send(kind, "D-2");
    assert!(!trial.is_taxed(kind, "D-2"));
    send(other_side, "D-3");
    assert_eq!(trial.asks(other_side, "D-3"), Code::TaxUnmapped, "each side has its own");
}

fn a_tax_term_is_a_code_on_sales<W: Shows>(trial: &Trial<W>) {
    a_term_is_a_code(trial, RecordKind::Invoice, RecordKind::Bill);
}

fn a_tax_term_is_a_code_on_purchases<W: Shows>(trial: &Trial<W>) {
    a_term_is_a_code(trial, RecordKind::Bill, RecordKind::Invoice);
}
