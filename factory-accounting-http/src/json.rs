//! Reading the JSON of servers that spell one thing in several ways, and writing decimals to the digit.
//!
//! The functions stand behind `#[serde(default, deserialize_with = "json::text")]`. Absent, null and empty are the same to
//! all of them; what is there and cannot be read is an error, since silence would lose it. They read texts that are in memory
//! whole, not streams.

mod beside;
mod lenient;
mod members;
mod number;

pub use beside::beside;
pub use lenient::{day, flag, list, object, text, token};
pub use members::{each, member, text_of};
pub use number::{Number, number};
