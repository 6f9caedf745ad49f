#![doc = include_str!("../README.md")]

pub mod fixed;
mod leap_clock;
pub mod plans;
pub mod provider_suite;
mod random;
mod script;
mod sim_clock;
pub mod store_suite;
pub mod sweep;
mod wire;

pub use leap_clock::LeapClock;
pub use random::Random;
pub use script::{Script, Seen, stored};
pub use sim_clock::SimClock;
pub use wire::{Wire, WireTransport};
