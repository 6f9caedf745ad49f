//! What is kept of a write until its fate is settled. The request is kept byte for byte beside it, so that of the plan no more
//! is kept than a record is looked for and recognised by.

use factory_accounting_core::planned::{Content, Planned};
use factory_accounting_core::provider::{Intent, RemoteRecord};
use factory_accounting_core::store::{AttemptMember, LinkOrigin, Operation};
use serde::{Deserialize, Serialize};

use crate::planning::Write;

#[derive(Serialize, Deserialize)]
struct Kept {
    planned: Planned,
    fingerprint: String,
    origin: LinkOrigin,
}

/// A write as it is kept in its attempt.
pub(crate) fn member(write: &Write) -> AttemptMember {
    let Write { operation, planned, fingerprint, origin, .. } = write;
    let content = match &planned.content {
        Content::Document(document) => Content::Document(Box::new(document.without_lines())),
        other => other.clone(),
    };
    let kept = Kept {
        planned: Planned {
            key: planned.key.clone(),
            name: planned.name.clone(),
            content,
            base: planned.base.as_ref().map(|base| Box::new(state_of(base))),
            changes: planned.changes,
            probe: planned.probe.clone(),
        },
        fingerprint: fingerprint.clone(),
        origin: *origin,
    };
    // Planned content holds nothing that JSON cannot.
    let planned = serde_json::to_string(&kept).unwrap_or_else(|error| unreachable!("planned content is JSON: {error}"));
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
