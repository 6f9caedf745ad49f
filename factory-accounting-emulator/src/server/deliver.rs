//! Posting webhooks: to loopback receivers only, five seconds each (xero.md 8).

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use url::{Host, Url};

use super::{locked, real_now};
use crate::answer;
use crate::package::{Delivery, DeliveryAnswer, Package};

/// A receiver has five seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Posts everything that is due and answers with what came back.
pub(super) async fn deliver_due<P: Package>(emulator: &Mutex<P>) -> Response<Bytes> {
    let due = locked(emulator).due_deliveries(real_now());
    let mut posted: Vec<Value> = Vec::new();
    for delivery in due {
        let result = match tokio::time::timeout(PATIENCE, post(&delivery)).await {
            Ok(result) => result,
            Err(_) => Err("no answer within 5 seconds".to_owned()),
        };
        locked(emulator).delivered(delivery.id, result.as_ref().ok().copied(), real_now());
        posted.push(match result {
            Ok(answer) => json!({ "id": delivery.id, "status": answer.status, "bare": answer.bare }),
            Err(problem) => json!({ "id": delivery.id, "status": null, "problem": problem }),
        });
    }
    answer::json(StatusCode::OK, &json!({ "delivered": posted }))
}

async fn post(delivery: &Delivery) -> Result<DeliveryAnswer, String> {
    let url = Url::parse(&delivery.url).map_err(|fault| fault.to_string())?;
    let (host, port) = loopback(&url)?;
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|fault| fault.to_string())?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|fault| fault.to_string())?;
    let connection = tokio::spawn(connection);

    let mut request = Request::post(&url[url::Position::BeforePath..url::Position::AfterQuery])
        .header(header::HOST, format!("{host}:{port}"))
        .header(header::CONNECTION, "close");
    for (name, value) in &delivery.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(delivery.body.clone())).map_err(|fault| fault.to_string())?;
    let response = sender.send_request(request).await.map_err(|fault| fault.to_string())?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|fault| fault.to_string())?.to_bytes();
    connection.abort();
    let bare = body.is_empty() && !head.headers.contains_key(header::SET_COOKIE);
    Ok(DeliveryAnswer { status: head.status.as_u16(), bare })
}

/// Host and port of a receiver on this machine; an emulator must not send anything anywhere else.
fn loopback(url: &Url) -> Result<(String, u16), String> {
    let refused = || format!("{url} is refused: webhooks go to http:// on this machine only");
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    };
    match (url.scheme(), url.host_str(), url.port_or_known_default()) {
        ("http", Some(host), Some(port)) if local => {
            Ok((host.trim_start_matches('[').trim_end_matches(']').to_owned(), port))
        }
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_stay_on_this_machine() {
        let takes = |url: &str| loopback(&Url::parse(url).expect("a URL")).is_ok();
        assert!(takes("http://127.0.0.1:8080/hook") && takes("http://localhost/hook") && takes("http://[::1]:9/hook"));
        for url in [
            "https://127.0.0.1/hook",
            "http://example.test/hook",
            "http://10.0.0.1/hook",
            "http://localhost.example.test/",
        ] {
            assert!(!takes(url), "{url}");
        }
    }
}
