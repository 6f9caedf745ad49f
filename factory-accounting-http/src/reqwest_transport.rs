//! The real network: reqwest with rustls, without redirects and without retries of its own.

use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use http::uri::Scheme;

use crate::body::{Body, declared_length};
use crate::transport::{Cause, Transport, TransportError};

/// A [`Transport`] over HTTP/1.1 and HTTP/2 with TLS, gzip and the system's proxies. Clones share one connection pool.
///
/// Requests over plain HTTP are refused unless the host is this machine.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    plain_http: bool,
}

/// Settings of a [`ReqwestTransport`].
#[derive(Debug)]
pub struct ReqwestTransportBuilder {
    user_agent: String,
    connect_timeout: Duration,
    roots: Vec<Vec<u8>>,
    plain_http: bool,
    http1_only: bool,
}

impl ReqwestTransport {
    /// Starts from a user agent: the host's name and version, `shopfloor/4.2`.
    pub fn builder(user_agent: impl Into<String>) -> ReqwestTransportBuilder {
        ReqwestTransportBuilder {
            user_agent: user_agent.into(),
            connect_timeout: Duration::from_secs(10),
            roots: Vec::new(),
            plain_http: false,
            http1_only: false,
        }
    }

    fn check_scheme(&self, uri: &Uri) -> Result<(), TransportError> {
        let host = uri.host().unwrap_or_default();
        if uri.scheme() == Some(&Scheme::HTTPS) || self.plain_http || is_this_machine(host) {
            return Ok(());
        }
        let message = format!("refused to send to {host} over plain http: use an https address");
        Err(TransportError::not_sent(Cause::Request, message))
    }
}

impl ReqwestTransportBuilder {
    /// Limits the making of a connection, TLS included (else 10 s).
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Trusts one more certificate authority, in PEM: an intercepting proxy's.
    #[must_use]
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Allows plain HTTP to other machines: for a stand-in server in a closed test network. Tokens travel unprotected.
    #[must_use]
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Speaks HTTP/1.1 only, for gateways whose HTTP/2 breaks off.
    #[must_use]
    pub fn http1_only(mut self) -> Self {
        self.http1_only = true;
        self
    }

    /// Makes the transport.
    ///
    /// # Errors
    /// Where a certificate cannot be read, the user agent is no header text or TLS cannot be set up.
    pub fn build(self) -> Result<ReqwestTransport, TransportError> {
        let refused = |error: reqwest::Error| {
            TransportError::not_sent(Cause::Request, format!("failed to set up the transport: {}", chain(&error)))
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(self.user_agent)
            .connect_timeout(self.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false);
        if self.http1_only {
            builder = builder.http1_only();
        }
        for pem in &self.roots {
            let roots = reqwest::Certificate::from_pem_bundle(pem).map_err(refused)?;
            builder = roots.into_iter().fold(builder, reqwest::ClientBuilder::add_root_certificate);
        }
        Ok(ReqwestTransport { client: builder.build().map_err(refused)?, plain_http: self.plain_http })
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        deadline: Duration,
    ) -> Result<http::Response<Body>, TransportError> {
        self.check_scheme(request.uri())?;
        let host = request.uri().host().unwrap_or_default().to_owned();
        let method = request.method().clone();
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| classify(error, &host, deadline, Progress::Building))?;
        // Covers connecting, the head and the whole body.
        *request.timeout_mut() = Some(deadline);
        let mut answer =
            self.client.execute(request).await.map_err(|error| classify(error, &host, deadline, Progress::Sending))?;
        let declared = declared_length(&method, answer.status(), answer.headers());
        let mut response = http::Response::new(());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        let chunks = BodyChunks { chunks: Box::pin(answer.bytes_stream()), host, deadline };
        Ok(response.map(|()| Body::from_stream(chunks).with_length(declared)))
    }
}

struct BodyChunks<S> {
    chunks: std::pin::Pin<Box<S>>,
    host: String,
    deadline: Duration,
}

impl<S: futures_core::Stream<Item = reqwest::Result<Bytes>>> futures_core::Stream for BodyChunks<S> {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let polled = self.chunks.as_mut().poll_next(context);
        polled.map(|chunk| {
            chunk.map(|read| read.map_err(|error| classify(error, &self.host, self.deadline, Progress::Reading)))
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Building,
    Sending,
    Reading,
}

/// Only a request that could not be built and a connection that did not come about prove that nothing was sent.
fn classify(error: reqwest::Error, host: &str, deadline: Duration, progress: Progress) -> TransportError {
    let error = error.without_url();
    if progress == Progress::Building || error.is_builder() {
        return TransportError::not_sent(Cause::Request, format!("failed to build the request: {}", chain(&error)));
    }
    if progress == Progress::Sending && error.is_connect() {
        return TransportError::not_sent(Cause::Connect, format!("failed to connect to {host}: {}", chain(&error)));
    }
    if error.is_timeout() {
        let message = format!("no whole answer from {host} within {} ms", deadline.as_millis());
        return TransportError::maybe_sent(Cause::Deadline, message);
    }
    let what =
        if progress == Progress::Sending { "lost the connection to" } else { "lost the rest of the answer from" };
    TransportError::maybe_sent(Cause::Lost, format!("{what} {host}: {}", chain(&error)))
}

/// The innermost reasons, which say what happened; the outer ones only say where.
fn chain(error: &reqwest::Error) -> String {
    let mut reasons = Vec::new();
    let mut next = error.source();
    while let Some(reason) = next {
        reasons.push(reason.to_string().replace(['\r', '\n'], " "));
        next = reason.source();
    }
    if reasons.is_empty() {
        return error.to_string();
    }
    let inner = reasons.split_off(reasons.len().saturating_sub(2));
    inner.join(": ")
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_over_plain_http() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["", "example.com", "localhost.example.com", "10.0.0.1", "[::2]", "127.0.0.1.example.com"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
