//! Reading what is left out in more than one way: MYOB writes absent members as `null` (myob.md 3.4).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A text; absent, null and blank are the same.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()))
}

/// A text or a number as text: row versions and row ids come as both (myob.md 3.7). Absent, null and blank are the same.
pub(crate) fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| {
        let text = raw.get().trim();
        let plain = match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str::<String>(text).ok(),
            Some(b'-' | b'0'..=b'9') => Some(text.to_owned()),
            _ => None,
        };
        plain.filter(|text| !text.trim().is_empty())
    }))
}

/// A truth value, or the same as text.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(token_of_any(deserializer)?.and_then(|text| text.trim().to_ascii_lowercase().parse().ok()))
}

fn token_of_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.map(|raw| raw.get().trim_matches('"').to_owned()))
}

/// A list; null stands for an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// An object; anything else stands for none.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    use serde::de::Error as _;
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if !raw.get().trim_start().starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str(raw.get()).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Holder {
        #[serde(deserialize_with = "text")]
        note: Option<String>,
        #[serde(deserialize_with = "token")]
        version: Option<String>,
        #[serde(deserialize_with = "flag")]
        active: Option<bool>,
        #[serde(deserialize_with = "list")]
        many: Vec<u32>,
        #[serde(deserialize_with = "object")]
        inner: Option<std::collections::BTreeMap<String, u32>>,
    }

    fn read(json: &str) -> Holder {
        serde_json::from_str(json).expect("reads")
    }

    #[test]
    fn nothing_has_many_spellings() {
        let blank = read(r#"{"note":" ","version":null,"active":"","many":null,"inner":[],"surprise":{"a":1}}"#);
        assert_eq!((blank.note, blank.version, blank.active, blank.many.len()), (None, None, None, 0));
        assert!(blank.inner.is_none());
    }

    #[test]
    fn versions_and_truths_come_in_both_forms_and_keep_every_digit() {
        let full = read(r#"{"note":"x","version":"-6933843581174022144","active":"False","many":[1],"inner":{"a":3}}"#);
        assert_eq!(full.version.as_deref(), Some("-6933843581174022144"));
        assert_eq!((full.active, full.many.len(), full.note.as_deref()), (Some(false), 1, Some("x")));
        assert_eq!(full.inner.and_then(|inner| inner.get("a").copied()), Some(3));
        let number = read(r#"{"version":-6933843581174022143,"active":true}"#);
        assert_eq!((number.version.as_deref(), number.active), (Some("-6933843581174022143"), Some(true)));
    }
}
