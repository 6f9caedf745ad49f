//! Xero's limits and how its answers speak of them (xero.md 2).

use std::time::Duration;

use factory_accounting_http::{LimitSignals, Limits, Scope, Signals, Throttle, Window};
use http::{HeaderMap, StatusCode};

use crate::config::XeroConfig;

const MINUTE: &str = "minute";
const DAY: &str = "day";
const APP_MINUTE: &str = "app minute";
const CONCURRENT: &str = "concurrent";

/// The limits of an app: make one [`AppPacer`](factory_accounting_http::AppPacer) from them per app and process.
#[must_use]
pub fn limits(config: &XeroConfig) -> Limits {
    let window = |name, span, permits, scope| Window { name, span: Duration::from_secs(span), permits, scope };
    Limits {
        concurrent: 5,
        windows: vec![
            window(MINUTE, 60, 60, Scope::Organisation),
            window(DAY, 86_400, config.calls_per_day, Scope::Organisation),
            window(APP_MINUTE, 60, 10_000, Scope::App),
        ],
        inline_wait: config.inline_wait,
    }
}

/// Reads Xero's limit headers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct XeroSignals;

impl LimitSignals for XeroSignals {
    fn read(&self, status: StatusCode, headers: &HeaderMap) -> Signals {
        let left = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse().ok();
        let remaining =
            [(MINUTE, "x-minlimit-remaining"), (DAY, "x-daylimit-remaining"), (APP_MINUTE, "x-appminlimit-remaining")]
                .into_iter()
                .filter_map(|(window, header)| Some((window, left(header)?)))
                .collect();
        let throttled = (status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| Throttle { window: limit_name(headers), retry_after: None });
        Signals { remaining, throttled }
    }
}

/// Which limit a 429 is about. Written with and without a hyphen in the wild.
pub(crate) fn limit_name(headers: &HeaderMap) -> Option<&'static str> {
    let problem = headers.get("x-rate-limit-problem")?.to_str().ok()?.replace(['-', ' '], "").to_ascii_lowercase();
    match problem.as_str() {
        "minute" => Some(MINUTE),
        "day" => Some(DAY),
        "appminute" => Some(APP_MINUTE),
        "concurrent" => Some(CONCURRENT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_recorded_429_names_its_window() {
        let recorded = headers(&[
            ("x-daylimit-remaining", "344"),
            ("x-minlimit-remaining", "0"),
            ("retry-after", "26"),
            ("x-rate-limit-problem", "minute"),
        ]);
        let signals = XeroSignals.read(StatusCode::TOO_MANY_REQUESTS, &recorded);
        assert_eq!(signals.remaining, [(MINUTE, 0), (DAY, 344)]);
        assert_eq!(signals.throttled.and_then(|throttle| throttle.window), Some(MINUTE));
    }

    #[test]
    fn every_spelling_of_a_limit_is_known() {
        for (text, expected) in [
            ("minute", Some(MINUTE)),
            ("Day", Some(DAY)),
            ("appminute", Some(APP_MINUTE)),
            ("app-minute", Some(APP_MINUTE)),
            ("concurrent", Some(CONCURRENT)),
            ("something new", None),
        ] {
            assert_eq!(limit_name(&headers(&[("x-rate-limit-problem", text)])), expected, "{text}");
        }
    }

    #[test]
    fn an_ordinary_answer_only_counts() {
        let signals = XeroSignals
            .read(StatusCode::OK, &headers(&[("x-appminlimit-remaining", "9999"), ("x-minlimit-remaining", "x")]));
        assert_eq!(signals, Signals { remaining: vec![(APP_MINUTE, 9_999)], throttled: None });
    }

    #[test]
    fn the_limits_are_xeros() {
        let config = XeroConfig::new("app", "https://host.example/back").with_calls_per_day(1_000);
        let limits = limits(&config);
        assert_eq!(limits.concurrent, 5);
        let windows: Vec<_> =
            limits.windows.iter().map(|window| (window.name, window.span.as_secs(), window.permits)).collect();
        assert_eq!(windows, [(MINUTE, 60, 60), (DAY, 86_400, 1_000), (APP_MINUTE, 60, 10_000)]);
    }
}
