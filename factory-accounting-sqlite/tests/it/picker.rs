//! Searches that find more than are counted: the store goes another way for them, and finds the same.

use std::collections::BTreeSet;

use factory_accounting_core::ids::{ConnectionId, RemoteId};
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{Party, RecordKind};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    CandidateFilter, CandidateQuery, CandidateSort, CandidateTotals, KnownParty, ListPage, ListStore,
};
use factory_accounting_sqlite::SqliteStore;

use super::{at, workshop};

fn parties(number: usize) -> Vec<CatalogueEntry> {
    let names = ["Hale", "Rimu", "Zeta", "Kauri"];
    let party = |at: usize| {
        let id = format!("p-{:05}", at * 7919 % number);
        let mut remote =
            RemoteParty::new(RemoteId::from(id.as_str()), Party::new("", format!("{} {at:05} Ltd", names[at % 4])));
        remote.party.email = at.is_multiple_of(3).then(|| format!("info{at}@example.com"));
        CatalogueEntry::Party(Box::new(remote))
    };
    (0..number).map(party).collect()
}

async fn fill(store: &dyn ListStore, connection: &ConnectionId, entries: &[CatalogueEntry]) {
    let page = ListPage::whole(CatalogueKind::Parties, entries.to_vec(), at(0));
    store.put_list(connection, page, at(0)).await.expect("stored");
    let known =
        (0..50).map(|number| KnownParty::new(format!("C-{number}"), format!("zeta {:05} limited", number * 4 + 2)));
    store.know(connection, RecordKind::Customer, known.collect()).await.expect("known");
}

#[tokio::test]
async fn f27_common_words_find_what_rare_ones_find() {
    let entries = parties(CandidateTotals::COUNTED + 2_000);
    let (memory, sqlite) = (MemoryStore::new(), SqliteStore::in_memory().expect("opened"));
    fill(&memory, &workshop(), &entries).await;
    fill(&sqlite, &workshop(), &entries).await;
    let rare = BTreeSet::from([CandidateFilter::ExistsLocally]);
    for search in ["ltd", "l", "ltd info", "zeta ltd", "zeta"] {
        for sort in [CandidateSort::Name, CandidateSort::Email, CandidateSort::State] {
            for (descending, states) in [(false, BTreeSet::new()), (true, BTreeSet::new()), (false, rare.clone())] {
                let first = CandidateQuery {
                    search: search.to_owned(),
                    sort,
                    descending,
                    states,
                    limit: 20,
                    ..CandidateQuery::new(RecordKind::Customer)
                };
                let mut query = first.clone();
                for page in 0..3 {
                    let there = memory.candidates(&workshop(), query.clone()).await.expect("read");
                    let here = sqlite.candidates(&workshop(), query.clone()).await.expect("read");
                    assert_eq!((&here.rows, &here.next), (&there.rows, &there.next), "page {page} of {first:?}");
                    if let (Some(here), Some(there)) = (here.totals, there.totals) {
                        let most = CandidateTotals::COUNTED as u64;
                        assert_eq!(
                            (here.sum(), here.at_least),
                            (there.sum().min(most), there.sum() >= most),
                            "{first:?}"
                        );
                    }
                    let Some(next) = there.next else { break };
                    query.after = Some(next);
                }
            }
        }
    }
}
