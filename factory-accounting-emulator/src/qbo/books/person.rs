//! What a person does in QuickBooks itself: lists and settings here, transactions in `person_txn` (qbo.md 14).

use super::entity::{Entity, Family};
use super::errors::Fault;
use super::ids::Id;
use super::journal::{BookEvent, Change};
use super::record::Record;
use super::wire::reader::{self, Input};
use super::{Books, Context};
use crate::qbo::switches::Switches;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

impl Books {
    /// Carries out an action such as `{"do":"edit","entity":"Customer","id":"61","set":{"Notes":"x"}}`.
    ///
    /// - `create` (`entity`, `set`), `edit` (`entity`, `id`, `set`): by the API's member names; a row of a list
    /// - `inactivate`, `activate` (`entity`, `id`)
    /// - `merge` (`entity`: Customer or Vendor, `from`, `into`)
    /// - `create_project` (`customer`, `name`): what REST cannot do (qbo.md 10.1)
    /// - `close_books` (`date`, or null to open them)
    /// - `set_preference` (`section`, `set`): read-only settings too
    ///
    /// # Errors
    /// Why QuickBooks would not let the person, or what the action lacks.
    pub(crate) fn act(&mut self, action: &Value, now: DateTime<Utc>, switches: &Switches) -> Result<Value, String> {
        let ctx = Context { now, switches, options: &[] };
        let verb = text(action, "do")?;
        self.attempt(|books| match verb {
            "create" => books.person_creates(action, &ctx),
            "edit" => {
                let set = action.get("set").ok_or("set: missing")?;
                books.person_edits(action, set, &ctx)
            }
            "inactivate" => books.person_edits(action, &json!({"Active": false}), &ctx),
            "activate" => books.person_edits(action, &json!({"Active": true}), &ctx),
            "merge" => books.person_merges(action, &ctx),
            "create_project" => books.person_creates_project(action, &ctx),
            "close_books" => books.person_closes_books(action, &ctx),
            "set_preference" => books.person_sets_preference(action, &ctx),
            other => books.act_txn(other, action, &ctx).unwrap_or_else(|| Err(format!("do: unknown action '{other}'"))),
        })
    }

    fn person_creates(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let entity = list_entity(action)?;
        let set = action.get("set").ok_or("set: missing")?.to_string();
        let input = reader::read(entity.shape(), &set, ctx.switches).map_err(|fault| fault.line())?;
        let saved = self.save(entity, input, ctx).map_err(|fault| fault.line())?;
        serde_json::from_str(&saved.json).map_err(|error| error.to_string())
    }

    fn person_edits(&mut self, action: &Value, set: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let entity = list_entity(action)?;
        let row = self.row(entity, action, "id")?;
        let mut input = reader::read(entity.shape(), &set.to_string(), ctx.switches).map_err(|fault| fault.line())?;
        for member in ["Name", "AccountType"] {
            // What an API call must repeat stands in the form already (qbo.md 5.0).
            if entity == Entity::Account && !input.sent(member) {
                let held = self.get(entity, row).and_then(|row| row.body.text(member)).map(str::to_owned);
                input.body.set_or_clear(member, held);
            }
        }
        input.id = Some(row);
        input.sync_token = self.get(entity, row).map(|row| row.sync_token.to_string());
        input.sparse = true;
        let saved = self.save(entity, input, ctx).map_err(|fault| fault.line())?;
        serde_json::from_str(&saved.json).map_err(|error| error.to_string())
    }

    /// The loser's transactions go to the winner; the loser becomes inactive (qbo.md 5.3).
    fn person_merges(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let entity = list_entity(action)?;
        if !matches!(entity, Entity::Customer | Entity::Vendor) {
            return Err("entity: only customers and vendors are merged".to_owned());
        }
        let (loser, winner) = (self.row(entity, action, "from")?, self.row(entity, action, "into")?);
        if loser == winner {
            return Err("into: a row cannot be merged into itself".to_owned());
        }
        if !self.children(entity, loser).is_empty() {
            return Err("from: a customer with jobs cannot be merged".to_owned());
        }
        for kind in Entity::all().filter(|kind| kind.family() == Family::Transaction) {
            let ids: Vec<Id> =
                self.shelf(kind).rows().filter(|row| row.body.points_at(entity, loser)).map(|row| row.id).collect();
            for id in ids {
                self.change(kind, id, ctx, |body| body.repoint(entity, loser, winner)).map_err(|fault| fault.line())?;
            }
        }
        for member in ["Balance", "BalanceWithJobs"] {
            let owed = self.get(entity, loser).map(|row| row.body.amount(member)).unwrap_or_default();
            if !owed.is_zero() {
                self.adjust(entity, loser, |body| body.set(member, Decimal::ZERO));
                self.adjust(entity, winner, |body| body.set(member, body.amount(member) + owed));
            }
        }
        self.person_edits(&json!({"entity": entity.name(), "id": loser.to_string()}), &json!({"Active": false}), ctx)?;
        // One event tells of both rows (qbo.md 9).
        self.events.pop();
        self.events.push(BookEvent {
            entity: entity.name(),
            id: winner.to_string(),
            operation: Change::Merge,
            at: ctx.now,
            deleted_id: Some(loser.to_string()),
        });
        Ok(json!({"from": loser.to_string(), "into": winner.to_string()}))
    }

    fn person_creates_project(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let customer = self.row(Entity::Customer, action, "customer")?;
        let body = Record::new(Entity::Customer.shape())
            .with("DisplayName", text(action, "name")?)
            .with("Job", true)
            .with("ParentRef", customer)
            .with("BillWithParent", true);
        self.save(Entity::Customer, Input::of(body), ctx).map_err(|fault| fault.line())?;
        let project = self.shelf(Entity::Customer).find("DisplayName", text(action, "name")?).next().map(|row| row.id);
        let project = project.ok_or("name: not created")?;
        self.adjust(Entity::Customer, project, |body| body.set("IsProject", true));
        Ok(json!({"customer": project.to_string()}))
    }

    fn person_closes_books(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let day = match action.get("date") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => {
                Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "date: not a date")?)
            }
            Some(_) => return Err("date: not a date".to_owned()),
        };
        self.change_section("AccountingInfoPrefs", ctx, |section| section.set_or_clear("BookCloseDate", day))?;
        Ok(json!({"date": day}))
    }

    fn person_sets_preference(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let name = text(action, "section")?;
        let set = action.get("set").and_then(Value::as_object).ok_or("set: missing")?;
        let section = self.preferences().and_then(|prefs| prefs.record(name)).ok_or("section: no such section")?;
        let mut values = Vec::new();
        for (member, value) in set {
            if section.shape().position(member).is_none() {
                return Err(format!("set: {name} has no {member}"));
            }
            values.push((member.clone(), value.as_bool().ok_or_else(|| format!("{member}: not a boolean"))?));
        }
        self.change_section(name, ctx, |section| {
            for (member, value) in &values {
                section.set(member, *value);
            }
        })?;
        Ok(json!({"section": name}))
    }

    fn change_section(&mut self, name: &str, ctx: &Context<'_>, edit: impl FnOnce(&mut Record)) -> Result<(), String> {
        let changed = self.change(Entity::Preferences, Id::Number(1), ctx, |body| {
            if let Some(section) = body.record_mut(name) {
                edit(section);
            }
        });
        changed.map_err(|fault: Fault| fault.line())
    }

    fn row(&self, entity: Entity, action: &Value, member: &str) -> Result<Id, String> {
        let id = text(action, member)?;
        let known = Id::parse(id).filter(|id| self.get(entity, *id).is_some());
        known.ok_or_else(|| format!("{member}: no {} has the id '{id}'", entity.name()))
    }
}

/// The entity that an action names, if it is a list.
fn list_entity(action: &Value) -> Result<Entity, String> {
    let name = text(action, "entity")?;
    let entity = Entity::named_loosely(name).filter(|entity| matches!(entity.family(), Family::Name | Family::List));
    entity.ok_or_else(|| format!("entity: '{name}' is not a list"))
}

pub(super) fn text<'a>(action: &'a Value, name: &str) -> Result<&'a str, String> {
    action.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name}: missing"))
}
