//! What work costs in calls, and how the two budgets of a company are used.

use std::time::Duration;

use chrono::TimeDelta;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use serde_json::json;

use crate::host::{Exchanged, Host, locked};
use crate::make::au::invoice;
use crate::make::customer;
use crate::say;
use crate::world::{Books as _, QboWorld};

fn with_customers(number: usize) -> Host<QboWorld> {
    let host = Host::au();
    host.send((0..number).map(|number| customer(&format!("C{number}"), &format!("Customer {number}"))).collect());
    host.clock.advance(Duration::from_secs(120));
    host.calls();
    host
}

fn invoices(many: usize, customers: usize) -> Vec<factory_accounting_core::model::Record> {
    (0..many).map(|number| invoice(&format!("F-{number:04}"), &format!("C{}", number % customers), "100")).collect()
}

#[test]
fn a_thousand_new_invoices_to_known_customers_take_at_most_35_calls() {
    let host = with_customers(20);
    let report = host.send(invoices(1_000, 20));
    let calls = host.exchanged();
    say(&format!("1,000 invoices at QuickBooks: {} calls", calls.len()));
    assert_eq!(report.created, 1_000);
    let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    assert!(calls.len() <= 35, "{} calls: {paths:?}", calls.len());
    assert!(calls.iter().all(|call| call.status == Some(200)));
}

/// Of ten thousand; the others are suppliers.
const CUSTOMERS: u64 = 9_900;

#[test]
fn f22_importing_from_ten_thousand_customers_and_suppliers_takes_at_most_11_calls() {
    let host = Host::au();
    {
        let mut world = locked(&host.world);
        let now = factory_accounting_core::clock::Clock::now(&host.clock);
        for number in 0..10_000 {
            let entity = if number < CUSTOMERS { "Customer" } else { "Vendor" };
            let set = json!({ "DisplayName": format!("Party {number:05}") });
            world.act(&json!({ "do": "create", "entity": entity, "set": set }), now);
        }
    }
    host.calls();
    let report = host.import_customers();
    let calls = host.calls();
    say(&format!("10,000 customers and suppliers at QuickBooks: {} calls", calls.len()));
    assert_eq!(report.tally.created, CUSTOMERS);
    assert!(calls.len() <= 11, "{} calls: {calls:?}", calls.len());
}

/// Forty batches a minute, and what is left of five hundred calls one by one (qbo.md 3.1).
#[test]
fn where_many_are_due_both_budgets_are_used_within_the_minute_and_no_limit_is_met() {
    let host = with_customers(20);
    let report = host.send(invoices(2_400, 20));
    assert_eq!(report.created, 2_400);
    let calls = host.exchanged();
    let begun = calls.first().expect("calls").at;
    let first: Vec<&Exchanged> = calls.iter().filter(|call| call.at < begun + TimeDelta::minutes(1)).collect();
    let batches = first.iter().filter(|call| call.path.ends_with("/batch")).count();
    let single = first.iter().filter(|call| call.path.ends_with("/invoice")).count();
    let minutes = (calls.last().expect("calls").at - begun).num_minutes() + 1;
    say(&format!(
        "2,400 invoices at QuickBooks: {batches} batches and {single} single calls at first, {minutes} minutes"
    ));
    assert_eq!(batches, 40);
    assert!(single >= 400, "{single} single calls");
    assert!(calls.iter().all(|call| call.status == Some(200)), "a limit was met");
    for call in &calls {
        let within = |other: &&Exchanged| other.at >= call.at && other.at < call.at + TimeDelta::minutes(1);
        let minute: Vec<&Exchanged> = calls.iter().filter(within).collect();
        assert!(minute.len() <= 500, "{} calls in a minute", minute.len());
        assert!(minute.iter().filter(|call| call.path.ends_with("/batch")).count() <= 40);
        let second = minute.iter().filter(|other| other.at < call.at + TimeDelta::seconds(1)).count();
        assert!(second <= 10, "{second} calls in a second");
    }
}

#[test]
fn never_more_than_ten_calls_are_in_flight() {
    let host = with_customers(1);
    let delay = Duration::from_secs(3);
    locked(&host.network).delay = Some(delay);
    let ids = [RemoteId::new("customer:1")];
    let reads = (0..30).map(|_| host.provider.fetch(RecordKind::Customer, &ids));
    let answers = host.clock.run(futures::future::join_all(reads));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let calls = host.exchanged();
    let span = TimeDelta::from_std(delay).expect("a span");
    let most =
        calls.iter().map(|call| calls.iter().filter(|other| other.at <= call.at && call.at < other.at + span).count());
    assert_eq!((calls.len(), most.max()), (30, Some(10)));
}
