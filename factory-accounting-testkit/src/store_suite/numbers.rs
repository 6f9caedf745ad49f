//! The register of numbers: series, blocks, documents and gaps.

use std::sync::Arc;

use factory_accounting_core::ids::{BlockId, ConnectionId, DeviceId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::{Block, Gap, GapReason, GapReport, LARGEST, LARGEST_BLOCK, NumberError};
use factory_accounting_core::settings::NumberSeries;
use factory_accounting_core::store::{BlockQuery, GapQuery, LeaseRequest, NumberStore, NumberUse, RefusedUse};

use super::bench::at;

/// A register and shorthands for what rules do over and over.
#[derive(Debug)]
struct Desk {
    store: Arc<dyn NumberStore>,
    connection: ConnectionId,
}

fn series(prefix: &str, start: u64) -> NumberSeries {
    NumberSeries { prefix: prefix.to_owned(), start, width: 4, block: 25 }
}

fn asking(device: &str, request: &str, size: u32) -> LeaseRequest {
    LeaseRequest {
        kind: RecordKind::Invoice,
        series: series("INV-", 1),
        device: DeviceId::from(device),
        request: request.to_owned(),
        size,
    }
}

fn document(id: &str) -> RecordKey {
    RecordKey::new(RecordKind::Invoice, id)
}

fn used(number: &str, id: &str) -> NumberUse {
    NumberUse { number: number.to_owned(), document: document(id) }
}

impl Desk {
    fn new(store: Arc<dyn NumberStore>) -> Self {
        Self { store, connection: ConnectionId::from("workshop") }
    }

    async fn try_lease(&self, request: LeaseRequest) -> Result<Block, NumberError> {
        self.store.lease(&self.connection, request, at(1)).await
    }

    async fn lease(&self, device: &str, request: &str, size: u32) -> Block {
        self.try_lease(asking(device, request, size)).await.expect("a block")
    }

    async fn mark(&self, device: &str, uses: &[(&str, &str)]) -> Vec<RefusedUse> {
        let uses = uses.iter().map(|(number, id)| used(number, id)).collect();
        self.store.mark_used(&self.connection, &DeviceId::from(device), uses, at(2)).await.expect("answered")
    }

    async fn retire(&self, device: &str) {
        self.store.retire(&self.connection, &DeviceId::from(device), "Ann", at(3)).await.expect("answered");
    }

    async fn reclaim(&self, block: BlockId) -> Result<u64, NumberError> {
        self.store.reclaim(&self.connection, block, "Bob", at(4)).await
    }

    async fn gaps(&self, first: u64, last: u64, limit: usize) -> GapReport {
        let query = GapQuery { kind: RecordKind::Invoice, prefix: "INV-".to_owned(), first, last, limit };
        self.store.gaps(&self.connection, query).await.expect("a report")
    }

    async fn next(&self, prefix: &str) -> Option<u64> {
        self.store.next_value(&self.connection, RecordKind::Invoice, prefix).await.expect("answered")
    }

    async fn holder(&self, number: &str) -> Option<RecordKey> {
        self.store.holder(&self.connection, RecordKind::Invoice, number).await.expect("answered")
    }
}

fn range(block: &Block) -> (u64, u64) {
    (block.first, block.last)
}

fn whys(refused: Vec<RefusedUse>) -> Vec<NumberError> {
    refused.into_iter().map(|refused| refused.why).collect()
}

/// A block is numbers in a row, with how they are written and whose they are (F79).
pub async fn f79_a_device_leases_numbers_in_a_row(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    assert_eq!(desk.next("INV-").await, None);
    let block = desk.lease("phone", "1", 25).await;
    assert_eq!((range(&block), block.size(), block.kind), ((1, 25), 25, RecordKind::Invoice));
    assert_eq!((block.device.as_str(), block.leased_at), ("phone", at(1)));
    assert_eq!(block.format(block.last), "INV-0025");
    assert_eq!(desk.next("INV-").await, Some(26));
}

/// No two devices get one number; kinds, connections and prefixes count for themselves (F79).
pub async fn f79_blocks_never_overlap(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let mut blocks = Vec::new();
    for (device, request) in [("phone", "1"), ("tablet", "1"), ("phone", "2"), ("van", "1")] {
        blocks.push(range(&desk.lease(device, request, 25).await));
    }
    assert_eq!(blocks, [(1, 25), (26, 50), (51, 75), (76, 100)]);
    for kind in [RecordKind::Job, RecordKind::Quote] {
        let request = LeaseRequest { kind, request: kind.as_str().to_owned(), ..asking("phone", "", 25) };
        assert_eq!(range(&desk.try_lease(request).await.expect("a block")), (1, 25), "{kind}");
    }
    let elsewhere = Desk { connection: ConnectionId::from("other"), ..desk };
    assert_eq!(range(&elsewhere.lease("phone", "1", 25).await), (1, 25));
}

/// Raising the start skips numbers; lowering it gives none again (F78).
pub async fn f78_a_start_moves_forward_only(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let asked = |request: &str, start| LeaseRequest { series: series("INV-", start), ..asking("phone", request, 10) };
    for (request, start, expected) in [
        ("1", 5_000, (5_000, 5_009)),
        ("2", 1, (5_010, 5_019)),
        ("3", 6_000, (6_000, 6_009)),
        ("4", 5_000, (6_010, 6_019)),
    ] {
        assert_eq!(range(&desk.try_lease(asked(request, start)).await.expect("a block")), expected, "{start}");
    }
    let report = desk.gaps(0, u64::MAX, 0).await;
    assert_eq!((report.range, report.totals.skipped, report.totals.leased), (Some((5_000, 6_019)), 980, 40));
}

/// Another prefix begins a run of its own; one that differs in case only does not.
pub async fn a_new_prefix_begins_a_run_of_its_own(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 10).await;
    let asked =
        |request: &str, prefix: &str| LeaseRequest { series: series(prefix, 1), ..asking("phone", request, 10) };
    assert_eq!(range(&desk.try_lease(asked("2", "2027-")).await.expect("a block")), (1, 10));
    assert_eq!(range(&desk.try_lease(asked("3", "inv-")).await.expect("a block")), (11, 20));
    assert_eq!((desk.next("INV-").await, desk.next("2027-").await, desk.next("X-").await), (Some(21), Some(11), None));
    assert!(desk.mark("phone", &[("2027-0001", "a"), ("INV-0001", "b"), ("inv-11", "c")]).await.is_empty());
    assert_eq!(desk.holder("Inv-00011").await, Some(document("c")));
}

/// After a lost answer the same key gets the same block, whatever has been leased meanwhile.
pub async fn asking_again_under_one_key_gives_one_block(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let block = desk.lease("phone", "1", 25).await;
    desk.lease("tablet", "1", 25).await;
    let moved = LeaseRequest { series: series("NEW-", 900), size: 3, ..asking("phone", "1", 25) };
    assert_eq!(desk.try_lease(moved).await.expect("the same"), block);
    assert_eq!(desk.next("INV-").await, Some(51));
    let other_kind = LeaseRequest { kind: RecordKind::Job, ..asking("phone", "1", 25) };
    let refused = desk.try_lease(other_kind).await.expect_err("for another kind");
    assert!(matches!(refused, NumberError::RequestReused { .. }), "{refused}");
}

/// A device that has forgotten its block is not given it again, if any of its numbers is in use (F81).
pub async fn f81_a_block_in_use_is_not_given_again(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 25).await;
    assert!(desk.mark("phone", &[("INV-0001", "a")]).await.is_empty());
    let refused = desk.try_lease(asking("phone", "1", 25)).await.expect_err("in use");
    assert!(matches!(refused, NumberError::RequestReused { .. }), "{refused}");
    assert!(refused.to_string().contains("new device"), "{refused}");
    assert_eq!(range(&desk.lease("phone, set up anew", "1", 25).await), (26, 50));
}

/// The same document under the same number is recorded once.
pub async fn telling_a_use_again_changes_nothing(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 3).await;
    for _ in 0..2 {
        assert!(desk.mark("phone", &[("INV-0001", "a"), ("INV-1", "a"), ("INV-0002", "b")]).await.is_empty());
        assert_eq!(desk.gaps(0, u64::MAX, 0).await.totals.used, 2);
    }
    assert_eq!((desk.holder("INV-0001").await, desk.holder("INV-0003").await), (Some(document("a")), None));
    assert_eq!(desk.holder("OTHER-0001").await, None);
}

/// A number that a document has is refused to every other, by whatever device (R10).
pub async fn r10_a_number_is_never_on_two_documents(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 3).await;
    assert!(desk.mark("phone", &[("INV-0001", "a")]).await.is_empty());
    for device in ["phone", "tablet"] {
        let refused = desk.mark(device, &[("INV-0001", "b")]).await;
        let taken =
            NumberError::Taken { number: "INV-0001".to_owned(), document: document("b"), holder: document("a") };
        assert_eq!(refused, [RefusedUse { refused: used("INV-0001", "b"), why: taken }]);
    }
    let twice = whys(desk.mark("phone", &[("INV-0002", "c"), ("inv-02", "d")]).await);
    assert!(matches!(twice.as_slice(), [NumberError::Taken { holder, .. }] if *holder == document("c")), "{twice:?}");
    assert_eq!(desk.holder("INV-0001").await, Some(document("a")));
}

/// A device uses the numbers of its own blocks and no others.
pub async fn a_number_of_another_device_is_refused(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 3).await;
    desk.lease("tablet", "1", 3).await;
    let refused = whys(desk.mark("phone", &[("INV-0004", "a"), ("INV-0007", "b"), ("X-1", "c"), ("INV-", "d")]).await);
    let [other, unleased, unknown, none] = refused.as_slice() else { panic!("{refused:?}") };
    let holder = |why: &NumberError| match why {
        NumberError::NotLeased { holder, .. } => holder.clone(),
        why => panic!("{why}"),
    };
    assert_eq!((holder(other), holder(unleased), holder(unknown)), (Some(DeviceId::from("tablet")), None, None));
    assert!(matches!(none, NumberError::NoNumber { .. }), "{none}");
    assert_eq!(desk.holder("INV-0004").await, None);
}

/// What cannot be recorded does not hold up the rest.
pub async fn a_refused_use_leaves_the_others(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 3).await;
    let refused = desk.mark("phone", &[("INV-0001", "a"), ("INV-0001", "b"), ("INV-0002", "c")]).await;
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (desk.holder("INV-0001").await, desk.holder("INV-0002").await),
        (Some(document("a")), Some(document("c")))
    );
}

/// Numbers are taken back from a device only once it is declared gone, by a person and on record (F81).
pub async fn f81_nothing_is_taken_back_from_a_device_in_use(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let block = desk.lease("phone", "1", 25).await;
    let refused = desk.reclaim(block.id).await.expect_err("in use");
    assert_eq!(refused, NumberError::DeviceInUse { block: block.id, device: DeviceId::from("phone") });
    let unknown = BlockId(block.id.0 + 7);
    assert_eq!(desk.reclaim(unknown).await, Err(NumberError::UnknownBlock(unknown)));
    let elsewhere = Desk { connection: ConnectionId::from("other"), store: Arc::clone(&desk.store) };
    elsewhere.retire("phone").await;
    assert_eq!(elsewhere.reclaim(block.id).await, Err(NumberError::UnknownBlock(block.id)));
    assert!(desk.reclaim(block.id).await.is_err(), "it is gone elsewhere only");
    desk.retire("phone").await;
    assert_eq!(desk.lease("tablet", "1", 25).await.first, 26, "nothing comes back by itself");
    assert_eq!((desk.reclaim(block.id).await, desk.reclaim(block.id).await), (Ok(25), Ok(0)));
}

/// What was taken back goes to the next device; the one that is gone and comes back late is told so.
pub async fn two_devices_never_share_what_was_taken_back(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let block = desk.lease("phone", "1", 10).await;
    assert!(desk.mark("phone", &[("INV-0003", "c"), ("INV-0006", "f")]).await.is_empty());
    desk.retire("phone").await;
    assert_eq!(desk.reclaim(block.id).await, Ok(8));
    let mut given = Vec::new();
    for request in ["1", "2", "3", "4"] {
        given.push(range(&desk.lease("tablet", request, 3).await));
    }
    assert_eq!(given, [(1, 2), (4, 5), (7, 9), (10, 10)]);
    assert_eq!(range(&desk.lease("tablet", "5", 3).await), (11, 13));
    assert!(desk.mark("tablet", &[("INV-0001", "x"), ("INV-0010", "y")]).await.is_empty());
    let late = whys(desk.mark("phone", &[("INV-0002", "b"), ("INV-0003", "c"), ("INV-0001", "a")]).await);
    let [back, taken] = late.as_slice() else { panic!("{late:?}") };
    assert!(matches!(back, NumberError::Reclaimed { by, at: when, .. } if by == "Bob" && *when == at(4)), "{back}");
    assert!(matches!(taken, NumberError::Taken { holder, .. } if *holder == document("x")), "{taken}");
    let refused = desk.try_lease(asking("phone", "2", 3)).await.expect_err("it is gone");
    assert!(matches!(refused, NumberError::DeviceGone { by, .. } if by == "Ann"));
}

/// What was taken back below a raised start stays away.
pub async fn f78_what_was_taken_back_below_the_start_is_not_given(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let block = desk.lease("phone", "1", 10).await;
    desk.retire("phone").await;
    desk.reclaim(block.id).await.expect("taken back");
    let asked = |request: &str, start| LeaseRequest { series: series("INV-", start), ..asking("tablet", request, 2) };
    for (request, start, expected) in
        [("1", 7, (7, 8)), ("2", 7, (9, 10)), ("3", 7, (11, 12)), ("4", 1, (1, 2)), ("5", 5, (5, 6))]
    {
        assert_eq!(range(&desk.try_lease(asked(request, start)).await.expect("a block")), expected, "{request}");
    }
}

/// A device that was declared gone too early keeps what it had used, as long as nothing was taken back.
pub async fn a_device_that_comes_back_keeps_what_it_used(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let block = desk.lease("phone", "1", 4).await;
    for _ in 0..2 {
        desk.retire("phone").await;
    }
    assert!(desk.mark("phone", &[("INV-0002", "b")]).await.is_empty());
    assert_eq!(desk.reclaim(block.id).await, Ok(3));
    assert_eq!(desk.holder("INV-0002").await, Some(document("b")));
}

/// A voided document keeps its number, and the report says so.
pub async fn a_voided_document_keeps_its_number(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    desk.lease("phone", "1", 3).await;
    assert!(desk.mark("phone", &[("INV-0001", "a"), ("INV-0002", "b"), ("INV-0003", "c")]).await.is_empty());
    assert!(desk.gaps(0, u64::MAX, 0).await.gaps.is_empty());
    for time in [5, 6] {
        let documents = [document("b"), document("unknown"), RecordKey::new(RecordKind::Quote, "a")];
        desk.store.mark_voided(&desk.connection, &documents, at(time)).await.expect("answered");
    }
    let report = desk.gaps(0, u64::MAX, 0).await;
    let why = GapReason::Voided { document: document("b").id, since: at(5) };
    assert_eq!(report.gaps, [Gap { first: 2, last: 2, why }]);
    assert_eq!((report.totals.used, report.totals.voided, report.totals.all()), (2, 1, 3));
    assert_eq!(whys(desk.mark("phone", &[("INV-0002", "z")]).await).len(), 1, "it is not free");
}

/// Each missing number has its reason, and the sums are those of the whole range (F80, F81).
pub async fn f80_every_missing_number_is_explained(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    assert_eq!(desk.gaps(0, u64::MAX, 0).await, GapReport::default());
    let lost = desk.lease("lost", "1", 5).await;
    desk.lease("found", "1", 5).await;
    desk.lease("phone", "1", 5).await;
    let raised = LeaseRequest { series: series("INV-", 21), ..asking("van", "1", 5) };
    desk.try_lease(raised).await.expect("a block");
    assert!(desk.mark("lost", &[("INV-0002", "l")]).await.is_empty());
    assert!(desk.mark("found", &[("INV-0006", "f")]).await.is_empty());
    assert!(desk.mark("phone", &[("INV-0011", "p"), ("INV-0013", "q"), ("INV-0014", "r")]).await.is_empty());
    desk.retire("lost").await;
    desk.retire("found").await;
    desk.reclaim(lost.id).await.expect("taken back");
    desk.store.mark_voided(&desk.connection, &[document("q"), document("l")], at(5)).await.expect("answered");

    let report = desk.gaps(0, u64::MAX, 0).await;
    let act = |by: &str, time| factory_accounting_core::numbers::Act { by: by.to_owned(), at: at(time) };
    let leased = |device: &str| GapReason::Leased { device: DeviceId::from(device), since: at(1) };
    let voided = |id: &str| GapReason::Voided { document: document(id).id, since: at(5) };
    let abandoned = GapReason::Abandoned { device: DeviceId::from("found"), gone: act("Ann", 3) };
    let reclaimed = GapReason::Reclaimed(act("Bob", 4));
    let expected = [
        (1, 1, reclaimed.clone()),
        (2, 2, voided("l")),
        (3, 5, reclaimed),
        (7, 10, abandoned),
        (12, 12, leased("phone")),
        (13, 13, voided("q")),
        (15, 15, leased("phone")),
        (16, 20, GapReason::Skipped),
        (21, 25, leased("van")),
    ]
    .map(|(first, last, why)| Gap { first, last, why });
    assert_eq!(report.gaps, expected);
    let totals = report.totals;
    assert_eq!((totals.used, totals.voided, totals.leased), (3, 2, 7));
    assert_eq!((totals.abandoned, totals.reclaimed, totals.skipped), (4, 4, 5));
    assert_eq!((report.range, totals.all(), totals.missing()), (Some((1, 25)), 25, 22));

    // A part of the range, cut through blocks, and a list cut short that goes on.
    let part = desk.gaps(4, 8, 0).await;
    assert_eq!((part.range, part.gaps.len(), part.totals.all()), (Some((4, 8)), 2, 5));
    let mut pages = Vec::new();
    let mut from = Some(0);
    while let Some(first) = from {
        let page = desk.gaps(first, u64::MAX, 2).await;
        assert!(page.gaps.len() <= 2);
        pages.extend(page.gaps);
        from = page.more;
    }
    assert_eq!(pages, expected);
    assert_eq!(desk.gaps(26, 90, 0).await, GapReport::default(), "nothing was given there");
}

/// Blocks are listed in order of leasing, by device and page, with what has become of them.
pub async fn blocks_are_listed_with_what_became_of_them(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let first = desk.lease("phone", "1", 2).await;
    desk.lease("tablet", "1", 2).await;
    desk.lease("phone", "2", 2).await;
    assert!(desk.mark("phone", &[("INV-0001", "a")]).await.is_empty());
    desk.retire("phone").await;
    desk.reclaim(first.id).await.expect("taken back");
    let query = BlockQuery { kind: RecordKind::Invoice, device: None, after: None, limit: 0 };
    let list = async |query: BlockQuery| desk.store.blocks(&desk.connection, query).await.expect("a list");
    let all = list(query.clone()).await;
    let told: Vec<_> = all
        .iter()
        .map(|state| {
            (
                state.block.device.as_str(),
                state.block.first,
                state.used,
                state.gone.is_some(),
                state.reclaimed.is_some(),
            )
        })
        .collect();
    assert_eq!(told, [("phone", 1, 1, true, true), ("tablet", 3, 0, false, false), ("phone", 5, 0, true, false)]);
    assert_eq!(all[0].block, first);
    assert_eq!(all[0].request, "1");
    let of_phone = BlockQuery { device: Some(DeviceId::from("phone")), ..query.clone() };
    assert_eq!(list(of_phone).await.len(), 2);
    let behind = BlockQuery { after: Some(first.id), limit: 1, ..query.clone() };
    assert_eq!(list(behind).await, [all[1].clone()]);
    assert!(list(BlockQuery { kind: RecordKind::Quote, ..query }).await.is_empty());
}

/// What cannot be leased is refused, and nothing of it is left.
pub async fn a_refused_lease_leaves_nothing(store: Arc<dyn NumberStore>) {
    let desk = Desk::new(store);
    let of = |series: NumberSeries, size| LeaseRequest { series, ..asking("phone", "1", size) };
    for request in [
        of(series("A1", 1), 5),
        of(series("A-", 1), 0),
        of(series("A-", 1), LARGEST_BLOCK + 1),
        of(series("A-", LARGEST + 1), 5),
        of(series("A-", LARGEST - 3), 5),
    ] {
        let refused = desk.try_lease(request).await.expect_err("refused");
        assert!(matches!(refused, NumberError::Series { .. } | NumberError::Exhausted { .. }), "{refused}");
    }
    assert_eq!((desk.next("A-").await, desk.lease("phone", "1", 5).await.first), (None, 1));
    let end = desk.try_lease(LeaseRequest { request: "2".to_owned(), ..of(series("Z-", LARGEST - 5), 5) }).await;
    assert_eq!(end.expect("the last ones").last, LARGEST - 1);
}
