//! The store's tables in a host's own file and transaction.

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Party, RecordKey, RecordKind};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use factory_accounting_core::store::{
    CandidateState, ListPage, ListStore, NewOperation, OperationState, StoreError, SyncStore,
};
use factory_accounting_sqlite::rusqlite::{self, Connection, TransactionBehavior};
use factory_accounting_sqlite::{SqliteStore, enqueue_in, inbox_statement, link_in, migrate_in};

use super::{all, at, claimed, connect, invoice, workshop};

/// A host's file with a table of its own and the store's beside it.
fn host(file: &std::path::Path) -> Connection {
    let mut host = Connection::open(file).expect("opened");
    host.execute_batch("CREATE TABLE invoice (number TEXT); PRAGMA user_version = 41").expect("the host's own");
    let transaction = host.transaction().expect("begun");
    migrate_in(&transaction).expect("the store's tables");
    transaction.commit().expect("done");
    host
}

fn save(host: &mut Connection, operations: &[NewOperation], commit: bool) -> Result<(), StoreError> {
    let transaction = host.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
    transaction.execute("INSERT INTO invoice VALUES ('INV-1')", []).expect("saved");
    let enqueued = enqueue_in(&transaction, &workshop(), operations, at(0));
    if commit {
        transaction.commit().expect("committed");
    } else {
        transaction.rollback().expect("rolled back");
    }
    enqueued.map(|_| ())
}

fn saved(host: &Connection) -> i64 {
    host.query_row("SELECT count(*) FROM invoice", [], |row| row.get(0)).expect("counted")
}

#[tokio::test]
async fn record_and_operation_are_there_together_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("host.db");
    let mut host = host(&file);
    let store = SqliteStore::open(&file).expect("the host's file is opened");
    connect(&store).await;
    save(&mut host, &[invoice("1")], false).expect("enqueued, then rolled back");
    assert_eq!((saved(&host), all(&store).await.len()), (0, 0));
    save(&mut host, &[invoice("1"), invoice("2")], true).expect("enqueued");
    assert_eq!((saved(&host), claimed(&store).await.len()), (1, 2));
    // The host's own numbers stay its own.
    let version: i64 = host.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("read");
    assert_eq!(version, 41);
    let application: i64 = host.query_row("PRAGMA application_id", [], |row| row.get(0)).expect("read");
    assert_eq!(application, 0);
}

#[tokio::test]
async fn a_refused_enqueue_leaves_nothing_in_a_transaction_that_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("host.db");
    let mut host = host(&file);
    let store = SqliteStore::open(&file).expect("opened");
    connect(&store).await;
    save(&mut host, &[invoice("1")], true).expect("enqueued");
    let other = NewOperation { fingerprint: "other".to_owned(), ..invoice("1") };
    let refused = save(&mut host, &[invoice("2"), other], true);
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!((saved(&host), all(&store).await.len()), (2, 1));
}

#[test]
fn without_the_tables_the_host_is_told() {
    let mut host = Connection::open_in_memory().expect("memory");
    host.execute_batch("CREATE TABLE invoice (number TEXT)").expect("the host's own");
    let refused = save(&mut host, &[invoice("1")], true).expect_err("no tables");
    assert!(matches!(refused, StoreError::Format { found: 0, .. }), "{refused:?}");
    assert!(refused.to_string().contains("migrate_in"), "{refused}");
}

#[tokio::test]
async fn the_inbox_is_taken_over_in_order_by_the_next_claim() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("host.db");
    let mut host = host(&file);
    let store = SqliteStore::open(&file).expect("opened");
    connect(&store).await;
    let customer = NewOperation { key: RecordKey::new(RecordKind::Customer, "C"), ..invoice("C") };
    let dependent = NewOperation { needs: vec![customer.key.clone()], ..invoice("1") };
    let statement = inbox_statement(&workshop(), &[customer.clone(), dependent]).expect("written");
    for commit in [false, true] {
        let transaction = host.transaction().expect("begun");
        for row in &statement.rows {
            transaction.execute(statement.sql, rusqlite::params_from_iter(row)).expect("inserted");
        }
        if commit {
            transaction.commit().expect("committed");
        }
    }
    let work = claimed(&store).await;
    assert_eq!(work.len(), 1);
    assert_eq!((&work[0].key, &work[0].record, work[0].created_at), (&customer.key, &customer.record, at(1)));
    assert_eq!(all(&store).await[1].waits_for, [customer.key]);
    assert_eq!(claimed(&store).await.len(), 1, "nothing is taken over twice");
}

#[tokio::test]
async fn what_the_inbox_refuses_stays_for_a_person_and_holds_up_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("host.db");
    let host = host(&file);
    let store = SqliteStore::open(&file).expect("opened");
    connect(&store).await;
    store.enqueue(&workshop(), vec![invoice("1")], at(0)).await.expect("taken");
    let other = NewOperation { fingerprint: "other".to_owned(), ..invoice("1") };
    let statement = inbox_statement(&workshop(), &[other, invoice("2")]).expect("written");
    for [connection, operation] in &statement.rows {
        host.execute(statement.sql, [connection, operation]).expect("inserted");
    }
    host.execute(statement.sql, ["workshop", "no operation"]).expect("inserted");
    // An enqueue takes over first what has arrived first.
    let third = store.enqueue(&workshop(), vec![invoice("3")], at(0)).await.expect("taken");
    let found = all(&store).await;
    assert_eq!(found.len(), 3);
    assert!(found[1].key.id.as_str() == "2" && found[1].id < third[0].operation);
    assert!(found.iter().all(|operation| operation.state == OperationState::Queued));
    let refused = store.refused_inbox(&workshop()).await.expect("listed");
    assert_eq!(refused.len(), 2);
    assert!(refused[0].reason.contains("another content"), "{}", refused[0].reason);
    assert!(refused[1].reason.contains("cannot be read"), "{}", refused[1].reason);
    for row in refused {
        store.dismiss_inbox(&workshop(), row.id).await.expect("dismissed");
    }
    assert!(store.refused_inbox(&workshop()).await.expect("listed").is_empty());
}

/// A package's customer whose record a host makes, as far as its own table is concerned.
fn take_over(host: &mut Connection, local: &str, remote: &str, commit: bool) -> Result<(), StoreError> {
    let party = RemoteParty::new(RemoteId::from(remote), Party::new(remote, "Hale"));
    let transaction = host.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
    transaction.execute("INSERT INTO invoice VALUES (?1)", [local]).expect("saved");
    let linked = link_in(&transaction, &workshop(), RecordKind::Customer, &local.into(), &party, at(0));
    match (&linked, commit) {
        (Ok(_), true) => transaction.commit().expect("committed"),
        _ => transaction.rollback().expect("rolled back"),
    }
    linked.map(|_| ())
}

#[tokio::test]
async fn f20_an_imported_record_and_its_link_are_there_together_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("host.db");
    let mut host = host(&file);
    let store = SqliteStore::open(&file).expect("opened");
    let entry = CatalogueEntry::Party(Box::new(RemoteParty::new(RemoteId::from("p-1"), Party::new("p-1", "Hale"))));
    let page = ListPage::whole(CatalogueKind::Parties, vec![entry], at(0));
    store.put_list(&workshop(), page, at(0)).await.expect("stored");
    let state = async || {
        let found = store.candidates_by_id(&workshop(), RecordKind::Customer, &["p-1".into()]).await.expect("read");
        found.into_iter().next().flatten().expect("a candidate").state
    };
    take_over(&mut host, "C-1", "p-1", false).expect("linked, then rolled back");
    assert_eq!((saved(&host), state().await), (0, CandidateState::NotImported));
    take_over(&mut host, "C-1", "p-1", true).expect("linked");
    assert_eq!((saved(&host), state().await), (1, CandidateState::PreviouslyImported { local: "C-1".into() }));
    let taken = take_over(&mut host, "C-2", "p-1", true).expect_err("the party has another record").to_string();
    assert!(taken.contains("C-1") && taken.contains("C-2"), "{taken}");
    let moved = take_over(&mut host, "C-1", "p-2", true).expect_err("the record has another party").to_string();
    assert!(moved.contains("C-1") && moved.contains("p-1"), "{moved}");
    assert_eq!(saved(&host), 1);
}
