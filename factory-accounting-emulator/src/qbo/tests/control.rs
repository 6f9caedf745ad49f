//! The control surface and the card.

use http::StatusCode;
use serde_json::json as value;

use crate::package::Package;
use crate::qbo::testing::{Client, header, json, reply};
use crate::qbo::{QboConfig, QboEmulator};

#[test]
fn it_advances_injects_and_counts() {
    let mut client = Client::new();
    let (status, clock) = client.control("POST", "/clock", r#"{"advance_seconds":90}"#);
    assert_eq!((status, &clock["now"]), (StatusCode::OK, &value!("2026-11-21T01:01:30Z")));
    let rule = r#"[{"when":{"resource":"preferences"},"fault":{"kind":"rate_limited"}}]"#;
    assert_eq!(client.control("POST", "/faults", rule).0, StatusCode::OK);
    assert_eq!(client.get("preferences").status(), 429);
    assert_eq!(client.control("GET", "/faults", "").1["faults"][0]["hit"], 1);
    client.control("DELETE", "/faults", "");
    client.get("preferences");
    client.get("nonsense");
    let counted = value!([
        { "method": "GET", "resource": "preferences", "status": 200, "calls": 1 },
        { "method": "GET", "resource": "preferences", "status": 429, "calls": 1 },
        { "method": "GET", "resource": "unknown", "status": 404, "calls": 1 },
    ]);
    assert_eq!(client.control("GET", "/calls", "").1["counts"], counted);
    assert_eq!(client.control("GET", "/metering", "").1["used"][0]["core_plus"], 1);
}

#[test]
fn it_changes_switches_limits_and_companies() {
    let mut client = Client::new();
    let (_, switches) = client.control("POST", "/switches", r#"{"webhook_format":"legacy"}"#);
    assert_eq!((&switches["webhook_format"], &switches["paid_void"]), (&value!("legacy"), &value!("unapplies")));
    assert_eq!(client.control("POST", "/switches", r#"{"webhook_fromat":"legacy"}"#).0, StatusCode::BAD_REQUEST);
    assert_eq!(client.control("GET", "/switches", "").1["webhook_format"], "legacy");
    let (_, limits) = client.control("POST", "/limits", r#"{"minute":7}"#);
    assert_eq!((&limits["minute"], &limits["batch_minute"]), (&value!(7), &value!(40)));

    let (_, added) = client.control("POST", "/companies", r#"{"country":"us","realm":"77"}"#);
    assert_eq!(
        (added["companies"].as_array().map(Vec::len), &added["companies"][1]["country"]),
        (Some(2), &value!("us"))
    );
    assert_eq!(client.control("POST", "/companies", r#"{"country":"us","realm":"77"}"#).0, StatusCode::CONFLICT);
    assert!(client.control("GET", "/ledger?realm=77", "").1.is_object());
    assert_eq!(reply(client.customer("Acme", "k")).status(), StatusCode::OK);
    let (_, reset) = client.control("POST", "/companies", r#"{"reset":true}"#);
    assert_eq!(reset["companies"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.customers("Acme"), 0, "books start anew and tokens stay");
    assert_eq!(reply(client.customer("Acme", "k")).status(), StatusCode::OK, "remembered answers are gone");
}

#[test]
fn it_disconnects_removes_admins_revokes_and_consents() {
    let mut client = Client::new();
    assert_eq!(client.control("POST", "/remove_admin", "").1["struck"], 1);
    assert_eq!(client.get("preferences").status(), 403);
    assert_eq!(client.control("POST", "/disconnect", "").1["ended"], 1);
    assert_eq!(client.get("preferences").status(), 401);
    assert_eq!(client.control("POST", "/revoke", "").1, value!({ "revoked": true }));

    client.control("POST", "/companies", r#"{"country":"gb","realm":"77"}"#);
    let ask = "/connect/oauth2?response_type=code&client_id=ABEmulatorClientId00000000000000000000000000000001\
               &redirect_uri=http%3A%2F%2Flocalhost%3A8910%2Fcallback&scope=com.intuit.quickbooks.accounting&state=1";
    for (consent, expected) in
        [(r#"{"auto":true}"#, client.realm.clone()), (r#"{"auto":true,"realm":"77"}"#, "77".into())]
    {
        assert_eq!(client.control("POST", "/consent", consent).1, value!({ "auto": true }));
        let response = reply(client.bare("GET", ask, &[], b""));
        let location = header(response.headers(), "location");
        assert!(location.contains(&format!("realmId={expected}")), "{location}");
    }
    assert_eq!(client.control("POST", "/consent", r#"{"auto":false}"#).1, value!({ "auto": false }));
    assert_eq!(reply(client.bare("GET", ask, &[], b"")).status(), 200);
}

#[test]
fn wrong_calls_are_told_what_is_wrong() {
    let mut client = Client::new();
    for (method, route, body, status) in [
        ("GET", "/nothing", "", 404),
        ("PUT", "/faults", "", 405),
        ("PATCH", "/companies", "", 405),
        ("POST", "/clock", r#"{"advance_seconds":-1}"#, 400),
        ("POST", "/faults", r#"{"fault":{"kind":"nonsense"}}"#, 400),
        ("POST", "/companies", "{}", 400),
        ("POST", "/companies", r#"{"country":"fr"}"#, 400),
        ("POST", "/companies", r#"{"country":"us","realm":"x"}"#, 409),
        ("POST", "/consent", r#"{"auto":false,"realm":"1"}"#, 400),
        ("POST", "/consent", r#"{"auto":true,"realm":"1"}"#, 404),
        ("POST", "/act", r#"{"do":"fly","realm":"1"}"#, 404),
        ("POST", "/act", r#"{"do":"fly","realm":1}"#, 400),
        ("POST", "/act", r#"{"do":"fly"}"#, 422),
        ("GET", "/ledger?realm=nonsense", "", 404),
        ("POST", "/webhooks/configure", r#"{"url":"nonsense"}"#, 400),
        ("POST", "/webhooks/deliver", "", 501),
    ] {
        let (answered, body) = client.control(method, route, body);
        assert_eq!(answered, status, "{method} {route}: {body}");
        assert!(body["error"].is_string(), "{method} {route}: {body}");
    }
}

#[test]
fn the_card_says_what_a_client_needs() {
    let emulator = QboEmulator::new(QboConfig::default());
    let card = emulator.card("http://127.0.0.1:9");
    for name in [
        "api",
        "authorize",
        "token",
        "revocation",
        "discovery",
        "control",
        "client_id",
        "client_secret",
        "redirect_uri",
        "webhook_verifier",
    ] {
        assert!(card[name].is_string(), "{name} is missing in {card}");
    }
    let company = &card["companies"][0];
    assert!(company["realm"].is_string() && company["name"].is_string(), "{card}");
    assert_eq!((&card["package"], &company["country"]), (&value!("qbo"), &value!("au")));
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut client = Client::new();
    let fork = client.qbo.clone();
    assert_eq!(reply(client.customer("Acme", "k")).status(), StatusCode::OK);
    client.qbo = fork;
    assert_eq!(client.customers("Acme"), 0);
    assert!(json(&reply(client.customer("Acme", "k")))["Customer"]["Id"].is_string());
}
