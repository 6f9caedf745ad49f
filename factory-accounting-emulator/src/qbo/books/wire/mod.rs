//! Strict reading by shape.

pub(super) mod reader;
pub(super) mod unkept;
