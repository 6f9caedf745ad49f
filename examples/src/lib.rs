//! What the example programs share.
//!
//! [`book`] reads records, [`wiring`] puts an engine together, [`session`] runs it over a book, [`report`] shows what came
//! of it; [`tally`] is the host's own arithmetic to compare with. [`emulator`], [`journal`], [`clock`] and [`chaos`] stand in
//! for Xero, its time and its troubles.

pub mod book;
pub mod books;
pub mod chaos;
pub mod clock;
pub mod connection;
pub mod console;
pub mod cost;
pub mod emulator;
pub mod format;
pub mod journal;
pub mod meter;
pub mod northwind;
pub mod progress;
pub mod report;
pub mod session;
pub mod sign_in;
pub mod tally;
pub mod wiring;
pub mod workshop;
