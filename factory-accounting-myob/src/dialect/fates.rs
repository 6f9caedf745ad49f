//! From the answer to a write to its fate: the proof table.
//!
//! Nothing is claimed that the answer does not prove. A success without a readable and matching record, every 5xx and
//! everything unlisted leaves the write unknown: nobody says whether a call that MYOB's gateway gave up on is undone
//! (myob.md 13.6).

use chrono::{DateTime, Utc};
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::provider::{EncodedWrite, Fate, Intent, RemoteRecord, RemoteStatus};
use factory_accounting_http::Answer;
use http::header::LOCATION;
use http::{Method, StatusCode};
use serde_json::value::RawValue;

use super::{is_package_error, refusal, unreadable};
use crate::capability::DOCUMENT_NUMBER;
use crate::endpoint::Endpoint;
use crate::map::remote::{Carry, Reader};
use crate::names::same_number;
use crate::remote_id::{self, Collection};
use crate::wire::members::Members;

/// A write as it leaves: where it goes, and its record in the form that it is recognised by.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) endpoint: Endpoint,
    pub(crate) collection: Collection,
    body: Members,
}

impl Sent {
    /// Reads an encoded write back. `None` for one that this crate has not encoded.
    pub(crate) fn read(write: &EncodedWrite) -> Option<Self> {
        let endpoint = Endpoint::parse(&write.target)?;
        let collection = endpoint.collection().filter(|collection| collection.holds(write.kind))?;
        let deletes = endpoint.method == Method::DELETE;
        let is_write = deletes || endpoint.method == Method::POST || endpoint.method == Method::PUT;
        let named = endpoint.uid().is_some() == (endpoint.method != Method::POST);
        let body = if deletes { Members::default() } else { Members::parse(&write.body).ok()? };
        (is_write && named && write.members == 1).then_some(Self { endpoint, collection, body })
    }

    /// What people know it by.
    fn name(&self) -> String {
        ["Number", "SupplierInvoiceNumber", "CompanyName", "LastName", "Memo"]
            .iter()
            .find_map(|name| self.body.text(name))
            .or_else(|| self.endpoint.uid().map(str::to_owned))
            .unwrap_or_else(|| "without a number".to_owned())
    }
}

/// What an answer comes to.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// This.
    Settled(Fate),
    /// MYOB has written the record of this UID and does not show it: it has to be read.
    ReadBack(String),
}

/// A write that has been answered.
#[derive(Debug)]
pub(crate) struct Settlement<'a> {
    write: &'a EncodedWrite,
    sent: &'a Sent,
    answer: &'a Answer,
    reader: &'a Reader,
    file: &'a str,
    now: DateTime<Utc>,
}

impl<'a> Settlement<'a> {
    /// Prepares to judge an answer.
    pub(crate) fn new(
        write: &'a EncodedWrite,
        sent: &'a Sent,
        answer: &'a Answer,
        reader: &'a Reader,
        file: &'a str,
        now: DateTime<Utc>,
    ) -> Self {
        Self { write, sent, answer, reader, file, now }
    }

    /// What the answer comes to.
    pub(crate) fn verdict(&self) -> Verdict {
        let method = &self.sent.endpoint.method;
        Verdict::Settled(match self.answer.status {
            StatusCode::OK | StatusCode::NO_CONTENT if *method == Method::DELETE => self.deleted(),
            // It is gone, whoever deleted it (myob.md 4).
            StatusCode::NOT_FOUND if *method == Method::DELETE => self.deleted(),
            StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => return self.written(),
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::GONE
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::TOO_MANY_REQUESTS => Fate::NotApplied(self.refusal()),
            // A new record has no version that could be stale: two writers met in the file, and what became of it has to be
            // looked up (myob.md 4).
            StatusCode::CONFLICT if *method == Method::POST => Fate::Unknown(self.refusal()),
            StatusCode::CONFLICT => Fate::NotApplied(self.refusal()),
            status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
                if is_package_error(&self.answer.body) {
                    Fate::NotApplied(self.refusal())
                } else {
                    Fate::Unknown(self.refusal())
                }
            }
            _ => Fate::Unknown(self.refusal()),
        })
    }

    /// The fate of a write whose record was read back.
    pub(crate) fn read_back(&self, raw: &RawValue) -> Fate {
        match Members::parse(raw.get()) {
            Ok(echo) => self.judged(&echo, raw),
            Err(_) => Fate::Unknown(unreadable(&self.operation(), self.answer, "the record read back is no object")),
        }
    }

    /// Operation, kind and name, for people (R28).
    pub(crate) fn operation(&self) -> String {
        format!("{} of {} {}", self.write.intent.as_str(), self.write.kind, self.sent.name())
    }

    /// What is known before anything is proven.
    pub(crate) fn unproven(&self) -> ProviderError {
        unreadable(&self.operation(), self.answer, "it proves nothing")
    }

    fn refusal(&self) -> ProviderError {
        refusal(&self.operation(), self.write.kind, self.write.intent, self.answer, self.now)
    }

    fn doubt(&self, why: &str) -> Fate {
        Fate::Unknown(unreadable(&self.operation(), self.answer, why))
    }

    fn deleted(&self) -> Fate {
        match (self.write.intent, self.sent.endpoint.uid()) {
            (Intent::Void, Some(uid)) => {
                let id = remote_id::compose(self.sent.collection, uid);
                Fate::Applied(Box::new(RemoteRecord::new(self.write.kind, id, RemoteStatus::Deleted)))
            }
            _ => self.doubt("a deletion that was not asked for"),
        }
    }

    fn written(&self) -> Verdict {
        let body = std::str::from_utf8(&self.answer.body).unwrap_or_default().trim();
        let record =
            serde_json::from_str::<&RawValue>(body).ok().and_then(|raw| Some((Members::parse(raw.get()).ok()?, raw)));
        match record {
            Some((echo, raw)) if echo.text("UID").is_some() => Verdict::Settled(self.judged(&echo, raw)),
            // Nothing, or warnings alone: the record is written, and not shown (myob.md 4, 13.17).
            Some(_) => self.by_address(),
            None if self.answer.body.is_empty() => self.by_address(),
            None => Verdict::Settled(self.doubt("the record is no whole JSON object")),
        }
    }

    fn by_address(&self) -> Verdict {
        let uid = match self.sent.endpoint.uid() {
            Some(uid) => Some(uid.to_owned()),
            None => self.location(),
        };
        uid.map_or_else(|| Verdict::Settled(self.doubt("neither record nor address of it")), Verdict::ReadBack)
    }

    /// The record that `Location` names: its last UID, unless that is the company file's own (myob.md 4). Its host and path
    /// are not believed.
    fn location(&self) -> Option<String> {
        let text = self.answer.headers.get(LOCATION)?.to_str().ok()?.to_ascii_lowercase();
        let path = text.split(['?', '#']).next()?;
        let uid = path.trim_end_matches('/').rsplit('/').next().filter(|segment| remote_id::is_uid(segment))?;
        (!self.file.eq_ignore_ascii_case(uid)).then(|| uid.to_owned())
    }

    /// The fate of a write that a record is answered for.
    fn judged(&self, echo: &Members, raw: &RawValue) -> Fate {
        if let Some(difference) = self.difference(echo) {
            return self.doubt(&difference);
        }
        match self.reader.read(self.write.kind, self.sent.collection, raw, Carry::Leave) {
            Ok(record) => self.applied(record),
            Err(why) => self.doubt(&why),
        }
    }

    fn applied(&self, record: RemoteRecord) -> Fate {
        let gone = record.status.is_gone() || record.status == RemoteStatus::Archived;
        if self.write.intent == Intent::Void && !gone {
            return self.doubt(&format!("the record is {} after the void", record.status));
        }
        Fate::Applied(Box::new(record))
    }

    /// How an echo differs from what was sent, where that means that it is not ours (R4).
    fn difference(&self, echo: &Members) -> Option<String> {
        let Some(uid) = echo.text("UID").filter(|uid| remote_id::is_uid(&uid.to_ascii_lowercase())) else {
            return Some("the record has no UID".to_owned());
        };
        if let Some(ours) = self.sent.endpoint.uid() {
            return (!ours.eq_ignore_ascii_case(&uid)).then(|| format!("UID is {uid:?} where {ours:?} was sent"));
        }
        let texts = ["Number", "SupplierInvoiceNumber", "DisplayID", "ReceiptNumber", "PaymentNumber"];
        texts.iter().find_map(|name| self.differing_text(echo, name)).or_else(|| {
            ["Customer", "Supplier"].iter().find_map(|name| {
                let ours = self.sent.body.link(name)?;
                let theirs = echo.link(name);
                let same = theirs.as_ref().is_some_and(|theirs| theirs.eq_ignore_ascii_case(&ours));
                (!same).then(|| format!("{name} is {theirs:?} where {ours} was sent"))
            })
        })
    }

    fn differing_text(&self, echo: &Members, name: &str) -> Option<String> {
        let ours = self.sent.body.text(name)?;
        let Some(theirs) = echo.text(name) else { return Some(format!("the record has no {name}")) };
        // Some files cut a supplier's number (myob.md 3.7).
        let cut = name == "SupplierInvoiceNumber"
            && theirs.chars().count() == DOCUMENT_NUMBER
            && ours.starts_with(theirs.as_str());
        let same = cut || same_number(&ours, &theirs);
        (!same).then(|| format!("{name} is {theirs:?} where {ours:?} was sent"))
    }
}

#[cfg(test)]
mod tests;
