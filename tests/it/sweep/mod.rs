//! The crash sweep over the real providers and the emulators' books: the same stories, faults and mutants for each package.

mod scenarios;

use factory_accounting_core::clock::Clock;
use factory_accounting_http::SystemClock;
use factory_accounting_testkit::sweep::{Budget, Mutant, SweepReport, replay, sweep};

use crate::say;
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

/// Runs of one world; `SWEEP_RUNS` sets another number for each.
fn runs(usual: usize) -> usize {
    std::env::var("SWEEP_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn budget(runs: usize) -> Budget {
    Budget { runs, threads: 2, seed: 11, stop_at_first: false }
}

fn told(report: &SweepReport) -> String {
    let mut text = String::new();
    let shown = std::env::var("SWEEP_SHOW").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    for violation in report.violations.iter().take(shown) {
        text.push_str(&format!(
            "\n{} with {}:\n  {}\n{}\n",
            violation.scenario,
            violation.plan,
            violation.what.join("\n  "),
            violation.trace.join("\n")
        ));
    }
    let mut by_scenario = std::collections::BTreeMap::<_, usize>::new();
    for violation in &report.violations {
        *by_scenario.entry((violation.scenario, violation.what.first())).or_default() += 1;
    }
    for violation in report.violations.iter().take(200) {
        text.push_str(&format!("{} with {}: {}\n", violation.scenario, violation.plan, violation.what.join("; ")));
    }
    for ((scenario, what), times) in by_scenario.iter().take(60) {
        text.push_str(&format!("{times:6} x {scenario}: {}\n", what.map_or("", |what| what)));
    }
    text
}

fn sweeps<W: Books>(world: &W, usual: usize) {
    let begun = SystemClock.now();
    let budget = budget(runs(usual));
    let report = sweep(world, scenarios::all(world), None, budget).unwrap_or_else(|reason| panic!("{reason}"));
    let seconds = (SystemClock.now() - begun).num_seconds();
    say(&format!(
        "sweep: {} runs ({} with faults, {} with ends of processes, {} in which people get in between), {} requests, {} violations, {seconds} s, {} runs a second",
        report.runs,
        report.with_faults,
        report.with_strikes,
        report.with_intrusions,
        report.requests,
        report.violations.len(),
        report.runs / usize::try_from(seconds.max(1)).unwrap_or(1),
    ));
    for (question, times) in &report.extra_questions {
        say(&format!("  {times} runs end with the question {question}"));
    }
    assert!(report.violations.is_empty(), "{} violations{}", report.violations.len(), told(&report));
}

fn replays<W: Books>(world: &W) {
    let sample = Budget { runs: 400, ..budget(6_000) };
    let (compared, differing) =
        replay(world, scenarios::all(world), sample).unwrap_or_else(|reason| panic!("{reason}"));
    assert!(compared >= 300, "only {compared} runs were compared");
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Each safety is needed: without it the same sweep fails.
fn fails_without<W: Books>(world: &W, mutant: Mutant) {
    let budget = Budget { stop_at_first: true, ..budget(30_000) };
    let report = sweep(world, scenarios::all(world), Some(mutant), budget).unwrap_or_else(|reason| panic!("{reason}"));
    let first = report.violations.first();
    let first = first.unwrap_or_else(|| panic!("{mutant:?}: {} runs and no violation", report.runs));
    say(&format!("{mutant:?} fails: {} with {}: {}", first.scenario, first.plan, first.what.join("; ")));
}

/// A package's sweep: its runs, the same run twice, and the mutants that must fail.
///
/// Where a package remembers every request for a day, an attempt that we forget does no harm: the answer comes again. What
/// is forgotten is told in a world that forgets, too.
macro_rules! swept {
    (@all $package:ident, $world:expr, $runs:expr; $($name:ident => $mutant:ident in $where:expr;)*) => {
        mod $package {
            use super::*;

            #[test]
            fn whatever_crashes_times_out_or_answers_twice_the_books_hold_each_document_once() {
                sweeps(&$world, $runs);
            }

            #[test]
            fn a_run_that_is_told_twice_leaves_the_same_trace() {
                replays(&$world);
            }

            $(#[test] fn $name() { fails_without(&$where, Mutant::$mutant); })*

            #[test]
            fn every_mutant_has_a_test() {
                assert_eq!(mutants(&$world), vec![$(Mutant::$mutant,)*]);
            }
        }
    };
    ($package:ident, $world:expr, $forgetful:expr, $runs:expr $(, $($name:ident => $mutant:ident in $where:expr;)*)?) => {
        swept! {
            @all $package, $world, $runs;
            without_a_durable_begin_the_sweep_fails => ForgetfulBegin in $forgetful;
            without_stored_links_the_sweep_fails => LosesLinks in $world;
            without_fences_the_sweep_fails => NoFence in $world;
            without_a_probe_the_sweep_fails => BlindProbe in $world;
            without_evidence_the_sweep_fails => CredulousProbe in $world;
            without_the_unknown_fate_the_sweep_fails => HopefulFate in $world;
            without_reading_refusals_the_sweep_fails => DeafFate in $world;
            with_writes_retried_below_the_engine_the_sweep_fails => RetriesWrites in $world;
            $($($name => $mutant in $where;)*)?
        }
    };
}

/// The safeties that a system over this world has.
fn mutants<W: Books>(_: &W) -> Vec<Mutant> {
    Mutant::ALL.into_iter().filter(|mutant| W::KEYED || *mutant != Mutant::FreshKeys).collect()
}

swept! {
    xero, XeroWorld::fresh(), XeroWorld::fresh(), 40_000,
    with_a_fresh_key_for_every_sending_the_sweep_fails => FreshKeys in XeroWorld::fresh();
}

#[test]
fn without_reading_changes_a_sweep_in_which_people_get_in_between_fails() {
    for mutant in Mutant::OF_PEOPLE {
        fails_without(&XeroWorld::fresh(), mutant);
    }
}

swept! {
    qbo, QboWorld::fresh(), QboWorld::forgetful(), 25_000,
    with_a_fresh_key_for_every_sending_the_sweep_fails => FreshKeys in QboWorld::fresh();
}

#[test]
fn where_the_package_forgets_what_was_asked_of_it_the_books_hold_each_document_once_all_the_same() {
    sweeps(&QboWorld::forgetful(), 15_000);
}

swept!(myob, MyobWorld::fresh(), MyobWorld::fresh(), 12_000);

/// Tax is rounded elsewhere, an order is gone once it is invoiced, and two documents may share a number (myob.md 13).
#[test]
fn where_what_nobody_has_settled_is_otherwise_the_books_hold_each_document_once_all_the_same() {
    sweeps(&MyobWorld::otherwise(), 8_000);
}
