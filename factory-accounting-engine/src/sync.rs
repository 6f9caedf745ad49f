//! What a person asks for outside the usual course: to send now, to send again, not to send at all.

use chrono::{DateTime, Utc};
use factory_accounting_core::model::{Record, RecordKey};
use factory_accounting_core::plan::Subject;
use factory_accounting_core::store::{Decision, OperationState, Scope};

use crate::decisions::asked;
use crate::engine::{Engine, EngineError};
use crate::queue::is_open;
use crate::round::RunReport;
use crate::status::{NextRun, open_of};

/// What a synchronisation by hand came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Synced {
    /// What the rounds came to.
    pub report: RunReport,
    /// What of it is still open: queued, being sent or a question.
    pub open: u64,
    /// When the next part of the queue runs by itself, UTC; `None` where only a person or a push can move it.
    pub next: Option<DateTime<Utc>>,
}

impl Engine {
    /// Runs rounds now, for everything, for a kind of record or for one record (F110). What was to wait after a failure is
    /// tried at once; what the package's limits put off waits all the same (R30). Work that arrived earlier goes first.
    pub async fn sync_now(&self, scope: &Scope) -> Result<Synced, EngineError> {
        let inner = &*self.inner;
        inner.store.hasten(&inner.connection, scope, inner.now()).await?;
        let mut report = RunReport::default();
        loop {
            let round = self.run_once().await?;
            let over = round.is_idle() || round.resting.is_some() || round.busy_until.is_some();
            report.add(round);
            if over || self.has_run(scope).await? {
                break;
            }
        }
        let open = match scope {
            Scope::Record(key) => inner.newest(key).await?.map_or(0, |newest| u64::from(is_open(&newest))),
            _ => {
                let mut counts = self.counts().await?;
                if let Scope::Kind(kind) = scope {
                    counts.retain(|(own, _), _| own == kind);
                }
                let open = open_of(&counts);
                ["queued", "sending", "parked"].iter().filter_map(|label| open.get(*label)).sum()
            }
        };
        Ok(Synced { next: report.wake_at(), report, open })
    }

    /// Whether a record has had its turn. A kind, and everything, has when a round finds nothing to do.
    async fn has_run(&self, scope: &Scope) -> Result<bool, EngineError> {
        let Scope::Record(key) = scope else { return Ok(false) };
        let Some(newest) = self.inner.newest(key).await? else { return Ok(true) };
        let now = self.inner.now();
        let ready = newest.state == OperationState::Queued && newest.waits_for.is_empty() && newest.not_before <= now;
        Ok(!ready && newest.waits_for.is_empty())
    }

    /// Sends a record again: a question is answered with "send again", what waits after a failure is tried at once. Says
    /// when it runs, for the package's limits are kept (R30). `by` is recorded.
    ///
    /// # Errors
    /// [`EngineError::NotAnAnswer`] where the question is not one that sending again can answer;
    /// [`EngineError::Refused`] where nothing of the record is open.
    pub async fn resend(&self, key: &RecordKey, by: &str) -> Result<NextRun, EngineError> {
        let inner = &*self.inner;
        let newest = inner.newest(key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        match newest.state {
            OperationState::Parked { .. } => self.decide(newest.id, Decision::Retry, by).await?,
            OperationState::Queued => {
                inner.store.hasten(&inner.connection, &Scope::Record(key.clone()), inner.now()).await?;
                inner.bell.ring();
            }
            OperationState::Sending { .. } => {
                return Err(EngineError::Refused(format!("{key} is being sent: wait for what becomes of it")));
            }
            _ => return Err(EngineError::Refused(format!("{key} is not open: push it to have it sent again"))),
        }
        let connection = self.connection_state().await?;
        let newest = inner.newest(key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        Ok(NextRun::of(&newest, connection.as_ref(), inner.now()))
    }

    /// Marks a document, or a party and with it all its documents, as not to be sent (R32, L16), and gives back the marked
    /// record: the host keeps the mark with its own, for what it pushes without the mark is sent again. A question about it
    /// is answered with "do not send" by `by`; documents that waited for the party are looked at anew, and skipped.
    ///
    /// # Errors
    /// [`EngineError::Unknown`] where it has never been pushed; refused for records that have no such mark, and where it is
    /// not known whether the record is in the books already.
    pub async fn do_not_send(&self, key: &RecordKey, by: &str) -> Result<Record, EngineError> {
        let inner = &*self.inner;
        let newest = inner.newest(key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        let mut record = Subject::record_of(&newest)
            .filter(|record| record.key() == *key)
            .ok_or_else(|| EngineError::Refused(format!("{key} has no mark \"do not send\": leave it out instead")))?;
        if !record.mark_do_not_send() {
            let kind = key.kind;
            return Err(EngineError::Refused(format!("a {kind} has no mark \"do not send\": leave it out instead")));
        }
        if matches!(newest.state, OperationState::Parked { .. }) {
            self.decide(newest.id, Decision::DoNotSend, by).await?;
        }
        self.push(record.clone()).await?;
        if key.kind.is_party() {
            self.look_at_those_waiting_for(key, by).await?;
        }
        Ok(record)
    }

    /// Sends on what was parked until a party is linked that is not to be sent, so that it is planned anew. What has become
    /// of the party in the package does not matter any more: no call.
    async fn look_at_those_waiting_for(&self, key: &RecordKey, by: &str) -> Result<(), EngineError> {
        let inner = &*self.inner;
        for operation in inner.waiting_for(key).await? {
            inner.record(operation.id, asked(&operation), Decision::Retry, by, None).await?;
        }
        inner.bell.ring();
        Ok(())
    }
}
