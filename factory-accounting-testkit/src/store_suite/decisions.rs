//! What people answer.

use std::sync::Arc;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::Issue;
use factory_accounting_core::ids::{Generation, OperationId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::ChangeFeed;
use factory_accounting_core::store::{
    Absorb, Decision, Link, LinkOrigin, OperationState, Outcome, Start, Step, SyncStore,
};

use super::bench::{
    Bench, at, decided, done, invoice, invoice_key, is_refused, link, needing, parked, retry, starting,
};

async fn asked(bench: &Bench, id: &str, code: Code) -> OperationId {
    bench.enqueue(starting(invoice(id, 1), Start::Parked(parked(code)))).await
}

fn adopt(remote: &str) -> Decision {
    Decision::Adopt { remote: RemoteId::from(remote) }
}

/// Sending again after a person has looked is a new generation, starts its failures anew and says who decided.
pub async fn a_retry_by_a_person_is_a_new_generation(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = bench.enqueue(invoice("1", 1)).await;
    bench.send_and_settle(id, 1, retry(2)).await;
    bench.send_and_settle(id, 2, Step::Park(parked(Code::Unresolved))).await;
    bench.decide(id, 3, Decision::Retry).await;
    let read = bench.operation(id).await;
    assert_eq!((&read.state, read.generation, read.failures), (&OperationState::Queued, Generation(1), 0));
    assert_eq!((read.not_before, read.updated_at), (at(3), at(3)));
    assert_eq!(read.decisions, [decided(Decision::Retry, at(3))]);
    bench.send_and_settle(id, 4, Step::Park(parked(Code::Refused))).await;
    bench.decide(id, 5, Decision::Drop).await;
    let decisions = [decided(Decision::Retry, at(3)), decided(Decision::Drop, at(5))];
    assert_eq!(bench.operation(id).await.decisions, decisions);
}

/// Adopting stores the link and sends the operation back under the same generation, to be compared with what is there.
pub async fn adopting_links_and_compares(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = asked(&bench, "1", Code::SeveralFound).await;
    let sleeper = parked(Code::NotLinked).until_linked(invoice_key("1"));
    let sleeper = bench.enqueue(starting(invoice("2", 1), Start::Parked(sleeper))).await;
    let adopted = Link { origin: LinkOrigin::Adopted, ..link(&invoice_key("1"), "r-7") };
    let decision = decided(adopt("r-7"), at(3));
    bench.store.decide(&bench.connection, id, decision, Some(adopted.clone())).await.expect("taken");
    let read = bench.operation(id).await;
    assert_eq!((read.state, read.generation), (OperationState::Queued, Generation(0)));
    assert_eq!(bench.link_of(&invoice_key("1")).await, Some(adopted));
    assert_eq!(bench.ready(4).await, [id, sleeper]);
}

/// Adopting needs the link, of that record, to that id, and not taken; no other decision brings one.
pub async fn adopting_needs_the_link_that_fits(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = asked(&bench, "1", Code::FoundDiffers).await;
    bench.put_link(link(&invoice_key("9"), "r-9"), 1).await.expect("stored");
    let before = bench.operation(id).await;
    let wrong = [
        (adopt("r-7"), None),
        (adopt("r-7"), Some(link(&invoice_key("1"), "r-8"))),
        (adopt("r-7"), Some(link(&invoice_key("2"), "r-7"))),
        (adopt("r-9"), Some(link(&invoice_key("1"), "r-9"))),
        (Decision::Retry, Some(link(&invoice_key("1"), "r-7"))),
    ];
    for (decision, link) in wrong {
        is_refused(bench.store.decide(&bench.connection, id, decided(decision, at(2)), link).await);
    }
    assert_eq!(bench.operation(id).await, before);
}

/// What a person declares done is done, and who waited for it goes on.
pub async fn marked_done_is_done_and_frees_who_waits(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let first = bench.enqueue(invoice("1", 1)).await;
    let (epoch, attempt) = bench.send(&[first], 1).await;
    let newer = bench.enqueue(invoice("1", 2)).await;
    let dependent = bench.enqueue(needing(invoice("2", 1), &[invoice_key("1")])).await;
    bench.settle(epoch, Some(attempt.id), 2, first, Step::Park(parked(Code::Unresolved))).await;
    assert!(bench.ready(3).await.is_empty());
    bench.decide(first, 4, Decision::MarkDone).await;
    assert_eq!(bench.state(first).await, done(Outcome::MarkedDone));
    assert_eq!(bench.ready(5).await, [newer]);
    bench.send_and_settle(newer, 5, Step::Done(Outcome::Updated)).await;
    assert_eq!(bench.ready(6).await, [dependent]);
}

/// What a person has set aside is over, and the same state does not come again: it is asked anew when the books change,
/// with the question that it was, and when the host's record does (R31).
pub async fn r31_what_is_set_aside_is_over_until_it_is_raised(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let question = Parked { issues: vec![Issue::new("lines", "a price differs")], ..parked(Code::Locked) };
    let asked = bench.enqueue(starting(invoice("1", 1), Start::Parked(question.clone()))).await;
    let dependent = bench.enqueue(needing(invoice("2", 1), &[invoice_key("1")])).await;
    bench.decide(asked, 2, Decision::Skip).await;
    let aside = done(Outcome::SetAside { question: Box::new(question.clone()) });
    assert_eq!(bench.state(asked).await, aside);
    assert_eq!(bench.operation(asked).await.decisions, [decided(Decision::Skip, at(2))]);
    assert_eq!(bench.ready(3).await, [dependent]);
    let again = bench.try_enqueue(vec![invoice("1", 1)]).await.expect("known");
    assert!(!again[0].new && bench.state(asked).await == aside);
    let counts = bench.store.counts(&bench.connection).await.expect("counted");
    assert_eq!(counts.get(&(RecordKind::Invoice, "done.set_aside")), Some(&1));

    let raise = async |raises: Vec<OperationId>| {
        let links = vec![link(&invoice_key("1"), "r-1")];
        let (connection, feed) = (bench.connection.clone(), ChangeFeed::Invoices);
        bench.store.absorb(Absorb { connection, feed, links, raises, cursor: None }).await.expect("absorbed");
    };
    raise(vec![asked, dependent, OperationId(99)]).await;
    assert_eq!(bench.state(asked).await, OperationState::Parked { parked: question });
    let counts = bench.store.counts(&bench.connection).await.expect("counted");
    assert_eq!(counts.get(&(RecordKind::Invoice, "done.set_aside")), None);
    assert_eq!(bench.state(dependent).await, OperationState::Queued);
    // A newer state speaks for itself.
    bench.decide(asked, 5, Decision::Skip).await;
    let newer = bench.enqueue(invoice("1", 2)).await;
    raise(vec![asked]).await;
    assert_eq!((bench.state(asked).await, bench.state(newer).await), (aside, OperationState::Queued));
}

/// What is not to be sent is over, with the reason; unmarked, it may come again.
pub async fn r32_what_is_not_to_be_sent_is_skipped(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let asked = bench.enqueue(starting(invoice("1", 1), Start::Parked(parked(Code::AccountMissing)))).await;
    bench.decide(asked, 2, Decision::DoNotSend).await;
    let state = bench.state(asked).await;
    let OperationState::Done { outcome: Outcome::Skipped { reason } } = &state else { panic!("{state:?}") };
    assert!(reason.contains("do not send"), "{reason}");
    let again = bench.try_enqueue(vec![invoice("1", 1)]).await.expect("taken");
    assert!(again[0].new);
}

/// What a person drops holds up nothing.
pub async fn dropping_frees_the_newer_revision(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let id = asked(&bench, "1", Code::Unresolved).await;
    let newer = bench.enqueue(invoice("1", 2)).await;
    bench.decide(id, 4, Decision::Drop).await;
    assert_eq!(bench.state(id).await, done(Outcome::Dropped));
    assert_eq!(bench.ready(5).await, [newer]);
}

/// Once the question is answered, a newer revision that waits behind it takes its place.
pub async fn answering_gives_way_to_a_newer_revision(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let retried = asked(&bench, "1", Code::Unresolved).await;
    let adopted = asked(&bench, "2", Code::SeveralFound).await;
    let newer = bench.enqueue_all(vec![invoice("1", 2), invoice("2", 2)]).await;
    bench.decide(retried, 1, Decision::Retry).await;
    let decision = decided(adopt("r-2"), at(1));
    let found = Some(link(&invoice_key("2"), "r-2"));
    bench.store.decide(&bench.connection, adopted, decision, found).await.expect("taken");
    for id in [retried, adopted] {
        assert_eq!(bench.state(id).await, done(Outcome::Superseded));
        assert_eq!(bench.operation(id).await.decisions.len(), 1);
    }
    assert!(bench.link_of(&invoice_key("2")).await.is_some());
    assert_eq!(bench.ready(2).await, newer);
}

/// There is nothing to decide about what is not parked.
pub async fn only_a_question_can_be_decided(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let queued = bench.enqueue(invoice("1", 1)).await;
    let held = bench.enqueue(starting(invoice("2", 1), Start::Held)).await;
    let sent = bench.enqueue(invoice("3", 1)).await;
    bench.send(&[sent], 1).await;
    let over = bench.enqueue(starting(invoice("4", 1), Start::Skipped("no".to_owned()))).await;
    for id in [queued, held, sent, over, OperationId(99)] {
        is_refused(bench.store.decide(&bench.connection, id, decided(Decision::Drop, at(2)), None).await);
    }
    assert!(bench.all().await.iter().all(|operation| operation.decisions.is_empty()));
}
