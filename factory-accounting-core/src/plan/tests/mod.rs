//! The transition table, and planning over a small company.

pub(in crate::plan) mod company;
mod documents;
mod evidence;
mod fates;
mod marks;
mod other_ways;
mod revisions;
