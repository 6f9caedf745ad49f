//! Blocks of numbers: what a lease gives, and what may become of their numbers. Every store asks here, so that they all
//! judge the same way and differ only in how they keep and find rows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::series::{self, LARGEST, LARGEST_BLOCK};
use super::{LeaseRequest, NumberError};
use crate::ids::{BlockId, DeviceId};
use crate::model::{RecordKey, RecordKind};

/// Numbers in a row that one device alone may use (F79).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its id; grows in order of leasing.
    pub id: BlockId,
    /// Kind of the documents that they are for.
    pub kind: RecordKind,
    /// What each of them begins with.
    pub prefix: String,
    /// Digits at least.
    pub width: u8,
    /// The first.
    pub first: u64,
    /// The last, which is in it.
    pub last: u64,
    /// Whose it is.
    pub device: DeviceId,
    /// Since when, UTC.
    pub leased_at: DateTime<Utc>,
}

impl Block {
    /// How many numbers it was given.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.last + 1).saturating_sub(self.first)
    }

    /// Whether a value is in it.
    #[must_use]
    pub fn holds(&self, value: u64) -> bool {
        (self.first..=self.last).contains(&value)
    }

    /// A number of it, as it stands on a document.
    #[must_use]
    pub fn format(&self, value: u64) -> String {
        series::write(&self.prefix, self.width, value)
    }
}

/// Who has done something about numbers, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who, as the host names people.
    pub by: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// A block and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockState {
    /// The block.
    pub block: Block,
    /// Under which key it was asked for.
    pub request: String,
    /// How many of its numbers documents have.
    pub used: u64,
    /// How many of these documents count no more.
    pub voided: u64,
    /// Who has declared the device gone.
    pub gone: Option<Act>,
    /// Who has taken back what was not used.
    pub reclaimed: Option<Act>,
}

impl BlockState {
    /// A block as it was just leased.
    #[must_use]
    pub fn new(block: Block, request: String) -> Self {
        Self { block, request, used: 0, voided: 0, gone: None, reclaimed: None }
    }
}

/// Judges a lease: the block that the same request got before, or `None` where a new one is due. `known` is the block of the
/// same device's request of the same key.
///
/// # Errors
/// [`NumberError::DeviceGone`], [`NumberError::RequestReused`], [`NumberError::Series`].
pub fn admit_lease(
    request: &LeaseRequest,
    gone: Option<&Act>,
    known: Option<&BlockState>,
) -> Result<Option<Block>, NumberError> {
    if let Some(Act { by, at }) = gone {
        return Err(NumberError::DeviceGone { device: request.device.clone(), by: by.clone(), at: *at });
    }
    let Some(known) = known else {
        request.series.check()?;
        if request.size == 0 || request.size > LARGEST_BLOCK {
            let reason = format!("a block of {} was asked for: ask for 1 to {LARGEST_BLOCK} numbers", request.size);
            return Err(NumberError::Series { prefix: request.series.prefix.clone(), reason });
        }
        return Ok(None);
    };
    // Who uses a block has got the answer, and asks no more. One who does has forgotten what it has used (F81).
    let reason = if known.block.kind != request.kind {
        "which is for documents of another kind"
    } else if known.used > 0 {
        "of which numbers are in use"
    } else {
        return Ok(Some(known.block.clone()));
    };
    let (device, request) = (request.device.clone(), request.request.clone());
    Err(NumberError::RequestReused { device, request, reason })
}

/// What a lease takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allotment {
    /// The first value.
    pub first: u64,
    /// The last value, which is in it.
    pub last: u64,
    /// Whether they were taken back from another device; else they are new.
    pub reclaimed: bool,
}

/// Which values a lease takes: what was taken back comes first, as far as it is above the start, then what was never given.
/// `free` is the lowest range of values taken back that reaches the start; `next` the first value never given. A range that
/// is shorter than the size makes a shorter block.
///
/// # Errors
/// [`NumberError::Exhausted`].
pub fn allot(request: &LeaseRequest, next: Option<u64>, free: Option<(u64, u64)>) -> Result<Allotment, NumberError> {
    let start = request.series.start;
    let more = u64::from(request.size).saturating_sub(1);
    if let Some((first, last)) = free.filter(|(_, last)| *last >= start) {
        let first = first.max(start);
        return Ok(Allotment { first, last: last.min(first.saturating_add(more)), reclaimed: true });
    }
    let first = next.unwrap_or(start).max(start);
    // One is left over at the end, so that the value after the last can be kept.
    let last = first.checked_add(more).filter(|last| *last < LARGEST);
    let exhausted =
        || NumberError::Exhausted { prefix: request.series.prefix.clone(), wanted: u64::from(request.size) };
    Ok(Allotment { first, last: last.ok_or_else(exhausted)?, reclaimed: false })
}

/// What is known of a number that a device reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// The document that has it.
    pub holder: Option<&'a RecordKey>,
    /// The newest block of the device that it is of.
    pub own: Option<&'a BlockState>,
    /// The device whose block it is of now.
    pub leased_to: Option<&'a DeviceId>,
}

/// Judges the use of a number: whether it is new; `false` where the same was reported before.
///
/// # Errors
/// [`NumberError::Taken`], [`NumberError::Reclaimed`], [`NumberError::NotLeased`].
pub fn admit_use(
    number: &str,
    document: &RecordKey,
    device: &DeviceId,
    standing: Standing<'_>,
) -> Result<bool, NumberError> {
    let number = || number.trim().to_owned();
    match (standing.holder, standing.own) {
        (Some(holder), _) if holder == document => Ok(false),
        (Some(holder), _) => {
            Err(NumberError::Taken { number: number(), document: document.clone(), holder: holder.clone() })
        }
        (None, None) => {
            let holder = standing.leased_to.filter(|other| *other != device).cloned();
            Err(NumberError::NotLeased { number: number(), device: device.clone(), holder })
        }
        (None, Some(BlockState { reclaimed: Some(Act { by, at }), .. })) => {
            Err(NumberError::Reclaimed { number: number(), device: device.clone(), by: by.clone(), at: *at })
        }
        // A device that was declared gone and comes back with what it had written keeps its numbers: nobody else has them.
        (None, Some(_)) => Ok(true),
    }
}

/// Judges the taking back of a block: whether there is anything to do.
///
/// # Errors
/// [`NumberError::DeviceInUse`].
pub fn admit_reclaim(state: &BlockState) -> Result<bool, NumberError> {
    let Block { id, device, .. } = &state.block;
    match (&state.reclaimed, &state.gone) {
        (Some(_), _) => Ok(false),
        (None, Some(_)) => Ok(true),
        (None, None) => Err(NumberError::DeviceInUse { block: *id, device: device.clone() }),
    }
}

/// What of a range is not among the values given, which come in order.
#[must_use]
pub fn unused(first: u64, last: u64, used: impl IntoIterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut from = first;
    let mut left = Vec::new();
    for value in used {
        if value > from {
            left.push((from, value - 1));
        }
        from = from.max(value + 1);
    }
    if from <= last {
        left.push((from, last));
    }
    left
}
