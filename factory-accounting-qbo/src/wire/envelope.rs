//! The envelopes around answers: one record, rows of a query, changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::date::parse_instant;
use crate::endpoint::Entity;

type Members = BTreeMap<String, Box<RawValue>>;
/// Rows of an entity.
type List = (Entity, Vec<Box<RawValue>>);

/// Rows of a query, still unread so that one odd row cannot hide the others.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Box<RawValue>>,
    /// When QuickBooks began to answer.
    pub(crate) time: Option<DateTime<Utc>>,
}

impl Rows {
    /// Reads the answer to a query for an entity. No rows at all leave the entity's member out (qbo.md 6).
    pub(crate) fn read(body: &[u8], entity: Entity) -> Result<Self, String> {
        let mut envelope = members(body)?;
        let time = time(&envelope);
        let response = take(&mut envelope, "QueryResponse").ok_or("no QueryResponse in the answer")?;
        let rows = rows(&response, Some(entity))?.into_iter().flat_map(|(_, rows)| rows).collect();
        Ok(Self { rows, time })
    }
}

/// What has changed, entity by entity.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) rows: Vec<(Entity, Box<RawValue>)>,
    /// When QuickBooks began to answer.
    pub(crate) time: Option<DateTime<Utc>>,
    /// The answer itself says that it does not hold all.
    pub(crate) cut: bool,
}

impl Changes {
    /// Reads the answer to a question for changes (qbo.md 7.2).
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Response {
            #[serde(rename = "QueryResponse")]
            responses: Vec<Box<RawValue>>,
        }
        let mut envelope = members(body)?;
        let time = time(&envelope);
        let raw = take(&mut envelope, "CDCResponse").ok_or("no CDCResponse in the answer")?;
        let responses: Vec<Response> =
            serde_json::from_str(raw.get()).map_err(|error| format!("CDCResponse: {error}"))?;
        let mut changes = Self { time, ..Self::default() };
        for response in responses.iter().flat_map(|response| &response.responses) {
            for (entity, read) in rows(response, None)? {
                changes.cut |= total(response).is_some_and(|total| total > read.len() as u64);
                changes.rows.extend(read.into_iter().map(|row| (entity, row)));
            }
        }
        Ok(changes)
    }
}

/// The one record of an answer, under its entity's name.
pub(crate) fn record(body: &[u8], entity: Entity) -> Result<Box<RawValue>, String> {
    take(&mut members(body)?, entity.name()).ok_or_else(|| format!("no {} in the answer", entity.name()))
}

fn members(body: &[u8]) -> Result<Members, String> {
    serde_json::from_slice(body).map_err(|error| format!("no JSON object: {error}"))
}

fn take(members: &mut Members, name: &str) -> Option<Box<RawValue>> {
    let found = members.keys().find(|known| known.eq_ignore_ascii_case(name))?.clone();
    members.remove(&found)
}

fn time(members: &Members) -> Option<DateTime<Utc>> {
    members.get("time").and_then(|raw| parse_instant(raw.get().trim_matches('"')))
}

/// Every list of rows in a response. A list that nobody asked for, or a count that does not fit, makes the response
/// unreadable: rows that are passed over would count as absent.
fn rows(response: &RawValue, asked: Option<Entity>) -> Result<Vec<List>, String> {
    let members: Members =
        serde_json::from_str(response.get()).map_err(|error| format!("QueryResponse is no object: {error}"))?;
    let mut found = Vec::new();
    for (name, raw) in members.iter().filter(|(_, raw)| raw.get().trim_start().starts_with('[')) {
        let entity = Entity::named(name).filter(|entity| asked.is_none_or(|asked| asked == *entity));
        let entity = entity.ok_or_else(|| format!("rows of {name}, which were not asked for"))?;
        let rows: Vec<Box<RawValue>> =
            serde_json::from_str(raw.get()).map_err(|error| format!("{name} is no list: {error}"))?;
        let stated = members.get("maxResults").and_then(|raw| raw.get().parse::<usize>().ok());
        if let Some(stated) = stated.filter(|stated| *stated > rows.len()) {
            return Err(format!("{} rows of {name} where {stated} are announced", rows.len()));
        }
        found.push((entity, rows));
    }
    Ok(found)
}

fn total(response: &RawValue) -> Option<u64> {
    let members: Members = serde_json::from_str(response.get()).ok()?;
    members.get("totalCount")?.get().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_query_are_found_and_none_are_none() {
        let body = br#"{"QueryResponse":{"Invoice":[{"Id":"1"},{"Id":"2"}],"startPosition":1,"maxResults":2},"time":"2026-11-21T09:00:00-08:00"}"#;
        let read = Rows::read(body, Entity::Invoice).expect("reads");
        assert_eq!(read.rows.len(), 2);
        assert_eq!(read.time.map(super::super::date::instant_text).as_deref(), Some("2026-11-21T17:00:00Z"));
        let none = Rows::read(br#"{"QueryResponse":{},"time":"2026-11-21T09:00:00-08:00"}"#, Entity::Invoice);
        assert_eq!(none.expect("reads").rows.len(), 0);
    }

    #[test]
    fn a_short_or_foreign_answer_is_an_error_and_not_nothing() {
        for body in [
            "",
            "[]",
            "<html>",
            "{}",
            r#"{"QueryResponse":[]}"#,
            r#"{"QueryResponse":{"Invoice":[{"Id":"1"}"#,
            r#"{"QueryResponse":{"Invoice":[{"Id":"1"}],"maxResults":2}}"#,
            r#"{"QueryResponse":{"Bill":[{"Id":"1"}],"maxResults":1}}"#,
        ] {
            assert!(Rows::read(body.as_bytes(), Entity::Invoice).is_err(), "{body}");
        }
    }

    #[test]
    fn changes_come_entity_by_entity_and_may_say_that_they_are_cut() {
        let body = br#"{"CDCResponse":[{"QueryResponse":[{"Invoice":[{"Id":"1"},{"Id":"2","status":"Deleted"}],
            "startPosition":1,"maxResults":2,"totalCount":2},{},{"Customer":[{"Id":"7"}],"maxResults":1}]}],
            "time":"2026-11-21T09:00:00.5Z"}"#;
        let read = Changes::read(body).expect("reads");
        let entities: Vec<_> = read.rows.iter().map(|(entity, _)| *entity).collect();
        assert_eq!(entities, [Entity::Invoice, Entity::Invoice, Entity::Customer]);
        assert!(!read.cut);
        let cut = br#"{"CDCResponse":[{"QueryResponse":[{"Bill":[{"Id":"1"}],"maxResults":1,"totalCount":3}]}]}"#;
        assert!(Changes::read(cut).expect("reads").cut);
        assert!(Changes::read(br#"{"CDCResponse":[{"QueryResponse":[{"Novelty":[{"Id":"1"}]}]}]}"#).is_err());
    }
}
