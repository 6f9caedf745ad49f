//! Stand-ins: clocks, a scripted transport, a token store in memory.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use factory_accounting_http::{Body, Cause, Transport, TransportError};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use secrecy::SecretString;

pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A clock whose time passes only by sleeping, at once, for the one who sleeps.
#[derive(Debug)]
pub(crate) struct LeapClock {
    now: Mutex<DateTime<Utc>>,
    pub(crate) slept: Mutex<Vec<Duration>>,
}

impl LeapClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(start()), slept: Mutex::default() })
    }

    pub(crate) fn pass(&self, duration: Duration) {
        *self.now.lock().unwrap() += TimeDelta::from_std(duration).unwrap();
    }
}

#[async_trait]
impl Clock for LeapClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
        self.slept.lock().unwrap().push(duration);
        tokio::task::yield_now().await;
    }
}

/// A clock that jumps to the next sleeper when nothing else can run.
#[derive(Debug)]
pub(crate) struct SimulatedClock {
    state: Mutex<Sleepers>,
}

#[derive(Debug)]
struct Sleepers {
    now: DateTime<Utc>,
    wakers: BTreeMap<(DateTime<Utc>, u64), Waker>,
    next: u64,
}

impl SimulatedClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(Sleepers { now: start(), wakers: BTreeMap::new(), next: 0 }) })
    }

    /// Runs `work` to its end, with all that it spawns, on a current-thread runtime.
    pub(crate) async fn drive<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        loop {
            for _ in 0..64 {
                if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
                    return done;
                }
                tokio::task::yield_now().await;
            }
            let mut state = self.state.lock().unwrap();
            let ((at, _), waker) = state.wakers.pop_first().expect("everybody waits and nobody sleeps");
            state.now = state.now.max(at);
            waker.wake();
        }
    }
}

#[async_trait]
impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        self.state.lock().unwrap().now
    }

    async fn sleep(&self, duration: Duration) {
        let (until, key) = {
            let mut state = self.state.lock().unwrap();
            state.next += 1;
            (state.now + TimeDelta::from_std(duration).unwrap(), state.next)
        };
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            if state.now >= until {
                return Poll::Ready(());
            }
            state.wakers.insert((until, key), context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// One scripted answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer(u16, &'static [(&'static str, &'static str)], &'static str),
    NotSent,
    Lost,
    /// 200 with a declared length that the body does not reach.
    Short,
}

/// A transport that answers by script and keeps what it was sent.
#[derive(Default)]
pub(crate) struct Scripted {
    replies: Mutex<VecDeque<Reply>>,
    pub(crate) sent: Mutex<Vec<Request<Bytes>>>,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

impl Scripted {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self { replies: Mutex::new(replies.into_iter().collect()), sent: Mutex::default() })
    }

    pub(crate) fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    pub(crate) fn header(&self, sending: usize, name: &str) -> Option<String> {
        let sent = self.sent.lock().unwrap();
        Some(sent[sending].headers().get(name)?.to_str().unwrap().to_owned())
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Body>, TransportError> {
        self.sent.lock().unwrap().push(request);
        let reply = self.replies.lock().unwrap().pop_front().expect("a request beyond the script");
        match reply {
            Reply::Answer(status, headers, body) => Ok(answer(status, headers, body)),
            Reply::NotSent => Err(TransportError::not_sent(Cause::Connect, "failed to connect to api.example")),
            Reply::Lost => Err(TransportError::maybe_sent(Cause::Lost, "lost the connection to api.example")),
            Reply::Short => Ok(answer(200, &[("content-length", "100")], "half")),
        }
    }
}

pub(crate) fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(body.to_owned())));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    *response.headers_mut() = headers
        .iter()
        .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect::<HeaderMap>();
    response
}

pub(crate) fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

pub(crate) fn put(url: &str, body: &'static str) -> Request<Bytes> {
    Request::put(url).body(Bytes::from_static(body.as_bytes())).unwrap()
}

pub(crate) fn tokens(access: &str, refresh: Option<&str>, expires_at: DateTime<Utc>) -> TokenSet {
    TokenSet {
        access: SecretString::from(access),
        refresh: refresh.map(SecretString::from),
        expires_at,
        scopes: "a b".into(),
        ends_at: None,
    }
}

/// A token store in memory, for one connection, that can be told to fail.
#[derive(Debug, Default)]
pub(crate) struct TokensInMemory {
    state: Mutex<Stored>,
    pub(crate) failing_replaces: Mutex<u32>,
}

#[derive(Debug, Default)]
struct Stored {
    tokens: Option<StoredTokens>,
    lease: Option<(WorkerId, DateTime<Utc>)>,
}

impl TokensInMemory {
    pub(crate) fn holding(tokens: Option<TokenSet>) -> Arc<Self> {
        let store = Self::default();
        store.state.lock().unwrap().tokens = tokens.map(|tokens| StoredTokens { tokens, version: 1 });
        Arc::new(store)
    }

    /// What another process stores without asking.
    pub(crate) fn overwrite(&self, tokens: TokenSet) {
        let mut state = self.state.lock().unwrap();
        let version = state.tokens.as_ref().map_or(0, |stored| stored.version) + 1;
        state.tokens = Some(StoredTokens { tokens, version });
    }

    pub(crate) fn stored(&self) -> Option<StoredTokens> {
        self.state.lock().unwrap().tokens.clone()
    }
}

#[async_trait]
impl TokenStore for TokensInMemory {
    async fn load(&self, _: &ConnectionId) -> Result<Option<StoredTokens>, StoreError> {
        tokio::task::yield_now().await;
        Ok(self.stored())
    }

    async fn lease_refresh(
        &self,
        _: &ConnectionId,
        worker: &WorkerId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        tokio::task::yield_now().await;
        let mut state = self.state.lock().unwrap();
        let free = state.lease.as_ref().is_none_or(|(holder, end)| holder == worker || *end <= now);
        if free {
            state.lease = Some((worker.clone(), until));
        }
        Ok(free)
    }

    async fn replace(&self, _: &ConnectionId, expected: Option<u64>, tokens: TokenSet) -> Result<Replaced, StoreError> {
        tokio::task::yield_now().await;
        {
            let mut failing = self.failing_replaces.lock().unwrap();
            if *failing > 0 {
                *failing -= 1;
                return Err(StoreError::Busy("locked".into()));
            }
        }
        let mut state = self.state.lock().unwrap();
        match &state.tokens {
            Some(stored) if Some(stored.version) != expected => Ok(Replaced::Lost(stored.clone())),
            _ => {
                let version = expected.unwrap_or(0) + 1;
                state.tokens = Some(StoredTokens { tokens, version });
                state.lease = None;
                Ok(Replaced::Stored(version))
            }
        }
    }

    async fn forget(&self, _: &ConnectionId) -> Result<(), StoreError> {
        self.state.lock().unwrap().tokens = None;
        Ok(())
    }
}
