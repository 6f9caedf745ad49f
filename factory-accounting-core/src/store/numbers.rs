//! The seam to the register of numbers: which device has which, and which document.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ids::{BlockId, ConnectionId, DeviceId};
use crate::model::{RecordKey, RecordKind};
use crate::numbers::{Block, BlockState, GapReport, NumberError};
use crate::settings::NumberSeries;

/// What a device asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Kind of the documents.
    pub kind: RecordKind,
    /// The series as the settings have it now.
    pub series: NumberSeries,
    /// Who asks: one installation of an app.
    pub device: DeviceId,
    /// The request's own key: the same, asked again after a lost answer, gets the same block.
    pub request: String,
    /// How many numbers.
    pub size: u32,
}

/// A document and the number that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberUse {
    /// The number as it stands on the document.
    pub number: String,
    /// The document; its kind says of which series the number is.
    pub document: RecordKey,
}

/// A use that was not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedUse {
    /// What was reported.
    pub refused: NumberUse,
    /// Why.
    pub why: NumberError,
}

/// Which blocks to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockQuery {
    /// Kind of the documents.
    pub kind: RecordKind,
    /// Only those of this device.
    pub device: Option<DeviceId>,
    /// Only those leased after this one.
    pub after: Option<BlockId>,
    /// At most so many; 0 means 1,000.
    pub limit: usize,
}

/// Which numbers to account for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapQuery {
    /// Kind of the documents.
    pub kind: RecordKind,
    /// Prefix of the numbers.
    pub prefix: String,
    /// From this value.
    pub first: u64,
    /// To this value, which is in it; whatever has been reached where it is beyond.
    pub last: u64,
    /// At most so many gaps; 0 means 1,000.
    pub limit: usize,
}

/// The register of numbers. Implementations are proven by the testkit's number store suite; how numbers are given and judged
/// is in [`numbers`](crate::numbers). Each verb is one transaction. Runs of numbers are told apart by connection, kind and
/// prefix.
#[async_trait]
pub trait NumberStore: Send + Sync + fmt::Debug {
    /// Leases numbers to a device: those that were taken back first, else those that follow what was given last. No number is
    /// given twice unless it was [taken back](Self::reclaim). The block is shorter than asked for where it is of numbers that
    /// were taken back. Asking again under the same key gives the same block, as long as none of its numbers is reported.
    ///
    /// # Errors
    /// [`NumberError::DeviceGone`], [`NumberError::RequestReused`], [`NumberError::Series`], [`NumberError::Exhausted`].
    async fn lease(
        &self,
        connection: &ConnectionId,
        request: LeaseRequest,
        now: DateTime<Utc>,
    ) -> Result<Block, NumberError>;

    /// Records which documents have which numbers of a device, each for itself, and returns those that it does not record, in
    /// order: [`NumberError::Taken`], [`NumberError::Reclaimed`], [`NumberError::NotLeased`], [`NumberError::NoNumber`]. The
    /// same again changes nothing.
    async fn mark_used(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        uses: Vec<NumberUse>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedUse>, NumberError>;

    /// Records that documents count no more. Their numbers stay theirs. Documents without a number are passed over.
    async fn mark_voided(
        &self,
        connection: &ConnectionId,
        documents: &[RecordKey],
        now: DateTime<Utc>,
    ) -> Result<(), NumberError>;

    /// The document that has a number of a series.
    ///
    /// # Errors
    /// [`NumberError::NoNumber`].
    async fn holder(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        number: &str,
    ) -> Result<Option<RecordKey>, NumberError>;

    /// Declares a device gone: it gets no more blocks, and what it has not used can be taken back. Doing so again changes
    /// nothing.
    async fn retire(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), NumberError>;

    /// Takes back what a device that is gone has not used of a block, for the next lease, and returns how many numbers these
    /// are. What the device reports of them afterwards is refused. Doing so again changes nothing.
    ///
    /// # Errors
    /// [`NumberError::UnknownBlock`], [`NumberError::DeviceInUse`].
    async fn reclaim(
        &self,
        connection: &ConnectionId,
        block: BlockId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, NumberError>;

    /// Blocks in order of leasing.
    async fn blocks(&self, connection: &ConnectionId, query: BlockQuery) -> Result<Vec<BlockState>, NumberError>;

    /// The first value of a prefix that was never given; `None` where none was.
    async fn next_value(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        prefix: &str,
    ) -> Result<Option<u64>, NumberError>;

    /// Which numbers of a range no living document has, and why; sums over the whole range whatever the limit (F80).
    async fn gaps(&self, connection: &ConnectionId, query: GapQuery) -> Result<GapReport, NumberError>;
}
