//! Webhooks: what Xero says has changed (xero.md 8).
//!
//! Verify and answer first, work later: Xero waits five seconds. The events name records only; what they hold is read with
//! the connection's own token. Events of unknown kinds are kept, never refused: a refusal would make Xero repeat the whole
//! delivery and withhold later ones (R47).

use std::fmt;

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{OrganisationId, RemoteId};
use factory_accounting_core::provider::ChangeFeed;
use factory_accounting_http::json;
use factory_accounting_http::verify_hmac_sha256_base64;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::wire::date::{instant_text, parse_instant};
use crate::wire::id;

/// Name of the header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-xero-signature";

/// Largest sequence number; the next one is 1 again.
const LAST_SEQUENCE: u32 = i32::MAX as u32;

/// Receives the webhooks of one app.
pub struct XeroWebhooks {
    signing_key: SecretString,
}

/// What came in, and how to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Received {
    /// The signature is wrong or missing: answer 401, and nothing else.
    Refused,
    /// The signature is right: answer 200 without a body, then take up the events. The trial that Xero makes when a
    /// webhook is set up looks like a delivery without events.
    Accepted(Delivery),
}

impl Received {
    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> http::StatusCode {
        match self {
            Self::Refused => http::StatusCode::UNAUTHORIZED,
            Self::Accepted(_) => http::StatusCode::OK,
        }
    }
}

/// One delivery: events of any number of organisations, at least once, in no particular order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The events.
    pub events: Vec<Event>,
    /// Number of the first event.
    pub first_sequence: u32,
    /// Number of the last event.
    pub last_sequence: u32,
    /// The body as it came, where it is signed but cannot be read: keep it, and read the changes.
    pub unreadable: Option<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The organisation; `None` where the event could not be read.
    pub organisation: Option<OrganisationId>,
    /// `INVOICE`, `CONTACT` and others, as Xero says it.
    pub category: String,
    /// `CREATE`, `UPDATE` and others, as Xero says it.
    pub event_type: String,
    /// The record; `None` where the event could not be read.
    pub resource: Option<RemoteId>,
    /// When it happened, UTC.
    pub at: Option<DateTime<Utc>>,
    /// The event as it came.
    pub raw: String,
}

impl Event {
    /// Equal for repetitions of one event.
    #[must_use]
    pub fn key(&self) -> String {
        match (&self.organisation, &self.resource, self.at) {
            (Some(organisation), Some(resource), Some(at)) => {
                format!("{organisation}/{resource}/{}/{}", self.event_type, instant_text(at))
            }
            _ => self.raw.clone(),
        }
    }

    /// The feed whose changes to read; `None` for an event of a kind that this version does not know.
    #[must_use]
    pub fn feed(&self) -> Option<ChangeFeed> {
        match self.category.to_ascii_uppercase().as_str() {
            "CONTACT" => Some(ChangeFeed::Parties),
            "INVOICE" => Some(ChangeFeed::Invoices),
            "CREDITNOTE" => Some(ChangeFeed::CreditNotes),
            _ => None,
        }
    }
}

impl Delivery {
    /// Whether it holds nothing to do, as Xero's trial does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.unreadable.is_none()
    }

    /// How many events between the last one seen and this delivery have not come. Read the changes if there are any;
    /// they may also still be under way. `last_seen` is the largest number seen so far.
    #[must_use]
    pub fn missing_since(&self, last_seen: u32) -> u32 {
        let expected = if last_seen >= LAST_SEQUENCE { 1 } else { last_seen + 1 };
        // A repetition begins at or before what has been seen.
        if self.first_sequence == 0 || self.first_sequence <= expected { 0 } else { self.first_sequence - expected }
    }
}

impl XeroWebhooks {
    /// A receiver with the app's signing key.
    #[must_use]
    pub fn new(signing_key: SecretString) -> Self {
        Self { signing_key }
    }

    /// Judges a request by its raw body and the text of its [`SIGNATURE_HEADER`].
    #[must_use]
    pub fn receive(&self, raw_body: &[u8], signature: Option<&str>) -> Received {
        let signed = signature.is_some_and(|text| verify_hmac_sha256_base64(&self.signing_key, raw_body, text));
        if signed { Received::Accepted(read(raw_body)) } else { Received::Refused }
    }
}

impl fmt::Debug for XeroWebhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XeroWebhooks").finish_non_exhaustive()
    }
}

fn read(raw_body: &[u8]) -> Delivery {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        events: Vec<Box<RawValue>>,
        #[serde(default)]
        first_event_sequence: u32,
        #[serde(default)]
        last_event_sequence: u32,
    }
    match serde_json::from_slice::<Wire>(raw_body) {
        Ok(wire) => Delivery {
            events: wire.events.iter().map(|raw| event(raw)).collect(),
            first_sequence: wire.first_event_sequence,
            last_sequence: wire.last_event_sequence,
            unreadable: None,
        },
        Err(_) => Delivery { unreadable: Some(String::from_utf8_lossy(raw_body).into_owned()), ..Delivery::default() },
    }
}

fn event(raw: &RawValue) -> Event {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Wire {
        #[serde(deserialize_with = "id::optional")]
        tenant_id: Option<String>,
        #[serde(deserialize_with = "json::text")]
        event_category: Option<String>,
        #[serde(deserialize_with = "json::text")]
        event_type: Option<String>,
        #[serde(deserialize_with = "id::optional")]
        resource_id: Option<String>,
        #[serde(deserialize_with = "json::text")]
        event_date_utc: Option<String>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).unwrap_or_default();
    Event {
        organisation: wire.tenant_id.map(OrganisationId::new),
        category: wire.event_category.unwrap_or_default(),
        event_type: wire.event_type.unwrap_or_default(),
        resource: wire.resource_id.map(RemoteId::new),
        at: wire.event_date_utc.as_deref().and_then(parse_instant),
        raw: raw.get().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use factory_accounting_http::sign_hmac_sha256_base64;

    use super::*;

    fn receive(body: &str) -> Received {
        let key = SecretString::from("signing-key");
        let signature = sign_hmac_sha256_base64(&key, body.as_bytes());
        XeroWebhooks::new(key).receive(body.as_bytes(), Some(&signature))
    }

    fn accepted(body: &str) -> Delivery {
        match receive(body) {
            Received::Accepted(delivery) => delivery,
            Received::Refused => panic!("a signed body was refused"),
        }
    }

    const EVENT: &str = r#"{"resourceUrl":"https://elsewhere.example/x","resourceId":"6f8a2b54-0000-4000-8000-000000000001",
        "eventDateUtc":"2026-11-21T01:15:39.902","eventType":"UPDATE","eventCategory":"INVOICE",
        "tenantId":"c2000000-0000-4000-8000-000000000001","tenantType":"ORGANISATION"}"#;

    #[test]
    fn the_trial_is_answered_by_its_signature_alone() {
        let trial = r#"{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3"}"#;
        let right = receive(trial);
        assert_eq!(right.status(), 200);
        assert!(matches!(&right, Received::Accepted(delivery) if delivery.is_empty()));
        let webhooks = XeroWebhooks::new(SecretString::from("signing-key"));
        for wrong in [None, Some(""), Some("bm9wZQ==")] {
            assert_eq!(webhooks.receive(trial.as_bytes(), wrong).status(), 401);
        }
    }

    #[test]
    fn an_event_names_its_feed_organisation_and_record() {
        let delivery = accepted(&format!(r#"{{"events":[{EVENT}],"lastEventSequence":76,"firstEventSequence":76}}"#));
        let event = &delivery.events[0];
        assert_eq!(event.feed(), Some(ChangeFeed::Invoices));
        assert_eq!(event.organisation, Some("c2000000-0000-4000-8000-000000000001".into()));
        assert_eq!(
            event.key(),
            "c2000000-0000-4000-8000-000000000001/6f8a2b54-0000-4000-8000-000000000001/UPDATE/2026-11-21T01:15:39.902Z"
        );
        assert_eq!(event.key(), event.clone().key());
    }

    #[test]
    fn r47_unknown_and_unreadable_events_are_kept_beside_the_others() {
        let body = format!(
            r#"{{"events":[{{"eventCategory":"PAYRUN","novel":1}},17,{EVENT}],"lastEventSequence":3,"firstEventSequence":1}}"#
        );
        let delivery = accepted(&body);
        let feeds: Vec<_> = delivery.events.iter().map(Event::feed).collect();
        assert_eq!(feeds, [None, None, Some(ChangeFeed::Invoices)]);
        assert_eq!(delivery.events[1].raw, "17");
        assert_eq!(delivery.events[1].key(), "17");
        let odd = accepted("not JSON");
        assert_eq!(odd.unreadable.as_deref(), Some("not JSON"));
        assert!(!odd.is_empty());
    }

    #[test]
    fn a_gap_in_the_sequence_is_noticed_and_a_repetition_is_none() {
        let delivery =
            |first_sequence, last_sequence| Delivery { first_sequence, last_sequence, ..Delivery::default() };
        assert_eq!(delivery(77, 78).missing_since(76), 0);
        assert_eq!(delivery(80, 80).missing_since(76), 3);
        assert_eq!(delivery(70, 76).missing_since(76), 0);
        assert_eq!(delivery(1, 1).missing_since(LAST_SEQUENCE), 0);
        assert_eq!(delivery(3, 3).missing_since(LAST_SEQUENCE), 2);
        assert_eq!(delivery(0, 0).missing_since(76), 0);
    }

    #[test]
    fn the_signing_key_stays_out_of_debug() {
        assert!(!format!("{:?}", XeroWebhooks::new(SecretString::from("planted-key"))).contains("planted-key"));
    }
}
