//! Xero's JSON as it travels. Private: nothing outside this crate sees these shapes.
//!
//! Answers are read leniently where Xero is loose (blank texts, `[]` for a missing object, two forms of dates, unknown
//! members and enum values: xero.md 0.4, 0.5, 10.6) and strictly where money or identity depends on them.

pub(crate) mod date;
pub(crate) mod document;
pub(crate) mod envelope;
pub(crate) mod id;
pub(crate) mod item;
pub(crate) mod lists;
pub(crate) mod party;
pub(crate) mod payment;
