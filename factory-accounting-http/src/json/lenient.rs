//! Members that are left out in more than one way.

use std::fmt;
use std::marker::PhantomData;

use chrono::NaiveDate;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A text; absent, null and blank are the same.
///
/// # Errors
/// Where something else than a text stands there.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| says_something(text)))
}

/// A text, or a number as its text to the last digit: ids, codes and versions come as both. Absent, null and blank are the
/// same.
///
/// # Errors
/// Where neither stands there.
pub fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(raw) = Option::<&RawValue>::deserialize(deserializer)? else { return Ok(None) };
    let digits = raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let read = if digits { Ok(raw.get().to_owned()) } else { serde_json::from_str(raw.get()) };
    read.map(|text| Some(text).filter(|text| says_something(text))).map_err(D::Error::custom)
}

/// Whether a text is more than blanks, which its first letter tells.
fn says_something(text: &str) -> bool {
    text.contains(|letter: char| !letter.is_whitespace())
}

/// A truth value, or the same as text in any case; a text that says neither counts as absent.
///
/// # Errors
/// Where something else stands there.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
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
///
/// # Errors
/// Where something else stands there, or an element cannot be read.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// An object; anything else, an empty list above all, stands for none.
///
/// # Errors
/// Where an object stands there that cannot be read.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Object(PhantomData))
}

/// Reads an object where it stands: set aside first and read then, each level of nesting would be read once more.
struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or anything else in place of none")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Option<T>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Option<T>, E> {
        Ok(None)
    }
}

/// A calendar day, `2026-11-21`. A time or an offset behind it is passed over, so that no time zone shifts the day.
///
/// # Errors
/// Where no day can be read: records are told apart by it.
pub fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(text) = text(deserializer)? else { return Ok(None) };
    let day = text.trim().get(..10).and_then(|day| day.parse().ok());
    day.map(Some).ok_or_else(|| D::Error::custom(format!("{text:?} is no day")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
        inner: Option<BTreeMap<String, u32>>,
        #[serde(deserialize_with = "day")]
        on: Option<NaiveDate>,
    }

    fn read(json: &str) -> Result<Holder, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn nothing_has_many_spellings() {
        for json in [
            "{}",
            r#"{"note":null,"version":null,"active":null,"many":null,"inner":null,"on":null}"#,
            r#"{"note":" ","version":" ","active":"","many":[],"inner":[],"on":"","surprise":{"a":1}}"#,
        ] {
            let blank = read(json).expect("reads");
            assert_eq!((blank.note, blank.version, blank.active, blank.on), (None, None, None, None), "{json}");
            assert!(blank.many.is_empty() && blank.inner.is_none(), "{json}");
        }
    }

    #[test]
    fn anything_but_an_object_stands_for_none() {
        for json in [r#"{"inner":[{"a":1},2]}"#, r#"{"inner":"x"}"#, r#"{"inner":-1.5}"#, r#"{"inner":true}"#] {
            assert!(read(json).expect("reads").inner.is_none(), "{json}");
        }
        assert!(read(r#"{"inner":[1,}"#).is_err(), "what is passed over must be JSON all the same");
    }

    #[test]
    fn what_is_there_is_read() {
        let full = read(r#"{"note":"x","many":[1,2],"inner":{"a":3}}"#).expect("reads");
        assert_eq!((full.note.as_deref(), full.many), (Some("x"), vec![1, 2]));
        assert_eq!(full.inner.and_then(|inner| inner.get("a").copied()), Some(3));
    }

    #[test]
    fn a_token_keeps_every_digit_and_a_flag_may_be_a_text() {
        for (json, expected) in [
            (r#""-6933843581174022144""#, Some("-6933843581174022144")),
            ("-6933843581174022143", Some("-6933843581174022143")),
            ("145", Some("145")),
            (r#""0""#, Some("0")),
            (r#""a\"b""#, Some("a\"b")),
        ] {
            let read = read(&format!(r#"{{"version": {json} }}"#)).expect("reads");
            assert_eq!(read.version.as_deref(), expected, "{json}");
        }
        for (json, expected) in [("true", Some(true)), (r#""False""#, Some(false)), (r#""maybe""#, None)] {
            assert_eq!(read(&format!(r#"{{"active":{json}}}"#)).expect("reads").active, expected, "{json}");
        }
    }

    #[test]
    fn a_day_is_never_converted() {
        for text in ["2026-11-21T00:00:00", "2026-11-21", "2026-11-21 00:00:00", "2026-11-21T23:59:59+11:00"] {
            let read = read(&format!(r#"{{"on":"{text}"}}"#)).expect("reads");
            assert_eq!(read.on, NaiveDate::from_ymd_opt(2026, 11, 21), "{text}");
        }
    }

    #[test]
    fn what_is_there_and_cannot_be_read_is_an_error() {
        for json in [
            r#"{"note":1}"#,
            r#"{"version":true}"#,
            r#"{"version":{"a":1}}"#,
            r#"{"active":1}"#,
            r#"{"many":{}}"#,
            r#"{"inner":{"a":"x"}}"#,
            r#"{"on":"soon"}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
