//! A clock that leaps over every sleep.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;

/// Time that stands still until somebody sleeps: the sleep ends at once, and time has moved by its length.
///
/// It is for tests of one call after the other, which need no [`SimClock`](crate::SimClock) to drive them.
#[derive(Debug)]
pub struct LeapClock {
    now: Mutex<DateTime<Utc>>,
}

impl LeapClock {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self { now: Mutex::new(now) }
    }
}

#[async_trait]
impl Clock for LeapClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let by = TimeDelta::from_std(duration).ok();
        *now = by.and_then(|by| now.checked_add_signed(by)).unwrap_or(DateTime::<Utc>::MAX_UTC);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_takes_no_time_and_moves_the_clock() {
        let clock = LeapClock::starting_at(DateTime::UNIX_EPOCH);
        clock.sleep(Duration::from_secs(3_600)).await;
        assert_eq!(clock.now().timestamp(), 3_600);
        clock.sleep(Duration::MAX).await;
        assert_eq!(clock.now(), DateTime::<Utc>::MAX_UTC);
    }
}
