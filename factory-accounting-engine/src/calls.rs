//! Calls that read records: each is told, and what an answer leaves out is never taken for what is not there.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ProbeTarget, RemoteRecord};

use crate::engine::Inner;
use crate::event::Verb;

impl Inner {
    /// How many records of a kind one call reads.
    pub(crate) fn fetch_chunk(&self, kind: RecordKind) -> usize {
        self.provider.capabilities().of(kind).map_or(1, |capability| capability.fetch.max(1))
    }

    /// How many records of a kind one call looks for.
    pub(crate) fn probe_chunk(&self, kind: RecordKind) -> usize {
        self.provider.capabilities().of(kind).map_or(1, |capability| capability.probe.max(1))
    }

    /// Reads records by their ids, in one call; `None` for those that are not there.
    pub(crate) async fn fetch(
        &self,
        kind: RecordKind,
        ids: &[RemoteId],
    ) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
        self.called(Verb::Fetch, Some(kind), ids.len());
        complete(self.provider.fetch(kind, ids).await?, ids.len())
    }

    /// Reads one record; `None` where it is not there.
    pub(crate) async fn fetch_one(
        &self,
        kind: RecordKind,
        id: &RemoteId,
    ) -> Result<Option<RemoteRecord>, ProviderError> {
        Ok(self.fetch(kind, std::slice::from_ref(id)).await?.pop().flatten())
    }

    /// Looks for records of a kind, in one call: what there is under each target.
    pub(crate) async fn probe(
        &self,
        kind: RecordKind,
        targets: &[ProbeTarget],
    ) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
        self.called(Verb::Probe, Some(kind), targets.len());
        complete(self.provider.probe(targets).await?, targets.len())
    }
}

/// An answer that leaves out what was asked for says nothing about it: not that it is not there.
fn complete<T>(answers: Vec<T>, asked: usize) -> Result<Vec<T>, ProviderError> {
    if answers.len() == asked {
        return Ok(answers);
    }
    let message = format!("{} answers to {asked} questions", answers.len());
    Err(ProviderError::new(ErrorKind::Protocol, message))
}
