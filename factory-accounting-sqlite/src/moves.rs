//! How operations move from place to place. The moves themselves are those of [`transition`].

use factory_accounting_core::ids::OperationId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::store::transition::{self, Position};
use factory_accounting_core::store::{Link, LinkEnd, OperationState, RecordedDecision, Scope, StoreError};
use rusqlite::{OptionalExtension, params};

use crate::fault::{Fault, Outcome};
use crate::links;
use crate::outbox::Outbox;
use crate::rows::{self, Standing, StateColumns, json, millis, parse, signed, standings};
use crate::tally::Tally;

impl Outbox<'_> {
    pub(crate) fn standing(&self, id: OperationId) -> Outcome<Standing> {
        self.standing_if_any(id)?.ok_or_else(|| Fault(transition::unknown(id)))
    }

    fn standing_if_any(&self, id: OperationId) -> Outcome<Option<Standing>> {
        let mut statement = self.statement(standings!("id = ?1 AND connection = ?2"))?;
        let mut found = statement.query(params![signed(id.0), self.connection.as_str()])?;
        found.next()?.map(rows::standing).transpose()
    }

    /// Unfinished operations of a record, in order of arrival.
    pub(crate) fn open_of(&self, key: &RecordKey) -> Outcome<Vec<Standing>> {
        let mut statement = self.statement(standings!(
            "connection = ?1 AND kind = ?2 AND local = ?3 AND state <> 'done' ORDER BY revision, repetition"
        ))?;
        let mut found = statement.query(params![self.connection.as_str(), key.kind.as_str(), key.id.as_str()])?;
        let mut open = Vec::new();
        while let Some(row) = found.next()? {
            open.push(rows::standing(row)?);
        }
        Ok(open)
    }

    /// Puts an operation in its place.
    pub(crate) fn place(&self, id: OperationId, position: &Position) -> Outcome<()> {
        let columns = StateColumns::of(&position.state)?;
        if columns.until.is_some() {
            self.sleepers.borrow_mut().clear();
        }
        let mut statement = self.statement(
            "UPDATE fa_operation SET state = ?2, attempt = ?3, parked = ?4, until_kind = ?5, until_local = ?6, outcome = ?7,
                 generation = ?8, not_before = ?9, claims = ?10, failures = ?11, last_error = ?12, updated_at = ?13,
                 last_failure = ?14, resent = ?15
             WHERE id = ?1",
        )?;
        statement.execute(params![
            signed(id.0),
            columns.state,
            columns.attempt,
            columns.parked,
            columns.until.as_ref().map(|until| until.0),
            columns.until.as_ref().map(|until| &until.1),
            columns.outcome,
            position.generation.0,
            millis(position.not_before),
            position.claims,
            position.failures,
            position.last_error,
            millis(self.now),
            position.last_failure.map(|kind| json(&kind)).transpose()?,
            position.resent,
        ])?;
        Ok(())
    }

    /// What is done is counted; it waits for nothing, and nothing waits for it.
    pub(crate) fn finish(
        &self,
        id: OperationId,
        kind: RecordKind,
        state: &OperationState,
        tally: &mut Tally,
    ) -> Outcome<()> {
        tally.count(kind, state);
        self.end_waits(id)
    }

    /// Moves an operation out of an attempt, the queue or a person's hands. Where it would wait again, a newer revision of
    /// its record takes its place.
    pub(crate) fn move_on(&self, at: Standing, position: Position, tally: &mut Tally) -> Outcome<()> {
        let newer = if transition::may_be_superseded(&position.state) {
            self.open_of(&at.key)?.pop().filter(|newest| newest.id > at.id)
        } else {
            None
        };
        if let Some(newer) = newer {
            if self.supersede(Standing { position, ..at }, newer.id, tally)? {
                self.break_circles(newer.id)?;
            }
            return self.arrive(&self.standing(newer.id)?);
        }
        self.place(at.id, &position)?;
        if transition::is_done(&position.state) {
            self.finish(at.id, at.key.kind, &position.state, tally)?;
        }
        self.arrive(&Standing { position, ..at })
    }

    /// What follows when an operation has come to its place: who waits for a link that is there already goes on, who is
    /// needed is released, and so are those that it needs.
    pub(crate) fn arrive(&self, at: &Standing) -> Outcome<()> {
        let id = at.id;
        match &at.position.state {
            OperationState::Queued => self.release_needs(id),
            OperationState::Held if self.is_needed(at)? => {
                self.place(id, &at.position.clone().woken())?;
                self.release_needs(id)
            }
            OperationState::Parked { .. } => {
                if let Some(key) = transition::waits_for_link(&at.position.state) {
                    if links::stored(self.db, self.connection, key)?.is_some_and(|stored| stored > at.links_seen) {
                        self.place(id, &at.position.clone().woken())?;
                        return self.release_needs(id);
                    }
                    for held in self.open_of(key)? {
                        self.release(&held)?;
                    }
                }
                self.stop_waiting_for(at)
            }
            _ => Ok(()),
        }
    }

    /// Lets a newer revision take the place of an older one, and take over who waits for it. Says whether anyone did.
    pub(crate) fn supersede(&self, old: Standing, newer: OperationId, tally: &mut Tally) -> Outcome<bool> {
        let inherited = self.inherit_waits(old.id, newer)?;
        let position = old.position.superseded();
        self.place(old.id, &position)?;
        self.finish(old.id, old.key.kind, &position.state, tally)?;
        Ok(inherited)
    }

    /// Has the newest operation of a record done once more, where it is done and in the books.
    pub(crate) fn reopen(&self, key: &RecordKey, tally: &mut Tally) -> Outcome<()> {
        let Some(newest) = self.known(key, None)? else { return Ok(()) };
        let at = self.standing(newest.operation)?;
        let before = at.position.state.clone();
        let Some(position) = at.position.reopened(newest.goal, self.now) else { return Ok(()) };
        tally.uncount(key.kind, &before);
        self.place(newest.operation, &position)
    }

    /// Asks anew what a person has set aside, where nothing newer has come.
    pub(crate) fn raise(&self, id: OperationId, tally: &mut Tally) -> Outcome<()> {
        let Some(at) = self.standing_if_any(id)? else { return Ok(()) };
        if self.known(&at.key, None)?.is_none_or(|newest| newest.operation != id) {
            return Ok(());
        }
        let before = at.position.state.clone();
        let Some(position) = at.position.raised() else { return Ok(()) };
        tally.uncount(at.key.kind, &before);
        self.place(id, &position)
    }

    /// Makes queued operations due that were to wait until later.
    pub(crate) fn hasten(&self, scope: &Scope) -> Outcome<u64> {
        let (kind, local) = match scope {
            Scope::All => (None, None),
            Scope::Kind(kind) => (Some(kind.as_str()), None),
            Scope::Record(key) => (Some(key.kind.as_str()), Some(key.id.as_str())),
            // Better nothing than everything: one that a later version of the core adds.
            other => return Err(Fault(StoreError::Refused(format!("this store cannot hasten {other:?}")))),
        };
        // What is queued is neither done nor being sent: said so that the index of what waits serves.
        let mut statement = self.db.prepare_cached(
            "UPDATE fa_operation SET not_before = ?2, updated_at = ?2
             WHERE connection = ?1 AND state = 'queued' AND state <> 'done' AND state <> 'sending' AND not_before > ?2
                 AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR local = ?4)",
        )?;
        let many = statement.execute(params![self.connection.as_str(), millis(self.now), kind, local])?;
        Ok(many as u64)
    }

    pub(crate) fn decide(&self, id: OperationId, decision: &RecordedDecision, link: Option<&Link>) -> Outcome<()> {
        let at = self.standing(id)?;
        transition::decides(id, &at.key, &at.position.state, &decision.decision, link)?;
        let sql = "SELECT decisions FROM fa_operation WHERE id = ?1";
        let earlier: Option<String> =
            self.db.prepare_cached(sql)?.query_row([signed(id.0)], |row| row.get(0)).optional()?.flatten();
        let mut decisions: Vec<RecordedDecision> =
            earlier.map(|text| parse("decisions", &text)).transpose()?.unwrap_or_default();
        decisions.push(decision.clone());
        self.db
            .prepare_cached("UPDATE fa_operation SET decisions = ?2 WHERE id = ?1")?
            .execute(params![signed(id.0), json(&decisions)?])?;
        let position = at.position.clone().decided(&decision.decision, self.now);
        let mut tally = Tally::default();
        self.move_on(at, position, &mut tally)?;
        tally.write(self.db, self.connection)?;
        match link {
            Some(link) => links::store(self, link, &LinkEnd::Relinked { by: decision.by.clone() }),
            None => Ok(()),
        }
    }
}
