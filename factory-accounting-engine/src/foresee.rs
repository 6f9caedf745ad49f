//! What would become of one record if it were sent now: planned by the rules that send it, and looked at instead of settled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{OperationId, RemoteId, Revision};
use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Draft, Subject};
use factory_accounting_core::planned::{Changes, Content};
use factory_accounting_core::preview::{Basis, Foreseen, as_written};
use factory_accounting_core::provider::{Intent, RemoteRecord, RemoteStatus};
use factory_accounting_core::store::{
    Goal, Link, LinkOrigin, NewOperation, Operation, OperationState, Outcome, Start, Step, transition,
};

use crate::drafts::Drafts;
use crate::engine::{EngineError, Facts, Inner};
use crate::locks::Freshness;
use crate::planner::{Planner, touched};
use crate::planning::{Plan, Write};
use crate::reading::Reading;
use crate::settling::Settling;
use crate::surroundings::Surroundings;

/// What planning one operation came to.
#[derive(Debug)]
pub(crate) struct Foresight {
    pub(crate) verdict: Foreseen,
    pub(crate) basis: Basis,
    /// What the record resolves to; `None` where it does not get that far.
    pub(crate) draft: Option<Draft>,
    /// Which parts would be written, and of what; `None` for the draft itself.
    pub(crate) write: Option<(Option<Content>, Changes)>,
    /// The record in the books.
    pub(crate) base: Option<RemoteRecord>,
    /// What was last written.
    pub(crate) written: Option<Content>,
    pub(crate) origin: LinkOrigin,
    /// Links as they are; stand-ins are not among them.
    pub(crate) links: BTreeMap<RecordKey, Link>,
    /// Records that it needs and that are on their way into the books.
    pub(crate) on_their_way: Vec<RecordKey>,
    /// The record and those that it needs.
    pub(crate) keys: Vec<RecordKey>,
}

impl Foresight {
    /// What would be written, and which parts of it.
    pub(crate) fn written_then(&self) -> Option<(&Content, Changes)> {
        let (content, changes) = self.write.as_ref()?;
        let drafted = || self.draft.as_ref().map(|draft| &draft.content);
        Some((content.as_ref().or_else(drafted)?, *changes))
    }
}

/// Plans without acting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreseer<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) facts: &'a Facts,
    /// As things are: what was last written is resolved by them, whatever it is planned with.
    pub(crate) present: &'a Facts,
    pub(crate) freshness: Freshness,
    /// What goes into the outbox before the record: items that its lines become (F101).
    pub(crate) before: &'a [NewOperation],
    /// The record as it has just come from the books, where it has.
    pub(crate) held: Option<&'a RemoteRecord>,
}

/// Nothing is being settled meanwhile.
static NOBODY: BTreeSet<RecordKey> = BTreeSet::new();

impl Foreseer<'_> {
    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner { inner: self.inner, facts: self.facts, parked: &NOBODY }
    }

    /// Plans one operation. `start` is where it begins.
    pub(crate) async fn foresee(
        &self,
        operation: Operation,
        record: &Record,
        start: &Start,
    ) -> Result<Foresight, EngineError> {
        let mut subject = Subject::Record(Box::new(record.clone()));
        subject.name_items(&self.facts.settings, self.inner.provider.capabilities());
        let alone = [(operation, subject)];
        let planner = self.planner();
        let mut around = planner.surroundings(&alone).await?;
        let [(operation, subject)] = &alone;
        let mut seen = Foresight {
            verdict: Foreseen::Create,
            basis: Basis::NotInBooks,
            draft: None,
            write: None,
            base: None,
            written: None,
            origin: LinkOrigin::Written,
            links: around.links.clone(),
            on_their_way: Vec::new(),
            keys: touched(operation, subject),
        };
        if let Some(verdict) = begins(start, operation) {
            seen.verdict = verdict;
            return Ok(seen);
        }
        seen.on_their_way = self.stand_in(&seen.keys, &operation.key, &mut around).await?;
        if let Some(verdict) = self.sources(&alone, &mut around).await? {
            seen.verdict = verdict;
            return Ok(seen);
        }
        let mut drafts = Drafts::of(&alone, &around);
        match planner.plan_one(operation, subject, &around, &mut drafts).await? {
            Plan::Settle(settling) => {
                seen.verdict = verdict(&settling);
                let context = self.inner.context(self.facts, &around, operation);
                seen.draft = plan::draft(&operation.key, subject, &context).ok().and_then(Result::ok);
            }
            Plan::Create(draft) => {
                seen.write = Some((None, Changes::ALL));
                seen.draft = Some(draft);
            }
            Plan::Read { draft, remote, origin } => {
                let link = around.links.get(&operation.key).cloned();
                let reading = Reading { operation: operation.clone(), draft, remote, origin, link };
                self.on_base(&reading, &around, &mut seen).await?;
                seen.draft = reading.draft;
            }
        }
        if !seen.on_their_way.is_empty() && seen.verdict.writes() {
            let reason = format!("waits for {}", listed(&seen.on_their_way));
            let records = seen.on_their_way.clone();
            let then = Some(Box::new(std::mem::replace(&mut seen.verdict, Foreseen::Create)));
            seen.verdict = Foreseen::Wait { records, reason, then };
        }
        Ok(seen)
    }

    /// Gives records that are on their way into the books a link that stands for the one they will have, so that planning
    /// goes on behind them. Returns them in order of their keys.
    async fn stand_in(
        &self,
        keys: &[RecordKey],
        own: &RecordKey,
        around: &mut Surroundings,
    ) -> Result<Vec<RecordKey>, EngineError> {
        let mut missing: Vec<RecordKey> =
            keys.iter().filter(|key| *key != own && !around.links.contains_key(*key)).cloned().collect();
        missing.sort();
        if missing.is_empty() {
            return Ok(missing);
        }
        let newest = self.inner.newest_of(&missing).await?;
        let mut coming = Vec::new();
        for (key, operation) in missing.into_iter().zip(newest) {
            let coming_now = operation
                .filter(|operation| operation.goal == Goal::Present && transition::is_on_its_way(&operation.state));
            let told = match (&coming_now, self.before.iter().find(|new| new.key == key)) {
                (Some(operation), _) => Some((operation.name.clone(), operation.revision)),
                (None, Some(new)) => Some((new.name.clone(), Revision(1))),
                (None, None) => None,
            };
            if let Some((name, revision)) = told {
                around.links.insert(key.clone(), self.link_to_be(&key, name, revision));
                coming.push(key);
            }
        }
        Ok(coming)
    }

    fn link_to_be(&self, key: &RecordKey, name: String, revision: Revision) -> Link {
        let draft = key.kind == RecordKind::Order;
        Link {
            key: key.clone(),
            remote: RemoteId::new(format!("new {key}")),
            number: Some(name),
            version: None,
            revision: Some(revision),
            fingerprint: None,
            status: if draft { RemoteStatus::Draft } else { RemoteStatus::Open },
            party: None,
            totals: None,
            settled: None,
            seen_at: self.inner.now(),
            origin: LinkOrigin::Written,
            settled_since: None,
            url: None,
            suppressed: false,
            merged_into: None,
        }
    }

    /// Documents that the record came from: read, or as they were last written. A verdict where that stops it.
    async fn sources(
        &self,
        alone: &[(Operation, Subject)],
        around: &mut Surroundings,
    ) -> Result<Option<Foreseen>, EngineError> {
        let planner = self.planner();
        let sources = planner.sources_of(alone, around);
        if self.freshness == Freshness::Now {
            if let Some(error) = planner.fetch_sources(&sources, around).await {
                return Err(error.into());
            }
            let (_, parked) = planner.part_those_overtaken(alone.to_vec(), &sources.needed, around, true).await?;
            return Ok(parked.first().map(|(_, settling)| verdict(settling)));
        }
        for source in sources.needed.values() {
            if let Some(link) = around.links.get(source).cloned()
                && let Some((_, draft)) = self.last_written(&link).await?
            {
                around.sources.insert(source.clone(), as_written(source, &draft.content, Some(&link)));
            }
        }
        Ok(None)
    }

    /// Plans an update to the end, on the record as it is now or as it was last written.
    async fn on_base(&self, reading: &Reading, around: &Surroundings, seen: &mut Foresight) -> Result<(), EngineError> {
        let key = &reading.operation.key;
        // A draft that is taken over belongs to its order.
        let holder = around.links.values().find(|link| link.remote == reading.remote);
        let link = reading.link.as_ref().or(holder);
        let written = match link {
            Some(link) => self.last_written(link).await?,
            None => None,
        };
        let base = match (self.freshness, link) {
            _ if self.held.is_some_and(|held| held.id == reading.remote) => {
                seen.basis = Basis::Read { at: self.inner.now() };
                self.held.cloned()
            }
            (Freshness::Now, _) => {
                seen.basis = Basis::Read { at: self.inner.now() };
                self.inner.fetch_one(key.kind, &reading.remote).await?
            }
            (Freshness::Stored, Some(link)) => {
                let (basis, content) = match &written {
                    Some((operation, draft)) => {
                        let (revision, seen_at) = (operation.revision, link.seen_at);
                        (Basis::AsWritten { revision, seen_at }, &draft.content)
                    }
                    None => (Basis::Linked { seen_at: link.seen_at }, &Content::Void),
                };
                seen.basis = basis;
                // Packages answer with the kind asked for, also for a draft that is another record's.
                let mut record = as_written(&link.key, content, Some(link));
                record.kind = key.kind;
                Some(record)
            }
            (Freshness::Stored, None) => None,
        };
        seen.base.clone_from(&base);
        seen.origin = reading.origin;
        // What an order's draft held is not what was last written of its invoice.
        seen.written = written.filter(|_| reading.link.is_some()).map(|(_, draft)| draft.content);
        match self.planner().plan_on_base(reading, base, around) {
            Ok((Write { intent, planned, .. }, _)) => {
                seen.verdict = match intent {
                    Intent::Create => Foreseen::Create,
                    Intent::Update | Intent::Void => Foreseen::Update,
                };
                seen.write = Some((Some(planned.content), planned.changes));
            }
            Err(settling) => seen.verdict = verdict(&settling),
        }
        Ok(())
    }

    /// What the books hold of a linked record by our own hand: the revision that was written, resolved as it would be now.
    async fn last_written(&self, link: &Link) -> Result<Option<(Operation, Draft)>, EngineError> {
        let Some(revision) = link.revision else { return Ok(None) };
        let newest = self.inner.newest(&link.key).await?;
        let written = match newest.filter(|row| row.revision == revision && row.goal == Goal::Present) {
            Some(row) => Some(row),
            None => {
                let history = self.inner.history(&link.key).await?;
                history.into_iter().rev().find(|row| row.revision == revision && row.goal == Goal::Present)
            }
        };
        let Some(written) = written else { return Ok(None) };
        let Ok(mut subject) = Subject::of(&written) else { return Ok(None) };
        let planner = Planner { facts: self.present, ..self.planner() };
        subject.name_items(&self.present.settings, self.inner.provider.capabilities());
        let alone = [(written, subject)];
        let mut around = planner.surroundings(&alone).await?;
        let [(written, subject)] = alone;
        self.stand_in(&touched(&written, &subject), &written.key, &mut around).await?;
        let context = self.inner.context(self.present, &around, &written);
        let draft = plan::draft(&written.key, &subject, &context).ok().and_then(Result::ok);
        Ok(draft.map(|draft| (written, draft)))
    }
}

/// What follows from where an operation begins; `None` where it is planned.
fn begins(start: &Start, operation: &Operation) -> Option<Foreseen> {
    match start {
        Start::Queued => None,
        Start::Held => Some(Foreseen::Wait {
            records: Vec::new(),
            reason: format!("this {} is created with the first document that needs it", operation.key.kind),
            then: Some(Box::new(Foreseen::Create)),
        }),
        Start::Parked(parked) => Some(Foreseen::Refuse { parked: Box::new(parked.clone()) }),
        Start::Skipped(reason) => Some(Foreseen::Skip { reason: reason.clone() }),
    }
}

/// A settling without a write, as it would be seen.
pub(crate) fn verdict(settling: &Settling) -> Foreseen {
    match &settling.step {
        Step::Park(parked) => Foreseen::Refuse { parked: Box::new(parked.clone()) },
        Step::Done(Outcome::Skipped { reason }) => Foreseen::Skip { reason: reason.clone() },
        Step::Done(_) => Foreseen::Nothing { reason: "the books show it already".to_owned() },
        Step::Retry { error, .. } | Step::NextGeneration { error } | Step::InDoubt { error } => {
            Foreseen::Wait { records: Vec::new(), reason: error.clone(), then: None }
        }
        // Steps that a later version of the core adds.
        _ => Foreseen::Wait { records: Vec::new(), reason: settling.step.as_str().to_owned(), then: None },
    }
}

fn listed(keys: &[RecordKey]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// An operation as it would arrive now, behind everything that is known.
pub(crate) fn arriving(new: &NewOperation, newest: Option<&Operation>, now: DateTime<Utc>) -> Operation {
    let known = newest.filter(|known| known.fingerprint == new.fingerprint && known.goal == new.goal);
    let behind = newest.map_or(1, |newest| newest.revision.0.saturating_add(1));
    let id = known.map_or(OperationId(u64::MAX), |known| known.id);
    let revision = known.map_or(Revision(behind), |known| known.revision);
    Operation {
        state: OperationState::Queued,
        decisions: known.map(|known| known.decisions.clone()).unwrap_or_default(),
        expects: None,
        ..Operation::arriving(id, revision, new.clone(), now)
    }
}
