//! Updates and voids read the record first: what is done follows from the record as the books hold it now.

use std::collections::BTreeMap;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Draft, Revision, Subject};
use factory_accounting_core::planned::{Changes, Content, Planned};
use factory_accounting_core::provider::{Intent, ProbeTarget, RemoteRecord, RemoteStatus};
use factory_accounting_core::rules;
use factory_accounting_core::store::{Decision, Goal, Link, LinkOrigin, Operation, Outcome, RecordedDecision, Step};

use crate::engine::EngineError;
use crate::event::Event;
use crate::planner::Planner;
use crate::planning::{Write, create};
use crate::retarget::keep_party;
use crate::round::Round;
use crate::sending::link_from;
use crate::settling::Settling;
use crate::surroundings::Surroundings;

/// An operation whose record is to be read before it can be planned to the end.
pub(crate) struct Reading {
    pub(crate) operation: Operation,
    /// `None` for a void.
    pub(crate) draft: Option<Draft>,
    pub(crate) remote: RemoteId,
    pub(crate) origin: LinkOrigin,
    pub(crate) link: Option<Link>,
}

impl Round<'_> {
    /// Reads the records of updates and voids, many in a call, and plans them to the end.
    pub(crate) async fn read(
        &mut self,
        readings: Vec<Reading>,
        around: &Surroundings,
    ) -> Result<Vec<Write>, EngineError> {
        let mut by_kind: BTreeMap<RecordKind, Vec<Reading>> = BTreeMap::new();
        for reading in readings {
            by_kind.entry(reading.operation.key.kind).or_default().push(reading);
        }
        let mut writes = Vec::new();
        for (kind, mut queue) in by_kind {
            let chunk = self.inner.fetch_chunk(kind);
            while !queue.is_empty() && self.stop.is_none() {
                let rest = queue.split_off(chunk.min(queue.len()));
                let now = std::mem::replace(&mut queue, rest);
                writes.extend(self.read_chunk(kind, now, around).await?);
            }
        }
        Ok(writes)
    }

    /// Reads the documents that others of this round came from, where the package ties the two. What could not be read is
    /// settled, and the rest goes on.
    pub(crate) async fn read_sources(
        &mut self,
        subjects: Vec<(Operation, Subject)>,
        around: &mut Surroundings,
    ) -> Result<Vec<(Operation, Subject)>, EngineError> {
        let planner = self.planner();
        let sources = planner.sources_of(&subjects, around);
        let failed = planner.fetch_sources(&sources, around).await;
        let (subjects, parked) =
            planner.part_those_overtaken(subjects, &sources.needed, around, failed.is_none()).await?;
        self.settle(None, parked).await?;
        let Some(error) = failed else { return Ok(subjects) };
        let unread = |operation: &Operation| {
            sources.needed.get(&operation.key).is_some_and(|source| !around.sources.contains_key(source))
        };
        let (waiting, going): (Vec<_>, Vec<_>) = subjects.into_iter().partition(|(operation, _)| unread(operation));
        let mut settlings = Vec::with_capacity(waiting.len());
        for (operation, _) in waiting {
            let settling = self.failed_read(&operation, &error);
            settlings.push((operation, settling));
        }
        self.settle(None, settlings).await?;
        Ok(if self.stop.is_some() { Vec::new() } else { going })
    }

    async fn read_chunk(
        &mut self,
        kind: RecordKind,
        readings: Vec<Reading>,
        around: &Surroundings,
    ) -> Result<Vec<Write>, EngineError> {
        let ids: Vec<RemoteId> = readings.iter().map(|reading| reading.remote.clone()).collect();
        let bases = match self.inner.fetch(kind, &ids).await {
            Ok(bases) => bases,
            Err(error) => {
                let settlings = readings
                    .into_iter()
                    .map(|reading| {
                        let settling = self.failed_read(&reading.operation, &error);
                        (reading.operation, settling)
                    })
                    .collect();
                self.settle(None, settlings).await?;
                return Ok(Vec::new());
            }
        };
        let mut settled = Vec::new();
        let mut writes = Vec::new();
        let mut bases = bases.into_iter();
        for reading in readings {
            let base = bases.next().flatten();
            match self.planner().plan_on_base(&reading, base, around) {
                Ok((write, notices)) => {
                    notices.iter().for_each(|notice| self.inner.tell(notice));
                    writes.push(write);
                }
                Err(settling) => settled.push((reading.operation, *settling)),
            }
        }
        self.settle(None, settled).await?;
        Ok(writes)
    }
}

/// Documents that others came from, where the package ties the two.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    wanted: BTreeMap<RecordKind, Vec<(RecordKey, RemoteId)>>,
    /// The source of each document that has one.
    pub(crate) needed: BTreeMap<RecordKey, RecordKey>,
}

impl Planner<'_> {
    /// Documents that new ones came from and that are to be read before these can be planned.
    pub(crate) fn sources_of(&self, subjects: &[(Operation, Subject)], around: &Surroundings) -> Sources {
        let mut wanted: BTreeMap<RecordKind, Vec<(RecordKey, RemoteId)>> = BTreeMap::new();
        let mut needed: BTreeMap<RecordKey, RecordKey> = BTreeMap::new();
        for (operation, subject) in subjects {
            let (Subject::Record(record), false) = (subject, around.links.contains_key(&operation.key)) else {
                continue;
            };
            let context = self.inner.context(self.facts, around, operation);
            let Some(source) = plan::source_of(record, &context).filter(|_| operation.goal == Goal::Present) else {
                continue;
            };
            if let Some(link) = around.links.get(&source).filter(|link| !link.status.is_gone()) {
                needed.insert(operation.key.clone(), source.clone());
                let of_kind = wanted.entry(source.kind).or_default();
                if !of_kind.iter().any(|(key, _)| *key == source) {
                    of_kind.push((source, link.remote.clone()));
                }
            }
        }
        Sources { wanted, needed }
    }

    /// Reads sources, many in a call; says why where that failed.
    pub(crate) async fn fetch_sources(&self, sources: &Sources, around: &mut Surroundings) -> Option<ProviderError> {
        let mut failed = None;
        for (kind, sources) in &sources.wanted {
            for sources in sources.chunks(self.inner.fetch_chunk(*kind)) {
                if failed.is_some() {
                    break;
                }
                let ids: Vec<RemoteId> = sources.iter().map(|(_, id)| id.clone()).collect();
                match self.inner.fetch(*kind, &ids).await {
                    Ok(found) => {
                        let held = sources.iter().zip(found);
                        around.sources.extend(held.filter_map(|((key, _), record)| Some((key.clone(), record?))));
                    }
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed
    }

    /// Where an order becomes its invoice as a whole, one that has become another document, or is gone, without any of the
    /// host's is billed already, as far as anybody can tell: a person must say so before it is billed again.
    pub(crate) async fn part_those_overtaken(
        &self,
        subjects: Vec<(Operation, Subject)>,
        needed: &BTreeMap<RecordKey, RecordKey>,
        around: &Surroundings,
        all_read: bool,
    ) -> Result<(Vec<(Operation, Subject)>, Vec<(Operation, Settling)>), EngineError> {
        let mut going = Vec::with_capacity(subjects.len());
        let mut parked = Vec::new();
        for (operation, subject) in subjects {
            let source = needed.get(&operation.key).filter(|_| self.converts(operation.key.kind));
            let overtaken = source.filter(|source| match around.sources.get(source) {
                Some(held) => held.status.is_gone() || held.status == RemoteStatus::Billed,
                None => all_read,
            });
            let told = operation.decisions.iter().any(|taken| taken.decision == Decision::Retry);
            match overtaken {
                Some(source) if !told && self.parts_of(source, operation.key.kind).await?.is_empty() => {
                    let ordered =
                        self.inner.newest(source).await?.map_or_else(|| source.id.to_string(), |row| row.name);
                    let reason = format!(
                        "{kind} {:?}: {} {ordered:?} has been billed in {} already, or was deleted there: adopt the \
                         document that bills it, or have this one sent beside it",
                        operation.name,
                        source.kind,
                        self.inner.package_title(),
                        kind = operation.key.kind,
                    );
                    parked.push((operation, Settling::park(Parked::new(Code::RemoteState, reason))));
                }
                _ => going.push((operation, subject)),
            }
        }
        Ok((going, parked))
    }

    /// Plans an update or a void to the end, given the record as the books hold it. Comes with what is to be told where it
    /// is written.
    pub(crate) fn plan_on_base(
        &self,
        reading: &Reading,
        base: Option<RemoteRecord>,
        around: &Surroundings,
    ) -> Result<(Write, Vec<Event>), Box<Settling>> {
        let Reading { operation, draft, origin, link, .. } = reading;
        let key = &operation.key;
        // An invoice does not fall with its order's draft: it becomes a document of its own.
        if let (LinkOrigin::Promoted, None, Some(draft)) = (origin, link, draft)
            && base.as_ref().is_none_or(|base| base.status.is_gone())
        {
            return Ok((create(operation.clone(), draft.clone()), Vec::new()));
        }
        // A document that has become its bill is no longer what the host's order says, and need not be.
        let became_its_bill = base.as_ref().is_none_or(|base| base.status == RemoteStatus::Billed);
        if became_its_bill && operation.goal == Goal::Present && around.billed.contains_key(key) {
            return Err(Box::new(Settling::done(Outcome::Unchanged)));
        }
        let Some(base) = base else {
            if draft.is_none() {
                let gone = RemoteRecord::new(key.kind, reading.remote.clone(), RemoteStatus::Deleted);
                let seen = link_from(operation, &gone, None, *origin, link.as_ref(), self.inner.now());
                return Err(Box::new(Settling { links: vec![seen], ..Settling::step(self.after_void(operation)) }));
            }
            let reason = format!("{} {:?} is no longer in {}", key.kind, operation.name, self.inner.package_title());
            let gone = RemoteRecord::new(key.kind, reading.remote.clone(), RemoteStatus::Deleted);
            let parked = Parked::new(Code::RemoteGone, reason);
            return Err(Box::new(self.out_of_use(parked, link.as_ref(), &gone)));
        };
        if let Some(parked) = self.outdated_in_books(operation, &base) {
            return Err(Box::new(Settling::park(parked)));
        }
        let mut notices = Vec::new();
        if let Some(drift) = link.as_ref().and_then(|link| plan::drift(link, &base)) {
            notices.push(Event::Drift { key: key.clone(), what: drift.what });
        }
        let context = self.inner.context(self.facts, around, operation);
        let kept = draft.as_ref().and_then(|draft| keep_party(draft, base.party.as_ref()));
        let draft = kept.as_ref().or(draft.as_ref());
        let verdict = match draft {
            Some(draft) => plan::revise(key, &operation.name, draft, &base, &context),
            None => match plan::void(key, &operation.name, &base, &context) {
                Ok(true) => return Ok((void_write(reading, base), notices)),
                Ok(false) => Revision::Unchanged,
                Err(parked) => Revision::Park(parked),
            },
        };
        let settling = match verdict {
            Revision::Update { content, changes } => {
                let Some(draft) = draft else { return Ok((void_write(reading, base), notices)) };
                if let Some(parked) = self.kept_as_sent(reading, changes) {
                    return Err(Box::new(Settling { notices, ..Settling::park(parked) }));
                }
                let write = Write {
                    operation: operation.clone(),
                    intent: Intent::Update,
                    planned: Planned {
                        key: key.clone(),
                        name: operation.name.clone(),
                        content,
                        base: Some(Box::new(base)),
                        changes,
                        probe: draft.probe.clone(),
                    },
                    fingerprint: draft.fingerprint.clone(),
                    origin: *origin,
                };
                return Ok((write, notices));
            }
            Revision::Unchanged => {
                let fingerprint = draft.map(|draft| draft.fingerprint.clone());
                let seen = link_from(operation, &base, fingerprint, *origin, link.as_ref(), self.inner.now());
                let step = draft.map_or_else(|| self.after_void(operation), |_| Step::Done(Outcome::Unchanged));
                Settling { links: vec![seen], notices, ..Settling::step(step) }
            }
            Revision::Park(parked) => {
                let mut settling = self.out_of_use(parked, link.as_ref(), &base);
                settling.notices.splice(..0, notices);
                settling
            }
        };
        Err(Box::new(settling))
    }

    /// The question whether a change of what is in the books is to be sent. A document that comes to be ours only now has not
    /// been sent yet, and one that is written in several steps is still being sent.
    fn kept_as_sent(&self, reading: &Reading, changes: Changes) -> Option<Parked> {
        let Reading { operation, link, .. } = reading;
        let link = link.as_ref().filter(|link| link.revision != Some(operation.revision))?;
        let told = |taken: &RecordedDecision| taken.decision == Decision::Retry && taken.about == Some(Code::EditKept);
        if operation.decisions.iter().any(told) {
            return None;
        }
        rules::waits_as_edit(&link.key, &operation.name, changes, &self.facts.settings, self.inner.package_title())
    }
}

fn void_write(reading: &Reading, base: RemoteRecord) -> Write {
    let operation = &reading.operation;
    Write {
        operation: operation.clone(),
        intent: Intent::Void,
        planned: Planned {
            key: operation.key.clone(),
            name: operation.name.clone(),
            probe: ProbeTarget {
                party: base.party.clone(),
                parent: base.parent.clone(),
                counterpart: base.counterpart.clone(),
                date: base.date,
                ..ProbeTarget::new(operation.key.kind, operation.name.clone())
            },
            content: Content::Void,
            base: Some(Box::new(base)),
            changes: Changes { header: false, lines: false, status: true },
        },
        fingerprint: String::new(),
        origin: reading.origin,
    }
}
