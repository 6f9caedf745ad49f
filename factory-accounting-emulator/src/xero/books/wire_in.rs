//! Lenient reading of request bodies: member names without case, an envelope or one bare object, numbers or
//! numeric strings, three spellings of a date (xero.md 0.3, 0.5).
//!
//! Members are parsed lazily from their own text, so that a decimal is read from the digits that were sent.

use super::errors::Refusal;
use crate::json;
use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::str::FromStr;
use uuid::Uuid;

/// One JSON object whose members are still text.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Object<'a>(#[serde(borrow)] json::Object<'a>);

/// A reading step: the value, its absence, or a 400 for the whole request.
type Read<T> = Result<Option<T>, Refusal>;

impl<'a> Object<'a> {
    /// Reads a whole body as one object.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| Refusal::bad_json("the body is not UTF-8"))?;
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| Refusal::bad_json(&error.to_string()))
    }

    fn raw(&self, name: &str) -> Option<&'a str> {
        let sent = self.0.members().find(|(key, _)| key.eq_ignore_ascii_case(name));
        sent.map(|(_, text)| text).filter(|text| *text != "null")
    }

    /// A text; numbers and booleans are taken by their spelling.
    pub(super) fn text(&self, name: &str) -> Read<String> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        match raw.as_bytes().first() {
            Some(b'"') => {
                serde_json::from_str(raw).map(Some).map_err(|error| Refusal::bad_json(&format!("{name}: {error}")))
            }
            Some(b'{' | b'[') => Err(Refusal::bad_json(&format!("{name} is not a string"))),
            _ => Ok(Some(raw.to_owned())),
        }
    }

    /// A decimal from the digits as sent, exponent included.
    pub(super) fn decimal(&self, name: &str) -> Read<Decimal> {
        match self.text(name)?.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => {
                decimal(text).map(Some).ok_or_else(|| Refusal::bad_json(&format!("{name}: '{text}' is not a decimal")))
            }
        }
    }

    /// A whole number.
    pub(super) fn integer(&self, name: &str) -> Read<i64> {
        match self.decimal(name)? {
            None => Ok(None),
            Some(value) if value.fract().is_zero() => value
                .normalize()
                .to_string()
                .parse()
                .map(Some)
                .map_err(|_| Refusal::bad_json(&format!("{name} is out of range"))),
            Some(value) => Err(Refusal::bad_json(&format!("{name}: {value} is not an integer"))),
        }
    }

    /// A boolean in any case, quoted or bare.
    pub(super) fn boolean(&self, name: &str) -> Read<bool> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(text) if text.is_empty() => Ok(None),
            Some(text) => Err(Refusal::bad_json(&format!("{name}: '{text}' is not a boolean"))),
        }
    }

    /// An id; the zero id counts as absent, because SDKs echo it from failed elements (xero.md 5).
    pub(super) fn id(&self, name: &str) -> Read<Uuid> {
        match self.text(name)?.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match Uuid::parse_str(text) {
                Ok(id) => Ok(Some(id).filter(|id| !id.is_nil())),
                Err(_) => Err(Refusal::bad_json(&format!("{name}: '{text}' is not a Guid"))),
            },
        }
    }

    /// A calendar date.
    pub(super) fn date(&self, name: &str) -> Read<NaiveDate> {
        match self.text(name)?.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => {
                date(text).map(Some).ok_or_else(|| Refusal::bad_json(&format!("{name}: '{text}' is not a date")))
            }
        }
    }

    /// A nested object.
    pub(super) fn object(&self, name: &str) -> Read<Object<'a>> {
        match self.raw(name) {
            None => Ok(None),
            Some(raw) if raw.starts_with('{') => {
                serde_json::from_str(raw).map(Some).map_err(|error| Refusal::bad_json(&format!("{name}: {error}")))
            }
            // "a null object may be represented as an empty array" (xero.md 0.4)
            Some(raw) if raw.starts_with('[') && raw[1..].trim_start().starts_with(']') => Ok(None),
            Some(_) => Err(Refusal::bad_json(&format!("{name} is not an object"))),
        }
    }

    /// A list of objects; one bare object is a list of one.
    pub(super) fn list(&self, name: &str) -> Read<Vec<Object<'a>>> {
        match self.raw(name) {
            None => Ok(None),
            Some(raw) if raw.starts_with('{') => Ok(self.object(name)?.map(|only| vec![only])),
            Some(raw) => {
                serde_json::from_str(raw).map(Some).map_err(|error| Refusal::bad_json(&format!("{name}: {error}")))
            }
        }
    }
}

/// The elements of a collection write: the envelope in any case, or one bare object (xero.md 0.3).
pub(super) fn elements<'a>(body: &'a [u8], collection: &str, noun: &str) -> Result<Vec<Object<'a>>, Refusal> {
    let whole = trimmed(body);
    if whole.is_empty() {
        return Err(Refusal::no_data(noun));
    }
    let elements = if whole.starts_with(b"[") {
        let text = std::str::from_utf8(whole).map_err(|_| Refusal::bad_json("the body is not UTF-8"))?;
        serde_json::from_str(text).map_err(|error| Refusal::bad_json(&error.to_string()))?
    } else {
        let object = Object::parse(whole)?;
        match object.list(collection)? {
            Some(list) => list,
            None if object.0.members().next().is_none() || object.mentions(collection) => Vec::new(),
            None => vec![object],
        }
    };
    if elements.is_empty() { Err(Refusal::no_data(noun)) } else { Ok(elements) }
}

impl Object<'_> {
    /// Whether the member was sent at all, null included.
    fn mentions(&self, name: &str) -> bool {
        self.0.members().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }
}

fn trimmed(body: &[u8]) -> &[u8] {
    body.trim_ascii()
}

/// Reads a decimal by its digits; an exponent is accepted.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// Reads `YYYY-MM-DD`, an ISO date and time, or `/Date(ms)/` with or without offset (xero.md 0.5).
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        let sign = inner.get(1..).and_then(|tail| tail.find(['+', '-'])).map(|at| at + 1);
        let millis: i64 = inner.get(..sign.unwrap_or(inner.len()))?.parse().ok()?;
        return DateTime::from_timestamp_millis(millis).map(|at| at.date_naive());
    }
    let day = text.get(..10)?;
    let rest = text.get(10..)?;
    if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
        return None;
    }
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_survive_beyond_what_a_binary_float_holds() {
        let body = br#"{"currencyrate": 123456789012345678.123456, "quantity":"10", "LineAmount":1e2}"#;
        let object = Object::parse(body).expect("object");
        assert_eq!(
            object.decimal("CurrencyRate").expect("read").expect("sent").to_string(),
            "123456789012345678.123456"
        );
        assert_eq!(object.decimal("Quantity").expect("read"), Some(Decimal::from(10)));
        assert_eq!(object.decimal("LineAmount").expect("read"), Some(Decimal::from(100)));
    }

    #[test]
    fn every_spelling_of_a_date_is_the_same_day() {
        for text in [
            "2026-09-14",
            "2026-09-14T00:00:00",
            "2026-09-14T23:59:59Z",
            "/Date(1789344000000)/",
            "/Date(1789344000000+1300)/",
        ] {
            assert_eq!(date(text), NaiveDate::from_ymd_opt(2026, 9, 14), "{text}");
        }
        for text in ["", "14/09/2026", "/Date()/", "/Date(x+0000)/", "2026-13-01"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn an_envelope_in_any_case_and_a_bare_object_are_one_list() {
        for body in [r#"{"invoices":[{"Type":"A"}]}"#, r#"{"Type":"A"}"#, r#"[{"Type":"A"}]"#] {
            let list = elements(body.as_bytes(), "Invoices", "Invoice").expect(body);
            assert_eq!(list.len(), 1, "{body}");
        }
        for body in ["", "{}", r#"{"Invoices":[]}"#, r#"{"Invoices":null}"#, "{", "7", "\u{1}"] {
            assert!(elements(body.as_bytes(), "Invoices", "Invoice").is_err(), "{body}");
        }
    }
}
