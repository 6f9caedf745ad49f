//! JSON in and out: strict reading by shape, and answers in the shape's order.

pub(super) mod reader;
pub(super) mod unkept;
pub(super) mod writer;
