//! The crash sweep: a real engine over a real provider and a whole package in one process, ended at every seam crossing and
//! hit by every fault in turn, and the books compared with what they must hold.
//!
//! A [`Scenario`] is a small story with a known end. A run tells it once, with a [`Plan`] of what goes wrong: faults on
//! requests, and ends of processes on the near or far side of a crossing. Where a process ends, its engine is dropped and
//! another is built over the same stores and books, as after a restart; it does the step again, as a host does. Time is
//! simulated, nothing is random, and a run that is told twice leaves the same trace.
//!
//! At the end of every run each record of the host is in the books exactly once, as it should be, or is a question to a
//! person; the books hold nothing that nobody pushed; links point to what is there; and nothing is left in between.
//!
//! A world may also offer what people do in the package while a request is under way: they pay, edit, void or rename what is
//! being written, or archive its party. Such a run reads the changes when it is over. What a person took away stays away,
//! what a person paid stays paid, nothing is in the books twice, and whatever is not as it was pushed is a question or is
//! told to the host, whose links show what the books hold.
//!
//! To sweep a package, implement [`World`] over its provider and its emulator and call [`sweep`]. Then call it again with
//! each [`Mutant`]: a sweep that does not fail on a system without one of its safeties proves nothing.

mod board;
mod check;
mod lists;
mod meddling;
mod mutant;
mod plan;
mod run;
mod schedule;
mod seams;
mod store;
mod world;

pub use mutant::Mutant;
pub use plan::{Fault, Plan, Side, Strike, StrikeKind, When};
pub use schedule::{Budget, SweepReport, Violation, look, replay, sweep};
pub use world::{Act, BY_HAND, Booked, Scenario, Seams, Step, World};
