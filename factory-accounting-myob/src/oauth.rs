//! Connecting to a company file: signing in, staying with the file, and leaving.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Months, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{ConnectionId, OrganisationId, WorkerId};
use factory_accounting_core::provider::DisconnectReport;
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{TokenSet, TokenStore};
use factory_accounting_http::{Authorisation, OAuthClient, OAuthError, TokenManager, Transport, parse_redirect};

use crate::config::{ConfigError, MyobConfig};
use crate::remote_id::is_uid;

/// Months for which a consent holds, whatever is refreshed (myob.md 1.1).
const CONSENT_MONTHS: Months = Months::new(12);

/// Why a connection did not come about. `Display` is one line and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// MYOB refused the sign-in, or the redirect belongs to another.
    #[error(transparent)]
    SignIn(#[from] OAuthError),
    /// The redirect names no company file: without it the grant is of no use (myob.md 1.1).
    #[error("the redirect names no company file: begin anew, and sign in as an administrator of the file")]
    NoFile,
    /// The person chose another company file than the one that the connection is pinned to (R55).
    #[error(
        "the connection belongs to company file {pinned}, but {chosen} was chosen: \
         sign in again and choose the first, or make a new connection for the second"
    )]
    WrongFile {
        /// The company file of the connection.
        pinned: OrganisationId,
        /// The company file that was chosen.
        chosen: OrganisationId,
    },
    /// The tokens could not be stored: sign in again.
    #[error("the tokens were not stored: {0}")]
    Store(#[from] StoreError),
}

/// Leads a person through connecting a company file.
#[derive(Clone)]
pub struct MyobAuthoriser {
    config: MyobConfig,
    grant: Grant,
}

impl MyobAuthoriser {
    /// An authoriser of a connection. `worker` names this process in the token store's leases.
    ///
    /// # Errors
    /// Where an address or the credentials in the configuration are unusable.
    pub fn new(
        config: MyobConfig,
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
    /// company file on MYOB's page, and have to be its administrator.
    #[must_use]
    pub fn begin(&self) -> Authorisation {
        self.grant.oauth.begin()
    }

    /// Ends the sign-in with the URL that the person came back to: stores the tokens, and gives the configuration to keep,
    /// pinned to the company file that was chosen. The file is named on this URL and nowhere else (myob.md 1.1).
    ///
    /// Call [`discover`](crate::discover) next: what the file offers decides what the provider can do.
    ///
    /// # Errors
    /// [`ConnectError::WrongFile`] where the connection is pinned to another; nothing is exchanged or stored then.
    pub async fn finish(&self, begun: &Authorisation, redirect: &str) -> Result<MyobConfig, ConnectError> {
        let redirect = parse_redirect(redirect)?;
        let named = redirect.others.iter().find(|(name, _)| name == "businessId");
        let file = named.map(|(_, id)| id.trim().to_ascii_lowercase()).filter(|id| is_uid(id));
        let file = OrganisationId::new(file.ok_or(ConnectError::NoFile)?);
        if let Some(pinned) = self.config.file.as_ref().filter(|pinned| **pinned != file) {
            return Err(ConnectError::WrongFile { pinned: pinned.clone(), chosen: file });
        }
        let asked_at = self.grant.clock.now();
        let granted = self.grant.oauth.exchange(&redirect, begun).await?;
        let ends_at = asked_at.checked_add_months(CONSENT_MONTHS);
        self.grant.tokens.adopt(TokenSet { ends_at, ..granted.tokens }).await?;
        Ok(self.config.clone().with_file(file))
    }
}

impl fmt::Debug for MyobAuthoriser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MyobAuthoriser").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The grant behind a connection.
#[derive(Clone)]
pub(crate) struct Grant {
    oauth: OAuthClient,
    pub(crate) tokens: TokenManager,
    clock: Arc<dyn Clock>,
}

impl Grant {
    pub(crate) fn new(
        config: &MyobConfig,
        transport: Arc<dyn Transport>,
        store: Arc<dyn TokenStore>,
        connection: ConnectionId,
        worker: WorkerId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let oauth = OAuthClient::new(config.oauth(), transport, Arc::clone(&clock))?;
        let tokens = TokenManager::new(store, oauth.clone(), connection, worker, Arc::clone(&clock));
        Ok(Self { oauth, tokens, clock })
    }

    /// When a person must have signed in again.
    pub(crate) async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.stored().await.and_then(|tokens| tokens.ends_at)
    }

    /// What the person has agreed to, as MYOB says it.
    pub(crate) async fn scopes(&self) -> Option<String> {
        self.stored().await.map(|tokens| tokens.scopes)
    }

    async fn stored(&self) -> Option<TokenSet> {
        self.tokens.stored().await.ok().flatten()
    }

    /// Forgets the tokens. MYOB has no address that ends a grant (myob.md 1.7): the report says where a person does it.
    pub(crate) async fn disconnect(&self) -> DisconnectReport {
        let mut report = DisconnectReport::default();
        report.parts.insert("tokens", self.tokens.forget().await);
        let by_hand = "MYOB lets no program end its own consent: an administrator of the company file removes the app on \
                       MYOB's page App connections";
        report.parts.insert("grant", Err(ProviderError::new(ErrorKind::Unsupported, by_hand)));
        report
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
