#![doc = include_str!("../README.md")]

mod at_hand;
mod candidacy;
mod fault;
mod file;
mod imports;
mod inbox;
mod keep;
mod links;
mod list_store;
mod lists;
mod moves;
mod numbers;
mod outbox;
mod picker;
mod read;
mod register;
mod rows;
mod schema;
mod seal;
mod store;
mod tally;
mod tokens;
mod waits;
mod work;

pub use file::SqliteOptions;
pub use inbox::{InboxStatement, RefusedRow, inbox_statement};
pub use links::link_in;
pub use numbers::{lease_in, use_in};
pub use outbox::enqueue_in;
pub use rusqlite;
pub use schema::{migrate_in, schema, supported_version};
pub use seal::TokenKey;
pub use store::SqliteStore;
