//! A JSON object whose members stay as they were written, in their order: what is read and sent back passes through no
//! binary float and loses nothing that this crate does not know.

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// An object by its members.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// Reads an object.
    pub(crate) fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The members that a shape is written with.
    pub(crate) fn of(shape: &impl Serialize) -> Result<Self, serde_json::Error> {
        Self::parse(to_raw_value(shape)?.get())
    }

    /// A member as it was written; `None` where it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, raw)| raw.as_ref()).filter(|raw| raw.get() != "null")
    }

    /// A member in a known form; `None` where it is absent, null or of another form.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// The text of a member.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.read(name)
    }

    /// The id that a link names.
    pub(crate) fn link(&self, name: &str) -> Option<String> {
        self.read::<Self>(name)?.text("UID")
    }

    /// Puts a member in the place of the one that is there, or at the end.
    pub(crate) fn put(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, held)) => *held = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Writes a member.
    pub(crate) fn set(&mut self, name: &str, value: &impl Serialize) -> Result<(), serde_json::Error> {
        self.put(name, to_raw_value(value)?);
        Ok(())
    }

    /// Takes a member out.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| own != name);
    }

    /// Puts every member of a shape over what is there. What the shape leaves out stays.
    pub(crate) fn overlay(&mut self, shape: &impl Serialize) -> Result<(), serde_json::Error> {
        for (name, value) in Self::of(shape)?.0 {
            self.put(&name, value);
        }
        Ok(())
    }

    /// Puts every member of a shape over those of the object that a member holds.
    pub(crate) fn overlay_within(&mut self, name: &str, shape: &impl Serialize) -> Result<(), serde_json::Error> {
        let mut inner: Self = self.read(name).unwrap_or_default();
        inner.overlay(shape)?;
        if inner.is_empty() { Ok(()) } else { self.set(name, &inner) }
    }

    /// Whether there is no member.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every member in its order, as `change` makes it; those that it makes nothing of go.
    pub(crate) fn filter_map(self, mut change: impl FnMut(&str, Box<RawValue>) -> Option<Box<RawValue>>) -> Self {
        let kept = self.0.into_iter().filter_map(|(name, value)| change(&name, value).map(|value| (name, value)));
        Self(kept.collect())
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                // Of a member that stands twice the last one holds, as everywhere.
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    members.put(&name, value);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again_digit_by_digit_and_in_order() {
        let json = r#"{"b":67.10,"a":{"x":[1.000,null]},"n":-6933843581174022144}"#;
        let members = Members::parse(json).expect("an object");
        assert_eq!(serde_json::to_string(&members).expect("JSON"), json);
        assert!(Members::parse("[1]").is_err());
    }

    #[test]
    fn a_shape_goes_over_what_is_there_and_leaves_the_rest() {
        let mut members = Members::parse(r#"{"Number":"1","Comment":"by hand","Terms":{"a":1,"b":2}}"#).expect("one");
        members.overlay(&serde_json::json!({ "Number": "2", "Date": "d" })).expect("JSON");
        members.overlay_within("Terms", &serde_json::json!({ "b": 3 })).expect("JSON");
        members.overlay_within("Nothing", &serde_json::json!({})).expect("JSON");
        let expected = r#"{"Number":"2","Comment":"by hand","Terms":{"a":1,"b":3},"Date":"d"}"#;
        assert_eq!(serde_json::to_string(&members).expect("JSON"), expected);
        assert_eq!((members.text("Number").as_deref(), members.get("Terms").is_some()), (Some("2"), true));
    }
}
