//! The gateway at the boundary: the order of checks, limits, idempotency, faults and control.

use chrono::Duration;
use http::{Request, StatusCode};
use serde_json::json as value;

use super::switches::{CheckOrder, KeyMismatchShape, Oversize, SimultaneousKeys, Switches};
use super::testing::{Client, header, json, reply, text};
use super::{RateLimits, XeroConfig, XeroEmulator};
use crate::fault::{CommitPoint, Fault, FaultRule, LimitProblem, OfflineText};
use crate::outcome::Outcome;
use crate::package::Package;

const CONTACTS: &str = "/api.xro/2.0/Contacts";

#[test]
fn a_good_call_tells_the_limits_and_a_correlation_id() {
    let mut client = Client::new();
    let response = client.organisation();
    assert_eq!(response.status(), StatusCode::OK, "{}", text(&response));
    let headers = response.headers();
    let left =
        ["x-daylimit-remaining", "x-minlimit-remaining", "x-appminlimit-remaining"].map(|name| header(headers, name));
    assert_eq!(left, ["4999", "59", "9999"]);
    assert_eq!(header(headers, "xero-correlation-id").len(), 36);
    assert_eq!(header(client.organisation().headers(), "x-minlimit-remaining"), "58");
}

#[test]
fn checks_come_in_the_order_of_the_fact_sheet() {
    let mut client = Client::new();
    let (good, expired) = (client.token.clone(), client.token.clone());
    let bearer = format!("Bearer {good}");
    let tenant = client.tenant.to_string();
    let elsewhere = client.xero.tenants()[2].id.to_string();

    // Path before token.
    let nowhere = reply(client.bare("GET", "/api.xro/2.0/Nonsense", &[], ""));
    assert_eq!((nowhere.status(), nowhere.body().len()), (StatusCode::NOT_FOUND, 0));
    assert_eq!(header(nowhere.headers(), "content-type"), "text/html; charset=utf-8");

    // Token before tenant.
    for headers in [vec![], vec![("authorization", "Bearer nonsense")], vec![("authorization", "Basic x")]] {
        let unknown = reply(client.bare("GET", CONTACTS, &headers, ""));
        assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(json(&unknown)["Detail"], "AuthenticationUnsuccessful");
    }

    // Tenant before scope, with keys in lower case.
    for tenant in ["", "nonsense", elsewhere.as_str()] {
        let headers = [("authorization", bearer.as_str()), ("xero-tenant-id", tenant)];
        let forbidden = reply(client.bare("GET", "/api.xro/2.0/Payments", &headers, ""));
        assert_eq!(
            (forbidden.status(), &json(&forbidden)["detail"]),
            (StatusCode::FORBIDDEN, &value!("AuthenticationUnsuccessful"))
        );
    }

    // Scope before limits: nothing is counted.
    let headers = [("authorization", bearer.as_str()), ("xero-tenant-id", tenant.as_str())];
    let scope = reply(client.bare("GET", "/api.xro/2.0/Payments", &headers, ""));
    assert_eq!(
        (scope.status(), &json(&scope)["Detail"]),
        (StatusCode::UNAUTHORIZED, &value!("AuthorizationUnsuccessful"))
    );
    assert!(header(scope.headers(), "www-authenticate").contains("insufficient_scope"));
    assert!(!scope.headers().contains_key("x-minlimit-remaining"));
    assert_eq!(header(client.organisation().headers(), "x-minlimit-remaining"), "59");

    // An expired token says when it expired, in .NET's words.
    client.now += Duration::minutes(30);
    client.token = expired;
    let expired = client.organisation();
    assert_eq!(json(&expired)["Detail"], "TokenExpired: token expired at 11/21/2026 01:30:34");
}

#[test]
fn the_order_of_tenant_and_scope_is_a_switch() {
    let mut client = Client::new();
    let bearer = format!("Bearer {}", client.token);
    let ask = |client: &mut Client| {
        reply(client.bare("GET", "/api.xro/2.0/Payments", &[("authorization", &bearer)], "")).status()
    };
    assert_eq!(ask(&mut client), StatusCode::FORBIDDEN);
    client.xero.set_switches(Switches { check_order: CheckOrder::ScopeBeforeTenant, ..Switches::default() });
    assert_eq!(ask(&mut client), StatusCode::UNAUTHORIZED);
}

#[test]
fn a_call_beyond_the_minute_is_an_empty_429_with_retry_after() {
    let mut client =
        Client::with(XeroConfig { limits: RateLimits { minute: 1, ..RateLimits::default() }, ..XeroConfig::default() });
    assert_eq!(client.organisation().status(), StatusCode::OK);
    let refused = client.organisation();
    let headers = refused.headers();
    assert_eq!((refused.status(), refused.body().len()), (StatusCode::TOO_MANY_REQUESTS, 0));
    assert_eq!(header(headers, "x-rate-limit-problem"), "minute");
    assert_eq!(header(headers, "x-minlimit-remaining"), "0");
    let wait: i64 = header(headers, "retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    client.now += Duration::seconds(wait);
    assert_eq!(client.organisation().status(), StatusCode::OK, "Retry-After is when it works again");
}

#[test]
fn limits_are_checked_before_idempotency_so_a_replay_costs_a_call() {
    let mut client =
        Client::with(XeroConfig { limits: RateLimits { minute: 2, ..RateLimits::default() }, ..XeroConfig::default() });
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), StatusCode::OK);
    assert_eq!(header(reply(client.put_contact("Acme", "k")).headers(), "x-minlimit-remaining"), "0");
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), StatusCode::TOO_MANY_REQUESTS);
    client.now += Duration::minutes(1);
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), StatusCode::OK, "a 429 is not remembered");
}

#[test]
fn a_key_replays_for_six_minutes_from_the_first_call() {
    let mut client = Client::new();
    let before = client.contacts();
    let first = reply(client.put_contact("Acme", "k"));
    client.now += Duration::minutes(5);
    let replayed = reply(client.put_contact("Acme", "k"));
    assert_eq!(first.body(), replayed.body());
    assert_ne!(first.headers()["xero-correlation-id"], replayed.headers()["xero-correlation-id"]);
    assert_eq!(client.contacts(), before + 1);
    client.now += Duration::minutes(1);
    let late = reply(client.put_contact("Acme", "k"));
    assert_ne!(late.body(), first.body(), "after six minutes the key is new again");
}

#[test]
fn a_key_with_another_request_is_refused_and_another_app_or_no_write_is_not() {
    let mut client = Client::new();
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), StatusCode::OK);
    let mismatch = |client: &mut Client, method: &str, path: &str, body: &str| {
        let response = reply(client.send(method, path, &[("idempotency-key", "k")], body));
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        json(&response)
    };
    let same = r#"{"Contacts":[{"Name":"Acme"}]}"#;
    let message = "Idempotency Key: k is used with a different request.";
    assert_eq!(mismatch(&mut client, "PUT", CONTACTS, r#"{"Contacts":[{"Name":"Other"}]}"#)["Message"], message);
    assert_eq!(mismatch(&mut client, "POST", CONTACTS, same)["Message"], message);
    assert_eq!(mismatch(&mut client, "PUT", "/api.xro/2.0/Contacts?unitdp=4", same)["Message"], message);
    client.xero.set_switches(Switches { key_mismatch: KeyMismatchShape::Elements, ..Switches::default() });
    let nested = mismatch(&mut client, "POST", CONTACTS, same);
    assert_eq!(nested["Elements"][0]["ValidationErrors"][0]["Message"], message);
    let read = reply(client.send("GET", CONTACTS, &[("idempotency-key", "k")], ""));
    assert_eq!(read.status(), StatusCode::OK, "a key is ignored on GET");
}

#[test]
fn the_key_s_scope_is_the_app_so_it_replays_across_organisations() {
    let mut client = Client::new();
    let other = client.xero.tenants()[1].id;
    client.xero.authorised(&[other], "accounting.contacts", client.now);
    let first = reply(client.put_contact("Acme", "k"));
    client.tenant = other;
    let before = client.contacts();
    assert_eq!(reply(client.put_contact("Acme", "k")).body(), first.body());
    assert_eq!(client.contacts(), before, "nothing reached the other books");
}

#[test]
fn an_over_long_key_is_refused() {
    let mut client = Client::new();
    assert_eq!(reply(client.put_contact("Acme", &"k".repeat(128))).status(), StatusCode::OK);
    assert_eq!(reply(client.put_contact("Acme", &"k".repeat(129))).status(), StatusCode::BAD_REQUEST);
}

#[test]
fn errors_are_remembered_under_a_key_and_a_401_only_where_the_switch_says_so() {
    for (authorisation_errors_cached, expected) in [(false, 200), (true, 401)] {
        let mut client = Client::new();
        client.xero.set_switches(Switches { authorisation_errors_cached, ..Switches::default() });
        client.now += Duration::minutes(31);
        assert_eq!(reply(client.put_contact("Acme", "k")).status(), 401);
        client.token = client.xero.authorised(&[client.tenant], "accounting.contacts", client.now).access_token;
        assert_eq!(reply(client.put_contact("Acme", "k")).status(), expected);
    }
}

#[test]
fn a_committed_500_is_what_the_key_replays() {
    let mut client = Client::new();
    let before = client.contacts();
    client.xero.inject(FaultRule::on("PUT", "Contacts", Fault::CommitThen500));
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), 500);
    assert_eq!(client.contacts(), before + 1);
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), 500, "internal errors are cached too");
    assert_eq!(client.contacts(), before + 1);
}

#[test]
fn a_lost_answer_is_what_the_key_replays() {
    for fault in [Fault::CommitThenDrop, Fault::CommitThenTimeout, Fault::Html502 { work: CommitPoint::Done }] {
        let mut client = Client::new();
        let before = client.contacts();
        client.xero.inject(FaultRule::on("PUT", "Contacts", fault.clone()));
        let lost = client.put_contact("Acme", "k");
        assert_ne!(lost.status(), Some(StatusCode::OK), "{fault:?}");
        assert_eq!(reply(client.put_contact("Acme", "k")).status(), 200, "{fault:?}");
        assert_eq!(client.contacts(), before + 1, "{fault:?}");
    }
}

#[test]
fn faults_before_the_commit_leave_the_books_and_the_key_alone() {
    let minute = Fault::RateLimited { problem: LimitProblem::Minute, retry_after: Some(26) };
    for (fault, status) in [
        (Fault::DropBeforeCommit, None),
        (Fault::Html502 { work: CommitPoint::NotDone }, Some(502)),
        (Fault::Unavailable503 { text: OfflineText::Organisation }, Some(503)),
        (Fault::Unauthorised401, Some(401)),
        (minute, Some(429)),
    ] {
        let mut client = Client::new();
        let before = client.contacts();
        client.xero.inject(FaultRule::next(fault.clone()));
        let refused = client.put_contact("Acme", "k");
        assert_eq!(refused.status().map(|status| status.as_u16()), status, "{fault:?}");
        assert_eq!(client.contacts(), before, "{fault:?}");
        assert_eq!(reply(client.put_contact("Acme", "k")).status(), 200, "{fault:?}");
    }
}

#[test]
fn injected_refusals_look_like_real_ones() {
    let mut client = Client::new();
    let hit = |client: &mut Client, fault: Fault| {
        client.xero.inject(FaultRule::next(fault));
        client.organisation()
    };
    let limited = hit(&mut client, Fault::RateLimited { problem: LimitProblem::Day, retry_after: Some(66_975) });
    assert_eq!(header(limited.headers(), "retry-after"), "66975");
    assert_eq!(header(limited.headers(), "x-rate-limit-problem"), "day");
    assert_eq!(header(limited.headers(), "x-daylimit-remaining"), "0");
    let concurrent = hit(&mut client, Fault::RateLimited { problem: LimitProblem::Concurrent, retry_after: None });
    assert!(!concurrent.headers().contains_key("retry-after"));
    let offline = hit(&mut client, Fault::Unavailable503 { text: OfflineText::Organisation });
    assert_eq!(text(&offline), "The Organisation is offline");
    let gateway = hit(&mut client, Fault::Html502 { work: CommitPoint::NotDone });
    assert!(text(&gateway).starts_with("<html>"));
}

#[test]
fn answers_are_cut_slowed_and_blown_up() {
    let mut client = Client::new();
    let hit = |client: &mut Client, fault: Fault| {
        client.xero.inject(FaultRule::next(fault));
        client.send("GET", "/api.xro/2.0/Organisation", &[], "")
    };
    assert!(matches!(hit(&mut client, Fault::TruncateBody { at: 7 }), Outcome::Truncated { bytes: 7, .. }));
    assert!(
        matches!(hit(&mut client, Fault::SlowBody { delay_ms: 50 }), Outcome::Delayed { by, .. } if by == Duration::milliseconds(50))
    );
    assert!(matches!(hit(&mut client, Fault::GigabyteBody { bytes: 9 }), Outcome::Endless { bytes: 9, .. }));
}

#[test]
fn calls_that_are_held_back_are_in_flight() {
    let mut client = Client::new();
    client.xero.inject(FaultRule::next(Fault::CommitThenTimeout).times(Some(5)));
    for _ in 0..5 {
        assert!(matches!(client.send("GET", CONTACTS, &[], ""), Outcome::Hang));
    }
    let refused = client.organisation();
    assert_eq!(header(refused.headers(), "x-rate-limit-problem"), "concurrent");
    assert!(!refused.headers().contains_key("retry-after"));
    client.xero.finish_calls();
    assert_eq!(client.organisation().status(), StatusCode::OK);
}

#[test]
fn a_second_call_with_a_running_key_waits_or_is_refused() {
    for (simultaneous_keys, expected) in
        [(SimultaneousKeys::Waits, 200), (SimultaneousKeys::Conflict, 409), (SimultaneousKeys::ServerError, 500)]
    {
        let mut client = Client::new();
        let before = client.contacts();
        client.xero.set_switches(Switches { simultaneous_keys, ..Switches::default() });
        client.xero.inject(FaultRule::on("PUT", "Contacts", Fault::SlowBody { delay_ms: 3_000 }));
        assert!(matches!(client.put_contact("Acme", "k"), Outcome::Delayed { .. }));
        client.now += Duration::seconds(1);
        let second = client.put_contact("Acme", "k");
        assert_eq!(second.status().map(|status| status.as_u16()), Some(expected));
        if simultaneous_keys == SimultaneousKeys::Waits {
            assert!(matches!(second, Outcome::Delayed { by, .. } if by == Duration::seconds(2)));
        }
        client.now += Duration::seconds(2);
        assert_eq!(reply(client.put_contact("Acme", "k")).status(), 200);
        assert_eq!(client.contacts(), before + 1);
    }
}

#[test]
fn a_call_that_does_not_ask_for_json_is_told_so() {
    let mut client = Client::new();
    let (bearer, tenant) = (format!("Bearer {}", client.token), client.tenant.to_string());
    for (accept, expected) in
        [("", 501), ("*/*", 501), ("application/xml", 501), ("application/json", 200), ("text/JSON", 200)]
    {
        let headers = [("authorization", bearer.as_str()), ("xero-tenant-id", tenant.as_str()), ("accept", accept)];
        assert_eq!(reply(client.bare("GET", CONTACTS, &headers, "")).status(), expected, "{accept}");
    }
}

#[test]
fn a_body_in_xml_is_named_as_the_gap_it_is() {
    let mut client = Client::new();
    let before = client.contacts();
    for body in
        ["\n<Contact><Name>Acme</Name></Contact>", "xml=%3CContact%3E%3CName%3EAcme%3C%2FName%3E%3C%2FContact%3E"]
    {
        let answer = reply(client.send("PUT", CONTACTS, &[], body));
        assert_eq!(answer.status(), 501, "{body}");
        assert!(text(&answer).contains("XML"), "{}", text(&answer));
    }
    let json = [("content-type", "application/json")];
    assert_eq!(reply(client.send("PUT", CONTACTS, &json, "<Contact/>")).status(), 400, "JSON that is none");
    assert_eq!(client.contacts(), before);
}

#[test]
fn a_body_above_the_limit_is_refused_by_the_switch() {
    let large = format!(r#"{{"Contacts":[{{"Name":"{}"}}]}}"#, "x".repeat(3_500_000));
    for (oversize, expected) in [(Oversize::PayloadTooLarge, 413), (Oversize::BadRequest, 400)] {
        let mut client = Client::new();
        client.xero.set_switches(Switches { oversize, ..Switches::default() });
        assert_eq!(reply(client.send("PUT", CONTACTS, &[], &large)).status(), expected);
    }
}

#[test]
fn the_verb_is_checked_before_the_body_and_the_body_before_its_elements() {
    let mut client = Client::new();
    let number = |client: &mut Client, body: &str| {
        let response = reply(client.send("PUT", CONTACTS, &[], body));
        (response.status().as_u16(), json(&response)["ErrorNumber"].clone())
    };
    assert_eq!(reply(client.send("DELETE", CONTACTS, &[], "{nonsense")).status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(number(&mut client, "{nonsense"), (400, value!(14)));
    assert_eq!(number(&mut client, r#"{"Contacts":[]}"#), (400, value!(17)));
}

#[test]
fn failures_of_every_kind_cost_a_call() {
    let mut client = Client::new();
    client.get("/api.xro/2.0/Contacts/nobody");
    client.send("PUT", CONTACTS, &[], "{nonsense");
    assert_eq!(header(client.organisation().headers(), "x-daylimit-remaining"), "4997");
}

#[test]
fn the_same_seed_and_calls_answer_the_same_bytes() {
    let run = || {
        let mut client = Client::new();
        let mut trace = Vec::new();
        client.xero.inject(FaultRule::next(Fault::ExtraFields).nth(2).times(None));
        for name in ["Acme", "Bolt", "Acme"] {
            let response = reply(client.put_contact(name, name));
            trace.push(format!("{:?} {}", response.headers(), text(&response)));
        }
        trace
    };
    assert_eq!(run(), run());
}

#[test]
fn the_control_surface_advances_injects_and_counts() {
    let mut client = Client::new();
    let (status, clock) = client.control("POST", "/clock", r#"{"advance_seconds":90}"#);
    assert_eq!((status, &clock["now"]), (StatusCode::OK, &value!("2026-11-21T01:02:04Z")));
    let rule = r#"[{"when":{"resource":"Organisation"},"fault":{"kind":"unavailable503"}}]"#;
    assert_eq!(client.control("POST", "/faults", rule).0, StatusCode::OK);
    assert_eq!(client.organisation().status(), StatusCode::SERVICE_UNAVAILABLE);
    let (_, faults) = client.control("GET", "/faults", "");
    assert_eq!((&faults["faults"][0]["matched"], &faults["faults"][0]["hit"]), (&value!(1), &value!(1)));
    assert_eq!(client.control("DELETE", "/faults", "").1, value!({ "faults": [] }));
    client.organisation();
    let (_, calls) = client.control("GET", "/calls", "");
    let counted = value!([
        { "method": "GET", "resource": "organisation", "status": 200, "calls": 1 },
        { "method": "GET", "resource": "organisation", "status": 503, "calls": 1 },
    ]);
    assert_eq!(calls["counts"], counted);
    assert_eq!(client.xero.calls().len(), 2);
}

#[test]
fn the_control_surface_changes_switches_limits_and_organisations() {
    let mut client = Client::new();
    let (_, switches) = client.control("POST", "/switches", r#"{"halves":"to_even"}"#);
    assert_eq!((&switches["halves"], &switches["oversize"]), (&value!("to_even"), &value!("payload_too_large")));
    assert_eq!(client.control("POST", "/switches", r#"{"halfs":"to_even"}"#).0, StatusCode::BAD_REQUEST);
    assert_eq!(client.control("GET", "/switches", "").1["halves"], "to_even");
    let (_, limits) = client.control("POST", "/limits", r#"{"enforced":false}"#);
    assert_eq!((&limits["enforced"], &limits["minute"]), (&value!(false), &value!(60)));

    let (_, added) = client.control("POST", "/tenants", r#"{"region":"uk"}"#);
    assert_eq!(added["tenants"].as_array().map(Vec::len), Some(4));
    let before = client.contacts();
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), StatusCode::OK);
    let (_, reset) = client.control("POST", "/tenants", r#"{"reset":true}"#);
    assert_eq!(reset["tenants"].as_array().map(Vec::len), Some(3));
    assert_eq!(client.contacts(), before, "books start anew");
    assert_eq!(client.organisation().status(), StatusCode::OK, "tokens stay");
}

#[test]
fn the_control_surface_disconnects_revokes_and_consents() {
    let mut client = Client::new();
    assert_eq!(client.control("POST", "/disconnect", "").1["ended"], 1);
    assert_eq!(client.organisation().status(), StatusCode::FORBIDDEN);
    assert_eq!(client.control("POST", "/revoke", "").0, StatusCode::OK);
    assert_eq!(client.organisation().status(), StatusCode::UNAUTHORIZED);

    let second = client.xero.tenants()[1].id;
    let only = format!(r#"{{"auto":true,"tenants":["{second}"]}}"#);
    assert_eq!(client.control("POST", "/consent", &only).1, value!({ "auto": true }));
    let ask = "/identity/connect/authorize?response_type=code&client_id=EMULATOR0000000000000000CLIENTID\
               &redirect_uri=http%3A%2F%2Flocalhost%3A8910%2Fcallback&scope=accounting.contacts&state=1";
    let response = client.get(ask);
    assert_eq!(response.status(), StatusCode::FOUND);
    assert!(header(response.headers(), "location").contains("code="));
    assert!(client.xero.identity.is_connected(0, second) && !client.xero.identity.is_connected(0, client.tenant));
}

#[test]
fn wrong_control_calls_are_told_what_is_wrong() {
    let mut client = Client::new();
    for (method, route, body, status) in [
        ("GET", "/nothing", "", 404),
        ("PUT", "/faults", "", 405),
        ("PATCH", "/tenants", "", 405),
        ("POST", "/clock", r#"{"advance_seconds":-1}"#, 400),
        ("POST", "/clock", r#"{"advance_seconds":18446744073709551615}"#, 400),
        ("POST", "/faults", r#"{"fault":{"kind":"nonsense"}}"#, 400),
        ("POST", "/tenants", "{}", 400),
        ("POST", "/consent", r#"{"auto":false,"tenants":[]}"#, 400),
        ("POST", "/act", r#"{"do":"fly","tenant":"00000000-0000-0000-0000-000000000000"}"#, 404),
        ("POST", "/act", r#"{"do":"fly"}"#, 422),
        ("GET", "/ledger?tenant=nonsense", "", 400),
        ("POST", "/webhooks/configure", r#"{"url":"nonsense"}"#, 400),
        ("POST", "/webhooks/deliver", "", 501),
    ] {
        let (answered, body) = client.control(method, route, body);
        assert_eq!(answered, status, "{method} {route}: {body}");
        assert!(body["error"].is_string(), "{method} {route}: {body}");
    }
}

#[test]
fn a_write_becomes_an_event_for_the_connected_app_only() {
    let mut client = Client::new();
    let take = |client: &mut Client, status: u16| {
        let now = client.now;
        let due = client.xero.due_deliveries(now);
        for delivery in &due {
            let answer = crate::DeliveryAnswer { status, bare: true };
            client.xero.delivered(delivery.id, Some(answer), now);
        }
        due
    };
    client.control("POST", "/webhooks/configure", r#"{"url":"http://127.0.0.1:9/hook","key":"k"}"#);
    let now = client.now;
    for (delivery, status) in client.xero.due_deliveries(now).iter().zip([200, 401, 401, 200]) {
        client.xero.delivered(delivery.id, Some(crate::DeliveryAnswer { status, bare: true }), now);
    }
    assert_eq!(client.control("GET", "/webhooks", "").1["standing"], "active");
    assert_eq!(reply(client.put_contact("Acme", "k")).status(), StatusCode::OK);
    let posts = take(&mut client, 200);
    let body: serde_json::Value = serde_json::from_slice(&posts[0].body).expect("JSON");
    let event = &body["events"][0];
    assert_eq!((&event["eventCategory"], &event["eventType"]), (&value!("CONTACT"), &value!("CREATE")));
    assert_eq!((&event["tenantId"], &event["tenantType"]), (&value!(client.tenant), &value!("ORGANISATION")));
    assert_eq!(event["eventDateUtc"], "2026-11-21T01:00:34.000");
    let url = event["resourceUrl"].as_str().expect("a URL");
    assert!(url.starts_with("https://api.xero.com/api.xro/2.0/Contacts/"), "{url}");

    client.xero.disconnect(client.tenant);
    let action = value!({ "do": "create_contact", "name": "Bolt" });
    client.xero.act(client.tenant, &action, now).expect("a contact");
    assert!(take(&mut client, 200).is_empty(), "a disconnected organisation sends nothing");
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut client = Client::with(XeroConfig { limits: RateLimits::off(), ..XeroConfig::default() });
    let mut chance = crate::seeded::Seeded::new(5, "bytes");
    let parts = [
        "/",
        "api.xro",
        "2.0",
        "Contacts",
        "Invoices",
        "connections",
        "connect/token",
        "identity/connect/authorize",
        "_emulator",
        "faults",
        "act",
        "tenants",
        "clock",
        "switches",
        "%",
        "%zz",
        "%ff%00",
        "?",
        "&",
        "=",
        "where=",
        "page=-1",
        "attachments",
        "{\"",
        "null",
        "[",
        "grant_type=refresh_token",
        "é",
    ];
    let methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "BREW"];
    let pick = |chance: &mut crate::seeded::Seeded, many: usize| chance.uuid().as_u128() as usize % many;
    let mut answered = 0;
    for _ in 0..3_000 {
        let path: String =
            (0..pick(&mut chance, 7)).map(|_| format!("/{}", parts[pick(&mut chance, parts.len())])).collect();
        let body: Vec<u8> =
            (0..pick(&mut chance, 5)).flat_map(|_| parts[pick(&mut chance, parts.len())].bytes()).collect();
        let Ok(request) = Request::builder()
            .method(methods[pick(&mut chance, methods.len())])
            .uri(path)
            .header("authorization", format!("Bearer {}", client.token))
            .header("xero-tenant-id", client.tenant.to_string())
            .header("idempotency-key", chance.token(2))
            .body(bytes::Bytes::from(body))
        else {
            continue;
        };
        client.xero.handle(request, client.now);
        answered += 1;
    }
    assert!(answered > 1_000, "{answered}");
}

#[test]
fn the_card_says_what_a_client_needs() {
    let card = XeroEmulator::new(XeroConfig::default()).card("http://127.0.0.1:9");
    for name in [
        "api",
        "authorize",
        "token",
        "revocation",
        "connections",
        "control",
        "client_id",
        "client_secret",
        "redirect_uri",
        "webhook_key",
    ] {
        assert!(card[name].is_string(), "{name} is missing in {card}");
    }
    assert_eq!(card["tenants"].as_array().map(Vec::len), Some(3));
}
