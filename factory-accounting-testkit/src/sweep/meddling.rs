//! What people did in the package while requests were under way, and what the host must know of it in the end.

use std::collections::BTreeSet;

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::{AccountingProvider, RemoteStatus};
use factory_accounting_core::store::{Link, PastLink, SyncStore};

use super::run::connection;
use super::world::{BY_HAND, Booked};

/// What people have done in a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meddling {
    /// What they touched.
    pub(crate) touched: BTreeSet<RemoteId>,
    /// Records of which the host was told that somebody had changed them.
    pub(crate) told: BTreeSet<RecordKey>,
}

impl Meddling {
    pub(crate) fn is_none(&self) -> bool {
        self.touched.is_empty()
    }

    /// Whether the difference in a record that nobody is asked about is a person's doing that the host knows of: it is gone,
    /// something is applied to it or was taken off it, or the host was told what has changed, in it or in what was touched
    /// with it. That links show what the books hold, [`compare_links`] has proven. A document that is gone may have been
    /// voided to be written anew for another party: then the history of the record's ties, `past`, knows of it.
    pub(crate) fn explains(&self, booked: &Booked, links: &[Link], past: &[PastLink]) -> bool {
        let taken_off = |link: &Link| {
            self.touched.contains(&link.remote) && (link.status.is_gone() || self.told.contains(&link.key))
        };
        let known = |link: &Link| {
            link.status.is_gone()
                || link.status == RemoteStatus::Archived
                || link.settled_since.is_some()
                || self.told.contains(&link.key)
        };
        let own = |link: &&Link| link.remote == booked.remote;
        let was_own = || past.iter().any(|past| past.link.remote == booked.remote);
        let is_known = links.iter().filter(own).any(known) || links.iter().any(taken_off) || (booked.gone && was_own());
        self.touched.contains(&booked.remote) && is_known
    }
}

/// What a person has added must still be there: nobody but a person takes it away.
pub(crate) fn check_added(booked: &Booked, violations: &mut Vec<String>) -> bool {
    let added = booked.label == BY_HAND;
    if added && booked.gone {
        violations.push(format!("a person has entered it, and it is gone: {booked}"));
    }
    added
}

/// Whether the links of what people touched show what the books hold now.
pub(crate) async fn compare_links(
    store: &MemoryStore,
    provider: &dyn AccountingProvider,
    touched: &BTreeSet<RemoteId>,
) -> Result<(), String> {
    let ids: Vec<RemoteId> = touched.iter().cloned().collect();
    let links = store.links_to(&connection(), &ids).await.map_err(|error| format!("links cannot be read: {error}"))?;
    for link in links {
        if link.key.kind == RecordKind::Allocation {
            continue;
        }
        let found = provider.fetch(link.key.kind, std::slice::from_ref(&link.remote)).await;
        let found = found.map_err(|error| format!("{} cannot be fetched: {error}", link.key))?;
        let Some(record) = found.into_iter().flatten().next() else {
            if link.status.is_gone() {
                continue;
            }
            return Err(format!("{} is linked as {:?} to what is not in the books", link.key, link.status));
        };
        let shown = (&link.status, link.totals, link.settled);
        let held = (&record.status, record.totals.or(link.totals), record.settled.or(link.settled));
        if shown != held {
            return Err(format!("{} is linked as {shown:?}, and the books hold {held:?}", link.key));
        }
    }
    Ok(())
}
