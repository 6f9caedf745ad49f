//! The envelope around every answer: the collection under its plural name, and the pagination where there is one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A collection as answered, its elements still unread so that one odd element cannot hide the others.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) elements: Vec<Box<RawValue>>,
    pub(crate) pagination: Option<Pagination>,
}

/// Where a page lies (xero.md 6). Quotes have none.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Pagination {
    pub(crate) page: u32,
    #[serde(rename = "pageCount")]
    pub(crate) page_count: u32,
}

impl Envelope {
    /// Reads the collection called `key`; an answer without it is no answer of this resource.
    pub(crate) fn read(body: &[u8], key: &str) -> Result<Self, String> {
        let mut members: BTreeMap<String, Box<RawValue>> =
            serde_json::from_slice(body).map_err(|error| format!("no JSON object: {error}"))?;
        let elements = take(&mut members, key).ok_or_else(|| format!("no {key} in the answer"))?;
        let elements = serde_json::from_str(elements.get()).map_err(|error| format!("{key} is no list: {error}"))?;
        let pagination = take(&mut members, "pagination").and_then(|raw| serde_json::from_str(raw.get()).ok());
        Ok(Self { elements, pagination })
    }

    /// Reads every element.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<Vec<T>, String> {
        self.elements
            .iter()
            .enumerate()
            .map(|(at, raw)| serde_json::from_str(raw.get()).map_err(|error| format!("element {at}: {error}")))
            .collect()
    }
}

fn take(members: &mut BTreeMap<String, Box<RawValue>>, key: &str) -> Option<Box<RawValue>> {
    let found = members.keys().find(|name| name.eq_ignore_ascii_case(key))?.clone();
    members.remove(&found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_collection_is_found_whatever_stands_around_it() {
        let body = br#"{"SummarizeErrors":false,"Id":"x","pagination":{"page":2,"pageSize":100,"pageCount":3,"itemCount":201},"quotes":[{"a":1},{"a":2}],"Next":null}"#;
        let envelope = Envelope::read(body, "Quotes").expect("reads");
        assert_eq!(envelope.elements.len(), 2);
        assert_eq!(envelope.pagination.map(|pagination| (pagination.page, pagination.page_count)), Some((2, 3)));
    }

    #[test]
    fn an_answer_without_the_collection_is_an_error() {
        for body in ["", "[]", "<html>", r#"{"Status":"OK"}"#, r#"{"Quotes":{}}"#, r#"{"Quotes":[{"a":1}"#] {
            assert!(Envelope::read(body.as_bytes(), "Quotes").is_err(), "{body}");
        }
    }
}
