//! Ids, which Xero leaves out in more than one way.

use factory_accounting_http::json;
use serde::Deserializer;

/// An id; absent, null, blank and the zero GUID of a failed create are the same (xero.md 5, 10.11).
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(json::text(deserializer)?.filter(|id| !is_zero(id)))
}

/// Whether an id is the zero GUID, in any spelling.
pub(crate) fn is_zero(id: &str) -> bool {
    let mut digits = id.chars().filter(|c| !matches!(c, '-' | '{' | '}')).peekable();
    digits.peek().is_some() && digits.all(|c| c == '0')
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Holder {
        #[serde(deserialize_with = "optional")]
        id: Option<String>,
    }

    #[test]
    fn the_zero_id_of_a_failed_create_is_none() {
        for (json, expected) in [
            (r#"{"id":"00000000-0000-0000-0000-000000000000"}"#, None),
            (r#"{"id":"{00000000-0000-0000-0000-000000000000}"}"#, None),
            (r#"{"id":" "}"#, None),
            ("{}", None),
            (r#"{"id":"1f00"}"#, Some("1f00")),
        ] {
            let read: Holder = serde_json::from_str(json).expect("reads");
            assert_eq!(read.id.as_deref(), expected, "{json}");
        }
    }
}
