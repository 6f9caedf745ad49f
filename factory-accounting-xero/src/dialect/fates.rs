//! From the answer to a write to the fate of each member: the proof table.
//!
//! Nothing is claimed that the answer does not prove. A success without a readable, complete and matching element, every
//! 5xx and everything unlisted leaves the member unknown.

use std::cell::OnceCell;

use chrono::{DateTime, Utc};
use factory_accounting_core::code::Code;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::{EncodedWrite, Fate, Intent, RemoteRecord, RemoteStatus, WriteReport};
use factory_accounting_http::{Answer, json, sketch};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::body::{Complaint, ErrorBody, complaints};
use super::{error, messages, refusal, unreadable};
use crate::endpoint::{Endpoint, Resource};
use crate::map::remote::{Reading, Unreadable};
use crate::map::{allocation, remote};
use crate::wire::envelope::Envelope;
use crate::wire::id::is_zero;
use crate::wire::payment::Allocation;

/// A write that has been answered.
#[derive(Debug)]
pub(crate) struct Settlement<'a> {
    write: &'a EncodedWrite,
    endpoint: &'a Endpoint,
    resource: Resource,
    answer: &'a Answer,
    now: DateTime<Utc>,
    /// The members as sent, to recognise the answer by.
    sent: &'a [Value],
    /// The members once more with the codes of their lines, from when the first of them is refused.
    coded: OnceCell<Vec<Value>>,
}

/// A write as it leaves: where it goes, and its members in the form that they are recognised by.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) endpoint: Endpoint,
    pub(crate) resource: Resource,
    members: Vec<Value>,
}

/// Members of a record by which it is recognised, beside the resource's own id and number.
const IDENTITY: [&str; 7] = ["Name", "Contact", "ContactID", "Invoice", "InvoiceID", "CreditNote", "CreditNoteID"];
/// Members of an answered element that say how it fared.
const OUTCOME: [&str; 4] = ["StatusAttributeString", "HasErrors", "HasValidationErrors", "ValidationErrors"];
/// Members of an answered element that nothing is concluded from. What the lines come to is in its totals, which are compared.
const UNREAD: [&str; 1] = ["LineItems"];
/// Members of a complaint.
const COMPLAINT: [&str; 2] = ["Message", "Description"];
/// Members of a sent one that hold the codes which a complaint may quote.
const CODES: [&str; 5] = ["LineItems", "AccountCode", "TaxType", "SalesDetails", "PurchaseDetails"];

impl Sent {
    /// Reads an encoded write back. `None` for one that this crate has not encoded.
    pub(crate) fn read(write: &EncodedWrite) -> Option<Self> {
        let endpoint = Endpoint::parse(&write.target)?;
        let resource = Resource::of(write.kind)?;
        let members = sent_members(write, &endpoint, resource, &[])?;
        Some(Self { endpoint, resource, members })
    }
}

impl<'a> Settlement<'a> {
    /// Prepares to judge an answer.
    pub(crate) fn new(write: &'a EncodedWrite, sent: &'a Sent, answer: &'a Answer, now: DateTime<Utc>) -> Self {
        let Sent { endpoint, resource, members } = sent;
        Self { write, endpoint, resource: *resource, answer, now, sent: members, coded: OnceCell::new() }
    }

    /// The fate of every member.
    pub(crate) fn report(&self) -> WriteReport {
        match self.answer.status {
            StatusCode::OK => self.answered(),
            StatusCode::NO_CONTENT if self.endpoint.method == Method::DELETE => self.deleted(None),
            StatusCode::BAD_REQUEST => self.bad_request(),
            StatusCode::NOT_FOUND => self.not_found(),
            // Refused before anything is processed (xero.md 7.2, 11.2).
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::TOO_MANY_REQUESTS => self.all_not_applied(),
            status if status.is_client_error() && ErrorBody::read(&self.answer.body).recognised => {
                self.all_not_applied()
            }
            _ => self.all_unknown(),
        }
    }

    fn all_unknown(&self) -> WriteReport {
        WriteReport::unknown(self.write.members, &error(&self.operation(), self.answer, self.now))
    }

    fn all_not_applied(&self) -> WriteReport {
        WriteReport::not_applied(self.write.members, &error(&self.operation(), self.answer, self.now))
    }

    fn answered(&self) -> WriteReport {
        if self.endpoint.method == Method::DELETE {
            return self.deleted(serde_json::from_slice(&self.answer.body).ok());
        }
        // The usual case, in one reading: every member has passed. Otherwise each element is looked at by itself.
        if let Some(records) = self.all_passed() {
            let fates = records.into_iter().zip(self.sent).map(|(record, sent)| self.echoed(sent, record));
            return self.reported(fates);
        }
        let read: Result<Envelope, String> = Envelope::read(&self.answer.body, self.resource.key());
        let why = match read {
            Ok(Envelope { elements, .. }) if elements.len() == self.write.members => {
                return self.reported(elements.iter().zip(self.sent).map(|(raw, sent)| self.element(raw, sent)));
            }
            Ok(Envelope { elements, .. }) => {
                format!("{} elements for {} sent", elements.len(), self.write.members)
            }
            Err(why) => why,
        };
        WriteReport::unknown(self.write.members, &unreadable(&self.operation(), self.answer, &why))
    }

    fn reported(&self, fates: impl Iterator<Item = Fate>) -> WriteReport {
        let unread = unreadable(&self.operation(), self.answer, "it was not looked at");
        let mut report = WriteReport::unknown(self.write.members, &unread);
        fates.enumerate().for_each(|(at, fate)| report.set(at, fate));
        report
    }

    /// The records of an answer in which every element says that it has passed, and nothing else.
    fn all_passed(&self) -> Option<Vec<RemoteRecord>> {
        let records = remote::read_as(self.write.kind, Elements(self))??;
        (records.len() == self.write.members).then_some(records)
    }

    fn element(&self, raw: &RawValue, sent: &Value) -> Fate {
        let id = [self.resource.id_member()];
        let Ok(echo) = sketch(raw.get(), &[id.as_slice(), &OUTCOME, &COMPLAINT].concat()) else {
            return self.doubt(sent, "an element is no JSON");
        };
        // Errors before fields: a failed update echoes what it was asked for as if it were so (xero.md 5).
        let said = Said::of(&echo);
        let zero = json::text_of(&echo, self.resource.id_member()).is_some_and(is_zero);
        if zero || !said.passed {
            let found = serde_json::from_str(raw.get()).as_ref().map(complaints).unwrap_or_default();
            if zero || said.failed || !found.is_empty() {
                return self.refused(sent, &found);
            }
        }
        if said.faulty {
            return self.doubt(sent, "an element is both passed and faulty");
        }
        match self.echo(raw) {
            Ok(mut record) => {
                // As where all have passed.
                record.lines = None;
                self.echoed(sent, record)
            }
            Err(why) => self.doubt(sent, &why),
        }
    }

    /// The fate of a member whose record is answered.
    fn echoed(&self, sent: &Value, record: RemoteRecord) -> Fate {
        match self.difference(sent, &record) {
            Some(difference) => self.doubt(sent, &difference),
            None => self.applied(sent, record),
        }
    }

    fn doubt(&self, sent: &Value, why: &str) -> Fate {
        Fate::Unknown(unreadable(&self.operation_on(sent), self.answer, why))
    }

    fn refused(&self, sent: &Value, found: &[Complaint]) -> Fate {
        let error = refusal(&self.operation_on(sent), self.write.kind, Some(self.coded(sent)), found, self.answer);
        match (error.package_code(), error.code()) {
            (Some(messages::KEY_REUSE), _) => Fate::Unknown(error),
            // The same words lock the lines of an update and forbid a void.
            (_, Some(Code::Locked)) if self.write.intent == Intent::Void => {
                Fate::NotApplied(error.with_code(Code::VoidSettled))
            }
            _ => Fate::NotApplied(error),
        }
    }

    /// A member with the codes that a complaint about it may quote.
    fn coded<'s>(&'s self, sent: &'s Value) -> &'s Value {
        let again = || sent_members(self.write, self.endpoint, self.resource, &CODES).unwrap_or_default();
        let at = self.sent.iter().position(|member| std::ptr::eq(member, sent));
        at.and_then(|at| self.coded.get_or_init(again).get(at)).unwrap_or(sent)
    }

    fn applied(&self, sent: &Value, record: RemoteRecord) -> Fate {
        let gone = record.status.is_gone() || record.status == RemoteStatus::Archived;
        if self.write.intent == Intent::Void && !gone {
            return self.doubt(sent, &format!("the record is {} after the void", record.status));
        }
        Fate::Applied(Box::new(record))
    }

    fn echo(&self, raw: &RawValue) -> Result<RemoteRecord, String> {
        if self.resource != Resource::Allocations {
            return remote::read(self.write.kind, raw);
        }
        let credit_note = self.endpoint.segment(1).ok_or("the write names no credit note")?;
        let read: Allocation = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        remote::allocation(credit_note, &read).map_err(str::to_owned)
    }

    /// How an echo differs from what was sent, where that means that it is not ours (R4, xero.md 10.20).
    fn difference(&self, sent: &Value, echo: &RemoteRecord) -> Option<String> {
        let differs = |name: &str, theirs: Option<&str>| match (json::text_of(sent, name), theirs) {
            (Some(ours), Some(theirs)) if ours.trim().eq_ignore_ascii_case(theirs.trim()) => None,
            (Some(ours), Some(theirs)) => Some(format!("{name} is {theirs:?} where {ours:?} was sent")),
            (Some(_), None) => Some(format!("an element has no {name}")),
            (None, _) => None,
        };
        let id = differs(self.resource.id_member(), Some(echo.id.as_str()));
        if id.is_some() || self.write.intent != Intent::Create {
            return id;
        }
        let settled = if self.resource == Resource::Allocations { &echo.counterpart } else { &echo.parent };
        let tied = |(holder, name, theirs): (&str, &str, &Option<RemoteId>)| {
            let ours = json::text_of(json::member(sent, holder)?, name)?;
            let theirs = theirs.as_ref()?.as_str();
            (!ours.eq_ignore_ascii_case(theirs)).then(|| format!("{holder} is {theirs} where {ours} was sent"))
        };
        differs(self.resource.number_member(), echo.number.as_deref()).or_else(|| {
            [
                ("Contact", "ContactID", &echo.party),
                ("Invoice", "InvoiceID", settled),
                ("CreditNote", "CreditNoteID", &echo.parent),
            ]
            .into_iter()
            .find_map(tied)
        })
    }

    /// A deletion answers with nothing, or with a bare object for allocations (xero.md 4.10).
    fn deleted(&self, answered: Option<Value>) -> WriteReport {
        let unread = unreadable(&self.operation(), self.answer, "it does not say that the record is deleted");
        let mut report = WriteReport::unknown(self.write.members, &unread);
        let said = match (self.resource, &answered) {
            (Resource::Allocations, Some(body)) => json::member(body, "IsDeleted") == Some(&Value::Bool(true)),
            _ => self.answer.status == StatusCode::NO_CONTENT,
        };
        let id = match self.resource {
            Resource::Allocations => self
                .endpoint
                .segment(1)
                .zip(self.endpoint.segment(3))
                .map(|(credit_note, one)| allocation::compose(credit_note, one)),
            _ => self.endpoint.segment(1).map(Into::into),
        };
        if let Some(id) = id.filter(|_| said) {
            report.set(0, Fate::Applied(Box::new(RemoteRecord::new(self.write.kind, id, RemoteStatus::Deleted))));
        }
        report
    }

    fn bad_request(&self) -> WriteReport {
        let body = ErrorBody::read(&self.answer.body);
        if !body.recognised {
            return self.all_unknown();
        }
        let every: Vec<_> = body.elements.iter().flat_map(complaints).collect();
        let texts = every.iter().map(|complaint| complaint.text.as_str()).chain(body.message.as_deref());
        if texts.into_iter().filter_map(messages::find).any(|(entry, _)| entry.code == messages::KEY_REUSE) {
            return self.all_unknown_for_key();
        }
        match self.write.members {
            _ if every.is_empty() => self.all_not_applied(),
            1 => {
                let sent = self.sent.first().unwrap_or(&Value::Null);
                let mut report = self.all_unknown();
                report.set(0, self.refused(sent, &every));
                report
            }
            _ => self.named_elements(&body.elements),
        }
    }

    fn all_unknown_for_key(&self) -> WriteReport {
        let complaint =
            Complaint { text: "Idempotency Key: this one is used with a different request".to_owned(), line: None };
        let error = refusal(&self.operation(), self.write.kind, None, &[complaint], self.answer);
        WriteReport::unknown(self.write.members, &error)
    }

    /// A batch refused as a whole names the failed elements only; whether the others were saved is not known
    /// (xero.md 5, 13.1).
    fn named_elements(&self, elements: &[Value]) -> WriteReport {
        let why = "the batch was refused and this member is not named";
        let mut report = WriteReport::unknown(self.write.members, &unreadable(&self.operation(), self.answer, why));
        for element in elements {
            let mut matching = self.sent.iter().enumerate().filter(|(_, sent)| self.names(sent, element));
            if let (Some((at, sent)), None) = (matching.next(), matching.next()) {
                report.set(at, self.refused(sent, &complaints(element)));
            }
        }
        report
    }

    fn names(&self, sent: &Value, element: &Value) -> bool {
        [self.resource.id_member(), self.resource.number_member()].iter().any(|name| {
            json::text_of(sent, name)
                .zip(json::text_of(element, name))
                .is_some_and(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs))
        })
    }

    /// Unknown ids answer 404 for the whole request (xero.md 4.2); of a batch that says nothing about the others. A page
    /// of a gateway says nothing at all.
    fn not_found(&self) -> WriteReport {
        let body = String::from_utf8_lossy(&self.answer.body);
        let xeros_own =
            body.trim().is_empty() || body.contains("cannot be found") || ErrorBody::read(&self.answer.body).recognised;
        if xeros_own && self.write.members == 1 { self.all_not_applied() } else { self.all_unknown() }
    }

    fn operation(&self) -> String {
        match self.sent {
            [one] => self.operation_on(one),
            many => format!("{} of {} records of kind {}", self.write.intent.as_str(), many.len(), self.write.kind),
        }
    }

    fn operation_on(&self, sent: &Value) -> String {
        let name = [self.resource.number_member(), "Name", self.resource.id_member()]
            .iter()
            .find_map(|name| json::text_of(sent, name))
            .unwrap_or("without a number");
        format!("{} of {} {name}", self.write.intent.as_str(), self.write.kind)
    }
}

/// What an element says of how its write has fared.
struct Said {
    passed: bool,
    failed: bool,
    /// It complains, whatever else it says. A warning about a line of what has passed is no error.
    faulty: bool,
}

impl Said {
    fn of(echo: &Value) -> Self {
        let status = json::text_of(echo, "StatusAttributeString").unwrap_or_default().to_ascii_uppercase();
        let flagged = |flag: &str| json::member(echo, flag) == Some(&Value::Bool(true));
        Self {
            passed: matches!(status.as_str(), "OK" | "WARNING"),
            failed: status == "ERROR",
            faulty: flagged("HasErrors") || flagged("HasValidationErrors") || !complaints(echo).is_empty(),
        }
    }
}

/// The elements of an answer, read together as long as all of them have passed.
struct Elements<'a>(&'a Settlement<'a>);

impl Reading for Elements<'_> {
    type Read = Option<Vec<RemoteRecord>>;

    fn read<T: DeserializeOwned>(self, record: impl Fn(T) -> Result<RemoteRecord, Unreadable>) -> Self::Read {
        let Self(settlement) = self;
        let envelope = Envelope::read(&settlement.answer.body, settlement.resource.key()).ok()?;
        let passed = |Fared { read, said }: Fared<T>| {
            let said = Said::of(&said);
            if said.passed && !said.faulty { record(read).ok() } else { None }
        };
        envelope.elements.into_iter().map(passed).collect()
    }
}

/// An element, and what it says of how its write has fared.
struct Fared<T> {
    read: T,
    said: Value,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::beside(deserializer, &OUTCOME, &UNREAD).map(|(read, said)| Self { read, said })
    }
}

/// The members of a write as they stand in its body, or in its path where the API takes one at a time: what tells one from
/// another, and other members by name. `None` where they are not as many as were written.
fn sent_members(write: &EncodedWrite, endpoint: &Endpoint, resource: Resource, others: &[&str]) -> Option<Vec<Value>> {
    let in_path = |at: usize| {
        let id = endpoint.segment(at)?;
        Some(vec![serde_json::json!({ resource.id_member(): id })])
    };
    let members = match (write.intent, resource) {
        (Intent::Void, Resource::Items | Resource::Payments) => in_path(1)?,
        (Intent::Void, Resource::Allocations) => in_path(3)?,
        _ => {
            let own = [resource.key(), resource.id_member(), resource.number_member()];
            let mut body = sketch(&write.body, &[&own, IDENTITY.as_slice(), others].concat()).ok()?;
            match body.get_mut(resource.key())?.take() {
                Value::Array(members) => members,
                _ => return None,
            }
        }
    };
    (members.len() == write.members).then_some(members)
}
