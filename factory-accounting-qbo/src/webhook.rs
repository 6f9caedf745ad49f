//! Webhooks: what Intuit says has changed, in either of its two formats (qbo.md 9).
//!
//! Verify and answer first, work later: Intuit waits three seconds. All companies of an app share one address, and one
//! delivery may name several of them. The events name records only; what they hold is read with the connection's own token.
//! Events of unknown kinds are kept, never refused: a refusal would make Intuit repeat the whole delivery and withhold later
//! ones (R47).

use std::fmt;

use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{OrganisationId, RemoteId};
use factory_accounting_core::provider::ChangeFeed;
use factory_accounting_http::json;
use factory_accounting_http::verify_hmac_sha256_base64;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::date::{instant_text, parse_instant};

/// Name of the header that carries the signature.
pub const SIGNATURE_HEADER: &str = "intuit-signature";

/// Receives the webhooks of one app.
pub struct QboWebhooks {
    verifier_token: SecretString,
}

/// What came in, and how to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Received {
    /// The signature is wrong or missing: answer 401, and nothing else.
    Refused,
    /// The signature is right: answer 200 without a body, then take up the events.
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

/// One delivery: events of any number of companies, at least once, in no particular order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The events.
    pub events: Vec<Event>,
    /// The body as it came, where it is signed but cannot be read: keep it, and read the changes.
    pub unreadable: Option<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The company; `None` where the event could not be read.
    pub organisation: Option<OrganisationId>,
    /// `invoice`, `customer` and others, in lower case.
    pub entity: String,
    /// `created`, `updated`, `deleted`, `merged`, `voided`, `emailed` and others, in lower case.
    pub operation: String,
    /// The record, by the id that links know; `None` for an entity that this version does not know.
    pub resource: Option<RemoteId>,
    /// For a merge: the record that is gone.
    pub merged: Option<RemoteId>,
    /// When it happened, UTC.
    pub at: Option<DateTime<Utc>>,
    /// The event as it came.
    pub raw: String,
    /// Intuit's own id of the event, in the newer format.
    id: Option<String>,
}

impl Event {
    /// Equal for repetitions of one event.
    #[must_use]
    pub fn key(&self) -> String {
        match (&self.id, &self.organisation, &self.resource, self.at) {
            (Some(id), ..) => id.clone(),
            (None, Some(organisation), Some(resource), Some(at)) => {
                format!("{organisation}/{resource}/{}/{}", self.operation, instant_text(at))
            }
            _ => self.raw.clone(),
        }
    }

    /// The feed whose changes to read; `None` for an event of a kind that this version does not follow.
    #[must_use]
    pub fn feed(&self) -> Option<ChangeFeed> {
        match Entity::of_path(&self.entity)? {
            Entity::Customer | Entity::Vendor => Some(ChangeFeed::Parties),
            Entity::Invoice | Entity::Bill => Some(ChangeFeed::Invoices),
            Entity::CreditMemo => Some(ChangeFeed::CreditNotes),
            Entity::Payment | Entity::BillPayment => Some(ChangeFeed::Payments),
            Entity::Estimate => Some(ChangeFeed::Quotes),
            Entity::PurchaseOrder => Some(ChangeFeed::PurchaseOrders),
            Entity::Purchase => Some(ChangeFeed::Expenses),
            _ => None,
        }
    }
}

impl Delivery {
    /// Whether it holds nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.unreadable.is_none()
    }
}

impl QboWebhooks {
    /// A receiver with the app's verifier token.
    #[must_use]
    pub fn new(verifier_token: SecretString) -> Self {
        Self { verifier_token }
    }

    /// Judges a request by its raw body and the text of its [`SIGNATURE_HEADER`].
    #[must_use]
    pub fn receive(&self, raw_body: &[u8], signature: Option<&str>) -> Received {
        let signed = signature.is_some_and(|text| verify_hmac_sha256_base64(&self.verifier_token, raw_body, text));
        if signed { Received::Accepted(read(raw_body)) } else { Received::Refused }
    }
}

impl fmt::Debug for QboWebhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QboWebhooks").finish_non_exhaustive()
    }
}

fn read(raw_body: &[u8]) -> Delivery {
    let events = match raw_body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => serde_json::from_slice::<Vec<Box<RawValue>>>(raw_body).map(|events| {
            // Newer format: one array over all companies.
            events.iter().map(|raw| cloud_event(raw)).collect()
        }),
        _ => notifications(raw_body),
    };
    match events {
        Ok(events) => Delivery { events, unreadable: None },
        Err(_) => Delivery { events: Vec::new(), unreadable: Some(String::from_utf8_lossy(raw_body).into_owned()) },
    }
}

/// Older format: companies, each with its changed records.
fn notifications(raw_body: &[u8]) -> Result<Vec<Event>, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        event_notifications: Vec<Notification>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Notification {
        #[serde(default, deserialize_with = "json::token")]
        realm_id: Option<String>,
        data_change_event: Option<Changes>,
    }
    #[derive(Deserialize)]
    struct Changes {
        entities: Vec<Box<RawValue>>,
    }
    let body: Body = serde_json::from_slice(raw_body)?;
    let events = body.event_notifications.iter().flat_map(|company| {
        let changes = company.data_change_event.as_ref().map(|changes| changes.entities.as_slice()).unwrap_or_default();
        changes.iter().map(|raw| change(company.realm_id.as_deref(), raw))
    });
    Ok(events.collect())
}

fn change(realm: Option<&str>, raw: &RawValue) -> Event {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Wire {
        #[serde(deserialize_with = "json::text")]
        name: Option<String>,
        #[serde(deserialize_with = "json::token")]
        id: Option<String>,
        #[serde(deserialize_with = "json::text")]
        operation: Option<String>,
        #[serde(deserialize_with = "json::text")]
        last_updated: Option<String>,
        #[serde(deserialize_with = "json::token")]
        deleted_id: Option<String>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).unwrap_or_default();
    let entity = wire.name.unwrap_or_default().to_ascii_lowercase();
    let operation = wire.operation.unwrap_or_default().to_ascii_lowercase();
    // As the newer format says it.
    let operation = match operation.as_str() {
        "create" => "created".to_owned(),
        "update" => "updated".to_owned(),
        "delete" => "deleted".to_owned(),
        "merge" => "merged".to_owned(),
        "void" => "voided".to_owned(),
        _ => operation,
    };
    Event {
        organisation: realm.map(OrganisationId::new),
        resource: resource(&entity, wire.id.as_deref()),
        merged: resource(&entity, wire.deleted_id.as_deref()),
        at: wire.last_updated.as_deref().and_then(parse_instant),
        raw: raw.get().to_owned(),
        id: None,
        entity,
        operation,
    }
}

fn cloud_event(raw: &RawValue) -> Event {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Wire {
        #[serde(deserialize_with = "json::text")]
        id: Option<String>,
        #[serde(rename = "type", deserialize_with = "json::text")]
        event_type: Option<String>,
        #[serde(deserialize_with = "json::text")]
        time: Option<String>,
        #[serde(rename = "intuitentityid", deserialize_with = "json::token")]
        entity: Option<String>,
        #[serde(rename = "intuitaccountid", deserialize_with = "json::token")]
        realm: Option<String>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).unwrap_or_default();
    // `qbo.<entity>.<operation>.v1`
    let event_type = wire.event_type.unwrap_or_default().to_ascii_lowercase();
    let mut parts = event_type.split('.').skip(1);
    let (entity, operation) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Event {
        organisation: wire.realm.map(OrganisationId::new),
        entity: entity.to_owned(),
        operation: operation.to_owned(),
        resource: resource(entity, wire.entity.as_deref()),
        merged: None,
        at: wire.time.as_deref().and_then(parse_instant),
        raw: raw.get().to_owned(),
        id: wire.id,
    }
}

fn resource(entity: &str, id: Option<&str>) -> Option<RemoteId> {
    Some(remote_id::compose(Entity::of_path(entity)?, id?))
}

#[cfg(test)]
mod tests {
    use factory_accounting_http::sign_hmac_sha256_base64;

    use super::*;

    fn accepted(body: &str) -> Delivery {
        let key = SecretString::from("verifier-token");
        let signature = sign_hmac_sha256_base64(&key, body.as_bytes());
        match QboWebhooks::new(key).receive(body.as_bytes(), Some(&signature)) {
            Received::Accepted(delivery) => delivery,
            Received::Refused => panic!("a signed body was refused"),
        }
    }

    const OLDER: &str = r#"{"eventNotifications":[
        {"realmId":"1269959970","dataChangeEvent":{"entities":[
          {"name":"Customer","id":"43","operation":"Create","lastUpdated":"2026-10-05T03:07:04.000Z"},
          {"name":"Vendor","id":"40","operation":"Merge","lastUpdated":"2026-10-05T03:07:05.000Z","deletedId":"41"}]}},
        {"realmId":"77","dataChangeEvent":{"entities":[{"name":"BillPayment","id":"9","operation":"Void","lastUpdated":"2026-10-05T03:07:06Z"}]}}]}"#;

    const NEWER: &str = r#"[{"specversion":"1.0","id":"88cd52aa-33b6-4351-9aa4-47572edbd068","source":"intuit.dsnBgb",
        "type":"qbo.invoice.updated.v1","time":"2026-09-10T21:31:25.179851517Z","intuitentityid":"145","intuitaccountid":"9341453","data":{}},
        {"specversion":"1.0","id":"99cd","type":"qbo.payment.created.v1","time":"2026-09-10T21:31:26Z","intuitentityid":"150","intuitaccountid":"77"}]"#;

    #[test]
    fn only_what_is_signed_is_read() {
        let webhooks = QboWebhooks::new(SecretString::from("verifier-token"));
        for wrong in [None, Some(""), Some("bm9wZQ=="), Some("not base64!")] {
            assert_eq!(webhooks.receive(OLDER.as_bytes(), wrong).status(), 401);
        }
        assert_eq!(accepted(OLDER).events.len(), 3);
    }

    #[test]
    fn the_older_format_names_companies_records_and_merges() {
        let delivery = accepted(OLDER);
        let feeds: Vec<_> = delivery.events.iter().map(Event::feed).collect();
        assert_eq!(feeds, [Some(ChangeFeed::Parties), Some(ChangeFeed::Parties), Some(ChangeFeed::Payments)]);
        let merge = &delivery.events[1];
        assert_eq!((merge.operation.as_str(), &merge.merged), ("merged", &Some(RemoteId::new("vendor:41"))));
        assert_eq!(merge.key(), "1269959970/vendor:40/merged/2026-10-05T03:07:05Z");
        assert_eq!(delivery.events[2].organisation, Some("77".into()));
    }

    #[test]
    fn the_newer_format_names_its_events_itself() {
        let delivery = accepted(NEWER);
        let first = &delivery.events[0];
        assert_eq!(first.key(), "88cd52aa-33b6-4351-9aa4-47572edbd068");
        assert_eq!((first.feed(), &first.resource), (Some(ChangeFeed::Invoices), &Some(RemoteId::new("invoice:145"))));
        assert_eq!(first.operation, "updated");
        assert_eq!(delivery.events[1].organisation, Some("77".into()));
        assert_eq!(delivery, accepted(NEWER));
    }

    #[test]
    fn r47_unknown_and_unreadable_events_are_kept_beside_the_others() {
        let body = r#"[{"id":"1","type":"qbo.novelty.updated.v1","intuitentityid":"1"},17,{"id":"2","type":"qbo.bill.updated.v1"}]"#;
        let delivery = accepted(body);
        let feeds: Vec<_> = delivery.events.iter().map(Event::feed).collect();
        assert_eq!(feeds, [None, None, Some(ChangeFeed::Invoices)]);
        assert_eq!(delivery.events[1].key(), "17");
        for odd in ["not JSON", "{}", "[{\"id\":"] {
            assert_eq!(accepted(odd).unreadable.as_deref(), Some(odd));
        }
        assert!(accepted("[]").is_empty());
    }

    #[test]
    fn the_verifier_token_stays_out_of_debug() {
        let webhooks = QboWebhooks::new(SecretString::from("planted-token"));
        assert!(!format!("{webhooks:?}").contains("planted-token"));
    }
}
