//! What a plan was made from, and what has moved since.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::difference::status_text;
use crate::ids::{RemoteId, VersionToken};
use crate::model::RecordKey;
use crate::money::Totals;
use crate::provider::{RemoteRecord, RemoteStatus};

/// What a plan was made from. Travels with the operation that applies it, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Digest of the host's record.
    pub record: String,
    /// Version of the settings; 0 before any were saved.
    pub settings: u64,
    /// The record's own link and those of records that it needs, in order of their keys.
    pub links: Vec<(RecordKey, RemoteId)>,
    /// Records that it needs and that were on their way into the books.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_their_way: Vec<RecordKey>,
    /// Digest of what was to be written; `None` where that could not be told to the last id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The record in the books; `None` where they held none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenRecord>,
    /// Who applied the plan, in the host's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_by: Option<String>,
}

/// A record in the books as a plan saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRecord {
    /// The package's id.
    pub id: RemoteId,
    /// Version, where the package has one.
    pub version: Option<VersionToken>,
    /// State.
    pub status: RemoteStatus,
    /// Number.
    pub number: Option<String>,
    /// Totals.
    pub totals: Option<Totals>,
}

impl From<&RemoteRecord> for SeenRecord {
    fn from(record: &RemoteRecord) -> Self {
        Self {
            id: record.id.clone(),
            version: record.version.clone(),
            status: record.status.clone(),
            number: record.number.clone(),
            totals: record.totals,
        }
    }
}

/// Something that a plan was made from and that is otherwise now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "moved", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Moved {
    /// The host's record is not the one that was planned.
    Record,
    /// The settings have been saved anew.
    Settings {
        /// Version that was planned with.
        planned: u64,
        /// Version now.
        now: u64,
    },
    /// A record has been linked, unlinked or linked to another one.
    Link {
        /// The record.
        record: RecordKey,
    },
    /// The package's lists lead to another result: an account, a tax or an item.
    Lists,
    /// The record in the books is no longer as it was.
    Books {
        /// What, one line.
        what: String,
    },
}

impl Moved {
    /// All of them in one line.
    #[must_use]
    pub fn summary(moved: &[Self]) -> String {
        moved.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => f.write_str("the record is not the one that was planned"),
            Self::Settings { planned, now } => {
                write!(f, "the settings were version {planned} and are version {now}")
            }
            Self::Link { record } => write!(f, "the link of {record} has changed"),
            Self::Lists => f.write_str("the accounting package's accounts, taxes or items have changed"),
            Self::Books { what } => f.write_str(what),
        }
    }
}

impl Expectation {
    /// What has moved, as far as can be told without looking at the books: `now` is what a plan would be made from now.
    #[must_use]
    pub fn moved(&self, now: &Self) -> Vec<Moved> {
        let mut moved = Vec::new();
        if self.record != now.record {
            moved.push(Moved::Record);
        }
        if self.settings != now.settings {
            moved.push(Moved::Settings { planned: self.settings, now: now.settings });
        }
        // What was on its way may have arrived.
        let arrived = |key: &RecordKey| self.on_their_way.contains(key) || now.on_their_way.contains(key);
        let (planned, linked) = (by_key(&self.links), by_key(&now.links));
        let keys: BTreeSet<&RecordKey> = planned.keys().chain(linked.keys()).copied().collect();
        for key in keys.into_iter().filter(|key| !arrived(key) && planned.get(key) != linked.get(key)) {
            moved.push(Moved::Link { record: key.clone() });
        }
        if moved.is_empty() && self.content.is_some() && now.content.is_some() && self.content != now.content {
            moved.push(Moved::Lists);
        }
        moved
    }

    /// What has moved in the books, given the record as it was just read.
    #[must_use]
    pub fn moved_in_books(&self, now: &RemoteRecord) -> Option<Moved> {
        let seen = self.seen.as_ref()?;
        // A version that is the same says it all.
        if seen.id == now.id && seen.version.is_some() && seen.version == now.version {
            return None;
        }
        let what = if seen.id != now.id {
            "another record of the books would be changed".to_owned()
        } else if seen.status != now.status {
            format!("its state in the books was {} and is {}", status_text(&seen.status), status_text(&now.status))
        } else if seen.totals.is_some() && now.totals.is_some() && seen.totals != now.totals {
            let total = |totals: Option<Totals>| totals.map(|totals| totals.total.to_string()).unwrap_or_default();
            format!("its total in the books was {} and is {}", total(seen.totals), total(now.totals))
        } else if seen.number.is_some() && now.number.is_some() && seen.number != now.number {
            "its number in the books has changed".to_owned()
        } else if seen.version.is_some() && now.version.is_some() {
            "somebody has changed it in the books".to_owned()
        } else {
            return None;
        };
        Some(Moved::Books { what })
    }
}

fn by_key(links: &[(RecordKey, RemoteId)]) -> BTreeMap<&RecordKey, &RemoteId> {
    links.iter().map(|(key, id)| (key, id)).collect()
}
