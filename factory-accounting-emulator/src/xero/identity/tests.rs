//! Identity at the boundary: every error, rotation, PKCE, consent and connections.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::fault::{Fault, FaultRule};
use crate::xero::switches::{OldRefreshToken, Switches};
use crate::xero::testing::{Client, header, json, reply, text};
use crate::xero::{AppConfig, ScopeModel, XeroConfig};

const ID: &str = "EMULATOR0000000000000000CLIENTID";
const SECRET: &str = "emulator-client-secret";
const CALLBACK: &str = "http://localhost:8910/callback";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-it-is";

fn ask(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", ID),
        ("redirect_uri", CALLBACK),
        ("scope", "openid offline_access accounting.invoices"),
        ("state", "s&1"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Posts the consent form and answers the redirect's parameters.
fn answer(client: &mut Client, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = ask(changes);
    let response = reply(client.bare("POST", "/identity/connect/authorize", &[], &form));
    assert_eq!(response.status(), StatusCode::FOUND, "{}", text(&response));
    let location = header(response.headers(), "location").to_owned();
    assert!(location.starts_with(CALLBACK), "{location}");
    Url::parse(&location).expect("a URL").query_pairs().into_owned().collect()
}

fn consented(client: &mut Client, changes: &[(&str, &str)]) -> String {
    let tenant = client.tenant.to_string();
    let mut all = vec![("decision", "allow"), ("tenant", tenant.as_str())];
    all.extend_from_slice(changes);
    let found = answer(client, &all);
    found.iter().find(|(name, _)| name == "code").map(|(_, code)| code.clone()).expect("a code")
}

fn token(client: &mut Client, fields: &[(&str, &str)]) -> (StatusCode, Value) {
    let response = client.form("/connect/token", fields);
    (response.status(), json(&response))
}

fn exchange(client: &mut Client, code: &str, more: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", ID),
        ("client_secret", SECRET),
        ("redirect_uri", CALLBACK),
        ("code", code),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    token(client, &fields)
}

fn refresh(client: &mut Client, token_text: &str) -> (StatusCode, Value) {
    let fields =
        [("grant_type", "refresh_token"), ("client_id", ID), ("client_secret", SECRET), ("refresh_token", token_text)];
    token(client, &fields)
}

#[track_caller]
fn assert_refused((status, body): (StatusCode, Value), code: &str) {
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!(code)), "{body}");
}

#[track_caller]
fn refresh_token_of((status, body): &(StatusCode, Value)) -> String {
    assert_eq!(*status, StatusCode::OK, "{body}");
    body["refresh_token"].as_str().expect("a refresh token").to_owned()
}

#[test]
fn the_consent_page_lists_organisations_app_and_scopes() {
    let mut client = Client::new();
    let response = client.get(&format!("/identity/connect/authorize?{}", ask(&[])));
    let page = text(&response);
    assert_eq!(response.status(), StatusCode::OK);
    for tenant in client.xero.tenants() {
        assert!(page.contains(&format!("name=\"tenant\" value=\"{}\"", tenant.id)), "{page}");
    }
    for part in [
        "Emulated App",
        "accounting.invoices",
        "name=\"state\" value=\"s&amp;1\"",
        "value=\"allow\"",
        "value=\"cancel\"",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
}

#[test]
fn allowing_redirects_with_a_code_and_cancelling_with_access_denied() {
    let mut client = Client::new();
    let tenant = client.tenant.to_string();
    let allowed = answer(&mut client, &[("decision", "allow"), ("tenant", &tenant)]);
    let names: Vec<&str> = allowed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "scope", "session_state", "state"]);
    assert_eq!(allowed[3].1, "s&1");
    let cancelled = answer(&mut client, &[("decision", "cancel")]);
    assert_eq!(cancelled[0], ("error".to_owned(), "access_denied".to_owned()));
}

#[test]
fn a_wrong_request_is_an_error_page_and_never_a_redirect() {
    let mut client = Client::new();
    for (name, value, code) in [
        ("client_id", "nobody", "unauthorized_client"),
        ("client_id", "", "invalid_request"),
        ("redirect_uri", "http://localhost:8910/callback/", "invalid_request"),
        ("redirect_uri", "https://evil.example.test/", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "", "invalid_scope"),
        ("scope", "accounting.transactions", "unauthorized_client"),
        ("code_challenge", "plain", "invalid_request"),
    ] {
        let response = client.get(&format!("/identity/connect/authorize?{}", ask(&[(name, value)])));
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{name}={value}");
        assert!(text(&response).contains(code), "{name}={value}: {}", text(&response));
        assert!(!response.headers().contains_key("location"));
    }
    let nobody = reply(client.bare("POST", "/identity/connect/authorize", &[], &ask(&[("decision", "allow")])));
    assert_eq!(nobody.status(), StatusCode::BAD_REQUEST, "an organisation must be picked");
}

#[test]
fn a_legacy_app_may_ask_for_broad_scopes() {
    let app = AppConfig { scopes: ScopeModel::Legacy, ..AppConfig::default() };
    let mut client = Client::with(XeroConfig { apps: vec![app], ..XeroConfig::default() });
    let code = consented(&mut client, &[("scope", "accounting.transactions")]);
    assert_eq!(exchange(&mut client, &code, &[]).0, StatusCode::OK);
}

#[test]
fn a_code_is_good_once_for_five_minutes_and_for_its_redirect_uri() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    assert_refused(
        exchange(&mut client, &code, &[("redirect_uri", "https://app.example.test/xero/callback")]),
        "invalid_grant",
    );
    let granted = exchange(&mut client, &code, &[]);
    let body = &granted.1;
    assert_eq!((granted.0, &body["expires_in"], &body["token_type"]), (StatusCode::OK, &json!(1800), &json!("Bearer")));
    assert!(body["id_token"].is_string() && body["refresh_token"].is_string());
    assert_refused(exchange(&mut client, &code, &[]), "invalid_grant");

    let late = consented(&mut client, &[]);
    client.now += Duration::minutes(5) + Duration::seconds(1);
    assert_refused(exchange(&mut client, &late, &[]), "invalid_grant");
}

#[test]
fn openid_and_offline_access_decide_which_tokens_come() {
    let mut client = Client::new();
    client.xero.revoke_all();
    let code = consented(&mut client, &[("scope", "accounting.invoices")]);
    let (_, body) = exchange(&mut client, &code, &[]);
    assert!(body.get("id_token").is_none() && body.get("refresh_token").is_none(), "{body}");
}

#[test]
fn identity_errors_are_told_by_their_codes() {
    let mut client = Client::new();
    let wrong = |fields: &[(&str, &str)], code: &str| {
        let mut client = Client::new();
        assert_refused(token(&mut client, fields), code);
    };
    let good = [("client_id", ID), ("client_secret", SECRET)];
    wrong(&[("grant_type", "refresh_token")], "invalid_request");
    wrong(&[("grant_type", "refresh_token"), ("client_id", ID), ("client_secret", "wrong")], "invalid_client");
    wrong(&[("grant_type", "refresh_token"), ("client_id", ID)], "invalid_client");
    wrong(&[("grant_type", "refresh_token"), ("client_id", "nobody"), ("client_secret", SECRET)], "invalid_client");
    wrong(&[("grant_type", "password"), good[0], good[1]], "unsupported_grant_type");
    wrong(&[good[0], good[1]], "unsupported_grant_type");
    wrong(&[("grant_type", "refresh_token"), good[0], good[1], ("refresh_token", "nothing")], "invalid_grant");
    wrong(&[("grant_type", "authorization_code"), good[0], good[1], ("code", "nothing")], "invalid_grant");
    wrong(&[("grant_type", "client_credentials"), good[0], good[1]], "unauthorized_client");
    let get = reply(client.bare("GET", "/connect/token", &[], ""));
    assert_eq!(get.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn a_basic_header_authenticates_as_well_as_the_body() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    let basic = format!("Basic {}", STANDARD.encode(format!("{ID}:{SECRET}")));
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Flocalhost%3A8910%2Fcallback&extra=1"
    );
    let response = reply(client.bare("POST", "/connect/token", &[("authorization", &basic)], &form));
    assert_eq!(response.status(), StatusCode::OK, "{}", text(&response));
    let response = reply(client.bare("POST", "/connect/token", &[("authorization", "Basic !")], &form));
    assert!(text(&response).contains("invalid_client"));
}

#[test]
fn pkce_wants_the_verifier_of_the_challenge() {
    let native = AppConfig { client_secret: None, ..AppConfig::default() };
    let mut client = Client::with(XeroConfig { apps: vec![native], ..XeroConfig::default() });
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let challenged = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];

    let without = client.get(&format!("/identity/connect/authorize?{}", ask(&[])));
    assert!(text(&without).contains("code challenge required"));
    let code = consented(&mut client, &challenged);
    assert_refused(exchange(&mut client, &code, &[]), "invalid_grant");
    assert_refused(exchange(&mut client, &code, &[("code_verifier", "short")]), "invalid_grant");
    assert_refused(exchange(&mut client, &code, &[("code_verifier", &VERIFIER.replace('a', "b"))]), "invalid_grant");
    let granted = exchange(&mut client, &code, &[("code_verifier", VERIFIER)]);
    let chained = refresh_token_of(&granted);
    let (status, _) =
        token(&mut client, &[("grant_type", "refresh_token"), ("client_id", ID), ("refresh_token", &chained)]);
    assert_eq!(status, StatusCode::OK, "a native app refreshes without a secret");
}

#[test]
fn a_rotated_refresh_token_works_for_thirty_minutes_more() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    let first = refresh_token_of(&exchange(&mut client, &code, &[]));
    let second = refresh_token_of(&refresh(&mut client, &first));
    client.now += Duration::minutes(30);
    let third = refresh_token_of(&refresh(&mut client, &first));
    assert!(first != second && second != third, "a retry within the grace answers another pair");
    client.now += Duration::seconds(1);
    assert_refused(refresh(&mut client, &first), "invalid_grant");
    refresh_token_of(&refresh(&mut client, &second));
    refresh_token_of(&refresh(&mut client, &third));
}

#[test]
fn the_switch_answers_the_same_pair_within_the_grace() {
    let mut client = Client::new();
    client.xero.set_switches(Switches { old_refresh_token: OldRefreshToken::SamePair, ..Switches::default() });
    let code = consented(&mut client, &[]);
    let first = refresh_token_of(&exchange(&mut client, &code, &[]));
    let second = refresh(&mut client, &first).1;
    assert_eq!(refresh(&mut client, &first).1, second);
}

#[test]
fn a_refresh_token_dies_after_sixty_unused_days() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    let first = refresh_token_of(&exchange(&mut client, &code, &[]));
    client.now += Duration::days(60);
    let second = refresh_token_of(&refresh(&mut client, &first));
    client.now += Duration::days(60) + Duration::seconds(1);
    assert_refused(refresh(&mut client, &second), "invalid_grant");
}

#[test]
fn a_lost_refresh_answer_is_mended_within_the_grace_and_an_injected_invalid_grant_does_nothing() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    let first = refresh_token_of(&exchange(&mut client, &code, &[]));
    client.xero.inject(FaultRule::on("POST", "token", Fault::TokenLostResponse));
    let form = format!("grant_type=refresh_token&client_id={ID}&client_secret={SECRET}&refresh_token={first}");
    let lost = client.bare("POST", "/connect/token", &[], &form);
    assert!(matches!(lost, crate::Outcome::Dropped), "{lost:?}");
    client.xero.inject(FaultRule::on("POST", "token", Fault::InvalidGrant));
    assert_refused(refresh(&mut client, &first), "invalid_grant");
    refresh_token_of(&refresh(&mut client, &first));
    client.now += Duration::minutes(31);
    assert_refused(refresh(&mut client, &first), "invalid_grant");
}

#[test]
fn connections_list_what_was_consented_and_end_one_by_one() {
    let mut client = Client::new();
    let second = client.xero.tenants()[1].id;
    let event_of = |token: &str| {
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
        serde_json::from_slice::<Value>(&claims).expect("JSON")["authentication_event_id"]
            .as_str()
            .expect("id")
            .to_owned()
    };
    client.now += Duration::nanoseconds(519_516_540);
    client.token = client.xero.authorised(&[second], "accounting.contacts", client.now).access_token;
    let all = json(&client.get("/Connections"));
    let all = all.as_array().expect("a bare array");
    assert_eq!(all.len(), 2, "a later consent adds to the earlier one");
    assert_eq!(all[1]["createdDateUtc"], "2026-11-21T01:00:34.5195165");
    assert_eq!((&all[1]["tenantType"], &all[1]["tenantId"]), (&json!("ORGANISATION"), &json!(second)));

    let event = event_of(&client.token);
    let latest = json(&client.get(&format!("/connections?authEventId={event}")));
    assert_eq!(latest.as_array().map(Vec::len), Some(1));

    let id = all[0]["id"].as_str().expect("an id");
    assert_eq!(client.get("/api.xro/2.0/Contacts").status(), StatusCode::OK);
    let gone = reply(client.send("DELETE", &format!("/connections/{id}"), &[], ""));
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(client.get("/api.xro/2.0/Contacts").status(), StatusCode::FORBIDDEN);
    assert_eq!(reply(client.send("DELETE", &format!("/connections/{id}"), &[], "")).status(), StatusCode::NOT_FOUND);
    client.tenant = second;
    assert_eq!(client.get("/api.xro/2.0/Contacts").status(), StatusCode::OK, "the other organisation stays");
}

#[test]
fn revocation_ends_tokens_and_connections_of_the_user() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    let refresh_token = refresh_token_of(&exchange(&mut client, &code, &[]));
    let wrong = client.form("/connect/revocation", &[("token", &refresh_token), ("client_id", ID)]);
    assert!(text(&wrong).contains("invalid_client"));
    let fields = [("token", refresh_token.as_str()), ("client_id", ID), ("client_secret", SECRET)];
    let done = client.form("/connect/revocation", &fields);
    assert_eq!((done.status(), done.body().len()), (StatusCode::OK, 0));
    assert_refused(refresh(&mut client, &refresh_token), "invalid_grant");
    assert_eq!(client.get("/connections").status(), StatusCode::UNAUTHORIZED);
    assert_eq!(client.form("/connect/revocation", &fields).status(), StatusCode::OK);
}

#[test]
fn a_custom_connection_needs_no_tenant_header_and_gets_no_refresh_token() {
    let app = AppConfig { custom_connection: Some(1), ..AppConfig::default() };
    let mut client = Client::with(XeroConfig { apps: vec![app], ..XeroConfig::default() });
    let grant = |client: &mut Client, name: &str, scope: &str| {
        token(
            client,
            &[("grant_type", "client_credentials"), ("client_id", ID), ("client_secret", SECRET), (name, scope)],
        )
    };
    assert_refused(grant(&mut client, "scope", "openid"), "invalid_scope");
    assert_refused(grant(&mut client, "scope", "accounting.everything"), "invalid_scope");
    let (status, body) = grant(&mut client, "scopes", "accounting.contacts");
    assert_eq!(status, StatusCode::OK, "an unknown field is ignored: {body}");
    assert!(body.get("refresh_token").is_none());

    let bearer = format!("Bearer {}", body["access_token"].as_str().expect("a token"));
    let tenants = client.xero.tenants();
    for (tenant, expected) in [
        (None, 200),
        (Some(String::new()), 200),
        (Some(tenants[1].id.to_string()), 200),
        (Some(tenants[0].id.to_string()), 403),
    ] {
        let mut headers = vec![("authorization", bearer.as_str()), ("accept", "application/json")];
        headers.extend(tenant.as_deref().map(|tenant| ("xero-tenant-id", tenant)));
        let response = reply(client.bare("GET", "/api.xro/2.0/Contacts", &headers, ""));
        assert_eq!(response.status(), expected, "{tenant:?}");
    }
    let page = client.get(&format!("/identity/connect/authorize?{}", ask(&[])));
    assert!(text(&page).contains("no consent page"));
}

#[test]
fn discovery_names_the_endpoints_under_the_caller_s_own_base() {
    let mut client = Client::new();
    let headers = [("host", "127.0.0.1:9")];
    let document = json(&reply(client.bare("GET", "/.well-known/openid-configuration", &headers, "")));
    assert_eq!(document["token_endpoint"], "http://127.0.0.1:9/connect/token");
    let keys = json(&reply(client.bare("GET", "/.well-known/openid-configuration/jwks", &headers, "")));
    assert_eq!(keys["keys"][0]["kty"], "RSA");
    assert!(keys["keys"][0].get("d").is_none(), "the private half stays in");
}

#[test]
fn an_id_token_is_signed_by_the_published_key_and_tied_to_its_access_token() {
    let mut client = Client::new();
    let code = consented(&mut client, &[]);
    let (_, body) = exchange(&mut client, &code, &[]);
    let token = body["id_token"].as_str().expect("an id token").to_owned();
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let (head, claims) = signed.split_once('.').expect("three parts");
    let part = |text: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("JSON")
    };
    let keys = json(&client.get("/.well-known/openid-configuration/jwks"));
    let key =
        keys["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == part(head)["kid"]).expect("its key");
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().expect("text")).expect("base64url");
    let components = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let verified = |message: &str| components.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature);
    assert!(verified(signed).is_ok());
    assert!(verified(&signed[1..]).is_err());

    let access = body["access_token"].as_str().expect("an access token");
    assert_eq!(part(claims)["at_hash"], URL_SAFE_NO_PAD.encode(&Sha256::digest(access)[..16]));
    assert_eq!((&part(claims)["iss"], &part(claims)["aud"]), (&json!("https://identity.xero.com"), &json!(ID)));
}

#[test]
fn tokens_are_never_shown_by_debug() {
    let mut client = Client::new();
    let tokens = client.xero.authorised(&[client.tenant], "offline_access", client.now);
    let shown = format!("{tokens:?} {:?}", client.xero);
    for secret in [&tokens.access_token, tokens.refresh_token.as_ref().expect("a token"), &SECRET.to_owned()] {
        assert!(!shown.contains(secret.as_str()), "{secret} is in {shown}");
    }
}
