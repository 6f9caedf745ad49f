//! What kinds of service and of expense are in the package. Each member overrides alone what would follow otherwise.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use serde_json::json;

use super::shown::Shows;
use super::trial::Trial;

stories! {
    "services.*.item" a_kind_of_service_names_its_item;
    "services.*.account" a_kind_of_service_has_its_account;
    "services.*.tax" a_kind_of_service_has_its_tax;
    "expenses.*.item" a_kind_of_expense_names_its_item;
    "expenses.*.account" a_kind_of_expense_has_its_account;
    "expenses.*.tax" a_kind_of_expense_has_its_tax;
}

/// A document of a kind of service or expense is a question until the kind is mapped.
fn mapped<W: Shows>(trial: &Trial<W>, kind: RecordKind, value: &str) {
    let send = |id| trial.send_lines(kind, id, &[json!({ "category": "On site" })], json!({}));
    send("D-1");
    assert_eq!(trial.asks(kind, "D-1"), Code::Unmapped);
    trial.choose_for("On site", value);
    send("D-2");
}

fn names_its_item<W: Shows>(trial: &Trial<W>, kind: RecordKind) {
    trial.keeps_item("P0", "SITE", W::SALES);
    mapped(trial, kind, "SITE");
    assert_eq!(trial.item(kind, "D-2", 0).as_deref(), Some("SITE"));
    trial.refuses("On site", "GONE", "has no item \"GONE\"");
}

fn has_its_account<W: Shows>(trial: &Trial<W>, kind: RecordKind, account: &str) {
    mapped(trial, kind, account);
    assert_eq!(trial.account(kind, "D-2", 0), account);
}

fn has_its_tax<W: Shows>(trial: &Trial<W>, kind: RecordKind) {
    mapped(trial, kind, &trial.untaxed());
    assert!(!trial.is_taxed(kind, "D-2"));
    trial.send(kind, "D-3", json!({}));
    assert!(trial.is_taxed(kind, "D-3"), "other lines carry the default");
}

fn a_kind_of_service_names_its_item<W: Shows>(trial: &Trial<W>) {
    names_its_item(trial, RecordKind::Invoice);
}

fn a_kind_of_service_has_its_account<W: Shows>(trial: &Trial<W>) {
    has_its_account(trial, RecordKind::Invoice, W::OTHER);
}

fn a_kind_of_service_has_its_tax<W: Shows>(trial: &Trial<W>) {
    has_its_tax(trial, RecordKind::Invoice);
}

fn a_kind_of_expense_names_its_item<W: Shows>(trial: &Trial<W>) {
    names_its_item(trial, RecordKind::Bill);
}

fn a_kind_of_expense_has_its_account<W: Shows>(trial: &Trial<W>) {
    has_its_account(trial, RecordKind::Bill, W::OTHER_COST);
}

fn a_kind_of_expense_has_its_tax<W: Shows>(trial: &Trial<W>) {
    has_its_tax(trial, RecordKind::Bill);
}
