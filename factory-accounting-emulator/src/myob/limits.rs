//! The throttles of an API key, over all of its company files (myob.md 2).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::myob::config::RateLimits;
use crate::myob::refusal::UsedUp;
use crate::myob::switches::{RateWindow, Switches};
use crate::window::Window;

const DAY_SECONDS: i64 = 86_400;

/// All windows of all apps.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) settings: RateLimits,
    /// By the app's position in the config.
    keys: BTreeMap<usize, KeyUse>,
}

#[derive(Clone, Debug)]
struct KeyUse {
    second: Window,
    day: Window,
}

impl Limits {
    pub(super) fn new(settings: RateLimits) -> Self {
        Self { settings, keys: BTreeMap::new() }
    }

    /// Counts a call, or refuses it; a refused call costs nothing.
    pub(super) fn admit(&mut self, app: usize, now: DateTime<Utc>, switches: &Switches) -> Result<(), UsedUp> {
        let limits = self.settings;
        let used = self
            .keys
            .entry(app)
            .or_insert_with(|| KeyUse { second: Window::new(1, 0), day: Window::new(DAY_SECONDS, 0) });
        // No source says when the day begins: the switch moves the window's midnight.
        let of_day = now - Duration::hours(i64::from(switches.day_starts_at_hour));
        if limits.enforced && used.second.used(now, switches.rate_window) >= limits.second {
            return Err(UsedUp::Second);
        }
        if limits.enforced && used.day.used(of_day, RateWindow::Fixed) >= limits.day {
            return Err(UsedUp::Day);
        }
        used.second.count(now, switches.rate_window);
        used.day.count(of_day, RateWindow::Fixed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap() + Duration::milliseconds(milliseconds)
    }

    #[test]
    fn eight_calls_pass_in_a_second_whatever_file_they_are_for() {
        let switches = Switches::default();
        let mut limits = Limits::new(RateLimits::default());
        assert_eq!((0..20).filter(|n| limits.admit(0, at(n * 40), &switches).is_ok()).count(), 8);
        assert_eq!(limits.admit(0, at(999), &switches), Err(UsedUp::Second));
        assert_eq!(limits.admit(1, at(999), &switches), Ok(()), "another key has its own");
        assert_eq!(limits.admit(0, at(1_000), &switches), Ok(()));
    }

    #[test]
    fn a_rolling_second_frees_one_call_at_a_time() {
        let switches = Switches { rate_window: RateWindow::Rolling, ..Switches::default() };
        let mut limits = Limits::new(RateLimits { second: 2, ..RateLimits::default() });
        assert!(limits.admit(0, at(0), &switches).is_ok() && limits.admit(0, at(900), &switches).is_ok());
        assert_eq!(limits.admit(0, at(999), &switches), Err(UsedUp::Second));
        assert_eq!(limits.admit(0, at(1_001), &switches), Ok(()));
        assert_eq!(limits.admit(0, at(1_002), &switches), Err(UsedUp::Second));
    }

    #[test]
    fn the_day_begins_at_the_hour_of_the_switch() {
        for (day_starts_at_hour, hours_until_free) in [(0, 12), (20, 8)] {
            let switches = Switches { day_starts_at_hour, ..Switches::default() };
            let mut limits = Limits::new(RateLimits { day: 1, ..RateLimits::default() });
            assert!(limits.admit(0, at(0), &switches).is_ok());
            let hours = |hours: i64| at(hours * 3_600_000);
            assert_eq!(limits.admit(0, hours(hours_until_free) - Duration::seconds(1), &switches), Err(UsedUp::Day));
            assert_eq!(limits.admit(0, hours(hours_until_free), &switches), Ok(()));
        }
    }

    #[test]
    fn limits_that_are_off_refuse_nothing() {
        let mut limits = Limits::new(RateLimits::off());
        assert!((0..1_000).all(|_| limits.admit(0, at(0), &Switches::default()).is_ok()));
    }
}
