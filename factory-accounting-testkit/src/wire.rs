//! A network without a network: answers, and the ways in which they fail to come.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_http::{Body, Cause, Transport, TransportError};
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Request, Response, StatusCode};

/// What comes back over the wire.
#[derive(Clone, Debug)]
pub enum Wire {
    /// The whole answer.
    Answer(Response<Bytes>),
    /// The head promises the whole body, of which so many bytes come.
    Truncated(Response<Bytes>, usize),
    /// No connection comes about.
    Refused,
    /// The connection ends without an answer.
    Dropped,
    /// Nothing comes, and the connection stays.
    Silence,
    /// The head comes at once and the body after a while.
    Slow(Response<Bytes>, Duration),
    /// So many bytes of filler follow the head.
    Endless(Response<Bytes>, u64),
}

impl Wire {
    /// A whole answer with a status and a body.
    ///
    /// # Panics
    /// Where the status is none.
    pub fn status(status: u16, body: impl AsRef<[u8]>) -> Self {
        let mut answer = Response::new(Bytes::copy_from_slice(body.as_ref()));
        *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
        Self::Answer(answer)
    }

    /// A whole answer of a success.
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::status(200, body)
    }

    /// With a further header, where anything comes back at all.
    ///
    /// # Panics
    /// Where the value is none that a header may have.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer(answer) | Self::Truncated(answer, _) | Self::Slow(answer, _) | Self::Endless(answer, _) =
            &mut self
        {
            answer.headers_mut().append(name, HeaderValue::try_from(value).expect("a header"));
        }
        self
    }
}

type Server = Arc<dyn Fn(Request<Bytes>, DateTime<Utc>) -> Wire + Send + Sync>;

/// A transport whose other end is a function in this process.
#[derive(Clone)]
pub struct WireTransport {
    server: Server,
    clock: Arc<dyn Clock>,
}

impl WireTransport {
    /// A transport to a server.
    pub fn new(
        clock: Arc<dyn Clock>,
        server: impl Fn(Request<Bytes>, DateTime<Utc>) -> Wire + Send + Sync + 'static,
    ) -> Self {
        Self { server: Arc::new(server), clock }
    }
}

#[async_trait]
impl Transport for WireTransport {
    async fn send(&self, request: Request<Bytes>, deadline: Duration) -> Result<Response<Body>, TransportError> {
        let wire = (self.server)(request, self.clock.now());
        deliver(wire, deadline, self.clock.as_ref()).await
    }
}

impl fmt::Debug for WireTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireTransport").finish_non_exhaustive()
    }
}

/// What the client gets of it.
pub(crate) async fn deliver(
    wire: Wire,
    deadline: Duration,
    clock: &dyn Clock,
) -> Result<Response<Body>, TransportError> {
    match wire {
        Wire::Answer(response) => Ok(response.map(Body::from)),
        Wire::Truncated(response, bytes) => Ok(cut(response, bytes)),
        Wire::Refused => Err(TransportError::not_sent(Cause::Connect, "no connection")),
        Wire::Dropped => Err(TransportError::maybe_sent(Cause::Lost, "the connection broke")),
        Wire::Silence => give_up(clock, deadline).await,
        Wire::Slow(response, by) if by < deadline => {
            clock.sleep(by).await;
            Ok(response.map(Body::from))
        }
        Wire::Slow(..) => give_up(clock, deadline).await,
        Wire::Endless(response, bytes) => Ok(response.map(|_| Body::from_stream(Filler { left: bytes }))),
    }
}

/// The client waits as long as it may.
pub(crate) async fn give_up(clock: &dyn Clock, deadline: Duration) -> Result<Response<Body>, TransportError> {
    clock.sleep(deadline).await;
    Err(TransportError::maybe_sent(Cause::Deadline, format!("no answer within {} s", deadline.as_secs())))
}

fn cut(response: Response<Bytes>, bytes: usize) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, Body::from(body.slice(..bytes.min(body.len()))))
}

/// Bytes without meaning.
struct Filler {
    left: u64,
}

impl Stream for Filler {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        static CHUNK: [u8; 65_536] = [b' '; 65_536];
        let size = self.left.min(CHUNK.len() as u64);
        self.left -= size;
        let size = usize::try_from(size).unwrap_or(0);
        Poll::Ready((size > 0).then(|| Ok(Bytes::from_static(&CHUNK[..size]))))
    }
}
