//! Attached files and notes: the one entity that is written and read in the same shape.

use factory_accounting_http::json::{self, Number};
use serde::{Deserialize, Serialize};

/// A file or note as answered (qbo.md 5.22).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Attachable {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) sync_token: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) file_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) content_type: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) size: Option<Number>,
}

/// A file or note as written.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttachableWrite<'a> {
    pub(crate) attachable_ref: [AttachableRef<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<&'a str>,
}

/// The record that it hangs on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttachableRef<'a> {
    pub(crate) entity_ref: EntityRef<'a>,
    /// Whether the other party gets it with the document.
    pub(crate) include_on_send: bool,
}

/// A record by entity and id.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EntityRef<'a> {
    #[serde(rename = "type")]
    pub(crate) entity: &'static str,
    pub(crate) value: &'a str,
}

/// The answer to an upload, file by file.
#[derive(Debug, Deserialize)]
pub(crate) struct Uploaded {
    #[serde(rename = "AttachableResponse")]
    pub(crate) responses: Vec<UploadedFile>,
}

/// What became of one file: it is taken, or refused with a fault.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct UploadedFile {
    #[serde(deserialize_with = "json::object")]
    pub(crate) attachable: Option<Attachable>,
    pub(crate) fault: Option<serde_json::Value>,
}
