//! What of a record may no longer change, because of what has happened to it in the books (F82, R39).

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{applied_text, release};
use crate::capability::Editable;
use crate::model::RecordKind;
use crate::money::Currency;
use crate::provider::{RemoteStatus, Settled};

/// What of a record may no longer change, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditLock {
    /// What is locked.
    pub scope: LockScope,
    /// Why, and what a person can do about it; one line that goes on from the record's name: `95.00 NZD paid, so lines and
    /// prices are locked: …`.
    pub reason: String,
    /// Since when it is known, UTC; `None` where nobody keeps that: see [`Link::settled_since`](crate::store::Link).
    pub since: Option<DateTime<Utc>>,
    /// How fresh this is: when the books were last seen, UTC.
    pub seen_at: DateTime<Utc>,
}

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockScope {
    /// Lines' products, quantities, prices, discounts and taxes. Notes, references, due date and texts may still change.
    LinesAndPricing,
    /// All of it.
    Everything,
}

impl LockScope {
    /// What may still change, for a person (R39).
    #[must_use]
    pub fn still_open(self) -> &'static str {
        match self {
            Self::LinesAndPricing => "notes, references, the due date and texts may still change",
            Self::Everything => "nothing may change",
        }
    }
}

impl fmt::Display for EditLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason, self.scope.still_open())
    }
}

/// Which lock the books put on a record, if any. Locks no more than the package does: `editable` is what the package's
/// capability for the kind says about records that have been settled, and stands for quotes and purchase orders that have
/// been decided or billed as well (xero.md 4.6, 4.7).
///
/// `settled` and its `currency` are what the books said at `seen_at`.
#[must_use]
pub fn edit_lock(
    kind: RecordKind,
    status: &RemoteStatus,
    settled: Option<&Settled>,
    currency: Currency,
    seen_at: DateTime<Utc>,
    editable: Editable,
) -> Option<EditLock> {
    // Payments and allocations are what is applied: that they are locks others, not them.
    let applies = matches!(kind, RecordKind::Payment | RecordKind::Allocation);
    let fixed = || if applies { None } else { fixed(kind, status, settled, currency, editable) };
    let (scope, reason) = gone(status).or_else(fixed)?;
    Some(EditLock { scope, reason, since: None, seen_at })
}

/// Records that count no more or are put away.
fn gone(status: &RemoteStatus) -> Option<(LockScope, String)> {
    let reason = match status {
        RemoteStatus::Voided => "voided in the accounting package: push it as a new record to have it again",
        RemoteStatus::Deleted => "deleted in the accounting package: push it as a new record to have it again",
        RemoteStatus::Archived => "archived in the accounting package: restore it there first",
        _ => return None,
    };
    Some((LockScope::Everything, reason.to_owned()))
}

/// Records whose money, or whose other party's answer, holds them.
fn fixed(
    kind: RecordKind,
    status: &RemoteStatus,
    settled: Option<&Settled>,
    currency: Currency,
    editable: Editable,
) -> Option<(LockScope, String)> {
    let (cause, remedy) = match (status, applied_text(settled, currency)) {
        (_, Some(applied)) => (applied, release(kind)),
        (RemoteStatus::Paid, None) => ("paid in full".to_owned(), release(kind)),
        // An order may be held as a quote that the customer has accepted: that is how it begins.
        (RemoteStatus::Accepted, None) if kind == RecordKind::Order => return None,
        (RemoteStatus::Accepted, None) => ("accepted".to_owned(), "reopen it in the accounting package first"),
        (RemoteStatus::Declined, None) => ("declined".to_owned(), "reopen it in the accounting package first"),
        (RemoteStatus::Billed, None) => {
            ("billed".to_owned(), "change the document that bills it, or reopen this one first")
        }
        _ => return None,
    };
    let (scope, what) = match editable {
        Editable::Descriptive => (LockScope::LinesAndPricing, "lines and prices are locked"),
        Editable::Nothing => (LockScope::Everything, "it is locked"),
    };
    Some((scope, format!("{cause}, so {what}: {remedy}")))
}
