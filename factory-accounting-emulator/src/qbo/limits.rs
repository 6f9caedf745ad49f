//! The throttles and who has used them up (qbo.md 3.1).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::qbo::config::RateLimits;
use crate::qbo::switches::{RateBy, Switches};
use crate::window::Window;

/// How long a call that never answers is counted as in flight: the server gives up on it then (qbo.md 2).
pub(crate) const HANGING_CALL: Duration = Duration::seconds(120);

/// Whose calls are counted together: an app's calls to one company.
pub(crate) type Seat = (usize, u64);

/// A call beyond a limit. The answer names no limit and no time (qbo.md 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverLimit;

/// All windows of all apps and companies.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) settings: RateLimits,
    seats: BTreeMap<Seat, SeatUse>,
    companies: BTreeMap<u64, CompanyUse>,
}

#[derive(Clone, Debug)]
struct SeatUse {
    second: Window,
    batches: Window,
    in_flight: Vec<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
struct CompanyUse {
    minute: Window,
    batches: Window,
}

impl Limits {
    pub(crate) fn new(settings: RateLimits) -> Self {
        Self { settings, seats: BTreeMap::new(), companies: BTreeMap::new() }
    }

    /// Counts a call, or refuses it; a refused call costs nothing.
    pub(crate) fn admit(
        &mut self,
        seat: Seat,
        batch: bool,
        now: DateTime<Utc>,
        switches: &Switches,
    ) -> Result<(), OverLimit> {
        let limits = self.settings;
        let mode = switches.rate_window;
        let used = self.seats.entry(seat).or_insert_with(seat_use);
        let company = self.companies.entry(seat.1).or_insert_with(|| company_use(seat.1));
        used.in_flight.retain(|until| *until > now);

        let burst = match switches.rate_by {
            RateBy::PerSecond => used.second.used(now, mode) >= limits.burst,
            RateBy::InFlight => used.in_flight.len() >= limits.burst as usize,
        };
        let over = burst
            || company.minute.used(now, mode) >= limits.minute
            || batch && used.batches.used(now, mode) >= limits.batch_minute
            || batch && company.batches.used(now, mode) >= limits.batch_minute_company;
        if limits.enforced && over {
            return Err(OverLimit);
        }
        used.second.count(now, mode);
        company.minute.count(now, mode);
        if batch {
            used.batches.count(now, mode);
            company.batches.count(now, mode);
        }
        Ok(())
    }

    /// Keeps a call in flight until an instant: a sans-IO call is over at once unless its answer is held back.
    pub(crate) fn occupy(&mut self, seat: Seat, until: DateTime<Utc>) {
        self.seats.entry(seat).or_insert_with(seat_use).in_flight.push(until);
    }

    /// Ends every call that is in flight.
    pub(crate) fn finish_all(&mut self) {
        self.seats.values_mut().for_each(|used| used.in_flight.clear());
    }
}

fn seat_use() -> SeatUse {
    SeatUse { second: Window::new(1, 0), batches: Window::new(60, 0), in_flight: Vec::new() }
}

/// No source says when a company's minute begins: each has its own phase.
fn company_use(realm: u64) -> CompanyUse {
    let phase = i64::try_from(realm % 60).unwrap_or(0);
    CompanyUse { minute: Window::new(60, phase), batches: Window::new(60, phase) }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::window::RateWindow;

    const SEAT: Seat = (0, 120);

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
    }

    fn milliseconds(count: i64) -> DateTime<Utc> {
        noon() + Duration::milliseconds(count)
    }

    /// How many of `many` calls, evenly spread over `over` milliseconds, pass.
    fn passed(limits: &mut Limits, switches: &Switches, many: i64, over: i64) -> usize {
        (0..many).filter(|n| limits.admit(SEAT, false, milliseconds(n * over / many), switches).is_ok()).count()
    }

    #[test]
    fn ten_calls_pass_in_a_second_and_five_hundred_in_a_minute() {
        let switches = Switches::default();
        assert_eq!(passed(&mut Limits::new(RateLimits::default()), &switches, 30, 1_000), 10);
        assert_eq!(passed(&mut Limits::new(RateLimits::default()), &switches, 590, 60_000), 500);
        let rolling = Switches { rate_window: RateWindow::Rolling, ..Switches::default() };
        let mut limits = Limits::new(RateLimits::default());
        assert_eq!(passed(&mut limits, &rolling, 10, 100), 10);
        assert_eq!(limits.admit(SEAT, false, milliseconds(999), &rolling), Err(OverLimit));
        assert_eq!(limits.admit(SEAT, false, milliseconds(1_001), &rolling), Ok(()));
    }

    #[test]
    fn the_minute_belongs_to_the_company_and_the_burst_to_the_app() {
        let switches = Switches::default();
        let mut limits = Limits::new(RateLimits { minute: 3, burst: 2, ..RateLimits::default() });
        assert!((0..2).all(|_| limits.admit((0, 120), false, noon(), &switches).is_ok()));
        assert!(limits.admit((0, 120), false, noon(), &switches).is_err(), "the app's second is full");
        assert!(limits.admit((1, 120), false, noon(), &switches).is_ok(), "another app has its own");
        assert!(limits.admit((1, 120), false, noon(), &switches).is_err(), "the company's minute is full");
        assert!(limits.admit((1, 180), false, noon(), &switches).is_ok(), "another company has its own");
    }

    #[test]
    fn batches_have_a_limit_of_their_own() {
        let switches = Switches::default();
        let mut limits = Limits::new(RateLimits::default());
        let sent = |limits: &mut Limits, app: usize, from: i64| {
            (0..50).filter(|n| limits.admit((app, 120), true, milliseconds(from + n * 110), &switches).is_ok()).count()
        };
        assert_eq!(sent(&mut limits, 0, 0), 40);
        assert!(limits.admit(SEAT, false, milliseconds(6_000), &switches).is_ok(), "other calls pass");
        assert_eq!([sent(&mut limits, 1, 7_000), sent(&mut limits, 2, 14_000)], [40, 40]);
        assert_eq!(sent(&mut limits, 3, 21_000), 0, "120 over all apps");
    }

    #[test]
    fn in_the_older_wording_ten_calls_are_in_flight_at_most() {
        let switches = Switches { rate_by: RateBy::InFlight, ..Switches::default() };
        let mut limits = Limits::new(RateLimits::default());
        assert_eq!(passed(&mut limits, &switches, 30, 1_000), 30);
        (0..10).for_each(|_| limits.occupy(SEAT, milliseconds(9_000)));
        assert_eq!(limits.admit(SEAT, false, milliseconds(2_000), &switches), Err(OverLimit));
        limits.finish_all();
        assert_eq!(limits.admit(SEAT, false, milliseconds(2_000), &switches), Ok(()));
    }

    #[test]
    fn limits_that_are_off_refuse_nothing() {
        let mut limits = Limits::new(RateLimits::off());
        assert_eq!(passed(&mut limits, &Switches::default(), 1_000, 1_000), 1_000);
    }
}
