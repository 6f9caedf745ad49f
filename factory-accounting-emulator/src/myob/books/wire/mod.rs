//! Lenient reading by shape.

pub(super) mod reader;
