//! X7: no secret in `Debug`, `Display`, errors or spans.

use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_http::{Call, Exchange, OAuthClient, OAuthConfig, OAuthError, TokenManager, parse_redirect};
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use tracing::instrument::WithSubscriber as _;

use crate::oauth::config;
use crate::support::{LeapClock, Reply, Scripted, TokensInMemory, get, put, start, tokens};

/// Every planted secret holds this word.
const PLANTED: &str = "hunter2";

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn clean(what: &str, text: &str) {
    assert!(!text.contains(PLANTED), "{what} shows a secret: {text}");
}

fn shown(what: &str, value: &impl Debug) {
    clean(what, &format!("{value:?} {value:#?}"));
}

const ROTATED: Reply = Reply::Answer(
    200,
    &[("content-type", "application/json"), ("set-cookie", "hunter2")],
    r#"{"access_token":"hunter2-a","refresh_token":"hunter2-r","expires_in":60,"id_token":"hunter2-i"}"#,
);
const ODD: Reply = Reply::Answer(
    200,
    &[("content-type", "application/json")],
    r#"{"access_token":"hunter2-a","refresh_token":"hunter2-r","expires_in":"hunter2"}"#,
);

#[tokio::test]
async fn x7_a_planted_secret_shows_up_nowhere() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    scenario().with_subscriber(subscriber).await;
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("exchange") && log.contains("api.example"), "the spans were captured: {log}");
    assert!(log.contains("tokens refreshed"), "the refresh was captured: {log}");
    clean("the log", &log);
}

async fn scenario() {
    let clock = LeapClock::new();
    let config = OAuthConfig { client_secret: Some(SecretString::from("hunter2-s")), ..config() };
    shown("config", &config);
    let identity = Scripted::new([ROTATED, ODD, ROTATED]);
    let oauth = OAuthClient::new(config, Arc::clone(&identity) as _, Arc::clone(&clock) as _).unwrap();
    shown("client", &oauth);

    let begun = oauth.begin();
    let redirect = parse_redirect(&format!("/back?code=hunter2&state={}", begun.state.expose_secret())).unwrap();
    shown("redirect", &redirect);
    let (state, verifier) = (begun.state.expose_secret(), begun.verifier.as_ref().unwrap().expose_secret());
    let begun_shown = format!("{begun:?} {begun:#?}");
    assert!(!begun_shown.contains(state) && !begun_shown.contains(verifier), "{begun_shown}");
    let granted = oauth.exchange(&redirect, &begun).await.unwrap();
    assert_eq!(granted.extras["id_token"], "hunter2-i");
    shown("granted", &granted);
    let unreadable: OAuthError = oauth.refresh(&SecretString::from("hunter2-r")).await.unwrap_err();
    shown("error", &unreadable);
    clean("error", &unreadable.to_string());

    let store = TokensInMemory::holding(Some(tokens("hunter2-old", Some("hunter2-r"), start() - TimeDelta::hours(1))));
    let manager = TokenManager::new(store, oauth, ConnectionId::new("c"), WorkerId::new("w"), Arc::clone(&clock) as _);
    shown("manager", &manager);
    shown("bearer", &manager.bearer().await.unwrap());

    let api = Scripted::new([Reply::Answer(200, &[("x-echo", "hunter2")], "hunter2"), Reply::Lost]);
    let exchange = Exchange::builder(Arc::clone(&api) as _, Arc::clone(&clock) as _)
        .header(HeaderName::from_static("x-key"), HeaderValue::from_static("hunter2"))
        .build();
    shown("exchange", &exchange);
    let call = Call::read("list things", get("https://api.example/things?q=hunter2"));
    shown("call", &call);
    shown("answer", &exchange.call(call).await.unwrap());
    let lost =
        exchange.call(Call::write("create things", put("https://api.example/things?q=hunter2", "hunter2"))).await;
    let lost = lost.unwrap_err();
    shown("lost", &lost);
    clean("lost", &lost.to_string());
}
