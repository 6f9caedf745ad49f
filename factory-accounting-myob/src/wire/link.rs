//! Links: only the UID matters, the rest is for people (myob.md 3).

use factory_accounting_http::json;
use serde::Deserialize;

use crate::remote_id::Collection;

/// A link to another record. Which of its texts it has depends on what it links to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Link {
    #[serde(rename = "UID", deserialize_with = "uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) code: Option<String>,
    #[serde(rename = "URI", deserialize_with = "json::text")]
    pub(crate) uri: Option<String>,
}

impl Link {
    /// The collection that it links into, where its address tells.
    pub(crate) fn collection(&self) -> Option<Collection> {
        collection(self.uri.as_deref()?)
    }
}

/// The collection in the address of a record; its host is not looked at (myob.md 1.5).
pub(crate) fn collection(uri: &str) -> Option<Collection> {
    let segments: Vec<&str> = uri.trim_end_matches('/').split('/').collect();
    let (_, path) = segments.split_last()?;
    // The longest path that is one: documents have their layout behind their kind.
    [3, 2].into_iter().find_map(|length| Collection::of_path(&path.get(path.len().checked_sub(length)?..)?.join("/")))
}

/// A UID in lower case; the one of zeros stands for none (myob.md 4).
pub(crate) fn uid<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = json::text(deserializer)?;
    Ok(text
        .and_then(|text| uuid::Uuid::try_parse(text.trim()).ok())
        .filter(|uid| !uid.is_nil())
        .map(|uid| uid.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote_id::Layout;

    #[test]
    fn an_address_tells_the_collection_whatever_its_host() {
        let uid = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";
        let read = |path: &str| collection(&format!("https://arl2.api.myob.com/accountright/cf/{path}/{uid}"));
        assert_eq!(read("Sale/Invoice/Item"), Some(Collection::Invoice(Layout::Item)));
        assert_eq!(read("contact/supplier"), Some(Collection::Supplier));
        assert_eq!(read("Sale/Invoice"), None);
        assert_eq!(collection(""), None);
    }

    #[test]
    fn a_uid_is_kept_in_one_spelling_and_zeros_are_none() {
        let read = |json: &str| serde_json::from_str::<Link>(json).expect("reads").uid;
        let uid = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";
        assert_eq!(read(&format!(r#"{{"UID":"{}","URI":"x"}}"#, uid.to_ascii_uppercase())).as_deref(), Some(uid));
        for none in [r#"{"UID":"00000000-0000-0000-0000-000000000000"}"#, r#"{"UID":null}"#, r#"{"UID":"x"}"#, "{}"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
