//! Links, and what inbound changes bring.

use std::sync::Arc;

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::{Cursor, LocalId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ChangeFeed, RemoteStatus};
use factory_accounting_core::store::{Absorb, Link, LinkOrigin, OperationState, Outcome, Start, Step, SyncStore};

use super::bench::{Bench, at, customer_key, invoice, invoice_key, is_refused, key, link, parked, starting};

/// Links come in the order asked for, with a gap where there is none, and by package id in order of their keys.
pub async fn links_read_back_in_the_order_asked(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let (one, two) = (link(&invoice_key("1"), "r-1"), link(&invoice_key("2"), "r-2"));
    let same = link(&customer_key("1"), "r-1");
    for link in [&two, &one, &same] {
        bench.put_link(link.clone(), 1).await.expect("stored");
    }
    let keys = [invoice_key("2"), invoice_key("3"), invoice_key("1"), invoice_key("2")];
    let found = bench.store.links(&bench.connection, &keys).await.expect("read");
    assert_eq!(found, [Some(two.clone()), None, Some(one.clone()), Some(two.clone())]);
    let remotes = ["r-2", "r-9", "r-1", "r-1"].map(RemoteId::from);
    let found = bench.store.links_to(&bench.connection, &remotes).await.expect("read");
    assert_eq!(found, [same, one, two]);
}

/// A package record belongs to one host record of a kind; the refusal names both.
pub async fn a_package_record_is_linked_once_per_kind(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&customer_key("1"), "r-1"), 1).await.expect("stored");
    bench.put_link(link(&key(RecordKind::Supplier, "1"), "r-1"), 1).await.expect("another kind");
    let refused = bench.put_link(link(&customer_key("2"), "r-1"), 1).await.expect_err("taken").to_string();
    assert!(refused.contains("customer 1") && refused.contains("customer 2") && refused.contains("r-1"), "{refused}");
    assert_eq!(bench.link_of(&customer_key("2")).await, None);
    bench.put_link(link(&customer_key("1"), "r-1"), 2).await.expect("its own again");
}

/// Several products may be one item (F40).
pub async fn f40_products_may_share_an_item(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for id in ["1", "2", "3"] {
        bench.put_link(link(&key(RecordKind::Product, id), "item"), 1).await.expect("stored");
    }
    let found = bench.store.links_to(&bench.connection, &[RemoteId::from("item")]).await.expect("read");
    assert_eq!(found.len(), 3);
}

/// An order and the invoice that its draft was promoted to share the package record; a second invoice does not.
pub async fn a_promoted_draft_is_shared(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&key(RecordKind::Order, "1"), "draft"), 1).await.expect("stored");
    let promoted = |id| Link { origin: LinkOrigin::Promoted, ..link(&invoice_key(id), "draft") };
    bench.put_link(promoted("1"), 1).await.expect("stored beside it");
    is_refused(bench.put_link(promoted("2"), 1).await);
    is_refused(bench.put_link(link(&invoice_key("3"), "draft"), 1).await);
}

/// A link that is put anew takes the place of the earlier one and frees what that was linked to.
pub async fn a_link_moves_when_it_is_put_anew(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&customer_key("1"), "r-1"), 1).await.expect("stored");
    bench.put_link(link(&customer_key("1"), "r-2"), 2).await.expect("moved");
    bench.put_link(link(&customer_key("2"), "r-1"), 3).await.expect("free now");
    is_refused(bench.put_link(link(&customer_key("2"), "r-2"), 4).await);
    assert_eq!(bench.link_of(&customer_key("2")).await.map(|link| link.remote), Some(RemoteId::from("r-1")));
}

/// A settling whose link is taken does not happen: neither its outcome nor its other links.
pub async fn a_taken_link_refuses_the_whole_settling(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&invoice_key("9"), "r-9"), 1).await.expect("stored");
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    let (epoch, attempt) = bench.send(&ids, 1).await;
    let steps = ids.iter().map(|id| (*id, Step::Done(Outcome::Created))).collect();
    let mut settle = bench.settling(epoch, Some(attempt.id), 2, steps);
    settle.settlements[0].links.push(link(&invoice_key("1"), "r-1"));
    settle.settlements[1].links.push(link(&invoice_key("2"), "r-9"));
    is_refused(bench.store.settle(settle.clone()).await);
    settle.settlements[1].links[0] = link(&invoice_key("2"), "r-1");
    is_refused(bench.store.settle(settle).await);
    for id in ids {
        assert_eq!(bench.state(id).await, OperationState::Sending { attempt: attempt.id });
    }
    assert_eq!(bench.link_of(&invoice_key("1")).await, None);
}

/// Links of a kind come in pages, in order of the host's ids.
pub async fn links_page_by_host_id(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for id in ["b", "a", "Z", "c", "ä"] {
        bench.put_link(link(&customer_key(id), &format!("r-{id}")), 1).await.expect("stored");
    }
    bench.put_link(link(&invoice_key("aa"), "r"), 1).await.expect("stored");
    let mut seen: Vec<String> = Vec::new();
    let mut after: Option<LocalId> = None;
    loop {
        let page =
            bench.store.list_links(&bench.connection, RecordKind::Customer, after.as_ref(), 2).await.expect("read");
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.key.id.clone());
        seen.extend(page.into_iter().map(|link| link.key.id.as_str().to_owned()));
    }
    assert_eq!(seen, ["Z", "a", "b", "c", "ä"]);
    let all = bench.store.list_links(&bench.connection, RecordKind::Customer, None, 0).await.expect("read");
    assert_eq!(all.len(), 5);
}

/// A forgotten link is gone, its package record is free, and forgetting it again succeeds.
pub async fn forgetting_a_link_frees_its_record(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.put_link(link(&customer_key("1"), "r-1"), 1).await.expect("stored");
    for _ in 0..2 {
        bench.store.remove_link(&bench.connection, &customer_key("1"), "Ann", at(2)).await.expect("removed");
    }
    assert_eq!(bench.link_of(&customer_key("1")).await, None);
    bench.put_link(link(&customer_key("2"), "r-1"), 2).await.expect("free");
}

/// The cursor moves with the effects or not at all, and stays where a page brings none (X9, R42).
pub async fn x9_effects_and_cursor_are_stored_together(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let paid = Link { status: RemoteStatus::Paid, ..link(&invoice_key("1"), "r-1") };
    let absorb = |links: Vec<Link>, cursor: Option<&str>| Absorb {
        connection: bench.connection.clone(),
        feed: ChangeFeed::Invoices,
        links,
        raises: Vec::new(),
        cursor: cursor.map(Cursor::from),
    };
    bench.put_link(link(&invoice_key("1"), "r-1"), 1).await.expect("stored");
    bench.store.absorb(absorb(vec![paid.clone()], Some("c-1"))).await.expect("absorbed");
    assert_eq!(bench.link_of(&invoice_key("1")).await, Some(paid));
    let cursor = async |feed| bench.store.cursor(&bench.connection, feed).await.expect("read");
    assert_eq!(cursor(ChangeFeed::Invoices).await, Some(Cursor::from("c-1")));
    assert_eq!(cursor(ChangeFeed::Payments).await, None);

    is_refused(bench.store.absorb(absorb(vec![link(&invoice_key("2"), "r-1")], Some("c-2"))).await);
    assert_eq!(cursor(ChangeFeed::Invoices).await, Some(Cursor::from("c-1")));
    bench.store.absorb(absorb(vec![link(&invoice_key("3"), "r-3")], None)).await.expect("absorbed");
    assert_eq!(cursor(ChangeFeed::Invoices).await, Some(Cursor::from("c-1")));
    assert!(bench.link_of(&invoice_key("3")).await.is_some());
}

/// A link that comes with inbound changes wakes what waits for it.
pub async fn absorbed_links_wake(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let question = parked(Code::NotLinked).until_linked(customer_key("C"));
    let asked = bench.enqueue(starting(invoice("1", 1), Start::Parked(question))).await;
    let links = vec![link(&customer_key("C"), "r-C")];
    let (connection, feed) = (bench.connection.clone(), ChangeFeed::Parties);
    let absorb = Absorb { connection, feed, links, raises: Vec::new(), cursor: None };
    bench.store.absorb(absorb).await.expect("absorbed");
    assert_eq!(bench.ready(1).await, [asked]);
}
