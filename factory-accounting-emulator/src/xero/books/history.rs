//! History and notes (xero.md 4.14).

use super::errors::Refusal;
use super::undo::Undo;
use super::wire_in;
use super::{Answer, Books, Context};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Record {
    changes: &'static str,
    at: DateTime<Utc>,
    user: String,
    details: String,
}

/// The records of every entity, and whose were added since a mark.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    of: BTreeMap<Uuid, Vec<Record>>,
    journal: Option<Vec<Uuid>>,
}

impl History {
    fn add(&mut self, owner: Uuid, record: Record) {
        self.of.entry(owner).or_default().push(record);
        if let Some(journal) = &mut self.journal {
            journal.push(owner);
        }
    }
}

impl Undo for History {
    fn mark(&mut self) {
        self.journal = Some(Vec::new());
    }

    fn forget_mark(&mut self) {
        self.journal = None;
    }

    fn roll_back(&mut self) {
        for owner in self.journal.take().unwrap_or_default().into_iter().rev() {
            if let Some(records) = self.of.get_mut(&owner) {
                records.pop();
                if records.is_empty() {
                    self.of.remove(&owner);
                }
            }
        }
    }
}

impl Books {
    /// Every API write adds a record of its own (xero.md 4.14).
    pub(super) fn note_api_write(&mut self, owner: Uuid, ctx: &Context<'_>) {
        let details = format!("Received through the Xero API from {}", ctx.app);
        self.note(owner, "Updated", "System Generated", details, ctx.now);
    }

    pub(super) fn note(&mut self, owner: Uuid, changes: &'static str, user: &str, details: String, at: DateTime<Utc>) {
        self.history.add(owner, Record { changes, at, user: user.to_owned(), details });
    }

    pub(super) fn history_call(&mut self, call: &Call<'_>, owner: Uuid, ctx: &Context<'_>) -> Answer {
        match *call.method {
            Method::GET => {
                let records = self.history.of.get(&owner).map(Vec::as_slice).unwrap_or_default();
                Ok(ctx.envelope(None, |out| {
                    out.list("HistoryRecords", records.iter().rev(), |out, record| {
                        out.text("Changes", record.changes);
                        out.text("DateUTCString", &record.at.format("%Y-%m-%dT%H:%M:%S").to_string());
                        out.instant("DateUTC", record.at);
                        out.text("User", &record.user);
                        out.text("Details", &record.details);
                    });
                }))
            }
            Method::PUT => {
                let mut notes = Vec::new();
                for element in wire_in::elements(call.body, "HistoryRecords", "HistoryRecord")? {
                    let details = element.text("Details")?.unwrap_or_default();
                    if details.is_empty() || details.chars().count() > 450 {
                        return Err(Refusal::validation("Details must have between 1 and 450 characters")); // [impl]
                    }
                    notes.push(details);
                }
                for details in &notes {
                    self.note(owner, "Note", ctx.app, details.clone(), ctx.now);
                }
                Ok(ctx.envelope(None, |out| {
                    out.list("HistoryRecords", &notes, |out, details| {
                        out.text("DateUTCString", &ctx.now.format("%Y-%m-%dT%H:%M:%S").to_string());
                        out.bare_instant("DateUTC", ctx.now);
                        out.text("Details", details);
                        out.none("ValidationErrors");
                    });
                }))
            }
            _ => Err(Refusal::MethodNotAllowed),
        }
    }
}
