//! What goes out when, at each package: occasions, changes after sending, payments that count.

use std::time::Duration;

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::rules::PaymentState;
use factory_accounting_core::settings::Occasion;
use factory_accounting_core::store::Decision;
use factory_accounting_engine::{Pushed, RecordStatus};
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{customer, document, in_currency, key, payment, supplier};
use crate::world::{Books, Entry, State, entry, everywhere};

pub(crate) const HALE: &str = "Hale Joinery";
pub(crate) const KAURI: &str = "Kauri Timber";

/// A host of the package's usual workshop with some settings changed.
fn host<W: Books>(changes: Value) -> Host<W> {
    let world = W::fresh().unlimited();
    Host::with(world.settings(changes), world)
}

/// A document in the company's currency.
pub(crate) fn paper<W: Books>(kind: &str, id: &str, party: &str, price: &str, changes: Value) -> Record {
    in_currency(W::CURRENCY, &document(kind, id, party, price, changes))
}

pub(crate) fn bill_over<W: Books>(id: &str, price: &str) -> Record {
    paper::<W>("bill", id, "S1", price, json!({}))
}

pub(crate) fn invoice_over<W: Books>(price: &str) -> Record {
    paper::<W>("invoice", "F-1", "C1", price, json!({}))
}

pub(crate) fn on<W: Books>(host: &Host<W>, occasion: Occasion, record: Record) -> Pushed {
    let pushed = host.clock.run(host.engine.push_on(occasion, record)).expect("told");
    host.work();
    pushed
}

/// What stands in the books, as each package says it.
#[track_caller]
pub(crate) fn stands<W: Books>(host: &Host<W>, wanted: &[Entry<'_>]) {
    let world = locked(&host.world);
    let mut wanted: Vec<String> = wanted.iter().filter_map(|entry| world.says(entry)).collect();
    drop(world);
    wanted.sort();
    assert_eq!(host.books(), wanted);
}

pub(crate) fn hale() -> Record {
    customer("C1", HALE)
}

pub(crate) fn booked_hale<'a>() -> Entry<'a> {
    entry(RecordKind::Customer, HALE)
}

pub(crate) fn booked_kauri<'a>() -> Entry<'a> {
    entry(RecordKind::Supplier, KAURI)
}

pub(crate) fn f1(net: &str) -> Entry<'_> {
    entry(RecordKind::Invoice, "F-1").of(HALE, net)
}

fn pays<W: Books>(host: &Host<W>, amount: &str) {
    let now = factory_accounting_core::clock::Clock::now(&host.clock);
    locked(&host.world).person_pays("F-1", amount, "counter", now);
    host.clock.advance(Duration::from_secs(120));
    host.clock.run(host.engine.read_changes()).expect("changes");
}

pub(crate) fn paid<W: Books>(host: &Host<W>, kind: RecordKind, id: &str) -> &'static str {
    match host.clock.run(host.engine.payment_state(&key(kind, id))).expect("a state") {
        PaymentState::NotApplicable => "n/a",
        PaymentState::Unpaid { .. } => "unpaid",
        PaymentState::PartlyPaid { .. } => "partly paid",
        PaymentState::Paid => "paid",
    }
}

fn print_and_mail_send_and_a_preview_does_not<W: Books>() {
    for sending in [Occasion::Printed, Occasion::Emailed] {
        let host = host::<W>(json!({ "triggers": { "invoice": "finalised" } }));
        on(&host, Occasion::Saved, hale());
        for early in [Occasion::Saved, Occasion::Previewed] {
            assert!(matches!(on(&host, early, invoice_over::<W>("100")), Pushed::Waits { .. }), "{early}");
            assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::NotSent));
        }
        stands(&host, &[booked_hale()]);
        assert!(on(&host, sending, invoice_over::<W>("100")).ticket().is_some(), "{sending}");
        stands(&host, &[booked_hale(), f1("100")]);
        // What has been sent follows the host; looking at it still does nothing.
        assert!(matches!(on(&host, Occasion::Previewed, invoice_over::<W>("130")), Pushed::Waits { .. }));
        on(&host, Occasion::Saved, invoice_over::<W>("120"));
        stands(&host, &[booked_hale(), f1("120")]);
    }
}

#[test]
fn l10_f68_printing_and_mailing_send_and_a_preview_never_does() {
    everywhere!(print_and_mail_send_and_a_preview_does_not);
}

fn a_bill_waits_to_be_accepted<W: Books>() {
    let host = host::<W>(json!({ "triggers": { "bill": "accepted" } }));
    on(&host, Occasion::Saved, supplier("S1", KAURI));
    for early in [Occasion::Saved, Occasion::Finalised, Occasion::Printed, Occasion::Emailed] {
        assert!(matches!(on(&host, early, bill_over::<W>("KT-991", "80")), Pushed::Waits { .. }), "{early}");
    }
    stands(&host, &[booked_kauri()]);
    assert!(on(&host, Occasion::Accepted, bill_over::<W>("KT-991", "80")).ticket().is_some());
    stands(&host, &[booked_kauri(), entry(RecordKind::Bill, "KT-991").of(KAURI, "80")]);
}

#[test]
fn f73_a_suppliers_invoice_goes_once_it_is_accepted() {
    everywhere!(a_bill_waits_to_be_accepted);
}

fn purchase_orders_stay<W: Books>() {
    let host = host::<W>(json!({ "switched_off": ["purchase_order"] }));
    on(&host, Occasion::Saved, supplier("S1", KAURI));
    for occasion in Occasion::ALL {
        on(&host, occasion, paper::<W>("purchase_order", "B-5", "S1", "80", json!({})));
    }
    let RecordStatus::Skipped { reason, .. } = host.status(RecordKind::PurchaseOrder, "B-5") else {
        panic!("it was sent")
    };
    assert_eq!(reason, "sending of purchase order records is switched off in the settings");
    stands(&host, &[booked_kauri()]);
}

#[test]
fn f74_purchase_orders_stay_where_the_company_wants_it_so() {
    everywhere!(purchase_orders_stay);
}

fn partial_invoices_have_a_switch<W: Books>() {
    let host = host::<W>(json!({ "part_invoices_off": true }));
    let order = paper::<W>("order", "SO-1", "C1", "300", json!({}));
    let part = paper::<W>("invoice", "F-2", "C1", "100", json!({ "order": "SO-1", "extent": "partial" }));
    host.send(vec![hale(), order, part.clone(), invoice_over::<W>("40")]);
    let RecordStatus::Skipped { reason, .. } = host.status(RecordKind::Invoice, "F-2") else { panic!("it was sent") };
    assert_eq!(reason, "sending of invoices of a part of their order is switched off in the settings");
    assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::Sent(_)));
    // Once it is switched on the same push sends it.
    let all = locked(&host.world).settings(json!({}));
    host.clock.run(host.engine.save_settings(all)).expect("saved");
    host.send(vec![part]);
    assert!(matches!(host.status(RecordKind::Invoice, "F-2"), RecordStatus::Sent(_)));
}

#[test]
fn l6_invoices_and_partial_invoices_have_a_switch_each() {
    everywhere!(partial_invoices_have_a_switch);
}

fn the_number_stands_beside_yes<W: Books>() {
    let host = host::<W>(json!({ "numbers": { "invoice": "package" } }));
    let now = factory_accounting_core::clock::Clock::now(&host.clock);
    locked(&host.world).numbers_itself(now);
    host.push_all(vec![hale(), invoice_over::<W>("100")]);
    assert!(!matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::Sent(_)));
    host.work();
    let link = host.link(RecordKind::Invoice, "F-1");
    assert!(link.number.as_ref().is_some_and(|number| number != "F-1" && !number.is_empty()), "{link:?}");
}

#[test]
fn l11_f56_after_sending_the_status_is_sent_with_the_packages_number_beside_it() {
    everywhere!(the_number_stands_beside_yes);
}

fn changes_wait_where_the_company_wants_it<W: Books>() {
    let host = host::<W>(json!({ "edits_after_sending": "ask" }));
    host.send(vec![hale(), invoice_over::<W>("100")]);
    let changed = host.push(invoice_over::<W>("120"));
    host.work();
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::EditKept);
    stands(&host, &[booked_hale(), f1("100")]);
    host.clock.run(host.engine.decide(changed.operation, Decision::Retry, "Ann")).expect("decided");
    host.work();
    stands(&host, &[booked_hale(), f1("120")]);
    // Taking it back is no change of it.
    host.void(RecordKind::Invoice, "F-1");
    assert!(matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::Voided));
}

#[test]
fn f71_r39_changes_after_sending_wait_for_a_person_where_the_settings_say_so() {
    everywhere!(changes_wait_where_the_company_wants_it);
}

fn nothing_is_lost_before_connecting<W: Books>() {
    let host = Host::unconnected(W::fresh().unlimited());
    host.push_all(vec![hale(), invoice_over::<W>("100")]);
    assert!(host.work().is_idle());
    assert_eq!(host.calls(), [""; 0], "nothing is called before somebody has connected");
    host.sign_in();
    host.clock.run(host.engine.connect()).expect("connects");
    let settings = locked(&host.world).settings(json!({}));
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    host.work();
    stands(&host, &[booked_hale(), f1("100")]);
}

#[test]
fn f10_until_it_is_connected_nothing_is_called_and_nothing_lost() {
    everywhere!(nothing_is_lost_before_connecting);
}

fn payments_count_by_the_settings<W: Books>() {
    let both = host::<W>(json!({ "payments_in": "count" }));
    both.push_all(vec![hale(), invoice_over::<W>("100")]);
    assert_eq!(paid(&both, RecordKind::Invoice, "F-1"), "n/a", "not in the books yet");
    both.work();
    assert_eq!(paid(&both, RecordKind::Invoice, "F-1"), "unpaid");
    pays(&both, "30");
    assert_eq!(paid(&both, RecordKind::Invoice, "F-1"), "partly paid");

    let out = host::<W>(json!({ "payments_in": "ignore" }));
    out.send(vec![hale(), invoice_over::<W>("100")]);
    pays(&out, "30");
    assert_eq!(paid(&out, RecordKind::Invoice, "F-1"), "unpaid", "what is reconciled there marks nothing paid here");
    let own = in_currency(W::CURRENCY, &payment("P-1", json!({ "invoice": "F-1" }), "20"));
    out.send(vec![own]);
    assert_eq!(paid(&out, RecordKind::Invoice, "F-1"), "partly paid");

    let older = host::<W>(json!({ "start_date": "2026-11-21" }));
    older.send(vec![hale(), invoice_over::<W>("100")]);
    assert_eq!(paid(&older, RecordKind::Invoice, "F-1"), "n/a");
}

#[test]
fn l20_l22_f84_an_invoice_is_unpaid_partly_paid_or_paid_by_the_payments_that_count() {
    everywhere!(payments_count_by_the_settings);
}

fn payments_can_be_switched_off<W: Books>() {
    let host = host::<W>(json!({ "switched_off": ["payment"], "payments_in": "ignore" }));
    host.send(vec![hale(), invoice_over::<W>("100")]);
    host.send(vec![in_currency(W::CURRENCY, &payment("P-1", json!({ "invoice": "F-1" }), "20"))]);
    assert!(matches!(host.status(RecordKind::Payment, "P-1"), RecordStatus::Skipped { .. }));
    assert_eq!(paid(&host, RecordKind::Invoice, "F-1"), "n/a");
    stands(&host, &[booked_hale(), f1("100").state(State::Open)]);
}

#[test]
fn f83_l21_payments_are_left_out_where_the_company_wants_none() {
    everywhere!(payments_can_be_switched_off);
}
