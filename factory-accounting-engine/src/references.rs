//! Records that a document names and that are out of use there. Packages seldom say which: they are asked (R26, R29).

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::{ErrorKind, Issue};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
use factory_accounting_core::store::{Link, Operation, Step};

use crate::engine::{EngineError, Inner};
use crate::links::broken_event;
use crate::planner::Planner;
use crate::round::Round;
use crate::settling::Settling;

impl Round<'_> {
    /// Finds out whether documents were refused because of a party, item or job that is out of use, names it, notes it on its
    /// tie, and has them go on once another is linked. Refusals are rare; each record is read once for all of them, and where
    /// that fails they stand as they are.
    pub(crate) async fn name_those_out_of_use(
        &self,
        settlings: &mut [(Operation, Settling)],
    ) -> Result<(), EngineError> {
        let mut named: Vec<(usize, Vec<RecordKey>)> = Vec::new();
        for (at, (operation, settling)) in settlings.iter().enumerate() {
            if let Step::Park(parked) = &settling.step
                && may_be_about_a_reference(parked)
                && let Ok(subject) = Subject::of(operation)
            {
                let keys = plan::references(&subject).into_iter().filter(|key| key.kind.is_named_by_others());
                named.push((at, keys.collect()));
            }
        }
        if named.is_empty() {
            return Ok(());
        }
        let keys = named.iter().flat_map(|(_, keys)| keys).cloned().collect();
        let links = self.inner.links_of(keys).await?.into_values().collect();
        let broken = self.inner.looked_up(links).await;
        let mut told = BTreeSet::new();
        for (at, keys) in named {
            let Some((operation, settling)) = settlings.get_mut(at) else { continue };
            for link in keys.iter().filter_map(|key| broken.get(key)) {
                self.blame(operation, settling, link);
                if told.insert(link.key.clone()) {
                    settling.notices.push(broken_event(link));
                }
            }
        }
        Ok(())
    }

    /// Has a document wait for another record in place of one that is out of use.
    fn blame(&self, operation: &Operation, settling: &mut Settling, link: &Link) {
        let Step::Park(parked) = &mut settling.step else { return };
        let package = self.inner.package_title();
        let complaint = format!("{} is archived or deleted in {package}", link.key);
        let (code, complaint) = plan::out_of_use(link.key.kind, complaint);
        if parked.until_linked.is_none() {
            parked.reason = format!("{} {:?}: {}: {complaint}", operation.key.kind, operation.name, said(parked));
            parked.code = code;
            parked.until_linked = Some(link.key.clone());
        }
        let path = Subject::record_of(operation).and_then(|record| plan::naming(&record, &link.key));
        parked.issues.push(Issue::new(path.unwrap_or_default(), complaint));
        settling.links.push(link.clone());
    }
}

impl Planner<'_> {
    /// A question about a record that is found to be out of use itself, with its tie as it is now.
    pub(crate) fn out_of_use(&self, parked: Parked, link: Option<&Link>, record: &RemoteRecord) -> Settling {
        let seen = link.map(|link| link.as_seen(record, self.inner.now())).filter(Link::is_broken);
        let Some(seen) = seen else { return Settling::park(parked) };
        let known = link.is_some_and(Link::is_broken);
        let notices = if known { Vec::new() } else { vec![broken_event(&seen)] };
        let parked = parked.until_linked(seen.key.clone());
        Settling { links: vec![seen], notices, ..Settling::park(parked) }
    }
}

impl Inner {
    /// Reads tied records anew; those that nobody can name any more, as they are now. What cannot be read is left out.
    pub(crate) async fn looked_up(&self, links: Vec<Link>) -> BTreeMap<RecordKey, Link> {
        let seen = self.read_anew(links).await.into_iter().map(|(_, now)| now);
        seen.filter(Link::is_broken).map(|link| (link.key.clone(), link)).collect()
    }

    /// Reads tied records anew, many in a call: each tie as it was and as it is. What cannot be read is left out.
    pub(crate) async fn read_anew(&self, links: Vec<Link>) -> Vec<(Link, Link)> {
        let mut by_kind: BTreeMap<RecordKind, Vec<Link>> = BTreeMap::new();
        for link in links {
            by_kind.entry(link.key.kind).or_default().push(link);
        }
        let mut seen = Vec::new();
        for (kind, links) in by_kind {
            for links in links.chunks(self.fetch_chunk(kind)) {
                let ids: Vec<_> = links.iter().map(|link| link.remote.clone()).collect();
                let found = match self.fetch(kind, &ids).await {
                    Ok(found) => found,
                    Err(failure) => {
                        tracing::debug!(%failure, "what a tie leads to stays unknown");
                        continue;
                    }
                };
                seen.extend(links.iter().zip(found).map(|(link, record)| {
                    let gone = || RemoteRecord::new(kind, link.remote.clone(), RemoteStatus::Deleted);
                    (link.clone(), link.as_seen(&record.unwrap_or_else(gone), self.now()))
                }));
            }
        }
        seen
    }
}

/// The package's own words, where there are any.
fn said(parked: &Parked) -> String {
    parked.error.as_ref().map_or_else(|| parked.reason.clone(), |error| error.message().to_owned())
}

fn may_be_about_a_reference(parked: &Parked) -> bool {
    let refused =
        parked.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::Validation | ErrorKind::NotFound));
    let unclear = matches!(parked.code, Code::PartyArchived | Code::RemoteGone | Code::ItemMissing | Code::Refused);
    refused && unclear
}
