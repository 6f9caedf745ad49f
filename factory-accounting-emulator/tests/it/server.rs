//! Outcomes made real on a socket.

use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_emulator::server::{Running, Server};
use factory_accounting_emulator::xero::{XeroConfig, XeroEmulator};
use factory_accounting_emulator::{ClockMode, Fault, FaultRule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::wire::{Arrived, send};

const ORGANISATION: &str = "/api.xro/2.0/Organisation";

/// Time that only tests move.
const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

async fn started() -> Running<XeroEmulator> {
    let config = XeroConfig { clock: ClockMode::Manual(START), ..XeroConfig::default() };
    Server::start(XeroEmulator::new(config)).await.expect("a free port")
}

async fn organisation(running: &Running<XeroEmulator>) -> Arrived {
    let (tenant, token) = {
        let mut xero = running.emulator();
        let tenant = xero.tenants()[0].id;
        (tenant.to_string(), xero.authorised(&[tenant], "accounting.settings", START).access_token)
    };
    let bearer = format!("Bearer {token}");
    let headers =
        [("authorization", bearer.as_str()), ("xero-tenant-id", tenant.as_str()), ("accept", "application/json")];
    send(running.address(), "GET", ORGANISATION, &headers, "").await.expect("a connection")
}

async fn hit(fault: Fault) -> Arrived {
    let running = started().await;
    running.emulator().inject(FaultRule::next(fault));
    let arrived = organisation(&running).await;
    running.stop().await;
    arrived
}

#[tokio::test]
async fn an_answer_arrives_whole() {
    let running = started().await;
    let arrived = organisation(&running).await;
    assert_eq!(arrived.status(), Some(200), "{}", arrived.text());
    assert_eq!(arrived.promised(), Some(arrived.body().len()));
    assert!(arrived.json()["Organisations"][0]["Name"].is_string());
    running.stop().await;
}

#[tokio::test]
async fn a_dropped_call_closes_the_connection_without_a_byte() {
    assert_eq!(hit(Fault::CommitThenDrop).await.bytes.len(), 0);
}

#[tokio::test]
async fn a_truncated_answer_promises_more_than_arrives() {
    let arrived = hit(Fault::TruncateBody { at: 20 }).await;
    assert_eq!(arrived.body().len(), 20, "{}", arrived.text());
    assert!(arrived.promised().is_some_and(|promised| promised > 20));
}

#[tokio::test]
async fn a_slow_body_comes_after_its_head() {
    let late = hit(Fault::SlowBody { delay_ms: 400 });
    let early = timeout(Duration::from_millis(200), late).await;
    assert!(early.is_err(), "{early:?}");
    let arrived = hit(Fault::SlowBody { delay_ms: 50 }).await;
    assert_eq!((arrived.status(), arrived.promised()), (Some(200), Some(arrived.body().len())));
}

#[tokio::test]
async fn a_huge_body_is_streamed() {
    let arrived = hit(Fault::GigabyteBody { bytes: 3_000_000 }).await;
    assert!(arrived.bytes.len() > 3_000_000, "{}", arrived.bytes.len());
}

#[tokio::test]
async fn a_hanging_call_never_answers_and_does_not_hold_the_shutdown_up() {
    let running = started().await;
    running.emulator().inject(FaultRule::next(Fault::CommitThenTimeout));
    let waiting = timeout(Duration::from_millis(300), organisation(&running)).await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_eq!(organisation(&running).await.status(), Some(200), "others are served meanwhile");
    timeout(Duration::from_secs(5), running.stop()).await.expect("a stop");
}

#[tokio::test]
async fn the_control_surface_answers_over_http() {
    let running = started().await;
    let address = running.address();
    let rule = r#"{"when":{"resource":"Organisation"},"fault":{"kind":"html502"}}"#;
    let injected = send(address, "POST", "/_emulator/faults", &[], rule).await.expect("a connection");
    assert_eq!(injected.status(), Some(200), "{}", injected.text());
    assert_eq!(organisation(&running).await.status(), Some(502));
    let calls = send(address, "GET", "/_emulator/calls", &[], "").await.expect("a connection").json();
    assert_eq!(calls["counts"][0]["status"], 502);
    running.stop().await;
}

/// A receiver that knows nothing of signatures answers each post with the next status.
async fn receiver(statuses: &'static [u16]) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/hook?x=1", listener.local_addr().expect("an address"));
    let join = tokio::spawn(async move {
        let mut heads = Vec::new();
        for status in statuses {
            let (mut stream, _) = listener.accept().await.expect("a post");
            let mut buffer = vec![0; 64 * 1024];
            let read = stream.read(&mut buffer).await.expect("a request");
            heads.push(String::from_utf8_lossy(&buffer[..read]).into_owned());
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("an answer");
        }
        heads
    });
    (url, join)
}

#[tokio::test]
async fn webhooks_are_posted_on_command() {
    let running = started().await;
    let address = running.address();
    let (url, heads) = receiver(&[200, 401, 401, 200]).await;
    let configure = format!(r#"{{"url":"{url}"}}"#);
    send(address, "POST", "/_emulator/webhooks/configure", &[], &configure).await.expect("a connection");
    let delivered = send(address, "POST", "/_emulator/webhooks/deliver", &[], "").await.expect("a connection").json();
    assert_eq!(delivered["delivered"].as_array().map(Vec::len), Some(4), "{delivered}");
    let shown = send(address, "GET", "/_emulator/webhooks", &[], "").await.expect("a connection").json();
    assert_eq!(shown["standing"], "active", "{shown}");
    let heads = heads.await.expect("four posts");
    assert!(
        heads.iter().all(|head| head.starts_with("POST /hook?x=1 ") && head.contains("x-xero-signature: ")),
        "{heads:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn webhooks_never_leave_the_machine() {
    let running = started().await;
    let address = running.address();
    let configure = r#"{"url":"http://192.0.2.1/hook"}"#;
    send(address, "POST", "/_emulator/webhooks/configure", &[], configure).await.expect("a connection");
    let delivered = send(address, "POST", "/_emulator/webhooks/deliver", &[], "").await.expect("a connection").json();
    assert!(delivered["delivered"][0]["problem"].as_str().is_some_and(|text| text.contains("refused")), "{delivered}");
    running.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_http_close_one_connection_only() {
    let running = started().await;
    let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
    stream.write_all(b"\x16\x03\x01\x00\xff\x00\r\n\r\n").await.expect("bytes");
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await.expect("a close").expect("an end");
    assert_eq!(organisation(&running).await.status(), Some(200));
    running.stop().await;
}
