//! Doubles for the seams: for this crate's own tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, RemoteId, WorkerId};
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use factory_accounting_http::{AppPacer, Body, Cause, Transport, TransportError};
use secrecy::SecretString;
use url::Url;

use crate::{FileProfile, MyobConfig, MyobProvider};

pub(crate) const FILE: &str = "7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111";
/// Planted where secrets are, and looked for where they must not be.
pub(crate) const ACCESS_TOKEN: &str = "planted-access-token";

/// A UID that is told from others by its number.
pub(crate) fn uid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// An answer to give.
#[derive(Clone, Debug)]
pub(crate) enum Canned {
    Answer(u16, Vec<(&'static str, String)>, String),
    Lost,
    NoConnection,
}

impl Canned {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    /// Rows of a list, the last page of it.
    pub(crate) fn rows(rows: &[&str]) -> Self {
        Self::page(rows, None)
    }

    /// A page of a list and the address of the next.
    pub(crate) fn page(rows: &[&str], next: Option<&str>) -> Self {
        let next = next.map_or("null".to_owned(), |next| format!("{next:?}"));
        Self::ok(format!(r#"{{"Items":[{}],"NextPageLink":{next},"Count":{}}}"#, rows.join(","), rows.len()))
    }

    /// A refusal of the API with one error.
    pub(crate) fn error(status: u16, name: &str, code: Option<u32>, message: &str, details: &str) -> Self {
        let error = serde_json::json!({
            "Name": name, "Message": message, "AdditionalDetails": details, "ErrorCode": code, "Severity": "Error",
        });
        Self::status(status, serde_json::json!({ "Errors": [error], "Information": null }).to_string())
    }

    /// The answer to a token that ran out, to a scope that is missing and to a path that is none.
    pub(crate) fn refused_token() -> Self {
        Self::error(401, "OAuthTokenIsInvalid", Some(31001), "The supplied OAuth token (Bearer) is not valid", "")
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
    /// Method and URL below the company file, with its parameters decoded.
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
}

fn line(request: &http::Request<Bytes>) -> String {
    let url = Url::parse(&request.uri().to_string()).expect("an absolute URL");
    let query: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let host = url.host_str().filter(|host| *host != "myob.example").unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    let own = format!("/accountright/{FILE}");
    let path = url.path().strip_prefix(&own).map_or_else(|| url.path(), |below| below.trim_start_matches('/'));
    format!("{} {host}{path}{mark}{}", request.method(), query.join("&"))
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
                let mut answer = http::Response::builder().status(status).header("x-myobapi-requestid", "64886bfd");
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

/// A clock that begins at ten o'clock and moves while somebody sleeps.
#[derive(Debug, Default)]
pub(crate) struct Still(Mutex<TimeDelta>);

#[async_trait]
impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        let slept = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        day(2026, 11, 21).and_hms_opt(10, 0, 0).expect("a time").and_utc() + slept
    }

    async fn sleep(&self, wait: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += TimeDelta::from_std(wait).expect("a short wait");
    }
}

/// Tokens of one connection in memory.
#[derive(Debug, Default)]
pub(crate) struct Tokens(pub(crate) Mutex<Option<StoredTokens>>);

impl Tokens {
    pub(crate) fn fresh() -> Arc<Self> {
        Self::with_scopes(&crate::config::SCOPES.join(" "))
    }

    pub(crate) fn with_scopes(scopes: &str) -> Arc<Self> {
        let now = Still::default().now();
        let tokens = TokenSet {
            access: SecretString::from(ACCESS_TOKEN),
            refresh: Some(SecretString::from("planted-refresh-token")),
            expires_at: now + TimeDelta::minutes(20),
            scopes: scopes.to_owned(),
            ends_at: Some(now + TimeDelta::days(300)),
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

/// A file that is ready for everything.
pub(crate) fn profile() -> FileProfile {
    let code = Some(RemoteId::new(uid(91)));
    FileProfile {
        customer_tax_code: code.clone(),
        customer_freight_tax_code: code.clone(),
        supplier_tax_code: code.clone(),
        supplier_freight_tax_code: code,
        untaxed: Some(RemoteId::new(uid(99))),
        ..FileProfile::default()
    }
}

pub(crate) fn config() -> MyobConfig {
    let host = Url::parse("http://myob.example").expect("a URL");
    let secret = SecretString::from("planted-client-secret");
    MyobConfig::new("key", secret, "https://host.example/back").on_host(&host).with_file(FILE).with_profile(profile())
}

/// A provider that is answered by a script.
pub(crate) fn provider(answers: impl IntoIterator<Item = Canned>) -> (MyobProvider, Arc<Script>) {
    configured(config(), answers)
}

/// A provider of another configuration that is answered by a script.
pub(crate) fn configured(config: MyobConfig, answers: impl IntoIterator<Item = Canned>) -> (MyobProvider, Arc<Script>) {
    let script = Script::of(answers);
    let clock: Arc<dyn Clock> = Arc::new(Still::default());
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let provider = MyobProvider::new(
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
