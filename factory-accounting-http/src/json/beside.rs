//! Reading a record, and beside it what the same object says about it, in one pass.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::sketch::is_named;

/// Reads an object as a `T`, and those of its own members beside that are named: `T` sees neither these nor those that are
/// passed over. Names are compared without regard to ASCII case; what was found beside keeps the spelling in which it came.
///
/// # Errors
/// Where there is no object, or `T` cannot be read from it.
pub fn beside<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    names: &[&str],
    passed_over: &[&str],
) -> Result<(T, Value), D::Error> {
    let mut found = Map::new();
    let read = deserializer.deserialize_map(Whole { names, passed_over, found: &mut found, read: PhantomData })?;
    Ok((read, Value::Object(found)))
}

struct Whole<'a, T> {
    names: &'a [&'a str],
    passed_over: &'a [&'a str],
    found: &'a mut Map<String, Value>,
    read: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Whole<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        let Self { names, passed_over, found, .. } = self;
        T::deserialize(MapAccessDeserializer::new(Others { names, passed_over, found, members }))
    }
}

/// The members that are not named; those that are go aside, or are passed over, as they come by.
struct Others<'a, A> {
    names: &'a [&'a str],
    passed_over: &'a [&'a str],
    found: &'a mut Map<String, Value>,
    members: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Others<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let mut seed = Some(seed);
        while let Some(name) =
            self.members.next_key_seed(Name { names: self.names, passed_over: self.passed_over, seed: &mut seed })?
        {
            match name {
                Told::Other(key) => return Ok(Some(key)),
                Told::PassedOver => drop(self.members.next_value::<IgnoredAny>()?),
                Told::Named(name) => {
                    let value = self.members.next_value()?;
                    self.found.insert(name, value);
                }
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// Whether a member is one of those that are named.
enum Told<K> {
    Named(String),
    PassedOver,
    Other(K),
}

/// Reads the name of a member; takes the seed only where it is another's.
struct Name<'a, K> {
    names: &'a [&'a str],
    passed_over: &'a [&'a str],
    seed: &'a mut Option<K>,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'_, K> {
    type Value = Told<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for Name<'_, K> {
    type Value = Told<K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if is_named(name, self.names) {
            return Ok(Told::Named(name.to_owned()));
        }
        if is_named(name, self.passed_over) {
            return Ok(Told::PassedOver);
        }
        let seed = self.seed.take().ok_or_else(|| E::custom("a name was read twice"))?;
        seed.deserialize(name.into_deserializer()).map(Told::Other)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::{Number, number, object, text};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Record {
        #[serde(rename = "Number", deserialize_with = "text")]
        number: Option<String>,
        #[serde(rename = "Total", deserialize_with = "number")]
        total: Option<Number>,
        #[serde(rename = "Holder", deserialize_with = "object")]
        holder: Option<Box<Record>>,
    }

    fn read(body: &str) -> Result<(Record, Value), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(body);
        let read = beside(&mut deserializer, &["Status", "Errors"], &["Bulk"])?;
        deserializer.end().map(|()| read)
    }

    #[test]
    fn what_is_said_comes_beside_the_record_whatever_stands_first() {
        let holder = r#""Holder":{"Number":"in","Status":"the holder's own"}"#;
        for body in [
            format!(r#"{{"STATUS":"OK","Errors":[{{"a":1}}],"Number":"n","Total":0.10,{holder},"More":[1]}}"#),
            format!(r#"{{"More":{{}},{holder},"Total":"0.10","Number":"n","STATUS":"OK","Errors":[{{"a":1}}]}}"#),
        ] {
            let (record, said) = read(&body).expect("reads");
            assert_eq!(said, json!({"STATUS": "OK", "Errors": [{"a": 1}]}), "{body}");
            assert_eq!(record, serde_json::from_str(&body).expect("reads"), "{body}");
            assert_eq!(record.holder.and_then(|holder| holder.number).as_deref(), Some("in"));
        }
        let (record, said) = read("{}").expect("reads");
        assert_eq!((record, said), (Record::default(), json!({})));
    }

    #[test]
    fn what_is_passed_over_is_seen_by_neither_but_must_be_json() {
        let (record, said) = read(r#"{"bulk":[{"Number":"x"},2],"Number":"n","BULK":null}"#).expect("reads");
        assert_eq!((record.number.as_deref(), said), (Some("n"), json!({})));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for body in [
            "",
            "[]",
            "null",
            r#"{"Number":1}"#,
            r#"{"Status":}"#,
            r#"{"Number":"n"} {"#,
            r#"{"Status":"OK""#,
            r#"{"Bulk":[1,}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
