//! Whether a record of the host and one of the package may be the same.

mod document;
mod keys;
mod normal;
mod suggest;

pub use document::{Agreement, Amount, Wanted, agreement};
pub use keys::MatchKeys;
pub use normal::{email_key, name_key, name_stem, phone_key, search_words, tax_number_key};
pub use suggest::{LEAST_SCORE, Reason, Suggestion, suggest, weigh};
