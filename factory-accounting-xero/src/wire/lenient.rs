//! Reading what Xero leaves out in more than one way.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A text; absent, null and blank are the same (xero.md 0.4: empty texts stand for nothing).
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()))
}

/// An id; absent, null, blank and the zero GUID of a failed create are the same (xero.md 5, 10.11).
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(text(deserializer)?.filter(|id| !is_zero_id(id)))
}

/// An object; null and an empty array stand for none (xero.md 0.4).
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&'de RawValue>::deserialize(deserializer)?;
    if !raw.get().trim_start().starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str(raw.get()).map(Some).map_err(D::Error::custom)
}

/// A list; null stands for an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether an id is the zero GUID, in any spelling.
pub(crate) fn is_zero_id(id: &str) -> bool {
    let mut digits = id.chars().filter(|c| !matches!(c, '-' | '{' | '}')).peekable();
    digits.peek().is_some() && digits.all(|c| c == '0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Holder {
        #[serde(deserialize_with = "text")]
        note: Option<String>,
        #[serde(deserialize_with = "id")]
        id: Option<String>,
        #[serde(deserialize_with = "object")]
        inner: Option<Inner>,
        #[serde(deserialize_with = "list")]
        many: Vec<u32>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        value: u32,
    }

    #[test]
    fn nothing_has_many_spellings() {
        let blank: Holder = serde_json::from_str(
            r#"{"note":" ","id":"00000000-0000-0000-0000-000000000000","inner":[],"many":null,"surprise":{"a":1}}"#,
        )
        .expect("reads");
        assert_eq!((blank.note, blank.id, blank.many.len()), (None, None, 0));
        assert!(blank.inner.is_none());
        let full: Holder =
            serde_json::from_str(r#"{"note":"x","id":"1f00","inner":{"value":3},"many":[1,2]}"#).expect("reads");
        assert_eq!((full.note.as_deref(), full.id.as_deref(), full.many.len()), (Some("x"), Some("1f00"), 2));
        assert_eq!(full.inner.map(|inner| inner.value), Some(3));
    }
}
