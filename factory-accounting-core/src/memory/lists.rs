//! The package's lists, the host's register and imports, in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use super::shelf::{Shelf, or_thousand};
use crate::ids::{ConnectionId, LocalId, RemoteId};
use crate::model::RecordKind;
use crate::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use crate::store::{
    Candidate, CandidatePage, CandidatePlace, CandidateQuery, CandidateSort, CandidateState, CandidateTotals,
    ImportJob, ImportNote, ImportProgress, ImportStep, Indexed, KnownParty, Link, LinkEnd, ListPage, ListState,
    ListStore, PartyKeys, StoreError, Tombstone, exists_locally, import_under_way, is_of_role, nothing_under_way,
    parties_come_in_pages,
};

/// Most parties that share a key and are told.
const ALIKE: usize = 100;

/// What a connection's shelf holds of lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    states: BTreeMap<CatalogueKind, ListState>,
    entries: BTreeMap<CatalogueKind, BTreeMap<RemoteId, Listed>>,
    parties: BTreeMap<RemoteId, ListedParty>,
    register: BTreeMap<RecordKind, BTreeMap<LocalId, Known>>,
    imports: BTreeMap<RecordKind, Import>,
}

#[derive(Clone, Debug)]
struct Listed {
    entry: CatalogueEntry,
    /// Number of the reading that found it last.
    found: u64,
    gone_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
struct ListedParty {
    party: RemoteParty,
    indexed: Indexed,
    found: u64,
    gone_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
struct Known {
    party: KnownParty,
    keys: PartyKeys,
}

#[derive(Clone, Debug)]
struct Import {
    job: ImportJob,
    notes: BTreeMap<RemoteId, ImportNote>,
}

impl Lists {
    fn put(&mut self, page: ListPage, now: DateTime<Utc>) -> Result<(), StoreError> {
        let state = self.states.get(&page.kind).copied().unwrap_or_default().with_page(&page, now)?;
        self.states.insert(page.kind, state);
        let found = state.readings;
        for entry in page.entries {
            let id = entry.id();
            if let CatalogueEntry::Party(party) = entry {
                let indexed = Indexed::of(&party);
                self.parties.insert(id, ListedParty { party: *party, indexed, found, gone_at: None });
            } else {
                self.entries.entry(page.kind).or_default().insert(id, Listed { entry, found, gone_at: None });
            }
        }
        if page.last && page.complete {
            let entries = self.entries.entry(page.kind).or_default().values_mut();
            let mut gone: Vec<_> = entries.map(|entry| (entry.found, &mut entry.gone_at)).collect();
            if page.kind == CatalogueKind::Parties {
                gone.extend(self.parties.values_mut().map(|party| (party.found, &mut party.gone_at)));
            }
            for (_, gone_at) in gone.into_iter().filter(|(seen, gone_at)| *seen != found && gone_at.is_none()) {
                *gone_at = Some(now);
            }
        }
        Ok(())
    }

    pub(super) fn know(&mut self, role: RecordKind, party: KnownParty) {
        let keys = party.keys();
        self.register.entry(role).or_default().insert(party.id.clone(), Known { party, keys });
    }

    /// What the host still uses.
    fn in_use(&self, role: RecordKind) -> impl Iterator<Item = &Known> {
        self.register.get(&role).into_iter().flat_map(BTreeMap::values).filter(|known| known.party.active)
    }
}

impl Shelf {
    fn link_in_role(&self, remote: &RemoteId, role: RecordKind) -> Option<&Link> {
        let keys = self.by_remote.get(remote)?;
        keys.iter().find(|key| key.kind == role).and_then(|key| self.link(key))
    }

    fn candidate_state(&self, listed: &ListedParty, role: RecordKind) -> CandidateState {
        CandidateState::of(listed.party.active, self.link_in_role(&listed.party.id, role), || {
            let known = self.lists.in_use(role).map(|known| (&known.party.id, &known.keys));
            exists_locally(&listed.indexed.keys, known)
        })
    }

    fn candidates(&self, query: &CandidateQuery) -> Result<CandidatePage, StoreError> {
        let after = query.place()?;
        let words = query.words();
        let behind = |place: &CandidatePlace| {
            after.as_ref().is_none_or(|after| if query.descending { place < after } else { place > after })
        };
        let matching = |listed: &&ListedParty| {
            listed.gone_at.is_none()
                && (!query.of_role || is_of_role(&listed.party, query.role))
                && listed.indexed.is_found_by(&words)
        };
        // An import goes by id, page by page: what lies before its page need not be looked at again.
        let from = match &after {
            Some(CandidatePlace::Id(remote)) if !query.descending => Bound::Excluded(remote.clone()),
            _ => Bound::Unbounded,
        };
        let in_order = query.sort == CandidateSort::Id && !query.descending && after.is_some();
        let most = query.page_size().saturating_add(1);
        let mut totals = CandidateTotals::default();
        let mut found: Vec<(CandidatePlace, Candidate)> = Vec::new();
        for (remote, listed) in self.lists.parties.range((from, Bound::Unbounded)) {
            if !matching(&listed) {
                continue;
            }
            let state = self.candidate_state(listed, query.role);
            let filter = state.filter();
            *totals.states.entry(filter).or_default() += 1;
            let place = listed.indexed.place(query.sort, remote, filter);
            if query.wants(filter) && behind(&place) {
                found.push((place, Candidate { party: listed.party.clone(), state }));
            }
            if in_order && found.len() >= most {
                break;
            }
        }
        found.sort_by(|one, two| one.0.cmp(&two.0));
        if query.descending {
            found.reverse();
        }
        let more = found.len() > query.page_size();
        found.truncate(query.page_size());
        let next = found.last().filter(|_| more).map(|(place, _)| place.cursor());
        Ok(CandidatePage {
            rows: found.into_iter().map(|(_, candidate)| candidate).collect(),
            next,
            totals: after.is_none().then_some(totals),
        })
    }
}

#[async_trait]
impl ListStore for MemoryStore {
    async fn put_list(&self, connection: &ConnectionId, page: ListPage, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.state().shelf(connection).lists.put(page, now)
    }

    async fn list_state(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<ListState, StoreError> {
        Ok(self.state().shelf(connection).lists.states.get(&kind).copied().unwrap_or_default())
    }

    async fn catalogue(
        &self,
        connection: &ConnectionId,
        kind: CatalogueKind,
    ) -> Result<Option<(DateTime<Utc>, Vec<CatalogueEntry>)>, StoreError> {
        if kind == CatalogueKind::Parties {
            return Err(parties_come_in_pages());
        }
        let mut state = self.state();
        let lists = &state.shelf(connection).lists;
        let read_at = lists.states.get(&kind).and_then(|state| state.read_at);
        let entries = lists.entries.get(&kind).into_iter().flat_map(BTreeMap::values);
        let there = entries.filter(|listed| listed.gone_at.is_none()).map(|listed| listed.entry.clone());
        Ok(read_at.map(|read_at| (read_at, there.collect())))
    }

    async fn gone(&self, connection: &ConnectionId, kind: CatalogueKind) -> Result<Vec<Tombstone>, StoreError> {
        if kind == CatalogueKind::Parties {
            return Err(parties_come_in_pages());
        }
        let mut state = self.state();
        let entries = state.shelf(connection).lists.entries.get(&kind).into_iter().flat_map(BTreeMap::values);
        let gone =
            entries.filter_map(|listed| Some(Tombstone { gone_at: listed.gone_at?, entry: listed.entry.clone() }));
        Ok(gone.collect())
    }

    async fn party(
        &self,
        connection: &ConnectionId,
        remote: &RemoteId,
    ) -> Result<Option<(RemoteParty, Option<DateTime<Utc>>)>, StoreError> {
        let mut state = self.state();
        let listed = state.shelf(connection).lists.parties.get(remote);
        Ok(listed.map(|listed| (listed.party.clone(), listed.gone_at)))
    }

    async fn parties_like(&self, connection: &ConnectionId, keys: &PartyKeys) -> Result<Vec<RemoteParty>, StoreError> {
        let mut state = self.state();
        let parties = state.shelf(connection).lists.parties.values();
        let alike = parties.filter(|listed| listed.gone_at.is_none() && listed.indexed.keys.shares(keys));
        Ok(alike.take(ALIKE).map(|listed| listed.party.clone()).collect())
    }

    async fn know(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        parties: Vec<KnownParty>,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let lists = &mut state.shelf(connection).lists;
        parties.into_iter().for_each(|party| lists.know(role, party));
        Ok(())
    }

    async fn known(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&LocalId>,
        limit: usize,
    ) -> Result<Vec<KnownParty>, StoreError> {
        let mut state = self.state();
        let register = state.shelf(connection).lists.register.get(&role).into_iter().flatten();
        let behind = register.filter(|(id, _)| after.is_none_or(|after| *id > after));
        Ok(behind.take(or_thousand(limit)).map(|(_, known)| known.party.clone()).collect())
    }

    async fn known_like(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        keys: &PartyKeys,
    ) -> Result<Vec<KnownParty>, StoreError> {
        let mut state = self.state();
        let alike = state.shelf(connection).lists.in_use(role).filter(|known| known.keys.shares(keys));
        Ok(alike.take(ALIKE).map(|known| known.party.clone()).collect())
    }

    async fn candidates(&self, connection: &ConnectionId, query: CandidateQuery) -> Result<CandidatePage, StoreError> {
        self.state().shelf(connection).candidates(&query)
    }

    async fn candidates_by_id(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        remotes: &[RemoteId],
    ) -> Result<Vec<Option<Candidate>>, StoreError> {
        let mut state = self.state();
        let shelf = &*state.shelf(connection);
        let candidate = |remote: &RemoteId| {
            let listed = shelf.lists.parties.get(remote).filter(|listed| listed.gone_at.is_none())?;
            Some(Candidate { party: listed.party.clone(), state: shelf.candidate_state(listed, role) })
        };
        Ok(remotes.iter().map(candidate).collect())
    }

    async fn begin_import(&self, connection: &ConnectionId, job: ImportJob) -> Result<(), StoreError> {
        let mut state = self.state();
        let imports = &mut state.shelf(connection).lists.imports;
        if imports.get(&job.role).is_some_and(|import| !import.job.progress.is_over()) {
            return Err(import_under_way(job.role));
        }
        imports.insert(job.role, Import { job, notes: BTreeMap::new() });
        Ok(())
    }

    async fn import_job(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError> {
        Ok(self.state().shelf(connection).lists.imports.get(&role).map(|import| import.job.clone()))
    }

    async fn take_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<Option<ImportJob>, StoreError> {
        let mut state = self.state();
        let Some(import) = state.shelf(connection).lists.imports.get_mut(&role) else { return Ok(None) };
        let Some(progress) = import.job.progress.clone().taken() else { return Ok(None) };
        import.job.progress = progress;
        Ok(Some(import.job.clone()))
    }

    async fn advance_import(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        step: ImportStep,
        now: DateTime<Utc>,
    ) -> Result<ImportProgress, StoreError> {
        let mut state = self.state();
        let shelf = state.shelf(connection);
        let before = shelf.lists.imports.get(&role).ok_or_else(nothing_under_way)?.job.progress.clone();
        let progress = before.after(&step, now)?;
        shelf.check_links(&step.links)?;
        for link in &step.links {
            shelf.store_link(link, &LinkEnd::Replaced, now);
        }
        if let Some(import) = shelf.lists.imports.get_mut(&role) {
            import.job.progress = progress.clone();
            import.notes.extend(step.notes.into_iter().map(|note| (note.remote.clone(), note)));
        }
        Ok(progress)
    }

    async fn cancel_import(&self, connection: &ConnectionId, role: RecordKind) -> Result<bool, StoreError> {
        let mut state = self.state();
        let import = state.shelf(connection).lists.imports.get_mut(&role);
        let Some(import) = import.filter(|import| !import.job.progress.is_over()) else { return Ok(false) };
        import.job.progress.cancelled = true;
        Ok(true)
    }

    async fn import_notes(
        &self,
        connection: &ConnectionId,
        role: RecordKind,
        after: Option<&RemoteId>,
        limit: usize,
    ) -> Result<Vec<ImportNote>, StoreError> {
        let mut state = self.state();
        let notes = state.shelf(connection).lists.imports.get(&role).into_iter().flat_map(|import| &import.notes);
        let behind = notes.filter(|(remote, _)| after.is_none_or(|after| *remote > after));
        Ok(behind.take(or_thousand(limit)).map(|(_, note)| note.clone()).collect())
    }
}
