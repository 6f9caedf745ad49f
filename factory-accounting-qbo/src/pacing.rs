//! Intuit's limits (qbo.md 3.1).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_http::{LimitSignals, Limits, Scope, Signals, Throttle, Window};
use http::{HeaderMap, StatusCode};

use crate::config::QboConfig;

const MINUTE: &str = "minute";
const SECOND: &str = "second";

/// How long to wait after a refusal for a limit, where the answer does not say (qbo.md 3.1).
pub(crate) const THROTTLED_WAIT: Duration = Duration::from_secs(60);

/// Members of one batch.
pub(crate) const BATCH: usize = 30;

/// The limits of an app: make one [`AppPacer`](factory_accounting_http::AppPacer) from them per app and process. All of
/// them count per company.
#[must_use]
pub fn limits(config: &QboConfig) -> Limits {
    let window = |name, seconds, permits| Window {
        name,
        span: Duration::from_secs(seconds),
        permits,
        scope: Scope::Organisation,
    };
    Limits {
        // The older wording of the limit per second: so many at once.
        concurrent: 10,
        windows: vec![window(MINUTE, 60, config.calls_per_minute), window(SECOND, 1, config.calls_per_second)],
        inline_wait: config.inline_wait,
    }
}

/// Reads refusals for a limit. Intuit's answers do not say how much is left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QboSignals;

impl LimitSignals for QboSignals {
    fn read(&self, status: StatusCode, headers: &HeaderMap) -> Signals {
        let stated = headers.contains_key(http::header::RETRY_AFTER);
        let throttled = (status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| Throttle { window: None, retry_after: (!stated).then_some(THROTTLED_WAIT) });
        Signals { remaining: Vec::new(), throttled }
    }
}

/// The batches of one company in the current minute. They have a limit of their own, far below that of other calls.
///
/// A batch occupies its place from before it leaves until a minute after it has ended, since Intuit counts it somewhere in
/// between.
#[derive(Debug)]
pub(crate) struct BatchBudget {
    per_minute: usize,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    next: u64,
    /// Each with its end.
    taken: Vec<(u64, DateTime<Utc>)>,
}

/// A place in the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl BatchBudget {
    const SPAN: TimeDelta = TimeDelta::seconds(60);
    /// A batch that is never reported as ended, because its future was dropped, has ended by then (qbo.md 2).
    const LONGEST: TimeDelta = TimeDelta::seconds(120 + 60);

    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_minute: usize::try_from(per_minute).unwrap_or(usize::MAX), places: Mutex::default() }
    }

    /// Whether a batch may leave now.
    pub(crate) fn has_room(&self, now: DateTime<Utc>) -> bool {
        self.places(now).taken.len() < self.per_minute
    }

    /// Takes a place, or says how long to wait for one.
    pub(crate) fn begin(&self, now: DateTime<Utc>) -> Result<Place, Duration> {
        let mut places = self.places(now);
        if places.taken.len() >= self.per_minute {
            let free = places.taken.iter().map(|(_, end)| *end).min().unwrap_or(now + Self::SPAN);
            return Err((free - now).to_std().unwrap_or_default());
        }
        let number = places.next;
        places.next += 1;
        places.taken.push((number, now + Self::LONGEST));
        Ok(Place(number))
    }

    /// The batch has ended.
    pub(crate) fn end(&self, place: Place, now: DateTime<Utc>) {
        let mut places = self.places(now);
        if let Some((_, end)) = places.taken.iter_mut().find(|(number, _)| *number == place.0) {
            *end = now + Self::SPAN;
        }
    }

    /// Without the places that are free again.
    fn places(&self, now: DateTime<Utc>) -> MutexGuard<'_, Places> {
        // Every change is whole before anything can panic.
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.taken.retain(|(_, end)| *end > now);
        places
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::testing;

    #[test]
    fn the_limits_are_intuits() {
        let limits = limits(&testing::config());
        assert_eq!(limits.concurrent, 10);
        let windows: Vec<_> =
            limits.windows.iter().map(|window| (window.name, window.span.as_secs(), window.permits)).collect();
        assert_eq!(windows, [(MINUTE, 60, 500), (SECOND, 1, 10)]);
    }

    #[test]
    fn a_429_without_a_wait_means_a_minute() {
        let mut headers = HeaderMap::new();
        let wait = |headers: &HeaderMap| {
            QboSignals.read(StatusCode::TOO_MANY_REQUESTS, headers).throttled.and_then(|throttle| throttle.retry_after)
        };
        assert_eq!(wait(&headers), Some(THROTTLED_WAIT));
        headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static("7"));
        // The pacer reads the standard header itself.
        assert_eq!(wait(&headers), None);
        assert_eq!(QboSignals.read(StatusCode::OK, &headers), Signals::default());
    }

    #[test]
    fn the_budget_of_batches_frees_a_place_a_minute_after_its_batch() {
        let budget = BatchBudget::new(2);
        let at = |seconds| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let first = budget.begin(at(0)).expect("room");
        let second = budget.begin(at(1)).expect("room");
        assert!(!budget.has_room(at(2)));
        budget.end(first, at(5));
        assert_eq!(budget.begin(at(6)), Err(Duration::from_secs(59)));
        assert!(!budget.has_room(at(64)));
        assert!(budget.has_room(at(65)));
        // Never reported as ended: free after the longest that a batch can take.
        assert_ne!(budget.begin(at(65)), Ok(second));
        assert!(budget.has_room(at(181)));
    }
}
