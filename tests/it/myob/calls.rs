//! What work costs in calls, and how the connections of one app share its limit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::memory::{MemoryStore, MemoryTokenStore};
use factory_accounting_core::model::Record;
use factory_accounting_core::token::TokenStore as _;
use factory_accounting_engine::Engine;
use factory_accounting_http::AppPacer;
use factory_accounting_myob::{MyobProvider, limits};
use factory_accounting_testkit::sweep::World as _;
use factory_accounting_testkit::{SimClock, Wire, WireTransport};
use http::Request;
use serde_json::json;

use crate::host::{Host, locked};
use crate::make::au::invoice;
use crate::make::customer;
use crate::say;
use crate::world::{Books as _, MyobWorld};

fn invoices(many: usize, customers: usize) -> Vec<Record> {
    (0..many).map(|number| invoice(&format!("F-{number:04}"), &format!("C{}", number % customers), "100")).collect()
}

fn customers(many: usize) -> Vec<Record> {
    (0..many).map(|number| customer(&format!("C{number}"), &format!("Customer {number}"))).collect()
}

/// There are no batches (myob.md 0): a call for each, and hardly one more.
#[test]
fn a_thousand_new_invoices_to_known_customers_take_at_most_1010_calls() {
    let host = Host::file();
    host.send(customers(20));
    host.calls();
    let report = host.send(invoices(1_000, 20));
    let calls = host.exchanged();
    say(&format!("1,000 invoices at MYOB: {} calls", calls.len()));
    assert_eq!(report.created, 1_000);
    assert!(calls.len() <= 1_010, "{} calls", calls.len());
    assert!(calls.iter().all(|call| call.status.is_some_and(|status| status < 300)), "a limit was met");
}

#[test]
fn f22_importing_from_ten_thousand_cards_takes_at_most_12_calls() {
    let host = Host::file();
    {
        let mut world = locked(&host.world);
        let now = host.clock.now();
        let [code, ..] = world.tax_codes().map(|uid| json!({ "UID": uid }));
        for number in 0..10_000 {
            let set = json!({ "CompanyName": format!("Customer {number:05}"), "IsIndividual": false,
                "SellingDetails": { "TaxCode": code, "FreightTaxCode": code } });
            world.act(&json!({ "do": "create", "path": "Contact/Customer", "set": set }), now);
        }
    }
    host.calls();
    let report = host.import_customers();
    let calls = host.calls();
    say(&format!("10,000 customers at MYOB: {} calls", calls.len()));
    assert_eq!(report.tally.created, 10_000);
    assert!(calls.len() <= 12, "{} calls: {calls:?}", calls.len());
}

/// One call to a company file.
#[derive(Clone, Debug)]
struct Call {
    file: usize,
    at: DateTime<Utc>,
    status: Option<u16>,
}

/// Several connections of one app in one process, with one limit between them.
struct Fleet {
    clock: SimClock,
    engines: Vec<Engine>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Fleet {
    fn of(files: usize) -> Self {
        let begins = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).single().expect("an instant");
        let clock = SimClock::starting_at(begins);
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let worlds = MyobWorld::files(files);
        let settings = worlds[0].settings(json!({}));
        let pacer = AppPacer::new(limits(&worlds[0].config()), Arc::clone(&time));
        let shared = Arc::new(Mutex::new(worlds[0].clone()));
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let mut engines = Vec::new();
        for (number, world) in worlds.iter().enumerate() {
            let connection = ConnectionId::new(format!("fleet-{number}"));
            let (store, tokens) = (MemoryStore::new(), MemoryTokenStore::new());
            let signed = locked(&shared).signed_in(world.file, begins);
            clock.run(tokens.replace(&connection, None, signed)).expect("tokens are stored");
            let server = (Arc::clone(&shared), Arc::clone(&calls));
            let serve = move |request: Request<Bytes>, now| {
                let wire = locked(&server.0).handle(request, None, now);
                let status = if let Wire::Answer(answer) = &wire { Some(answer.status().as_u16()) } else { None };
                locked(&server.1).push(Call { file: number, at: now, status });
                wire
            };
            let provider = MyobProvider::new(
                world.config(),
                Arc::new(WireTransport::new(Arc::clone(&time), serve)),
                Arc::new(tokens),
                connection.clone(),
                WorkerId::new("worker"),
                Arc::clone(&time),
                &pacer,
            );
            let provider = Arc::new(provider.expect("the configuration is whole"));
            let engine = Engine::builder(connection, provider, Arc::new(store), Arc::clone(&time)).build();
            clock.run(async {
                engine.connect().await.expect("connects");
                // Codes are ids, and each file has its own.
                let settings = if number == 0 { settings.clone() } else { world.settings(json!({})) };
                engine.save_settings(settings).await.expect("settings are saved");
            });
            engines.push(engine);
        }
        Self { clock, engines, calls }
    }

    fn send(&self, records: &[Record]) {
        let work = self.engines.iter().map(|engine| async {
            engine.push_all(records.to_vec()).await.expect("pushed");
            engine.run_until_idle().await.expect("works")
        });
        self.clock.run(futures::future::join_all(work));
    }
}

/// A connection gets a place at least every n/8 s, in whole turns of the limit's second.
#[test]
fn connections_of_one_app_use_its_limit_and_never_meet_it_and_each_gets_its_turn() {
    for (files, many) in [(5, 200), (20, 40)] {
        share_the_limit(files, many);
    }
}

fn share_the_limit(files: usize, many: usize) {
    let fleet = Fleet::of(files);
    fleet.send(&customers(5));
    fleet.clock.advance(Duration::from_secs(60));
    locked(&fleet.calls).clear();
    fleet.send(&invoices(many, 5));
    let calls = locked(&fleet.calls).clone();
    let refused = calls.iter().filter(|call| call.status.is_none_or(|status| status >= 300)).count();
    assert_eq!(refused, 0, "a limit was met");
    let (first, last) = (calls[0].at, calls[calls.len() - 1].at);
    let span = (last - first).num_milliseconds();
    let used = i64::try_from(calls.len()).expect("a number") * 1_000_000 / span.max(1) / 8;
    // Each has calls to make until the first of them has made its last.
    let of = |file| calls.iter().filter(move |call| call.file == file).map(|call| call.at).collect::<Vec<_>>();
    let busy = (0..files).filter_map(|file| of(file).last().copied()).min().expect("calls");
    let longest = (0..files)
        .flat_map(|file| {
            let times = of(file);
            let gaps = times.windows(2).filter(|pair| pair[1] <= busy).map(|pair| pair[1] - pair[0]);
            gaps.collect::<Vec<_>>()
        })
        .max()
        .expect("gaps");
    say(&format!(
        "{files} connections at MYOB: {} calls in {} s, {used} per mille of the limit, longest wait {} ms",
        calls.len(),
        span / 1_000,
        longest.num_milliseconds()
    ));
    assert!(used >= 950, "{used} per mille of 8 a second");
    let bound = TimeDelta::seconds(i64::try_from(files.div_ceil(8)).expect("a number"));
    assert!(longest <= bound, "{longest} is longer than {bound}");
    for call in &calls {
        let second =
            calls.iter().filter(|other| other.at >= call.at && other.at < call.at + TimeDelta::seconds(1)).count();
        assert!(second <= 8, "{second} calls in a second");
    }
}
