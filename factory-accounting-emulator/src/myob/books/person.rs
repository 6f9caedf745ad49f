//! What a person does in MYOB itself: rows, settings and the file here, payments and conversions in `person_money`.

use super::errors::Fault;
use super::settings::CategoryTracking;
use super::shelf::Row;
use super::table::Table;
use super::wire::reader::{self, Input};
use super::{Books, Context};
use crate::myob::switches::Switches;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use uuid::Uuid;

impl Books {
    /// Carries out an action such as `{"do":"edit","uid":"...","set":{"Comment":"x"}}`. Members are the API's own.
    ///
    /// - `create` (`path`, `set`): any row, in any layout
    /// - `edit` (`uid`, `set`), `delete` (`uid`), `archive` and `restore` (`uid`)
    /// - `record_payment` (`document`, `amount`, and by choice `account`, `date`, `memo`, `number`)
    /// - `convert_order_on_desktop` (`order`, and by choice `number`, `date`): the order stays, with its status
    /// - `lock_period` (`date`, or null to open it), `begin_year` (`date`)
    /// - `set_preference` (`name`, `value`): CategoryTracking, TransactionsCannotBeChangedMustBeReversed,
    ///   PreferToReceiveMoneyIntoUndepositedFunds
    /// - `link_freight_account` (`linked`: boolean)
    /// - `rename` (`name`), `make_read_only` (`read_only`: boolean), `take_offline`, `bring_online`, `check_out`,
    ///   `check_in`
    ///
    /// # Errors
    /// Why MYOB would not let the person, or what the action lacks.
    pub(crate) fn act(&mut self, action: &Value, now: DateTime<Utc>, switches: &Switches) -> Result<Value, String> {
        let ctx = Context { now, country: self.country, switches, base: "", uris: false, person: true };
        let verb = text(action, "do")?;
        self.warnings.clear();
        self.attempt(|books| match verb {
            "create" => {
                let path = text(action, "path")?;
                let table = Table::at(path).ok_or_else(|| format!("path: '{path}' is no collection"))?;
                books.person_saves(table, None, set(action)?.clone(), &ctx)
            }
            "edit" => {
                let row = books.named(action, "uid")?;
                books.person_edits(&row, set(action)?, &ctx)
            }
            "archive" | "restore" => {
                let row = books.named(action, "uid")?;
                if row.body.shape().position("IsActive").is_none() {
                    return Err("uid: the row cannot be made inactive".to_owned());
                }
                let set = Map::from_iter([("IsActive".to_owned(), json!(verb == "restore"))]);
                books.person_edits(&row, &set, &ctx)
            }
            "delete" => {
                let row = books.named(action, "uid")?;
                books.erase(row.table, row.uid, &ctx).map_err(|fault| fault.line())?;
                Ok(json!({"uid": row.uid}))
            }
            "record_payment" => books.person_pays(action, &ctx),
            "convert_order_on_desktop" => books.person_converts(action, &ctx),
            _ => books.person_sets(verb, action, now),
        })
    }

    /// The settings of the file; each is read whole before it is changed.
    fn person_sets(&mut self, verb: &str, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let settings = &mut self.settings;
        match verb {
            "lock_period" => settings.lock_before = date(action, "date")?,
            "begin_year" => settings.beginning = date(action, "date")?.ok_or("date: missing")?,
            "set_preference" => {
                let value = action.get("value").ok_or("value: missing")?;
                let flag = || value.as_bool().ok_or_else(|| "value: not a boolean".to_owned());
                match text(action, "name")? {
                    "CategoryTracking" => {
                        settings.category_tracking = serde_json::from_value::<CategoryTracking>(value.clone())
                            .map_err(|error| format!("value: {error}"))?;
                    }
                    "TransactionsCannotBeChangedMustBeReversed" => settings.must_reverse = flag()?,
                    "PreferToReceiveMoneyIntoUndepositedFunds" => settings.prefer_undeposited = flag()?,
                    other => return Err(format!("name: no preference '{other}' can be set")),
                }
            }
            "link_freight_account" => settings.freight_account = flag(action, "linked")?,
            "rename" => settings.company_name = text(action, "name")?.to_owned(),
            "make_read_only" => settings.read_only = flag(action, "read_only")?,
            "take_offline" => settings.offline = true,
            "bring_online" => settings.offline = false,
            "check_out" => settings.checked_out = Some(now),
            "check_in" => settings.checked_out = None,
            other => return Err(format!("do: unknown action '{other}'")),
        }
        Ok(json!({"done": verb}))
    }

    /// Changes what is named and leaves the rest, as a screen does.
    fn person_edits(&mut self, row: &Arc<Row>, set: &Map<String, Value>, ctx: &Context<'_>) -> Result<Value, String> {
        if super::payment::is_payment(row.table) {
            return Err("uid: payments, settlements and refunds are deleted and entered again".to_owned());
        }
        let held: Value = serde_json::from_str(&self.view(row, ctx).json()).map_err(|error| error.to_string())?;
        let Value::Object(mut whole) = held else { return Err("uid: not an entity".to_owned()) };
        for (name, value) in set {
            merge(whole.entry(name.clone()).or_insert(Value::Null), value);
        }
        self.person_saves(row.table, Some(row.uid), whole, ctx)
    }

    pub(super) fn person_saves(
        &mut self,
        table: Table,
        uid: Option<Uuid>,
        whole: Map<String, Value>,
        ctx: &Context<'_>,
    ) -> Result<Value, String> {
        let line = |fault: Fault| fault.line();
        let input: Input = reader::read(table.shape(), &Value::Object(whole).to_string()).map_err(line)?;
        let uid = self.save(table, uid, input, ctx).map_err(line)?;
        let row = self.present(table, uid).map_err(line)?;
        serde_json::from_str(&self.view(row, ctx).json()).map_err(|error| error.to_string())
    }

    /// The row whose id an action names.
    pub(super) fn named(&self, action: &Value, member: &str) -> Result<Arc<Row>, String> {
        let id = text(action, member)?;
        let row = Uuid::parse_str(id).ok().and_then(|uid| self.find(uid));
        row.cloned().ok_or_else(|| format!("{member}: nothing has the id '{id}'"))
    }
}

/// Objects are changed member by member, everything else as a whole.
fn merge(held: &mut Value, sent: &Value) {
    match (held, sent) {
        (Value::Object(held), Value::Object(sent)) => {
            for (name, value) in sent {
                merge(held.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (held, sent) => *held = sent.clone(),
    }
}

fn set(action: &Value) -> Result<&Map<String, Value>, String> {
    action.get("set").and_then(Value::as_object).ok_or_else(|| "set: missing".to_owned())
}

pub(super) fn text<'a>(action: &'a Value, name: &str) -> Result<&'a str, String> {
    action.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name}: missing"))
}

fn flag(action: &Value, name: &str) -> Result<bool, String> {
    action.get(name).and_then(Value::as_bool).ok_or_else(|| format!("{name}: missing"))
}

fn date(action: &Value, name: &str) -> Result<Option<NaiveDate>, String> {
    match action.get(name) {
        None => Err(format!("{name}: missing")),
        Some(Value::Null) => Ok(None),
        Some(value) => {
            let day = value.as_str().and_then(reader::parse_day);
            day.map(Some).ok_or_else(|| format!("{name}: not a date"))
        }
    }
}
