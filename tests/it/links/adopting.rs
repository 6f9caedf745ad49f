//! Books that were kept before the host knew of them: found, agreed to, tied; nothing is made twice (F75).

use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::RemoteStatus;
use factory_accounting_core::store::LinkOrigin;
use factory_accounting_engine::{Adoption, DocumentMatch, NotAdopted};
use serde_json::json;

use super::{BY, HALE, People, document, hale, invoice};
use crate::host::{Host, locked};
use crate::make::{customer, key};
use crate::world::everywhere;

const MANY: usize = 50;

fn invoices<W: People>() -> Vec<Record> {
    (1..=MANY).map(|number| invoice::<W>(&format!("F-{number}"), "C1", &format!("{number}.50"))).collect()
}

/// A host that knows nothing of the books that another program has filled.
fn successor<W: People>(before: &Host<W>, changes: serde_json::Value) -> Host<W> {
    let world = locked(&before.world).clone();
    let settings = world.settings(changes);
    Host::with(settings, world)
}

fn matched<W: People>(host: &Host<W>, records: Vec<Record>) -> Vec<DocumentMatch> {
    host.clock.run(host.engine.match_documents(records)).expect("looked for")
}

fn agreed<W: People>(host: &Host<W>, adoption: Adoption) -> Result<factory_accounting_core::store::Link, NotAdopted> {
    host.clock.run(host.engine.adopt(vec![adoption], BY)).expect("answered").remove(0).outcome
}

/// The customer is linked as a person would: by the best suggestion.
fn links_the_customer<W: People>(host: &Host<W>) {
    host.push(hale());
    let best = host.clock.run(host.engine.suggestions(&key(RecordKind::Customer, "C1"), 1)).expect("suggestions");
    host.relinks(RecordKind::Customer, "C1", &best[0].remote.clone());
}

fn a_going_concern<W: People>() {
    let before = Host::over(W::fresh().unlimited());
    before.send(vec![hale()]);
    before.send(invoices::<W>());
    let host = successor(&before, json!({ "customers": "never" }));
    links_the_customer(&host);
    let books = host.books();
    host.calls();

    let matches = matched(&host, invoices::<W>());
    assert_eq!(matches.len(), MANY);
    for found in &matches {
        assert!(found.proposal.is_some() && found.candidates.len() == 1, "{found:?}");
        assert_eq!(found.candidates[0].score, 100, "{found:?}");
    }
    let adoptions = matches.iter().filter_map(DocumentMatch::adoption).collect();
    let adopted = host.clock.run(host.engine.adopt(adoptions, BY)).expect("adopted");
    assert!(adopted.iter().all(|one| one.outcome.is_ok()), "{adopted:?}");
    assert_eq!(host.link(RecordKind::Invoice, "F-7").origin, LinkOrigin::Adopted);

    let report = host.send(invoices::<W>());
    assert_eq!((report.created, report.updated, report.unchanged), (0, 0, MANY as u64), "{report:?}");
    let calls = host.calls();
    let writes = calls.iter().filter(|call| !call.starts_with("GET") && !call.contains("/token"));
    assert_eq!(writes.count(), 0, "{calls:?}");
    assert_eq!(host.books(), books);
    // Two reads a document would be one call each: they are asked for together.
    assert!(calls.len() < 2 * MANY, "{} calls", calls.len());
    // From here on they are documents like any other.
    assert_eq!(host.send(vec![invoice::<W>("F-7", "C1", "99")]).updated, 1);
    let again = matched(&host, vec![invoice::<W>("F-8", "C1", "8.50")]).remove(0);
    assert!(again.proposal.is_none() && again.remark.is_some_and(|remark| remark.contains("already")));
}

#[test]
fn f75_books_that_were_kept_before_are_adopted_and_nothing_is_written() {
    everywhere!(a_going_concern);
}

fn refusals<W: People>() {
    let before = Host::over(W::fresh());
    before.send(vec![hale(), customer("C2", "Kauri Ltd")]);
    let of_another = || invoice::<W>("F-2", "C2", "20");
    before.send(vec![invoice::<W>("F-1", "C1", "10"), of_another(), invoice::<W>("F-3", "C1", "30")]);
    let ids = ["F-1", "F-2", "F-3"].map(|number| before.link(RecordKind::Invoice, number).remote);
    before.void(RecordKind::Invoice, "F-3");
    let host = successor(&before, json!({ "customers": "never", "start_date": "2026-11-20" }));
    links_the_customer(&host);
    let adoption = |id: &str, at: usize| Adoption {
        key: key(RecordKind::Invoice, id),
        remote: ids[at].clone(),
        party: Some(key(RecordKind::Customer, "C1")),
        of_any_party: false,
    };

    // The number is the same, the amount is not: nothing is proposed, and a person sees why.
    let other = matched(&host, vec![invoice::<W>("F-1", "C1", "11")]).remove(0);
    assert_eq!((other.proposal.clone(), other.candidates[0].agreement.amount), (None, Some(false)), "{other:?}");
    // Another customer's.
    let theirs = matched(&host, vec![invoice::<W>("F-2", "C1", "20")]).remove(0);
    assert_eq!((theirs.proposal.clone(), theirs.candidates[0].agreement.party), (None, Some(false)), "{theirs:?}");
    assert!(matches!(agreed(&host, adoption("F-2", 1)), Err(NotAdopted::OtherParty { .. })));
    assert!(agreed(&host, Adoption { of_any_party: true, ..adoption("F-2", 1) }).is_ok());
    // One that counts no more.
    let voided = matched(&host, vec![invoice::<W>("F-3", "C1", "30")]).remove(0);
    assert_eq!(voided.proposal, None, "{voided:?}");
    assert!(voided.candidates.iter().all(|one| matches!(one.status, RemoteStatus::Voided | RemoteStatus::Deleted)));
    assert!(matches!(agreed(&host, adoption("F-3", 2)), Err(NotAdopted::Gone { .. })));
    // One that is somebody's already, and one who has another already.
    assert!(agreed(&host, adoption("F-1", 0)).is_ok());
    let taken = agreed(&host, adoption("F-9", 0)).expect_err("taken");
    assert!(matches!(&taken, NotAdopted::Taken { owner, .. } if owner.id.as_str() == "F-1"), "{taken}");
    let told = taken.to_string();
    assert!(told.contains("invoice F-1") && told.contains("invoice F-9") && !told.contains('\n'), "{told}");
    let elsewhere = agreed(&host, Adoption { remote: ids[1].clone(), ..adoption("F-1", 1) });
    assert!(matches!(elsewhere, Err(NotAdopted::Linked { .. })), "{elsewhere:?}");
    // What stays in the host by its date says so.
    let early = document::<W>("invoice", "F-0", "C1", "5", json!({ "date": "2026-11-01" }));
    let early = matched(&host, vec![early, hale()]);
    assert!(early[0].candidates.is_empty() && early[0].remark.is_some(), "{early:?}");
    assert!(early[1].candidates.is_empty() && early[1].remark.is_some(), "{early:?}");
    assert!(host.writes().is_empty());
    assert!(host.line_of("F-2").contains("Kauri") && host.line_of("F-1").contains(HALE));
}

#[test]
fn f75_what_is_not_surely_the_same_is_not_adopted() {
    everywhere!(refusals);
}
