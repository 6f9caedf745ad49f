//! What is over stays over, what is in the books stays one, and what differs is told.

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::Revision;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{Decision, OperationQuery, OperationState, Outcome, StateFilter, SyncStore};
use factory_accounting_engine::RecordStatus;
use rust_decimal::Decimal;

use crate::scripted::Act;
use crate::world::{World, connection, credit_note, document, invoice, key, record};

#[tokio::test(flavor = "current_thread")]
async fn r14_a_document_that_came_to_another_cent_is_a_question() {
    let world = World::new().await;
    world.provider.reckon_tax_off_by(Decimal::new(1, 2));
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    let asked = key(RecordKind::Invoice, "i1");
    let question = world.question(&asked).await;
    assert_eq!(question.code, Code::TotalsDiffer);
    assert!(question.reason.contains("11.51") && question.reason.contains("11.50"), "{}", question.reason);
    // Looking at it and sending it on makes no second one.
    let operation = world.newest(&asked).await.id;
    world.engine.decide(operation, Decision::Retry, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_person_marked_done_is_not_created_by_its_next_state() {
    let world = World::new().await;
    let asked = key(RecordKind::Quote, "q1");
    world.push(&document("quote", "q1", "10", "")).await;
    world.provider.next_writes([Act::LoseAnswer]);
    world.provider.next_searches_fail([ProviderError::new(ErrorKind::Unsupported, "no")]);
    world.settle().await;
    let operation = world.newest(&asked).await.id;
    world.engine.decide(operation, Decision::MarkDone, "Ann").await.expect("decided");
    world.push(&document("quote", "q1", "12", "")).await;
    world.settle().await;
    assert_eq!((world.live(RecordKind::Quote), world.question(&asked).await.code), (1, Code::NotLinked));
    // Voiding it would void nothing: that is a question too.
    world.engine.void(&asked).await.expect("asked for");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Quote), world.question(&asked).await.code), (1, Code::NotLinked));
    let remote = world.provider.live(RecordKind::Quote).remove(0).id;
    world.engine.link(asked, remote).await.expect("linked");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Quote), world.codes().await), (0, Vec::new()));
}

async fn with_allocation() -> World {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.push(&credit_note("10", r#"{"invoice":"i1","amount":"5"}"#)).await;
    world.settle().await;
    assert_eq!((world.live(RecordKind::Allocation), world.codes().await), (1, Vec::new()));
    world
}

#[tokio::test(flavor = "current_thread")]
async fn an_allocation_that_was_withdrawn_can_be_made_again() {
    for leaves_a_trace in [true, false] {
        let world = with_allocation().await;
        world.push(&credit_note("10", "")).await;
        if !leaves_a_trace {
            world.provider.forget(RecordKind::Allocation);
        }
        world.settle().await;
        assert_eq!(world.live(RecordKind::Allocation), 0);
        world.push(&credit_note("10", r#"{"invoice":"i1","amount":"5"}"#)).await;
        world.settle().await;
        assert_eq!((world.live(RecordKind::Allocation), world.codes().await), (1, Vec::new()), "{leaves_a_trace}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_credit_note_that_comes_twice_withdraws_nothing() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    let first = record(&credit_note("10", ""));
    let second = record(&credit_note("10", r#"{"invoice":"i1","amount":"5"}"#));
    for (state, revision) in [(&first, 1), (&second, 2)] {
        world.engine.push_revision(state.clone(), Revision(revision)).await.expect("pushed");
        world.settle().await;
    }
    let again = world.engine.push_revision(first, Revision(1)).await.expect("known already");
    assert!(!again.new);
    world.settle().await;
    assert_eq!((world.live(RecordKind::Allocation), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_credit_note_that_cannot_be_sent_withdraws_nothing_and_a_later_one_forgets_nothing() {
    let world = with_allocation().await;
    let wrong = credit_note("10", "").replace(r#""number":"CN-n1""#, r#""number":"""#);
    assert!(world.push(&wrong).await.parked.is_some());
    world.settle().await;
    assert_eq!(world.live(RecordKind::Allocation), 1);
    world.push(&credit_note("10", "")).await;
    world.settle().await;
    assert_eq!((world.live(RecordKind::Allocation), world.codes().await), (0, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn r32_a_party_that_is_silenced_while_it_is_written_stays_silent() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Bell"}"#).await;
    world.provider.next_writes([Act::LoseAnswer]);
    world.round().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Bell","do_not_send":true}"#).await;
    world.settle().await;
    world.push(&invoice("i1", "10").replace("\"c1\"", "\"c2\"")).await;
    world.settle().await;
    assert_eq!(world.live(RecordKind::Invoice), 0);
    let status = world.engine.status(&key(RecordKind::Invoice, "i1")).await.expect("a status");
    assert!(matches!(status, RecordStatus::Skipped { .. }), "{status:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn the_newest_state_of_a_record_is_found_among_many() {
    let world = World::new().await;
    world.engine.disconnect().await.expect("disconnected");
    for name in 0..1_050 {
        world.push(&format!(r#"{{"kind":"customer","id":"c2","name":"Bell {name}"}}"#)).await;
    }
    world.engine.connect().await.expect("connected");
    world.engine.void(&key(RecordKind::Customer, "c2")).await.expect("asked for");
    let query = OperationQuery { states: vec![StateFilter::Queued], ..OperationQuery::default() };
    let newest = world.store.operations(&connection(), query).await.expect("operations").pop().expect("pushed");
    assert_eq!((newest.name.as_str(), newest.state), ("Bell 1049", OperationState::Queued));
}

#[tokio::test(flavor = "current_thread")]
async fn a_change_that_the_books_do_not_tell_is_written_all_the_same() {
    let world = World::new().await;
    world.push(&document("quote", "q1", "10", r#""title":"Bench","#)).await;
    world.settle().await;
    world.push(&document("quote", "q1", "10", r#""title":"Two benches","#)).await;
    world.settle().await;
    let newest = world.newest(&key(RecordKind::Quote, "q1")).await;
    assert_eq!(newest.state, OperationState::Done { outcome: Outcome::Updated });
}
