//! Dates and instants in all the forms that Xero writes (xero.md 0.5).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Reads an instant: `/Date(ms)/`, `/Date(ms+0000)/` or ISO. The offset of the first form never changes the instant; an
/// ISO text without a zone is UTC.
pub(crate) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // A minus at the front belongs to the number, one further on begins the offset.
        let end = inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map_or(inner.len(), |(at, _)| at);
        return inner.get(..end)?.parse().ok().and_then(DateTime::from_timestamp_millis);
    }
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.with_timezone(&Utc))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|instant| instant.and_utc()))
        .ok()
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc()))
}

/// Reads a calendar date: the UTC date of the instant, so that no time zone shifts the day (xero.md 10.5).
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    parse_instant(text).map(|instant| instant.date_naive())
}

/// An instant as a version or cursor: always the same text for the same instant, whichever form Xero chose for it.
pub(crate) fn instant_text(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A date that may be absent, null or blank; an unreadable one is an error, since silence would lose a due date.
pub(crate) fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    optional(deserializer, parse_date)
}

/// An instant that may be absent, null or blank.
pub(crate) fn optional_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    optional(deserializer, parse_instant)
}

fn optional<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    parse(&text).map(Some).ok_or_else(|| D::Error::custom(format!("{text:?} is not a date")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_instant_is_read_as_utc() {
        for (text, expected) in [
            ("/Date(1789378199100+0000)/", "2026-09-14T09:29:59.100Z"),
            ("/Date(1789378199100+1300)/", "2026-09-14T09:29:59.100Z"),
            ("/Date(1789378199100-0500)/", "2026-09-14T09:29:59.100Z"),
            ("/Date(1789344000000)/", "2026-09-14T00:00:00.000Z"),
            ("/Date(-86400000+0000)/", "1969-12-31T00:00:00.000Z"),
            ("2026-09-14T09:29:59Z", "2026-09-14T09:29:59.000Z"),
            ("2026-09-14T00:00:00", "2026-09-14T00:00:00.000Z"),
            ("2024-06-21T01:15:39.902", "2024-06-21T01:15:39.902Z"),
            ("2019-12-07T18:46:19.5165400", "2019-12-07T18:46:19.516Z"),
            ("2026-09-14", "2026-09-14T00:00:00.000Z"),
        ] {
            assert_eq!(parse_instant(text).map(instant_text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "/Date()/", "/Date(x)/", "/Date(1", "tomorrow", "2026-13-01"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_calendar_date_does_not_shift_with_the_zone() {
        assert_eq!(parse_date("/Date(1789344000000+1300)/"), NaiveDate::from_ymd_opt(2026, 9, 14));
        assert_eq!(parse_date("2026-09-14T00:00:00"), NaiveDate::from_ymd_opt(2026, 9, 14));
    }
}
