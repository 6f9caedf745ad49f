//! Taking customers and suppliers over from the package (F15, F18 to F30), as a durable job.
//!
//! The host's record and its link come into being together or not at all. What the host is about to be asked for is durable
//! before it is asked, its answers become links in one transaction with the job's progress, and a job that was cut off asks
//! for the same parties again under the same keys. So there is never a record without a link for good, and never two, where
//! the host does its part: one record per key. A host that keeps its records in the store's own SQLite file can link them in
//! its own transaction instead (`link_in`) and answer afterwards.

use std::collections::BTreeSet;
use std::ops::Bound;

use async_trait::async_trait;
use chrono::TimeDelta;
use factory_accounting_core::ids::{ConnectionId, LocalId, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::{CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    Candidate, CandidatePlace, CandidateQuery, CandidateSort, CandidateState, ImportJob, ImportNote, ImportProgress,
    ImportSelection, ImportStep, ImportTally, Link, SameBy, SkipReason, StoreError, imported, linked_elsewhere,
};

use crate::engine::{Engine, EngineError};
use crate::event::Event;
use crate::lists::check_role;

/// Parties that are looked at, and at most asked for, in one step.
const BATCH: usize = 200;

/// How long a step asks before its answers are stored and told: twice a second, with room for one slow answer.
const PATIENCE: TimeDelta = TimeDelta::milliseconds(250);

/// What the host is asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ImportAsk<'a> {
    /// Tells this party in this role from all others, whatever the import: keep it with the record, under a unique index. A
    /// second question with the same key is about the same record.
    pub key: &'a str,
    /// Customer or supplier.
    pub role: RecordKind,
    /// The party with all its addresses and people (F18, F19); its `id` is the package's.
    pub party: &'a RemoteParty,
    /// The host's record that it seems to be, and why, where a person has chosen it all the same.
    pub exists: Option<(&'a LocalId, SameBy)>,
}

/// What the host answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportAnswer {
    /// It has made this record, now or when asked before with the same key.
    Created(LocalId),
    /// It had this record already; link the two.
    Existing(LocalId),
    /// It does not want the party: why, one line.
    Declined(String),
}

/// The host's side of an import.
#[async_trait]
pub trait ImportHost: Send + Sync {
    /// Creates or finds the host's own record of a party. Idempotent by the key: as long as a record under it is there, answer
    /// with that one, for after a crash the same is asked again.
    ///
    /// # Errors
    /// One line for the report; nothing was made, and the import goes on with the next party.
    async fn create_local(&self, ask: ImportAsk<'_>) -> Result<ImportAnswer, String>;
}

/// What an import came to (F23).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Created, linked, skipped with reasons, failed.
    pub tally: ImportTally,
    /// Whether a person ended it early.
    pub cancelled: bool,
}

impl From<ImportProgress> for ImportReport {
    fn from(progress: ImportProgress) -> Self {
        Self { tally: progress.tally, cancelled: progress.cancelled }
    }
}

/// The key under which the host is asked for a party in a role. It never changes.
fn key_of(connection: &ConnectionId, role: RecordKind, remote: &RemoteId) -> String {
    format!("{connection}/{}/{remote}", role.as_str())
}

/// Answers of the host that are to become links, beside what the step says already.
#[derive(Debug, Default)]
struct Answers {
    links: Vec<Answer>,
    step: ImportStep,
}

#[derive(Debug)]
struct Answer {
    link: Link,
    name: String,
    existed: bool,
}

impl Answers {
    fn fail(&mut self, remote: RemoteId, name: String, reason: String) {
        self.step.tally.failed += 1;
        self.step.notes.push(ImportNote { remote, name, failed: true, reason });
    }

    fn count(&mut self, existed: bool) {
        if existed {
            self.step.tally.linked += 1;
        } else {
            self.step.tally.created += 1;
        }
    }
}

impl Engine {
    /// Takes parties over as customers or as suppliers: the import decides the role, and one party may be taken over as both
    /// (F29). Goes by the list as it was last read, and reads it first where it never was. Repeatable: what is linked already
    /// is left alone (F24).
    ///
    /// # Errors
    /// Refused where the role is neither customer nor supplier, or an import of it is under way; otherwise where the package
    /// or the store fails: [`resume_import`](Self::resume_import) goes on from there.
    pub async fn import(
        &self,
        role: RecordKind,
        selection: ImportSelection,
        host: &dyn ImportHost,
    ) -> Result<ImportReport, EngineError> {
        check_role(role)?;
        let inner = &self.inner;
        let before = inner.store.import_job(&inner.connection, role).await?;
        if before.is_some_and(|job| job.progress.cancelled && !job.progress.is_over()) {
            // It is over once the host has answered what it was asked for.
            self.resume_import(role, host).await?;
        }
        let selection = match selection {
            ImportSelection::Matching(query) => {
                ImportSelection::Matching(Box::new(self.for_this_package(CandidateQuery { role, ..*query })?))
            }
            other => other,
        };
        let progress = ImportProgress { run: 1, ..ImportProgress::default() };
        let job = ImportJob { role, selection, begun_at: inner.now(), progress };
        inner.store.begin_import(&inner.connection, job.clone()).await?;
        self.drive(job, host).await
    }

    /// Goes on with an import that was cut off; `None` where none is under way. Whoever drove it before is fenced.
    ///
    /// # Errors
    /// Those of [`import`](Self::import).
    pub async fn resume_import(
        &self,
        role: RecordKind,
        host: &dyn ImportHost,
    ) -> Result<Option<ImportReport>, EngineError> {
        let inner = &self.inner;
        match inner.store.take_import(&inner.connection, role).await? {
            Some(job) => self.drive(job, host).await.map(Some),
            None => Ok(None),
        }
    }

    /// The import of a role, under way or over, with how far it is; `None` before the first.
    pub async fn import_job(&self, role: RecordKind) -> Result<Option<ImportJob>, EngineError> {
        Ok(self.inner.store.import_job(&self.inner.connection, role).await?)
    }

    /// Asks for an import to end; what the host has been asked for is still linked. `false` where none is under way.
    pub async fn cancel_import(&self, role: RecordKind) -> Result<bool, EngineError> {
        Ok(self.inner.store.cancel_import(&self.inner.connection, role).await?)
    }

    /// What became of single parties of the last import of a role: those that failed or were declined, page by page.
    pub async fn import_notes(
        &self,
        role: RecordKind,
        after: Option<&RemoteId>,
        limit: usize,
    ) -> Result<Vec<ImportNote>, EngineError> {
        Ok(self.inner.store.import_notes(&self.inner.connection, role, after, limit).await?)
    }

    async fn drive(&self, job: ImportJob, host: &dyn ImportHost) -> Result<ImportReport, EngineError> {
        let inner = &self.inner;
        let role = job.role;
        if inner.store.list_state(&inner.connection, CatalogueKind::Parties).await?.read_at.is_none() {
            self.read_list(CatalogueKind::Parties).await?;
        }
        let mut progress = job.progress.clone();
        loop {
            let mut answers = self.ask(role, &progress, host).await?;
            if progress.total.is_none() {
                answers.step.total = self.total_of(&job).await?;
            }
            if answers.step.asked.is_empty() {
                self.choose(&job, progress.reached.as_ref(), &mut answers.step).await?;
            }
            progress = self.store_step(role, progress.run, answers).await?;
            let (tally, total, over) = (progress.tally.clone(), progress.total, progress.is_over());
            inner.tell(&Event::Import { role, tally, total, over });
            if over {
                return Ok(progress.into());
            }
        }
    }

    /// How many parties the selection has; `None` where there are too many to count.
    async fn total_of(&self, job: &ImportJob) -> Result<Option<u64>, EngineError> {
        let query = match &job.selection {
            ImportSelection::Only(ids) => return Ok(Some(ids.len() as u64)),
            ImportSelection::Matching(query) => CandidateQuery { after: None, limit: 1, ..query.as_ref().clone() },
            _ => CandidateQuery { limit: 1, ..self.for_this_package(CandidateQuery::new(job.role))? },
        };
        let page = self.inner.store.candidates(&self.inner.connection, query.clone()).await?;
        let totals = page.totals.filter(|totals| !totals.at_least);
        Ok(totals.map(|totals| totals.states.iter().filter(|(state, _)| query.wants(**state)).map(|(_, n)| n).sum()))
    }

    /// Goes through the next parties of the selection: each is asked for or left out.
    async fn choose(
        &self,
        job: &ImportJob,
        reached: Option<&RemoteId>,
        step: &mut ImportStep,
    ) -> Result<(), EngineError> {
        let inner = &self.inner;
        let chosen: Vec<(RemoteId, Option<Candidate>)> = match &job.selection {
            ImportSelection::Only(ids) => {
                let behind = (reached.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
                let ids: Vec<RemoteId> = ids.range::<RemoteId, _>(behind).take(BATCH).cloned().collect();
                let found = inner.store.candidates_by_id(&inner.connection, job.role, &ids).await?;
                ids.into_iter().zip(found).collect()
            }
            other => {
                let query = match other {
                    ImportSelection::Matching(query) => query.as_ref().clone(),
                    _ => self.for_this_package(CandidateQuery::new(job.role))?,
                };
                let after = reached.map(|remote| CandidatePlace::Id(remote.clone()).cursor());
                let query = CandidateQuery { sort: CandidateSort::Id, descending: false, after, limit: BATCH, ..query };
                let page = inner.store.candidates(&inner.connection, query).await?;
                page.rows.into_iter().map(|candidate| (candidate.party.id.clone(), Some(candidate))).collect()
            }
        };
        step.ended = chosen.is_empty();
        for (remote, candidate) in chosen {
            step.tally.seen += 1;
            match candidate.map(|candidate| job.selection.admits(&candidate.state)) {
                Some(Ok(())) => step.asked.push(remote.clone()),
                Some(Err(reason)) => step.tally.skip(reason),
                None => step.tally.skip(SkipReason::Gone),
            }
            step.reached = Some(remote);
        }
        Ok(())
    }

    /// Asks the host for what it is durably to be asked for, as far as patience goes.
    async fn ask(
        &self,
        role: RecordKind,
        progress: &ImportProgress,
        host: &dyn ImportHost,
    ) -> Result<Answers, EngineError> {
        let mut answers = Answers::default();
        if progress.asked.is_empty() {
            return Ok(answers);
        }
        let inner = &self.inner;
        let begun = inner.now();
        let candidates = inner.store.candidates_by_id(&inner.connection, role, &progress.asked).await?;
        for (at, (remote, candidate)) in progress.asked.iter().zip(candidates).enumerate() {
            if at > 0 && inner.now().signed_duration_since(begun) >= PATIENCE {
                answers.step.asked = progress.asked.get(at..).unwrap_or_default().to_vec();
                break;
            }
            let Some(Candidate { party, state }) = candidate else {
                answers.step.tally.skip(SkipReason::Gone);
                continue;
            };
            match &state {
                // The host has linked it in its own transaction, and was stopped before it could answer.
                CandidateState::PreviouslyImported { .. } => answers.count(false),
                CandidateState::Linked { .. } => answers.step.tally.skip(SkipReason::Linked),
                _ => self.ask_for(role, remote, &party, &state, host, &mut answers).await,
            }
        }
        self.leave_out_taken(&mut answers).await?;
        Ok(answers)
    }

    async fn ask_for(
        &self,
        role: RecordKind,
        remote: &RemoteId,
        party: &RemoteParty,
        state: &CandidateState,
        host: &dyn ImportHost,
        answers: &mut Answers,
    ) {
        let key = key_of(&self.inner.connection, role, remote);
        let exists = match state {
            CandidateState::ExistsLocally { local, same_by } => Some((local, *same_by)),
            _ => None,
        };
        let name = party.party.name.clone();
        let (local, existed) = match host.create_local(ImportAsk { key: &key, role, party, exists }).await {
            Ok(ImportAnswer::Created(local)) => (local, false),
            Ok(ImportAnswer::Existing(local)) => (local, true),
            Ok(ImportAnswer::Declined(reason)) => {
                answers.step.tally.skip(SkipReason::Declined);
                answers.step.notes.push(ImportNote { remote: remote.clone(), name, failed: false, reason });
                return;
            }
            Err(reason) => return answers.fail(remote.clone(), name, reason),
        };
        let link = imported(role, local, party, self.inner.now());
        answers.links.push(Answer { link, name, existed });
    }

    /// Answers with a record that has another party already fail: a link is never moved by an import.
    async fn leave_out_taken(&self, answers: &mut Answers) -> Result<(), EngineError> {
        let keys: Vec<RecordKey> = answers.links.iter().map(|answer| answer.link.key.clone()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let stored = self.inner.store.links(&self.inner.connection, &keys).await?;
        let mut given: BTreeSet<RecordKey> = BTreeSet::new();
        for (answer, stored) in std::mem::take(&mut answers.links).into_iter().zip(stored) {
            let Answer { link, name, existed } = answer;
            match stored {
                Some(other) if other.remote != link.remote => {
                    answers.fail(link.remote.clone(), name, linked_elsewhere(&link, &other));
                }
                // Linked in the host's own transaction.
                Some(_) => answers.count(existed),
                None if !given.insert(link.key.clone()) => {
                    let reason = format!("{} was answered for another party too: one record, one party", link.key);
                    answers.fail(link.remote.clone(), name, reason);
                }
                None => answers.links.push(Answer { link, name, existed }),
            }
        }
        Ok(())
    }

    /// Stores a step with its links. Where one of them is refused, for somebody else was quicker, each is stored by itself
    /// and only that one fails.
    async fn store_step(
        &self,
        role: RecordKind,
        run: u64,
        mut answers: Answers,
    ) -> Result<ImportProgress, EngineError> {
        let inner = &self.inner;
        let mut step = ImportStep { run, ..answers.step.clone() };
        for answer in &answers.links {
            if answer.existed {
                step.tally.linked += 1
            } else {
                step.tally.created += 1
            }
            step.links.push(answer.link.clone());
        }
        match inner.store.advance_import(&inner.connection, role, step, inner.now()).await {
            Err(StoreError::Refused(_)) if !answers.links.is_empty() => {}
            stored => return Ok(stored?),
        }
        for Answer { link, name, existed } in std::mem::take(&mut answers.links) {
            match inner.store.put_link(&inner.connection, link.clone(), inner.now()).await {
                Ok(()) => answers.count(existed),
                Err(StoreError::Refused(reason)) => answers.fail(link.remote, name, reason),
                Err(error) => return Err(error.into()),
            }
        }
        let step = ImportStep { run, ..answers.step };
        Ok(inner.store.advance_import(&inner.connection, role, step, inner.now()).await?)
    }
}
