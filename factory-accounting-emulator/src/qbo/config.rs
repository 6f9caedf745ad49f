//! What an emulator starts with.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::clock::ClockMode;
use crate::qbo::Country;
use crate::qbo::switches::Switches;

/// The scope without which the Accounting API opens nothing (qbo.md 1.7).
pub(crate) const ACCOUNTING: &str = "com.intuit.quickbooks.accounting";

/// Everything that an emulator starts with; the default is one app, one Australian company and Intuit's own limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QboConfig {
    /// Every id, token and chance is derived from it.
    pub seed: u64,
    /// The companies, the first of which control calls mean when they name none.
    pub companies: Vec<CompanyConfig>,
    /// The registered apps; the first is the one that the start line prints and that webhooks belong to.
    pub apps: Vec<AppConfig>,
    /// The limits.
    pub limits: RateLimits,
    /// The readings of what is not settled.
    pub switches: Switches,
    /// Where time comes from.
    pub clock: ClockMode,
    /// Whether the consent page answers itself, for the first company.
    pub auto_consent: bool,
}

impl Default for QboConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            companies: vec![CompanyConfig { country: Country::Au, realm: None }],
            apps: vec![AppConfig::default()],
            limits: RateLimits::default(),
            switches: Switches::default(),
            clock: ClockMode::default(),
            auto_consent: false,
        }
    }
}

impl QboConfig {
    /// Refuses what could not work: no app, two apps of one id, a redirect URI that Intuit would not register, a realm
    /// that is no number or is given twice, a scope that does not exist.
    ///
    /// # Errors
    /// One line that names the app or company and the remedy.
    pub fn check(&self) -> Result<(), String> {
        if self.apps.is_empty() {
            return Err("apps: at least one is needed".into());
        }
        for (at, app) in self.apps.iter().enumerate() {
            let id = &app.client_id;
            if self.apps[..at].iter().any(|other| other.client_id == *id) {
                return Err(format!("app {id}: client_id is taken, give each app its own"));
            }
            if let Some(wrong) = app.redirect_uris.iter().find(|uri| !may_be_registered(uri)) {
                return Err(format!(
                    "app {id}: redirect uri {wrong} must be https with a host name, or http://localhost, without a query"
                ));
            }
            if let Some(wrong) = app.scopes.iter().find(|scope| !is_scope(scope)) {
                return Err(format!("app {id}: scope {wrong} is none that Intuit gives"));
            }
        }
        let mut realms: Vec<u64> = Vec::new();
        for realm in self.companies.iter().filter_map(|company| company.realm.as_deref()) {
            let number = realm_number(realm).ok_or_else(|| {
                format!("company {realm}: realm must be a number of up to 19 digits, without leading zero")
            })?;
            if realms.contains(&number) {
                return Err(format!("company {realm}: realm is taken, give each company its own"));
            }
            realms.push(number);
        }
        Ok(())
    }
}

/// The number that a realm id is; its text is the number's own, so that one company has one path.
pub(crate) fn realm_number(realm: &str) -> Option<u64> {
    let number: u64 = realm.parse().ok()?;
    (realm.len() <= 19 && number > 0 && number.to_string() == realm).then_some(number)
}

/// https on a host name, or http on the name `localhost`; no query (qbo.md 1.2).
pub(crate) fn may_be_registered(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        let named = matches!(url.host(), Some(Host::Domain(_)));
        let scheme = match url.scheme() {
            "https" => named,
            "http" => url.host_str() == Some("localhost"),
            _ => false,
        };
        scheme && url.query().is_none()
    })
}

/// Whether Intuit gives a scope at all (qbo.md 1.7).
pub(crate) fn is_scope(scope: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "com.intuit.quickbooks.payment",
        "openid",
        "profile",
        "email",
        "phone",
        "address",
        "project-management.project",
        "app-foundations.custom-field-definitions",
        "app-foundations.custom-field-definitions.read",
        "app-foundations.custom-dimensions.read",
        "indirect-tax.tax-calculation.quickbooks",
        "payroll.compensation.read",
    ];
    scope == ACCOUNTING || scope == "time-tracking.time-entry" || OTHERS.contains(&scope)
}

/// One company.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyConfig {
    /// Whose tax model, currency and chart it starts with.
    pub country: Country,
    /// Its realm id, a number; derived from the seed when absent.
    #[serde(default)]
    pub realm: Option<String>,
}

/// One app as the developer portal knows it.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppConfig {
    /// The OAuth client id.
    pub client_id: String,
    /// The OAuth client secret.
    pub client_secret: String,
    /// The name that the consent page shows.
    pub name: String,
    /// Registered redirect URIs, compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// Which scopes the app may ask for.
    pub scopes: Vec<String>,
    /// Signs webhook bodies.
    pub verifier: String,
}

impl Default for AppConfig {
    fn default() -> Self {
        let scopes = [ACCOUNTING, "openid", "profile", "email", "phone", "address"];
        Self {
            client_id: "ABEmulatorClientId00000000000000000000000000000001".into(),
            client_secret: "emulator-client-secret".into(),
            name: "Emulated App".into(),
            redirect_uris: vec![
                "http://localhost:8910/callback".into(),
                "https://app.example.test/qbo/callback".into(),
            ],
            scopes: scopes.map(str::to_owned).to_vec(),
            verifier: "emulator-verifier-token".into(),
        }
    }
}

impl fmt::Debug for AppConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppConfig")
            .field("client_id", &self.client_id)
            .field("name", &self.name)
            .field("redirect_uris", &self.redirect_uris)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The limits by number of calls (qbo.md 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Whether calls beyond a limit are refused.
    pub enforced: bool,
    /// In a minute, by company, over all apps.
    pub minute: u32,
    /// In a second or in flight at once, as the switch `rate_by` says, by company and app.
    pub burst: u32,
    /// Batches in a minute, by company and app.
    pub batch_minute: u32,
    /// Batches in a minute, by company, over all apps.
    pub batch_minute_company: u32,
    /// CorePlus calls in a calendar month (UTC), by app; `None` counts without refusing. The Builder tier has 500,000.
    pub core_plus_month: Option<u64>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            enforced: true,
            minute: 500,
            burst: 10,
            batch_minute: 40,
            batch_minute_company: 120,
            core_plus_month: None,
        }
    }
}

impl RateLimits {
    /// The limits of a Builder-tier app: 500,000 CorePlus calls a month, then none (qbo.md 3.2).
    pub fn builder() -> Self {
        Self { core_plus_month: Some(500_000), ..Self::default() }
    }

    /// No call is refused for its number.
    pub fn off() -> Self {
        Self { enforced: false, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut QboConfig)) -> Result<(), String> {
        let mut config = QboConfig::default();
        change(&mut config);
        config.check()
    }

    #[test]
    fn only_what_intuit_would_register_is_taken() {
        assert_eq!(with(|_| ()), Ok(()));
        assert!(with(|config| config.apps.clear()).is_err());
        assert!(with(|config| config.apps.push(AppConfig::default())).unwrap_err().contains("taken"));
        assert!(with(|config| config.apps[0].scopes.push("accounting".into())).unwrap_err().contains("scope"));
        for uri in [
            "http://127.0.0.1:8910/callback",
            "https://203.0.113.9/callback",
            "https://[::1]/callback",
            "http://app.example.test/",
            "https://app.example.test/cb?x=1",
            "myapp:/callback",
            "callback",
        ] {
            assert!(with(|config| config.apps[0].redirect_uris = vec![uri.into()]).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_realm_is_a_number_and_belongs_to_one_company() {
        let two = |first: &str, second: &str| {
            with(|config| {
                let company = |realm: &str| CompanyConfig { country: Country::Us, realm: Some(realm.to_owned()) };
                config.companies = vec![company(first), company(second)];
            })
        };
        assert_eq!(two("9341453", "9341454"), Ok(()));
        assert!(two("9341453", "9341453").unwrap_err().contains("taken"));
        for wrong in ["", "0", "012", "+5", "12a", "99999999999999999999"] {
            assert!(two("9341453", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_config_file_names_only_what_differs() {
        let config: QboConfig = serde_json::from_str(
            r#"{"seed":9,"limits":{"core_plus_month":500000},"companies":[{"country":"us"},{"country":"gb","realm":"77"}],
                "switches":{"gateway_errors":"xml"},"clock":{"manual":"2026-11-21T00:00:00Z"}}"#,
        )
        .expect("a config");
        assert_eq!((config.seed, config.limits, config.companies.len()), (9, RateLimits::builder(), 2));
        assert!(serde_json::from_str::<QboConfig>(r#"{"sead":9}"#).is_err());
    }

    #[test]
    fn debug_keeps_secrets() {
        let shown = format!("{:?}", QboConfig::default());
        assert!(!shown.contains("emulator-client-secret") && !shown.contains("emulator-verifier-token"), "{shown}");
    }
}
