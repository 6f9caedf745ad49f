//! Attached files, as answered and as written (myob.md 3.9).

use factory_accounting_http::json;
use serde::{Deserialize, Serialize};

use super::link;

/// The files of a record.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Attachments {
    #[serde(deserialize_with = "json::list")]
    pub(crate) attachments: Vec<Attached>,
}

/// An attached file.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Attached {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) original_file_name: Option<String>,
    /// Where it lies for a minute or two; whoever knows the address can read it.
    #[serde(deserialize_with = "json::text")]
    pub(crate) file_uri: Option<String>,
}

// By hand: the address is as good as a key while it holds.
impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attached")
            .field("uid", &self.uid)
            .field("original_file_name", &self.original_file_name)
            .finish_non_exhaustive()
    }
}

/// Files to attach.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttachmentsWrite<'a> {
    pub(crate) attachments: [AttachedWrite<'a>; 1],
}

/// A file to attach.
#[derive(Debug, Serialize)]
pub(crate) struct AttachedWrite<'a> {
    #[serde(rename = "OriginalFileName")]
    pub(crate) name: &'a str,
    #[serde(rename = "FileBase64Content")]
    pub(crate) content: &'a str,
}
