//! How work is handed out, begun and settled.

use chrono::{DateTime, Utc};

use super::Ids;
use super::shelf::{Lease, Shelf};
use crate::ids::{AttemptId, Epoch};
use crate::provider::EncodedWrite;
use crate::store::transition;
use crate::store::{
    Attempt, AttemptMember, Claim, ClaimRequest, Connection, ConnectionState, Link, LinkEnd, Operation, OperationState,
    Settle, Settlement, StoreError, Work,
};

impl Shelf {
    pub(super) fn claim(&mut self, request: &ClaimRequest) -> Claim {
        let Some(connection) = &mut self.connection else { return Claim::Resting(ConnectionState::Disconnected) };
        connection.state = transition::connection_at(&connection.state, request.now);
        if connection.state != ConnectionState::Connected {
            return Claim::Resting(connection.state.clone());
        }
        let own = match &self.lease {
            Some(lease) if lease.worker == request.worker => true,
            Some(lease) if lease.until > request.now => return Claim::Busy { until: lease.until },
            _ => false,
        };
        // Looked up before anything is handed out: handing out does not change what is due when.
        let next_due = self.next_due(request.now);
        let attempts = self.hand_out_attempts(request);
        let operations = self.hand_out_operations(request);
        if attempts.is_empty() && operations.is_empty() {
            self.lease.take_if(|_| own);
            return Claim::Idle { next_due };
        }
        if !own {
            self.epoch += 1;
        }
        self.lease = Some(Lease { worker: request.worker.clone(), until: request.until });
        Claim::Work(Work { epoch: Epoch(self.epoch), attempts, operations, next_due })
    }

    fn hand_out_attempts(&mut self, request: &ClaimRequest) -> Vec<(Attempt, Vec<Operation>)> {
        let mut due: Vec<(DateTime<Utc>, AttemptId)> = self
            .attempts
            .values()
            .filter(|attempt| attempt.not_before <= request.now)
            .map(|attempt| (attempt.begun_at, attempt.id))
            .collect();
        due.sort_unstable();
        due.truncate(request.limit);
        let mut handed_out = Vec::with_capacity(due.len());
        for (_, id) in due {
            let Some(attempt) = self.attempts.get_mut(&id) else { continue };
            attempt.tries = attempt.tries.saturating_add(1);
            let attempt = attempt.clone();
            for member in &attempt.members {
                if let Some(row) = self.rows.get_mut(&member.operation)
                    && row.operation.state == (OperationState::Sending { attempt: id })
                {
                    row.operation.claims = row.operation.claims.saturating_add(1);
                }
            }
            let operations = attempt.members.iter().map(|member| self.view(self.row(member.operation))).collect();
            handed_out.push((attempt, operations));
        }
        handed_out
    }

    fn hand_out_operations(&mut self, request: &ClaimRequest) -> Vec<Operation> {
        let ready = self.open.iter().copied().filter(|id| {
            let row = self.row(*id);
            let operation = &row.operation;
            operation.state == OperationState::Queued && row.waits.is_empty() && operation.not_before <= request.now
        });
        let ready: Vec<_> = ready.take(request.limit).collect();
        for id in &ready {
            if let Some(row) = self.rows.get_mut(id) {
                row.operation.claims = row.operation.claims.saturating_add(1);
                row.links_seen = self.stored_links;
            }
        }
        ready.iter().map(|id| self.view(self.row(*id))).collect()
    }

    fn next_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let attempts = self.attempts.values().map(|attempt| attempt.not_before);
        let queued = self.open.iter().map(|id| self.row(*id));
        let queued = queued.filter(|row| row.operation.state == OperationState::Queued && row.waits.is_empty());
        attempts.chain(queued.map(|row| row.operation.not_before)).filter(|due| *due > now).min()
    }

    pub(super) fn release(&mut self, epoch: Epoch) {
        if Epoch(self.epoch) == epoch {
            self.lease = None;
        }
    }

    fn fence(&self, epoch: Epoch) -> Result<(), StoreError> {
        if self.lease.is_some() && Epoch(self.epoch) == epoch { Ok(()) } else { Err(StoreError::Fenced) }
    }

    pub(super) fn begin(
        &mut self,
        ids: &mut Ids,
        epoch: Epoch,
        members: Vec<AttemptMember>,
        request: EncodedWrite,
        now: DateTime<Utc>,
    ) -> Result<Attempt, StoreError> {
        self.fence(epoch)?;
        if !self.connection.as_ref().is_some_and(is_usable) {
            return Err(StoreError::Fenced);
        }
        transition::begins(&members, &request)?;
        for member in &members {
            let row = self.rows.get(&member.operation).ok_or_else(|| transition::unknown(member.operation))?;
            if row.operation.state != OperationState::Queued || !row.waits.is_empty() {
                return Err(transition::not_ready(member.operation));
            }
        }
        ids.attempt += 1;
        let attempt =
            Attempt { id: AttemptId(ids.attempt), members, request, begun_at: now, not_before: now, tries: 1 };
        for member in &attempt.members {
            let sending = self.row(member.operation).position().sending(attempt.id);
            self.place(member.operation, sending, now);
        }
        self.attempts.insert(attempt.id, attempt.clone());
        Ok(attempt)
    }

    pub(super) fn settle(&mut self, settle: &Settle) -> Result<(), StoreError> {
        self.fence(settle.epoch)?;
        for settlement in &settle.settlements {
            let id = settlement.operation;
            let row = self.rows.get(&id).ok_or_else(|| transition::unknown(id))?;
            transition::settles(id, &row.operation.state, settle.attempt, &settlement.step)?;
        }
        let before = self.stored_links;
        self.check_links(settle.settlements.iter().flat_map(|settlement| self.links_brought(settlement, before)))?;

        for settlement in &settle.settlements {
            let id = settlement.operation;
            let row = self.row(id);
            if transition::settles(id, &row.operation.state, settle.attempt, &settlement.step)? {
                let position = row.position().settled(&settlement.step, settle.now);
                self.move_on(id, position, settle.now);
            }
            for link in self.links_brought(settlement, before).cloned().collect::<Vec<_>>() {
                self.store_link(&link, &LinkEnd::Replaced, settle.now);
            }
            if let Some(key) = &settlement.reopens {
                self.reopen(key, settle.now);
            }
        }
        if let Some(attempt) = settle.attempt {
            self.close_or_postpone(attempt, settle.attempt_due);
        }
        if let (Some(state), Some(connection)) = (&settle.connection_state, &mut self.connection) {
            connection.state = transition::connection_after(&connection.state, state.clone());
        }
        Ok(())
    }

    /// The links of a settlement but those that a person has outrun between the claim and the settling.
    fn links_brought<'a>(&'a self, settlement: &'a Settlement, before: u64) -> impl Iterator<Item = &'a Link> {
        let seen = self.rows.get(&settlement.operation).map_or(0, |row| row.links_seen);
        settlement.links.iter().filter(move |link| {
            let stored = self.links.get(&link.key).filter(|linked| linked.stored > seen && linked.stored <= before);
            stored.is_none_or(|linked| !transition::outlasts(&linked.link, link))
        })
    }

    /// An attempt is over when none of its members is in it any more.
    fn close_or_postpone(&mut self, id: AttemptId, due: DateTime<Utc>) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        let in_doubt = |member: &AttemptMember| {
            self.rows
                .get(&member.operation)
                .is_some_and(|row| row.operation.state == (OperationState::Sending { attempt: id }))
        };
        if attempt.members.iter().any(in_doubt) {
            attempt.not_before = due;
        } else {
            self.attempts.remove(&id);
        }
    }
}

fn is_usable(connection: &Connection) -> bool {
    matches!(connection.state, ConnectionState::Connected | ConnectionState::Paused { .. })
}
