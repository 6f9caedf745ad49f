//! A clock on which waiting takes no time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting::clock::Clock;
use factory_accounting::http::SystemClock;

/// How long a sleep really takes, so that whatever else is under way gets its turn.
const BLINK: Duration = Duration::from_millis(1);

/// The machine's clock, run ahead by every sleep: a minute of waiting for a limit passes in a blink, for the engine and
/// for the emulator that is given the same clock. Clones run together. Never for real organisations.
#[derive(Clone, Debug, Default)]
pub struct SwiftClock {
    /// Microseconds.
    ahead: Arc<AtomicI64>,
}

impl SwiftClock {
    /// Runs ahead until it is at least `instant`.
    pub fn reach(&self, instant: DateTime<Utc>) {
        let ahead = instant.signed_duration_since(SystemClock.now()).num_microseconds().unwrap_or(i64::MAX);
        self.ahead.fetch_max(ahead.saturating_add(1), Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for SwiftClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::microseconds(self.ahead.load(Ordering::Relaxed))
    }

    async fn sleep(&self, duration: Duration) {
        // Two sleeps at the same time end at the same time: the end is fixed before the blink.
        let until = TimeDelta::from_std(duration).ok().and_then(|wait| self.now().checked_add_signed(wait));
        SystemClock.sleep(duration.min(BLINK)).await;
        if let Some(until) = until {
            self.reach(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_hour_passes_in_a_blink_and_two_at_once_are_one() {
        let clock = SwiftClock::default();
        let begun = (clock.now(), SystemClock.now());
        let hour = Duration::from_secs(3_600);
        tokio::join!(clock.sleep(hour), clock.sleep(hour));
        let passed = clock.now() - begun.0;
        assert!(passed >= TimeDelta::hours(1) && passed < TimeDelta::minutes(61), "{passed}");
        assert!(SystemClock.now() - begun.1 < TimeDelta::seconds(30));
    }

    #[test]
    fn it_never_runs_back() {
        let clock = SwiftClock::default();
        let later = SystemClock.now() + TimeDelta::days(1);
        clock.reach(later);
        clock.reach(later - TimeDelta::days(30));
        assert!(clock.now() >= later);
    }
}
