//! Calls counted within a span of time.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// How the spans of a limit are cut; no package says (xero.md 2, qbo.md 3.1, myob.md 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateWindow {
    /// One span after the other, starting at an instant of each organisation's own.
    #[default]
    Fixed,
    /// The span that ends now.
    Rolling,
}

/// Calls within a span of time, fixed or rolling.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    seconds: i64,
    phase: i64,
    index: i64,
    counted: u32,
    stamps: VecDeque<DateTime<Utc>>,
}

impl Window {
    /// Spans of this many seconds; fixed ones begin `phase` seconds after a whole multiple of them.
    pub(crate) fn new(seconds: i64, phase: i64) -> Self {
        Self { seconds, phase, index: i64::MIN, counted: 0, stamps: VecDeque::new() }
    }

    /// How many calls count at this instant.
    pub(crate) fn used(&mut self, now: DateTime<Utc>, mode: RateWindow) -> u32 {
        match mode {
            RateWindow::Fixed => {
                let index = (now.timestamp() - self.phase).div_euclid(self.seconds);
                if index != self.index {
                    self.index = index;
                    self.counted = 0;
                }
                self.counted
            }
            RateWindow::Rolling => {
                let since = now - Duration::seconds(self.seconds);
                while self.stamps.front().is_some_and(|stamp| *stamp <= since) {
                    self.stamps.pop_front();
                }
                u32::try_from(self.stamps.len()).unwrap_or(u32::MAX)
            }
        }
    }

    /// Counts a call.
    pub(crate) fn count(&mut self, now: DateTime<Utc>, mode: RateWindow) {
        self.used(now, mode);
        match mode {
            RateWindow::Fixed => self.counted = self.counted.saturating_add(1),
            RateWindow::Rolling => self.stamps.push_back(now),
        }
    }

    /// Whole seconds until a call may pass again, at least one.
    pub(crate) fn seconds_left(&self, now: DateTime<Utc>, mode: RateWindow) -> u64 {
        let left = match mode {
            RateWindow::Fixed => self.seconds - (now.timestamp() - self.phase).rem_euclid(self.seconds),
            RateWindow::Rolling => {
                let oldest = self.stamps.front().copied().unwrap_or(now);
                self.seconds - (now - oldest).num_seconds()
            }
        };
        u64::try_from(left).unwrap_or(0).max(1)
    }
}
