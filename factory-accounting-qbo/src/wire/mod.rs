//! QuickBooks' shapes, as answered and as written. Read leniently (members come and go without a new version: qbo.md 2)
//! and strictly where money or identity depends on them.

pub(crate) mod attachable;
pub(crate) mod date;
pub(crate) mod document;
pub(crate) mod envelope;
pub(crate) mod item;
pub(crate) mod lists;
pub(crate) mod party;
pub(crate) mod payment;
pub(crate) mod reference;
pub(crate) mod write;
