//! Response bodies that arrive whole, late, in part, or without end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::ClosedOnPurpose;

const FILLER: &[u8] = &[b' '; 64 * 1024];

/// A body on its way to a socket.
pub(super) struct WireBody {
    /// What is still to leave.
    rest: Bytes,
    /// Filler that follows it.
    filler: u64,
    /// What the head promises; `None` sends chunks.
    promised: Option<u64>,
    ending: Ending,
}

enum Ending {
    Complete,
    /// Wait first.
    After(Pin<Box<Sleep>>),
    /// Give the connection a turn to send what it has, then break it.
    Break {
        turned: bool,
    },
}

impl WireBody {
    pub(super) fn whole(body: Bytes) -> Self {
        Self { promised: Some(body.len() as u64), rest: body, filler: 0, ending: Ending::Complete }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a slow answer is slow on a real socket; the core only says how slow"
    )]
    pub(super) fn delayed(body: Bytes, by: Duration) -> Self {
        Self { ending: Ending::After(Box::pin(sleep(by))), ..Self::whole(body) }
    }

    /// Promises all, sends `bytes`, and breaks.
    pub(super) fn truncated(body: Bytes, bytes: usize) -> Self {
        let promised = Some(body.len() as u64);
        let cut = bytes.min(body.len());
        if cut == body.len() {
            return Self::whole(body);
        }
        Self { promised, rest: body.slice(..cut), filler: 0, ending: Ending::Break { turned: false } }
    }

    /// The beginning of an answer, then blanks.
    pub(super) fn endless(bytes: u64) -> Self {
        Self { rest: Bytes::from_static(b"{\"Id\":"), filler: bytes, promised: None, ending: Ending::Complete }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = ClosedOnPurpose;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ClosedOnPurpose>>> {
        if let Ending::After(wait) = &mut self.ending {
            if wait.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.ending = Ending::Complete;
        }
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        }
        if self.filler > 0 {
            let size = usize::try_from(self.filler).unwrap_or(usize::MAX).min(FILLER.len());
            self.filler -= size as u64;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&FILLER[..size])))));
        }
        match &mut self.ending {
            Ending::Break { turned: turned @ false } => {
                *turned = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Break { .. } => Poll::Ready(Some(Err(ClosedOnPurpose))),
            Ending::Complete | Ending::After(_) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.filler == 0 && matches!(self.ending, Ending::Complete)
    }

    fn size_hint(&self) -> SizeHint {
        self.promised.map(SizeHint::with_exact).unwrap_or_default()
    }
}
