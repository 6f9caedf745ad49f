//! Xero.
pub(crate) mod books;
pub(crate) mod call;
pub mod switches;
