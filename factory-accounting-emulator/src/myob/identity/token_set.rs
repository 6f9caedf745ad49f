//! What the token endpoint hands out.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One answer of the token endpoint, and the company file that the callback would have named.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSet {
    /// The company file; a real client learns it as `businessId` of the callback only (myob.md 1.1).
    pub file: Uuid,
    /// Opens the API for 20 minutes.
    pub access_token: String,
    /// Exchanged for the next set; dead once it was (myob.md 1.2).
    pub refresh_token: String,
    /// When the access token runs out, in virtual time.
    pub expires_at: DateTime<Utc>,
    /// When the refresh token runs out unless it is used, in virtual time.
    pub refresh_expires_at: DateTime<Utc>,
    /// When the consent ends, however often it is refreshed, in virtual time (myob.md 1.1).
    pub consent_ends_at: DateTime<Utc>,
    /// The granted scopes, separated by spaces.
    pub scope: String,
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("file", &self.file)
            .field("expires_at", &self.expires_at)
            .field("refresh_expires_at", &self.refresh_expires_at)
            .field("consent_ends_at", &self.consent_ends_at)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
