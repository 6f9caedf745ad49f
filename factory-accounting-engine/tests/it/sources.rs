//! Documents and those that they came from, at a package that ties the two.

use std::time::Duration;

use factory_accounting_core::capability::{OrderForm, SourceTie};
use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::Decision;

use crate::scripted::Act;
use crate::world::{World, document, invoice_of, key};

/// A package whose orders are documents of their own, and an order in it.
async fn with_order() -> World {
    let world = World::with(|capabilities| {
        capabilities.orders = &[OrderForm::SalesOrder];
        capabilities.replay_window = Some(Duration::from_secs(360));
        for kind in [RecordKind::Order, RecordKind::Invoice] {
            capabilities.records.get_mut(&kind).expect("a kind").sources = SourceTie::Linked;
        }
    })
    .await;
    world.push(&document("order", "o1", "100", "")).await;
    world.settle().await;
    world
}

#[tokio::test(flavor = "current_thread")]
async fn an_invoice_of_all_of_its_order_is_a_document_of_its_own_and_tied_to_it() {
    let world = with_order().await;
    world.push(&invoice_of("o1", "i1", "100")).await;
    world.settle().await;
    let live = world.provider.live(RecordKind::Invoice);
    let order = live.iter().find(|record| record.kind == RecordKind::Order).expect("the order stays");
    let invoice = live.iter().find(|record| record.kind == RecordKind::Invoice).expect("an invoice");
    assert_eq!((invoice.sources.clone(), world.codes().await), (Some(vec![order.id.clone()]), vec![]));
    let fetches = world.provider.calls().into_iter().filter(|call| call == "fetch order").count();
    assert_eq!(fetches, 1, "the order is read once for it");
}

#[tokio::test(flavor = "current_thread")]
async fn a_tie_that_was_dropped_is_a_question_and_the_document_is_there_once() {
    let world = with_order().await;
    world.provider.drop_ties();
    world.push(&invoice_of("o1", "i1", "100")).await;
    world.settle().await;
    let invoice = key(RecordKind::Invoice, "i1");
    assert_eq!(world.question(&invoice).await.code, Code::SourceNotTied);
    let asked = world.newest(&invoice).await.id;
    world.engine.decide(asked, Decision::MarkDone, "Ann").await.expect("decided");
    world.settle().await;
    let invoices = world.provider.live(RecordKind::Invoice);
    assert_eq!(invoices.iter().filter(|record| record.kind == RecordKind::Invoice).count(), 1);
    assert_eq!(world.codes().await, []);
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_answer_does_not_untie_what_was_tied() {
    let world = with_order().await;
    world.push(&invoice_of("o1", "i1", "100")).await;
    world.provider.next_writes([Act::LoseAnswer, Act::Refuse(ProviderError::new(ErrorKind::Unavailable, "down"))]);
    world.settle().await;
    let invoices = world.provider.live(RecordKind::Invoice);
    assert_eq!(invoices.iter().filter(|record| record.kind == RecordKind::Invoice).count(), 1);
    assert_eq!(world.codes().await, []);
}
