//! What work costs in calls.

use serde_json::json;

use crate::host::{Host, locked};
use crate::make::{customer, invoice};
use crate::say;
use crate::world::Books as _;

#[test]
fn a_thousand_new_invoices_to_known_contacts_take_at_most_21_calls() {
    let host = Host::new();
    host.send((0..20).map(|number| customer(&format!("C{number}"), &format!("Customer {number}"))).collect());
    host.calls();
    let invoices =
        (0..1_000).map(|number| invoice(&format!("F-{number:04}"), &format!("C{}", number % 20), "100")).collect();
    let report = host.send(invoices);
    let calls = host.calls();
    say(&format!("1,000 invoices: {} calls", calls.len()));
    assert_eq!(report.created, 1_000);
    assert!(calls.len() <= 21, "{} calls", calls.len());
}

#[test]
fn f22_importing_ten_thousand_contacts_takes_at_most_11_calls() {
    let host = Host::new();
    {
        let mut world = locked(&host.world);
        let now = factory_accounting_core::clock::Clock::now(&host.clock);
        for number in 0..10_000 {
            world.act(&json!({ "do": "create_contact", "Name": format!("Contact {number:05}") }), now);
        }
    }
    host.calls();
    let report = host.import_customers();
    let calls = host.calls();
    say(&format!("10,000 contacts: {} calls", calls.len()));
    assert_eq!(report.tally.created, 10_000);
    assert!(calls.len() <= 11, "{} calls", calls.len());
}
