//! Resolving doubt: replay while the package's window holds, then look for the marker, then send anew or ask a person.

use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Finding, Sending, Verdict};
use factory_accounting_core::provider::{Fate, Intent, ProbeTarget, RemoteRecord, safe_replay_window};
use factory_accounting_core::store::{Attempt, LinkOrigin, Operation, OperationState, Step};

use crate::engine::EngineError;
use crate::event::Verb;
use crate::kept;
use crate::links::anothers;
use crate::planning::Write;
use crate::round::Round;
use crate::sending::{doubt, link_from};
use crate::settling::Settling;

/// How long after its beginning an attempt may leave for the first time where the package remembers no keys.
const SLACK: Duration = Duration::from_secs(30);

/// Until when an attempt's bytes may leave, and from when a search for its marker proves something.
pub(crate) struct Windows {
    /// Until when they may leave for the first time. A process that stood still for longer must not send: another may have
    /// searched meanwhile, found nothing, and sent anew.
    pub(crate) leave_until: DateTime<Utc>,
    pub(crate) replay_until: DateTime<Utc>,
    pub(crate) probe_from: DateTime<Utc>,
}

impl Round<'_> {
    pub(crate) fn windows(&self, attempt: &Attempt) -> Windows {
        let capabilities = self.inner.provider.capabilities();
        let begun = attempt.begun_at;
        let timeout = capabilities.write_timeout;
        match capabilities.replay_window {
            // The last replay leaves before the package's own window ends and may be worked on for the write time-out.
            Some(window) => Windows {
                leave_until: plan::after(begun, safe_replay_window(window)),
                replay_until: plan::after(begun, safe_replay_window(window)),
                probe_from: plan::after(begun, window.saturating_add(timeout)),
            },
            None => Windows {
                leave_until: plan::after(begun, SLACK),
                replay_until: begun,
                probe_from: plan::after(begun, timeout.saturating_add(SLACK)),
            },
        }
    }

    /// Resolves an attempt whose fate is not settled.
    pub(crate) async fn resolve(&mut self, attempt: Attempt, operations: Vec<Operation>) -> Result<(), EngineError> {
        let now = self.inner.now();
        let windows = self.windows(&attempt);
        let (members, damaged) = self.members_in_doubt(&attempt, operations);
        if !damaged.is_empty() {
            self.settle(Some((attempt.id, windows.probe_from)), damaged).await?;
        }
        if members.is_empty() {
            return self.settle(Some((attempt.id, now)), Vec::new()).await;
        }
        // A replay carries every member again; those that are settled already are not touched by its answer.
        if now < windows.replay_until {
            return self.replay(attempt, members).await;
        }
        if now < windows.probe_from {
            let settlings = wait(members);
            return self.settle(Some((attempt.id, windows.probe_from)), settlings).await;
        }
        if attempt.request.intent != Intent::Create {
            // Updates and voids are planned anew from the record as it is: what has landed shows as unchanged.
            let settlings = members
                .into_iter()
                .map(|member| {
                    let settling = self.send_anew(&member.operation, "the answer to a change was lost");
                    (member.operation, settling)
                })
                .collect();
            return self.settle(Some((attempt.id, now)), settlings).await;
        }
        self.probe(attempt, members).await
    }

    async fn replay(&mut self, attempt: Attempt, members: Vec<Write>) -> Result<(), EngineError> {
        self.inner.called(Verb::Replay, Some(attempt.request.kind), members.len());
        let report = self.inner.provider.write(&attempt.request).await;
        let fates = report.into_fates();
        // Fates come in the order of all members; pick those of the ones still in doubt.
        let picked = members
            .iter()
            .filter_map(|member| {
                let at = attempt.members.iter().position(|row| row.operation == member.operation.id)?;
                fates.get(at).cloned()
            })
            .collect();
        self.settle_fates(&attempt, members, picked, true).await
    }

    async fn probe(&mut self, attempt: Attempt, members: Vec<Write>) -> Result<(), EngineError> {
        let findings = match self.look(&members).await? {
            Ok(findings) => findings,
            Err(failure) => {
                let settlings = self.failed_search(members, &failure);
                let due = self.next_look(&attempt);
                return self.settle(Some((attempt.id, due)), settlings).await;
            }
        };
        let now = self.inner.now();
        let windows = self.windows(&attempt);
        let mut settlings = Vec::with_capacity(members.len());
        let mut due = self.next_look(&attempt);
        for (member, finding) in members.into_iter().zip(findings) {
            let settling = match finding {
                Finding::Ours(record) => self.adopted(&member, *record),
                Finding::OursToUpdate(record) => self.adopted_to_update(&member, &record),
                Finding::Park(parked) => Settling::park(parked),
                Finding::Gone(records) => self.gone(&member, &records),
                Finding::Nothing | Finding::Namesakes(_) => {
                    let capability = self.inner.provider.capabilities().of(member.operation.key.kind);
                    let lag = capability.map(|capability| capability.search_lag).unwrap_or_default();
                    let visible_from = plan::after(windows.probe_from, lag);
                    if now >= visible_from {
                        self.send_anew(&member.operation, "it did not reach the books")
                    } else {
                        due = due.max(visible_from);
                        Settling::step(Step::InDoubt { error: "not found yet".to_owned() })
                    }
                }
            };
            settlings.push((member.operation, settling));
        }
        self.settle(Some((attempt.id, due)), settlings).await
    }

    /// What becomes of members whose search failed. What waiting can mend leaves them in doubt, and rests the connection where
    /// every call would meet the same; anything else is a question, or they would stay in doubt for ever and nobody knew.
    fn failed_search(&mut self, members: Vec<Write>, failure: &ProviderError) -> Vec<(Operation, Settling)> {
        members
            .into_iter()
            .map(|member| {
                let operation = &member.operation;
                let reading = Sending {
                    intent: Intent::Update,
                    kind: operation.key.kind,
                    replay: false,
                    // A read that is refused has been repeated with a fresh token already.
                    failures: 1,
                    last_failure: Some(failure.kind()),
                    seed: operation.id.0,
                };
                let fate = Fate::NotApplied(failure.clone());
                let settling = match plan::decide(&operation.name, fate, reading, &self.inner.config.backoff) {
                    Verdict::Again { wait, pause, error } => {
                        self.rest(wait, pause, &error);
                        doubt(&error)
                    }
                    _ => {
                        let reason = format!(
                            "{} {:?} was sent, the answer was lost, and it cannot be looked for: {failure}",
                            operation.key.kind, operation.name
                        );
                        Settling::park(Parked::new(Code::Unresolved, reason).with_error(failure.clone()))
                    }
                };
                (member.operation, settling)
            })
            .collect()
    }

    /// What was sent had landed, and somebody has voided or deleted it since: it is not brought back (R11).
    fn gone(&self, member: &Write, records: &[RemoteRecord]) -> Settling {
        let operation = &member.operation;
        let reason = format!(
            "{} {:?} reached {} and was deleted or voided there before we learnt of it; it is not brought back",
            operation.key.kind,
            operation.name,
            self.inner.package_title()
        );
        let now = self.inner.now();
        let link = |record| link_from(operation, record, None, LinkOrigin::Adopted, None, now);
        let links = records.first().map(link).into_iter().collect();
        let parked = Parked::new(Code::RemoteGone, reason).with_candidates(records.iter().map(plan::candidate));
        Settling { links, ..Settling::park(parked) }
    }

    /// The next generation, unless there have been too many.
    fn send_anew(&self, operation: &Operation, why: &str) -> Settling {
        if operation.resent >= self.inner.config.max_generations {
            let reason = format!(
                "{} {:?} was sent {} times and never reached the books",
                operation.key.kind,
                operation.name,
                operation.resent + 1
            );
            return Settling::park(Parked::new(Code::GaveUp, reason));
        }
        Settling::step(Step::NextGeneration { error: why.to_owned() })
    }

    /// Looks for the markers of members and judges what is found. The inner error: the search itself failed.
    pub(crate) async fn look(&mut self, members: &[Write]) -> Result<Result<Vec<Finding>, ProviderError>, EngineError> {
        let Some(kind) = members.first().map(|member| member.operation.key.kind) else { return Ok(Ok(Vec::new())) };
        let mut findings = Vec::with_capacity(members.len());
        for members in members.chunks(self.inner.probe_chunk(kind)) {
            let targets: Vec<ProbeTarget> = members.iter().map(|member| member.planned.probe.clone()).collect();
            let found = match self.inner.probe(kind, &targets).await {
                Ok(found) => found,
                Err(failure) => return Ok(Err(failure)),
            };
            let mut found = found.into_iter();
            for member in members {
                let records = found.next().unwrap_or_default();
                findings.push(self.judge(member, &records).await?);
            }
        }
        Ok(Ok(findings))
    }

    async fn judge(&self, member: &Write, found: &[RemoteRecord]) -> Result<Finding, EngineError> {
        let operation = &member.operation;
        let finding = plan::judge(&operation.name, &member.planned.content, &member.planned.probe, found);
        let record = match &finding {
            Finding::Ours(record) | Finding::OursToUpdate(record) => record,
            Finding::Gone(records) => return self.untied(operation, records).await,
            // Products may share an item, so that another one's is no reason not to be linked to it (F40).
            Finding::Park(_) if operation.key.kind == RecordKind::Product => return Ok(finding),
            Finding::Park(parked) => return Ok(self.tied_to_another(operation, parked).await?.unwrap_or(finding)),
            Finding::Nothing | Finding::Namesakes(_) => return Ok(finding),
        };
        // What is tied to another record of the host is not ours, however alike it is (R10). Items may be shared (F40).
        let inner = self.inner;
        let ties = inner.store.links_to(&inner.connection, std::slice::from_ref(&record.id)).await?;
        Ok(match anothers(&ties, &record.id, &operation.key).filter(|other| other.kind != RecordKind::Product) {
            None => finding,
            Some(other) => Finding::Park(number_of(operation, other)),
        })
    }

    /// A record that differs because it is another one of the host's: two documents under one number (R10).
    async fn tied_to_another(&self, operation: &Operation, parked: &Parked) -> Result<Option<Finding>, EngineError> {
        let [candidate] = parked.candidates.as_slice() else { return Ok(None) };
        let inner = self.inner;
        let ties = inner.store.links_to(&inner.connection, std::slice::from_ref(&candidate.remote)).await?;
        let other = ties.into_iter().find(|link| link.key != operation.key);
        Ok(other.map(|link| Finding::Park(number_of(operation, &link.key).with_candidates([candidate.clone()]))))
    }

    /// Records that count no more and that no record of the host is tied to. The others are the ends of earlier stories.
    async fn untied(&self, operation: &Operation, records: &[RemoteRecord]) -> Result<Finding, EngineError> {
        let inner = self.inner;
        let ids: Vec<RemoteId> = records.iter().map(|record| record.id.clone()).collect();
        let ties = inner.store.links_to(&inner.connection, &ids).await?;
        let tied = |record: &&RemoteRecord| {
            ties.iter().any(|link| link.key.kind == operation.key.kind && link.remote == record.id)
        };
        let untied: Vec<RemoteRecord> = records.iter().filter(|record| !tied(record)).cloned().collect();
        Ok(if untied.is_empty() { Finding::Nothing } else { Finding::Gone(untied) })
    }

    /// The members of an attempt that are still in doubt, with what was planned for them.
    fn members_in_doubt(
        &self,
        attempt: &Attempt,
        operations: Vec<Operation>,
    ) -> (Vec<Write>, Vec<(Operation, Settling)>) {
        let mut members = Vec::with_capacity(operations.len());
        let mut damaged = Vec::new();
        for operation in operations {
            let in_doubt = matches!(operation.state, OperationState::Sending { attempt: id } if id == attempt.id);
            let row = attempt.members.iter().find(|row| row.operation == operation.id);
            let (Some(row), true) = (row, in_doubt) else { continue };
            match kept::write(operation.clone(), attempt.request.intent, row) {
                Ok(write) => members.push(write),
                Err(error) => {
                    let reason = format!(
                        "{} {:?} was being sent and its attempt cannot be read: {error}",
                        operation.key.kind, operation.name
                    );
                    damaged.push((operation, Settling::park(Parked::new(Code::Unresolved, reason))));
                }
            }
        }
        (members, damaged)
    }
}

fn wait(members: Vec<Write>) -> Vec<(Operation, Settling)> {
    members
        .into_iter()
        .map(|member| {
            let settling =
                Settling::step(Step::InDoubt { error: "waiting until a search can prove something".to_owned() });
            (member.operation, settling)
        })
        .collect()
}

/// The question that two records of the host under one number are.
fn number_of(operation: &Operation, other: &RecordKey) -> Parked {
    let reason = format!("{} {:?}: this number belongs to {other} already", operation.key.kind, operation.name);
    Parked::new(Code::NumberTwice, reason)
}
