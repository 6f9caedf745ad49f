//! What the token endpoint gives.

use std::fmt;

use chrono::{DateTime, Utc};

/// Tokens of one grant. Their text is shown by its fields only, never by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSet {
    /// The bearer token, valid for 30 minutes.
    pub access_token: String,
    /// The refresh token, with the scope `offline_access` only.
    pub refresh_token: Option<String>,
    /// The identity token, with the scope `openid` only.
    pub id_token: Option<String>,
    /// When the access token runs out, in virtual time.
    pub expires_at: DateTime<Utc>,
    /// The granted scopes, separated by spaces.
    pub scope: String,
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("expires_at", &self.expires_at)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
