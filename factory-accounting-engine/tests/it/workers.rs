//! Several workers, and several rounds at once.

use std::time::Duration;

use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{Claim, ClaimRequest, SyncStore};

use crate::world::{World, connection, invoice};

#[tokio::test(flavor = "current_thread")]
async fn r41_a_worker_that_has_finished_keeps_nobody_waiting() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.round().await;
    world.push(&invoice("i2", "10")).await;
    let report = world.another("second").run_once().await.expect("a round");
    assert_eq!((report.busy_until, report.created), (None, 1));
}

#[tokio::test(flavor = "current_thread")]
async fn waiting_for_a_worker_that_lives_comes_to_an_end() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    let claim = || ClaimRequest {
        connection: connection(),
        worker: "other".into(),
        now: world.clock.now(),
        until: world.clock.now() + Duration::from_secs(60),
        limit: 10,
    };
    world.store.claim(claim()).await.expect("claimed");
    // The other worker renews its lease each time this one sleeps.
    let renew = async {
        loop {
            world.store.claim(claim()).await.expect("renewed");
            tokio::task::yield_now().await;
        }
    };
    let report = tokio::select! {
        biased;
        () = renew => None,
        report = world.engine.run_until_idle() => Some(report.expect("a report")),
    };
    assert!(report.is_some_and(|report| report.busy_until.is_some()));
    assert_eq!(world.live(RecordKind::Invoice), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn one_that_died_is_waited_for_once_and_then_replaced() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    let claim = ClaimRequest {
        connection: connection(),
        worker: "other".into(),
        now: world.clock.now(),
        until: world.clock.now() + Duration::from_secs(60),
        limit: 10,
    };
    assert!(matches!(world.store.claim(claim).await, Ok(Claim::Work(_))));
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn rounds_of_one_engine_take_turns() {
    let world = World::with(|capabilities| capabilities.replay_window = Some(Duration::from_secs(360))).await;
    world.push(&invoice("i1", "10")).await;
    world.provider.hold_writes(3);
    let before = world.provider.calls().len();
    let (first, second) = tokio::join!(world.engine.run_once(), world.engine.run_once());
    assert_eq!((first.expect("a round").created, second.expect("a round").claimed), (1, 0));
    // Sent once: the second round did not take what the first was sending for something left behind.
    assert_eq!(world.provider.calls().len() - before, 1);
}
