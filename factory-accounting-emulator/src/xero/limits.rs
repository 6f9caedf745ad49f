//! The four limits and what is left of them (xero.md 2).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::fault::LimitProblem;
use crate::window::{RateWindow, Window};
use crate::xero::config::RateLimits;
use crate::xero::switches::{RefusedCalls, Switches};

const DAY_LEFT: HeaderName = HeaderName::from_static("x-daylimit-remaining");
const MINUTE_LEFT: HeaderName = HeaderName::from_static("x-minlimit-remaining");
const APP_MINUTE_LEFT: HeaderName = HeaderName::from_static("x-appminlimit-remaining");

/// How long a call that never answers is counted as in flight: the server gives up on it then (xero.md 7.3).
pub(crate) const HANGING_CALL: Duration = Duration::seconds(100);

/// Whose calls are counted together: an app's calls to one organisation.
pub(crate) type Seat = (usize, Uuid);

/// A call beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverLimit {
    pub(crate) problem: LimitProblem,
    /// Whole seconds; the concurrent limit gives none.
    pub(crate) retry_after: Option<u64>,
}

/// All windows of all apps and organisations.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) settings: RateLimits,
    seats: BTreeMap<Seat, SeatUse>,
    apps: BTreeMap<usize, Window>,
}

#[derive(Clone, Debug)]
struct SeatUse {
    minute: Window,
    day: Window,
    in_flight: Vec<DateTime<Utc>>,
}

impl SeatUse {
    fn new(tenant: Uuid) -> Self {
        // Windows "reset at different times for each tenant": the phase comes from the tenant's id.
        let spread =
            i64::from(u32::from_be_bytes([0, tenant.as_bytes()[0], tenant.as_bytes()[1], tenant.as_bytes()[2]]));
        Self { minute: Window::new(60, spread % 60), day: Window::new(86_400, spread % 86_400), in_flight: Vec::new() }
    }
}

impl Limits {
    pub(crate) fn new(settings: RateLimits) -> Self {
        Self { settings, seats: BTreeMap::new(), apps: BTreeMap::new() }
    }

    /// Counts a call, or says which limit it breaks: concurrency, minute, day, app minute, in that order.
    pub(crate) fn admit(&mut self, seat: Seat, now: DateTime<Utc>, switches: &Switches) -> Result<(), OverLimit> {
        let limits = self.settings;
        let (used, app) = windows(&mut self.seats, &mut self.apps, seat);
        let mode = switches.rate_window;
        used.in_flight.retain(|until| *until > now);

        let over = |window: &mut Window, limit: u32, problem| {
            (window.used(now, mode) >= limit)
                .then(|| OverLimit { problem, retry_after: Some(window.seconds_left(now, mode)) })
        };
        let refused = if !limits.enforced {
            None
        } else if used.in_flight.len() >= limits.concurrent as usize {
            Some(OverLimit { problem: LimitProblem::Concurrent, retry_after: None })
        } else {
            over(&mut used.minute, limits.minute, LimitProblem::Minute)
                .or_else(|| over(&mut used.day, limits.day, LimitProblem::Day))
                .or_else(|| over(app, limits.app_minute, LimitProblem::AppMinute))
        };
        match refused {
            Some(refusal) => {
                if switches.refused_calls == RefusedCalls::Count {
                    used.day.count(now, mode);
                }
                Err(refusal)
            }
            None => {
                used.minute.count(now, mode);
                used.day.count(now, mode);
                app.count(now, mode);
                Ok(())
            }
        }
    }

    /// Keeps a call in flight until an instant: a sans-IO call is over at once unless its answer is held back.
    pub(crate) fn occupy(&mut self, seat: Seat, until: DateTime<Utc>) {
        windows(&mut self.seats, &mut self.apps, seat).0.in_flight.push(until);
    }

    /// Ends every call that is in flight.
    pub(crate) fn finish_all(&mut self) {
        self.seats.values_mut().for_each(|used| used.in_flight.clear());
    }

    /// Writes what is left into the headers of an answer.
    pub(crate) fn tell(&mut self, seat: Seat, now: DateTime<Utc>, mode: RateWindow, headers: &mut HeaderMap) {
        let limits = self.settings;
        let (used, app) = windows(&mut self.seats, &mut self.apps, seat);
        let mut left = |name: HeaderName, window: &mut Window, limit: u32| {
            let left = if limits.enforced { limit.saturating_sub(window.used(now, mode)) } else { limit };
            headers.insert(name, HeaderValue::from(left));
        };
        left(DAY_LEFT, &mut used.day, limits.day);
        left(MINUTE_LEFT, &mut used.minute, limits.minute);
        left(APP_MINUTE_LEFT, app, limits.app_minute);
    }

    /// Overwrites what is left of the limit that an injected 429 says is used up.
    pub(crate) fn tell_exhausted(problem: LimitProblem, headers: &mut HeaderMap) {
        let name = match problem {
            LimitProblem::Concurrent => return,
            LimitProblem::Minute => MINUTE_LEFT,
            LimitProblem::Day => DAY_LEFT,
            LimitProblem::AppMinute => APP_MINUTE_LEFT,
        };
        headers.insert(name, HeaderValue::from(0));
    }
}

fn windows<'a>(
    seats: &'a mut BTreeMap<Seat, SeatUse>,
    apps: &'a mut BTreeMap<usize, Window>,
    seat: Seat,
) -> (&'a mut SeatUse, &'a mut Window) {
    let used = seats.entry(seat).or_insert_with(|| SeatUse::new(seat.1));
    (used, apps.entry(seat.0).or_insert_with(|| Window::new(60, 0)))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    const SEAT: Seat = (0, Uuid::nil());

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 34).unwrap()
    }

    fn left(limits: &mut Limits, now: DateTime<Utc>, name: &HeaderName) -> String {
        let mut headers = HeaderMap::new();
        limits.tell(SEAT, now, RateWindow::Fixed, &mut headers);
        headers[name].to_str().expect("digits").to_owned()
    }

    #[test]
    fn the_sixty_first_call_of_a_minute_waits_for_the_end_of_the_window() {
        let (mut limits, switches) = (Limits::new(RateLimits::default()), Switches::default());
        assert!((0..60).all(|_| limits.admit(SEAT, noon(), &switches).is_ok()));
        assert_eq!(left(&mut limits, noon(), &MINUTE_LEFT), "0");
        let refusal = limits.admit(SEAT, noon(), &switches).unwrap_err();
        assert_eq!(refusal, OverLimit { problem: LimitProblem::Minute, retry_after: Some(26) });
        assert!(limits.admit((0, Uuid::max()), noon(), &switches).is_ok(), "another organisation has its own minute");
        assert!(limits.admit(SEAT, noon() + Duration::seconds(26), &switches).is_ok());
    }

    #[test]
    fn a_rolling_minute_frees_one_call_at_a_time() {
        let mut limits = Limits::new(RateLimits { minute: 2, ..RateLimits::default() });
        let switches = Switches { rate_window: RateWindow::Rolling, ..Switches::default() };
        let at = |seconds| noon() + Duration::seconds(seconds);
        assert!(limits.admit(SEAT, at(0), &switches).is_ok());
        assert!(limits.admit(SEAT, at(40), &switches).is_ok());
        assert_eq!(limits.admit(SEAT, at(50), &switches).unwrap_err().retry_after, Some(10));
        assert!(limits.admit(SEAT, at(60), &switches).is_ok());
        assert!(limits.admit(SEAT, at(61), &switches).is_err());
    }

    #[test]
    fn a_refused_call_counts_against_the_day_only_where_the_switch_says_so() {
        for (refused_calls, expected) in [(RefusedCalls::Count, "8"), (RefusedCalls::DoNotCount, "9")] {
            let mut limits = Limits::new(RateLimits { minute: 1, day: 10, ..RateLimits::default() });
            let switches = Switches { refused_calls, ..Switches::default() };
            assert!(limits.admit(SEAT, noon(), &switches).is_ok());
            assert!(limits.admit(SEAT, noon(), &switches).is_err());
            assert_eq!(left(&mut limits, noon(), &DAY_LEFT), expected);
        }
    }

    #[test]
    fn the_day_and_the_app_minute_have_their_own_problems() {
        let switches = Switches::default();
        let mut limits = Limits::new(RateLimits { day: 1, ..RateLimits::default() });
        assert!(limits.admit(SEAT, noon(), &switches).is_ok());
        let refusal = limits.admit(SEAT, noon(), &switches).unwrap_err();
        assert_eq!(refusal.problem, LimitProblem::Day);
        assert!(refusal.retry_after.is_some_and(|seconds| seconds > 3_600), "hours, not seconds");

        let mut limits = Limits::new(RateLimits { app_minute: 1, ..RateLimits::default() });
        assert!(limits.admit(SEAT, noon(), &switches).is_ok());
        let refusal = limits.admit((0, Uuid::max()), noon(), &switches).unwrap_err();
        assert_eq!(refusal.problem, LimitProblem::AppMinute);
    }

    #[test]
    fn five_calls_in_flight_are_all_and_nobody_says_when_to_come_back() {
        let (mut limits, switches) = (Limits::new(RateLimits::default()), Switches::default());
        (0..5).for_each(|_| limits.occupy(SEAT, noon() + Duration::seconds(9)));
        let refusal = limits.admit(SEAT, noon(), &switches).unwrap_err();
        assert_eq!(refusal, OverLimit { problem: LimitProblem::Concurrent, retry_after: None });
        assert!(limits.admit(SEAT, noon() + Duration::seconds(9), &switches).is_ok());
        (0..5).for_each(|_| limits.occupy(SEAT, noon() + Duration::seconds(90)));
        limits.finish_all();
        assert!(limits.admit(SEAT, noon() + Duration::seconds(10), &switches).is_ok());
    }

    #[test]
    fn limits_that_are_off_refuse_nothing_and_stay_full() {
        let (mut limits, switches) = (Limits::new(RateLimits::off()), Switches::default());
        assert!((0..100).all(|_| limits.admit(SEAT, noon(), &switches).is_ok()));
        assert_eq!(left(&mut limits, noon(), &MINUTE_LEFT), "60");
    }
}
