//! An emulator's control surface: what a test, or a person at the package's own screens, does to it.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde_json::Value;
use url::Url;

/// The control surface of an emulator at an address.
#[derive(Clone, Debug)]
pub struct Control {
    host: Url,
}

impl Control {
    /// The emulator at `http://127.0.0.1:port/`.
    #[must_use]
    pub fn at(host: Url) -> Self {
        Self { host }
    }

    /// How many faults have struck so far, by kind.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn struck(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let answer = self.call("GET", "faults", None).await?;
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
        self.call("GET", "ledger", None).await
    }

    /// Acts as a person who works in the package itself; answers what came of it.
    ///
    /// # Errors
    /// The package would not let the person.
    pub async fn act(&self, action: &Value) -> anyhow::Result<Value> {
        self.call("POST", "act", Some(action)).await
    }

    async fn call(&self, method: &str, what: &str, body: Option<&Value>) -> anyhow::Result<Value> {
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
}
