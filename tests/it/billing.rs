//! Invoices of an order, documents that make way for others, and documents that change hands: the same stories over each
//! package.

use factory_accounting_core::billing::{Billing, Head, Part, RetentionPolicy};
use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Extent, Invoice, Order, Record, RecordKind};
use factory_accounting_core::money::{Quantity, Rate};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, CatalogueRequest};
use factory_accounting_core::rules::InvoicingState;
use factory_accounting_core::store::Decision;
use factory_accounting_engine::{Event, RecordStatus};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{customer, document, in_currency, key, line, merge, payment};
use crate::world::{Books, Entry, State, entry, everywhere};

const HALE: &str = "Hale Joinery";
const BIRCH: &str = "Birch & Sons";

#[test]
fn f58_l8_the_parts_of_an_order_come_to_the_order_in_the_books() {
    everywhere!(parts_come_to_the_order);
}

#[test]
fn r54_deposits_and_retention_of_an_order_come_to_the_order_in_the_books() {
    everywhere!(advance_and_retention);
}

#[test]
fn l7_an_orders_own_document_makes_way_for_its_parts() {
    everywhere!(order_makes_way);
}

#[test]
fn l7_an_order_stays_as_long_as_no_part_of_it_is_in_the_books() {
    everywhere!(order_stays);
}

#[test]
fn l7_an_order_stays_where_nobody_wants_it_gone() {
    everywhere!(order_stays_by_default);
}

#[test]
fn l24_a_document_that_changes_hands_is_a_question_and_is_voided_and_written_anew_on_a_persons_word() {
    everywhere!(changes_hands);
}

#[test]
fn l24_nothing_is_written_anew_while_something_is_paid() {
    everywhere!(paid_does_not_change_hands);
}

#[test]
fn f16_what_was_sent_stays_with_whom_it_was_sent_to_when_its_customer_is_linked_anew() {
    everywhere!(linked_anew);
}

#[test]
fn l25_a_copy_has_a_number_of_its_own_and_one_that_has_not_is_caught() {
    everywhere!(copies);
}

fn host<W: Books>(changes: Value) -> Host<W> {
    let world = W::fresh();
    let mut form = json!({ "rounding": "line" });
    merge(&mut form, changes);
    Host::with(world.settings(form), world)
}

fn made<W: Books>(kind: &str, id: &str, party: &str, price: &str, changes: Value) -> Record {
    in_currency(W::CURRENCY, &document(kind, id, party, price, changes))
}

fn says<W: Books>(host: &Host<W>, entry: &Entry<'_>) -> Option<String> {
    locked(&host.world).says(entry)
}

fn kitchen<W: Books>() -> Order {
    let lines = json!([line("Bench", "10", "100.01"), line("Fitting", "7", "64.37")]);
    match made::<W>("order", "SO-7", "C1", "1", json!({ "lines": lines })) {
        Record::Order(order) => order,
        other => panic!("{other:?}"),
    }
}

fn head(number: usize) -> Head {
    let id = format!("F-{number}");
    let due = Some("2026-12-20".parse().expect("a day"));
    Head { due, ..Head::new(id.as_str(), id.clone(), "2026-11-20".parse().expect("a day")) }
}

fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// Makes the next invoice and sends it.
fn bill<W: Books>(host: &Host<W>, order: &Order, invoices: &mut Vec<Invoice>, part: impl FnOnce(&Billing) -> Part<'_>) {
    let billing = Billing::of(order, invoices).expect("an order").with_rates(Default::default(), Some(rate_of::<W>()));
    let invoice = part(&billing).invoice(head(invoices.len() + 1)).expect("an invoice");
    host.send(vec![Record::Invoice(invoice.clone())]);
    let id = invoice.id.to_string();
    assert!(
        matches!(host.status(RecordKind::Invoice, &id), RecordStatus::Sent(_)),
        "{:?}",
        host.status(RecordKind::Invoice, &id)
    );
    invoices.push(invoice);
}

fn rate_of<W: Books>() -> Rate {
    Rate(Decimal::from(if W::CURRENCY == "NZD" { 15 } else { 10 }))
}

/// What the invoices come to in the books, tax included.
fn billed<W: Books>(host: &Host<W>, invoices: &[Invoice]) -> Decimal {
    let total = |invoice: &Invoice| host.link(RecordKind::Invoice, invoice.id.as_str()).totals.expect("totals").total;
    invoices.iter().map(total).sum()
}

fn with_tax<W: Books>(net: &str) -> Decimal {
    (dec(net) * (Decimal::ONE_HUNDRED + rate_of::<W>().0) / Decimal::ONE_HUNDRED)
        .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

fn parts_come_to_the_order<W: Books>() {
    let host = host::<W>(json!({}));
    let order = kitchen::<W>();
    host.send(vec![customer("C1", HALE), Record::Order(order.clone())]);
    let mut invoices = Vec::new();
    bill(&host, &order, &mut invoices, |order| order.by_percentage(Rate(dec("30")), true).expect("a part"));
    bill(&host, &order, &mut invoices, |order| order.by_lines(&[(0, Quantity(dec("3")))]).expect("a part"));
    bill(&host, &order, &mut invoices, |order| order.by_amount(dec("99.99")).expect("a part"));
    let progress = host.clock.run(host.engine.order_progress(&order.id)).expect("known");
    assert_eq!((progress.state(), progress.ordered), (InvoicingState::PartiallyInvoiced, dec("1450.69")));
    bill(&host, &order, &mut invoices, |order| order.remainder().expect("a part"));
    let progress = host.clock.run(host.engine.order_progress(&order.id)).expect("known");
    assert_eq!((progress.state(), progress.remaining), (InvoicingState::Invoiced, dec("0.00")));
    assert_eq!(billed(&host, &invoices), with_tax::<W>("1450.69"), "{:?}", host.books());
}

fn advance_and_retention<W: Books>() {
    // Where the money is owed is the company's matter; here it stays among the sales.
    let sales = W::fresh().settings(json!({})).accounts.sales;
    let host = host::<W>(json!({ "accounts": { "retention": sales, "deposits": sales }, "relaxed_accounts": true }));
    let order = kitchen::<W>();
    host.send(vec![customer("C1", HALE), Record::Order(order.clone())]);
    let policy = RetentionPolicy { percent: Rate(dec("10")), most: Some(Rate(dec("5"))), until: None };
    let day = "2026-11-20".parse().expect("a day");
    let mut invoices = Vec::new();
    bill(&host, &order, &mut invoices, |order| order.deposit(dec("200")).expect("a deposit"));
    bill(&host, &order, &mut invoices, |order| {
        let claim = order.by_percentage(Rate(dec("60")), true).expect("a part");
        claim.setting_off(Some(dec("150"))).expect("set off").retaining(&policy, day).expect("held back")
    });
    bill(&host, &order, &mut invoices, |order| {
        let rest = order.remainder().expect("a part").setting_off(None).expect("set off");
        rest.retaining(&policy, day).expect("held back")
    });
    bill(&host, &order, &mut invoices, |order| order.release(None).expect("a release"));
    assert_eq!(billed(&host, &invoices), with_tax::<W>("1450.69"), "{:?}", host.books());
    assert!(host.clock.run(host.engine.attention()).expect("read").is_empty());
}

fn part<W: Books>(id: &str, price: &str) -> Record {
    let lines = json!([line("Part of SO-8", "1", price)]);
    made::<W>("invoice", id, "C1", price, json!({ "order": "SO-8", "extent": "partial", "lines": lines }))
}

fn order_8<W: Books>() -> Record {
    made::<W>("order", "SO-8", "C1", "400", json!({}))
}

/// How the books show the order beside its parts.
fn shown<W: Books>(host: &Host<W>) -> Vec<String> {
    host.books().into_iter().filter(|line| line.contains("SO-8")).collect()
}

fn order_makes_way<W: Books>() {
    let host = host::<W>(json!({ "delete_order_when_part_invoiced": true }));
    host.send(vec![customer("C1", HALE), order_8::<W>()]);
    let ordered = shown(&host);
    assert_eq!(ordered.len(), 1, "{:?}", host.books());
    host.send(vec![part::<W>("F-81", "300")]);
    let invoiced = says(&host, &entry(RecordKind::Invoice, "F-81").of(HALE, "300")).expect("a line");
    assert!(host.books().contains(&invoiced), "{:?}", host.books());
    let own = entry(RecordKind::Order, "SO-8").of(HALE, "400").left("100").state(State::Ordered);
    if cuts_down(&host) {
        assert_eq!(shown(&host), [says(&host, &own).expect("a line")], "the order is cut down, nothing overlaps");
        return;
    }
    let reason = |host: &Host<W>| match host.status(RecordKind::Order, "SO-8") {
        RecordStatus::Skipped { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason(&host).starts_with("a part of this order is invoiced"), "{}", reason(&host));
    let gone: Vec<String> = says(&host, &own.state(State::MadeWay)).into_iter().collect();
    assert_eq!(shown(&host), gone);
    let progress = host.clock.run(host.engine.order_progress(&order_id())).expect("known");
    assert_eq!((progress.ordered, progress.remaining), (dec("400.00"), dec("100.00")), "it still knows its amount");
    // Pushing the order again, changed or not, does not bring it back.
    host.send(vec![order_8::<W>()]);
    host.send(vec![made::<W>("order", "SO-8", "C1", "450", json!({}))]);
    assert_eq!((shown(&host), reason(&host).is_empty()), (gone.clone(), false));
    host.send(vec![made::<W>("invoice", "F-82", "C1", "150", json!({ "order": "SO-8", "extent": "full" }))]);
    let last = says(&host, &entry(RecordKind::Invoice, "F-82").of(HALE, "150")).expect("a line");
    assert!(host.books().contains(&last) && shown(&host) == gone, "a document of its own: {:?}", host.books());
    assert!(host.clock.run(host.engine.attention()).expect("read").is_empty());
}

fn order_id() -> factory_accounting_core::ids::LocalId {
    factory_accounting_core::ids::LocalId::new("SO-8")
}

fn cuts_down<W: Books>(host: &Host<W>) -> bool {
    use factory_accounting_core::capability::SourceTie;
    let invoices = host.provider.capabilities().of(RecordKind::Invoice);
    invoices.is_some_and(|invoices| invoices.sources == SourceTie::Converted)
}

fn order_stays<W: Books>() {
    let host = host::<W>(json!({ "delete_order_when_part_invoiced": true }));
    host.send(vec![customer("C1", HALE), order_8::<W>()]);
    let ordered = shown(&host);
    locked(&host.world).spoil(factory_accounting_core::clock::Clock::now(&host.clock));
    let refused = made::<W>(
        "invoice",
        "F-81",
        "C1",
        "1",
        json!({ "order": "SO-8", "extent": "partial", "lines": [W::refused_line()] }),
    );
    host.send(vec![refused]);
    host.question(RecordKind::Invoice, "F-81");
    assert_eq!(shown(&host), ordered);
}

fn order_stays_by_default<W: Books>() {
    let host = host::<W>(json!({}));
    host.send(vec![customer("C1", HALE), order_8::<W>(), part::<W>("F-81", "300")]);
    let own = entry(RecordKind::Order, "SO-8").of(HALE, "400").left("100").state(State::Ordered);
    assert_eq!(shown(&host), [says(&host, &own).expect("a line")]);
}

fn invoice_of<W: Books>(id: &str, customer: &str, price: &str) -> Record {
    made::<W>("invoice", id, customer, price, json!({}))
}

fn changes_hands<W: Books>() {
    let host = host::<W>(json!({}));
    host.send(vec![customer("C1", HALE), customer("C2", BIRCH), invoice_of::<W>("F-1", "C1", "100")]);
    let (before, books) = (host.link(RecordKind::Invoice, "F-1"), host.books());
    host.send(vec![invoice_of::<W>("F-1", "C2", "100")]);
    let question = host.question(RecordKind::Invoice, "F-1");
    assert_eq!(question.code, Code::Retargeted);
    let told = question.to_string();
    assert!(told.contains(r#"sent to customer "Hale Joinery" and now belongs to customer "Birch & Sons""#), "{told}");
    assert_eq!(host.books(), books, "nothing is changed unasked");

    decide(&host, Decision::WriteAnew).expect("decided");
    host.work();
    let number = free_number(&host);
    let after = host.link(RecordKind::Invoice, "F-1");
    assert_ne!((after.remote.clone(), after.party.clone()), (before.remote.clone(), before.party.clone()));
    let expected = [
        says(&host, &entry(RecordKind::Invoice, "F-1").of(HALE, "100").state(State::Voided)),
        says(&host, &entry(RecordKind::Invoice, number).of(BIRCH, "100")),
    ];
    for line in expected.into_iter().flatten() {
        assert!(host.books().contains(&line), "{line} is missing: {:?}", host.books());
    }
    let voided = host.events().into_iter().find_map(|event| match event {
        Event::Retargeted { before, .. } => Some(before),
        _ => None,
    });
    let voided = voided.expect("both are on record");
    assert_eq!((&voided.remote, voided.status.is_gone()), (&before.remote, true));
    // The same again is nothing new.
    let books = host.books();
    host.send(vec![renumbered::<W>(number)]);
    assert_eq!(host.books(), books);
    // It takes a question to be written anew.
    host.send(vec![invoice_of::<W>("F-9", "nobody", "100")]);
    assert!(decide_on(&host, "F-9", Decision::WriteAnew).is_err());
}

/// The number that the new invoice has: where a voided one keeps its own, the new one is a question until it has another.
fn free_number<W: Books>(host: &Host<W>) -> &'static str {
    if matches!(host.status(RecordKind::Invoice, "F-1"), RecordStatus::Sent(_)) {
        return "F-1";
    }
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::NumberTaken);
    host.send(vec![renumbered::<W>("F-1B")]);
    "F-1B"
}

fn renumbered<W: Books>(number: &str) -> Record {
    made::<W>("invoice", "F-1", "C2", "100", json!({ "number": number }))
}

fn decide<W: Books>(host: &Host<W>, decision: Decision) -> Result<(), factory_accounting_engine::EngineError> {
    decide_on(host, "F-1", decision)
}

fn decide_on<W: Books>(
    host: &Host<W>,
    id: &str,
    decision: Decision,
) -> Result<(), factory_accounting_engine::EngineError> {
    let RecordStatus::NeedsAttention { operation, .. } = host.status(RecordKind::Invoice, id) else {
        panic!("{:?}", host.status(RecordKind::Invoice, id))
    };
    host.clock.run(host.engine.decide(operation, decision, "Mere Tane"))
}

fn paid_does_not_change_hands<W: Books>() {
    let host = host::<W>(json!({}));
    let paid = in_currency(W::CURRENCY, &payment("R-1", json!({ "invoice": "F-1" }), "20"));
    host.send(vec![customer("C1", HALE), customer("C2", BIRCH), invoice_of::<W>("F-1", "C1", "100"), paid]);
    let books = host.books();
    host.send(vec![invoice_of::<W>("F-1", "C2", "100")]);
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::Retargeted);
    decide(&host, Decision::WriteAnew).expect("decided");
    host.work();
    assert_eq!(host.question(RecordKind::Invoice, "F-1").code, Code::VoidSettled);
    assert_eq!(host.books(), books);
    host.void(RecordKind::Payment, "R-1");
    decide(&host, Decision::Retry).expect("decided");
    host.work();
    let number = free_number(&host);
    let anew = says(&host, &entry(RecordKind::Invoice, number).of(BIRCH, "100")).expect("a line");
    assert!(host.books().contains(&anew), "{:?}", host.books());
}

fn linked_anew<W: Books>() {
    let host = host::<W>(json!({}));
    host.send(vec![customer("C1", HALE), invoice_of::<W>("F-1", "C1", "100")]);
    locked(&host.world).stranger_invoices("X-1", factory_accounting_core::clock::Clock::now(&host.clock));
    let parties =
        host.clock.run(host.provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1))).expect("listed");
    let stranger = parties.entries.into_iter().find_map(|entry| match entry {
        CatalogueEntry::Party(party) if party.party.name == "Stranger" => Some(party.id.clone()),
        _ => None,
    });
    let stranger: RemoteId = stranger.expect("the stranger");
    host.clock.run(host.engine.link(key(RecordKind::Customer, "C1"), stranger)).expect("linked");
    host.send(vec![invoice_of::<W>("F-1", "C1", "120"), invoice_of::<W>("F-2", "C1", "50")]);
    let expected = [
        says(&host, &entry(RecordKind::Invoice, "F-1").of(HALE, "120")),
        says(&host, &entry(RecordKind::Invoice, "F-2").of("Stranger", "50")),
    ];
    for line in expected.into_iter().flatten() {
        assert!(host.books().contains(&line), "{line} is missing: {:?}", host.books());
    }
}

fn copies<W: Books>() {
    let host = host::<W>(json!({}));
    host.send(vec![customer("C1", HALE), invoice_of::<W>("F-1", "C1", "100"), invoice_of::<W>("F-2", "C1", "100")]);
    for id in ["F-1", "F-2"] {
        let line = says(&host, &entry(RecordKind::Invoice, id).of(HALE, "100")).expect("a line");
        assert!(host.books().contains(&line), "{:?}", host.books());
    }
    let books = host.books();
    host.send(vec![made::<W>("invoice", "F-3", "C1", "100", json!({ "number": "F-1" }))]);
    assert_eq!(host.question(RecordKind::Invoice, "F-3").code, Code::NumberTwice);
    assert_eq!(host.books(), books);
    let full = made::<W>("invoice", "F-4", "C1", "100", json!({}));
    assert!(matches!(full, Record::Invoice(invoice) if invoice.extent == Extent::Full));
}
