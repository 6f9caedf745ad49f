//! Where money goes, and whose payments count.

use std::time::Duration;

use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::model::RecordKind;
use serde_json::json;

use super::shown::Shows;
use super::trial::Trial;
use crate::host::locked;
use crate::policy::paid;

stories! {
    "accounts.payments" payments_go_to_their_account;
    "accounts.payment_methods.*" a_way_of_paying_has_its_account;
    "default_payment_method" payments_that_name_no_way_are_paid_as_usual;
    "payments_in" payments_entered_there_count_or_do_not;
}

/// The account that payments usually go to.
fn bank<W: Shows>() -> String {
    W::fresh().settings(json!({})).accounts.payments.expect("an account")
}

/// Pays an invoice before and after something is chosen.
fn goes_elsewhere<W: Shows>(trial: &Trial<W>, payment: serde_json::Value, choose: impl FnOnce()) {
    trial.send(RecordKind::Invoice, "F-1", json!({}));
    trial.pay("R-1", "F-1", payment.clone());
    choose();
    trial.pay("R-2", "F-1", payment);
    assert_eq!((trial.paid_into("R-1"), trial.paid_into("R-2")), (bank::<W>(), W::OTHER_BANK.to_owned()));
}

fn payments_go_to_their_account<W: Shows>(trial: &Trial<W>) {
    goes_elsewhere(trial, json!({}), || trial.choose(W::OTHER_BANK));
    trial.refuses("", W::SALES, "cannot be used for payments");
}

fn a_way_of_paying_has_its_account<W: Shows>(trial: &Trial<W>) {
    goes_elsewhere(trial, json!({ "method": "card" }), || trial.choose_for("card", W::OTHER_BANK));
    trial.pay("R-3", "F-1", json!({ "method": "cheque" }));
    assert_eq!(trial.paid_into("R-3"), bank::<W>(), "other ways are as before");
}

fn payments_that_name_no_way_are_paid_as_usual<W: Shows>(trial: &Trial<W>) {
    trial.also("accounts.payment_methods", json!({ "card": W::OTHER_BANK }));
    goes_elsewhere(trial, json!({}), || trial.choose("card"));
}

fn payments_entered_there_count_or_do_not<W: Shows>(trial: &Trial<W>) {
    trial.send(RecordKind::Invoice, "F-1", json!({}));
    locked(&trial.host.world).person_pays("F-1", "30", "counter", trial.host.clock.now());
    trial.host.clock.advance(Duration::from_secs(120));
    trial.host.clock.run(trial.host.engine.read_changes()).expect("changes");
    assert_eq!(paid(&trial.host, RecordKind::Invoice, "F-1"), "partly paid");
    trial.choose("ignore");
    trial.host.clock.run(trial.host.engine.read_changes()).expect("changes");
    assert_eq!(paid(&trial.host, RecordKind::Invoice, "F-1"), "unpaid");
}
