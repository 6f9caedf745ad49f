//! `requestid` at the boundary (qbo.md 4).

use chrono::Duration;
use http::StatusCode;
use serde_json::json as value;

use crate::fault::{CommitPoint, Fault, FaultRule, LimitProblem};
use crate::outcome::Outcome;
use crate::qbo::config::ACCOUNTING;
use crate::qbo::switches::{ReplayAfterLost500, RequestIds, ReusedRequestId, Switches};
use crate::qbo::testing::{Client, code, json, reply, text};
use crate::qbo::{CompanyConfig, Country, QboConfig, RateLimits};

#[test]
fn the_same_id_and_content_get_the_first_answer_byte_for_byte() {
    let mut client = Client::new();
    let first = reply(client.customer("Acme", "k"));
    assert_eq!(first.status(), StatusCode::OK, "{}", text(&first));
    client.now += Duration::minutes(50);
    let again = reply(client.customer("Acme", "k"));
    assert_eq!((again.status(), again.body()), (first.status(), first.body()), "the original time included");
    assert_ne!(again.headers()["intuit_tid"], first.headers()["intuit_tid"]);
    assert_eq!(client.customers("Acme"), 1);
}

#[test]
fn an_id_is_remembered_for_a_day_or_as_long_as_the_switch_says() {
    for (request_id_hours, pause, expected) in [(24, 24 * 60 - 1, 200), (24, 24 * 60, 400), (1, 60, 400), (0, 0, 400)] {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { request_id_hours, ..Switches::default() });
        assert_eq!(reply(client.customer("Acme", "k")).status(), 200);
        client.now += Duration::minutes(pause);
        let (realm, now) = (client.realm.clone(), client.now);
        client.token = client.qbo.authorised(&realm, ACCOUNTING, now).access_token;
        let again = reply(client.customer("Acme", "k"));
        assert_eq!(again.status().as_u16(), expected, "{request_id_hours} hours, {pause} minutes: {}", text(&again));
    }
}

#[test]
fn an_ignored_id_has_no_effect() {
    let mut client = Client::new();
    client.qbo.set_switches(Switches { request_ids: RequestIds::Ignored, ..Switches::default() });
    assert_eq!(reply(client.customer("Acme", "k")).status(), 200);
    assert_eq!(code(&reply(client.customer("Acme", "k"))), "6240");
}

#[test]
fn the_same_id_with_other_content_is_refused_replayed_or_carried_out() {
    for (reused_request_id, status, others) in
        [(ReusedRequestId::Refused, 400, 0), (ReusedRequestId::Replayed, 200, 0), (ReusedRequestId::RunsAgain, 200, 1)]
    {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { reused_request_id, ..Switches::default() });
        let first = reply(client.customer("Acme", "k"));
        let other = reply(client.customer("Bolt", "k"));
        assert_eq!(other.status().as_u16(), status, "{reused_request_id:?}");
        assert_eq!(client.customers("Bolt"), others, "{reused_request_id:?}");
        match reused_request_id {
            ReusedRequestId::Refused => assert_eq!(code(&other), "600"),
            ReusedRequestId::Replayed => assert_eq!(other.body(), first.body()),
            ReusedRequestId::RunsAgain => assert_ne!(other.body(), first.body()),
        }
    }
}

#[test]
fn an_id_is_of_one_company_and_a_query_has_none() {
    let mut client = Client::with(QboConfig {
        companies: [Country::Au, Country::Au].map(|country| CompanyConfig { country, realm: None }).to_vec(),
        limits: RateLimits::off(),
        ..QboConfig::default()
    });
    assert_eq!(reply(client.customer("Acme", "k")).status(), 200);
    client.realm = client.qbo.companies()[1].realm.clone();
    let (realm, now) = (client.realm.clone(), client.now);
    client.token = client.qbo.authorised(&realm, ACCOUNTING, now).access_token;
    assert_eq!(reply(client.customer("Acme", "k")).status(), 200);
    assert_eq!(client.customers("Acme"), 1, "the other company has its own");

    let ask = |client: &mut Client| {
        let statement = b"select count(*) from Customer";
        json(&reply(client.send("POST", "query?requestid=q", "application/text", statement)))["QueryResponse"].clone()
    };
    let before = ask(&mut client);
    assert_eq!(reply(client.customer("Bolt", "k2")).status(), 200);
    assert_ne!(ask(&mut client), before);
}

#[test]
fn ids_have_lengths() {
    let mut client = Client::new();
    assert_eq!(reply(client.customer("Acme", &"k".repeat(50))).status(), 200);
    assert_eq!(code(&reply(client.customer("Bolt", &"k".repeat(51)))), "2130");
    let batch = |client: &mut Client, id: usize, item: usize| {
        let (id, item) = ("k".repeat(id), "b".repeat(item));
        let body = format!(r#"{{"BatchItemRequest":[{{"bId":"{item}","Query":"select * from Term"}}]}}"#);
        reply(client.post(&format!("batch?requestid={id}"), &body))
    };
    assert_eq!(batch(&mut client, 36, 10).status(), 200);
    assert_eq!(code(&batch(&mut client, 37, 10)), "2130");
    assert_eq!(code(&batch(&mut client, 35, 11)), "2130");
    let free =
        reply(client.post("batch", r#"{"BatchItemRequest":[{"bId":"bbbbbbbbbbb","Query":"select * from Term"}]}"#));
    assert_eq!(free.status(), 200, "without requestid an item's id is as long as it likes");
}

#[test]
fn a_refusal_is_remembered_unless_the_switch_says_otherwise() {
    for (refusals_replayed, expected) in [(true, 400), (false, 200)] {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { refusals_replayed, ..Switches::default() });
        let first = json(&reply(client.customer("Acme", "first")));
        assert_eq!(code(&reply(client.customer("Acme", "k"))), "6240");
        let (realm, now) = (client.realm.clone(), client.now);
        let renamed = value!({
            "do": "edit", "entity": "Customer", "id": first["Customer"]["Id"], "set": { "DisplayName": "Acme old" },
        });
        client.qbo.act(&realm, &renamed, now).expect("a new name");
        assert_eq!(reply(client.customer("Acme", "k")).status().as_u16(), expected, "{refusals_replayed}");
    }
}

#[test]
fn what_never_reached_the_books_is_not_remembered() {
    for fault in [
        Fault::Unauthorised401,
        Fault::RateLimited { problem: LimitProblem::Minute, retry_after: None },
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::DropBeforeCommit,
        Fault::FaultInside200,
    ] {
        let mut client = Client::new();
        client.qbo.inject(FaultRule::next(fault.clone()));
        client.customer("Acme", "k");
        assert_eq!(client.customers("Acme"), 0, "{fault:?}");
        assert_eq!(reply(client.customer("Acme", "k")).status(), 200, "{fault:?}");
        assert_eq!(client.customers("Acme"), 1, "{fault:?}");
    }
}

#[test]
fn a_lost_answer_is_what_the_id_replays() {
    for fault in [
        Fault::CommitThenDrop,
        Fault::CommitThenTimeout,
        Fault::Html502 { work: CommitPoint::Done },
        Fault::GarbageJson,
    ] {
        let mut client = Client::new();
        client.qbo.inject(FaultRule::on("POST", "customer", fault.clone()));
        client.customer("Acme", "k");
        let again = reply(client.customer("Acme", "k"));
        assert_eq!((again.status(), client.customers("Acme")), (StatusCode::OK, 1), "{fault:?}");
        assert_eq!(json(&again)["Customer"]["DisplayName"], "Acme", "{fault:?}");
    }
}

#[test]
fn a_booked_500_is_followed_by_the_true_answer_or_by_a_second_run() {
    for (replay_after_lost_500, status) in [(ReplayAfterLost500::RealAnswer, 200), (ReplayAfterLost500::RunsAgain, 400)]
    {
        let mut client = Client::new();
        client.qbo.set_switches(Switches { replay_after_lost_500, ..Switches::default() });
        client.qbo.inject(FaultRule::on("POST", "customer", Fault::CommitThen500));
        let failed = reply(client.customer("Acme", "k"));
        assert_eq!((failed.status().as_u16(), code(&failed).as_str()), (500, "10000"));
        assert_eq!(json(&failed)["Fault"]["type"], "SystemFault");
        assert_eq!(client.customers("Acme"), 1, "it was booked");
        let again = reply(client.customer("Acme", "k"));
        assert_eq!(again.status().as_u16(), status, "{replay_after_lost_500:?}: {}", text(&again));
    }
}

#[test]
fn a_second_call_while_the_first_is_running_is_a_600() {
    let mut client = Client::new();
    client.qbo.inject(FaultRule::on("POST", "customer", Fault::SlowBody { delay_ms: 3_000 }));
    assert!(matches!(client.customer("Acme", "k"), Outcome::Delayed { .. }));
    client.now += Duration::seconds(2);
    assert_eq!(code(&reply(client.customer("Acme", "k"))), "600");
    client.now += Duration::seconds(1);
    assert_eq!(reply(client.customer("Acme", "k")).status(), 200);
    assert_eq!(client.customers("Acme"), 1);
}

#[test]
fn a_batch_with_the_same_id_and_other_item_ids_is_another_batch() {
    let mut client = Client::new();
    let batch = |client: &mut Client, item: &str, name: &str| {
        let body = format!(
            r#"{{"BatchItemRequest":[{{"bId":"{item}","operation":"create","Customer":{{"DisplayName":"{name}"}}}}]}}"#
        );
        reply(client.post("batch?requestid=k", &body))
    };
    let first = batch(&mut client, "1", "Acme");
    assert_eq!(batch(&mut client, "1", "Acme").body(), first.body());
    assert_eq!(client.customers("Acme"), 1);
    assert_eq!(code(&batch(&mut client, "1", "Bolt")), "600");
    let other = json(&batch(&mut client, "2", "Acme"));
    assert_eq!(other["BatchItemResponse"][0]["Fault"]["Error"][0]["code"], "6240", "it ran: {other}");
}
