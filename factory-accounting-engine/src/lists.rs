//! The package's lists: read page by page, each page durable, so that a reading that is cut off goes on where it stopped; and
//! asked for as candidates, with what the host has of its own beside them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{CatalogueKind, CatalogueRequest};
use factory_accounting_core::store::{CandidatePage, CandidateQuery, KnownParty, ListPage, ListState};

use crate::engine::{Engine, EngineError};
use crate::event::{Event, Verb};

/// How often a reading that waits says so: twice a second, with room for being woken late and for storing a page.
const SIGN_OF_LIFE: Duration = Duration::from_millis(250);

impl Engine {
    /// Reads lists of the package anew: "update accounting data" (F107), and with them what the organisation says of itself,
    /// such as the period that is closed. What the package no longer lists is kept as gone (R46). A list that it does not
    /// have is passed over.
    ///
    /// # Errors
    /// Where the package or the store fails. Pages that were read by then are kept, and the next call goes on behind them.
    pub async fn refresh(&self, kinds: &[CatalogueKind]) -> Result<(), EngineError> {
        let inner = &self.inner;
        inner.called(Verb::Organisation, None, 1);
        let organisation = inner.provider.organisation().await?;
        inner.store.put_organisation(&inner.connection, organisation, inner.now()).await?;
        self.read_lists(kinds).await
    }

    /// Reads the lists that are older than [`EngineConfig::refresh_every`](crate::EngineConfig::refresh_every), or were never
    /// read, and returns which (F106). For a schedule: calling it often costs nothing while nothing is due.
    ///
    /// # Errors
    /// Those of [`refresh`](Self::refresh).
    pub async fn refresh_due(&self) -> Result<Vec<CatalogueKind>, EngineError> {
        let inner = &self.inner;
        let every = chrono::Duration::from_std(inner.config.refresh_every).unwrap_or(chrono::Duration::MAX);
        let mut due = Vec::new();
        for kind in inner.provider.capabilities().lists.iter().copied() {
            let state = inner.store.list_state(&inner.connection, kind).await?;
            // Counted from its end, so that a list that takes long to read is not read over and over.
            let old = state.read_at.is_none_or(|read_at| inner.now().signed_duration_since(read_at) >= every);
            if old {
                due.push(kind);
            }
        }
        if !due.is_empty() {
            self.refresh(&due).await?;
        }
        Ok(due)
    }

    /// How far a list of the package has been read, and when (L1).
    pub async fn list_state(&self, kind: CatalogueKind) -> Result<ListState, EngineError> {
        Ok(self.inner.store.list_state(&self.inner.connection, kind).await?)
    }

    /// A page of the package's customers or suppliers as they were last read, each with what it is to the host: what a picker
    /// shows (F21, F25 to F28). Calls nothing.
    ///
    /// # Errors
    /// Refused where the role is neither customer nor supplier, or the page to go on behind is of another query.
    pub async fn candidates(&self, query: CandidateQuery) -> Result<CandidatePage, EngineError> {
        let query = self.for_this_package(query)?;
        Ok(self.inner.store.candidates(&self.inner.connection, query).await?)
    }

    /// Tells what the host has of its own, so that candidates that it seems to have are shown as such (F28). Pushed parties
    /// are known by themselves; tell the others in any number at once, and again when they change.
    ///
    /// # Errors
    /// Refused where the role is neither customer nor supplier.
    pub async fn know(&self, role: RecordKind, parties: Vec<KnownParty>) -> Result<(), EngineError> {
        check_role(role)?;
        Ok(self.inner.store.know(&self.inner.connection, role, parties).await?)
    }

    /// A query with what this package needs said.
    pub(crate) fn for_this_package(&self, query: CandidateQuery) -> Result<CandidateQuery, EngineError> {
        check_role(query.role)?;
        let of_role = query.of_role || self.inner.provider.capabilities().separate_roles;
        Ok(CandidateQuery { of_role, ..query })
    }

    pub(crate) async fn read_lists(&self, kinds: &[CatalogueKind]) -> Result<(), EngineError> {
        let lists = self.inner.provider.capabilities().lists;
        for kind in kinds.iter().filter(|kind| lists.contains(kind)) {
            self.read_list(*kind).await?;
        }
        self.inner.forget_facts();
        Ok(())
    }

    /// Reads a list to its end, from where the reading before was cut off if that is not long ago.
    pub(crate) async fn read_list(&self, kind: CatalogueKind) -> Result<(), EngineError> {
        let inner = &self.inner;
        let now = inner.now();
        let within = chrono::Duration::from_std(inner.config.resume_reading).unwrap_or(chrono::Duration::MAX);
        let state = inner.store.list_state(&inner.connection, kind).await?;
        let since = self.changes_suffice(kind, &state, now);
        let complete = since.is_none();
        let cut_off =
            state.reading.filter(|cut| cut.complete == complete && now.signed_duration_since(cut.begun_at) < within);
        let (begun_at, page) = cut_off.map_or((now, 1), |cut| (cut.begun_at, cut.next_page));
        let mut request = CatalogueRequest::new(kind, page).since(since);
        loop {
            inner.called(Verb::Catalogue, None, 1);
            let answer = self.awaited(kind, request.page, inner.provider.catalogue(&request)).await?;
            let (page, entries, last) = (request.page, answer.entries.len(), !answer.more);
            let read = ListPage { kind, complete, begun_at, page, last, entries: answer.entries };
            inner.store.put_list(&inner.connection, read, inner.now()).await?;
            inner.tell(&Event::ListPage { kind, page, entries, last });
            if last {
                return self.heed_list(kind).await;
            }
            request = request.next();
        }
    }

    /// Waits for a page of a list, and says so for as long as it does.
    async fn awaited<T>(&self, kind: CatalogueKind, page: u32, answer: impl Future<Output = T>) -> T {
        let mut answer = pin!(answer);
        loop {
            let mut pause = self.inner.clock.sleep(SIGN_OF_LIFE);
            let answered = poll_fn(|context| match answer.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending => pause.as_mut().poll(context).map(|()| None),
            });
            match answered.await {
                Some(answer) => return answer,
                None => self.inner.tell(&Event::ListAwaited { kind, page }),
            }
        }
    }

    /// Since when what has changed in a list is enough to know: where the package can tell, and the whole of it was read not
    /// too long ago. Only a whole reading finds what was deleted outright.
    fn changes_suffice(&self, kind: CatalogueKind, state: &ListState, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let inner = &self.inner;
        let whole = chrono::Duration::from_std(inner.config.reread_every).unwrap_or(chrono::Duration::MAX);
        let young = state.complete_as_of.is_some_and(|read| now.signed_duration_since(read) < whole);
        let can_tell = inner.provider.capabilities().incremental_lists.contains(&kind);
        state.as_of.filter(|_| young && can_tell)
    }
}

pub(crate) fn check_role(role: RecordKind) -> Result<(), EngineError> {
    if role.is_party() {
        return Ok(());
    }
    Err(EngineError::Refused(format!("a {role} is neither a customer nor a supplier: ask for one of these")))
}
