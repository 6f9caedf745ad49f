//! Why a sign-in, a refresh or a revocation failed.

use std::time::Duration;

use factory_accounting_core::error::{ErrorKind, ProviderError};

/// Why a sign-in, a refresh or a revocation failed. `Display` is one line and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthError {
    /// The code or refresh token is used, expired or revoked.
    #[error("the grant is no longer valid{0}: sign in again")]
    InvalidGrant(Detail),
    /// The app's id or secret is wrong.
    #[error("the app's credentials were refused{0}: check client id and secret")]
    InvalidClient(Detail),
    /// The app may not ask for one of the scopes.
    #[error("a scope was refused{0}: ask only for scopes that the app has")]
    InvalidScope(Detail),
    /// The person did not agree.
    #[error("access was denied{0}: sign in again and allow it")]
    AccessDenied(Detail),
    /// Any other refusal that the server names.
    #[error("the authorisation server refused with {code}{detail}")]
    Refused {
        /// The server's code.
        code: String,
        /// The server's words.
        detail: Detail,
    },
    /// The redirect answers another sign-in, or none: drop it.
    #[error("the redirect does not belong to this sign-in: begin anew")]
    StateMismatch,
    /// The redirect lacks what it must have.
    #[error("the redirect cannot be read: {0}: begin anew")]
    Redirect(String),
    /// Our own configuration is at fault.
    #[error("{0}")]
    Config(String),
    /// The server did not act: it was not reached, is down or asks to wait. What is stored stays good.
    #[error("the authorisation server is not available: {message}")]
    Unavailable {
        /// What happened.
        message: String,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The answer was lost or cannot be read: the server may have acted. A refresh may be repeated with the same token as
    /// long as the server's grace holds.
    #[error("the authorisation server's answer is unknown: {0}")]
    Unknown(String),
}

/// The server's own words, in brackets; empty where it used none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail(Option<String>);

impl Detail {
    /// Longest text that is kept of the server's words.
    const LONGEST: usize = 200;

    /// The server's words on one line, cut where they are long.
    pub(super) fn new(text: Option<&str>) -> Self {
        let words = text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = words.chars().take(Self::LONGEST).collect::<String>();
        Self((!cut.is_empty()).then_some(cut))
    }
}

impl std::fmt::Display for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_ref().map_or(Ok(()), |words| write!(f, " ({words})"))
    }
}

impl OAuthError {
    /// Tells a server's code and words apart by what the caller can do.
    pub(super) fn from_code(code: &str, description: Option<&str>) -> Self {
        let detail = Detail::new(description);
        match code {
            "invalid_grant" => Self::InvalidGrant(detail),
            "invalid_client" | "unauthorized_client" => Self::InvalidClient(detail),
            "invalid_scope" => Self::InvalidScope(detail),
            "access_denied" => Self::AccessDenied(detail),
            "temporarily_unavailable" | "server_error" => {
                Self::Unavailable { message: format!("{code}{detail}"), retry_after: None }
            }
            other => {
                let code = other.chars().filter(|letter| letter.is_ascii_graphic()).take(64).collect();
                Self::Refused { code, detail }
            }
        }
    }

    /// The code of OAuth 2.0, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::InvalidGrant(_) => Some("invalid_grant"),
            Self::InvalidClient(_) => Some("invalid_client"),
            Self::InvalidScope(_) => Some("invalid_scope"),
            Self::AccessDenied(_) => Some("access_denied"),
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}

impl From<OAuthError> for ProviderError {
    fn from(error: OAuthError) -> Self {
        let (kind, wait) = match &error {
            OAuthError::InvalidGrant(_)
            | OAuthError::InvalidClient(_)
            | OAuthError::InvalidScope(_)
            | OAuthError::AccessDenied(_)
            | OAuthError::Refused { .. }
            | OAuthError::StateMismatch
            | OAuthError::Redirect(_) => (ErrorKind::Unauthorised, None),
            OAuthError::Config(_) => (ErrorKind::Internal, None),
            OAuthError::Unavailable { retry_after, .. } => (ErrorKind::Unavailable, *retry_after),
            OAuthError::Unknown(_) => (ErrorKind::Network, None),
        };
        let mut converted = ProviderError::new(kind, error.to_string());
        if let Some(code) = error.code() {
            converted = converted.with_package_code(code);
        }
        match wait {
            Some(wait) => converted.with_retry_after(wait),
            None => converted,
        }
    }
}
