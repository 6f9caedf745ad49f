//! What is written. Absent members stay as they are: updates are sparse, and nothing that is not ours is ever a member of
//! these shapes (R21, qbo.md 5.0).

pub(crate) mod document;
pub(crate) mod item;
pub(crate) mod line;
pub(crate) mod party;
pub(crate) mod payment;

use factory_accounting_core::ids::RemoteId;
use serde::Serialize;

/// A record named by its bare id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RefWrite {
    value: String,
}

impl RefWrite {
    /// Names a record.
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self { value: value.into() }
    }
}

/// Accounts, tax codes and rates are known by their bare ids.
impl From<&RemoteId> for RefWrite {
    fn from(id: &RemoteId) -> Self {
        Self::new(id.as_str())
    }
}

/// Which record an update, a void or a deletion is about, and in which version. Members of a flat object, so that every
/// shape can lead with it.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Head {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// Opaque: a text even where it reads as a number (qbo.md 13).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sync_token: Option<String>,
    /// What is left out of a full update is wiped (qbo.md 5.0).
    #[serde(rename = "sparse", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sparse: bool,
}

/// A record of which nothing but its use changes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RetireWrite {
    #[serde(flatten)]
    pub(crate) head: Head,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<bool>,
}

/// A tie to another transaction, or to a line of it (qbo.md 5.23).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LinkedTxnWrite {
    pub(crate) txn_id: String,
    pub(crate) txn_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) txn_line_id: Option<String>,
}
