//! The order of checks, the limits and the metering.

use chrono::{Duration, TimeZone, Utc};
use http::StatusCode;

use crate::qbo::switches::{AdminRemovedStatus, BatchMetering, GatewayErrors, RateBy, Switches, WrongCompany};
use crate::qbo::testing::{Client, code, gateway_code, header, json, reply, text};
use crate::qbo::{AppConfig, CompanyConfig, Country, QboConfig, RateLimits};

const BATCH_OF_TWO: &str =
    r#"{"BatchItemRequest":[{"bId":"1","Query":"select * from Term"},{"bId":"2","Query":"select * from Class"}]}"#;

fn limited(limits: RateLimits) -> Client {
    Client::with(QboConfig { limits, ..QboConfig::default() })
}

#[test]
fn every_answer_carries_a_trace_of_its_own() {
    let mut client = Client::new();
    let good = client.get("preferences");
    assert_eq!(good.status(), StatusCode::OK, "{}", text(&good));
    assert_eq!(header(good.headers(), "content-type"), "application/json;charset=UTF-8");
    let lost = client.get("nonsense");
    let discovery = reply(client.bare("GET", "/.well-known/openid_configuration", &[], b""));
    let traces: Vec<String> =
        [&good, &lost, &discovery].map(|answer| header(answer.headers(), "intuit_tid").to_owned()).to_vec();
    assert!(traces.iter().all(|trace| trace.len() == 35 && trace.starts_with("1-")), "{traces:?}");
    assert!(traces[0] != traces[1] && traces[1] != traces[2]);
}

#[test]
fn checks_come_in_the_order_token_company_path_and_form() {
    let mut client = Client::new();
    let nowhere = format!("/v3/company/{}/nonsense", client.realm);
    let bearer = format!("Bearer {}", client.token);

    for (authorization, expected) in [("", "3202"), ("Bearer ", "3202"), ("Bearer x", "3200"), ("Basic x", "3202")] {
        let refused = reply(client.bare("GET", &nowhere, &[("authorization", authorization)], b""));
        assert_eq!((refused.status().as_u16(), gateway_code(&refused).as_str()), (401, expected), "{authorization}");
        assert_eq!(json(&refused)["fault"]["type"], "AUTHENTICATION");
    }
    for path in ["/v3/company/1/nonsense", "/v3/company/x/nonsense", "/v3/company/", "/v3/company/00/x"] {
        let refused = reply(client.bare("GET", path, &[("authorization", &bearer)], b""));
        assert_eq!((refused.status().as_u16(), gateway_code(&refused).as_str()), (403, "3100"), "{path}");
    }
    let lost = reply(client.bare("GET", &nowhere, &[("authorization", &bearer)], b""));
    assert_eq!((lost.status().as_u16(), lost.body().len()), (404, 0));
    let company = format!("/v3/company/{}/preferences", client.realm);
    for (accept, status) in [("", 501), ("*/*", 501), ("application/xml", 501), ("application/JSON", 200)] {
        let headers = [("authorization", bearer.as_str()), ("accept", accept)];
        let answer = reply(client.bare("GET", &company, &headers, b""));
        assert_eq!(answer.status().as_u16(), status, "{accept}");
    }
    assert_eq!(client.get("Preferences").status(), 404, "paths are case sensitive");
}

#[test]
fn a_body_must_say_that_it_is_json_and_a_query_that_it_is_text() {
    let mut client = Client::new();
    let mut sent = |path: &str, kind: &str, body: &str| {
        let answer = reply(client.send("POST", path, kind, body.as_bytes()));
        (answer.status().as_u16(), text(&answer))
    };
    for kind in ["", "application/xml", "application/x-www-form-urlencoded"] {
        let (status, body) = sent("customer", kind, r#"{"DisplayName":"Acme"}"#);
        assert!(status == 501 && body.contains("Content-Type"), "{kind}: {body}");
    }
    assert_eq!(sent("customer", "application/json; charset=utf-8", r#"{"DisplayName":"Acme"}"#).0, 200);
    assert_eq!(sent("query", "application/json", "select * from Term").0, 501);
    assert_eq!(sent("query", "application/text", "select * from Term").0, 200);
}

#[test]
fn a_company_that_the_token_is_not_for_is_forbidden_or_in_another_cluster() {
    let mut client = Client::with(QboConfig {
        companies: [Country::Au, Country::Us].map(|country| CompanyConfig { country, realm: None }).to_vec(),
        limits: RateLimits::off(),
        ..QboConfig::default()
    });
    client.realm = client.qbo.companies()[1].realm.clone();
    let refused = client.get("preferences");
    assert_eq!((refused.status().as_u16(), gateway_code(&refused).as_str()), (403, "3100"));
    client.qbo.set_switches(Switches { wrong_company: WrongCompany::WrongCluster, ..Switches::default() });
    let refused = client.get("preferences");
    assert_eq!((refused.status().as_u16(), code(&refused).as_str()), (401, "130"));
    assert_eq!(json(&refused)["Fault"]["type"], "AuthenticationFault");
}

#[test]
fn a_token_without_the_accounting_scope_opens_nothing() {
    let mut client = Client::new();
    let (realm, now) = (client.realm.clone(), client.now);
    client.token = client.qbo.authorised(&realm, "openid profile", now).access_token;
    let refused = client.get("preferences");
    assert_eq!((refused.status().as_u16(), gateway_code(&refused).as_str()), (403, "3100"));
}

#[test]
fn an_admin_who_was_removed_gets_120_until_somebody_connects_anew() {
    let mut client = Client::new();
    let (realm, now) = (client.realm.clone(), client.now);
    assert_eq!(client.qbo.remove_admin(&realm), 1);
    for (admin_removed_status, status) in
        [(AdminRemovedStatus::Forbidden, 403), (AdminRemovedStatus::Unauthorised, 401)]
    {
        client.qbo.set_switches(Switches { admin_removed_status, ..Switches::default() });
        let refused = client.get("preferences");
        assert_eq!((refused.status().as_u16(), code(&refused).as_str()), (status, "120"));
    }
    client.token = client.qbo.authorised(&realm, super::super::config::ACCOUNTING, now).access_token;
    assert_eq!(client.get("preferences").status(), 200);
}

#[test]
fn gateway_refusals_come_in_xml_where_the_switch_says_so() {
    let mut client = limited(RateLimits { burst: 1, ..RateLimits::default() });
    client.qbo.set_switches(Switches { gateway_errors: GatewayErrors::Xml, ..Switches::default() });
    client.get("preferences");
    let throttled = client.get("preferences");
    assert_eq!(throttled.status(), 429);
    assert_eq!(header(throttled.headers(), "content-type"), "application/xml;charset=UTF-8");
    assert!(
        text(&throttled).contains("<Error code=\"3001\"><Message>message=ThrottleExceeded;"),
        "{}",
        text(&throttled)
    );
    client.token = "x".into();
    assert!(text(&client.get("preferences")).contains("errorCode=003200"));
}

#[test]
fn a_call_beyond_a_limit_is_a_429_that_names_no_time() {
    let mut client = limited(RateLimits::default());
    let answers: Vec<u16> = (0..12).map(|_| client.get("preferences").status().as_u16()).collect();
    assert_eq!((answers.iter().filter(|status| **status == 200).count(), &answers[10..]), (10, &[429, 429][..]));
    let refused = client.get("preferences");
    assert_eq!(gateway_code(&refused), "3001");
    assert!(!refused.headers().contains_key("retry-after"));
    client.now += Duration::seconds(1);
    assert_eq!(client.get("preferences").status(), 200);

    let mut batches = limited(RateLimits { batch_minute: 1, ..RateLimits::default() });
    assert_eq!(reply(batches.post("batch", BATCH_OF_TWO)).status(), 200);
    assert_eq!(reply(batches.post("batch", BATCH_OF_TWO)).status(), 429);
    assert_eq!(batches.get("preferences").status(), 200);
}

#[test]
fn the_minute_of_a_company_is_shared_by_its_apps() {
    let second = AppConfig { client_id: "second".into(), ..AppConfig::default() };
    let mut client = Client::with(QboConfig {
        apps: vec![AppConfig::default(), second],
        limits: RateLimits { minute: 1, ..RateLimits::default() },
        ..QboConfig::default()
    });
    assert_eq!(client.get("preferences").status(), 200);
    client.qbo.set_switches(Switches { rate_by: RateBy::InFlight, ..Switches::default() });
    assert_eq!(client.get("preferences").status(), 429);
    client.now += Duration::minutes(1);
    assert_eq!(client.get("preferences").status(), 200);
}

#[test]
fn a_builder_app_reads_half_a_million_times_a_month_and_then_only_writes() {
    let mut client = limited(RateLimits { core_plus_month: Some(3), enforced: false, ..RateLimits::default() });
    assert_eq!(client.get("preferences").status(), 200);
    assert_eq!(client.get("customer/999999").status(), 400, "a failed call is free");
    assert_eq!(reply(client.post("batch", BATCH_OF_TWO)).status(), 200, "a batch of two queries counts two");
    assert_eq!(client.get("preferences").status(), 429);
    assert_eq!(reply(client.post("batch", BATCH_OF_TWO)).status(), 429);
    assert_eq!(reply(client.customer("Acme", "1")).status(), 200, "data in is not metered");
    let used = &client.qbo.metering()["used"][0];
    assert_eq!((used["core"].as_u64(), used["core_plus"].as_u64()), (Some(1), Some(3)), "{used}");
    client.token = {
        let (realm, next) = (client.realm.clone(), Utc.with_ymd_and_hms(2026, 12, 1, 0, 0, 0).unwrap());
        client.now = next;
        client.qbo.authorised(&realm, super::super::config::ACCOUNTING, next).access_token
    };
    assert_eq!(client.get("preferences").status(), 200, "a new month");
}

#[test]
fn a_batch_of_queries_counts_once_where_the_switch_says_so() {
    for (batch_metering, expected) in [(BatchMetering::EachQuery, 2), (BatchMetering::OnePerBatch, 1)] {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { batch_metering, ..Switches::default() });
        assert_eq!(reply(client.post("batch", BATCH_OF_TWO)).status(), 200);
        assert_eq!(client.qbo.metering()["used"][0]["core_plus"], expected, "{batch_metering:?}");
    }
}
