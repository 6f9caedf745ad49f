//! Injected faults at the boundary (myob.md 12.5).

use bytes::Bytes;
use chrono::Duration;
use http::Response;

use crate::fault::{CommitPoint, Fault, FaultRule, LimitProblem, OfflineText};
use crate::myob::switches::{RateLimitAnswer, Switches};
use crate::myob::testing::{Client, header, json, refusal, reply, text};
use crate::outcome::Outcome;

const TAX_CODES: &str = "GeneralLedger/TaxCode";

fn hit(client: &mut Client, fault: Fault) -> Response<Bytes> {
    client.myob.inject(FaultRule::next(fault));
    client.get(TAX_CODES)
}

#[test]
fn injected_refusals_look_like_real_ones() {
    let mut client = Client::new();
    let limited = |problem, retry_after| Fault::RateLimited { problem, retry_after };
    let second = hit(&mut client, limited(LimitProblem::Minute, Some(2)));
    assert_eq!((refusal(&second), header(second.headers(), "retry-after")), ((403, "RateLimitError".into()), "2"));
    assert!(text(&hit(&mut client, limited(LimitProblem::Day, None))).contains("daily"));
    client.myob.set_switches(Switches { rate_limit_answer: RateLimitAnswer::OverQpsText, ..Switches::default() });
    let older = hit(&mut client, limited(LimitProblem::Minute, None));
    assert!(older.status() == 403 && text(&older).contains("Developer Over Qps"));
    for (fault, expected) in [
        (Fault::Unauthorised401, (401, "OAuthTokenIsInvalid")),
        (Fault::InternalError500, (500, "InternalError")),
        (Fault::GatewayTimeout504 { work: CommitPoint::NotDone }, (504, "GatewayTimeout")),
    ] {
        let (status, name) = refusal(&hit(&mut client, fault));
        assert_eq!((status, name.as_str()), expected);
    }
    let unavailable = hit(&mut client, Fault::Unavailable503 { text: OfflineText::Temporary });
    assert!(unavailable.status() == 503 && text(&unavailable).starts_with("<html>"));
    let gateway = hit(&mut client, Fault::Html502 { work: CommitPoint::NotDone });
    assert!(gateway.status() == 502 && text(&gateway).starts_with("<html>"));
    assert_eq!(client.get(TAX_CODES).status(), 200, "each hits one call");
}

#[test]
fn answers_are_cut_slowed_blown_up_and_garbled() {
    let mut client = Client::new();
    let mut hit = |fault: Fault| {
        client.myob.inject(FaultRule::next(fault));
        client.send("GET", TAX_CODES, "")
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
    let more = json(&reply(hit(Fault::ExtraFields)));
    assert!(more["Items"][0]["FutureMember"].is_object(), "{more}");
    let grown = json(&reply(hit(Fault::UnknownEnumValues { members: Vec::new() })));
    assert!(grown["Items"][0]["Type"].as_str().is_some_and(|text| text.starts_with("FUTURE")), "{grown}");
}

#[test]
fn a_write_whose_answer_is_lost_is_in_the_books() {
    for (fault, status) in [
        (Fault::CommitThen500, Some(500)),
        (Fault::GatewayTimeout504 { work: CommitPoint::Done }, Some(504)),
        (Fault::Html502 { work: CommitPoint::Done }, Some(502)),
        (Fault::CommitThenDrop, None),
        (Fault::CommitThenTimeout, None),
    ] {
        let mut client = Client::new();
        let body = client.customer_body("Acme");
        client.myob.inject(FaultRule::on("POST", "contact/customer", fault.clone()));
        let outcome = client.send("POST", "Contact/Customer", &body);
        assert_eq!(outcome.status().map(|status| status.as_u16()), status, "{fault:?}");
        assert_eq!(client.customers("Acme"), 1, "{fault:?}");
    }
    for fault in
        [Fault::InternalError500, Fault::GatewayTimeout504 { work: CommitPoint::NotDone }, Fault::DropBeforeCommit]
    {
        let mut client = Client::new();
        let body = client.customer_body("Acme");
        client.myob.inject(FaultRule::on("POST", "Contact/Customer", fault.clone()));
        client.send("POST", "Contact/Customer", &body);
        assert_eq!(client.customers("Acme"), 0, "{fault:?}");
    }
}

#[test]
fn a_created_answer_lacks_its_address_or_has_a_body_that_nobody_asked_for() {
    let mut client = Client::new();
    let body = client.customer_body("Acme");
    let plain = client.post("Contact/Customer", &body);
    assert_eq!((plain.status().as_u16(), plain.body().len()), (201, 0), "{}", text(&plain));
    assert!(header(plain.headers(), "location").starts_with("https://arl2.api.myob.com/accountright/"));
    client.myob.inject(FaultRule::next(Fault::LocationMissing));
    let lost = client.post("Contact/Customer", &body);
    assert_eq!((lost.status().as_u16(), header(lost.headers(), "location"), lost.body().len()), (201, "", 0));
    client.myob.inject(FaultRule::next(Fault::BodyUnasked));
    let talkative = client.post("Contact/Customer", &body);
    assert_eq!((talkative.status().as_u16(), &json(&talkative)["CompanyName"]), (201, &"Acme".into()));
}
