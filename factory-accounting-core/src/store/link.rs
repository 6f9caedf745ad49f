//! Links: durable ties between records of the host and of the package.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ConnectionId, Cursor, OperationId, RemoteId, Revision, VersionToken};
use crate::model::RecordKey;
use crate::money::Totals;
use crate::provider::{ChangeFeed, RemoteRecord, RemoteStatus, Settled};

/// A durable tie between a host record and a package record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The host's record.
    pub key: RecordKey,
    /// The package's id.
    pub remote: RemoteId,
    /// Number, item code or name as the package has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Version as last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionToken>,
    /// Revision last written; `None` for a link made by hand or import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// Digest of what was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Status as last seen.
    pub status: RemoteStatus,
    /// The party on a document, as the package names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<RemoteId>,
    /// Totals as the package reckoned them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// What had been applied, as last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
    /// When `status`, `totals` and `settled` were seen, UTC.
    pub seen_at: DateTime<Utc>,
    /// How it came about.
    pub origin: LinkOrigin,
    /// Since when it is known that something has been applied, UTC; `None` while nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_since: Option<DateTime<Utc>>,
    /// Link for a person into the package's pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A party whose documents stay in the host (L16).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suppressed: bool,
    /// The record that this one was merged into, where somebody has done that in the package (R29).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<RemoteId>,
}

/// How a link came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkOrigin {
    /// Our own write.
    Written,
    /// Found after doubt or told by a person.
    Adopted,
    /// A person's choice.
    ByHand,
    /// An import.
    Imported,
    /// The document of another record: an invoice that is its order's promoted draft.
    Promoted,
}

/// A tie that has ended: kept, so that a document still tells which record it was sent to (F16, F17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastLink {
    /// The tie as it was last.
    pub link: Link,
    /// When it ended, UTC.
    pub ended_at: DateTime<Utc>,
    /// How.
    pub end: LinkEnd,
}

/// How a tie ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkEnd {
    /// A person chose another record.
    Relinked {
        /// Who, in the host's words.
        by: String,
    },
    /// A person took it away.
    Unlinked {
        /// Who, in the host's words.
        by: String,
    },
    /// The record was written anew, imported anew, or goes by another id now.
    Replaced,
}

impl Link {
    /// Whether other records can no longer name what this leads to: a party, item or job that was archived, merged or
    /// deleted there (R29). What has become of a document is its status, and nothing to relink.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_named_by_others() && (self.status.is_gone() || self.status == RemoteStatus::Archived)
    }

    /// Whether it ties a record that documents name, rather than a document.
    #[must_use]
    pub fn is_named_by_others(&self) -> bool {
        self.key.kind.is_named_by_others()
    }

    /// The tie as its record is now, seen at an instant.
    #[must_use]
    pub fn as_seen(&self, record: &RemoteRecord, now: DateTime<Utc>) -> Self {
        Self {
            status: record.status.clone(),
            totals: record.totals.or(self.totals),
            settled: record.settled.or(self.settled),
            version: record.version.clone(),
            merged_into: record.merged_into.clone(),
            seen_at: now,
            ..self.clone()
        }
        .settled_since(Some(self))
    }

    /// Notes since when something has been applied, given the link as it was before.
    #[must_use]
    pub fn settled_since(mut self, before: Option<&Self>) -> Self {
        let applied = self.settled.is_some_and(|settled| !settled.applied().is_zero());
        let known = before.and_then(|link| link.settled_since);
        self.settled_since = applied.then(|| known.unwrap_or(self.seen_at));
        self
    }
}

/// Effects of inbound changes.
#[derive(Clone, Debug)]
pub struct Absorb {
    /// The connection.
    pub connection: ConnectionId,
    /// The feed.
    pub feed: ChangeFeed,
    /// Links as they are now.
    pub links: Vec<Link>,
    /// Operations that a person has set aside and whose question is raised again, because the books have changed (R31).
    /// Those that are no longer set aside, or no longer the newest of their record, stay as they are.
    pub raises: Vec<OperationId>,
    /// Where to go on; stored together with the links.
    pub cursor: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rust_decimal::Decimal;

    use super::*;
    use crate::model::RecordKind;

    fn seen(at: i64, paid: i64) -> Link {
        Link {
            key: RecordKey::new(RecordKind::Invoice, "i1"),
            remote: RemoteId::new("r1"),
            number: None,
            version: None,
            revision: None,
            fingerprint: None,
            status: RemoteStatus::Open,
            party: None,
            totals: None,
            settled: Some(Settled { paid: Decimal::from(paid), ..Settled::default() }),
            seen_at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(at),
            origin: LinkOrigin::Written,
            settled_since: None,
            url: None,
            suppressed: false,
            merged_into: None,
        }
    }

    #[test]
    fn f82_a_lock_that_goes_on_keeps_its_beginning() {
        let open = seen(1, 0).settled_since(None);
        assert_eq!(open.settled_since, None);
        let first = seen(2, 10).settled_since(Some(&open));
        assert_eq!(first.settled_since, Some(first.seen_at));
        let second = seen(3, 20).settled_since(Some(&first));
        assert_eq!(second.settled_since, Some(first.seen_at));
        let released = seen(4, 0).settled_since(Some(&second));
        assert_eq!(released.settled_since, None);
    }
}
