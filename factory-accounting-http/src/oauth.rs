//! OAuth 2.0: signing in, exchanging, refreshing and revoking, over our own [`Transport`].

mod adapter;
mod error;
mod redirect;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::token::TokenSet;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, StandardRevocableToken, TokenUrl,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use url::form_urlencoded;

use self::adapter::{TokenEndpoint, WireTokens};
pub use self::error::{Detail, OAuthError};
pub use self::redirect::{Redirect, parse_redirect};
use crate::transport::{Stage, Transport};

/// How an app identifies itself to the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// Id and secret in an `Authorization: Basic` header.
    Basic,
    /// Id and secret in the body.
    Body,
    /// The id alone; the grant is protected by PKCE.
    None,
}

/// How an app comes by its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// A person signs in and agrees; refresh tokens keep the grant alive.
    AuthorizationCode,
    /// Machine to machine: the app's own credentials buy each access token; there is no refresh token.
    ClientCredentials,
}

/// An app at an authorisation server.
#[derive(Clone)]
pub struct OAuthConfig {
    /// Where a person agrees.
    pub authorize_url: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: String,
    /// Where a grant is revoked, if anywhere.
    pub revocation_url: Option<String>,
    /// The app's id.
    pub client_id: String,
    /// The app's secret; `None` for apps that cannot keep one.
    pub client_secret: Option<SecretString>,
    /// Where the person's browser comes back to, as registered with the package, byte for byte.
    pub redirect_uri: String,
    /// What the app asks for.
    pub scopes: Vec<String>,
    /// How the app identifies itself.
    pub client_auth: ClientAuth,
    /// How the app comes by its tokens.
    pub grant: GrantType,
    /// Whether to protect the code by PKCE (S256). Always on with [`ClientAuth::None`].
    pub pkce: bool,
    /// More parameters of the authorisation page: `prompt`, `access_type`.
    pub extra_authorize_params: Vec<(String, String)>,
}

impl fmt::Debug for OAuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthConfig")
            .field("token_url", &self.token_url)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.is_some())
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}

/// A sign-in that has begun. Send the person's browser to `url`; keep `state` and `verifier` on the server until the
/// redirect comes back, bound to the person's own session.
#[derive(Clone)]
pub struct Authorisation {
    /// The package's page. It holds no secret but the state.
    pub url: Url,
    /// Random text that the redirect must bring back.
    pub state: SecretString,
    /// PKCE verifier, if PKCE is on.
    pub verifier: Option<SecretString>,
}

// By hand: the address carries the state.
impl fmt::Debug for Authorisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorisation").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// Tokens with what else the server said.
#[derive(Clone)]
pub struct Granted {
    /// The tokens.
    pub tokens: TokenSet,
    /// Members of the answer that OAuth 2.0 does not define: `id_token`, `x_refresh_token_expires_in`, `user`. Treat them
    /// as secret.
    pub extras: BTreeMap<String, serde_json::Value>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted")
            .field("tokens", &self.tokens)
            .field("extras", &self.extras.keys().collect::<Vec<_>>())
            .finish()
    }
}

type Client = oauth2::Client<
    BasicErrorResponse,
    WireTokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Talks to an authorisation server. Clones are cheap.
#[derive(Clone)]
pub struct OAuthClient {
    config: Arc<OAuthConfig>,
    client: Arc<Client>,
    endpoint: TokenEndpoint,
}

impl OAuthClient {
    /// Most bytes of a token answer.
    const BODY_CAP: usize = 1 << 20;
    const TIMEOUT: Duration = Duration::from_secs(30);
    /// Life of an access token whose answer states none: short, so that a wrong guess costs one refresh.
    const UNSTATED_LIFE: Duration = Duration::from_secs(300);

    /// A client for an app.
    ///
    /// # Errors
    /// [`OAuthError::Config`] where an address cannot be read or a secret is missing.
    pub fn new(config: OAuthConfig, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Result<Self, OAuthError> {
        if config.client_auth != ClientAuth::None && config.client_secret.is_none() {
            return Err(OAuthError::Config("client_secret is missing: set it, or choose ClientAuth::None".into()));
        }
        let unreadable = |field: &str| OAuthError::Config(format!("{field} is not an absolute URL: correct it"));
        if let Some(url) = &config.revocation_url {
            Url::parse(url).map_err(|_| unreadable("revocation_url"))?;
        }
        let mut client = oauth2::Client::new(ClientId::new(config.client_id.clone()))
            .set_auth_uri(AuthUrl::new(config.authorize_url.clone()).map_err(|_| unreadable("authorize_url"))?)
            .set_token_uri(TokenUrl::new(config.token_url.clone()).map_err(|_| unreadable("token_url"))?)
            .set_redirect_uri(RedirectUrl::new(config.redirect_uri.clone()).map_err(|_| unreadable("redirect_uri"))?);
        if let Some(secret) = config.client_secret.as_ref().filter(|_| config.client_auth != ClientAuth::None) {
            client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
        }
        client = client.set_auth_type(match config.client_auth {
            ClientAuth::Basic => oauth2::AuthType::BasicAuth,
            ClientAuth::Body | ClientAuth::None => oauth2::AuthType::RequestBody,
        });
        let endpoint = TokenEndpoint { transport, clock, timeout: Self::TIMEOUT, body_cap: Self::BODY_CAP };
        Ok(Self { config: Arc::new(config), client: Arc::new(client), endpoint })
    }

    /// How the app comes by its tokens.
    #[must_use]
    pub fn grant(&self) -> GrantType {
        self.config.grant
    }

    /// Begins a sign-in, with a state and a verifier from the operating system's random source.
    #[must_use]
    pub fn begin(&self) -> Authorisation {
        let mut request = self.client.authorize_url(CsrfToken::new_random);
        request = request.add_scopes(self.config.scopes.iter().cloned().map(Scope::new));
        for (name, value) in &self.config.extra_authorize_params {
            request = request.add_extra_param(name.clone(), value.clone());
        }
        let mut verifier = None;
        if self.config.pkce || self.config.client_auth == ClientAuth::None {
            let (challenge, secret) = PkceCodeChallenge::new_random_sha256();
            request = request.set_pkce_challenge(challenge);
            verifier = Some(SecretString::from(secret.into_secret()));
        }
        let (url, state) = request.url();
        Authorisation { url, state: SecretString::from(state.into_secret()), verifier }
    }

    /// Ends a sign-in: checks that the redirect answers this very authorisation and buys the tokens. A code is good for
    /// one exchange; after an error begin anew.
    ///
    /// # Errors
    /// [`OAuthError::StateMismatch`] where the redirect belongs to another sign-in; what the server answered otherwise.
    pub async fn exchange(&self, redirect: &Redirect, begun: &Authorisation) -> Result<Granted, OAuthError> {
        if redirect.state.expose_secret() != begun.state.expose_secret() {
            return Err(OAuthError::StateMismatch);
        }
        let now = self.endpoint.clock.now();
        let mut request = self.client.exchange_code(AuthorizationCode::new(redirect.code.expose_secret().to_owned()));
        if let Some(verifier) = &begun.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose_secret().to_owned()));
        }
        let answer = request.request_async(&self.endpoint).await.map_err(adapter::read_error)?;
        Ok(self.granted(answer, now))
    }

    /// Buys the next tokens with a refresh token. The server may have rotated the token even where this fails: see
    /// [`OAuthError::Unknown`].
    ///
    /// # Errors
    /// What the server answered, or that it did not.
    pub async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenSet, OAuthError> {
        let now = self.endpoint.clock.now();
        let old = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let request = self.client.exchange_refresh_token(&old);
        let answer = request.request_async(&self.endpoint).await.map_err(adapter::read_error)?;
        let mut tokens = self.granted(answer, now).tokens;
        // A server that does not rotate need not repeat the token (RFC 6749, 6).
        tokens.refresh = tokens.refresh.or_else(|| Some(refresh_token.clone()));
        Ok(tokens)
    }

    /// Buys an access token with the app's own credentials.
    ///
    /// # Errors
    /// What the server answered, or that it did not.
    pub async fn client_credentials(&self) -> Result<Granted, OAuthError> {
        let now = self.endpoint.clock.now();
        let scopes = self.config.scopes.iter().cloned().map(Scope::new);
        let request = self.client.exchange_client_credentials().add_scopes(scopes);
        let answer = request.request_async(&self.endpoint).await.map_err(adapter::read_error)?;
        Ok(self.granted(answer, now))
    }

    /// Revokes a token, and with a refresh token its whole grant (RFC 7009). Revoking what is no longer valid succeeds.
    ///
    /// # Errors
    /// [`OAuthError::Config`] where the server has no such address; what the server answered, or that it did not.
    pub async fn revoke(&self, token: &SecretString) -> Result<(), OAuthError> {
        let request = self.revocation(token)?;
        let (parts, body) = self.endpoint.fetch(request).await?.into_parts();
        if parts.status.is_success() { Ok(()) } else { Err(adapter::read_refusal(parts.status, &body)) }
    }

    /// Made apart from its sending: a half-written form may not be held across an await.
    fn revocation(&self, token: &SecretString) -> Result<http::Request<Bytes>, OAuthError> {
        let Some(url) = &self.config.revocation_url else {
            return Err(OAuthError::Config("revocation_url is not set: the grant can only end at the package".into()));
        };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token.expose_secret());
        let mut request = http::Request::new(Bytes::new());
        let secret = self.config.client_secret.as_ref().map(SecretString::expose_secret);
        match (self.config.client_auth, secret) {
            (ClientAuth::Basic, Some(secret)) => {
                request.headers_mut().insert(AUTHORIZATION, basic(&self.config.client_id, secret)?);
            }
            (ClientAuth::Body, Some(secret)) => {
                form.append_pair("client_id", &self.config.client_id).append_pair("client_secret", secret);
            }
            _ => {
                form.append_pair("client_id", &self.config.client_id);
            }
        }
        *request.body_mut() = Bytes::from(form.finish());
        *request.method_mut() = Method::POST;
        *request.uri_mut() =
            url.parse().map_err(|_| OAuthError::Config("revocation_url is not an absolute URL: correct it".into()))?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        Ok(request)
    }

    /// Counts the life from before the request left, so that it is never taken as longer than it is.
    fn granted(&self, answer: WireTokens, asked_at: DateTime<Utc>) -> Granted {
        let life = answer.life().unwrap_or(Self::UNSTATED_LIFE);
        let expires_at = chrono::TimeDelta::from_std(life)
            .ok()
            .and_then(|life| asked_at.checked_add_signed(life))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let (access, refresh, scopes, extras) = answer.into_parts();
        // Absent scopes are those asked for (RFC 6749, 5.1).
        let scopes = scopes.unwrap_or_else(|| self.config.scopes.join(" "));
        Granted { tokens: TokenSet { access, refresh, expires_at, scopes, ends_at: None }, extras }
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Id and secret are form-encoded before they are joined (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &str) -> Result<HeaderValue, OAuthError> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let joined = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {joined}"))
        .map_err(|_| OAuthError::Config("client_secret cannot be sent in a header: correct it".into()))?;
    value.set_sensitive(true);
    Ok(value)
}
