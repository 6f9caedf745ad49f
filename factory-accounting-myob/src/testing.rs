//! A provider without a network: for this crate's own tests.

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{RemoteId, WorkerId};
pub(crate) use factory_accounting_core::memory::MemoryTokenStore;
use factory_accounting_core::token::{StoredTokens, TokenSet, TokenStore as _};
use factory_accounting_http::AppPacer;
use factory_accounting_testkit::fixed;
pub(crate) use factory_accounting_testkit::fixed::{ACCESS_TOKEN, clock, connection, day, decimal, ten_o_clock};
pub(crate) use factory_accounting_testkit::{Script, Wire};
use secrecy::SecretString;
use url::Url;

use crate::{FileProfile, MyobConfig, MyobProvider};

pub(crate) const FILE: &str = "7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111";

/// A UID that is told from others by its number.
pub(crate) fn uid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Answers as MYOB gives them.
pub(crate) trait Answers: Sized {
    /// Rows of a list, the last page of it.
    fn rows(rows: &[&str]) -> Self;

    /// A page of a list and the address of the next.
    fn page(rows: &[&str], next: Option<&str>) -> Self;

    /// A refusal of the API with one error.
    fn error(status: u16, name: &str, code: Option<u32>, message: &str, details: &str) -> Self;

    /// The answer to a token that ran out, to a scope that is missing and to a path that is none.
    fn refused_token() -> Self;
}

impl Answers for Wire {
    fn rows(rows: &[&str]) -> Self {
        Self::page(rows, None)
    }

    fn page(rows: &[&str], next: Option<&str>) -> Self {
        let next = next.map_or("null".to_owned(), |next| format!("{next:?}"));
        Self::ok(format!(r#"{{"Items":[{}],"NextPageLink":{next},"Count":{}}}"#, rows.join(","), rows.len()))
    }

    fn error(status: u16, name: &str, code: Option<u32>, message: &str, details: &str) -> Self {
        let error = serde_json::json!({
            "Name": name, "Message": message, "AdditionalDetails": details, "ErrorCode": code, "Severity": "Error",
        });
        Self::status(status, serde_json::json!({ "Errors": [error], "Information": null }).to_string())
    }

    fn refused_token() -> Self {
        Self::error(401, "OAuthTokenIsInvalid", Some(31001), "The supplied OAuth token (Bearer) is not valid", "")
    }
}

/// A script that says requests by what lies below the company file, with their parameters decoded; every answer has the id
/// of its request.
pub(crate) fn script_of(answers: impl IntoIterator<Item = Wire>) -> Arc<Script> {
    Script::told_by(line, answers.into_iter().map(|answer| answer.with("x-myobapi-requestid", "64886bfd")))
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

/// A store with tokens that hold for twenty minutes.
pub(crate) fn fresh_tokens() -> Arc<MemoryTokenStore> {
    tokens_with_scopes(&crate::config::SCOPES.join(" "))
}

pub(crate) fn tokens_with_scopes(scopes: &str) -> Arc<MemoryTokenStore> {
    let ends_at = Some(ten_o_clock() + TimeDelta::days(300));
    let tokens = TokenSet { scopes: scopes.to_owned(), ends_at, ..fixed::tokens() };
    factory_accounting_testkit::stored(&connection(), tokens)
}

/// The tokens of the connection as they are stored.
pub(crate) async fn stored(tokens: &MemoryTokenStore) -> Option<StoredTokens> {
    tokens.load(&connection()).await.expect("a store")
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
pub(crate) fn provider(answers: impl IntoIterator<Item = Wire>) -> (MyobProvider, Arc<Script>) {
    configured(config(), answers)
}

/// A provider of another configuration that is answered by a script.
pub(crate) fn configured(config: MyobConfig, answers: impl IntoIterator<Item = Wire>) -> (MyobProvider, Arc<Script>) {
    let script = script_of(answers);
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let provider = MyobProvider::new(
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
