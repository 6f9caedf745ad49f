//! What is repeated and what is not.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_http::{
    AppPacer, Call, Exchange, ExchangeBuilder, ExchangeError, LimitSignals, Limits, Scope, Signals, Throttle,
    TokenManager, Window,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::oauth::client;
use crate::support::{LeapClock, Reply, Scripted, TokensInMemory, get, put, start, tokens};

const URL: &str = "https://api.example/things?name=Jane";

fn builder(transport: &Arc<Scripted>, clock: &Arc<LeapClock>) -> ExchangeBuilder {
    Exchange::builder(Arc::clone(transport) as _, Arc::clone(clock) as _)
}

async fn read(replies: &[Reply]) -> (Result<u16, ExchangeError>, usize) {
    let (transport, clock) = (Scripted::new(replies.iter().cloned()), LeapClock::new());
    let answer = builder(&transport, &clock).build().call(Call::read("list things", get(URL))).await;
    (answer.map(|answer| answer.status.as_u16()), transport.count())
}

async fn write(replies: &[Reply]) -> (Result<u16, ExchangeError>, usize) {
    let (transport, clock) = (Scripted::new(replies.iter().cloned()), LeapClock::new());
    let answer = builder(&transport, &clock).build().call(Call::write("create things", put(URL, "{}"))).await;
    (answer.map(|answer| answer.status.as_u16()), transport.count())
}

const OK: Reply = Reply::Answer(200, &[], "{}");

#[tokio::test]
async fn a_write_is_sent_once_whatever_comes_back() {
    for status in [200, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504] {
        assert_eq!(write(&[Reply::Answer(status, &[("retry-after", "1")], "")]).await, (Ok(status), 1));
    }
    for lost in [Reply::Lost, Reply::Short] {
        let (outcome, sendings) = write(std::slice::from_ref(&lost)).await;
        assert!(matches!(outcome, Err(ExchangeError::Unknown(_))), "{lost:?}: {outcome:?}");
        assert_eq!(sendings, 1, "{lost:?}");
    }
}

#[tokio::test]
async fn a_write_is_repeated_only_where_no_byte_left() {
    assert_eq!(write(&[Reply::NotSent, Reply::NotSent, OK]).await, (Ok(200), 3));
    let (outcome, sendings) = write(&[Reply::NotSent, Reply::NotSent, Reply::NotSent]).await;
    assert!(
        matches!(&outcome, Err(ExchangeError::NotSent(error)) if error.kind() == ErrorKind::Network),
        "{outcome:?}"
    );
    assert_eq!(sendings, 3);
    let (outcome, sendings) = write(&[Reply::NotSent, Reply::Lost]).await;
    assert!(matches!(outcome, Err(ExchangeError::Unknown(_))), "{outcome:?}");
    assert_eq!(sendings, 2);
}

#[tokio::test]
async fn a_read_is_sent_at_most_three_times() {
    for status in [408, 429, 500, 502, 503, 504] {
        let bad = Reply::Answer(status, &[], "<html>");
        assert_eq!(read(&[bad.clone(), bad.clone(), OK]).await, (Ok(200), 3), "{status}");
        assert_eq!(read(&[bad.clone(), bad.clone(), bad]).await, (Ok(status), 3), "{status}");
    }
    assert_eq!(read(&[Reply::Lost, Reply::Short, OK]).await, (Ok(200), 3));
    for status in [200, 204, 301, 400, 401, 403, 404, 501] {
        assert_eq!(read(&[Reply::Answer(status, &[], "")]).await, (Ok(status), 1), "{status}");
    }
    let (outcome, _) = read(&[Reply::Lost, Reply::Lost, Reply::Short]).await;
    assert_eq!(outcome.unwrap_err().to_string(), "outcome unknown: list things: the answer ended after 4 of 100 bytes");
}

#[tokio::test]
async fn a_long_retry_after_is_handed_to_the_caller() {
    assert_eq!(read(&[Reply::Answer(429, &[("retry-after", "66975")], "")]).await, (Ok(429), 1));
    assert_eq!(read(&[Reply::Answer(503, &[("retry-after", "2")], ""), OK]).await, (Ok(200), 2));
}

#[tokio::test]
async fn waits_between_sendings_follow_the_seed() {
    let waits = |seed| async move {
        let (transport, clock) = (Scripted::new([Reply::Lost, Reply::Lost, OK]), LeapClock::new());
        let exchange = builder(&transport, &clock).seed(seed).build();
        exchange.call(Call::read("list things", get(URL))).await.unwrap();
        clock.slept.lock().unwrap().clone()
    };
    assert_eq!(waits(1).await, waits(1).await);
    assert_ne!(waits(1).await, waits(2).await);
}

#[tokio::test]
async fn too_large_an_answer_is_not_asked_for_again() {
    let (transport, clock) = (Scripted::new([Reply::Answer(200, &[], "0123456789")]), LeapClock::new());
    let call = Call::read("list things", get(URL)).with_body_cap(9);
    let error = builder(&transport, &clock).build().call(call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(transport.count(), 1);
}

#[tokio::test]
async fn fixed_headers_go_with_every_call_and_yield_to_its_own() {
    let (transport, clock) = (Scripted::new([OK, OK]), LeapClock::new());
    let exchange = builder(&transport, &clock)
        .header(HeaderName::from_static("x-version"), HeaderValue::from_static("v2"))
        .header(http::header::ACCEPT, HeaderValue::from_static("application/json"))
        .build();
    exchange.call(Call::read("list things", get(URL))).await.unwrap();
    let mut own = get(URL);
    own.headers_mut().insert(http::header::ACCEPT, HeaderValue::from_static("application/pdf"));
    exchange.call(Call::read("print thing", own)).await.unwrap();
    assert_eq!(transport.header(0, "accept").as_deref(), Some("application/json"));
    assert_eq!(transport.header(1, "accept").as_deref(), Some("application/pdf"));
    assert_eq!(transport.header(1, "x-version").as_deref(), Some("v2"));
    assert_eq!(transport.header(0, "authorization"), None);
}

/// An exchange with tokens of which the first is stored for an hour.
fn with_tokens(api: &Arc<Scripted>, identity: &[Reply]) -> (Exchange, Arc<LeapClock>, Arc<Scripted>) {
    let (clock, identity) = (LeapClock::new(), Scripted::new(identity.iter().cloned()));
    let store = TokensInMemory::holding(Some(tokens("first", Some("r1"), start() + chrono::TimeDelta::hours(1))));
    let manager = TokenManager::new(
        store,
        client(&identity, &clock),
        ConnectionId::new("c"),
        WorkerId::new("w"),
        Arc::clone(&clock) as _,
    );
    (builder(api, &clock).tokens(manager).build(), clock, identity)
}

const SECOND: Reply = Reply::Answer(
    200,
    &[("content-type", "application/json")],
    r#"{"access_token":"second","refresh_token":"r2","expires_in":1800,"token_type":"Bearer"}"#,
);
const REFUSED: Reply = Reply::Answer(401, &[], "");

#[tokio::test]
async fn a_read_with_a_refused_token_goes_out_once_more_with_a_fresh_one() {
    let api = Scripted::new([REFUSED, OK]);
    let (exchange, _, identity) = with_tokens(&api, &[SECOND]);
    let answer = exchange.call(Call::read("list things", get(URL))).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(api.header(0, "authorization").as_deref(), Some("Bearer first"));
    assert_eq!(api.header(1, "authorization").as_deref(), Some("Bearer second"));
    assert_eq!(identity.count(), 1);
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_is_not_replaced_again() {
    let api = Scripted::new([REFUSED, REFUSED, REFUSED]);
    let (exchange, _, identity) = with_tokens(&api, &[SECOND]);
    let answer = exchange.call(Call::read("list things", get(URL))).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!((api.count(), identity.count()), (2, 1));
    exchange.call(Call::read("list things", get(URL))).await.unwrap();
    assert_eq!((api.count(), identity.count()), (3, 1), "no storm of refreshes");
}

#[tokio::test]
async fn a_write_with_a_refused_token_returns_and_the_next_call_refreshes() {
    let api = Scripted::new([REFUSED, OK]);
    let (exchange, _, identity) = with_tokens(&api, &[SECOND]);
    let refused = exchange.call(Call::write("create things", put(URL, "{}"))).await.unwrap();
    assert_eq!((refused.status, api.count(), identity.count()), (StatusCode::UNAUTHORIZED, 1, 0));
    let again = exchange.call(Call::write("create things", put(URL, "{}"))).await.unwrap();
    assert_eq!((again.status, identity.count()), (StatusCode::OK, 1));
    assert_eq!(api.header(1, "authorization").as_deref(), Some("Bearer second"));
}

#[tokio::test]
async fn a_missing_scope_is_not_cured_by_refreshing() {
    for text in ["Bearer error=\"insufficient_scope\"", "insufficent_scope"] {
        let headers: &'static [_] = Box::leak(Box::new([("www-authenticate", text)]));
        let api = Scripted::new([Reply::Answer(401, headers, "")]);
        let (exchange, _, identity) = with_tokens(&api, &[]);
        exchange.call(Call::read("list things", get(URL))).await.unwrap();
        assert_eq!((api.count(), identity.count()), (1, 0));
    }
}

#[tokio::test]
async fn a_call_without_token_sends_none() {
    let api = Scripted::new([OK]);
    let (exchange, ..) = with_tokens(&api, &[]);
    exchange.call(Call::read("list things", get(URL)).without_token()).await.unwrap();
    assert_eq!(api.header(0, "authorization"), None);
}

#[tokio::test]
async fn nothing_is_sent_without_a_token() {
    let api = Scripted::new([]);
    let (exchange, clock, identity) = with_tokens(&api, &[Reply::Answer(400, &[], r#"{"error":"invalid_grant"}"#)]);
    clock.pass(Duration::from_secs(7200));
    let error = exchange.call(Call::write("create things", put(URL, "{}"))).await.unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(error.kind(), ErrorKind::Unauthorised);
    assert_eq!(error.error().package_code(), Some("invalid_grant"));
    assert_eq!((api.count(), identity.count()), (0, 1));
}

#[derive(Debug)]
struct ByStatus;

impl LimitSignals for ByStatus {
    fn read(&self, status: StatusCode, _: &HeaderMap) -> Signals {
        let throttled =
            (status == StatusCode::TOO_MANY_REQUESTS).then_some(Throttle { window: Some("minute"), retry_after: None });
        Signals { remaining: Vec::new(), throttled }
    }
}

fn paced(transport: &Arc<Scripted>, clock: &Arc<LeapClock>) -> Exchange {
    let window = Window { name: "minute", span: Duration::from_secs(60), permits: 60, scope: Scope::Organisation };
    let limits = Limits { concurrent: 1, windows: vec![window], inline_wait: Duration::from_secs(5) };
    let pacer = AppPacer::new(limits, Arc::clone(clock) as _).organisation("o");
    builder(transport, clock).pacer(pacer, Arc::new(ByStatus)).build()
}

#[tokio::test]
async fn a_refusal_for_a_limit_holds_back_the_next_write_without_sending_it() {
    let transport = Scripted::new([Reply::Answer(429, &[("retry-after", "26")], ""), OK]);
    let clock = LeapClock::new();
    let exchange = paced(&transport, &clock);
    let refused = exchange.call(Call::write("create things", put(URL, "{}"))).await.unwrap();
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let held = exchange.call(Call::write("create things", put(URL, "{}"))).await.unwrap_err();
    assert!(held.is_not_sent());
    assert_eq!((held.kind(), held.error().retry_after()), (ErrorKind::Throttled, Some(Duration::from_secs(26))));
    assert_eq!(transport.count(), 1);
    clock.pass(Duration::from_secs(22));
    let sent = exchange.call(Call::write("create things", put(URL, "{}"))).await.unwrap();
    assert_eq!((sent.status, transport.count()), (StatusCode::OK, 2), "four seconds are waited for");
}

#[tokio::test]
async fn a_download_keeps_its_place_until_it_ends() {
    let transport = Scripted::new([OK, OK, Reply::Short]);
    let clock = LeapClock::new();
    let exchange = paced(&transport, &clock);
    let (parts, mut chunks) = exchange.stream(Call::read("download file", get(URL))).await.unwrap();
    assert_eq!(parts.status, StatusCode::OK);
    let held = exchange.call(Call::read("list things", get(URL))).await.unwrap_err();
    assert_eq!(held.kind(), ErrorKind::Throttled);
    let first = poll_fn(|context| chunks.as_mut().poll_next(context)).await;
    assert_eq!(first.unwrap().unwrap().as_ref(), b"{}");
    assert!(poll_fn(|context| chunks.as_mut().poll_next(context)).await.is_none());
    exchange.call(Call::read("list things", get(URL))).await.unwrap();
    let (_, mut short) = exchange.stream(Call::read("download file", get(URL))).await.unwrap();
    poll_fn(|context| short.as_mut().poll_next(context)).await.unwrap().unwrap();
    let end = poll_fn(|context| short.as_mut().poll_next(context)).await.unwrap().unwrap_err();
    assert_eq!(end.to_string(), "download file: the answer ended after 4 of 100 bytes");
}

#[tokio::test]
async fn a_download_that_is_refused_brings_the_refusal() {
    let transport = Scripted::new([Reply::Answer(404, &[], "no such file")]);
    let exchange = builder(&transport, &LeapClock::new()).build();
    let (parts, mut chunks) = exchange.stream(Call::read("download file", get(URL))).await.unwrap();
    assert_eq!(parts.status, StatusCode::NOT_FOUND);
    let body = poll_fn(|context| chunks.as_mut().poll_next(context)).await.unwrap().unwrap();
    assert_eq!(body.as_ref(), b"no such file");
}

#[tokio::test]
async fn calls_and_downloads_can_be_spawned() {
    let api = Scripted::new([OK, OK]);
    let (exchange, ..) = with_tokens(&api, &[]);
    let reader = exchange.clone();
    tokio::spawn(async move { reader.call(Call::read("list things", get(URL))).await }).await.unwrap().unwrap();
    tokio::spawn(async move { exchange.stream(Call::read("download file", get(URL))).await.map(drop) })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(api.count(), 2);
}
