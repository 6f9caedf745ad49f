//! From the answer to a write to the fate of each member: the proof table.
//!
//! Nothing is claimed that the answer does not prove. A success without a readable, complete and matching element, every
//! 5xx and everything unlisted leaves the member unknown.

use chrono::{DateTime, Utc};
use factory_accounting_core::code::Code;
use factory_accounting_core::provider::{EncodedWrite, Fate, Intent, RemoteRecord, RemoteStatus, WriteReport};
use factory_accounting_http::{Answer, json, sketch};
use http::{Method, StatusCode};
use serde_json::Value;
use serde_json::value::RawValue;

use super::body::{Complaint, ErrorBody, complaints};
use super::{error, messages, refusal, unreadable};
use crate::endpoint::{Endpoint, Resource};
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
const OUTCOME: [&str; 6] =
    ["StatusAttributeString", "HasErrors", "HasValidationErrors", "ValidationErrors", "Message", "Description"];
/// Members of a sent one that hold the codes which a complaint may quote.
const CODES: [&str; 5] = ["LineItems", "AccountCode", "TaxType", "SalesDetails", "PurchaseDetails"];

/// Reads what a record is recognised by, and some of its members beside.
fn recognised(json: &str, resource: Resource, beside: &[&str]) -> Result<Value, serde_json::Error> {
    let own = [resource.key(), resource.id_member(), resource.number_member()];
    sketch(json, &[&own, IDENTITY.as_slice(), beside].concat())
}

impl Sent {
    /// Reads an encoded write back. `None` for one that this crate has not encoded.
    pub(crate) fn read(write: &EncodedWrite) -> Option<Self> {
        let endpoint = Endpoint::parse(&write.target)?;
        let resource = Resource::of(write.kind)?;
        let members = sent_members(write, &endpoint, resource).filter(|members| members.len() == write.members)?;
        Some(Self { endpoint, resource, members })
    }
}

impl<'a> Settlement<'a> {
    /// Prepares to judge an answer.
    pub(crate) fn new(write: &'a EncodedWrite, sent: &'a Sent, answer: &'a Answer, now: DateTime<Utc>) -> Self {
        let Sent { endpoint, resource, members } = sent;
        Self { write, endpoint, resource: *resource, answer, now, sent: members }
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
        let envelope = match Envelope::read(&self.answer.body, self.resource.key()) {
            Ok(envelope) if envelope.elements.len() == self.write.members => envelope,
            Ok(envelope) => {
                let why = format!("{} elements for {} sent", envelope.elements.len(), self.write.members);
                return WriteReport::unknown(self.write.members, &unreadable(&self.operation(), self.answer, &why));
            }
            Err(why) => {
                return WriteReport::unknown(self.write.members, &unreadable(&self.operation(), self.answer, &why));
            }
        };
        let unread = unreadable(&self.operation(), self.answer, "it was not looked at");
        let mut report = WriteReport::unknown(self.write.members, &unread);
        for (at, (element, sent)) in envelope.elements.iter().zip(self.sent).enumerate() {
            report.set(at, self.element(element, sent));
        }
        report
    }

    fn element(&self, raw: &RawValue, sent: &Value) -> Fate {
        let Ok(echo) = recognised(raw.get(), self.resource, &OUTCOME) else {
            return self.doubt(sent, "an element is no JSON");
        };
        // Errors before fields: a failed update echoes what it was asked for as if it were so (xero.md 5).
        let status = json::text_of(&echo, "StatusAttributeString").unwrap_or_default().to_ascii_uppercase();
        let zero = json::text_of(&echo, self.resource.id_member()).is_some_and(is_zero);
        let flagged = ["HasErrors", "HasValidationErrors"]
            .iter()
            .any(|flag| json::member(&echo, flag) == Some(&Value::Bool(true)));
        let passed = matches!(status.as_str(), "OK" | "WARNING");
        if zero || !passed {
            let found = serde_json::from_str(raw.get()).as_ref().map(complaints).unwrap_or_default();
            if zero || status == "ERROR" || !found.is_empty() {
                return self.refused(sent, &found);
            }
        }
        // A warning about a line of what has passed is no error.
        if flagged || !complaints(&echo).is_empty() {
            return self.doubt(sent, "an element is both passed and faulty");
        }
        if let Some(difference) = self.difference(sent, &echo) {
            return self.doubt(sent, &difference);
        }
        match self.echo(raw) {
            Ok(record) => self.applied(sent, record),
            Err(why) => self.doubt(sent, &why),
        }
    }

    fn doubt(&self, sent: &Value, why: &str) -> Fate {
        Fate::Unknown(unreadable(&self.operation_on(sent), self.answer, why))
    }

    fn refused(&self, sent: &Value, found: &[Complaint]) -> Fate {
        let error = refusal(&self.operation_on(sent), self.write.kind, Some(sent), found, self.answer);
        match (error.package_code(), error.code()) {
            (Some(messages::KEY_REUSE), _) => Fate::Unknown(error),
            // The same words lock the lines of an update and forbid a void.
            (_, Some(Code::Locked)) if self.write.intent == Intent::Void => {
                Fate::NotApplied(error.with_code(Code::VoidSettled))
            }
            _ => Fate::NotApplied(error),
        }
    }

    fn applied(&self, sent: &Value, record: RemoteRecord) -> Fate {
        let gone = record.status.is_gone() || record.status == RemoteStatus::Archived;
        if self.write.intent == Intent::Void && !gone {
            return self.doubt(sent, &format!("the record is in state {:?} after the void", record.status));
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
    fn difference(&self, sent: &Value, echo: &Value) -> Option<String> {
        let differs = |name: &str, required: bool| match (json::text_of(sent, name), json::text_of(echo, name)) {
            (Some(ours), Some(theirs)) if ours.trim().eq_ignore_ascii_case(theirs.trim()) => None,
            (Some(ours), Some(theirs)) => Some(format!("{name} is {theirs:?} where {ours:?} was sent")),
            (Some(_), None) if required => Some(format!("an element has no {name}")),
            _ => None,
        };
        let id = differs(self.resource.id_member(), true);
        if self.write.intent != Intent::Create {
            return id;
        }
        id.or_else(|| differs(self.resource.number_member(), true)).or_else(|| {
            [("Contact", "ContactID"), ("Invoice", "InvoiceID"), ("CreditNote", "CreditNoteID")].iter().find_map(
                |(holder, name)| {
                    let ours = json::text_of(json::member(sent, holder)?, name)?;
                    let theirs = json::text_of(json::member(echo, holder)?, name)?;
                    (!ours.eq_ignore_ascii_case(theirs)).then(|| format!("{holder} is {theirs} where {ours} was sent"))
                },
            )
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

/// The members of a write as they stand in its body, or in its path where the API takes one at a time.
fn sent_members(write: &EncodedWrite, endpoint: &Endpoint, resource: Resource) -> Option<Vec<Value>> {
    let in_path = |at: usize| {
        let id = endpoint.segment(at)?;
        Some(vec![serde_json::json!({ resource.id_member(): id })])
    };
    match (write.intent, resource) {
        (Intent::Void, Resource::Items | Resource::Payments) => in_path(1),
        (Intent::Void, Resource::Allocations) => in_path(3),
        _ => {
            let mut body = recognised(&write.body, resource, &CODES).ok()?;
            match body.get_mut(resource.key())?.take() {
                Value::Array(members) => Some(members),
                _ => None,
            }
        }
    }
}
