//! What is written, and what is known about it afterwards.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::RemoteRecord;
use crate::error::ProviderError;
use crate::model::RecordKind;
use crate::planned::Planned;

/// What a write is to achieve. There is no upsert and no delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// A record that the books do not hold.
    Create,
    /// Owned fields of a record that they do hold.
    Update,
    /// The record counts no more: voided, deleted, archived, as the package has it.
    Void,
}

impl Intent {
    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Void => "void",
        }
    }
}

/// Members of one kind and intent that travel in one request.
#[derive(Clone, Debug)]
pub struct WriteBatch {
    /// Kind of every member.
    pub kind: RecordKind,
    /// Intent of every member.
    pub intent: Intent,
    /// Idempotency key of the request; derived from intent, revisions and generations of the members.
    pub key: String,
    /// What to write.
    pub members: Vec<Planned>,
}

/// A request that is ready to leave, and to leave again byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodedWrite {
    /// Kind of every member.
    pub kind: RecordKind,
    /// Intent of every member.
    pub intent: Intent,
    /// Idempotency key.
    pub key: String,
    /// How many members the body holds, in order.
    pub members: usize,
    /// Where it goes, in the provider's own form; opaque to everyone else.
    pub target: String,
    /// The body, in the provider's own form. Text, because all three packages speak JSON.
    pub body: String,
}

/// A member that cannot be written as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("member {member}: {error}")]
pub struct EncodeError {
    /// Position in the batch.
    pub member: usize,
    /// Why not, in the host's terms.
    pub error: ProviderError,
}

/// What is known about one member of a write afterwards. There is no fourth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The books hold it, as the echo says.
    Applied(Box<RemoteRecord>),
    /// It is proven that the books have not changed.
    NotApplied(ProviderError),
    /// Neither is proven.
    Unknown(ProviderError),
}

/// Fates of the members of a write, in order.
#[derive(Clone, Debug)]
pub struct WriteReport {
    fates: Vec<Fate>,
}

impl WriteReport {
    /// A report that knows nothing yet: every member unknown, for the reason given.
    #[must_use]
    pub fn unknown(members: usize, reason: &ProviderError) -> Self {
        Self { fates: vec![Fate::Unknown(reason.clone()); members] }
    }

    /// A report in which nothing was applied, for one reason.
    #[must_use]
    pub fn not_applied(members: usize, reason: &ProviderError) -> Self {
        Self { fates: vec![Fate::NotApplied(reason.clone()); members] }
    }

    /// Replaces what is known about one member. Positions outside the batch are ignored.
    pub fn set(&mut self, member: usize, fate: Fate) {
        if let Some(slot) = self.fates.get_mut(member) {
            *slot = fate;
        }
    }

    /// The fates, in order of the members.
    #[must_use]
    pub fn fates(&self) -> &[Fate] {
        &self.fates
    }

    /// The echoes of the members that were applied, to be completed.
    pub fn echoes_mut(&mut self) -> impl Iterator<Item = &mut RemoteRecord> {
        self.fates.iter_mut().filter_map(|fate| match fate {
            Fate::Applied(echo) => Some(&mut **echo),
            Fate::NotApplied(_) | Fate::Unknown(_) => None,
        })
    }

    /// The fates, in order of the members.
    #[must_use]
    pub fn into_fates(self) -> Vec<Fate> {
        self.fates
    }
}

/// How long after an attempt began its bytes may be sent again under their key. A third of the package's own window is kept
/// back, because a call may wait for its turn before it leaves, and clocks differ.
#[must_use]
pub fn safe_replay_window(window: Duration) -> Duration {
    window.saturating_sub(window / 3)
}
