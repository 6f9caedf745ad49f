//! The program: one start line, a clean stop, refusals.

use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::wire::{Arrived, send};

const PROGRAM: &str = env!("CARGO_BIN_EXE_factory-accounting-emulator");

async fn refused(arguments: &[&str]) -> Output {
    timeout(Duration::from_secs(10), Command::new(PROGRAM).args(arguments).output())
        .await
        .expect("an end")
        .expect("a program")
}

/// A program that listens, and what it printed first.
struct Started {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    card: Value,
    address: SocketAddr,
}

impl Started {
    async fn with(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["--listen", "127.0.0.1:0", "--seed", "7", "--manual-clock", "--auto-consent"])
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a program");
        let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
        let line =
            timeout(Duration::from_secs(10), lines.next_line()).await.expect("in time").expect("text").expect("a line");
        let card: Value = serde_json::from_str(&line).expect("JSON");
        let api = card["api"].as_str().expect("an address");
        let address =
            api.trim_start_matches("http://").split('/').next().and_then(|text| text.parse().ok()).expect("an address");
        Self { child, lines, card, address }
    }

    fn word(&self, name: &str) -> &str {
        self.card[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {}", self.card))
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Arrived {
        send(self.address, "GET", path, headers, "").await.expect("a connection")
    }

    async fn stopped(mut self) {
        let id = self.child.id().expect("a process id").to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill");
        assert!(killed.success());
        let status = timeout(Duration::from_secs(10), self.child.wait()).await.expect("in time").expect("a status");
        assert!(status.success(), "{status}");
        assert_eq!(self.lines.next_line().await.expect("text"), None, "exactly one line");
    }
}

#[tokio::test]
async fn it_prints_one_line_serves_xero_and_stops_on_sigterm() {
    let started = Started::with(&["--package", "xero"]).await;
    assert_eq!(started.get("/_emulator/clock", &[]).await.json()["now"], "2026-01-01T00:00:00Z");
    let ask = format!(
        "/identity/connect/authorize?response_type=code&client_id={}&redirect_uri={}&scope=accounting.contacts&state=1",
        started.word("client_id"),
        started.word("redirect_uri"),
    );
    let consent = started.get(&ask, &[]).await;
    assert_eq!(consent.status(), Some(302), "{}", consent.text());
    started.stopped().await;
}

#[tokio::test]
async fn it_prints_one_line_serves_quickbooks_and_stops_on_sigterm() {
    let started = Started::with(&["--package", "qbo", "--country", "us", "--country", "uk"]).await;
    assert_eq!(started.card["companies"][1]["country"], "gb");
    let ask = format!(
        "/connect/oauth2?response_type=code&client_id={}&redirect_uri={}&scope=com.intuit.quickbooks.accounting&state=1",
        started.word("client_id"),
        started.word("redirect_uri"),
    );
    let consent = started.get(&ask, &[]).await.text();
    let after = |mark: &str| -> String {
        let (_, rest) = consent.split_once(mark).unwrap_or_else(|| panic!("{mark} is missing in {consent}"));
        rest.split(['&', '\r']).next().unwrap_or_default().to_owned()
    };
    let (code, realm) = (after("?code="), after("realmId="));
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={}&client_id={}&client_secret={}",
        started.word("redirect_uri"),
        started.word("client_id"),
        started.word("client_secret"),
    );
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let tokens =
        send(started.address, "POST", "/oauth2/v1/tokens/bearer", &kind, &form).await.expect("an answer").json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    let headers = [("authorization", bearer.as_str()), ("accept", "application/json")];
    let company = started.get(&format!("/v3/company/{realm}/companyinfo/{realm}"), &headers).await;
    assert_eq!(company.json()["CompanyInfo"]["Country"], "US", "{}", company.text());
    started.stopped().await;
}

#[tokio::test]
async fn it_prints_one_line_serves_myob_and_stops_on_sigterm() {
    let started = Started::with(&["--package", "myob", "--country", "nz"]).await;
    assert_eq!(started.card["files"][0]["country"], "nz");
    let ask = format!(
        "/oauth2/account/authorize?response_type=code&client_id={}&redirect_uri={}&scope=sme-company-file&prompt=consent",
        started.word("client_id"),
        started.word("redirect_uri"),
    );
    let consent = started.get(&ask, &[]).await.text();
    let after = |mark: &str| -> String {
        let (_, rest) = consent.split_once(mark).unwrap_or_else(|| panic!("{mark} is missing in {consent}"));
        rest.split(['&', '\r']).next().unwrap_or_default().to_owned()
    };
    let (code, file) = (after("?code="), after("businessId="));
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={}&client_id={}&client_secret={}",
        started.word("redirect_uri"),
        started.word("client_id"),
        started.word("client_secret"),
    );
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let tokens = send(started.address, "POST", "/oauth2/v1/authorize/", &kind, &form).await.expect("an answer").json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    let headers =
        [("authorization", bearer.as_str()), ("x-myobapi-key", started.word("api_key")), ("x-myobapi-version", "v2")];
    let company = started.get(&format!("/accountright/{file}/Company/"), &headers).await;
    assert!(company.json()["CompanyName"].is_string(), "{}", company.text());
    started.stopped().await;
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
