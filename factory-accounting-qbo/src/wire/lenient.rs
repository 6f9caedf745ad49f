//! Reading what is left out in more than one way.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A text; absent, null and blank are the same.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()))
}

/// A text or a number as text: ids and codes come as both. Absent, null and blank are the same.
pub(crate) fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Token {
        Text(String),
        Number(u64),
    }
    Ok(Option::<Token>::deserialize(deserializer)?
        .map(|token| match token {
            Token::Text(text) => text,
            Token::Number(number) => number.to_string(),
        })
        .filter(|text| !text.trim().is_empty()))
}

/// A truth value, or the same as text.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Value(bool),
        Text(String),
    }
    Ok(Option::<Flag>::deserialize(deserializer)?.and_then(|flag| match flag {
        Flag::Value(value) => Some(value),
        Flag::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
    }))
}

/// A list; null stands for an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// An object; anything else stands for none.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    use serde::de::Error as _;
    let raw = <&'de RawValue>::deserialize(deserializer)?;
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
        id: Option<String>,
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
        let blank = read(r#"{"note":" ","id":null,"active":"","many":null,"inner":[],"surprise":{"a":1}}"#);
        assert_eq!((blank.note, blank.id, blank.active, blank.many.len()), (None, None, None, 0));
        assert!(blank.inner.is_none());
    }

    #[test]
    fn ids_and_truths_come_as_texts_too() {
        let full = read(r#"{"note":"x","id":145,"active":"false","many":[1],"inner":{"a":3}}"#);
        assert_eq!((full.id.as_deref(), full.active, full.many.len()), (Some("145"), Some(false), 1));
        assert_eq!(read(r#"{"id":"0","active":true}"#).id.as_deref(), Some("0"));
        assert_eq!(full.inner.and_then(|inner| inner.get("a").copied()), Some(3));
        assert_eq!(full.note.as_deref(), Some("x"));
    }
}
