//! The transition table, and planning over a small company.

mod company;
mod documents;
mod evidence;
mod fates;
mod other_ways;
mod revisions;
