//! One call: what goes out, what came back, and what is known if nothing whole came back.

use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use http::header::CONTENT_TYPE;
use http::uri::InvalidUri;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

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

    /// An error with the status of this answer and the id of the request, which the package's support asks for, from the
    /// header of that name.
    #[must_use]
    pub fn stamp(&self, error: ProviderError, id_header: &str) -> ProviderError {
        let error = error.with_status(self.status.as_u16());
        match self.headers.get(id_header).and_then(|id| id.to_str().ok()) {
            Some(id) => error.with_request_id(id),
            None => error,
        }
    }
}

// By hand: headers and body hold a customer's data.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// A request of a URL. A body is JSON, unless the caller says otherwise afterwards.
///
/// # Errors
/// Where the URL is none that HTTP can ask for.
pub fn json_request(method: Method, url: &Url, body: Bytes) -> Result<http::Request<Bytes>, InvalidUri> {
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = url.as_str().parse()?;
    if !request.body().is_empty() {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(request)
}

/// An answer that cannot be taken for what it should be: nothing may be concluded from it.
#[must_use]
pub fn unreadable(operation: &str, why: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Protocol, format!("the answer cannot be read: {why}")).with_operation(operation)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_carries_the_status_and_the_id_of_its_request() {
        let mut answer = Answer::new(StatusCode::CONFLICT, HeaderMap::new(), Bytes::new());
        let bare = answer.stamp(unreadable("read a thing", "it is empty"), "x-request");
        assert_eq!((bare.status(), bare.request_id()), (Some(409), None));
        assert_eq!(bare.to_string(), "read a thing: the answer cannot be read: it is empty");
        answer.headers.insert("x-request", HeaderValue::from_static("r-1"));
        assert_eq!(answer.stamp(bare, "X-Request").request_id(), Some("r-1"));
    }

    #[test]
    fn only_a_request_with_a_body_says_what_the_body_is() {
        let url = Url::parse("https://api.example/things?a=b").expect("a URL");
        let read = json_request(Method::GET, &url, Bytes::new()).expect("a request");
        assert_eq!((read.uri().to_string().as_str(), read.headers().len()), (url.as_str(), 0));
        let write = json_request(Method::POST, &url, Bytes::from("{}")).expect("a request");
        assert_eq!(write.headers()[CONTENT_TYPE], "application/json");
        let endless = Url::parse(&format!("https://api.example/{}", "a".repeat(70_000))).expect("a URL");
        assert!(json_request(Method::GET, &endless, Bytes::new()).is_err());
    }
}
