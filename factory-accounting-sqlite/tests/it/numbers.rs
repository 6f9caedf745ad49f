//! The register of numbers in a file: many processes at once, the host's own transaction, and a million numbers.

use std::collections::BTreeSet;
use std::sync::Arc;

use factory_accounting_core::ids::{ConnectionId, DeviceId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::{Gap, GapReason, NumberError};
use factory_accounting_core::settings::NumberSeries;
use factory_accounting_core::store::{GapQuery, LeaseRequest, NumberStore, NumberUse, StoreError};
use factory_accounting_sqlite::rusqlite::{Connection, TransactionBehavior};
use factory_accounting_sqlite::{SqliteStore, lease_in, migrate_in, use_in};

use super::{at, workshop};

fn asking(device: &str, request: &str, size: u32) -> LeaseRequest {
    LeaseRequest {
        kind: RecordKind::Invoice,
        series: NumberSeries { prefix: "INV-".to_owned(), start: 1, width: 4, block: 25 },
        device: DeviceId::from(device),
        request: request.to_owned(),
        size,
    }
}

fn used(number: &str, id: &str) -> NumberUse {
    NumberUse { number: number.to_owned(), document: RecordKey::new(RecordKind::Invoice, id) }
}

fn everything() -> GapQuery {
    GapQuery { kind: RecordKind::Invoice, prefix: "INV-".to_owned(), first: 0, last: u64::MAX, limit: 0 }
}

/// Runs work on threads of their own, each with a store of its own over the same file, as processes would.
fn at_once<T: Send + 'static>(
    file: &std::path::Path,
    threads: usize,
    work: impl AsyncFn(usize, SqliteStore) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let work = Arc::new(work);
    let running: Vec<_> = (0..threads)
        .map(|thread| {
            let (file, work) = (file.to_owned(), Arc::clone(&work));
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
                runtime.block_on(work(thread, SqliteStore::open(file).expect("opened")))
            })
        })
        .collect();
    running.into_iter().map(|thread| thread.join().expect("done")).collect()
}

#[test]
fn f79_devices_that_ask_at_once_get_numbers_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    SqliteStore::open(&file).expect("made");
    let leased = at_once(&file, 6, async |thread, store| {
        let mut values = Vec::new();
        for request in 0..10 {
            // Every request is made twice, as after a lost answer.
            for _ in 0..2 {
                let request = asking(&format!("phone {thread}"), &request.to_string(), 7);
                let block = store.lease(&workshop(), request, at(0)).await.expect("a block");
                values.push((block.first..=block.last).collect::<Vec<u64>>());
            }
        }
        values
    });
    let blocks: Vec<Vec<u64>> = leased.into_iter().flatten().collect();
    let distinct: BTreeSet<&Vec<u64>> = blocks.iter().collect();
    let values: BTreeSet<u64> = blocks.iter().flatten().copied().collect();
    assert_eq!((blocks.len(), distinct.len(), values.len()), (120, 60, 420));
    assert_eq!((values.first(), values.last()), (Some(&1), Some(&420)));
}

#[test]
fn r10_of_many_documents_that_want_one_number_at_once_one_gets_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).expect("made");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(store.lease(&workshop(), asking("phone", "1", 20), at(0))).expect("a block");
    let refused = at_once(&file, 5, async |thread, store| {
        let uses = (1..=20).map(|value| used(&format!("INV-{value}"), &format!("doc {thread}/{value}"))).collect();
        let refused = store.mark_used(&workshop(), &DeviceId::from("phone"), uses, at(1)).await.expect("answered");
        refused.into_iter().filter(|refused| matches!(refused.why, NumberError::Taken { .. })).count()
    });
    assert_eq!(refused.iter().sum::<usize>(), 4 * 20);
    let report = runtime.block_on(store.gaps(&workshop(), everything())).expect("a report");
    assert_eq!((report.totals.used, report.gaps.len()), (20, 0));
}

#[test]
fn document_and_number_are_stored_together_or_not_at_all() {
    let mut host = Connection::open_in_memory().expect("memory");
    host.execute_batch("CREATE TABLE invoice (number TEXT)").expect("the host's own");
    let transaction = host.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
    let missing = lease_in(&transaction, &workshop(), &asking("server", "1", 1), at(0)).expect_err("no tables");
    assert!(matches!(missing, NumberError::Store(StoreError::Format { .. })), "{missing}");
    migrate_in(&transaction).expect("the store's tables");
    transaction.commit().expect("done");

    let device = DeviceId::from("server");
    let mut save = |request: &str, ids: &[&str], commit: bool| {
        let transaction = host.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
        let block = lease_in(&transaction, &workshop(), &asking("server", request, 1), at(0)).expect("a number");
        let number = block.format(block.first);
        transaction.execute("INSERT INTO invoice VALUES (?1)", [&number]).expect("saved");
        let uses: Vec<NumberUse> = ids.iter().map(|id| used(&number, id)).collect();
        let outcome = use_in(&transaction, &workshop(), &device, &uses, at(0));
        if commit {
            transaction.commit().expect("committed");
        } else {
            transaction.rollback().expect("rolled back");
        }
        (number, outcome)
    };
    assert_eq!(save("1", &["a"], true), ("INV-0001".to_owned(), Ok(())));
    assert_eq!(save("2", &["b"], false).0, "INV-0002");
    assert_eq!(save("3", &["c"], true).0, "INV-0002", "what was rolled back was never given");
    // Where one of two is refused neither is recorded, and the host's transaction goes on.
    let (number, refused) = save("4", &["d", "e"], true);
    assert!(matches!(refused, Err(NumberError::Taken { .. })), "{refused:?}");
    assert_eq!(save("5", &["f"], true).1, Ok(()));
    let count = |sql: &str| host.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("counted");
    assert_eq!((count("SELECT count(*) FROM invoice"), count("SELECT count(*) FROM fa_number_use")), (4, 3));
    assert_eq!(number, "INV-0003");
}

/// A million numbers are accounted for block by block: of those that are all in use no number is read.
#[test]
fn f80_a_million_numbers_are_accounted_for() {
    const BLOCKS: i64 = 40_000;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).expect("made");
    let db = Connection::open(&file).expect("opened");
    db.execute_batch(&format!(
        "BEGIN;
         INSERT INTO fa_number_run VALUES (1, 'workshop', 'invoice', 'inv-', 1, {BLOCKS} * 25 + 1);
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {BLOCKS})
         INSERT INTO fa_number_block (id, connection, device, request, run, prefix, width, first, last, leased_at, used)
             SELECT i + 1, 'workshop', 'phone ' || (i % 40), i, 1, 'INV-', 6, i * 25 + 1, i * 25 + 25, 0,
                 CASE WHEN i % 100 = 7 THEN 24 ELSE 25 END FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {BLOCKS} * 25)
         INSERT INTO fa_number_use (run, value, local, block, used_at)
             SELECT 1, i, i, (i - 1) / 25 + 1, 0 FROM n WHERE NOT ((i - 1) / 25 % 100 = 7 AND i % 25 = 0);
         COMMIT;"
    ))
    .expect("a million numbers");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let of = |query: GapQuery| runtime.block_on(store.gaps(&ConnectionId::from("workshop"), query)).expect("a report");
    let report = of(GapQuery { limit: 50, ..everything() });
    assert_eq!((report.totals.used, report.totals.leased, report.totals.all()), (999_600, 400, 1_000_000));
    assert_eq!((report.gaps.len(), report.more), (50, Some(200 + 50 * 2_500)));
    let why = GapReason::Leased { device: DeviceId::from("phone 7"), since: chrono::DateTime::UNIX_EPOCH };
    assert_eq!(report.gaps[0], Gap { first: 200, last: 200, why });
    let end = of(GapQuery { first: 999_990, ..everything() });
    assert_eq!((end.totals.used, end.totals.leased), (11, 0));
    // Blocks that are all in use are counted and not read: without their numbers the report is the same.
    db.execute_batch("DELETE FROM fa_number_use WHERE value BETWEEN 300 AND 1000").expect("deleted");
    assert_eq!(of(GapQuery { limit: 50, ..everything() }), report);
}
