//! Days and times as MYOB writes them: wall clock of the company file, without an offset (myob.md 5).

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserializer;

use super::lenient;

/// A day that may be absent; an unreadable one is an error, because documents are told apart by it. The time behind it is
/// midnight and is never converted.
pub(crate) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    use serde::de::Error as _;
    let Some(text) = lenient::text(deserializer)? else { return Ok(None) };
    parse_day(&text).map(Some).ok_or_else(|| D::Error::custom(format!("{text:?} is no day")))
}

/// A time that may be absent. Files that were upgraded have none, or the first day of the calendar; both count as absent,
/// and so does one that cannot be read (myob.md 3).
pub(crate) fn optional_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDateTime>, D::Error> {
    Ok(lenient::text(deserializer)?.as_deref().and_then(parse_time))
}

fn parse_day(text: &str) -> Option<NaiveDate> {
    text.trim().get(..10)?.parse().ok()
}

/// Reads a time with or without a fraction, its `T` or a space, and with a `Z` that means nothing.
pub(crate) fn parse_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().trim_end_matches('Z');
    let read = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    (read.date() > NaiveDate::from_ymd_opt(1900, 1, 1)?).then_some(read)
}

/// A time as a literal carries it, to the millisecond that answers have.
pub(crate) fn time_text(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Holder {
        #[serde(deserialize_with = "optional_day")]
        day: Option<NaiveDate>,
        #[serde(deserialize_with = "optional_time")]
        time: Option<NaiveDateTime>,
    }

    fn read(json: &str) -> Result<Holder, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_day_is_never_converted() {
        for text in ["2026-11-21T00:00:00", "2026-11-21", "2026-11-21 00:00:00", "2026-11-21T23:59:59+11:00"] {
            let read = read(&format!(r#"{{"day":"{text}"}}"#)).expect("reads");
            assert_eq!(read.day, NaiveDate::from_ymd_opt(2026, 11, 21), "{text}");
        }
        assert_eq!(read(r#"{"day":null}"#).expect("reads").day, None);
        assert!(read(r#"{"day":"soon"}"#).is_err());
    }

    #[test]
    fn a_time_that_says_nothing_is_none() {
        let time = |text: &str| read(&format!(r#"{{"time":{text}}}"#)).expect("reads").time.map(time_text);
        assert_eq!(time(r#""2026-11-21T10:00:00.25""#).as_deref(), Some("2026-11-21T10:00:00.250"));
        assert_eq!(time(r#""2026-11-21T10:00:00""#).as_deref(), Some("2026-11-21T10:00:00.000"));
        for nothing in ["null", r#""0001-01-01T00:00:00""#, r#""yesterday""#] {
            assert_eq!(time(nothing), None, "{nothing}");
        }
    }
}
