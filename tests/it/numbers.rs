//! Numbers that the host gives, over every package: series, devices without a connection, gaps and collisions.

use std::sync::Arc;

use chrono::NaiveDate;
use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::code::Code;
use factory_accounting_core::ids::DeviceId;
use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::numbers::{DeviceNumbers, GapReason, NumberError, SeriesChange};
use factory_accounting_core::settings::NumberSeries;
use factory_accounting_core::store::{GapQuery, NumberUse};
use factory_accounting_engine::{Collision, EngineError, Numbers, RecordStatus};
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{customer, document, in_currency, key, merge, record, supplier};
use crate::world::{Books, MyobWorld, QboWorld, everywhere};

const HALE: &str = "Hale Joinery";

#[test]
fn f78_a_series_begins_above_what_the_package_has() {
    everywhere!(series_begin_above);
}

#[test]
fn f78_numbers_carry_the_prefix_start_and_width_of_their_series() {
    everywhere!(prefix_start_and_width);
}

#[test]
fn f79_f69_devices_without_a_connection_number_invoices_jobs_and_quotes() {
    everywhere!(offline_devices);
}

#[test]
fn f80_f81_every_gap_is_explained_also_after_the_app_was_installed_anew() {
    everywhere!(gaps_are_explained);
}

#[test]
fn r10_numbers_that_are_not_free_are_told_before_anything_is_sent() {
    everywhere!(collisions_before_sending);
}

#[test]
fn r10_two_documents_of_the_host_under_one_number_are_a_question() {
    everywhere!(two_of_the_host);
}

#[test]
fn r10_a_number_that_somebody_holds_there_is_a_question_where_the_package_refuses_it() {
    everywhere!(taken_there);
}

#[test]
fn l25_a_copy_of_a_document_takes_a_number_of_its_own() {
    everywhere!(copies);
}

#[test]
fn a_device_that_asks_for_numbers_of_the_package_is_told() {
    everywhere!(numbers_of_the_package);
}

#[test]
fn numbers_that_the_package_has_no_room_for_are_not_leased() {
    everywhere!(no_room);
}

fn series() -> Value {
    let of = |prefix: &str, start: u64| json!({ "prefix": prefix, "start": start, "width": 4, "block": 25 });
    json!({ "series": { "invoice": of("INV-", 2_001), "quote": of("Q-", 1), "job": of("J-", 1), "order": of("SO-", 1) } })
}

fn numbered<W: Books>(world: W) -> (Host<W>, Numbers) {
    let settings = world.settings(series());
    let host = Host::with(settings, world);
    let numbers = host.engine.numbers(Arc::new(host.store.clone()));
    host.send(vec![customer("C1", HALE), customer("C2", "Ridge Homes")]);
    (host, numbers)
}

/// A document of a customer; its number may be another than its id.
fn numbered_document<W: Books>(kind: &str, id: &str, customer: &str, number: &str) -> Record {
    in_currency(W::CURRENCY, &document(kind, id, customer, "100", json!({ "number": number })))
}

fn invoice<W: Books>(id: &str, number: &str) -> Record {
    numbered_document::<W>("invoice", id, "C1", number)
}

fn used(kind: RecordKind, number: &str, id: &str) -> NumberUse {
    NumberUse { number: number.to_owned(), document: key(kind, id) }
}

/// Time in which what has been written becomes visible to searches.
fn let_pass<W: Books>(host: &Host<W>) {
    host.clock.run(host.clock.sleep(std::time::Duration::from_secs(60)));
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, EngineError>) -> NumberError {
    match outcome {
        Err(EngineError::Number(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

fn usual() -> NumberSeries {
    NumberSeries { prefix: "INV-".to_owned(), start: 1, width: 4, block: 25 }
}

fn series_begin_above<W: Books>() {
    let world = W::fresh();
    let (host, _) = numbered(world);
    let free = |series: &NumberSeries| {
        host.clock.run(host.engine.first_free_number(RecordKind::Invoice, series)).expect("a start")
    };
    assert_eq!((free(&usual()).start, free(&usual()).highest), (1, None));
    locked(&host.world).stranger_invoices("INV-0041", host.clock.now());
    host.send(vec![invoice::<W>("F-1", "INV-0007"), invoice::<W>("F-2", "OLD-900")]);
    let_pass(&host);
    let found = free(&usual());
    assert_eq!((found.start, found.round, found.highest.as_deref()), (42, 1_000, Some("INV-0041")));
    let later = NumberSeries { start: 5_000, ..usual() };
    assert_eq!((free(&later).start, free(&later).round), (5_000, 5_000));
    let another = NumberSeries { prefix: "OLD-".to_owned(), ..usual() };
    assert_eq!(free(&another).start, 901);
    host.calls();
    free(&usual());
    assert!(host.calls().iter().all(|call| call.starts_with("GET ")), "nothing is written");
}

fn prefix_start_and_width<W: Books>() {
    let world = W::fresh();
    let (host, numbers) = numbered(world);
    let mut office = DeviceNumbers::new(RecordKind::Invoice, "office", 0);
    let mut draw = || host.clock.run(numbers.next(&mut office)).expect("a number");
    assert_eq!((draw(), draw()), ("INV-2001".to_owned(), "INV-2002".to_owned()));
    let change = |to: NumberSeries| host.clock.run(numbers.may_change(RecordKind::Invoice, &to));
    let raised = NumberSeries { start: 3_000, ..usual() };
    assert_eq!(change(raised.clone()).expect("may be raised"), SeriesChange::Skips { numbers: 3_000 - 2_026 });
    let refused = refusal(change(NumberSeries { start: 2_000, ..usual() }));
    assert_eq!(refused, NumberError::StartTooLow { prefix: "INV-".to_owned(), start: 2_000, next: 2_026 });
    assert_eq!(change(NumberSeries { prefix: "2027-".to_owned(), ..usual() }).expect("another"), SeriesChange::NewRun);
    // What a device has stays good; the next block begins at the new start.
    let mut settings = host.clock.run(host.engine.settings()).expect("settings");
    settings.series.insert(RecordKind::Invoice, raised);
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    let drawn: Vec<String> = (0..24).map(|_| draw()).collect();
    assert_eq!((drawn[22].as_str(), drawn[23].as_str()), ("INV-2025", "INV-3000"));
}

fn offline_devices<W: Books>() {
    let world = W::fresh();
    let (host, numbers) = numbered(world);
    let has_jobs = host.provider.capabilities().of(RecordKind::Job).is_some();
    for device in ["phone", "tablet"] {
        for (kind, expected) in [
            (RecordKind::Invoice, ["INV-2001", "INV-2026"]),
            (RecordKind::Job, ["J-0001", "J-0026"]),
            (RecordKind::Quote, ["Q-0001", "Q-0026"]),
        ] {
            let mut carried = DeviceNumbers::new(kind, device, 5);
            host.clock.run(numbers.fill(&mut carried)).expect("a block");
            assert_eq!(carried.remaining(), 25);
            // From here on there is no connection.
            let number = carried.take().expect("a number");
            assert_eq!(number, expected[usize::from(device == "tablet")], "{kind}");
            let id = format!("{device}-{number}");
            let record = match kind {
                RecordKind::Job => {
                    record(json!({ "kind": "job", "id": id, "number": number, "name": "Stairs", "customer": "C1" }))
                }
                kind => numbered_document::<W>(kind.as_str(), &id, "C1", &number),
            };
            // Back in the office.
            let told = numbers.report_used(carried.device(), vec![used(kind, &number, &id)]);
            assert_eq!(host.clock.run(told).expect("recorded"), []);
            if kind != RecordKind::Job || has_jobs {
                host.send(vec![record]);
                assert!(matches!(host.status(kind, &id), RecordStatus::Sent(_)), "{:?}", host.status(kind, &id));
                if kind != RecordKind::Job {
                    assert_eq!(host.link(kind, &id).number.as_deref(), Some(number.as_str()));
                }
            }
        }
    }
}

fn gaps_are_explained<W: Books>() {
    let world = W::fresh();
    let (host, numbers) = numbered(world);
    let mut before = DeviceNumbers::new(RecordKind::Invoice, "phone, first install", 5);
    let mut after = DeviceNumbers::new(RecordKind::Invoice, "phone, second install", 5);
    let draw = |carried: &mut DeviceNumbers, id: &str| {
        let number = host.clock.run(numbers.next(carried)).expect("a number");
        let told = numbers.report_used(carried.device(), vec![used(RecordKind::Invoice, &number, id)]);
        assert_eq!(host.clock.run(told).expect("recorded"), []);
        host.send(vec![invoice::<W>(id, &number)]);
        number
    };
    assert_eq!((draw(&mut before, "F-1"), draw(&mut before, "F-2")), ("INV-2001".into(), "INV-2002".into()));
    assert_eq!(draw(&mut after, "F-3"), "INV-2026", "what the first install had left is not given again");
    host.void(RecordKind::Invoice, "F-2");
    host.clock.run(numbers.report_voided(&[key(RecordKind::Invoice, "F-2")])).expect("recorded");
    host.clock.run(numbers.retire(before.device(), "Ann")).expect("declared");

    let query = GapQuery { kind: RecordKind::Invoice, prefix: "INV-".to_owned(), first: 0, last: u64::MAX, limit: 0 };
    let report = host.clock.run(numbers.gaps(query)).expect("a report");
    let gaps: Vec<(u64, u64, &GapReason)> = report.gaps.iter().map(|gap| (gap.first, gap.last, &gap.why)).collect();
    let [(2_002, 2_002, GapReason::Voided { .. }), (2_003, 2_025, lost), (2_027, 2_050, leased)] = gaps.as_slice()
    else {
        panic!("{gaps:?}");
    };
    assert!(matches!(lost, GapReason::Abandoned { device, .. } if device == before.device()), "{lost}");
    assert!(matches!(leased, GapReason::Leased { device, .. } if device == after.device()), "{leased}");
    assert_eq!((report.totals.all(), report.totals.used), (50, 2));
    assert!(matches!(
        refusal(host.clock.run(numbers.lease(RecordKind::Invoice, before.device(), "again"))),
        NumberError::DeviceGone { .. }
    ));
}

fn collisions_before_sending<W: Books>() {
    let world = W::fresh();
    let (host, _) = numbered(world);
    locked(&host.world).stranger_invoices("F-1", host.clock.now());
    host.send(vec![invoice::<W>("mine", "F-2")]);
    host.push(invoice::<W>("waiting", "F-3"));
    let_pass(&host);
    host.calls();
    let asked: Vec<String> = (1..=12).map(|number| format!("F-{number}")).collect();
    let found = host.clock.run(host.engine.number_check(RecordKind::Invoice, &asked)).expect("looked");
    assert!(host.calls().len() <= 8, "many in a call");
    let [theirs, sent, waiting] = found.as_slice() else { panic!("{found:?}") };

    let there = theirs.there.as_ref().expect("a document");
    assert_eq!((theirs.number.as_str(), &theirs.ours, there.party_name.as_deref()), ("F-1", &None, Some("Stranger")));
    assert_eq!(
        (there.date, there.currency.map(|currency| currency.code().to_owned())),
        (NaiveDate::from_ymd_opt(2026, 11, 1), Some(W::CURRENCY.to_owned()))
    );
    assert_eq!(there.totals.map(|totals| totals.subtotal.normalize().to_string()).as_deref(), Some("9"));

    let mine = key(RecordKind::Invoice, "mine");
    assert_eq!((sent.number.as_str(), sent.ours.as_ref()), ("F-2", Some(&mine)));
    assert_eq!(sent.there.as_ref().map(|there| &there.id), Some(&host.link(RecordKind::Invoice, "mine").remote));
    let queued = Some(key(RecordKind::Invoice, "waiting"));
    assert_eq!(*waiting, Collision { number: "F-3".to_owned(), ours: queued, there: None });
    // Whether quotes count for themselves is the package's affair.
    let together = host.provider.capabilities().of(RecordKind::Quote).expect("quotes").numbered_with;
    let of_quotes = host.clock.run(host.engine.number_check(RecordKind::Quote, &asked)).expect("looked");
    assert_eq!(of_quotes.len(), if together.contains(&RecordKind::Invoice) { 2 } else { 0 }, "{of_quotes:?}");
    let suppliers = host.clock.run(host.engine.number_check(RecordKind::Bill, &asked));
    assert!(matches!(suppliers, Err(EngineError::Refused(_))), "the numbers of bills are their suppliers'");
    payments_share_numbers(&host);
}

/// One receipt may be for several invoices: apps draw the numbers of payments from a series, and none of them is taken.
fn payments_share_numbers<W: Books>(host: &Host<W>) {
    let asked = ["R-1".to_owned()];
    let told = [
        host.clock.run(host.engine.number_check(RecordKind::Payment, &asked)).map(drop),
        host.clock.run(host.engine.first_free_number(RecordKind::Payment, &usual())).map(drop),
    ];
    for refused in told {
        let refused = refused.expect_err("there is nothing to look for").to_string();
        assert!(refused.contains("one receipt") && refused.contains("series.payment"), "{refused}");
        assert!(!refused.contains("gives no numbers"), "{refused}");
    }
}

fn two_of_the_host<W: Books>() {
    let world = W::fresh();
    let (host, _) = numbered(world);
    for kind in ["quote", "invoice", "credit_note", "purchase_order"] {
        let recorded = if kind == "purchase_order" { ["S1", "S2"] } else { ["C1", "C2"] };
        host.send(vec![supplier("S1", "Kauri Timber"), supplier("S2", "Rimu Supplies")]);
        let (one, other, number) = (format!("{kind}-1"), format!("{kind}-2"), format!("{}-1", &kind[..2]));
        host.send(vec![numbered_document::<W>(kind, &one, recorded[0], &number)]);
        let_pass(&host);
        host.send(vec![numbered_document::<W>(kind, &other, recorded[1], &number)]);
        let of: RecordKind = kind.parse().expect("a kind");
        assert!(matches!(host.status(of, &one), RecordStatus::Sent(_)), "{kind}");
        let question = host.question(of, &other);
        assert!(matches!(question.code, Code::NumberTwice | Code::NumberTaken), "{kind}: {question}");
    }
    // Suppliers number their bills, and two may use one number.
    let bill = |id: &str, supplier: &str| numbered_document::<W>("bill", id, supplier, "7731");
    host.send(vec![bill("b-1", "S1"), bill("b-2", "S2"), bill("b-3", "S1")]);
    assert!(matches!(host.status(RecordKind::Bill, "b-2"), RecordStatus::Sent(_)));
    let question = host.question(RecordKind::Bill, "b-3");
    assert!(matches!(question.code, Code::NumberTwice | Code::NumberTaken), "{question}");
}

fn taken_there<W: Books>() {
    let world = W::fresh();
    let (host, _) = numbered(world);
    locked(&host.world).stranger_invoices("F-1", host.clock.now());
    let_pass(&host);
    host.send(vec![invoice::<W>("mine", "F-1")]);
    let question = host.question(RecordKind::Invoice, "mine");
    assert_eq!((question.code, question.candidates.len()), (Code::NumberTaken, 1), "{question}");
    assert!(question.to_string().contains("F-1"), "{question}");
}

/// What the package does not refuse is told by the check that the host makes before it sends (qbo.md 5.10, myob.md 13.4), and
/// the host's own documents are kept apart all the same.
fn shared_numbers<W: Books>(host: &Host<W>) {
    host.send(vec![customer("C1", HALE), customer("C2", "Ridge Homes")]);
    locked(&host.world).stranger_invoices("F-1", host.clock.now());
    let_pass(host);
    let asked = ["F-1".to_owned()];
    let found = host.clock.run(host.engine.number_check(RecordKind::Invoice, &asked)).expect("looked");
    assert_eq!(found.len(), 1, "{found:?}");
    host.send(vec![invoice::<W>("mine", "F-1")]);
    assert!(matches!(host.status(RecordKind::Invoice, "mine"), RecordStatus::Sent(_)), "the package takes both");
    host.send(vec![numbered_document::<W>("invoice", "second", "C2", "F-1")]);
    assert_eq!(host.question(RecordKind::Invoice, "second").code, Code::NumberTwice);
}

#[test]
fn r10_quickbooks_that_takes_any_number_is_looked_into_first() {
    let mut world = QboWorld::fresh();
    world.numbers_itself(chrono::DateTime::UNIX_EPOCH + std::time::Duration::from_secs(1_790_000_000));
    shared_numbers(&Host::over(world));
}

#[test]
fn r10_a_myob_file_that_takes_any_number_is_looked_into_first() {
    shared_numbers(&Host::over(MyobWorld::otherwise()));
}

fn copies<W: Books>() {
    let world = W::fresh();
    let (host, numbers) = numbered(world);
    let mut office = DeviceNumbers::new(RecordKind::Order, "office", 0);
    let mut next = || host.clock.run(numbers.next(&mut office)).expect("a number");
    let order = |id: &str, number: &str| numbered_document::<W>("order", id, "C1", number);
    let (first, copy) = (next(), next());
    host.send(vec![order("one", &first)]);
    let_pass(&host);
    host.send(vec![order("two", &first)]);
    let question = host.question(RecordKind::Order, "two");
    assert!(matches!(question.code, Code::NumberTwice | Code::NumberTaken), "{question}");
    host.send(vec![order("two", &copy)]);
    let links = ["one", "two"].map(|id| host.link(RecordKind::Order, id));
    assert_ne!(links[0].remote, links[1].remote);
    assert_eq!(links.map(|link| link.number), [Some(first), Some(copy)]);
}

fn numbers_of_the_package<W: Books>() {
    let world = W::fresh();
    let mut changes = series();
    merge(&mut changes, json!({ "numbers": { "invoice": "package" } }));
    let settings = world.settings(changes);
    let host = Host::with(settings, world);
    let numbers = host.engine.numbers(Arc::new(host.store.clone()));
    let package = NumberError::PackageNumbers { kind: RecordKind::Invoice };
    let device = DeviceId::from("phone");
    assert_eq!(refusal(host.clock.run(numbers.lease(RecordKind::Invoice, &device, "1"))), package);
    assert_eq!(refusal(host.clock.run(host.engine.number_check(RecordKind::Invoice, &["F-1".to_owned()]))), package);
    assert_eq!(refusal(host.clock.run(host.engine.first_free_number(RecordKind::Invoice, &usual()))), package);
    assert!(package.to_string().contains("numbers.invoice"), "{package}");
    let none = refusal(host.clock.run(numbers.lease(RecordKind::PurchaseOrder, &device, "1")));
    assert_eq!(none, NumberError::NoSeries { kind: RecordKind::PurchaseOrder });
    assert!(host.clock.run(numbers.lease(RecordKind::Quote, &device, "1")).is_ok(), "these are the host's");
}

fn no_room<W: Books>() {
    let world = W::fresh();
    let (host, numbers) = numbered(world);
    let room = host.provider.capabilities().of(RecordKind::Invoice).expect("invoices").number_text;
    let long = NumberSeries { prefix: format!("{}-", "N".repeat(room - 3)), width: 1, start: 80, block: 25 };
    assert!(matches!(refusal(host.clock.run(numbers.may_change(RecordKind::Invoice, &long))),
        NumberError::TooLong { limit, length, .. } if limit == room && length == room + 1));
    let mut settings = host.clock.run(host.engine.settings()).expect("settings");
    settings.series.insert(RecordKind::Invoice, long.clone());
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    let device = DeviceId::from("phone");
    let refused = refusal(host.clock.run(numbers.lease(RecordKind::Invoice, &device, "1")));
    assert!(matches!(refused, NumberError::TooLong { .. }), "{refused}");
    let none = host.clock.run(numbers.holder(RecordKind::Invoice, &long.format(80))).expect("asked");
    assert_eq!(none, None::<RecordKey>);
    let fits = NumberSeries { start: 1, ..long };
    assert_eq!(host.clock.run(numbers.may_change(RecordKind::Invoice, &fits)).expect("fits"), SeriesChange::Continues);
}
