//! A peer that misbehaves in every way, over a real socket: each failure has the right stage and a write goes out once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_http::{
    Answer, Call, Cause, Exchange, ExchangeError, ReqwestTransport, Stage, SystemClock, Transport, TransportError,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{get, put};

/// What the peer does with each request of a connection.
#[derive(Clone, Copy)]
enum Peer {
    /// Writes these bytes and closes.
    Says(&'static str),
    /// Writes these bytes and holds the connection open.
    SaysAndHolds(&'static str),
    /// Writes a head without length and then bytes for ever.
    Endless,
    /// Answers the first request well and closes upon the second.
    GoodOnce,
}

/// A peer with a count of the requests that reached it.
async fn peer(kind: Peer) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, kind, Arc::clone(&counted)));
        }
    });
    (address, requests)
}

async fn serve(mut socket: TcpStream, kind: Peer, requests: Arc<AtomicUsize>) {
    while read_request(&mut socket).await {
        let earlier = requests.fetch_add(1, Ordering::SeqCst);
        match kind {
            Peer::Says(text) => {
                let _ = socket.write_all(text.as_bytes()).await;
                return;
            }
            Peer::SaysAndHolds(text) => {
                let _ = socket.write_all(text.as_bytes()).await;
            }
            Peer::Endless => {
                let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                while socket.write_all(&[b'x'; 4096]).await.is_ok() {}
                return;
            }
            Peer::GoodOnce if earlier == 0 => {
                let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
            }
            Peer::GoodOnce => return,
        }
    }
}

/// Reads one request with its two-byte body, if it has one.
async fn read_request(socket: &mut TcpStream) -> bool {
    let mut seen = Vec::new();
    let mut byte = [0_u8; 1];
    while !seen.ends_with(b"\r\n\r\n") {
        match socket.read(&mut byte).await {
            Ok(1) => seen.push(byte[0]),
            _ => return false,
        }
    }
    let has_body = String::from_utf8_lossy(&seen).to_lowercase().contains("content-length: 2");
    !has_body || socket.read_exact(&mut [0_u8; 2]).await.is_ok()
}

fn transport() -> ReqwestTransport {
    ReqwestTransport::builder("hostile-test/1").build().unwrap()
}

const DEADLINE: Duration = Duration::from_millis(700);

/// Sends one write over the bare transport and reads its body.
async fn send(kind: Peer) -> Result<(u16, Bytes), TransportError> {
    let (address, requests) = peer(kind).await;
    let answer = transport().send(put(&format!("http://{address}/things"), "{}"), DEADLINE).await;
    let result = match answer {
        Ok(answer) => {
            let status = answer.status().as_u16();
            answer.into_body().collect(64 << 10).await.map(|body| (status, body))
        }
        Err(error) => Err(error),
    };
    assert_eq!(requests.load(Ordering::SeqCst), 1, "the request went out once");
    result
}

async fn failure(kind: Peer) -> (Stage, Cause) {
    let error = send(kind).await.unwrap_err();
    (error.stage(), error.cause())
}

#[tokio::test]
async fn nobody_listening_proves_that_nothing_was_sent() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = transport().send(put(&format!("http://{address}/things?secret=1"), "{}"), DEADLINE).await.unwrap_err();
    assert_eq!((error.stage(), error.cause()), (Stage::NotSent, Cause::Connect));
    assert!(error.to_string().starts_with("failed to connect to 127.0.0.1: "), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_proves_that_nothing_was_sent() {
    // Where even looking the name up hangs, the connect timeout ends it.
    let transport = ReqwestTransport::builder("hostile-test/1").connect_timeout(DEADLINE).build().unwrap();
    let error = transport.send(get("https://no-such-host.invalid/"), DEADLINE * 100).await.unwrap_err();
    assert_eq!((error.stage(), error.cause()), (Stage::NotSent, Cause::Connect));
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused() {
    let error = transport().send(get("http://api.example.com/things"), DEADLINE).await.unwrap_err();
    assert_eq!((error.stage(), error.cause()), (Stage::NotSent, Cause::Request));
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let error = transport().send(get(&format!("https://{address}/")), DEADLINE * 10).await.unwrap_err();
    assert_eq!((error.stage(), error.cause()), (Stage::NotSent, Cause::Connect));
}

#[tokio::test]
async fn a_peer_that_reads_and_closes_may_have_acted() {
    assert_eq!(failure(Peer::Says("")).await, (Stage::MaybeSent, Cause::Lost));
}

#[tokio::test]
async fn half_a_head_may_have_been_an_answer() {
    assert_eq!(failure(Peer::Says("HTTP/1.1 200 OK\r\ncontent-le")).await, (Stage::MaybeSent, Cause::Lost));
}

#[tokio::test]
async fn garbage_may_have_been_an_answer() {
    assert_eq!(failure(Peer::Says("\u{1}\u{2}garbage\r\n\r\n")).await, (Stage::MaybeSent, Cause::Lost));
}

#[tokio::test]
async fn half_a_body_may_have_been_an_answer() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"half\":";
    assert_eq!(failure(Peer::Says(half)).await, (Stage::MaybeSent, Cause::Lost));
}

#[tokio::test]
async fn half_a_chunked_body_may_have_been_an_answer() {
    let half = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n";
    assert_eq!(failure(Peer::Says(half)).await, (Stage::MaybeSent, Cause::Lost));
}

#[tokio::test]
async fn a_broken_gzip_body_may_have_been_an_answer() {
    let broken = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope";
    assert_eq!(failure(Peer::Says(broken)).await, (Stage::MaybeSent, Cause::Lost));
}

#[tokio::test]
async fn a_peer_that_never_answers_is_left_at_the_deadline() {
    assert_eq!(failure(Peer::SaysAndHolds("")).await, (Stage::MaybeSent, Cause::Deadline));
}

#[tokio::test]
async fn a_body_that_never_ends_in_time_is_left_at_the_deadline() {
    let begun = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"half\":";
    assert_eq!(failure(Peer::SaysAndHolds(begun)).await, (Stage::MaybeSent, Cause::Deadline));
}

#[tokio::test]
async fn an_endless_body_is_left_at_the_cap() {
    assert_eq!(failure(Peer::Endless).await, (Stage::MaybeSent, Cause::TooLarge));
}

#[tokio::test]
async fn a_declared_length_beyond_the_cap_is_refused_before_reading() {
    let large = "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n";
    assert_eq!(failure(Peer::SaysAndHolds(large)).await, (Stage::MaybeSent, Cause::TooLarge));
}

#[tokio::test]
async fn html_from_a_gateway_is_an_answer() {
    let html = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>";
    assert_eq!(send(Peer::Says(html)).await.unwrap(), (502, Bytes::from_static(b"<html></html>")));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(send(Peer::SaysAndHolds(moved)).await.unwrap(), (307, Bytes::new()));
}

fn exchange() -> Exchange {
    Exchange::builder(Arc::new(transport()), Arc::new(SystemClock)).build()
}

#[tokio::test]
async fn a_lost_write_is_unknown_and_a_lost_read_is_tried_three_times() {
    let (address, requests) = peer(Peer::Says("")).await;
    let url = format!("http://{address}/things");
    let error = exchange().call(Call::write("create things", put(&url, "{}"))).await.unwrap_err();
    assert!(matches!(&error, ExchangeError::Unknown(error) if error.kind() == ErrorKind::Network), "{error}");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    exchange().call(Call::read("list things", get(&url))).await.unwrap_err();
    assert_eq!(requests.load(Ordering::SeqCst), 4);
}

/// A client library may silently repeat a request on a kept connection that dies; a write must not be.
#[tokio::test]
async fn a_write_on_a_kept_connection_that_dies_is_not_repeated() {
    let (address, requests) = peer(Peer::GoodOnce).await;
    let url = format!("http://{address}/things");
    let exchange = exchange();
    let first: Answer = exchange.call(Call::write("create things", put(&url, "{}"))).await.unwrap();
    assert_eq!(first.body.as_ref(), b"{}");
    let error = exchange.call(Call::write("create things", put(&url, "{}"))).await.unwrap_err();
    assert!(matches!(error, ExchangeError::Unknown(_)), "{error}");
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}
