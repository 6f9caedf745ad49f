//! Lists as answered: a page of rows and the address of the next (myob.md 3, 5).

use chrono::NaiveDateTime;
use factory_accounting_http::json;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::date;

/// A page of a list. What `Count` counts is not known for certain, so that nothing depends on it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Page {
    pub(crate) items: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "json::text")]
    pub(crate) next_page_link: Option<String>,
}

/// What every row has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Row {
    #[serde(rename = "UID", deserialize_with = "super::link::uid")]
    pub(crate) uid: Option<String>,
    /// Null in files that were upgraded (myob.md 3).
    #[serde(deserialize_with = "date::optional_time")]
    pub(crate) last_modified: Option<NaiveDateTime>,
}

impl Page {
    /// The page of a body. One without `Items` is no list, and does not count as an empty one.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_rows_and_perhaps_a_next_one() {
        let page = Page::read(br#"{"Items":[{"UID":"a"}],"NextPageLink":"https://arl9/x?$skip=400","Count":401}"#);
        let page = page.expect("reads");
        assert_eq!((page.items.len(), page.next_page_link.as_deref()), (1, Some("https://arl9/x?$skip=400")));
        assert_eq!(Page::read(br#"{"Items":[],"NextPageLink":null,"Count":0}"#).expect("reads").next_page_link, None);
        for body in ["", "[]", "{}", "<html>", r#"{"Items":[{"UID":"a"}"#] {
            assert!(Page::read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
