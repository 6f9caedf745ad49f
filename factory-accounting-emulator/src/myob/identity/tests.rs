//! Consent and tokens at the boundary.

use bytes::Bytes;
use chrono::{Duration, Months};
use http::Response;
use serde_json::Value;
use url::Url;

use crate::fault::{Fault, FaultRule};
use crate::myob::config::SCOPES;
use crate::myob::switches::{Reconsent, RefreshReuse, Switches};
use crate::myob::testing::{Client, header, json, refusal, reply, text};
use crate::outcome::Outcome;

const CLIENT: &str = "a1b2c3d4-0000-4000-8000-00000000e001";
const CALLBACK: &str = "http://localhost:8910/callback";
const AUTHORIZE: &str = "/oauth2/account/authorize";
const TOKEN: &str = "/oauth2/v1/authorize";

fn ask(more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "sme-company-file sme-sales"),
        ("state", "s 1"),
        ("prompt", "consent"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn browse(client: &mut Client, more: &[(&str, &str)]) -> Response<Bytes> {
    reply(client.bare("GET", &format!("{AUTHORIZE}?{}", ask(more)), &[], b""))
}

fn answer(client: &mut Client, more: &[(&str, &str)]) -> Response<Bytes> {
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    reply(client.bare("POST", AUTHORIZE, &kind, ask(more).as_bytes()))
}

#[track_caller]
fn callback(response: &Response<Bytes>) -> Vec<(String, String)> {
    assert_eq!(response.status(), 302, "{}", text(response));
    let location = Url::parse(header(response.headers(), "location")).expect("a URL");
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    location.query_pairs().into_owned().collect()
}

fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn code_for(client: &mut Client) -> String {
    let file = client.file.to_string();
    let pairs = callback(&answer(client, &[("decision", "allow"), ("file", &file)]));
    parameter(&pairs, "code").expect("a code").to_owned()
}

fn exchange(client: &mut Client, code: &str, redirect_uri: &str) -> Response<Bytes> {
    client.token_call(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)])
}

fn refresh(client: &mut Client, token: &str) -> Response<Bytes> {
    client.token_call(&[("grant_type", "refresh_token"), ("refresh_token", token)])
}

/// Tokens of a fresh consent.
fn connected(client: &mut Client) -> Value {
    let code = code_for(client);
    json(&exchange(client, &code, CALLBACK))
}

#[track_caller]
fn word<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {body}"))
}

#[track_caller]
fn oauth_error(response: &Response<Bytes>) -> String {
    assert_eq!(response.status(), 400, "{}", text(response));
    word(&json(response), "error").to_owned()
}

#[test]
fn consent_names_the_company_file_only_when_the_prompt_was_forced() {
    let mut client = Client::new();
    let file = client.file.to_string();
    assert!(text(&browse(&mut client, &[])).contains(&file), "the page offers the file");
    let picked = [("decision", "allow"), ("file", file.as_str())];
    let pairs = callback(&answer(&mut client, &picked));
    assert_eq!(parameter(&pairs, "businessId"), Some(file.as_str()));
    assert!(parameter(&pairs, "businessName").is_some_and(|name| !name.is_empty()));
    assert_eq!(
        (parameter(&pairs, "state"), parameter(&pairs, "scope")),
        (Some("s 1"), Some("sme-company-file sme-sales"))
    );
    assert!(parameter(&pairs, "code").is_some_and(|code| code.starts_with("ory_ac_")));

    let pairs = callback(&answer(&mut client, &[picked[0], picked[1], ("prompt", ""), ("state", "")]));
    assert!(parameter(&pairs, "code").is_some());
    assert_eq!(
        [parameter(&pairs, "businessId"), parameter(&pairs, "businessName"), parameter(&pairs, "state")],
        [None; 3]
    );
}

#[test]
fn the_page_answers_itself_or_refuses_on_demand() {
    let mut client = Client::new();
    let pairs = callback(&answer(&mut client, &[("decision", "cancel")]));
    assert_eq!((parameter(&pairs, "error"), parameter(&pairs, "state")), (Some("access_denied"), Some("s 1")));
    assert_eq!(answer(&mut client, &[("decision", "allow"), ("file", "nonsense")]).status(), 400);

    let other = client.myob.add_file(crate::myob::Country::Nz, None).expect("a file");
    for (mode, expected) in
        [(r#"{"auto":true}"#.to_owned(), client.file), (format!(r#"{{"auto":true,"file":"{other}"}}"#), other)]
    {
        assert_eq!(client.control("POST", "/consent", &mode).0, 200);
        let pairs = callback(&browse(&mut client, &[]));
        assert_eq!(parameter(&pairs, "businessId"), Some(expected.to_string().as_str()));
    }
    client.control("POST", "/consent", r#"{"auto":true,"deny":true}"#);
    assert_eq!(parameter(&callback(&browse(&mut client, &[])), "error"), Some("access_denied"));
    client.control("POST", "/consent", r#"{"auto":false}"#);
    assert_eq!(browse(&mut client, &[]).status(), 200);
}

#[test]
fn what_is_not_registered_is_shown_and_never_sent_back() {
    let mut client = Client::new();
    for (wrong, words) in [
        (("client_id", "other"), "invalid_client"),
        (("client_id", ""), "client_id is missing"),
        (("redirect_uri", "http://localhost:8910/callback/"), "registered"),
        (("redirect_uri", ""), "redirect_uri is missing"),
        (("response_type", "token"), "response_type"),
        (("scope", ""), "scope is missing"),
        (("scope", "CompanyFile"), "may not ask for CompanyFile"),
        (("scope", "sme-company-file sme-invoice"), "may not ask for sme-invoice"),
    ] {
        let page = browse(&mut client, &[wrong]);
        assert_eq!((page.status().as_u16(), page.headers().contains_key("location")), (400, false), "{wrong:?}");
        assert!(text(&page).contains(words), "{wrong:?}: {}", text(&page));
    }
    assert_eq!(reply(client.bare("DELETE", AUTHORIZE, &[], b"")).status(), 400);
}

#[test]
fn a_code_is_good_once_for_two_minutes_and_for_its_redirect_uri() {
    let mut client = Client::new();
    let code = code_for(&mut client);
    assert_eq!(oauth_error(&exchange(&mut client, &code, "https://app.example.test/myob/callback")), "invalid_grant");
    client.now += Duration::seconds(120);
    let tokens = json(&exchange(&mut client, &code, CALLBACK));
    assert_eq!((word(&tokens, "token_type"), tokens["expires_in"].as_i64()), ("bearer", Some(1_200)));
    assert_eq!(word(&tokens, "scope"), "sme-company-file sme-sales");
    assert!(tokens["user"]["uid"].is_string() && tokens["user"]["username"].is_string());
    assert_eq!(oauth_error(&exchange(&mut client, &code, CALLBACK)), "invalid_grant", "used already");
    let late = code_for(&mut client);
    client.now += Duration::seconds(121);
    assert_eq!(oauth_error(&exchange(&mut client, &late, CALLBACK)), "invalid_grant");
}

#[test]
fn expires_in_is_a_number_or_text() {
    let mut client = Client::switched(Switches { expires_in_as_string: true, ..Switches::default() });
    assert_eq!(word(&connected(&mut client), "expires_in"), "1200");
}

#[test]
fn id_and_secret_belong_in_a_form() {
    let mut client = Client::new();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let basic = ("authorization", "Basic eDp5");
    let pair = format!("client_id={CLIENT}&client_secret=emulator-client-secret");
    for (headers, body, error) in [
        (vec![form, basic], "grant_type=refresh_token&refresh_token=x".to_owned(), "invalid_request"),
        (vec![form, basic], format!("{pair}&grant_type=refresh_token&refresh_token=x"), "invalid_grant"),
        (vec![("content-type", "application/json")], r#"{"grant_type":"refresh_token"}"#.to_owned(), "invalid_request"),
        (vec![], format!("{pair}&grant_type=refresh_token&refresh_token=x"), "invalid_request"),
        (vec![form], "grant_type=refresh_token&refresh_token=x".to_owned(), "invalid_request"),
        (vec![form], format!("{pair}x&grant_type=refresh_token&refresh_token=x"), "invalid_client"),
        (vec![form], pair.clone(), "invalid_request"),
        (vec![form], format!("{pair}&grant_type=refresh_token"), "invalid_request"),
        (vec![form], format!("{pair}&grant_type=authorization_code&code=x"), "invalid_request"),
        (vec![form], format!("{pair}&grant_type=password"), "unsupported_grant_type"),
        (vec![form], format!("{pair}&grant_type=refresh_token&refresh_token=x"), "invalid_grant"),
    ] {
        let response = reply(client.bare("POST", &format!("{TOKEN}/"), &headers, body.as_bytes()));
        assert_eq!(oauth_error(&response), error, "{body}");
        assert!(json(&response)["error_description"].is_string());
    }
    assert_eq!(reply(client.bare("GET", TOKEN, &[], b"")).status(), 405);
}

#[test]
fn a_refresh_token_dies_of_its_use_and_may_take_the_chain_with_it() {
    for (refresh_reuse, successor_lives) in [(RefreshReuse::Reject, true), (RefreshReuse::KillChain, false)] {
        let mut client = Client::switched(Switches { refresh_reuse, ..Switches::default() });
        let first = connected(&mut client);
        let second = json(&refresh(&mut client, word(&first, "refresh_token")));
        client.token = word(&second, "access_token").to_owned();
        assert_eq!(client.get("Company").status(), 200);
        assert_eq!(oauth_error(&refresh(&mut client, word(&first, "refresh_token"))), "invalid_grant");
        assert_eq!(client.get("Company").status() == 200, successor_lives, "{refresh_reuse:?}");
        let third = refresh(&mut client, word(&second, "refresh_token"));
        assert_eq!(third.status() == 200, successor_lives, "{refresh_reuse:?}");
    }
}

#[test]
fn tokens_run_out_after_twenty_minutes_thirty_days_and_twelve_months() {
    let mut client = Client::new();
    client.now += Duration::seconds(1_199);
    assert_eq!(client.get("Company").status(), 200);
    client.now += Duration::seconds(1);
    assert_eq!(refusal(&client.get("Company")), (401, "OAuthTokenIsInvalid".into()));

    let idle = connected(&mut client);
    client.now += Duration::days(30);
    assert_eq!(oauth_error(&refresh(&mut client, word(&idle, "refresh_token"))), "invalid_grant");

    let begun = client.now;
    let mut tokens = connected(&mut client);
    let end = begun.checked_add_months(Months::new(12)).expect("a date");
    while client.now + Duration::days(29) < end {
        client.now += Duration::days(29);
        tokens = json(&refresh(&mut client, word(&tokens, "refresh_token")));
    }
    client.now = end - Duration::seconds(60);
    tokens = json(&refresh(&mut client, word(&tokens, "refresh_token")));
    client.token = word(&tokens, "access_token").to_owned();
    assert_eq!(client.get("Company").status(), 200);
    client.now = end;
    assert_eq!(client.get("Company").status(), 401, "the person must consent anew");
    assert_eq!(oauth_error(&refresh(&mut client, word(&tokens, "refresh_token"))), "invalid_grant");
}

#[test]
fn a_new_token_takes_a_while_to_reach_the_api() {
    let mut client = Client::switched(Switches { propagation_seconds: 20, ..Switches::default() });
    let tokens = connected(&mut client);
    client.token = word(&tokens, "access_token").to_owned();
    client.now += Duration::seconds(19);
    assert_eq!(refusal(&client.get("Company")), (401, "OAuthTokenIsInvalid".into()));
    client.now += Duration::seconds(1);
    assert_eq!(client.get("Company").status(), 200);
    let next = json(&refresh(&mut client, word(&tokens, "refresh_token")));
    client.token = word(&next, "access_token").to_owned();
    assert_eq!(client.get("Company").status(), 200, "a refreshed one is there at once");
}

#[test]
fn a_second_consent_keeps_or_ends_the_tokens_of_the_first() {
    for (reconsent, status) in [(Reconsent::KeepsOldTokens, 200), (Reconsent::EndsOldTokens, 400)] {
        let mut client = Client::switched(Switches { reconsent, ..Switches::default() });
        let first = connected(&mut client);
        connected(&mut client);
        assert_eq!(refresh(&mut client, word(&first, "refresh_token")).status(), status, "{reconsent:?}");
    }
}

#[test]
fn a_disconnect_is_seen_at_the_next_call_and_refresh() {
    let mut client = Client::new();
    let tokens = connected(&mut client);
    assert_eq!(client.myob.disconnect(client.file), 2);
    assert_eq!(refusal(&client.get("Company")), (401, "OAuthTokenIsInvalid".into()));
    assert_eq!(oauth_error(&refresh(&mut client, word(&tokens, "refresh_token"))), "invalid_grant");
    let (file, now) = (client.file, client.now);
    client.token = client.myob.authorised(file, &SCOPES.join(" "), now).access_token;
    client.myob.revoke_all();
    assert_eq!(client.get("Company").status(), 401);
}

#[test]
fn the_token_endpoint_loses_an_answer_and_refuses_a_grant_on_demand() {
    let mut client = Client::new();
    let tokens = connected(&mut client);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", word(&tokens, "refresh_token"))];
    client.myob.inject(FaultRule::on("POST", "token", Fault::InvalidGrant));
    assert_eq!(oauth_error(&client.token_call(&fields)), "invalid_grant");
    client.myob.inject(FaultRule::on("POST", "token", Fault::TokenLostResponse));
    assert!(matches!(client.token_outcome(&fields), Outcome::Dropped));
    assert_eq!(oauth_error(&client.token_call(&fields)), "invalid_grant", "it was replaced, and nobody knows by what");
}

#[test]
fn debug_keeps_tokens_secret() {
    let mut client = Client::new();
    let (file, now) = (client.file, client.now);
    let tokens = client.myob.authorised(file, "sme-sales", now);
    let shown = format!("{tokens:?} {:?}", client.myob);
    for secret in [&tokens.access_token, &tokens.refresh_token] {
        assert!(!shown.contains(secret.as_str()));
    }
    assert!(!shown.contains("emulator-client-secret"));
}
