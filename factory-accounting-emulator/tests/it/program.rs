//! The program: one start line, a clean stop, refusals.

use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::wire::send;

const PROGRAM: &str = env!("CARGO_BIN_EXE_factory-accounting-emulator");

async fn refused(arguments: &[&str]) -> Output {
    timeout(Duration::from_secs(10), Command::new(PROGRAM).args(arguments).output())
        .await
        .expect("an end")
        .expect("a program")
}

#[tokio::test]
async fn it_prints_one_line_serves_and_stops_on_sigterm() {
    let mut child = Command::new(PROGRAM)
        .args(["--package", "xero", "--listen", "127.0.0.1:0", "--seed", "7", "--manual-clock", "--auto-consent"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a program");
    let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
    let line =
        timeout(Duration::from_secs(10), lines.next_line()).await.expect("in time").expect("text").expect("a line");
    let card: Value = serde_json::from_str(&line).expect("JSON");
    let api = card["api"].as_str().expect("an address");
    let address: SocketAddr =
        api.trim_start_matches("http://").split('/').next().and_then(|text| text.parse().ok()).expect("an address");

    let clock = send(address, "GET", "/_emulator/clock", &[], "").await.expect("a connection").json();
    assert_eq!(clock["now"], "2026-01-01T00:00:00Z");
    let ask = format!(
        "/identity/connect/authorize?response_type=code&client_id={}&redirect_uri={}&scope=accounting.contacts&state=1",
        card["client_id"].as_str().expect("an id"),
        card["redirect_uri"].as_str().expect("a URI"),
    );
    let consent = send(address, "GET", &ask, &[], "").await.expect("a connection");
    assert_eq!(consent.status(), Some(302), "{}", consent.text());

    let id = child.id().expect("a process id").to_string();
    let killed = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill");
    assert!(killed.success());
    let status = timeout(Duration::from_secs(10), child.wait()).await.expect("in time").expect("a status");
    assert!(status.success(), "{status}");
    assert_eq!(lines.next_line().await.expect("text"), None, "exactly one line");
}

#[tokio::test]
async fn it_refuses_addresses_that_others_can_reach() {
    let output = refused(&["--listen", "0.0.0.0:0"]).await;
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(problem.contains("--allow-remote"), "{problem}");
}

#[tokio::test]
async fn it_refuses_a_configuration_it_does_not_understand() {
    let output = refused(&["--config", "no-such-file.json"]).await;
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-file.json"));
}
