//! Connecting to a company: where Intuit's addresses are, signing in, staying with the company, and leaving.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{ConnectionId, OrganisationId, WorkerId};
use factory_accounting_core::provider::DisconnectReport;
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{TokenSet, TokenStore};
use factory_accounting_http::{
    Authorisation, Body, Call, Exchange, Granted, OAuthClient, OAuthError, TokenManager, Transport, TransportError,
    json_request, parse_redirect,
};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::config::{ConfigError, QboConfig};
use crate::dialect;

/// Days for which a grant can be kept alive by refreshing: five years (qbo.md 1.4).
const GRANT_DAYS: i64 = 5 * 365;

/// Why a connection did not come about. `Display` is one line and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Intuit refused the sign-in, or the redirect belongs to another.
    #[error(transparent)]
    SignIn(#[from] OAuthError),
    /// The redirect names no company: without it the grant is of no use (qbo.md 1.2).
    #[error("the redirect names no company: begin anew")]
    NoRealm,
    /// The person chose another company than the one that the connection is pinned to (R55).
    #[error(
        "the connection belongs to company {pinned}, but {chosen} was chosen: \
         sign in again and choose the first, or make a new connection for the second"
    )]
    WrongCompany {
        /// The company of the connection.
        pinned: OrganisationId,
        /// The company that was chosen.
        chosen: OrganisationId,
    },
    /// The tokens could not be stored: sign in again.
    #[error("the tokens were not stored: {0}")]
    Store(#[from] StoreError),
    /// Intuit's addresses could not be read.
    #[error(transparent)]
    Discovery(#[from] ProviderError),
}

/// Reads where Intuit's addresses for signing in are at present, and puts them into a configuration (qbo.md 1.1).
///
/// # Errors
/// Where they cannot be read, or lie on hosts that are not reached in the same safe way as the list itself.
pub async fn discover(
    mut config: QboConfig,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
) -> Result<QboConfig, ProviderError> {
    #[derive(Deserialize)]
    struct Document {
        authorization_endpoint: Url,
        token_endpoint: Url,
        revocation_endpoint: Url,
    }
    let operation = "read the addresses for signing in";
    let exchange = Exchange::builder(transport, Arc::clone(&clock)).header(ACCEPT, JSON).build();
    let request = request(Method::GET, &config.discovery_url, Bytes::new())?;
    let answer = exchange.call(Call::read(operation, request).without_token()).await?;
    if answer.status != StatusCode::OK {
        return Err(dialect::error(operation, &answer, clock.now()));
    }
    let document: Document = serde_json::from_slice(&answer.body)
        .map_err(|error| dialect::unreadable(operation, &answer, &error.to_string()))?;
    let found = [&document.authorization_endpoint, &document.token_endpoint, &document.revocation_endpoint];
    if let Some(odd) = found.iter().find(|url| url.scheme() != config.discovery_url.scheme()) {
        let why = format!("{} is not reached by {}", odd.host_str().unwrap_or_default(), config.discovery_url.scheme());
        return Err(dialect::unreadable(operation, &answer, &why));
    }
    config.authorize_url = document.authorization_endpoint;
    config.token_url = document.token_endpoint;
    config.revocation_url = document.revocation_endpoint;
    Ok(config)
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Leads a person through connecting a company.
#[derive(Clone)]
pub struct QboAuthoriser {
    config: QboConfig,
    grant: Grant,
}

impl QboAuthoriser {
    /// An authoriser of a connection. `worker` names this process in the token store's leases.
    ///
    /// # Errors
    /// Where an address or the credentials in the configuration are unusable.
    pub fn new(
        config: QboConfig,
        transport: Arc<dyn Transport>,
        token_store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let grant = Grant::new(&config, transport, token_store, connection, worker, clock)?;
        Ok(Self { config, grant })
    }

    /// Begins: send the person's browser to the URL and keep the rest on the server until they come back. They choose the
    /// company on Intuit's page.
    #[must_use]
    pub fn begin(&self) -> Authorisation {
        self.grant.oauth.begin()
    }

    /// Ends the sign-in with the URL that the person came back to: stores the tokens, and gives the configuration to keep,
    /// pinned to the company that was chosen. The company is named on this URL and never again.
    ///
    /// # Errors
    /// [`ConnectError::WrongCompany`] where the connection is pinned to another; nothing is exchanged or stored then.
    pub async fn finish(&self, begun: &Authorisation, redirect: &str) -> Result<QboConfig, ConnectError> {
        let redirect = parse_redirect(redirect)?;
        let realm = redirect.others.iter().find(|(name, _)| name == "realmId").map(|(_, value)| value.as_str());
        let realm = realm.filter(|realm| is_realm(realm)).map(OrganisationId::new).ok_or(ConnectError::NoRealm)?;
        if let Some(pinned) = self.config.realm.as_ref().filter(|pinned| **pinned != realm) {
            return Err(ConnectError::WrongCompany { pinned: pinned.clone(), chosen: realm });
        }
        let asked_at = self.grant.clock.now();
        let granted = self.grant.oauth.exchange(&redirect, begun).await?;
        self.grant.tokens.adopt(with_end(granted, asked_at)).await?;
        Ok(self.config.clone().with_realm(realm))
    }
}

impl fmt::Debug for QboAuthoriser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QboAuthoriser").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Ids of companies are digits (qbo.md 1.2).
pub(crate) fn is_realm(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tokens with the end of their grant: as Intuit says it, under either name, or five years from now, for it ends then
/// whether Intuit says so or not (qbo.md 1.3, 1.4).
fn with_end(granted: Granted, asked_at: DateTime<Utc>) -> TokenSet {
    let seconds = ["x_refresh_token_hard_expires_in", "x_refresh_token_lifetime_expires_in"].iter().find_map(|name| {
        let value = granted.extras.get(*name)?;
        value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
    });
    let left = seconds.and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::days(GRANT_DAYS));
    TokenSet { ends_at: asked_at.checked_add_signed(left), ..granted.tokens }
}

/// The grant behind a connection.
#[derive(Clone)]
pub(crate) struct Grant {
    oauth: OAuthClient,
    exchange: Exchange,
    pub(crate) tokens: TokenManager,
    revocation_url: Url,
    basic: HeaderValue,
    clock: Arc<dyn Clock>,
}

impl Grant {
    pub(crate) fn new(
        config: &QboConfig,
        transport: Arc<dyn Transport>,
        store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let asking: Arc<dyn Transport> = Arc::new(AsksForEnd(Arc::clone(&transport)));
        let oauth = OAuthClient::new(config.oauth(), asking, Arc::clone(&clock))?;
        let tokens = TokenManager::new(store, oauth.clone(), connection, worker, Arc::clone(&clock));
        let exchange = Exchange::builder(transport, Arc::clone(&clock)).header(ACCEPT, JSON).build();
        Ok(Self {
            oauth,
            exchange,
            tokens,
            revocation_url: config.revocation_url.clone(),
            basic: basic(&config.client_id, &config.client_secret)?,
            clock,
        })
    }

    /// When a person must have signed in again.
    pub(crate) async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.tokens.stored().await.ok().flatten().and_then(|tokens| tokens.ends_at)
    }

    /// Ends the grant and forgets the tokens. Each part is tried whatever became of the other.
    pub(crate) async fn disconnect(&self) -> DisconnectReport {
        let mut report = DisconnectReport::default();
        let stored = self.tokens.stored().await;
        report.parts.insert("grant", self.revoke(stored).await);
        report.parts.insert("tokens", self.tokens.forget().await);
        report
    }

    /// Either token ends the whole connection (qbo.md 1.5). Intuit takes the token as JSON.
    async fn revoke(&self, stored: Result<Option<TokenSet>, ProviderError>) -> Result<(), ProviderError> {
        let operation = "revoke the grant";
        let Some(tokens) = stored? else { return Ok(()) };
        let token = tokens.refresh.unwrap_or(tokens.access);
        let body = serde_json::json!({ "token": token.expose_secret() }).to_string();
        let mut request = request(Method::POST, &self.revocation_url, Bytes::from(body))?;
        request.headers_mut().insert(AUTHORIZATION, self.basic.clone());
        let answer = self.exchange.call(Call::write(operation, request).without_token()).await?;
        match answer.status {
            // A token that is unknown by now is revoked already.
            StatusCode::OK | StatusCode::BAD_REQUEST => Ok(()),
            _ => Err(dialect::error(operation, &answer, self.clock.now())),
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

fn request(method: Method, url: &Url, body: Bytes) -> Result<http::Request<Bytes>, ProviderError> {
    json_request(method, url, body).map_err(|_| {
        ProviderError::new(ErrorKind::Internal, "an address of Intuit's cannot be used: correct the configuration")
    })
}

fn basic(id: &str, secret: &SecretString) -> Result<HeaderValue, OAuthError> {
    let joined = STANDARD.encode(format!("{id}:{}", secret.expose_secret()));
    let mut value = HeaderValue::try_from(format!("Basic {joined}"))
        .map_err(|_| OAuthError::Config("client_secret cannot be sent in a header: correct it".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Has the token endpoint say when the grant ends for good: it does so on demand only (qbo.md 1.3).
#[derive(Debug)]
struct AsksForEnd(Arc<dyn Transport>);

#[async_trait]
impl Transport for AsksForEnd {
    async fn send(
        &self,
        mut request: http::Request<Bytes>,
        deadline: Duration,
    ) -> Result<http::Response<Body>, TransportError> {
        let name = HeaderName::from_static("x-include-refresh-token-hard-expires-in");
        request.headers_mut().insert(name, HeaderValue::from_static("true"));
        self.0.send(request, deadline).await
    }
}

/// Another company answers than the configuration says: its tax works in another way.
pub(crate) fn wrong_region(realm: &OrganisationId, country: &str) -> ProviderError {
    let message = format!(
        "company {realm} lies in {country}, but the connection is configured for another region: \
         correct the region, because sales tax works differently there"
    );
    ProviderError::new(ErrorKind::Forbidden, message).with_package_code("RegionMismatch")
}

#[cfg(test)]
mod tests;
