//! The control surface and the card.

use http::StatusCode;
use serde_json::json as value;

use crate::myob::testing::{Client, json, reply};
use crate::myob::{CompanyFile, Country, MyobConfig, MyobEmulator};
use crate::package::Package;

#[test]
fn it_advances_injects_and_counts() {
    let mut client = Client::new();
    let (status, clock) = client.control("POST", "/clock", r#"{"advance_seconds":90}"#);
    assert_eq!((status, &clock["now"]), (StatusCode::OK, &value!("2026-11-21T01:01:30Z")));
    let rule = r#"[{"when":{"resource":"Company"},"fault":{"kind":"rate_limited"}}]"#;
    assert_eq!(client.control("POST", "/faults", rule).0, StatusCode::OK);
    assert_eq!(client.get("Company").status(), 403);
    assert_eq!(client.control("GET", "/faults", "").1["faults"][0]["hit"], 1);
    client.control("DELETE", "/faults", "");
    client.get("company/");
    client.get("Nonsense/and/more");
    client.get(&format!("Sale/Invoice/Item/{}", uuid::Uuid::nil()));
    let counted = value!([
        { "method": "GET", "resource": "company", "status": 200, "calls": 1 },
        { "method": "GET", "resource": "company", "status": 403, "calls": 1 },
        { "method": "GET", "resource": "sale/invoice/item", "status": 404, "calls": 1 },
        { "method": "GET", "resource": "unknown", "status": 401, "calls": 1 },
    ]);
    assert_eq!(client.control("GET", "/calls", "").1["counts"], counted);
    assert_eq!((client.myob.calls().len(), client.myob.call_counts().len()), (4, 4));
}

#[test]
fn it_keeps_books_and_brings_them_back() {
    let mut client = Client::new();
    let ledger = |client: &mut Client| client.control("GET", "/ledger", "").1;
    let before = ledger(&mut client);
    let kept = client.control("POST", "/snapshots", r#"{"keep":"new"}"#);
    assert_eq!(kept, (StatusCode::OK, value!({ "kept": "new" })));
    client.control("POST", "/files", r#"{"country":"nz"}"#);
    let card = r#"{"CompanyName":"Acme","IsIndividual":false}"#;
    assert_eq!(client.post("Contact/Personal", card).status(), StatusCode::CREATED);
    assert_ne!(ledger(&mut client), before);
    assert_eq!(client.control("POST", "/snapshots", r#"{"restore":"new"}"#).0, StatusCode::OK);
    assert_eq!((ledger(&mut client), client.myob.files().len()), (before, 1));
    assert_eq!(client.control("POST", "/snapshots", r#"{"restore":"old"}"#).0, StatusCode::NOT_FOUND);
    assert_eq!(client.control("POST", "/snapshots", r#"{"keep":"a","restore":"a"}"#).0, StatusCode::BAD_REQUEST);
}

#[test]
fn it_changes_switches_limits_and_files() {
    let mut client = Client::new();
    let (_, switches) = client.control("POST", "/switches", r#"{"refresh_reuse":"kill_chain"}"#);
    assert_eq!(
        (&switches["refresh_reuse"], &switches["rate_limit_answer"]),
        (&value!("kill_chain"), &value!("rate_limit_error"))
    );
    assert_eq!(client.control("POST", "/switches", r#"{"refresh_ruse":"kill_chain"}"#).0, StatusCode::BAD_REQUEST);
    assert_eq!(client.control("GET", "/switches", "").1["refresh_reuse"], "kill_chain");
    let (_, limits) = client.control("POST", "/limits", r#"{"second":5}"#);
    assert_eq!((&limits["second"], &limits["day"]), (&value!(5), &value!(1_000_000)));

    let add = r#"{"country":"nz","id":"7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111"}"#;
    let (_, added) = client.control("POST", "/files", add);
    assert_eq!((added["files"].as_array().map(Vec::len), &added["files"][1]["country"]), (Some(2), &value!("nz")));
    assert_eq!(client.control("POST", "/files", add).0, StatusCode::CONFLICT);
    assert!(client.control("GET", "/ledger?file=7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111", "").1.is_object());
    let body = client.customer_body("Acme");
    assert_eq!(client.post("Contact/Customer", &body).status(), 201);
    let (_, reset) = client.control("POST", "/files", r#"{"reset":true}"#);
    assert_eq!(reset["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.customers("Acme"), 0, "books start anew and tokens stay");
}

#[test]
fn it_signs_on_disconnects_revokes_and_finishes() {
    let mut client = Client::new();
    let sign_on = r#"{"cftoken":{"required":{"user":"Administrator"}}}"#;
    assert_eq!(client.control("POST", "/cftoken", sign_on).1["required"], true);
    assert_eq!(client.get("Company").status(), 401);
    assert_eq!(client.control("POST", "/cftoken", "").1["required"], false);
    assert_eq!(client.get("Company").status(), 200);
    let rule = r#"{"when":{"method":"POST"},"fault":{"kind":"lands_late","after_ms":60000}}"#;
    client.control("POST", "/faults", rule);
    let body = client.customer_body("Acme");
    assert_eq!(client.post("Contact/Customer", &body).status(), 504);
    assert_eq!(client.control("GET", "/landings", "").1["late_writes"][0]["status"], value!(null));
    assert_eq!(client.control("POST", "/finish", "").1["late_writes"][0]["status"], 201);
    assert_eq!(client.customers("Acme"), 1);
    assert_eq!(client.control("POST", "/disconnect", "").1["ended"], 1);
    assert_eq!(client.get("Company").status(), 401);
    assert_eq!(client.control("POST", "/revoke", "").1, value!({ "revoked": true }));
}

#[test]
fn wrong_calls_are_told_what_is_wrong() {
    let mut client = Client::new();
    for (method, route, body, status) in [
        ("GET", "/nothing", "", 404),
        ("PUT", "/faults", "", 405),
        ("PATCH", "/files", "", 405),
        ("POST", "/clock", r#"{"advance_seconds":-1}"#, 400),
        ("POST", "/faults", r#"{"fault":{"kind":"nonsense"}}"#, 400),
        ("POST", "/files", "{}", 400),
        ("POST", "/files", r#"{"country":"us"}"#, 400),
        ("POST", "/files", r#"{"country":"nz","id":"x"}"#, 400),
        ("POST", "/consent", r#"{"auto":false,"file":"1"}"#, 400),
        ("POST", "/consent", r#"{"auto":true,"file":"1"}"#, 404),
        ("POST", "/act", r#"{"do":"fly","file":"1"}"#, 404),
        ("POST", "/act", r#"{"do":"fly","file":1}"#, 400),
        ("POST", "/act", r#"{"do":"fly"}"#, 422),
        ("POST", "/cftoken", r#"{"file":"1"}"#, 404),
        ("GET", "/ledger?file=nonsense", "", 404),
        ("POST", "/webhooks/configure", r#"{"url":"http://127.0.0.1:9"}"#, 404),
    ] {
        let (answered, body) = client.control(method, route, body);
        assert_eq!(answered, status, "{method} {route}: {body}");
        assert!(body["error"].is_string(), "{method} {route}: {body}");
    }
}

#[test]
fn the_card_says_what_a_client_needs() {
    let emulator = MyobEmulator::new(MyobConfig::default());
    let card = emulator.card("http://127.0.0.1:9");
    for name in ["authorize", "token", "control", "client_id", "client_secret", "api_key", "redirect_uri"] {
        assert!(card[name].is_string(), "{name} is missing in {card}");
    }
    assert_eq!((&card["package"], &card["api"]), (&value!("myob"), &value!("http://127.0.0.1:9/accountright/")));
    let [CompanyFile { id, name, country: Country::Au }] = &emulator.files()[..] else { panic!("one file") };
    assert_eq!(card["files"], value!([{ "id": id, "name": name, "country": "au" }]));
}

#[test]
fn an_unknown_file_has_nothing_and_a_file_id_is_taken_once() {
    let mut client = Client::new();
    let (file, now) = (client.file, client.now);
    let nobody = uuid::Uuid::nil();
    assert!(client.myob.documents(nobody).is_empty() && client.myob.register(nobody).is_empty());
    assert!(client.myob.ledger(nobody).is_null() && client.myob.act(nobody, &value!({}), now).is_err());
    assert!(client.myob.add_file(Country::Au, Some(file)).unwrap_err().contains("taken"));
    let derived = client.myob.add_file(Country::Au, None).expect("a file");
    assert!(client.myob.ledger(derived).is_object());
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut client = Client::new();
    let fork = client.myob.clone();
    let body = client.customer_body("Acme");
    assert_eq!(client.post("Contact/Customer", &body).status(), 201);
    client.myob = fork;
    assert_eq!(client.customers("Acme"), 0);
    let created = reply(client.send("POST", "Contact/Customer?returnBody=true", &body));
    assert!(json(&created)["UID"].is_string());
}

#[test]
fn a_file_that_is_away_says_so_at_its_root_and_in_the_list() {
    let mut client = Client::new();
    client.control("POST", "/act", r#"{"do":"check_out"}"#);
    let list = json(&reply(client.api("GET", "/accountright/", &[], b"")));
    assert!(list[0]["CheckedOutDate"].is_string() && list[0]["CheckedOutBy"].is_string(), "{list}");
    assert_eq!(client.get("").status(), 200);
    client.control("POST", "/act", r#"{"do":"check_in"}"#);
    client.control("POST", "/act", r#"{"do":"take_offline"}"#);
    assert_eq!(client.get("").status(), 403);
    assert_eq!(client.get("CurrentUser").status(), 403);
    client.control("POST", "/act", r#"{"do":"bring_online"}"#);
    let root = json(&client.get(""));
    assert_eq!(root["CompanyFile"].get("CheckedOutDate"), None);
}
