//! What is kept of a write until its fate is settled. The request is kept byte for byte beside it, so that of the plan no more
//! is kept than a record is looked for and recognised by.

use factory_accounting_core::planned::{Content, Planned};
use factory_accounting_core::provider::{Intent, RemoteRecord};
use factory_accounting_core::store::{AttemptMember, LinkOrigin, Operation};
use serde::{Deserialize, Serialize};

use crate::planning::Write;

#[derive(Serialize)]
struct Keeping<'a> {
    planned: &'a Planned,
    fingerprint: &'a str,
    origin: LinkOrigin,
}

#[derive(Deserialize)]
struct Kept {
    planned: Planned,
    fingerprint: String,
    origin: LinkOrigin,
}

/// A write as it is kept in its attempt.
pub(crate) fn member(write: &mut Write) -> AttemptMember {
    let Write { operation, planned, fingerprint, origin, .. } = write;
    // What is not kept stands aside while the rest is written down, which costs less than copying the rest.
    let body = match &mut planned.content {
        Content::Document(document) => Some(document.take_body()),
        _ => None,
    };
    let base = planned.base.take();
    planned.base = base.as_deref().map(state_of).map(Box::new);
    let kept = serde_json::to_string(&Keeping { planned, fingerprint, origin: *origin });
    planned.base = base;
    if let (Content::Document(document), Some(body)) = (&mut planned.content, body) {
        document.put_body(body);
    }
    // Planned content holds nothing that JSON cannot.
    let planned = kept.unwrap_or_else(|error| unreachable!("planned content is JSON: {error}"));
    AttemptMember { operation: operation.id, planned }
}

/// The write that a member of an attempt stands for. It cannot be encoded anew, and need not be.
pub(crate) fn write(operation: Operation, intent: Intent, member: &AttemptMember) -> Result<Write, serde_json::Error> {
    let Kept { planned, fingerprint, origin } = serde_json::from_str(&member.planned)?;
    Ok(Write { operation, intent, planned, fingerprint, origin })
}

/// In which state a record was read, and what it came from.
fn state_of(base: &RemoteRecord) -> RemoteRecord {
    let mut state = RemoteRecord::new(base.kind, base.id.clone(), base.status.clone());
    state.sources.clone_from(&base.sources);
    state
}
