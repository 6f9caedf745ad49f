//! The seams as one process of a sweep sees them: every call can be the last.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use factory_accounting_engine::{Event, Observer};
use factory_accounting_http::{Body, Cause, Transport, TransportError};
use http::{Request, Response};

use super::board::Seam;
use super::plan::{Fault, When};
use super::world::World;
use crate::sim_clock::SimClock;
use crate::wire::{Wire, deliver, give_up};

/// How long every call takes, so that no two of them happen at one instant.
const LATENCY: Duration = Duration::from_millis(40);

/// What two things that happen one after the other are apart.
const NEXT_INSTANT: Duration = Duration::from_millis(10);

/// The package as the network reaches it, with requests that are still on the way.
#[derive(Debug)]
pub(crate) struct Network<W> {
    world: W,
    late: Vec<(DateTime<Utc>, Request<Bytes>)>,
}

impl<W: World> Network<W> {
    pub(crate) fn new(world: W) -> Self {
        Self { world, late: Vec::new() }
    }

    /// The package as it is at an instant: what was on the way by then has arrived.
    pub(crate) fn at(&mut self, now: DateTime<Utc>) -> &mut W {
        self.late.sort_by_key(|(at, _)| *at);
        while self.late.first().is_some_and(|(at, _)| *at <= now) {
            let (at, request) = self.late.remove(0);
            self.world.handle(request, None, at);
        }
        &mut self.world
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct SeamTransport<W> {
    pub(crate) seam: Seam,
    pub(crate) network: Arc<Mutex<Network<W>>>,
    pub(crate) clock: SimClock,
}

#[async_trait]
impl<W: World> Transport for SeamTransport<W> {
    async fn send(&self, request: Request<Bytes>, deadline: Duration) -> Result<Response<Body>, TransportError> {
        let crossing = self.seam.before("transport.send").await;
        let call = format!("{} {}", request.method(), request.uri().path());
        let fault = self.seam.board.request(call, &distinguish(&request));
        let answer = self.carry(request, deadline, fault).await;
        self.seam.after(crossing).await;
        answer
    }
}

impl<W: World> SeamTransport<W> {
    async fn carry(
        &self,
        request: Request<Bytes>,
        deadline: Duration,
        fault: Option<Fault>,
    ) -> Result<Response<Body>, TransportError> {
        self.clock.advance(LATENCY);
        let lost = || TransportError::maybe_sent(Cause::Lost, "the connection broke");
        match fault {
            Some(Fault::NoConnection) => Err(TransportError::not_sent(Cause::Connect, "no connection")),
            Some(Fault::LostRequest) => Err(lost()),
            Some(Fault::LandsLate(seconds)) => {
                let lands = self.clock.now() + deadline + Duration::from_secs(seconds.into());
                locked(&self.network).late.push((lands, request));
                give_up(&self.clock, deadline).await
            }
            Some(Fault::LostAnswer) => {
                self.ask(request, None);
                Err(lost())
            }
            Some(Fault::AnswerTooLate) => {
                self.ask(request, None);
                give_up(&self.clock, deadline).await
            }
            Some(Fault::Truncated(bytes)) => match self.ask(request, None) {
                Wire::Answer(response) => deliver(Wire::Truncated(response, bytes), deadline, &self.clock).await,
                other => deliver(other, deadline, &self.clock).await,
            },
            Some(Fault::Person(what, when)) => {
                if when == When::BeforeTheWork {
                    self.intrude(what, &request);
                    let wire = self.ask(request, None);
                    return deliver(wire, deadline, &self.clock).await;
                }
                let wire = self.ask(request.clone(), None);
                self.intrude(what, &request);
                if when == When::AfterTheWorkUnanswered {
                    return Err(lost());
                }
                deliver(wire, deadline, &self.clock).await
            }
            Some(Fault::Package(name)) => {
                let wire = self.ask(request, Some(name));
                deliver(wire, deadline, &self.clock).await
            }
            None => {
                let wire = self.ask(request, None);
                deliver(wire, deadline, &self.clock).await
            }
        }
    }

    fn ask(&self, request: Request<Bytes>, fault: Option<&'static str>) -> Wire {
        let now = self.clock.now();
        locked(&self.network).at(now).handle(request, fault, now)
    }
}

impl<W: World> SeamTransport<W> {
    /// A person is quick, but not as quick as to hit the very instant of the work.
    fn intrude(&self, what: &'static str, request: &Request<Bytes>) {
        self.clock.advance(NEXT_INSTANT);
        let now = self.clock.now();
        let touched = locked(&self.network).at(now).intrude(what, request, now);
        self.seam.board.meddle(what, touched);
        self.clock.advance(NEXT_INSTANT);
    }
}

impl<W> fmt::Debug for SeamTransport<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeamTransport").finish_non_exhaustive()
    }
}

/// What tells two calls to one path apart: query, key and length of the body.
fn distinguish(request: &Request<Bytes>) -> String {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or("-");
    format!(
        "?{} key {} {} B",
        request.uri().query().unwrap_or(""),
        key.get(key.len().saturating_sub(12)..).unwrap_or(key),
        request.body().len()
    )
}

#[derive(Debug)]
pub(crate) struct SeamClock {
    pub(crate) seam: Seam,
    pub(crate) clock: SimClock,
}

#[async_trait]
impl Clock for SeamClock {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn sleep(&self, duration: Duration) {
        let crossing = self.seam.before("clock.sleep").await;
        self.clock.sleep(duration).await;
        self.seam.after(crossing).await;
    }
}

#[derive(Debug)]
pub(crate) struct SeamObserver {
    pub(crate) seam: Seam,
}

impl Observer for SeamObserver {
    fn observe(&self, event: &Event) {
        if !self.seam.life.is_struck() {
            self.seam.board.note_lazily(tag(event), || format!("  event {event:?}"));
            if let Event::Drift { key, .. } = event {
                self.seam.board.told_of_drift(key);
            }
        }
        self.seam.pass("observer.observe");
    }
}

fn tag(event: &Event) -> &'static str {
    match event {
        Event::Called { .. } => "called",
        Event::Settled { .. } => "settled",
        Event::Parked { .. } => "parked",
        Event::Retrying { .. } => "retrying",
        Event::InDoubt { .. } => "in doubt",
        Event::SentAnew { .. } => "sent anew",
        Event::Retargeted { .. } => "retargeted",
        Event::Adopted { .. } => "adopted",
        Event::TotalsDiffer { .. } => "totals differ",
        Event::Drift { .. } => "drift",
        Event::Connection(_) => "connection",
        _ => "event",
    }
}

#[derive(Debug)]
pub(crate) struct SeamTokens<T> {
    pub(crate) seam: Seam,
    pub(crate) tokens: T,
}

#[async_trait]
impl<T: TokenStore> TokenStore for SeamTokens<T> {
    async fn load(&self, connection: &ConnectionId) -> Result<Option<StoredTokens>, StoreError> {
        // Reading tokens changes nothing and happens with every call: the crossings around it are enough.
        self.tokens.load(connection).await
    }

    async fn lease_refresh(
        &self,
        connection: &ConnectionId,
        worker: &WorkerId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let crossing = self.seam.before("tokens.lease_refresh").await;
        let leased = self.tokens.lease_refresh(connection, worker, now, until).await;
        self.seam.after(crossing).await;
        leased
    }

    async fn replace(
        &self,
        connection: &ConnectionId,
        expected: Option<u64>,
        tokens: TokenSet,
    ) -> Result<Replaced, StoreError> {
        let crossing = self.seam.before("tokens.replace").await;
        let replaced = self.tokens.replace(connection, expected, tokens).await;
        self.seam.after(crossing).await;
        replaced
    }

    async fn forget(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        let crossing = self.seam.before("tokens.forget").await;
        let forgotten = self.tokens.forget(connection).await;
        self.seam.after(crossing).await;
        forgotten
    }
}
