//! Objects whose members are still text, so that a decimal is read from the digits that were sent and each package says in
//! its own words what is wrong with a member.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// One JSON object: its members in the order that they were sent in, repeated ones too.
#[derive(Debug)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Names and JSON texts of all members.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.get().trim()))
    }

    /// Members that are not null.
    pub(crate) fn filled(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.members().filter(|(_, text)| *text != "null")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A string that is copied only where it holds an escape.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads a JSON string.
pub(crate) fn text(raw: &str) -> serde_json::Result<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(raw).map(|text| text.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_text_and_their_order() {
        let object: Object<'_> = serde_json::from_str(r#"{"b": 1.10 , "a":null,"b":"\u00e9"}"#).expect("object");
        assert_eq!(object.members().collect::<Vec<_>>(), [("b", "1.10"), ("a", "null"), ("b", r#""\u00e9""#)]);
        assert_eq!(object.filled().count(), 2);
        let told = serde_json::from_str::<Object<'_>>("[1]").expect_err("no object").to_string();
        assert!(told.contains("expected an object"), "{told}");
    }

    #[test]
    fn a_string_is_borrowed_unless_it_holds_an_escape() {
        assert!(matches!(text(r#""plain""#), Ok(Cow::Borrowed("plain"))));
        assert_eq!(text(r#""a\"b""#).expect("a string"), "a\"b");
        assert!(text("7").is_err());
    }
}
