//! Ties between records of the host and of the package that people make, and what a tied record looks like now.
//!
//! A tie can be changed at any time (F16, F17). What is not in the books yet, queued or waiting for a person, goes to the new
//! record; what is there stays with the record that it was sent to, and so do later edits of it and what the package makes of
//! it. What was parked because the earlier record was out of use goes on by itself.

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::store::{Link, LinkOrigin, PastLink};

use crate::engine::{Engine, EngineError, Inner};
use crate::event::Event;
use crate::wanting::is_silenced;

/// Who ties where nobody is named.
const THE_HOST: &str = "the host";

impl Engine {
    /// Ties a record of the host to one of the package (F15), in place of an earlier tie: [`relink`](Self::relink) in the
    /// name of the host itself.
    ///
    /// # Errors
    /// Those of [`relink`](Self::relink).
    pub async fn link(&self, key: RecordKey, remote: RemoteId) -> Result<Link, EngineError> {
        self.relink(key, remote, THE_HOST).await
    }

    /// Ties a record of the host to one of the package by a person's choice (F15), in place of an earlier tie, which is kept
    /// among the [past ones](Self::past_links) (F16, F17). Documents that are queued, or were parked for want of it, go to
    /// the new record; documents already sent stay as they are. `by` is recorded, in the host's words.
    ///
    /// # Errors
    /// [`EngineError::LinkTaken`] where the package record is tied to another record of the same kind already, unless they
    /// are products (F40). Refused where the package does not have it, or has it out of use (L17).
    pub async fn relink(&self, key: RecordKey, remote: RemoteId, by: &str) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let record = self.read_remote(key.kind, &remote).await?;
        let link = inner.tie(key, &record, LinkOrigin::ByHand).await?;
        if link.is_broken() {
            return Err(EngineError::Refused(format!(
                "{} is archived in {}: restore it there, or choose another and update the lists",
                record.name.as_deref().unwrap_or(remote.as_str()),
                inner.package_title()
            )));
        }
        if let Some(owner) = inner.owner_of(&link).await? {
            return Err(EngineError::LinkTaken { key: link.key, remote: link.remote, owner });
        }
        inner.store.relink(&inner.connection, link.clone(), by, inner.now()).await?;
        Ok(link)
    }

    /// Takes the tie of a record away; it is kept among the past ones. What is in the books stays there, and documents that
    /// need the record wait until it is tied again. `by` is recorded, in the host's words.
    pub async fn unlink(&self, key: &RecordKey, by: &str) -> Result<(), EngineError> {
        let inner = &self.inner;
        Ok(inner.store.remove_link(&inner.connection, key, by, inner.now()).await?)
    }

    /// The ties that a record has had before its present one, oldest first: where each led, when it ended, and by whom.
    pub async fn past_links(&self, key: &RecordKey) -> Result<Vec<PastLink>, EngineError> {
        Ok(self.inner.store.past_links(&self.inner.connection, std::slice::from_ref(key)).await?)
    }

    /// What is tied to a record of the package: the link read from its other end (F6). One that is both customer and supplier
    /// there may have two (F29).
    pub async fn linked_to(&self, remote: &RemoteId) -> Result<Vec<Link>, EngineError> {
        Ok(self.inner.store.links_to(&self.inner.connection, std::slice::from_ref(remote)).await?)
    }

    pub(crate) async fn look_again(&self, link: Link) -> Result<Link, EngineError> {
        let record = self.read_remote(link.key.kind, &link.remote).await?;
        self.note_seen(link, &record).await
    }

    /// Stores what a tied record looks like now.
    pub(crate) async fn note_seen(&self, link: Link, record: &RemoteRecord) -> Result<Link, EngineError> {
        let inner = &self.inner;
        // Read once more: what a round has written into the link meanwhile must stay.
        let Some(link) = inner.link_of(&link.key).await?.filter(|now| now.remote == link.remote) else {
            return Ok(link);
        };
        let party = record.party.clone().or_else(|| link.party.clone());
        let now = Link { party, ..link.as_seen(record, inner.now()) };
        inner.store.put_link(&inner.connection, now.clone(), inner.now()).await?;
        inner.tell_if_broken(&link, &now);
        Ok(now)
    }

    pub(crate) async fn read_remote(&self, kind: RecordKind, remote: &RemoteId) -> Result<RemoteRecord, EngineError> {
        let inner = &self.inner;
        inner.fetch_one(kind, remote).await?.ok_or_else(|| {
            EngineError::Refused(format!(
                "{} has no {kind} {remote}: {}",
                inner.package_title(),
                Code::RemoteGone.remedy()
            ))
        })
    }
}

impl Inner {
    /// A tie of a record to one of the package that nothing has been written to. A party that is not to be sent stays so.
    pub(crate) async fn tie(
        &self,
        key: RecordKey,
        record: &RemoteRecord,
        origin: LinkOrigin,
    ) -> Result<Link, EngineError> {
        let newest = if key.kind.is_party() { self.newest(&key).await? } else { None };
        let suppressed = newest.as_ref().is_some_and(is_silenced);
        Ok(Link {
            remote: record.id.clone(),
            number: record.number.clone(),
            version: record.version.clone(),
            revision: None,
            fingerprint: None,
            party: record.party.clone(),
            status: record.status.clone(),
            totals: record.totals,
            settled: record.settled,
            seen_at: self.now(),
            origin,
            url: record.link.clone(),
            settled_since: None,
            suppressed,
            merged_into: record.merged_into.clone(),
            key,
        }
        .settled_since(None))
    }

    /// The host's record that already has what a link would lead to, where only one of its kind may.
    pub(crate) async fn owner_of(&self, link: &Link) -> Result<Option<RecordKey>, EngineError> {
        if link.key.kind == RecordKind::Product {
            return Ok(None);
        }
        let ties = self.store.links_to(&self.connection, std::slice::from_ref(&link.remote)).await?;
        Ok(anothers(&ties, &link.remote, &link.key).cloned())
    }

    /// Tells whoever watches where a tie has just been seen to lead to what nobody can name any more (R29).
    pub(crate) fn tell_if_broken(&self, before: &Link, now: &Link) {
        if now.is_broken() && !before.is_broken() {
            self.tell(&broken_event(now));
        }
    }
}

/// The record of the same kind, but another one, that has a record of the package.
pub(crate) fn anothers<'a>(ties: &'a [Link], remote: &RemoteId, key: &RecordKey) -> Option<&'a RecordKey> {
    ties.iter().find(|tie| tie.remote == *remote && tie.key.kind == key.kind && tie.key != *key).map(|tie| &tie.key)
}

pub(crate) fn broken_event(link: &Link) -> Event {
    Event::LinkBroken {
        key: link.key.clone(),
        remote: link.remote.clone(),
        status: link.status.clone(),
        merged_into: link.merged_into.clone(),
    }
}
