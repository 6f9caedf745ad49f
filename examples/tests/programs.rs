//! The programs as a person runs them: arguments, exit codes, what is said where.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use examples::sign_in::press_allow;
use tokio::io::{AsyncBufReadExt as _, BufReader};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

fn push(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let store = ["--store", "push.sqlite3"];
    push_with(folder, "settings.json", &[&store, arguments].concat(), input)
}

fn push_with(folder: &Path, settings: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_push"))
        .current_dir(folder)
        .args(["--emulator", "--settings", &format!("{DATA}/{settings}")])
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
    let elsewhere = ["-", "--package", "qbo", "--store", "qbo.sqlite3"];
    let elsewhere = push_with(folder.path(), "settings-qbo-au.json", &elsewhere, whole);
    assert_eq!(elsewhere.status.code(), Some(0), "{}", said(&elsewhere.stderr));
    assert!(said(&elsewhere.stdout).contains("Hopper & Sons"), "{}", said(&elsewhere.stdout));

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
    assert_eq!(columns, ["All", "1234", "0", "0", "1234", "0", "0", "0", "0", "5"], "{second}");
}

#[test]
fn quickstart_run_twice_creates_nothing_the_second_time() {
    runs_twice(&[]);
}

#[test]
fn quickstart_run_twice_with_another_package_creates_nothing_the_second_time() {
    runs_twice(&["--package", "qbo"]);
    runs_twice(&["--package", "myob"]);
}

#[test]
fn quickstart_shows_what_a_person_has_to_see_to_in_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    let ran = quickstart.current_dir(folder.path()).args(["--package", "myob", "--country", "nz"]).output().unwrap();
    let text = said(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{text}{}", said(&ran.stderr));
    let steps = text.lines().find(|line| line.starts_with("Set up ")).unwrap();
    assert!(steps.ends_with("of 13 steps"), "{steps}");
    assert!(text.contains("to be looked at: "), "{text}");
}

#[test]
fn quickstart_shows_the_tax_that_the_package_reckons_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    let ran = quickstart.current_dir(folder.path()).args(["--package", "qbo", "--country", "us"]).output().unwrap();
    let text = said(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{text}{}", said(&ran.stderr));
    assert!(text.contains("Before tax. Tax as the package reckoned it: "), "{text}");
    let refused = Command::new(env!("CARGO_BIN_EXE_quickstart")).args(["--country", "us"]).output().unwrap();
    assert_eq!(said(&refused.stderr).lines().count(), 1, "{}", said(&refused.stderr));
    assert!(said(&refused.stderr).contains("--country nz"), "{}", said(&refused.stderr));
}

/// On the machine's own clock, over a list of several pages.
#[test]
fn f22_import_takes_every_customer_over_page_by_page() {
    for package in ["xero", "qbo", "myob"] {
        let arguments = ["--package", package, "--customers", "2100", "--questions", "20"];
        let ran = Command::new(env!("CARGO_BIN_EXE_import")).args(arguments).output().unwrap();
        let text = said(&ran.stdout);
        assert_eq!(ran.status.code(), Some(0), "{text}{}", said(&ran.stderr));
        assert!(text.contains("2100 customers;") || text.contains("2101 customers;"), "{text}");
    }
}

fn runs_twice(arguments: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
        quickstart.current_dir(folder.path()).args(arguments).output().unwrap()
    };
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

#[test]
fn office_walks_through_every_screen_with_each_package() {
    for package in ["xero", "qbo", "myob"] {
        office(package, "factory", "Working as Factory");
    }
}

#[test]
fn office_follows_each_product() {
    office("xero", "factor", "Saved: each invoice is sent once it is final, printed or mailed");
    office("qbo", "ascora", "With the first document");
}

/// Runs to its end, says what it is to say, and every line can be read by somebody who is no programmer.
fn office(package: &str, profile: &str, says: &str) {
    let ran = Command::new(env!("CARGO_BIN_EXE_office"))
        .args(["--package", package, "--profile", profile])
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let text = said(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{text}{}", said(&ran.stderr));
    let screens = [
        "Choose accounts, taxes and items: now",
        "Default tax on sales",
        "Purchases and supplier invoices",
        "8 found: 6 not imported, 2 here already",
        "3 looked at: 2 created, 0 linked, 0 failed; left out: 1 declined",
        "same name, same phone number",
        "invoice F-1001: will be created",
        "lines[0].charge.tax_code is ",
        "Planned once more: nothing to do",
        "invoice F-1001: will be updated",
        "quantity: 6.5 → 7.5",
        "would come out otherwise",
        "declared gone by Mere Tane",
        "Retention of 10 %: 1 × -480.00",
        "Order SO-7: invoiced; 12\u{a0}000.00 of 12\u{a0}000.00.",
        "[Fix: open the setting taxes]",
        "To be sent: 0. Needs attention: 0.",
        "skipped: marked \"do not send\"",
        says,
    ];
    // An order is named by the number that people know, whoever numbers it there.
    assert!(!text.contains("Factory order so-7"), "{text}");
    for screen in screens {
        assert!(text.contains(screen), "{package} {profile} does not say {screen:?}: {text}");
    }
    for line in text.lines().filter(|line| !line.starts_with("http")) {
        assert!(line.trim_end().chars().count() <= 100, "{line}");
        let raw = ["Some(", "None", "::", " { ", "\\n", "null"].iter().find(|raw| line.contains(**raw));
        assert_eq!(raw, None, "{line}");
    }
}

#[tokio::test]
async fn f11_connect_signs_in_and_what_it_writes_serves_push() {
    connects("xero", "FA_XERO_CLIENT_SECRET", &["--connections-url"], "Demo Company (NZ)").await;
}

#[tokio::test]
async fn connect_reads_what_a_company_file_offers_and_shows_what_is_left_to_set_up() {
    connects("myob", "FA_MYOB_CLIENT_SECRET", &[], "Stub Fabrication Pty Ltd").await;
}

#[tokio::test]
async fn connect_learns_the_company_from_the_redirect_where_the_package_names_it_there() {
    connects("qbo", "FA_QBO_CLIENT_SECRET", &[], "Hopper & Sons Pty Ltd").await;
}

/// Signs in at an emulator in another process, pushes with the file that comes of it, and again without the key.
async fn connects(package: &str, secret_variable: &str, further: &[&str], company: &str) {
    let folder = tempfile::tempdir().unwrap();
    let redirect = format!("http://localhost:{}/callback", free_port().await);
    let mut emulator = tokio::process::Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["--serve", &redirect, "--package", package])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(emulator.stdout.take().unwrap()).lines();
    let card: serde_json::Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    let of = |member: &str| card[member].as_str().unwrap().to_owned();
    let (secret, key) = (of("client_secret"), "5a".repeat(32));
    // A package without an address that ends a grant names none.
    let usual = ["--api-url", "--authorize-url", "--token-url", "--revocation-url"].iter();
    let named = |option: &&&str| {
        let member = option.trim_start_matches("--").trim_end_matches("-url");
        card[member].is_string()
    };
    let addresses = usual.filter(named).chain(further);
    let addresses = addresses.flat_map(|option| {
        let member = option.trim_start_matches("--").trim_end_matches("-url");
        [(*option).to_owned(), of(member)]
    });

    let mut connect = tokio::process::Command::new(env!("CARGO_BIN_EXE_connect"))
        .current_dir(folder.path())
        .args(["--package", package, "--client-id", &of("client_id"), "--redirect-uri", &redirect])
        .args(["--organisation", "1"])
        .args(addresses)
        .env(secret_variable, &secret)
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
    assert!(page.query().unwrap().contains("state="), "{page}");
    press_allow(&page).await.unwrap();
    assert!(connect.wait().await.unwrap().success());

    let written = std::fs::read_to_string(folder.path().join("connection.json")).unwrap();
    assert!(written.contains(company) && !written.contains(&secret), "{written}");
    std::fs::write(folder.path().join("one.jsonl"), r#"{"kind":"customer","id":"c-1","name":"Beckenham Books"}"#)
        .unwrap();
    let push = |key: Option<&str>| {
        let mut push = Command::new(env!("CARGO_BIN_EXE_push"));
        push.current_dir(folder.path()).args(["--config", "connection.json", "one.jsonl", "--package", package]);
        push.env(secret_variable, &secret).env_remove("FA_TOKEN_KEY");
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
