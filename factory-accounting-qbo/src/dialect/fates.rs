//! From the answer to a write to the fate of each member: the proof table.
//!
//! Nothing is claimed that the answer does not prove. A success without a readable, complete and matching record, every
//! 5xx, a key that was used before and everything unlisted leaves the member unknown.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use factory_accounting_core::provider::{EncodedWrite, Fate, Intent, RemoteRecord, RemoteStatus, WriteReport};
use factory_accounting_http::{Answer, json, sketch};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::body::Fault;
use super::{codes, error, refusal, unreadable};
use crate::endpoint::{Endpoint, Entity};
use crate::map::remote::Reader;
use crate::map::telling::Telling;
use crate::remote_id;

/// A write as it leaves: where it goes, and its members in the form that they are recognised by.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) endpoint: Endpoint,
    pub(crate) members: Vec<Member>,
}

/// One member as sent.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its key within a batch.
    batch_id: Option<String>,
    pub(crate) entity: Entity,
    pub(crate) body: Value,
}

/// Why a member of a batch is in doubt of which the answer says nothing.
const UNNAMED: &str = "the answer does not name this member";

/// Members by which what was sent is known again in what is answered.
const TELLING: [&str; 10] = [
    "BatchItemRequest",
    "bId",
    "Id",
    "DocNumber",
    "PaymentRefNum",
    "DisplayName",
    "Name",
    "CustomerRef",
    "VendorRef",
    "value",
];

impl Sent {
    /// Reads back of an encoded write what its members are recognised by. `None` for one that this crate has not encoded.
    pub(crate) fn read(write: &EncodedWrite) -> Option<Self> {
        let names: Vec<&str> = TELLING.into_iter().chain(Entity::ALL.map(Entity::name)).collect();
        Self::of(write, sketch(&write.body, &names).ok()?)
    }

    /// Reads an encoded write back whole.
    pub(crate) fn whole(write: &EncodedWrite) -> Option<Self> {
        Self::of(write, serde_json::from_str(&write.body).ok()?)
    }

    fn of(write: &EncodedWrite, body: Value) -> Option<Self> {
        let endpoint = Endpoint::parse(&write.target).filter(|endpoint| endpoint.method == Method::POST)?;
        let members = if endpoint.is_batch() {
            json::member(&body, "BatchItemRequest")?
                .as_array()?
                .iter()
                .map(Member::of_item)
                .collect::<Option<Vec<_>>>()?
        } else {
            vec![Member { batch_id: None, entity: endpoint.entity()?, body }]
        };
        (members.len() == write.members).then_some(Self { endpoint, members })
    }
}

impl Member {
    fn of_item(item: &Value) -> Option<Self> {
        let batch_id = json::text_of(item, "bId")?.to_owned();
        let (entity, body) = item.as_object()?.iter().find_map(|(name, body)| Some((Entity::named(name)?, body)))?;
        Some(Self { batch_id: Some(batch_id), entity, body: body.clone() })
    }

    /// What people know it by.
    fn name(&self) -> &str {
        ["DocNumber", "PaymentRefNum", "DisplayName", "Name", "Id"]
            .iter()
            .find_map(|name| json::text_of(&self.body, name))
            .unwrap_or("without a number")
    }
}

/// A write that has been answered.
#[derive(Debug)]
pub(crate) struct Settlement<'a> {
    write: &'a EncodedWrite,
    sent: &'a Sent,
    answer: &'a Answer,
    reader: &'a Reader,
    now: DateTime<Utc>,
}

impl<'a> Settlement<'a> {
    /// Prepares to judge an answer.
    pub(crate) fn new(
        write: &'a EncodedWrite,
        sent: &'a Sent,
        answer: &'a Answer,
        reader: &'a Reader,
        now: DateTime<Utc>,
    ) -> Self {
        Self { write, sent, answer, reader, now }
    }

    /// The fate of every member.
    pub(crate) fn report(&self) -> WriteReport {
        // The usual case, told in the one reading that its items are told by.
        if self.answer.status == StatusCode::OK
            && self.sent.endpoint.is_batch()
            && let Ok(Answered { items, fault: None }) = Answered::read(&self.answer.body)
        {
            return self.batch(items);
        }
        let fault = Fault::read(&self.answer.body);
        match (self.answer.status, fault) {
            // A fault may come with a success (qbo.md 8.1).
            (StatusCode::OK | StatusCode::BAD_REQUEST, Some(fault)) => self.all(self.refused(None, &fault)),
            (StatusCode::OK, None) if self.sent.endpoint.is_batch() => self.unanswered(UNNAMED),
            (StatusCode::OK, None) => self.single(),
            // Refused before anything is processed, whatever the body looks like.
            (
                StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::TOO_MANY_REQUESTS,
                _,
            ) => self.all_refused(),
            (status, Some(_)) if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
                self.all_refused()
            }
            _ => WriteReport::unknown(self.write.members, &error(&self.operation(), self.answer, self.now)),
        }
    }

    fn all(&self, fate: Fate) -> WriteReport {
        match fate {
            Fate::NotApplied(error) => WriteReport::not_applied(self.write.members, &error),
            Fate::Unknown(error) => WriteReport::unknown(self.write.members, &error),
            Fate::Applied(_) => self.all_refused(),
        }
    }

    fn all_refused(&self) -> WriteReport {
        WriteReport::not_applied(self.write.members, &error(&self.operation(), self.answer, self.now))
    }

    fn single(&self) -> WriteReport {
        let mut report = self.unanswered("no record in the answer");
        if let [one] = self.sent.members.as_slice() {
            let fate = match crate::wire::envelope::record(&self.answer.body, one.entity) {
                Ok(raw) => self.judged(one, &raw),
                Err(why) => self.doubt(one, &why),
            };
            report.set(0, fate);
        }
        report
    }

    /// Items are answered in any order and are told by their keys alone (qbo.md 7.1).
    fn batch(&self, items: Vec<BTreeMap<String, &RawValue>>) -> WriteReport {
        let items: Vec<Item<'_>> = items.into_iter().map(Item::of).collect();
        let mut report = self.unanswered(UNNAMED);
        for (at, one) in self.sent.members.iter().enumerate() {
            let mut named = items.iter().filter(|item| item.batch_id.is_some() && item.batch_id == one.batch_id);
            if let (Some(item), None) = (named.next(), named.next()) {
                report.set(at, self.item(one, item));
            }
        }
        report
    }

    fn item(&self, one: &Member, item: &Item<'_>) -> Fate {
        if let Some(fault) = &item.fault {
            return self.refused(Some(one), fault);
        }
        match item.records.iter().find(|(name, _)| name.eq_ignore_ascii_case(one.entity.name())) {
            Some((_, raw)) => self.judged(one, raw),
            None => self.doubt(one, "neither record nor fault"),
        }
    }

    fn unanswered(&self, why: &str) -> WriteReport {
        WriteReport::unknown(self.write.members, &unreadable(&self.operation(), self.answer, why))
    }

    fn doubt(&self, one: &Member, why: &str) -> Fate {
        Fate::Unknown(unreadable(&self.operation_on(one), self.answer, why))
    }

    /// The fate that a fault means.
    fn refused(&self, one: Option<&Member>, fault: &Fault) -> Fate {
        let operation = one.map_or_else(|| self.operation(), |one| self.operation_on(one));
        let error = refusal(&operation, self.write.kind, self.write.intent, fault, self.answer);
        let key_used = fault.errors.iter().any(|complaint| complaint.code == Some(codes::KEY_REUSE));
        // A failure of the system in the middle of work says nothing about what it had done by then.
        let broken = fault.errors.is_empty() || fault.fault_type.to_ascii_lowercase().starts_with("system");
        if key_used || broken { Fate::Unknown(error) } else { Fate::NotApplied(error) }
    }

    /// The fate of a member that a record is answered for.
    fn judged(&self, one: &Member, raw: &RawValue) -> Fate {
        let (echo, record) = match self.reader.read_telling(self.write.kind, one.entity, raw) {
            Ok(read) => read,
            Err(why) => return self.doubt(one, &why),
        };
        if let Some(difference) = self.difference(one, &echo) {
            return self.doubt(one, &difference);
        }
        if echo.stub.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("deleted")) {
            return self.deleted(one, &echo);
        }
        match record {
            Ok(record) => self.applied(one, record),
            Err(why) => self.doubt(one, why),
        }
    }

    fn deleted(&self, one: &Member, echo: &Telling) -> Fate {
        match &echo.id {
            Some(id) if self.write.intent == Intent::Void => {
                let id = remote_id::compose(one.entity, id);
                Fate::Applied(Box::new(RemoteRecord::new(self.write.kind, id, RemoteStatus::Deleted)))
            }
            _ => self.doubt(one, "the record is answered as deleted"),
        }
    }

    fn applied(&self, one: &Member, record: RemoteRecord) -> Fate {
        let gone = record.status.is_gone() || record.status == RemoteStatus::Archived;
        if self.write.intent == Intent::Void && !gone {
            return self.doubt(one, &format!("the record is {} after the void", record.status));
        }
        Fate::Applied(Box::new(record))
    }

    /// How an echo differs from what was sent, where that means that it is not ours (R4).
    fn difference(&self, one: &Member, echo: &Telling) -> Option<String> {
        let differs = |name: &str| match (json::text_of(&one.body, name), echo.of(name)) {
            (Some(ours), Some(theirs)) if ours.trim().eq_ignore_ascii_case(theirs.trim()) => None,
            (Some(ours), Some(theirs)) => Some(format!("{name} is {theirs:?} where {ours:?} was sent")),
            (Some(_), None) => Some(format!("the record has no {name}")),
            (None, _) => None,
        };
        let id = differs("Id").or_else(|| echo.id.is_none().then(|| "the record has no Id".to_owned()));
        if id.is_some() || self.write.intent != Intent::Create {
            return id;
        }
        ["DocNumber", "PaymentRefNum", "DisplayName", "Name"].iter().find_map(|name| differs(name)).or_else(|| {
            ["CustomerRef", "VendorRef"].iter().find_map(|name| {
                let ours = json::text_of(json::member(&one.body, name)?, "value")?;
                let theirs = echo.of(name);
                (theirs != Some(ours)).then(|| format!("{name} is {theirs:?} where {ours} was sent"))
            })
        })
    }

    fn operation(&self) -> String {
        match self.sent.members.as_slice() {
            [one] => self.operation_on(one),
            many => format!("{} of {} records of kind {}", self.write.intent.as_str(), many.len(), self.write.kind),
        }
    }

    fn operation_on(&self, one: &Member) -> String {
        format!("{} of {} {}", self.write.intent.as_str(), self.write.kind, one.name())
    }
}

/// An answered batch.
#[derive(Debug, Deserialize)]
struct Answered<'a> {
    #[serde(rename = "BatchItemResponse", borrow)]
    items: Vec<BTreeMap<String, &'a RawValue>>,
    /// There where the batch was refused as a whole.
    #[serde(rename = "Fault", alias = "fault")]
    fault: Option<IgnoredAny>,
}

impl<'a> Answered<'a> {
    fn read(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body)
    }
}

/// An answered item of a batch.
#[derive(Debug)]
struct Item<'a> {
    batch_id: Option<String>,
    fault: Option<Fault>,
    records: Vec<(String, &'a RawValue)>,
}

impl<'a> Item<'a> {
    fn of(members: BTreeMap<String, &'a RawValue>) -> Self {
        let mut item = Self { batch_id: None, fault: None, records: Vec::new() };
        for (name, raw) in members {
            match name.to_ascii_lowercase().as_str() {
                "bid" => item.batch_id = Some(raw.get().trim_matches('"').to_owned()),
                "fault" => item.fault = serde_json::from_str(raw.get()).ok().map(|fault: Value| Fault::of_json(&fault)),
                _ => item.records.push((name, raw)),
            }
        }
        item
    }
}
