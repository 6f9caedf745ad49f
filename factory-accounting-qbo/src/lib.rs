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
mod names;
mod oauth;
mod pacing;
mod probe;
mod provider;
mod query;
mod read;
mod remote_id;
mod suspects;
mod webhook;
mod wire;
mod write;

#[cfg(test)]
mod testing;

pub use config::{ConfigError, QboConfig, ReferenceTarget, Region};
pub use oauth::{ConnectError, QboAuthoriser, discover};
pub use pacing::limits;
pub use provider::QboProvider;
pub use webhook::{Delivery, Event, QboWebhooks, Received, SIGNATURE_HEADER};
