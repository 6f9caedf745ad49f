//! The package's lists, and what of them is gone.

use std::sync::Arc;

use chrono::TimeDelta;
use factory_accounting_core::ids::{LocalId, RemoteId};
use factory_accounting_core::model::{Party, RecordKind};
use factory_accounting_core::provider::{
    Account, AccountClass, CatalogueEntry, CatalogueKind, Item, RemoteParty, TaxCode,
};
use factory_accounting_core::store::{KnownParty, ListPage, PartyKeys, StoreError, SyncStore};
use rust_decimal::Decimal;

use super::bench::{Bench, at, is_refused};

fn item(id: &str, code: &str) -> CatalogueEntry {
    CatalogueEntry::Item(Item::new(RemoteId::from(id), code))
}

pub(super) fn remote(id: &str, name: &str) -> RemoteParty {
    RemoteParty::new(RemoteId::from(id), Party::new(id, name))
}

pub(super) fn entry(party: &RemoteParty) -> CatalogueEntry {
    CatalogueEntry::Party(Box::new(party.clone()))
}

/// A page of a reading that began at `begun`.
fn page(begun: i64, page: u32, last: bool, entries: Vec<CatalogueEntry>) -> ListPage {
    ListPage { kind: CatalogueKind::Items, complete: true, begun_at: at(begun), page, last, entries }
}

struct Items(Bench);

impl Items {
    async fn put(&self, page: ListPage, now: i64) -> Result<(), StoreError> {
        self.0.store.put_list(&self.0.connection, page, at(now)).await
    }

    async fn codes(&self) -> Option<Vec<String>> {
        let list = self.0.store.catalogue(&self.0.connection, CatalogueKind::Items).await.expect("read");
        list.map(|(_, entries)| entries.iter().map(|entry| entry.id().to_string()).collect())
    }

    async fn gone(&self) -> Vec<(String, i64)> {
        let gone = self.0.store.gone(&self.0.connection, CatalogueKind::Items).await.expect("read");
        gone.iter().map(|stone| (stone.entry.id().to_string(), (stone.gone_at - at(0)).num_seconds())).collect()
    }
}

/// Each list is kept by itself and per connection, reads back in order of the package's ids, and says when it was read.
pub async fn lists_read_back_by_id_and_say_when_they_were_read(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let account = Account::new(RemoteId::from("a"), Some("200".to_owned()), "Sales", AccountClass::Income);
    let accounts = vec![CatalogueEntry::Account(account)];
    let tax = |code: &str| CatalogueEntry::TaxCode(TaxCode::new(code, "GST", Decimal::new(15_00, 2)));
    let put = async |kind, entries: &[CatalogueEntry], seconds| {
        let page = ListPage::whole(kind, entries.to_vec(), at(seconds));
        bench.store.put_list(&bench.connection, page, at(seconds + 10)).await.expect("stored");
    };
    let read = async |kind| bench.store.catalogue(&bench.connection, kind).await.expect("read");
    assert_eq!(read(CatalogueKind::Accounts).await, None);
    put(CatalogueKind::Accounts, &accounts, 1).await;
    put(CatalogueKind::TaxCodes, &[tax("OUTPUT2"), tax("NONE")], 2).await;
    assert_eq!(read(CatalogueKind::Accounts).await, Some((at(11), accounts)));
    assert_eq!(read(CatalogueKind::TaxCodes).await, Some((at(12), vec![tax("NONE"), tax("OUTPUT2")])));
    assert_eq!(bench.store.catalogue(&"other".into(), CatalogueKind::Accounts).await, Ok(None));
    let state = bench.store.list_state(&bench.connection, CatalogueKind::Accounts).await.expect("read");
    assert_eq!((state.read_at, state.as_of, state.complete_as_of), (Some(at(11)), Some(at(1)), Some(at(1))));
    assert_eq!(state.reading, None);
}

/// What a complete reading no longer finds is kept as gone, with when; what is found again revives (R46).
pub async fn r46_what_is_no_longer_listed_is_gone_and_revives(store: Arc<dyn SyncStore>) {
    let items = Items(Bench::new(store).await);
    items.put(page(1, 1, true, vec![item("i-1", "NUT"), item("i-2", "BOLT")]), 1).await.expect("stored");
    items.put(page(2, 1, true, vec![item("i-2", "BOLT")]), 3).await.expect("stored");
    assert_eq!(items.codes().await, Some(vec!["i-2".to_owned()]));
    assert_eq!(items.gone().await, [("i-1".to_owned(), 3)]);
    items.put(page(4, 1, true, vec![item("i-2", "BOLT")]), 4).await.expect("stored");
    assert_eq!(items.gone().await, [("i-1".to_owned(), 3)], "gone since when it was first missed");
    items.put(page(5, 1, true, vec![item("i-1", "NUT"), item("i-2", "BOLT")]), 5).await.expect("stored");
    assert_eq!((items.codes().await.map(|codes| codes.len()), items.gone().await.len()), (Some(2), 0));
    items.put(page(5, 1, true, Vec::new()), 5).await.expect("two readings in one instant are two");
    assert_eq!((items.codes().await.map(|codes| codes.len()), items.gone().await.len()), (Some(0), 2));
}

/// An item made anew under the code of one that is gone is another item, and the old one stays gone (R46).
pub async fn r46_an_item_made_anew_under_its_code_is_another(store: Arc<dyn SyncStore>) {
    let items = Items(Bench::new(store).await);
    items.put(page(1, 1, true, vec![item("old", "NUT")]), 1).await.expect("stored");
    items.put(page(2, 1, true, vec![item("new", "NUT")]), 2).await.expect("stored");
    assert_eq!(items.codes().await, Some(vec!["new".to_owned()]));
    assert_eq!(items.gone().await, [("old".to_owned(), 2)]);
}

/// A partial reading adds, changes and revives, and takes nothing away; it does not make the list one that was read whole.
pub async fn a_partial_reading_takes_nothing_away(store: Arc<dyn SyncStore>) {
    let items = Items(Bench::new(store).await);
    let partial = |begun, entries| ListPage { complete: false, ..page(begun, 1, true, entries) };
    items.put(page(1, 1, true, vec![item("i-1", "NUT"), item("i-2", "BOLT")]), 1).await.expect("stored");
    items.put(page(2, 1, true, vec![item("i-2", "BOLT")]), 2).await.expect("stored");
    items.put(partial(3, vec![item("i-3", "PIN"), item("i-1", "NUT")]), 4).await.expect("stored");
    assert_eq!((items.codes().await.map(|codes| codes.len()), items.gone().await.len()), (Some(3), 0));
    let state = items.0.store.list_state(&items.0.connection, CatalogueKind::Items).await.expect("read");
    assert_eq!((state.read_at, state.as_of, state.complete_as_of), (Some(at(4)), Some(at(3)), Some(at(2))));
}

/// A reading is durable page by page, tells where to go on, and lets nothing go before its last page; a page that does not
/// follow is refused, and a new page 1 begins anew.
pub async fn a_reading_goes_on_page_by_page(store: Arc<dyn SyncStore>) {
    let items = Items(Bench::new(store).await);
    let reading = async || {
        let state = items.0.store.list_state(&items.0.connection, CatalogueKind::Items).await.expect("read");
        state.reading.map(|reading| (reading.begun_at, reading.next_page))
    };
    items.put(page(1, 1, true, vec![item("i-0", "OLD")]), 1).await.expect("stored");
    items.put(page(2, 1, false, vec![item("i-1", "NUT")]), 2).await.expect("stored");
    assert_eq!(reading().await, Some((at(2), 2)));
    assert_eq!(items.codes().await.map(|codes| codes.len()), Some(2), "nothing is gone before the last page");
    is_refused(items.put(page(2, 3, true, Vec::new()), 3).await);
    is_refused(items.put(page(9, 2, true, Vec::new()), 3).await);
    items.put(page(2, 2, false, vec![item("i-2", "BOLT")]), 3).await.expect("follows");
    items.put(page(2, 3, true, vec![item("i-3", "PIN")]), 4).await.expect("follows");
    assert_eq!((reading().await, items.gone().await), (None, vec![("i-0".to_owned(), 4)]));
    // Cut off, and begun anew: what only the first try saw is gone in the end.
    items.put(page(5, 1, false, vec![item("i-4", "CLIP"), item("i-1", "NUT")]), 5).await.expect("stored");
    items.put(page(6, 1, false, vec![item("i-1", "NUT")]), 6).await.expect("begun anew");
    is_refused(items.put(page(5, 2, true, Vec::new()), 7).await);
    items.put(page(6, 2, true, Vec::new()), 7).await.expect("follows");
    assert_eq!(items.codes().await, Some(vec!["i-1".to_owned()]));
    // Clocks count finer than stores keep.
    let fine = |number, last| {
        let begun_at = at(8) + TimeDelta::nanoseconds(123_456_789);
        ListPage { begun_at, ..page(8, number, last, vec![item(&format!("i-{number}"), "NUT")]) }
    };
    items.put(fine(1, false), 8).await.expect("stored");
    items.put(fine(2, true), 8).await.expect("follows");
    assert_eq!(items.codes().await.map(|codes| codes.len()), Some(2));
}

/// Parties are asked for by id, by key or as candidates; a hundred thousand of them are never read at once.
pub async fn parties_are_asked_for_by_id_and_by_key(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let mut hale = remote("p-1", "Hale Joinery Limited");
    (hale.party.email, hale.party.phone) = (Some("Info@Hale.nz".to_owned()), Some("+64 9 123 4567".to_owned()));
    let rimu = remote("p-2", "Rimu Kitchens");
    let put = async |parties: &[&RemoteParty], seconds| {
        let entries = parties.iter().map(|party| entry(party)).collect();
        let page = ListPage::whole(CatalogueKind::Parties, entries, at(seconds));
        bench.store.put_list(&bench.connection, page, at(seconds)).await.expect("stored");
    };
    put(&[&hale, &rimu], 1).await;
    is_refused(bench.store.catalogue(&bench.connection, CatalogueKind::Parties).await);
    is_refused(bench.store.gone(&bench.connection, CatalogueKind::Parties).await);
    let alike = async |keys: PartyKeys| {
        let found = bench.store.parties_like(&bench.connection, &keys).await.expect("read");
        found.into_iter().map(|party| party.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(alike(KnownParty::new("C-1", "HALE JOINERY LTD").keys()).await, ["p-1"]);
    let phoned = KnownParty { phone: Some("(09) 123-4567".to_owned()), ..KnownParty::new("C-1", "Rimu kitchens") };
    assert_eq!(alike(phoned.keys()).await, ["p-1", "p-2"]);
    assert!(alike(PartyKeys::default()).await.is_empty());
    put(&[&rimu], 2).await;
    let read = async |id: &str| bench.store.party(&bench.connection, &RemoteId::from(id)).await.expect("read");
    assert_eq!(read("p-1").await, Some((hale, Some(at(2)))));
    assert_eq!(read("p-2").await, Some((rimu, None)));
    assert_eq!(read("p-3").await, None);
    assert!(alike(KnownParty::new("C-1", "HALE JOINERY LTD").keys()).await.is_empty(), "what is gone is not proposed");
}

/// What the host has is known by role and id, in pages, and found by its keys while in use.
pub async fn f28_the_hosts_own_parties_are_known(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let (one, two) = (KnownParty::new("C-1", "Hale Ltd"), KnownParty::new("C-2", "Rimu"));
    let know = async |role, party: &KnownParty| {
        bench.store.know(&bench.connection, role, vec![party.clone()]).await.expect("known");
    };
    let known = async |role, after: Option<&str>, limit| {
        let after = after.map(LocalId::from);
        bench.store.known(&bench.connection, role, after.as_ref(), limit).await.expect("read")
    };
    know(RecordKind::Customer, &two).await;
    know(RecordKind::Customer, &one).await;
    know(RecordKind::Supplier, &one).await;
    assert_eq!(known(RecordKind::Customer, None, 0).await, [one.clone(), two.clone()]);
    assert_eq!(known(RecordKind::Customer, None, 1).await, std::slice::from_ref(&one));
    assert_eq!(known(RecordKind::Customer, Some("C-1"), 5).await, [two]);
    let alike = async |name: &str| {
        let keys = KnownParty::new("", name).keys();
        bench.store.known_like(&bench.connection, RecordKind::Customer, &keys).await.expect("read")
    };
    assert_eq!(alike("hale limited").await, std::slice::from_ref(&one));
    let left = KnownParty { active: false, ..one };
    know(RecordKind::Customer, &left).await;
    assert!(alike("hale limited").await.is_empty());
    assert_eq!(known(RecordKind::Customer, None, 1).await, [left]);
}
