//! The whole system from outside: a real engine, real stores, the real providers, and the emulators' books.

mod accounts;
mod bad_input;
mod billing;
mod calls;
mod capabilities;
mod demands;
mod errors;
mod features;
mod host;
mod import;
mod ledger;
mod links;
mod lists;
mod make;
mod marks;
mod myob;
mod numbers;
mod payments;
mod policy;
mod prediction;
mod preview;
mod process;
mod products;
mod profiles;
mod providers;
mod qbo;
mod questions;
mod queue;
mod receipts;
mod secrets;
mod settings;
mod shaping;
mod sign_in;
mod sweep;
mod tidy;
mod tree;
mod wire_witness;
mod wire_witness_qbo;
mod world;

/// Writes a line for the person who reads the test's output.
fn say(line: &str) {
    use std::io::Write as _;
    // Where nobody listens nothing is lost.
    let _ = writeln!(std::io::stderr(), "{line}");
}
