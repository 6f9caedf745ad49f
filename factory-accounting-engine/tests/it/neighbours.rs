//! What records of the host mean for one another: who goes first, who lends, who is missing, who is to blame.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{OperationState, Outcome};

use crate::world::{World, document, invoice, key};

#[tokio::test(flavor = "current_thread")]
async fn r12_the_invoice_that_came_first_is_sent_and_the_one_that_goes_above_the_order_waits() {
    let world = World::new().await;
    world.push(&document("order", "o1", "100", "")).await;
    let partial = |id: &str, price: &str| document("invoice", id, price, r#""order":"o1","extent":"partial","#);
    world.push(&partial("i1", "60")).await;
    world.push(&partial("i2", "70")).await;
    world.push(&partial("i3", "40")).await;
    world.settle().await;
    let question = world.question(&key(RecordKind::Invoice, "i2")).await;
    assert_eq!(question.code, Code::AboveOrder);
    assert!(question.reason.contains("INV-i2") && question.reason.contains("30"), "{}", question.reason);
    // What waits for a person does not use the order up: the third fits beside the first.
    // The order's own draft counts as one of the three.
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await.len()), (3, 1));
}

#[tokio::test(flavor = "current_thread")]
async fn a_line_without_an_account_takes_its_products() {
    let world = World::new().await;
    let mut settings = world.engine.settings().await.expect("settings");
    settings.accounts.sales = None;
    world.engine.save_settings(settings).await.expect("saved");
    world.push(r#"{"kind":"product","id":"p1","code":"P-1","name":"Hinge","sales":{"account":"200"}}"#).await;
    let line = r#""product":"p1","description":"Bench""#;
    world.push(&invoice("i1", "10").replace(r#""description":"Bench""#, line)).await;
    world.push(&invoice("i2", "10")).await;
    world.settle().await;
    assert_eq!(world.live(RecordKind::Invoice), 1);
    assert_eq!(world.question(&key(RecordKind::Invoice, "i2")).await.code, Code::AccountMissing);
}

#[tokio::test(flavor = "current_thread")]
async fn l16_documents_of_a_customer_that_was_never_to_be_sent_are_skipped_not_parked() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Private","do_not_send":true}"#).await;
    let ticket = world.push(&invoice("i1", "10").replace(r#""customer":"c1""#, r#""customer":"c2""#)).await;
    world.settle().await;
    let state = world.newest(&ticket.key).await.state;
    assert!(matches!(state, OperationState::Done { outcome: Outcome::Skipped { .. } }), "{state:?}");
    assert_eq!(world.codes().await, Vec::new());
}

#[tokio::test(flavor = "current_thread")]
async fn f33_a_document_names_the_customer_that_waits_for_a_person_and_goes_on_with_it() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Broken","email":"nobody"}"#).await;
    let ticket = world.push(&invoice("i1", "10").replace(r#""customer":"c1""#, r#""customer":"c2""#)).await;
    world.settle().await;
    let question = world.question(&ticket.key).await;
    assert_eq!(question.code, Code::NotLinked);
    assert!(
        question.reason.contains(r#"customer "Broken""#) && question.reason.contains("FA-100"),
        "{}",
        question.reason
    );
    let told = question.to_string();
    assert_eq!(told.matches("needs customer").count(), 1, "what lacks is said once: {told}");
    assert!(!told.contains("c2"), "and by its name: {told}");
    world.push(r#"{"kind":"customer","id":"c2","name":"Broken","email":"nobody@broken.example"}"#).await;
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn workers_that_die_at_one_record_park_that_one_and_none_of_its_neighbours() {
    let world = World::new().await;
    for index in 0..20 {
        world.push(&invoice(&format!("i{index}"), "10")).await;
    }
    world.provider.die_of("INV-i13");
    let mut deaths = 0;
    while world.codes().await.is_empty() {
        let restarted = world.another("worker");
        deaths += u32::from(tokio::spawn(async move { restarted.run_once().await }).await.is_err());
        assert!(deaths < 40, "the culprit was not found");
    }
    world.settle().await;
    assert_eq!(world.question(&key(RecordKind::Invoice, "i13")).await.code, Code::Poison);
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (19, vec![Code::Poison]));
}

#[tokio::test(flavor = "current_thread")]
async fn r10_a_number_that_another_record_of_the_host_has_is_named_as_such() {
    let world = World::new().await;
    world.push(&invoice("i1", "10")).await;
    world.settle().await;
    world.push(&invoice("i2", "10").replace("INV-i2", "INV-i1")).await;
    world.settle().await;
    let question = world.question(&key(RecordKind::Invoice, "i2")).await;
    assert_eq!(question.code, Code::NumberTwice);
    assert!(question.reason.contains("invoice i1"), "{}", question.reason);
}
