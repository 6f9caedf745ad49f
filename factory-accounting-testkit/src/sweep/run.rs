//! One run: a story, told with what the plan says goes wrong.

use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::memory::{MemoryStore, MemoryTokenStore};
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::store::ConnectionState;
use factory_accounting_core::token::TokenStore;
use factory_accounting_engine::{Engine, EngineError, RecordStatus};

use super::board::{Board, Life, Seam};
use super::check;
use super::meddling;
use super::mutant::{Mutant, MutantProvider};
use super::plan::Plan;
use super::seams::{Network, SeamClock, SeamObserver, SeamTokens, SeamTransport, locked};
use super::store::SeamStore;
use super::world::{Scenario, Seams, Step, World};
use crate::sim_clock::{Driven, SimClock};

/// A run that lasts longer on its own clock never comes to rest.
const LONGEST: TimeDelta = TimeDelta::days(60);
/// How long after it was connected the story begins: calls of the one are none of the other's, for limits of a minute too.
const PAUSE: TimeDelta = TimeDelta::seconds(61);
/// How long an outage lasts, and how long a frozen process stands still after the others have finished.
const OUTAGE: Duration = Duration::from_secs(25 * 60);
/// How often the host tries a step that fails before the run counts as one that never gets on.
const PATIENCE: u32 = 40;

/// A scenario with its connection opened, so that runs begin with the first step.
#[derive(Debug)]
pub(crate) struct Prepared<W> {
    pub(crate) scenario: Scenario<W>,
    store: MemoryStore,
    tokens: MemoryTokenStore,
    world: W,
    begins: DateTime<Utc>,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) violations: Vec<String>,
    /// Codes of questions that the scenario itself does not ask.
    pub(crate) extra_questions: Vec<String>,
    pub(crate) digest: u64,
    pub(crate) crossings: u32,
    pub(crate) requests: u32,
    pub(crate) seams: Vec<&'static str>,
    pub(crate) calls: Vec<String>,
    pub(crate) trace: Vec<String>,
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId::new("5a1f2d0e-sweep")
}

impl<W: World> Prepared<W> {
    /// Opens the connection and saves the settings, undisturbed.
    pub(crate) fn new(scenario: Scenario<W>, world: &W) -> Result<Self, String> {
        let begins = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).single().ok_or("no such instant")?;
        let mut world = world.clone();
        (scenario.prepare)(&mut world, begins);
        let blank = Self { scenario, store: MemoryStore::new(), tokens: MemoryTokenStore::new(), world, begins };
        let mut universe = Universe::new(&blank, &Plan::default(), None, true);
        universe.sign_in()?;
        let process = universe.process("preparation");
        let settings = blank.scenario.settings.clone();
        let opened = universe.clock.run(async {
            process.engine.connect().await?;
            process.engine.save_settings(settings).await
        });
        opened.map_err(|error| format!("{}: the connection does not open: {error}", blank.scenario.name))?;
        let begins = universe.clock.now() + PAUSE + TimeDelta::from_std(blank.scenario.token_age).unwrap_or_default();
        let Universe { store, tokens, network, .. } = universe;
        let world = locked(&network).at(begins).clone();
        Ok(Self { store, tokens, world, begins, ..blank })
    }

    /// Tells the story.
    pub(crate) fn run(&self, plan: &Plan, mutant: Option<Mutant>, take_notes: bool) -> Ending {
        let mut universe = Universe::new(self, plan, mutant, take_notes);
        let mut violations = Vec::new();
        if let Err(stall) = universe.tell(&self.scenario.steps) {
            violations.push(stall);
        }
        if !universe.board.meddling().touched.is_empty() {
            violations.extend(universe.catch_up().err());
        }
        let now = universe.clock.now() + TimeDelta::hours(1);
        let books = locked(&universe.network).at(now).books();
        let found =
            check::inspect(&universe.clock, &universe.store, &self.scenario, &books, &universe.board.meddling());
        violations.extend(found.violations);
        let board = &universe.board;
        Ending {
            violations,
            extra_questions: found.extra_questions,
            digest: board.digest(),
            crossings: board.crossings(),
            requests: board.requests(),
            seams: board.seams(),
            calls: board.calls(),
            trace: board.notes(),
        }
    }
}

/// Everything that outlives a process.
struct Universe<W> {
    clock: SimClock,
    ends: DateTime<Utc>,
    network: Arc<Mutex<Network<W>>>,
    store: MemoryStore,
    tokens: MemoryTokenStore,
    board: Arc<Board>,
    mutant: Option<Mutant>,
    undo: Arc<Mutex<Option<MemoryStore>>>,
    sendings: Arc<AtomicU64>,
}

/// One process.
struct Process {
    engine: Engine,
    provider: Arc<dyn AccountingProvider>,
    life: Arc<Life>,
}

type Work = Pin<Box<dyn Future<Output = Result<Next, EngineError>> + Send>>;

/// What a step came to.
enum Next {
    Done,
    /// The connection waits for a person to sign in.
    SignIn,
}

enum Ended {
    With(Result<Next, EngineError>),
    Crashed,
    Frozen(Work),
}

impl<W: World> Universe<W> {
    fn new(prepared: &Prepared<W>, plan: &Plan, mutant: Option<Mutant>, take_notes: bool) -> Self {
        Self {
            clock: SimClock::starting_at(prepared.begins),
            ends: prepared.begins + LONGEST,
            network: Arc::new(Mutex::new(Network::new(prepared.world.clone()))),
            store: prepared.store.fork(),
            tokens: prepared.tokens.fork(),
            board: Arc::new(Board::new(plan.clone(), take_notes)),
            mutant,
            undo: Arc::default(),
            sendings: Arc::default(),
        }
    }

    /// Starts a process: nothing is remembered but what the stores hold.
    fn process(&self, worker: &str) -> Process {
        let life = Arc::new(Life::default());
        let seam = Seam { board: Arc::clone(&self.board), life: Arc::clone(&life) };
        let clock: Arc<dyn Clock> = Arc::new(SeamClock { seam: seam.clone(), clock: self.clock.clone() });
        let transport =
            SeamTransport { seam: seam.clone(), network: Arc::clone(&self.network), clock: self.clock.clone() };
        let seams = Seams {
            transport: Arc::new(transport),
            tokens: Arc::new(SeamTokens { seam: seam.clone(), tokens: self.tokens.clone() }),
            clock: Arc::clone(&clock),
            connection: connection(),
            worker: WorkerId::new(worker),
        };
        let mut provider: Arc<dyn AccountingProvider> = locked(&self.network).at(self.clock.now()).provider(seams);
        if let Some(mutant) = self.mutant {
            provider = Arc::new(MutantProvider::new(provider, mutant, Arc::clone(&self.sendings)));
        }
        let store = SeamStore {
            seam: seam.clone(),
            store: self.store.clone(),
            mutant: self.mutant,
            undo: Arc::clone(&self.undo),
        };
        let engine = Engine::builder(connection(), Arc::clone(&provider), Arc::new(store), clock)
            .worker(worker)
            .observer(Arc::new(SeamObserver { seam }))
            .build();
        Process { engine, provider, life }
    }

    /// A person signs in: the new tokens replace the old.
    fn sign_in(&mut self) -> Result<(), String> {
        let now = self.clock.now();
        let tokens = locked(&self.network).at(now).sign_in(now);
        let stored = self.clock.run(async {
            let expected = self.tokens.load(&connection()).await?.map(|stored| stored.version);
            self.tokens.replace(&connection(), expected, tokens).await
        });
        stored.map(drop).map_err(|error| format!("signing in fails: {error}"))
    }

    fn tell(&mut self, steps: &[Step<W>]) -> Result<(), String> {
        let mut process = self.process("worker");
        let mut frozen: Vec<(Process, Work)> = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let mut tries = 0;
            loop {
                tries += 1;
                if tries > PATIENCE {
                    return Err(format!("step {number} does not get on after {PATIENCE} tries"));
                }
                if let Step::Person(act) = step {
                    let now = self.clock.now();
                    act(locked(&self.network).at(now), now);
                    break;
                }
                match self.drive(&process, perform(&process.engine, step))? {
                    Ended::With(Ok(Next::Done)) => break,
                    Ended::With(Ok(Next::SignIn)) => {
                        self.sign_in()?;
                        let engine = process.engine.clone();
                        let connect: Work = Box::pin(async move { engine.connect().await.map(|_| Next::SignIn) });
                        match self.drive(&process, connect)? {
                            Ended::With(Ok(_)) => {}
                            // The package does not want to be asked now: a person waits a minute, too.
                            Ended::With(Err(_)) => self.clock.advance(Duration::from_secs(60)),
                            Ended::Crashed => process = self.restart("worker"),
                            Ended::Frozen(work) => {
                                let stalled = std::mem::replace(&mut process, self.process("successor"));
                                frozen.push((stalled, work));
                            }
                        }
                    }
                    Ended::With(Err(error)) => {
                        self.board.note_lazily("failed", || format!("  the step fails: {error}"));
                        self.clock.advance(Duration::from_secs(60));
                    }
                    Ended::Crashed => process = self.restart("worker"),
                    Ended::Frozen(work) => {
                        let stalled = std::mem::replace(&mut process, self.process("successor"));
                        frozen.push((stalled, work));
                    }
                }
            }
        }
        for (stalled, work) in frozen {
            self.clock.advance(OUTAGE);
            stalled.life.thaw();
            self.board.note("a frozen process goes on");
            self.drive(&stalled, work)?;
        }
        self.settle_down()
    }

    /// Whatever is left is finished by a last process that nothing befalls any more.
    fn settle_down(&mut self) -> Result<(), String> {
        for _ in 0..PATIENCE {
            let process = self.restart("worker");
            match self.drive(&process, perform::<W>(&process.engine, &Step::Work))? {
                Ended::With(Ok(Next::Done)) => return Ok(()),
                Ended::With(Ok(Next::SignIn)) => {
                    self.sign_in()?;
                    let engine = process.engine.clone();
                    let connect: Work = Box::pin(async move { engine.connect().await.map(|_| Next::SignIn) });
                    if let Ended::With(Err(_)) = self.drive(&process, connect)? {
                        self.clock.advance(Duration::from_secs(60));
                    }
                }
                Ended::With(Err(_)) => self.clock.advance(Duration::from_secs(60)),
                Ended::Crashed | Ended::Frozen(_) => {}
            }
        }
        Err("the connection never settles down".to_owned())
    }

    /// People were at work: the host reads, undisturbed, what has changed, and its links must show what the books hold then.
    fn catch_up(&mut self) -> Result<(), String> {
        let before = std::mem::replace(&mut self.board, Arc::new(Board::new(Plan::default(), false)));
        let process = self.restart("worker");
        let after = std::mem::replace(&mut self.board, before);
        let mut outcome = Err("the changes are never read".to_owned());
        for _ in 0..PATIENCE {
            if self.clock.run(process.engine.read_changes()).is_ok() {
                let touched = self.board.meddling().touched;
                let compared = meddling::compare_links(&self.store, process.provider.as_ref(), &touched);
                outcome = self.clock.run(compared);
                break;
            }
            // The package does not want to be asked now.
            self.clock.advance(Duration::from_secs(60));
        }
        for key in after.meddling().told {
            self.board.told_of_drift(&key);
        }
        outcome
    }

    fn restart(&mut self, worker: &str) -> Process {
        if let Some(before) = locked(&self.undo).take() {
            self.store = before;
        }
        self.board.note("a new process starts");
        self.process(worker)
    }

    fn drive(&self, process: &Process, mut work: Work) -> Result<Ended, String> {
        let over = || self.board.is_restless() || self.clock.now() > self.ends;
        let driven = self.clock.poll_until(work.as_mut(), || process.life.is_struck() || over());
        match driven {
            Driven::Done(result) => Ok(Ended::With(result)),
            Driven::Stopped if process.life.is_frozen() => Ok(Ended::Frozen(work)),
            Driven::Stopped if process.life.is_struck() => {
                if process.life.is_gone_for_long() {
                    self.clock.advance(OUTAGE);
                }
                Ok(Ended::Crashed)
            }
            Driven::Stopped => Err("the engine never comes to rest".to_owned()),
            Driven::Stuck => Err("the engine waits for something that can never come".to_owned()),
        }
    }
}

fn perform<W>(engine: &Engine, step: &Step<W>) -> Work {
    let engine = engine.clone();
    match step {
        Step::Push(records) => {
            let records = records.clone();
            Box::pin(async move { engine.push_all(records).await.map(|_| Next::Done) })
        }
        Step::Void(key) => {
            let key = key.clone();
            Box::pin(async move { engine.void(&key).await.map(|_| Next::Done) })
        }
        Step::Decide(key, code, decision) => {
            let (key, code, decision) = (key.clone(), *code, decision.clone());
            Box::pin(async move {
                if let RecordStatus::NeedsAttention { operation, parked } = engine.status(&key).await?
                    && parked.code == code
                {
                    engine.decide(operation, decision, "a person").await?;
                }
                Ok(Next::Done)
            })
        }
        Step::Work => {
            Box::pin(async move { engine.run_until_idle().await.map(|report| next(report.resting.as_ref())) })
        }
        Step::Round => Box::pin(async move { engine.run_once().await.map(|report| next(report.resting.as_ref())) }),
        Step::Person(_) => Box::pin(async { Ok(Next::Done) }),
    }
}

fn next(resting: Option<&ConnectionState>) -> Next {
    match resting {
        Some(ConnectionState::NeedsReconnect { .. } | ConnectionState::Disconnected) => Next::SignIn,
        _ => Next::Done,
    }
}
