//! One sending: encode, begin, write, settle.

use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::OperationId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::money::Totals;
use factory_accounting_core::plan::{self, Doubt, Finding, Pause, Sending, Subject, Verdict};
use factory_accounting_core::planned::{Content, Planned, PlannedDocument};
use factory_accounting_core::provider::{EncodedWrite, Fate, Intent, RemoteRecord, WriteBatch};
use factory_accounting_core::settings::TakenNames;
use tracing::Instrument as _;

use factory_accounting_core::store::{
    Attempt, ConnectionState, Decision, Link, LinkOrigin, Operation, Outcome, RecordedDecision, Step, StoreError,
    idempotency_key,
};

use crate::engine::EngineError;
use crate::event::{Event, Verb};
use crate::kept;
use crate::planning::{Lane, Write};
use crate::round::Round;
use crate::settling::Settling;
use crate::surroundings::billing_kind;

impl Round<'_> {
    /// Sends writes of one kind and intent, as many in a request as can leave soon.
    pub(crate) async fn send_lane(&mut self, mut lane: Lane) -> Result<(), EngineError> {
        while self.stop.is_none()
            && let Some(first) = lane.front()
        {
            let most = self.inner.provider.batch_now(first.operation.key.kind, first.intent);
            let group = lane.drain(..most.clamp(1, lane.len())).collect();
            self.send(group).await?;
        }
        Ok(())
    }

    /// Sends a group in one request.
    async fn send(&mut self, group: Vec<Write>) -> Result<(), EngineError> {
        let Some((request, mut members)) = self.encode(group).await? else { return Ok(()) };
        let rows = members.iter_mut().map(kept::member).collect();
        let inner = self.inner;
        let attempt = match inner.store.begin(&inner.connection, self.epoch, rows, request, inner.now()).await {
            Ok(attempt) => attempt,
            // The host has pushed a newer revision, or a person has decided, since the claim: the next round sees to it.
            Err(StoreError::Refused(reason)) => {
                tracing::debug!(reason, "an operation has moved since the claim");
                return self.send_singly(members).await;
            }
            Err(error) => return Err(error.into()),
        };
        self.touched.extend(members.iter().map(|member| member.operation.id));
        let request = &attempt.request;
        inner.called(Verb::Write, Some(request.kind), members.len());
        // Looked at last of all: nothing but the provider stands between this and the first byte.
        if inner.now() > self.windows(&attempt).leave_until {
            let late =
                ProviderError::new(ErrorKind::Unavailable, "the sender stood still for too long; nothing was sent");
            let fates = vec![Fate::NotApplied(late); members.len()];
            return self.settle_fates(&attempt, members, fates, false).await;
        }
        let span = tracing::info_span!(
            "attempt",
            id = attempt.id.0,
            kind = request.kind.as_str(),
            intent = request.intent.as_str(),
            members = members.len()
        );
        let report = inner.provider.write(request).instrument(span).await;
        self.settle_fates(&attempt, members, report.into_fates(), false).await
    }

    /// Of a group that could not begin as a whole, those go that can: one that keeps moving does not hold up the others.
    async fn send_singly(&mut self, members: Vec<Write>) -> Result<(), EngineError> {
        if members.len() < 2 {
            return Ok(());
        }
        for alone in members {
            if self.stop.is_some() {
                return Ok(());
            }
            Box::pin(self.send(vec![alone])).await?;
        }
        Ok(())
    }

    /// Encodes what can be encoded; parks the rest.
    async fn encode(&mut self, mut group: Vec<Write>) -> Result<Option<(EncodedWrite, Vec<Write>)>, EngineError> {
        while let Some(first) = group.first() {
            let (kind, intent) = (first.operation.key.kind, first.intent);
            let parts = group.iter().map(|member| {
                let operation = &member.operation;
                (operation.key.clone(), operation.revision, operation.generation)
            });
            let key = idempotency_key(&self.inner.connection, intent, parts);
            // The plans go into the batch and come back from it, for they are large.
            let (rest, members): (Vec<_>, Vec<_>) = group
                .into_iter()
                .map(|Write { operation, planned, fingerprint, origin, .. }| {
                    ((operation, fingerprint, origin), planned)
                })
                .unzip();
            let batch = WriteBatch { kind, intent, key, members };
            let encoded = self.inner.provider.encode(&batch);
            group = rest
                .into_iter()
                .zip(batch.members)
                .map(|((operation, fingerprint, origin), planned)| Write {
                    operation,
                    intent,
                    planned,
                    fingerprint,
                    origin,
                })
                .collect();
            match encoded {
                Ok(request) => return Ok(Some((request, group))),
                Err(refusal) => {
                    let Write { operation, .. } = group.remove(refusal.member.min(group.len() - 1));
                    let parked = plan::park_refusal(&operation.name, kind, refusal.error);
                    self.settle(None, vec![(operation, Settling::park(parked))]).await?;
                }
            }
        }
        Ok(None)
    }

    /// Settles the members of an attempt by what is known of them now.
    pub(crate) async fn settle_fates(
        &mut self,
        attempt: &Attempt,
        members: Vec<Write>,
        fates: Vec<Fate>,
        replay: bool,
    ) -> Result<(), EngineError> {
        let mut settlings = Vec::with_capacity(members.len());
        let mut taken = Vec::new();
        let mut fates = fates.into_iter();
        for member in members {
            // A provider that forgets a member has proven nothing about it.
            let fate = fates.next().unwrap_or_else(|| {
                Fate::Unknown(ProviderError::new(ErrorKind::Protocol, "no answer names this record"))
            });
            let sending = Sending {
                intent: attempt.request.intent,
                kind: attempt.request.kind,
                replay,
                failures: member.operation.failures,
                last_failure: member.operation.last_failure,
                seed: member.operation.id.0.wrapping_add(u64::from(member.operation.failures)),
            };
            match plan::decide(&member.operation.name, fate, sending, &self.inner.config.backoff) {
                Verdict::Landed(record) => {
                    let mut settling = self.landed(&member, *record, attempt.request.intent);
                    if replay && billing_kind(attempt.request.kind).is_some() {
                        // What bills it may have landed while its own fate was open, and have wanted it changed.
                        settling.reopens.get_or_insert_with(|| member.operation.key.clone());
                    }
                    settlings.push((member.operation, settling));
                }
                Verdict::Again { wait, pause, error } => {
                    let settling = self.again(wait, pause, &error);
                    settlings.push((member.operation, settling));
                }
                Verdict::Doubt(Doubt::LostAnswer, error) => {
                    if error.kind() == ErrorKind::Throttled {
                        let wait = self.inner.config.backoff.wait(attempt.tries, attempt.id.0);
                        self.rest(error.retry_after().unwrap_or_default().max(wait), Pause::Connection, &error);
                    }
                    settlings.push((member.operation, doubt(&error)));
                }
                Verdict::Doubt(Doubt::Taken, error) => taken.push((member, error)),
                Verdict::Park(parked) => settlings.push((member.operation, Settling::park(parked))),
            }
        }
        let mut namesakes = Vec::new();
        if !taken.is_empty() {
            let found = self.look_for_taken(taken, &mut namesakes).await?;
            settlings.extend(found);
        }
        self.name_those_out_of_use(&mut settlings).await?;
        let due = self.next_look(attempt);
        self.settle(Some((attempt.id, due)), settlings).await?;
        self.tell_apart(namesakes).await
    }

    /// Answers the question about a taken name by the settings' rule. A crash before it leaves the question to a person.
    async fn tell_apart(&self, parked: Vec<OperationId>) -> Result<(), EngineError> {
        for operation in parked {
            let by = "the rule for taken names".to_owned();
            let decision = RecordedDecision {
                decision: Decision::Distinguish,
                by,
                at: self.inner.now(),
                about: Some(Code::NameTaken),
            };
            match self.inner.store.decide(&self.inner.connection, operation, decision, None).await {
                // Somebody was quicker.
                Ok(()) | Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// A number was taken. Most likely our own earlier try landed: look at once.
    async fn look_for_taken(
        &mut self,
        taken: Vec<(Write, ProviderError)>,
        to_tell_apart: &mut Vec<OperationId>,
    ) -> Result<Vec<(Operation, Settling)>, EngineError> {
        let (members, errors): (Vec<Write>, Vec<ProviderError>) = taken.into_iter().unzip();
        let findings = match self.look(&members).await? {
            Ok(findings) => findings,
            Err(failure) => {
                return Ok(members.into_iter().map(|member| (member.operation, doubt(&failure))).collect());
            }
        };
        let mut settlings = Vec::with_capacity(members.len());
        for ((member, finding), error) in members.into_iter().zip(findings).zip(errors) {
            let settling = match finding {
                Finding::Ours(record) => self.adopted(&member, *record),
                Finding::OursToUpdate(record) => self.adopted_to_update(&member, &record),
                Finding::Park(mut parked) => {
                    if parked.code == Code::FoundDiffers && error.kind() == ErrorKind::AlreadyExists {
                        parked.code = taken_code(member.operation.key.kind);
                    }
                    parked.error.get_or_insert(error);
                    Settling::park(until_told(&member.operation, parked))
                }
                Finding::Namesakes(records) => {
                    let operation = &member.operation;
                    if self.tells_apart(operation, &records) {
                        to_tell_apart.push(operation.id);
                    }
                    let reason = format!("{} {:?}: {}", operation.key.kind, operation.name, error.message());
                    let parked = Parked::new(Code::NameTaken, reason)
                        .with_candidates(records.iter().map(plan::candidate))
                        .with_error(error)
                        .until_linked(operation.key.clone());
                    Settling::park(parked)
                }
                Finding::Nothing | Finding::Gone(_) => {
                    let mut parked = plan::park_refusal(&member.operation.name, member.operation.key.kind, error);
                    if parked.code == Code::NumberTaken {
                        parked.code = taken_code(member.operation.key.kind);
                    }
                    Settling::park(until_told(&member.operation, parked))
                }
            };
            settlings.push((member.operation, settling));
        }
        Ok(settlings)
    }

    /// Whether a party goes out under a name with an addition, rather than ask: the settings say so, or who has the name is
    /// of another kind, so that the two cannot be one.
    fn tells_apart(&self, operation: &Operation, namesakes: &[RemoteRecord]) -> bool {
        let tried = operation.decisions.iter().any(|taken| taken.decision == Decision::Distinguish);
        let of_another_kind = namesakes.iter().all(|record| record.kind != operation.key.kind);
        !tried && (of_another_kind || self.facts.settings.taken_names == TakenNames::Distinguish)
    }

    /// The books hold a record as sent.
    pub(crate) fn landed(&self, member: &Write, record: RemoteRecord, intent: Intent) -> Settling {
        let Write { operation, planned, fingerprint, origin, .. } = member;
        let mut notices = Vec::new();
        let mut question = None;
        if let (Content::Document(document), Some(echoed)) = (&planned.content, record.totals)
            && plan::comes_to_other_than(document, echoed)
        {
            notices.push(Event::TotalsDiffer { key: operation.key.clone(), predicted: document.totals, echoed });
            // Totals of lines that were not written are what somebody has made of them there.
            question = planned.changes.lines.then(|| self.other_totals(operation, document, &record));
        }
        if question.is_none() && intent == Intent::Create {
            question = plan::left_undone(&operation.name, &planned.content, &record, self.inner.package_title());
        }
        if intent != Intent::Void && question.is_none() && plan::is_on_the_way(planned, &record) {
            let link = link_from(operation, &record, None, *origin, None, self.inner.now());
            let step = Step::NextGeneration { error: "written; its state is reached in steps".to_owned() };
            return Settling { links: vec![link], notices, step, reopens: None };
        }
        let fingerprint = (intent != Intent::Void).then(|| fingerprint.clone());
        let link = link_from(operation, &record, fingerprint, *origin, None, self.inner.now());
        let step = match intent {
            Intent::Create => Step::Done(Outcome::Created),
            Intent::Update => Step::Done(Outcome::Updated),
            Intent::Void => self.planner().after_void(operation),
        };
        if let (Intent::Void, Step::NextGeneration { .. }) = (intent, &step) {
            notices.push(Event::Retargeted { key: operation.key.clone(), before: Box::new(link.clone()) });
        }
        let settling = question.map_or_else(|| Settling::step(step), Settling::park);
        let reopens = self.left_behind(operation, planned).or_else(|| self.planner().makes_way(operation, intent));
        Settling { links: vec![link], notices, reopens, ..settling }
    }

    /// The order, or purchase order, of which a document bills a part without taking its place: it is cut down to the rest.
    fn left_behind(&self, operation: &Operation, written: &Planned) -> Option<RecordKey> {
        let tied = match &written.content {
            Content::Document(document) => document.source.is_some(),
            _ => written.base.as_ref().is_some_and(|base| base.sources.as_ref().is_some_and(|held| !held.is_empty())),
        };
        if tied || !self.planner().converts(operation.key.kind) {
            return None;
        }
        Subject::record_of(operation).as_ref().and_then(plan::parent_of)
    }

    /// The books hold the document, but not to the cent what was meant.
    fn other_totals(&self, operation: &Operation, meant: &PlannedDocument, held: &RemoteRecord) -> Parked {
        let show = |totals: Totals| format!("{} with {} tax", totals.total, totals.tax);
        let reason = format!(
            "{} {:?} is in {}, but as {} {currency} where {} {currency} was meant: correct it there, or mark it done",
            operation.key.kind,
            operation.name,
            self.inner.package_title(),
            held.totals.map(show).unwrap_or_default(),
            show(meant.totals),
            currency = meant.currency,
        );
        Parked::new(Code::TotalsDiffer, reason).with_candidates([plan::candidate(held)])
    }

    /// A record found in the books is ours and holds what was sent: it was created by a sending whose answer was lost.
    pub(crate) fn adopted(&self, member: &Write, record: RemoteRecord) -> Settling {
        let mut settling = self.landed(member, record, Intent::Create);
        settling.links.iter_mut().for_each(|link| link.origin = LinkOrigin::Adopted);
        settling.notices.push(Event::Adopted { key: member.operation.key.clone() });
        settling
    }

    /// A record found in the books is ours but not as it should be: link it and go through the queue again as an update.
    pub(crate) fn adopted_to_update(&self, member: &Write, record: &RemoteRecord) -> Settling {
        let operation = &member.operation;
        let link = link_from(operation, record, None, LinkOrigin::Adopted, None, self.inner.now());
        let step = Step::NextGeneration { error: "found in the books; brought up to date".to_owned() };
        Settling {
            links: vec![link],
            notices: vec![Event::Adopted { key: operation.key.clone() }],
            step,
            reopens: None,
        }
    }

    /// Nothing was written; it is tried again. Stops the round where the connection as a whole is concerned.
    pub(crate) fn again(&mut self, wait: Duration, pause: Pause, error: &ProviderError) -> Settling {
        let not_before = self.rest(wait, pause, error);
        // Limits are nobody's failure.
        let failure = Some(error.kind()).filter(|kind| *kind != ErrorKind::Throttled);
        Settling::step(Step::Retry { not_before, error: error.to_string(), failure })
    }

    /// Rests the connection as far as a failure concerns all of it; says until when.
    pub(crate) fn rest(&mut self, wait: Duration, pause: Pause, error: &ProviderError) -> DateTime<Utc> {
        let now = self.inner.now();
        let not_before = plan::after(now, wait);
        match pause {
            Pause::No => {}
            Pause::Connection => {
                self.stop = Some(ConnectionState::Paused { until: not_before, reason: error.to_string() });
            }
            Pause::Reconnect => {
                self.stop = Some(ConnectionState::NeedsReconnect { since: now, reason: error.to_string() });
            }
        }
        not_before
    }

    /// What becomes of an operation whose record could not be read before an update.
    pub(crate) fn failed_read(&mut self, operation: &Operation, error: &ProviderError) -> Settling {
        let sending = Sending {
            intent: Intent::Update,
            kind: operation.key.kind,
            replay: false,
            failures: operation.failures,
            last_failure: operation.last_failure,
            seed: operation.id.0,
        };
        match plan::decide(&operation.name, Fate::NotApplied(error.clone()), sending, &self.inner.config.backoff) {
            Verdict::Again { wait, pause, error } => self.again(wait, pause, &error),
            Verdict::Park(parked) => Settling::park(parked),
            Verdict::Landed(_) | Verdict::Doubt(..) => {
                Settling::park(Parked::new(Code::Refused, format!("{}: {error}", operation.key)))
            }
        }
    }

    /// When an attempt that stays in doubt is looked at again.
    pub(crate) fn next_look(&self, attempt: &Attempt) -> DateTime<Utc> {
        let now = self.inner.now();
        let soon = plan::after(now, self.inner.config.backoff.wait(attempt.tries, attempt.id.0));
        let windows = self.windows(attempt);
        if soon < windows.replay_until { soon } else { soon.max(windows.probe_from) }
    }
}

/// A link as a record in the books now is.
pub(crate) fn link_from(
    operation: &Operation,
    record: &RemoteRecord,
    fingerprint: Option<String>,
    origin: LinkOrigin,
    before: Option<&Link>,
    now: DateTime<Utc>,
) -> Link {
    Link {
        key: operation.key.clone(),
        remote: record.id.clone(),
        number: record.number.clone().or_else(|| before.and_then(|link| link.number.clone())),
        version: record.version.clone(),
        revision: Some(operation.revision),
        fingerprint: fingerprint.or_else(|| before.and_then(|link| link.fingerprint.clone())),
        status: record.status.clone(),
        party: record.party.clone().or_else(|| before.and_then(|link| link.party.clone())),
        totals: record.totals,
        settled: record.settled,
        seen_at: now,
        origin,
        url: record.link.clone().or_else(|| before.and_then(|link| link.url.clone())),
        settled_since: None,
        suppressed: before.is_some_and(|link| link.suppressed),
        merged_into: record.merged_into.clone(),
    }
    .settled_since(before)
}

pub(crate) fn doubt(error: &ProviderError) -> Settling {
    Settling::step(Step::InDoubt { error: error.to_string() })
}

/// Linking the record that has the name, or the code, answers the question.
pub(crate) fn until_told(operation: &Operation, parked: Parked) -> Parked {
    if parked.code == Code::NameTaken { parked.until_linked(operation.key.clone()) } else { parked }
}

pub(crate) fn taken_code(kind: RecordKind) -> Code {
    if kind.is_party() || kind == RecordKind::Product { Code::NameTaken } else { Code::NumberTaken }
}
