//! An answer was lost.

use std::time::Duration;

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::RemoteStatus;
use factory_accounting_core::rules::VoidForm;
use factory_accounting_core::store::{ClaimRequest, ConnectionState, OperationState, SyncStore};
use factory_accounting_engine::EngineError;

use crate::scripted::Act;
use crate::world::{World, connection, invoice, key};

const WINDOW: Duration = Duration::from_secs(360);

#[tokio::test(flavor = "current_thread")]
async fn a_lost_answer_is_adopted_and_a_lost_request_is_sent_anew() {
    for act in [Act::LoseAnswer, Act::LoseRequest] {
        let world = World::new().await;
        world.push(&invoice("i1", "10")).await;
        world.provider.next_writes([act]);
        world.settle().await;
        assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn r7_a_search_that_is_refused_for_good_becomes_a_question() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([Act::LoseAnswer]);
    world.provider.next_searches_fail([ProviderError::new(ErrorKind::Unsupported, "cannot be looked for")]);
    world.settle().await;
    let question = world.question(&key(RecordKind::Invoice, "i1")).await;
    assert_eq!(question.code, Code::Unresolved);
    assert_eq!(world.live(RecordKind::Invoice), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn r40_doubt_that_meets_a_dead_sign_in_asks_for_a_new_one() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([Act::LoseAnswer]);
    let dead = ProviderError::new(ErrorKind::Unauthorised, "sign in again").with_package_code("invalid_grant");
    world.provider.next_searches_fail([dead]);
    world.settle().await;
    let state = world.engine.connection_state().await.expect("a state");
    assert!(matches!(state, Some(ConnectionState::NeedsReconnect { .. })), "{state:?}");
    world.engine.connect().await.expect("signed in");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn an_attempt_at_which_workers_die_becomes_a_question_and_lets_the_others_go_on() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([Act::LoseRequest]);
    world.round().await;
    world.pass(200);
    for _ in 0..9 {
        let now = factory_accounting_core::clock::Clock::now(&*world.clock);
        let request = ClaimRequest {
            connection: connection(),
            worker: "worker".into(),
            now,
            until: now + Duration::from_secs(600),
            limit: 10,
        };
        world.store.claim(request).await.expect("claimed");
    }
    world.push(&invoice("i2", "10")).await;
    world.settle().await;
    let question = world.question(&key(RecordKind::Invoice, "i1")).await;
    assert_eq!(question.code, Code::Unresolved);
    assert_eq!(world.live(RecordKind::Invoice), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn a_short_answer_to_a_search_proves_nothing() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([Act::LoseAnswer]);
    world.provider.answer_short(true);
    world.round().await;
    world.pass(200);
    world.round().await;
    assert!(matches!(world.newest(&key(RecordKind::Invoice, "i1")).await.state, OperationState::Sending { .. }));
    world.provider.answer_short(false);
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_short_answer_to_a_read_does_not_pass_for_a_void() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    world.engine.void(&key(RecordKind::Invoice, "i1")).await.expect("asked for");
    world.provider.answer_short(true);
    world.round().await;
    world.provider.answer_short(false);
    world.settle().await;
    assert_eq!(world.live(RecordKind::Invoice), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn a_short_answer_to_a_question_about_voiding_does_not_say_that_it_is_done() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    let asked = key(RecordKind::Invoice, "i1");
    world.provider.answer_short(true);
    let short = world.engine.may_void(&asked).await.expect_err("nothing was answered");
    assert!(matches!(&short, EngineError::Provider(error) if error.kind() == ErrorKind::Protocol), "{short}");
    world.provider.answer_short(false);
    assert!(matches!(world.engine.may_void(&asked).await, Ok(Ok(form)) if form != VoidForm::AlreadyDone));
    world.provider.forget(RecordKind::Invoice);
    assert_eq!(world.engine.may_void(&asked).await, Ok(Ok(VoidForm::AlreadyDone)));
}

#[tokio::test(flavor = "current_thread")]
async fn r11_what_was_deleted_while_its_answer_was_lost_is_not_sent_again() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.provider.next_writes([Act::LoseAnswer]);
    world.round().await;
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Invoice {
            record.status = RemoteStatus::Deleted;
        }
    });
    world.settle().await;
    let asked = key(RecordKind::Invoice, "i1");
    assert_eq!(world.question(&asked).await.code, Code::RemoteGone);
    // Nor by a later state of it.
    world.push(&invoice("i1", "11")).await;
    world.settle().await;
    assert_eq!(world.question(&asked).await.code, Code::RemoteGone);
    assert_eq!((world.live(RecordKind::Invoice), world.provider.all(RecordKind::Invoice).len()), (0, 1));
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_that_says_nothing_about_the_first_sending_leaves_a_replay_in_doubt() {
    for kind in [ErrorKind::Conflict, ErrorKind::Internal, ErrorKind::Validation] {
        let world = World::with(|capabilities| capabilities.replay_window = Some(WINDOW)).await;
        world.push(&invoice("i1", "10")).await;
        world.settle().await;
        let payment = r#"{"kind":"payment","id":"p1","number":"RCPT-1","target":{"invoice":"i1"},"date":"2026-07-01",
            "amount":{"amount":"5","currency":"NZD"}}"#;
        world.push(payment).await;
        world.provider.next_writes([Act::LoseAnswer, Act::Refuse(ProviderError::new(kind, "at work on it"))]);
        world.settle().await;
        assert_eq!((world.live(RecordKind::Payment), world.codes().await), (1, Vec::new()), "{kind:?}");
    }
}
