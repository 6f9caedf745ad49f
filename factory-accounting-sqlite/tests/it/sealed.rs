//! Tokens at rest.

use std::num::NonZeroU8;
use std::path::Path;

use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{TokenSet, TokenStore};
use factory_accounting_sqlite::rusqlite::Connection;
use factory_accounting_sqlite::{SqliteOptions, SqliteStore, TokenKey};
use secrecy::{ExposeSecret, SecretBox};

use super::{at, workshop};

fn key(id: u8) -> TokenKey {
    TokenKey::new(NonZeroU8::new(id).expect("not 0"), SecretBox::new(Box::new([id; 32])))
}

fn tokens() -> TokenSet {
    TokenSet {
        access: "planted-access".into(),
        refresh: Some("planted-refresh".into()),
        expires_at: at(0),
        scopes: "scope".to_owned(),
        ends_at: None,
    }
}

fn open(options: SqliteOptions) -> SqliteStore {
    SqliteStore::open_with(options).expect("opened")
}

async fn read(store: &SqliteStore, connection: &ConnectionId) -> Result<String, StoreError> {
    let stored = store.load(connection).await?.expect("there");
    Ok(stored.tokens.access.expose_secret().to_owned())
}

fn on_disk(file: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).expect("read");
    bytes.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_token_lies_open_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = open(SqliteOptions::file(&file).token_key(key(1)));
    store.replace(&workshop(), None, tokens()).await.expect("stored");
    assert!(!holds(&on_disk(&file), "planted"));
    let plain = folder.path().join("plain.db");
    let store = open(SqliteOptions::file(&plain).plaintext_tokens());
    store.replace(&workshop(), None, tokens()).await.expect("stored");
    assert!(holds(&on_disk(&plain), "planted"), "the search finds what lies open");
}

#[tokio::test]
async fn without_a_key_tokens_are_refused_unless_that_was_chosen() {
    let store = SqliteStore::in_memory().expect("opened");
    assert!(store.load(&workshop()).await.expect("nothing there").is_none());
    let refused = store.replace(&workshop(), None, tokens()).await.expect_err("no key");
    assert!(matches!(&refused, StoreError::Refused(reason) if reason.contains("token key")), "{refused}");
    assert!(store.load(&workshop()).await.expect("still nothing there").is_none());
}

#[tokio::test]
async fn a_row_in_another_place_does_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = open(SqliteOptions::file(&file).token_key(key(1)));
    store.replace(&workshop(), None, tokens()).await.expect("stored");
    let raw = Connection::open(&file).expect("opened");
    let copy = "INSERT INTO fa_token (connection, version, body) SELECT 'thief', version, body FROM fa_token";
    raw.execute(copy, []).expect("copied");
    let moved = read(&store, &ConnectionId::from("thief")).await;
    assert!(matches!(moved, Err(StoreError::Damaged(_))), "{moved:?}");
    raw.execute("UPDATE fa_token SET version = version + 1", []).expect("changed");
    let replayed = read(&store, &workshop()).await;
    assert!(matches!(replayed, Err(StoreError::Damaged(_))), "{replayed:?}");
    raw.execute("UPDATE fa_token SET version = version - 1, body = substr(body, 1, 20)", []).expect("cut");
    assert!(matches!(read(&store, &workshop()).await, Err(StoreError::Damaged(_))));
}

#[tokio::test]
async fn keys_change_with_the_next_refresh() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let store = open(SqliteOptions::file(&file).plaintext_tokens());
    let version = store.replace(&workshop(), None, tokens()).await.expect("stored");
    assert!(format!("{version:?}").contains('1'));
    drop(store);

    let store = open(SqliteOptions::file(&file).token_key(key(1)));
    let refused = read(&store, &workshop()).await.expect_err("they lie open");
    assert!(matches!(refused, StoreError::Refused(_)), "{refused:?}");
    drop(store);

    let store = open(SqliteOptions::file(&file).token_key(key(1)).plaintext_tokens());
    assert_eq!(read(&store, &workshop()).await, Ok("planted-access".to_owned()));
    store.replace(&workshop(), Some(1), tokens()).await.expect("sealed");
    drop(store);

    let store = open(SqliteOptions::file(&file).token_key(key(2)));
    let refused = read(&store, &workshop()).await.expect_err("another key");
    assert!(matches!(&refused, StoreError::Refused(reason) if reason.contains("key 1")), "{refused:?}");
    drop(store);

    let store = open(SqliteOptions::file(&file).token_key(key(2)).older_token_key(key(1)));
    assert_eq!(read(&store, &workshop()).await, Ok("planted-access".to_owned()));
    store.replace(&workshop(), Some(2), tokens()).await.expect("sealed anew");
    drop(store);

    let store = open(SqliteOptions::file(&file).token_key(key(2)));
    assert_eq!(read(&store, &workshop()).await, Ok("planted-access".to_owned()));
}

#[test]
fn options_and_keys_show_no_key() {
    let options = SqliteOptions::in_memory().token_key(key(200)).older_token_key(key(201));
    let printed = format!("{options:?}");
    assert!(printed.contains("id: 200") && !printed.contains("200, 200"), "{printed}");
}
