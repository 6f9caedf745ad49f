//! Ties between records of the host and of the package that people make, and what a tied record looks like now.

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::store::{Link, LinkOrigin};

use crate::engine::{Engine, EngineError};
use crate::event::Verb;

impl Engine {
    /// Ties a record of the host to one of the package by hand (F15), in place of an earlier tie (F16, F17). Documents that
    /// were parked for want of it go on; documents already sent stay as they are.
    ///
    /// # Errors
    /// Refused where the package record is tied to another record of the same kind already, unless they are products (F40).
    pub async fn link(&self, key: RecordKey, remote: RemoteId) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let record = self.read_remote(key.kind, &remote).await?;
        let link = Link {
            remote: record.id.clone(),
            number: record.number.clone(),
            version: record.version.clone(),
            revision: None,
            fingerprint: None,
            party: record.party.clone(),
            status: record.status.clone(),
            totals: record.totals,
            settled: record.settled,
            seen_at: inner.now(),
            origin: LinkOrigin::ByHand,
            url: record.link.clone(),
            settled_since: None,
            suppressed: false,
            key,
        };
        inner.store.put_link(&inner.connection, link.clone(), inner.now()).await?;
        Ok(link)
    }

    /// Forgets the tie of a record. What is in the books stays there.
    pub async fn unlink(&self, key: &RecordKey) -> Result<(), EngineError> {
        Ok(self.inner.store.remove_link(&self.inner.connection, key).await?)
    }

    pub(crate) async fn look_again(&self, link: Link) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let record = self.read_remote(link.key.kind, &link.remote).await?;
        // Read once more: what a round has written into the link meanwhile must stay.
        let Some(link) = inner.link_of(&link.key).await?.filter(|now| now.remote == link.remote) else {
            return Ok(link);
        };
        let now = Link {
            status: record.status,
            party: record.party.or_else(|| link.party.clone()),
            totals: record.totals,
            settled: record.settled,
            version: record.version,
            seen_at: inner.now(),
            ..link.clone()
        };
        let link = now.settled_since(Some(&link));
        inner.store.put_link(&inner.connection, link.clone(), inner.now()).await?;
        Ok(link)
    }

    pub(crate) async fn read_remote(&self, kind: RecordKind, remote: &RemoteId) -> Result<RemoteRecord, EngineError> {
        let inner = &self.inner;
        inner.called(Verb::Fetch, Some(kind), 1);
        let found = inner.provider.fetch(kind, std::slice::from_ref(remote)).await?.pop().flatten();
        found.ok_or_else(|| {
            EngineError::Refused(format!(
                "{} has no {kind} {remote}: {}",
                inner.package_title(),
                Code::RemoteGone.remedy()
            ))
        })
    }
}
