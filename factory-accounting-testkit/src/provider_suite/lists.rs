//! Rules about the package's lists.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, CataloguePage, CatalogueRequest};

use super::workbench::Workbench;

/// Longer than any provider goes back beyond the instant that it is asked for.
const LONG_AGO: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// All pages of a list, or of what has changed in it.
fn pages(own: &Workbench<'_>, kind: CatalogueKind, since: Option<DateTime<Utc>>) -> Vec<CataloguePage> {
    let mut request = CatalogueRequest::new(kind, 1).since(since);
    let mut pages = Vec::new();
    while pages.len() < 100 {
        let page = own.run(own.provider.catalogue(&request)).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        let more = page.more;
        pages.push(page);
        if !more {
            return pages;
        }
        request = request.next();
    }
    panic!("{kind:?} has no end")
}

fn entries(pages: &[CataloguePage]) -> impl Iterator<Item = &CatalogueEntry> {
    pages.iter().flat_map(|page| &page.entries)
}

/// What an entry is known by in its list.
fn name(entry: &CatalogueEntry) -> String {
    match entry {
        CatalogueEntry::Account(account) => account.id.to_string(),
        CatalogueEntry::TaxCode(code) => code.code.clone(),
        CatalogueEntry::Item(item) => item.id.to_string(),
        CatalogueEntry::Party(party) => party.id.to_string(),
        CatalogueEntry::Currency(currency) => currency.to_string(),
        CatalogueEntry::Job(job) => job.id.to_string(),
        CatalogueEntry::Terms(terms) => terms.id.to_string(),
        other => panic!("nobody has said what {other:?} is known by"),
    }
}

/// Paging ends, and pages do not overlap.
pub fn a_list_has_an_end_and_no_entry_twice(own: &Workbench<'_>) {
    own.create_all("a");
    for kind in own.provider.capabilities().lists {
        let mut seen = BTreeSet::new();
        let pages = pages(own, *kind, None);
        for name in entries(&pages).map(name) {
            assert!(seen.insert(name.clone()), "{kind:?}: {name} twice");
        }
        assert!(pages.iter().all(|page| page.complete), "{kind:?} was asked for as a whole");
    }
}

/// What the capabilities do not list is refused before anything is sent.
pub fn a_list_that_is_not_claimed_is_refused_without_a_call(own: &Workbench<'_>) {
    let before = own.bench.requests();
    let lists = own.provider.capabilities().lists;
    for kind in CatalogueKind::ALL.into_iter().filter(|kind| !lists.contains(kind)) {
        let refusal = own.run(own.provider.catalogue(&CatalogueRequest::new(kind, 1)));
        let refusal = refusal.map(|page| page.entries.len()).map_err(|error| error.kind());
        assert_eq!(refusal, Err(ErrorKind::Unsupported), "{kind:?} is not claimed, and yet answered");
    }
    assert_eq!(own.bench.requests(), before);
}

/// The list that a written record appears in.
fn list_of(kind: RecordKind) -> Option<CatalogueKind> {
    match kind {
        RecordKind::Customer | RecordKind::Supplier => Some(CatalogueKind::Parties),
        RecordKind::Product => Some(CatalogueKind::Items),
        RecordKind::Job => Some(CatalogueKind::Jobs),
        _ => None,
    }
}

/// Asked for what has changed since an instant, a list answers with all of that. One that claims to be incremental leaves out
/// what has not changed for long and says that it does; any other comes whole.
pub fn a_list_asked_for_by_an_instant_skips_nothing_that_has_changed(own: &Workbench<'_>) {
    let capabilities = own.provider.capabilities();
    let first = own.create_all("1");
    own.bench.clock().advance(LONG_AGO);
    let since = own.bench.clock().now();
    own.bench.clock().advance(Duration::from_secs(1));
    let second = own.create_all("2");
    for kind in capabilities.lists {
        let pages = pages(own, *kind, Some(since));
        let names: BTreeSet<String> = entries(&pages).map(name).collect();
        let incremental = capabilities.incremental_lists.contains(kind);
        assert!(pages.iter().all(|page| page.complete != incremental), "{kind:?} does not say what it is");
        let told = |id: &RemoteId| names.contains(id.as_str());
        let here = |written: RecordKind| list_of(written) == Some(*kind);
        for (planned, echo) in second.iter().filter(|(planned, _)| here(planned.key.kind)) {
            assert!(told(&echo.id), "{kind:?} since {since} skips {}", planned.key);
        }
        for (planned, echo) in first.iter().filter(|(planned, _)| here(planned.key.kind)) {
            assert_eq!(told(&echo.id), !incremental, "{kind:?} since {since}: {}", planned.key);
        }
    }
    assert!(capabilities.incremental_lists.iter().all(|kind| capabilities.lists.contains(kind)));
}
