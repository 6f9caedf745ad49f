//! The crash sweep over the real Xero provider and the emulator's books.

mod scenarios;

use factory_accounting_core::clock::Clock;
use factory_accounting_http::SystemClock;
use factory_accounting_testkit::sweep::{Budget, Mutant, SweepReport, replay, sweep};

use crate::say;
use crate::world::XeroWorld;

/// Runs in CI; `SWEEP_RUNS` sets another number.
const RUNS: usize = 100_000;

fn runs() -> usize {
    std::env::var("SWEEP_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(RUNS)
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

#[test]
fn whatever_crashes_times_out_or_answers_twice_the_books_hold_each_document_once() {
    let begun = SystemClock.now();
    let report =
        sweep(&XeroWorld::new(), scenarios::all(), None, budget(runs())).unwrap_or_else(|reason| panic!("{reason}"));
    let seconds = (SystemClock.now() - begun).num_seconds();
    say(&format!(
        "sweep: {} runs ({} with faults, {} with ends of processes), {} requests, {} violations, {seconds} s, {} runs a second",
        report.runs,
        report.with_faults,
        report.with_strikes,
        report.requests,
        report.violations.len(),
        report.runs / usize::try_from(seconds.max(1)).unwrap_or(1),
    ));
    for (question, times) in &report.extra_questions {
        say(&format!("  {times} runs end with the question {question}"));
    }
    assert!(report.violations.is_empty(), "{} violations{}", report.violations.len(), told(&report));
}

#[test]
fn a_run_that_is_told_twice_leaves_the_same_trace() {
    let sample = Budget { runs: 400, ..budget(6_000) };
    let (compared, differing) =
        replay(&XeroWorld::new(), scenarios::all(), sample).unwrap_or_else(|reason| panic!("{reason}"));
    assert!(compared >= 300, "only {compared} runs were compared");
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Each safety is needed: without it the same sweep fails.
fn fails_without(mutant: Mutant) {
    let budget = Budget { stop_at_first: true, ..budget(30_000) };
    let report =
        sweep(&XeroWorld::new(), scenarios::all(), Some(mutant), budget).unwrap_or_else(|reason| panic!("{reason}"));
    let first = report.violations.first();
    let first = first.unwrap_or_else(|| panic!("{mutant:?}: {} runs and no violation", report.runs));
    say(&format!("{mutant:?} fails: {} with {}: {}", first.scenario, first.plan, first.what.join("; ")));
}

macro_rules! sensitivity {
    ($($name:ident => $mutant:ident;)*) => {
        $(#[test] fn $name() { fails_without(Mutant::$mutant); })*

        #[test]
        fn every_mutant_has_a_test() {
            assert_eq!(Mutant::ALL.to_vec(), vec![$(Mutant::$mutant,)*]);
        }
    };
}

sensitivity! {
    without_a_durable_begin_the_sweep_fails => ForgetfulBegin;
    without_stored_links_the_sweep_fails => LosesLinks;
    without_fences_the_sweep_fails => NoFence;
    without_a_probe_the_sweep_fails => BlindProbe;
    without_evidence_the_sweep_fails => CredulousProbe;
    without_the_unknown_fate_the_sweep_fails => HopefulFate;
    without_reading_refusals_the_sweep_fails => DeafFate;
    with_writes_retried_below_the_engine_the_sweep_fails => RetriesWrites;
    with_a_fresh_key_for_every_sending_the_sweep_fails => FreshKeys;
}
