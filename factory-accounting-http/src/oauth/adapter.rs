//! The oauth2 crate over our own transport, and token answers as servers really give them.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::clock::Clock;
use http::StatusCode;
use oauth2::basic::BasicErrorResponse;
use oauth2::{AccessToken, AsyncHttpClient, HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};

use super::{BasicTokenType, OAuthError, Stage, Transport};
use crate::headers::retry_after;
use crate::transport::Cause;

/// The transport as the oauth2 crate wants it. It borrows nothing, so that futures over it can be spawned.
#[derive(Clone)]
pub(super) struct TokenEndpoint {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timeout: Duration,
    pub(super) body_cap: usize,
}

impl TokenEndpoint {
    /// Sends a request once. Statuses that say nothing about the grant are errors here, for their bodies may be anything.
    pub(super) async fn fetch(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, OAuthError> {
        let method = request.method().clone();
        let sent = self.transport.send(request, self.timeout).await;
        let (parts, body) = sent
            .map_err(|error| match (error.stage(), error.cause()) {
                (Stage::NotSent, Cause::Request) => OAuthError::Config(error.to_string()),
                (Stage::NotSent, _) => OAuthError::Unavailable { message: error.to_string(), retry_after: None },
                (Stage::MaybeSent, _) => OAuthError::Unknown(error.to_string()),
            })?
            .into_parts();
        let declared = crate::body::declared_length(&method, parts.status, &parts.headers);
        let body = body
            .with_length(declared)
            .collect(self.body_cap)
            .await
            .map_err(|error| OAuthError::Unknown(error.to_string()))?;
        let status = parts.status;
        if status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) {
            let retry_after = retry_after(&parts.headers, self.clock.now());
            return Err(OAuthError::Unavailable { message: format!("it answered {status}"), retry_after });
        }
        Ok(http::Response::from_parts(parts, body))
    }
}

impl<'c> AsyncHttpClient<'c> for TokenEndpoint {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OAuthError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move { Ok(self.fetch(request.map(Bytes::from)).await?.map(Vec::from)) })
    }
}

/// Translates the oauth2 crate's errors. Bodies and parse errors may hold tokens: only their place is told.
pub(super) fn read_error(error: RequestTokenError<OAuthError, BasicErrorResponse>) -> OAuthError {
    match error {
        RequestTokenError::ServerResponse(refusal) => {
            OAuthError::from_code(refusal.error().as_ref(), refusal.error_description().map(String::as_str))
        }
        RequestTokenError::Request(error) => error,
        RequestTokenError::Parse(error, _) => {
            OAuthError::Unknown(format!("the answer is no token answer (at {})", error.path()))
        }
        RequestTokenError::Other(_) => OAuthError::Unknown("the answer is no token answer".into()),
    }
}

/// Reads a refusal that did not come through the oauth2 crate.
pub(super) fn read_refusal(status: StatusCode, body: &[u8]) -> OAuthError {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        error_description: Option<String>,
    }
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => OAuthError::from_code(&refusal.error, refusal.error_description.as_deref()),
        Err(_) => OAuthError::Unknown(format!("it answered {status}")),
    }
}

/// A token answer. Lives only between the wire and [`Granted`](super::Granted).
#[derive(Deserialize, Serialize)]
pub(super) struct WireTokens {
    access_token: AccessToken,
    #[serde(default = "bearer", deserialize_with = "token_type")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<RefreshToken>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(flatten)]
    extras: BTreeMap<String, serde_json::Value>,
}

type Parts = (SecretString, Option<SecretString>, Option<String>, BTreeMap<String, serde_json::Value>);

impl WireTokens {
    pub(super) fn life(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    pub(super) fn into_parts(self) -> Parts {
        let access = SecretString::from(self.access_token.into_secret());
        let refresh = self.refresh_token.map(|token| SecretString::from(token.into_secret()));
        (access, refresh, self.scope.filter(|scope| !scope.is_empty()), self.extras)
    }
}

// By hand: the extra members may hold an id token.
impl fmt::Debug for WireTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireTokens").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

impl oauth2::TokenResponse for WireTokens {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.life()
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// The text is kept whole; this crate does not ask for its parts.
    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

/// Only bearer tokens are sent by the exchange; the name's case varies.
fn token_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BasicTokenType, D::Error> {
    let name = String::deserialize(deserializer)?;
    if name.eq_ignore_ascii_case("bearer") {
        Ok(BasicTokenType::Bearer)
    } else {
        Err(serde::de::Error::custom("not a bearer token"))
    }
}

/// A number of seconds, or the same as text, as one package gives it.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    match Option::<Seconds>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Seconds::Number(seconds)) => Ok(Some(seconds)),
        Some(Seconds::Text(text)) => match text.trim().parse() {
            Ok(seconds) => Ok(Some(seconds)),
            Err(_) => Err(serde::de::Error::custom("expires_in is no number of seconds")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<WireTokens, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn the_life_of_a_token_is_a_number_or_a_text() {
        for json in [
            r#"{"access_token":"a","expires_in":1200,"token_type":"bearer"}"#,
            r#"{"access_token":"a","expires_in":"1200","token_type":"Bearer"}"#,
        ] {
            assert_eq!(read(json).unwrap().life(), Some(Duration::from_secs(1200)), "{json}");
        }
        assert_eq!(read(r#"{"access_token":"a"}"#).unwrap().life(), None);
        assert!(read(r#"{"access_token":"a","expires_in":"soon"}"#).is_err());
        assert!(read(r#"{"access_token":"a","token_type":"mac"}"#).is_err());
        assert!(read(r#"{"expires_in":1200,"token_type":"bearer"}"#).is_err());
    }

    #[test]
    fn members_beyond_the_standard_are_kept() {
        let tokens = read(r#"{"access_token":"a","scope":"x y","x_refresh_token_expires_in":8640000}"#).unwrap();
        let (_, refresh, scope, extras) = tokens.into_parts();
        assert!(refresh.is_none());
        assert_eq!(scope.as_deref(), Some("x y"));
        assert_eq!(extras["x_refresh_token_expires_in"], 8_640_000);
    }
}
