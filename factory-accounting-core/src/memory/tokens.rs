//! Tokens in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ids::{ConnectionId, WorkerId};
use crate::store::StoreError;
use crate::token::{Replaced, StoredTokens, TokenSet, TokenStore};

/// A [`TokenStore`] in memory. Cloning it gives another handle to the same tokens; [`fork`](Self::fork) copies them.
#[derive(Clone, Default)]
pub struct MemoryTokenStore {
    slots: Arc<Mutex<BTreeMap<ConnectionId, Slot>>>,
}

#[derive(Clone, Default)]
struct Slot {
    tokens: Option<TokenSet>,
    /// Kept when the tokens are forgotten, so that it only grows.
    version: u64,
    lease: Option<(WorkerId, DateTime<Utc>)>,
}

impl Slot {
    fn stored(&self) -> Option<StoredTokens> {
        self.tokens.clone().map(|tokens| StoredTokens { tokens, version: self.version })
    }
}

impl MemoryTokenStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store of its own that holds what this one holds now.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { slots: Arc::new(Mutex::new(self.slots().clone())) }
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore").field("connections", &self.slots().len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn load(&self, connection: &ConnectionId) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.slots().get(connection).and_then(Slot::stored))
    }

    async fn lease_refresh(
        &self,
        connection: &ConnectionId,
        worker: &WorkerId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut slots = self.slots();
        let slot = slots.entry(connection.clone()).or_default();
        let free = slot.lease.as_ref().is_none_or(|(holder, end)| holder == worker || *end <= now);
        if free {
            slot.lease = Some((worker.clone(), until));
        }
        Ok(free)
    }

    async fn replace(
        &self,
        connection: &ConnectionId,
        expected: Option<u64>,
        tokens: TokenSet,
    ) -> Result<Replaced, StoreError> {
        let mut slots = self.slots();
        let slot = slots.entry(connection.clone()).or_default();
        match (slot.stored(), expected) {
            (Some(stored), expected) if expected != Some(stored.version) => Ok(Replaced::Lost(stored)),
            (None, Some(_)) => Err(crate::token::forgotten(connection)),
            _ => {
                slot.version += 1;
                slot.tokens = Some(tokens);
                slot.lease = None;
                Ok(Replaced::Stored(slot.version))
            }
        }
    }

    async fn forget(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        if let Some(slot) = self.slots().get_mut(connection) {
            slot.tokens = None;
            slot.lease = None;
        }
        Ok(())
    }
}
