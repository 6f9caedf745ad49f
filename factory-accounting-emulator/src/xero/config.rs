//! What an emulator starts with.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::clock::ClockMode;
use crate::xero::Region;
use crate::xero::switches::Switches;

/// Everything that an emulator starts with; the default is one web app, three organisations and Xero's own limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XeroConfig {
    /// Every id, token and chance is derived from it.
    pub seed: u64,
    /// The organisations, the first of which control calls mean when they name none.
    pub tenants: Vec<TenantConfig>,
    /// The registered apps; the first is the one that the start line prints and that webhooks belong to.
    pub apps: Vec<AppConfig>,
    /// The limits.
    pub limits: RateLimits,
    /// The readings of what is not settled.
    pub switches: Switches,
    /// Where time comes from.
    pub clock: ClockMode,
    /// Whether the consent page answers itself, for every organisation.
    pub auto_consent: bool,
}

impl Default for XeroConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            tenants: [Region::Nz, Region::Au, Region::Uk].map(|region| TenantConfig { region, id: None }).to_vec(),
            apps: vec![AppConfig::default()],
            limits: RateLimits::default(),
            switches: Switches::default(),
            clock: ClockMode::default(),
            auto_consent: false,
        }
    }
}

impl XeroConfig {
    /// Refuses what could not work: no app, two apps of one id, a redirect URI that Xero would not register, a custom
    /// connection to an organisation that is not there.
    ///
    /// # Errors
    /// One line that names the app and the remedy.
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
                return Err(format!("app {id}: redirect uri {wrong} must be https or http://localhost"));
            }
            if app.custom_connection.is_some_and(|tenant| tenant >= self.tenants.len()) {
                return Err(format!("app {id}: custom_connection is a position in tenants, counted from 0"));
            }
        }
        Ok(())
    }
}

/// https, or plain http on the name `localhost`; 127.0.0.1 is refused (xero.md 1.1).
pub(crate) fn may_be_registered(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| match url.scheme() {
        "https" => true,
        "http" => url.host_str() == Some("localhost"),
        _ => false,
    })
}

/// One organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// Whose tax rates, currency and chart it starts with.
    pub region: Region,
    /// Its tenant id; derived from the seed when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
}

/// One app as the developer portal knows it.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppConfig {
    /// The OAuth client id.
    pub client_id: String,
    /// The OAuth client secret; a native (PKCE) app has none.
    pub client_secret: Option<String>,
    /// The name that consent page, envelopes and history show.
    pub name: String,
    /// Registered redirect URIs, compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// Which scopes the app may ask for.
    pub scopes: ScopeModel,
    /// Makes the app a custom connection to the organisation at this position in [`XeroConfig::tenants`] (xero.md 1.6).
    pub custom_connection: Option<usize>,
    /// Signs webhook bodies.
    pub webhook_key: String,
}

impl Default for AppConfig {
    fn default() -> Self {
        Self {
            client_id: "EMULATOR0000000000000000CLIENTID".into(),
            client_secret: Some("emulator-client-secret".into()),
            name: "Emulated App".into(),
            redirect_uris: vec![
                "http://localhost:8910/callback".into(),
                "https://app.example.test/xero/callback".into(),
            ],
            scopes: ScopeModel::Granular,
            custom_connection: None,
            webhook_key: "emulator-webhook-key".into(),
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
            .field("custom_connection", &self.custom_connection)
            .finish_non_exhaustive()
    }
}

/// Which generation of scopes an app was given (xero.md 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeModel {
    /// Created since 2 March 2026: granular scopes only.
    #[default]
    Granular,
    /// Created before: granular scopes and the deprecated broad ones.
    Legacy,
}

/// The limits by number of calls (xero.md 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Whether calls beyond a limit are refused; the headers are sent either way.
    pub enforced: bool,
    /// In flight at once, by app and organisation.
    pub concurrent: u32,
    /// In a minute, by app and organisation.
    pub minute: u32,
    /// In a day, by app and organisation.
    pub day: u32,
    /// In a minute, by app.
    pub app_minute: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { enforced: true, concurrent: 5, minute: 60, day: 5_000, app_minute: 10_000 }
    }
}

impl RateLimits {
    /// The limits of a Starter-tier app: 1,000 calls a day.
    pub fn starter() -> Self {
        Self { day: 1_000, ..Self::default() }
    }

    /// No call is refused for its number.
    pub fn off() -> Self {
        Self { enforced: false, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut XeroConfig)) -> Result<(), String> {
        let mut config = XeroConfig::default();
        change(&mut config);
        config.check()
    }

    #[test]
    fn only_what_xero_would_register_is_taken() {
        assert_eq!(with(|_| ()), Ok(()));
        assert!(with(|config| config.apps.clear()).is_err());
        assert!(with(|config| config.apps.push(AppConfig::default())).unwrap_err().contains("taken"));
        assert!(with(|config| config.apps[0].custom_connection = Some(3)).is_err());
        for uri in ["http://127.0.0.1:8910/callback", "http://app.example.test/", "myapp:/callback", "callback"] {
            assert!(with(|config| config.apps[0].redirect_uris = vec![uri.into()]).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_config_file_names_only_what_differs() {
        let config: XeroConfig = serde_json::from_str(
            r#"{"seed":9,"limits":{"day":1000},"apps":[{"scopes":"legacy"}],"clock":{"manual":"2026-11-21T00:00:00Z"}}"#,
        )
        .expect("a config");
        assert_eq!((config.seed, config.limits, config.tenants.len()), (9, RateLimits::starter(), 3));
        assert!(serde_json::from_str::<XeroConfig>(r#"{"sead":9}"#).is_err());
    }

    #[test]
    fn debug_keeps_secrets() {
        let shown = format!("{:?}", XeroConfig::default());
        assert!(!shown.contains("emulator-client-secret") && !shown.contains("emulator-webhook-key"), "{shown}");
    }
}
