use factory_accounting_http::Redirect;

use super::*;
use crate::testing::{
    MemoryTokenStore, REALM, Script, Wire, clock, config, connection, fresh_tokens, granted, script_of, stored,
    ten_o_clock,
};

fn authoriser(
    config: QboConfig,
    answers: impl IntoIterator<Item = Wire>,
) -> (QboAuthoriser, Arc<Script>, Arc<MemoryTokenStore>) {
    let (script, tokens) = (script_of(answers), Arc::new(MemoryTokenStore::new()));
    let authoriser = QboAuthoriser::new(
        config,
        Arc::<Script>::clone(&script),
        Arc::<MemoryTokenStore>::clone(&tokens),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        Arc::new(clock()),
    );
    (authoriser.expect("a usable configuration"), script, tokens)
}

fn back(begun: &Authorisation, realm: &str) -> String {
    format!("/back?code=AB11&state={}&realmId={realm}", begun.state.expose_secret())
}

const GRANTED: &str = r#"{"token_type":"bearer","access_token":"planted-access","refresh_token":"planted-refresh",
    "expires_in":3600,"x_refresh_token_expires_in":8726400,"x_refresh_token_hard_expires_in":157680000}"#;

#[tokio::test]
async fn a_sign_in_stores_the_tokens_and_pins_the_company_of_the_redirect() {
    let (authoriser, script, tokens) = authoriser(config(), [Wire::ok(GRANTED)]);
    let begun = authoriser.begin();
    assert!(begun.url.as_str().contains("scope=com.intuit.quickbooks.accounting"));
    let kept = authoriser.finish(&begun, &back(&begun, REALM)).await.expect("connected");
    assert_eq!(kept.realm, Some(OrganisationId::new(REALM)));
    let seen = script.seen();
    assert_eq!(seen[0].line, "POST /oauth2/v1/tokens/bearer");
    assert_eq!(seen[0].header("x-include-refresh-token-hard-expires-in"), Some("true"));
    assert!(seen[0].header("authorization").is_some_and(|value| value.starts_with("Basic ")));
    let stored = stored(&tokens).await.expect("stored");
    assert_eq!(stored.tokens.ends_at, Some(ten_o_clock() + TimeDelta::days(5 * 365)));
}

#[tokio::test]
async fn the_end_of_a_grant_is_told_under_either_name_or_known() {
    let life = GRANTED.replace("hard_expires_in\":157680000", "lifetime_expires_in\":\"86400\"");
    let silent = GRANTED.replace(",\"x_refresh_token_hard_expires_in\":157680000", "");
    for (answer, days) in [(life, 1), (silent, 5 * 365)] {
        let (authoriser, _, tokens) = authoriser(config(), [Wire::ok(answer)]);
        let begun = authoriser.begin();
        authoriser.finish(&begun, &back(&begun, REALM)).await.expect("connected");
        let stored = stored(&tokens).await.expect("stored");
        assert_eq!(stored.tokens.ends_at, Some(ten_o_clock() + TimeDelta::days(days)));
    }
}

#[tokio::test]
async fn r55_another_company_is_refused_before_anything_is_exchanged() {
    let (authoriser, script, tokens) = authoriser(config().with_realm("77"), []);
    let begun = authoriser.begin();
    let error = authoriser.finish(&begun, &back(&begun, REALM)).await.expect_err("another company");
    assert!(
        matches!(&error, ConnectError::WrongCompany { pinned, chosen } if pinned.as_str() == "77" && chosen.as_str() == REALM)
    );
    assert!(error.to_string().contains("sign in again"));
    assert!(script.lines().is_empty() && stored(&tokens).await.is_none());
}

#[tokio::test]
async fn a_redirect_without_a_company_or_of_another_sign_in_is_refused() {
    let (authoriser, script, _) = authoriser(config(), []);
    let begun = authoriser.begin();
    for realm in ["", "12/34", "abc"] {
        let error = authoriser.finish(&begun, &back(&begun, realm)).await.expect_err("no company");
        assert_eq!(error, ConnectError::NoRealm);
    }
    let foreign = format!("/back?code=AB11&state=other&realmId={REALM}");
    let error = authoriser.finish(&begun, &foreign).await.expect_err("another sign-in");
    assert_eq!(error, ConnectError::SignIn(OAuthError::StateMismatch));
    let denied = authoriser.finish(&begun, "/back?error=access_denied&state=x").await.expect_err("denied");
    assert!(matches!(denied, ConnectError::SignIn(OAuthError::AccessDenied(_))));
    assert!(script.lines().is_empty());
}

fn grant(answers: impl IntoIterator<Item = Wire>, tokens: &Arc<MemoryTokenStore>) -> (Grant, Arc<Script>) {
    let script = script_of(answers);
    let grant = Grant::new(
        &config(),
        Arc::<Script>::clone(&script),
        Arc::<MemoryTokenStore>::clone(tokens),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        Arc::new(clock()),
    );
    (grant.expect("a usable configuration"), script)
}

#[tokio::test]
async fn a_refresh_keeps_the_end_of_the_grant() {
    let ends = ten_o_clock() + TimeDelta::days(1_000);
    let ended = TokenSet { expires_at: ten_o_clock(), ..granted() };
    let tokens = factory_accounting_testkit::stored(&connection(), ended);
    let refreshed = r#"{"access_token":"planted-second","refresh_token":"planted-refresh","expires_in":3600}"#;
    let (grant, script) = grant([Wire::ok(refreshed)], &tokens);
    grant.tokens.bearer().await.expect("a token");
    assert_eq!(script.lines(), ["POST /oauth2/v1/tokens/bearer"]);
    let stored = stored(&tokens).await.expect("stored");
    assert_eq!((stored.version, stored.tokens.ends_at), (2, Some(ends)));
    assert_eq!(grant.ends_at().await, Some(ends));
}

#[tokio::test]
async fn disconnecting_revokes_by_json_and_forgets_the_tokens_in_any_case() {
    for (answer, clean) in [
        (Wire::ok(""), true),
        (Wire::status(400, r#"{"error":"invalid_request"}"#), true),
        (Wire::status(401, r#"{"error":"invalid_client"}"#), false),
        (Wire::Dropped, false),
    ] {
        let tokens = fresh_tokens();
        let (grant, script) = grant([answer], &tokens);
        let report = grant.disconnect().await;
        assert_eq!((report.is_clean(), report.parts.len()), (clean, 2));
        assert!(stored(&tokens).await.is_none());
        let seen = &script.seen()[0];
        assert_eq!(
            (seen.line.as_str(), seen.header("content-type")),
            ("POST /v2/oauth2/tokens/revoke", Some("application/json"))
        );
        assert_eq!(seen.body, r#"{"token":"planted-refresh-token"}"#);
        assert!(!format!("{report:?} {grant:?}").contains("planted"));
    }
}

#[tokio::test]
async fn the_addresses_for_signing_in_can_be_read() {
    let document = r#"{"issuer":"x","authorization_endpoint":"http://new.example/authorize",
        "token_endpoint":"http://new.example/token","revocation_endpoint":"http://new.example/revoke"}"#;
    let script = script_of([Wire::ok(document), Wire::ok("{}"), Wire::ok(document.replace("http:", "ftp:"))]);
    let read = || discover(config(), Arc::<Script>::clone(&script), Arc::new(clock()));
    let found = read().await.expect("addresses");
    assert_eq!(found.token_url.as_str(), "http://new.example/token");
    assert_eq!(found.api_base, config().api_base);
    assert_eq!(script.lines()[0], "GET /.well-known/openid_configuration/");
    assert_eq!(read().await.expect_err("no addresses").kind(), ErrorKind::Protocol);
    assert_eq!(read().await.expect_err("unsafe addresses").kind(), ErrorKind::Protocol);
}

#[test]
fn a_redirect_is_read_with_its_company() {
    let redirect: Redirect = parse_redirect("/back?code=c&state=s&realmId=9341453").expect("a redirect");
    assert_eq!(redirect.others, [("realmId".to_owned(), "9341453".to_owned())]);
    assert!(is_realm("9341453") && !is_realm("") && !is_realm("a1"));
}
