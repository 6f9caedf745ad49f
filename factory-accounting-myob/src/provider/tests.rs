use std::time::Duration;

use factory_accounting_core::provider::{CatalogueKind, Fate, Notice};
use factory_accounting_http::Cause;
use secrecy::SecretString;

use super::*;
use crate::config::{CompanyLogin, SignIn};
use crate::testing::{
    ACCESS_TOKEN, Answers as _, FILE, Wire, clock, config, configured, day, fresh_tokens, provider, script_of,
    ten_o_clock, uid,
};

fn invoice() -> EncodedWrite {
    EncodedWrite {
        kind: RecordKind::Invoice,
        intent: Intent::Create,
        key: "k-1".to_owned(),
        members: 1,
        target: "POST Sale/Invoice/Service?returnBody=true&generateUris=false".to_owned(),
        body: format!(r#"{{"Number":"INV-55","Customer":{{"UID":"{}"}}}}"#, uid(1)),
    }
}

fn echo() -> String {
    format!(
        r#"{{"UID":"{}","Number":"INV-55","Customer":{{"UID":"{}"}},"TotalAmount":11,"TotalTax":1,"BalanceDueAmount":11,"Status":"Open","Lines":[],"RowVersion":"-1"}}"#,
        uid(10),
        uid(1)
    )
}

#[tokio::test]
async fn a_write_sends_the_encoded_bytes_once_with_key_version_and_token() {
    let (provider, script) = provider([Wire::status(201, echo())]);
    let write = invoice();
    let report = provider.write(&write).await;
    assert!(
        matches!(&report.fates()[0], Fate::Applied(record) if record.id.as_str().ends_with(&uid(10))),
        "{report:?}"
    );
    let seen = script.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, write.target);
    assert_eq!(seen[0].body, write.body);
    for (name, expected) in [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("authorization", "Bearer planted-access-token"),
        ("x-myobapi-key", "key"),
        ("x-myobapi-version", "v2"),
    ] {
        assert_eq!(seen[0].header(name), Some(expected), "{name}");
    }
    // A user who is linked with MYOB's sign-in must not be given (myob.md 1.4).
    assert_eq!(seen[0].header("x-myobapi-cftoken"), None);
}

#[tokio::test]
async fn a_company_files_own_user_is_sent_only_where_there_is_one() {
    let config = config().with_company_login("Administrator", SecretString::from(""));
    let (provider, script) = configured(config, [Wire::status(404, "")]);
    let id = RemoteId::new(format!("sale/invoice/item/{}", uid(10)));
    assert_eq!(provider.fetch(RecordKind::Invoice, &[id]).await.expect("answered"), [None]);
    assert_eq!(script.seen()[0].header("x-myobapi-cftoken"), Some("QWRtaW5pc3RyYXRvcjo="));
}

#[tokio::test]
async fn a_file_in_the_customers_network_is_reached_without_a_token() {
    let login = CompanyLogin { user: "Ann".to_owned(), password: SecretString::from("x") };
    let mut config = config().in_network(&"http://myob.example".parse().expect("a URL"), login);
    let (provider, script) = configured(config.clone(), [Wire::status(404, "")]);
    let id = RemoteId::new(format!("contact/customer/{}", uid(1)));
    provider.fetch(RecordKind::Customer, &[id]).await.expect("answered");
    let seen = script.seen();
    assert_eq!((seen[0].header("authorization"), seen[0].header("x-myobapi-key")), (None, None));
    assert!(seen[0].header("x-myobapi-cftoken").is_some());
    config.company_login = None;
    assert_eq!((config.sign_in, made(config)), (SignIn::CompanyFile, Some(ConfigError::NoLogin)));
}

fn made(config: MyobConfig) -> Option<ConfigError> {
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let (connection, worker) = (ConnectionId::new("c"), WorkerId::new("w"));
    MyobProvider::new(config, script_of([]), fresh_tokens(), connection, worker, clock, &pacer).err()
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_once() {
    assert_eq!(made(MyobConfig { file: None, ..config() }), Some(ConfigError::NoFile));
    assert_eq!(made(config().with_file("9341453")), Some(ConfigError::File("9341453".to_owned())));
    let odd = MyobConfig { app_name: "näme\n".to_owned(), ..config() };
    assert_eq!(made(odd), Some(ConfigError::Header("app_name")));
}

const RENEWED: &str =
    r#"{"access_token":"planted-second","token_type":"bearer","expires_in":1200,"refresh_token":"planted-third"}"#;

fn root() -> Wire {
    Wire::ok(format!(r#"{{"CompanyFile":{{"Id":"{FILE}"}},"Resources":[]}}"#))
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once_and_the_read_goes_on() {
    let (provider, script) = provider([Wire::refused_token(), Wire::ok(RENEWED), Wire::rows(&[])]);
    let page = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Accounts, 1)).await.expect("a page");
    assert!(page.entries.is_empty());
    assert_eq!(script.seen()[2].header("authorization"), Some("Bearer planted-second"));
}

#[tokio::test]
async fn r34_a_missing_scope_is_never_taken_for_a_lost_connection() {
    // The fresh token is refused too, and the company file itself can be read.
    let answers = [Wire::refused_token(), Wire::ok(RENEWED), Wire::refused_token(), root(), Wire::refused_token()];
    let (first, script) = provider(answers);
    let error = first.catalogue(&CatalogueRequest::new(CatalogueKind::Items, 1)).await.expect_err("refused");
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Forbidden, Some("31001")));
    assert!(error.to_string().contains("sme-inventory"), "{error}");
    assert_eq!(script.lines()[3], "GET ");
    // Refused once and then no more: the token was new.
    let answers = [Wire::refused_token(), Wire::ok(RENEWED), Wire::refused_token(), root(), Wire::rows(&[])];
    let (new, _) = provider(answers);
    assert!(new.catalogue(&CatalogueRequest::new(CatalogueKind::Items, 1)).await.expect("a page").entries.is_empty());
    // Where the file cannot be read either, the connection is what is lost.
    let answers = vec![Wire::refused_token(), Wire::ok(RENEWED), Wire::refused_token(), Wire::refused_token()];
    let (second, _) = provider(answers);
    let error = second.catalogue(&CatalogueRequest::new(CatalogueKind::Items, 1)).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Unauthorised);
}

#[tokio::test]
async fn a_write_with_a_refused_token_is_not_repeated_but_explained() {
    let list = "GET Sale/Invoice/Service?$orderby=UID&$top=1";
    // The token had run out: the next try has another.
    let (ran_out, script) = provider([Wire::refused_token(), Wire::ok(RENEWED), Wire::rows(&[])]);
    let report = ran_out.write(&invoice()).await;
    assert!(matches!(&report.fates()[0], Fate::NotApplied(why) if why.kind() == ErrorKind::Unauthorised), "{report:?}");
    assert_eq!(script.lines()[2], list);
    // The permission is missing: no token would help.
    let (missing, script) = provider([Wire::refused_token(), Wire::ok(RENEWED), Wire::refused_token(), root()]);
    let report = missing.write(&invoice()).await;
    assert!(matches!(&report.fates()[0], Fate::NotApplied(why) if why.kind() == ErrorKind::Forbidden), "{report:?}");
    assert_eq!(script.lines().iter().filter(|line| line.starts_with("POST Sale")).count(), 1);
}

#[tokio::test]
async fn x4_a_write_is_never_repeated_whatever_comes_back() {
    for (answer, kind) in [
        (Wire::Dropped, ErrorKind::Network),
        (Wire::status(500, ""), ErrorKind::Unavailable),
        (Wire::error(500, "InternalError", None, "x", ""), ErrorKind::Unavailable),
        (Wire::status(502, "<html>"), ErrorKind::Unavailable),
        (Wire::error(504, "GatewayTimeout", None, "Maximum call time is 120 seconds", ""), ErrorKind::Unavailable),
        (Wire::status(408, ""), ErrorKind::Unavailable),
        (Wire::status(201, r#"{"UID":"#), ErrorKind::Protocol),
        (Wire::status(200, "<html>"), ErrorKind::Protocol),
    ] {
        let (provider, script) = provider([answer.clone()]);
        let report = provider.write(&invoice()).await;
        let Fate::Unknown(why) = &report.fates()[0] else { panic!("{answer:?}: something was claimed without proof") };
        assert_eq!((why.kind(), script.lines().len()), (kind, 1), "{answer:?}");
    }
    let (provider, _) = provider(vec![Wire::Refused; 5]);
    let report = provider.write(&invoice()).await;
    assert!(matches!(&report.fates()[0], Fate::NotApplied(why) if why.kind() == ErrorKind::Network));
    assert_ne!(Cause::Connect, Cause::Lost);
}

fn over_limit(span: &str) -> Wire {
    Wire::error(403, "RateLimitError", None, &format!("API key has exceeded the {span} rate limit"), "")
}

#[tokio::test]
async fn r34_a_read_that_met_a_limit_waits_for_its_turn_and_goes_on() {
    let (provider, script) = provider([over_limit("per-second"), Wire::rows(&[])]);
    assert!(provider.catalogue(&CatalogueRequest::new(CatalogueKind::Accounts, 1)).await.is_ok());
    assert_eq!(script.lines().len(), 2);
    assert!(provider.client.clock.now() >= ten_o_clock() + Duration::from_secs(1));
}

#[tokio::test]
async fn r34_a_write_that_met_a_limit_was_not_applied_and_says_how_long_to_wait() {
    let (provider, script) = provider([over_limit("daily")]);
    let report = provider.write(&invoice()).await;
    let Fate::NotApplied(why) = &report.fates()[0] else { panic!("{report:?}") };
    assert_eq!((why.kind(), why.retry_after()), (ErrorKind::Throttled, Some(Duration::from_secs(3_600))));
    // All connections of the app wait, this one too.
    let next = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Accounts, 1)).await.expect_err("no place");
    assert_eq!((next.kind(), script.lines().len()), (ErrorKind::Throttled, 1));
}

#[tokio::test]
async fn the_company_is_told_with_its_lock_date_and_the_end_of_the_consent() {
    let company = Wire::ok(r#"{"CompanyName":"Stub Fabrication","ReadOnly":false}"#);
    let preferences = Wire::ok(r#"{"System":{"LockPeriodPriorTo":"2026-06-30T00:00:00"}}"#);
    let (provider, script) = provider([company, preferences]);
    let organisation = provider.organisation().await.expect("a company");
    assert_eq!((organisation.id.as_str(), organisation.name.as_str()), (FILE, "Stub Fabrication"));
    assert_eq!((organisation.country.as_deref(), organisation.currency.code()), (Some("AU"), "AUD"));
    assert_eq!(organisation.locked_until, Some(day(2026, 6, 30)));
    assert!(organisation.reconnect_by.is_some_and(|end| end > ten_o_clock()));
    assert_eq!(script.lines(), ["GET Company", "GET Company/Preferences"]);
    assert_eq!(organisation.notices, []);
}

#[tokio::test]
async fn a_file_that_can_only_be_read_says_so() {
    let company = Wire::ok(r#"{"CompanyName":"Stub Fabrication","ReadOnly":true}"#);
    let (provider, _) = self::provider([company, Wire::ok("{}")]);
    assert_eq!(provider.organisation().await.expect("a company").notices, [Notice::ReadOnly]);
}

#[tokio::test]
async fn what_myob_has_no_place_for_is_refused_without_a_call() {
    let (provider, script) = provider([]);
    let id = RemoteId::new(format!("sale/invoice/item/{}", uid(10)));
    for error in [
        provider.note(RecordKind::Invoice, &id, "x").await.expect_err("no history"),
        provider.attachments(RecordKind::Invoice, &id).await.expect_err("no files"),
        provider.fetch(RecordKind::Expense, std::slice::from_ref(&id)).await.expect_err("never written"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_planted_secret_shows_nowhere() {
    let config = config().with_company_login("Administrator", SecretString::from("planted-password"));
    let mut answers = vec![Wire::refused_token(), Wire::status(400, "{}")];
    answers.extend(vec![Wire::Dropped; 6]);
    let (provider, script) = configured(config, answers);
    let error = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Accounts, 1)).await.expect_err("refused");
    let report = provider.write(&invoice()).await;
    let shown = format!("{provider:?} {error} {error:?} {report:?} {script:?}");
    assert!(!shown.contains("planted") && !shown.contains(ACCESS_TOKEN), "{shown}");
}
