//! The domain, the sync rules and the seams of factory-accounting: no HTTP client, no SQL, no async runtime.
//!
//! - [`model`]: what a host keeps, in its own terms.
//! - [`settings`]: what a company has decided about a connection.
//! - [`billing`]: an order's invoices: parts, deposits, retention.
//! - [`matching`]: which of the package's records one of the host's may be.
//! - [`onboarding`]: how far a connection is set up.
//! - [`setup`]: settings checked against a package, and as a form.
//! - [`planned`]: what the books are to show, ready for a provider.
//! - [`preview`]: what sending would do, before anything is sent.
//! - [`provider`], [`store`], [`token`], [`clock`]: the seams.
//! - [`numbers`]: numbers that the host gives, also without a connection.
//! - [`code`]: why something waits for a person.

pub mod amounts;
pub mod billing;
pub mod capability;
pub mod clock;
pub mod code;
pub mod error;
pub mod ids;
pub mod matching;
pub mod memory;
pub mod model;
pub mod money;
pub mod numbers;
pub mod onboarding;
pub mod plan;
pub mod planned;
pub mod preview;
pub mod provider;
pub mod rules;
pub mod settings;
pub mod setup;
pub mod store;
pub mod token;
pub mod validate;

/// SHA-256 of some bytes, in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(DIGITS[usize::from(half)])));
    text
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
