//! Which account lines are posted to. The order among the settings is proven in core; here each is seen in the books.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use serde_json::{Value, json};

use super::lines::coming_to;
use super::shown::Shows;
use super::trial::Trial;

stories! {
    "accounts.sales" sales_go_to_their_account;
    "accounts.sales_tax_free" tax_free_sales_go_to_their_account;
    "accounts.purchases" purchases_go_to_their_account;
    "accounts.purchases_tax_free" tax_free_purchases_go_to_their_account;
    "accounts.expenses" expenses_go_to_their_account;
    "accounts.labour" labour_goes_to_its_account;
    "accounts.materials" materials_go_to_their_account;
    "accounts.job_types.*" work_goes_to_the_account_of_the_type_of_job;
    "accounts.credit_notes" credit_notes_go_to_their_account;
    "accounts.bad_debt" bad_debts_go_to_their_account;
    "accounts.retention" retentions_go_to_their_account;
    "accounts.deposits" deposits_go_to_their_account;
    "accounts.rounding" a_cent_goes_to_its_account;
    "relaxed_accounts" any_class_of_account_can_be_chosen;
}

/// A document that posts to `before` as long as nothing is chosen, and to `after` once it is; `None` where it is a question
/// as long as nothing is.
#[track_caller]
fn posts<W: Shows>(
    trial: &Trial<W>,
    (kind, line, changes): (RecordKind, Value, Value),
    before: Option<&str>,
    after: &str,
    choose: impl FnOnce(&str),
) {
    trial.send_lines(kind, "D-1", std::slice::from_ref(&line), changes.clone());
    match before {
        Some(before) => assert_eq!(trial.account(kind, "D-1", 0), before),
        None => assert_eq!(trial.asks(kind, "D-1"), Code::AccountMissing),
    }
    assert_ne!(before, Some(after), "the two are told apart");
    choose(after);
    trial.send_lines(kind, "D-2", &[line], changes);
    assert_eq!(trial.account(kind, "D-2", 0), after);
}

/// The account of purchases as it usually is.
fn purchases<W: Shows>() -> String {
    W::fresh().settings(json!({})).accounts.purchases.expect("an account")
}

fn sales_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let invoice = (RecordKind::Invoice, json!({}), json!({}));
    posts(trial, invoice, Some(W::SALES), W::OTHER, |account| trial.choose(account));
}

fn tax_free_sales_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let untaxed = (RecordKind::Invoice, json!({ "tax": trial.untaxed() }), json!({}));
    posts(trial, untaxed, Some(W::SALES), W::OTHER, |account| trial.choose(account));
    trial.send(RecordKind::Invoice, "D-3", json!({}));
    assert_eq!(trial.account(RecordKind::Invoice, "D-3", 0), W::SALES, "what is taxed stays");
}

fn purchases_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let bill = (RecordKind::Bill, json!({}), json!({}));
    posts(trial, bill, Some(&purchases::<W>()), W::OTHER_COST, |account| trial.choose(account));
}

fn tax_free_purchases_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let untaxed = (RecordKind::Bill, json!({ "tax": trial.untaxed() }), json!({}));
    posts(trial, untaxed, Some(&purchases::<W>()), W::OTHER_COST, |account| trial.choose(account));
    trial.send(RecordKind::Bill, "D-3", json!({}));
    assert_eq!(trial.account(RecordKind::Bill, "D-3", 0), purchases::<W>(), "what is taxed stays");
}

fn expenses_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let expense = (RecordKind::Bill, json!({}), json!({ "expense": true }));
    posts(trial, expense, Some(&purchases::<W>()), W::OTHER_COST, |account| trial.choose(account));
    trial.send(RecordKind::Bill, "D-3", json!({}));
    assert_eq!(trial.account(RecordKind::Bill, "D-3", 0), purchases::<W>(), "suppliers' invoices stay");
}

fn labour_goes_to_its_account<W: Shows>(trial: &Trial<W>) {
    let work = (RecordKind::Invoice, json!({ "nature": "labour" }), json!({}));
    posts(trial, work, Some(W::SALES), W::OTHER, |account| trial.choose(account));
}

fn materials_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let oak = (RecordKind::Invoice, json!({ "nature": "materials" }), json!({}));
    posts(trial, oak, Some(W::SALES), W::OTHER, |account| trial.choose(account));
}

fn work_goes_to_the_account_of_the_type_of_job<W: Shows>(trial: &Trial<W>) {
    let survey = json!({ "references": { "job_type": "Survey" } });
    let work = (RecordKind::Invoice, json!({ "nature": "labour" }), survey);
    posts(trial, work, Some(W::SALES), W::OTHER, |account| trial.choose_for("Survey", account));
}

fn credit_notes_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let credit = (RecordKind::CreditNote, json!({}), json!({}));
    posts(trial, credit, Some(W::SALES), W::OTHER, |account| trial.choose(account));
}

fn bad_debts_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    let write_off = (RecordKind::CreditNote, json!({}), json!({ "bad_debt": true }));
    posts(trial, write_off, None, W::OTHER, |account| trial.choose(account));
}

fn retentions_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    trial.refuses("", W::SALES, "is of the class income, not asset");
    trial.also("relaxed_accounts", true);
    let release = (RecordKind::Invoice, json!({ "nature": "retention" }), json!({}));
    posts(trial, release, None, W::OTHER, |account| trial.choose(account));
}

fn deposits_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    trial.refuses("", W::SALES, "is of the class income, not liability");
    trial.also("relaxed_accounts", true);
    let advance = (RecordKind::Invoice, json!({ "nature": "deposit" }), json!({}));
    posts(trial, advance, None, W::OTHER, |account| trial.choose(account));
}

fn a_cent_goes_to_its_account<W: Shows>(trial: &Trial<W>) {
    trial.also("host_number_line.enabled", false);
    trial.also("rounding", "line");
    let usual = W::fresh().settings(json!({})).accounts.rounding.expect("an account");
    for (id, account) in [("F-1", usual.as_str()), ("F-2", W::OTHER)] {
        trial.choose(account);
        trial.send(RecordKind::Invoice, id, coming_to("100.01"));
        assert_eq!(trial.texts(RecordKind::Invoice, id), ["Oak top, oiled", "Rounding"]);
        assert_eq!(trial.account(RecordKind::Invoice, id, 1), account);
    }
    // A taxed document comes to its cent as well, in a line or within the tax.
    let total = if W::CURRENCY == "NZD" { "115.01" } else { "110.01" };
    trial.send(RecordKind::Invoice, "F-3", json!({ "total": total }));
    assert_eq!(json!(trial.held(RecordKind::Invoice, "F-3").totals.expect("totals").total), total);
}

fn any_class_of_account_can_be_chosen<W: Shows>(trial: &Trial<W>) {
    let bought_elsewhere = || {
        let settings = trial.host.clock.run(trial.host.engine.settings()).expect("settings");
        let settings = settings.with("accounts.purchases", json!(W::NEITHER)).expect("a setting");
        trial.host.clock.run(trial.host.engine.save_settings(settings))
    };
    let refused = bought_elsewhere().expect_err("refused").to_string();
    assert!(refused.contains("accounts.purchases") && refused.contains("relaxed_accounts"), "{refused}");
    trial.choose(true);
    bought_elsewhere().expect("saved");
    trial.send(RecordKind::Bill, "K-1", json!({}));
    assert_eq!(trial.account(RecordKind::Bill, "K-1", 0), W::NEITHER);
}
