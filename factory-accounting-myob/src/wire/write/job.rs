//! Jobs as written (myob.md 3.3).

use serde::Serialize;

use super::LinkWrite;

/// What of a job is ours.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct JobWrite {
    pub(crate) number: String,
    pub(crate) name: String,
    /// The key that it is found by; of a new job only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_header: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) linked_customer: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_job: Option<LinkWrite>,
}
