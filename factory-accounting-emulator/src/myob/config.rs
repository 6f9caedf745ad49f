//! What an emulator starts with.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::clock::ClockMode;
use crate::myob::Country;
use crate::myob::switches::Switches;

/// The granular scopes (myob.md 1.3). The older `CompanyFile` is refused: new keys cannot have it.
pub(crate) const SCOPES: [&str; 13] = [
    "sme-company-file",
    "sme-company-settings",
    "sme-contacts-customer",
    "sme-contacts-supplier",
    "sme-contacts-employee",
    "sme-contacts-personal",
    "sme-general-ledger",
    "sme-inventory",
    "sme-sales",
    "sme-purchases",
    "sme-banking",
    "sme-payroll",
    "sme-timebilling",
];

/// Everything that an emulator starts with; the default is one app, one Australian company file and MYOB's own limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MyobConfig {
    /// Every id, token, row version and chance is derived from it.
    pub seed: u64,
    /// The company files, the first of which control calls mean when they name none.
    pub files: Vec<FileConfig>,
    /// The registered apps; the first is the one that the start line prints.
    pub apps: Vec<AppConfig>,
    /// The limits.
    pub limits: RateLimits,
    /// The readings of what is not settled.
    pub switches: Switches,
    /// Where time comes from.
    pub clock: ClockMode,
    /// Whether the consent page answers itself, for the first company file.
    pub auto_consent: bool,
}

impl Default for MyobConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            files: vec![FileConfig::of(Country::Au)],
            apps: vec![AppConfig::default()],
            limits: RateLimits::default(),
            switches: Switches::default(),
            clock: ClockMode::default(),
            auto_consent: false,
        }
    }
}

impl MyobConfig {
    /// Refuses what could not work: no app, two apps of one id or key, a redirect URI that MYOB would not register, a
    /// file id that is given twice, a scope that does not exist.
    ///
    /// # Errors
    /// One line that names the app or file and the remedy.
    pub fn check(&self) -> Result<(), String> {
        if self.apps.is_empty() {
            return Err("apps: at least one is needed".into());
        }
        for (at, app) in self.apps.iter().enumerate() {
            let id = &app.client_id;
            if self.apps[..at].iter().any(|other| other.client_id == *id) {
                return Err(format!("app {id}: client_id is taken, give each app its own"));
            }
            if self.apps[..at].iter().any(|other| other.api_key == app.api_key) {
                return Err(format!("app {id}: api_key is taken, give each app its own"));
            }
            if let Some(wrong) = app.redirect_uris.iter().find(|uri| !may_be_registered(uri)) {
                return Err(format!("app {id}: redirect uri {wrong} must be https, or http on localhost or desktop"));
            }
            if let Some(wrong) = app.scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
                return Err(format!("app {id}: scope {wrong} is none that MYOB gives"));
            }
        }
        let ids: Vec<Uuid> = self.files.iter().filter_map(|file| file.id).collect();
        match ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
            Some((_, id)) => Err(format!("file {id}: id is taken, give each company file its own")),
            None => Ok(()),
        }
    }
}

/// https, or http on the names that were used before it was demanded (myob.md 1.1).
pub(crate) fn may_be_registered(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| match url.scheme() {
        "https" => url.has_host(),
        "http" => matches!(url.host_str(), Some("localhost" | "desktop" | "127.0.0.1")),
        _ => false,
    })
}

/// One company file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    /// Whose tax codes and chart it starts with.
    pub country: Country,
    /// Its id; derived from the seed when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// Whether the file has a sign-on of its own.
    #[serde(default)]
    pub cftoken: CfToken,
}

impl FileConfig {
    /// A file with a derived id, whose users sign on with MYOB alone.
    pub fn of(country: Country) -> Self {
        Self { country, id: None, cftoken: CfToken::None }
    }
}

/// The sign-on of a company file, beside the token (myob.md 1.4).
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CfToken {
    /// The user is linked by single sign-on: sending `x-myobapi-cftoken` breaks the call.
    #[default]
    None,
    /// Every call must carry this user and password.
    Required {
        /// The name of the user, such as `Administrator`.
        user: String,
        /// The password, which may be empty.
        #[serde(default)]
        password: String,
    },
}

impl fmt::Debug for CfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Required { user, .. } => f.debug_struct("Required").field("user", user).finish_non_exhaustive(),
        }
    }
}

/// One app as the developer portal knows it.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppConfig {
    /// The OAuth client id.
    pub client_id: String,
    /// The OAuth client secret.
    pub client_secret: String,
    /// What `x-myobapi-key` carries: usually the client id (myob.md 1.4).
    pub api_key: String,
    /// The name that the consent page shows.
    pub name: String,
    /// Registered redirect URIs, compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// Which scopes the app may ask for.
    pub scopes: Vec<String>,
}

impl Default for AppConfig {
    fn default() -> Self {
        let key = "a1b2c3d4-0000-4000-8000-00000000e001";
        Self {
            client_id: key.into(),
            client_secret: "emulator-client-secret".into(),
            api_key: key.into(),
            name: "Emulated App".into(),
            redirect_uris: vec![
                "http://localhost:8910/callback".into(),
                "https://app.example.test/myob/callback".into(),
            ],
            scopes: SCOPES.map(str::to_owned).to_vec(),
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

/// The limits by number of calls, each of an API key over all company files (myob.md 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Whether calls beyond a limit are refused.
    pub enforced: bool,
    /// In a second.
    pub second: u32,
    /// In a day.
    pub day: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { enforced: true, second: 8, day: 1_000_000 }
    }
}

impl RateLimits {
    /// No call is refused for its number.
    pub fn off() -> Self {
        Self { enforced: false, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut MyobConfig)) -> Result<(), String> {
        let mut config = MyobConfig::default();
        change(&mut config);
        config.check()
    }

    #[test]
    fn only_what_myob_would_register_is_taken() {
        assert_eq!(with(|_| ()), Ok(()));
        assert!(with(|config| config.apps.clear()).is_err());
        assert!(with(|config| config.apps.push(AppConfig::default())).unwrap_err().contains("taken"));
        let same_key = AppConfig { client_id: "other".into(), ..AppConfig::default() };
        assert!(with(|config| config.apps.push(same_key)).unwrap_err().contains("api_key"));
        for scope in ["CompanyFile", "la.global", "sme-invoice"] {
            assert!(with(|config| config.apps[0].scopes.push(scope.into())).unwrap_err().contains("scope"), "{scope}");
        }
        for uri in ["http://app.example.test/", "myapp:/callback", "callback", "https:"] {
            assert!(with(|config| config.apps[0].redirect_uris = vec![uri.into()]).is_err(), "{uri}");
        }
        assert_eq!(with(|config| config.apps[0].redirect_uris = vec!["http://desktop".into()]), Ok(()));
    }

    #[test]
    fn a_file_id_belongs_to_one_file() {
        let twice = with(|config| {
            let file = FileConfig { id: Some(Uuid::nil()), ..FileConfig::of(Country::Nz) };
            config.files = vec![file.clone(), file];
        });
        assert!(twice.unwrap_err().contains("taken"));
    }

    #[test]
    fn a_config_file_names_only_what_differs() {
        let config: MyobConfig = serde_json::from_str(
            r#"{"seed":9,"limits":{"second":5},"files":[{"country":"nz"},
                {"country":"au","id":"7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111","cftoken":{"required":{"user":"Administrator"}}}],
                "switches":{"refresh_reuse":"kill_chain"},"clock":{"manual":"2026-11-21T00:00:00Z"}}"#,
        )
        .expect("a config");
        assert_eq!((config.seed, config.limits.second, config.limits.day), (9, 5, 1_000_000));
        assert_eq!(config.files[0].cftoken, CfToken::None);
        assert_ne!(config.files[1].cftoken, CfToken::None);
        assert!(serde_json::from_str::<MyobConfig>(r#"{"sead":9}"#).is_err());
    }

    #[test]
    fn debug_keeps_secrets() {
        let mut config = MyobConfig::default();
        config.files[0].cftoken = CfToken::Required { user: "Ann".into(), password: "planted-password".into() };
        let shown = format!("{config:?}");
        assert!(!shown.contains("emulator-client-secret") && !shown.contains("planted-password"), "{shown}");
    }
}
