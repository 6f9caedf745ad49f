//! MYOB's limits, which count all calls of an app over all company files (myob.md 2).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use factory_accounting_http::{Answer, LimitSignals, Limits, Scope, Signals, Throttle, Window, retry_after};
use http::{HeaderMap, StatusCode};

use crate::config::MyobConfig;
use crate::dialect::body::Complaints;

const SECOND: &str = "second";
const DAY: &str = "day";

/// How long to wait after a refusal for the limit of a second.
const SECOND_WAIT: Duration = Duration::from_secs(1);

/// The limits of an app: make one [`AppPacer`](factory_accounting_http::AppPacer) from them per app and process.
#[must_use]
pub fn limits(config: &MyobConfig) -> Limits {
    let window =
        |name, seconds, permits| Window { name, span: Duration::from_secs(seconds), permits, scope: Scope::App };
    Limits {
        // Parallel writes to one company file fail each other (myob.md 2).
        concurrent: 1,
        windows: vec![window(SECOND, 1, config.calls_per_second), window(DAY, 24 * 60 * 60, config.calls_per_day)],
        inline_wait: config.inline_wait,
    }
}

/// Reads refusals for a limit as far as status and headers tell them. Most are told from other refusals by their body
/// alone: see [`throttled`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct MyobSignals;

impl LimitSignals for MyobSignals {
    fn read(&self, status: StatusCode, headers: &HeaderMap) -> Signals {
        let stated = headers.contains_key(http::header::RETRY_AFTER);
        let throttled = (status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| Throttle { window: Some(SECOND), retry_after: (!stated).then_some(SECOND_WAIT) });
        Signals { remaining: Vec::new(), throttled }
    }
}

/// Whether an answer refuses for a limit, which window is full, and how long to wait. 403 stands for many things: it is
/// throttling by name, or by the words of the gateway before it (myob.md 2).
pub(crate) fn throttled(answer: &Answer, now: DateTime<Utc>) -> Option<Throttle> {
    let refused = match answer.status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => Complaints::read(&answer.body).is_rate_limit(),
        _ => false,
    };
    if !refused {
        return None;
    }
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    // The gateway before calls the limit of a day a rate, that of a second QPS.
    let daily = text.contains("daily") || text.contains("over rate") || text.contains("over quota");
    let (window, wait) = if daily { (DAY, until_tomorrow(now)) } else { (SECOND, SECOND_WAIT) };
    let stated = retry_after(&answer.headers, now);
    Some(Throttle { window: Some(window), retry_after: Some(stated.unwrap_or(wait)) })
}

/// When the day begins anew is not known (myob.md 13.7): midnight UTC is the likeliest hour, and until then one call an
/// hour finds out.
fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let spent = TimeDelta::seconds(i64::from(now.num_seconds_from_midnight()));
    (TimeDelta::days(1) - spent).min(TimeDelta::hours(1)).to_std().unwrap_or(SECOND_WAIT)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderValue;

    use super::*;
    use crate::testing;

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).expect("a status");
        Answer::new(status, HeaderMap::new(), Bytes::copy_from_slice(body.as_bytes()))
    }

    fn read(status: u16, body: &str) -> Option<(&'static str, u64)> {
        let now = "2026-11-21T23:45:00Z".parse().expect("an instant");
        let throttle = throttled(&answer(status, body), now)?;
        Some((throttle.window?, throttle.retry_after?.as_secs()))
    }

    #[test]
    fn the_limits_are_those_of_the_app_and_one_call_at_a_time_of_a_file() {
        let limits = limits(&testing::config());
        assert_eq!(limits.concurrent, 1);
        let windows: Vec<_> =
            limits.windows.iter().map(|window| (window.span.as_secs(), window.permits, window.scope)).collect();
        assert_eq!(windows, [(1, 8, Scope::App), (86_400, 1_000_000, Scope::App)]);
    }

    #[test]
    fn r34_a_limit_is_told_by_its_name_or_the_gateways_words_and_every_other_403_is_none() {
        let named = |span: &str| {
            format!(
                r#"{{"Errors":[{{"Name":"RateLimitError","Message":"API key has exceeded the {span} rate limit",
                "AdditionalDetails":"Header: x-myobapi-key","ErrorCode":null,"Severity":"Error"}}],"Information":null}}"#
            )
        };
        assert_eq!(read(403, &named("per-second")), Some((SECOND, 1)));
        assert_eq!(read(403, &named("daily")), Some((DAY, 900)));
        assert_eq!(read(403, "<h1>403 Developer Over Qps</h1>"), Some((SECOND, 1)));
        assert_eq!(read(403, "<h1>403 Developer Over Rate</h1>"), Some((DAY, 900)));
        assert_eq!(read(429, ""), Some((SECOND, 1)));
        assert_eq!(read(403, r#"{"Message":"You are not authorised","ErrorCode":"AccessDenied"}"#), None);
        assert_eq!(read(403, r#"{"Errors":[{"Name":"DeveloperInactive","Message":"over quota"}]}"#), None);
        assert_eq!(read(403, ""), None);
        assert_eq!(read(400, &named("per-second")), None);
    }

    #[test]
    fn a_stated_wait_counts() {
        let mut limited = answer(429, "");
        limited.headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static("7"));
        let now = "2026-11-21T10:00:00Z".parse().expect("an instant");
        assert_eq!(throttled(&limited, now).and_then(|throttle| throttle.retry_after), Some(Duration::from_secs(7)));
        assert_eq!(
            MyobSignals.read(limited.status, &limited.headers).throttled.and_then(|read| read.retry_after),
            None
        );
    }
}
