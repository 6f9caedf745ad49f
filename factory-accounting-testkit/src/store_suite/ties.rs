//! Ties that have ended, that lead nowhere any more, and how far a connection is set up.

use std::sync::Arc;

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::{Generation, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::onboarding::{Onboarding, Stage};
use factory_accounting_core::provider::{ChangeFeed, RemoteStatus};
use factory_accounting_core::store::{
    Absorb, Decision, Link, LinkEnd, OperationState, Outcome, Start, Step, SyncStore,
};

use super::bench::{Bench, at, customer, customer_key, decided, invoice, invoice_key, key, link, parked, starting};

/// What is kept of a record's ended ties: where each led, when it ended, and how.
async fn past(bench: &Bench, key: &RecordKey) -> Vec<(String, i64, LinkEnd)> {
    let keys = std::slice::from_ref(key);
    let past = bench.store.past_links(&bench.connection, keys).await.expect("read");
    assert!(past.iter().all(|past| past.link.key == *key));
    let seconds = |past: &factory_accounting_core::store::PastLink| (past.ended_at - at(0)).num_seconds();
    past.iter().map(|past| (past.link.remote.to_string(), seconds(past), past.end.clone())).collect()
}

fn archived(key: &RecordKey, remote: &str) -> Link {
    Link { status: RemoteStatus::Archived, ..link(key, remote) }
}

/// Every tie that is replaced or taken away is kept, with who did it; one that is only seen anew is not (F16, F17).
pub async fn f16_f17_ties_that_end_are_kept(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let own = customer_key("1");
    let by = |by: &str| by.to_owned();
    bench.put_link(link(&own, "r-1"), 1).await.expect("stored");
    bench.put_link(archived(&own, "r-1"), 2).await.expect("seen anew");
    assert_eq!(past(&bench, &own).await, []);
    bench.store.relink(&bench.connection, link(&own, "r-2"), "Ann", at(3)).await.expect("relinked");
    bench.store.remove_link(&bench.connection, &own, "Ben", at(4)).await.expect("unlinked");
    bench.store.remove_link(&bench.connection, &own, "Ben", at(5)).await.expect("nothing to unlink");
    bench.put_link(link(&own, "r-3"), 6).await.expect("stored");
    bench.put_link(link(&own, "r-4"), 7).await.expect("replaced");
    let expected = [
        ("r-1".to_owned(), 3, LinkEnd::Relinked { by: by("Ann") }),
        ("r-2".to_owned(), 4, LinkEnd::Unlinked { by: by("Ben") }),
        ("r-3".to_owned(), 7, LinkEnd::Replaced),
    ];
    assert_eq!(past(&bench, &own).await, expected);
    assert_eq!(past(&bench, &customer_key("2")).await, []);
    let kept = bench.store.past_links(&bench.connection, std::slice::from_ref(&own)).await.expect("read");
    assert_eq!(kept[0].link, archived(&own, "r-1"), "as it was last");
    let other = bench.store.past_links(&"elsewhere".into(), &[own]).await.expect("read");
    assert_eq!(other, []);
}

/// Past ties come record by record in the order asked.
pub async fn f16_past_ties_come_in_the_order_asked(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for (id, remote, second) in [("1", "a", 1), ("2", "b", 2), ("1", "c", 3), ("2", "d", 4), ("1", "e", 5)] {
        bench.put_link(link(&customer_key(id), remote), second).await.expect("stored");
    }
    let keys = [customer_key("2"), customer_key("3"), customer_key("1")];
    let found = bench.store.past_links(&bench.connection, &keys).await.expect("read");
    let remotes: Vec<&str> = found.iter().map(|past| past.link.remote.as_str()).collect();
    assert_eq!(remotes, ["b", "a", "c"]);
}

/// A refused relink ends nothing.
pub async fn a_refused_relink_ends_nothing(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&customer_key("1"), "r-1"), 1).await.expect("stored");
    bench.put_link(link(&customer_key("2"), "r-2"), 1).await.expect("stored");
    let refused = bench.store.relink(&bench.connection, link(&customer_key("2"), "r-1"), "Ann", at(2)).await;
    assert!(refused.expect_err("taken").to_string().contains("customer 1"));
    assert_eq!(past(&bench, &customer_key("2")).await, []);
    assert_eq!(bench.link_of(&customer_key("2")).await.map(|link| link.remote), Some(RemoteId::from("r-2")));
}

/// Settlements, inbound changes and adoptions that lead elsewhere keep what was before, in their own transaction.
pub async fn ties_that_end_with_other_verbs_are_kept(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for id in ["1", "2", "3"] {
        bench.put_link(link(&invoice_key(id), &format!("old-{id}")), 1).await.expect("stored");
    }
    let sent = bench.enqueue(invoice("1", 1)).await;
    let (epoch, attempt) = bench.send(&[sent], 2).await;
    let mut settle = bench.settling(epoch, Some(attempt.id), 3, vec![(sent, Step::Done(Outcome::Created))]);
    settle.settlements[0].links.push(link(&invoice_key("1"), "new-1"));
    bench.store.settle(settle).await.expect("settled");
    let links = vec![Link { seen_at: at(4), ..link(&invoice_key("2"), "new-2") }];
    let absorb = Absorb {
        connection: bench.connection.clone(),
        feed: ChangeFeed::Invoices,
        links,
        raises: Vec::new(),
        cursor: None,
    };
    bench.store.absorb(absorb).await.expect("absorbed");
    let asked = bench.enqueue(starting(invoice("3", 1), Start::Parked(parked(Code::FoundDiffers)))).await;
    let adopted = decided(Decision::Adopt { remote: RemoteId::from("new-3") }, at(5));
    let tie = Some(link(&invoice_key("3"), "new-3"));
    bench.store.decide(&bench.connection, asked, adopted, tie).await.expect("decided");
    assert_eq!(past(&bench, &invoice_key("1")).await, [("old-1".to_owned(), 3, LinkEnd::Replaced)]);
    assert_eq!(past(&bench, &invoice_key("2")).await, [("old-2".to_owned(), 4, LinkEnd::Replaced)]);
    let by = "Ann of accounts".to_owned();
    assert_eq!(past(&bench, &invoice_key("3")).await, [("old-3".to_owned(), 5, LinkEnd::Relinked { by })]);
}

/// A write that was under way while a person tied the party elsewhere does not tie it back, nor claim what somebody else has
/// by now; of a document it tells what is in the books.
pub async fn f16_a_person_who_relinks_during_a_write_has_the_last_word(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&customer_key("1"), "r-1"), 1).await.expect("stored");
    let ids = bench.enqueue_all(vec![customer("1", 1), invoice("1", 1)]).await;
    let (epoch, attempt) = bench.send(&ids, 2).await;
    for (key, remote) in [(customer_key("1"), "r-2"), (customer_key("2"), "r-1"), (invoice_key("1"), "d-2")] {
        bench.store.relink(&bench.connection, link(&key, remote), "Ann", at(3)).await.expect("relinked");
    }
    let steps = ids.iter().map(|id| (*id, Step::Done(Outcome::Updated))).collect();
    let mut settle = bench.settling(epoch, Some(attempt.id), 4, steps);
    settle.settlements[0].links.push(link(&customer_key("1"), "r-1"));
    settle.settlements[1].links.push(link(&invoice_key("1"), "d-1"));
    bench.store.settle(settle).await.expect("settled");
    let remote = async |key| bench.link_of(&key).await.map(|link| link.remote.to_string());
    assert_eq!(remote(customer_key("1")).await.as_deref(), Some("r-2"));
    assert_eq!(remote(customer_key("2")).await.as_deref(), Some("r-1"));
    assert_eq!(remote(invoice_key("1")).await.as_deref(), Some("d-1"));
}

/// Ties to parties, items and jobs that nobody can name any more are listed; those of documents are not (R29).
pub async fn r29_broken_ties_are_listed(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let gone = |key: &RecordKey, remote: &str| Link { status: RemoteStatus::Deleted, ..link(key, remote) };
    let (supplier, product) = (key(RecordKind::Supplier, "1"), key(RecordKind::Product, "1"));
    for stored in [
        gone(&product, "item"),
        archived(&supplier, "vendor"),
        Link { merged_into: Some(RemoteId::from("r-9")), ..archived(&customer_key("2"), "r-2") },
        link(&customer_key("1"), "r-1"),
        gone(&invoice_key("1"), "document"),
    ] {
        bench.put_link(stored, 1).await.expect("stored");
    }
    let broken = bench.store.broken_links(&bench.connection).await.expect("read");
    let keys: Vec<RecordKey> = broken.iter().map(|link| link.key.clone()).collect();
    let mut expected = vec![customer_key("2"), supplier.clone(), product];
    expected.sort();
    assert_eq!(keys, expected);
    assert!(broken.iter().any(|link| link.merged_into == Some(RemoteId::from("r-9"))));
    bench.put_link(link(&supplier, "vendor"), 2).await.expect("restored");
    assert_eq!(bench.store.broken_links(&bench.connection).await.expect("read").len(), 2);
    assert_eq!(bench.store.broken_links(&"elsewhere".into()).await, Ok(Vec::new()));
}

/// A tie that is seen to be broken wakes nobody; one in its place does, and what was refused goes out under a new key.
pub async fn r29_only_a_tie_that_can_be_named_wakes(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&customer_key("C"), "r-1"), 1).await.expect("stored");
    let asked = bench.enqueue(invoice("1", 1)).await;
    let (epoch, attempt) = bench.send(&[asked], 2).await;
    let question = parked(Code::PartyArchived).until_linked(customer_key("C"));
    let mut settle = bench.settling(epoch, Some(attempt.id), 3, vec![(asked, Step::Park(question))]);
    settle.settlements[0].links.push(archived(&customer_key("C"), "r-1"));
    bench.store.settle(settle).await.expect("settled");
    assert!(matches!(bench.state(asked).await, OperationState::Parked { .. }));
    bench.put_link(archived(&customer_key("C"), "r-1"), 4).await.expect("seen anew");
    assert!(matches!(bench.state(asked).await, OperationState::Parked { .. }));
    bench.store.relink(&bench.connection, link(&customer_key("C"), "r-2"), "Ann", at(5)).await.expect("relinked");
    assert_eq!(bench.state(asked).await, OperationState::Queued);
    let newest = bench.store.newest(&bench.connection, &invoice_key("1")).await.expect("read").expect("there");
    assert_eq!(newest.generation, Generation(1));
    let held = bench.enqueue(starting(customer("H", 1), Start::Held)).await;
    assert_eq!(bench.state(held).await, OperationState::Held);
}

/// How far a connection is set up is kept with it, and moves only from where it was seen (F35).
pub async fn f35_setting_up_is_kept_and_moves_from_where_it_was_seen(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let read = async || bench.store.onboarding(&bench.connection).await.expect("read");
    let put = async |seen: Option<&Onboarding>, now: &Onboarding| {
        bench.store.put_onboarding(&bench.connection, seen, now).await.expect("answered")
    };
    assert_eq!(read().await, None);
    let begun = Onboarding::default();
    let further = begun.clone().advanced(Stage::Authorised, "Ann", at(1)).expect("on");
    assert!(!put(Some(&begun), &further).await, "nothing has begun yet");
    assert!(put(None, &begun).await);
    assert!(!put(None, &further).await, "it has begun");
    assert!(put(Some(&begun), &further).await);
    assert!(!put(Some(&begun), &begun).await, "it has moved on");
    let later = further.clone().put_off(Stage::ChoosingLists, "Ann", at(2)).expect("put off");
    assert!(put(Some(&further), &later).await);
    assert_eq!(read().await, Some(later));
    assert_eq!(bench.store.onboarding(&"elsewhere".into()).await, Ok(None));
}
