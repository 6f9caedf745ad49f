//! Answers remembered under `Idempotency-Key` (xero.md 3).

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, Method};

use crate::xero::call::Reply;

/// The request header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Counted from the first call with the key; replays do not prolong it.
const RETENTION: Duration = Duration::minutes(6);

/// The longest key.
const LONGEST_KEY: usize = 128;

/// A key of more than 128 characters.
#[derive(Debug)]
pub(crate) struct KeyTooLong;

/// The key of a write, if it has one.
pub(crate) fn key_of<'a>(method: &Method, headers: &'a HeaderMap) -> Result<Option<&'a str>, KeyTooLong> {
    if !matches!(*method, Method::PUT | Method::POST | Method::PATCH) {
        return Ok(None);
    }
    match headers.get(KEY).and_then(|key| key.to_str().ok()).filter(|key| !key.is_empty()) {
        Some(key) if key.len() > LONGEST_KEY => Err(KeyTooLong),
        key => Ok(key),
    }
}

/// What a request must repeat to be the same one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) method: Method,
    /// Path and query as sent. The tenant is a header: it is not part of the comparison, the key's scope is the app.
    pub(crate) url: String,
    pub(crate) body: Bytes,
}

/// What a key stands for.
#[derive(Debug)]
pub(crate) enum Remembered {
    /// Nothing, or nothing any more.
    Nothing,
    /// This answer.
    Answer(Reply),
    /// This answer, once the first call is over.
    Running(Reply, Duration),
    /// Another request.
    Mismatch,
}

/// The answers of all apps.
#[derive(Clone, Default)]
pub(crate) struct KeyCache {
    entries: BTreeMap<(usize, String), Entry>,
    by_age: VecDeque<(DateTime<Utc>, usize, String)>,
}

#[derive(Clone)]
struct Entry {
    print: Print,
    first_at: DateTime<Utc>,
    runs_until: DateTime<Utc>,
    reply: Reply,
}

impl KeyCache {
    pub(crate) fn look_up(&self, app: usize, key: &str, print: &Print, now: DateTime<Utc>) -> Remembered {
        match self.entries.get(&(app, key.to_owned())) {
            Some(entry) if now < entry.first_at + RETENTION => {
                if entry.print != *print {
                    Remembered::Mismatch
                } else if now < entry.runs_until {
                    Remembered::Running(entry.reply.clone(), entry.runs_until - now)
                } else {
                    Remembered::Answer(entry.reply.clone())
                }
            }
            _ => Remembered::Nothing,
        }
    }

    /// Remembers the first answer under a key that stands for nothing; the call runs for a while longer when its
    /// answer is held back.
    pub(crate) fn remember(
        &mut self,
        app: usize,
        key: &str,
        print: Print,
        reply: Reply,
        now: DateTime<Utc>,
        runs_for: Duration,
    ) {
        self.forget_old(now);
        self.by_age.push_back((now, app, key.to_owned()));
        let entry = Entry { print, first_at: now, runs_until: now + runs_for, reply };
        self.entries.insert((app, key.to_owned()), entry);
    }

    fn forget_old(&mut self, now: DateTime<Utc>) {
        while self.by_age.front().is_some_and(|(at, ..)| now >= *at + RETENTION) {
            if let Some((at, app, key)) = self.by_age.pop_front() {
                let slot = (app, key);
                if self.entries.get(&slot).is_some_and(|entry| entry.first_at == at) {
                    self.entries.remove(&slot);
                }
            }
        }
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}
