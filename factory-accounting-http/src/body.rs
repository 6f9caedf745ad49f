//! The body of an answer: chunks as they come, checked against its declared length and the caller's limit.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, Method, StatusCode, header};

use crate::transport::{Cause, TransportError};

/// Chunks of a body as they come.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The body of an answer, still to be read.
pub struct Body {
    chunks: Chunks,
    declared: Option<u64>,
}

impl Body {
    /// A body that arrives in chunks.
    pub fn from_stream(chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self { chunks: Box::pin(chunks), declared: None }
    }

    /// States the length in bytes that the body must have; an earlier end is an error.
    #[must_use]
    pub fn with_length(mut self, declared: Option<u64>) -> Self {
        self.declared = declared;
        self
    }

    /// The chunks. The stream ends with an error if the body is shorter than its declared length.
    #[must_use]
    pub fn into_stream(self) -> Chunks {
        self.capped(usize::MAX)
    }

    /// The chunks, ending with an error as soon as there are more than `cap` bytes of them.
    pub(crate) fn capped(self, cap: usize) -> Chunks {
        Box::pin(Checked { chunks: self.chunks, declared: self.declared, cap: cap as u64, seen: 0, over: false })
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    /// Where the body breaks off, is shorter than declared, or larger than `cap` bytes; the surplus is never buffered.
    pub async fn collect(self, cap: usize) -> Result<Bytes, TransportError> {
        let mut chunks = self.capped(cap);
        let mut whole = BytesMut::new();
        while let Some(chunk) = poll_fn(|context| chunks.as_mut().poll_next(context)).await {
            whole.extend_from_slice(&chunk?);
        }
        Ok(whole.freeze())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::from_stream(Whole(Some(bytes)))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("declared", &self.declared).finish_non_exhaustive()
    }
}

/// The length that an answer's head promises for the body that will be read, if it promises one: nothing for answers that
/// never have a body and for bodies that a transport has decompressed.
pub(crate) fn declared_length(method: &Method, status: StatusCode, headers: &HeaderMap) -> Option<u64> {
    let bodiless = method == Method::HEAD || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    if bodiless || headers.contains_key(header::CONTENT_ENCODING) {
        return None;
    }
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(Ok))
    }
}

struct Checked {
    chunks: Chunks,
    declared: Option<u64>,
    cap: u64,
    seen: u64,
    over: bool,
}

impl Checked {
    fn too_large(&mut self) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.over = true;
        let message = format!("the answer is larger than the accepted {} bytes", self.cap);
        Poll::Ready(Some(Err(TransportError::maybe_sent(Cause::TooLarge, message))))
    }
}

impl Stream for Checked {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        if self.declared.is_some_and(|declared| declared > self.cap) {
            return self.too_large();
        }
        match self.chunks.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.seen += chunk.len() as u64;
                if self.seen > self.cap { self.too_large() } else { Poll::Ready(Some(Ok(chunk))) }
            }
            Poll::Ready(None) => {
                self.over = true;
                match self.declared {
                    Some(declared) if self.seen < declared => {
                        let message = format!("the answer ended after {} of {declared} bytes", self.seen);
                        Poll::Ready(Some(Err(TransportError::maybe_sent(Cause::Short, message))))
                    }
                    _ => Poll::Ready(None),
                }
            }
            other => other,
        }
    }
}
