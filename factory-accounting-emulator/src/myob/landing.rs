//! Writes that land late: answered with a time-out, an error or nothing, and booked only after a while of virtual time,
//! perhaps when the caller has already looked for them and found none (myob.md 2, 4, 13.6).

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use serde::Serialize;
use uuid::Uuid;

use super::MyobEmulator;
use super::gateway::Asked;

/// A write that was answered before it was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LateWrite {
    /// The company file.
    pub file: Uuid,
    /// The verb.
    pub method: String,
    /// The path behind the company file, in lower case.
    pub path: String,
    /// Virtual time of the call.
    pub sent_at: DateTime<Utc>,
    /// Virtual time of the landing, past or to come.
    pub lands_at: DateTime<Utc>,
    /// What the books answered, which nobody heard; `None` while it is on its way.
    pub status: Option<u16>,
}

/// A call that is kept until it lands.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) file: Uuid,
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// How the call's addresses began: the same when it lands.
    pub(super) origin: String,
    pub(super) sent_at: DateTime<Utc>,
}

/// What is on its way, and what has landed.
#[derive(Clone, Debug, Default)]
pub(super) struct Landings {
    /// By the instant of landing, then in the order of the calls.
    waiting: BTreeMap<(DateTime<Utc>, u64), Kept>,
    landed: Vec<LateWrite>,
    last: u64,
}

impl Landings {
    pub(super) fn keep(&mut self, call: Kept, lands_at: DateTime<Utc>) {
        self.last += 1;
        self.waiting.insert((lands_at, self.last), call);
    }

    /// The next call that has landed by `now`, with the instant at which it did.
    pub(super) fn due(&mut self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Kept)> {
        let first = self.waiting.first_entry().filter(|first| first.key().0 <= now)?;
        let ((at, _), call) = first.remove_entry();
        Some((at, call))
    }

    /// The next call on its way, whenever it was to land.
    pub(super) fn hurried(&mut self) -> Option<Kept> {
        self.waiting.pop_first().map(|(_, call)| call)
    }

    pub(super) fn note(&mut self, call: &Kept, lands_at: DateTime<Utc>, status: u16) {
        self.landed.push(call.shown(lands_at, Some(status)));
    }

    /// Everything that landed, in that order, then everything that is on its way.
    pub(super) fn show(&self) -> Vec<LateWrite> {
        let waiting = self.waiting.iter().map(|((lands_at, _), call)| call.shown(*lands_at, None));
        self.landed.iter().cloned().chain(waiting).collect()
    }
}

impl Kept {
    pub(super) fn of(file: Uuid, asked: &Asked<'_>, sent_at: DateTime<Utc>) -> Self {
        Self {
            file,
            method: asked.method.clone(),
            path: asked.path.to_vec(),
            query: asked.query.to_vec(),
            headers: asked.headers.clone(),
            body: asked.body.clone(),
            origin: asked.origin.to_owned(),
            sent_at,
        }
    }

    fn asked(&self) -> Asked<'_> {
        let Self { method, path, query, headers, body, origin, .. } = self;
        Asked { method, path, query, headers, body, origin }
    }

    fn shown(&self, lands_at: DateTime<Utc>, status: Option<u16>) -> LateWrite {
        LateWrite {
            file: self.file,
            method: self.method.to_string(),
            path: self.path.join("/"),
            sent_at: self.sent_at,
            lands_at,
            status,
        }
    }
}

impl MyobEmulator {
    /// Books every late write whose time has come, each at its own instant, in the order of landing.
    pub(super) fn land_due(&mut self, now: DateTime<Utc>) {
        while let Some((at, call)) = self.landings.due(now) {
            self.land(&call, at);
        }
    }

    /// Books every late write at once.
    pub(super) fn land_all(&mut self, now: DateTime<Utc>) {
        while let Some(call) = self.landings.hurried() {
            self.land(&call, now);
        }
    }

    /// The books judge the write as they stand when it lands: the period may be locked by then, or the order converted.
    fn land(&mut self, call: &Kept, at: DateTime<Utc>) {
        let Some(file) = self.files.iter().position(|own| own.id == call.file) else { return };
        let reply = self.booked(file, &call.asked(), at);
        self.landings.note(call, at, reply.status.as_u16());
    }
}
