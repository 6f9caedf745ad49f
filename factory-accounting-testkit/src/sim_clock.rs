//! A clock that a test moves: sleeps end when simulated time has come that far, and no real time passes.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;

/// Simulated time. Clones share it.
///
/// Time stands still while anything can be done, and jumps to the end of the next sleep once a future waits for nothing
/// but time: see [`run`](Self::run) and [`drive`](Self::drive).
///
/// ```
/// use std::time::Duration;
/// use chrono::{TimeZone, Utc};
/// use factory_accounting_core::clock::Clock;
/// use factory_accounting_testkit::SimClock;
///
/// let clock = SimClock::starting_at(Utc.with_ymd_and_hms(2026, 11, 21, 9, 0, 0).unwrap());
/// clock.run(clock.sleep(Duration::from_secs(3_600)));
/// assert_eq!(clock.now().to_rfc3339(), "2026-11-21T10:00:00+00:00");
/// ```
#[derive(Clone)]
pub struct SimClock {
    state: Arc<Mutex<State>>,
}

struct State {
    now: DateTime<Utc>,
    timers: BTreeMap<(DateTime<Utc>, u64), Waker>,
    next: u64,
    /// Whether a sleep was found unfinished since the flag was last cleared.
    waited: bool,
}

impl SimClock {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self { state: Arc::new(Mutex::new(State { now, timers: BTreeMap::new(), next: 0, waited: false })) }
    }

    /// Moves time on, and wakes the sleeps that have come to their end.
    pub fn advance(&self, by: Duration) {
        let to = later(self.state().now, by);
        self.advance_to(to);
    }

    /// Moves time to an instant; never back.
    pub fn advance_to(&self, to: DateTime<Utc>) {
        let mut state = self.state();
        state.now = state.now.max(to);
        let ended: Vec<Waker> =
            state.timers.iter().take_while(|((at, _), _)| *at <= to).map(|(_, waker)| waker.clone()).collect();
        drop(state);
        ended.into_iter().for_each(Waker::wake);
    }

    /// Moves time to the end of the next sleep; `false` where nobody sleeps.
    pub fn advance_to_next(&self) -> bool {
        // Sleeps that have ended belong to futures that nobody polls any more.
        let next = {
            let state = self.state();
            state.timers.keys().map(|(at, _)| *at).find(|at| *at > state.now)
        };
        next.inspect(|at| self.advance_to(*at)).is_some()
    }

    /// Runs a future to its end on this thread without a runtime. Time moves when the future waits for nothing else.
    ///
    /// # Panics
    /// Where the future waits for something that can never come.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        match self.poll_until(future.as_mut(), || false) {
            Driven::Done(value) => value,
            Driven::Stopped => unreachable!("nothing stops this run"),
            Driven::Stuck => panic!("the future waits for something that can never come"),
        }
    }

    /// The same inside a runtime: time moves only when a poll has found a sleep unfinished, so that work on other threads
    /// is waited for.
    pub async fn drive<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            loop {
                self.state().waited = false;
                if let Poll::Ready(value) = future.as_mut().poll(context) {
                    return Poll::Ready(value);
                }
                if !self.state().waited || !self.advance_to_next() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Polls a future until it is done, until `stop` says so after a poll, or until nothing can move it any more.
    pub(crate) fn poll_until<F: Future + ?Sized>(
        &self,
        mut future: Pin<&mut F>,
        mut stop: impl FnMut() -> bool,
    ) -> Driven<F::Output> {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        loop {
            woken.0.store(false, Ordering::Relaxed);
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return Driven::Done(value);
            }
            if stop() {
                return Driven::Stopped;
            }
            if !woken.0.load(Ordering::Relaxed) && !self.advance_to_next() {
                return Driven::Stuck;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How polling came to an end.
pub(crate) enum Driven<T> {
    Done(T),
    Stopped,
    Stuck,
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> DateTime<Utc> {
        self.state().now
    }

    async fn sleep(&self, duration: Duration) {
        let until = later(self.now(), duration);
        Sleep { clock: self.clone(), until, key: None }.await;
    }
}

impl fmt::Debug for SimClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("SimClock").field("now", &state.now).field("sleeping", &state.timers.len()).finish()
    }
}

struct Sleep {
    clock: SimClock,
    until: DateTime<Utc>,
    key: Option<(DateTime<Utc>, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.state();
        if state.now >= self.until {
            return Poll::Ready(());
        }
        let key = match self.key {
            Some(key) => key,
            None => {
                state.next += 1;
                (self.until, state.next)
            }
        };
        state.timers.insert(key, context.waker().clone());
        state.waited = true;
        drop(state);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.clock.state().timers.remove(&key);
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by).ok().and_then(|by| now.checked_add_signed(by)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> SimClock {
        SimClock::starting_at(DateTime::UNIX_EPOCH)
    }

    fn seconds(clock: &SimClock) -> i64 {
        clock.now().timestamp()
    }

    #[test]
    fn time_jumps_from_sleep_to_sleep() {
        let clock = clock();
        let seen = clock.run(async {
            let mut seen = Vec::new();
            for wait in [1, 60, 3_600] {
                clock.sleep(Duration::from_secs(wait)).await;
                seen.push(seconds(&clock));
            }
            seen
        });
        assert_eq!(seen, [1, 61, 3_661]);
    }

    #[test]
    fn a_dropped_sleep_is_forgotten() {
        let clock = clock();
        let mut sleep = Box::pin(clock.sleep(Duration::from_secs(5)));
        let polled = clock.poll_until(sleep.as_mut(), || true);
        assert!(matches!(polled, Driven::Stopped));
        drop(sleep);
        assert!(!clock.advance_to_next());
        assert_eq!(seconds(&clock), 0);
    }

    #[tokio::test]
    async fn work_on_another_thread_is_waited_for_before_time_moves() {
        let clock = clock();
        clock
            .drive(async {
                tokio::task::spawn_blocking(|| ()).await.expect("the task ends");
                assert_eq!(seconds(&clock), 0);
                clock.sleep(Duration::from_secs(9)).await;
            })
            .await;
        assert_eq!(seconds(&clock), 9);
    }

    #[test]
    #[should_panic(expected = "can never come")]
    fn waiting_for_nothing_is_reported() {
        clock().run(std::future::pending::<()>());
    }
}
