//! HTTP by hand, so that nothing between test and socket hides what arrived.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What arrived on one connection until it closed.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// Everything, head included.
    pub(crate) bytes: Vec<u8>,
}

impl Arrived {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.text().split(' ').nth(1)?.parse().ok()
    }

    pub(crate) fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }

    pub(crate) fn promised(&self) -> Option<usize> {
        let text = self.text().to_ascii_lowercase();
        let (_, rest) = text.split_once("content-length: ")?;
        rest.split("\r\n").next()?.parse().ok()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body()).unwrap_or_else(|fault| panic!("{fault}: {}", self.text()))
    }
}

/// Sends one request and reads until the other side closes.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Arrived> {
    let mut stream = TcpStream::connect(address).await?;
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    match timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await {
        // A reset after some bytes is an arrival, too.
        Ok(Ok(_)) => Ok(Arrived { bytes }),
        Ok(Err(fault)) if fault.kind() == io::ErrorKind::ConnectionReset => Ok(Arrived { bytes }),
        Ok(Err(fault)) => Err(fault),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
