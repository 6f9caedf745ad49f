//! The Xero emulator in this process, behind a real port of this machine.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use factory_accounting_emulator::server::{Running, Server};
use factory_accounting_emulator::xero::{AppConfig, RateLimits, XeroConfig, XeroEmulator};
use factory_accounting_emulator::{FaultRule, Package as _};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::clock::SwiftClock;
use crate::journal::Journal;

/// What the emulator is made from; kept with its books.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// Derives every id, token and chance.
    pub seed: u64,
    /// Where the browser comes back to.
    pub redirect_uri: Url,
}

/// The running emulator.
#[derive(Debug)]
pub struct Emulator {
    running: Running<Journal<XeroEmulator>>,
    host: Url,
    card: Card,
}

/// What a client needs to start.
#[derive(Clone, Debug, Deserialize)]
pub struct Card {
    /// The organisations.
    pub tenants: Vec<Tenant>,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// Where the browser comes back to.
    pub redirect_uri: String,
}

/// An organisation as the emulator names it.
#[derive(Clone, Debug, Deserialize)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Emulator {
    /// Starts with the books that `kept` holds, or with fresh ones that are kept there; without a file, with books that
    /// nothing outlives.
    ///
    /// # Errors
    /// The file or the port could not be opened.
    pub async fn start(start: Start, clock: SwiftClock, kept: Option<&Path>) -> anyhow::Result<Self> {
        let make = |start: &Start| {
            XeroEmulator::new(XeroConfig {
                seed: start.seed,
                apps: vec![AppConfig {
                    name: "factory-accounting examples".to_owned(),
                    redirect_uris: vec![start.redirect_uri.to_string()],
                    ..AppConfig::default()
                }],
                ..XeroConfig::default()
            })
        };
        let journal = match kept {
            Some(path) => Journal::kept(path, clock, start, make)?,
            None => Journal::in_memory(make(&start), clock),
        };
        let card = serde_json::from_value(journal.card("")).context("failed to read the emulator's card")?;
        let running = Server::start(journal).await.context("failed to open a loopback port")?;
        let host = Url::parse(&running.base_url())?;
        Ok(Self { running, host, card })
    }

    /// What the workshop's bookkeeper has done in Xero before anything was connected: June is closed, and nobody books
    /// advertising any more.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn prepare_workshop(&self) -> anyhow::Result<()> {
        self.act(&json!({ "do": "lock_period", "date": "2026-06-30" })).await?;
        self.act(&json!({ "do": "archive_account", "account": "400" })).await
    }

    /// `http://127.0.0.1:port/`.
    #[must_use]
    pub fn host(&self) -> &Url {
        &self.host
    }

    /// What a client needs to start.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Whether its books are older than this run.
    #[must_use]
    pub fn has_history(&self) -> bool {
        self.running.emulator().replayed() > 0
    }

    /// Why the books of this run are not kept, should the file have failed.
    #[must_use]
    pub fn lost(&self) -> Option<String> {
        self.running.emulator().lost().map(str::to_owned)
    }

    /// Injects faults.
    pub fn inject(&self, faults: impl IntoIterator<Item = FaultRule>) {
        let mut journal = self.running.emulator();
        faults.into_iter().for_each(|rule| journal.package_mut().inject(rule));
    }

    /// Refuses no call for its number.
    pub fn lift_limits(&self) {
        self.running.emulator().package_mut().set_limits(RateLimits::off());
    }

    /// How many faults have struck so far, by kind.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn struck(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let answer = self.control("GET", "faults", None).await?;
        let mut struck = BTreeMap::new();
        for rule in answer["faults"].as_array().into_iter().flatten() {
            if let (Some(kind), Some(hits @ 1..)) = (rule["fault"]["kind"].as_str(), rule["hit"].as_u64()) {
                *struck.entry(kind.replace('_', " ")).or_default() += hits;
            }
        }
        Ok(struck)
    }

    /// Everything in the first organisation's books.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn ledger(&self) -> anyhow::Result<Value> {
        self.control("GET", "ledger", None).await
    }

    /// Acts as a person who works in Xero.
    ///
    /// # Errors
    /// Xero would not let the person.
    pub async fn act(&self, action: &Value) -> anyhow::Result<()> {
        self.control("POST", "act", Some(action)).await.map(drop)
    }

    async fn control(&self, method: &str, what: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let url = self.host.join(&format!("_emulator/{what}"))?;
        let mut request = client.request(method.parse()?, url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.context("failed to reach the emulator")?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            bail!("the emulator answered {status} to {what}: {text}");
        }
        serde_json::from_str(&text).context("failed to read the emulator's answer")
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
