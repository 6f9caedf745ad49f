//! Connecting to Xero: signing in, choosing the organisation, staying with it, and leaving.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{ConnectionId, OrganisationId, WorkerId};
use factory_accounting_core::provider::DisconnectReport;
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{TokenSet, TokenStore};
use factory_accounting_http::{
    Authorisation, Call, Exchange, OAuthClient, OAuthError, TokenManager, Transport, json_request, parse_redirect,
    unreadable,
};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::config::{ConfigError, XeroConfig};
use crate::dialect;
use crate::wire::lists::Connection;

/// An organisation that a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tenant {
    /// Its id, to pin the connection to.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
}

/// Why a connection did not come about. `Display` is one line and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Xero refused the sign-in, or the redirect belongs to another.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// The organisations could not be listed.
    #[error(transparent)]
    Package(#[from] ProviderError),
    /// The tokens could not be stored.
    #[error("the tokens could not be stored: {0}")]
    Store(#[from] StoreError),
    /// The connection is pinned to an organisation that this grant does not reach (R55). Nothing has been stored.
    #[error(
        "this connection belongs to organisation {pinned}, which was not chosen at Xero: \
         connect again and choose it, or make a new connection for the other one"
    )]
    WrongOrganisation {
        /// The organisation that the connection belongs to.
        pinned: OrganisationId,
    },
}

/// Leads a person through connecting one connection.
///
/// ```text
/// begin ─► person agrees at Xero ─► finish(redirect): tokens stored, organisations listed ─► choose: configuration pinned
/// ```
#[derive(Clone)]
pub struct XeroAuthoriser {
    config: XeroConfig,
    grant: Grant,
}

impl XeroAuthoriser {
    /// An authoriser of a connection. `worker` names this process in the token store's leases.
    ///
    /// # Errors
    /// Where an address or the credentials in the configuration are unusable.
    pub fn new(
        config: XeroConfig,
        transport: Arc<dyn Transport>,
        token_store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let grant = Grant::new(&config, transport, token_store, connection, worker, clock)?;
        Ok(Self { config, grant })
    }

    /// Begins: send the person's browser to the URL and keep the rest on the server until they come back.
    #[must_use]
    pub fn begin(&self) -> Authorisation {
        self.grant.oauth.begin()
    }

    /// Ends the sign-in with the URL that the person came back to: stores the tokens and lists the organisations to choose
    /// from.
    ///
    /// # Errors
    /// [`ConnectError::WrongOrganisation`] where the connection is pinned and the person chose others; nothing is stored
    /// then. If only the list failed on a connection that is not pinned yet, the tokens are stored and
    /// [`tenants`](Self::tenants) may be asked again.
    pub async fn finish(&self, begun: &Authorisation, redirect: &str) -> Result<Vec<Tenant>, ConnectError> {
        let redirect = parse_redirect(redirect)?;
        let granted = self.grant.oauth.exchange(&redirect, begun).await?;
        let listed = self.grant.connections(Some(&granted.tokens.access)).await;
        if let Some(pinned) = &self.config.tenant {
            let reached = listed.clone()?;
            if !reached.iter().any(|one| is_tenant(one, pinned)) {
                return Err(ConnectError::WrongOrganisation { pinned: pinned.clone() });
            }
        }
        self.grant.tokens.adopt(granted.tokens).await?;
        Ok(organisations(listed?))
    }

    /// The organisations that the stored grant reaches.
    ///
    /// # Errors
    /// Where Xero or the token store does not answer, or a person must sign in again.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, ProviderError> {
        Ok(organisations(self.grant.connections(None).await?))
    }

    /// Pins the connection: the configuration to keep and to make the provider from.
    ///
    /// # Errors
    /// [`ConnectError::WrongOrganisation`] where it is pinned to another one already (R55).
    pub fn choose(&self, tenant: &Tenant) -> Result<XeroConfig, ConnectError> {
        match &self.config.tenant {
            Some(pinned) if !pinned.as_str().eq_ignore_ascii_case(tenant.id.as_str()) => {
                Err(ConnectError::WrongOrganisation { pinned: pinned.clone() })
            }
            _ => Ok(self.config.clone().with_tenant(tenant.id.clone())),
        }
    }
}

impl fmt::Debug for XeroAuthoriser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XeroAuthoriser").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The grant behind a connection: its tokens, and the organisations that it reaches.
#[derive(Clone)]
pub(crate) struct Grant {
    oauth: OAuthClient,
    exchange: Exchange,
    pub(crate) tokens: TokenManager,
    connections_url: Url,
    clock: Arc<dyn Clock>,
}

impl Grant {
    pub(crate) fn new(
        config: &XeroConfig,
        transport: Arc<dyn Transport>,
        store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let oauth = OAuthClient::new(config.oauth(), Arc::clone(&transport), Arc::clone(&clock))?;
        let tokens = TokenManager::new(store, oauth.clone(), connection, worker, Arc::clone(&clock));
        // Outside the limits of the Accounting API (xero.md 2), and without a tenant.
        let exchange = Exchange::builder(transport, Arc::clone(&clock))
            .tokens(tokens.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .build();
        let connections_url = config.connections_url.clone();
        Ok(Self { oauth, exchange, tokens, connections_url, clock })
    }

    /// Every connection of the grant, by a token of its own or the stored one.
    async fn connections(&self, token: Option<&SecretString>) -> Result<Vec<Connection>, ProviderError> {
        let operation = "list organisations";
        let mut call = Call::read(operation, self.request(Method::GET, &self.connections_url)?);
        if let Some(token) = token {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
                .map_err(|_| unreadable(operation, "the access token is no header text"))?;
            bearer.set_sensitive(true);
            call.request.headers_mut().insert(AUTHORIZATION, bearer);
            call = call.without_token();
        }
        let answer = self.exchange.call(call).await?;
        if answer.status != StatusCode::OK {
            return Err(dialect::error(operation, &answer, self.clock.now()));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|error| dialect::unreadable(operation, &answer, &error.to_string()))
    }

    fn request(&self, method: Method, url: &Url) -> Result<http::Request<Bytes>, ProviderError> {
        json_request(method, url, Bytes::new()).map_err(|_| {
            ProviderError::new(ErrorKind::Internal, "connections_url cannot be used: correct the configuration")
        })
    }

    /// Leaves the organisation, ends the grant if it reaches no other, and forgets the tokens (xero.md 1.4). Each part is
    /// tried whatever became of the others; a grant that other organisations still use is left alone and has no part.
    pub(crate) async fn disconnect(&self, tenant: &OrganisationId) -> DisconnectReport {
        let mut report = DisconnectReport::default();
        let stored = self.tokens.stored().await;
        let listed = self.connections(None).await;
        match &listed {
            Ok(connections) => {
                report.parts.insert("organisation", self.leave(connections, tenant).await);
                if connections.iter().all(|one| is_tenant(one, tenant)) {
                    report.parts.insert("grant", self.revoke(stored).await);
                }
            }
            Err(error) => {
                report.parts.insert("organisation", Err(error.clone()));
                let message = "not revoked, since it is not known whether other organisations use the grant: \
                               disconnect the app in Xero";
                report.parts.insert("grant", Err(ProviderError::new(error.kind(), message)));
            }
        }
        report.parts.insert("tokens", self.tokens.forget().await);
        report
    }

    async fn leave(&self, connections: &[Connection], tenant: &OrganisationId) -> Result<(), ProviderError> {
        let operation = "disconnect the organisation";
        let Some(id) = connections.iter().find(|one| is_tenant(one, tenant)).and_then(|one| one.id.as_deref()) else {
            // A person has disconnected the app in Xero before.
            return Ok(());
        };
        let mut url = self.connections_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(id);
        }
        let answer = self.exchange.call(Call::write(operation, self.request(Method::DELETE, &url)?)).await?;
        match answer.status {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            _ => Err(dialect::error(operation, &answer, self.clock.now())),
        }
    }

    async fn revoke(&self, stored: Result<Option<TokenSet>, ProviderError>) -> Result<(), ProviderError> {
        let refresh = stored?.and_then(|tokens| tokens.refresh);
        match refresh {
            Some(refresh) => Ok(self.oauth.revoke(&refresh).await?),
            // A custom connection has none; its access token ends by itself.
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

fn is_tenant(connection: &Connection, tenant: &OrganisationId) -> bool {
    connection.tenant.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(tenant.as_str()))
}

fn organisations(connections: Vec<Connection>) -> Vec<Tenant> {
    connections
        .into_iter()
        .filter(|one| one.tenant_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("ORGANISATION")))
        .filter_map(|one| {
            let id = one.tenant?;
            Some(Tenant { name: one.tenant_name.unwrap_or_else(|| id.clone()), id: OrganisationId::new(id) })
        })
        .collect()
}

/// Another organisation answers than the one that the connection is pinned to (R55).
pub(crate) fn mismatch(pinned: &OrganisationId, found: &OrganisationId, name: &str) -> ProviderError {
    let message = format!(
        "the connection belongs to organisation {pinned}, but {found} ({name}) answered: \
         connect again and choose the first, or make a new connection for the second"
    );
    ProviderError::new(ErrorKind::Forbidden, message).with_package_code("OrganisationMismatch")
}
