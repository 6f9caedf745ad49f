//! The crate at its boundary: a scripted transport, a mock server, a hostile peer.

mod exchange;
mod hostile;
mod oauth;
mod pacing;
mod secrets;
mod support;
mod tokens;
mod wire;
