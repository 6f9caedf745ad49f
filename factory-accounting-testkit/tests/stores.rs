//! The store suite over the stores of this library, and the two of them against each other.

use std::num::NonZeroU8;
use std::sync::Arc;

use factory_accounting_core::memory::{MemoryStore, MemoryTokenStore};
use factory_accounting_core::store::{NumberStore, SyncStore};
use factory_accounting_core::token::TokenStore;
use factory_accounting_sqlite::{SqliteOptions, SqliteStore, TokenKey};
use secrecy::SecretBox;

mod model;
mod numbers;

fn sqlite() -> SqliteStore {
    let key = TokenKey::new(NonZeroU8::MIN, SecretBox::new(Box::new([7; 32])));
    SqliteStore::open_with(SqliteOptions::in_memory().token_key(key)).expect("a store in memory")
}

mod memory_store {
    use super::*;
    factory_accounting_testkit::store_suite!(async { Arc::new(MemoryStore::new()) as Arc<dyn SyncStore> });
}

mod memory_tokens {
    use super::*;
    factory_accounting_testkit::token_store_suite!(async { Arc::new(MemoryTokenStore::new()) as Arc<dyn TokenStore> });
}

mod sqlite_store {
    use super::*;
    factory_accounting_testkit::store_suite!(async { Arc::new(sqlite()) as Arc<dyn SyncStore> });
}

mod sqlite_tokens {
    use super::*;
    factory_accounting_testkit::token_store_suite!(async { Arc::new(sqlite()) as Arc<dyn TokenStore> });
}

mod memory_numbers {
    use super::*;
    factory_accounting_testkit::number_store_suite!(async { Arc::new(MemoryStore::new()) as Arc<dyn NumberStore> });
}

mod sqlite_numbers {
    use super::*;
    factory_accounting_testkit::number_store_suite!(async { Arc::new(sqlite()) as Arc<dyn NumberStore> });
}
