//! Candidates: what a person chooses from, and the imports that follow.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{ContactPerson, RecordKey, RecordKind};
use factory_accounting_core::provider::{CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    Candidate, CandidateFilter, CandidateQuery, CandidateSort, CandidateState, ImportJob, ImportNote, ImportProgress,
    ImportSelection, ImportStep, ImportTally, Indexed, KnownParty, Link, LinkOrigin, ListPage, SameBy, StoreError,
    SyncStore,
};

use super::bench::{Bench, at, customer, customer_key, is_refused, key, link};
use super::listing::{entry, remote};

const ROLE: RecordKind = RecordKind::Customer;

async fn put(bench: &Bench, parties: &[RemoteParty]) {
    let page = ListPage::whole(CatalogueKind::Parties, parties.iter().map(entry).collect(), at(1));
    bench.store.put_list(&bench.connection, page, at(1)).await.expect("stored");
}

async fn state(bench: &Bench, role: RecordKind, id: &str) -> Option<CandidateState> {
    let found = bench.store.candidates_by_id(&bench.connection, role, &[RemoteId::from(id)]).await.expect("read");
    let state = found.into_iter().next().flatten().map(|candidate| candidate.state);
    // Seen one by one or on a page, and counted: it is the same.
    let page = bench.store.candidates(&bench.connection, CandidateQuery::new(role)).await.expect("read");
    let row = page.rows.into_iter().find(|candidate| candidate.party.id.as_str() == id);
    assert_eq!(row.map(|candidate| candidate.state), state, "{id}");
    if let Some(state) = &state {
        let only = CandidateQuery { states: BTreeSet::from([state.filter()]), ..CandidateQuery::new(role) };
        let page = bench.store.candidates(&bench.connection, only).await.expect("read");
        assert!(page.rows.iter().any(|candidate| candidate.party.id.as_str() == id), "{id} is not found as {state:?}");
        let counted = page.totals.expect("on a first page").states.get(&state.filter()).copied();
        assert_eq!(counted, Some(page.rows.len() as u64), "{id}");
    }
    state
}

/// A candidate is what its link says, in each role by itself: imported before, linked otherwise, or neither; wherever the
/// link comes from, and when it goes again (F25, F26).
pub async fn f25_f26_a_candidate_is_what_its_link_says(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let imported = Link { origin: LinkOrigin::Imported, ..link(&customer_key("C-1"), "p-1") };
    bench.put_link(imported.clone(), 1).await.expect("linked before the list is read");
    put(&bench, &[remote("p-1", "Hale"), remote("p-2", "Rimu"), remote("p-3", "Kauri")]).await;
    let before = CandidateState::PreviouslyImported { local: "C-1".into() };
    assert_eq!(state(&bench, ROLE, "p-1").await, Some(before));
    assert_eq!(state(&bench, RecordKind::Supplier, "p-1").await, Some(CandidateState::NotImported));
    assert_eq!(state(&bench, ROLE, "p-2").await, Some(CandidateState::NotImported));
    bench.put_link(link(&customer_key("C-2"), "p-2"), 2).await.expect("linked by hand");
    assert_eq!(state(&bench, ROLE, "p-2").await, Some(CandidateState::Linked { local: "C-2".into() }));
    bench.put_link(link(&customer_key("C-2"), "p-3"), 3).await.expect("moved");
    assert_eq!(state(&bench, ROLE, "p-2").await, Some(CandidateState::NotImported));
    assert_eq!(state(&bench, ROLE, "p-3").await, Some(CandidateState::Linked { local: "C-2".into() }));
    bench.store.remove_link(&bench.connection, &customer_key("C-1"), "Ann", at(4)).await.expect("forgotten");
    assert_eq!(state(&bench, ROLE, "p-1").await, Some(CandidateState::NotImported));
    assert_eq!(state(&bench, ROLE, "p-9").await, None);
}

/// What the host has under the same tax number, e-mail address or name exists there, whoever came first: the list or what the
/// host told; a push tells as well (F28).
pub async fn f28_what_the_host_has_is_shown_with_the_reason(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let know = async |party: KnownParty| {
        bench.store.know(&bench.connection, ROLE, vec![party]).await.expect("known");
    };
    know(KnownParty::new("C-9", "Hale Joinery Ltd")).await;
    let mut hale = remote("p-1", "HALE JOINERY LIMITED");
    hale.party.email = Some("info@hale.nz".to_owned());
    put(&bench, &[hale.clone(), remote("p-2", "Customer 7")]).await;
    let exists = |local: &str, same_by| Some(CandidateState::ExistsLocally { local: local.into(), same_by });
    assert_eq!(state(&bench, ROLE, "p-1").await, exists("C-9", SameBy::Name));
    assert_eq!(state(&bench, RecordKind::Supplier, "p-1").await, Some(CandidateState::NotImported));
    let by_email = KnownParty { email: Some("INFO@hale.nz".to_owned()), ..KnownParty::new("C-5", "Somebody") };
    know(by_email.clone()).await;
    assert_eq!(state(&bench, ROLE, "p-1").await, exists("C-5", SameBy::Email));
    know(KnownParty { email: None, ..by_email }).await;
    assert_eq!(state(&bench, ROLE, "p-1").await, exists("C-9", SameBy::Name));
    know(KnownParty { active: false, ..KnownParty::new("C-9", "Hale Joinery Ltd") }).await;
    assert_eq!(state(&bench, ROLE, "p-1").await, Some(CandidateState::NotImported));
    // The bench's customers are called after their ids.
    bench.enqueue(customer("7", 1)).await;
    assert_eq!(state(&bench, ROLE, "p-2").await, exists("7", SameBy::Name));
    // A link says more.
    bench.put_link(link(&customer_key("C-1"), "p-2"), 2).await.expect("linked");
    assert_eq!(state(&bench, ROLE, "p-2").await, Some(CandidateState::Linked { local: "C-1".into() }));
}

/// What is archived is shown as such until the lists say otherwise, and what is gone is not shown at all (L17).
pub async fn l17_what_is_archived_or_gone_is_not_offered(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.store.know(&bench.connection, ROLE, vec![KnownParty::new("C-1", "Hale")]).await.expect("known");
    let mut archived = remote("p-1", "Hale");
    archived.active = false;
    put(&bench, &[archived, remote("p-2", "Rimu")]).await;
    assert_eq!(state(&bench, ROLE, "p-1").await, Some(CandidateState::Archived), "it is not proposed for a link");
    put(&bench, &[remote("p-1", "Hale")]).await;
    let exists = CandidateState::ExistsLocally { local: "C-1".into(), same_by: SameBy::Name };
    assert_eq!(state(&bench, ROLE, "p-1").await, Some(exists));
    assert_eq!(state(&bench, ROLE, "p-2").await, None);
    bench.put_link(link(&customer_key("C-2"), "p-2"), 2).await.expect("linked though gone");
    let page = bench.store.candidates(&bench.connection, CandidateQuery::new(ROLE)).await.expect("read");
    assert_eq!((page.rows.len(), page.totals.map(|totals| totals.sum())), (1, Some(1)));
    put(&bench, &[remote("p-2", "Rimu")]).await;
    assert_eq!(state(&bench, ROLE, "p-2").await, Some(CandidateState::Linked { local: "C-2".into() }));
}

/// Parties enough for orders to differ: names in other cases and scripts, some without addresses, every state.
fn many() -> Vec<RemoteParty> {
    let names = [
        "Hale Joinery",
        "hale kitchens",
        "Élan",
        "elan",
        "Zoë's",
        "O'Brien & Sons",
        "東京 Trading",
        "42 North",
        "Ōhope",
    ];
    (0..60_usize)
        .map(|number| {
            let mut party = remote(&format!("p-{:03}", (number * 37) % 100), names[number % names.len()]);
            party.party.name = format!("{} {}", party.party.name, number / 9);
            party.party.email =
                (!number.is_multiple_of(4)).then(|| format!("Info{}@{}.example", number % 7, number % 3));
            party.party.phone = number.is_multiple_of(5).then(|| format!("+64 21 555 {number:04}"));
            let person = ContactPerson {
                first_name: Some("Māia".to_owned()),
                last_name: Some(format!("Row{}", number % 11)),
                email: None,
                phone: None,
            };
            party.party.contacts = if number.is_multiple_of(3) { vec![person] } else { Vec::new() };
            party.updated_at =
                (!number.is_multiple_of(6)).then(|| at(0) + TimeDelta::milliseconds((number % 13) as i64));
            party.active = number % 10 != 1;
            party.is_customer = number.is_multiple_of(2);
            party
        })
        .collect()
}

/// Search, states, order and pages give what the rule gives, whatever is asked: every order both ways, with and without words,
/// short and long, in pages of any size (F27).
pub async fn f27_candidates_are_searched_filtered_sorted_and_paged(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let parties = many();
    put(&bench, &parties).await;
    let other = ListPage::whole(CatalogueKind::Parties, vec![entry(&remote("p-001", "Hale of others"))], at(1));
    bench.store.put_list(&"other".into(), other, at(1)).await.expect("stored");
    for (local, party) in [("C-1", &parties[2]), ("C-2", &parties[3])] {
        let origin = if local == "C-1" { LinkOrigin::Imported } else { LinkOrigin::ByHand };
        let tie = Link { origin, ..link(&customer_key(local), party.id.as_str()) };
        bench.put_link(tie, 1).await.expect("linked");
    }
    let known = parties.iter().step_by(8).map(|party| KnownParty::new(format!("K-{}", party.id), &party.party.name));
    bench.store.know(&bench.connection, ROLE, known.collect()).await.expect("known");
    let ids: Vec<RemoteId> = parties.iter().map(|party| party.id.clone()).collect();
    let all = bench.store.candidates_by_id(&bench.connection, ROLE, &ids).await.expect("read");
    let all: Vec<Candidate> = all.into_iter().flatten().collect();
    assert_eq!(all.len(), parties.len());
    let searches = [
        "",
        "h",
        "HA",
        "hale",
        "hale jo",
        "élan",
        "zoe",
        "brien",
        "東",
        "42",
        "info3",
        "5550",
        "0055",
        "row1 maia",
        "nobody",
    ];
    let filters =
        [vec![], vec![CandidateFilter::NotImported], vec![CandidateFilter::ExistsLocally, CandidateFilter::Linked]];
    let sorts =
        [CandidateSort::Name, CandidateSort::Email, CandidateSort::Updated, CandidateSort::State, CandidateSort::Id];
    let mut found_some = 0;
    for (at, search) in searches.iter().enumerate() {
        for states in &filters {
            for sort in sorts {
                for (descending, of_role) in [(false, false), (true, true)] {
                    let query = CandidateQuery {
                        search: (*search).to_owned(),
                        states: states.iter().copied().collect(),
                        limit: [1, 7, 100][at % 3],
                        sort,
                        descending,
                        of_role,
                        ..CandidateQuery::new(ROLE)
                    };
                    found_some += usize::from(expect(&bench, &all, query).await > 0);
                }
            }
        }
    }
    assert!(found_some > 200, "hardly anything was found: {found_some}");
}

/// Goes through all pages of a query and compares them with what the rule says of each candidate.
async fn expect(bench: &Bench, all: &[Candidate], query: CandidateQuery) -> usize {
    let words = query.words();
    let searched = all.iter().filter(|candidate| {
        Indexed::of(&candidate.party).is_found_by(&words) && (!query.of_role || candidate.party.is_customer)
    });
    let searched: Vec<&Candidate> = searched.collect();
    let mut wanted: Vec<_> = searched
        .iter()
        .filter(|candidate| query.wants(candidate.state.filter()))
        .map(|candidate| {
            let party = &candidate.party;
            (Indexed::of(party).place(query.sort, &party.id, candidate.state.filter()), party.id.clone())
        })
        .collect();
    wanted.sort();
    if query.descending {
        wanted.reverse();
    }
    let mut read = Vec::new();
    let mut next = None;
    loop {
        let first = next.is_none();
        let asked = CandidateQuery { after: next, ..query.clone() };
        let page = bench.store.candidates(&bench.connection, asked).await.expect("read");
        assert!(page.rows.len() <= query.page_size(), "{query:?}");
        assert_eq!(page.totals.is_some(), first, "{query:?}");
        if let Some(totals) = page.totals {
            let counted: u64 = searched.len() as u64;
            assert_eq!((totals.sum(), totals.at_least), (counted, false), "{query:?}");
        }
        read.extend(page.rows.into_iter().map(|candidate| candidate.party.id));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let wanted: Vec<RemoteId> = wanted.into_iter().map(|(_, id)| id).collect();
    assert_eq!(read, wanted, "{query:?}");
    read.len()
}

/// A page that goes on behind a page of another order is refused.
pub async fn f27_a_page_goes_on_behind_its_own_query_only(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    put(&bench, &[remote("p-1", "Hale"), remote("p-2", "Rimu")]).await;
    let query = CandidateQuery { limit: 1, ..CandidateQuery::new(ROLE) };
    let page = bench.store.candidates(&bench.connection, query.clone()).await.expect("read");
    let next = CandidateQuery { after: page.next, ..query };
    let second = bench.store.candidates(&bench.connection, next.clone()).await.expect("read");
    assert_eq!((second.rows.len(), second.next), (1, None));
    is_refused(bench.store.candidates(&bench.connection, CandidateQuery { sort: CandidateSort::Email, ..next }).await);
}

fn job(selection: ImportSelection) -> ImportJob {
    let progress = ImportProgress { run: 1, ..ImportProgress::default() };
    ImportJob { role: ROLE, selection, begun_at: at(1), progress }
}

/// One import of a role at a time, kept with what it has come to when it is over, and told anew with the next (F23, F24).
pub async fn f23_f24_one_import_of_a_role_is_under_way_at_a_time(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let advance = async |step: ImportStep| bench.store.advance_import(&bench.connection, ROLE, step, at(5)).await;
    let stored = async || bench.store.import_job(&bench.connection, ROLE).await.expect("read");
    assert_eq!(stored().await, None);
    assert_eq!(bench.store.take_import(&bench.connection, ROLE).await, Ok(None));
    is_refused(advance(ImportStep { run: 1, ..ImportStep::default() }).await);
    let only = ImportSelection::Only(BTreeSet::from(["p-2".into(), "p-1".into()]));
    bench.store.begin_import(&bench.connection, job(only.clone())).await.expect("begun");
    assert_eq!(stored().await, Some(job(only)));
    is_refused(bench.store.begin_import(&bench.connection, job(ImportSelection::All)).await);
    let supplier = ImportJob { role: RecordKind::Supplier, ..job(ImportSelection::All) };
    bench.store.begin_import(&bench.connection, supplier).await.expect("another role");
    let note = ImportNote { remote: "p-1".into(), name: "Hale".to_owned(), failed: true, reason: "no".to_owned() };
    let tally = ImportTally { seen: 2, failed: 1, ..ImportTally::default() };
    let ended =
        ImportStep { run: 1, tally: tally.clone(), notes: vec![note.clone()], ended: true, ..ImportStep::default() };
    let progress = advance(ended).await.expect("over");
    assert_eq!((progress.ended_at, progress.tally.clone()), (Some(at(5)), tally));
    assert_eq!(stored().await.map(|job| job.progress), Some(progress));
    let notes = async |after: Option<&RemoteId>| bench.store.import_notes(&bench.connection, ROLE, after, 0).await;
    assert_eq!(notes(None).await, Ok(vec![note]));
    assert_eq!(notes(Some(&"p-1".into())).await, Ok(Vec::new()));
    bench.store.begin_import(&bench.connection, job(ImportSelection::All)).await.expect("the next");
    assert_eq!(notes(None).await, Ok(Vec::new()));
}

/// A step and its links are one: a link that would be taken twice takes the whole step back. Who was taken over is fenced.
pub async fn f20_a_step_of_an_import_and_its_links_are_one(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.store.begin_import(&bench.connection, job(ImportSelection::All)).await.expect("begun");
    bench.put_link(link(&customer_key("C-9"), "p-9"), 1).await.expect("linked");
    let advance = async |step: ImportStep| bench.store.advance_import(&bench.connection, ROLE, step, at(5)).await;
    let with = |run, links: Vec<Link>| ImportStep { run, asked: vec!["p-3".into()], links, ..ImportStep::default() };
    let (good, taken) = (link(&customer_key("C-1"), "p-1"), link(&customer_key("C-2"), "p-9"));
    is_refused(advance(with(1, vec![good.clone(), taken])).await);
    assert_eq!(bench.link_of(&customer_key("C-1")).await, None);
    let untouched = bench.store.import_job(&bench.connection, ROLE).await.expect("read").expect("there");
    assert!(untouched.progress.asked.is_empty());
    let over = bench.store.take_import(&bench.connection, ROLE).await.expect("taken").expect("under way");
    assert_eq!(over.progress.run, 2);
    assert_eq!(advance(with(1, vec![good.clone()])).await, Err(StoreError::Fenced));
    assert_eq!(bench.link_of(&customer_key("C-1")).await, None);
    let progress = advance(with(2, vec![good.clone()])).await.expect("its own");
    assert_eq!(progress.asked, [RemoteId::from("p-3")]);
    assert_eq!(bench.link_of(&customer_key("C-1")).await, Some(good));
    // Links of an import wake what waits for them, as all links do.
    assert_eq!(bench.link_of(&key(ROLE, "C-9")).await.map(|link| link.key), Some(RecordKey::new(ROLE, "C-9")));
}

/// A cancelled import is over once what the host was asked for is through.
pub async fn a_cancelled_import_ends_with_what_was_asked_for(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let cancel = async || bench.store.cancel_import(&bench.connection, ROLE).await;
    let advance = async |asked: &[&str]| {
        let asked = asked.iter().map(|id| RemoteId::from(*id)).collect();
        let step = ImportStep { run: 1, asked, ..ImportStep::default() };
        bench.store.advance_import(&bench.connection, ROLE, step, at(7)).await.expect("stored")
    };
    assert_eq!(cancel().await, Ok(false));
    bench.store.begin_import(&bench.connection, job(ImportSelection::All)).await.expect("begun");
    advance(&["p-1"]).await;
    assert_eq!(cancel().await, Ok(true));
    let over = advance(&["p-2"]).await;
    assert_eq!((over.asked.len(), over.ended_at, over.cancelled), (0, Some(at(7)), true));
    assert_eq!(cancel().await, Ok(false));
}
