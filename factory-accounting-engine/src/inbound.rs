//! What has changed in the package: states, payments and deletions of linked records. Nothing else is taken over (F65, F66).

use std::collections::BTreeMap;

use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKey;
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::preview::Foreseen;
use factory_accounting_core::provider::{ChangeFeed, RemoteRecord};
use factory_accounting_core::store::{Absorb, Goal, Link, Operation, OperationState, Outcome, Start};

use crate::engine::{Engine, EngineError};
use crate::event::{Event, Verb};
use crate::foresee::Foreseer;
use crate::locks::Freshness;

/// What reading changes came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangeReport {
    /// Records read.
    pub read: u64,
    /// Links brought up to date.
    pub updated: u64,
    /// Linked records that somebody has changed or deleted there.
    pub drifted: u64,
    /// Records that no record of the host is tied to: left alone (F66).
    pub unlinked: u64,
}

impl Engine {
    /// Reads what has changed since the last time and brings the links up to date. A crash repeats a page at most: each
    /// page's effects and the cursor are stored together (R42, X9).
    pub async fn read_changes(&self) -> Result<ChangeReport, EngineError> {
        let mut report = ChangeReport::default();
        for feed in self.inner.provider.capabilities().feeds {
            self.read_feed(*feed, &mut report).await?;
        }
        Ok(report)
    }

    async fn read_feed(&self, feed: ChangeFeed, report: &mut ChangeReport) -> Result<(), EngineError> {
        let inner = &self.inner;
        let mut cursor = inner.store.cursor(&inner.connection, feed).await?;
        loop {
            inner.called(Verb::Changes, None, 1);
            let page = match inner.provider.changes(feed, cursor.as_ref()).await {
                Ok(page) => page,
                // A package without this feed has nothing to tell about it.
                Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            report.read += page.records.len() as u64;
            let links = self.effects(&page.records, report).await?;
            let raised = self.raised(&links, &page.records).await?;
            let moved = page.next.is_some() && page.next != cursor;
            let absorb = Absorb {
                connection: inner.connection.clone(),
                feed,
                links,
                raises: raised.iter().map(|row| row.id).collect(),
                cursor: page.next.clone(),
            };
            inner.store.absorb(absorb).await?;
            raised.into_iter().for_each(|row| self.tell_raised(row));
            // A page that says "more" without a new cursor would be read for ever.
            if !page.more || !moved {
                return Ok(());
            }
            cursor = page.next;
        }
    }

    /// What people have set aside of the records that have changed, and that still differs from the books (R31).
    async fn raised(&self, links: &[Link], records: &[RemoteRecord]) -> Result<Vec<Operation>, EngineError> {
        let inner = &*self.inner;
        let keys: Vec<RecordKey> = links.iter().map(|link| link.key.clone()).collect();
        let mut raised = Vec::new();
        for (link, operation) in links.iter().zip(inner.newest_of(&keys).await?) {
            let aside = OperationState::is_set_aside;
            let Some(operation) = operation.filter(|operation| aside(&operation.state)) else { continue };
            let held = records.iter().find(|record| record.id == link.remote);
            if self.differs_still(&operation, held).await? {
                raised.push(operation);
            }
        }
        Ok(raised)
    }

    /// Whether the books and the host's document are two things, given the record as it has come.
    async fn differs_still(&self, operation: &Operation, held: Option<&RemoteRecord>) -> Result<bool, EngineError> {
        let inner = &*self.inner;
        let Some(record) = Subject::record_of(operation).filter(|_| operation.goal == Goal::Present) else {
            return Ok(true);
        };
        let facts = inner.facts().await?;
        let foreseer =
            Foreseer { inner, facts: &facts, present: &facts, freshness: Freshness::Stored, before: &[], held };
        let seen = foreseer.foresee(operation.clone(), &record, &Start::Queued).await?;
        Ok(!matches!(seen.verdict, Foreseen::Nothing { .. } | Foreseen::Skip { .. }))
    }

    fn tell_raised(&self, operation: Operation) {
        let Operation { id, key, name, state, .. } = operation;
        if let OperationState::Done { outcome: Outcome::SetAside { question } } = state {
            self.inner.tell(&Event::Parked { operation: id, key, name, parked: question });
        }
    }

    /// The links of changed records as they are now.
    async fn effects(&self, records: &[RemoteRecord], report: &mut ChangeReport) -> Result<Vec<Link>, EngineError> {
        let inner = &self.inner;
        let ids: Vec<RemoteId> = records.iter().map(|record| record.id.clone()).collect();
        let mut ties: BTreeMap<RemoteId, Vec<Link>> = BTreeMap::new();
        for link in inner.store.links_to(&inner.connection, &ids).await? {
            ties.entry(link.remote.clone()).or_default().push(link);
        }
        let mut updated = Vec::new();
        for record in records {
            let Some(links) = ties.remove(&record.id) else {
                report.unlinked += 1;
                continue;
            };
            for link in links {
                // Our own writes come back as changes; they carry the version that we know. A version may be no finer than a
                // second, so that a payment right behind our write has it too.
                let known = link.version.is_some() && link.version == record.version && link.status == record.status;
                if known && record.settled.is_none_or(|now| now == link.settled.unwrap_or_default()) {
                    continue;
                }
                if let Some(drift) = plan::drift(&link, record) {
                    report.drifted += 1;
                    inner.tell(&Event::Drift { key: link.key.clone(), what: drift.what });
                }
                report.updated += 1;
                let now = link.as_seen(record, inner.now());
                inner.tell_if_broken(&link, &now);
                updated.push(now);
            }
        }
        Ok(updated)
    }
}
