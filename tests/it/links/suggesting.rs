//! Which of the package's parties one of the host's may be: told, and nothing done (R9, R37).

use factory_accounting_core::code::Code;
use factory_accounting_core::matching::Reason;
use factory_accounting_core::model::RecordKind;
use factory_accounting_engine::EngineError;
use serde_json::json;

use super::{HALE, People, hale, invoice};
use crate::host::Host;
use crate::make::{customer, key};
use crate::world::{XeroWorld, everywhere};

fn told_and_not_done<W: People>() {
    let world = W::fresh();
    let settings = world.settings(json!({ "customers": "never" }));
    let host = Host::with(settings, world);
    let same = host.enters(RecordKind::Customer, "HALE joinery");
    let other_form = host.enters(RecordKind::Customer, "Hale Joinery Limited");
    let gone = host.enters(RecordKind::Customer, "Hale, Joinery");
    host.enters(RecordKind::Customer, "Tane Timber");
    host.enters(RecordKind::Supplier, "Hale Joinery Pty Ltd");
    host.puts_out_of_use(&gone);
    host.send(vec![hale(), invoice::<W>("F-1", "C1", "100")]);
    // The question says what to do about it.
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!(
        (question.code, question.until_linked.clone()),
        (Code::NotLinked, Some(key(RecordKind::Customer, "C1")))
    );
    assert!(question.to_string().contains("link"), "{question}");

    let before = host.books();
    host.calls();
    let found = host.clock.run(host.engine.suggestions(&key(RecordKind::Customer, "C1"), 10)).expect("suggestions");
    assert_eq!((host.books(), host.writes()), (before, Vec::new()));
    assert_eq!(
        (&found[0].remote, found[0].reasons.as_slice(), found[0].active),
        (&same, &[Reason::SameName][..], true)
    );
    // Some packages leave out of their lists what is out of use; where it is listed, it is told as such, behind its like.
    let (in_use, out_of_use): (Vec<_>, Vec<_>) = found.iter().partition(|one| one.active);
    assert!(out_of_use.iter().all(|one| one.remote == gone), "{found:?}");
    assert!(in_use.iter().any(|one| one.remote == other_form) && in_use.iter().all(|one| one.remote != gone));
    assert_eq!(in_use.len(), if W::ONE_FOR_BOTH { 3 } else { 2 }, "{found:?}");

    host.relinks(RecordKind::Customer, "C1", &same);
    host.work();
    assert!(host.line_of("F-1").to_lowercase().contains("hale"), "{:?}", host.books());
    let taken = host.clock.run(host.engine.suggestions_of(&customer("C2", HALE), 1)).expect("suggestions");
    assert_eq!(taken[0].taken_by, Some(key(RecordKind::Customer, "C1")));
    let strange = host.clock.run(host.engine.suggestions(&key(RecordKind::Customer, "C9"), 1));
    assert!(matches!(strange, Err(EngineError::Unknown(_))), "{strange:?}");
}

#[test]
fn f33_l18_r9_r37_what_a_customer_may_be_is_told_with_reasons_and_nothing_is_done() {
    everywhere!(told_and_not_done);
}

/// Ids, not names, say who is meant: renaming there changes nothing here.
#[test]
fn r37_a_tie_outlives_another_spelling() {
    let host = Host::new();
    host.send(vec![hale()]);
    let remote = host.link(RecordKind::Customer, "C1").remote;
    host.act(json!({ "do": "rename_contact", "contact": remote.as_str(), "name": "HALE  JOINERY" }));
    host.send(vec![invoice::<XeroWorld>("F-1", "C1", "100")]);
    host.is_for("F-1", "HALE  JOINERY");
    assert_eq!(host.books().len(), 2);
}
