//! The switchboard of one run: numbers every crossing of a seam, strikes where the plan says so, and keeps the trace.

use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKey;

use super::meddling::Meddling;
use super::plan::{Fault, Plan, Side, StrikeKind, may_freeze};

/// How many crossings a run may have before it counts as one that never comes to rest.
const MOST_CROSSINGS: u32 = 6_000;

pub(crate) struct Board {
    state: Mutex<State>,
}

struct State {
    plan: Plan,
    crossings: u32,
    requests: u32,
    digest: u64,
    seams: Vec<&'static str>,
    calls: Vec<String>,
    meddling: Meddling,
    notes: Option<Vec<String>>,
}

impl Board {
    pub(crate) fn new(plan: Plan, take_notes: bool) -> Self {
        let state = State {
            plan,
            crossings: 0,
            requests: 0,
            digest: 0xcbf2_9ce4_8422_2325,
            seams: Vec::new(),
            calls: Vec::new(),
            meddling: Meddling::default(),
            notes: take_notes.then(Vec::new),
        };
        Self { state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line of the trace; the text is only made where it is kept, its digest always.
    pub(crate) fn note(&self, text: &str) {
        let mut state = self.state();
        for byte in text.as_bytes() {
            state.digest = (state.digest ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
        if let Some(notes) = &mut state.notes {
            notes.push(text.to_owned());
        }
    }

    /// Writes a line whose text is only made where the trace is kept; `tag` stands for it in the digest.
    pub(crate) fn note_lazily(&self, tag: &str, text: impl FnOnce() -> String) {
        self.note(tag);
        let mut state = self.state();
        if let Some(notes) = &mut state.notes {
            notes.pop();
            notes.push(text());
        }
    }

    /// Counts a request and says what happens to it. `call` is its verb and path, `detail` what distinguishes it.
    pub(crate) fn request(&self, call: String, detail: &str) -> Option<Fault> {
        let (fault, line) = {
            let mut state = self.state();
            let number = state.requests;
            state.requests += 1;
            let fault = state.plan.faults.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault);
            let hit = fault.map(|fault| format!(" <- {fault}")).unwrap_or_default();
            let line = format!("  request {number}: {call} {detail}{hit}");
            state.calls.push(call);
            (fault, line)
        };
        self.note(&line);
        fault
    }

    /// A person has done something; nothing was touched where it could not be done.
    pub(crate) fn meddle(&self, what: &'static str, touched: Vec<RemoteId>) {
        self.note(what);
        self.note_lazily("touched", || format!("  a person {what}: {touched:?}"));
        self.state().meddling.touched.extend(touched);
    }

    /// The host has been told that somebody changed a record.
    pub(crate) fn told_of_drift(&self, key: &RecordKey) {
        self.state().meddling.told.insert(key.clone());
    }

    /// What people have done so far.
    pub(crate) fn meddling(&self) -> Meddling {
        self.state().meddling.clone()
    }

    pub(crate) fn digest(&self) -> u64 {
        self.state().digest
    }

    pub(crate) fn crossings(&self) -> u32 {
        self.state().crossings
    }

    pub(crate) fn requests(&self) -> u32 {
        self.state().requests
    }

    /// Names of the seams crossed, in order.
    pub(crate) fn seams(&self) -> Vec<&'static str> {
        self.state().seams.clone()
    }

    /// Verb and path of each request, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.state().notes.clone().unwrap_or_default()
    }

    pub(crate) fn is_restless(&self) -> bool {
        self.state().crossings > MOST_CROSSINGS
    }

    fn enter(&self, seam: &'static str) -> u32 {
        let number = {
            let mut state = self.state();
            let number = state.crossings;
            state.crossings += 1;
            state.seams.push(seam);
            number
        };
        self.note(seam);
        number
    }

    fn strike(&self, at: u32, side: Side) -> Option<StrikeKind> {
        let (strike, seam) = {
            let state = self.state();
            let strike = state.plan.strikes.iter().find(|strike| strike.at == at && strike.side == side).copied();
            let seam = usize::try_from(at).ok().and_then(|at| state.seams.get(at)).copied().unwrap_or_default();
            (strike, seam)
        };
        let mut strike = strike?;
        // A fault on the way may have put another seam at this place.
        if strike.kind == StrikeKind::Freeze && !may_freeze(seam, side) {
            strike.kind = StrikeKind::Outage;
        }
        self.note(&format!("  *** {strike}"));
        Some(strike.kind)
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Board").field("plan", &state.plan).field("crossings", &state.crossings).finish_non_exhaustive()
    }
}

/// Whether a process still runs. One that was struck never learns of it: it just never goes on.
#[derive(Debug, Default)]
pub(crate) struct Life(AtomicU8);

const DEAD: u8 = 1;
const FROZEN: u8 = 2;
const GONE: u8 = 3;

impl Life {
    pub(crate) fn is_struck(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FROZEN
    }

    pub(crate) fn is_gone_for_long(&self) -> bool {
        self.0.load(Ordering::Relaxed) == GONE
    }

    pub(crate) fn thaw(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn end(&self, kind: StrikeKind) {
        let state = match kind {
            StrikeKind::Crash => DEAD,
            StrikeKind::Outage => GONE,
            StrikeKind::Freeze => FROZEN,
        };
        self.0.store(state, Ordering::Relaxed);
    }
}

/// One process's way over the seams.
#[derive(Clone, Debug)]
pub(crate) struct Seam {
    pub(crate) board: Arc<Board>,
    pub(crate) life: Arc<Life>,
}

impl Seam {
    /// The near side: the call behind the seam has not happened yet.
    pub(crate) async fn before(&self, seam: &'static str) -> u32 {
        self.stand().await;
        let number = self.board.enter(seam);
        self.strike(number, Side::Before);
        self.stand().await;
        number
    }

    /// The far side: it has happened, and the process has not learnt of it.
    pub(crate) async fn after(&self, crossing: u32) {
        self.strike(crossing, Side::After);
        self.stand().await;
    }

    /// A crossing that cannot wait: the process ends at its next one.
    pub(crate) fn pass(&self, seam: &'static str) {
        if !self.life.is_struck() {
            let number = self.board.enter(seam);
            self.strike(number, Side::After);
        }
    }

    fn strike(&self, number: u32, side: Side) {
        if let Some(kind) = self.board.strike(number, side) {
            self.life.end(kind);
        }
    }

    /// Goes on only while the process runs.
    async fn stand(&self) {
        poll_fn(|_| if self.life.is_struck() { Poll::Pending } else { Poll::Ready(()) }).await;
    }
}
