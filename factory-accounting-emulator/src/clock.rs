//! Virtual time: the caller's instant moved by what tests advanced, or an instant that only tests move.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// Where the emulator's time comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The instant given with each call, plus everything that was advanced.
    #[default]
    Offset,
    /// This instant plus everything that was advanced; the instant given with a call is ignored.
    Manual(DateTime<Utc>),
}

/// A thousand years: arithmetic on instants stays far from what a calendar can hold.
const FURTHEST: Duration = Duration::days(365_250);

/// The emulator's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VirtualClock {
    mode: ClockMode,
    advanced: Duration,
}

impl VirtualClock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        Self { mode, advanced: Duration::zero() }
    }

    /// Virtual time at the given real instant.
    pub(crate) fn at(&self, real: DateTime<Utc>) -> DateTime<Utc> {
        let base = match self.mode {
            ClockMode::Offset => real,
            ClockMode::Manual(start) => start,
        };
        base.checked_add_signed(self.advanced).unwrap_or(base)
    }

    /// Moves virtual time on. Time never runs backwards and never near the end of the calendar: a negative or absurd
    /// step moves nothing.
    pub(crate) fn advance(&mut self, by: Duration) {
        if by > Duration::zero()
            && let Some(sum) = self.advanced.checked_add(&by)
            && sum <= FURTHEST
        {
            self.advanced = sum;
        }
    }

    /// Everything that was advanced so far.
    pub(crate) fn advanced(&self) -> Duration {
        self.advanced
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_advanced_and_never_backwards() {
        let start = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).unwrap();
        let mut clock = VirtualClock::new(ClockMode::Manual(start));
        let later = start + Duration::hours(5);
        assert_eq!(clock.at(later), start);
        clock.advance(Duration::minutes(6));
        clock.advance(Duration::minutes(-3));
        assert_eq!(clock.at(later), start + Duration::minutes(6));

        let mut offset = VirtualClock::new(ClockMode::Offset);
        offset.advance(Duration::MAX);
        assert_eq!(offset.at(later), later, "an absurd step is not taken");
    }
}
