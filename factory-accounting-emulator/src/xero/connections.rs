//! `/connections`: which organisations a token reaches, and ending one (xero.md 1.4). A bare array, a bearer token and
//! no tenant header.

use chrono::{DateTime, Timelike, Utc};
use http::{Method, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::xero::call::Reply;
use crate::xero::identity::{Caller, Connection, Identity};
use crate::xero::refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: Uuid,
    auth_event_id: Uuid,
    tenant_id: Uuid,
    tenant_type: &'static str,
    tenant_name: &'a str,
    created_date_utc: String,
    updated_date_utc: String,
}

/// Answers a caller whose token is good. `names` are the organisations by id.
pub(super) fn answer(
    identity: &mut Identity,
    caller: &Caller,
    method: &Method,
    path: &[String],
    event: Option<&str>,
    name: impl Fn(Uuid) -> Option<String>,
) -> Reply {
    match (method.as_str(), path) {
        ("GET", []) => {
            let asked =
                |connection: &Connection| event.is_none_or(|event| Uuid::parse_str(event) == Ok(connection.event));
            let mut reached = identity.connections(caller);
            reached.retain(asked);
            list(&reached, name)
        }
        ("DELETE", [id]) => match Uuid::parse_str(id) {
            Ok(id) if identity.disconnect(caller, id) => Reply::empty(StatusCode::NO_CONTENT),
            _ => refusal::not_found(),
        },
        (_, [] | [_]) => Reply::empty(StatusCode::METHOD_NOT_ALLOWED),
        _ => refusal::not_found(),
    }
}

fn list(connections: &[Connection], name: impl Fn(Uuid) -> Option<String>) -> Reply {
    let names: Vec<String> = connections.iter().map(|known| name(known.tenant).unwrap_or_default()).collect();
    let listed: Vec<Listed<'_>> = connections
        .iter()
        .zip(&names)
        .map(|(known, name)| Listed {
            id: known.id,
            auth_event_id: known.event,
            tenant_id: known.tenant,
            tenant_type: "ORGANISATION",
            tenant_name: name,
            created_date_utc: seven_digits(known.created_at),
            updated_date_utc: seven_digits(known.updated_at),
        })
        .collect();
    match serde_json::to_vec(&listed) {
        Ok(body) => Reply::json(StatusCode::OK, body),
        Err(_) => refusal::internal_error(Uuid::nil()),
    }
}

/// Seven fraction digits and no zone (xero.md 0.5).
fn seven_digits(at: DateTime<Utc>) -> String {
    format!("{}.{:07}", at.format("%Y-%m-%dT%H:%M:%S"), at.nanosecond() % 1_000_000_000 / 100)
}
