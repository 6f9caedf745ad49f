//! An order's draft and the invoices that bill it (F55, F58, R12).

use std::time::Duration;

use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::RemoteStatus;

use crate::scripted::Act;
use crate::world::{World, document, invoice_of, key};

fn order(price: &str) -> String {
    document("order", "o1", price, "")
}

async fn with_order() -> World {
    let window = Duration::from_secs(360);
    let world = World::with(|capabilities| capabilities.replay_window = Some(window)).await;
    world.push(&order("100")).await;
    world.settle().await;
    world
}

fn numbers(world: &World) -> Vec<String> {
    let mut numbers: Vec<String> =
        world.provider.live(RecordKind::Invoice).into_iter().filter_map(|record| record.number).collect();
    numbers.sort();
    numbers
}

#[tokio::test(flavor = "current_thread")]
async fn f55_a_full_invoice_takes_its_orders_draft_over() {
    let world = with_order().await;
    world.push(&invoice_of("o1", "i1", "100")).await;
    world.settle().await;
    assert_eq!((numbers(&world), world.codes().await), (vec!["INV-i1".to_owned()], Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn r12_two_invoices_of_one_order_never_share_its_draft() {
    let world = with_order().await;
    // A host that never says how much an invoice bills: both count as full, and together they do not exceed the order.
    world.push(&invoice_of("o1", "i1", "50")).await;
    world.push(&invoice_of("o1", "i2", "50")).await;
    world.settle().await;
    assert_eq!((numbers(&world), world.codes().await), (vec!["INV-i1".to_owned(), "INV-i2".to_owned()], Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn r12_nor_while_the_answer_to_the_first_is_lost() {
    for act in [Act::LoseAnswer, Act::LoseRequest] {
        let world = with_order().await;
        world.push(&invoice_of("o1", "i1", "50")).await;
        world.provider.next_writes([act]);
        world.round().await;
        world.push(&invoice_of("o1", "i2", "50")).await;
        world.settle().await;
        let both = vec!["INV-i1".to_owned(), "INV-i2".to_owned()];
        assert_eq!((numbers(&world), world.codes().await), (both, Vec::new()));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_order_that_is_edited_while_its_invoice_is_in_doubt_leaves_the_invoice_alone() {
    for act in [Act::LoseAnswer, Act::LoseRequest, Act::Answer] {
        let world = with_order().await;
        world.push(&invoice_of("o1", "i1", "100")).await;
        world.provider.next_writes([act.clone()]);
        if !matches!(act, Act::Answer) {
            world.round().await;
        }
        world.push(&order("120")).await;
        world.settle().await;
        let live = world.provider.live(RecordKind::Invoice);
        assert_eq!(numbers(&world), ["INV-i1"], "{act:?}");
        // Not even for a moment.
        let calls = world.provider.calls();
        assert!(!calls.contains(&"update order".to_owned()), "{act:?}: {calls:?}");
        assert!(
            live.iter().all(|record| record.totals.is_some_and(|totals| totals.subtotal == 100.into())),
            "{live:?}"
        );
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_invoice_does_not_fall_with_its_orders_draft() {
    let world = with_order().await;
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Order {
            record.status = RemoteStatus::Deleted;
        }
    });
    world.push(&invoice_of("o1", "i1", "100")).await;
    world.settle().await;
    assert_eq!((numbers(&world), world.codes().await), (vec!["INV-i1".to_owned()], Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn r12_an_invoice_that_was_voided_before_it_left_does_not_count() {
    let world = with_order().await;
    world.push(&invoice_of("o1", "i1", "100")).await;
    world.engine.void(&key(RecordKind::Invoice, "i1")).await.expect("asked for");
    world.settle().await;
    world.push(&invoice_of("o1", "i2", "100")).await;
    world.settle().await;
    assert_eq!((numbers(&world), world.codes().await), (vec!["INV-i2".to_owned()], Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn l7_an_order_whose_answer_was_lost_while_a_part_landed_makes_way_for_it() {
    for act in [Act::LoseAnswer, Act::LoseRequest, Act::Answer] {
        let world = with_order().await;
        let mut settings = world.engine.settings().await.expect("settings");
        settings.delete_order_when_part_invoiced = true;
        world.engine.save_settings(settings).await.expect("saved");
        world.push(&document("invoice", "i1", "50", r#""order":"o1","extent":"partial","#)).await;
        world.push(&order("120")).await;
        world.provider.next_writes([act.clone()]);
        world.settle().await;
        assert_eq!((numbers(&world), world.codes().await), (vec!["INV-i1".to_owned()], Vec::new()), "{act:?}");
    }
}
