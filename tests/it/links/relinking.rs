//! Ties that people change: what is not in the books yet goes to the new record, what is there stays (F16, F17).

use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{LinkEnd, LinkOrigin};
use factory_accounting_engine::{EngineError, Event, RecordStatus};
use serde_json::json;

use super::{BY, HALE, People, document, hale, invoice};
use crate::host::Host;
use crate::make::{customer, key, record, supplier};
use crate::world::{MyobWorld, QboWorld, XeroWorld, everywhere};

const NEW: &str = "Hale Cabinets";

/// Documents of a party before and after its tie is changed.
fn stays_and_goes<W: People>(role: RecordKind, kind: &str) {
    let host = Host::over(W::fresh());
    let of_kind: RecordKind = kind.parse().expect("a kind");
    let party = || if role == RecordKind::Supplier { supplier("C1", HALE) } else { hale() };
    let sent = |price: &str| document::<W>(kind, "D-1", "C1", price, json!({}));
    host.send(vec![party(), sent("100")]);
    let old = host.link(role, "C1").remote;
    // Queued before, sent after.
    host.push(document::<W>(kind, "D-2", "C1", "50", json!({})));
    let new = host.enters(role, NEW);
    host.relinks(role, "C1", &new);
    host.work();
    host.send(vec![document::<W>(kind, "D-3", "C1", "70", json!({}))]);
    host.is_for("D-1", HALE);
    host.is_for("D-2", NEW);
    host.is_for("D-3", NEW);

    // The same again asks nothing, and an edit changes what was edited.
    host.calls();
    host.send(vec![sent("100")]);
    assert_eq!(host.calls(), Vec::<String>::new());
    let report = host.send(vec![sent("120")]);
    assert_eq!((report.updated, report.parked), (1, 0), "{:?}", host.status(of_kind, "D-1"));
    host.is_for("D-1", HALE);
    host.clock.run(host.engine.read_changes()).expect("changes");
    let drifts = host.events().into_iter().filter(|event| matches!(event, Event::Drift { .. }));
    assert_eq!(drifts.count(), 0, "{:?}", host.events());

    let past = host.clock.run(host.engine.past_links(&key(role, "C1"))).expect("read");
    let told: Vec<_> = past.into_iter().map(|past| (past.link.remote, past.end)).collect();
    assert_eq!(told, [(old, LinkEnd::Relinked { by: BY.to_owned() })]);
}

#[test]
fn f16_a_customer_can_be_tied_to_another_at_any_time_and_what_was_sent_stays() {
    stays_and_goes::<XeroWorld>(RecordKind::Customer, "invoice");
    stays_and_goes::<QboWorld>(RecordKind::Customer, "invoice");
    stays_and_goes::<MyobWorld>(RecordKind::Customer, "invoice");
}

#[test]
fn f17_a_supplier_can_be_tied_to_another_at_any_time_and_what_was_sent_stays() {
    for kind in ["bill", "purchase_order"] {
        stays_and_goes::<XeroWorld>(RecordKind::Supplier, kind);
        stays_and_goes::<QboWorld>(RecordKind::Supplier, kind);
        stays_and_goes::<MyobWorld>(RecordKind::Supplier, kind);
    }
}

/// What an order in the books becomes stays where the order is; an invoice without one goes to the new record.
fn an_order_and_its_invoice<W: People>() {
    let host = Host::over(W::fresh());
    host.send(vec![hale(), document::<W>("order", "O-1", "C1", "100", json!({}))]);
    let new = host.enters(RecordKind::Customer, NEW);
    host.relinks(RecordKind::Customer, "C1", &new);
    let billed = || document::<W>("invoice", "F-1", "C1", "100", json!({ "order": "O-1" }));
    let report = host.send(vec![billed(), invoice::<W>("F-2", "C1", "10")]);
    assert_eq!(report.parked, 0, "{:?}", host.status(RecordKind::Invoice, "F-1"));
    host.is_for("F-1", HALE);
    host.is_for("F-2", NEW);
    host.calls();
    host.send(vec![billed()]);
    assert_eq!(host.writes(), Vec::<String>::new());
}

#[test]
fn f16_what_an_order_becomes_stays_with_the_record_that_the_order_was_sent_to() {
    everywhere!(an_order_and_its_invoice);
}

/// An untied party holds its documents back until it is tied again.
fn untied<W: People>() {
    let host = Host::over(W::fresh());
    host.send(vec![hale(), invoice::<W>("F-1", "C1", "100")]);
    host.clock.run(host.engine.unlink(&key(RecordKind::Customer, "C1"), BY)).expect("untied");
    host.send(vec![invoice::<W>("F-2", "C1", "50")]);
    let question = host.question(RecordKind::Invoice, "F-2");
    assert_eq!(question.until_linked, Some(key(RecordKind::Customer, "C1")));
    let new = host.enters(RecordKind::Customer, NEW);
    host.relinks(RecordKind::Customer, "C1", &new);
    host.work();
    host.is_for("F-1", HALE);
    host.is_for("F-2", NEW);
    host.send(vec![invoice::<W>("F-1", "C1", "110")]);
    host.is_for("F-1", HALE);
    let past = host.clock.run(host.engine.past_links(&key(RecordKind::Customer, "C1"))).expect("read");
    assert_eq!(past.last().map(|past| past.end.clone()), Some(LinkEnd::Unlinked { by: BY.to_owned() }));
}

#[test]
fn f16_what_waits_for_a_tie_goes_to_the_new_record() {
    everywhere!(untied);
}

fn by_hand<W: People>() {
    let world = W::fresh();
    let settings = world.settings(json!({ "customers": "never" }));
    let host = Host::with(settings, world);
    let remote = host.enters(RecordKind::Customer, NEW);
    host.push(hale());
    let tied = host.clock.run(host.engine.link(key(RecordKind::Customer, "C1"), remote.clone())).expect("tied");
    assert_eq!((tied.remote.clone(), tied.origin), (remote.clone(), LinkOrigin::ByHand));
    // From the host's end and from the package's.
    assert_eq!(host.link(RecordKind::Customer, "C1").remote, remote);
    let back = host.clock.run(host.engine.linked_to(&remote)).expect("read");
    assert_eq!(back.iter().map(|link| link.key.clone()).collect::<Vec<_>>(), [key(RecordKind::Customer, "C1")]);
    for number in ["F-1", "F-2"] {
        host.send(vec![invoice::<W>(number, "C1", "10")]);
        host.is_for(number, NEW);
    }
    // One of its kind only, and the refusal says whose it is.
    let taken = host.clock.run(host.engine.link(key(RecordKind::Customer, "C2"), remote.clone())).expect_err("taken");
    let told = taken.to_string();
    assert!(
        matches!(taken, EngineError::LinkTaken { owner, .. } if owner == key(RecordKind::Customer, "C1")),
        "{told}"
    );
    assert!(told.contains("customer C1") && told.contains("customer C2") && !told.contains('\n'), "{told}");
    if W::ONE_FOR_BOTH {
        host.clock.run(host.engine.link(key(RecordKind::Supplier, "S1"), remote.clone())).expect("the other role");
        assert_eq!(host.clock.run(host.engine.linked_to(&remote)).expect("read").len(), 2);
    }
}

#[test]
fn f6_f15_f30_a_tie_made_by_hand_is_read_from_both_ends_and_serves_all_that_follows() {
    everywhere!(by_hand);
}

fn silent<W: People>() {
    let host = Host::over(W::fresh());
    host.send(vec![hale(), customer("C2", "Kauri Ltd"), invoice::<W>("F-1", "C1", "100")]);
    let before = host.books().len();
    host.calls();
    let silent = json!({ "kind": "customer", "id": "C1", "name": HALE, "do_not_send": true });
    host.send(vec![record(silent), invoice::<W>("F-2", "C1", "50")]);
    host.send(vec![document::<W>("invoice", "F-3", "C2", "50", json!({ "do_not_send": true }))]);
    for number in ["F-2", "F-3"] {
        match host.status(RecordKind::Invoice, number) {
            RecordStatus::Skipped { reason, .. } => assert!(reason.contains("do not send"), "{reason}"),
            other => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!((host.books().len(), host.writes()), (before, Vec::new()));
    // Another tie does not make it speak.
    let new = host.enters(RecordKind::Customer, NEW);
    host.relinks(RecordKind::Customer, "C1", &new);
    host.send(vec![invoice::<W>("F-4", "C1", "50")]);
    assert!(matches!(host.status(RecordKind::Invoice, "F-4"), RecordStatus::Skipped { .. }));
}

#[test]
fn l16_r32_neither_a_silent_party_nor_a_silent_document_goes_out() {
    everywhere!(silent);
}
