//! Parties and items that people archive, merge and delete there: noticed, asked about with a proposal, and mended by one
//! answer (R26, R29).

use std::time::Duration;

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::matching::Reason;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::CatalogueKind;
use factory_accounting_core::store::Decision;
use factory_accounting_engine::{BrokenTie, EngineError, Event, RelinkProposal};
use serde_json::json;

use super::{BY, HALE, People, hale, invoice};
use crate::host::{Host, locked};
use crate::make::{key, record};
use crate::world::{MyobWorld, QboWorld, XeroWorld, everywhere};

const HEIR: &str = "Hale Joinery Ltd";

impl<W: People> Host<W> {
    fn refreshes(&self) {
        self.clock.run(self.engine.refresh(&[CatalogueKind::Parties])).expect("read");
    }

    fn broken(&self) -> Vec<RelinkProposal> {
        self.clock.run(self.engine.broken_links()).expect("read")
    }

    fn is_told_of_the_break(&self) {
        let told = |event: &Event| matches!(event, Event::LinkBroken { key, .. } if key.id.as_str() == "C1");
        let events = self.events();
        assert_eq!(events.iter().filter(|event| told(event)).count(), 1, "{events:?}");
    }
}

/// A host with a customer in the books, and the customer's record there. It owes nothing: some packages keep in use whoever
/// does.
fn host<W: People>() -> (Host<W>, RemoteId) {
    let host = Host::over(W::fresh());
    host.send(vec![hale()]);
    let remote = host.link(RecordKind::Customer, "C1").remote;
    (host, remote)
}

/// The proposal is confirmed, and what waited goes on by itself.
fn mends<W: People>(host: &Host<W>, heir: &RemoteId) {
    let broken = host.broken();
    let [proposal] = broken.as_slice() else { panic!("{broken:?}") };
    assert_eq!(proposal.key, key(RecordKind::Customer, "C1"));
    assert_eq!(proposal.name.as_deref(), Some(HALE));
    assert_eq!(proposal.waiting, [key(RecordKind::Invoice, "F-2")]);
    let found = proposal.proposal.as_ref().unwrap_or_else(|| panic!("{proposal:?}"));
    assert_eq!((&found.remote, found.taken_by.as_ref()), (heir, None));
    assert!(found.score >= 60 && !found.reasons.is_empty(), "{found:?}");
    host.relinks(RecordKind::Customer, "C1", &found.remote.clone());
    let report = host.work();
    assert_eq!((report.created, report.parked), (1, 0), "{:?}", host.status(RecordKind::Invoice, "F-2"));
    host.is_for("F-2", HEIR);
    assert_eq!(host.broken(), []);
}

fn noticed_in_a_list<W: People>() {
    let (host, remote) = host::<W>();
    host.puts_out_of_use(&remote);
    let heir = host.enters(RecordKind::Customer, HEIR);
    host.refreshes();
    host.is_told_of_the_break();
    assert_eq!(host.broken()[0].what, BrokenTie::Archived);
    // It is known by now: nothing is sent to be refused.
    host.calls();
    host.send(vec![invoice::<W>("F-2", "C1", "50")]);
    assert_eq!(host.calls(), Vec::<String>::new());
    assert_eq!(host.question(RecordKind::Invoice, "F-2").code, Code::PartyArchived);
    mends(&host, &heir);
}

#[test]
fn r29_l17_a_customer_that_a_list_shows_out_of_use_is_asked_about_with_a_proposal() {
    everywhere!(noticed_in_a_list);
}

fn noticed_in_the_feed<W: People>() {
    let (host, remote) = host::<W>();
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.clock.advance(Duration::from_secs(120));
    let heir = host.enters(RecordKind::Customer, HEIR);
    host.puts_out_of_use(&remote);
    host.clock.run(host.engine.read_changes()).expect("changes");
    host.is_told_of_the_break();
    host.send(vec![invoice::<W>("F-2", "C1", "50")]);
    mends(&host, &heir);
}

#[test]
fn r29_a_customer_that_the_feed_shows_out_of_use_is_asked_about() {
    everywhere!(noticed_in_the_feed);
}

fn noticed_by_a_refusal<W: People>() {
    let (host, remote) = host::<W>();
    host.puts_out_of_use(&remote);
    let heir = host.enters(RecordKind::Customer, HEIR);
    host.send(vec![invoice::<W>("F-2", "C1", "50")]);
    let question = host.question(RecordKind::Invoice, "F-2");
    assert_eq!(question.code, Code::PartyArchived, "{question}");
    assert!(question.error.is_some(), "the package's own words are kept");
    let named = question.issues.iter().any(|issue| issue.message.contains("customer C1"));
    assert!(named && !question.to_string().contains('\n'), "{question}");
    host.is_told_of_the_break();
    mends(&host, &heir);
}

#[test]
fn r26_r29_a_refusal_because_of_a_customer_out_of_use_names_it_and_is_mended_by_another() {
    everywhere!(noticed_by_a_refusal);
}

fn back_in_use<W: People>() {
    let (host, remote) = host::<W>();
    host.puts_out_of_use(&remote);
    host.send(vec![invoice::<W>("F-2", "C1", "50"), invoice::<W>("F-3", "C1", "60")]);
    host.send(vec![invoice::<W>("F-4", "C1", "70")]);
    host.puts_back_in_use(&remote);
    // One answer looks again, and with it goes all that waits for the same record.
    let asked = host.clock.run(host.engine.attention()).expect("questions");
    assert_eq!(asked.len(), 3);
    host.clock.run(host.engine.decide(asked[1].id, Decision::Retry, BY)).expect("sent on");
    let report = host.work();
    assert_eq!((report.created, report.parked), (3, 0), "{:?}", host.clock.run(host.engine.attention()));
    ["F-2", "F-3", "F-4"].into_iter().for_each(|number| host.is_for(number, HALE));
}

#[test]
fn r29_what_waits_goes_on_once_the_record_is_in_use_again() {
    everywhere!(back_in_use);
}

/// A list that was read anew is enough.
fn back_in_a_list<W: People>() {
    let (host, remote) = host::<W>();
    host.puts_out_of_use(&remote);
    host.refreshes();
    host.send(vec![invoice::<W>("F-2", "C1", "50")]);
    host.puts_back_in_use(&remote);
    host.refreshes();
    assert_eq!(host.work().created, 1, "{:?}", host.status(RecordKind::Invoice, "F-2"));
    assert_eq!(host.broken(), []);
}

#[test]
fn l17_updating_the_lists_sends_on_what_waited() {
    everywhere!(back_in_a_list);
}

#[test]
fn r29_a_merge_proposes_the_survivor_and_documents_stay_where_the_merge_has_put_them() {
    let (host, loser) = host::<XeroWorld>();
    host.send(vec![invoice::<XeroWorld>("F-1", "C1", "100")]);
    let (middle, heir) = (host.enters(RecordKind::Customer, "Kauri Ltd"), host.enters(RecordKind::Customer, HEIR));
    {
        let now = factory_accounting_core::clock::Clock::now(&host.clock);
        let mut world = locked(&host.world);
        world.merge(&loser, &middle, now);
        world.merge(&middle, &heir, now);
    }
    host.refreshes();
    host.send(vec![invoice::<XeroWorld>("F-2", "C1", "50")]);
    let broken = host.broken();
    assert_eq!(broken[0].what, BrokenTie::Merged { into: middle });
    let proposal = broken[0].proposal.clone().expect("the survivor of both merges");
    assert_eq!((proposal.score, proposal.reasons), (100, vec![Reason::MergedHere]));
    mends(&host, &heir);
    // The merge took the first invoice along; an edit leaves it there.
    let report = host.send(vec![invoice::<XeroWorld>("F-1", "C1", "110")]);
    assert_eq!((report.updated, report.parked), (1, 0), "{:?}", host.status(RecordKind::Invoice, "F-1"));
    host.is_for("F-1", HEIR);
}

#[test]
fn r29_a_customer_that_was_deleted_is_missed_in_the_list() {
    let host = Host::file();
    host.send(vec![hale()]);
    let remote = host.link(RecordKind::Customer, "C1").remote;
    host.act(json!({ "do": "delete", "uid": super::uid(&remote) }));
    host.refreshes();
    host.is_told_of_the_break();
    assert_eq!(host.broken()[0].what, BrokenTie::Deleted);
    assert_eq!(host.broken()[0].proposal, None);
    host.send(vec![invoice::<MyobWorld>("F-2", "C1", "50")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-2").code, Code::RemoteGone);
    let heir = host.enters(RecordKind::Customer, HEIR);
    host.refreshes();
    mends(&host, &heir);
}

#[test]
fn r26_a_refusal_because_of_an_item_out_of_use_names_the_product() {
    let host = Host::au();
    let product = json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm",
        "sales": { "unit_price": "10", "account": "200" } });
    host.send(vec![hale(), record(product)]);
    let item = host.link(RecordKind::Product, "P1").remote;
    let id = item.as_str().rsplit(':').next().expect("an id").to_owned();
    host.act(json!({ "do": "inactivate", "entity": "Item", "id": id }));
    let line = json!({ "lines": [{ "type": "item", "product": "P1", "description": "Oak", "quantity": "1",
        "unit_price": "10" }] });
    host.send(vec![super::document::<QboWorld>("invoice", "F-1", "C1", "1", line)]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!(question.until_linked, Some(key(RecordKind::Product, "P1")), "{question}");
    let told = question.to_string();
    assert!(told.matches("product P1").count() == 1 && told.contains("(lines[0].product)"), "{told}");
    let broken = host.broken();
    assert_eq!(broken.iter().map(|one| one.key.clone()).collect::<Vec<_>>(), [key(RecordKind::Product, "P1")]);
}

fn not_linked_to_what_is_out_of_use<W: People>() {
    let (host, _) = host::<W>();
    let other = host.enters(RecordKind::Customer, HEIR);
    host.puts_out_of_use(&other);
    let refused = host.engine.relink(key(RecordKind::Customer, "C1"), other, BY);
    match host.clock.run(refused).expect_err("refused") {
        EngineError::Refused(told) => {
            assert!(told.contains("archived") && told.contains("restore") && !told.contains('\n'), "{told}");
        }
        other => panic!("{other}"),
    }
    assert_eq!(host.broken(), []);
}

#[test]
fn l17_nothing_is_tied_to_what_is_out_of_use() {
    everywhere!(not_linked_to_what_is_out_of_use);
}
