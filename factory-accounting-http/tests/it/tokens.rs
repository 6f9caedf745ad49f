//! One refresh however many ask, and none lost to a crash.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::token::TokenStore as _;
use factory_accounting_http::{
    Body, Cause, GrantType, OAuthClient, OAuthConfig, TokenManager, Transport, TransportError,
};
use http::{Request, Response};
use secrecy::ExposeSecret as _;

use crate::oauth::config;
use crate::support::{LeapClock, Reply, Scripted, SimulatedClock, TokensInMemory, answer, start, tokens};

/// A rotating token endpoint: the newest refresh token is good, the one before it for half an hour more.
#[derive(Debug)]
struct Identity {
    clock: Arc<dyn Clock>,
    state: Mutex<Grants>,
}

#[derive(Debug)]
struct Grants {
    current: String,
    previous: Option<(String, DateTime<Utc>)>,
    refreshes: u32,
    lose_next_answers: u32,
}

impl Identity {
    fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        let grants = Grants { current: "r0".into(), previous: None, refreshes: 0, lose_next_answers: 0 };
        Arc::new(Self { clock, state: Mutex::new(grants) })
    }

    fn refreshes(&self) -> u32 {
        self.state.lock().unwrap().refreshes
    }
}

#[async_trait]
impl Transport for Identity {
    async fn send(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Body>, TransportError> {
        self.clock.sleep(Duration::from_millis(100)).await;
        let form: Vec<(String, String)> = url::form_urlencoded::parse(request.body()).into_owned().collect();
        let sent = form.iter().find(|(name, _)| name == "refresh_token").map(|(_, token)| token.clone()).unwrap();
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        let in_grace = |(token, at): &(String, DateTime<Utc>)| *token == sent && now - *at <= TimeDelta::minutes(30);
        if sent != state.current && !state.previous.as_ref().is_some_and(in_grace) {
            return Ok(answer(400, &[("content-type", "application/json")], r#"{"error":"invalid_grant"}"#));
        }
        state.refreshes += 1;
        let turn = state.refreshes;
        state.previous = Some((sent, now));
        state.current = format!("r{turn}");
        if state.lose_next_answers > 0 {
            state.lose_next_answers -= 1;
            return Err(TransportError::maybe_sent(Cause::Lost, "lost the connection to identity.example"));
        }
        let body = format!(
            r#"{{"access_token":"a{turn}","refresh_token":"r{turn}","expires_in":1800,"token_type":"Bearer"}}"#
        );
        Ok(answer(200, &[("content-type", "application/json")], &body))
    }
}

fn manager(
    worker: &str,
    store: &Arc<TokensInMemory>,
    identity: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
) -> TokenManager {
    let oauth = OAuthClient::new(config(), identity, Arc::clone(&clock)).unwrap();
    TokenManager::new(Arc::clone(store) as _, oauth, ConnectionId::new("c"), WorkerId::new(worker), clock)
}

fn expired() -> Arc<TokensInMemory> {
    TokensInMemory::holding(Some(tokens("a0", Some("r0"), start())))
}

#[tokio::test]
async fn r40_two_processes_and_many_callers_refresh_once() {
    let clock = SimulatedClock::new();
    let (store, identity) = (expired(), Identity::new(Arc::clone(&clock) as _));
    let mut callers = Vec::new();
    for worker in ["one", "two"] {
        let manager = manager(worker, &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
        for _ in 0..10 {
            let manager = manager.clone();
            callers.push(tokio::spawn(async move { manager.bearer().await }));
        }
    }
    let given = clock
        .drive(async {
            let mut given = Vec::new();
            for caller in callers {
                given.push(caller.await.unwrap().unwrap());
            }
            given
        })
        .await;
    assert_eq!(identity.refreshes(), 1);
    assert!(given.iter().all(|bearer| bearer.token.expose_secret() == "a1" && bearer.version == 2));
}

#[tokio::test]
async fn a_fresh_token_is_given_without_asking_the_server() {
    let clock = LeapClock::new();
    let store = TokensInMemory::holding(Some(tokens("a0", Some("r0"), start() + TimeDelta::seconds(61))));
    let manager = manager("w", &store, Scripted::new([]), Arc::clone(&clock) as _);
    assert_eq!(manager.bearer().await.unwrap().token.expose_secret(), "a0");
}

#[tokio::test]
async fn the_store_is_not_asked_again_at_once_but_soon_and_whenever_a_token_was_refused() {
    let clock = LeapClock::new();
    let hour = start() + TimeDelta::hours(1);
    let store = TokensInMemory::holding(Some(tokens("a0", Some("r0"), hour)));
    let manager = manager("w", &store, Scripted::new([]), Arc::clone(&clock) as _);
    let given = async || manager.bearer().await.expect("a token");
    assert_eq!(given().await.token.expose_secret(), "a0");
    store.overwrite(tokens("another's", Some("r1"), hour));
    assert_eq!(given().await.token.expose_secret(), "a0");
    clock.pass(Duration::from_secs(5));
    let seen = given().await;
    assert_eq!(seen.token.expose_secret(), "another's");
    store.overwrite(tokens("the newest", Some("r2"), hour));
    assert!(manager.reject(seen.version));
    assert_eq!(given().await.token.expose_secret(), "the newest");
    manager.forget().await.expect("forgotten");
    assert_eq!(manager.bearer().await.expect_err("none").kind(), ErrorKind::Unauthorised);
}

#[tokio::test]
async fn r40_a_crash_between_refresh_and_store_is_healed_within_the_grace() {
    let clock = LeapClock::new();
    let (store, identity) = (expired(), Identity::new(Arc::clone(&clock) as _));
    // The server rotates, and the process dies before it stores anything: every storing fails, and the memory is gone.
    *store.failing_replaces.lock().unwrap() = 3;
    let dying = manager("dying", &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
    assert_eq!(dying.bearer().await.unwrap_err().kind(), ErrorKind::Unavailable);
    drop(dying);
    assert_eq!((identity.refreshes(), store.stored().unwrap().version), (1, 1));
    // Its lease has to run out; the grace has not.
    clock.pass(Duration::from_secs(121));
    let heir = manager("heir", &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
    assert_eq!(heir.bearer().await.unwrap().token.expose_secret(), "a2");
    assert_eq!(store.stored().unwrap().tokens.refresh.unwrap().expose_secret(), "r2");
}

#[tokio::test]
async fn tokens_that_the_store_would_not_take_are_stored_by_the_next_call() {
    let clock = LeapClock::new();
    let (store, identity) = (expired(), Identity::new(Arc::clone(&clock) as _));
    *store.failing_replaces.lock().unwrap() = 3;
    let manager = manager("w", &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
    manager.bearer().await.unwrap_err();
    assert_eq!(manager.bearer().await.unwrap().token.expose_secret(), "a1");
    assert_eq!(identity.refreshes(), 1, "nothing was asked for twice");
}

#[tokio::test]
async fn tokens_of_a_connection_that_has_ended_meanwhile_do_not_come_back() {
    let clock = LeapClock::new();
    let (store, identity) = (expired(), Identity::new(Arc::clone(&clock) as _));
    *store.failing_replaces.lock().unwrap() = 3;
    let manager = manager("w", &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
    manager.bearer().await.unwrap_err();
    store.forget(&ConnectionId::new("c")).await.unwrap();
    assert_eq!(manager.bearer().await.unwrap_err().package_code(), Some("no_token"));
    assert!(store.stored().is_none());
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_refresh_token() {
    let clock = LeapClock::new();
    let (store, identity) = (expired(), Identity::new(Arc::clone(&clock) as _));
    identity.state.lock().unwrap().lose_next_answers = 2;
    let manager = manager("w", &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
    assert_eq!(manager.bearer().await.unwrap().token.expose_secret(), "a3");
    assert_eq!(store.stored().unwrap().tokens.refresh.unwrap().expose_secret(), "r3");
}

#[tokio::test]
async fn a_token_with_some_life_left_is_used_while_the_server_is_away() {
    let clock = LeapClock::new();
    let store = TokensInMemory::holding(Some(tokens("a0", Some("r0"), start() + TimeDelta::seconds(30))));
    let away = Scripted::new([Reply::NotSent, Reply::NotSent, Reply::NotSent]);
    let manager = manager("w", &store, away, Arc::clone(&clock) as _);
    assert_eq!(manager.bearer().await.unwrap().token.expose_secret(), "a0");
}

/// A server that refuses, and another process that stores newer tokens just before.
#[derive(Debug)]
struct Overtaken {
    store: Arc<TokensInMemory>,
    by: Option<DateTime<Utc>>,
}

#[async_trait]
impl Transport for Overtaken {
    async fn send(&self, _: Request<Bytes>, _: Duration) -> Result<Response<Body>, TransportError> {
        if let Some(expires_at) = self.by {
            self.store.overwrite(tokens("theirs", Some("r9"), expires_at));
        }
        Ok(answer(400, &[("content-type", "application/json")], r#"{"error":"invalid_grant"}"#))
    }
}

#[tokio::test]
async fn r40_invalid_grant_is_final_only_if_nobody_else_has_refreshed() {
    let clock = LeapClock::new();
    let store = expired();
    let overtaken = Overtaken { store: Arc::clone(&store), by: Some(start() + TimeDelta::hours(1)) };
    let saved = manager("w", &store, Arc::new(overtaken), Arc::clone(&clock) as _);
    assert_eq!(saved.bearer().await.unwrap().token.expose_secret(), "theirs");

    let store = expired();
    let dead =
        manager("w", &store, Arc::new(Overtaken { store: Arc::clone(&store), by: None }), Arc::clone(&clock) as _);
    let error = dead.bearer().await.unwrap_err();
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Unauthorised, Some("invalid_grant")));
}

#[tokio::test]
async fn r41_anothers_lease_is_waited_for_and_then_the_call_is_given_back() {
    let clock = LeapClock::new();
    let store = expired();
    let holder = WorkerId::new("other");
    let connection = ConnectionId::new("c");
    assert!(store.lease_refresh(&connection, &holder, start(), start() + TimeDelta::hours(1)).await.unwrap());
    let manager = manager("w", &store, Scripted::new([]), Arc::clone(&clock) as _);
    let error = manager.bearer().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.retry_after().is_some());
    assert!(clock.now() - start() >= TimeDelta::seconds(15));
}

#[tokio::test]
async fn a_refused_token_is_replaced_by_the_next_call() {
    let clock = LeapClock::new();
    let store = TokensInMemory::holding(Some(tokens("a0", Some("r0"), start() + TimeDelta::hours(1))));
    let identity = Identity::new(Arc::clone(&clock) as _);
    let manager = manager("w", &store, Arc::clone(&identity) as _, Arc::clone(&clock) as _);
    let old = manager.bearer().await.unwrap();
    assert!(manager.reject(old.version));
    let new = manager.bearer().await.unwrap();
    assert_eq!(new.token.expose_secret(), "a1");
    assert!(!manager.reject(new.version), "a token just fetched is refused for another reason");
    assert_eq!(manager.bearer().await.unwrap().version, new.version);
    clock.pass(Duration::from_secs(61));
    assert!(manager.reject(new.version));
}

#[tokio::test]
async fn without_tokens_a_person_signs_in() {
    let clock = LeapClock::new();
    for held in [None, Some(tokens("a0", None, start()))] {
        let store = TokensInMemory::holding(held);
        let manager = manager("w", &store, Scripted::new([]), Arc::clone(&clock) as _);
        let error = manager.bearer().await.unwrap_err();
        assert_eq!((error.kind(), error.package_code()), (ErrorKind::Unauthorised, Some("no_token")));
    }
}

#[tokio::test]
async fn a_machine_mints_its_first_and_every_later_token() {
    let clock = LeapClock::new();
    let reply = Reply::Answer(200, &[], r#"{"access_token":"m","expires_in":1800}"#);
    let transport = Scripted::new([reply.clone(), reply]);
    let machine = OAuthConfig { grant: GrantType::ClientCredentials, ..config() };
    let oauth = OAuthClient::new(machine, Arc::clone(&transport) as _, Arc::clone(&clock) as _).unwrap();
    let store = TokensInMemory::holding(None);
    let manager = TokenManager::new(
        Arc::clone(&store) as _,
        oauth,
        ConnectionId::new("c"),
        WorkerId::new("w"),
        Arc::clone(&clock) as _,
    );
    assert_eq!(manager.bearer().await.unwrap().version, 1);
    assert_eq!(manager.bearer().await.unwrap().version, 1);
    clock.pass(Duration::from_secs(1750));
    assert_eq!(manager.bearer().await.unwrap().version, 2);
    assert_eq!(transport.count(), 2);
}

#[tokio::test]
async fn a_new_sign_in_takes_the_place_of_whatever_is_stored() {
    let clock = LeapClock::new();
    for held in [None, Some(tokens("dead", Some("r0"), start()))] {
        let store = TokensInMemory::holding(held);
        let manager = manager("w", &store, Scripted::new([]), Arc::clone(&clock) as _);
        let adopted = manager.adopt(tokens("new", Some("n0"), start() + TimeDelta::hours(1))).await.unwrap();
        assert_eq!(adopted.token.expose_secret(), "new");
        assert_eq!(manager.bearer().await.unwrap().version, adopted.version);
    }
}

#[tokio::test]
async fn an_ended_connection_has_no_tokens_and_a_new_sign_in_brings_them_back() {
    let clock = LeapClock::new();
    let store = TokensInMemory::holding(Some(tokens("old", Some("r0"), start() + TimeDelta::hours(1))));
    let manager = manager("w", &store, Scripted::new([]), Arc::clone(&clock) as _);
    assert_eq!(manager.stored().await.unwrap().unwrap().access.expose_secret(), "old");
    manager.forget().await.unwrap();
    manager.forget().await.unwrap();
    assert!(manager.stored().await.unwrap().is_none() && store.stored().is_none());
    assert_eq!(manager.bearer().await.unwrap_err().package_code(), Some("no_token"));
    manager.adopt(tokens("new", Some("n0"), start() + TimeDelta::hours(1))).await.unwrap();
    assert_eq!(manager.bearer().await.unwrap().token.expose_secret(), "new");
}
