//! Documents that now belong to another customer or supplier than the one that they were sent to (L24): a question, and on a
//! person's word a void and a new document, each a step of its own. Where it is the party that was linked anew, what was sent
//! stays where it is (F16, F17).

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::{LocalId, RemoteId};
use factory_accounting_core::model::{ItemLine, Line, Record, RecordKey};
use factory_accounting_core::plan::{self, Draft, Subject};
use factory_accounting_core::planned::Content;
use factory_accounting_core::store::{Decision, Goal, Link, Operation, OperationState};

use crate::engine::EngineError;
use crate::planner::Planner;
use crate::planning::Plan;

impl Planner<'_> {
    /// The draft of a document that stays with its party, or what follows where it does not.
    pub(crate) async fn addressed(
        &self,
        operation: &Operation,
        subject: &Subject,
        link: &Link,
        mut draft: Draft,
    ) -> Result<Result<Draft, Plan>, EngineError> {
        let (Some(held), Content::Document(document)) = (&link.party, &mut draft.content) else { return Ok(Ok(draft)) };
        let Subject::Record(record) = subject else { return Ok(Ok(draft)) };
        if *held == document.party {
            return Ok(Ok(draft));
        }
        let Some(sent) = self.as_last_sent(operation).await? else { return Ok(Ok(draft)) };
        let (Some(before), Some(now)) = (sent.trade(), record.trade()) else { return Ok(Ok(draft)) };
        if before.party == now.party {
            if jobs(before.lines) == jobs(now.lines) {
                document.party = held.clone();
                draft.fingerprint = plan::fingerprint(&draft.content);
            }
            return Ok(Ok(draft));
        }
        if self.is_to_be_written_anew(operation) {
            return Ok(Err(Plan::Read { draft: None, remote: link.remote.clone(), origin: link.origin }));
        }
        let (before, now) = (self.called(&before.party).await?, self.called(&now.party).await?);
        let reason =
            format!("{} {:?} was sent to {before} and now belongs to {now}", operation.key.kind, operation.name);
        Ok(Err(Parked::new(Code::Retargeted, reason).into()))
    }

    pub(crate) fn is_to_be_written_anew(&self, operation: &Operation) -> bool {
        operation.decisions.iter().any(|taken| taken.decision == Decision::WriteAnew)
    }

    /// Whether a document that is gone was voided by a person's word to be written anew, by this operation or by one whose
    /// place it has taken since.
    pub(crate) async fn was_voided_to_be_written_anew(&self, operation: &Operation) -> Result<bool, EngineError> {
        if self.is_to_be_written_anew(operation) {
            return Ok(true);
        }
        // What has landed since ends it: should that be gone, nobody has said that it is to be written anew.
        let history = self.inner.history(&operation.key).await?;
        let earlier = history.iter().rev().filter(|row| row.id < operation.id);
        let mut open = earlier.take_while(|row| !has_landed(row));
        Ok(open.any(|row| self.is_to_be_written_anew(row)))
    }

    /// The record as the books last got it.
    async fn as_last_sent(&self, operation: &Operation) -> Result<Option<Record>, EngineError> {
        let history = self.inner.history(&operation.key).await?;
        let sent = |row: &Operation| row.id < operation.id && row.goal == Goal::Present && has_landed(row);
        let last = history.into_iter().rev().find(sent);
        Ok(last.as_ref().and_then(Subject::record_of))
    }

    /// A party as people know it.
    async fn called(&self, party: &RecordKey) -> Result<String, EngineError> {
        let name = self.inner.newest(party).await?.map(|newest| newest.name);
        Ok(name.map_or_else(|| party.to_string(), |name| format!("{} {name:?}", party.kind)))
    }
}

fn has_landed(operation: &Operation) -> bool {
    matches!(&operation.state, OperationState::Done { outcome } if outcome.is_in_books())
}

fn jobs(lines: &[Line]) -> Vec<Option<&LocalId>> {
    let items = lines.iter().filter_map(Line::as_item);
    let mut jobs: Vec<_> = items.map(|line: &ItemLine| line.job.as_ref()).collect();
    jobs.sort();
    jobs.dedup();
    jobs
}

/// A document that stays with its party stays with whoever the books have it for by now: a party may have been merged there.
/// Such a draft names another party than the one that the host's is linked to, by which it would be looked for.
pub(crate) fn keep_party(draft: &Draft, held: Option<&RemoteId>) -> Option<Draft> {
    let (Content::Document(document), Some(held)) = (&draft.content, held) else { return None };
    if draft.probe.party.as_ref() == Some(&document.party) || document.party == *held {
        return None;
    }
    let mut kept = draft.clone();
    if let Content::Document(document) = &mut kept.content {
        document.party = held.clone();
    }
    Some(kept)
}
