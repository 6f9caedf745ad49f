//! What is QuickBooks Online's own: its limits, its refusals, and the rows of docs/features.md that it serves in its own way.

mod bad_input;
mod calls;
mod features;
pub(crate) mod xsd;
