//! Times as MYOB writes them: wall clock of the company file, without an offset (myob.md 5).

use chrono::{NaiveDate, NaiveDateTime};
use factory_accounting_http::json;
use serde::Deserializer;

/// A time that may be absent. Files that were upgraded have none, or the first day of the calendar; both count as absent,
/// and so does one that cannot be read (myob.md 3).
pub(crate) fn optional_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDateTime>, D::Error> {
    Ok(json::text(deserializer)?.as_deref().and_then(parse_time))
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
        #[serde(deserialize_with = "optional_time")]
        time: Option<NaiveDateTime>,
    }

    fn read(json: &str) -> Result<Holder, serde_json::Error> {
        serde_json::from_str(json)
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
