//! The webhook sender (qbo.md 9): gathered and signed posts in either format, and retries that grow rarer.
//!
//! Sans-IO: it says which posts are due and is told what the receiver answered. There is no handshake: a URL that is
//! configured receives. Events that happen before are lost.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::package::{Delivery, DeliveryAnswer};
use crate::qbo::books::{BookEvent, Change as Happening};
use crate::qbo::switches::{FailingReceiver, Switches, WebhookFormat};
use crate::seeded::Seeded;
use crate::signing::keyed_hash;

const SIGNATURE: &str = "intuit-signature";

/// Seconds between two tries of a post; the last one repeats without end.
const PAUSES: [i64; 9] = [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600, 21_600];

/// How many answers are shown.
const REMEMBERED: usize = 100;

/// One change in some company's books.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    realm: String,
    entity: &'static str,
    id: String,
    operation: Happening,
    at: DateTime<Utc>,
    deleted_id: Option<String>,
}

impl Event {
    pub(crate) fn of(realm: u64, change: BookEvent) -> Self {
        let BookEvent { entity, id, operation, at, deleted_id } = change;
        Self { realm: realm.to_string(), entity, id, operation, at, deleted_id }
    }
}

/// The word of a change in legacy bodies, and in CloudEvents types, of which only the first three were seen.
fn words(operation: Happening) -> (&'static str, &'static str) {
    match operation {
        Happening::Create => ("Create", "created"),
        Happening::Update => ("Update", "updated"),
        Happening::Delete => ("Delete", "deleted"),
        Happening::Merge => ("Merge", "merged"),
        Happening::Void => ("Void", "voided"),
        Happening::Emailed => ("Emailed", "emailed"),
    }
}

/// The endpoint of one app.
#[derive(Clone)]
pub(crate) struct WebhookSender {
    url: String,
    verifier: String,
    queue: VecDeque<Event>,
    posts: BTreeMap<u64, Post>,
    last_id: u64,
    answers: Vec<Value>,
    chance: Seeded,
}

#[derive(Clone)]
struct Post {
    body: Bytes,
    signed_right: bool,
    created: DateTime<Utc>,
    trace: String,
    due: DateTime<Utc>,
    tries: usize,
    on_its_way: bool,
}

impl WebhookSender {
    pub(crate) fn new(seed: u64, verifier: String) -> Self {
        Self {
            url: String::new(),
            verifier,
            queue: VecDeque::new(),
            posts: BTreeMap::new(),
            last_id: 0,
            answers: Vec::new(),
            chance: Seeded::new(seed, "qbo webhooks"),
        }
    }

    pub(crate) fn verifier(&self) -> &str {
        &self.verifier
    }

    /// Sets the receiver; what waited for another one is forgotten.
    pub(crate) fn configure(&mut self, url: String, verifier: Option<String>) {
        self.url = url;
        self.verifier = verifier.unwrap_or_else(|| std::mem::take(&mut self.verifier));
        self.queue.clear();
        self.posts.clear();
    }

    /// Whether anybody listens.
    pub(crate) fn listens(&self) -> bool {
        !self.url.is_empty()
    }

    /// Takes an event that happened.
    pub(crate) fn note(&mut self, event: Event) {
        if self.listens() {
            self.queue.push_back(event);
        }
    }

    /// Posts that are due; `strike` draws the fault of each new one.
    pub(crate) fn due(
        &mut self,
        now: DateTime<Utc>,
        switches: &Switches,
        mut strike: impl FnMut() -> Option<Fault>,
    ) -> Vec<Delivery> {
        let delay = Duration::seconds(i64::from(switches.webhook_delay_seconds));
        let failing = self.posts.values().any(|post| post.tries > 0);
        let withheld = failing && switches.failing_receiver == FailingReceiver::IsSpared;
        if !withheld && self.queue.front().is_some_and(|oldest| now >= oldest.at + delay) {
            let events: Vec<Event> = self.queue.drain(..).collect();
            self.gather(&events, switches.webhook_format, strike(), now);
        }
        let (url, verifier) = (&self.url, &self.verifier);
        self.posts
            .iter_mut()
            .filter(|(_, post)| !post.on_its_way && post.due <= now)
            .map(|(id, post)| {
                post.on_its_way = true;
                Delivery { id: *id, url: url.clone(), headers: headers(post, verifier), body: post.body.clone() }
            })
            .collect()
    }

    fn gather(&mut self, events: &[Event], format: WebhookFormat, fault: Option<Fault>, now: DateTime<Utc>) {
        match fault {
            Some(Fault::WebhookOutOfOrder) => {
                for event in events.iter().rev() {
                    let body = self.body(std::slice::from_ref(event), format);
                    self.post(body, true, now);
                }
            }
            fault => {
                let body = self.body(events, format);
                if fault == Some(Fault::WebhookDuplicate) {
                    self.post(body.clone(), true, now);
                }
                self.post(body, fault != Some(Fault::WebhookBadSignature), now);
            }
        }
    }

    fn body(&mut self, events: &[Event], format: WebhookFormat) -> Bytes {
        let body = match format {
            WebhookFormat::CloudEvents => {
                let chance = &mut self.chance;
                let source = format!("intuit.{}", chance.token(42));
                serde_json::to_vec(&events.iter().map(|event| cloud_event(event, &source, chance)).collect::<Vec<_>>())
            }
            WebhookFormat::Legacy => serde_json::to_vec(&legacy(events)),
        };
        // Text only: writing it cannot fail.
        body.unwrap_or_default().into()
    }

    fn post(&mut self, body: Bytes, signed_right: bool, now: DateTime<Utc>) {
        self.last_id += 1;
        let trace = self.chance.uuid().to_string();
        let post = Post { body, signed_right, created: now, trace, due: now, tries: 0, on_its_way: false };
        self.posts.insert(self.last_id, post);
    }

    /// Takes the receiver's answer; `None` when there was none in time. Only 200 is a success.
    pub(crate) fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, now: DateTime<Utc>) {
        let Some(mut post) = self.posts.remove(&id) else { return };
        let pause = PAUSES.get(post.tries).or(PAUSES.last()).copied().unwrap_or(1);
        post.tries += 1;
        post.on_its_way = false;
        let status = answer.map(|answer| answer.status);
        let accepted = status == Some(200);
        if self.answers.len() == REMEMBERED {
            self.answers.remove(0);
        }
        self.answers.push(json!({
            "at": now, "signed_right": post.signed_right, "try": post.tries, "status": status, "accepted": accepted,
        }));
        // A wrong signature is a trial of the receiver, not an event to repeat.
        if !accepted && post.signed_right {
            post.due = now + Duration::seconds(pause);
            self.posts.insert(id, post);
        }
    }

    /// The endpoint as the control surface shows it.
    pub(crate) fn show(&self) -> Value {
        let waiting: Vec<Value> =
            self.posts.iter().map(|(id, post)| json!({ "id": id, "due": post.due, "tries": post.tries })).collect();
        json!({
            "url": self.url,
            "queued_events": self.queue.len(),
            "waiting": waiting,
            "answers": self.answers,
        })
    }
}

fn headers(post: &Post, verifier: &str) -> Vec<(&'static str, String)> {
    let wrong = if post.signed_right { "" } else { "not " };
    vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", "intuit_notification_server/0.1".to_owned()),
        ("intuit-notification-schema-version", "0.1".to_owned()),
        ("intuit-created-time", post.created.to_rfc3339_opts(SecondsFormat::Millis, true)),
        ("intuit-t-id", post.trace.clone()),
        (SIGNATURE, keyed_hash(format!("{wrong}{verifier}").as_bytes(), &post.body)),
    ]
}

/// One CloudEvent; where the merged-away id stands is not known (qbo.md 15.8).
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    datacontenttype: &'static str,
    time: String,
    intuitentityid: &'a str,
    intuitaccountid: &'a str,
    data: Value,
}

fn cloud_event<'a>(event: &'a Event, source: &'a str, chance: &mut Seeded) -> CloudEvent<'a> {
    let (_, word) = words(event.operation);
    CloudEvent {
        specversion: "1.0",
        id: chance.uuid().to_string(),
        source,
        kind: format!("qbo.{}.{word}.v1", event.entity.to_ascii_lowercase()),
        datacontenttype: "application/json",
        time: event.at.to_rfc3339_opts(SecondsFormat::Nanos, true),
        intuitentityid: &event.id,
        intuitaccountid: &event.realm,
        data: event.deleted_id.as_ref().map_or_else(|| json!({}), |id| json!({ "deletedId": id })),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Legacy<'a> {
    event_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    realm_id: &'a str,
    data_change_event: Changes<'a>,
}

#[derive(Serialize)]
struct Changes<'a> {
    entities: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    name: &'static str,
    id: &'a str,
    operation: &'static str,
    last_updated: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_id: Option<&'a str>,
}

/// One notification for each company, in the order in which they first appear.
fn legacy(events: &[Event]) -> Legacy<'_> {
    let mut event_notifications: Vec<Notification<'_>> = Vec::new();
    for event in events {
        let change = Change {
            name: event.entity,
            id: &event.id,
            operation: words(event.operation).0,
            last_updated: event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            deleted_id: event.deleted_id.as_deref(),
        };
        match event_notifications.iter_mut().find(|known| known.realm_id == event.realm) {
            Some(known) => known.data_change_event.entities.push(change),
            None => {
                let data_change_event = Changes { entities: vec![change] };
                event_notifications.push(Notification { realm_id: &event.realm, data_change_event });
            }
        }
    }
    Legacy { event_notifications }
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender")
            .field("url", &self.url)
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

    fn event(realm: u64, entity: &'static str, id: &str, operation: Happening) -> Event {
        let deleted_id = (operation == Happening::Merge).then(|| "41".to_owned());
        let change = BookEvent { entity, id: id.to_owned(), operation, at: noon(), deleted_id };
        Event::of(realm, change)
    }

    fn sender() -> WebhookSender {
        let mut sender = WebhookSender::new(1, "verifier".into());
        sender.configure("http://127.0.0.1:9/hook".into(), None);
        sender
    }

    fn with_two_companies() -> WebhookSender {
        let mut sender = sender();
        sender.note(event(7, "Customer", "43", Happening::Create));
        sender.note(event(8, "Vendor", "40", Happening::Merge));
        sender.note(event(7, "Invoice", "145", Happening::Void));
        sender
    }

    fn switched(webhook_format: WebhookFormat) -> Switches {
        Switches { webhook_format, ..Switches::default() }
    }

    fn header<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
        delivery.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()).expect("a header")
    }

    fn body(delivery: &Delivery) -> Value {
        serde_json::from_slice(&delivery.body).expect("JSON")
    }

    fn answer(status: u16) -> Option<DeliveryAnswer> {
        Some(DeliveryAnswer { status, bare: false })
    }

    #[test]
    fn a_legacy_body_groups_by_company() {
        let due = with_two_companies().due(noon(), &switched(WebhookFormat::Legacy), || None);
        let expected = json!({ "eventNotifications": [
            { "realmId": "7", "dataChangeEvent": { "entities": [
                { "name": "Customer", "id": "43", "operation": "Create", "lastUpdated": "2026-11-21T12:00:00.000Z" },
                { "name": "Invoice", "id": "145", "operation": "Void", "lastUpdated": "2026-11-21T12:00:00.000Z" },
            ] } },
            { "realmId": "8", "dataChangeEvent": { "entities": [
                { "name": "Vendor", "id": "40", "operation": "Merge", "lastUpdated": "2026-11-21T12:00:00.000Z",
                  "deletedId": "41" },
            ] } },
        ] });
        assert_eq!((due.len(), body(&due[0])), (1, expected));
    }

    #[test]
    fn cloud_events_come_as_one_array_of_several_companies() {
        let due = with_two_companies().due(noon(), &Switches::default(), || None);
        let events = body(&due[0]);
        let of = |at: usize, name: &str| events[at][name].as_str().expect("text").to_owned();
        assert_eq!((due.len(), events.as_array().map(Vec::len)), (1, Some(3)));
        assert_eq!(
            [of(0, "type"), of(1, "type"), of(2, "type")],
            ["qbo.customer.created.v1", "qbo.vendor.merged.v1", "qbo.invoice.voided.v1"]
        );
        assert_eq!([of(2, "intuitentityid"), of(2, "intuitaccountid")], ["145", "7"]);
        assert_eq!([of(0, "specversion"), of(0, "time")], ["1.0", "2026-11-21T12:00:00.000000000Z"]);
        assert_eq!(events[0]["data"], json!({}));
        assert_ne!(of(0, "id"), of(1, "id"));
    }

    #[test]
    fn the_signature_is_over_the_raw_body_in_both_formats() {
        for format in [WebhookFormat::CloudEvents, WebhookFormat::Legacy] {
            let due = with_two_companies().due(noon(), &switched(format), || None);
            assert_eq!(header(&due[0], SIGNATURE), keyed_hash(b"verifier", &due[0].body));
            assert_eq!(header(&due[0], "intuit-notification-schema-version"), "0.1");
        }
    }

    #[test]
    fn a_failing_receiver_is_tried_on_the_published_schedule() {
        let (mut sender, switches) = (with_two_companies(), Switches::default());
        let mut now = noon();
        let mut pauses = Vec::new();
        let first = sender.due(now, &switches, || None).remove(0);
        sender.delivered(first.id, answer(500), now);
        for status in [None, answer(202), answer(404), None, None, None, None, None, None] {
            let due = sender.posts[&first.id].due;
            pauses.push((due - now).num_seconds());
            assert!(sender.due(due - Duration::seconds(1), &switches, || None).is_empty());
            now = due;
            assert_eq!(sender.due(now, &switches, || None)[0].body, first.body, "the same bytes again");
            sender.delivered(first.id, status, now);
        }
        assert_eq!(pauses, [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600, 21_600]);
        now = sender.posts[&first.id].due;
        sender.due(now, &switches, || None);
        sender.delivered(first.id, answer(200), now);
        assert!(sender.posts.is_empty());
    }

    #[test]
    fn later_events_wait_for_a_failing_receiver_only_where_the_switch_says_so() {
        for (failing_receiver, expected) in [(FailingReceiver::IsSentMore, 1), (FailingReceiver::IsSpared, 0)] {
            let switches = Switches { failing_receiver, ..Switches::default() };
            let mut sender = with_two_companies();
            let first = sender.due(noon(), &switches, || None).remove(0);
            sender.delivered(first.id, answer(500), noon());
            sender.note(event(7, "Invoice", "146", Happening::Update));
            let soon = noon() + Duration::seconds(1);
            assert_eq!(sender.due(soon, &switches, || None).len(), expected, "{failing_receiver:?}");
        }
    }

    #[test]
    fn events_are_gathered_for_as_long_as_the_switch_says() {
        let switches = Switches { webhook_delay_seconds: 300, ..Switches::default() };
        let mut sender = with_two_companies();
        assert!(sender.due(noon() + Duration::seconds(299), &switches, || None).is_empty());
        assert_eq!(sender.due(noon() + Duration::seconds(300), &switches, || None).len(), 1);
    }

    #[test]
    fn posts_are_doubled_reordered_and_wrongly_signed_on_demand() {
        let send = |fault: Fault| {
            let mut fault = Some(fault);
            with_two_companies().due(noon(), &Switches::default(), || fault.take())
        };
        let twice = send(Fault::WebhookDuplicate);
        assert_eq!((twice.len(), &twice[0].body), (2, &twice[1].body));
        let ids: Vec<Value> =
            send(Fault::WebhookOutOfOrder).iter().map(|post| body(post)[0]["intuitentityid"].clone()).collect();
        assert_eq!(ids, ["145", "40", "43"]);
        let wrong = send(Fault::WebhookBadSignature);
        assert_ne!(header(&wrong[0], SIGNATURE), keyed_hash(b"verifier", &wrong[0].body));
    }

    #[test]
    fn nothing_is_gathered_before_a_receiver_is_known() {
        let mut sender = WebhookSender::new(1, "verifier".into());
        sender.note(event(7, "Customer", "43", Happening::Create));
        sender.configure("http://127.0.0.1:9/hook".into(), Some("other".into()));
        assert!(sender.due(noon(), &Switches::default(), || None).is_empty());
        assert_eq!(sender.verifier(), "other");
    }
}
