//! What a program must know of a connection, and where it comes from: a file that `connect` writes and people can read.
//! Secrets are never in it.

use std::fs;
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use factory_accounting::ids::ConnectionId;
use factory_accounting::sqlite::TokenKey;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::package::{App, Package};

/// One connection to one organisation of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionFile {
    /// Id of the connection; made once and never changed: it is part of every idempotency key.
    pub connection: ConnectionId,
    /// The package.
    pub package: Package,
    /// The package's id of the organisation.
    pub organisation: String,
    /// Its name, for people.
    pub name: String,
    /// What of the organisation has to be known beforehand.
    #[serde(default, rename = "trait", skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// The app's id.
    pub client_id: String,
    /// The redirect URI that is registered for the app.
    pub redirect_uri: Url,
    /// Where the package is.
    #[serde(default)]
    pub addresses: Addresses,
    /// The SQLite file with outbox, links and tokens; relative to this file.
    pub store: PathBuf,
}

/// Where a package is; its own addresses where not said. Each can stand in the environment too, as `FA_XERO_API_URL`,
/// `FA_QBO_TOKEN_URL` and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Args)]
#[serde(default, deny_unknown_fields)]
pub struct Addresses {
    /// Base of the accounting API.
    #[arg(long = "api-url", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Url>,
    /// Page where a person agrees.
    #[arg(long = "authorize-url", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorize: Option<Url>,
    /// Where codes and refresh tokens are exchanged.
    #[arg(long = "token-url", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Url>,
    /// Where a grant is revoked.
    #[arg(long = "revocation-url", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Url>,
    /// List of the organisations that a grant reaches, where the package has one.
    #[arg(long = "connections-url", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<Url>,
}

impl Addresses {
    /// With those of the environment where none is said.
    ///
    /// # Errors
    /// One in the environment is no address.
    pub fn or_from_environment(mut self, package: Package) -> anyhow::Result<Self> {
        for (own, what) in [
            (&mut self.api, "API_URL"),
            (&mut self.authorize, "AUTHORIZE_URL"),
            (&mut self.token, "TOKEN_URL"),
            (&mut self.revocation, "REVOCATION_URL"),
            (&mut self.connections, "CONNECTIONS_URL"),
        ] {
            let variable = package.variable(what);
            if own.is_none()
                && let Ok(text) = std::env::var(&variable)
            {
                *own = Some(Url::parse(&text).with_context(|| format!("{variable} is no address"))?);
            }
        }
        Ok(self)
    }
}

/// Puts an address in the place of the package's own.
pub(crate) fn change(target: &mut Url, own: &Option<Url>) {
    if let Some(own) = own {
        target.clone_from(own);
    }
}

impl ConnectionFile {
    /// Reads a file, and finds the store beside it.
    ///
    /// # Errors
    /// The file cannot be read or is no connection.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let at = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("failed to read {at}"))?;
        let mut file: Self = serde_json::from_str(&text).with_context(|| format!("{at} is no connection file"))?;
        if let (true, Some(folder)) = (file.store.is_relative(), path.parent()) {
            file.store = folder.join(&file.store);
        }
        Ok(file)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
    }

    /// The app, connected to the organisation.
    ///
    /// # Errors
    /// The package wants a secret and there is none, or the file holds what the package does not have.
    pub fn app(&self, secret: Option<SecretString>) -> anyhow::Result<App> {
        let app = self.package.app(&self.client_id, &self.redirect_uri, secret, &self.addresses)?;
        let app = match &self.known {
            Some(known) => app.with_trait(known)?,
            None => app,
        };
        Ok(app.with_organisation(&self.organisation))
    }
}

/// Secrets, each from the environment or a file: an argument would stand in the list of processes.
#[derive(Clone, Debug, Args)]
pub struct Secrets {
    /// File with the app's secret; else the environment's FA_XERO_CLIENT_SECRET, FA_QBO_CLIENT_SECRET or FA_MYOB_CLIENT_SECRET,
    /// else none (an app that uses PKCE alone).
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// File with the key that tokens are encrypted under, 64 hex digits; else the environment's FA_TOKEN_KEY.
    #[arg(long, value_name = "FILE")]
    token_key_file: Option<PathBuf>,
}

impl Secrets {
    /// The app's secret, if it has one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn client_secret(&self, package: Package) -> anyhow::Result<Option<SecretString>> {
        found(self.client_secret_file.as_deref(), &package.variable("CLIENT_SECRET"))
    }

    /// The key that tokens are encrypted under.
    ///
    /// # Errors
    /// There is none, or it is not 64 hex digits.
    pub fn token_key(&self) -> anyhow::Result<TokenKey> {
        let Some(text) = found(self.token_key_file.as_deref(), "FA_TOKEN_KEY")? else {
            bail!("no key for the tokens: set FA_TOKEN_KEY or give --token-key-file (openssl rand -hex 32 makes one)");
        };
        let key = unhexed(text.expose_secret())
            .context("the tokens' key is not 64 hex digits: openssl rand -hex 32 makes one")?;
        Ok(TokenKey::new(NonZeroU8::MIN, SecretBox::new(Box::new(key))))
    }
}

fn found(file: Option<&Path>, variable: &str) -> anyhow::Result<Option<SecretString>> {
    let text = match file {
        Some(path) => Some(fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?),
        None => std::env::var(variable).ok(),
    };
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).map(SecretString::from))
}

fn unhexed(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> ConnectionFile {
        ConnectionFile {
            connection: "6f1c".into(),
            package: Package::Xero,
            organisation: "t-1".to_owned(),
            name: "Demo Company (NZ)".to_owned(),
            known: None,
            client_id: "app".to_owned(),
            redirect_uri: Url::parse("http://localhost:8910/callback").unwrap(),
            addresses: Addresses { api: Some(Url::parse("http://127.0.0.1:1/api").unwrap()), ..Addresses::default() },
            store: "factory-accounting.sqlite3".into(),
        }
    }

    #[test]
    fn a_connection_file_comes_back_as_it_was_and_its_store_is_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connection.json");
        file().write(&path).unwrap();
        let read = ConnectionFile::read(&path).unwrap();
        assert_eq!(read.store, folder.path().join("factory-accounting.sqlite3"));
        assert_eq!(ConnectionFile { store: file().store, ..read }, file());
    }

    #[test]
    fn addresses_that_are_not_said_are_the_packages_own() {
        let App::Xero(config) = file().app(None).unwrap() else { panic!("Xero's") };
        assert_eq!(config.api_base.as_str(), "http://127.0.0.1:1/api");
        assert_eq!(config.token_url.as_str(), "https://identity.xero.com/connect/token");
        let secret = || Some(SecretString::from("s"));
        let qbo = ConnectionFile { package: Package::Qbo, organisation: "9341453".to_owned(), ..file() };
        let App::Qbo(config) = qbo.app(secret()).unwrap() else { panic!("Intuit's") };
        assert_eq!(config.api_base.as_str(), "http://127.0.0.1:1/api");
        assert_eq!(config.realm.unwrap().as_str(), "9341453");
        let odd = ConnectionFile { known: Some("moon".to_owned()), ..qbo.clone() };
        assert!(odd.app(secret()).unwrap_err().to_string().contains("moon"));
        assert!(qbo.app(None).unwrap_err().to_string().contains("FA_QBO_CLIENT_SECRET"));
    }

    #[test]
    fn a_token_key_is_64_hex_digits_and_nothing_else() {
        assert_eq!(unhexed(&"0f".repeat(32)), Some([15; 32]));
        for wrong in ["", "0f", &"0g".repeat(32), &"é".repeat(32)] {
            assert_eq!(unhexed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let told = ConnectionFile::read(Path::new("no-such-connection.json")).unwrap_err().to_string();
        assert!(told.contains("no-such-connection.json"), "{told}");
    }
}
