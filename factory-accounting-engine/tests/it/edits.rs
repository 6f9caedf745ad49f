//! Changes of what has been sent, where the settings keep it, and occasions.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::RemoteStatus;
use factory_accounting_core::settings::{EditsAfterSending, Occasion, Settings, Trigger};
use factory_accounting_core::store::{Decision, OperationState, Outcome};
use factory_accounting_engine::Pushed;

use crate::scripted::Act;
use crate::world::{World, invoice, invoice_of, key, record};

async fn world(change: impl FnOnce(&mut Settings)) -> World {
    let world = World::new().await;
    let mut settings = world.engine.settings().await.expect("settings");
    change(&mut settings);
    world.engine.save_settings(settings).await.expect("saved");
    world
}

async fn keeping() -> World {
    world(|settings| settings.edits_after_sending = EditsAfterSending::Ask).await
}

fn totals(world: &World) -> Vec<String> {
    let live = world.provider.live(RecordKind::Invoice);
    live.into_iter().filter_map(|record| Some(record.totals?.subtotal.normalize().to_string())).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn a_change_of_what_was_sent_waits_for_a_person_and_goes_when_told() {
    let world = keeping().await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    let changed = world.push(&invoice("i1", "12")).await;
    world.settle().await;
    let question = world.question(&changed.key).await;
    assert_eq!((question.code, totals(&world)), (Code::EditKept, vec!["10".to_owned()]));
    assert!(question.reason.contains("INV-i1") && question.reason.ends_with("its lines"), "{}", question.reason);
    world.engine.decide(changed.operation, Decision::Retry, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!((totals(&world), world.codes().await), (vec!["12".to_owned()], vec![]));
    // The answer to one change is not the answer to the next.
    world.push(&invoice("i1", "14")).await;
    world.settle().await;
    assert_eq!((totals(&world), world.codes().await), (vec!["12".to_owned()], vec![Code::EditKept]));
}

#[tokio::test(flavor = "current_thread")]
async fn the_answer_to_another_question_sends_no_change() {
    let world = keeping().await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    let untaxed = invoice("i1", "12").replace(r#""quantity""#, r#""tax":"NONE","quantity""#);
    let changed = world.push(&untaxed).await;
    world.settle().await;
    assert_eq!(world.codes().await, [Code::TaxUnmapped]);
    let mut settings = world.engine.settings().await.expect("settings");
    settings.taxes.entry("NONE".to_owned()).or_default().sales = Some("OUT".to_owned());
    world.engine.save_settings(settings).await.expect("saved");
    world.engine.decide(changed.operation, Decision::Retry, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!((totals(&world), world.codes().await), (vec!["10".to_owned()], vec![Code::EditKept]));
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_person_keeps_stays_and_a_later_change_asks_again() {
    let world = keeping().await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    let changed = world.push(&invoice("i1", "12")).await;
    world.settle().await;
    world.engine.decide(changed.operation, Decision::MarkDone, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!((totals(&world), world.codes().await), (vec!["10".to_owned()], vec![]));
    world.push(&invoice("i1", "13")).await;
    world.settle().await;
    assert_eq!((totals(&world), world.codes().await), (vec!["10".to_owned()], vec![Code::EditKept]));
    // The state that was sent first is no change.
    let back = world.push(&invoice("i1", "10")).await;
    world.settle().await;
    assert_eq!((back.new, world.codes().await), (true, vec![]));
}

#[tokio::test(flavor = "current_thread")]
async fn promotion_voids_and_parties_are_no_changes_of_what_was_sent() {
    let world = keeping().await;
    world.push(&crate::world::document("order", "o1", "30", "")).await;
    world.settle().await;
    world.push(&invoice_of("o1", "i1", "30")).await;
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, vec![]));
    world.push(r#"{"kind":"customer","id":"c1","name":"Acme","phone":"1"}"#).await;
    world.engine.void(&key(RecordKind::Invoice, "i1")).await.expect("asked");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (0, vec![]));
}

#[tokio::test(flavor = "current_thread")]
async fn r11_l24_leave_to_write_a_document_anew_ends_with_the_next_that_lands() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Bell"}"#).await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    let moved = world.push(&invoice("i1", "11").replace("\"c1\"", "\"c2\"")).await;
    world.settle().await;
    assert_eq!(world.codes().await, [Code::Retargeted]);
    world.engine.decide(moved.operation, Decision::WriteAnew, "Ann").await.expect("decided");
    // Before it is voided, the host takes it back.
    world.push(&invoice("i1", "12")).await;
    world.settle().await;
    assert_eq!((totals(&world), world.codes().await), (vec!["12".to_owned()], vec![]));
    world.provider.tell_changes();
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Invoice {
            record.status = RemoteStatus::Deleted;
        }
    });
    world.engine.read_changes().await.expect("read");
    world.push(&invoice("i1", "13")).await;
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (0, vec![Code::RemoteGone]));
}

#[tokio::test(flavor = "current_thread")]
async fn r1_a_lost_answer_is_no_change_of_what_was_sent() {
    for act in [Act::LoseAnswer, Act::LoseRequest] {
        let world = keeping().await;
        world.provider.next_writes([act.clone()]);
        world.push(&invoice("i1", "10")).await;
        world.settle().await;
        assert_eq!((totals(&world), world.codes().await), (vec!["10".to_owned()], vec![]), "{act:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn f67_f68_a_document_goes_with_its_occasion_and_follows_from_then_on() {
    let world = world(|settings| {
        settings.triggers.insert(RecordKind::Invoice, Trigger::Finalised);
    })
    .await;
    let on = async |occasion, price: &str| {
        let pushed = world.engine.push_on(occasion, record(&invoice("i1", price))).await.expect("told");
        world.settle().await;
        pushed
    };
    for early in [Occasion::Saved, Occasion::Previewed] {
        let Pushed::Waits { reason } = on(early, "10").await else { panic!("{early} sent it") };
        assert!(!reason.is_empty() && totals(&world).is_empty());
    }
    assert!(on(Occasion::Printed, "10").await.ticket().is_some_and(|ticket| ticket.new));
    assert_eq!(totals(&world), ["10"]);
    assert!(matches!(on(Occasion::Previewed, "11").await, Pushed::Waits { .. }));
    assert!(on(Occasion::Saved, "12").await.ticket().is_some());
    assert_eq!(totals(&world), ["12"]);
}

#[tokio::test(flavor = "current_thread")]
async fn f67_what_was_dropped_waits_for_its_occasion_again() {
    let world = world(|settings| {
        settings.triggers.insert(RecordKind::Invoice, Trigger::Asked);
    })
    .await;
    let on = async |occasion, form: &str| world.engine.push_on(occasion, record(form)).await.expect("told");
    let broken = invoice("i1", "10").replace(r#""quantity":"1""#, r#""quantity":"1","tax":"NONE""#);
    let asked = on(Occasion::Asked, &broken).await.ticket().expect("it was asked for").clone();
    world.settle().await;
    assert_eq!(world.codes().await, [Code::TaxUnmapped]);
    // What is a question has gone out as far as the host is concerned: its correction follows.
    assert!(on(Occasion::Saved, &broken.replace("NONE", "STILL NONE")).await.ticket().is_some());
    world.settle().await;
    let newest = world.newest(&asked.key).await;
    assert!(matches!(newest.state, OperationState::Parked { .. }), "{:?}", newest.state);
    world.engine.decide(newest.id, Decision::Drop, "Ann").await.expect("dropped");
    assert!(matches!(on(Occasion::Saved, &invoice("i1", "11")).await, Pushed::Waits { .. }));
}

#[tokio::test(flavor = "current_thread")]
async fn f67_what_is_never_sent_says_so_in_the_outbox() {
    let world = world(|settings| settings.switched_off.push(RecordKind::Invoice)).await;
    let told = world.engine.push_on(Occasion::Saved, record(&invoice("i1", "10"))).await.expect("told");
    let ticket = told.ticket().expect("a row that tells why").clone();
    assert!(ticket.skipped.is_some_and(|reason| reason.contains("switched off")));
    let state = world.newest(&ticket.key).await.state;
    assert!(matches!(state, OperationState::Done { outcome: Outcome::Skipped { .. } }), "{state:?}");
}
