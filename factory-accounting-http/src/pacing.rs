//! Keeping within a package's limits: exact sliding windows and a bound on concurrent calls, per organisation and per app.
//!
//! A call occupies its place in each window from before it leaves until one span after it has ended. The peer counts it
//! somewhere in between, so that no window of the peer, sliding or fixed, ever holds more calls of ours than it permits.

mod queue;
mod window;

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;

use self::queue::{State, Verdict};

/// A package's limits, as data.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most calls of one organisation in flight at once; at least 1.
    pub concurrent: usize,
    /// Most calls per span of time.
    pub windows: Vec<Window>,
    /// Longest wait inside a call; a longer one is refused with the time to wait.
    pub inline_wait: Duration,
}

/// At most `permits` calls in any `span`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Name by which [`Signals`] refer to it: `minute`.
    pub name: &'static str,
    /// Length.
    pub span: Duration,
    /// Most calls within any such length.
    pub permits: u32,
    /// Whose calls count.
    pub scope: Scope,
}

/// Whose calls a window counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All calls of the app, over all organisations.
    App,
    /// The calls of one organisation.
    Organisation,
}

/// Reads what an answer says about limits. Supplied by the package.
pub trait LimitSignals: Send + Sync + fmt::Debug {
    /// What this answer says.
    fn read(&self, status: StatusCode, headers: &HeaderMap) -> Signals;
}

/// What an answer says about limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Calls that the peer says are left, by name of the window. Names without a window are ignored.
    pub remaining: Vec<(&'static str, u32)>,
    /// Set where the call was refused for a limit.
    pub throttled: Option<Throttle>,
}

/// A refusal for a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// The window that is full; `None`, or a name without a window, where it is another limit of the organisation.
    pub window: Option<&'static str>,
    /// How long the peer asks to wait; where the package reads none, the standard `Retry-After` counts.
    pub retry_after: Option<Duration>,
}

/// The limits of one app. Clones share everything: make one per app and process.
#[derive(Clone)]
pub struct AppPacer {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Wakes those who wait for their turn among organisations.
    turns: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AppPacer {
    /// A pacer for an app under these limits.
    #[must_use]
    pub fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let state = Mutex::new(State::new(&limits));
        Self { shared: Arc::new(Shared { limits, clock, state, turns: Notify::new() }) }
    }

    /// The pacer of one organisation. Asking again for the same name gives the same windows with what they hold, so that a
    /// connection that is set up anew does not forget what it has used.
    #[must_use]
    pub fn organisation(&self, name: impl Into<String>) -> Pacer {
        let lane = self.shared.state().lane(name.into(), &self.shared.limits);
        Pacer { shared: Arc::clone(&self.shared), lane: lane.0, woken: lane.1 }
    }
}

impl fmt::Debug for AppPacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppPacer").field("limits", &self.shared.limits).finish_non_exhaustive()
    }
}

/// The limits of one organisation within those of its app. Clones share everything.
///
/// Calls of one organisation go in order of arrival. Where the app's windows are short, organisations take turns, so that a
/// busy one cannot starve the rest; one that cannot use its turn holds nobody up.
#[derive(Clone)]
pub struct Pacer {
    shared: Arc<Shared>,
    lane: usize,
    woken: Arc<Notify>,
}

impl Pacer {
    /// Waits for a place in every window and among the concurrent calls. Keep the permit until the call has ended.
    ///
    /// # Errors
    /// [`ErrorKind::Throttled`] with the time to wait, at once where it is longer than [`Limits::inline_wait`], or when
    /// that time has passed without a place.
    pub async fn acquire(&self) -> Result<Permit, ProviderError> {
        let give_up = later(self.shared.clock.now(), self.shared.limits.inline_wait);
        let mut ticket = Ticket { pacer: self, number: self.shared.state().enter(self.lane), waiting: true };
        loop {
            // Registered before looking, so that no wake-up falls between looking and waiting.
            let mut place = pin!(self.woken.notified());
            let mut turn = pin!(self.shared.turns.notified());
            place.as_mut().enable();
            turn.as_mut().enable();
            let now = self.shared.clock.now();
            let verdict = self.shared.state().verdict(self.lane, ticket.number, now);
            let until = match verdict {
                Verdict::Go => {
                    ticket.waiting = false;
                    self.wake();
                    return Ok(Permit { pacer: self.clone() });
                }
                Verdict::Window { name, until } if until > give_up => return Err(throttled(name, until, now)),
                Verdict::Place if now >= give_up => {
                    return Err(throttled("concurrent", later(now, queue::PAUSE), now));
                }
                Verdict::Window { until, .. } => until,
                Verdict::Place => give_up,
            };
            let wait = (until - now).to_std().unwrap_or_default().max(Duration::from_millis(1));
            tokio::select! {
                biased;
                () = &mut place => {}
                () = &mut turn => {}
                () = self.shared.clock.sleep(wait) => {}
            }
        }
    }

    /// Takes up what an answer says: a lower count of calls left is believed, a refusal blocks until its time.
    pub fn observe(&self, signals: &Signals) {
        let now = self.shared.clock.now();
        self.shared.state().observe(self.lane, signals, now);
        self.wake();
        self.shared.turns.notify_waiters();
    }

    /// Longest wait inside a call.
    #[must_use]
    pub fn inline_wait(&self) -> Duration {
        self.shared.limits.inline_wait
    }

    fn wake(&self) {
        self.woken.notify_waiters();
        if self.shared.state().take_contended() {
            self.shared.turns.notify_waiters();
        }
    }
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pacer").field("limits", &self.shared.limits).field("lane", &self.lane).finish_non_exhaustive()
    }
}

/// A place among the concurrent calls and in every window. Dropping it ends the call.
#[derive(Debug)]
#[must_use = "dropping the permit ends the call"]
pub struct Permit {
    pacer: Pacer,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.pacer.shared.clock.now();
        self.pacer.shared.state().leave(self.pacer.lane, now);
        self.pacer.wake();
    }
}

/// A place in the queue, given back if its owner stops waiting.
struct Ticket<'a> {
    pacer: &'a Pacer,
    number: u64,
    waiting: bool,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.waiting {
            self.pacer.shared.state().forget(self.pacer.lane, self.number);
            self.pacer.wake();
        }
    }
}

fn throttled(limit: &str, until: DateTime<Utc>, now: DateTime<Utc>) -> ProviderError {
    let wait = (until - now).to_std().unwrap_or_default();
    ProviderError::new(ErrorKind::Throttled, format!("the package's {limit} limit is used up: wait and try again"))
        .with_package_code(limit)
        .with_retry_after(wait)
}

/// `at` plus `wait`, or the end of time.
fn later(at: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(wait)
        .ok()
        .and_then(|wait| at.checked_add_signed(wait))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
