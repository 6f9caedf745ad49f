//! Reading of a large JSON text no more than what a judgement looks at.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a JSON text without those members of its objects, at any depth, that are not among the names given. Names are
/// compared without regard to ASCII case; members keep the spelling in which they came.
///
/// The text is checked whole. What is left out costs a glance and no memory, so that an answer of many records can be judged
/// for what it reads as at a fraction of the cost of a [`Value`] of it all.
///
/// # Errors
/// Where the text is no JSON.
pub fn sketch(json: &str, names: &[&str]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = Sketch(names).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Sketch<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Sketch<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sketch<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            read.push(element);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key_seed(Name(self.0))? {
            match name {
                Some(name) => {
                    let value = members.next_value_seed(self)?;
                    read.insert(name, value);
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(read))
    }
}

/// The name of a member, if it is one of those asked for.
struct Name<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<String>, E> {
        Ok(is_named(name, self.0).then(|| name.to_owned()))
    }
}

/// Whether a member's name is one of those asked for, in whatever case.
pub(crate) fn is_named(name: &str, asked: &[&str]) -> bool {
    // Most names are none of them, and differ in their length or first letter.
    let first = name.as_bytes().first().map(u8::to_ascii_lowercase);
    let same = |asked: &&str| {
        asked.len() == name.len()
            && asked.as_bytes().first().map(u8::to_ascii_lowercase) == first
            && asked.eq_ignore_ascii_case(name)
    };
    asked.iter().any(same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_named_is_read_at_any_depth_and_in_any_case() {
        let body = r#"{"Id":"x","Rest":{"Id":"hidden"},"lines":[{"ID":"a","Text":"é\"","Sum":1.5},{"Text":null}],"Sum":[1,-2,true,null]}"#;
        let read = sketch(body, &["Id", "Lines", "Sum"]).expect("JSON");
        assert_eq!(read, json!({"Id": "x", "lines": [{"ID": "a", "Sum": 1.5}, {}], "Sum": [1, -2, true, null]}));
        assert_eq!(sketch(" \"text\" ", &[]).expect("JSON"), json!("text"));
    }

    #[test]
    fn what_is_left_out_must_be_json_all_the_same() {
        for body in
            ["", "{", r#"{"Rest":}"#, r#"{"Rest":[1,}"#, r#"{"Id":1} {"#, r#"{"Rest":"a"#, "{\"Rest\":\"\u{1}\"}"]
        {
            assert!(sketch(body, &["Id"]).is_err(), "{body}");
        }
    }
}
