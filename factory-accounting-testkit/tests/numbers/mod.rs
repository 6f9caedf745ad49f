//! No number is on two documents: every interleaving of a few steps, and the same steps drawn by chance on SQLite.

mod world;

use std::collections::{BTreeSet, VecDeque};

use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::numbers::NumberError;
use factory_accounting_core::store::NumberStore;
use factory_accounting_testkit::Random;

use self::world::{Safety, Step, World, Writing};
use crate::sqlite;

/// Goes through everything that can happen within so many steps, each state once.
async fn explore(phones: usize, steps: usize, without: Option<Safety>) -> Result<usize, String> {
    let start = World::new(Writing::new(MemoryStore::new(), without), phones);
    let mut seen = BTreeSet::from([start.digest().await]);
    let mut front = VecDeque::from([(start, 0)]);
    let mut looked_at = 0;
    while let Some((world, depth)) = front.pop_front() {
        looked_at += 1;
        if depth == steps {
            continue;
        }
        for step in world.steps().await {
            let mut next = world.fork();
            next.take(&step).await.map_err(|wrong| format!("{wrong}\n{}", next.story()))?;
            if seen.insert(next.digest().await) {
                next.check().await.map_err(|wrong| format!("{wrong}\n{}", next.story()))?;
                front.push_back((next, depth + 1));
            }
        }
    }
    Ok(looked_at)
}

fn say(line: &str) {
    use std::io::Write as _;
    // Where nobody listens nothing is lost.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[tokio::test]
async fn f79_f81_two_devices_never_put_one_number_on_two_documents() {
    let states = explore(2, 8, None).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    say(&format!("two devices, eight steps: {states} states"));
    assert!(states > 5_000, "only {states} states: the steps are not taken any more");
}

#[tokio::test]
async fn f79_f81_three_devices_never_put_one_number_on_two_documents() {
    let states = explore(3, 5, None).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    say(&format!("three devices, five steps: {states} states"));
    assert!(states > 1_000, "only {states} states: the steps are not taken any more");
}

/// A register without one of its safeties is found out.
#[tokio::test]
async fn each_safety_of_the_register_is_needed() {
    for (safety, told) in [
        (Safety::OneDocumentEach, "is on"),
        (Safety::RefusesTheLate, "is on"),
        (Safety::GivesWhatItNotes, "not all numbers are accounted for"),
    ] {
        let wrong = explore(2, 9, Some(safety)).await;
        let wrong = wrong.expect_err("the register without it passed");
        assert!(wrong.contains(told), "{safety:?}: {wrong}");
        say(&format!("without {safety:?}: {}", wrong.replace('\n', " | ")));
    }
}

/// Walks that are too long to go through all of them, on two stores that must agree at every step.
#[tokio::test]
async fn sqlite_goes_the_same_ways_as_the_reference() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut reference = World::new(Writing::new(MemoryStore::new(), None), 3);
        let mut tested = World::new(Writing::new(sqlite(), None), 3);
        for _ in 0..40 {
            let steps: Vec<Step> = reference.steps().await;
            let Some(step) = random.pick(&steps).cloned() else { break };
            reference.take(&step).await.unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
            tested.take(&step).await.unwrap_or_else(|wrong| panic!("seed {seed}, SQLite: {wrong}"));
            assert_eq!(reference.digest().await, tested.digest().await, "seed {seed}: {}", tested.story());
        }
        tested.check().await.unwrap_or_else(|wrong| panic!("seed {seed}, SQLite: {wrong}\n{}", tested.story()));
    }
}

/// A device that is asked for numbers it cannot have says why.
#[tokio::test]
async fn f81_a_device_that_was_declared_gone_is_told() {
    let mut world = World::new(Writing::new(MemoryStore::new(), None), 1);
    world.take(&Step::Retire { device: "phone 0.0".into() }).await.expect("declared");
    let refused = world.ask(0).await.expect_err("gone");
    assert!(matches!(refused, NumberError::DeviceGone { .. }), "{refused}");
    assert!(world.store().next_value(&world::connection(), world::KIND, world::PREFIX).await.expect("asked").is_none());
}
