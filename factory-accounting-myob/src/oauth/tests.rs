use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use super::*;
use crate::testing::{
    FILE, MemoryTokenStore, Script, Wire, clock, config, fresh_tokens, script_of, stored, ten_o_clock,
};

fn authoriser(
    config: MyobConfig,
    answers: impl IntoIterator<Item = Wire>,
) -> (MyobAuthoriser, Arc<Script>, Arc<MemoryTokenStore>) {
    let (script, tokens) = (script_of(answers), Arc::new(MemoryTokenStore::new()));
    let authoriser = MyobAuthoriser::new(
        config,
        Arc::<Script>::clone(&script),
        Arc::<MemoryTokenStore>::clone(&tokens),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        Arc::new(clock()),
    );
    (authoriser.expect("a usable configuration"), script, tokens)
}

fn back(begun: &Authorisation, more: &str) -> String {
    format!("/back?code=ory_ac_1&scope=x&state={}{more}", begun.state.expose_secret())
}

fn unpinned() -> MyobConfig {
    MyobConfig { file: None, ..config() }
}

const GRANTED: &str = r#"{"access_token":"planted-access","token_type":"bearer","expires_in":"1200","refresh_token":"planted-refresh",
    "scope":"sme-company-file sme-sales","user":{"uid":"u","username":"a@b.example"}}"#;

#[tokio::test]
async fn a_sign_in_asks_for_consent_stores_the_tokens_and_pins_the_file_of_the_redirect() {
    let (authoriser, script, tokens) = authoriser(unpinned(), [Wire::ok(GRANTED)]);
    let begun = authoriser.begin();
    let asked: Vec<(String, String)> = begun.url.query_pairs().into_owned().collect();
    assert!(asked.contains(&("prompt".to_owned(), "consent".to_owned())), "{asked:?}");
    assert!(
        asked.iter().any(|(name, value)| name == "scope" && value.contains("sme-sales sme-purchases")),
        "{asked:?}"
    );
    let redirect = back(&begun, &format!("&businessId={}&businessName=Stub", FILE.to_uppercase()));
    let kept = authoriser.finish(&begun, &redirect).await.expect("connected");
    assert_eq!(kept.file, Some(OrganisationId::new(FILE)));
    let seen = script.seen();
    assert_eq!(seen[0].line, "POST /oauth2/v1/authorize");
    // MYOB takes the secret in the form and nowhere else (myob.md 1.2).
    assert!(seen[0].body.contains("client_secret=planted-client-secret") && seen[0].body.contains("client_id=key"));
    assert_eq!(seen[0].header("authorization"), None);
    let stored = stored(&tokens).await.expect("stored").tokens;
    assert_eq!(stored.expires_at, ten_o_clock() + TimeDelta::seconds(1_200));
    assert_eq!(stored.ends_at.map(|end| end.to_rfc3339()).as_deref(), Some("2027-11-21T10:00:00+00:00"));
    assert_eq!(stored.scopes, "sme-company-file sme-sales");
}

#[tokio::test]
async fn a_redirect_without_a_company_file_is_no_connection() {
    for more in ["", "&businessId=", "&businessId=17", "&businessId=00000000-0000-0000-0000-000000000000"] {
        let (authoriser, script, _) = authoriser(unpinned(), []);
        let begun = authoriser.begin();
        let refused = authoriser.finish(&begun, &back(&begun, more)).await.expect_err("no file");
        assert_eq!(refused, ConnectError::NoFile, "{more}");
        assert!(script.lines().is_empty());
    }
}

#[tokio::test]
async fn r55_another_file_is_refused_before_anything_is_exchanged() {
    let (authoriser, script, tokens) = authoriser(config(), []);
    let begun = authoriser.begin();
    let other = "&businessId=11111111-0000-4000-8000-000000000002";
    let refused = authoriser.finish(&begun, &back(&begun, other)).await.expect_err("another file");
    assert!(matches!(&refused, ConnectError::WrongFile { pinned, .. } if pinned.as_str() == FILE), "{refused}");
    assert!(script.lines().is_empty() && stored(&tokens).await.is_none());
}

#[tokio::test]
async fn a_person_who_does_not_agree_is_told_so() {
    let (authoriser, _, _) = authoriser(unpinned(), []);
    let begun = authoriser.begin();
    let denied = format!("/back?error=access_denied&error_description=no&state={}", begun.state.expose_secret());
    let refused = authoriser.finish(&begun, &denied).await.expect_err("denied");
    assert!(matches!(refused, ConnectError::SignIn(OAuthError::AccessDenied(_))), "{refused}");
}

#[tokio::test]
async fn f7_leaving_forgets_the_tokens_and_says_where_a_person_removes_the_app() {
    let tokens = fresh_tokens();
    let script = script_of([]);
    let grant = Grant::new(
        &config(),
        Arc::<Script>::clone(&script),
        Arc::<MemoryTokenStore>::clone(&tokens),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        Arc::new(clock()),
    );
    let report = grant.expect("a usable configuration").disconnect().await;
    assert_eq!(report.parts.get("tokens"), Some(&Ok(())));
    let by_hand = report.parts.get("grant").and_then(|part| part.as_ref().err()).expect("left to a person");
    assert_eq!(by_hand.kind(), ErrorKind::Unsupported);
    assert!(by_hand.to_string().contains("App connections"), "{by_hand}");
    assert!(stored(&tokens).await.is_none() && script.lines().is_empty());
}

#[test]
fn secrets_stay_out_of_debug() {
    let (authoriser, _, _) = authoriser(config(), []);
    assert!(!format!("{authoriser:?} {:?}", authoriser.begin()).contains("planted"));
}
