//! Doubles for the seams: for this crate's own tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use factory_accounting_http::{AppPacer, Body, Cause, Transport, TransportError};
use secrecy::SecretString;
use url::Url;

use crate::{QboConfig, QboProvider, Region};

pub(crate) const REALM: &str = "9341453";
/// Planted where secrets are, and looked for where they must not be.
pub(crate) const ACCESS_TOKEN: &str = "planted-access-token";

/// An answer to give.
#[derive(Clone, Debug)]
pub(crate) enum Canned {
    Answer(u16, Vec<(&'static str, String)>, String),
    Lost,
    NoConnection,
}

impl Canned {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Answer(200, Vec::new(), body.into())
    }

    /// Rows of a query, answered at ten o'clock.
    pub(crate) fn rows(entity: &str, rows: &[&str]) -> Self {
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

    /// A fault of the service with one error.
    pub(crate) fn fault(status: u16, code: u32, message: &str, detail: &str) -> Self {
        let error =
            serde_json::json!({ "Message": message, "Detail": detail, "code": code.to_string(), "element": "" });
        let fault = serde_json::json!({ "Fault": { "Error": [error], "type": "ValidationFault" }, "time": "x" });
        Self::status(status, fault.to_string())
    }

    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Answer(status, Vec::new(), body.into())
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Self::Answer(status, headers, body)
            }
            other => other,
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method and URL with its parameters decoded.
    pub(crate) line: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Gives canned answers in order and keeps what was asked.
#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Canned>>,
    seen: Mutex<Vec<Seen>>,
}

// By hand: what went over the wire holds secrets, and tests look for them in what the crate itself shows.
impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}

impl Script {
    pub(crate) fn of(answers: impl IntoIterator<Item = Canned>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), seen: Mutex::default() })
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// The statements of all questions.
    pub(crate) fn statements(&self) -> Vec<String> {
        let statement = |seen: Seen| match seen.line.split_once("query=") {
            Some((_, statement)) => Some(statement.to_owned()),
            None => seen.line.contains("/query?").then_some(seen.body),
        };
        self.seen().into_iter().filter_map(statement).collect()
    }
}

fn line(request: &http::Request<Bytes>) -> String {
    let url = Url::parse(&request.uri().to_string()).expect("an absolute URL");
    let query: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let host = url.host_str().filter(|host| *host != "qbo.example").unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {host}{}{mark}{}", request.method(), url.path(), query.join("&"))
}

#[async_trait]
impl Transport for Script {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        _deadline: Duration,
    ) -> Result<http::Response<Body>, TransportError> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen {
            line: line(&request),
            headers: request.headers().clone(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
        let next = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next.unwrap_or_else(|| panic!("the script has no answer for {}", line(&request))) {
            Canned::Answer(status, headers, body) => {
                let mut answer = http::Response::builder().status(status).header("intuit_tid", "1-64886bfd");
                for (name, value) in headers {
                    answer = answer.header(name, value);
                }
                Ok(answer.body(Body::from(Bytes::from(body))).expect("an answer"))
            }
            Canned::Lost => Err(TransportError::maybe_sent(Cause::Lost, "the connection broke")),
            Canned::NoConnection => Err(TransportError::not_sent(Cause::Connect, "no connection")),
        }
    }
}

/// A clock that stands still at ten o'clock; sleeping takes no time.
#[derive(Debug)]
pub(crate) struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        day(2026, 11, 21).and_hms_opt(10, 0, 0).expect("a time").and_utc()
    }

    async fn sleep(&self, _: Duration) {}
}

/// Tokens of one connection in memory.
#[derive(Debug, Default)]
pub(crate) struct Tokens(pub(crate) Mutex<Option<StoredTokens>>);

impl Tokens {
    pub(crate) fn fresh() -> Arc<Self> {
        let tokens = TokenSet {
            access: SecretString::from(ACCESS_TOKEN),
            refresh: Some(SecretString::from("planted-refresh-token")),
            expires_at: Still.now() + TimeDelta::minutes(20),
            scopes: String::new(),
            ends_at: Some(Still.now() + TimeDelta::days(1_000)),
        };
        Arc::new(Self(Mutex::new(Some(StoredTokens { tokens, version: 1 }))))
    }
}

#[async_trait]
impl TokenStore for Tokens {
    async fn load(&self, _: &ConnectionId) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn lease_refresh(
        &self,
        _: &ConnectionId,
        _: &WorkerId,
        _: DateTime<Utc>,
        _: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn replace(&self, _: &ConnectionId, expected: Option<u64>, tokens: TokenSet) -> Result<Replaced, StoreError> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = stored.as_ref().filter(|stored| Some(stored.version) != expected) {
            return Ok(Replaced::Lost(other.clone()));
        }
        let version = expected.unwrap_or(0) + 1;
        *stored = Some(StoredTokens { tokens, version });
        Ok(Replaced::Stored(version))
    }

    async fn forget(&self, _: &ConnectionId) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

pub(crate) fn config() -> QboConfig {
    let host = Url::parse("http://qbo.example").expect("a URL");
    let secret = SecretString::from("planted-client-secret");
    QboConfig::new("app", secret, "https://host.example/back", Region::International).on_host(&host)
}

/// A provider that is answered by a script.
pub(crate) fn provider(answers: impl IntoIterator<Item = Canned>) -> (QboProvider, Arc<Script>) {
    configured(config(), answers)
}

/// A provider of another configuration that is answered by a script.
pub(crate) fn configured(config: QboConfig, answers: impl IntoIterator<Item = Canned>) -> (QboProvider, Arc<Script>) {
    let script = Script::of(answers);
    let config = config.with_realm(REALM);
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let provider = QboProvider::new(
        config,
        Arc::<Script>::clone(&script),
        Tokens::fresh(),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        clock,
        &pacer,
    );
    (provider.expect("a usable configuration"), script)
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

pub(crate) fn decimal(text: &str) -> rust_decimal::Decimal {
    text.parse().expect("a decimal")
}
