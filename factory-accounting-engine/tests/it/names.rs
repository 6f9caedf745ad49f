//! Names that belong to somebody else already: told apart or asked about, never merged.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::settings::TakenNames;
use factory_accounting_core::store::Decision;

use crate::scripted::Act;
use crate::world::{World, key};

const SUPPLIER: &str = r#"{"kind":"supplier","id":"s1","name":"Acme"}"#;
const TWIN: &str = r#"{"kind":"customer","id":"c2","name":"Acme"}"#;

async fn one_list() -> World {
    let world = World::new().await;
    world.provider.keep_one_list_of_names();
    world
}

fn names(world: &World, kind: RecordKind) -> Vec<String> {
    let mut names: Vec<String> = world.provider.live(kind).into_iter().filter_map(|record| record.name).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "current_thread")]
async fn a_supplier_with_a_customers_name_is_told_apart_without_asking() {
    let world = one_list().await;
    world.push(SUPPLIER).await;
    world.settle().await;
    assert_eq!((names(&world, RecordKind::Supplier), world.codes().await), (vec!["Acme (apart)".into()], vec![]));
    let decisions = world.newest(&key(RecordKind::Supplier, "s1")).await.decisions;
    assert_eq!(decisions[0].decision, Decision::Distinguish, "who wonders can see why");
    // A later change keeps the addition: the plain name still belongs to the other.
    world.push(r#"{"kind":"supplier","id":"s1","name":"Acme","phone":"1"}"#).await;
    world.settle().await;
    assert_eq!(world.codes().await, []);
}

#[tokio::test(flavor = "current_thread")]
async fn r9_a_second_customer_of_one_name_is_asked_about_and_the_one_there_is_shown() {
    let world = one_list().await;
    world.provider.made_there(RecordKind::Customer, "Bolt Co");
    world.push(r#"{"kind":"customer","id":"c3","name":"Bolt Co"}"#).await;
    world.settle().await;
    let question = world.question(&key(RecordKind::Customer, "c3")).await;
    assert_eq!((question.code, question.candidates.len()), (Code::NameTaken, 1));
    assert_eq!(names(&world, RecordKind::Customer), ["Acme", "Bolt Co"], "nothing was made, nothing merged");
}

#[tokio::test(flavor = "current_thread")]
async fn a_person_has_the_two_told_apart() {
    let world = one_list().await;
    let asked = world.push(TWIN).await;
    world.settle().await;
    assert_eq!(world.codes().await, [Code::NameTaken]);
    world.engine.decide(asked.operation, Decision::Distinguish, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!(
        (names(&world, RecordKind::Customer), world.codes().await),
        (vec!["Acme".into(), "Acme (apart)".into()], vec![])
    );
}

#[tokio::test(flavor = "current_thread")]
async fn the_settings_have_all_namesakes_told_apart() {
    let world = one_list().await;
    let mut settings = world.engine.settings().await.expect("settings");
    settings.taken_names = TakenNames::Distinguish;
    world.engine.save_settings(settings).await.expect("saved");
    world.push(TWIN).await;
    world.settle().await;
    assert_eq!(
        (names(&world, RecordKind::Customer), world.codes().await),
        (vec!["Acme".into(), "Acme (apart)".into()], vec![])
    );
}

#[tokio::test(flavor = "current_thread")]
async fn r4_a_lost_answer_is_not_taken_for_a_namesake() {
    for act in [Act::LoseAnswer, Act::LoseRequest] {
        let world = one_list().await;
        world.provider.next_writes([act.clone()]);
        world.push(r#"{"kind":"customer","id":"c4","name":"Ngaio Steel"}"#).await;
        world.settle().await;
        let found = names(&world, RecordKind::Customer);
        assert_eq!((found, world.codes().await), (vec!["Acme".into(), "Ngaio Steel".into()], vec![]), "{act:?}");
    }
}
