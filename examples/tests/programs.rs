//! The programs as a person runs them: arguments, exit codes, what is said where.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use examples::sign_in::press_allow;
use tokio::io::{AsyncBufReadExt as _, BufReader};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

fn push(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_push"))
        .current_dir(folder)
        .args(["--emulator", "--store", "push.sqlite3", "--settings", &format!("{DATA}/settings.json")])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn push_says_by_its_exit_code_whether_all_is_in_the_books() {
    let folder = tempfile::tempdir().unwrap();
    let bad = push(folder.path(), &[&format!("{DATA}/bad-lines.jsonl")], "");
    assert_eq!(bad.status.code(), Some(3), "{}", said(&bad.stderr));
    assert!(said(&bad.stderr).contains("line 7: date: "), "{}", said(&bad.stderr));
    assert!(said(&bad.stdout).contains("9 lines could not be read"), "{}", said(&bad.stdout));

    let whole = r#"{"kind":"customer","id":"c-9","name":"Beckenham Books"}"#;
    assert_eq!(push(folder.path(), &["-"], whole).status.code(), Some(0));

    let parked = r#"{"kind":"customer","id":"c-10","name":"Two  spaces"}"#;
    let parked = push(folder.path(), &["-"], parked);
    assert_eq!(parked.status.code(), Some(2));
    assert!(said(&parked.stdout).contains("Two  spaces"), "{}", said(&parked.stdout));

    let missing = push(folder.path(), &["no-such-file.jsonl"], "");
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(said(&missing.stderr).lines().count(), 1, "{}", said(&missing.stderr));
    assert!(said(&missing.stderr).contains("no-such-file.jsonl"), "{}", said(&missing.stderr));
}

#[test]
fn push_streams_more_than_a_batch_and_sends_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for number in 0..1_234 {
        lines.push_str(&format!("{{\"kind\":\"customer\",\"id\":\"c-{number}\",\"name\":\"Customer {number}\"}}\n"));
    }
    let first = push(folder.path(), &["-"], &lines);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first.stderr));
    assert!(said(&first.stdout).contains("1234    1234"), "{}", said(&first.stdout));
    let second = said(&push(folder.path(), &["-"], &lines).stdout);
    let all = second.lines().find(|line| line.starts_with("All ")).unwrap();
    let columns: Vec<&str> = all.split_whitespace().collect();
    assert_eq!(columns, ["All", "1234", "0", "0", "1234", "0", "0", "0", "0", "4"], "{second}");
}

#[test]
fn quickstart_run_twice_creates_nothing_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let run = || Command::new(env!("CARGO_BIN_EXE_quickstart")).current_dir(folder.path()).output().unwrap();
    for heading in ["with new books", "with the books of the last run"] {
        let ran = run();
        let text = said(&ran.stdout);
        assert_eq!(ran.status.code(), Some(0), "{text}{}", said(&ran.stderr));
        assert!(text.contains(heading), "{text}");
        assert!(text.contains("Pushed all of it once more: 0 created"), "{text}");
        let all = text.lines().find(|line| line.starts_with("All ")).unwrap();
        let created = all.split_whitespace().nth(2).unwrap();
        assert_eq!(created == "0", heading.contains("last run"), "{text}");
        assert!(text.contains("The books' totals are the host's to the cent."), "{text}");
    }
}

#[test]
fn every_line_of_a_report_fits_on_eighty_columns() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .current_dir(folder.path())
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let text = said(&ran.stdout);
    let widest = text.lines().max_by_key(|line| line.trim_end().chars().count()).unwrap();
    assert!(widest.trim_end().chars().count() <= 80, "{widest}");
}

#[tokio::test]
async fn connect_signs_in_and_what_it_writes_serves_push() {
    let folder = tempfile::tempdir().unwrap();
    let redirect = format!("http://localhost:{}/callback", free_port().await);
    let mut emulator = tokio::process::Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["--serve", &redirect])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(emulator.stdout.take().unwrap()).lines();
    let card: serde_json::Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    let of = |member: &str| card[member].as_str().unwrap().to_owned();
    let (secret, key) = (of("client_secret"), "5a".repeat(32));

    let mut connect = tokio::process::Command::new(env!("CARGO_BIN_EXE_connect"))
        .current_dir(folder.path())
        .args(["--client-id", &of("client_id"), "--redirect-uri", &redirect, "--organisation", "1"])
        .args(["--api-url", &of("api"), "--authorize-url", &of("authorize"), "--token-url", &of("token")])
        .args(["--revocation-url", &of("revocation"), "--connections-url", &of("connections")])
        .env("FA_XERO_CLIENT_SECRET", &secret)
        .env("FA_TOKEN_KEY", &key)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(connect.stdout.take().unwrap()).lines();
    let page = loop {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Ok(url) = url::Url::parse(line.trim()) {
            break url;
        }
    };
    assert!(page.query().unwrap().contains("code_challenge_method=S256"), "{page}");
    press_allow(&page).await.unwrap();
    assert!(connect.wait().await.unwrap().success());

    let written = std::fs::read_to_string(folder.path().join("connection.json")).unwrap();
    assert!(written.contains("Demo Company (NZ)") && !written.contains(&secret), "{written}");
    std::fs::write(folder.path().join("one.jsonl"), r#"{"kind":"customer","id":"c-1","name":"Beckenham Books"}"#)
        .unwrap();
    let push = |key: Option<&str>| {
        let mut push = Command::new(env!("CARGO_BIN_EXE_push"));
        push.current_dir(folder.path()).args(["--config", "connection.json", "one.jsonl"]);
        push.env("FA_XERO_CLIENT_SECRET", &secret).env_remove("FA_TOKEN_KEY");
        if let Some(key) = key {
            push.env("FA_TOKEN_KEY", key);
        }
        push.output().unwrap()
    };
    let pushed = push(Some(&key));
    assert_eq!(pushed.status.code(), Some(0), "{}{}", said(&pushed.stdout), said(&pushed.stderr));
    assert!(said(&push(None).stderr).contains("no key for the tokens"));
    let wrong = push(Some(&"66".repeat(32)));
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong.stdout));
    assert_eq!(said(&wrong.stderr).lines().count(), 1, "{}", said(&wrong.stderr));
}

async fn free_port() -> u16 {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
