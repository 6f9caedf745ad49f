#![doc = include_str!("../README.md")]

mod capability;
mod client;
mod config;
mod dialect;
mod endpoint;
mod files;
mod lists;
mod map;
mod names;
mod oauth;
mod odata;
mod pacing;
mod probe;
mod profile;
mod provider;
mod read;
mod remote_id;
mod setup;
mod wire;
mod write;

#[cfg(test)]
mod testing;

pub use config::{CompanyLogin, ConfigError, MyobConfig, SignIn};
pub use factory_accounting_core::onboarding::{SetupStep, StepState};
pub use oauth::{ConnectError, MyobAuthoriser};
pub use pacing::limits;
pub use profile::{Country, FileProfile, discover};
pub use provider::MyobProvider;
pub use setup::setup_steps;
