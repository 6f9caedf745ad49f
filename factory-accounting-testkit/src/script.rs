//! A peer that answers by heart, and tokens to speak to it with: for the tests that a provider has of its own.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::memory::MemoryTokenStore;
use factory_accounting_core::token::{TokenSet, TokenStore as _};
use factory_accounting_http::{Body, Transport, TransportError};
use http::{HeaderMap, Request, Response};

use crate::leap_clock::LeapClock;
use crate::sim_clock::SimClock;
use crate::wire::{Wire, deliver};

/// A request as it came.
#[derive(Clone)]
pub struct Seen {
    /// The request in one line, as [`Script::told_by`] says it; else method, path and query as sent.
    pub line: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; what is no text is replaced.
    pub body: String,
}

impl Seen {
    /// A header that is a text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A transport that gives the answers it was made with, one after the other, and keeps what was asked.
///
/// ```
/// use factory_accounting_testkit::{Script, Wire};
///
/// let script = Script::of([Wire::ok("{}"), Wire::status(429, "").with("retry-after", "3"), Wire::Dropped]);
/// assert!(script.lines().is_empty());
/// ```
pub struct Script {
    answers: Mutex<VecDeque<Wire>>,
    seen: Mutex<Vec<Seen>>,
    tell: fn(&Request<Bytes>) -> String,
}

impl Script {
    /// A script of answers.
    #[must_use]
    pub fn of(answers: impl IntoIterator<Item = Wire>) -> Arc<Self> {
        Self::told_by(as_sent, answers)
    }

    /// A script that says requests in lines of the caller's own.
    #[must_use]
    pub fn told_by(tell: fn(&Request<Bytes>) -> String, answers: impl IntoIterator<Item = Wire>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), seen: Mutex::default(), tell })
    }

    /// What was asked so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was asked so far, in one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

fn as_sent(request: &Request<Bytes>) -> String {
    format!("{} {}", request.method(), request.uri().path_and_query().map_or("", |path| path.as_str()))
}

#[async_trait]
impl Transport for Script {
    /// Gives the next answer. A slow one takes no time, and silence lasts as long as the caller waits.
    ///
    /// # Panics
    /// Where the script has come to its end: a request too many is a failure of the test.
    async fn send(&self, request: Request<Bytes>, deadline: Duration) -> Result<Response<Body>, TransportError> {
        let line = (self.tell)(&request);
        let next = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = next.unwrap_or_else(|| panic!("the script has no answer for {line}"));
        let (head, body) = request.into_parts();
        let body = String::from_utf8_lossy(&body).into_owned();
        let seen = Seen { line, headers: head.headers, body };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        deliver(answer, deadline, &LeapClock::starting_at(DateTime::UNIX_EPOCH)).await
    }
}

// By hand: what went over the wire holds secrets, and tests look for them in what a provider itself shows.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("line", &self.line).finish_non_exhaustive()
    }
}

/// A store that holds the tokens of one connection.
///
/// # Panics
/// Never: an empty store in memory takes what it is given.
#[must_use]
pub fn stored(connection: &ConnectionId, tokens: TokenSet) -> Arc<MemoryTokenStore> {
    let store = MemoryTokenStore::new();
    let clock = SimClock::starting_at(DateTime::UNIX_EPOCH);
    clock.run(store.replace(connection, None, tokens)).expect("an empty store takes tokens");
    Arc::new(store)
}

#[cfg(test)]
mod tests {
    use factory_accounting_http::Stage;

    use super::*;

    #[tokio::test]
    async fn answers_come_in_order_and_questions_are_kept() {
        let script = Script::of([Wire::status(201, "made").with("location", "/a"), Wire::Refused, Wire::Silence]);
        let ask = |path: &str| {
            let request = Request::post(format!("https://peer.example{path}")).header("x-one", "1");
            script.send(request.body(Bytes::from("body")).expect("a request"), Duration::from_secs(9))
        };
        let made = ask("/things?a=b%20c").await.expect("an answer");
        assert_eq!((made.status().as_u16(), &made.headers()["location"]), (201, &"/a".parse().expect("a value")));
        assert_eq!(ask("/").await.expect_err("no connection").stage(), Stage::NotSent);
        assert_eq!(ask("/").await.expect_err("no answer").stage(), Stage::MaybeSent);
        assert_eq!(script.lines(), ["POST /things?a=b%20c", "POST /", "POST /"]);
        let first = &script.seen()[0];
        assert_eq!((first.header("x-one"), first.body.as_str()), (Some("1"), "body"));
    }

    #[tokio::test]
    #[should_panic(expected = "no answer for TOLD")]
    async fn a_question_too_many_fails_the_test() {
        let script = Script::told_by(|_| "TOLD".to_owned(), []);
        let request = Request::new(Bytes::new());
        drop(script.send(request, Duration::ZERO).await);
    }
}
