//! What a worker asks for and gets.

use chrono::{DateTime, Utc};

use super::{Attempt, ConnectionState, Operation};
use crate::ids::{ConnectionId, Epoch, WorkerId};

/// What a worker asks for.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// The connection.
    pub connection: ConnectionId,
    /// Who asks.
    pub worker: WorkerId,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// Until when the lease is to hold, UTC.
    pub until: DateTime<Utc>,
    /// Most operations to hand out, and most attempts.
    pub limit: usize,
}

/// What a claim got.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Claim {
    /// Another worker acts for the connection.
    Busy {
        /// Until when its lease holds, UTC.
        until: DateTime<Utc>,
    },
    /// The connection is at rest: paused, disconnected or in need of a reconnect.
    Resting(ConnectionState),
    /// Nothing is due: no lease was taken, and the asker's own, if it had one, has ended.
    Idle {
        /// When the next attempt or operation falls due, UTC.
        next_due: Option<DateTime<Utc>>,
    },
    /// Work, and the lease.
    Work(Work),
}

/// Work for the holder of the lease. Claiming counts a claim on each operation; operations stay queued.
#[derive(Clone, Debug)]
pub struct Work {
    /// Fence for everything that follows.
    pub epoch: Epoch,
    /// Attempts without a settled fate that are due, oldest first, each with the operations of its members in their order.
    /// Those that are still in doubt are [`Sending`](super::OperationState::Sending) in this attempt; the others are settled and
    /// are there because the request holds them. Attempts come before all else.
    pub attempts: Vec<(Attempt, Vec<Operation>)>,
    /// Operations that are queued, due and wait for nothing, in order of arrival; at most one per record.
    pub operations: Vec<Operation>,
    /// When the next attempt or operation falls due that is not due yet, UTC.
    pub next_due: Option<DateTime<Utc>>,
}
