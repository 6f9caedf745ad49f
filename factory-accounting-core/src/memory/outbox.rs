//! How operations come in, wait for one another and are decided on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Ids;
use super::shelf::{Row, Shelf};
use crate::ids::{OperationId, Revision};
use crate::model::RecordKey;
use crate::store::transition::{self, Arrival, Known, Position};
use crate::store::{
    Enqueued, KnownParty, Link, LinkEnd, NewOperation, Operation, OperationState, RecordedDecision, Scope, StoreError,
};

impl Shelf {
    pub(super) fn enqueue(
        &mut self,
        ids: &mut Ids,
        operations: Vec<NewOperation>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let arrivals = self.judge(*ids, &operations)?;
        let mut enqueued = Vec::with_capacity(operations.len());
        for (new, arrival) in operations.into_iter().zip(arrivals) {
            if let (Arrival::New(_), Some(party)) = (&arrival, KnownParty::pushed(&new)) {
                self.lists.know(new.key.kind, party);
            }
            enqueued.push(match arrival {
                Arrival::Known(known) => known,
                Arrival::New(revision) => {
                    ids.operation += 1;
                    let operation = OperationId(ids.operation);
                    self.insert(operation, revision, new, now);
                    Enqueued { operation, revision, new: true }
                }
            });
        }
        Ok(enqueued)
    }

    /// Decides about each operation as if those before it were there, so that all or none can be added.
    fn judge(&self, ids: Ids, operations: &[NewOperation]) -> Result<Vec<Arrival>, StoreError> {
        let mut next = ids.operation;
        let mut fresh: BTreeMap<&RecordKey, Vec<Known>> = BTreeMap::new();
        let mut arrivals = Vec::with_capacity(operations.len());
        for new in operations {
            let fresh = fresh.entry(&new.key).or_default();
            let newest = fresh.last().cloned().or_else(|| self.known(&new.key, None));
            let same = new.revision.and_then(|revision| {
                let here = fresh.iter().rev().find(|known| known.revision == revision).cloned();
                here.or_else(|| self.known(&new.key, Some(revision)))
            });
            let arrival = transition::arrival(new, newest.as_ref(), same.as_ref())?;
            if let Arrival::New(revision) = arrival {
                next += 1;
                fresh.push(Known::of_new(OperationId(next), revision, new));
            }
            arrivals.push(arrival);
        }
        Ok(arrivals)
    }

    /// The newest row of a record, or the newest of one of its revisions.
    fn known(&self, key: &RecordKey, revision: Option<Revision>) -> Option<Known> {
        let rows = self.by_record.get(key)?.iter().rev().map(|id| &self.row(*id).operation);
        let operation = rows.into_iter().find(|row| revision.is_none_or(|revision| row.revision == revision))?;
        Some(Known {
            operation: operation.id,
            revision: operation.revision,
            goal: operation.goal,
            fingerprint: operation.fingerprint.clone(),
            repeatable: transition::is_repeatable(&operation.state),
        })
    }

    fn insert(&mut self, id: OperationId, revision: Revision, mut new: NewOperation, now: DateTime<Utc>) {
        let position = Position::at_start(&new.start);
        let key = new.key.clone();
        let older: Vec<OperationId> = self.open_of(&key).collect();
        let needs = std::mem::take(&mut new.needs);
        let operation = Operation::arriving(id, revision, new, now);
        self.rows.insert(id, Row { operation, waits: BTreeSet::new(), links_seen: 0 });
        self.by_record.entry(key.clone()).or_default().push(id);
        self.open.insert(id);

        let mut inherited = false;
        for old in older {
            let position = self.row(old).position();
            if transition::may_be_superseded(&position.state) {
                inherited |= self.supersede(old, position, id, now);
            } else {
                self.wait(id, old);
            }
        }
        for need in needs.iter().filter(|need| **need != key) {
            let newest = self.open_of(need).last();
            if let Some(needed) = newest.filter(|needed| transition::is_on_its_way(&self.row(*needed).operation.state))
            {
                self.wait(id, needed);
            }
        }
        if inherited {
            self.break_circles(id);
        }
        self.place(id, position, now);
        self.arrive(id, now);
    }

    /// What follows when an operation has come to its place: who waits for a link that is there already goes on, who is
    /// needed is released, and so are those that it needs.
    pub(super) fn arrive(&mut self, id: OperationId, now: DateTime<Utc>) {
        let row = self.row(id);
        let linked = transition::waits_for_link(&row.operation.state)
            .and_then(|key| self.links.get(key))
            .is_some_and(|linked| linked.stored > row.links_seen && transition::wakes(&linked.link));
        if linked || (row.operation.state == OperationState::Held && self.is_needed(id)) {
            let ready = row.position().woken();
            self.place(id, ready, now);
        }
        let row = self.row(id);
        match &row.operation.state {
            OperationState::Queued => self.release_needs(id, now),
            OperationState::Parked { .. } => {
                if let Some(key) = transition::waits_for_link(&row.operation.state).cloned() {
                    self.release_held(&key, now);
                }
                self.stop_waiting_for(id);
            }
            _ => {}
        }
    }

    /// Puts an operation in its place and keeps the indexes in step.
    pub(super) fn place(&mut self, id: OperationId, position: Position, now: DateTime<Utc>) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        let operation = &mut row.operation;
        if let Some(key) = transition::waits_for_link(&operation.state)
            && let Some(sleepers) = self.sleepers.get_mut(key)
        {
            sleepers.remove(&id);
        }
        if let Some(key) = transition::waits_for_link(&position.state) {
            self.sleepers.entry(key.clone()).or_default().insert(id);
        }
        let done = transition::is_done(&position.state);
        operation.state = position.state;
        operation.generation = position.generation;
        operation.not_before = position.not_before;
        operation.claims = position.claims;
        operation.failures = position.failures;
        operation.last_failure = position.last_failure;
        operation.resent = position.resent;
        operation.last_error = position.last_error;
        operation.updated_at = now;
        if done {
            self.open.remove(&id);
            for waiter in self.waiters.remove(&id).unwrap_or_default() {
                self.stop(waiter, id);
            }
            for awaited in self.row(id).waits.clone() {
                self.stop(id, awaited);
            }
        }
    }

    /// Moves an operation out of an attempt, the queue or a person's hands. Where it would wait again, a newer revision of
    /// its record takes its place.
    pub(super) fn move_on(&mut self, id: OperationId, position: Position, now: DateTime<Utc>) {
        let key = self.row(id).operation.key.clone();
        let newer = self.open_of(&key).last().filter(|newest| *newest > id);
        match newer {
            Some(newer) if transition::may_be_superseded(&position.state) => {
                if self.supersede(id, position, newer, now) {
                    self.break_circles(newer);
                }
                self.arrive(newer, now);
            }
            _ => {
                self.place(id, position, now);
                self.arrive(id, now);
            }
        }
    }

    /// Has the newest operation of a record done once more, where it is done and in the books.
    pub(super) fn reopen(&mut self, key: &RecordKey, now: DateTime<Utc>) {
        let Some(id) = self.by_record.get(key).and_then(|ids| ids.last()).copied() else { return };
        let row = self.row(id);
        if let Some(position) = row.position().reopened(row.operation.goal, now) {
            self.open.insert(id);
            self.place(id, position, now);
        }
    }

    /// Asks anew what a person has set aside, where nothing newer has come.
    pub(super) fn raise(&mut self, id: OperationId, now: DateTime<Utc>) {
        let Some(row) = self.rows.get(&id) else { return };
        let newest = self.by_record.get(&row.operation.key).and_then(|ids| ids.last());
        if newest == Some(&id)
            && let Some(position) = row.position().raised()
        {
            self.open.insert(id);
            self.place(id, position, now);
        }
    }

    pub(super) fn hasten(&mut self, scope: &Scope, now: DateTime<Utc>) -> u64 {
        let covered = self.open.iter().copied().filter(|id| scope.covers(&self.row(*id).operation.key));
        let hastened: Vec<(OperationId, Position)> =
            covered.filter_map(|id| Some((id, self.row(id).position().hastened(now)?))).collect();
        let many = hastened.len() as u64;
        hastened.into_iter().for_each(|(id, position)| self.place(id, position, now));
        many
    }

    /// Lets a newer revision take the place of an older one, and take over who waits for it. Says whether anyone did.
    fn supersede(&mut self, old: OperationId, position: Position, newer: OperationId, now: DateTime<Utc>) -> bool {
        let heirs: Vec<OperationId> =
            self.waiters.get(&old).into_iter().flatten().copied().filter(|waiter| *waiter != newer).collect();
        for waiter in &heirs {
            self.wait(*waiter, newer);
        }
        self.place(old, position.superseded(), now);
        !heirs.is_empty()
    }

    /// Takes back waits of an operation that lead round to itself: what it needs waits for its record, so it goes first.
    fn break_circles(&mut self, id: OperationId) {
        for awaited in self.row(id).waits.clone() {
            if self.leads_to(awaited, id) {
                self.stop(id, awaited);
            }
        }
    }

    fn leads_to(&self, from: OperationId, to: OperationId) -> bool {
        let mut seen = BTreeSet::new();
        let mut ahead = vec![from];
        while let Some(next) = ahead.pop() {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                ahead.extend(&self.row(next).waits);
            }
        }
        false
    }

    /// Whether something that goes on needs a held operation.
    fn is_needed(&self, id: OperationId) -> bool {
        let awaited = self.waiters.get(&id).into_iter().flatten();
        let key = &self.row(id).operation.key;
        awaited.into_iter().any(|waiter| self.row(*waiter).operation.state == OperationState::Queued)
            || self.sleepers.get(key).is_some_and(|sleepers| !sleepers.is_empty())
    }

    /// Releases what an operation waits for and is held, and what that waits for in turn.
    pub(super) fn release_needs(&mut self, id: OperationId, now: DateTime<Utc>) {
        for awaited in self.row(id).waits.clone() {
            self.release_one(awaited, now);
        }
    }

    fn release_held(&mut self, key: &RecordKey, now: DateTime<Utc>) {
        for id in self.open_of(key).collect::<Vec<_>>() {
            self.release_one(id, now);
        }
    }

    fn release_one(&mut self, id: OperationId, now: DateTime<Utc>) {
        if self.row(id).operation.state == OperationState::Held {
            let released = self.row(id).position().woken();
            self.place(id, released, now);
            self.release_needs(id, now);
        }
    }

    /// A parked operation is not on its way: those of other records that wait for it go on and see for themselves.
    fn stop_waiting_for(&mut self, id: OperationId) {
        let key = self.row(id).operation.key.clone();
        for waiter in self.waiters.get(&id).cloned().unwrap_or_default() {
            if self.row(waiter).operation.key != key {
                self.stop(waiter, id);
            }
        }
    }

    fn wait(&mut self, waiter: OperationId, awaited: OperationId) {
        if let Some(row) = self.rows.get_mut(&waiter) {
            row.waits.insert(awaited);
            self.waiters.entry(awaited).or_default().insert(waiter);
        }
    }

    fn stop(&mut self, waiter: OperationId, awaited: OperationId) {
        if let Some(row) = self.rows.get_mut(&waiter) {
            row.waits.remove(&awaited);
        }
        if let Some(waiters) = self.waiters.get_mut(&awaited) {
            waiters.remove(&waiter);
        }
    }

    /// Unfinished operations of a record, in order of arrival.
    pub(super) fn open_of(&self, key: &RecordKey) -> impl Iterator<Item = OperationId> {
        self.by_record.get(key).into_iter().flatten().copied().filter(|id| self.open.contains(id))
    }

    pub(super) fn decide(
        &mut self,
        id: OperationId,
        decision: RecordedDecision,
        link: Option<&Link>,
    ) -> Result<(), StoreError> {
        let row = self.rows.get_mut(&id).ok_or_else(|| transition::unknown(id))?;
        transition::decides(id, &row.operation.key, &row.operation.state, &decision.decision, link)?;
        if let Some(link) = link {
            self.check_links([link])?;
        }
        let at = decision.at;
        let end = LinkEnd::Relinked { by: decision.by.clone() };
        let position = self.row(id).position().decided(&decision.decision, at);
        if let Some(row) = self.rows.get_mut(&id) {
            row.operation.decisions.push(decision);
        }
        self.move_on(id, position, at);
        if let Some(link) = link {
            self.store_link(link, &end, at);
        }
        Ok(())
    }
}
