//! The package is away, or says no for a while.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::ConnectionState;

use crate::scripted::Act;
use crate::world::{World, document, invoice, key};

fn down() -> Act {
    Act::Refuse(ProviderError::new(ErrorKind::Unavailable, "the organisation is offline"))
}

#[tokio::test(flavor = "current_thread")]
async fn r6_an_outage_parks_nothing_however_long_it_lasts() {
    let world = World::new().await;
    world.push(&document("quote", "q1", "10", "")).await;
    world.push(&invoice("i1", "10")).await;
    world.push(&invoice("i2", "10")).await;
    // Each round the first group meets the outage, and the others are claimed and never come to their turn.
    world.provider.next_writes((0..60).map(|_| down()));
    world.settle().await;
    assert_eq!(world.codes().await, []);
    assert_eq!((world.live(RecordKind::Quote), world.live(RecordKind::Invoice)), (1, 2));
}

#[tokio::test(flavor = "current_thread")]
async fn an_outage_tells_those_that_never_had_their_turn_why_they_wait() {
    let world = World::new().await;
    world.push(&document("quote", "q1", "10", "")).await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([down()]);
    let report = world.round().await;
    assert!(matches!(report.resting, Some(ConnectionState::Paused { .. })), "{report:?}");
    let waiting = world.newest(&key(RecordKind::Invoice, "i1")).await;
    assert_eq!(waiting.claims, 0);
    assert!(waiting.last_error.is_some_and(|error| error.contains("offline")));
}

#[tokio::test(flavor = "current_thread")]
async fn r30_limits_met_by_a_replay_rest_the_connection() {
    let window = std::time::Duration::from_secs(360);
    let world = World::with(|capabilities| capabilities.replay_window = Some(window)).await;
    world.push(&invoice("i1", "10")).await;
    let limit = ProviderError::new(ErrorKind::Throttled, "limit").with_retry_after(std::time::Duration::from_secs(40));
    world.provider.next_writes([Act::LoseAnswer, Act::Refuse(limit)]);
    world.round().await;
    world.pass(10);
    let report = world.round().await;
    assert!(matches!(report.resting, Some(ConnectionState::Paused { .. })), "{report:?}");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

fn refused(kind: ErrorKind) -> Act {
    Act::Refuse(ProviderError::new(kind, "refused"))
}

#[tokio::test(flavor = "current_thread")]
async fn a_token_refused_behind_an_outage_is_not_taken_for_a_dead_one() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([down(), refused(ErrorKind::Unauthorised), down(), refused(ErrorKind::Unauthorised)]);
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_token_refused_twice_in_a_row_asks_for_a_sign_in() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([refused(ErrorKind::Unauthorised), refused(ErrorKind::Unauthorised)]);
    let first = world.round().await;
    assert_eq!((first.retried, first.resting), (1, None));
    let second = world.round().await;
    assert!(matches!(second.resting, Some(ConnectionState::NeedsReconnect { .. })), "{second:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_conflict_behind_an_outage_has_its_one_more_try() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([down(), refused(ErrorKind::Conflict)]);
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}
