//! What the app is to MYOB, where MYOB is, and how records are kept there.

use std::fmt;
use std::time::Duration;

use factory_accounting_core::capability::TaxRounding;
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_http::{ClientAuth, GrantType, OAuthConfig};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::profile::FileProfile;

/// The scopes that everything in this crate needs (myob.md 1.3).
pub(crate) const SCOPES: [&str; 9] = [
    "sme-company-file",
    "sme-company-settings",
    "sme-contacts-customer",
    "sme-contacts-supplier",
    "sme-general-ledger",
    "sme-inventory",
    "sme-sales",
    "sme-purchases",
    "sme-banking",
];

/// An app at MYOB, and one connection of it.
///
/// Every address can be changed, so that the whole crate runs against an emulator, a proxy, or AccountRight in the
/// customer's own network.
#[derive(Clone)]
#[non_exhaustive]
pub struct MyobConfig {
    /// Base of the API: company files lie below it.
    pub api_base: Url,
    /// Where a person agrees.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Url,
    /// The app's id, which MYOB calls the API key.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// The key that every call carries, where it is not the app's id.
    pub api_key: Option<String>,
    /// Where the person's browser comes back to, byte for byte as registered.
    pub redirect_uri: String,
    /// What the app asks for.
    pub scopes: Vec<String>,
    /// How calls are signed on.
    pub sign_in: SignIn,
    /// A user of the company file itself, where the file asks for one besides. A user that is linked with MYOB's sign-in is
    /// refused when it is given (myob.md 1.4).
    pub company_login: Option<CompanyLogin>,
    /// The company file that the connection is pinned to; chosen once, at the first sign-in (R55).
    pub file: Option<OrganisationId>,
    /// What the file offers and asks for, as [`discover`](crate::discover) found it.
    pub profile: FileProfile,
    /// Name of the host, sent as user agent.
    pub app_name: String,
    /// The method that customer payments are filed under, in the words of the company file; its own where absent.
    pub payment_method: Option<String>,
    /// Where the company file rounds tax, where that is known. Two systems in production disagree (myob.md 7, 13.8): left
    /// open, totals are predicted to the cent and the tax within them is taken as MYOB answers it.
    pub tax_rounding: Option<TaxRounding>,
    /// How long MYOB may still be working on a write whose answer was lost: its gateway gives up after two minutes, and
    /// nobody says when the work behind it does (myob.md 2, 13.6).
    pub write_timeout: Duration,
    /// How long a call may take. The gateway cuts at 120 seconds; less would make doubt where there is none (myob.md 1.4).
    pub call_timeout: Duration,
    /// Calls a second that the app may make, over all company files (myob.md 2).
    pub calls_per_second: u32,
    /// Calls a day that the app may make, over all company files (myob.md 2).
    pub calls_per_day: u32,
    /// Longest wait inside a call for a place within the limits; a longer one is reported with its time.
    pub inline_wait: Duration,
    /// Largest file that is attached, in bytes (myob.md 2).
    pub attachment_bytes: usize,
}

/// How calls are signed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignIn {
    /// Through MYOB, by the tokens of a person's consent.
    #[default]
    Cloud,
    /// By the user of the company file alone: AccountRight in the customer's own network (myob.md 1.6).
    CompanyFile,
}

/// A user of a company file.
#[derive(Clone)]
pub struct CompanyLogin {
    /// Name, such as `Administrator`.
    pub user: String,
    /// Password; many files have none.
    pub password: SecretString,
}

// By hand: the password stays out.
impl fmt::Debug for CompanyLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompanyLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

impl MyobConfig {
    /// An app in production, and a company file that nobody has chosen yet.
    pub fn new(client_id: impl Into<String>, client_secret: SecretString, redirect_uri: impl Into<String>) -> Self {
        Self {
            api_base: constant("https://api.myob.com/accountright/"),
            authorize_url: constant("https://secure.myob.com/oauth2/account/authorize"),
            token_url: constant("https://secure.myob.com/oauth2/v1/authorize"),
            client_id: client_id.into(),
            client_secret,
            api_key: None,
            redirect_uri: redirect_uri.into(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            sign_in: SignIn::default(),
            company_login: None,
            file: None,
            profile: FileProfile::default(),
            app_name: concat!("factory-accounting/", env!("CARGO_PKG_VERSION")).to_owned(),
            payment_method: None,
            tax_rounding: None,
            write_timeout: Duration::from_secs(10 * 60),
            call_timeout: Duration::from_secs(180),
            calls_per_second: 8,
            calls_per_day: 1_000_000,
            inline_wait: Duration::from_secs(20),
            attachment_bytes: 3 * 1_000_000,
        }
    }

    /// Pinned to a company file.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<OrganisationId>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// With what is known of the company file.
    #[must_use]
    pub fn with_profile(mut self, profile: FileProfile) -> Self {
        self.profile = profile;
        self
    }

    /// With a user of the company file itself.
    #[must_use]
    pub fn with_company_login(mut self, user: impl Into<String>, password: SecretString) -> Self {
        self.company_login = Some(CompanyLogin { user: user.into(), password });
        self
    }

    /// With a known place of rounding, so that tax is predicted to the cent too.
    #[must_use]
    pub fn with_tax_rounding(mut self, rounding: Option<TaxRounding>) -> Self {
        self.tax_rounding = rounding;
        self
    }

    /// With all of MYOB's addresses on one host, each under its usual path: an emulator or a proxy. Path and query of
    /// `host` are ignored.
    #[must_use]
    pub fn on_host(mut self, host: &Url) -> Self {
        let at = |path: &str| {
            let mut url = host.clone();
            url.set_path(path);
            url.set_query(None);
            url
        };
        self.api_base = at("/accountright/");
        self.authorize_url = at("/oauth2/account/authorize");
        self.token_url = at("/oauth2/v1/authorize");
        self
    }

    /// At AccountRight in the customer's own network, signed on by a user of the company file alone (myob.md 1.6).
    #[must_use]
    pub fn in_network(mut self, host: &Url, login: CompanyLogin) -> Self {
        self = self.on_host(host);
        self.sign_in = SignIn::CompanyFile;
        self.company_login = Some(login);
        self
    }

    pub(crate) fn oauth(&self) -> OAuthConfig {
        OAuthConfig {
            authorize_url: self.authorize_url.to_string(),
            token_url: self.token_url.to_string(),
            // MYOB has no address that ends a grant (myob.md 1.7).
            revocation_url: None,
            client_id: self.client_id.clone(),
            client_secret: Some(self.client_secret.clone()),
            redirect_uri: self.redirect_uri.clone(),
            scopes: self.scopes.clone(),
            client_auth: ClientAuth::Body,
            grant: GrantType::AuthorizationCode,
            // MYOB's pages know no PKCE; the secret protects the code.
            pkce: false,
            // Without it the redirect does not name the company file (myob.md 1.1).
            extra_authorize_params: vec![("prompt".to_owned(), "consent".to_owned())],
        }
    }
}

fn constant(url: &str) -> Url {
    Url::parse(url).expect("the address is a constant")
}

// By hand: secrets stay out.
impl fmt::Debug for MyobConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MyobConfig")
            .field("api_base", &self.api_base.as_str())
            .field("client_id", &self.client_id)
            .field("sign_in", &self.sign_in)
            .field("company_login", &self.company_login)
            .field("file", &self.file)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// A configuration that no provider can be made from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No company file has been chosen yet.
    #[error("no company file is chosen: connect, and keep the configuration that the sign-in gives back")]
    NoFile,
    /// The id cannot be part of an address.
    #[error("company file {0:?} is not an id of MYOB's: take it from the sign-in")]
    File(String),
    /// An address or the client's credentials are unusable.
    #[error("{0}")]
    OAuth(#[from] factory_accounting_http::OAuthError),
    /// The API's address cannot carry a path.
    #[error("api_base {0:?} cannot be used: give an absolute web address")]
    ApiBase(String),
    /// A text that every call carries is not one of printable ASCII.
    #[error("{0} cannot be sent in a header: use printable ASCII")]
    Header(&'static str),
    /// The company file is signed on to without a user.
    #[error("the company file is to be signed on to by its own user, but company_login is not set: set it")]
    NoLogin,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> MyobConfig {
        MyobConfig::new("key", SecretString::from("planted-secret"), "https://host.example/back")
    }

    #[test]
    fn one_host_serves_everything() {
        let host = Url::parse("http://127.0.0.1:4030/ignored?x=1").expect("a URL");
        let config = config().on_host(&host);
        for (url, expected) in [
            (&config.api_base, "http://127.0.0.1:4030/accountright/"),
            (&config.authorize_url, "http://127.0.0.1:4030/oauth2/account/authorize"),
            (&config.token_url, "http://127.0.0.1:4030/oauth2/v1/authorize"),
        ] {
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn secrets_stay_out_of_debug() {
        let config = config().with_company_login("Administrator", SecretString::from("planted-password"));
        let shown = format!("{config:?} {:?} {:?}", config.oauth(), config.company_login);
        assert!(!shown.contains("planted"), "{shown}");
    }

    #[test]
    fn consent_is_always_asked_for_and_only_for_granular_scopes() {
        let oauth = config().oauth();
        assert_eq!(oauth.extra_authorize_params, [("prompt".to_owned(), "consent".to_owned())]);
        assert!(oauth.scopes.iter().all(|scope| scope.starts_with("sme-")), "{:?}", oauth.scopes);
        assert!(!oauth.pkce);
    }

    #[test]
    fn a_call_outlasts_the_gateway_and_doubt_outlasts_a_call() {
        let config = config();
        assert!(config.call_timeout > Duration::from_secs(120));
        assert!(config.write_timeout > config.call_timeout);
    }
}
