//! The seam to the package's lists as they are kept, to what the host has of its own, and to imports from the one into the
//! other.
//!
//! A list is kept by the package's ids. What a complete reading no longer finds is kept as gone, with when (R46); what comes
//! back revives; an entry made anew under the code of one that is gone is another entry. Parties may be a hundred thousand:
//! they are asked for by id or as candidates, page by page, and never as a whole.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::candidate::{Candidate, CandidatePage, CandidateQuery};
use super::import::{ImportJob, ImportNote, ImportProgress, ImportStep};
use super::register::{KnownParty, PartyKeys};
use super::{Link, StoreError};
use crate::ids::{ConnectionId, LocalId, RemoteId};
use crate::model::RecordKind;
use crate::provider::{CatalogueEntry, CatalogueKind, RemoteParty};

/// A page of a list on its way into the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// Which list.
    pub kind: CatalogueKind,
    /// Whether the reading goes over the whole list. A partial one, of what has changed, adds and changes and takes nothing
    /// away.
    pub complete: bool,
    /// When the reading began, UTC; tells one reading from another.
    pub begun_at: DateTime<Utc>,
    /// Number of the page, counting from 1.
    pub page: u32,
    /// Whether it is the last.
    pub last: bool,
    /// Entries.
    pub entries: Vec<CatalogueEntry>,
}

impl ListPage {
    /// A list that comes whole.
    #[must_use]
    pub fn whole(kind: CatalogueKind, entries: Vec<CatalogueEntry>, read_at: DateTime<Utc>) -> Self {
        Self { kind, complete: true, begun_at: read_at, page: 1, last: true, entries }
    }
}

/// How far a list has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListState {
    /// When its last reading ended, UTC: what a person is shown as the last update (L1).
    pub read_at: Option<DateTime<Utc>>,
    /// When that reading began, UTC: everything that has changed since is still to be read.
    pub as_of: Option<DateTime<Utc>>,
    /// When the last complete reading began, UTC.
    pub complete_as_of: Option<DateTime<Utc>>,
    /// The reading that is under way.
    pub reading: Option<Reading>,
    /// How many readings have begun.
    pub readings: u64,
}

/// A reading that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When it began, UTC.
    pub begun_at: DateTime<Utc>,
    /// Whether it goes over the whole list.
    pub complete: bool,
    /// The page to go on with.
    pub next_page: u32,
}

impl ListState {
    /// The instant to ask for changes since, where changes are enough: while the last complete reading began less than
    /// `complete_every` ago. `None`: the whole list is to be read, for only that tells what is gone.
    #[must_use]
    pub fn changes_since(&self, now: DateTime<Utc>, complete_every: TimeDelta) -> Option<DateTime<Utc>> {
        let whole = self.complete_as_of?;
        self.as_of.filter(|_| now.signed_duration_since(whole) < complete_every)
    }

    /// The state once a page is stored.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the page does not follow the one before it: another reading has begun since.
    pub fn with_page(self, page: &ListPage, now: DateTime<Utc>) -> Result<Self, StoreError> {
        // Stores keep instants to the millisecond; clocks count finer.
        let follows = self.reading.is_some_and(|reading| {
            reading.begun_at.timestamp_millis() == page.begun_at.timestamp_millis()
                && reading.complete == page.complete
                && reading.next_page == page.page
        });
        if page.page != 1 && !follows {
            return Err(StoreError::Refused(format!(
                "page {} of the list of {} does not follow what is stored of it: another reading has begun since; read it \
                 from the beginning",
                page.page,
                page.kind.as_str().replace('_', " "),
            )));
        }
        let readings = self.readings + u64::from(page.page == 1);
        Ok(if page.last {
            Self {
                readings,
                read_at: Some(now),
                as_of: Some(page.begun_at),
                complete_as_of: if page.complete { Some(page.begun_at) } else { self.complete_as_of },
                reading: None,
            }
        } else {
            let (begun_at, complete) = (page.begun_at, page.complete);
            Self {
                reading: Some(Reading { begun_at, complete, next_page: page.page.saturating_add(1) }),
                readings,
                ..self
            }
        })
    }
}

/// An entry that a complete reading no longer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The entry as last read.
    pub entry: CatalogueEntry,
    /// When it was found gone, UTC.
    pub gone_at: DateTime<Utc>,
}

/// The package's lists, the host's register of its own parties, and imports.
///
/// Each verb is one transaction. Instants are kept to the millisecond. What is said here of candidates is reckoned as by [`Candidate`]'s own rules.
#[async_trait]
pub trait ListStore: Send + Sync + fmt::Debug {
    /// Stores a page of a list. Page 1 begins a reading in place of one that was not finished; what is stored of entries
    /// holds at once. The last page of a complete reading ends it: entries that it did not find are gone from then on.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the page does not follow the one before it.
    async fn put_list(&self, connection: &ConnectionId, page: ListPage, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// How far a list has been read; the default where it never was.
    async fn list_state(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<ListState, StoreError>;

    /// A list as it stands, in order of the package's ids, and when it was read, UTC; `None` before its first reading has
    /// ended. What is gone is not in it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for parties: ask for [`candidates`](Self::candidates).
    async fn catalogue(
        &self,
        connection: &ConnectionId,
        kind: CatalogueKind,
    ) -> Result<Option<(DateTime<Utc>, Vec<CatalogueEntry>)>, StoreError>;

    /// What is gone from a list, in order of the package's ids.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for parties: ask for [`party`](Self::party).
    async fn gone(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<Vec<Tombstone>, StoreError>;

    /// A party of the package as last read, and since when it is gone, UTC, where it is.
    async fn party(
        &self,
        connection: &ConnectionId,
        remote: &RemoteId,
    ) -> Result<Option<(RemoteParty, Option<DateTime<Utc>>)>, StoreError>;

    /// Parties of the package that are not gone and share a key with `keys`, in order of their ids, 100 at most.
    async fn parties_like(&self, connection: &ConnectionId, keys: &PartyKeys) -> Result<Vec<RemoteParty>, StoreError>;

    /// Notes what the host has of its own, in place of what was known under the same ids. `role` is customer or supplier.
    /// Every push of a party is noted by [`enqueue`](super::SyncStore::enqueue) itself.
    async fn know(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        parties: Vec<KnownParty>,
    ) -> Result<(), StoreError>;

    /// A page of what the host has, in order of its ids, behind `after`; a limit of 0 means 1,000.
    async fn known(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<KnownParty>, StoreError>;

    /// Parties of the host that are in use and share a key with `keys`, in order of their ids, 100 at most.
    async fn known_like(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        keys: &PartyKeys,
    ) -> Result<Vec<KnownParty>, StoreError>;

    /// A page of the package's parties that are not gone, each with what it is to the host.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the cursor is of a query that sorts otherwise.
    async fn candidates(&self, connection: &ConnectionId, query: CandidateQuery) -> Result<CandidatePage, StoreError>;

    /// Candidates by id, in order; `None` for what is unknown or gone.
    async fn candidates_by_id(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        remotes: &[RemoteId],
    ) -> Result<Vec<Option<Candidate>>, StoreError>;

    /// Makes an import durable, in place of one of the same role that is over.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where one of the same role is under way.
    async fn begin_import(&self, connection: &ConnectionId, job: ImportJob) -> Result<(), StoreError>;

    /// The import of a role, whether under way or over.
    async fn import_job(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError>;

    /// Takes the import of a role over: whoever drove it before is fenced. `None` where none is under way.
    async fn take_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError>;

    /// Stores a step of an import with the links it made, and answers how it stands.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where another has taken it over; [`StoreError::Refused`] where a link would be taken twice, as
    /// at [`put_link`](super::SyncStore::put_link), or no import is under way.
    async fn advance_import(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        step: ImportStep,
        now: DateTime<Utc>,
    ) -> Result<ImportProgress, StoreError>;

    /// Asks for an import to end after what it has asked the host for. `false` where none is under way.
    async fn cancel_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<bool, StoreError>;

    /// A page of what became of single parties of the import of a role, as far as it needs telling, in order of the
    /// package's ids, behind `after`; a limit of 0 means 1,000.
    async fn import_notes(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&RemoteId>,
        limit: usize,
    ) -> Result<Vec<ImportNote>, StoreError>;
}

/// The refusal of reading all parties at once.
#[must_use]
pub fn parties_come_in_pages() -> StoreError {
    StoreError::Refused("customers and suppliers are not read as a whole: ask for candidates".to_owned())
}

/// What of links an import step may not do: a link in place of another that the same record has already.
#[must_use]
pub fn linked_elsewhere(link: &Link, other: &Link) -> String {
    format!("{} is linked to {} already: unlink it first, or answer with another record", link.key, other.remote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    #[test]
    fn f106_changes_are_enough_until_the_whole_list_is_due_again() {
        let state = |complete: Option<i64>| ListState {
            as_of: Some(at(30)),
            complete_as_of: complete.map(at),
            ..ListState::default()
        };
        let week = TimeDelta::days(7);
        assert_eq!(ListState::default().changes_since(at(31), week), None, "never read");
        assert_eq!(state(None).changes_since(at(31), week), None, "never read whole");
        assert_eq!(state(Some(6)).changes_since(at(31), week), Some(at(30)));
        assert_eq!(state(Some(6)).changes_since(at(6 + 7 * 24), week), None, "the whole list is due");
    }
}
