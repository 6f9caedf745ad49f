//! What QuickBooks refuses, or what must not be sent there: each is a typed, one-line answer that names document, field and
//! remedy; the rest of the work goes on.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{Decision, LinkOrigin};
use factory_accounting_engine::EngineError;
use http::Method;
use serde_json::{Value, json};

use crate::host::{Host, answer, locked};
use crate::make::au::{document, invoice, payment, with_line};
use crate::make::{HALE, customer, hale, line, merge, record, supplier};
use crate::questions::{between_two_good_ones, is_told_well};
use crate::world::QboWorld;

fn id_of(host: &Host<QboWorld>, entity: &str, name: &str) -> Value {
    host.row(entity, name)["Id"].clone()
}

#[test]
fn r36_a_name_with_a_colon_or_a_tab() {
    for (name, sign) in [("Hale: Joinery", "':'"), ("Hale\tJoinery Ltd", "'\\t'")] {
        let host = Host::au();
        let question = between_two_good_ones(&host, customer("BAD-1", name));
        is_told_well(&question, Code::Invalid, &["name", sign]);
    }
}

#[test]
fn r36_a_name_of_more_than_500_characters() {
    let host = Host::au();
    let question = between_two_good_ones(&host, customer("BAD-1", &"N".repeat(501)));
    is_told_well(&question, Code::Invalid, &["name", "500"]);
}

#[test]
fn r36_a_number_of_more_than_21_characters() {
    let host = Host::au();
    let number = "A-1234567890-1234567890";
    let question = between_two_good_ones(&host, document("invoice", "BAD-1", "C1", "10", json!({ "number": number })));
    is_told_well(&question, Code::Invalid, &["number", "21", number]);
}

#[test]
fn r9_a_customer_whose_name_a_vendor_has_is_told_apart_without_asking() {
    let host = Host::au();
    host.send(vec![supplier("S1", HALE)]);
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    let books = host.books();
    assert!(books.contains(&"Vendor Hale Joinery: Active".to_owned()), "{books:?}");
    assert!(books.iter().any(|line| line.starts_with("Customer Hale Joinery (")), "{books:?}");
    assert!(books.iter().any(|line| line.starts_with("Invoice F-1: Open 11.00 for Hale Joinery")), "{books:?}");
}

#[test]
fn r9_a_customer_whose_name_another_customer_has_is_asked_about_and_told_apart_once_that_is_decided() {
    let host = Host::au();
    host.act(json!({ "do": "create", "entity": "Customer", "set": { "DisplayName": HALE } }));
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Customer, "C1");
    is_told_well(&question, Code::NameTaken, &[HALE]);
    assert_eq!(host.books(), ["Customer Hale Joinery: Active"], "nothing is merged and nothing is made");
    let parked = host.clock.run(host.engine.attention()).expect("questions").remove(0);
    host.clock.run(host.engine.decide(parked.id, Decision::Distinguish, "Mere Tane")).expect("decided");
    host.work();
    let books = host.books();
    assert!(books.iter().any(|line| line.starts_with("Customer Hale Joinery (")), "{books:?}");
    assert_eq!(books.len(), 3, "{books:?}");
}

#[test]
fn r26_an_item_that_was_made_inactive_is_named() {
    let host = Host::au();
    let item = id_of(&host, "Item", "INSTALLATION");
    host.act(json!({ "do": "inactivate", "entity": "Item", "id": item }));
    let question = between_two_good_ones(&host, with_line(json!({ "account": "260" })));
    let told = question.to_string();
    assert!(told.contains("Installation") && told.contains("inactive"), "{told}");
}

#[test]
fn r26_r29_a_customer_that_was_made_inactive_is_named() {
    let host = Host::au();
    host.send(vec![customer("C2", "Gone Ltd")]);
    host.act(json!({ "do": "inactivate", "entity": "Customer", "id": id_of(&host, "Customer", "Gone Ltd") }));
    let question = between_two_good_ones(&host, invoice("BAD-1", "C2", "10"));
    let told = question.to_string();
    assert_eq!(question.code, Code::PartyArchived, "{told}");
    assert!(told.contains("Gone Ltd") && told.contains("inactive"), "{told}");
}

#[test]
fn books_that_were_closed_before_and_after_we_looked() {
    let host = Host::au();
    host.act(json!({ "do": "close_books", "date": "2026-10-31" }));
    let bad = document("invoice", "BAD-1", "C1", "10", json!({ "date": "2026-10-30" }));
    is_told_well(&between_two_good_ones(&host, bad.clone()), Code::PeriodClosed, &["BAD-1", "date"]);
    host.clock.run(host.engine.refresh(&[])).expect("read anew");
    host.calls();
    let again = document("invoice", "BAD-2", "C1", "10", json!({ "date": "2026-10-30" }));
    host.send(vec![again]);
    is_told_well(&host.question(RecordKind::Invoice, "BAD-2"), Code::PeriodClosed, &["BAD-2", "date"]);
    assert!(host.calls().is_empty(), "what is known to be closed is not asked");
}

#[test]
fn a_line_without_a_tax_code() {
    let host = Host::au_with(json!({ "default_tax": { "sales": null } }));
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::TaxUnmapped, &["F-1", "lines[0].tax"]);
}

#[test]
fn a_sales_line_for_whose_account_no_item_stands() {
    let host = Host::au();
    let question = between_two_good_ones(&host, with_line(json!({ "account": "310" })));
    is_told_well(&question, Code::ItemMissing, &["BAD-1", "310"]);
}

#[test]
fn a_payment_that_lies_in_a_deposit_is_not_voided() {
    let funds = id_of(&Host::au(), "Account", "Undeposited Funds");
    let host = Host::au_with(json!({ "accounts": { "payments": funds } }));
    host.send(vec![hale(), invoice("F-1", "C1", "100"), payment("R-1", json!({ "invoice": "F-1" }), "110")]);
    host.act(json!({ "do": "make_deposit", "payments": [id_of(&host, "Payment", "R-1")] }));
    host.void(RecordKind::Payment, "R-1");
    let question = host.question(RecordKind::Payment, "R-1");
    let told = question.to_string();
    assert!(told.contains("R-1") && !told.contains('\n'), "{told}");
    assert_eq!(question.error.as_ref().and_then(|error| error.package_code()), Some("6540"), "{told}");
    assert!(host.books().contains(&"Payment R-1: Booked 110.00".to_owned()), "{:?}", host.books());
}

#[test]
fn a_company_that_the_sign_in_does_not_reach() {
    let mut world = QboWorld::of(factory_accounting_emulator::qbo::Country::Au);
    let own = world.realm.clone();
    world.realm = world.emulator.add_company(factory_accounting_emulator::qbo::Country::Au, None).expect("a company");
    let host = Host::unconnected(world);
    locked(&host.world).realm = own;
    host.sign_in();
    match host.clock.run(host.engine.connect()).expect_err("refused") {
        EngineError::InsufficientRole(error) => {
            let told = error.to_string();
            assert_eq!(error.package_code(), Some("3100"), "{told}");
            assert!(!told.contains('\n') && told.contains("reconnect"), "{told}");
        }
        other => panic!("{other}"),
    }
}

/// Answers updates of invoices with "somebody else was faster" so many times.
fn stale(host: &Host<QboWorld>, times: usize) {
    let mut left = times;
    host.beset(move |request| {
        let update = request.method() == Method::POST && request.uri().path().ends_with("/invoice") && left > 0;
        update.then(|| {
            left -= 1;
            answer(
                400,
                "application/json",
                "{\"Fault\":{\"Error\":[{\"Message\":\"Stale Object Error\",\"Detail\":\"Stale Object Error : You and J Smith \
                 were working on this at the same time.\",\"code\":\"5010\",\"element\":\"\"}],\"type\":\"ValidationFault\"},\
                 \"time\":\"2026-11-21T09:17:31.892-07:00\"}",
            )
        })
    });
}

#[test]
fn r44_a_record_that_moved_on_is_read_again_once_and_then_a_person_is_asked() {
    let host = Host::au();
    host.send(vec![hale(), invoice("F-1", "C1", "100")]);
    stale(&host, 1);
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert!(host.books().contains(&"Invoice F-1: Open 132.00 for Hale Joinery".to_owned()), "{:?}", host.books());
    stale(&host, 9);
    host.send(vec![invoice("F-1", "C1", "130")]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::Conflict, &["F-1"]);
}

#[test]
fn r4_r10_a_number_that_is_taken_by_our_own_lost_write_is_adopted() {
    let mut world = QboWorld::forgetful();
    world.emulator.set_limits(factory_accounting_emulator::qbo::RateLimits::off());
    let host = Host::over(world);
    host.send(vec![hale()]);
    let rule = factory_accounting_emulator::FaultRule::on(
        "POST",
        "invoice",
        factory_accounting_emulator::Fault::CommitThenDrop,
    );
    locked(&host.world).emulator.inject(rule);
    let mut dropped = false;
    host.beset(move |request| {
        // The search after the lost answer finds nothing yet.
        let search = request.uri().path().ends_with("/query") && !dropped;
        dropped |= search;
        search.then(|| answer(200, "application/json", "{\"QueryResponse\":{},\"time\":\"2026-11-21T00:00:00Z\"}"))
    });
    host.send(vec![invoice("F-1", "C1", "100")]);
    assert_eq!(host.books().len(), 2, "{:?}", host.books());
    assert_eq!(host.link(RecordKind::Invoice, "F-1").origin, LinkOrigin::Adopted);
}

#[test]
fn r30_a_throttle_told_in_xml_is_waited_for() {
    let host = Host::au();
    host.send(vec![hale()]);
    let mut met = false;
    host.beset(move |request| {
        let hit = request.method() == Method::POST && !met;
        met |= hit;
        hit.then(|| {
            answer(
                429,
                "application/xml",
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><IntuitResponse \
                 xmlns=\"http://schema.intuit.com/finance/v3\" time=\"2026-11-21T00:00:00.000Z\"><Fault type=\"SERVICE\">\
                 <Error code=\"3001\"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>\
                 <Detail>The request limit was reached.</Detail></Error></Fault></IntuitResponse>",
            )
        })
    });
    let begun = factory_accounting_core::clock::Clock::now(&host.clock);
    let report = host.send(vec![invoice("F-1", "C1", "10")]);
    let waited = factory_accounting_core::clock::Clock::now(&host.clock) - begun;
    assert_eq!(report.created, 1);
    assert!(waited.num_seconds() >= 60, "a minute, as Intuit asks: {waited}");
    assert_eq!(host.books().len(), 2);
}

#[test]
fn a_record_of_a_kind_that_has_no_draft_says_so() {
    let host = Host::au();
    host.keeps_settings(json!({ "arrival": { "invoices": "draft" } }));
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::Unsupported, &["F-1", "draft"]);
}

#[test]
fn f37_two_jobs_on_one_sales_document() {
    let host = Host::au();
    let job = |id: &str| record(json!({ "kind": "job", "id": id, "number": id, "name": "Stairs", "customer": "C1" }));
    let lines: Vec<Value> = ["J-1", "J-2"]
        .iter()
        .map(|job| {
            let mut line = line("Oak", "1", "10");
            merge(&mut line, json!({ "job": job }));
            line
        })
        .collect();
    host.send(vec![hale(), job("J-1"), job("J-2")]);
    host.send(vec![document("invoice", "F-1", "C1", "1", json!({ "lines": lines }))]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::Unsupported, &["F-1", "J-1", "J-2"]);
}
