//! Decimals as JSON numbers, digit by digit: no value ever passes through a binary float.

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A decimal that is written as a JSON number, without trailing zeros or an exponent, and read from a number or a numeric
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.normalize().to_string();
        RawValue::from_string(digits).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number(deserializer)?.ok_or_else(|| D::Error::custom("expected a number, found nothing"))
    }
}

/// A number that may be absent, null or a blank text.
///
/// # Errors
/// Where something else stands there, or more digits than a decimal holds.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Number>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let text = raw.get().trim_matches('"').trim();
    if text.is_empty() || text == "null" {
        return Ok(None);
    }
    parse(text).map(|value| Some(Number(value))).ok_or_else(|| D::Error::custom(format!("{text:?} is not a decimal")))
}

fn parse(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { Decimal::from_str_exact(text).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        #[serde(default, deserialize_with = "number")]
        amount: Option<Number>,
    }

    fn read(json: &str) -> Result<Option<String>, String> {
        serde_json::from_str::<Holder>(json)
            .map(|holder| holder.amount.map(|number| number.0.to_string()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn decimals_are_read_digit_by_digit_from_numbers_and_texts() {
        for (json, expected) in [
            (r#"{"amount":0.1}"#, Some("0.1")),
            (r#"{"amount":21.0}"#, Some("21.0")),
            (r#"{"amount":"10"}"#, Some("10")),
            (r#"{"amount":" 3.15 "}"#, Some("3.15")),
            (r#"{"amount":-0.2248}"#, Some("-0.2248")),
            (r#"{"amount":9999999999.99}"#, Some("9999999999.99")),
            (r#"{"amount":123456789012345678.123456}"#, Some("123456789012345678.123456")),
            (r#"{"amount":1.5E+2}"#, Some("150")),
            (r#"{"amount":1e-4}"#, Some("0.0001")),
            (r#"{"amount":null}"#, None),
            (r#"{"amount":""}"#, None),
            ("{}", None),
        ] {
            assert_eq!(read(json), Ok(expected.map(str::to_owned)), "{json}");
        }
        for json in [
            r#"{"amount":"ten"}"#,
            r#"{"amount":[]}"#,
            r#"{"amount":true}"#,
            r#"{"amount":0.12345678901234567890123456789012}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn decimals_are_written_as_numbers_without_trailing_zeros_or_exponents() {
        for (value, expected) in [
            ("10.50", "10.5"),
            ("0.0001", "0.0001"),
            ("-7", "-7"),
            ("100", "100"),
            ("0.00", "0"),
            ("12345678901.2345", "12345678901.2345"),
        ] {
            let number = Number(value.parse().expect("a decimal"));
            assert_eq!(serde_json::to_string(&number).expect("writes"), expected);
        }
    }
}
