//! What becomes of a call.

use bytes::Bytes;
use chrono::Duration;
use http::{Response, StatusCode};

/// An answer, or a way in which the answer fails to arrive. The server around the core makes each of them real on a
/// socket; a test without sockets reads them as they are.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The whole answer arrives.
    Reply(Response<Bytes>),
    /// The head promises the whole body, but only this many bytes of it leave before the connection dies.
    Truncated {
        /// The answer as it would have been.
        response: Response<Bytes>,
        /// How many bytes of its body leave.
        bytes: usize,
    },
    /// The connection is closed without an answer.
    Dropped,
    /// No answer, and the connection stays open.
    Hang,
    /// The head leaves at once, the body only after a while. The call counts as in flight until then.
    Delayed {
        /// How long the body takes.
        by: Duration,
        /// The answer.
        response: Response<Bytes>,
    },
    /// A body without a stated length that goes on for this many bytes; only its head is here.
    Endless {
        /// Status and headers.
        response: Response<Bytes>,
        /// How many bytes of filler follow.
        bytes: u64,
    },
}

impl Outcome {
    /// The status that reaches the caller, if one does.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(Response::status)
    }

    /// The answer as the emulator made it, if any part of it reaches the caller.
    pub fn response(&self) -> Option<&Response<Bytes>> {
        match self {
            Self::Reply(response)
            | Self::Truncated { response, .. }
            | Self::Delayed { response, .. }
            | Self::Endless { response, .. } => Some(response),
            Self::Dropped | Self::Hang => None,
        }
    }
}
