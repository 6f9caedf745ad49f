//! Everything that can be wrong with what comes in: each is a typed, one-line answer that names document, field and remedy;
//! the rest of the work goes on, nothing is lost and nothing is sent twice.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::store::ConnectionState;
use factory_accounting_engine::RecordStatus;
use factory_accounting_testkit::Wire;
use http::Response;
use serde_json::{Value, json};

use crate::host::{Host, answer};
use crate::make::{customer, document, invoice, line, record, settings_with, with_line};
use crate::questions::{between_two_good_ones, is_told_well};

#[test]
fn a_malformed_line_names_the_field() {
    for (text, path) in [
        ("{\"kind\":\"invoice\",", "."),
        ("{\"kind\":\"invoce\",\"id\":\"1\"}", "kind"),
        ("{\"kind\":\"customer\",\"id\":\"1\",\"name\":\"A\",\"adresses\":[]}", "adresses"),
        (
            "{\"kind\":\"invoice\",\"id\":\"1\",\"number\":\"1\",\"customer\":\"c\",\"date\":\"2026-07-01\",\"currency\":\"NZD\",\
             \"lines\":[{\"type\":\"item\",\"description\":\"a\",\"quantity\":\"many\",\"unit_price\":\"1\"}]}",
            "lines[0].quantity",
        ),
    ] {
        let error = Record::parse(text).expect_err("no record");
        let told = error.to_string();
        assert!(told.contains(path) && !told.contains('\n'), "{told}");
    }
}

#[test]
fn an_unknown_currency_names_the_field_and_what_would_be_right() {
    let mut form = serde_json::to_value(invoice("BAD-1", "C1", "10")).expect("JSON");
    form["currency"] = json!("XQZ");
    let told = Record::parse(&form.to_string()).expect_err("no record").to_string();
    assert!(told.contains("currency"), "{told}");
}

#[test]
fn a_currency_that_the_organisation_does_not_use() {
    let host = Host::new();
    let question = between_two_good_ones(&host, document("invoice", "BAD-1", "C1", "10", json!({ "currency": "CHF" })));
    is_told_well(&question, Code::Currency, &["BAD-1", "CHF"]);
}

#[test]
fn a_negative_quantity() {
    let host = Host::new();
    let question = between_two_good_ones(&host, with_line(json!({ "quantity": "-2" })));
    is_told_well(&question, Code::Invalid, &["BAD-1", "lines[0].quantity"]);
}

#[test]
fn a_payment_of_less_than_nothing() {
    let host = Host::new();
    let bad = record(json!({ "kind": "payment", "id": "BAD-1", "number": "BAD-1", "target": { "invoice": "GOOD-1" },
        "date": "2026-11-20", "amount": { "amount": "-5", "currency": "NZD" } }));
    let question = between_two_good_ones(&host, bad);
    is_told_well(&question, Code::Invalid, &["BAD-1", "amount"]);
}

#[test]
fn a_price_of_five_decimals() {
    let host = Host::new();
    let question = between_two_good_ones(&host, with_line(json!({ "unit_price": "1.23456" })));
    is_told_well(&question, Code::Invalid, &["BAD-1", "lines[0].unit_price"]);
}

#[test]
fn an_invoice_of_five_thousand_lines() {
    let host = Host::new();
    let many: Vec<Value> = (0..5_000).map(|number| line(&format!("Part {number}"), "1", "1")).collect();
    let question = between_two_good_ones(&host, document("invoice", "BAD-1", "C1", "1", json!({ "lines": many })));
    is_told_well(&question, Code::Invalid, &["BAD-1", "lines"]);
}

#[test]
fn text_over_the_packages_limits() {
    let host = Host::new();
    let question = between_two_good_ones(&host, with_line(json!({ "description": "x".repeat(4_001) })));
    is_told_well(&question, Code::Invalid, &["BAD-1", "lines[0].description"]);
    let host = Host::new();
    let question = between_two_good_ones(&host, customer("BAD-1", &"N".repeat(256)));
    is_told_well(&question, Code::Invalid, &["NNNN", "name"]);
}

#[test]
fn a_number_that_another_document_of_the_host_carries() {
    let host = Host::new();
    let bad = document("invoice", "BAD-1", "C1", "20", json!({ "number": "GOOD-1" }));
    let question = between_two_good_ones(&host, bad);
    assert!(matches!(question.code, Code::NumberTwice | Code::NumberTaken), "{question}");
    is_told_well(&question, question.code, &["GOOD-1", "number"]);
}

#[test]
fn an_unknown_product() {
    let host = Host::new();
    let question = between_two_good_ones(&host, with_line(json!({ "product": "P-404" })));
    is_told_well(&question, Code::NotLinked, &["BAD-1", "lines[0].product"]);
    assert!(question.to_string().contains("P-404"));
}

#[test]
fn a_closed_period() {
    let host = Host::new();
    let question =
        between_two_good_ones(&host, document("invoice", "BAD-1", "C1", "10", json!({ "date": "2009-09-30" })));
    is_told_well(&question, Code::PeriodClosed, &["BAD-1", "date"]);
}

#[test]
fn a_period_that_was_closed_after_we_last_looked() {
    let host = Host::new();
    host.act(json!({ "do": "lock_period", "date": "2026-10-31" }));
    let question =
        between_two_good_ones(&host, document("invoice", "BAD-1", "C1", "10", json!({ "date": "2026-10-30" })));
    is_told_well(&question, Code::PeriodClosed, &["BAD-1", "date"]);
}

#[test]
fn r29_an_archived_contact() {
    let host = Host::new();
    host.send(vec![customer("C2", "Gone Ltd")]);
    let contact = host.link(RecordKind::Customer, "C2").remote;
    host.act(json!({ "do": "archive_contact", "contact": contact.as_str() }));
    let question = between_two_good_ones(&host, invoice("BAD-1", "C2", "10"));
    is_told_well(&question, Code::PartyArchived, &["BAD-1", "archived"]);
}

#[test]
fn an_account_that_was_archived() {
    let host = Host::new();
    host.act(json!({ "do": "archive_account", "account": "260" }));
    let question = between_two_good_ones(&host, with_line(json!({ "account": "260" })));
    is_told_well(&question, Code::AccountUnusable, &["BAD-1", "260"]);
}

#[test]
fn an_unmapped_tax_term() {
    let host = Host::new();
    let question = between_two_good_ones(&host, with_line(json!({ "tax": "Mehrwertsteuer" })));
    is_told_well(&question, Code::TaxUnmapped, &["BAD-1", "lines[0].tax"]);
}

#[test]
fn a_token_that_was_revoked_waits_for_a_person_and_nothing_is_lost() {
    let host = Host::new();
    host.push_all(vec![customer("C1", "Hale Joinery"), invoice("F-1", "C1", "10")]);
    crate::host::locked(&host.world).emulator.revoke_all();
    let report = host.work();
    let Some(ConnectionState::NeedsReconnect { reason, .. }) = report.resting else { panic!("{report:?}") };
    assert!(!reason.contains('\n') && !reason.is_empty(), "{reason}");
    assert!(host.books().is_empty());
    host.sign_in();
    host.clock.run(host.engine.connect()).expect("connects again");
    host.work();
    assert_eq!(host.books().len(), 2);
}

#[test]
fn a_tenant_that_the_sign_in_does_not_reach() {
    let mut world = crate::world::XeroWorld::new();
    let own = world.tenant;
    let other = world.emulator.add_tenant(factory_accounting_emulator::xero::Region::Au, None);
    world.tenant = other;
    let host = Host::unconnected(world);
    crate::host::locked(&host.world).tenant = own;
    host.sign_in();
    let told = host.clock.run(host.engine.connect()).expect_err("refused").to_string();
    assert!(!told.contains('\n') && told.len() > 20, "{told}");
}

/// A hostile answer to the first write of an invoice, and peace afterwards.
fn first_write_meets(wire: impl Fn() -> Wire + Send + 'static) {
    let host = Host::new();
    host.send(vec![customer("C1", "Hale Joinery")]);
    let mut met = false;
    host.beset(move |request| {
        if met || request.method() != http::Method::PUT {
            return None;
        }
        met = true;
        Some(wire())
    });
    host.push_all(vec![invoice("F-1", "C1", "10"), invoice("F-2", "C1", "10")]);
    let first = host.clock.run(host.engine.run_once()).expect("a round");
    assert!(first.in_doubt + first.retried == 2, "{first:?}");
    if first.in_doubt > 0 {
        // R7: what is not known is shown as that.
        assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::InDoubt { .. }));
    }
    host.work();
    assert_eq!(host.books().len(), 3, "{:?}", host.books());
}

#[test]
fn r7_a_server_that_answers_html() {
    first_write_meets(|| answer(502, "text/html", "<html><body>Bad gateway</body></html>"));
    first_write_meets(|| answer(200, "text/html", "<html><body>Please sign in</body></html>"));
}

#[test]
fn a_server_that_answers_half_a_body() {
    first_write_meets(|| match answer(200, "application/json", "{\"Invoices\":[{\"InvoiceID\":\"4b6094ca-01e4-43c7") {
        Wire::Answer(response) => Wire::Truncated(response, 20),
        other => other,
    });
}

#[test]
fn a_server_that_answers_nothing() {
    first_write_meets(|| Wire::Silence);
    first_write_meets(|| Wire::Dropped);
    first_write_meets(|| answer(200, "application/json", ""));
}

#[test]
fn a_server_that_answers_a_gigabyte() {
    first_write_meets(|| {
        Wire::Endless(Response::builder().status(200).body(bytes::Bytes::new()).expect("a head"), 1 << 30)
    });
}

#[test]
fn r6_a_package_that_is_down_for_hours_loses_nothing() {
    let host = Host::new();
    host.push_all(vec![customer("C1", "Hale Joinery"), invoice("F-1", "C1", "10")]);
    let until = factory_accounting_core::clock::Clock::now(&host.clock) + chrono::TimeDelta::hours(9);
    let clock = host.clock.clone();
    host.beset(move |_| {
        let down = factory_accounting_core::clock::Clock::now(&clock) < until;
        down.then(|| answer(503, "text/html", "The service is temporarily unavailable"))
    });
    host.work();
    assert_eq!(host.books().len(), 2);
    let calls = host.calls().len();
    assert!(calls < 250, "{calls} calls in nine hours");
}

#[test]
fn nothing_is_sent_where_a_kind_is_switched_off_and_a_bad_record_comes() {
    let host = Host::with_settings(settings_with(json!({ "switched_off": ["invoice"] })));
    let ticket = host.push(with_line(json!({ "unit_price": "1.23456" })));
    assert!(ticket.skipped.is_some() && ticket.parked.is_none());
}
