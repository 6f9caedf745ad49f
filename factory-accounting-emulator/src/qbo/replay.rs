//! Answers remembered under `requestid` (qbo.md 4).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::Method;

use crate::qbo::call::Reply;

/// The query parameter.
pub(crate) const PARAMETER: &str = "requestid";

/// The longest id, in characters.
pub(crate) const LONGEST: usize = 50;

/// The longest id of a batch, in characters.
pub(crate) const LONGEST_OF_BATCH: usize = 36;

/// Entries are kept this long at most, whatever the switch says.
const KEPT: Duration = Duration::days(400);

/// What the id names: it is unique in a company, over all apps. In a batch the ids of its items are part of it: other
/// ones make another request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) realm: u64,
    pub(crate) id: String,
    pub(crate) items: Vec<String>,
}

/// What a request must repeat to be the same one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Print {
    method: Method,
    /// Path and query as sent, without the id.
    url: String,
    body: Bytes,
}

impl Print {
    pub(crate) fn of(method: &Method, path: &str, query: &str, body: &Bytes) -> Self {
        let mut url = path.to_owned();
        let is_id = |part: &&str| part.split_once('=').is_some_and(|(name, _)| name == PARAMETER);
        for part in query.split('&').filter(|part| !is_id(part)) {
            url.push('&');
            url.push_str(part);
        }
        Self { method: method.clone(), url, body: body.clone() }
    }
}

/// What an id stands for.
#[derive(Debug)]
pub(crate) enum Remembered {
    /// Nothing, or nothing any more.
    Nothing,
    /// This answer.
    Answer(Reply),
    /// A call whose answer is still held back.
    Running,
    /// Another request, which was answered so.
    Other(Reply),
}

/// The answers of all companies. A clone shares the entries.
#[derive(Clone, Default)]
pub(crate) struct Replays {
    entries: BTreeMap<Key, Arc<Entry>>,
    by_age: VecDeque<(DateTime<Utc>, Key)>,
}

struct Entry {
    print: Print,
    first_at: DateTime<Utc>,
    runs_until: DateTime<Utc>,
    reply: Reply,
}

impl Replays {
    pub(crate) fn look_up(&self, key: &Key, print: &Print, hours: u32, now: DateTime<Utc>) -> Remembered {
        match self.entries.get(key) {
            Some(entry) if now < entry.first_at + Duration::hours(i64::from(hours)) => {
                if now < entry.runs_until {
                    Remembered::Running
                } else if entry.print != *print {
                    Remembered::Other(entry.reply.clone())
                } else {
                    Remembered::Answer(entry.reply.clone())
                }
            }
            _ => Remembered::Nothing,
        }
    }

    /// Remembers the first answer under an id; the call runs for a while longer when its answer is held back.
    pub(crate) fn remember(&mut self, key: Key, print: Print, reply: Reply, now: DateTime<Utc>, runs_for: Duration) {
        while self.by_age.front().is_some_and(|(at, _)| now >= *at + KEPT) {
            if let Some((at, key)) = self.by_age.pop_front()
                && self.entries.get(&key).is_some_and(|entry| entry.first_at == at)
            {
                self.entries.remove(&key);
            }
        }
        self.by_age.push_back((now, key.clone()));
        self.entries.insert(key, Arc::new(Entry { print, first_at: now, runs_until: now + runs_for, reply }));
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use http::StatusCode;

    use super::*;

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
    }

    fn key(id: &str, items: &[&str]) -> Key {
        Key { realm: 7, id: id.into(), items: items.iter().map(|&item| item.to_owned()).collect() }
    }

    fn print(query: &str, body: &'static str) -> Print {
        Print::of(&Method::POST, "/v3/company/7/invoice", query, &Bytes::from(body))
    }

    fn filled(runs_for: Duration) -> Replays {
        let mut replays = Replays::default();
        let reply = Reply::json(StatusCode::OK, "{}");
        replays.remember(key("a", &[]), print("requestid=a&minorversion=75", "x"), reply, noon(), runs_for);
        replays
    }

    #[test]
    fn the_same_content_is_replayed_and_other_content_is_told_apart() {
        let replays = filled(Duration::zero());
        let found = |query: &str, body| replays.look_up(&key("a", &[]), &print(query, body), 24, noon());
        assert!(matches!(found("minorversion=75&requestid=a", "x"), Remembered::Answer(_)));
        assert!(matches!(found("requestid=a&minorversion=75", "y"), Remembered::Other(_)));
        assert!(matches!(found("requestid=a&minorversion=74", "x"), Remembered::Other(_)));
        let elsewhere = Key { realm: 8, ..key("a", &[]) };
        assert!(matches!(replays.look_up(&elsewhere, &print("", "x"), 24, noon()), Remembered::Nothing));
    }

    #[test]
    fn other_item_ids_make_another_batch() {
        let replays = filled(Duration::zero());
        let sent = print("minorversion=75", "x");
        assert!(matches!(replays.look_up(&key("a", &["1"]), &sent, 24, noon()), Remembered::Nothing));
    }

    #[test]
    fn an_id_is_forgotten_after_the_hours_of_the_switch() {
        let replays = filled(Duration::zero());
        let sent = print("minorversion=75", "x");
        let found = |hours, after| replays.look_up(&key("a", &[]), &sent, hours, noon() + Duration::minutes(after));
        assert!(matches!(found(24, 24 * 60 - 1), Remembered::Answer(_)));
        assert!(matches!(found(24, 24 * 60), Remembered::Nothing));
        assert!(matches!(found(0, 0), Remembered::Nothing));
    }

    #[test]
    fn a_call_is_running_while_its_answer_is_held_back() {
        let replays = filled(Duration::seconds(3));
        let sent = print("minorversion=75", "x");
        let found = |seconds| replays.look_up(&key("a", &[]), &sent, 24, noon() + Duration::seconds(seconds));
        assert!(matches!(found(2), Remembered::Running));
        assert!(matches!(found(3), Remembered::Answer(_)));
    }
}
