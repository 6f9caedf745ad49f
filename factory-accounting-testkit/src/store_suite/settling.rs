//! What becomes of operations and attempts.

use std::sync::Arc;

use factory_accounting_core::code::Code;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{Generation, OperationId};
use factory_accounting_core::store::{
    Claim, ConnectionState, Operation, OperationState, Outcome, Settlement, Step, SyncStore,
};

use super::bench::{Bench, at, done, in_doubt, invoice, invoice_key, is_fenced, is_refused, link, parked, retry};

/// The outcome and the link are there together, and the attempt is over.
pub async fn done_and_its_links_come_together(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let written = link(&invoice_key("1"), "r-1");
    bench.create(id, 5, written.clone()).await;
    let read = bench.operation(id).await;
    assert_eq!((read.state, read.updated_at, read.created_at), (done(Outcome::Created), at(5), at(0)));
    assert_eq!(bench.link_of(&invoice_key("1")).await, Some(written));
    let claim = bench.claim_as("A", 100, 10).await;
    assert!(matches!(claim, Claim::Idle { next_due: None }), "{claim:?}");
}

/// What did not land goes back under the same generation, keeps its error and waits; failures that count are counted, and
/// the kind of the last one is kept.
pub async fn a_retry_keeps_the_generation_and_waits(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    bench.send_and_settle(id, 1, retry(10)).await;
    bench.send_and_settle(id, 10, retry(20)).await;
    let refused = Step::Retry { not_before: at(25), error: "401".to_owned(), failure: Some(ErrorKind::Unauthorised) };
    bench.send_and_settle(id, 20, refused).await;
    let uncounted = Step::Retry { not_before: at(30), error: "limit".to_owned(), failure: None };
    bench.send_and_settle(id, 25, uncounted).await;
    let read = bench.operation(id).await;
    assert_eq!((&read.state, read.generation, read.failures), (&OperationState::Queued, Generation(0), 3));
    assert_eq!(read.last_failure, Some(ErrorKind::Unauthorised));
    assert_eq!((read.not_before, read.last_error.as_deref()), (at(30), Some("limit")));
    bench.send_and_settle(id, 30, Step::Done(Outcome::Created)).await;
    let read = bench.operation(id).await;
    assert_eq!((read.failures, read.last_failure, read.last_error), (0, None, None));
}

/// What depends on another record is done once more when that is settled, under the next generation, where the books hold
/// it; what is open, voided or not in the books stays as it is.
pub async fn a_settlement_reopens_what_depends_on_it(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let order = bench.enqueue(invoice("order", 1)).await;
    bench.send_and_settle(order, 1, Step::Done(Outcome::Created)).await;
    let part = bench.enqueue(invoice("part", 1)).await;
    let reopening = |step| Settlement { operation: part, step, links: Vec::new(), reopens: Some(invoice_key("order")) };
    let (epoch, attempt) = bench.send(&[part], 2).await;
    let mut settle = bench.settling(epoch, Some(attempt.id), 3, Vec::new());
    settle.settlements = vec![reopening(Step::Done(Outcome::Created))];
    bench.store.settle(settle.clone()).await.expect("settled");
    let read = bench.operation(order).await;
    assert_eq!((read.state, read.generation, read.not_before), (OperationState::Queued, Generation(1), at(3)));
    let counts = bench.store.counts(&bench.connection).await.expect("counts");
    let kind = read.key.kind;
    assert_eq!((counts.get(&(kind, "queued")), counts.get(&(kind, "done.created"))), (Some(&1), Some(&1)));
    assert_eq!(bench.work(4).await.operations[0].id, order);
    // Open already: nothing moves. A newer state of it takes its place as ever.
    bench.store.settle(settle).await.expect("settled again");
    assert_eq!(bench.operation(order).await.generation, Generation(1));
    let newer = bench.enqueue(invoice("order", 2)).await;
    assert_eq!(bench.operation(order).await.state, done(Outcome::Superseded));
    assert_eq!(bench.operation(newer).await.state, OperationState::Queued);
}

/// What is proven not to have landed goes back at once under the next generation.
pub async fn a_next_generation_is_due_at_once(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    bench.send_and_settle(id, 7, Step::NextGeneration { error: "not there".to_owned() }).await;
    let read = bench.operation(id).await;
    assert_eq!((read.state, read.generation, read.not_before), (OperationState::Queued, Generation(1), at(7)));
    assert_eq!(read.resent, 1);
    assert_eq!(bench.work(7).await.operations[0].generation, Generation(1));
}

/// In doubt nothing moves: the operation stays in its attempt, which comes again when it is due.
pub async fn doubt_keeps_the_attempt_open(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let (epoch, attempt) = bench.send(&[id], 1).await;
    bench.settle(epoch, Some(attempt.id), 2, id, in_doubt()).await;
    let read = bench.operation(id).await;
    assert_eq!(read.state, OperationState::Sending { attempt: attempt.id });
    assert_eq!(read.last_error.as_deref(), Some("no answer"));
    assert!(bench.ready(3).await.is_empty());
    let work = bench.work(32).await;
    assert_eq!((work.attempts[0].0.id, work.attempts[0].0.not_before), (attempt.id, at(32)));
}

/// Members may be settled one after the other; the attempt is over with the last, and only then is its request gone.
pub async fn an_attempt_closes_with_its_last_member(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1), invoice("3", 1)]).await;
    let (epoch, attempt) = bench.send(&ids, 1).await;
    let first = vec![(ids[0], Step::Done(Outcome::Created)), (ids[1], in_doubt())];
    bench.store.settle(bench.settling(epoch, Some(attempt.id), 2, first)).await.expect("taken");
    let (open, operations) = bench.work(32).await.attempts.remove(0);
    assert_eq!(open.members.len(), 3);
    let states: Vec<_> = operations.into_iter().map(|operation| operation.state).collect();
    let sending = OperationState::Sending { attempt: attempt.id };
    assert_eq!(states, [done(Outcome::Created), sending.clone(), sending]);

    bench.settle(epoch, Some(attempt.id), 33, ids[1], retry(99)).await;
    assert_eq!(bench.work(63).await.attempts.len(), 1);
    bench.settle(epoch, Some(attempt.id), 64, ids[2], Step::Park(parked(Code::Refused))).await;
    assert!(bench.work(1_000).await.attempts.is_empty());
}

/// Settling the same again, as after a lost answer of the store, changes nothing (R1).
pub async fn r1_settling_twice_changes_nothing(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    let (epoch, attempt) = bench.send(&ids, 1).await;
    let steps = vec![(ids[0], Step::Done(Outcome::Created)), (ids[1], Step::NextGeneration { error: "no".to_owned() })];
    let settle = bench.settling(epoch, Some(attempt.id), 2, steps);
    bench.store.settle(settle.clone()).await.expect("taken");
    let before = bench.all().await;
    bench.store.settle(settle).await.expect("taken again");
    assert_eq!(bench.all().await, before);
    assert_eq!(before[1].generation, Generation(1));
}

/// What planning finds out needs no attempt.
pub async fn a_plan_settles_without_an_attempt(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1), invoice("3", 1)]).await;
    let epoch = bench.work(1).await.epoch;
    let question = parked(Code::TaxUnmapped);
    let steps =
        vec![(ids[0], Step::Done(Outcome::Unchanged)), (ids[1], Step::Park(question.clone())), (ids[2], retry(9))];
    bench.store.settle(bench.settling(epoch, None, 2, steps)).await.expect("taken");
    let states: Vec<_> = bench.all().await.into_iter().map(|operation| operation.state).collect();
    assert_eq!(states, [done(Outcome::Unchanged), OperationState::Parked { parked: question }, OperationState::Queued]);
}

/// What is in an attempt is not settled without it, nor with another.
pub async fn what_is_in_an_attempt_is_settled_with_it(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    let (epoch, one) = bench.send(&ids[..1], 1).await;
    let other = bench.try_begin(epoch, &ids[1..], 1).await.expect("begins");
    assert!(other.id > one.id);
    for attempt in [None, Some(other.id)] {
        let steps = vec![(ids[0], Step::Done(Outcome::Created))];
        is_refused(bench.store.settle(bench.settling(epoch, attempt, 2, steps)).await);
    }
    assert_eq!(bench.state(ids[0]).await, OperationState::Sending { attempt: one.id });
}

/// Only what was sent can be in doubt.
pub async fn doubt_without_an_attempt_is_refused(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    let epoch = bench.work(1).await.epoch;
    is_refused(bench.store.settle(bench.settling(epoch, None, 2, vec![(id, in_doubt())])).await);
    assert_eq!(bench.state(id).await, OperationState::Queued);
}

/// An operation that is not there is refused, and a connection that is not there is nobody's.
pub async fn settling_the_unknown_is_refused(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    let epoch = bench.work(1).await.epoch;
    let steps = vec![(OperationId(77), Step::Done(Outcome::Created))];
    is_refused(bench.store.settle(bench.settling(epoch, None, 2, steps)).await);
    let nobody = Bench { store: Arc::clone(&bench.store), connection: "nobody".into() };
    is_fenced(nobody.store.settle(nobody.settling(epoch, None, 2, Vec::new())).await);
}

/// What failed while a newer revision waits behind it is not tried again and asks nobody: the newer one goes.
pub async fn what_failed_gives_way_to_a_newer_revision(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let next = Step::NextGeneration { error: "no".to_owned() };
    for (turn, step) in [retry(99), next, Step::Park(parked(Code::Invalid))].into_iter().enumerate() {
        let record = format!("{turn}");
        let old = bench.enqueue(invoice(&record, 1)).await;
        let (epoch, attempt) = bench.send(&[old], 1).await;
        let new = bench.enqueue(invoice(&record, 2)).await;
        bench.settle(epoch, Some(attempt.id), 2, old, step).await;
        assert_eq!(bench.state(old).await, done(Outcome::Superseded));
        assert_eq!(bench.ready(3).await, [new]);
        bench.send_and_settle(new, 4, Step::Done(Outcome::Created)).await;
    }
    let old = bench.enqueue(invoice("asked", 1)).await;
    let (epoch, attempt) = bench.send(&[old], 1).await;
    bench.enqueue(invoice("asked", 2)).await;
    bench.settle(epoch, Some(attempt.id), 2, old, Step::Park(parked(Code::Unresolved))).await;
    assert_eq!(bench.state(old).await, OperationState::Parked { parked: parked(Code::Unresolved) });
    assert!(bench.ready(3).await.is_empty());
}

/// A newer revision may come while the older one is being planned; the older stays superseded, yet what was found in the
/// books is kept.
pub async fn what_was_superseded_while_planned_stays_so(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let old = bench.enqueue(invoice("1", 1)).await;
    let epoch = bench.work(1).await.epoch;
    let new = bench.enqueue(invoice("1", 2)).await;
    let mut settle = bench.settling(epoch, None, 2, vec![(old, Step::Park(parked(Code::Invalid)))]);
    settle.settlements[0].links.push(link(&invoice_key("1"), "r-1"));
    bench.store.settle(settle).await.expect("taken");
    assert_eq!(bench.state(old).await, done(Outcome::Superseded));
    assert_eq!(bench.state(new).await, OperationState::Queued);
    assert!(bench.link_of(&invoice_key("1")).await.is_some());
}

/// Every outcome reads back as it was settled.
pub async fn a_voided_outcome_is_kept(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let outcomes = [
        Outcome::Voided,
        Outcome::Updated,
        Outcome::Unchanged,
        Outcome::Skipped { reason: "before the start".to_owned() },
    ];
    for (turn, outcome) in outcomes.into_iter().enumerate() {
        let id = bench.enqueue(invoice(&format!("{turn}"), 1)).await;
        bench.send_and_settle(id, 1, Step::Done(outcome.clone())).await;
        assert_eq!(bench.state(id).await, done(outcome));
    }
}

/// A worker's late news does not revive a connection that a person has ended or must mend.
pub async fn a_worker_does_not_revive_what_a_person_ended(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    let lost = ConnectionState::NeedsReconnect { since: at(1), reason: "revoked".to_owned() };
    for state in [lost, ConnectionState::Disconnected] {
        bench.put_state(ConnectionState::Connected).await;
        let mut settle = bench.settling(bench.work(1).await.epoch, None, 2, Vec::new());
        settle.connection_state = Some(ConnectionState::Paused { until: at(9), reason: "limit".to_owned() });
        bench.put_state(state.clone()).await;
        bench.store.settle(settle).await.expect("taken");
        let stored = bench.store.connection(&bench.connection).await.expect("read").expect("there");
        assert_eq!(stored.state, state);
    }
}

/// One settlement that cannot be, and none of them is.
pub async fn a_refused_settling_changes_nothing(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1)]).await;
    let (epoch, attempt) = bench.send(&ids, 1).await;
    let before: Vec<Operation> = bench.all().await;
    let mut settle = bench.settling(epoch, Some(attempt.id), 2, vec![(ids[0], Step::Done(Outcome::Created))]);
    settle.settlements[0].links.push(link(&invoice_key("1"), "r-1"));
    let unknown =
        Settlement { operation: OperationId(77), step: Step::Done(Outcome::Created), links: Vec::new(), reopens: None };
    settle.settlements.push(unknown);
    is_refused(bench.store.settle(settle).await);
    assert_eq!(bench.all().await, before);
    assert_eq!(bench.link_of(&invoice_key("1")).await, None);
}
