//! What the host knows of the books: how fresh it is, and what is never taken over.

use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{CatalogueKind, Settled};
use factory_accounting_engine::Freshness;
use rust_decimal::Decimal;

use crate::world::{World, invoice, key};

#[tokio::test(flavor = "current_thread")]
async fn f86_the_state_of_payment_says_when_it_was_seen_and_is_not_newer_than_that() {
    let world = World::new().await;
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    let paid = |amount: i64| {
        world.provider.behind_our_back(|record| {
            let paid = Decimal::from(amount);
            record.settled = record.number.is_some().then(|| Settled { paid, ..Settled::default() }).or(record.settled);
        });
    };
    let lock = async |freshness| {
        let invoice = key(RecordKind::Invoice, "i1");
        world.engine.edit_lock(&invoice, freshness).await.expect("known").map(|lock| (lock.reason, lock.seen_at))
    };
    paid(40);
    assert_eq!(lock(Freshness::Stored).await, None, "nobody has looked since it was written");
    world.pass(3_600);
    let first = world.clock.now();
    let (reason, seen_at) = lock(Freshness::Now).await.expect("locked");
    assert!(reason.starts_with("40.00 NZD paid") && seen_at == first, "{reason}, {seen_at}");
    paid(115);
    world.pass(3_600);
    let (reason, seen_at) = lock(Freshness::Stored).await.expect("locked");
    assert!(reason.starts_with("40.00 NZD paid") && seen_at == first, "as it was seen then: {reason}, {seen_at}");
    let (reason, seen_at) = lock(Freshness::Now).await.expect("locked");
    assert!(reason.starts_with("115.00 NZD paid") && seen_at == world.clock.now(), "{reason}, {seen_at}");
}

#[tokio::test(flavor = "current_thread")]
async fn f41_what_a_person_makes_of_an_item_is_not_taken_over_and_the_hosts_next_state_is_written() {
    let world = World::new().await;
    let product = |name: &str| format!(r#"{{"kind":"product","id":"p1","code":"P-1","name":"{name}"}}"#);
    let hinge = key(RecordKind::Product, "p1");
    world.push(&product("Hinge")).await;
    world.settle().await;
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Product {
            record.name = Some("Door hinge".to_owned());
        }
    });
    world.engine.read_changes().await.expect("read");
    world.engine.refresh(&[CatalogueKind::Items]).await.expect("refreshed");
    world.settle().await;
    assert_eq!((world.history(&hinge).await.len(), world.newest(&hinge).await.name), (1, "P-1".to_owned()));
    world.push(&product("Hinge, brass")).await;
    world.settle().await;
    let names: Vec<_> = world.provider.live(RecordKind::Product).into_iter().map(|record| record.name).collect();
    assert_eq!((names, world.codes().await), (vec![Some("Hinge, brass".to_owned())], Vec::new()));
}
