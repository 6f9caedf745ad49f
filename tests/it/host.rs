//! A host application with everything it embeds, in one process and on simulated time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::code::Parked;
use factory_accounting_core::ids::{ConnectionId, LocalId, WorkerId};
use factory_accounting_core::memory::{MemoryStore, MemoryTokenStore};
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{ImportSelection, Link, SyncStore};
use factory_accounting_core::token::TokenStore;
use factory_accounting_engine::{
    Engine, Event, ImportAnswer, ImportAsk, ImportHost, ImportReport, Observer, RecordStatus, RunReport, Ticket,
};
use factory_accounting_testkit::sweep::{Seams, World};
use factory_accounting_testkit::{SimClock, Wire, WireTransport};
use http::Request;
use serde_json::Value;

use crate::make::{hale, in_currency, invoice, key};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

/// One call over the wire, with the answer's body where a whole one came.
#[derive(Clone, Debug)]
pub(crate) struct Exchanged {
    pub(crate) at: DateTime<Utc>,
    pub(crate) method: http::Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) key: Option<String>,
    pub(crate) sent: Bytes,
    pub(crate) status: Option<u16>,
    pub(crate) answered: Bytes,
}

type Hostile = Box<dyn FnMut(&Request<Bytes>) -> Option<Wire> + Send>;

#[derive(Default)]
pub(crate) struct Network {
    pub(crate) exchanged: Vec<Exchanged>,
    /// How long each answer is under way.
    pub(crate) delay: Option<Duration>,
    hostile: Option<Hostile>,
}

#[derive(Debug, Default)]
pub(crate) struct Events(pub(crate) Mutex<Vec<Event>>);

impl Observer for Events {
    fn observe(&self, event: &Event) {
        locked(&self.0).push(event.clone());
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Host<W = XeroWorld> {
    pub(crate) clock: SimClock,
    pub(crate) world: Arc<Mutex<W>>,
    pub(crate) network: Arc<Mutex<Network>>,
    pub(crate) store: MemoryStore,
    pub(crate) tokens: MemoryTokenStore,
    pub(crate) events: Arc<Events>,
    pub(crate) provider: Arc<dyn AccountingProvider>,
    pub(crate) engine: Engine,
}

/// A host whose records have the ids of the package's.
struct Everybody;

#[async_trait]
impl ImportHost for Everybody {
    async fn create_local(&self, ask: ImportAsk<'_>) -> Result<ImportAnswer, String> {
        Ok(ImportAnswer::Created(LocalId::new(ask.party.id.as_str())))
    }
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId::new("6c1d9a52-workshop")
}

impl Host<XeroWorld> {
    /// Connected to Xero, with the usual settings.
    pub(crate) fn new() -> Self {
        Self::over(XeroWorld::new())
    }

    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self::with(settings, XeroWorld::new())
    }

    /// A document as Xero shows it.
    pub(crate) fn shown(&self, list: &str, number: &str) -> Value {
        let world = locked(&self.world);
        let ledger = world.emulator.ledger(world.tenant);
        let names = ["InvoiceNumber", "CreditNoteNumber", "PurchaseOrderNumber", "QuoteNumber"];
        let rows = ledger[list].as_array().cloned().unwrap_or_default();
        let found =
            rows.into_iter().find(|row| names.iter().any(|name| row[*name] == number) || row["Reference"] == number);
        found.unwrap_or_else(|| panic!("no {number} among {list}: {ledger}"))
    }
}

impl Host<QboWorld> {
    /// Connected to an Australian company at QuickBooks Online, with the usual settings.
    pub(crate) fn au() -> Self {
        Self::over(QboWorld::fresh())
    }

    /// The same with some of the settings changed.
    pub(crate) fn au_with(changes: Value) -> Self {
        let world = QboWorld::fresh();
        Self::with(world.settings(changes), world)
    }

    /// A row of QuickBooks' books by its number or name.
    pub(crate) fn row(&self, entity: &str, name: &str) -> Value {
        let ledger = locked(&self.world).ledger();
        let members = ["DocNumber", "PaymentRefNum", "DisplayName", "Name", "Sku"];
        let rows = ledger[entity].as_array().cloned().unwrap_or_default();
        let found = rows.into_iter().find(|row| members.iter().any(|member| row[*member] == name));
        found.unwrap_or_else(|| panic!("no {entity} {name}: {}", ledger[entity]))
    }
}

impl Host<MyobWorld> {
    /// Connected to an Australian company file at MYOB, with the usual settings.
    pub(crate) fn file() -> Self {
        Self::over(MyobWorld::fresh())
    }

    /// The same with some of the settings changed.
    pub(crate) fn file_with(changes: Value) -> Self {
        let world = MyobWorld::fresh();
        Self::with(world.settings(changes), world)
    }

    /// A row of the company file by its number or name, in whatever layout it is.
    pub(crate) fn kept(&self, path: &str, name: &str) -> Value {
        let ledger = locked(&self.world).ledger();
        let members =
            ["Number", "SupplierInvoiceNumber", "CompanyName", "ReceiptNumber", "PaymentNumber", "DisplayID", "Code"];
        let lists = ["", "/Item", "/Service"].map(|layout| format!("{path}{layout}"));
        let mut rows = lists.iter().flat_map(|list| ledger[list].as_array().into_iter().flatten());
        let found = rows.find(|row| members.iter().any(|member| row[*member] == name)).cloned();
        found.unwrap_or_else(|| panic!("no {name} among {path}: {ledger}"))
    }
}

impl<W: Books> Host<W> {
    /// Connected, with the usual settings of the world's workshop.
    pub(crate) fn over(world: W) -> Self {
        Self::with(world.settings(serde_json::json!({})), world)
    }

    pub(crate) fn with(settings: Settings, world: W) -> Self {
        let host = Self::unconnected(world);
        host.sign_in();
        host.clock.run(host.engine.connect()).expect("connects");
        host.clock.run(host.engine.save_settings(settings)).expect("settings are saved");
        host
    }

    /// Connected, with Hale and one invoice over 100 before tax in the books.
    pub(crate) fn invoiced() -> Self {
        let host = Self::over(W::fresh());
        host.send(vec![hale(), in_currency(W::CURRENCY, &invoice("F-1", "C1", "100"))]);
        host
    }

    /// Settings that stand in the store though they would not be saved today: the package has changed since.
    pub(crate) fn keeps_settings(&self, changes: Value) {
        let settings = locked(&self.world).settings(changes);
        let (connection, now) = (connection(), self.clock.now());
        let saved = self.store.save_settings(&connection, settings, None, now);
        self.clock.run(saved).expect("stored");
        // The engine reads them anew in a while.
        self.clock.advance(Duration::from_secs(120));
    }

    pub(crate) fn unconnected(world: W) -> Self {
        let begins = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).single().expect("an instant");
        let clock = SimClock::starting_at(begins);
        let world = Arc::new(Mutex::new(world));
        let network = Arc::new(Mutex::new(Network::default()));
        let (store, tokens) = (MemoryStore::new(), MemoryTokenStore::new());
        let events = Arc::new(Events::default());
        let (provider, engine) = Self::start(&clock, &world, &network, &store, &tokens, &events, "worker");
        Self { clock, world, network, store, tokens, events, provider, engine }
    }

    /// Another process over the same stores and books.
    pub(crate) fn another(&self, worker: &str) -> Engine {
        Self::start(&self.clock, &self.world, &self.network, &self.store, &self.tokens, &self.events, worker).1
    }

    fn start(
        clock: &SimClock,
        world: &Arc<Mutex<W>>,
        network: &Arc<Mutex<Network>>,
        store: &MemoryStore,
        tokens: &MemoryTokenStore,
        events: &Arc<Events>,
        worker: &str,
    ) -> (Arc<dyn AccountingProvider>, Engine) {
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let server = (Arc::clone(world), Arc::clone(network));
        let transport =
            WireTransport::new(Arc::clone(&time), move |request, now| serve(&server.0, &server.1, request, now));
        let seams = Seams {
            transport: Arc::new(transport),
            tokens: Arc::new(tokens.clone()),
            clock: Arc::clone(&time),
            connection: connection(),
            worker: WorkerId::new(worker),
        };
        let provider = locked(world).provider(seams);
        let engine = Engine::builder(connection(), Arc::clone(&provider), Arc::new(store.clone()), time)
            .worker(worker)
            .observer(Arc::clone(events) as Arc<dyn Observer>)
            .build();
        (provider, engine)
    }

    /// A person signs in; the tokens take the place of those before.
    pub(crate) fn sign_in(&self) {
        let tokens = locked(&self.world).sign_in(self.clock.now());
        self.clock.run(async {
            let version = self.tokens.load(&connection()).await.expect("tokens").map(|stored| stored.version);
            self.tokens.replace(&connection(), version, tokens).await.expect("tokens are stored");
        });
    }

    /// From now on requests are answered by `hostile` where it has an answer, and by the books where not.
    pub(crate) fn beset(&self, hostile: impl FnMut(&Request<Bytes>) -> Option<Wire> + Send + 'static) {
        locked(&self.network).hostile = Some(Box::new(hostile));
    }

    pub(crate) fn at_peace(&self) {
        locked(&self.network).hostile = None;
    }

    pub(crate) fn push(&self, record: Record) -> Ticket {
        self.clock.run(self.engine.push(record)).expect("pushed")
    }

    pub(crate) fn push_all(&self, records: Vec<Record>) -> Vec<Ticket> {
        self.clock.run(self.engine.push_all(records)).expect("pushed")
    }

    pub(crate) fn work(&self) -> RunReport {
        self.clock.run(self.engine.run_until_idle()).expect("works")
    }

    /// Pushes and works.
    pub(crate) fn send(&self, records: Vec<Record>) -> RunReport {
        self.push_all(records);
        self.work()
    }

    /// Takes all customers over that the package lists.
    pub(crate) fn import_customers(&self) -> ImportReport {
        let import = self.engine.import(RecordKind::Customer, ImportSelection::All, &Everybody);
        self.clock.run(import).expect("imported")
    }

    pub(crate) fn void(&self, kind: RecordKind, id: &str) -> RunReport {
        self.clock.run(self.engine.void(&key(kind, id))).expect("asked");
        self.work()
    }

    pub(crate) fn status(&self, kind: RecordKind, id: &str) -> RecordStatus {
        self.clock.run(self.engine.status(&key(kind, id))).expect("a status")
    }

    pub(crate) fn link(&self, kind: RecordKind, id: &str) -> Link {
        match self.status(kind, id) {
            RecordStatus::Sent(link) | RecordStatus::DeletedThere(link) | RecordStatus::Locked { link, .. } => *link,
            other => panic!("{kind} {id} is {other:?}"),
        }
    }

    /// The question that a record has become.
    pub(crate) fn question(&self, kind: RecordKind, id: &str) -> Parked {
        match self.status(kind, id) {
            RecordStatus::NeedsAttention { parked, .. } => *parked,
            other => panic!("{kind} {id} is no question, but {other:?}"),
        }
    }

    /// The books, one line each, sorted.
    pub(crate) fn books(&self) -> Vec<String> {
        let mut lines: Vec<String> = locked(&self.world).books().iter().map(ToString::to_string).collect();
        lines.sort();
        lines
    }

    pub(crate) fn act(&self, action: Value) -> Value {
        locked(&self.world).act(&action, self.clock.now())
    }

    /// Calls since the last time, each as verb and path.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = std::mem::take(&mut locked(&self.network).exchanged);
        calls.iter().map(|call| format!("{} {}", call.method, call.path)).collect()
    }

    pub(crate) fn exchanged(&self) -> Vec<Exchanged> {
        locked(&self.network).exchanged.clone()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        locked(&self.events.0).clone()
    }

    /// How many documents came to something else in the books than the host expects.
    pub(crate) fn differing(&self) -> usize {
        self.events().iter().filter(|event| matches!(event, Event::TotalsDiffer { .. })).count()
    }
}

fn serve<W: World>(world: &Mutex<W>, network: &Mutex<Network>, request: Request<Bytes>, now: DateTime<Utc>) -> Wire {
    let mut exchanged = Exchanged {
        at: now,
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        key: key_of(&request),
        sent: request.body().clone(),
        status: None,
        answered: Bytes::new(),
    };
    let hostile = locked(network).hostile.as_mut().and_then(|hostile| hostile(&request));
    let wire = hostile.unwrap_or_else(|| locked(world).handle(request, None, now));
    if let Wire::Answer(response) = &wire {
        exchanged.status = Some(response.status().as_u16());
        exchanged.answered = response.body().clone();
    }
    let mut network = locked(network);
    network.exchanged.push(exchanged);
    match (wire, network.delay) {
        (Wire::Answer(response), Some(delay)) => Wire::Slow(response, delay),
        (wire, _) => wire,
    }
}

/// The key that makes a write repeatable: a header, or a parameter of the address.
fn key_of(request: &Request<Bytes>) -> Option<String> {
    let header = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    let mut parameters = request.uri().query().unwrap_or_default().split('&');
    header.or_else(|| parameters.find_map(|pair| pair.strip_prefix("requestid="))).map(str::to_owned)
}

/// An answer of any status and type.
pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> Wire {
    let response = http::Response::builder().status(status).header("content-type", content_type);
    Wire::Answer(response.body(Bytes::copy_from_slice(body.as_bytes())).expect("an answer"))
}

/// Lines of a document as Xero shows them: text and amount.
pub(crate) fn lines(document: &Value) -> Vec<(String, String)> {
    let lines = document["LineItems"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    lines.iter().map(|line| (text(&line["Description"]), text(&line["LineAmount"]))).collect()
}
