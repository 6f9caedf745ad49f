//! Attempts: sendings, durable before the first byte leaves, and what becomes of their members.

use chrono::{DateTime, Utc};

use super::{ConnectionState, Link, Outcome};
use crate::code::Parked;
use crate::error::ErrorKind;
use crate::ids::{AttemptId, ConnectionId, Epoch, Generation, OperationId, Revision};
use crate::model::RecordKey;
use crate::provider::{EncodedWrite, Intent};

/// One sending, durable before the first byte leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Its members, in the order of the encoded request.
    pub members: Vec<AttemptMember>,
    /// The request, byte for byte.
    pub request: EncodedWrite,
    /// When it was begun: no byte left earlier. UTC.
    pub begun_at: DateTime<Utc>,
    /// When to look at it again, UTC; at once after [`begin`](super::SyncStore::begin).
    pub not_before: DateTime<Utc>,
    /// How often it has been sent or looked for, the present time included: 1 from the beginning, and one more with each
    /// claim that hands it out.
    pub tries: u32,
}

/// One operation's part in an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptMember {
    /// The operation.
    pub operation: OperationId,
    /// What was planned, in JSON: how to look for it, and the evidence that a found record is ours.
    pub planned: String,
}

/// What happens to one operation when an attempt or a plan is settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// The operation.
    pub operation: OperationId,
    /// What becomes of it.
    pub step: Step,
    /// Links to store with it.
    pub links: Vec<Link>,
    /// A record whose document depends on this one, such as the order of an invoice that bills a part of it: where its
    /// newest operation is done and in the books, that goes back to the queue under the next generation.
    pub reopens: Option<RecordKey>,
}

/// What becomes of an operation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// It is over.
    Done(Outcome),
    /// A person must look.
    Park(Parked),
    /// It goes back to the queue under the same generation: nothing was sent, or nothing landed.
    Retry {
        /// Not before, UTC.
        not_before: DateTime<Utc>,
        /// Why, one line.
        error: String,
        /// What it counts as among the failures of this operation; `None` where it is the connection's, or nobody's.
        failure: Option<ErrorKind>,
    },
    /// It goes back to the queue under the next generation: it is proven that the earlier sending did not and will not land.
    NextGeneration {
        /// Why, one line.
        error: String,
    },
    /// Its fate stays unknown; the attempt stays open.
    InDoubt {
        /// Why, one line.
        error: String,
    },
}

impl Step {
    /// Stable name, for traces.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Park(_) => "park",
            Self::Retry { .. } => "retry",
            Self::NextGeneration { .. } => "next generation",
            Self::InDoubt { .. } => "in doubt",
        }
    }
}

/// One settling.
#[derive(Clone, Debug)]
pub struct Settle {
    /// The connection.
    pub connection: ConnectionId,
    /// Fence.
    pub epoch: Epoch,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// The attempt that is settled, if any. It closes when no member stays in doubt; else it is due again at `attempt_due`.
    pub attempt: Option<AttemptId>,
    /// When an attempt with members in doubt is to be looked at again, UTC.
    pub attempt_due: DateTime<Utc>,
    /// What becomes of the operations.
    pub settlements: Vec<Settlement>,
    /// A new state of the connection: pause, reconnect.
    pub connection_state: Option<ConnectionState>,
}

/// The key of a request: what it intends and for which states of which records, hashed, so that a retry of the same bytes
/// carries the same key and everything else another one (R3, X10). 64 hex digits.
#[must_use]
pub fn idempotency_key(
    connection: &ConnectionId,
    intent: Intent,
    members: impl IntoIterator<Item = (RecordKey, Revision, Generation)>,
) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    // Every part ends with a byte that no text contains, so that parts cannot flow into one another.
    let mut part = |text: &str| {
        digest.update(text.as_bytes());
        digest.update([0xff]);
    };
    part(connection.as_str());
    part(intent.as_str());
    for (key, revision, generation) in members {
        part(key.kind.as_str());
        part(key.id.as_str());
        part(&revision.0.to_string());
        part(&generation.0.to_string());
    }
    crate::hex(&digest.finalize())
}
