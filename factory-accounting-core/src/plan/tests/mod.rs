//! The transition table, and planning over a small company.

pub(in crate::plan) mod company;
mod documents;
mod evidence;
mod explaining;
mod fates;
mod gaps;
mod marks;
mod other_ways;
mod paying;
mod refusing;
mod resolution;
mod revisions;
mod shaping;
