//! Every change of a row in one place: SyncToken, times, indexes and the event that webhooks tell of (qbo.md 5.0, 9).

use super::entity::Entity;
use super::errors::{self, Fault};
use super::ids::Id;
use super::record::Record;
use super::shelf::Row;
use super::{Books, Context};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What happened to a row (qbo.md 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Create,
    Update,
    Delete,
    Merge,
    Void,
    Emailed,
}

/// A change that a webhook may tell of (qbo.md 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BookEvent {
    /// Such as `Invoice`.
    pub(crate) entity: &'static str,
    pub(crate) id: String,
    pub(crate) operation: Change,
    /// When, in the emulator's time.
    pub(crate) at: DateTime<Utc>,
    /// The row that a merge did away with.
    pub(crate) deleted_id: Option<String>,
}

impl Books {
    /// Changes since this was last asked, for webhooks.
    pub(crate) fn take_events(&mut self) -> Vec<BookEvent> {
        std::mem::take(&mut self.events)
    }

    /// Stores a new row.
    pub(super) fn put_new(&mut self, entity: Entity, id: Id, body: Record, ctx: &Context<'_>) {
        let row = Row { entity, id, sync_token: 0, created: ctx.now, updated: ctx.now, voided: false, body };
        self.put(row);
        self.announce(entity, id, Change::Create, ctx.now);
    }

    /// Changes a row as a side effect or on behalf of a person; its SyncToken and time move (qbo.md 5.0).
    pub(super) fn change(
        &mut self,
        entity: Entity,
        id: Id,
        ctx: &Context<'_>,
        edit: impl FnOnce(&mut Record),
    ) -> Result<(), Fault> {
        self.change_as(entity, id, ctx, Change::Update, |row| edit(&mut row.body))
    }

    /// The same with another kind of event, or with a hand on the whole row.
    pub(super) fn change_as(
        &mut self,
        entity: Entity,
        id: Id,
        ctx: &Context<'_>,
        change: Change,
        edit: impl FnOnce(&mut Row),
    ) -> Result<(), Fault> {
        let before = self.get(entity, id).ok_or_else(errors::not_found)?;
        let mut row = Row::clone(before);
        edit(&mut row);
        row.sync_token += 1;
        row.updated = ctx.now;
        self.put(row);
        self.announce(entity, id, change, ctx.now);
        Ok(())
    }

    /// Changes what follows from other rows, such as a balance, without a version of its own.
    pub(super) fn adjust(&mut self, entity: Entity, id: Id, edit: impl FnOnce(&mut Record)) {
        if let Some(before) = self.get(entity, id) {
            let mut row = Row::clone(before);
            edit(&mut row.body);
            self.put(row);
        }
    }

    /// Removes a row for good; change data capture shows a stub of it (qbo.md 7.2).
    pub(super) fn remove(&mut self, entity: Entity, id: Id, ctx: &Context<'_>) {
        let shelf = self.shelf_mut(entity);
        let before = shelf.take(id);
        shelf.set_deleted(id, Some(ctx.now));
        self.note(entity, id, before);
        self.announce(entity, id, Change::Delete, ctx.now);
    }

    pub(super) fn put(&mut self, row: Row) {
        let (entity, id) = (row.entity, row.id);
        let before = self.shelf_mut(entity).put(Arc::new(row));
        self.note(entity, id, before);
    }

    pub(super) fn announce(&mut self, entity: Entity, id: Id, operation: Change, at: DateTime<Utc>) {
        if entity.is_announced() {
            self.events.push(BookEvent { entity: entity.name(), id: id.to_string(), operation, at, deleted_id: None });
        }
    }
}
