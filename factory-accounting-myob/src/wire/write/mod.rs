//! What is written. Members that are not ours are in none of these shapes: an update lays them over the record as read
//! (myob.md 4).

pub(crate) mod document;
pub(crate) mod item;
pub(crate) mod job;
pub(crate) mod line;
pub(crate) mod party;
pub(crate) mod payment;

use chrono::NaiveDate;
use factory_accounting_core::ids::RemoteId;
use serde::{Serialize, Serializer};

/// A record named by its `UID`; the names beside it are for reading (myob.md 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LinkWrite {
    #[serde(rename = "UID")]
    uid: String,
}

impl LinkWrite {
    /// Names a record.
    pub(crate) fn new(uid: impl Into<String>) -> Self {
        Self { uid: uid.into() }
    }
}

/// Accounts, tax codes and categories are known by their bare ids.
impl From<&RemoteId> for LinkWrite {
    fn from(id: &RemoteId) -> Self {
        Self::new(id.as_str())
    }
}

/// A business day: MYOB writes a time behind it, which says nothing (myob.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}T00:00:00", self.0))
    }
}

/// When something falls due (myob.md 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TermsWrite {
    pub(crate) payment_is_due: &'static str,
    /// Days, or a day of the month.
    pub(crate) balance_due_date: u32,
}

/// A record of which nothing but its use changes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RetireWrite {
    pub(crate) is_active: bool,
}

/// Which record an update is about, and in which version (myob.md 4).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct HeadWrite {
    #[serde(rename = "UID")]
    pub(crate) uid: String,
    pub(crate) row_version: String,
}
