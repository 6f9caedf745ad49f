//! The body of a download: chunks with the call's place among the concurrent ones.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use factory_accounting_core::error::ProviderError;
use futures_core::Stream;

use crate::body::Chunks;
use crate::pacing::Permit;

pub(crate) struct Download {
    chunks: Chunks,
    operation: &'static str,
    permit: Option<Permit>,
}

impl Download {
    pub(crate) fn new(chunks: Chunks, operation: &'static str, permit: Option<Permit>) -> Self {
        Self { chunks, operation, permit }
    }
}

impl Stream for Download {
    type Item = Result<Bytes, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let operation = self.operation;
        let polled = self.chunks.as_mut().poll_next(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.permit = None;
        }
        polled.map(|chunk| chunk.map(|read| read.map_err(|error| error.into_provider_error(operation))))
    }
}
