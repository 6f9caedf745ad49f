//! The bearer token of one connection, refreshed exactly once however many ask for it.

use std::fmt;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::backoff::Backoff;
use crate::oauth::{GrantType, OAuthClient, OAuthError};

/// A token with the version under which it is stored.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The access token.
    pub token: SecretString,
    /// Tells [`TokenManager::reject`] which token was refused.
    pub version: u64,
}

/// Gives out the bearer token of one connection and refreshes it in time. Clones share everything.
///
/// - Within a process refreshes queue behind one lock; across processes behind the store's refresh lease.
/// - New tokens take the place of the old by compare-and-swap. Until they are stored the old refresh token stays, so that a
///   crash in between is healed by refreshing with it again within the server's grace.
/// - `invalid_grant` ends the connection only if the store, read again, still holds the token that was refused.
#[derive(Clone)]
pub struct TokenManager {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn TokenStore>,
    oauth: OAuthClient,
    connection: ConnectionId,
    worker: WorkerId,
    clock: Arc<dyn Clock>,
    backoff: Backoff,
    seen: std::sync::Mutex<Seen>,
    flight: Mutex<Flight>,
}

/// What this process knows about versions of the token.
#[derive(Debug, Default)]
struct Seen {
    /// Refused by the package.
    refused: Option<u64>,
    /// Stored last by ourselves, and when.
    newest: Option<(u64, DateTime<Utc>)>,
    /// As read from the store last, and when.
    held: Option<(StoredTokens, DateTime<Utc>)>,
}

/// What only the one that refreshes touches.
#[derive(Default)]
struct Flight {
    /// Tokens that the server has given and the store has not taken yet, with the version they follow.
    unsaved: Option<(Option<u64>, TokenSet)>,
}

/// A refresh begins when less than this is left of a token's life.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// How long tokens are given out without a look at the store: a call that follows the last one closely need not wait for it.
/// For as long a token may be sent that another process has replaced or forgotten; if it was revoked the package refuses it.
const HOLD: TimeDelta = TimeDelta::seconds(5);
/// How long a refresh holds the lease: longer than all its tries.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// How long to wait for another process's refresh before giving the call back.
const PATIENCE: TimeDelta = TimeDelta::seconds(15);
/// Time between looks at another process's refresh.
const POLL: Duration = Duration::from_millis(250);
/// Most tries of one refresh, and of one storing.
const TRIES: u32 = 3;
/// A token younger than this that is refused is not refused for its age: another would fare no better.
const YOUNG: TimeDelta = TimeDelta::seconds(60);

impl TokenManager {
    /// A manager for a connection. `worker` names this process in the refresh lease.
    #[must_use]
    pub fn new(
        store: Arc<dyn TokenStore>,
        oauth: OAuthClient,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                oauth,
                connection,
                worker,
                clock,
                backoff: Backoff::new(0),
                seen: std::sync::Mutex::new(Seen::default()),
                flight: Mutex::new(Flight::default()),
            }),
        }
    }

    /// A token that lives at least another minute, unless the server gives shorter ones. Nothing is sent to the package's
    /// API on the way.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorised`] where a person must sign in again, with the server's code: `invalid_grant`. Transient
    /// kinds where the server or the store does not answer; the stored tokens stay good.
    pub async fn bearer(&self) -> Result<Bearer, ProviderError> {
        if let Some(held) = self.inner.held()
            && self.inner.is_fresh(&held)
        {
            return Ok(bearer(held));
        }
        if let Some(stored) = self.inner.load().await?
            && self.inner.is_fresh(&stored)
        {
            return Ok(bearer(stored));
        }
        // Whoever held the lock before us may have done the work: `renew` looks again first.
        let mut flight = self.inner.flight.lock().await;
        self.inner.renew(&mut flight).await
    }

    /// Stores the tokens of a new sign-in in place of whatever is there.
    ///
    /// # Errors
    /// Where the store does not take them; then they are lost, and the person signs in again.
    pub async fn adopt(&self, tokens: TokenSet) -> Result<Bearer, StoreError> {
        let inner = &self.inner;
        let mut flight = inner.flight.lock().await;
        flight.unsaved = None;
        inner.seen().held = None;
        let mut expected = inner.store.load(&inner.connection).await?.map(|stored| stored.version);
        for _ in 0..TRIES {
            match inner.replace(expected, &tokens).await? {
                Replaced::Stored(version) => return Ok(Bearer { token: tokens.access, version }),
                Replaced::Lost(other) => expected = Some(other.version),
            }
        }
        Err(StoreError::Busy("the connection's tokens keep changing: connect again".to_owned()))
    }

    /// The tokens as they are stored, ended or not; `None` before the first sign-in.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn stored(&self) -> Result<Option<TokenSet>, ProviderError> {
        Ok(self.inner.load().await?.map(|stored| stored.tokens))
    }

    /// Forgets the tokens: the connection is ended, and what a refresh under way brings does not revive it.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn forget(&self) -> Result<(), ProviderError> {
        self.inner.seen().held = None;
        self.inner.store.forget(&self.inner.connection).await.map_err(store_error)
    }

    /// Marks a token as refused by the package, so that the next call refreshes. Returns whether that may help: a token
    /// that was fetched within the last minute is refused for another reason.
    pub fn reject(&self, version: u64) -> bool {
        let now = self.inner.clock.now();
        let mut seen = self.inner.seen();
        let young = seen.newest.is_some_and(|(newest, at)| newest == version && now - at < YOUNG);
        if !young {
            seen.refused = Some(version);
        }
        !young
    }
}

impl Inner {
    async fn load(&self) -> Result<Option<StoredTokens>, ProviderError> {
        let read_at = self.clock.now();
        let stored = self.store.load(&self.connection).await.map_err(store_error)?;
        self.seen().held = stored.clone().map(|stored| (stored, read_at));
        Ok(stored)
    }

    /// What the store held a moment ago.
    fn held(&self) -> Option<StoredTokens> {
        let age = |read_at: DateTime<Utc>| self.clock.now() - read_at;
        let seen = self.seen();
        let (held, _) = seen.held.as_ref().filter(|(_, at)| (TimeDelta::zero()..HOLD).contains(&age(*at)))?;
        Some(held.clone())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Good enough not to refresh.
    fn is_fresh(&self, stored: &StoredTokens) -> bool {
        self.lives(stored, MARGIN)
    }

    /// Good enough to send while a refresh is in other hands or fails.
    fn is_usable(&self, stored: &StoredTokens) -> bool {
        self.lives(stored, TimeDelta::seconds(5))
    }

    fn lives(&self, stored: &StoredTokens, longer_than: TimeDelta) -> bool {
        self.seen().refused != Some(stored.version) && stored.tokens.expires_at - self.clock.now() > longer_than
    }

    /// Brings the store to fresh tokens, whoever fetches them.
    async fn renew(&self, flight: &mut Flight) -> Result<Bearer, ProviderError> {
        let give_up = self.clock.now() + PATIENCE;
        loop {
            if let Some(bearer) = self.save(flight).await? {
                return Ok(bearer);
            }
            let seen = self.load().await?;
            if let Some(stored) = seen.as_ref().filter(|stored| self.is_fresh(stored)) {
                return Ok(bearer(stored.clone()));
            }
            self.check_renewable(seen.as_ref())?;
            let now = self.clock.now();
            let leased = self.store.lease_refresh(&self.connection, &self.worker, now, now + LEASE).await;
            if !leased.map_err(store_error)? {
                if let Some(stored) = seen.filter(|stored| self.is_usable(stored)) {
                    return Ok(bearer(stored));
                }
                if now >= give_up {
                    return Err(busy());
                }
                self.clock.sleep(POLL).await;
                continue;
            }
            // Another may have finished between our look and our lease.
            let held = self.load().await?;
            if held.as_ref().map(|stored| stored.version) != seen.as_ref().map(|stored| stored.version) {
                continue;
            }
            match self.fetch(held.as_ref()).await {
                // Kept before anything is awaited: a caller that stops waiting here loses nothing.
                Ok(mut tokens) => {
                    // The end of a grant is told at its beginning, and not with every renewal.
                    tokens.ends_at = tokens.ends_at.or_else(|| held.as_ref().and_then(|stored| stored.tokens.ends_at));
                    flight.unsaved = Some((held.map(|stored| stored.version), tokens));
                }
                Err(error) => {
                    if let Some(bearer) = self.survive(error, held).await? {
                        return Ok(bearer);
                    }
                }
            }
        }
    }

    /// Stores what the server gave. `None` where there is nothing to store or another's tokens have taken its place.
    async fn save(&self, flight: &mut Flight) -> Result<Option<Bearer>, ProviderError> {
        let Some((expected, tokens)) = flight.unsaved.clone() else { return Ok(None) };
        if self.load().await?.map(|stored| stored.version) != expected {
            // A new sign-in came in between, or the connection was ended: ours must not come back.
            flight.unsaved = None;
            return Ok(None);
        }
        let replaced = self.replace(expected, &tokens).await.map_err(store_error)?;
        flight.unsaved = None;
        match replaced {
            Replaced::Stored(version) => {
                tracing::info!(connection = %self.connection, version, "tokens refreshed");
                Ok(Some(Bearer { token: tokens.access, version }))
            }
            Replaced::Lost(others) => Ok(self.is_fresh(&others).then(|| bearer(others))),
        }
    }

    /// One compare-and-swap, tried again where the store is busy.
    async fn replace(&self, expected: Option<u64>, tokens: &TokenSet) -> Result<Replaced, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.store.replace(&self.connection, expected, tokens.clone()).await {
                Ok(replaced) => {
                    self.seen().held = None;
                    if let Replaced::Stored(version) = replaced {
                        self.seen().newest = Some((version, self.clock.now()));
                    }
                    return Ok(replaced);
                }
                Err(error) if tries >= TRIES => return Err(error),
                Err(_) => self.clock.sleep(self.backoff.wait(tries)).await,
            }
        }
    }

    /// Whether there is anything to buy new tokens with.
    fn check_renewable(&self, stored: Option<&StoredTokens>) -> Result<(), ProviderError> {
        let remedy = match (self.oauth.grant(), stored) {
            (GrantType::ClientCredentials, _) => return Ok(()),
            (_, Some(stored)) if stored.tokens.refresh.is_some() => return Ok(()),
            (_, Some(_)) => {
                "the access token has ended and there is no refresh token: sign in again, with offline access"
            }
            (_, None) => "the connection has no tokens: sign in first",
        };
        Err(ProviderError::new(ErrorKind::Unauthorised, remedy).with_package_code("no_token"))
    }

    /// Buys the next tokens. A lost answer is asked for again with the same refresh token: the server's grace covers it.
    async fn fetch(&self, stored: Option<&StoredTokens>) -> Result<TokenSet, OAuthError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let fetched = match stored.and_then(|stored| stored.tokens.refresh.as_ref()) {
                Some(refresh) => self.oauth.refresh(refresh).await,
                None => self.oauth.client_credentials().await.map(|granted| granted.tokens),
            };
            match fetched {
                Err(OAuthError::Unknown(_) | OAuthError::Unavailable { retry_after: None, .. }) if tries < TRIES => {
                    self.clock.sleep(self.backoff.wait(tries)).await;
                }
                other => return other,
            }
        }
    }

    /// What can be done after a failed refresh: look again (`None`) where another has replaced the tokens meanwhile, or go
    /// on with a token that has not ended yet where the server is only out of reach.
    async fn survive(&self, error: OAuthError, held: Option<StoredTokens>) -> Result<Option<Bearer>, ProviderError> {
        tracing::warn!(connection = %self.connection, %error, "token refresh failed");
        match error {
            OAuthError::InvalidGrant(_) => {
                let now_stored = self.load().await?;
                if now_stored.map(|stored| stored.version) != held.map(|stored| stored.version) {
                    return Ok(None);
                }
            }
            OAuthError::Unavailable { .. } | OAuthError::Unknown(_) => {
                if let Some(stored) = held.filter(|stored| self.is_usable(stored)) {
                    return Ok(Some(bearer(stored)));
                }
            }
            _ => {}
        }
        Err(error.into())
    }
}

fn bearer(stored: StoredTokens) -> Bearer {
    Bearer { token: stored.tokens.access, version: stored.version }
}

fn busy() -> ProviderError {
    ProviderError::new(ErrorKind::Unavailable, "another worker is refreshing the connection's tokens: try again")
        .with_retry_after(Duration::from_secs(5))
}

fn store_error(error: StoreError) -> ProviderError {
    let kind = match error {
        StoreError::Busy(_) | StoreError::Failed(_) | StoreError::Full(_) => ErrorKind::Unavailable,
        _ => ErrorKind::Internal,
    };
    ProviderError::new(kind, format!("token store: {error}"))
}

impl fmt::Debug for TokenManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenManager")
            .field("connection", &self.inner.connection)
            .field("worker", &self.inner.worker)
            .finish_non_exhaustive()
    }
}
