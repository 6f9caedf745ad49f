//! History and notes (xero.md 4.14).

use super::errors::Refusal;
use super::wire_in;
use super::{Answer, Books, Context};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Record {
    changes: &'static str,
    at: DateTime<Utc>,
    user: String,
    details: String,
}

impl Books {
    /// Every API write adds a record of its own (xero.md 4.14).
    pub(super) fn note_api_write(&mut self, owner: Uuid, ctx: &Context<'_>) {
        let details = format!("Received through the Xero API from {}", ctx.app);
        self.note(owner, "Updated", "System Generated", details, ctx.now);
    }

    pub(super) fn note(&mut self, owner: Uuid, changes: &'static str, user: &str, details: String, at: DateTime<Utc>) {
        self.history.entry(owner).or_default().push(Record { changes, at, user: user.to_owned(), details });
    }

    pub(super) fn history_call(&mut self, call: &Call<'_>, owner: Uuid, ctx: &Context<'_>) -> Answer {
        match *call.method {
            Method::GET => {
                let records = self.history.get(&owner).map(Vec::as_slice).unwrap_or_default();
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
