//! How operations arrive.

use std::sync::Arc;

use chrono::DateTime;
use factory_accounting_core::code::Code;
use factory_accounting_core::ids::{Generation, Revision};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{Decision, Goal, NewOperation, OperationState, Outcome, Start, SyncStore};
use rust_decimal::Decimal;

use super::bench::{Bench, at, done, invoice, invoice_key, is_refused, key, needing, parked, push, starting};

/// The same record and revision twice is one row, within a call, over calls, and once it is done.
pub async fn the_same_revision_twice_is_one_row(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let both = bench.try_enqueue(vec![invoice("1", 1), invoice("1", 1)]).await.expect("taken");
    assert_eq!((both[0].new, both[1].new), (true, false));
    assert_eq!(both[0].operation, both[1].operation);
    bench.send_and_settle(both[0].operation, 1, factory_accounting_core::store::Step::Done(Outcome::Created)).await;
    let again = bench.try_enqueue(vec![invoice("1", 1)]).await.expect("taken");
    assert_eq!((again[0].operation, again[0].revision, again[0].new), (both[0].operation, Revision(1), false));
    assert_eq!(bench.all().await.len(), 1);
}

/// A newer revision takes the place of one that was not sent, queued, held or parked.
pub async fn an_unsent_revision_is_superseded_by_a_newer_one(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for (id, start) in [("1", Start::Queued), ("2", Start::Held), ("3", Start::Parked(parked(Code::Invalid)))] {
        let old = bench.enqueue(starting(invoice(id, 1), start)).await;
        let new = bench.enqueue(invoice(id, 2)).await;
        assert_eq!(bench.state(old).await, done(Outcome::Superseded));
        assert_eq!(bench.state(new).await, OperationState::Queued);
    }
    assert_eq!(bench.ready(1).await.len(), 3);
}

/// A newer revision waits behind one that is being sent, and gives way to one newer still.
pub async fn a_newer_revision_waits_behind_one_that_is_being_sent(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let first = bench.enqueue(invoice("1", 1)).await;
    let (epoch, attempt) = bench.send(&[first], 1).await;
    let second = bench.enqueue(invoice("1", 2)).await;
    let third = bench.enqueue(invoice("1", 3)).await;
    assert_eq!(bench.state(first).await, OperationState::Sending { attempt: attempt.id });
    assert_eq!(bench.state(second).await, done(Outcome::Superseded));
    assert_eq!(bench.operation(third).await.waits_for, [invoice_key("1")]);
    assert!(bench.ready(2).await.is_empty());
    let created = factory_accounting_core::store::Step::Done(Outcome::Created);
    bench.settle(epoch, Some(attempt.id), 3, first, created).await;
    assert_eq!(bench.ready(4).await, [third]);
    assert!(bench.operation(third).await.waits_for.is_empty());
}

/// A revision that is older than a known one and was never seen is refused.
pub async fn an_unknown_older_revision_is_refused(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let first = bench.enqueue(invoice("1", 2)).await;
    bench.enqueue(invoice("1", 7)).await;
    is_refused(bench.try_enqueue(vec![invoice("1", 5)]).await);
    let known = bench.try_enqueue(vec![invoice("1", 2)]).await.expect("a known one is answered");
    assert_eq!((known[0].operation, known[0].new), (first, false));
}

/// A revision that is known with another fingerprint or goal is refused.
pub async fn a_known_revision_with_another_content_or_goal_is_refused(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    is_refused(bench.try_enqueue(vec![NewOperation { fingerprint: "other".to_owned(), ..invoice("1", 1) }]).await);
    is_refused(bench.try_enqueue(vec![NewOperation { goal: Goal::Voided, ..invoice("1", 1) }]).await);
    is_refused(bench.try_enqueue(vec![invoice("2", u64::MAX)]).await);
    assert_eq!(bench.all().await.len(), 1);
}

fn counted(content: &str) -> NewOperation {
    NewOperation { revision: None, fingerprint: content.to_owned(), ..invoice("1", 1) }
}

/// Where the host names no revision, another content is the next one and the same content the same.
pub async fn without_a_revision_the_store_counts_by_content(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let pushes = ["a", "a", "b", "a"].map(counted).to_vec();
    let enqueued = bench.try_enqueue(pushes).await.expect("taken");
    let revisions: Vec<_> = enqueued.iter().map(|enqueued| (enqueued.revision.0, enqueued.new)).collect();
    assert_eq!(revisions, [(1, true), (1, false), (2, true), (3, true)]);
}

/// Where the host names no revision, voiding a record as it is counts as the next one, and so does its return.
pub async fn a_void_of_the_same_content_is_a_new_revision(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let void = NewOperation { goal: Goal::Voided, ..counted("a") };
    let enqueued = bench.try_enqueue(vec![counted("a"), void.clone(), void, counted("a")]).await.expect("taken");
    let revisions: Vec<_> = enqueued.iter().map(|enqueued| enqueued.revision.0).collect();
    assert_eq!(revisions, [1, 2, 2, 3]);
}

/// One refused operation refuses the whole call.
pub async fn enqueueing_adds_all_or_none(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let old = bench.enqueue(invoice("1", 3)).await;
    is_refused(bench.try_enqueue(vec![invoice("2", 1), invoice("1", 4), invoice("1", 2)]).await);
    assert_eq!(bench.all().await.len(), 1);
    assert_eq!(bench.state(old).await, OperationState::Queued);
    let next = bench.enqueue(invoice("2", 1)).await;
    assert!(next > old);
}

/// A skipped operation does not stand in the way of its own repetition.
pub async fn a_skipped_operation_may_come_again(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let skipped = bench.enqueue(starting(invoice("1", 1), Start::Skipped("switched off".to_owned()))).await;
    assert_eq!(bench.state(skipped).await, done(Outcome::Skipped { reason: "switched off".to_owned() }));
    let again = bench.try_enqueue(vec![invoice("1", 1), invoice("1", 1)]).await.expect("taken");
    assert_eq!((again[0].new, again[0].revision, again[1].new), (true, Revision(1), false));
    assert_ne!(again[0].operation, skipped);
    assert_eq!(bench.ready(1).await, [again[0].operation]);
}

/// A dropped operation does not stand in the way of its own repetition, however often.
pub async fn a_dropped_operation_may_come_again(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for turn in 1..=3 {
        let id = bench.enqueue(starting(invoice("1", 1), Start::Parked(parked(Code::Invalid)))).await;
        assert_eq!(bench.all().await.len(), turn);
        bench.decide(id, 1, Decision::Drop).await;
    }
    let counted = NewOperation { revision: None, ..invoice("1", 1) };
    let again = bench.try_enqueue(vec![counted]).await.expect("taken");
    assert_eq!((again[0].new, again[0].revision), (true, Revision(1)));
}

/// A newer revision does not take the place of a question whether the older one landed: it would double it (R1).
pub async fn a_question_whether_it_landed_keeps_its_place(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    for (turn, code) in [Code::Unresolved, Code::SeveralFound, Code::FoundDiffers].into_iter().enumerate() {
        let id = format!("{turn}");
        let asked = bench.enqueue(starting(invoice(&id, 1), Start::Parked(parked(code)))).await;
        let newer = bench.enqueue(invoice(&id, 2)).await;
        assert_eq!(bench.state(asked).await, OperationState::Parked { parked: parked(code) });
        assert_eq!(bench.operation(newer).await.waits_for, [invoice_key(&id)]);
    }
    assert!(bench.ready(1).await.is_empty());
}

/// Two callers at once that push one revision make one row (X1).
pub async fn x1_two_workers_that_push_one_revision_make_one_row(store: Arc<dyn SyncStore>) {
    let bench = Arc::new(Bench::new(store).await);
    let pushes: Vec<_> = (0..8)
        .map(|_| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move { bench.try_enqueue(vec![invoice("1", 1)]).await.expect("taken")[0].clone() })
        })
        .collect();
    let mut new = 0;
    for push in pushes {
        new += u32::from(push.await.expect("the task ends").new);
    }
    assert_eq!((new, bench.all().await.len()), (1, 1));
}

/// An operation reads back as it was put, texts and decimals to the last sign.
pub async fn an_operation_reads_back_whole(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let parent = key(RecordKind::Order, "O/1 'ä'");
    let put = NewOperation {
        name: "INV-\"1\" — Zoë".to_owned(),
        goal: Goal::Voided,
        record: "{\"text\":\"日本\\u0000\"}".to_owned(),
        parent: Some(parent.clone()),
        net: Some(Decimal::new(-1_234_500, 4)),
        expects: Some("{\"settings\":3,\"by\":\"Zoë\"}".to_owned()),
        ..push(key(RecordKind::CreditNote, "C'1"), 9)
    };
    let id = bench.enqueue(put.clone()).await;
    let read = bench.operation(id).await;
    assert_eq!(read.key, put.key);
    assert_eq!((read.name, read.goal, read.record), (put.name, put.goal, put.record));
    assert_eq!((read.revision, read.generation, read.fingerprint), (Revision(9), Generation(0), put.fingerprint));
    assert_eq!((read.parent, read.net.map(|net| net.to_string())), (Some(parent), Some("-123.4500".to_owned())));
    assert_eq!((read.state, read.waits_for), (OperationState::Queued, Vec::new()));
    assert_eq!((read.created_at, read.updated_at, read.not_before), (at(0), at(0), DateTime::UNIX_EPOCH));
    assert_eq!((read.claims, read.failures, read.last_failure, read.last_error), (0, 0, None, None));
    assert_eq!((read.decisions, read.expects), (Vec::new(), put.expects));
}

/// What happens on one connection is not seen on another.
pub async fn connections_do_not_see_each_other(store: Arc<dyn SyncStore>) {
    let (one, other) = (Bench::on(Arc::clone(&store), "one").await, Bench::on(store, "other").await);
    let need = needing(invoice("2", 1), &[invoice_key("1")]);
    let first = one.enqueue(invoice("1", 1)).await;
    let second = other.enqueue(need).await;
    assert_ne!(first, second);
    assert_eq!((one.ready(1).await, other.ready(1).await), (vec![first], vec![second]));
    let epoch = one.work(1).await.epoch;
    is_refused(one.try_begin(epoch, &[second], 1).await);
    one.put_link(super::bench::link(&invoice_key("1"), "r-1"), 1).await.expect("stored");
    assert_eq!(other.link_of(&invoice_key("1")).await, None);
    other.put_link(super::bench::link(&invoice_key("9"), "r-1"), 1).await.expect("free on the other connection");
}

/// A queue may fill before its connection is made; then it is worked off.
pub async fn the_queue_takes_what_comes_before_the_connection(store: Arc<dyn SyncStore>) {
    let early = store.enqueue(&"workshop".into(), vec![invoice("1", 1)], at(0)).await.expect("taken");
    let bench = Bench::new(store).await;
    assert_eq!(bench.ready(1).await, [early[0].operation]);
}
