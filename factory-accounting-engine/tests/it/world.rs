//! A host, an engine and books, and the few things that every story needs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeZone, Utc};
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::store::{Operation, OperationQuery, OperationState, SyncStore};
use factory_accounting_engine::{Engine, EngineConfig, RunReport, Ticket};

use crate::scripted::ScriptedProvider;

/// Time passes only while somebody sleeps.
#[derive(Debug)]
pub(crate) struct StepClock(Mutex<DateTime<Utc>>);

impl StepClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

#[async_trait]
impl Clock for StepClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        tokio::task::yield_now().await;
    }
}

#[derive(Debug)]
struct AsleepClock(DateTime<Utc>);

#[async_trait]
impl Clock for AsleepClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) provider: Arc<ScriptedProvider>,
    pub(crate) store: MemoryStore,
    pub(crate) clock: Arc<StepClock>,
}

impl World {
    /// Books of which one customer, `c1`, is in step.
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// The same at a package that can do other things.
    pub(crate) async fn with(change: impl FnOnce(&mut Capabilities)) -> Self {
        Self::built(change, EngineConfig::default()).await
    }

    /// The same over an engine that works otherwise.
    pub(crate) async fn configured(config: EngineConfig) -> Self {
        Self::built(|_| (), config).await
    }

    async fn built(change: impl FnOnce(&mut Capabilities), config: EngineConfig) -> Self {
        let provider = Arc::new(ScriptedProvider::new(change));
        let store = MemoryStore::new();
        let start = Utc.with_ymd_and_hms(2026, 7, 1, 9, 0, 0).single().expect("an instant");
        let clock = Arc::new(StepClock(Mutex::new(start)));
        let engine =
            Engine::builder(connection(), Arc::clone(&provider) as _, Arc::new(store.clone()), Arc::clone(&clock) as _)
                .config(config)
                .build();
        let world = Self { engine, provider, store, clock };
        world.engine.connect().await.expect("connected");
        let mut settings = world.engine.settings().await.expect("settings");
        settings.accounts.sales = Some("200".into());
        settings.accounts.payments = Some("090".into());
        settings.default_tax.sales = Some("OUT".into());
        world.engine.save_settings(settings).await.expect("saved");
        world.push(r#"{"kind":"customer","id":"c1","name":"Acme"}"#).await;
        world.settle().await;
        world
    }

    /// Another process with an engine of its own over the same store and books.
    pub(crate) fn another(&self, worker: &str) -> Engine {
        let (provider, clock) = (Arc::clone(&self.provider) as _, Arc::clone(&self.clock) as _);
        Engine::builder(connection(), provider, Arc::new(self.store.clone()), clock).worker(worker).build()
    }

    /// An engine of its own whose sleep never ends.
    pub(crate) fn asleep(&self) -> Engine {
        let clock = Arc::new(AsleepClock(self.clock.now()));
        let provider = Arc::clone(&self.provider) as _;
        Engine::builder(connection(), provider, Arc::new(self.store.clone()), clock).worker("asleep").build()
    }

    pub(crate) async fn push(&self, json: &str) -> Ticket {
        self.engine.push(record(json)).await.expect("pushed")
    }

    pub(crate) async fn round(&self) -> RunReport {
        self.engine.run_once().await.expect("a round")
    }

    /// Runs until time alone moves nothing any more.
    pub(crate) async fn settle(&self) -> RunReport {
        self.engine.run_until_idle().await.expect("settled")
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// How many records of a kind count.
    pub(crate) fn live(&self, kind: RecordKind) -> usize {
        self.provider.live(kind).len()
    }

    /// Operations of a record, oldest first.
    pub(crate) async fn history(&self, key: &RecordKey) -> Vec<Operation> {
        let query = OperationQuery { key: Some(key.clone()), ..OperationQuery::default() };
        self.store.operations(&connection(), query).await.expect("operations")
    }

    pub(crate) async fn newest(&self, key: &RecordKey) -> Operation {
        self.history(key).await.pop().expect("pushed")
    }

    /// The question that a record waits with.
    pub(crate) async fn question(&self, key: &RecordKey) -> Parked {
        match self.newest(key).await.state {
            OperationState::Parked { parked } => parked,
            other => panic!("{key} is {other:?}, not a question; calls: {:?}", self.provider.calls()),
        }
    }

    /// Codes of all open questions.
    pub(crate) async fn codes(&self) -> Vec<Code> {
        let open = self.engine.attention().await.expect("the list");
        open.into_iter()
            .filter_map(|operation| match operation.state {
                OperationState::Parked { parked } => Some(parked.code),
                _ => None,
            })
            .collect()
    }
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId::new("workshop")
}

pub(crate) fn record(json: &str) -> Record {
    Record::parse(json).unwrap_or_else(|error| panic!("{error} in {json}"))
}

pub(crate) fn key(kind: RecordKind, id: &str) -> RecordKey {
    RecordKey::new(kind, id)
}

/// A document of trade of one line at a net price.
pub(crate) fn document(kind: &str, id: &str, price: &str, more: &str) -> String {
    let prefix = if kind == "order" { "SO" } else { "INV" };
    format!(
        r#"{{"kind":"{kind}","id":"{id}","number":"{prefix}-{id}","customer":"c1","date":"2026-07-01","currency":"NZD",{more}
        "lines":[{{"type":"item","description":"Bench","quantity":"1","unit_price":"{price}"}}]}}"#
    )
}

pub(crate) fn invoice(id: &str, price: &str) -> String {
    document("invoice", id, price, "")
}

pub(crate) fn invoice_of(order: &str, id: &str, price: &str) -> String {
    document("invoice", id, price, &format!(r#""order":"{order}","#))
}

pub(crate) fn credit_note(price: &str, allocations: &str) -> String {
    document("credit_note", "n1", price, &format!(r#""allocations":[{allocations}],"#)).replace("INV-", "CN-")
}
