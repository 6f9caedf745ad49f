//! The webhook sender (xero.md 8): intent to receive, signed batches, retries that grow rarer, the end after a day.
//!
//! Sans-IO: it says which posts are due and is told what the receiver answered. Events that happen while no
//! subscription is active are lost, as Xero's are.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fault::Fault;
use crate::package::{Delivery, DeliveryAnswer};
use crate::seeded::Seeded;
use crate::signing::keyed_hash;
use crate::xero::books::BookEvent;

const SIGNATURE: &str = "x-xero-signature";

/// How long a batch is tried before the subscription is disabled.
const PATIENCE: Duration = Duration::hours(24);

/// Minutes between two tries of a batch; the last one repeats.
const PAUSES: &[i64] = &[1, 2, 4, 8, 16, 32, 60, 120, 240];

/// How many events travel together at most.
const BATCH: usize = 50;

/// How many answers are shown.
const REMEMBERED: usize = 100;

/// Whether signatures of the intent-to-receive posts are right.
const INTENT: [bool; 4] = [true, false, false, true];

/// Where the subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// No URL was given.
    NotConfigured,
    /// The receiver is being tried with right and wrong signatures.
    Trying,
    /// It answered one of them wrongly: it must be configured again.
    IntentFailed,
    /// Events are sent.
    Active,
    /// A batch failed for a day: it must be configured again.
    Disabled,
}

/// One change in some organisation's books.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) resource_url: String,
    pub(crate) resource_id: Uuid,
    pub(crate) event_date_utc: String,
    pub(crate) event_type: &'static str,
    pub(crate) event_category: &'static str,
    pub(crate) tenant_id: Uuid,
    pub(crate) tenant_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
}

impl Event {
    /// The event of a change. The URL names Xero's own host, as real ones do: a receiver builds its own.
    pub(crate) fn of(tenant: Uuid, change: BookEvent) -> Self {
        let resource = match change.category {
            "CONTACT" => "Contacts",
            "CREDITNOTE" => "CreditNotes",
            _ => "Invoices",
        };
        let id = change.resource_id;
        Self {
            resource_url: format!("https://api.xero.com/api.xro/2.0/{resource}/{id}"),
            resource_id: id,
            event_date_utc: change.at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
            event_type: change.kind,
            event_category: change.category,
            tenant_id: tenant,
            tenant_type: "ORGANISATION",
            data: change.data.map(|(kind, status)| json!({ "Type": kind, "Status": status })),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    events: &'a [Event],
    last_event_sequence: u32,
    first_event_sequence: u32,
    entropy: String,
}

/// The subscription of one app.
#[derive(Clone)]
pub(crate) struct WebhookSender {
    url: String,
    key: String,
    standing: Standing,
    queue: Vec<Event>,
    sequence: u32,
    posts: BTreeMap<u64, Post>,
    last_id: u64,
    answers: Vec<Value>,
    chance: Seeded,
}

#[derive(Clone)]
struct Post {
    body: Bytes,
    signature: String,
    signed_right: bool,
    intent: bool,
    first_due: DateTime<Utc>,
    due: DateTime<Utc>,
    tries: usize,
    on_its_way: bool,
}

impl WebhookSender {
    pub(crate) fn new(seed: u64, key: String) -> Self {
        Self {
            url: String::new(),
            key,
            standing: Standing::NotConfigured,
            queue: Vec::new(),
            sequence: 0,
            posts: BTreeMap::new(),
            last_id: 0,
            answers: Vec::new(),
            chance: Seeded::new(seed, "webhooks"),
        }
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Sets the receiver and starts the intent to receive.
    pub(crate) fn configure(&mut self, url: String, key: Option<String>, now: DateTime<Utc>) {
        self.url = url;
        self.key = key.unwrap_or_else(|| std::mem::take(&mut self.key));
        self.standing = Standing::Trying;
        self.queue.clear();
        self.posts.clear();
        for right in INTENT {
            let body = self.envelope(&[], 0, 0);
            self.post(body, right, true, now);
        }
    }

    /// Takes an event that happened.
    pub(crate) fn note(&mut self, event: Event) {
        if self.standing == Standing::Active {
            self.queue.push(event);
        }
    }

    /// Whether anybody listens.
    pub(crate) fn listens(&self) -> bool {
        self.standing == Standing::Active
    }

    /// Posts that are due; `strike` draws the fault of each new batch.
    pub(crate) fn due(&mut self, now: DateTime<Utc>, mut strike: impl FnMut() -> Option<Fault>) -> Vec<Delivery> {
        if self.standing == Standing::Active {
            let queue = std::mem::take(&mut self.queue);
            for batch in queue.chunks(BATCH) {
                self.batch(batch, strike(), now);
            }
        }
        let url = &self.url;
        self.posts
            .iter_mut()
            .filter(|(_, post)| !post.on_its_way && post.due <= now)
            .map(|(id, post)| {
                post.on_its_way = true;
                let content_type = ("content-type", "application/json".to_owned());
                let headers = vec![content_type, (SIGNATURE, post.signature.clone())];
                Delivery { id: *id, url: url.clone(), headers, body: post.body.clone() }
            })
            .collect()
    }

    fn batch(&mut self, events: &[Event], fault: Option<Fault>, now: DateTime<Utc>) {
        let first = self.sequence + 1;
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        self.sequence = self.sequence.saturating_add(count);
        let whole = self.envelope(events, first, self.sequence);
        match fault {
            Some(Fault::WebhookDuplicate) => {
                self.post(whole.clone(), true, false, now);
                self.post(whole, true, false, now);
            }
            Some(Fault::WebhookBadSignature) => self.post(whole, false, false, now),
            Some(Fault::WebhookOutOfOrder) => {
                for (event, at) in events.iter().rev().zip((first..=self.sequence).rev()) {
                    let body = self.envelope(std::slice::from_ref(event), at, at);
                    self.post(body, true, false, now);
                }
            }
            _ => self.post(whole, true, false, now),
        }
    }

    /// Takes the receiver's answer; `None` when there was none in time.
    pub(crate) fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, now: DateTime<Utc>) {
        let Some(mut post) = self.posts.remove(&id) else { return };
        post.tries += 1;
        post.on_its_way = false;
        let wanted = if post.signed_right { 200 } else { 401 };
        let accepted = answer.is_some_and(|answer| answer.status == wanted && (wanted == 401 || answer.bare));
        self.remember(&post, answer, accepted, now);
        match (post.intent, accepted) {
            (true, false) => {
                self.standing = Standing::IntentFailed;
                self.posts.clear();
            }
            (true, true) if self.posts.is_empty() => self.standing = Standing::Active,
            // A wrong signature is a trial of the receiver, not an event to repeat.
            (false, false) if post.signed_right => self.retry(id, post, now),
            _ => {}
        }
    }

    fn retry(&mut self, id: u64, mut post: Post, now: DateTime<Utc>) {
        let pause = PAUSES.get(post.tries - 1).or(PAUSES.last()).copied().unwrap_or(1);
        post.due = now + Duration::minutes(pause);
        if post.due - post.first_due > PATIENCE {
            self.standing = Standing::Disabled;
            self.posts.clear();
            self.queue.clear();
        } else {
            self.posts.insert(id, post);
        }
    }

    fn remember(&mut self, post: &Post, answer: Option<DeliveryAnswer>, accepted: bool, now: DateTime<Utc>) {
        if self.answers.len() == REMEMBERED {
            self.answers.remove(0);
        }
        self.answers.push(json!({
            "at": now,
            "intent": post.intent,
            "signed_right": post.signed_right,
            "try": post.tries,
            "status": answer.map(|answer| answer.status),
            "accepted": accepted,
        }));
    }

    /// The subscription as the control surface shows it.
    pub(crate) fn show(&self) -> Value {
        let waiting: Vec<Value> = self
            .posts
            .iter()
            .map(|(id, post)| json!({ "id": id, "due": post.due, "tries": post.tries, "intent": post.intent }))
            .collect();
        json!({
            "url": self.url,
            "standing": self.standing,
            "queued_events": self.queue.len(),
            "waiting": waiting,
            "answers": self.answers,
        })
    }

    fn envelope(&mut self, events: &[Event], first: u32, last: u32) -> Bytes {
        let entropy = self.chance.token(20);
        let envelope = Envelope { events, last_event_sequence: last, first_event_sequence: first, entropy };
        // Strings, numbers and JSON values only: writing them cannot fail.
        serde_json::to_vec(&envelope).unwrap_or_default().into()
    }

    fn post(&mut self, body: Bytes, signed_right: bool, intent: bool, now: DateTime<Utc>) {
        let key = if signed_right { self.key.clone() } else { format!("not {}", self.key) };
        let signature = keyed_hash(key.as_bytes(), &body);
        self.last_id += 1;
        let post =
            Post { body, signature, signed_right, intent, first_due: now, due: now, tries: 0, on_its_way: false };
        self.posts.insert(self.last_id, post);
    }
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender")
            .field("url", &self.url)
            .field("standing", &self.standing)
            .field("queue", &self.queue.len())
            .field("posts", &self.posts.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
    }

    fn answer(status: u16) -> Option<DeliveryAnswer> {
        Some(DeliveryAnswer { status, bare: true })
    }

    fn event(number: u128) -> Event {
        Event {
            resource_url: format!("https://api.xero.com/api.xro/2.0/Invoices/{}", Uuid::from_u128(number)),
            resource_id: Uuid::from_u128(number),
            event_date_utc: "2026-11-21T12:00:00.000".into(),
            event_type: "CREATE",
            event_category: "INVOICE",
            tenant_id: Uuid::nil(),
            tenant_type: "ORGANISATION",
            data: None,
        }
    }

    fn right(delivery: &Delivery) -> bool {
        delivery.headers.iter().any(|(name, value)| *name == SIGNATURE && *value == keyed_hash(b"key", &delivery.body))
    }

    fn active() -> WebhookSender {
        let mut sender = WebhookSender::new(1, "key".into());
        sender.configure("http://127.0.0.1:1/hook".into(), None, noon());
        for delivery in sender.due(noon(), || None) {
            let status = if right(&delivery) { 200 } else { 401 };
            sender.delivered(delivery.id, answer(status), noon());
        }
        assert_eq!(sender.standing, Standing::Active);
        sender
    }

    #[test]
    fn the_intent_to_receive_wants_401_for_wrong_signatures() {
        let mut sender = WebhookSender::new(1, "key".into());
        sender.configure("http://127.0.0.1:1/hook".into(), None, noon());
        let intent = sender.due(noon(), || None);
        assert_eq!(intent.iter().map(right).collect::<Vec<_>>(), INTENT);
        assert!(intent.iter().all(|post| post.body.starts_with(br#"{"events":[],"lastEventSequence":0"#)));
        intent.iter().for_each(|post| sender.delivered(post.id, answer(200), noon()));
        assert_eq!(sender.standing, Standing::IntentFailed);
    }

    #[test]
    fn events_are_batched_in_sequence_and_answered_once() {
        let mut sender = active();
        (1..=3).for_each(|number| sender.note(event(number)));
        let posts = sender.due(noon(), || None);
        let body: Value = serde_json::from_slice(&posts[0].body).expect("JSON");
        assert_eq!((posts.len(), &body["firstEventSequence"], &body["lastEventSequence"]), (1, &json!(1), &json!(3)));
        assert!(sender.due(noon(), || None).is_empty(), "it is on its way");
        sender.delivered(posts[0].id, answer(200), noon());
        assert!(sender.due(noon() + Duration::days(1), || None).is_empty());
    }

    #[test]
    fn a_failing_receiver_is_tried_ever_more_rarely_and_disabled_after_a_day() {
        let mut sender = active();
        sender.note(event(1));
        let (mut tries, mut minute) = (Vec::new(), 0);
        while sender.standing == Standing::Active {
            assert!(minute < 3_000, "never disabled");
            let now = noon() + Duration::minutes(minute);
            for post in sender.due(now, || None) {
                tries.push(minute);
                sender.delivered(post.id, answer(500), now);
            }
            minute += 1;
        }
        let pauses: Vec<i64> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.is_sorted() && pauses.len() > 8, "{pauses:?}");
        assert!(tries.last().is_some_and(|last| *last <= 24 * 60), "{tries:?}");
        assert_eq!(sender.standing, Standing::Disabled);
        sender.note(event(2));
        assert!(sender.due(noon() + Duration::days(9), || None).is_empty(), "events of a disabled webhook are lost");
    }

    #[test]
    fn an_answer_with_a_body_is_no_acceptance() {
        let mut sender = active();
        sender.note(event(1));
        let posts = sender.due(noon(), || None);
        sender.delivered(posts[0].id, Some(DeliveryAnswer { status: 200, bare: false }), noon());
        assert_eq!(sender.due(noon() + Duration::minutes(1), || None).len(), 1);
    }

    #[test]
    fn webhook_faults_duplicate_reorder_and_missign() {
        let send = |fault: Fault| {
            let mut sender = active();
            (1..=2).for_each(|number| sender.note(event(number)));
            let mut fault = Some(fault);
            sender.due(noon(), || fault.take())
        };
        let twice = send(Fault::WebhookDuplicate);
        assert_eq!((twice.len(), &twice[0].body), (2, &twice[1].body));
        let reordered = send(Fault::WebhookOutOfOrder);
        let first =
            |post: &Delivery| serde_json::from_slice::<Value>(&post.body).expect("JSON")["firstEventSequence"].clone();
        assert_eq!(reordered.iter().map(first).collect::<Vec<_>>(), [json!(2), json!(1)]);
        assert!(!right(&send(Fault::WebhookBadSignature)[0]));
    }
}
