//! What the token endpoint hands out.

use std::fmt;

use chrono::{DateTime, Utc};

/// One answer of the token endpoint, and the company that the callback would have named.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSet {
    /// The company; a real client learns it from the callback only (qbo.md 1.2).
    pub realm: String,
    /// Opens the API for an hour.
    pub access_token: String,
    /// Exchanged for the next set.
    pub refresh_token: String,
    /// The identity token, with the scope `openid` only.
    pub id_token: Option<String>,
    /// When the access token runs out, in virtual time.
    pub expires_at: DateTime<Utc>,
    /// When the refresh token runs out unless it is used, in virtual time (qbo.md 1.3).
    pub refresh_expires_at: DateTime<Utc>,
    /// When the grant ends, however often it is refreshed, in virtual time (qbo.md 1.4).
    pub hard_expires_at: DateTime<Utc>,
    /// The granted scopes, separated by spaces.
    pub scope: String,
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("realm", &self.realm)
            .field("expires_at", &self.expires_at)
            .field("refresh_expires_at", &self.refresh_expires_at)
            .field("hard_expires_at", &self.hard_expires_at)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
