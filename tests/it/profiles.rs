//! The three products, at each package: what their own pages say happens, happens in the books.

use std::time::Duration;

use factory_accounting_core::model::RecordKind;
use factory_accounting_core::settings::profile::{Profile, ascora, factor, factory};
use factory_accounting_core::settings::{ArrivalStatus, NumberSeries, Occasion};
use factory_accounting_engine::{Pushed, RecordStatus};
use serde_json::json;

use crate::host::{Host, locked};
use crate::make::{customer, in_currency, payment, record, supplier};
use crate::policy::{
    HALE, KAURI, bill_over, booked_hale, booked_kauri, f1, hale, invoice_over, on, paid, paper, stands,
};
use crate::world::{Books, MyobWorld, QboWorld, State, XeroWorld, entry, everywhere};

/// A host that works as a product does.
fn as_in<W: Books>(profile: &Profile) -> Host<W> {
    let world = W::fresh().unlimited();
    let settings = profile.over(&world.settings(json!({})));
    let host = Host::with(settings, world);
    let info = host.provider.info();
    assert_eq!(profile.fits(host.provider.capabilities(), info.title), Ok(()), "{}", profile.name());
    host
}

/// Factory, with purchase orders under its own numbers where the package cannot carry them otherwise.
fn factory_for<W: Books>() -> Profile {
    if W::NUMBERS_PURCHASE_ORDERS {
        return factory();
    }
    let host = Host::over(W::fresh());
    let misfit = factory().fits(host.provider.capabilities(), host.provider.info().title).expect_err("it cannot");
    assert_eq!(misfit.issues.len(), 1, "{misfit}");
    assert!(misfit.to_string().contains("numbers.purchase_order"), "{misfit}");
    factory().numbered_by_the_package(&[RecordKind::Quote, RecordKind::Order, RecordKind::Invoice])
}

fn works_as_factory<W: Books>() {
    let host = as_in::<W>(&factory_for::<W>());
    let now = factory_accounting_core::clock::Clock::now(&host.clock);
    locked(&host.world).numbers_itself(now);
    // Customers and suppliers as soon as they are added; quotes, orders, purchase orders in real time.
    on(&host, Occasion::Saved, hale());
    on(&host, Occasion::Saved, supplier("S1", KAURI));
    stands(&host, &[booked_hale(), booked_kauri()]);
    on(&host, Occasion::Saved, paper::<W>("quote", "A-3", "C1", "30", json!({ "stage": "sent" })));
    on(&host, Occasion::Saved, paper::<W>("order", "SO-1", "C1", "400", json!({})));
    on(&host, Occasion::Saved, paper::<W>("purchase_order", "B-5", "S1", "80", json!({})));
    let ordered = |state| entry(RecordKind::Order, "SO-1").of(HALE, "400").state(state);
    let quote = entry(RecordKind::Quote, "A-3").of(HALE, "30");
    let purchase = |state| entry(RecordKind::PurchaseOrder, "B-5").of(KAURI, "80").state(state);
    stands(&host, &[booked_hale(), booked_kauri(), quote.clone(), ordered(State::Ordered), purchase(State::Open)]);
    // The order's invoice takes its draft's place, a bill its purchase order's.
    on(&host, Occasion::Saved, paper::<W>("invoice", "F-1", "C1", "400", json!({ "order": "SO-1" })));
    on(&host, Occasion::Saved, paper::<W>("bill", "KT-991", "S1", "80", json!({ "purchase_order": "B-5" })));
    let bill = entry(RecordKind::Bill, "KT-991").of(KAURI, "80");
    let mut books = vec![booked_hale(), booked_kauri(), quote, ordered(State::Invoiced), purchase(State::Moved), bill];
    stands(&host, &[&books[..], &[f1("400")]].concat());
    // The package's own number stands beside it.
    assert_ne!(host.link(RecordKind::Invoice, "F-1").number.as_deref(), Some("F-1"));
    // Later changes follow; payments are none of its business.
    on(&host, Occasion::Saved, paper::<W>("invoice", "F-1", "C1", "390", json!({ "order": "SO-1" })));
    books.push(f1("390"));
    stands(&host, &books);
    on(&host, Occasion::Saved, in_currency(W::CURRENCY, &payment("P-1", json!({ "invoice": "F-1" }), "20")));
    assert!(matches!(host.status(RecordKind::Payment, "P-1"), RecordStatus::Skipped { .. }));
    assert_eq!(paid(&host, RecordKind::Invoice, "F-1"), "n/a");
    stands(&host, &books);
}

#[test]
fn f31_f49_f52_f55_f59_f62_f83_everything_goes_out_as_factory_sends_it() {
    everywhere!(works_as_factory);
}

fn works_as_factor<W: Books>(keeps_jobs: bool) {
    let host = as_in::<W>(&factor());
    on(&host, Occasion::Saved, hale());
    let job = record(json!({ "kind": "job", "id": "J-1", "number": "J-1", "name": "Stairs", "customer": "C1" }));
    on(&host, Occasion::Saved, job);
    // Where the package keeps jobs they are made when they are needed.
    assert_eq!(matches!(host.status(RecordKind::Job, "J-1"), RecordStatus::Sent(_)), keeps_jobs);
    let with_party = host.books();
    // Drafts do not go out, and quotes and purchases not at all.
    assert!(matches!(on(&host, Occasion::Saved, invoice_over::<W>("100")), Pushed::Waits { .. }));
    on(&host, Occasion::Asked, paper::<W>("quote", "A-3", "C1", "30", json!({})));
    on(&host, Occasion::Accepted, bill_over::<W>("KT-991", "80"));
    on(&host, Occasion::Saved, supplier("S1", KAURI));
    assert_eq!(host.books(), with_party);
    // Final ones do, under their own number, and follow later changes.
    on(&host, Occasion::Finalised, invoice_over::<W>("100"));
    on(&host, Occasion::Saved, invoice_over::<W>("120"));
    assert_eq!(host.books().len(), with_party.len() + 1, "{:?}", host.books());
    assert_eq!(host.link(RecordKind::Invoice, "F-1").number.as_deref(), Some("F-1"));
    assert_eq!(paid(&host, RecordKind::Invoice, "F-1"), "unpaid");
    // Payments recorded there update the invoice here.
    let total = host.link(RecordKind::Invoice, "F-1").totals.expect("totals").total.to_string();
    let now = factory_accounting_core::clock::Clock::now(&host.clock);
    locked(&host.world).person_pays("F-1", &total, "counter", now);
    host.clock.advance(Duration::from_secs(120));
    host.clock.run(host.engine.read_changes()).expect("changes");
    assert_eq!(paid(&host, RecordKind::Invoice, "F-1"), "paid");
}

#[test]
fn f38_f68_f69_f84_final_invoices_go_out_as_factor_sends_them() {
    works_as_factor::<XeroWorld>(false);
    works_as_factor::<QboWorld>(true);
    works_as_factor::<MyobWorld>(true);
}

fn works_as_ascora<W: Books>() {
    let start = "2026-11-10".parse().expect("a day");
    let host = as_in::<W>(&ascora().starting(start));
    // A customer comes with its first invoice.
    on(&host, Occasion::Saved, hale());
    on(&host, Occasion::Saved, customer("C2", "Never Billed"));
    stands(&host, &[]);
    on(&host, Occasion::Saved, paper::<W>("invoice", "F-0", "C1", "70", json!({ "date": "2026-11-09" })));
    assert!(matches!(host.status(RecordKind::Invoice, "F-0"), RecordStatus::Skipped { .. }), "before the start");
    on(&host, Occasion::Saved, invoice_over::<W>("100"));
    stands(&host, &[booked_hale(), f1("100")]);
    // Changes go across; supplier invoices only once they are accepted; purchase orders never.
    on(&host, Occasion::Saved, invoice_over::<W>("120"));
    on(&host, Occasion::Saved, supplier("S1", KAURI));
    on(&host, Occasion::Accepted, paper::<W>("purchase_order", "B-5", "S1", "80", json!({})));
    assert!(matches!(on(&host, Occasion::Saved, bill_over::<W>("KT-991", "80")), Pushed::Waits { .. }));
    stands(&host, &[booked_hale(), f1("120")]);
    on(&host, Occasion::Accepted, bill_over::<W>("KT-991", "80"));
    let bill = entry(RecordKind::Bill, "KT-991").of(KAURI, "80");
    stands(&host, &[booked_hale(), booked_kauri(), f1("120"), bill.clone()]);
    // Payments taken here go across.
    on(&host, Occasion::Saved, in_currency(W::CURRENCY, &payment("P-1", json!({ "invoice": "F-1" }), "20")));
    assert!(matches!(host.status(RecordKind::Payment, "P-1"), RecordStatus::Sent(_)));
    // Taking an invoice back voids it.
    on(&host, Occasion::Saved, paper::<W>("invoice", "F-2", "C1", "10", json!({})));
    host.void(RecordKind::Invoice, "F-2");
    assert!(matches!(host.status(RecordKind::Invoice, "F-2"), RecordStatus::Voided));
    let series = host.clock.run(host.engine.settings()).expect("settings").series;
    assert_eq!(series[&RecordKind::Invoice], NumberSeries { block: 25, ..NumberSeries::default() });
}

#[test]
fn f34_f71_f72_f73_f74_f75_f85_invoices_and_payments_go_out_as_ascora_sends_them() {
    everywhere!(works_as_ascora);
}

#[test]
fn a_profile_of_another_host_is_held_to_what_the_package_can_do() {
    let profile =
        Profile::new("Drafts for the bookkeeper").arriving(ArrivalStatus::Draft).without(&[RecordKind::Quote]);
    as_in::<XeroWorld>(&profile);
    for (host, package) in [
        (Host::over(QboWorld::fresh()).provider, "QuickBooks Online"),
        (Host::over(MyobWorld::fresh()).provider, "MYOB"),
    ] {
        let misfit = profile.fits(host.capabilities(), host.info().title).expect_err(package);
        assert_eq!((misfit.package.as_str(), misfit.issues.len()), (package, 4), "{misfit}");
    }
}
