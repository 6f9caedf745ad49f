//! Instants as QuickBooks writes them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer};

/// An instant that may be absent; an unreadable one counts as absent.
pub(crate) fn optional_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.as_deref().and_then(parse_instant))
}

/// Reads an instant; answers carry the company's offset (qbo.md 2), webhooks come in UTC with up to nanoseconds.
pub(crate) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|instant| instant.to_utc())
}

/// An instant as requests carry it: UTC, to the second at least.
pub(crate) fn instant_text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_every_origin_are_read() {
        for (text, expected) in [
            ("2026-11-21T09:00:00-08:00", "2026-11-21T17:00:00Z"),
            ("2026-11-21T09:17:31.892-07:00", "2026-11-21T16:17:31.892Z"),
            ("2026-09-10T21:31:25.179851517Z", "2026-09-10T21:31:25.179851517Z"),
        ] {
            assert_eq!(parse_instant(text).map(instant_text).as_deref(), Some(expected));
        }
        assert_eq!(parse_instant("yesterday"), None);
    }
}
