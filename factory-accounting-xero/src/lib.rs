#![doc = include_str!("../README.md")]

mod capability;
mod client;
mod config;
mod dialect;
mod endpoint;
mod files;
mod links;
mod lists;
mod map;
mod oauth;
mod pacing;
mod probe;
mod provider;
mod read;
mod webhook;
mod wire;
mod write;

#[cfg(test)]
mod testing;

pub use config::{ConfigError, Feature, XeroConfig};
pub use oauth::{ConnectError, Tenant, XeroAuthoriser};
pub use pacing::limits;
pub use provider::XeroProvider;
pub use webhook::{Delivery, Event, Received, SIGNATURE_HEADER, XeroWebhooks};
