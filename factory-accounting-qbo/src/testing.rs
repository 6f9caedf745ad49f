//! A provider without a network: for this crate's own tests.

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::WorkerId;
pub(crate) use factory_accounting_core::memory::MemoryTokenStore;
use factory_accounting_core::token::{StoredTokens, TokenSet, TokenStore as _};
use factory_accounting_http::AppPacer;
pub(crate) use factory_accounting_testkit::fixed::{ACCESS_TOKEN, clock, connection, day, decimal, ten_o_clock};
pub(crate) use factory_accounting_testkit::{Script, Wire};
use factory_accounting_testkit::{Seen, fixed};
use secrecy::SecretString;
use url::Url;

use crate::{QboConfig, QboProvider, Region};

pub(crate) const REALM: &str = "9341453";

/// Answers as QuickBooks gives them.
pub(crate) trait Answers: Sized {
    /// Rows of a query, answered at ten o'clock.
    fn rows(entity: &str, rows: &[&str]) -> Self;

    /// A fault of the service with one error.
    fn fault(status: u16, code: u32, message: &str, detail: &str) -> Self;
}

impl Answers for Wire {
    fn rows(entity: &str, rows: &[&str]) -> Self {
        let body = if rows.is_empty() {
            r#"{"QueryResponse":{},"time":"2026-11-21T10:00:00Z"}"#.to_owned()
        } else {
            format!(
                r#"{{"QueryResponse":{{"{entity}":[{}],"startPosition":1,"maxResults":{}}},"time":"2026-11-21T10:00:00Z"}}"#,
                rows.join(","),
                rows.len()
            )
        };
        Self::ok(body)
    }

    fn fault(status: u16, code: u32, message: &str, detail: &str) -> Self {
        let error =
            serde_json::json!({ "Message": message, "Detail": detail, "code": code.to_string(), "element": "" });
        let fault = serde_json::json!({ "Fault": { "Error": [error], "type": "ValidationFault" }, "time": "x" });
        Self::status(status, fault.to_string())
    }
}

/// A script that says requests with their parameters decoded; every answer has the id of its request.
pub(crate) fn script_of(answers: impl IntoIterator<Item = Wire>) -> Arc<Script> {
    Script::told_by(line, answers.into_iter().map(|answer| answer.with("intuit_tid", "1-64886bfd")))
}

fn line(request: &http::Request<Bytes>) -> String {
    let url = Url::parse(&request.uri().to_string()).expect("an absolute URL");
    let query: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let host = url.host_str().filter(|host| *host != "qbo.example").unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {host}{}{mark}{}", request.method(), url.path(), query.join("&"))
}

/// The statements of all questions.
pub(crate) fn statements(script: &Script) -> Vec<String> {
    let statement = |seen: Seen| match seen.line.split_once("query=") {
        Some((_, statement)) => Some(statement.to_owned()),
        None => seen.line.contains("/query?").then_some(seen.body),
    };
    script.seen().into_iter().filter_map(statement).collect()
}

/// A store with tokens that hold for twenty minutes.
pub(crate) fn fresh_tokens() -> Arc<MemoryTokenStore> {
    factory_accounting_testkit::stored(&connection(), granted())
}

pub(crate) fn granted() -> TokenSet {
    TokenSet { ends_at: Some(ten_o_clock() + TimeDelta::days(1_000)), ..fixed::tokens() }
}

/// The tokens of the connection as they are stored.
pub(crate) async fn stored(tokens: &MemoryTokenStore) -> Option<StoredTokens> {
    tokens.load(&connection()).await.expect("a store")
}

pub(crate) fn config() -> QboConfig {
    let host = Url::parse("http://qbo.example").expect("a URL");
    let secret = SecretString::from("planted-client-secret");
    QboConfig::new("app", secret, "https://host.example/back", Region::International).on_host(&host)
}

/// A provider that is answered by a script.
pub(crate) fn provider(answers: impl IntoIterator<Item = Wire>) -> (QboProvider, Arc<Script>) {
    configured(config(), answers)
}

/// A provider of another configuration that is answered by a script.
pub(crate) fn configured(config: QboConfig, answers: impl IntoIterator<Item = Wire>) -> (QboProvider, Arc<Script>) {
    let script = script_of(answers);
    let config = config.with_realm(REALM);
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let provider = QboProvider::new(
        config,
        Arc::<Script>::clone(&script),
        fresh_tokens(),
        connection(),
        WorkerId::new("worker"),
        clock,
        &pacer,
    );
    (provider.expect("a usable configuration"), script)
}
