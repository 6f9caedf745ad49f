//! Keeps an accounting package in step with the software that embeds it. This crate holds no code of its own: it names what
//! a host needs in one place.
//!
//! - [`model`], [`settings`], [`code`]: what is pushed, how, and why something waits for a person.
//! - [`engine`]: pushes, runs, answers.
//! - [`xero`], [`qbo`], [`myob`]: packages. [`sqlite`]: a store. [`http`]: transport, clock and OAuth 2.0 for all of them.
//! - [`provider`], [`store`], [`token`], [`clock`]: the seams, for who writes another.

#[cfg(all(doctest, feature = "sqlite", feature = "xero"))]
#[doc = include_str!("../../README.md")]
struct Readme;

pub use factory_accounting_core::*;
pub use factory_accounting_engine as engine;
pub use factory_accounting_http as http;
#[cfg(feature = "myob")]
pub use factory_accounting_myob as myob;
#[cfg(feature = "qbo")]
pub use factory_accounting_qbo as qbo;
#[cfg(feature = "sqlite")]
pub use factory_accounting_sqlite as sqlite;
#[cfg(feature = "xero")]
pub use factory_accounting_xero as xero;
