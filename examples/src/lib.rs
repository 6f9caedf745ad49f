//! What the example programs share.
//!
//! [`book`] reads records, [`wiring`] puts an engine together, [`session`] runs it over a book, [`report`] shows what came
//! of it; [`tally`] is the host's own arithmetic to compare with, and [`country`] reads the order book as another country's
//! workshop would have kept it. [`package`] is all that knows one accounting package from another. [`emulator`],
//! [`journal`], [`clock`] and [`chaos`] stand in for a package, its time and its troubles; [`apart`] does so in another
//! process.

pub mod apart;
pub mod book;
pub mod books;
pub mod chaos;
pub mod choosing;
pub mod clock;
pub mod connection;
pub mod console;
pub mod control;
pub mod cost;
pub mod country;
pub mod emulator;
pub mod format;
pub mod journal;
pub mod meter;
pub mod northwind;
pub mod office;
pub mod package;
pub mod progress;
pub mod report;
pub mod session;
pub mod sign_in;
pub mod tally;
pub mod wiring;
pub mod workshop;
