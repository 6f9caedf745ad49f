//! Why a number is not to be had, or not to be used.

use chrono::{DateTime, Utc};

use crate::ids::{BlockId, DeviceId};
use crate::model::{RecordKey, RecordKind};
use crate::store::StoreError;

/// Why something about numbers was refused. Nothing of a refused verb has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// A series whose numbers could be taken for those of another.
    #[error("series {prefix:?}: {reason}")]
    Series {
        /// Its prefix.
        prefix: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A text that no series of this prefix has given.
    #[error("number {number:?} is not of the series {prefix:?}: give {prefix:?} followed by digits only")]
    NotOfSeries {
        /// The text.
        number: String,
        /// Prefix of the series.
        prefix: String,
    },
    /// A text that is no number of any series: a prefix and then digits.
    #[error(
        "number {number:?} does not end in digits, or in more than a series can count: give the number as it was taken"
    )]
    NoNumber {
        /// The text.
        number: String,
    },
    /// The series has come to its end.
    #[error("series {prefix:?} has no {wanted} numbers left: choose another prefix")]
    Exhausted {
        /// Prefix of the series.
        prefix: String,
        /// How many were wanted.
        wanted: u64,
    },
    /// The accounting package has no room for such a number.
    #[error(
        "{kind} number {number:?} has {length} characters, the accounting package takes {limit}: shorten the prefix or the width of the series"
    )]
    TooLong {
        /// Kind of the documents.
        kind: RecordKind,
        /// The longest number asked for.
        number: String,
        /// Its characters.
        length: usize,
        /// As many as are taken.
        limit: usize,
    },
    /// The accounting package does not take a character of the prefix.
    #[error(
        "{kind} number {number:?} holds {odd:?}, the accounting package takes only letters without accents, digits and common signs: change the prefix of the series"
    )]
    Characters {
        /// Kind of the documents.
        kind: RecordKind,
        /// A number.
        number: String,
        /// The first character that is not taken.
        odd: char,
    },
    /// A start below what has been handed out.
    #[error(
        "series {prefix:?} cannot start at {start}: its numbers below {next} have been handed out; start at {next} or above"
    )]
    StartTooLow {
        /// Prefix of the series.
        prefix: String,
        /// As wished.
        start: u64,
        /// The first that has not been handed out.
        next: u64,
    },
    /// Another document has the number (R10).
    #[error("{document} cannot have number {number:?}, which {holder} has: give it another number")]
    Taken {
        /// The number.
        number: String,
        /// Who asks for it.
        document: RecordKey,
        /// Who has it.
        holder: RecordKey,
    },
    /// The number is not of a block of this device.
    #[error("number {number:?} was never leased to device {device}{}: give the document a number of its own block",
        .holder.as_ref().map_or_else(String::new, |holder| format!(", but to {holder}")))]
    NotLeased {
        /// The number.
        number: String,
        /// Who reports it.
        device: DeviceId,
        /// Whose block it is of.
        holder: Option<DeviceId>,
    },
    /// The number was taken back from the device before it reported it, and may be on another device by now.
    #[error(
        "number {number:?} was taken back from device {device} by {by} on {}: give the document a new number",
        .at.format("%Y-%m-%d %H:%M UTC")
    )]
    Reclaimed {
        /// The number.
        number: String,
        /// Who reports it.
        device: DeviceId,
        /// Who took it back.
        by: String,
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// The device was declared gone: it gets no more numbers.
    #[error(
        "device {device} was declared gone by {by} on {}: set the app up as a new device",
        .at.format("%Y-%m-%d %H:%M UTC")
    )]
    DeviceGone {
        /// The device.
        device: DeviceId,
        /// Who declared it.
        by: String,
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// Numbers of a device that may still use them.
    #[error("block {block} is leased to device {device}, which may still use it: declare the device gone first")]
    DeviceInUse {
        /// The block.
        block: BlockId,
        /// Whose it is.
        device: DeviceId,
    },
    /// There is no such block.
    #[error("there is no block {0} of numbers: look it up in the list of blocks")]
    UnknownBlock(BlockId),
    /// A request that was answered long ago, and whose numbers are in use.
    #[error(
        "device {device} asks again for the block of its request {request:?}, {reason}: set the app up as a new device, under an id of its own"
    )]
    RequestReused {
        /// Who asks.
        device: DeviceId,
        /// Under which key.
        request: String,
        /// What has become of the block.
        reason: &'static str,
    },
    /// A block that is not for this device or kind.
    #[error("block {block} of {found} is not for {expected}: hand it to the device that asked for it")]
    OtherBlock {
        /// The block.
        block: BlockId,
        /// Whose and for what it is.
        found: String,
        /// Who was offered it.
        expected: String,
    },
    /// The package numbers these documents itself.
    #[error(
        "the settings leave the numbers of each {kind} to the accounting package: it needs no series, or set numbers.{} to \"host\"",
        .kind.as_str()
    )]
    PackageNumbers {
        /// Kind of the documents.
        kind: RecordKind,
    },
    /// No series is set.
    #[error("no series of numbers is set for each {kind}: set series.{} in the settings", .kind.as_str())]
    NoSeries {
        /// Kind of the documents.
        kind: RecordKind,
    },
    /// A device without numbers that could not get any.
    #[error("device {device} has no {kind} number left: let it connect once, so that it can fetch a block")]
    NoneLeft {
        /// The device.
        device: DeviceId,
        /// Kind of the documents.
        kind: RecordKind,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
