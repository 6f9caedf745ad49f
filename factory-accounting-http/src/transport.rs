//! The seam to the network, and how far a failed request got.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use factory_accounting_core::error::{ErrorKind, ProviderError};

use crate::body::Body;

/// Sends one HTTP request and gives back the answer's head with its body still to come.
///
/// What implementors owe:
/// - **One request, one sending.** Nothing is repeated and no redirect is followed, unless it is certain that no byte of
///   the request reached the peer.
/// - **Honest stages.** [`Stage::NotSent`] only where that is proven: a connection that was never made, a request that
///   could not be built. Every other failure is [`Stage::MaybeSent`].
/// - **The deadline holds for everything**: connecting, the answer's head and the whole of its body.
/// - **No secrets.** An error's text names the host at most: no query, header or body.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request`, whose URI is absolute. Any status is an answer, not an error.
    ///
    /// # Errors
    /// Where no whole head came back within `deadline`; the stage tells whether the peer may have acted.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        deadline: Duration,
    ) -> Result<http::Response<Body>, TransportError>;
}

/// How far a failed request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Proven: no byte of the request reached the peer.
    NotSent,
    /// The peer may have received the request and acted on it.
    MaybeSent,
}

/// Why a request or its answer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The request cannot be sent at all, now or later.
    Request,
    /// No connection came about.
    Connect,
    /// The deadline passed first.
    Deadline,
    /// The connection broke or the peer's bytes are not HTTP.
    Lost,
    /// The body ended before its declared length.
    Short,
    /// The body is larger than the caller accepts.
    TooLarge,
}

/// A request without a whole answer. `Display` is one line and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    stage: Stage,
    cause: Cause,
    message: String,
}

impl TransportError {
    /// A failure before any byte left. `message` is one line without secrets.
    pub fn not_sent(cause: Cause, message: impl Into<String>) -> Self {
        Self { stage: Stage::NotSent, cause, message: message.into() }
    }

    /// A failure after which the peer may have acted. `message` is one line without secrets.
    pub fn maybe_sent(cause: Cause, message: impl Into<String>) -> Self {
        Self { stage: Stage::MaybeSent, cause, message: message.into() }
    }

    /// How far the request got.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Why it failed.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The same failure as the caller of a provider sees it, under the name of the operation.
    pub(crate) fn into_provider_error(self, operation: &str) -> ProviderError {
        let kind = match self.cause {
            Cause::Request => ErrorKind::Internal,
            Cause::Connect | Cause::Deadline | Cause::Lost => ErrorKind::Network,
            Cause::Short | Cause::TooLarge => ErrorKind::Protocol,
        };
        ProviderError::new(kind, format!("{operation}: {}", self.message))
    }

    /// Whether the same request could fare better at once.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(self.cause, Cause::Request | Cause::TooLarge)
    }
}
