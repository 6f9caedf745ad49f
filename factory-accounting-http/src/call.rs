//! One call: what goes out, what came back, and what is known if nothing whole came back.

use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use http::{HeaderMap, StatusCode};

/// Whether a call may change anything at the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads, and may be repeated inside the call.
    Read,
    /// It may change something: it is sent once, and again only where it is proven that no byte left.
    Write,
}

/// A request with all that the pipeline must know about it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Call {
    /// What is sent; the URI is absolute. The token and fixed headers are added on the way.
    pub request: http::Request<Bytes>,
    /// Whether it may change anything.
    pub effect: Effect,
    /// What it is for, in a few lower-case words: `list contacts`. Part of errors and spans.
    pub operation: &'static str,
    /// Whether to send the connection's bearer token.
    pub authorise: bool,
    /// How long each sending may take, from connecting to the last byte of the body.
    pub timeout: Duration,
    /// Most bytes of the answer's body, after decompression.
    pub body_cap: usize,
}

impl Call {
    const TIMEOUT: Duration = Duration::from_secs(100);
    const BODY_CAP: usize = 32 << 20;

    /// A call that only reads.
    #[must_use]
    pub fn read(operation: &'static str, request: http::Request<Bytes>) -> Self {
        Self::new(operation, request, Effect::Read)
    }

    /// A call that may change something.
    #[must_use]
    pub fn write(operation: &'static str, request: http::Request<Bytes>) -> Self {
        Self::new(operation, request, Effect::Write)
    }

    fn new(operation: &'static str, request: http::Request<Bytes>, effect: Effect) -> Self {
        Self { request, effect, operation, authorise: true, timeout: Self::TIMEOUT, body_cap: Self::BODY_CAP }
    }

    /// Sends no bearer token.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.authorise = false;
        self
    }

    /// Limits each sending to `timeout` (else 100 s).
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Limits the answer's body to `bytes` (else 32 MiB).
    #[must_use]
    pub fn with_body_cap(mut self, bytes: usize) -> Self {
        self.body_cap = bytes;
        self
    }
}

// By hand: a request's headers may hold a token, its URI and body a customer's data.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("effect", &self.effect)
            .field("method", self.request.method())
            .field("host", &self.request.uri().host())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// An answer whose body was read whole, whatever its status.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, decompressed.
    pub body: Bytes,
}

impl Answer {
    /// An answer.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body }
    }
}

// By hand: headers and body hold a customer's data.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// A call without a whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Proven: no byte of the request reached the peer.
    #[error("not sent: {0}")]
    NotSent(ProviderError),
    /// The peer may have acted on the request.
    #[error("outcome unknown: {0}")]
    Unknown(ProviderError),
}

impl ExchangeError {
    /// Whether it is proven that no byte of the request reached the peer.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        matches!(self, Self::NotSent(_))
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.error().kind()
    }

    /// What happened.
    #[must_use]
    pub fn error(&self) -> &ProviderError {
        match self {
            Self::NotSent(error) | Self::Unknown(error) => error,
        }
    }

    /// What happened, for calls where the stage does not matter: reads.
    #[must_use]
    pub fn into_error(self) -> ProviderError {
        match self {
            Self::NotSent(error) | Self::Unknown(error) => error,
        }
    }
}

impl From<ExchangeError> for ProviderError {
    fn from(error: ExchangeError) -> Self {
        error.into_error()
    }
}
