//! Consent and tokens at the boundary.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::Duration;
use http::Response;
use serde_json::{Value, json as value};
use url::Url;

use crate::qbo::switches::{CodeReuse, InvalidGrantBody, OldRefreshToken, RefreshRotation, RevokeBody, Switches};
use crate::qbo::testing::{Client, DEFAULT_APP, gateway_code, header, json, reply, text};

const TOKEN: &str = "/oauth2/v1/tokens/bearer";
const REVOKE: &str = "/v2/oauth2/tokens/revoke";
const CALLBACK: &str = "http://localhost:8910/callback";
const CLIENT: &str = "ABEmulatorClientId00000000000000000000000000000001";

fn ask(scope: &str, more: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("scope", scope),
        ("redirect_uri", CALLBACK),
        ("state", "s 1"),
    ]);
    query.extend_pairs(more).finish()
}

const ACCOUNTING: &str = "com.intuit.quickbooks.accounting";

fn browse(client: &mut Client, query: &str) -> Response<Bytes> {
    reply(client.bare("GET", &format!("/connect/oauth2?{query}"), &[], b""))
}

/// Answers the consent page and gives the parameters of the callback.
fn answered(client: &mut Client, scope: &str, answer: &[(&str, &str)]) -> Vec<(String, String)> {
    let body = ask(scope, answer);
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    callback(&reply(client.bare("POST", "/connect/oauth2", &kind, body.as_bytes())))
}

#[track_caller]
fn callback(response: &Response<Bytes>) -> Vec<(String, String)> {
    assert_eq!(response.status(), 302, "{}", text(response));
    let location = Url::parse(header(response.headers(), "location")).expect("a URL");
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    location.query_pairs().into_owned().collect()
}

fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

fn code_for(client: &mut Client, scope: &str) -> String {
    let realm = client.realm.clone();
    let pairs = answered(client, scope, &[("decision", "allow"), ("realm", &realm)]);
    parameter(&pairs, "code").to_owned()
}

fn exchange(client: &mut Client, code: &str, redirect_uri: &str) -> Response<Bytes> {
    client.form(TOKEN, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)])
}

fn refresh(client: &mut Client, token: &str) -> Response<Bytes> {
    client.form(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

/// Tokens of a fresh consent.
fn connected(client: &mut Client, scope: &str) -> Value {
    let code = code_for(client, scope);
    json(&exchange(client, &code, CALLBACK))
}

fn word<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {body}"))
}

#[test]
fn discovery_names_the_endpoints_under_the_caller_s_host() {
    let mut client = Client::new();
    for path in ["/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration/"] {
        let document = json(&reply(client.bare("GET", path, &[("host", "127.0.0.1:9")], b"")));
        assert_eq!(word(&document, "issuer"), "https://oauth.platform.intuit.com/op/v1");
        for (name, path) in [
            ("authorization_endpoint", "/connect/oauth2"),
            ("token_endpoint", TOKEN),
            ("userinfo_endpoint", "/v1/openid_connect/userinfo"),
            ("revocation_endpoint", REVOKE),
            ("jwks_uri", "/op/v1/jwks"),
        ] {
            assert_eq!(word(&document, name), format!("http://127.0.0.1:9{path}"));
        }
    }
}

#[test]
fn the_consent_page_lists_companies_and_the_callback_names_the_one_that_was_picked() {
    let mut client = Client::new();
    let second = client.qbo.add_company(crate::qbo::Country::Us, Some("77")).expect("a company");
    let page = browse(&mut client, &ask(ACCOUNTING, &[]));
    assert_eq!((page.status().as_u16(), header(page.headers(), "x-frame-options")), (200, "DENY"));
    for needed in [client.realm.as_str(), second.as_str(), "Emulated App", ACCOUNTING, "name=\"decision\""] {
        assert!(text(&page).contains(needed), "{needed} is missing in {}", text(&page));
    }
    let pairs = answered(&mut client, ACCOUNTING, &[("decision", "allow"), ("realm", "77")]);
    assert_eq!((parameter(&pairs, "realmId"), parameter(&pairs, "state")), ("77", "s 1"));
    assert!(parameter(&pairs, "code").starts_with("AB1"));
    let tokens = json(&exchange(&mut client, parameter(&pairs, "code"), CALLBACK));
    assert!(tokens.get("realmId").is_none(), "the realm comes on the callback only: {tokens}");
}

#[test]
fn refusals_go_to_the_app_only_where_its_address_is_certain() {
    let mut client = Client::new();
    let denied = answered(&mut client, ACCOUNTING, &[("decision", "cancel")]);
    assert_eq!((parameter(&denied, "error"), parameter(&denied, "state")), ("access_denied", "s 1"));
    for scope in ["accounting", "", "com.intuit.quickbooks.accounting payroll.compensation.read"] {
        let response = browse(&mut client, &ask(scope, &[]));
        assert_eq!(parameter(&callback(&response), "error"), "invalid_scope", "{scope}");
    }
    let good = ask(ACCOUNTING, &[]);
    for (part, wrong) in [
        (CLIENT, "nobody"),
        ("8910%2Fcallback", "8910%2Fcallback%2F"),
        ("state=s+1", "state="),
        ("redirect_uri=", "redirect="),
    ] {
        let page = browse(&mut client, &good.replace(part, wrong));
        assert_eq!(page.status(), 400, "{part}");
        assert!(!page.headers().contains_key("location"), "{part}");
    }
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let nobody = ask(ACCOUNTING, &[("decision", "allow"), ("realm", "1")]);
    assert_eq!(reply(client.bare("POST", "/connect/oauth2", &kind, nobody.as_bytes())).status(), 400);
}

#[test]
fn a_token_answer_has_intuit_s_members_and_lives() {
    let mut client = Client::new();
    let code = code_for(&mut client, ACCOUNTING);
    let response = exchange(&mut client, &code, CALLBACK);
    assert!(header(response.headers(), "intuit_tid").starts_with("1-"));
    let tokens = json(&response);
    assert_eq!(word(&tokens, "token_type"), "bearer");
    assert_eq!((&tokens["expires_in"], &tokens["x_refresh_token_expires_in"]), (&value!(3_600), &value!(8_726_400)));
    assert!(word(&tokens, "access_token").contains("..") && word(&tokens, "refresh_token").starts_with("RT1-"));
    assert!(tokens.get("id_token").is_none() && tokens.get("x_refresh_token_hard_expires_in").is_none());
    client.token = word(&tokens, "access_token").to_owned();
    let realm = client.realm.clone();
    assert_eq!(client.get(&format!("companyinfo/{realm}")).status(), 200);
    client.now += Duration::seconds(3_600);
    let late = client.get(&format!("companyinfo/{realm}"));
    assert_eq!((late.status().as_u16(), gateway_code(&late)), (401, "3200".to_owned()));
    assert!(text(&late).contains("Token expired"), "{}", text(&late));
}

#[test]
fn a_code_is_good_once_for_ten_minutes_and_for_its_redirect_uri() {
    let mut client = Client::new();
    let code = code_for(&mut client, ACCOUNTING);
    assert_eq!(exchange(&mut client, &code, "https://app.example.test/qbo/callback").status(), 400);
    assert_eq!(exchange(&mut client, &code, CALLBACK).status(), 200);
    let again = exchange(&mut client, &code, CALLBACK);
    assert_eq!((again.status().as_u16(), word(&json(&again), "error")), (400, "invalid_grant"));
    let code = code_for(&mut client, ACCOUNTING);
    client.now += Duration::minutes(11);
    assert_eq!(exchange(&mut client, &code, CALLBACK).status(), 400);
}

#[test]
fn exchanging_a_code_twice_ends_the_first_tokens_only_where_the_switch_says_so() {
    for (code_reuse, expected) in [(CodeReuse::Refused, 200), (CodeReuse::RevokesGrant, 400)] {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { code_reuse, ..Switches::default() });
        let code = code_for(&mut client, ACCOUNTING);
        let first = json(&exchange(&mut client, &code, CALLBACK));
        assert_eq!(exchange(&mut client, &code, CALLBACK).status(), 400);
        assert_eq!(refresh(&mut client, word(&first, "refresh_token")).status(), expected, "{code_reuse:?}");
    }
}

#[test]
fn the_refresh_token_stays_the_same_for_a_day_and_then_its_old_value_dies() {
    for (old_refresh_token, just_after, later) in
        [(OldRefreshToken::DiesAtOnce, 400, 400), (OldRefreshToken::LivesADay, 200, 400)]
    {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { old_refresh_token, ..Switches::default() });
        let tokens = connected(&mut client, ACCOUNTING);
        let first = word(&tokens, "refresh_token").to_owned();
        client.now += Duration::hours(23);
        assert_eq!(word(&json(&refresh(&mut client, &first)), "refresh_token"), first);
        client.now += Duration::hours(1);
        let second = word(&json(&refresh(&mut client, &first)), "refresh_token").to_owned();
        assert_ne!(second, first);
        assert_eq!(refresh(&mut client, &first).status(), just_after, "{old_refresh_token:?}");
        client.now += Duration::hours(25);
        assert_eq!(refresh(&mut client, &first).status(), later, "{old_refresh_token:?}");
        assert_eq!(refresh(&mut client, &second).status(), 200);
    }
}

#[test]
fn of_two_refreshes_at_once_one_loses_where_the_switch_rotates_every_time() {
    let mut client = Client::new();
    client.qbo.set_switches(Switches { refresh_rotation: RefreshRotation::EveryTime, ..Switches::default() });
    let tokens = connected(&mut client, ACCOUNTING);
    let first = word(&tokens, "refresh_token").to_owned();
    let winner = json(&refresh(&mut client, &first));
    assert_ne!(word(&winner, "refresh_token"), first);
    assert_eq!(refresh(&mut client, &first).status(), 400);
    assert_eq!(refresh(&mut client, word(&winner, "refresh_token")).status(), 200);
}

#[test]
fn a_refresh_pushes_the_end_forward_but_never_beyond_five_years() {
    let mut client = Client::new();
    let mut token = word(&connected(&mut client, ACCOUNTING), "refresh_token").to_owned();
    let started = client.now;
    let mut refreshed = 0;
    loop {
        client.now += Duration::days(100);
        let response = refresh(&mut client, &token);
        if response.status() != 200 {
            assert!(client.now - started >= Duration::days(5 * 365 + 1), "ended after {:?}", client.now - started);
            break;
        }
        token = word(&json(&response), "refresh_token").to_owned();
        refreshed += 1;
    }
    assert_eq!(refreshed, 18);
    let token = word(&connected(&mut client, ACCOUNTING), "refresh_token").to_owned();
    client.now += Duration::seconds(8_726_400);
    assert_eq!(refresh(&mut client, &token).status(), 400, "unused for 101 days");
}

#[test]
fn the_hard_end_is_told_to_who_asks() {
    let mut client = Client::new();
    let token = word(&connected(&mut client, ACCOUNTING), "refresh_token").to_owned();
    client.now += Duration::days(1);
    let body = format!("grant_type=refresh_token&refresh_token={token}");
    let headers = [
        ("authorization", DEFAULT_APP),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-include-refresh-token-hard-expires-in", "true"),
    ];
    let tokens = json(&reply(client.bare("POST", TOKEN, &headers, body.as_bytes())));
    assert_eq!(tokens["x_refresh_token_hard_expires_in"], value!(5 * 365 * 86_400));
}

#[test]
fn either_token_revokes_the_connection_and_a_second_time_is_a_400() {
    for which in ["refresh_token", "access_token"] {
        let mut client = Client::new();
        let tokens = connected(&mut client, ACCOUNTING);
        let body = value!({ "token": tokens[which] }).to_string();
        let headers = [("authorization", DEFAULT_APP), ("content-type", "application/json")];
        let revoked = reply(client.bare("POST", REVOKE, &headers, body.as_bytes()));
        assert_eq!((revoked.status().as_u16(), revoked.body().len()), (200, 0));
        assert_eq!(reply(client.bare("POST", REVOKE, &headers, body.as_bytes())).status(), 400);
        client.token = word(&tokens, "access_token").to_owned();
        let refused = client.get("preferences");
        assert_eq!((refused.status().as_u16(), gateway_code(&refused)), (401, "3200".to_owned()));
        assert!(text(&refused).contains("Token revoked"), "{}", text(&refused));
        assert_eq!(refresh(&mut client, word(&tokens, "refresh_token")).status(), 400);
    }
}

#[test]
fn a_revocation_by_form_is_taken_unless_the_switch_says_otherwise() {
    for (revoke_body, expected) in [(RevokeBody::JsonOrForm, 200), (RevokeBody::JsonOnly, 400)] {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { revoke_body, ..Switches::default() });
        let token = word(&connected(&mut client, ACCOUNTING), "refresh_token").to_owned();
        assert_eq!(client.form(REVOKE, &[("token", &token)]).status(), expected, "{revoke_body:?}");
    }
}

#[test]
fn the_app_is_authenticated_before_anything_else() {
    let mut client = Client::new();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (authorization, body, status, error) in [
        ("Basic bm9ib2R5Onc=", "grant_type=refresh_token&refresh_token=x", 401, "invalid_client"),
        ("Basic ???", "grant_type=refresh_token&refresh_token=x", 401, "invalid_client"),
        ("Bearer x", "", 401, "invalid_client"),
        (DEFAULT_APP, "", 400, "invalid_request"),
        (DEFAULT_APP, "grant_type=refresh_token", 400, "invalid_request"),
        (DEFAULT_APP, "grant_type=authorization_code&code=x", 400, "invalid_request"),
        (DEFAULT_APP, "grant_type=client_credentials", 400, "unsupported_grant_type"),
        (DEFAULT_APP, "grant_type=refresh_token&refresh_token=x", 400, "invalid_grant"),
    ] {
        let response = reply(client.bare("POST", TOKEN, &[("authorization", authorization), form], body.as_bytes()));
        assert_eq!((response.status().as_u16(), word(&json(&response), "error")), (status, error), "{body}");
    }
    assert_eq!(reply(client.bare("GET", TOKEN, &[], b"")).status(), 405);
    let revocation = reply(client.bare("POST", REVOKE, &[("authorization", "Basic bm9ib2R5Onc="), form], b"token=x"));
    assert_eq!(revocation.status(), 401);
}

#[test]
fn id_and_secret_may_come_in_a_body_of_either_kind() {
    let mut client = Client::new();
    let token = word(&connected(&mut client, ACCOUNTING), "refresh_token").to_owned();
    let fields = value!({
        "grant_type": "refresh_token", "refresh_token": token,
        "client_id": CLIENT, "client_secret": "emulator-client-secret",
    });
    let json_kind = [("content-type", "application/json")];
    assert_eq!(reply(client.bare("POST", TOKEN, &json_kind, fields.to_string().as_bytes())).status(), 200);
    let form = format!(
        "grant_type=refresh_token&refresh_token={token}&client_id={CLIENT}&client_secret=emulator-client-secret"
    );
    let form_kind = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(reply(client.bare("POST", TOKEN, &form_kind, form.as_bytes())).status(), 200);
}

#[test]
fn a_person_s_disconnect_is_seen_only_at_the_next_call_and_refresh() {
    for (invalid_grant_body, length) in [(InvalidGrantBody::Described, None), (InvalidGrantBody::Bare, Some(25))] {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { invalid_grant_body, ..Switches::default() });
        let tokens = connected(&mut client, ACCOUNTING);
        let realm = client.realm.clone();
        assert_eq!(client.qbo.disconnect(&realm), 2);
        client.token = word(&tokens, "access_token").to_owned();
        assert_eq!(client.get("preferences").status(), 401);
        let refused = refresh(&mut client, word(&tokens, "refresh_token"));
        assert_eq!(word(&json(&refused), "error"), "invalid_grant");
        assert!(length.is_none_or(|length| refused.body().len() == length), "{}", text(&refused));
    }
}

#[test]
fn openid_brings_a_signed_id_token_and_userinfo() {
    let mut client = Client::new();
    let tokens = connected(&mut client, &format!("{ACCOUNTING} openid email"));
    let parts: Vec<&str> = word(&tokens, "id_token").split('.').collect();
    let decoded = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    };
    let (head, claims) = (decoded(parts[0]), decoded(parts[1]));
    let keys = json(&reply(client.bare("GET", "/op/v1/jwks", &[], b"")));
    let key = &keys["keys"][0];
    assert_eq!((&head["kid"], &head["alg"]), (&key["kid"], &value!("RS256")));
    assert_eq!((&claims["aud"][0], &claims["realmid"]), (&value!(CLIENT), &value!(client.realm)));
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(word(key, name)).expect("base64url");
    let public = aws_lc_rs::signature::RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") };
    public
        .verify(
            &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256,
            format!("{}.{}", parts[0], parts[1]).as_bytes(),
            &URL_SAFE_NO_PAD.decode(parts[2]).expect("base64url"),
        )
        .expect("a right signature");

    let info = |client: &mut Client, token: &str| {
        let bearer = format!("Bearer {token}");
        reply(client.bare("GET", "/v1/openid_connect/userinfo", &[("authorization", &bearer)], b""))
    };
    let person = json(&info(&mut client, word(&tokens, "access_token")));
    assert_eq!((&person["sub"], &person["email"]), (&claims["sub"], &value!("demo@example.test")));
    assert!(person.get("givenName").is_none(), "the scope profile was not given: {person}");
    let without = client.token.clone();
    assert_eq!(info(&mut client, &without).status(), 401);
}

#[test]
fn debug_keeps_tokens_secret() {
    let mut client = Client::new();
    let now = client.now;
    let realm = client.realm.clone();
    let tokens = client.qbo.authorised(&realm, ACCOUNTING, now);
    let shown = format!("{tokens:?} {:?}", client.qbo);
    for secret in [&tokens.access_token, &tokens.refresh_token] {
        assert!(!shown.contains(secret.as_str()));
    }
    assert!(!shown.contains("emulator-client-secret") && !shown.contains("emulator-verifier-token"));
}
