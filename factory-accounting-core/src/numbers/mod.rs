//! Numbers of documents that the host gives itself: series, blocks that devices lease, and what became of each number.
//!
//! What is promised: **no number is on two documents**, whatever crashes, is cut off or is set up anew, and every number that
//! is missing is explained. What is not: that none is missing (F80).
//!
//! - [`NumberSeries`](crate::settings::NumberSeries): how numbers look and where they begin (F78).
//! - [`Block`], [`DeviceNumbers`]: numbers that a device carries with it (F79).
//! - [`GapReport`]: what is missing and why (F80, F81).
//! - [`NumberStore`](crate::store::NumberStore): the seam that keeps all of it.

mod block;
mod device;
mod error;
pub mod gaps;
mod series;

pub use block::{Act, Allotment, Block, BlockState, Standing, admit_lease, admit_reclaim, admit_use, allot, unused};
pub use device::DeviceNumbers;
pub use error::NumberError;
pub use gaps::{Gap, GapReason, GapReport, NumberTotals};
pub use series::{LARGEST, LARGEST_BLOCK, SeriesChange, WIDEST, run_of, split};

pub use crate::store::{BlockQuery, GapQuery, LeaseRequest, NumberUse, RefusedUse};

#[cfg(test)]
mod tests;
