//! One round: claim, resolve what is in doubt, plan, send, settle.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::{Epoch, OperationId};
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::store::{
    Attempt, Claim, ClaimRequest, ConnectionState, Operation, OperationState, Settlement, Step, StoreError, Work,
};

use crate::engine::{Engine, EngineError, Facts, Inner};
use crate::settling::Settling;

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

    pub(crate) fn add(&mut self, later: Self) {
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
    /// Records that this round has found a question about, settled or not yet.
    pub(crate) parked: BTreeSet<RecordKey>,
    /// Operations that the round has begun or settled.
    pub(crate) touched: BTreeSet<OperationId>,
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
        let _turn = inner.turns.take().await;
        let facts = match inner.facts().await {
            Ok(facts) => facts,
            // Before somebody has connected it rests, as it does after a disconnect: nothing is called, nothing lost (F10).
            Err(EngineError::NotConnected) => {
                return Ok(RunReport { resting: Some(ConnectionState::Disconnected), ..RunReport::default() });
            }
            Err(other) => return Err(other),
        };
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
            Claim::Idle { next_due } => return Ok(RunReport { next_due, ..RunReport::default() }),
            _ => return Ok(RunReport::default()),
        };
        let epoch = work.epoch;
        let report = RunReport::default();
        let (parked, touched) = (BTreeSet::new(), BTreeSet::new());
        let mut round = Round { inner, epoch, facts, report, stop: None, parked, touched };
        match round.work(work).await {
            // Somebody else has the connection now and goes on where this round stopped.
            Err(EngineError::Store(StoreError::Fenced)) => {}
            other => other?,
        }
        let Round { mut report, stop, .. } = round;
        report.resting = stop;
        // Others need not wait until the lease has run out; where this fails they do.
        if let Err(error) = inner.store.release(&inner.connection, epoch).await {
            tracing::debug!(%error, "the lease was not released");
        }
        Ok(report)
    }

    /// Runs rounds, and sleeps between them on the engine's clock, until nothing is left that time alone can move. Waits once
    /// for another worker's lease to run out; where that worker lives and renews it, the rest is its business.
    pub async fn run_until_idle(&self) -> Result<RunReport, EngineError> {
        let mut total = RunReport::default();
        let mut busy_before = None;
        loop {
            let report = self.run_once().await?;
            let (idle, wake) = (report.is_idle(), report.wake_at());
            total.add(report);
            match (busy_before, total.busy_until) {
                (Some(before), Some(until)) if until > before => return Ok(total),
                (_, until) => busy_before = until,
            }
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

    /// Runs until `shutdown` is ready: rounds while there is work, else a look every `idle` and whenever this engine pushes.
    /// A round in progress is finished first.
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
                // A full disk is freed, a database comes back.
                Err(EngineError::Store(StoreError::Busy(_) | StoreError::Full(_) | StoreError::Failed(_))) => idle,
                Err(error) => return Err(error),
            };
            // What is pushed meanwhile is sent at once (F105).
            let pause = pin!(self.inner.clock.sleep(wait));
            let rung = pin!(self.inner.bell.rung());
            let woken = async { either(rung, pause).await };
            if either(shutdown.as_mut(), pin!(woken)).await {
                return Ok(());
            }
        }
    }
}

/// Waits for the first of two futures; `true` when it was the first one, which is asked first.
async fn either<T>(
    mut first: std::pin::Pin<&mut impl Future<Output = ()>>,
    mut second: std::pin::Pin<&mut impl Future<Output = T>>,
) -> bool {
    std::future::poll_fn(|context| {
        if first.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(true);
        }
        second.as_mut().poll(context).map(|_| false)
    })
    .await
}

impl Round<'_> {
    async fn work(&mut self, work: Work) -> Result<(), EngineError> {
        self.report.next_due = work.next_due;
        let mut attempts = work.attempts.into_iter();
        while self.stop.is_none()
            && let Some((attempt, operations)) = attempts.next()
        {
            self.report.claimed += 1;
            match self.stuck(&attempt, &operations) {
                true => self.park_stuck(&attempt, operations).await?,
                false => self.resolve(attempt, operations).await?,
            }
        }
        let claimed: Vec<(OperationId, DateTime<Utc>)> =
            work.operations.iter().map(|operation| (operation.id, operation.not_before)).collect();
        if self.stop.is_none() {
            self.report.claimed += claimed.len() as u64;
            let fit = self.isolate(work.operations).await?;
            for lane in self.plan(fit).await? {
                self.send_lane(lane).await?;
            }
        }
        self.hand_back(attempts.collect(), claimed).await
    }

    /// A round that the connection has stopped gives back what it never came to, so that a long outage is not taken for a
    /// worker that dies at it again and again.
    async fn hand_back(
        &mut self,
        attempts: Vec<(Attempt, Vec<Operation>)>,
        claimed: Vec<(OperationId, DateTime<Utc>)>,
    ) -> Result<(), EngineError> {
        let Some(ConnectionState::Paused { reason, .. } | ConnectionState::NeedsReconnect { reason, .. }) = &self.stop
        else {
            return Ok(());
        };
        let error = reason.clone();
        let settlement = |operation, step| Settlement { operation, step, links: Vec::new(), reopens: None };
        for (attempt, operations) in attempts {
            let doubt = |row: &Operation| settlement(row.id, Step::InDoubt { error: error.clone() });
            let rows = operations.iter().filter(|row| is_in(row, &attempt)).map(doubt).collect();
            self.store_settlements(Some((attempt.id, attempt.not_before)), rows).await?;
        }
        let untouched = claimed.into_iter().filter(|(id, _)| !self.touched.contains(id));
        let rows: Vec<Settlement> = untouched
            .map(|(id, not_before)| settlement(id, Step::Retry { not_before, error: error.clone(), failure: None }))
            .collect();
        if rows.is_empty() { Ok(()) } else { Ok(self.store_settlements(None, rows).await?) }
    }

    /// Whether workers have died again and again while they were finding out about an attempt.
    fn stuck(&self, attempt: &Attempt, operations: &[Operation]) -> bool {
        operations.iter().any(|row| is_in(row, attempt) && row.claims > self.inner.config.max_claims)
    }

    async fn park_stuck(&mut self, attempt: &Attempt, operations: Vec<Operation>) -> Result<(), EngineError> {
        let questions = operations.into_iter().filter(|row| is_in(row, attempt)).map(|row| {
            let reason = format!(
                "{} {:?} was being sent, and finding out about it was taken up {} times and never came to an end",
                row.key.kind, row.name, row.claims
            );
            (row, Settling::park(Parked::new(Code::Unresolved, reason)))
        });
        let questions = questions.collect();
        self.settle(Some((attempt.id, self.inner.now())), questions).await
    }
}

/// Whether an operation is in doubt in this attempt.
fn is_in(operation: &Operation, attempt: &Attempt) -> bool {
    operation.state == OperationState::Sending { attempt: attempt.id }
}
