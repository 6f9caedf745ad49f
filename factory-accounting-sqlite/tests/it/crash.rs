//! Processes that die, and processes that share a file. The children are tests of this very binary.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use factory_accounting_core::store::{StoreError, SyncStore};
use factory_accounting_sqlite::rusqlite::{Connection, TransactionBehavior};
use factory_accounting_sqlite::{SqliteOptions, SqliteStore};

use super::{all, at, claimed, connect, invoice, workshop};

const CHILD: &str = "FACTORY_ACCOUNTING_CHILD_FILE";

/// The file that this process is to work on, if it was started as a child.
fn file_of_child() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

fn child(test: &str, file: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this binary"))
        .args([test, "--exact", "--nocapture", "--test-threads", "1"])
        .env(CHILD, file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts")
}

fn say(word: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "\nsaid {word}").and_then(|()| out.flush()).expect("the parent listens");
}

/// What a child says, one word after the other.
fn words(child: &mut Child) -> impl Iterator<Item = String> {
    let out = child.stdout.take().expect("a pipe");
    BufReader::new(out).lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("said ").map(str::to_owned))
}

#[tokio::test]
async fn child_that_enqueues_without_end() {
    let Some(file) = file_of_child() else { return };
    let store = SqliteStore::open(file).expect("opened");
    for id in 0_u32.. {
        let pair = vec![invoice(&format!("{id}-a")), invoice(&format!("{id}-b"))];
        store.enqueue(&workshop(), pair, at(0)).await.expect("taken");
        say(&format!("{id}"));
    }
}

#[tokio::test]
async fn r6_a_killed_process_leaves_what_was_answered_and_no_half() {
    if file_of_child().is_some() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let mut child = child("crash::child_that_enqueues_without_end", &file);
    let answered = words(&mut child).take(40).last().expect("the child speaks");
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert_eq!(answered, "39");

    let store = SqliteStore::open(&file).expect("opens after the kill");
    connect(&store).await;
    let found = all(&store).await;
    assert!(found.len() >= 80 && found.len() % 2 == 0, "{} operations", found.len());
    for (place, operation) in found.iter().enumerate() {
        let half = if place % 2 == 0 { "a" } else { "b" };
        assert_eq!(operation.key.id.as_str(), format!("{}-{half}", place / 2));
    }
    assert_eq!(claimed(&store).await.len(), 50);
}

#[test]
fn child_that_holds_the_file() {
    let Some(file) = file_of_child() else { return };
    let mut connection = Connection::open(file).expect("opened");
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
    transaction.execute("INSERT INTO fa_inbox (connection, operation) VALUES ('lost', '{}')", []).expect("inserted");
    say("held");
    // Until the parent kills this process.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("a line");
    drop(transaction);
}

#[tokio::test]
async fn another_process_that_writes_makes_busy_and_loses_nothing() {
    if file_of_child().is_some() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let options = SqliteOptions::file(&file).busy_timeout(Duration::from_millis(50));
    let store = SqliteStore::open_with(options).expect("opened");
    connect(&store).await;
    store.enqueue(&workshop(), vec![invoice("1")], at(0)).await.expect("taken");

    let mut other = Command::new(std::env::current_exe().expect("this binary"))
        .args(["crash::child_that_holds_the_file", "--exact", "--nocapture", "--test-threads", "1"])
        .env(CHILD, &file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    assert_eq!(words(&mut other).next().as_deref(), Some("held"));
    let busy = store.enqueue(&workshop(), vec![invoice("2")], at(0)).await;
    assert!(matches!(busy, Err(StoreError::Busy(_))), "{busy:?}");
    assert_eq!(all(&store).await.len(), 1, "reading goes on");
    other.kill().expect("killed");
    other.wait().expect("gone");

    store.enqueue(&workshop(), vec![invoice("2")], at(0)).await.expect("free again");
    assert_eq!(claimed(&store).await.len(), 2);
}

/// What is on the disk while the store is open is what a power failure leaves.
#[tokio::test]
async fn a_copy_of_the_open_files_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, image) = (folder.path().join("store.db"), folder.path().join("image.db"));
    let store = SqliteStore::open(&file).expect("opened");
    connect(&store).await;
    store.enqueue(&workshop(), (0..60).map(|id| invoice(&format!("{id}"))).collect(), at(0)).await.expect("taken");
    let handed_out = claimed(&store).await;
    std::fs::copy(&file, &image).expect("copied");
    std::fs::copy(folder.path().join("store.db-wal"), folder.path().join("image.db-wal")).expect("copied");

    let after = SqliteStore::open(&image).expect("opens");
    assert_eq!(all(&after).await, all(&store).await);
    assert_eq!(all(&after).await[..50], handed_out[..]);
}
