//! Who may act, what is handed out, and how sending begins.

use std::sync::Arc;

use factory_accounting_core::ids::{Epoch, OperationId};
use factory_accounting_core::store::{Claim, ConnectionState, OperationState, Outcome, Step, StoreError, SyncStore};

use super::bench::{Bench, at, done, in_doubt, invoice, is_fenced, is_refused, member, needing, request, retry};

fn epoch(claim: &Claim) -> Epoch {
    match claim {
        Claim::Work(work) => work.epoch,
        other => panic!("work was expected: {other:?}"),
    }
}

/// A connection that was never stored is at rest, and its queue keeps.
pub async fn an_unknown_connection_rests(store: Arc<dyn SyncStore>) {
    let bench = Bench { store, connection: "nobody".into() };
    bench.enqueue(invoice("1", 1)).await;
    let claim = bench.claim_as("A", 1, 10).await;
    assert!(matches!(claim, Claim::Resting(ConnectionState::Disconnected)), "{claim:?}");
    assert_eq!(bench.store.connection(&bench.connection).await, Ok(None));
    assert_eq!(bench.all().await.len(), 1);
}

/// While a lease lives no other worker gets anything, and it is told until when.
pub async fn a_living_lease_keeps_others_out(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    bench.work(0).await;
    let claim = bench.claim_as("B", 59, 10).await;
    assert!(matches!(claim, Claim::Busy { until } if until == at(60)), "{claim:?}");
}

/// The holder of a lease renews it under the same epoch.
pub async fn the_holder_renews_under_the_same_epoch(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    let first = bench.work(0).await.epoch;
    assert_eq!(bench.work(50).await.epoch, first);
    let claim = bench.claim_as("B", 100, 10).await;
    assert!(matches!(claim, Claim::Busy { until } if until == at(110)), "{claim:?}");
}

/// A lease that has run out passes to whoever asks, under a new epoch (R41).
pub async fn r41_a_lease_that_ran_out_passes_under_a_new_epoch(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    let first = bench.work(0).await.epoch;
    let second = epoch(&bench.claim_as("B", 60, 10).await);
    assert!(second > first);
    let claim = bench.claim_as("A", 61, 10).await;
    assert!(matches!(claim, Claim::Busy { until } if until == at(120)), "{claim:?}");
}

/// A worker whose lease was taken neither begins nor settles anything (R41).
pub async fn r41_a_stale_worker_changes_nothing(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    let (stale, attempt) = bench.send(&ids[..1], 0).await;
    epoch(&bench.claim_as("B", 60, 10).await);
    let before = bench.all().await;
    is_fenced(bench.try_begin(stale, &ids[1..], 61).await);
    let steps = vec![(ids[0], Step::Done(Outcome::Created))];
    let mut settle = bench.settling(stale, Some(attempt.id), 61, steps);
    settle.connection_state = Some(ConnectionState::NeedsReconnect { since: at(61), reason: "stale".to_owned() });
    is_fenced(bench.store.settle(settle).await);
    assert_eq!(bench.all().await, before);
    assert!(matches!(bench.claim_as("B", 62, 10).await, Claim::Work(_)));
}

/// A lease that was given back is free at once, and its epoch is over.
pub async fn a_released_lease_is_free_at_once(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let first = bench.work(0).await.epoch;
    bench.store.release(&bench.connection, first).await.expect("released");
    is_fenced(bench.try_begin(first, &[id], 1).await);
    assert!(epoch(&bench.claim_as("B", 1, 10).await) > first);
}

/// Giving back a lease that another holds by now does nothing.
pub async fn a_stale_release_frees_nothing(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    let first = bench.work(0).await.epoch;
    let second = epoch(&bench.claim_as("B", 60, 10).await);
    bench.store.release(&bench.connection, first).await.expect("nothing happens");
    assert!(matches!(bench.claim_as("A", 61, 10).await, Claim::Busy { .. }));
    bench.store.release(&"nobody".into(), second).await.expect("nothing happens");
}

/// Looking where nothing is due takes no lease, ends the asker's own, and says when to look again.
pub async fn looking_in_vain_takes_no_lease(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    assert!(matches!(bench.claim_as("A", 0, 10).await, Claim::Idle { next_due: None }));
    assert!(matches!(bench.claim_as("B", 1, 10).await, Claim::Idle { next_due: None }));
    let id = bench.enqueue(invoice("1", 1)).await;
    let held = bench.work(2).await.epoch;
    bench.settle(held, None, 2, id, retry(50)).await;
    assert!(matches!(bench.claim_as("B", 3, 10).await, Claim::Busy { .. }));
    let claim = bench.claim_as("A", 4, 10).await;
    assert!(matches!(claim, Claim::Idle { next_due } if next_due == Some(at(50))), "{claim:?}");
    is_fenced(bench.try_begin(held, &[id], 5).await);
    assert!(epoch(&bench.claim_as("B", 50, 10).await) > held);
}

/// A paused connection rests until the pause is over, which needs nobody.
pub async fn a_pause_rests_and_ends_by_itself(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let paused = ConnectionState::Paused { until: at(30), reason: "limit".to_owned() };
    let mut settle = bench.settling(bench.work(0).await.epoch, None, 0, Vec::new());
    settle.connection_state = Some(paused.clone());
    bench.store.settle(settle).await.expect("taken");
    let claim = bench.claim_as("A", 29, 10).await;
    assert!(matches!(&claim, Claim::Resting(state) if *state == paused), "{claim:?}");
    assert_eq!(bench.ready(30).await, [id]);
    let stored = bench.store.connection(&bench.connection).await.expect("read").expect("there");
    assert_eq!(stored.state, ConnectionState::Connected);
}

/// A connection that was ended, or needs a person to sign in, rests until it is stored anew; the queue keeps (F9).
pub async fn a_reconnect_or_disconnect_rests_until_a_person_acts(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let lost = ConnectionState::NeedsReconnect { since: at(0), reason: "revoked".to_owned() };
    for state in [lost, ConnectionState::Disconnected] {
        bench.put_state(state.clone()).await;
        let claim = bench.claim_as("A", 1_000_000, 10).await;
        assert!(matches!(&claim, Claim::Resting(resting) if *resting == state), "{claim:?}");
    }
    bench.put_state(ConnectionState::Connected).await;
    assert_eq!(bench.ready(1_000_001).await, [id]);
}

/// Operations come in order of arrival, no more than asked for.
pub async fn work_comes_in_order_of_arrival_and_within_the_limit(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let pushes = ["c", "a", "b", "d"].map(|id| invoice(id, 1)).to_vec();
    let ids = bench.enqueue_all(pushes).await;
    let Claim::Work(work) = bench.claim_as("A", 1, 3).await else { panic!("work was expected") };
    let handed: Vec<OperationId> = work.operations.iter().map(|operation| operation.id).collect();
    assert_eq!(handed, ids[..3]);
    assert!(work.operations.iter().all(|operation| operation.state == OperationState::Queued));
    assert_eq!(work.next_due, None);
}

/// What waits for its time is not handed out before, and the claim says when it will be.
pub async fn nothing_is_handed_out_before_it_is_due(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1), invoice("3", 1)]).await;
    bench.send_and_settle(ids[0], 1, retry(50)).await;
    bench.send_and_settle(ids[1], 1, retry(40)).await;
    let work = bench.work(39).await;
    assert_eq!(work.operations.len(), 1);
    assert_eq!(work.next_due, Some(at(40)));
    assert_eq!(bench.ready(40).await, [ids[1], ids[2]]);
    assert_eq!(bench.ready(50).await, ids);
}

/// What has just arrived is due at once, also where the host's clock is ahead of the worker's.
pub async fn what_has_just_arrived_is_due_whatever_the_clocks_say(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let work = bench.work(-30).await;
    assert_eq!((work.operations[0].id, work.next_due), (id, None));
}

/// Each claim counts, so that what kills its worker over and over is found out; getting anywhere starts anew.
pub async fn claims_are_counted_until_it_gets_anywhere(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    for turn in 1..=3 {
        assert_eq!(bench.work(turn).await.operations[0].claims, u32::try_from(turn).expect("small"));
    }
    assert_eq!(bench.operation(id).await.claims, 3);
    bench.send_and_settle(id, 4, retry(5)).await;
    assert_eq!(bench.operation(id).await.claims, 0);
}

/// An attempt without a settled fate is handed out when it is due, whole and with its operations in order.
pub async fn open_attempts_come_when_due_and_count_their_tries(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1), invoice("3", 1)]).await;
    let sent = [ids[1], ids[0]];
    let (epoch, begun) = bench.send(&sent, 5).await;
    assert_eq!((begun.tries, begun.begun_at), (1, at(5)));
    assert_eq!(begun.members, sent.map(member));

    let (found, operations) = bench.work(6).await.attempts.remove(0);
    assert_eq!((found.id, found.tries, found.request), (begun.id, 2, request(2)));
    assert_eq!(found.members, sent.map(member));
    assert_eq!(operations.iter().map(|operation| operation.id).collect::<Vec<_>>(), sent);
    assert_eq!(operations[0].claims, 2);

    let steps = sent.map(|id| (id, in_doubt())).to_vec();
    bench.store.settle(bench.settling(epoch, Some(begun.id), 10, steps)).await.expect("taken");
    let work = bench.work(39).await;
    assert!(work.attempts.is_empty());
    assert_eq!((work.operations.len(), work.next_due), (1, Some(at(40))));
    let work = bench.work(40).await;
    assert_eq!((work.attempts[0].0.tries, work.attempts[0].0.begun_at), (3, at(5)));
    assert_eq!(work.attempts[0].1[0].last_error.as_deref(), Some("no answer"));
}

/// Only what is queued and waits for nothing can be begun: a newer revision may have come since the claim.
pub async fn beginning_needs_what_is_ready(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let first = bench.enqueue(invoice("1", 1)).await;
    let blocked = bench.enqueue(needing(invoice("2", 1), &[super::bench::invoice_key("1")])).await;
    let epoch = bench.work(1).await.epoch;
    let second = bench.enqueue(invoice("1", 2)).await;
    is_refused(bench.try_begin(epoch, &[first], 1).await);
    is_refused(bench.try_begin(epoch, &[blocked], 1).await);
    is_refused(bench.try_begin(epoch, &[OperationId(999)], 1).await);
    assert_eq!(bench.state(first).await, done(Outcome::Superseded));
    bench.try_begin(epoch, &[second], 1).await.expect("the newer one begins");
    is_refused(bench.try_begin(epoch, &[second], 1).await);
}

/// One member that is not ready, or a request of another size, and nothing begins.
pub async fn beginning_is_all_or_nothing(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    bench.send_and_settle(ids[1], 1, Step::Done(Outcome::Created)).await;
    let epoch = bench.work(2).await.epoch;
    is_refused(bench.try_begin(epoch, &ids, 2).await);
    is_refused(bench.try_begin(epoch, &[], 2).await);
    is_refused(bench.try_begin(epoch, &[ids[0], ids[0]], 2).await);
    let short = bench.store.begin(&bench.connection, epoch, vec![member(ids[0])], request(2), at(2)).await;
    is_refused(short);
    assert_eq!(bench.state(ids[0]).await, OperationState::Queued);
    let work = bench.work(3).await;
    assert_eq!((work.attempts.len(), work.operations.len()), (0, 1));
}

/// After a person has ended the connection nothing begins on it, whatever was claimed before.
pub async fn nothing_begins_on_an_ended_connection(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    let (epoch, attempt) = bench.send(&ids[..1], 1).await;
    bench.put_state(ConnectionState::Disconnected).await;
    assert_eq!(bench.try_begin(epoch, &ids[1..], 2).await.err(), Some(StoreError::Fenced));
    // What left before is settled all the same.
    bench.settle(epoch, Some(attempt.id), 2, ids[0], Step::Done(Outcome::Created)).await;
    assert_eq!(bench.state(ids[0]).await, done(Outcome::Created));
}
