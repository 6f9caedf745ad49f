//! What the app is to Intuit, where QuickBooks is, and how records are kept there.

use std::fmt;
use std::time::Duration;

use factory_accounting_core::ids::OrganisationId;
use factory_accounting_http::{ClientAuth, GrantType, OAuthConfig};
use secrecy::SecretString;
use url::Url;

/// The scope of the Accounting API; there is none for reading alone (qbo.md 1.7).
const SCOPE: &str = "com.intuit.quickbooks.accounting";

/// An app at Intuit, and one connection of it.
///
/// Every address can be changed, so that the whole crate runs against an emulator or through a proxy.
#[derive(Clone)]
#[non_exhaustive]
pub struct QboConfig {
    /// Base of the Accounting API: production or sandbox.
    pub api_base: Url,
    /// Where a person agrees.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Url,
    /// Where a grant is revoked.
    pub revocation_url: Url,
    /// Where the three addresses above are published.
    pub discovery_url: Url,
    /// Base of the pages that links for people lead to.
    pub web_base: Url,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// Where the person's browser comes back to, byte for byte as registered.
    pub redirect_uri: String,
    /// The company that the connection is pinned to; chosen once, at the first sign-in (R55).
    pub realm: Option<OrganisationId>,
    /// Where the company is taxed; decides how documents carry tax.
    pub region: Region,
    /// Name of the host, sent as user agent.
    pub app_name: String,
    /// Where the reference of a document goes (F70, F94).
    pub reference_field: ReferenceTarget,
    /// For how long the same request under the same `requestid` is trusted to be answered with the first answer. Intuit
    /// does not say how long it remembers (qbo.md 4); `None` never relies on it.
    pub replay_window: Option<Duration>,
    /// Calls a minute that one company takes (qbo.md 3.1).
    pub calls_per_minute: u32,
    /// Calls a second that one company takes from the app.
    pub calls_per_second: u32,
    /// Batches a minute that one company takes from the app.
    pub batches_per_minute: u32,
    /// Longest wait inside a call for a place within the limits; a longer one is reported with its time.
    pub inline_wait: Duration,
}

/// Where a company is taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// In the United States: QuickBooks reckons sales tax itself; lines only say whether they are taxable (qbo.md 12.2).
    UnitedStates,
    /// Anywhere else: every line names one of the company's tax codes (qbo.md 12.3).
    International,
}

impl Region {
    /// The region of a country code.
    #[must_use]
    pub fn of(country: &str) -> Self {
        if country.eq_ignore_ascii_case("US") { Self::UnitedStates } else { Self::International }
    }
}

/// Where the reference of a document goes: QuickBooks has no field of that name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferenceTarget {
    /// The note that only the company sees.
    #[default]
    PrivateNote,
    /// The message that the customer sees. Purchases have none; there it is the private note.
    CustomerMemo,
    /// A custom field of sales forms and purchase orders; elsewhere it is the private note (qbo.md 10.2).
    CustomField {
        /// Id of its definition.
        definition_id: String,
        /// Its name.
        name: String,
    },
}

impl QboConfig {
    /// An app and a company in production that belongs to nobody yet.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: SecretString,
        redirect_uri: impl Into<String>,
        region: Region,
    ) -> Self {
        Self {
            api_base: constant("https://quickbooks.api.intuit.com/"),
            authorize_url: constant("https://appcenter.intuit.com/connect/oauth2"),
            token_url: constant("https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
            revocation_url: constant("https://developer.api.intuit.com/v2/oauth2/tokens/revoke"),
            discovery_url: constant("https://developer.intuit.com/.well-known/openid_configuration/"),
            web_base: constant("https://app.qbo.intuit.com/app/"),
            client_id: client_id.into(),
            client_secret,
            redirect_uri: redirect_uri.into(),
            realm: None,
            region,
            app_name: concat!("factory-accounting/", env!("CARGO_PKG_VERSION")).to_owned(),
            reference_field: ReferenceTarget::default(),
            replay_window: Some(Duration::from_secs(15 * 60)),
            calls_per_minute: 500,
            calls_per_second: 10,
            batches_per_minute: 40,
            inline_wait: Duration::from_secs(20),
        }
    }

    /// In the sandbox, where the app's development keys belong.
    #[must_use]
    pub fn in_sandbox(mut self) -> Self {
        self.api_base = constant("https://sandbox-quickbooks.api.intuit.com/");
        self.discovery_url = constant("https://developer.intuit.com/.well-known/openid_sandbox_configuration/");
        self.web_base = constant("https://app.sandbox.qbo.intuit.com/app/");
        self
    }

    /// Pinned to a company.
    #[must_use]
    pub fn with_realm(mut self, realm: impl Into<OrganisationId>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// With the reference of documents in another field.
    #[must_use]
    pub fn with_reference_field(mut self, field: ReferenceTarget) -> Self {
        self.reference_field = field;
        self
    }

    /// With another trust in repeated requests.
    #[must_use]
    pub fn with_replay_window(mut self, window: Option<Duration>) -> Self {
        self.replay_window = window;
        self
    }

    /// With all of Intuit's addresses on one host, each under its usual path: an emulator or a proxy. Path and query of
    /// `host` are ignored.
    #[must_use]
    pub fn on_host(mut self, host: &Url) -> Self {
        let at = |path: &str| {
            let mut url = host.clone();
            url.set_path(path);
            url.set_query(None);
            url
        };
        self.api_base = at("/");
        self.authorize_url = at("/connect/oauth2");
        self.token_url = at("/oauth2/v1/tokens/bearer");
        self.revocation_url = at("/v2/oauth2/tokens/revoke");
        self.discovery_url = at("/.well-known/openid_configuration/");
        self.web_base = at("/app/");
        self
    }

    pub(crate) fn oauth(&self) -> OAuthConfig {
        OAuthConfig {
            authorize_url: self.authorize_url.to_string(),
            token_url: self.token_url.to_string(),
            revocation_url: Some(self.revocation_url.to_string()),
            client_id: self.client_id.clone(),
            client_secret: Some(self.client_secret.clone()),
            redirect_uri: self.redirect_uri.clone(),
            scopes: vec![SCOPE.to_owned()],
            client_auth: ClientAuth::Basic,
            grant: GrantType::AuthorizationCode,
            // Intuit's pages know no PKCE; the secret protects the code.
            pkce: false,
            extra_authorize_params: Vec::new(),
        }
    }
}

fn constant(url: &str) -> Url {
    Url::parse(url).expect("the address is a constant")
}

// By hand: the secret stays out.
impl fmt::Debug for QboConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QboConfig")
            .field("api_base", &self.api_base.as_str())
            .field("client_id", &self.client_id)
            .field("realm", &self.realm)
            .field("region", &self.region)
            .field("reference_field", &self.reference_field)
            .finish_non_exhaustive()
    }
}

/// A configuration that no provider can be made from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No company has been chosen yet.
    #[error("no company is chosen: connect, and keep the configuration that the sign-in gives back")]
    NoRealm,
    /// The realm cannot be part of an address.
    #[error("realm {0:?} is not an id of Intuit's: take it from the sign-in")]
    Realm(String),
    /// An address or the client's credentials are unusable.
    #[error("{0}")]
    OAuth(#[from] factory_accounting_http::OAuthError),
    /// The API's address cannot carry a path.
    #[error("api_base {0:?} cannot be used: give an absolute web address")]
    ApiBase(String),
    /// The app's name cannot be sent in a header.
    #[error("app name {0:?} cannot be sent: use plain letters")]
    AppName(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> QboConfig {
        let secret = SecretString::from("planted-secret");
        QboConfig::new("app", secret, "https://host.example/back", Region::International)
    }

    #[test]
    fn every_address_moves_to_the_host_given() {
        let host = Url::parse("http://127.0.0.1:4020/ignored?x").expect("a URL");
        let config = config().on_host(&host);
        for (url, expected) in [
            (&config.api_base, "http://127.0.0.1:4020/"),
            (&config.authorize_url, "http://127.0.0.1:4020/connect/oauth2"),
            (&config.token_url, "http://127.0.0.1:4020/oauth2/v1/tokens/bearer"),
            (&config.revocation_url, "http://127.0.0.1:4020/v2/oauth2/tokens/revoke"),
            (&config.discovery_url, "http://127.0.0.1:4020/.well-known/openid_configuration/"),
            (&config.web_base, "http://127.0.0.1:4020/app/"),
        ] {
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn the_sandbox_has_hosts_of_its_own_and_shares_the_sign_in() {
        let (live, sandbox) = (config(), config().in_sandbox());
        assert_eq!(sandbox.api_base.as_str(), "https://sandbox-quickbooks.api.intuit.com/");
        assert_ne!(live.api_base, sandbox.api_base);
        assert_eq!(live.token_url, sandbox.token_url);
    }

    #[test]
    fn the_secret_stays_out_of_debug() {
        assert!(!format!("{:?} {:?}", config(), config().oauth()).contains("planted-secret"));
    }

    #[test]
    fn only_the_united_states_tax_in_their_own_way() {
        assert_eq!((Region::of("us"), Region::of("AU")), (Region::UnitedStates, Region::International));
    }
}
