//! Orders at a package in which an order becomes its invoice as a whole: parts are invoices of their own, and the order is
//! cut down to what is left.

use factory_accounting_core::capability::{Capabilities, OrderForm, SourceTie};
use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::preview::SideEffect;
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
use factory_accounting_core::store::Decision;
use factory_accounting_engine::Freshness;
use rust_decimal::Decimal;

use crate::scripted::Act;
use crate::world::{World, key, record};

fn document(kind: &str, id: &str, members: &str, doors: &str) -> String {
    format!(
        r#"{{"kind":"{kind}","id":"{id}","number":"{id}","customer":"c1","date":"2026-07-01","currency":"NZD"{members},
        "lines":[{{"type":"item","description":"Door","quantity":"{doors}","unit_price":"100"}}]}}"#
    )
}

fn part(id: &str, doors: &str) -> String {
    document("invoice", id, r#","order":"o1","extent":"partial""#, doors)
}

fn becoming_invoices(capabilities: &mut Capabilities) {
    capabilities.orders = &[OrderForm::SalesOrder];
    capabilities.records.get_mut(&RecordKind::Invoice).expect("a kind").sources = SourceTie::Converted;
}

/// An order of ten doors, in the books.
async fn with_order() -> World {
    let world = World::with(becoming_invoices).await;
    world.push(&document("order", "o1", "", "10")).await;
    world.settle().await;
    world
}

fn order(world: &World) -> RemoteRecord {
    world.provider.all(RecordKind::Order).into_iter().find(|record| record.number.as_deref() == Some("o1")).expect("it")
}

fn doors(record: &RemoteRecord) -> Vec<Decimal> {
    record.lines.iter().flatten().filter_map(|line| line.quantity).collect()
}

fn invoices(world: &World) -> usize {
    world.provider.live(RecordKind::Invoice).iter().filter(|record| record.kind == RecordKind::Invoice).count()
}

#[tokio::test(flavor = "current_thread")]
async fn a_part_is_an_invoice_of_its_own_and_the_order_is_cut_down() {
    let world = with_order().await;
    world.push(&part("i1", "4")).await;
    world.settle().await;
    assert_eq!((doors(&order(&world)), invoices(&world), world.codes().await), (vec![Decimal::from(6)], 1, vec![]));
    // Another state of the same part.
    world.push(&part("i1", "5")).await;
    world.settle().await;
    assert_eq!((doors(&order(&world)), invoices(&world)), (vec![Decimal::from(5)], 1));
    // The order itself changes: what was billed stays off.
    world.push(&document("order", "o1", "", "12")).await;
    world.settle().await;
    assert_eq!((doors(&order(&world)), world.codes().await), (vec![Decimal::from(7)], vec![]));
}

#[tokio::test(flavor = "current_thread")]
async fn the_last_part_becomes_the_rest_of_the_order() {
    let world = with_order().await;
    for (id, doors) in [("i1", "4"), ("i2", "6")] {
        world.push(&part(id, doors)).await;
        world.settle().await;
    }
    assert_eq!((order(&world).status, invoices(&world)), (RemoteStatus::Billed, 2));
    // What the host says of the order from then on changes nothing, and is no question.
    world.push(&document("order", "o1", r#","due":"2026-08-01""#, "10")).await;
    world.settle().await;
    assert_eq!((order(&world).status, world.codes().await), (RemoteStatus::Billed, vec![]));
}

#[tokio::test(flavor = "current_thread")]
async fn an_invoice_of_all_of_it_takes_the_order_with_it() {
    let world = with_order().await;
    world.push(&document("invoice", "i1", r#","order":"o1""#, "10")).await;
    world.settle().await;
    assert_eq!((order(&world).status, invoices(&world)), (RemoteStatus::Billed, 1));
    let order_row = world.newest(&key(RecordKind::Order, "o1")).await;
    assert_eq!((order_row.generation.0, world.codes().await), (0, vec![]), "nobody looked at it again");
}

#[tokio::test(flavor = "current_thread")]
async fn an_order_that_a_person_has_billed_is_not_billed_again_unless_somebody_says_so() {
    for gone in [false, true] {
        let world = with_order().await;
        if gone {
            world.provider.forget(RecordKind::Order);
        } else {
            world.provider.behind_our_back(|record| {
                if record.kind == RecordKind::Order {
                    record.status = RemoteStatus::Billed;
                }
            });
        }
        world.push(&document("invoice", "i1", r#","order":"o1""#, "10")).await;
        world.settle().await;
        assert_eq!((invoices(&world), world.codes().await), (0, vec![Code::RemoteState]), "gone: {gone}");
        let asked = world.newest(&key(RecordKind::Invoice, "i1")).await.id;
        world.engine.decide(asked, Decision::Retry, "Ann").await.expect("decided");
        world.settle().await;
        assert_eq!((invoices(&world), world.codes().await), (1, vec![]), "gone: {gone}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_part_that_is_voided_gives_its_doors_back() {
    let world = with_order().await;
    world.push(&part("i1", "4")).await;
    world.settle().await;
    world.engine.void(&key(RecordKind::Invoice, "i1")).await.expect("asked");
    world.settle().await;
    assert_eq!((doors(&order(&world)), world.codes().await), (vec![Decimal::from(10)], vec![]));
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_answer_cuts_the_order_down_once() {
    let world = with_order().await;
    world.provider.next_writes([Act::LoseAnswer, Act::Refuse(ProviderError::new(ErrorKind::Unavailable, "down"))]);
    world.push(&part("i1", "4")).await;
    world.settle().await;
    world.pass(600);
    world.settle().await;
    assert_eq!((doors(&order(&world)), invoices(&world), world.codes().await), (vec![Decimal::from(6)], 1, vec![]));
}

#[tokio::test(flavor = "current_thread")]
async fn a_part_that_waits_for_a_person_cuts_nothing() {
    let world = with_order().await;
    world.push(&part("i1", "11")).await;
    world.settle().await;
    assert_eq!((doors(&order(&world)), world.codes().await), (vec![Decimal::from(10)], vec![Code::AboveOrder]));
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_says_that_an_order_is_cut_down_where_it_is_in_the_books() {
    let plan = async |world: &World| {
        world.engine.plan(&record(&part("i1", "4")), Freshness::Stored).await.expect("a plan").effects
    };
    let sent = with_order().await;
    assert_eq!(plan(&sent).await, [SideEffect::CutsDown { source: key(RecordKind::Order, "o1") }]);
    let kept_here = World::with(becoming_invoices).await;
    let mut settings = kept_here.engine.settings().await.expect("settings");
    settings.switched_off.push(RecordKind::Order);
    kept_here.engine.save_settings(settings).await.expect("saved");
    kept_here.push(&document("order", "o1", "", "10")).await;
    kept_here.settle().await;
    assert_eq!(plan(&kept_here).await, []);
}
