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

pub mod transition;

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Parked;
use crate::ids::{
    AttemptId, ConnectionId, Cursor, Epoch, Generation, LocalId, OperationId, OrganisationId, RemoteId, Revision,
    VersionToken, WorkerId,
};
use crate::model::{RecordKey, RecordKind};
use crate::money::Totals;
use crate::provider::{
    CatalogueEntry, CatalogueKind, ChangeFeed, EncodedWrite, Intent, Organisation, ProbeTarget, RemoteStatus, Settled,
};
use crate::settings::Settings;

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

/// What an operation is to achieve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The books show this revision: created or updated as needed.
    Present,
    /// The books count it no more.
    Voided,
}

/// An operation on its way into the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOperation {
    /// The host's record.
    pub key: RecordKey,
    /// What people call it.
    pub name: String,
    /// What to achieve.
    pub goal: Goal,
    /// The host's revision; where absent the store counts, and an equal fingerprint is the same revision.
    pub revision: Option<Revision>,
    /// The record in its JSON form (an allocation in that of its operation).
    pub record: String,
    /// Digest of `record`.
    pub fingerprint: String,
    /// Records that must have settled first.
    pub needs: Vec<RecordKey>,
    /// The record whose progress it counts to: the order of an invoice.
    pub parent: Option<RecordKey>,
    /// Net amount that it counts there, before tax, in the document's currency.
    pub net: Option<Decimal>,
    /// Where it begins.
    pub start: Start,
}

/// Where an operation begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Ready to be sent.
    Queued,
    /// Waits until another operation needs its record (F34).
    Held,
    /// Waits for a person.
    Parked(Parked),
    /// Is not to be sent; the reason is for the person who wonders.
    Skipped(String),
}

/// What enqueueing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// The row that stands for the revision.
    pub operation: OperationId,
    /// Its revision.
    pub revision: Revision,
    /// Whether the row is new; `false`: the same revision was there already.
    pub new: bool,
}

/// State of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperationState {
    /// Ready, unless blocked or not yet due.
    Queued,
    /// Waits until its record is needed.
    Held,
    /// In an attempt whose fate is not settled: being sent, or in doubt.
    Sending {
        /// The attempt.
        attempt: AttemptId,
    },
    /// Waits for a person.
    Parked {
        /// The question.
        parked: Parked,
    },
    /// Over.
    Done {
        /// How it ended.
        outcome: Outcome,
    },
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The record was created.
    Created,
    /// Owned fields were updated.
    Updated,
    /// The record was voided, deleted or archived.
    Voided,
    /// The books showed it already.
    Unchanged,
    /// Not sent, for the reason given.
    Skipped {
        /// Why.
        reason: String,
    },
    /// A newer revision took its place before it was sent.
    Superseded,
    /// A person declared it done without sending.
    MarkedDone,
    /// A person dropped it.
    Dropped,
}

impl Outcome {
    /// Whether the books now show what the operation wanted.
    #[must_use]
    pub fn is_in_books(&self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Voided | Self::Unchanged | Self::MarkedDone)
    }
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id; grows in order of arrival.
    pub id: OperationId,
    /// The host's record.
    pub key: RecordKey,
    /// What people call it.
    pub name: String,
    /// What to achieve.
    pub goal: Goal,
    /// Revision of the record.
    pub revision: Revision,
    /// How often it has been proven that it may be sent anew.
    pub generation: Generation,
    /// The record in its JSON form.
    pub record: String,
    /// Digest of `record`.
    pub fingerprint: String,
    /// The record whose progress it counts to.
    pub parent: Option<RecordKey>,
    /// Net amount that it counts there.
    pub net: Option<Decimal>,
    /// State.
    pub state: OperationState,
    /// Unsettled records that it waits for.
    pub waits_for: Vec<RecordKey>,
    /// Not to be sent before, UTC.
    pub not_before: DateTime<Utc>,
    /// How often a worker has claimed it since it last got anywhere.
    pub claims: u32,
    /// How many transient failures in a row it has seen.
    pub failures: u32,
    /// The last failure in one line, for the person who wonders.
    pub last_error: Option<String>,
    /// When it arrived, UTC.
    pub created_at: DateTime<Utc>,
    /// When it last changed, UTC.
    pub updated_at: DateTime<Utc>,
    /// Decisions that people have taken on it, oldest first.
    pub decisions: Vec<RecordedDecision>,
}

/// One sending, durable before the first byte leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Its members, in the order of the encoded request.
    pub members: Vec<AttemptMember>,
    /// The request, byte for byte.
    pub request: EncodedWrite,
    /// When it was begun: no byte left earlier. UTC.
    pub begun_at: DateTime<Utc>,
    /// When to look at it again, UTC; at once after [`begin`](SyncStore::begin).
    pub not_before: DateTime<Utc>,
    /// How often it has been sent or looked for, the present time included: 1 from the beginning, and one more with each
    /// claim that hands it out.
    pub tries: u32,
}

/// One operation's part in an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptMember {
    /// The operation.
    pub operation: OperationId,
    /// How to look for it.
    pub probe: ProbeTarget,
    /// What was planned, in JSON: the evidence that a found record is ours.
    pub planned: String,
}

/// A durable tie between a host record and a package record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The host's record.
    pub key: RecordKey,
    /// The package's id.
    pub remote: RemoteId,
    /// Number, item code or name as the package has it.
    pub number: Option<String>,
    /// Version as last seen.
    pub version: Option<VersionToken>,
    /// Revision last written; `None` for a link made by hand or import.
    pub revision: Option<Revision>,
    /// Digest of what was last written.
    pub fingerprint: Option<String>,
    /// Status as last seen.
    pub status: RemoteStatus,
    /// Totals as the package reckoned them.
    pub totals: Option<Totals>,
    /// What had been applied, as last seen.
    pub settled: Option<Settled>,
    /// When `status`, `totals` and `settled` were seen, UTC.
    pub seen_at: DateTime<Utc>,
    /// Ids of the document's lines as last written, in order; empty text for lines whose id is not known.
    pub line_ids: Vec<RemoteId>,
    /// How it came about.
    pub origin: LinkOrigin,
    /// Link for a person into the package's pages.
    pub url: Option<String>,
    /// A party whose documents stay in the host (L16).
    #[serde(default)]
    pub suppressed: bool,
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

/// What a worker asks for.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// The connection.
    pub connection: ConnectionId,
    /// Who asks.
    pub worker: WorkerId,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// Until when the lease is to hold, UTC.
    pub until: DateTime<Utc>,
    /// Most operations to hand out, and most attempts.
    pub limit: usize,
}

/// What a claim got.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Claim {
    /// Another worker acts for the connection.
    Busy {
        /// Until when its lease holds, UTC.
        until: DateTime<Utc>,
    },
    /// The connection is at rest: paused, disconnected or in need of a reconnect.
    Resting(ConnectionState),
    /// Work.
    Work(Work),
}

/// Work for the holder of the lease. Claiming counts a claim on each operation; operations stay queued.
#[derive(Clone, Debug)]
pub struct Work {
    /// Fence for everything that follows.
    pub epoch: Epoch,
    /// Attempts without a settled fate that are due, oldest first, each with the operations of its members in their order.
    /// Those that are still in doubt are [`Sending`](OperationState::Sending) in this attempt; the others are settled and
    /// are there because the request holds them. Attempts come before all else.
    pub attempts: Vec<(Attempt, Vec<Operation>)>,
    /// Operations that are queued, due and wait for nothing, in order of arrival; at most one per record.
    pub operations: Vec<Operation>,
    /// When the next attempt or operation falls due that is not due yet, UTC.
    pub next_due: Option<DateTime<Utc>>,
}

/// What happens to one operation when an attempt or a plan is settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// The operation.
    pub operation: OperationId,
    /// What becomes of it.
    pub step: Step,
    /// Links to store with it.
    pub links: Vec<Link>,
}

/// What becomes of an operation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// It is over.
    Done(Outcome),
    /// A person must look.
    Park(Parked),
    /// It goes back to the queue under the same generation: nothing was sent, or nothing landed.
    Retry {
        /// Not before, UTC.
        not_before: DateTime<Utc>,
        /// Why, one line.
        error: String,
        /// Whether it counts as a failure of this operation, rather than of the connection.
        counts: bool,
    },
    /// It goes back to the queue under the next generation: it is proven that the earlier sending did not and will not land.
    NextGeneration {
        /// Why, one line.
        error: String,
    },
    /// Its fate stays unknown; the attempt stays open.
    InDoubt {
        /// Why, one line.
        error: String,
    },
}

impl Step {
    /// Stable name, for traces.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Park(_) => "park",
            Self::Retry { .. } => "retry",
            Self::NextGeneration { .. } => "next generation",
            Self::InDoubt { .. } => "in doubt",
        }
    }
}

/// One settling.
#[derive(Clone, Debug)]
pub struct Settle {
    /// The connection.
    pub connection: ConnectionId,
    /// Fence.
    pub epoch: Epoch,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// The attempt that is settled, if any. It closes when no member stays in doubt; else it is due again at `attempt_due`.
    pub attempt: Option<AttemptId>,
    /// When an attempt with members in doubt is to be looked at again, UTC.
    pub attempt_due: DateTime<Utc>,
    /// What becomes of the operations.
    pub settlements: Vec<Settlement>,
    /// A new state of the connection: pause, reconnect.
    pub connection_state: Option<ConnectionState>,
}

/// State of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionState {
    /// Works.
    Connected,
    /// Waits for the package's limits or its return.
    Paused {
        /// Until when, UTC.
        until: DateTime<Utc>,
        /// Why, one line.
        reason: String,
    },
    /// A person must sign in again; the queue keeps.
    NeedsReconnect {
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// Why, one line.
        reason: String,
    },
    /// Ended by a person; links, settings, cursors and the queue keep (F9).
    Disconnected,
}

/// A connection as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The organisation that it is pinned to (R55).
    pub organisation: Option<OrganisationId>,
    /// State.
    pub state: ConnectionState,
}

/// A person's answer to a parked operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Send it: under the next generation, for whoever decides has looked.
    Retry,
    /// This record in the books is the one; link it and go on from there.
    Adopt {
        /// The package's id.
        remote: RemoteId,
    },
    /// The books are right as they are; send nothing.
    MarkDone,
    /// Forget this operation.
    Drop,
}

/// A decision with who took it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedDecision {
    /// What was decided.
    pub decision: Decision,
    /// Who decided, in the host's words.
    pub by: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// Which operations to list.
#[derive(Clone, Debug, Default)]
pub struct OperationQuery {
    /// Only of this record.
    pub key: Option<RecordKey>,
    /// Only in these states.
    pub states: Vec<StateFilter>,
    /// Only behind this id.
    pub after: Option<OperationId>,
    /// At most so many; 0 means 1,000.
    pub limit: usize,
}

/// States to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Queued.
    Queued,
    /// Held.
    Held,
    /// In an attempt.
    Sending,
    /// Parked.
    Parked,
    /// Done.
    Done,
}

impl StateFilter {
    /// Whether a state is meant.
    #[must_use]
    pub fn matches(self, state: &OperationState) -> bool {
        matches!(
            (self, state),
            (Self::Queued, OperationState::Queued)
                | (Self::Held, OperationState::Held)
                | (Self::Sending, OperationState::Sending { .. })
                | (Self::Parked, OperationState::Parked { .. })
                | (Self::Done, OperationState::Done { .. })
        )
    }
}

/// How many operations of a kind are in which state.
pub type Counts = BTreeMap<(RecordKind, &'static str), u64>;

/// One child in the progress of a parent: an invoice of an order, as the host wants it now. See
/// [`SyncStore::progress`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The child.
    pub key: RecordKey,
    /// What it counts, before tax.
    pub net: Decimal,
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
    /// Where to go on; stored together with the links.
    pub cursor: Option<Cursor>,
}

/// Durable state. Implementations are proven by the testkit's store suite; how operations move is in [`transition`].
///
/// Instants are kept at least to the millisecond.
#[async_trait]
pub trait SyncStore: Send + Sync + fmt::Debug {
    /// Adds operations, all or none. The same record and revision twice is one row; a newer revision supersedes an older one
    /// that has not been sent, and waits behind one that has. Operations held for a record that one of these needs are
    /// released. A skipped or dropped operation does not stand in the way of its own repetition.
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
    /// at rest as [`ConnectionState::Disconnected`]; its queue keeps. At rest no lease is taken.
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
    /// the same, for they say what is in the books. One that goes back to the queue or is parked while a newer revision
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
    /// linked.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the package record is already linked to another host record of the same kind, unless
    /// that kind is products (F40).
    async fn put_link(&self, connection: &ConnectionId, link: Link, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Forgets a link. Forgetting what is not there succeeds.
    async fn remove_link(&self, connection: &ConnectionId, key: &RecordKey) -> Result<(), StoreError>;

    /// Operations, in order of arrival.
    async fn operations(&self, connection: &ConnectionId, query: OperationQuery) -> Result<Vec<Operation>, StoreError>;

    /// How many operations of each kind are in which state; outcomes of done ones count apart (`done.created`).
    async fn counts(&self, connection: &ConnectionId) -> Result<Counts, StoreError>;

    /// Children that count to a parent's progress, in order of their keys. Each counts by its newest operation that was
    /// neither skipped, dropped nor superseded, unless that one is to void it or names another parent or no net amount.
    async fn progress(&self, connection: &ConnectionId, parent: &RecordKey) -> Result<Vec<Progress>, StoreError>;

    /// Another record of the same kind that carries the same name: two documents of the host under one number. Each record
    /// carries the name of its newest operation that was neither skipped, dropped nor superseded, unless that one is to
    /// void it; of several such records the one that was pushed last.
    async fn namesake(
        &self,
        connection: &ConnectionId,
        key: &RecordKey,
        name: &str,
    ) -> Result<Option<RecordKey>, StoreError>;

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

    /// The newest settings with their version, counting from 1; `None` where none were saved.
    async fn settings(&self, connection: &ConnectionId) -> Result<Option<(u64, Settings)>, StoreError>;

    /// Saves settings as the next version and returns it. Every version is kept (F104).
    async fn save_settings(
        &self,
        connection: &ConnectionId,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// A list of the package as last read, and when, UTC.
    async fn catalogue(
        &self,
        connection: &ConnectionId,
        kind: CatalogueKind,
    ) -> Result<Option<(DateTime<Utc>, Vec<CatalogueEntry>)>, StoreError>;

    /// Replaces a list of the package.
    async fn put_catalogue(
        &self,
        connection: &ConnectionId,
        kind: CatalogueKind,
        entries: Vec<CatalogueEntry>,
        read_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

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

/// The key of a request: what it intends and for which states of which records, hashed, so that a retry of the same bytes
/// carries the same key and everything else another one (R3, X10). 64 hex digits.
#[must_use]
pub fn idempotency_key(
    connection: &ConnectionId,
    intent: Intent,
    members: impl IntoIterator<Item = (RecordKey, Revision, Generation)>,
) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    // Every part ends with a byte that no text contains, so that parts cannot flow into one another.
    let mut part = |text: &str| {
        digest.update(text.as_bytes());
        digest.update([0xff]);
    };
    part(connection.as_str());
    part(intent.as_str());
    for (key, revision, generation) in members {
        part(key.kind.as_str());
        part(key.id.as_str());
        part(&revision.0.to_string());
        part(&generation.0.to_string());
    }
    crate::hex(&digest.finalize())
}
