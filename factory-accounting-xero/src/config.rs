//! What the app is to Xero, and where Xero is.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use factory_accounting_core::ids::OrganisationId;
use factory_accounting_http::{ClientAuth, GrantType, OAuthConfig};
use secrecy::SecretString;
use url::Url;

/// An app at Xero, and one connection of it.
///
/// Every address can be changed, so that the whole crate runs against an emulator or through a proxy.
#[derive(Clone)]
#[non_exhaustive]
pub struct XeroConfig {
    /// Base of the Accounting API.
    pub api_base: Url,
    /// List of the organisations that a grant reaches.
    pub connections_url: Url,
    /// Where a person agrees.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Url,
    /// Where a grant is revoked.
    pub revocation_url: Url,
    /// Base of the pages that links for people lead to.
    pub web_base: Url,
    /// The app's id.
    pub client_id: String,
    /// The app's secret; `None` for an app that uses PKCE alone.
    pub client_secret: Option<SecretString>,
    /// Where the person's browser comes back to, byte for byte as registered. Empty for a custom connection.
    pub redirect_uri: String,
    /// The organisation that the connection is pinned to; chosen once, after the first sign-in (R55).
    pub tenant: Option<OrganisationId>,
    /// What the connection is used for; decides the scopes (R48).
    pub features: BTreeSet<Feature>,
    /// Name of the host, sent as user agent.
    pub app_name: String,
    /// Calls a day that Xero allows for one organisation: 5,000, or 1,000 in the Starter tier (xero.md 2).
    pub calls_per_day: u32,
    /// Longest wait inside a call for a place within the limits; a longer one is reported with its time.
    pub inline_wait: Duration,
    /// Whether this is a custom connection: machine to machine, without a person (xero.md 1.6).
    pub custom_connection: bool,
}

/// What a connection is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// Quotes, orders, invoices, credit notes, purchase orders and bills are sent.
    Documents,
    /// Payments are sent.
    Payments,
    /// Customers and suppliers are sent, not only linked.
    Parties,
    /// Products are sent, not only linked.
    Items,
    /// Files are attached and read.
    Attachments,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 5] = [Self::Documents, Self::Payments, Self::Parties, Self::Items, Self::Attachments];
}

impl XeroConfig {
    /// An app at Xero itself that uses every feature and belongs to no organisation yet.
    pub fn new(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self {
            api_base: constant("https://api.xero.com/api.xro/2.0/"),
            connections_url: constant("https://api.xero.com/connections"),
            authorize_url: constant("https://login.xero.com/identity/connect/authorize"),
            token_url: constant("https://identity.xero.com/connect/token"),
            revocation_url: constant("https://identity.xero.com/connect/revocation"),
            web_base: constant("https://go.xero.com/"),
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri: redirect_uri.into(),
            tenant: None,
            features: Feature::ALL.into_iter().collect(),
            app_name: concat!("factory-accounting/", env!("CARGO_PKG_VERSION")).to_owned(),
            calls_per_day: 5_000,
            inline_wait: Duration::from_secs(20),
            custom_connection: false,
        }
    }

    /// With the app's secret.
    #[must_use]
    pub fn with_secret(mut self, secret: SecretString) -> Self {
        self.client_secret = Some(secret);
        self
    }

    /// Pinned to an organisation.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<OrganisationId>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// With these features and no others.
    #[must_use]
    pub fn with_features(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.features = features.into_iter().collect();
        self
    }

    /// With another allowance of calls a day.
    #[must_use]
    pub fn with_calls_per_day(mut self, calls: u32) -> Self {
        self.calls_per_day = calls;
        self
    }

    /// With all of Xero's addresses on one host, each under its usual path: an emulator or a proxy. Path and query of
    /// `host` are ignored.
    #[must_use]
    pub fn on_host(mut self, host: &Url) -> Self {
        let at = |path: &str| {
            let mut url = host.clone();
            url.set_path(path);
            url.set_query(None);
            url
        };
        self.api_base = at("/api.xro/2.0/");
        self.connections_url = at("/connections");
        self.authorize_url = at("/identity/connect/authorize");
        self.token_url = at("/connect/token");
        self.revocation_url = at("/connect/revocation");
        self.web_base = at("/");
        self
    }

    /// The scopes that the features need: granular ones only, since new apps get no others (R48, xero.md 1.7).
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let has = |feature| self.features.contains(&feature);
        let mut scopes = Vec::new();
        if !self.custom_connection {
            scopes.push("offline_access");
        }
        if has(Feature::Documents) {
            scopes.push("accounting.invoices");
        }
        if has(Feature::Payments) {
            scopes.push("accounting.payments");
        }
        scopes.push(if has(Feature::Parties) { "accounting.contacts" } else { "accounting.contacts.read" });
        // Items stand under settings in the description and under invoices in the documentation; settings covers both.
        scopes.push(if has(Feature::Items) { "accounting.settings" } else { "accounting.settings.read" });
        if has(Feature::Attachments) {
            scopes.push("accounting.attachments");
        }
        scopes.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn oauth(&self) -> OAuthConfig {
        OAuthConfig {
            authorize_url: self.authorize_url.to_string(),
            token_url: self.token_url.to_string(),
            revocation_url: Some(self.revocation_url.to_string()),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            redirect_uri: if self.custom_connection { self.token_url.to_string() } else { self.redirect_uri.clone() },
            scopes: self.scopes(),
            client_auth: if self.client_secret.is_some() { ClientAuth::Basic } else { ClientAuth::None },
            grant: if self.custom_connection { GrantType::ClientCredentials } else { GrantType::AuthorizationCode },
            pkce: true,
            extra_authorize_params: Vec::new(),
        }
    }
}

fn constant(url: &str) -> Url {
    Url::parse(url).expect("the address is a constant")
}

// By hand: the secret stays out.
impl fmt::Debug for XeroConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XeroConfig")
            .field("api_base", &self.api_base.as_str())
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.is_some())
            .field("tenant", &self.tenant)
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}

/// A configuration that no provider can be made from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No organisation has been chosen yet.
    #[error("no organisation is chosen: connect, list the organisations and pin the connection to one of them")]
    NoTenant,
    /// The tenant cannot be sent in a header.
    #[error("tenant {0:?} is not an id of Xero's: copy it from the list of organisations")]
    Tenant(String),
    /// An address or the client's credentials are unusable.
    #[error("{0}")]
    OAuth(#[from] factory_accounting_http::OAuthError),
    /// The app's name cannot be sent in a header.
    #[error("app name {0:?} cannot be sent: use plain letters")]
    AppName(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r48_scopes_are_granular_and_follow_the_features() {
        let all = XeroConfig::new("app", "https://host.example/back");
        assert_eq!(
            all.scopes().join(" "),
            "offline_access accounting.invoices accounting.payments accounting.contacts accounting.settings \
             accounting.attachments"
        );
        let few = all.clone().with_features([Feature::Documents]);
        assert_eq!(
            few.scopes().join(" "),
            "offline_access accounting.invoices accounting.contacts.read accounting.settings.read"
        );
        assert!(!all.scopes().iter().any(|scope| scope.starts_with("accounting.transactions")));
    }

    #[test]
    fn every_address_moves_to_the_host_given() {
        let host = Url::parse("http://127.0.0.1:4010/ignored?x").expect("a URL");
        let config = XeroConfig::new("app", "https://host.example/back").on_host(&host);
        for (url, expected) in [
            (&config.api_base, "http://127.0.0.1:4010/api.xro/2.0/"),
            (&config.connections_url, "http://127.0.0.1:4010/connections"),
            (&config.authorize_url, "http://127.0.0.1:4010/identity/connect/authorize"),
            (&config.token_url, "http://127.0.0.1:4010/connect/token"),
            (&config.revocation_url, "http://127.0.0.1:4010/connect/revocation"),
            (&config.web_base, "http://127.0.0.1:4010/"),
        ] {
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn the_secret_stays_out_of_debug() {
        let config =
            XeroConfig::new("app", "https://host.example/back").with_secret(SecretString::from("planted-secret"));
        assert!(!format!("{config:?} {:?}", config.oauth()).contains("planted-secret"));
    }
}
