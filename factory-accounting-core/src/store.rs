//! The seam to durable state: operations, attempts, links, settings and cursors of every connection.
//!
//! Each verb is one transaction: it happens whole or not at all, and no transaction is held across a call to a package.
//! One worker at a time acts for a connection, under a lease with a fence: every verb that settles anything carries the
//! lease's epoch, and an older epoch changes nothing ([`StoreError::Fenced`]).
//!
//! ```text
//! enqueue ─► Queued ──claim──► (plan) ──begin──► Sending ──settle──► Done
//!    │         ▲  ▲                                 │  │
//!    ├► Held ──┘  └────────── retry, not before ────┘  └──► InDoubt ──settle──► Done | Queued | Parked
//!    └► Parked ─decide─► Queued | Done | Dropped
//! ```

mod attempt;
mod candidate;
mod claim;
mod connection;
mod import;
mod link;
mod lists;
mod numbers;
mod operation;
mod register;
mod settings;
pub mod transition;

pub use attempt::{Attempt, AttemptMember, Settle, Settlement, Step, idempotency_key};
pub use candidate::{
    Candidate, CandidateCursor, CandidateFilter, CandidatePage, CandidatePlace, CandidateQuery, CandidateSort,
    CandidateState, CandidateTotals, Indexed, is_of_role,
};
pub use claim::{Claim, ClaimRequest, Work};
pub use connection::{Connection, ConnectionState, Decision, RecordedDecision};
pub use import::{
    ImportJob, ImportNote, ImportProgress, ImportSelection, ImportStep, ImportTally, SkipReason, import_under_way,
    imported, nothing_under_way,
};
pub use link::{Absorb, Link, LinkEnd, LinkOrigin, PastLink};
pub use lists::{ListPage, ListState, ListStore, Reading, Tombstone, linked_elsewhere, parties_come_in_pages};
pub use numbers::{BlockQuery, GapQuery, LeaseRequest, NumberStore, NumberUse, RefusedUse};
pub use operation::{
    Counts, Enqueued, Goal, NewOperation, Operation, OperationQuery, OperationState, Outcome, Progress, Scope, Start,
    StateFilter,
};

pub use register::{KnownParty, PartyKeys, SameBy, exists_locally};
pub use settings::{SavedSettings, SettingsVersion};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ids::{ConnectionId, Cursor, Epoch, LocalId, OperationId, RemoteId};
use crate::model::{RecordKey, RecordKind};
use crate::onboarding::Onboarding;
use crate::provider::{ChangeFeed, EncodedWrite, Organisation};
use crate::settings::{Settings, SettingsError};

/// Why a store could not do what was asked. Nothing of a failed verb has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another worker has taken over the connection; drop everything and claim anew.
    #[error("the connection's lease has passed to another worker")]
    Fenced,
    /// The store is in use elsewhere and did not become free in time; try again.
    #[error("store busy: {0}")]
    Busy(String),
    /// No room is left; free some and try again.
    #[error("store full: {0}: free disk space and try again")]
    Full(String),
    /// The store was written by another version of this library.
    #[error("store format {found} is not the format {supported} that this version reads and writes: {remedy}")]
    Format {
        /// As found.
        found: i64,
        /// As supported.
        supported: i64,
        /// What to do.
        remedy: &'static str,
    },
    /// Settings were to replace a version that is no longer the newest: somebody else has saved meanwhile.
    #[error(
        "the settings were edited from version {edited_from}, and version {newest} has been saved since: look at that one and edit it"
    )]
    SettingsMoved {
        /// The version that was edited; 0 where none had been saved.
        edited_from: u64,
        /// The newest.
        newest: u64,
    },
    /// The stored settings cannot be read by this version of the library. They keep.
    #[error("stored {0}")]
    Settings(#[from] SettingsError),
    /// The stored data contradict themselves or cannot be read.
    #[error("store damaged: {0}")]
    Damaged(String),
    /// What was asked contradicts what is stored: an unknown row, a link that would be taken twice.
    #[error("{0}")]
    Refused(String),
    /// Any other failure of the storage below.
    #[error("store failed: {0}")]
    Failed(String),
}

/// Durable state. Implementations are proven by the testkit's store suite; how operations move is in [`transition`].
///
/// Instants are kept at least to the millisecond.
#[async_trait]
pub trait SyncStore: ListStore {
    /// Adds operations, all or none. The same record and revision twice is one row; a newer revision supersedes an older one
    /// that has not been sent, and waits behind one that has. Operations held for a record that one of these needs are
    /// released. A skipped or dropped operation does not stand in the way of its own repetition. What is pushed of a party is
    /// noted in the host's register ([`ListStore::know`]).
    ///
    /// An operation waits for each of its `needs` that has an operation on its way (queued, held or sending; not parked), and
    /// for the previous operation of its own record. When one that is waited for is parked, the wait ends: the dependent then
    /// finds no link and is parked itself, until there is one.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a revision is unknown but older than one that is known, or known with another
    /// fingerprint or goal.
    async fn enqueue(
        &self,
        connection: &ConnectionId,
        operations: Vec<NewOperation>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Enqueued>, StoreError>;

    /// Takes or renews the connection's lease and hands out work. A lease that has run out, or is the asker's own, is taken
    /// under a new epoch if it was another's or nobody's. A pause that is over ends. A connection that was never stored is
    /// at rest as [`ConnectionState::Disconnected`]; its queue keeps. At rest no lease is taken, nor where nothing is due:
    /// looking in vain changes nothing and makes nothing durable.
    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError>;

    /// Ends the lease, if it is still this worker's, so that another need not wait. What comes under its epoch afterwards
    /// is fenced.
    async fn release(&self, connection: &ConnectionId, epoch: Epoch) -> Result<(), StoreError>;

    /// Makes an attempt durable and moves its members to sending. Nothing may be sent before this has returned.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a member is no longer ready, because a newer revision or a person has moved it since
    /// the claim: claim anew. [`StoreError::Fenced`] also where the connection has been disconnected meanwhile.
    async fn begin(
        &self,
        connection: &ConnectionId,
        epoch: Epoch,
        members: Vec<AttemptMember>,
        request: EncodedWrite,
        now: DateTime<Utc>,
    ) -> Result<Attempt, StoreError>;

    /// Settles operations with their links, and the attempt they were in. Wakes what waited for them, including operations
    /// parked until a record is linked.
    ///
    /// An operation that a newer revision or a person has moved since the claim stays where it is; its links are stored all
    /// the same, for they say what is in the books, unless a person has tied that party, item or job elsewhere since. One that goes back to the queue or is parked while a newer revision
    /// waits behind it is superseded, unless the question is whether it landed. One that is parked until a record is linked
    /// whose link was stored since the claim goes back to the queue at once. Settling the same again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a link would be taken twice, as at [`put_link`](Self::put_link), or an operation is in
    /// another attempt than the one settled.
    async fn settle(&self, settle: Settle) -> Result<(), StoreError>;

    /// Stores inbound effects and the cursor together; without a cursor the stored one stays. Links wake as those of
    /// [`put_link`](Self::put_link) do.
    async fn absorb(&self, absorb: Absorb) -> Result<(), StoreError>;

    /// Links of records, in order of the keys; `None` where there is none.
    async fn links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<Option<Link>>, StoreError>;

    /// Links to package records, whatever the host's records are, in order of their keys.
    async fn links_to(&self, connection: &ConnectionId, remotes: &[RemoteId]) -> Result<Vec<Link>, StoreError>;

    /// A page of links of a kind, in order of the host's ids, behind `after`; a limit of 0 means 1,000.
    async fn list_links(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError>;

    /// Stores a link made by hand or import, in place of an earlier one, and wakes operations parked until that record is
    /// linked, unless the package record [cannot be named](Link::is_broken). An earlier link to another record is kept
    /// among the [past ones](Self::past_links), here as at every other verb that stores links.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the package record is already linked to another host record of the same kind, unless
    /// that kind is products (F40).
    async fn put_link(&self, connection: &ConnectionId, link: Link, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Stores a link that a person has chosen, as [`put_link`](Self::put_link) does; the past one says who (F16, F17).
    ///
    /// # Errors
    /// Those of [`put_link`](Self::put_link).
    async fn relink(
        &self,
        connection: &ConnectionId,
        link: Link,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Ends a link by a person's word; it is kept among the past ones. Ending what is not there succeeds.
    async fn remove_link(
        &self,
        connection: &ConnectionId,
        key: &RecordKey,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Links of records that have ended, record by record in the order asked, oldest end first.
    async fn past_links(&self, connection: &ConnectionId, keys: &[RecordKey]) -> Result<Vec<PastLink>, StoreError>;

    /// Links whose record [cannot be named](Link::is_broken) any more, in order of their keys (R29).
    async fn broken_links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError>;

    /// Operations, in order of arrival.
    async fn operations(&self, connection: &ConnectionId, query: OperationQuery) -> Result<Vec<Operation>, StoreError>;

    /// The newest operation of a record, whatever became of it; `None` where it has never been pushed.
    async fn newest(&self, connection: &ConnectionId, key: &RecordKey) -> Result<Option<Operation>, StoreError>;

    /// The newest operation of each record, in order of the keys; `None` where one has never been pushed.
    async fn newest_of(
        &self,
        connection: &ConnectionId,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Operation>>, StoreError>;

    /// Makes queued operations due that were to wait until later, and returns how many. What waits for another operation
    /// goes on waiting, and so does the connection.
    async fn hasten(&self, connection: &ConnectionId, scope: &Scope, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// How many operations of each kind are in which state; outcomes of done ones count apart (`done.created`).
    async fn counts(&self, connection: &ConnectionId) -> Result<Counts, StoreError>;

    /// Children that count to a parent's progress, in order of their keys. Each counts by its newest operation that was
    /// neither skipped, dropped nor superseded, unless that one is to void it or names another parent or no net amount.
    async fn progress(&self, connection: &ConnectionId, parent: &RecordKey) -> Result<Vec<Progress>, StoreError>;

    /// For each record and the name that it has: other records of its kind that carry that name, which is two documents of
    /// the host under one number. Each record carries the name of its newest operation that was neither skipped, dropped
    /// nor superseded, unless that one is to void it. Those that were pushed last come first; at most `limit` of each name.
    async fn namesakes(
        &self,
        connection: &ConnectionId,
        named: &[(RecordKey, String)],
        limit: usize,
    ) -> Result<Vec<Vec<RecordKey>>, StoreError>;

    /// Records a person's decision on a parked operation and moves it on. `link` comes with [`Decision::Adopt`]: it is
    /// stored, and the operation goes back to the queue under the same generation, to be compared with what is there. A
    /// newer revision that waits behind it takes its place.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the operation is not parked, the link does not fit, or it would be taken twice.
    async fn decide(
        &self,
        connection: &ConnectionId,
        operation: OperationId,
        decision: RecordedDecision,
        link: Option<Link>,
    ) -> Result<(), StoreError>;

    /// The connection, if it is known.
    async fn connection(&self, connection: &ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// Stores a connection: its first time, a reconnect, a disconnect. Once pinned to an organisation it stays pinned, also
    /// where none is given.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where it is pinned to another organisation (R55).
    async fn put_connection(&self, connection: Connection) -> Result<(), StoreError>;

    /// How far the setting up of the connection has come; `None` where it has not begun.
    async fn onboarding(&self, connection: &ConnectionId) -> Result<Option<Onboarding>, StoreError>;

    /// Stores how far it has come, if it still is where it was seen; `false` where somebody else was quicker.
    async fn put_onboarding(
        &self,
        connection: &ConnectionId,
        seen: Option<&Onboarding>,
        now: &Onboarding,
    ) -> Result<bool, StoreError>;

    /// The newest settings with their version, counting from 1; `None` where none were saved.
    ///
    /// # Errors
    /// [`StoreError::Settings`] where a newer version of this library has written them.
    async fn settings(&self, connection: &ConnectionId) -> Result<Option<(u64, Settings)>, StoreError>;

    /// One version of the settings; `None` where there is none of that number.
    ///
    /// # Errors
    /// As those of [`settings`](Self::settings).
    async fn settings_at(&self, connection: &ConnectionId, version: u64) -> Result<Option<SavedSettings>, StoreError>;

    /// The versions of the settings, oldest first. Unlike the settings themselves they can always be read.
    async fn settings_versions(&self, connection: &ConnectionId) -> Result<Vec<SettingsVersion>, StoreError>;

    /// Saves settings as the next version and returns it. Every version is kept (F104).
    ///
    /// # Errors
    /// [`StoreError::SettingsMoved`] where `edited_from` is given and is not the newest version, 0 standing for none;
    /// [`StoreError::Settings`] where the newest is in a format that this library cannot read, so that it would be
    /// overruled unseen.
    async fn save_settings(
        &self,
        connection: &ConnectionId,
        settings: Settings,
        edited_from: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Facts about the organisation as last read, and when, UTC.
    async fn organisation(
        &self,
        connection: &ConnectionId,
    ) -> Result<Option<(DateTime<Utc>, Organisation)>, StoreError>;

    /// Replaces the facts about the organisation.
    async fn put_organisation(
        &self,
        connection: &ConnectionId,
        organisation: Organisation,
        read_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// How far a feed has been read.
    async fn cursor(&self, connection: &ConnectionId, feed: ChangeFeed) -> Result<Option<Cursor>, StoreError>;
}
