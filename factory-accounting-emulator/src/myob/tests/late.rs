//! Writes that land late (myob.md 2, 4, 13.6).

use chrono::Duration;

use crate::fault::{Fault, FaultRule, LateAnswer};
use crate::myob::LateWrite;
use crate::myob::testing::{Client, refusal, reply};
use crate::outcome::Outcome;

const MINUTE: u32 = 60_000;

fn late(client: &mut Client, after_ms: u32, answer: LateAnswer) {
    client.myob.inject(FaultRule::on("POST", "Contact/Customer", Fault::LandsLate { after_ms, answer }));
}

fn sent(client: &mut Client, name: &str) -> Outcome {
    let body = client.customer_body(name);
    client.send("POST", "Contact/Customer", &body)
}

#[test]
fn a_write_that_lands_late_is_not_there_at_once_and_is_there_later_exactly_once() {
    let mut client = Client::new();
    late(&mut client, 3 * MINUTE, LateAnswer::GatewayTimeout504);
    assert_eq!(refusal(&reply(sent(&mut client, "Acme"))), (504, "GatewayTimeout".into()));
    for _ in 0..2 {
        client.now += Duration::seconds(89);
        assert_eq!(client.customers("Acme"), 0, "a probe finds nothing");
    }
    client.now += Duration::seconds(2);
    assert_eq!(client.customers("Acme"), 1);
    client.now += Duration::minutes(9);
    assert_eq!(client.customers("Acme"), 1);
    let [LateWrite { status, lands_at, sent_at, path, .. }] = &client.myob.late_writes()[..] else { panic!("one") };
    assert_eq!((*status, path.as_str()), (Some(201), "contact/customer"));
    assert_eq!(*lands_at - *sent_at, Duration::minutes(3));
}

#[test]
fn virtual_time_alone_lands_it_before_anybody_calls() {
    let mut client = Client::new();
    late(&mut client, 2 * MINUTE, LateAnswer::Drop);
    assert!(matches!(sent(&mut client, "Acme"), Outcome::Dropped));
    let rows = |client: &Client| client.myob.register(client.file).len();
    let before = rows(&client);
    client.myob.advance(Duration::seconds(119));
    assert_eq!(rows(&client), before);
    client.myob.advance(Duration::seconds(1));
    assert_eq!(rows(&client), before + 1);
}

#[test]
fn the_caller_gets_what_the_fault_says_meanwhile() {
    let mut client = Client::new();
    late(&mut client, MINUTE, LateAnswer::InternalError500);
    assert_eq!(refusal(&reply(sent(&mut client, "Acme"))), (500, "InternalError".into()));
    late(&mut client, MINUTE, LateAnswer::Hang);
    assert!(matches!(sent(&mut client, "Bolt"), Outcome::Hang));
    client.myob.finish_calls();
    assert_eq!((client.customers("Acme"), client.customers("Bolt")), (1, 1), "both were hurried");
}

#[test]
fn a_write_that_was_sent_again_lands_beside_the_first() {
    let mut client = Client::new();
    late(&mut client, 5 * MINUTE, LateAnswer::GatewayTimeout504);
    sent(&mut client, "Acme");
    client.now += Duration::minutes(3);
    assert_eq!(client.customers("Acme"), 0);
    assert_eq!(reply(sent(&mut client, "Acme")).status(), 201, "nothing tells the service that it is the same");
    client.now += Duration::minutes(3);
    assert_eq!(client.customers("Acme"), 2, "what a client must not let happen");
}

#[test]
fn the_books_judge_a_late_write_as_they_stand_when_it_lands() {
    let mut client = Client::new();
    let tax = client.tax_code("GST");
    let item =
        format!(
            r#"{{"Number":"LATE-1","Name":"Bracket","IsActive":true,"IsBought":false,"IsSold":true,"IsInventoried":false,
            "IncomeAccount":{{"UID":"{}"}},"SellingDetails":{{"BaseSellingPrice":4.25,"TaxCode":{{"UID":"{tax}"}}}}}}"#,
            client.list("GeneralLedger/Account", &[("$filter", "Type eq 'Income' and IsHeader eq false")])["Items"][0]
                ["UID"]
                .as_str()
                .expect("an account"),
        );
    client.myob.inject(FaultRule::on(
        "POST",
        "inventory/item",
        Fault::LandsLate { after_ms: MINUTE, answer: LateAnswer::GatewayTimeout504 },
    ));
    client.post("Inventory/Item", &item);
    assert_eq!(client.post("Inventory/Item", &item).status(), 201);
    client.now += Duration::minutes(2);
    let count = client.list("Inventory/Item", &[("$filter", "Number eq 'LATE-1'")])["Count"].clone();
    assert_eq!(count, 1, "the number was taken when the first one came");
    assert_eq!(client.myob.late_writes()[0].status, Some(400));
}

#[test]
fn what_the_gateway_refuses_never_lands_and_a_read_has_nothing_to_land() {
    let mut client = Client::new();
    let good = std::mem::replace(&mut client.token, "x".into());
    client.myob.inject(FaultRule::next(Fault::LandsLate { after_ms: 1, answer: LateAnswer::default() }));
    assert_eq!(client.post("Contact/Customer", "{}").status(), 401);
    client.token = good;
    client.myob.inject(FaultRule::next(Fault::LandsLate { after_ms: 1, answer: LateAnswer::default() }));
    assert_eq!(client.get("Contact/Customer").status(), 504);
    client.myob.advance(Duration::minutes(1));
    assert_eq!(client.myob.late_writes(), []);
}

#[test]
fn a_clone_takes_what_is_on_its_way_with_it() {
    let mut client = Client::new();
    late(&mut client, MINUTE, LateAnswer::Drop);
    sent(&mut client, "Acme");
    let fork = client.myob.clone();
    client.myob.reset_books();
    client.now += Duration::minutes(1);
    assert_eq!(client.customers("Acme"), 0, "fresh books await nothing");
    client.myob = fork;
    assert_eq!(client.customers("Acme"), 1);
}
