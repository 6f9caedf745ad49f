//! Which runs there are: all that can go wrong once, then pairs, then seeded swarms; spread over threads.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;

use super::mutant::Mutant;
use super::plan::{Fault, Plan, Side, Strike, StrikeKind, When, may_freeze};
use super::run::{Ending, Prepared};
use super::seams::locked;
use super::world::{Scenario, World};
use crate::random::Random;

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Runs in all, beyond those in which one thing goes wrong: these are always done whole. 0 leaves only them.
    pub runs: usize,
    /// Threads.
    pub threads: usize,
    /// Decides which pairs and swarms are drawn.
    pub seed: u64,
    /// End at the first violation.
    pub stop_at_first: bool,
}

/// A run that broke the promise, with all that is needed to look at it.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The story.
    pub scenario: &'static str,
    /// What went wrong on the way.
    pub plan: Plan,
    /// What was broken.
    pub what: Vec<String>,
    /// What happened, line by line.
    pub trace: Vec<String>,
}

/// What a sweep found.
#[derive(Clone, Debug, Default)]
pub struct SweepReport {
    /// Runs done.
    pub runs: usize,
    /// Of these, with at least one fault.
    pub with_faults: usize,
    /// Of these, with at least one end of a process.
    pub with_strikes: usize,
    /// Of these, in which a person worked in the package while a request was under way.
    pub with_intrusions: usize,
    /// Broken promises, in a fixed order.
    pub violations: Vec<Violation>,
    /// Questions to a person beyond those that a story itself asks, by code and record, and in how many runs.
    pub extra_questions: BTreeMap<String, usize>,
    /// Requests of all runs.
    pub requests: u64,
}

/// Runs every scenario as the budget allows.
///
/// # Errors
/// Where a scenario does not come to its end even if nothing goes wrong: it proves nothing then.
pub fn sweep<W: World>(
    world: &W,
    scenarios: Vec<Scenario<W>>,
    mutant: Option<Mutant>,
    budget: Budget,
) -> Result<SweepReport, String> {
    let prepared = prepare(world, scenarios)?;
    let jobs = jobs(world, &prepared, budget);
    Ok(work(&prepared, &jobs, mutant, budget))
}

/// Runs a sample twice and returns the plans whose two traces differ.
///
/// # Errors
/// As [`sweep`].
pub fn replay<W: World>(
    world: &W,
    scenarios: Vec<Scenario<W>>,
    budget: Budget,
) -> Result<(usize, Vec<String>), String> {
    let prepared = prepare(world, scenarios)?;
    let jobs = jobs(world, &prepared, budget);
    let step = (jobs.len() / budget.runs.max(1)).max(1);
    let mut differing = Vec::new();
    let mut compared = 0;
    for (at, plan) in jobs.iter().step_by(step) {
        let Some(story) = prepared.get(*at) else { continue };
        let (first, second) = (story.run(plan, None, true), story.run(plan, None, true));
        compared += 1;
        if first != second {
            differing.push(format!("{}: {plan}: {}", story.scenario.name, first_difference(&first, &second)));
        }
    }
    Ok((compared, differing))
}

/// Tells one story with one plan, for looking at it.
///
/// # Errors
/// As [`sweep`].
pub fn look<W: World>(world: &W, scenario: Scenario<W>, plan: &Plan) -> Result<(Vec<String>, Vec<String>), String> {
    let prepared = Prepared::new(scenario, world)?;
    let ending = prepared.run(plan, None, true);
    Ok((ending.violations, ending.trace))
}

fn first_difference(first: &Ending, second: &Ending) -> String {
    let lines = first.trace.iter().zip(&second.trace);
    lines.enumerate().find(|(_, (one, other))| one != other).map_or_else(
        || "one trace is longer".to_owned(),
        |(at, (one, other))| format!("line {at}: {one:?} and {other:?}"),
    )
}

fn prepare<W: World>(world: &W, scenarios: Vec<Scenario<W>>) -> Result<Vec<Prepared<W>>, String> {
    let mut prepared = Vec::with_capacity(scenarios.len());
    for scenario in scenarios {
        let story = Prepared::new(scenario, world)?;
        let plain = story.run(&Plan::default(), None, true);
        if !plain.violations.is_empty() || !plain.extra_questions.is_empty() {
            return Err(format!(
                "{}: even undisturbed it does not end as it must: {:?} {:?}\n{}",
                story.scenario.name,
                plain.violations,
                plain.extra_questions,
                plain.trace.join("\n")
            ));
        }
        prepared.push(story);
    }
    Ok(prepared)
}

type Job = (usize, Plan);

/// Seconds after which a write may still land that the client has given up.
const LATE: [u32; 2] = [1, 15];
/// Where answers break off.
const CUTS: [usize; 3] = [0, 1, 200];

fn jobs<W: World>(world: &W, prepared: &[Prepared<W>], budget: Budget) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut pairs: Vec<Job> = Vec::new();
    for (at, story) in prepared.iter().enumerate() {
        let plain = story.run(&Plan::default(), None, false);
        jobs.push((at, Plan::default()));
        let strikes = strikes(&plain.seams);
        jobs.extend(strikes.iter().map(|strike| (at, Plan { strikes: vec![*strike], ..Plan::default() })));
        for (number, call) in (0_u32..).zip(&plain.calls) {
            for fault in faults(world, call) {
                jobs.push((at, Plan { faults: vec![(number, fault)], ..Plan::default() }));
                pairs.extend(strikes.iter().map(|strike| {
                    // A fault makes the run longer; strikes beyond its plain end are drawn with the swarms.
                    (at, Plan { faults: vec![(number, fault)], strikes: vec![*strike] })
                }));
            }
        }
    }
    let room = budget.runs.saturating_sub(jobs.len());
    let mut random = Random::new(budget.seed);
    let of_pairs = (room * 3 / 5).min(pairs.len());
    thin(&mut pairs, of_pairs, &mut random);
    jobs.append(&mut pairs);
    let left = budget.runs.saturating_sub(jobs.len());
    let bases: Vec<Ending> = prepared.iter().map(|story| story.run(&Plan::default(), None, false)).collect();
    for number in 0..left {
        let at = number % prepared.len().max(1);
        if let Some(base) = bases.get(at) {
            jobs.push((at, swarm(world, base, &mut random)));
        }
    }
    jobs
}

/// Both sides of every crossing, for every end of a process.
fn strikes(seams: &[&'static str]) -> Vec<Strike> {
    let mut strikes = Vec::new();
    for (at, seam) in (0_u32..).zip(seams) {
        for side in [Side::Before, Side::After] {
            strikes.push(Strike { at, side, kind: StrikeKind::Crash });
            strikes.push(Strike { at, side, kind: StrikeKind::Outage });
            if may_freeze(seam, side) {
                strikes.push(Strike { at, side, kind: StrikeKind::Freeze });
            }
        }
    }
    strikes
}

fn faults<W: World>(world: &W, call: &str) -> Vec<Fault> {
    let (method, path) = call.split_once(' ').unwrap_or(("GET", call));
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
    let mut faults = vec![Fault::NoConnection, Fault::LostRequest, Fault::LostAnswer, Fault::AnswerTooLate];
    if method != Method::GET {
        faults.extend(LATE.map(Fault::LandsLate));
    }
    faults.extend(CUTS.map(Fault::Truncated));
    faults.extend(world.faults(&method, path).into_iter().map(Fault::Package));
    for what in world.intrusions(&method, path) {
        faults.extend(When::ALL.map(|when| Fault::Person(what, when)));
    }
    faults
}

/// Several things at once: up to three faults, and up to two ends of processes.
fn swarm<W: World>(world: &W, base: &Ending, random: &mut Random) -> Plan {
    let mut plan = Plan::default();
    for _ in 0..random.between(1, 3) {
        // Recovery asks more than the plain run: faults may hit there too.
        let number = random.below(u64::from(base.requests) * 2 + 2);
        let index = usize::try_from(number).unwrap_or(0) % base.calls.len().max(1);
        let call = base.calls.get(index).map_or("GET /", String::as_str);
        if let Some(fault) = random.pick(&faults(world, call)) {
            plan.faults.push((u32::try_from(number).unwrap_or(0), *fault));
        }
    }
    let mut from = 0;
    for _ in 0..random.below(3) {
        let at = from + u32::try_from(random.below(u64::from(base.crossings) + 10)).unwrap_or(0);
        let side = if random.chance(1, 2) { Side::Before } else { Side::After };
        let seam = usize::try_from(at).ok().and_then(|at| base.seams.get(at)).copied();
        // Beyond the plain run nobody knows which seam it will be.
        let freeze = random.chance(1, 4) && seam.is_some_and(|seam| may_freeze(seam, side));
        let crash = if random.chance(1, 2) { StrikeKind::Crash } else { StrikeKind::Outage };
        let kind = if freeze { StrikeKind::Freeze } else { crash };
        plan.strikes.push(Strike { at, side, kind });
        from = at + 1;
    }
    plan
}

/// Keeps so many, spread over the whole.
fn thin(jobs: &mut Vec<Job>, keep: usize, random: &mut Random) {
    let all = jobs.len();
    if keep >= all {
        return;
    }
    if keep == 0 {
        return jobs.clear();
    }
    let offset = usize::try_from(random.below(all as u64)).unwrap_or(0);
    let kept = (0..keep).filter_map(|number| jobs.get((offset + number * all / keep) % all).cloned()).collect();
    *jobs = kept;
}

/// What one thread found, its violations by the number of their job.
type Part = (SweepReport, Vec<(usize, Violation)>);

fn work<W: World>(prepared: &[Prepared<W>], jobs: &[Job], mutant: Option<Mutant>, budget: Budget) -> SweepReport {
    let next = AtomicUsize::new(0);
    let stopped = AtomicUsize::new(usize::MAX);
    let parts: Mutex<Vec<Part>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..budget.threads.max(1) {
            scope.spawn(|| {
                let mut part = SweepReport::default();
                let mut broken = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((at, plan)) = jobs.get(number) else { break };
                    let Some(story) = prepared.get(*at).filter(|_| number <= stopped.load(Ordering::Relaxed)) else {
                        break;
                    };
                    let ending = story.run(plan, mutant, false);
                    part.count(plan, &ending);
                    if !ending.violations.is_empty() {
                        broken.push((number, violation(story, plan, mutant)));
                        if budget.stop_at_first {
                            stopped.fetch_min(number, Ordering::Relaxed);
                        }
                    }
                }
                locked(&parts).push((part, broken));
            });
        }
    });
    let mut total = SweepReport::default();
    let mut broken = Vec::new();
    for (part, violations) in locked(&parts).drain(..) {
        total.add(part);
        broken.extend(violations);
    }
    broken.sort_by_key(|(number, _)| *number);
    total.violations = broken.into_iter().map(|(_, violation)| violation).collect();
    total
}

/// The same run again, with notes: it ends the same way.
fn violation<W: World>(story: &Prepared<W>, plan: &Plan, mutant: Option<Mutant>) -> Violation {
    let ending = story.run(plan, mutant, true);
    Violation { scenario: story.scenario.name, plan: plan.clone(), what: ending.violations, trace: ending.trace }
}

impl SweepReport {
    fn count(&mut self, plan: &Plan, ending: &Ending) {
        self.runs += 1;
        self.with_faults += usize::from(!plan.faults.is_empty());
        self.with_strikes += usize::from(!plan.strikes.is_empty());
        self.with_intrusions += usize::from(plan.has_intrusion());
        self.requests += u64::from(ending.requests);
        for question in &ending.extra_questions {
            *self.extra_questions.entry(question.clone()).or_default() += 1;
        }
    }

    fn add(&mut self, part: Self) {
        self.runs += part.runs;
        self.with_faults += part.with_faults;
        self.with_strikes += part.with_strikes;
        self.with_intrusions += part.with_intrusions;
        self.requests += part.requests;
        for (question, times) in part.extra_questions {
            *self.extra_questions.entry(question).or_default() += times;
        }
    }
}
