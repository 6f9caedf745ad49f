//! One round: claim, resolve what is in doubt, plan, send, settle.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::code::{Candidate, Code, Parked};
use factory_accounting_core::ids::{AttemptId, Epoch};
use factory_accounting_core::store::{
    Claim, ClaimRequest, ConnectionState, Operation, Outcome, Settle, Settlement, Step, StoreError, Work,
};

use crate::engine::{Engine, EngineError, Facts, Inner};
use crate::event::Event;

/// What a round, or several, came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// Operations and attempts that were taken up.
    pub claimed: u64,
    /// Records created.
    pub created: u64,
    /// Records updated.
    pub updated: u64,
    /// Records voided, deleted or archived.
    pub voided: u64,
    /// Records that the books showed already.
    pub unchanged: u64,
    /// Records not to be sent.
    pub skipped: u64,
    /// Records that wait for a person.
    pub parked: u64,
    /// Sendings that provably came to nothing and are tried again.
    pub retried: u64,
    /// Sendings of which it is not known yet what they came to.
    pub in_doubt: u64,
    /// The connection rests: paused, disconnected or in need of a sign-in.
    pub resting: Option<ConnectionState>,
    /// Another worker acts for the connection until then, UTC.
    pub busy_until: Option<DateTime<Utc>>,
    /// When something falls due that is not due yet, UTC.
    pub next_due: Option<DateTime<Utc>>,
}

impl RunReport {
    /// Whether the round found nothing to do.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.claimed == 0
    }

    /// When the next round can find something to do without anybody's help, UTC; `None` when only a push or a person can.
    #[must_use]
    pub fn wake_at(&self) -> Option<DateTime<Utc>> {
        let paused = match &self.resting {
            Some(ConnectionState::Paused { until, .. }) => Some(*until),
            Some(_) => return None,
            None => None,
        };
        [paused, self.busy_until, self.next_due].into_iter().flatten().min()
    }

    fn add(&mut self, later: Self) {
        self.claimed += later.claimed;
        self.created += later.created;
        self.updated += later.updated;
        self.voided += later.voided;
        self.unchanged += later.unchanged;
        self.skipped += later.skipped;
        self.parked += later.parked;
        self.retried += later.retried;
        self.in_doubt += later.in_doubt;
        self.resting = later.resting;
        self.busy_until = later.busy_until;
        self.next_due = later.next_due;
    }
}

/// What holds for one round.
pub(crate) struct Round<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) epoch: Epoch,
    pub(crate) facts: Arc<Facts>,
    pub(crate) report: RunReport,
    /// Set once the connection as a whole cannot go on; the rest of the round's work stays as it is.
    pub(crate) stop: Option<ConnectionState>,
}

impl Engine {
    /// Moves the outbox on by one round: claims work, resolves what is in doubt, plans, sends, settles. Returns when the
    /// round's work is settled; what is left falls due later.
    ///
    /// Dropping the future at any point is safe: whatever was being sent is in doubt then, and the next round resolves it.
    ///
    /// # Errors
    /// Only where the store fails or the connection was never opened. What a package answers is in the records' states.
    pub async fn run_once(&self) -> Result<RunReport, EngineError> {
        let inner = &*self.inner;
        let facts = inner.facts().await?;
        let now = inner.now();
        let until = factory_accounting_core::plan::after(now, inner.config.lease);
        let request = ClaimRequest {
            connection: inner.connection.clone(),
            worker: inner.worker.clone(),
            now,
            until,
            limit: inner.config.round,
        };
        let work = match inner.store.claim(request).await? {
            Claim::Work(work) => work,
            Claim::Busy { until } => return Ok(RunReport { busy_until: Some(until), ..RunReport::default() }),
            Claim::Resting(state) => return Ok(RunReport { resting: Some(state), ..RunReport::default() }),
            _ => return Ok(RunReport::default()),
        };
        let mut round = Round { inner, epoch: work.epoch, facts, report: RunReport::default(), stop: None };
        match round.work(work).await {
            // Somebody else has the connection now and goes on where this round stopped.
            Err(EngineError::Store(StoreError::Fenced)) => {}
            other => other?,
        }
        round.report.resting = round.stop;
        Ok(round.report)
    }

    /// Runs rounds, and sleeps between them on the engine's clock, until nothing is left that time alone can move.
    pub async fn run_until_idle(&self) -> Result<RunReport, EngineError> {
        let mut total = RunReport::default();
        loop {
            let report = self.run_once().await?;
            let (idle, wake) = (report.is_idle(), report.wake_at());
            total.add(report);
            let Some(wake) = wake.filter(|_| idle || total.resting.is_some()) else {
                if idle || total.resting.is_some() {
                    return Ok(total);
                }
                continue;
            };
            let wait = wake.signed_duration_since(self.inner.now()).to_std().unwrap_or_default();
            self.inner.clock.sleep(wait.max(Duration::from_millis(10))).await;
        }
    }

    /// Runs until `shutdown` is ready: rounds while there is work, else a look every `idle`. A round in progress is finished
    /// first.
    ///
    /// # Errors
    /// Ends where the store fails in a way that waiting does not mend.
    pub async fn run(&self, idle: Duration, shutdown: impl Future<Output = ()>) -> Result<(), EngineError> {
        let mut shutdown = pin!(shutdown);
        loop {
            let wait = match self.run_once().await {
                Ok(report) if !report.is_idle() && report.resting.is_none() => Duration::ZERO,
                Ok(report) => report
                    .wake_at()
                    .and_then(|wake| wake.signed_duration_since(self.inner.now()).to_std().ok())
                    .map_or(idle, |wait| wait.min(idle)),
                Err(EngineError::Store(StoreError::Busy(_) | StoreError::Full(_))) => idle,
                Err(error) => return Err(error),
            };
            let pause = pin!(self.inner.clock.sleep(wait));
            if either(shutdown.as_mut(), pause).await {
                return Ok(());
            }
        }
    }
}

/// Waits for the first of two futures; `true` when it was the first one, which is asked first.
async fn either(
    mut first: std::pin::Pin<&mut impl Future<Output = ()>>,
    mut second: std::pin::Pin<&mut impl Future<Output = ()>>,
) -> bool {
    std::future::poll_fn(|context| {
        if first.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(true);
        }
        second.as_mut().poll(context).map(|()| false)
    })
    .await
}

impl Round<'_> {
    async fn work(&mut self, work: Work) -> Result<(), EngineError> {
        self.report.next_due = work.next_due;
        for (attempt, operations) in work.attempts {
            self.report.claimed += 1;
            self.resolve(attempt, operations).await?;
            if self.stop.is_some() {
                return Ok(());
            }
        }
        self.report.claimed += work.operations.len() as u64;
        let fit = self.park_poison(work.operations).await?;
        let writes = self.plan(fit).await?;
        for group in writes {
            if self.stop.is_some() {
                break;
            }
            self.send(group).await?;
        }
        Ok(())
    }

    /// Operations at which workers have died again and again are not touched any more.
    async fn park_poison(&mut self, operations: Vec<Operation>) -> Result<Vec<Operation>, EngineError> {
        let limit = self.inner.config.max_claims;
        let (poison, fit): (Vec<_>, Vec<_>) = operations.into_iter().partition(|operation| operation.claims > limit);
        let settlements = poison
            .into_iter()
            .map(|operation| {
                let reason = format!(
                    "{} {:?} was taken up {} times and never came to an end",
                    operation.key.kind, operation.name, operation.claims
                );
                (operation, Settling::park(Parked::new(Code::Poison, reason)))
            })
            .collect();
        self.settle(None, settlements).await?;
        Ok(fit)
    }

    /// Makes durable what became of operations, then tells the observer.
    pub(crate) async fn settle(
        &mut self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        settlings: Vec<(Operation, Settling)>,
    ) -> Result<(), EngineError> {
        if settlings.is_empty() && self.stop.is_none() && attempt.is_none() {
            return Ok(());
        }
        match self.store_settling(attempt, &settlings).await {
            Ok(()) => self.settled(settlings),
            // A link that another record holds refuses the whole: settle one by one, so that only that record is parked.
            Err(StoreError::Refused(_)) if settlings.iter().any(|(_, settling)| !settling.links.is_empty()) => {
                for (operation, settling) in settlings {
                    self.settle_alone(attempt, operation, settling).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(state) = &self.stop {
            self.inner.tell(&Event::Connection(state.clone()));
        }
        Ok(())
    }

    async fn settle_alone(
        &mut self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        operation: Operation,
        settling: Settling,
    ) -> Result<(), EngineError> {
        let mut row = vec![(operation, settling)];
        match self.store_settling(attempt, &row).await {
            Err(StoreError::Refused(reason)) => {
                for (operation, settling) in &mut row {
                    let about = format!("{} {:?}: {reason}", operation.key.kind, operation.name);
                    let candidates = settling.links.iter().map(|link| Candidate {
                        remote: link.remote.clone(),
                        about: format!("{} {}", link.key.kind, link.number.as_deref().unwrap_or("without a number")),
                    });
                    let parked = Parked::new(Code::NumberTwice, about).with_candidates(candidates);
                    *settling = Settling::park(parked);
                }
                self.store_settling(attempt, &row).await?;
            }
            other => other?,
        }
        self.settled(row);
        Ok(())
    }

    async fn store_settling(
        &self,
        attempt: Option<(AttemptId, DateTime<Utc>)>,
        settlings: &[(Operation, Settling)],
    ) -> Result<(), StoreError> {
        let now = self.inner.now();
        let settlements = settlings
            .iter()
            .map(|(operation, settling)| Settlement {
                operation: operation.id,
                step: settling.step.clone(),
                links: settling.links.clone(),
            })
            .collect();
        let settle = Settle {
            connection: self.inner.connection.clone(),
            epoch: self.epoch,
            now,
            attempt: attempt.map(|(id, _)| id),
            attempt_due: attempt.map_or(now, |(_, due)| due),
            settlements,
            connection_state: self.stop.clone(),
        };
        self.inner.store.settle(settle).await
    }

    fn settled(&mut self, settlings: Vec<(Operation, Settling)>) {
        for (operation, settling) in settlings {
            self.count(&settling.step);
            self.announce(operation, settling);
        }
    }

    fn count(&mut self, step: &Step) {
        let report = &mut self.report;
        let counter = match step {
            Step::Done(Outcome::Created) => &mut report.created,
            Step::Done(Outcome::Updated) => &mut report.updated,
            Step::Done(Outcome::Voided) => &mut report.voided,
            Step::Done(Outcome::Unchanged | Outcome::MarkedDone) => &mut report.unchanged,
            Step::Done(_) => &mut report.skipped,
            Step::Park(_) => &mut report.parked,
            Step::InDoubt { .. } => &mut report.in_doubt,
            _ => &mut report.retried,
        };
        *counter += 1;
    }

    fn announce(&self, operation: Operation, settling: Settling) {
        let Settling { step, links, notices } = settling;
        for notice in notices {
            self.inner.tell(&notice);
        }
        let Operation { id, key, name, .. } = operation;
        tracing::debug!(operation = id.0, record = %key, step = step.as_str(), "settled");
        let event = match step {
            Step::Done(outcome) => {
                let link = links.into_iter().find(|link| link.key == key).map(Box::new);
                Event::Settled { key, name, outcome, link }
            }
            Step::Park(parked) => Event::Parked { operation: id, key, name, parked: Box::new(parked) },
            Step::Retry { error, .. } => Event::Retrying { key, error },
            Step::NextGeneration { .. } => Event::SentAnew { key },
            Step::InDoubt { error } => Event::InDoubt { key, error },
            _ => return,
        };
        self.inner.tell(&event);
    }
}

/// What becomes of one operation, with the links it leaves and what the observer is told beside.
#[derive(Clone, Debug)]
pub(crate) struct Settling {
    pub(crate) step: Step,
    pub(crate) links: Vec<factory_accounting_core::store::Link>,
    pub(crate) notices: Vec<Event>,
}

impl Settling {
    pub(crate) fn step(step: Step) -> Self {
        Self { step, links: Vec::new(), notices: Vec::new() }
    }

    pub(crate) fn done(outcome: Outcome) -> Self {
        Self::step(Step::Done(outcome))
    }

    pub(crate) fn park(parked: Parked) -> Self {
        Self::step(Step::Park(parked))
    }
}
