//! Connections, and what people decide.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::ids::{ConnectionId, OrganisationId, RemoteId};

/// State of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionState {
    /// Works.
    Connected,
    /// Waits for the package's limits or its return.
    Paused {
        /// Until when, UTC.
        until: DateTime<Utc>,
        /// Why, one line.
        reason: String,
    },
    /// A person must sign in again; the queue keeps.
    NeedsReconnect {
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// Why, one line.
        reason: String,
    },
    /// Ended by a person; links, settings, cursors and the queue keep (F9).
    Disconnected,
}

/// A connection as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The organisation that it is pinned to (R55).
    pub organisation: Option<OrganisationId>,
    /// State.
    pub state: ConnectionState,
}

/// A person's answer to a parked operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Send it under a name with an addition that tells it apart from the record that has its name.
    Distinguish,
    /// Send it: under the next generation, for whoever decides has looked.
    Retry,
    /// Void the document there and write it anew for the party that it belongs to now (L24).
    WriteAnew,
    /// This record in the books is the one; link it and go on from there.
    Adopt {
        /// The package's id.
        remote: RemoteId,
    },
    /// Leave this state of the record; the question is raised again when the record changes, in the host or in the books
    /// (R31).
    Skip,
    /// Send neither this state of the record nor, once the host has marked it, any later one (R32).
    DoNotSend,
    /// The books are right as they are; send nothing.
    MarkDone,
    /// Forget this operation.
    Drop,
}

/// A decision with who took it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedDecision {
    /// What was decided.
    pub decision: Decision,
    /// Who decided, in the host's words.
    pub by: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// The question that was answered, where that is known: the answer to one is not the answer to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Code>,
}
