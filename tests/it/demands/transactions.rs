//! No call is made within a transaction of the store: whatever becomes of the call, what was known before it stays.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::WorkerId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::{OperationQuery, OperationState, StateFilter, SyncStore};
use factory_accounting_core::token::TokenStore;
use factory_accounting_engine::Engine;
use factory_accounting_sqlite::{SqliteOptions, SqliteStore};
use factory_accounting_testkit::sweep::Seams;
use factory_accounting_testkit::{SimClock, Wire, WireTransport};
use http::{Method, Request};

use crate::host::{connection, locked};
use crate::make::{hale, in_currency, invoice, key};
use crate::world::{Books, everywhere};

/// A store of its own over the file, as another process has it. It waits for nobody who holds the file.
fn opened(file: &std::path::Path) -> SqliteStore {
    let options = SqliteOptions::file(file).plaintext_tokens().busy_timeout(Duration::ZERO);
    SqliteStore::open_with(options).expect("the store opens")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

/// What another process can do with the file while a call is under way: write to it, and read which kinds of record are
/// being sent.
fn beside(store: &SqliteStore, now: DateTime<Utc>) -> Vec<RecordKind> {
    let looks = async {
        if let Some((_, organisation)) = store.organisation(&connection()).await.expect("it can be read") {
            let written = store.put_organisation(&connection(), organisation, now).await;
            written.expect("another process can write while a call is under way");
        }
        let sending = OperationQuery { states: vec![StateFilter::Sending], ..OperationQuery::default() };
        store.operations(&connection(), sending).await.expect("it can be read")
    };
    // The call is made on a thread that is within a runtime already.
    let found = std::thread::scope(|scope| scope.spawn(|| runtime().block_on(looks)).join().expect("it looks"));
    found.into_iter().map(|row| row.key.kind).collect()
}

fn engine<W: Books>(
    file: &std::path::Path,
    world: &Arc<Mutex<W>>,
    clock: &SimClock,
    server: impl Fn(Request<Bytes>, DateTime<Utc>) -> Wire + Send + Sync + 'static,
) -> (Engine, Arc<SqliteStore>) {
    let (time, store): (Arc<dyn Clock>, _) = (Arc::new(clock.clone()), Arc::new(opened(file)));
    let seams = Seams {
        transport: Arc::new(WireTransport::new(Arc::clone(&time), server)),
        tokens: Arc::clone(&store) as Arc<dyn TokenStore>,
        clock: Arc::clone(&time),
        connection: connection(),
        worker: WorkerId::new("worker"),
    };
    let provider = locked(world).provider(seams);
    let engine = Engine::builder(connection(), provider, Arc::clone(&store) as Arc<dyn SyncStore>, time);
    (engine.worker("worker").build(), store)
}

/// The process ends while the package works at an invoice: the package has it, and nobody has heard so.
fn the_process_ends_within_a_call<W: Books>() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("factory.sqlite3");
    let begins = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).single().expect("an instant");
    let (clock, world) = (SimClock::starting_at(begins), Arc::new(Mutex::new(W::fresh().unlimited())));
    let calls = Arc::new(AtomicU64::new(0));
    let (landed, heard) = futures::channel::oneshot::channel::<()>();
    let landed = Mutex::new(Some(landed));
    let server = {
        let (world, calls, other) = (Arc::clone(&world), Arc::clone(&calls), opened(&file));
        move |request: Request<Bytes>, now| {
            calls.fetch_add(1, Ordering::Relaxed);
            let sending = beside(&other, now);
            let path = request.uri().path().to_lowercase();
            let of_the_invoice = path.contains("invoice") && request.method() != Method::GET;
            let answered = locked(&world).handle(request, None, now);
            if !of_the_invoice {
                return answered;
            }
            assert_eq!(sending, [RecordKind::Invoice], "what is being sent is on record before it is");
            if let Some(landed) = locked(&landed).take() {
                landed.send(()).expect("it is waited for");
            }
            Wire::Silence
        }
    };
    let pushed = in_currency(W::CURRENCY, &invoice("F-1", "C1", "100"));
    runtime().block_on(clock.drive(async {
        let (engine, store) = engine(&file, &world, &clock, server);
        let tokens = locked(&world).sign_in(clock.now());
        store.replace(&connection(), None, tokens).await.expect("tokens are stored");
        engine.connect().await.expect("connects");
        let settings = locked(&world).settings(serde_json::json!({}));
        engine.save_settings(settings).await.expect("settings are saved");
        engine.push_all(vec![hale(), pushed.clone()]).await.expect("pushed");
        let works = engine.run_until_idle();
        futures::pin_mut!(works);
        let ended = futures::future::select(works, heard).await;
        assert!(matches!(ended, futures::future::Either::Right(_)), "the process ends within the call");
    }));
    assert!(calls.load(Ordering::Relaxed) > 2, "every call was looked at");

    // What was known before the call is known after the end of the process, and what has landed is found and not sent anew.
    let again = Arc::clone(&world);
    runtime().block_on(clock.drive(async {
        let (engine, store) =
            engine(&file, &world, &clock, move |request, now| locked(&again).handle(request, None, now));
        let newest = store.newest(&connection(), &key(RecordKind::Invoice, "F-1")).await.expect("read").expect("a row");
        assert!(matches!(newest.state, OperationState::Sending { .. }), "{:?}", newest.state);
        engine.push(pushed).await.expect("pushed");
        engine.run_until_idle().await.expect("works");
    }));
    let books = locked(&world).books();
    assert_eq!(books.len(), 2, "one customer and one invoice: {books:?}");
}

#[test]
fn x3_no_call_is_made_within_a_transaction_so_that_a_process_that_ends_in_one_forgets_nothing() {
    everywhere!(the_process_ends_within_a_call);
}
