//! Standard headers that every package may use.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, header};

/// How long the peer asks to wait: `Retry-After` in seconds or as a date. `None` where it asks for nothing readable.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc);
    // A date that has passed asks for no wait at all.
    Some((until - now).to_std().unwrap_or_default())
}

/// Whether a 401 says that the token lacks a scope (RFC 6750, 3.1): refreshing it cannot help. The
/// misspelling is in use too.
pub(crate) fn lacks_scope(headers: &HeaderMap) -> bool {
    headers.get_all(header::WWW_AUTHENTICATE).iter().any(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        text.contains("insufficient_scope") || text.contains("insufficent_scope")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let now =
            DateTime::parse_from_rfc3339("2026-11-21T10:00:00Z").map(|at| at.with_timezone(&Utc)).unwrap_or_default();
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, http::HeaderValue::from_static(text))]);
            retry_after(&headers, now)
        };
        assert_eq!(read("26"), Some(Duration::from_secs(26)));
        assert_eq!(read("Sat, 21 Nov 2026 10:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(read("Sat, 21 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-5"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
