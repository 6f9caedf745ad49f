//! The envelope around every answer: the collection under its plural name, and the pagination where there is one.

use std::fmt;
use std::marker::PhantomData;

use factory_accounting_http::json;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A collection as answered. Its elements are still unread unless said otherwise, so that one odd element cannot hide the
/// others.
#[derive(Debug)]
pub(crate) struct Envelope<T = Box<RawValue>> {
    pub(crate) elements: Vec<T>,
    pub(crate) pagination: Option<Pagination>,
}

/// Where a page lies (xero.md 6). Quotes have none.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Pagination {
    pub(crate) page: u32,
    #[serde(rename = "pageCount")]
    pub(crate) page_count: u32,
}

impl<T: DeserializeOwned> Envelope<T> {
    /// Reads the collection called `key`; an answer without it is no answer of this resource.
    pub(crate) fn read(body: &[u8], key: &str) -> Result<Self, String> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let (elements, pagination) = Members(key, PhantomData)
            .deserialize(&mut deserializer)
            .and_then(|members| deserializer.end().map(|()| members))
            .map_err(|error| format!("no {key} can be read: {error}"))?;
        let elements = elements.ok_or_else(|| format!("no {key} in the answer"))?;
        Ok(Self { elements, pagination })
    }
}

impl Envelope {
    /// Reads every element.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<Vec<T>, String> {
        json::each(&self.elements)
    }
}

/// Reads the members of an envelope that count, in one pass over what may be a thousand records.
struct Members<'a, T>(&'a str, PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Members<'_, T> {
    type Value = (Option<Vec<T>>, Option<Pagination>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<'_, T> {
    type Value = (Option<Vec<T>>, Option<Pagination>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut elements, mut pagination) = (None, None);
        while let Some(name) = members.next_key::<String>()? {
            if name.eq_ignore_ascii_case(self.0) {
                elements = Some(members.next_value()?);
            } else if name.eq_ignore_ascii_case("pagination") {
                let raw: Box<RawValue> = members.next_value()?;
                pagination = serde_json::from_str(raw.get()).ok();
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok((elements, pagination))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_collection_is_found_whatever_stands_around_it() {
        let body = br#"{"SummarizeErrors":false,"Id":"x","pagination":{"page":2,"pageSize":100,"pageCount":3,"itemCount":201},"quotes":[{"a":1},{"a":2}],"Next":null}"#;
        let envelope = Envelope::<Box<RawValue>>::read(body, "Quotes").expect("reads");
        assert_eq!(envelope.elements.len(), 2);
        assert_eq!(envelope.pagination.map(|pagination| (pagination.page, pagination.page_count)), Some((2, 3)));
    }

    #[test]
    fn an_answer_without_the_collection_is_an_error() {
        for body in ["", "[]", "<html>", r#"{"Status":"OK"}"#, r#"{"Quotes":{}}"#, r#"{"Quotes":[{"a":1}"#] {
            assert!(Envelope::<Box<RawValue>>::read(body.as_bytes(), "Quotes").is_err(), "{body}");
        }
    }
}
