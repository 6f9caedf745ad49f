//! Change data capture: what changed since an instant, deleted rows as stubs (qbo.md 7.2).

use super::entity::{Entity, GAPS};
use super::errors::{self, Fault};
use super::{Books, Context, zone};
use crate::json::Writer;
use crate::qbo::call::{Call, Reply};
use crate::qbo::switches::ChangesTooOld;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, StatusCode};

/// How far back a call may look.
const LOOK_BACK: TimeDelta = TimeDelta::days(30);
/// How many objects one answer holds, over all entities.
const MOST: usize = 1000;

impl Books {
    pub(super) fn cdc_call(&self, call: &Call<'_>, ctx: &Context<'_>) -> Result<Reply, Fault> {
        if call.method != Method::GET {
            return Err(errors::unsupported(&format!("{} on cdc", call.method)));
        }
        let names = call.param("entities").filter(|names| !names.is_empty());
        let names = names.ok_or_else(|| errors::required("entities"))?;
        let entities = names.split(',').map(|name| captured(name.trim())).collect::<Result<Vec<_>, _>>()?;
        let since = call.param("changedSince").ok_or_else(|| errors::required("changedSince"))?;
        let since = zone::instant(since, self.country)
            .ok_or_else(|| Fault::of(2060, format!("Invalid Date Format : {since}")).on("changedSince"))?;
        let oldest = ctx.now - LOOK_BACK;
        if since < oldest && ctx.switches.changes_too_old == ChangesTooOld::Refused {
            return Err(Fault::of(4001, "QueryValidationError: changedSince must be within the last 30 days"));
        }
        let mut room = MOST;
        let answers: Vec<String> =
            entities.iter().map(|entity| self.changes_of(*entity, since.max(oldest), &mut room)).collect();
        let mut out = Writer::default();
        out.object(|out| {
            out.list("CDCResponse", [answers], |out, answers| {
                out.name("QueryResponse");
                out.values(answers, Writer::value);
            });
            out.text("time", &zone::server_time(ctx.now));
        });
        Ok(Reply::json(StatusCode::OK, out.finish()))
    }

    /// One entity's share: live rows by time of change, then the deleted ones.
    fn changes_of(&self, entity: Entity, since: DateTime<Utc>, room: &mut usize) -> String {
        let shelf = self.shelf(entity);
        let mut rows: Vec<String> = shelf.changed_since(since).take(*room).map(|row| self.row_json(row)).collect();
        let left = *room - rows.len();
        rows.extend(shelf.deleted_since(since).into_iter().take(left).map(|(at, id)| {
            let mut out = Writer::default();
            out.object(|out| {
                out.text("domain", "QBO");
                out.text("status", "Deleted");
                out.text("Id", &id.to_string());
                out.member("MetaData", |out| out.text("LastUpdatedTime", &self.country.row_time(at)));
            });
            out.finish()
        }));
        *room -= rows.len();
        let mut out = Writer::default();
        out.object(|out| {
            if !rows.is_empty() {
                out.name(entity.name());
                out.values(&rows, Writer::value);
                out.raw("startPosition", 1);
                out.raw("maxResults", rows.len());
                out.raw("totalCount", rows.len());
            }
        });
        out.finish()
    }
}

fn captured(name: &str) -> Result<Entity, Fault> {
    if let Some(gap) = GAPS.iter().find(|gap| gap.eq_ignore_ascii_case(name)) {
        return Err(errors::gap(gap));
    }
    let entity = Entity::named_loosely(name).filter(|entity| entity.is_captured());
    entity.ok_or_else(|| Fault::of(4001, format!("QueryValidationError: entity {name} is not supported by cdc")))
}
