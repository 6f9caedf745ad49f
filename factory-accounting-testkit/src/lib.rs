#![doc = include_str!("../README.md")]

pub mod provider_suite;
mod random;
mod sim_clock;
pub mod store_suite;
pub mod sweep;
mod wire;

pub use random::Random;
pub use sim_clock::SimClock;
pub use wire::{Wire, WireTransport};
