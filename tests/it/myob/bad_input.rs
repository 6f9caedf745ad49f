//! What MYOB refuses, or what must not be sent there: each is a typed, one-line answer that names document, field and remedy;
//! the rest of the work goes on.

use bytes::Bytes;
use chrono::TimeDelta;
use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::NewAttachment;
use factory_accounting_core::store::{ConnectionState, Decision};
use factory_accounting_emulator::myob::Country;
use factory_accounting_emulator::myob::switches::{OfflineFile, RateLimitAnswer};
use factory_accounting_engine::EngineError;
use http::Method;
use serde_json::{Value, json};

use crate::host::{Host, answer, locked};
use crate::make::au::{document, invoice, with_line};
use crate::make::{customer, hale, key, record, supplier};
use crate::questions::{between_two_good_ones, is_told_well};
use crate::world::{Books as _, INSTALLATION, MyobWorld};

/// What MYOB calls its refusal: a number or a name.
fn refused_as(question: &Parked, package_code: &str) {
    let told = question.error.as_ref().and_then(|error| error.package_code());
    assert_eq!(told, Some(package_code), "{question}");
}

fn uid(host: &Host<MyobWorld>, path: &str, name: &str) -> Value {
    host.kept(path, name)["UID"].clone()
}

#[test]
fn r36_a_number_of_more_than_13_characters() {
    let host = Host::file();
    let number = "INV-2026-00041";
    let question = between_two_good_ones(&host, document("invoice", "BAD-1", "C1", "10", json!({ "number": number })));
    is_told_well(&question, Code::Invalid, &["number", "13", number]);
}

#[test]
fn r36_a_name_of_more_than_50_characters() {
    let host = Host::file();
    let question = between_two_good_ones(&host, customer("BAD-1", &"N".repeat(51)));
    is_told_well(&question, Code::Invalid, &["name", "50"]);
}

#[test]
fn r34_a_customer_on_credit_hold() {
    let host = Host::file();
    host.send(vec![hale(), customer("C2", "Slow Payer Ltd")]);
    let held = json!({ "SellingDetails": { "Credit": { "OnHold": true } } });
    host.act(json!({ "do": "edit", "uid": uid(&host, "Contact/Customer", "Slow Payer Ltd"), "set": held }));
    let question = between_two_good_ones(&host, invoice("BAD-1", "C2", "10"));
    is_told_well(&question, Code::RemoteState, &["BAD-1", "customer", "credit hold", "release"]);
}

#[test]
fn r34_a_locked_period_before_and_after_we_looked() {
    let host = Host::file();
    host.act(json!({ "do": "lock_period", "date": "2026-10-31" }));
    let bad = document("invoice", "BAD-1", "C1", "10", json!({ "date": "2026-10-30" }));
    let question = between_two_good_ones(&host, bad);
    is_told_well(&question, Code::PeriodClosed, &["BAD-1", "date"]);
    refused_as(&question, "4223");
    host.clock.run(host.engine.refresh(&[])).expect("read anew");
    host.calls();
    let again = document("invoice", "BAD-2", "C1", "10", json!({ "date": "2026-10-30" }));
    host.send(vec![again]);
    is_told_well(&host.question(RecordKind::Invoice, "BAD-2"), Code::PeriodClosed, &["BAD-2", "date"]);
    assert!(host.calls().is_empty(), "what is known to be locked is not asked");
}

fn requires_categories(host: &Host<MyobWorld>) {
    host.act(json!({ "do": "set_preference", "name": "CategoryTracking", "value": "OnAndRequired" }));
}

#[test]
fn r34_a_category_that_the_file_requires() {
    let host = Host::file();
    host.send(vec![hale()]);
    requires_categories(&host);
    host.send(vec![invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    is_told_well(&question, Code::Refused, &["F-1", "category"]);
    refused_as(&question, "4227");
}

#[test]
fn r34_a_category_that_the_host_has_chosen_goes_with_every_document() {
    let host = Host::file();
    requires_categories(&host);
    let category = uid(&host, "GeneralLedger/Category", "FAB");
    let mut world = locked(&host.world).clone();
    world.change(|config| {
        let chosen = factory_accounting_core::ids::RemoteId::new(category.as_str().expect("an id"));
        config.profile.default_category = Some(chosen);
    });
    world.discover();
    let host = Host::over(world);
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    assert_eq!(host.kept("Sale/Invoice", "F-1")["Category"]["UID"], category);
}

#[test]
fn r34_a_job_that_the_file_requires() {
    let host = Host::file();
    locked(&host.world).switch(|switches| switches.jobs_required = true);
    host.send(vec![hale(), invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    is_told_well(&question, Code::Refused, &["F-1", "job"]);
    refused_as(&question, "4245");
}

/// What names items is of another form than what names accounts, and the form of a document cannot change.
#[test]
fn a_document_that_would_change_its_layout() {
    let host = Host::file();
    let product = json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm",
        "sales": { "account": MyobWorld::SALES } });
    let of_product = json!({ "lines": [{ "type": "item", "product": "P1", "description": "Oak", "quantity": "1",
        "unit_price": "10" }] });
    host.send(vec![hale(), record(product), document("invoice", "F-1", "C1", "1", of_product)]);
    host.kept("Sale/Invoice", "F-1");
    host.send(vec![invoice("F-1", "C1", "20")]);
    let told = host.question(RecordKind::Invoice, "F-1").to_string();
    assert!(told.contains("F-1") && told.contains("item") && !told.contains('\n'), "{told}");
    let books = host.books();
    assert!(books.contains(&"Sale/Invoice F-1: Open 11.00 for Hale Joinery".to_owned()), "{books:?}");
}

#[test]
fn r26_a_customer_that_was_deleted() {
    let host = Host::file();
    host.send(vec![customer("C2", "Gone Ltd")]);
    host.act(json!({ "do": "delete", "uid": uid(&host, "Contact/Customer", "Gone Ltd") }));
    let question = between_two_good_ones(&host, invoice("BAD-1", "C2", "10"));
    let told = question.to_string();
    assert!(told.contains("BAD-1") && told.contains("customer") && !told.contains('\n'), "{told}");
}

#[test]
fn r26_r29_a_customer_that_was_made_inactive() {
    let host = Host::file();
    host.send(vec![customer("C2", "Gone Ltd")]);
    host.act(json!({ "do": "archive", "uid": uid(&host, "Contact/Customer", "Gone Ltd") }));
    let question = between_two_good_ones(&host, invoice("BAD-1", "C2", "10"));
    let told = question.to_string();
    assert!(told.contains("BAD-1") && told.contains("customer") && told.contains("inactive"), "{told}");
}

#[test]
fn r26_an_account_that_was_made_inactive_after_we_looked() {
    let host = Host::file();
    host.act(json!({ "do": "archive", "uid": uid(&host, "GeneralLedger/Account", INSTALLATION) }));
    let question = between_two_good_ones(&host, with_line(json!({ "account": INSTALLATION })));
    let told = question.to_string();
    assert!(told.contains("BAD-1") && told.contains("account") && told.contains("inactive"), "{told}");
}

#[test]
fn a_header_account_is_none_to_post_to() {
    let host = Host::file();
    let question = between_two_good_ones(&host, with_line(json!({ "account": "4-0000" })));
    is_told_well(&question, Code::AccountUnusable, &["BAD-1", "4-0000"]);
}

#[test]
fn a_tax_code_that_sales_may_not_carry() {
    let host = Host::file();
    let imported = uid(&host, "GeneralLedger/TaxCode", "DUT");
    let question = between_two_good_ones(&host, with_line(json!({ "tax": imported })));
    let told = question.to_string();
    assert!(told.contains("BAD-1") && told.contains("tax") && !told.contains('\n'), "{told}");
    assert!(question.code == Code::TaxUnmapped || question.code == Code::Refused, "{told}");
}

/// The promise does not end with the file being away: what was pushed goes out when it is back.
#[test]
fn r49_a_file_that_is_offline_or_being_upgraded() {
    for shape in [OfflineFile::AccessDenied, OfflineFile::Unavailable] {
        let host = Host::file();
        host.send(vec![hale()]);
        locked(&host.world).switch(|switches| switches.offline_file = shape);
        host.act(json!({ "do": "take_offline" }));
        host.push(invoice("F-1", "C1", "10"));
        host.clock.run(host.engine.run_once()).expect("a round");
        let connection = host.clock.run(host.engine.connection_state()).expect("read");
        assert!(!matches!(connection, Some(ConnectionState::Disconnected)), "{shape:?}: {connection:?}");
        let told = format!("{:?} {:?} {connection:?}", host.status(RecordKind::Invoice, "F-1"), host.events());
        assert!(told.contains("file") || told.contains("503"), "{shape:?}: {told}");
        host.act(json!({ "do": "bring_online" }));
        host.clock.advance(std::time::Duration::from_secs(3_600));
        let parked = host.clock.run(host.engine.attention()).expect("questions");
        for question in parked {
            host.clock.run(host.engine.decide(question.id, Decision::Retry, "Mere Tane")).expect("sent again");
        }
        host.work();
        assert_eq!(host.books().len(), 2, "{shape:?}: {:?}", host.books());
    }
}

#[test]
fn a_file_that_can_only_be_read() {
    let host = Host::file();
    host.send(vec![hale()]);
    host.act(json!({ "do": "make_read_only", "read_only": true }));
    host.send(vec![invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    let told = question.to_string();
    assert!(told.contains("F-1") && told.contains("read") && !told.contains('\n'), "{told}");
    assert_eq!(host.books().len(), 1);
}

/// Whose token is fresh and is refused all the same lacks a permission (myob.md 1.3): nobody has to sign in again for that
/// alone, and nothing is said of a lost connection.
#[test]
fn r34_a_permission_that_nobody_gave() {
    let mut world = MyobWorld::fresh();
    let all: Vec<String> = world.config().scopes;
    world.change(|config| config.scopes.retain(|scope| scope != "sme-sales"));
    let host = Host::over(world);
    // What the app believes to have is not what it has.
    host.send(vec![hale()]);
    host.send(vec![invoice("F-1", "C1", "10")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    is_told_well(&question, Code::Forbidden, &["F-1", "sme-sales"]);
    assert_eq!(host.clock.run(host.engine.connection_state()).expect("read"), Some(ConnectionState::Connected));
    assert!(all.contains(&"sme-sales".to_owned()));
    assert_eq!(host.books().len(), 1);
}

#[test]
fn an_attachment_of_more_than_three_megabytes() {
    let host = Host::file();
    host.send(vec![supplier("S1", "Kauri Timber"), document("bill", "KT-1", "S1", "80", json!({}))]);
    host.calls();
    let file = NewAttachment {
        name: "scan.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        content: Bytes::from(vec![b'x'; 3_200_000]),
        show_to_party: false,
    };
    match host.clock.run(host.engine.attach(&key(RecordKind::Bill, "KT-1"), file)).expect_err("refused") {
        EngineError::Provider(error) => {
            let told = error.to_string();
            assert!(told.contains("scan.pdf") && told.contains('3') && !told.contains('\n'), "{told}");
            assert_eq!(error.kind(), ErrorKind::Validation, "{told}");
        }
        other => panic!("{other}"),
    }
    assert!(host.calls().is_empty(), "three megabytes are not sent to be refused");
}

/// Answers updates of invoices with "somebody else was faster" so many times.
fn stale(host: &Host<MyobWorld>, times: usize) {
    let mut left = times;
    host.beset(move |request| {
        let update = request.method() == Method::PUT && left > 0;
        update.then(|| {
            left -= 1;
            answer(
                409,
                "application/json",
                "{\"Errors\":[{\"Name\":\"IncorrectRowVersionSupplied\",\"Message\":\"An Update operation requires the \
                 latest RowVersion for each of the existing entities being modified\",\"AdditionalDetails\":\"RowVersion\",\
                 \"ErrorCode\":111,\"Severity\":\"Error\"}],\"Information\":null}",
            )
        })
    });
}

#[test]
fn r44_a_record_that_moved_on_is_read_again_once_and_then_a_person_is_asked() {
    let host = Host::file();
    host.send(vec![hale(), invoice("F-1", "C1", "100")]);
    stale(&host, 1);
    host.send(vec![invoice("F-1", "C1", "120")]);
    assert!(host.books().contains(&"Sale/Invoice F-1: Open 132.00 for Hale Joinery".to_owned()), "{:?}", host.books());
    stale(&host, 9);
    host.send(vec![invoice("F-1", "C1", "130")]);
    is_told_well(&host.question(RecordKind::Invoice, "F-1"), Code::Conflict, &["F-1"]);
}

#[test]
fn an_order_that_a_person_has_invoiced_already() {
    let host = Host::file();
    host.send(vec![hale(), document("order", "SO-1", "C1", "400", json!({}))]);
    let order = uid(&host, "Sale/Order", "SO-1");
    host.act(json!({ "do": "convert_order_on_desktop", "order": order, "number": "DESK-1" }));
    host.send(vec![document("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" }))]);
    let question = host.question(RecordKind::Invoice, "F-1");
    let told = question.to_string();
    assert!(told.contains("F-1") && told.contains("SO-1") && !told.contains('\n'), "{told}");
    let invoices = host.books().iter().filter(|line| line.starts_with("Sale/Invoice")).count();
    assert_eq!(invoices, 1, "the person's, and no second one: {:?}", host.books());
}

#[test]
fn r30_a_throttle_in_every_shape_is_waited_for() {
    for shape in [RateLimitAnswer::RateLimitError, RateLimitAnswer::OverQpsText, RateLimitAnswer::TooManyRequests] {
        let mut world = MyobWorld::of(Country::Au);
        world.switch(|switches| switches.rate_limit_answer = shape);
        let host = Host::over(world);
        host.send(vec![hale()]);
        let rule = factory_accounting_emulator::FaultRule::on(
            "POST",
            "Sale/Invoice/Service",
            factory_accounting_emulator::Fault::RateLimited {
                problem: factory_accounting_emulator::LimitProblem::default(),
                retry_after: None,
            },
        );
        // The world clears faults after each call: it is struck on the way instead.
        let mut struck = false;
        let world = std::sync::Arc::clone(&host.world);
        let clock = host.clock.clone();
        host.beset(move |request| {
            let hit = request.method() == Method::POST && !struck;
            struck |= hit;
            hit.then(|| {
                let mut world = locked(&world);
                world.emulator.inject(rule.clone());
                let outcome = world.emulator.handle(request.clone(), clock.now());
                crate::world::wire(outcome)
            })
        });
        let begun = host.clock.now();
        let report = host.send(vec![invoice("F-1", "C1", "10")]);
        assert_eq!(report.created, 1, "{shape:?}");
        assert!(host.clock.now() - begun >= TimeDelta::seconds(1), "{shape:?}: waited");
        assert_eq!(host.books().len(), 2, "{shape:?}: {:?}", host.books());
    }
}
