//! The accounting packages' servers as stateful books.
pub mod xero;
