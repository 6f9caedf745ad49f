//! Ties that lead to records which were archived, merged, made inactive or deleted there: how they are noticed, and what is
//! proposed in their place (R29). Nothing is relinked until a person confirms it with [`Engine::relink`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{LocalId, RemoteId};
use factory_accounting_core::matching::Suggestion;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, ChangeFeed, RemoteRecord, RemoteStatus};
use factory_accounting_core::store::{Absorb, Link, Operation, OperationState, StateFilter};

use crate::engine::{Engine, EngineError};

/// Links in one read and one transaction.
const PAGE: usize = 1_000;
/// A suggestion must score so much to be proposed.
const PROPOSED_FROM: u8 = 60;
/// How often a survivor may have been merged on, lest a ring of them is followed for ever.
const MERGES: usize = 8;

/// A tie that leads nowhere any more, and what could take its place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RelinkProposal {
    /// The host's record.
    pub key: RecordKey,
    /// What the host calls it; `None` where it has never been pushed.
    pub name: Option<String>,
    /// The tie as it is.
    pub link: Link,
    /// What happened there.
    pub what: BrokenTie,
    /// When it was seen, UTC.
    pub seen_at: DateTime<Utc>,
    /// The record to link in its place, with the evidence; `None` where nothing in use is like it.
    pub proposal: Option<Suggestion>,
    /// Records that wait for it, in order of arrival. They go on by themselves once another is linked.
    pub waiting: Vec<RecordKey>,
}

/// What has become of a record of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BrokenTie {
    /// Merged into another.
    Merged {
        /// The survivor, as the package names it.
        into: RemoteId,
    },
    /// Archived, or made inactive.
    Archived,
    /// Deleted, or not there any more.
    Deleted,
}

impl BrokenTie {
    fn of(link: &Link) -> Self {
        match &link.merged_into {
            Some(into) => Self::Merged { into: into.clone() },
            None if link.status.is_gone() => Self::Deleted,
            None => Self::Archived,
        }
    }
}

impl Engine {
    /// Ties whose record was archived, merged, made inactive or deleted there, as the feed of changes, refreshed lists and
    /// refusals have told, each with a proposal for what to link in its place. Reads the package only where a survivor is
    /// named or no list of its parties is kept.
    pub async fn broken_links(&self) -> Result<Vec<RelinkProposal>, EngineError> {
        let inner = &self.inner;
        let broken = inner.store.broken_links(&inner.connection).await?;
        if broken.is_empty() {
            return Ok(Vec::new());
        }
        let parked = inner.operations(&[StateFilter::Parked]).await?;
        let keys: Vec<RecordKey> = broken.iter().map(|link| link.key.clone()).collect();
        let newest = inner.newest_of(&keys).await?;
        let mut proposals = Vec::with_capacity(broken.len());
        for (link, newest) in broken.into_iter().zip(newest) {
            proposals.push(RelinkProposal {
                name: newest.as_ref().map(|newest| newest.name.clone()),
                what: BrokenTie::of(&link),
                seen_at: link.seen_at,
                proposal: self.proposal_for(&link, newest.as_ref()).await?,
                waiting: parked.iter().filter(|row| waits_for(row, &link.key)).map(|row| row.key.clone()).collect(),
                key: link.key.clone(),
                link,
            });
        }
        Ok(proposals)
    }

    async fn proposal_for(&self, link: &Link, newest: Option<&Operation>) -> Result<Option<Suggestion>, EngineError> {
        let survivor = self.survivor_of(link).await?;
        let alike = match (&survivor, newest) {
            (None, Some(newest)) if link.key.kind.is_party() => self.suggestions_for(newest, PAGE).await?,
            _ => Vec::new(),
        };
        let usable = |one: &Suggestion| one.active && one.remote != link.remote && one.score >= PROPOSED_FROM;
        let Some(mut proposal) = survivor.or_else(|| alike.into_iter().find(usable)) else { return Ok(None) };
        let meant = Link { remote: proposal.remote.clone(), ..link.clone() };
        proposal.taken_by = self.inner.owner_of(&meant).await?;
        Ok(Some(proposal))
    }

    /// The record in use that one was merged into, by way of others that were merged on.
    async fn survivor_of(&self, link: &Link) -> Result<Option<Suggestion>, EngineError> {
        let mut next = link.merged_into.clone();
        for _ in 0..MERGES {
            let Some(id) = next else { return Ok(None) };
            let Some(record) = self.inner.fetch_one(link.key.kind, &id).await? else { return Ok(None) };
            if record.status == RemoteStatus::Open {
                let name = record.name.unwrap_or_else(|| record.id.to_string());
                return Ok(Some(Suggestion::survivor(record.id, name)));
            }
            next = record.merged_into;
        }
        Ok(None)
    }

    /// Compares the ties of parties, items and jobs with a list that was just read: what is out of use there is noted, what
    /// is in use again wakes who waits for it, and what the list does not have is looked for by its id.
    pub(crate) async fn heed_list(&self, kind: CatalogueKind) -> Result<(), EngineError> {
        let roles: &[RecordKind] = match kind {
            CatalogueKind::Parties => &[RecordKind::Customer, RecordKind::Supplier],
            CatalogueKind::Items => &[RecordKind::Product],
            CatalogueKind::Jobs => &[RecordKind::Job],
            _ => return Ok(()),
        };
        let inner = &self.inner;
        // Of parties, of whom there may be very many, only those that a page of links leads to are looked up.
        let in_pages = kind == CatalogueKind::Parties;
        let mut listed = Listed::default();
        if !in_pages {
            let Some((_, entries)) = inner.store.catalogue(&inner.connection, kind).await? else { return Ok(()) };
            listed = Listed::of(&entries);
        }
        for role in roles {
            let mut after: Option<LocalId> = None;
            loop {
                let page = inner.store.list_links(&inner.connection, *role, after.as_ref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.id.clone());
                if in_pages {
                    listed = self.listed_parties(*role, &page).await?;
                }
                self.heed_page(&listed, page).await?;
            }
        }
        Ok(())
    }

    async fn heed_page(&self, listed: &Listed, page: Vec<Link>) -> Result<(), EngineError> {
        let inner = &self.inner;
        let (known, absent): (Vec<Link>, Vec<Link>) =
            page.into_iter().partition(|link| listed.states.contains_key(&link.remote));
        let now = inner.now();
        let mut seen: Vec<(Link, Link)> = known
            .into_iter()
            .filter_map(|link| {
                let state = listed.states.get(&link.remote)?;
                Some((link.clone(), state.noted_on(&link, now)?))
            })
            .collect();
        let absent = absent.into_iter().filter(|link| !link.status.is_gone()).collect();
        let read = inner.read_anew(absent).await;
        seen.extend(read.into_iter().filter(|(before, now)| before.status != now.status));
        self.note_ties(seen).await
    }

    /// What the list says of the parties that links of a role lead to.
    async fn listed_parties(&self, role: RecordKind, links: &[Link]) -> Result<Listed, EngineError> {
        let remotes: Vec<RemoteId> = links.iter().map(|link| link.remote.clone()).collect();
        let found = self.inner.store.candidates_by_id(&self.inner.connection, role, &remotes).await?;
        let entries: Vec<CatalogueEntry> =
            found.into_iter().flatten().map(|one| CatalogueEntry::Party(Box::new(one.party))).collect();
        Ok(Listed::of(&entries))
    }

    async fn note_ties(&self, seen: Vec<(Link, Link)>) -> Result<(), EngineError> {
        let inner = &self.inner;
        if seen.is_empty() {
            return Ok(());
        }
        let links = seen.iter().map(|(_, now)| now.clone()).collect();
        let connection = inner.connection.clone();
        inner
            .store
            .absorb(Absorb { connection, feed: ChangeFeed::Parties, links, raises: Vec::new(), cursor: None })
            .await?;
        seen.iter().for_each(|(before, now)| inner.tell_if_broken(before, now));
        Ok(())
    }
}

fn waits_for(operation: &Operation, key: &RecordKey) -> bool {
    matches!(&operation.state, OperationState::Parked { parked } if parked.until_linked.as_ref() == Some(key))
}

/// What a list of the package says of its records, as far as ties depend on it.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    states: BTreeMap<RemoteId, Listing>,
}

#[derive(Debug)]
struct Listing {
    active: bool,
    merged_into: Option<RemoteId>,
}

impl Listed {
    pub(crate) fn of(entries: &[CatalogueEntry]) -> Self {
        let states = entries.iter().filter_map(|entry| {
            let (id, active, merged_into) = match entry {
                CatalogueEntry::Party(party) => (&party.id, party.active, party.merged_into.clone()),
                CatalogueEntry::Item(item) => (&item.id, item.active, None),
                CatalogueEntry::Job(job) => (&job.id, job.active, None),
                _ => return None,
            };
            Some((id.clone(), Listing { active, merged_into }))
        });
        Self { states: states.collect() }
    }
}

impl Listing {
    /// The tie as the list shows its record; `None` where that is nothing new.
    fn noted_on(&self, link: &Link, now: DateTime<Utc>) -> Option<Link> {
        let status = if self.active { RemoteStatus::Open } else { RemoteStatus::Archived };
        if self.active != link.is_broken() && link.merged_into == self.merged_into {
            return None;
        }
        let mut record = RemoteRecord::new(link.key.kind, link.remote.clone(), status);
        record.version.clone_from(&link.version);
        record.merged_into.clone_from(&self.merged_into);
        Some(link.as_seen(&record, now))
    }
}
