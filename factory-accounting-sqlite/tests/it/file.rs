//! Files that are full, damaged, foreign or newer.

use factory_accounting_core::settings::{Settings, SettingsError};
use factory_accounting_core::store::{StoreError, SyncStore};
use factory_accounting_sqlite::rusqlite::Connection;
use factory_accounting_sqlite::{SqliteOptions, SqliteStore, supported_version};

use super::{all, at, claimed, connect, invoice, workshop};

#[tokio::test]
async fn a_full_disk_refuses_the_verb_and_keeps_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open_with(SqliteOptions::file(&file).max_pages(160)).expect("opened");
    connect(&store).await;
    let mut taken = 0;
    let full = loop {
        let pair = vec![invoice(&format!("{taken}-a")), invoice(&format!("{taken}-b"))];
        match store.enqueue(&workshop(), pair, at(0)).await {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken < 1_000, "the file never fills");
    };
    assert!(matches!(full, StoreError::Full(_)), "{full:?}");
    assert!(full.to_string().contains("free disk space"), "{full}");
    assert_eq!(all(&store).await.len(), 2 * taken);
    drop(store);

    let roomy = SqliteStore::open(&file).expect("opens again");
    roomy.enqueue(&workshop(), vec![invoice("more")], at(0)).await.expect("room again");
    assert_eq!(all(&roomy).await.len(), 2 * taken + 1);
    assert!(!claimed(&roomy).await.is_empty());
}

#[tokio::test]
async fn a_store_reads_back_after_closing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).expect("made");
    connect(&store).await;
    store.enqueue(&workshop(), vec![invoice("1"), invoice("2")], at(0)).await.expect("taken");
    let before = all(&store).await;
    drop(store);
    let store = SqliteStore::open(&file).expect("opened");
    assert_eq!(all(&store).await, before);
    // Ids go on where they were.
    let next = store.enqueue(&workshop(), vec![invoice("3")], at(0)).await.expect("taken");
    assert!(next[0].operation > before[1].id);
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    drop(SqliteStore::open(&file).expect("made"));
    let newer = supported_version() + 1;
    let raw = Connection::open(&file).expect("opened");
    raw.pragma_update(None, "user_version", newer).expect("stamped");
    raw.execute("UPDATE fa_schema SET version = ?1", [newer]).expect("stamped");
    drop(raw);
    let before = std::fs::read(&file).expect("read");
    let refused = SqliteStore::open(&file).expect_err("newer");
    assert!(matches!(refused, StoreError::Format { found, .. } if found == newer), "{refused:?}");
    assert!(refused.to_string().contains("version of factory-accounting that wrote it"), "{refused}");
    assert_eq!(std::fs::read(&file).expect("read"), before);
}

#[test]
fn a_file_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("other.db");
    let raw = Connection::open(&file).expect("opened");
    raw.execute_batch("CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('Ann')").expect("filled");
    drop(raw);
    let before = std::fs::read(&file).expect("read");
    let refused = SqliteStore::open(&file).expect_err("foreign");
    assert!(matches!(refused, StoreError::Format { .. }), "{refused:?}");
    assert!(refused.to_string().contains("migrate_in"), "{refused}");
    assert_eq!(std::fs::read(&file).expect("read"), before);
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.txt");
    let text = "no database at all, but somebody's notes\n".repeat(100);
    std::fs::write(&file, &text).expect("written");
    let refused = SqliteStore::open(&file).expect_err("no database");
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).expect("read"), text);
}

#[tokio::test]
async fn damage_is_told_and_not_worked_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).expect("made");
    connect(&store).await;
    store.enqueue(&workshop(), (0..200).map(|id| invoice(&format!("{id}"))).collect(), at(0)).await.expect("taken");
    drop(store);
    let mut bytes = std::fs::read(&file).expect("read");
    let half = bytes.len() / 2;
    bytes[half..].fill(0xA5);
    std::fs::write(&file, bytes).expect("written");
    let told = match SqliteStore::open(&file) {
        Ok(store) => store.operations(&workshop(), Default::default()).await.map(|_| ()),
        Err(error) => Err(error),
    };
    let Err(StoreError::Damaged(told)) = told else { panic!("damage was expected: {told:?}") };
    assert!(told.contains("backup"), "{told}");
}

#[tokio::test]
async fn a_row_that_contradicts_itself_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).expect("made");
    connect(&store).await;
    store.enqueue(&workshop(), vec![invoice("1")], at(0)).await.expect("taken");
    Connection::open(&file).expect("opened").execute("UPDATE fa_operation SET kind = 'gizmo'", []).expect("changed");
    let told = store.operations(&workshop(), Default::default()).await;
    let Err(StoreError::Damaged(told)) = told else { panic!("damage was expected: {told:?}") };
    assert!(told.contains("gizmo"), "{told}");
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("no such folder").join("store.db");
    for place in [missing.as_path(), folder.path()] {
        let refused = SqliteStore::open(place).expect_err("no place");
        assert!(matches!(refused, StoreError::Failed(_)), "{refused:?}");
        assert!(refused.to_string().contains("check that the folder exists"), "{refused}");
    }
}

#[tokio::test]
async fn settings_of_a_newer_format_are_told_and_keep() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).expect("made");
    store.save_settings(&workshop(), Settings::default(), None, at(1)).await.expect("saved");
    store.save_settings(&workshop(), Settings::default(), None, at(2)).await.expect("saved");
    let newer = r#"{"format":99,"colour":"red"}"#;
    let raw = Connection::open(&file).expect("opened");
    raw.execute("UPDATE fa_settings SET settings = ?1 WHERE version = 2", [newer]).expect("written");
    let told = |result: Result<(), StoreError>| match result {
        Err(StoreError::Settings(SettingsError::Newer { found: 99, .. })) => {}
        other => panic!("{other:?}"),
    };
    told(store.settings(&workshop()).await.map(drop));
    told(store.settings_at(&workshop(), 2).await.map(drop));
    // Nobody overrules them unseen either.
    told(store.save_settings(&workshop(), Settings::default(), None, at(3)).await.map(drop));
    let (versions, first) = (store.settings_versions(&workshop()).await, store.settings_at(&workshop(), 1).await);
    assert_eq!((versions.expect("listed").len(), first.expect("read").is_some()), (2, true));
    let kept: String =
        raw.query_row("SELECT settings FROM fa_settings WHERE version = 2", [], |row| row.get(0)).expect("there");
    assert_eq!(kept, newer);
}
