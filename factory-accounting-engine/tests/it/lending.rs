//! What lines take over from other records of the host.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;

use crate::world::{World, key};

const PRODUCT: &str = r#"{"kind":"product","id":"p1","code":"P1","name":"Hinge","sales":{"account":"090"}}"#;

fn invoice(id: &str, line: &str) -> String {
    format!(
        r#"{{"kind":"invoice","id":"{id}","number":"INV-{id}","customer":"c1","date":"2026-07-01","currency":"NZD",
        "lines":[{{"type":"item","description":"Bench","quantity":"1","unit_price":"10"{line}}}]}}"#
    )
}

/// The bank is no account for lines, so that the question tells whose account was taken.
async fn asked(world: &World, id: &str) -> String {
    world.settle().await;
    let question = world.question(&key(RecordKind::Invoice, id)).await;
    assert_eq!(question.code, Code::AccountUnusable, "{question}");
    question.reason
}

#[tokio::test(flavor = "current_thread")]
async fn f48_the_newest_state_of_a_product_lends_its_account_also_after_it_was_taken_back() {
    let world = World::new().await;
    world.push(&PRODUCT.replace("090", "200")).await;
    world.settle().await;
    world.push(PRODUCT).await;
    world.settle().await;
    world.push(&invoice("1", r#","product":"p1""#)).await;
    assert!(asked(&world, "1").await.contains("\"090\" (Bank) cannot be used on lines of documents (of its product)"));
    world.engine.void(&key(RecordKind::Product, "p1")).await.expect("asked");
    world.settle().await;
    world.push(&invoice("2", r#","product":"p1""#)).await;
    assert!(asked(&world, "2").await.contains("(of its product)"));
}

#[tokio::test(flavor = "current_thread")]
async fn l19_a_customer_lends_its_account_and_tax_to_lines_that_nothing_closer_has_one_for() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c1","name":"Acme","account":"090"}"#).await;
    world.settle().await;
    world.push(&invoice("1", "")).await;
    assert!(asked(&world, "1").await.contains("(of its customer)"));
    world.push(&invoice("2", r#","account":"200""#)).await;
    world.settle().await;
    assert_eq!(world.codes().await.len(), 1, "the line's own account is closer");
}

#[tokio::test(flavor = "current_thread")]
async fn an_explanation_tells_whose_account_it_was() {
    let world = World::new().await;
    world.push(&invoice("1", "")).await;
    world.settle().await;
    let explained = world.engine.explain(&key(RecordKind::Invoice, "1")).await.expect("explained");
    assert_eq!((explained.unexplained().count(), explained.settings_version), (0, Some(1)));
    let account = explained.field("lines[0].charge.account.id").expect("an account");
    assert!(account.text.contains("the settings (accounts.sales, version 1)"), "{}", account.text);
    assert!(account.text.contains("customer c1 (account)"), "{}", account.text);
    let unknown = world.engine.explain(&key(RecordKind::Invoice, "9")).await.expect_err("never pushed");
    assert!(unknown.to_string().contains("has never been pushed"), "{unknown}");
}
