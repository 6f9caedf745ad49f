//! One company file's books: every collection, every rule, no clock and no network.
//!
//! The emulator shares no type, mapping, money or tax code with what it tests. Rows are data held against the shapes
//! of [`shape`]; what differs from collection to collection is a rule that runs on a draft before it is stored. Each
//! rule cites its fact; what is not modelled is refused with a 501 that names the gap.

mod attachment;
mod contact;
mod country;
mod derived;
mod document;
mod errors;
mod item;
mod ledger;
mod lists;
mod money;
mod payment;
mod person;
mod person_money;
mod read;
mod record;
mod routes;
mod rules;
mod save;
mod seed;
mod settings;
mod shape;
mod shapes;
mod shelf;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod undo;
mod view;
mod wire;

pub use country::Country;
pub use ledger::BookedDocument;

use super::call::{Call, Reply};
use super::refusal;
use super::switches::{OfflineFile, SupplierPaymentPut, Switches};
use crate::seeded::Seeded;
use attachment::Files;
use chrono::{DateTime, Utc};
use derived::Derived;
use errors::{Entry, Fault};
use http::{Method, StatusCode};
use routes::Route;
use settings::Settings;
use shelf::Shelf;
use std::collections::BTreeMap;
use std::sync::Arc;
use table::Table;
use undo::Mark;
use uuid::Uuid;

/// Orders that a conversion took away, with their numbers (myob.md 3.5).
type Gone = BTreeMap<Uuid, (Table, String)>;

/// One company file. A clone shares every collection until it changes one.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    country: Country,
    settings: Settings,
    /// One shelf for each collection, by [`Table::place`].
    shelves: Vec<Arc<Shelf>>,
    derived: Arc<Derived>,
    gone: Arc<Gone>,
    files: Arc<Files>,
    /// The last number given by each sequence.
    counters: BTreeMap<&'static str, u64>,
    uids: Seeded,
    versions: Seeded,
    /// What the write at hand would warn of.
    warnings: Vec<Entry>,
    mark: Option<Mark>,
}

/// What one call carries through the rules.
#[derive(Clone, Copy, Debug)]
struct Context<'a> {
    now: DateTime<Utc>,
    country: Country,
    switches: &'a Switches,
    /// How every address in the answer begins.
    base: &'a str,
    /// Whether answers carry addresses (`generateUris`, myob.md 4).
    uris: bool,
    /// Whether a person is at work in MYOB itself, who may do what the API does not offer.
    person: bool,
}

/// Why a call gets no answer of its own.
enum Refusal {
    Fault(Fault),
    Reply(Box<Reply>),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self::Reply(Box::new(reply))
    }
}

impl Books {
    /// The company's name.
    pub(crate) fn company_name(&self) -> &str {
        &self.settings.company_name
    }

    /// The file's serial number, twelve digits.
    pub(crate) fn serial_number(&self) -> &str {
        &self.settings.serial_number
    }

    /// The verbs that a path takes; none if the route table does not have it.
    pub(crate) fn verbs(path: &[String]) -> Option<&'static [&'static str]> {
        routes::of(path).map(|(_, verbs)| verbs)
    }

    /// The paths that the root of a company file lists.
    pub(crate) fn resources() -> &'static [&'static str] {
        &routes::RESOURCES
    }

    /// Answers one call; any input gets an answer.
    pub(crate) fn handle(&mut self, call: &Call<'_>, switches: &Switches) -> Reply {
        if let Some(reply) = self.closed(call.method, call.base, switches) {
            return reply;
        }
        let uris = !call.param("generateUris").is_some_and(|value| value.eq_ignore_ascii_case("false"));
        let ctx = Context { now: call.now, country: self.country, switches, base: call.base, uris, person: false };
        match self.answer(call, &ctx) {
            Ok(reply) => reply,
            Err(Refusal::Fault(fault)) => fault.reply(),
            Err(Refusal::Reply(reply)) => *reply,
        }
    }

    /// What every call gets while the file is offline, and every write while it may only be read (myob.md 6).
    pub(crate) fn closed(&self, method: &Method, base: &str, switches: &Switches) -> Option<Reply> {
        let settings = &self.settings;
        if settings.offline {
            return Some(match switches.offline_file {
                OfflineFile::AccessDenied => refusal::not_authorised(),
                OfflineFile::Unavailable => refusal::unavailable(),
                OfflineFile::Locked => refusal::locked(base.rsplit('/').next().unwrap_or_default()),
            });
        }
        let read_only = settings.read_only || settings.checked_out.is_some();
        (read_only && *method != Method::GET).then(refusal::not_authorised)
    }

    /// Since when somebody has the file as an offline copy (myob.md 1.5, 6).
    pub(crate) fn checked_out(&self) -> Option<DateTime<Utc>> {
        self.settings.checked_out
    }

    fn answer(&mut self, call: &Call<'_>, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        let Some((route, verbs)) = routes::of(call.path) else { return Err(refusal::token_invalid().into()) };
        if !verbs.contains(&call.method.as_str()) {
            return Err(refusal::wrong_method(ctx.switches.wrong_method).into());
        }
        match (route, call.method.as_str()) {
            (Route::Unmodelled(what), _) => Err(errors::gap(what).into()),
            (Route::Company, _) => Ok(Reply::json(StatusCode::OK, self.company_json(ctx))),
            (Route::Preferences, _) => Ok(Reply::json(StatusCode::OK, self.preferences_json(ctx))),
            (Route::Contacts, _) => self.contacts(call, ctx),
            (Route::Union(form), _) => self.union(call, form, ctx),
            (Route::Rows(table), "POST") => self.create(call, table, ctx),
            (Route::Rows(table), _) => self.list(call, table, ctx),
            (Route::Row(Table::SupplierPayment, _), "PUT")
                if ctx.switches.supplier_payment_put == SupplierPaymentPut::Refused =>
            {
                Err(refusal::wrong_method(ctx.switches.wrong_method).into())
            }
            (Route::Row(table, uid), "PUT") => self.update(call, table, uid, ctx),
            (Route::Row(table, uid), "DELETE") => self.delete(table, uid, ctx),
            (Route::Row(table, uid), _) => self.read(call, table, uid, ctx),
            (Route::NoRow(_), _) => Err(errors::no_such_row().into()),
            (Route::Attachments(table, uid), "POST") => self.attach(call, table, uid, ctx),
            (Route::Attachments(table, uid), _) => self.attachments(call, table, uid, ctx),
            (Route::Attachment(table, uid, file), "DELETE") => self.detach(table, uid, file, ctx),
            (Route::Attachment(table, uid, file), _) => self.attachment(call, table, uid, file, ctx),
        }
    }

    /// Where a row is, or was before a conversion took it away.
    fn table_of(&self, uid: Uuid) -> Option<Table> {
        self.derived.place(uid).or_else(|| self.gone.get(&uid).map(|(table, _)| *table))
    }
}
