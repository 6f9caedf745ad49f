//! Signing in, refreshing and revoking against a scripted authorisation server.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use factory_accounting_http::{
    Authorisation, ClientAuth, GrantType, OAuthClient, OAuthConfig, OAuthError, parse_redirect,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::support::{LeapClock, Reply, Scripted, start};

pub(crate) fn config() -> OAuthConfig {
    OAuthConfig {
        authorize_url: "https://login.example/authorize".into(),
        token_url: "https://identity.example/token".into(),
        revocation_url: Some("https://identity.example/revoke".into()),
        client_id: "app id".into(),
        client_secret: Some(SecretString::from("s+cret")),
        redirect_uri: "https://host.example/back".into(),
        scopes: vec!["offline_access".into(), "things".into()],
        client_auth: ClientAuth::Basic,
        grant: GrantType::AuthorizationCode,
        pkce: true,
        extra_authorize_params: vec![("prompt".into(), "consent".into())],
    }
}

pub(crate) fn client(transport: &Arc<Scripted>, clock: &Arc<LeapClock>) -> OAuthClient {
    OAuthClient::new(config(), Arc::clone(transport) as _, Arc::clone(clock) as _).unwrap()
}

fn with(config: OAuthConfig, replies: &[Reply]) -> (OAuthClient, Arc<Scripted>) {
    let transport = Scripted::new(replies.iter().cloned());
    (OAuthClient::new(config, Arc::clone(&transport) as _, LeapClock::new()).unwrap(), transport)
}

/// The form that was sent, as pairs.
fn form(transport: &Scripted, sending: usize) -> Vec<(String, String)> {
    let sent = transport.sent.lock().unwrap();
    url::form_urlencoded::parse(sent[sending].body()).into_owned().collect()
}

fn has(form: &[(String, String)], name: &str, value: &str) -> bool {
    form.iter().any(|(key, held)| key == name && held == value)
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json; charset=utf-8")];
const PAIR: &str = r#"{"access_token":"a1","refresh_token":"r1","expires_in":"1200","token_type":"bearer","scope":"things","realm":7}"#;

#[test]
fn f8_the_authorisation_page_gets_all_it_needs_and_no_secret() {
    let (client, _) = with(config(), &[]);
    let (one, two) = (client.begin(), client.begin());
    let pairs: Vec<(String, String)> = one.url.query_pairs().into_owned().collect();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "app id"),
        ("redirect_uri", "https://host.example/back"),
        ("scope", "offline_access things"),
        ("prompt", "consent"),
        ("code_challenge_method", "S256"),
        ("state", one.state.expose_secret()),
    ] {
        assert!(has(&pairs, name, value), "{name} in {}", one.url);
    }
    let verifier = one.verifier.as_ref().unwrap().expose_secret();
    assert!((43..=128).contains(&verifier.len()));
    assert!(!one.url.as_str().contains(verifier) && !one.url.as_str().contains("cret"));
    assert_ne!(one.state.expose_secret(), two.state.expose_secret());
    assert_ne!(verifier, two.verifier.unwrap().expose_secret());
}

fn back(begun: &Authorisation) -> factory_accounting_http::Redirect {
    parse_redirect(&format!("/back?code=c1&state={}", begun.state.expose_secret())).unwrap()
}

#[tokio::test]
async fn f8_a_code_buys_tokens_whose_life_counts_from_the_asking() {
    let (client, transport) = with(config(), &[Reply::Answer(200, JSON, PAIR)]);
    let begun = client.begin();
    let granted = client.exchange(&back(&begun), &begun).await.unwrap();
    assert_eq!(granted.tokens.access.expose_secret(), "a1");
    assert_eq!(granted.tokens.expires_at, start() + TimeDelta::seconds(1200));
    assert_eq!(granted.tokens.scopes, "things");
    assert_eq!(granted.extras["realm"], 7);
    let form = form(&transport, 0);
    assert!(has(&form, "grant_type", "authorization_code") && has(&form, "code", "c1"));
    assert!(has(&form, "code_verifier", begun.verifier.as_ref().unwrap().expose_secret()));
    // Basic base64("app+id:s%2Bcret"), form-encoded before joining.
    assert_eq!(transport.header(0, "authorization").as_deref(), Some("Basic YXBwK2lkOnMlMkJjcmV0"));
}

#[tokio::test]
async fn a_redirect_of_another_sign_in_buys_nothing() {
    let (client, transport) = with(config(), &[]);
    let (mine, other) = (client.begin(), client.begin());
    assert_eq!(client.exchange(&back(&other), &mine).await.unwrap_err(), OAuthError::StateMismatch);
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn an_app_without_secret_sends_its_id_and_always_a_challenge() {
    let public = OAuthConfig { client_secret: None, client_auth: ClientAuth::None, pkce: false, ..config() };
    let (client, transport) = with(public, &[Reply::Answer(200, JSON, PAIR)]);
    assert!(client.begin().verifier.is_some());
    client.refresh(&SecretString::from("r0")).await.unwrap();
    let form = form(&transport, 0);
    assert!(has(&form, "client_id", "app id") && has(&form, "refresh_token", "r0"));
    assert_eq!(transport.header(0, "authorization"), None);
}

#[tokio::test]
async fn a_server_that_does_not_rotate_keeps_the_refresh_token() {
    let (client, _) = with(config(), &[Reply::Answer(200, JSON, r#"{"access_token":"a2"}"#)]);
    let tokens = client.refresh(&SecretString::from("r0")).await.unwrap();
    assert_eq!(tokens.refresh.unwrap().expose_secret(), "r0");
    assert_eq!(tokens.expires_at, start() + TimeDelta::seconds(300), "an unstated life is taken as short");
    assert_eq!(tokens.scopes, "offline_access things");
}

#[tokio::test]
async fn a_machine_buys_an_access_token_without_a_refresh_token() {
    let machine = OAuthConfig { grant: GrantType::ClientCredentials, ..config() };
    let (client, transport) = with(machine, &[Reply::Answer(200, JSON, r#"{"access_token":"m","expires_in":1800}"#)]);
    assert!(client.client_credentials().await.unwrap().tokens.refresh.is_none());
    let form = form(&transport, 0);
    assert!(has(&form, "grant_type", "client_credentials") && has(&form, "scope", "offline_access things"));
}

#[tokio::test]
async fn what_went_wrong_with_a_refresh_is_told_apart() {
    let refusal = |status, body| Reply::Answer(status, JSON, body);
    type Check = fn(&OAuthError) -> bool;
    let cases: Vec<(Reply, Check)> = vec![
        (refusal(400, r#"{"error":"invalid_grant"}"#), |e| matches!(e, OAuthError::InvalidGrant(_))),
        (refusal(401, r#"{"error":"invalid_client"}"#), |e| matches!(e, OAuthError::InvalidClient(_))),
        (refusal(400, r#"{"error":"unauthorized_client"}"#), |e| matches!(e, OAuthError::InvalidClient(_))),
        (refusal(400, r#"{"error":"invalid_scope"}"#), |e| matches!(e, OAuthError::InvalidScope(_))),
        (refusal(400, r#"{"error":"odd"}"#), |e| matches!(e, OAuthError::Refused { code, .. } if code == "odd")),
        (Reply::NotSent, |e| matches!(e, OAuthError::Unavailable { .. })),
        (
            Reply::Answer(503, &[("retry-after", "7")], "<html>"),
            |e| matches!(e, OAuthError::Unavailable { retry_after: Some(wait), .. } if *wait == Duration::from_secs(7)),
        ),
        (Reply::Answer(429, &[], ""), |e| matches!(e, OAuthError::Unavailable { .. })),
        (Reply::Lost, |e| matches!(e, OAuthError::Unknown(_))),
        (Reply::Short, |e| matches!(e, OAuthError::Unknown(_))),
        (Reply::Answer(200, &[("content-type", "text/html")], "<html>"), |e| matches!(e, OAuthError::Unknown(_))),
        (refusal(200, "{}"), |e| matches!(e, OAuthError::Unknown(_))),
        (refusal(200, ""), |e| matches!(e, OAuthError::Unknown(_))),
        (Reply::Answer(400, &[], ""), |e| matches!(e, OAuthError::Unknown(_))),
    ];
    for (reply, expected) in cases {
        let (client, transport) = with(config(), std::slice::from_ref(&reply));
        let error = client.refresh(&SecretString::from("r0")).await.unwrap_err();
        assert!(expected(&error), "{reply:?}: {error:?}");
        assert_eq!(transport.count(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_grant_is_revoked_with_the_apps_own_credentials() {
    let (client, transport) = with(config(), &[Reply::Answer(200, &[], "")]);
    client.revoke(&SecretString::from("r1")).await.unwrap();
    assert!(has(&form(&transport, 0), "token", "r1"));
    assert_eq!(transport.header(0, "authorization").as_deref(), Some("Basic YXBwK2lkOnMlMkJjcmV0"));
    let (client, _) = with(config(), &[Reply::Answer(401, JSON, r#"{"error":"invalid_client"}"#)]);
    assert!(matches!(client.revoke(&SecretString::from("r1")).await, Err(OAuthError::InvalidClient(_))));
    let (client, _) = with(OAuthConfig { revocation_url: None, ..config() }, &[]);
    assert!(matches!(client.revoke(&SecretString::from("r1")).await, Err(OAuthError::Config(_))));
}

#[test]
fn a_wrong_configuration_is_told_at_once() {
    let refused =
        |config: OAuthConfig| OAuthClient::new(config, Scripted::new([]), LeapClock::new()).unwrap_err().to_string();
    assert_eq!(
        refused(OAuthConfig { token_url: "identity".into(), ..config() }),
        "token_url is not an absolute URL: correct it"
    );
    assert_eq!(
        refused(OAuthConfig { client_secret: None, ..config() }),
        "client_secret is missing: set it, or choose ClientAuth::None"
    );
}
