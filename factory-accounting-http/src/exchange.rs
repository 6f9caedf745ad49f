//! The pipeline of one call: token, pace, decorate, send, read, learn.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::provider::ByteStream;
use http::header::AUTHORIZATION;
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use tracing::Instrument as _;

use crate::backoff::Backoff;
use crate::body::{Body, declared_length};
use crate::call::{Answer, Call, Effect, ExchangeError};
use crate::headers::{lacks_scope, retry_after};
use crate::pacing::{LimitSignals, Pacer, Permit};
use crate::stream::Download;
use crate::tokens::TokenManager;
use crate::transport::{Stage, Transport, TransportError};

/// Most sendings of one call.
const TRIES: u32 = 3;
/// Longest wait between two of them where no pacer sets another.
const INLINE_WAIT: Duration = Duration::from_secs(10);

/// Sends calls for one connection. Clones share everything.
///
/// A write is sent once: it is repeated only where it is proven that no byte of it left. A read is repeated, three
/// sendings in all, after a failed connect, a lost or broken answer, a 408, a 429 or a 500, 502, 503 or 504 whose wait is
/// short, and once after a 401 with a fresh token.
#[derive(Clone)]
pub struct Exchange {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    tokens: Option<TokenManager>,
    pacing: Option<(Pacer, Arc<dyn LimitSignals>)>,
    headers: HeaderMap,
    backoff: Backoff,
}

/// Parts of an [`Exchange`].
pub struct ExchangeBuilder {
    inner: Inner,
}

impl Exchange {
    /// Starts from the two parts that every exchange has.
    pub fn builder(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> ExchangeBuilder {
        ExchangeBuilder {
            inner: Inner {
                transport,
                clock,
                tokens: None,
                pacing: None,
                headers: HeaderMap::new(),
                backoff: Backoff::new(0),
            },
        }
    }

    /// Sends a call and reads its answer whole. Any status is an answer.
    ///
    /// After a 401 to a write the token is marked as refused and the answer is returned, so that the caller's next try
    /// goes out with a fresh one.
    ///
    /// # Errors
    /// [`ExchangeError::NotSent`] where it is proven that nothing left: no token, no place within the limits, no
    /// connection. [`ExchangeError::Unknown`] where the peer may have acted.
    pub async fn call(&self, call: Call) -> Result<Answer, ExchangeError> {
        let received = self.run(&call, Reading::Whole).await?;
        let body = match received.content {
            Content::Whole(body) => body,
            Content::Open(body, _permit) => {
                body.collect(call.body_cap).await.map_err(|error| broken(&call, error).error)?
            }
        };
        Ok(Answer::new(received.parts.status, received.parts.headers, body))
    }

    /// Sends a call and hands on the body of a successful answer as it comes, at most `body_cap` bytes of it; the body of
    /// any other status has been read before. The stream keeps the call's place among the concurrent ones until it ends
    /// or is dropped.
    ///
    /// # Errors
    /// As [`call`](Self::call); failures after the answer's head come through the stream.
    pub async fn stream(&self, call: Call) -> Result<(Parts, ByteStream), ExchangeError> {
        let received = self.run(&call, Reading::AsItComes).await?;
        let (body, permit) = match received.content {
            Content::Whole(body) => (Body::from(body), None),
            Content::Open(body, permit) => (body, permit),
        };
        let download = Download::new(body.capped(call.body_cap), call.operation, permit);
        Ok((received.parts, Box::pin(download)))
    }

    async fn run(&self, call: &Call, reading: Reading) -> Result<Received, ExchangeError> {
        let asked = self.inner.clock.now();
        let mut last: Option<Received> = None;
        let mut fresh_token = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let tried = self.attempt(call, reading, attempt, asked).await;
            let wait = match &tried {
                Ok(received) => self.wait_after_answer(call, received, attempt, &mut fresh_token),
                Err(failure) if failure.repeatable && attempt < TRIES => Some(self.inner.backoff.wait(attempt)),
                Err(_) => None,
            };
            let Some(wait) = wait else {
                return match (tried, last) {
                    // The peer's own refusal says more than our waiting for it.
                    (Err(failure), Some(answer)) if failure.error.kind() == ErrorKind::Throttled => Ok(answer),
                    (tried, _) => tried.map_err(|failure| failure.error),
                };
            };
            last = tried.ok();
            if !wait.is_zero() {
                self.inner.clock.sleep(wait).await;
            }
        }
    }

    /// How long to wait before repeating a call that was answered; `None` to keep the answer.
    fn wait_after_answer(
        &self,
        call: &Call,
        received: &Received,
        attempt: u32,
        fresh_token: &mut bool,
    ) -> Option<Duration> {
        let refused_token = received.refused_token;
        if call.effect == Effect::Write || attempt >= TRIES {
            return None;
        }
        match received.parts.status {
            StatusCode::UNAUTHORIZED if refused_token && !*fresh_token => {
                *fresh_token = true;
                Some(Duration::ZERO)
            }
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let asked = retry_after(&received.parts.headers, self.inner.clock.now());
                let wait = self.inner.backoff.wait(attempt).max(asked.unwrap_or_default());
                let longest = self.inner.pacing.as_ref().map_or(INLINE_WAIT, |(pacer, _)| pacer.inline_wait());
                (wait <= longest).then_some(wait)
            }
            _ => None,
        }
    }

    /// One sending.
    async fn attempt(
        &self,
        call: &Call,
        reading: Reading,
        attempt: u32,
        asked: DateTime<Utc>,
    ) -> Result<Received, Failure> {
        let uri = call.request.uri();
        let span = tracing::info_span!(
            "exchange",
            operation = call.operation,
            method = %call.request.method(),
            host = uri.host(),
            path = uri.path(),
            attempt,
            status = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        let started = self.inner.clock.now();
        let tried = self.send(call, reading, asked).instrument(span.clone()).await;
        let elapsed = (self.inner.clock.now() - started).num_milliseconds();
        span.record("elapsed_ms", elapsed);
        match &tried {
            Ok(received) => {
                span.record("status", received.parts.status.as_u16());
                span.in_scope(|| tracing::debug!("answered"));
            }
            Err(failure) => span.in_scope(|| tracing::warn!(error = %failure.error, "no answer")),
        }
        tried
    }

    /// `asked` is when the call was made: retries count from there, too.
    async fn send(&self, call: &Call, reading: Reading, asked: DateTime<Utc>) -> Result<Received, Failure> {
        let (bearer, version) = match self.inner.tokens.as_ref().filter(|_| call.authorise) {
            Some(tokens) => {
                let bearer = tokens.bearer().await.map_err(Failure::before_sending)?;
                (Some(bearer.token), Some(bearer.version))
            }
            None => (None, None),
        };
        let permit = match &self.inner.pacing {
            Some((pacer, _)) => Some(pacer.acquire().await.map_err(Failure::before_sending)?),
            None => None,
        };
        let request = self.decorate(call, bearer).map_err(Failure::before_sending)?;
        let method = request.method().clone();
        let waited = (self.inner.clock.now() - asked).to_std().unwrap_or_default();
        if call.effect == Effect::Write && waited > call.timeout {
            // Whoever asked has long given it up and may have looked whether it landed.
            let message = format!("{}: it could not leave within {} s", call.operation, call.timeout.as_secs());
            return Err(Failure::before_sending(ProviderError::new(ErrorKind::Unavailable, message)));
        }
        let answer = self.inner.transport.send(request, call.timeout).await;
        let answer = answer.map_err(|error| failed(call, error.stage(), error))?;
        let (parts, body) = answer.into_parts();
        self.learn(&parts);
        let refused_token = self.refuse_token(&parts, version);
        let body = body.with_length(declared_length(&method, parts.status, &parts.headers));
        let content = if reading == Reading::AsItComes && parts.status.is_success() {
            Content::Open(body, permit)
        } else {
            Content::Whole(body.collect(call.body_cap).await.map_err(|error| broken(call, error))?)
        };
        Ok(Received { parts, content, refused_token })
    }

    /// Adds the fixed headers that the call does not set itself, and the token.
    fn decorate(&self, call: &Call, bearer: Option<SecretString>) -> Result<http::Request<Bytes>, ProviderError> {
        let mut request = call.request.clone();
        for (name, value) in &self.inner.headers {
            if !request.headers().contains_key(name) {
                request.headers_mut().insert(name.clone(), value.clone());
            }
        }
        if let Some(token) = bearer {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret())).map_err(|_| {
                let message =
                    format!("{}: the stored access token is not a header text: sign in again", call.operation);
                ProviderError::new(ErrorKind::Unauthorised, message).with_package_code("invalid_token")
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(request)
    }

    /// Tells the pacer what the answer says about limits.
    fn learn(&self, parts: &Parts) {
        let Some((pacer, signals)) = &self.inner.pacing else { return };
        let mut read = signals.read(parts.status, &parts.headers);
        if let Some(throttle) = &mut read.throttled {
            throttle.retry_after = throttle.retry_after.or(retry_after(&parts.headers, self.inner.clock.now()));
        }
        pacer.observe(&read);
    }

    /// Marks the token that was sent as refused, if it was and another one could help.
    fn refuse_token(&self, parts: &Parts, version: Option<u64>) -> bool {
        let refused = parts.status == StatusCode::UNAUTHORIZED && !lacks_scope(&parts.headers);
        match (&self.inner.tokens, version) {
            (Some(tokens), Some(version)) if refused => tokens.reject(version),
            _ => false,
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

// By hand: fixed headers may hold a key.
impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("transport", &self.transport)
            .field("tokens", &self.tokens)
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl ExchangeBuilder {
    /// Sends the connection's bearer token with calls that want it.
    #[must_use]
    pub fn tokens(mut self, tokens: TokenManager) -> Self {
        self.inner.tokens = Some(tokens);
        self
    }

    /// Keeps within the package's limits.
    #[must_use]
    pub fn pacer(mut self, pacer: Pacer, signals: Arc<dyn LimitSignals>) -> Self {
        self.inner.pacing = Some((pacer, signals));
        self
    }

    /// Adds a header to every call that does not set it itself.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.inner.headers.insert(name, value);
        self
    }

    /// Spreads the waits between repeated sendings by this seed; workers choose different ones.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.inner.backoff = Backoff::new(seed);
        self
    }

    /// The exchange.
    #[must_use]
    pub fn build(self) -> Exchange {
        Exchange { inner: Arc::new(self.inner) }
    }
}

impl fmt::Debug for ExchangeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Reading {
    Whole,
    AsItComes,
}

struct Received {
    parts: Parts,
    content: Content,
    /// The token was refused and another one may fare better.
    refused_token: bool,
}

enum Content {
    Whole(Bytes),
    Open(Body, Option<Permit>),
}

struct Failure {
    error: ExchangeError,
    /// Whether sending the same call again is allowed and may help.
    repeatable: bool,
}

impl Failure {
    fn before_sending(error: ProviderError) -> Self {
        Self { error: ExchangeError::NotSent(error), repeatable: false }
    }
}

/// An answer whose body broke off: whatever the transport says, the request was sent.
fn broken(call: &Call, error: TransportError) -> Failure {
    failed(call, Stage::MaybeSent, error)
}

fn failed(call: &Call, stage: Stage, error: TransportError) -> Failure {
    let allowed = stage == Stage::NotSent || call.effect == Effect::Read;
    let repeatable = allowed && error.may_pass();
    let error = error.into_provider_error(call.operation);
    let error = match stage {
        Stage::NotSent => ExchangeError::NotSent(error),
        Stage::MaybeSent => ExchangeError::Unknown(error),
    };
    Failure { error, repeatable }
}
