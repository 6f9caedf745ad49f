//! What users of such integrations ask for, over every package: purchase orders that are sent, payments as records of their
//! own, payments that somebody records there, and the package's own cents.

mod patience;
mod transactions;

use std::sync::Arc;
use std::time::Duration;

use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::preview::{Foreseen, LineFate};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::rules::PaymentState;
use factory_accounting_engine::{Event, Freshness, RecordStatus};
use factory_accounting_testkit::Wire;
use http::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{hale, in_currency, invoice, key, line, payment, record, supplier};
use crate::policy::{KAURI, booked_kauri, paper, stands};
use crate::world::{Books, MyobWorld, XeroWorld, entry, everywhere};

/// Records as the package holds them.
fn held<W: Books>(host: &Host<W>, kind: RecordKind, ids: &[RemoteId]) -> Vec<RemoteRecord> {
    let found = host.clock.run(host.provider.fetch(kind, ids)).expect("they can be read");
    found.into_iter().map(|record| record.expect("it is there")).collect()
}

fn purchase_orders<W: Books>() {
    let host: Host<W> = Host::over(W::fresh());
    let order = |hinges: &str| {
        let lines = json!({ "lines": [line("Oak, 40 mm", "2", "30"), line("Hinges, brass", hinges, "4")] });
        paper::<W>("purchase_order", "B-5", "S1", "1", lines)
    };
    let in_books = |net| entry(RecordKind::PurchaseOrder, "B-5").of(KAURI, net);
    host.send(vec![supplier("S1", KAURI), order("5")]);
    stands(&host, &[booked_kauri(), in_books("80")]);
    let remote = host.link(RecordKind::PurchaseOrder, "B-5").remote;
    let there = held(&host, RecordKind::PurchaseOrder, std::slice::from_ref(&remote)).remove(0);
    assert_eq!(there.party, Some(host.link(RecordKind::Supplier, "S1").remote), "it is the supplier's");
    let lines = there.lines.expect("lines");
    let texts: Vec<&str> = lines.iter().map(|line| line.description.as_str()).collect();
    assert_eq!(texts[..2], ["Oak, 40 mm", "Hinges, brass"], "below them stands our own number: {texts:?}");
    // What is ordered otherwise is the same purchase order there.
    host.send(vec![order("10")]);
    stands(&host, &[booked_kauri(), in_books("100")]);
    assert_eq!(host.link(RecordKind::PurchaseOrder, "B-5").remote, remote);
    // Nothing is sent twice.
    host.calls();
    host.send(vec![order("10")]);
    assert!(host.calls().iter().all(|call| call.starts_with("GET")), "nothing is left to write");
}

#[test]
fn r51_a_purchase_order_reaches_the_books_line_by_line_and_follows_its_changes() {
    everywhere!(purchase_orders);
}

fn payment_of<W: Books>(id: &str, amount: &str) -> Record {
    in_currency(W::CURRENCY, &payment(id, json!({ "invoice": "F-1" }), amount))
}

fn applied<W: Books>(host: &Host<W>) -> Decimal {
    let invoice = host.link(RecordKind::Invoice, "F-1").remote;
    let held = held(host, RecordKind::Invoice, &[invoice]).remove(0);
    held.settled.expect("what has been paid is told").applied().normalize()
}

fn payments_as_records<W: Books>() {
    let host: Host<W> = Host::invoiced();
    // Somebody has entered one there: what the host pushes is what was paid to it, not what is left to make the balance fit.
    locked(&host.world).person_pays("F-1", "20", "counter", host.clock.now());
    host.send(vec![payment_of::<W>("R-1", "40"), payment_of::<W>("R-2", "40"), payment_of::<W>("R-3", "5")]);
    let invoice = host.link(RecordKind::Invoice, "F-1").remote;
    let ids = ["R-1", "R-2", "R-3"].map(|id| host.link(RecordKind::Payment, id).remote);
    assert!(ids[0] != ids[1] && !ids.contains(&invoice), "equal payments are two: {ids:?}");
    let there = held(&host, RecordKind::Payment, &ids);
    let told: Vec<(Option<Decimal>, Option<&RemoteId>)> =
        there.iter().map(|one| (one.totals.map(|totals| totals.total.normalize()), one.parent.as_ref())).collect();
    assert_eq!(told, [40, 40, 5].map(|amount| (Some(Decimal::from(amount)), Some(&invoice))));
    assert_eq!(applied(&host), Decimal::from(105));
    // Each is taken back for itself.
    host.void(RecordKind::Payment, "R-1");
    assert!(matches!(host.status(RecordKind::Payment, "R-1"), RecordStatus::Voided), "R-1 counts no more");
    let second = held(&host, RecordKind::Payment, &ids[1..2]).remove(0);
    assert!(!second.status.is_gone(), "{second:?}");
    assert_eq!(applied(&host), Decimal::from(65), "the other, the third and the one at the counter");
}

#[test]
fn r53_each_payment_is_a_record_of_its_own_whatever_the_balance_says() {
    everywhere!(payments_as_records);
}

fn payments_recorded_there<W: Books>() {
    let host: Host<W> = Host::invoiced();
    host.send(vec![in_currency(W::CURRENCY, &invoice("F-2", "C1", "100"))]);
    let total = host.link(RecordKind::Invoice, "F-1").totals.expect("totals").total.normalize();
    let state = |id: &str| host.clock.run(host.engine.payment_state(&key(RecordKind::Invoice, id))).expect("a state");
    let pays = |amount: Decimal| {
        locked(&host.world).person_pays("F-1", &amount.to_string(), "transfer", host.clock.now());
        host.clock.advance(Duration::from_secs(120));
        host.calls();
        host.clock.run(host.engine.read_changes()).expect("changes");
        assert!(host.calls().iter().all(|call| call.starts_with("GET")), "it is read, and nothing is written");
    };
    let shown = |id: &str| match state(id) {
        PaymentState::Unpaid { due } => ("unpaid", Decimal::ZERO, due.normalize()),
        PaymentState::PartlyPaid { paid, due } => ("partly paid", paid.normalize(), due.normalize()),
        PaymentState::Paid => ("paid", total, Decimal::ZERO),
        PaymentState::NotApplicable => ("n/a", Decimal::ZERO, Decimal::ZERO),
    };
    let forty = Decimal::from(40);
    assert_eq!(shown("F-1"), ("unpaid", Decimal::ZERO, total));
    pays(forty);
    assert_eq!(shown("F-1"), ("partly paid", forty, total - forty));
    pays(total - forty);
    assert_eq!(shown("F-1"), ("paid", total, Decimal::ZERO));
    let settled = host.link(RecordKind::Invoice, "F-1").settled.expect("known");
    assert_eq!((settled.applied().normalize(), settled.due), (total, Decimal::ZERO));
    assert_eq!(shown("F-2"), ("unpaid", Decimal::ZERO, total), "it was paid for the other");
    let drifted = host.events().into_iter().find(|event| matches!(event, Event::Drift { .. }));
    assert!(drifted.is_none(), "a payment is no change of the invoice: {drifted:?}");
}

#[test]
fn r50_a_payment_that_somebody_records_in_the_books_marks_the_invoice_here() {
    everywhere!(payments_recorded_there);
}

/// Adds cents to each amount under one of some names, wherever it stands in an answer.
fn add(cents: Decimal, names: &[&str], answered: &mut Value) {
    match answered {
        Value::Object(members) => {
            for (name, member) in members {
                let amount = member.to_string().trim_matches('"').parse::<Decimal>();
                match amount {
                    Ok(amount) if names.contains(&name.as_str()) => {
                        let more = (amount + cents).to_string();
                        *member = match member {
                            Value::String(_) => Value::String(more),
                            _ => serde_json::from_str(&more).expect("a number"),
                        };
                    }
                    _ => add(cents, names, member),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(|member| add(cents, names, member)),
        _ => {}
    }
}

/// Two lines of which the tax within is a cent more where each is rounded than where their sum is.
fn two_halves<W: Books>(id: &str) -> Record {
    let lines = [line("Washer", "1", "0.50"), line("Split pin", "1", "0.50")];
    paper::<W>("invoice", id, "C1", "1", json!({ "tax_mode": "inclusive", "lines": lines }))
}

/// Sends an invoice of two lines that the package answers for with other amounts under some names.
fn answered_with<W: Books>(host: &Host<W>, cents: Decimal, names: &'static [&'static str]) {
    let (world, clock) = (Arc::clone(&host.world), host.clock.clone());
    host.beset(move |request| {
        let own = request.uri().path().to_lowercase().contains("invoice") && request.method() != Method::GET;
        let wire = own.then(|| locked(&world).handle(request.clone(), None, clock.now()))?;
        let Wire::Answer(mut response) = wire else { return Some(wire) };
        let mut body = serde_json::from_slice(response.body()).expect("JSON");
        add(cents, names, &mut body);
        *response.body_mut() = body.to_string().into();
        Some(Wire::Answer(response))
    });
    host.send(vec![two_halves::<W>("F-1")]);
    host.at_peace();
}

/// What each package allows is what its capabilities say: MYOB's cents are its own within a total that is predicted, a cent
/// for each line; at Xero there are none.
#[test]
fn r16_as_many_cents_of_tax_as_the_package_may_round_otherwise_are_no_difference_and_one_more_is() {
    let mut taxes = Vec::new();
    for world in [MyobWorld::fresh(), MyobWorld::otherwise()] {
        let host = Host::over(world);
        host.send(vec![hale(), two_halves::<MyobWorld>("F-1")]);
        taxes.push(host.link(RecordKind::Invoice, "F-1").totals.expect("totals").tax.normalize());
        assert_eq!(host.differing(), 0, "{:?}", host.events());
        host.clock.advance(Duration::from_secs(120));
        host.clock.run(host.engine.read_changes()).expect("changes");
        assert!(!host.events().iter().any(|event| matches!(event, Event::Drift { .. })), "{:?}", host.events());
        // Nor are the lines said to change with what does.
        let mut later = serde_json::to_value(two_halves::<MyobWorld>("F-1")).expect("JSON");
        later["due"] = json!("2027-01-20");
        let plan = host.clock.run(host.engine.plan(&record(later), Freshness::Now)).expect("a plan");
        assert_eq!(plan.verdict, Foreseen::Update);
        let fates: Vec<LineFate> = plan.difference.lines.iter().map(|line| line.fate).collect();
        assert!(fates.iter().all(|fate| *fate == LineFate::Kept), "{fates:?}");
        // And it says so.
        let told = host.clock.run(host.engine.explain_record(two_halves::<MyobWorld>("F-1"))).expect("explained");
        let slack = told.field("tax_slack").expect("how far it may part");
        assert_eq!(slack.value, json!("0.02"), "a cent for each line: {}", slack.text);
        assert!(slack.text.contains("round"), "{}", slack.text);
    }
    assert_ne!(taxes[0], taxes[1], "the two round otherwise");

    let allowed = Host::over(MyobWorld::otherwise());
    allowed.send(vec![hale()]);
    let plan = allowed.clock.run(allowed.engine.plan(&two_halves::<MyobWorld>("F-1"), Freshness::Stored));
    let foreseen = plan.expect("a plan").difference.money.and_then(|money| money.after).expect("totals");
    assert_eq!(foreseen.tax, taxes[1], "what this file answers of its own accord is what is foreseen");
    answered_with(&allowed, Decimal::new(2, 2), &["TotalTax"]);
    assert!(matches!(allowed.status(RecordKind::Invoice, "F-1"), RecordStatus::Sent(_)), "{:?}", allowed.events());
    assert_eq!(allowed.differing(), 0);

    let too_much = Host::over(MyobWorld::otherwise());
    too_much.send(vec![hale()]);
    answered_with(&too_much, Decimal::new(3, 2), &["TotalTax"]);
    assert_eq!(too_much.question(RecordKind::Invoice, "F-1").code, Code::TotalsDiffer);
    assert_eq!(too_much.differing(), 1);

    let xero = Host::over(XeroWorld::fresh());
    xero.send(vec![hale()]);
    answered_with(&xero, Decimal::new(1, 2), &["TotalTax", "Total"]);
    assert_eq!(xero.question(RecordKind::Invoice, "F-1").code, Code::TotalsDiffer, "Xero says where it rounds");
    assert_eq!(xero.differing(), 1);
}
