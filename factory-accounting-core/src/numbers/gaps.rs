//! Which numbers are missing, and why (F80, F81).

use std::fmt;

use chrono::{DateTime, Utc};

use super::Act;
use crate::ids::{DeviceId, LocalId};

/// How many gaps a limit of 0 means.
pub const USUAL_LIMIT: usize = 1_000;

/// Numbers in a row that no living document has, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first value.
    pub first: u64,
    /// The last value, which is in it.
    pub last: u64,
    /// Why.
    pub why: GapReason,
}

/// Why numbers are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapReason {
    /// A device has them and may still use them, or has used them without having told yet (F80).
    Leased {
        /// The device.
        device: DeviceId,
        /// Since when, UTC.
        since: DateTime<Utc>,
    },
    /// They were with a device that is gone (F81).
    Abandoned {
        /// The device.
        device: DeviceId,
        /// Who has declared it gone, and when.
        gone: Act,
    },
    /// They were taken back and wait for the next lease.
    Reclaimed(Act),
    /// They were never given: the start of the series was raised beyond them.
    Skipped,
    /// The document that has it counts no more.
    Voided {
        /// The document.
        document: LocalId,
        /// Since when, UTC.
        since: DateTime<Utc>,
    },
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: &str = "%Y-%m-%d";
        match self {
            Self::Leased { device, since } => {
                write!(f, "with device {device} since {}", since.format(DAY))
            }
            Self::Abandoned { device, gone } => {
                write!(f, "lost with device {device}, declared gone by {} on {}", gone.by, gone.at.format(DAY))
            }
            Self::Reclaimed(act) => {
                write!(f, "taken back by {} on {}, given with the next block", act.by, act.at.format(DAY))
            }
            Self::Skipped => f.write_str("never given: the start of the series was raised"),
            Self::Voided { document, since } => {
                write!(f, "of document {document}, voided on {}", since.format(DAY))
            }
        }
    }
}

/// How many numbers of a range are where. Together they are all numbers of the range that have been reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberTotals {
    /// On documents that count.
    pub used: u64,
    /// On documents that count no more.
    pub voided: u64,
    /// With devices.
    pub leased: u64,
    /// With devices that are gone.
    pub abandoned: u64,
    /// Taken back and waiting.
    pub reclaimed: u64,
    /// Never given.
    pub skipped: u64,
}

impl NumberTotals {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        [self.used, self.voided, self.leased, self.abandoned, self.reclaimed, self.skipped].iter().sum()
    }

    /// Those that no living document has.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.all() - self.used
    }
}

/// Every missing number of a range with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GapReport {
    /// The range as far as numbers have reached, both ends included; `None` where they have reached none of it.
    pub range: Option<(u64, u64)>,
    /// Sums over the range.
    pub totals: NumberTotals,
    /// Gaps in order, as many as the limit allows.
    pub gaps: Vec<Gap>,
    /// Where the next report goes on, where the limit has cut this one.
    pub more: Option<u64>,
}

/// Numbers in a row that are in one hand. Spans of a run do not overlap.
#[derive(Clone, Debug)]
pub struct Span {
    /// The first value.
    pub first: u64,
    /// The last value, which is in it.
    pub last: u64,
    /// Whose hand.
    pub hand: Hand,
}

/// Who has the numbers of a span that no document has.
#[derive(Clone, Debug)]
pub enum Hand {
    /// A device.
    Device {
        /// The device.
        device: DeviceId,
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// Who has declared it gone.
        gone: Option<Act>,
        /// How many of the span's numbers documents have.
        used: u64,
        /// How many of these documents count no more.
        voided: u64,
    },
    /// Nobody: they were taken back.
    Nobody(Act),
}

/// A number that a document has.
#[derive(Clone, Debug)]
pub struct Used {
    /// The value.
    pub value: u64,
    /// The document.
    pub document: LocalId,
    /// Since when it counts no more, UTC.
    pub voided: Option<DateTime<Utc>>,
}

/// Makes the report. `range` is what has been reached of what is asked for; `spans` come in order and touch the range; `read`
/// hands out the used numbers between two values in order. Where every number of a span is in use nothing is read, so that a
/// million numbers cost as much as their blocks.
///
/// # Errors
/// Those of `spans` and `read`.
pub fn report<E>(
    range: (u64, u64),
    spans: impl IntoIterator<Item = Result<Span, E>>,
    mut read: impl FnMut(u64, u64, &mut dyn FnMut(Used)) -> Result<(), E>,
    limit: usize,
) -> Result<GapReport, E> {
    let limit = if limit == 0 { USUAL_LIMIT } else { limit };
    let mut tally = Tally { report: GapReport { range: Some(range), ..GapReport::default() }, limit };
    let mut at = Some(range.0);
    for span in spans {
        let span = span?;
        let (Some(from), first, last) = (at, span.first.max(range.0), span.last.min(range.1)) else { break };
        if first > last {
            continue;
        }
        if first > from {
            tally.walk(from, first - 1, &GapReason::Skipped, &mut read)?;
        }
        match span.hand {
            Hand::Nobody(act) => tally.gap(first, last, &GapReason::Reclaimed(act)),
            Hand::Device { used, voided: 0, .. } if span.last - span.first + 1 == used => {
                tally.report.totals.used += last - first + 1;
            }
            Hand::Device { device, since, gone, .. } => {
                let why = match gone {
                    None => GapReason::Leased { device, since },
                    Some(gone) => GapReason::Abandoned { device, gone },
                };
                tally.walk(first, last, &why, &mut read)?;
            }
        }
        at = last.checked_add(1);
    }
    if let Some(from) = at.filter(|from| *from <= range.1) {
        tally.walk(from, range.1, &GapReason::Skipped, &mut read)?;
    }
    Ok(tally.report)
}

struct Tally {
    report: GapReport,
    limit: usize,
}

impl Tally {
    /// Goes through a range number by number in use; what lies between is missing for one reason.
    fn walk<E>(
        &mut self,
        first: u64,
        last: u64,
        why: &GapReason,
        read: &mut impl FnMut(u64, u64, &mut dyn FnMut(Used)) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = first;
        read(first, last, &mut |used| {
            if used.value > from {
                self.gap(from, used.value - 1, why);
            }
            match used.voided {
                None => self.report.totals.used += 1,
                Some(since) => {
                    let why = GapReason::Voided { document: used.document, since };
                    self.gap(used.value, used.value, &why);
                }
            }
            from = used.value + 1;
        })?;
        if from <= last {
            self.gap(from, last, why);
        }
        Ok(())
    }

    fn gap(&mut self, first: u64, last: u64, why: &GapReason) {
        let totals = &mut self.report.totals;
        let sum = match why {
            GapReason::Leased { .. } => &mut totals.leased,
            GapReason::Abandoned { .. } => &mut totals.abandoned,
            GapReason::Reclaimed(_) => &mut totals.reclaimed,
            GapReason::Skipped => &mut totals.skipped,
            GapReason::Voided { .. } => &mut totals.voided,
        };
        *sum += last - first + 1;
        if self.report.gaps.len() < self.limit {
            self.report.gaps.push(Gap { first, last, why: why.clone() });
        } else {
            self.report.more.get_or_insert(first);
        }
    }
}
