//! Who waits for whom, who is held and who is woken.

use std::sync::Arc;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::store::{Decision, OperationState, Outcome, Start, Step, SyncStore};

use super::bench::{Bench, customer, customer_key, done, invoice, invoice_key, link, needing, parked, retry, starting};

fn until_linked(key: &RecordKey) -> Parked {
    parked(Code::NotLinked).until_linked(key.clone())
}

/// An invoice waits for its customer; it does not fail and retry (X12).
pub async fn x12_a_dependent_waits_until_its_need_is_done(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench
        .enqueue_all(vec![
            customer("C", 1),
            needing(invoice("1", 1), &[customer_key("C"), customer_key("C")]),
            needing(invoice("2", 1), &[invoice_key("1"), customer_key("C"), customer_key("never pushed")]),
        ])
        .await;
    assert_eq!(bench.operation(ids[2]).await.waits_for, [customer_key("C"), invoice_key("1")]);
    assert_eq!(bench.ready(1).await, ids[..1]);
    bench.send_and_settle(ids[0], 1, retry(5)).await;
    assert!(bench.ready(4).await.is_empty());
    bench.send_and_settle(ids[0], 5, Step::Done(Outcome::Created)).await;
    assert_eq!(bench.operation(ids[2]).await.waits_for, [invoice_key("1")]);
    assert_eq!(bench.ready(6).await, ids[1..2]);
    bench.send_and_settle(ids[1], 6, Step::Done(Outcome::Created)).await;
    assert_eq!(bench.ready(7).await, ids[2..]);
}

/// Only what arrived before is waited for, so that two records that need each other do not wait for ever.
pub async fn an_earlier_operation_does_not_wait_for_a_later_one(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench
        .enqueue_all(vec![
            needing(invoice("1", 1), &[invoice_key("2"), invoice_key("1")]),
            needing(invoice("2", 1), &[invoice_key("1")]),
        ])
        .await;
    assert!(bench.operation(ids[0]).await.waits_for.is_empty());
    assert_eq!(bench.ready(1).await, ids[..1]);
}

/// What waits for a person is not waited for: the dependent goes on, finds no link and asks for itself.
pub async fn a_need_that_is_parked_is_not_waited_for(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let need = bench.enqueue(customer("C", 1)).await;
    let early = bench.enqueue(needing(invoice("1", 1), &[customer_key("C")])).await;
    assert!(!bench.ready(1).await.contains(&early));
    bench.send_and_settle(need, 1, Step::Park(parked(Code::NameTaken))).await;
    assert_eq!(bench.ready(2).await, [early]);
    let late = bench.enqueue(needing(invoice("2", 1), &[customer_key("C")])).await;
    assert!(bench.operation(late).await.waits_for.is_empty());
}

/// Who waited for a revision waits for the one that took its place.
pub async fn waits_pass_to_the_superseding_revision(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let old = bench.enqueue(customer("C", 1)).await;
    let dependent = bench.enqueue(needing(invoice("1", 1), &[customer_key("C")])).await;
    let new = bench.enqueue(customer("C", 2)).await;
    assert_eq!(bench.state(old).await, done(Outcome::Superseded));
    assert_eq!(bench.operation(dependent).await.waits_for, [customer_key("C")]);
    assert_eq!(bench.ready(1).await, [new]);
    bench.send_and_settle(new, 1, Step::Done(Outcome::Created)).await;
    assert_eq!(bench.ready(2).await, [dependent]);

    // Also where the older one was being sent when the newer one came.
    let (epoch, attempt) = bench.send(&[dependent], 2).await;
    let payment = bench.enqueue(needing(invoice("2", 1), &[invoice_key("1")])).await;
    let newer = bench.enqueue(invoice("1", 2)).await;
    bench.settle(epoch, Some(attempt.id), 3, dependent, retry(99)).await;
    assert_eq!(bench.operation(payment).await.waits_for, [invoice_key("1")]);
    assert_eq!(bench.ready(4).await, [newer]);

    // A newer one that is not to be sent frees them.
    bench.enqueue(starting(invoice("1", 3), Start::Skipped("not wanted".to_owned()))).await;
    assert_eq!(bench.ready(5).await, [payment]);
}

/// An invoice whose void needs its payment voided first, while that payment waits for the invoice: the void goes first.
pub async fn waiting_in_a_circle_is_taken_back(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(invoice("1", 1)).await;
    let middle = bench.enqueue(needing(invoice("2", 1), &[invoice_key("1")])).await;
    let payment = bench.enqueue(needing(invoice("3", 1), &[invoice_key("2")])).await;
    let void = bench.enqueue(needing(invoice("1", 2), &[invoice_key("3")])).await;
    assert!(bench.operation(void).await.waits_for.is_empty());
    assert_eq!(bench.operation(payment).await.waits_for, [invoice_key("2")]);
    for id in [void, middle, payment] {
        assert_eq!(bench.ready(1).await, [id]);
        bench.send_and_settle(id, 1, Step::Done(Outcome::Created)).await;
    }
}

/// A held customer is not sent until a document needs it (F34).
pub async fn f34_held_is_released_when_needed(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let held = bench.enqueue(starting(customer("C", 1), Start::Held)).await;
    assert!(bench.ready(1).await.is_empty());
    bench.enqueue(starting(needing(invoice("0", 1), &[customer_key("C")]), Start::Parked(parked(Code::Invalid)))).await;
    assert_eq!(bench.state(held).await, OperationState::Held);
    let first = bench.enqueue(needing(invoice("1", 1), &[customer_key("C")])).await;
    assert_eq!(bench.state(held).await, OperationState::Queued);
    assert_eq!(bench.ready(2).await, [held]);
    bench.send_and_settle(held, 2, Step::Done(Outcome::Created)).await;
    assert_eq!(bench.ready(3).await, [first]);
}

/// What is parked until its customer is linked needs that customer, whichever came first (F34).
pub async fn f34_held_is_released_for_what_is_parked_for_its_link(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let asked = Start::Parked(until_linked(&customer_key("C")));
    bench.enqueue(starting(invoice("1", 1), asked)).await;
    let late = bench.enqueue(starting(customer("C", 1), Start::Held)).await;
    assert_eq!(bench.state(late).await, OperationState::Queued);

    let early = bench.enqueue(starting(customer("D", 1), Start::Held)).await;
    let other = bench.enqueue(invoice("2", 1)).await;
    bench.park(other, 1, until_linked(&customer_key("D"))).await;
    assert_eq!(bench.state(early).await, OperationState::Queued);
}

/// Released is not only what is needed, but what that needs; and what a person sends again needs as well.
pub async fn releasing_reaches_what_the_released_needs(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let held = bench
        .enqueue_all(vec![
            starting(customer("A", 1), Start::Held),
            starting(needing(customer("B", 1), &[customer_key("A")]), Start::Held),
        ])
        .await;
    let asked = starting(needing(invoice("1", 1), &[customer_key("B")]), Start::Parked(parked(Code::Invalid)));
    let document = bench.enqueue(asked).await;
    assert!(bench.ready(1).await.is_empty());
    bench.decide(document, 2, Decision::Retry).await;
    assert_eq!(bench.ready(3).await, held[..1]);
    bench.send_and_settle(held[0], 3, Step::Done(Outcome::Created)).await;
    assert_eq!(bench.ready(4).await, held[1..]);
}

/// A newer revision of a customer that is needed is not held again.
pub async fn a_newer_held_revision_that_is_needed_goes_on(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue(starting(customer("C", 1), Start::Held)).await;
    let document = bench.enqueue(needing(invoice("1", 1), &[customer_key("C")])).await;
    let newer = bench.enqueue(starting(customer("C", 2), Start::Held)).await;
    assert_eq!(bench.state(newer).await, OperationState::Queued);
    assert_eq!(bench.ready(1).await, [newer]);
    bench.send_and_settle(newer, 1, Step::Done(Outcome::Created)).await;
    assert_eq!(bench.ready(2).await, [document]);
}

/// What is parked until a record is linked goes on when a settling brings the link.
pub async fn parked_goes_on_once_its_record_is_linked_by_settling(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let asked = bench.enqueue(invoice("1", 1)).await;
    bench.park(asked, 1, until_linked(&customer_key("C"))).await;
    let other = bench.enqueue(invoice("2", 1)).await;
    bench.park(other, 1, until_linked(&customer_key("D"))).await;
    let need = bench.enqueue(customer("C", 1)).await;
    assert_eq!(bench.ready(2).await, [need]);
    bench.create(need, 2, link(&customer_key("C"), "r-C")).await;
    assert_eq!(bench.ready(3).await, [asked]);
}

/// What is parked until a record is linked goes on when a person links it, under a key of its own: what it sends now is not
/// what the package may have refused.
pub async fn parked_goes_on_once_its_record_is_linked_by_hand(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let asked = bench.enqueue(starting(invoice("1", 1), Start::Parked(until_linked(&customer_key("C"))))).await;
    bench.put_link(link(&invoice_key("C"), "r-x"), 1).await.expect("stored");
    assert!(bench.ready(1).await.is_empty());
    bench.put_link(link(&customer_key("C"), "r-C"), 2).await.expect("stored");
    let woken = bench.operation(asked).await;
    assert_eq!((woken.state, woken.generation.0, woken.updated_at), (OperationState::Queued, 1, super::bench::at(2)));
    assert_eq!(bench.ready(2).await, [asked]);
}

/// A link that was stored between the claim and the parking wakes all the same; one that was there before does not, lest
/// the operation is claimed and parked for ever.
pub async fn a_link_stored_since_the_claim_is_not_missed(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let asked = bench.enqueue(invoice("1", 1)).await;
    let epoch = bench.work(1).await.epoch;
    bench.put_link(link(&customer_key("C"), "r-C"), 1).await.expect("stored");
    let question = until_linked(&customer_key("C"));
    bench.settle(epoch, None, 2, asked, Step::Park(question.clone())).await;
    assert_eq!(bench.ready(3).await, [asked]);
    bench.settle(epoch, None, 4, asked, Step::Park(question.clone())).await;
    assert_eq!(bench.state(asked).await, OperationState::Parked { parked: question });
    assert!(bench.ready(5).await.is_empty());
}
