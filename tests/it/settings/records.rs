//! When customers, suppliers, products and jobs are created, and what becomes of names that are taken.

use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::RemoteStatus;
use factory_accounting_engine::RecordStatus;
use serde_json::{Value, json};

use super::shown::Shows;
use super::trial::Trial;
use crate::host::locked;
use crate::make::{customer, record, supplier};

stories! {
    "customers" customers_are_created_by_policy;
    "suppliers" suppliers_are_created_by_policy;
    "products" products_are_created_by_policy;
    "jobs" jobs_are_created_by_policy;
    "taken_names" a_name_that_is_taken_is_asked_or_told_apart;
}

/// Records of a kind under each policy, with a document that needs each.
fn by_policy<W: Shows>(
    trial: &Trial<W>,
    document: RecordKind,
    record: impl Fn(usize) -> Record,
    needs: impl Fn(&str) -> Value,
) {
    let is_there = |number: usize| {
        let (kind, id) = (record(number).kind(), record(number).id().to_string());
        let sent = matches!(trial.host.status(kind, &id), RecordStatus::Sent(_));
        sent && trial.held(kind, &id).status == RemoteStatus::Open
    };
    for (number, policy, at_once, with_a_document) in
        [(1, "on_create", true, true), (2, "on_first_document", false, true), (3, "never", false, false)]
    {
        trial.choose(policy);
        trial.host.send(vec![record(number)]);
        assert_eq!(is_there(number), at_once, "{policy}");
        let id = format!("D-{number}");
        trial.send(document, &id, needs(record(number).id().as_str()));
        assert_eq!((is_there(number), trial.stands(&id)), (with_a_document, with_a_document), "{policy}");
        if !with_a_document {
            assert_eq!(trial.asks(document, &id), Code::NotLinked, "{policy}");
        }
    }
}

fn customers_are_created_by_policy<W: Shows>(trial: &Trial<W>) {
    let named = |number| customer(&format!("C-{number}"), &format!("Builder {number}"));
    by_policy(trial, RecordKind::Invoice, named, |id| json!({ "customer": id }));
}

fn suppliers_are_created_by_policy<W: Shows>(trial: &Trial<W>) {
    let named = |number| supplier(&format!("S-{number}"), &format!("Mill {number}"));
    by_policy(trial, RecordKind::Bill, named, |id| json!({ "supplier": id }));
}

/// A line over 100 with members of its own, as a change to a document.
fn one_line(members: Value) -> Value {
    let mut line = crate::make::line("Oak top, oiled", "1", "100");
    crate::make::merge(&mut line, members);
    json!({ "lines": [line] })
}

fn products_are_created_by_policy<W: Shows>(trial: &Trial<W>) {
    let product = |number| {
        record(json!({ "kind": "product", "id": format!("P-{number}"), "code": format!("OAK-{number}"),
            "name": format!("Oak {number}"), "sales": { "account": W::SALES } }))
    };
    by_policy(trial, RecordKind::Invoice, product, |id| one_line(json!({ "product": id })));
}

fn jobs_are_created_by_policy<W: Shows>(trial: &Trial<W>) {
    if trial.means_nothing("", "on_first_document") {
        return;
    }
    let job = |number| {
        record(json!({ "kind": "job", "id": format!("J-{number}"), "number": format!("N-{number}"),
            "name": format!("Staircase {number}"), "customer": "C1" }))
    };
    by_policy(trial, RecordKind::Invoice, job, |id| one_line(json!({ "job": id })));
}

fn a_name_that_is_taken_is_asked_or_told_apart<W: Shows>(trial: &Trial<W>) {
    if trial.means_nothing("", "distinguish") {
        return;
    }
    // A person has made a customer called Stranger there.
    locked(&trial.host.world).stranger_invoices("X-1", trial.host.clock.now());
    trial.host.send(vec![customer("C2", "Stranger")]);
    let question = trial.host.question(RecordKind::Customer, "C2");
    assert_eq!((question.code, question.candidates.len()), (Code::NameTaken, 1), "who has it is shown: {question}");
    trial.choose("distinguish");
    trial.host.send(vec![customer("C3", "Stranger")]);
    let shown = || trial.host.books().into_iter().filter(|line| line.contains("Stranger (")).collect::<Vec<_>>();
    let told_apart = shown();
    assert_eq!(told_apart.len(), 1, "{:?}", trial.host.books());
    // Later changes keep the addition.
    let phone = json!({ "kind": "customer", "id": "C3", "name": "Stranger", "phone": "03 545 0001" });
    assert_eq!(trial.host.send(vec![record(phone)]).updated, 1);
    assert_eq!(shown(), told_apart);
}
