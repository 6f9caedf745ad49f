//! Injected faults at the boundary (qbo.md 14).

use chrono::Duration;
use http::{Response, StatusCode};
use serde_json::json as value;

use crate::fault::{CommitPoint, Fault, FaultRule, LimitProblem, OfflineText};
use crate::outcome::Outcome;
use crate::package::Package;
use crate::qbo::switches::{RateBy, Switches};
use crate::qbo::testing::{Client, code, gateway_code, header, json, reply, text};
use crate::qbo::{QboConfig, RateLimits};
use crate::{Delivery, DeliveryAnswer};

fn hit(client: &mut Client, fault: Fault) -> Response<bytes::Bytes> {
    client.qbo.inject(FaultRule::next(fault));
    client.get("preferences")
}

#[test]
fn injected_refusals_look_like_real_ones() {
    let mut client = Client::new();
    let limited = hit(&mut client, Fault::RateLimited { problem: LimitProblem::Minute, retry_after: Some(60) });
    assert_eq!((limited.status().as_u16(), gateway_code(&limited).as_str()), (429, "3001"));
    assert_eq!(header(limited.headers(), "retry-after"), "60");
    let expired = hit(&mut client, Fault::Unauthorised401);
    assert_eq!((expired.status().as_u16(), gateway_code(&expired).as_str()), (401, "3200"));
    let maintained = hit(&mut client, Fault::Unavailable503 { text: OfflineText::Organisation });
    assert_eq!((maintained.status().as_u16(), code(&maintained).as_str()), (503, "150"));
    let unavailable = hit(&mut client, Fault::Unavailable503 { text: OfflineText::Temporary });
    assert_eq!((unavailable.status().as_u16(), text(&unavailable).as_str()), (503, "Service Unavailable"));
    let gateway = hit(&mut client, Fault::Html502 { work: CommitPoint::NotDone });
    assert!(gateway.status() == 502 && text(&gateway).starts_with("<html>"));
    let inside = hit(&mut client, Fault::FaultInside200);
    assert_eq!((inside.status().as_u16(), code(&inside).as_str()), (200, "10000"));
    assert_eq!(client.get("preferences").status(), 200, "each hits one call");
}

#[test]
fn answers_are_cut_slowed_blown_up_and_garbled() {
    let mut client = Client::new();
    let mut hit = |fault: Fault| {
        client.qbo.inject(FaultRule::next(fault));
        client.send("GET", "preferences", "", b"")
    };
    assert!(matches!(hit(Fault::TruncateBody { at: 7 }), Outcome::Truncated { bytes: 7, .. }));
    let slow = hit(Fault::SlowBody { delay_ms: 50 });
    assert!(matches!(slow, Outcome::Delayed { by, .. } if by == Duration::milliseconds(50)));
    assert!(matches!(hit(Fault::GigabyteBody { bytes: 9 }), Outcome::Endless { bytes: 9, .. }));
    assert!(matches!(hit(Fault::DropBeforeCommit), Outcome::Dropped));
    assert!(matches!(hit(Fault::CommitThenTimeout), Outcome::Hang));
    let garbled = reply(hit(Fault::GarbageJson));
    assert!(serde_json::from_slice::<serde_json::Value>(garbled.body()).is_err());
    assert_eq!(reply(hit(Fault::EmptyBody)).body().len(), 0);
    let xml = reply(hit(Fault::XmlInsteadOfJson));
    assert!(text(&xml).contains("<IntuitResponse") && header(xml.headers(), "content-type").contains("xml"));
    let more = reply(hit(Fault::ExtraFields));
    assert!(json(&more)["Preferences"]["FutureMember"].is_object());
}

#[test]
fn a_truncated_batch_answer_lost_no_work() {
    let mut client = Client::new();
    client.qbo.inject(FaultRule::on("POST", "batch", Fault::BatchAnswerLacks { items: 1 }));
    let batch = r#"{"BatchItemRequest":[
        {"bId":"1","operation":"create","Customer":{"DisplayName":"Acme"}},
        {"bId":"2","operation":"create","Customer":{"DisplayName":"Bolt"}}]}"#;
    let short = json(&reply(client.post("batch?requestid=b", batch)));
    assert_eq!(short["BatchItemResponse"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.customers("Bolt"), 1);
    let whole = json(&reply(client.post("batch?requestid=b", batch)));
    assert_eq!(whole["BatchItemResponse"][1]["Customer"]["DisplayName"], "Bolt", "the id replays all of it");
}

#[test]
fn calls_that_are_held_back_are_in_flight() {
    let mut client = Client::with(QboConfig { limits: RateLimits::default(), ..QboConfig::default() });
    client.qbo.set_switches(Switches { rate_by: RateBy::InFlight, ..Switches::default() });
    client.qbo.inject(FaultRule::next(Fault::CommitThenTimeout).times(Some(10)));
    for _ in 0..10 {
        assert!(matches!(client.send("GET", "preferences", "", b""), Outcome::Hang));
    }
    assert_eq!(client.get("preferences").status(), StatusCode::TOO_MANY_REQUESTS);
    client.now += Duration::seconds(120);
    assert_eq!(client.get("preferences").status(), StatusCode::OK, "the server gave up on them");
}

#[test]
fn the_token_endpoint_loses_an_answer_and_refuses_a_grant_on_demand() {
    let mut client = Client::new();
    let (realm, now) = (client.realm.clone(), client.now);
    let token = client.qbo.authorised(&realm, "com.intuit.quickbooks.accounting", now).refresh_token;
    client.now += Duration::days(1);
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    client.qbo.inject(FaultRule::on("POST", "token", Fault::InvalidGrant));
    let refused = client.form("/oauth2/v1/tokens/bearer", &form);
    assert_eq!((refused.status().as_u16(), &json(&refused)["error"]), (400, &value!("invalid_grant")));
    client.qbo.inject(FaultRule::on("POST", "token", Fault::TokenLostResponse));
    let body = format!("grant_type=refresh_token&refresh_token={token}");
    let headers =
        [("authorization", crate::qbo::testing::DEFAULT_APP), ("content-type", "application/x-www-form-urlencoded")];
    assert!(matches!(client.bare("POST", "/oauth2/v1/tokens/bearer", &headers, body.as_bytes()), Outcome::Dropped));
    assert_eq!(
        client.form("/oauth2/v1/tokens/bearer", &form).status(),
        400,
        "it was replaced, and nobody knows by what"
    );
}

fn posted(client: &mut Client, status: u16) -> Vec<Delivery> {
    let now = client.now;
    let due = client.qbo.due_deliveries(now);
    for delivery in &due {
        client.qbo.delivered(delivery.id, Some(DeliveryAnswer { status, bare: true }), now);
    }
    due
}

#[test]
fn a_write_becomes_an_event_of_the_connected_company_and_a_replay_does_not() {
    let mut client = Client::new();
    client.control("POST", "/webhooks/configure", r#"{"url":"http://127.0.0.1:9/hook","verifier":"v"}"#);
    let created = json(&reply(client.customer("Acme", "k")));
    reply(client.customer("Acme", "k"));
    let posts = posted(&mut client, 200);
    let events: serde_json::Value = serde_json::from_slice(&posts[0].body).expect("JSON");
    assert_eq!((posts.len(), events.as_array().map(Vec::len)), (1, Some(1)), "{events}");
    assert_eq!(events[0]["type"], "qbo.customer.created.v1");
    assert_eq!(
        (&events[0]["intuitentityid"], &events[0]["intuitaccountid"]),
        (&created["Customer"]["Id"], &value!(client.realm))
    );

    client.qbo.inject(FaultRule::next(Fault::WebhookDuplicate));
    reply(client.customer("Bolt", "k2"));
    let twice = posted(&mut client, 200);
    assert_eq!((twice.len(), &twice[0].body), (2, &twice[1].body));

    let realm = client.realm.clone();
    client.qbo.disconnect(&realm);
    let now = client.now;
    let action = value!({ "do": "create", "entity": "Vendor", "set": { "DisplayName": "Nuts" } });
    client.qbo.act(&realm, &action, now).expect("a vendor");
    assert!(posted(&mut client, 200).is_empty(), "a disconnected company tells nothing");
}
