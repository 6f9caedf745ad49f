//! JSON as the books of every package read and write it: by the digits and in the order that were sent, and from left to
//! right.

mod object;
mod writer;

pub(crate) use object::{Object, text};
pub(crate) use writer::Writer;
