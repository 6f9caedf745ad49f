//! Where the tokens of a connection live, and how a refresh happens exactly once across processes.
//!
//! A refresh is single-flight: take the refresh lease, refresh, [`replace`](TokenStore::replace) by compare-and-swap.
//! On `invalid_grant` read the store again before declaring the connection dead: another process may have rotated the
//! token (xero.md 1.3).

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::ids::{ConnectionId, WorkerId};
use crate::store::StoreError;

/// The tokens of one grant. Never serialised by derive; its `Debug` shows no secret.
#[derive(Clone)]
pub struct TokenSet {
    /// Bearer token of the API.
    pub access: SecretString,
    /// Rotating token that buys the next pair; absent for machine-to-machine grants.
    pub refresh: Option<SecretString>,
    /// When the access token ends, UTC.
    pub expires_at: DateTime<Utc>,
    /// Scopes as granted, space separated.
    pub scopes: String,
    /// When the grant ends for good, whatever is refreshed, UTC; `None` where the package knows no such end.
    pub ends_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .field("ends_at", &self.ends_at)
            .field("refresh", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

/// Tokens with the version under which they are stored.
#[derive(Clone, Debug)]
pub struct StoredTokens {
    /// The tokens.
    pub tokens: TokenSet,
    /// Grows with every replacement, over a [`forget`](TokenStore::forget) too: tokens of an ended grant can never take the
    /// place of those of the next one.
    pub version: u64,
}

/// Result of a compare-and-swap.
#[derive(Clone, Debug)]
pub enum Replaced {
    /// Ours is stored, under this version.
    Stored(u64),
    /// Somebody else was first; these are the tokens now.
    Lost(StoredTokens),
}

/// Durable home of tokens. Implementations must survive a crash at any point with either the old or the new pair whole.
#[async_trait]
pub trait TokenStore: Send + Sync + fmt::Debug {
    /// The tokens of a connection, if it has any.
    async fn load(&self, connection: &ConnectionId) -> Result<Option<StoredTokens>, StoreError>;

    /// Tries to become the one that refreshes until `until`; `false` while another worker's lease lives. The holder may
    /// take it again.
    async fn lease_refresh(
        &self,
        connection: &ConnectionId,
        worker: &WorkerId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Stores `tokens` if the stored version is still `expected` (`None`: nothing stored yet) and ends the refresh lease.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a version is expected but the tokens have been forgotten: the connection was ended
    /// meanwhile, and what a refresh has brought must not revive it.
    async fn replace(
        &self,
        connection: &ConnectionId,
        expected: Option<u64>,
        tokens: TokenSet,
    ) -> Result<Replaced, StoreError>;

    /// Forgets the tokens of a connection. Forgetting what is not there succeeds.
    async fn forget(&self, connection: &ConnectionId) -> Result<(), StoreError>;
}

/// Why tokens are not stored for a connection whose tokens have been forgotten.
#[must_use]
pub fn forgotten(connection: &ConnectionId) -> StoreError {
    StoreError::Refused(format!("the tokens of connection {connection} have been forgotten: connect it again"))
}
