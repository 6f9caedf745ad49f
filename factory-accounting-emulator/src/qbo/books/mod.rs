//! One company's books: every entity, every rule, no clock and no network.
//!
//! The emulator shares no type, mapping, money or tax code with what it tests. Rows are data held against the shapes
//! of [`shape`]; what differs from entity to entity is a rule that runs on a draft before it is stored. Each rule
//! cites its fact; what is not modelled is refused with a 501 that names the gap.

mod account;
mod attachable;
mod cdc;
mod company;
mod entity;
mod errors;
mod exchange;
mod ids;
mod item;
mod journal;
mod ledger;
mod lists;
mod names;
mod person;
mod person_txn;
mod preferences;
mod query;
mod record;
mod respond;
mod seed;
mod shape;
mod shelf;
mod tax;
mod tax_service;
#[cfg(test)]
mod tests;
mod tree;
mod txn;
mod undo;
mod wire;
mod write;
mod zone;

pub(crate) use errors::{Fault, FaultError};
pub(crate) use journal::{BookEvent, Change};
pub use ledger::BookedDocument;
pub use zone::Country;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{Entity, Family, GAPS};
use http::{Method, StatusCode};
use ids::{Id, Sequence};
use record::Record;
use shelf::{Row, Shelf};
use std::collections::BTreeMap;
use std::sync::Arc;
use undo::Mark;

use super::call::{Call, Reply};
use super::switches::{OrderPdf, Switches};
use crate::json::Writer;

/// One company's books. A clone shares every kind of row until it changes one of that kind.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    country: Country,
    realm: u64,
    seed: u64,
    /// One shelf for each entity, in the order of the enumeration.
    shelves: Vec<Arc<Shelf>>,
    /// The last id given by each sequence.
    sequences: BTreeMap<Sequence, u64>,
    /// Other sequences by name, such as the document numbers of a form.
    counters: BTreeMap<&'static str, u64>,
    /// What the attached files hold.
    contents: BTreeMap<Id, Bytes>,
    events: Vec<BookEvent>,
    mark: Option<Mark>,
}

/// One entity as an answer or a batch item carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntityJson {
    /// The member's name, such as `Invoice`.
    pub(crate) name: &'static str,
    /// The entity as JSON text.
    pub(crate) json: String,
}

/// What one call carries through the rules.
#[derive(Clone, Copy, Debug)]
struct Context<'a> {
    now: DateTime<Utc>,
    switches: &'a Switches,
    /// The words of `include` or `optionsData`.
    options: &'a [&'a str],
}

impl Context<'_> {
    /// Whether the call asks for an option, such as `allowduplicatedocnum`.
    fn asks(&self, option: &str) -> bool {
        self.options.iter().any(|word| word.eq_ignore_ascii_case(option))
    }
}

/// A missing resource has no fault of the catalogue.
enum Refusal {
    NotFound,
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Books {
    /// The company's display name.
    pub(crate) fn company_name(&self) -> &str {
        let company = self.get(Entity::CompanyInfo, Id::Number(1));
        company.and_then(|row| row.body.text("CompanyName")).unwrap_or_default()
    }

    /// Whether a path segment names an entity or a service of the API.
    pub(crate) fn knows(segment: &str) -> bool {
        const SERVICES: [&str; 7] = ["query", "cdc", "download", "taxservice", "exchangerate", "batch", "upload"];
        Entity::of_path(segment).is_some() || SERVICES.contains(&segment) || gap_of(segment).is_some()
    }

    /// `2026-11-21T09:00:00.123-08:00`: an instant as answers write their `time` (qbo.md 2).
    pub(crate) fn server_time(at: DateTime<Utc>) -> String {
        zone::server_time(at)
    }

    /// Answers one call; any input gets an answer.
    pub(crate) fn handle(&mut self, call: &Call<'_>, switches: &Switches) -> Reply {
        match self.route(call, switches) {
            Ok(reply) => reply,
            Err(Refusal::NotFound) => Reply::text(StatusCode::NOT_FOUND, "no such resource"),
            Err(Refusal::Fault(fault)) => Reply::json(fault.status, fault.body(call.now)),
        }
    }

    fn route(&mut self, call: &Call<'_>, switches: &Switches) -> Result<Reply, Refusal> {
        let include = call.param("include").unwrap_or_default();
        let options: Vec<&str> = include.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let ctx = Context { now: call.now, switches, options: &options };
        let Some((head, rest)) = call.path.split_first() else { return Err(Refusal::NotFound) };
        match (head.as_str(), rest) {
            ("query", []) => Ok(self.query_call(call, &ctx)?),
            ("cdc", []) => Ok(self.cdc_call(call, &ctx)?),
            ("download", [id]) => Ok(self.download(call, id, &ctx)?),
            ("taxservice", [code]) if code == "taxcode" => Ok(self.tax_service(call, &ctx)?),
            ("exchangerate", []) => Ok(self.exchange_rate(call, &ctx)?),
            (segment, rest) => match (Entity::of_path(segment), gap_of(segment)) {
                (Some(entity), _) => self.entity_call(call, entity, rest, &ctx),
                (None, Some(gap)) => Err(errors::gap(gap).into()),
                (None, None) => Err(Refusal::NotFound),
            },
        }
    }

    fn entity_call(
        &mut self,
        call: &Call<'_>,
        entity: Entity,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        match (call.method, rest) {
            (&Method::POST, []) => {
                let operation = call.param("operation").unwrap_or_default();
                let text = utf8(call.body)?;
                let written = self.operate(entity, operation, text, ctx)?;
                Ok(enveloped(&written, ctx.now))
            }
            (&Method::GET, []) if entity == Entity::Preferences => Ok(self.read(entity, "1", ctx)?),
            (&Method::GET, [id]) => Ok(self.read(entity, id, ctx)?),
            (&Method::GET, [id, part]) if part == "pdf" => Ok(self.pdf(entity, id, ctx)?),
            (&Method::POST, [id, part]) if part == "send" => {
                let row = self.present(entity, id)?;
                self.attempt(|books| books.send_txn(&row, call.param("sendTo"), ctx))?;
                Ok(self.read(entity, id, ctx)?)
            }
            (&Method::GET | &Method::POST, _) => {
                Err(errors::unsupported(&format!("{} {entity:?}", call.method)).into())
            }
            // There is no PUT, PATCH or DELETE (qbo.md 2).
            _ => Err(errors::unsupported(call.method.as_str()).into()),
        }
    }

    fn read(&self, entity: Entity, id: &str, ctx: &Context<'_>) -> Result<Reply, Fault> {
        // CompanyInfo is read by the realm, and its own id is 1 (qbo.md 5.1).
        let id = if entity == Entity::CompanyInfo && id == self.realm.to_string() { "1" } else { id };
        let row = self.present(entity, id)?;
        Ok(enveloped(&EntityJson { name: entity.name(), json: self.row_json(&row) }, ctx.now))
    }

    fn pdf(&self, entity: Entity, id: &str, ctx: &Context<'_>) -> Result<Reply, Fault> {
        let row = self.present(entity, id)?;
        if entity == Entity::PurchaseOrder && ctx.switches.order_pdf == OrderPdf::Refused {
            return Err(errors::unsupported("pdf of PurchaseOrder"));
        }
        let pdf = self.pdf_txn(&row, ctx)?;
        Ok(Reply::typed(StatusCode::OK, "application/pdf", pdf))
    }

    /// The row of an id as a caller spells it, or 610 (qbo.md 5.0); 2030 for what cannot be an id.
    fn present(&self, entity: Entity, id: &str) -> Result<Arc<Row>, Fault> {
        let parsed = Id::parse(id).ok_or_else(|| Fault::of(2030, format!("Invalid ID : {id}")).on("Id"))?;
        let missing = if entity.family() == Family::Transaction { errors::not_found } else { errors::no_such_row };
        self.get(entity, parsed).cloned().ok_or_else(missing)
    }

    fn get(&self, entity: Entity, id: Id) -> Option<&Arc<Row>> {
        self.shelf(entity).get(id)
    }

    fn shelf(&self, entity: Entity) -> &Shelf {
        &self.shelves[entity as usize]
    }

    fn shelf_mut(&mut self, entity: Entity) -> &mut Shelf {
        Arc::make_mut(&mut self.shelves[entity as usize])
    }

    /// The row that a reference names, if it exists and is active (qbo.md 5.0).
    fn resolve(&self, entity: Entity, value: &str, ctx: &Context<'_>) -> Result<Arc<Row>, Fault> {
        let row = Id::parse(value).and_then(|id| self.get(entity, id));
        match row {
            Some(row) if row.is_active() => Ok(Arc::clone(row)),
            Some(_) => Err(match ctx.switches.inactive_reference {
                super::switches::InactiveReference::ObjectNotFound => errors::inactive(),
                super::switches::InactiveReference::InvalidReference => errors::inactive_reference(),
            }),
            None if entity == Entity::TaxCode && self.country.is_us() => {
                let text = format!("Valid Line TaxCodes for US should be TAX or NON. Supplied value:{value}");
                Err(Fault::of(6100, text).on("TaxCodeRef"))
            }
            None => Err(errors::invalid_reference(entity, value)),
        }
    }

    /// The next id of an entity.
    fn next_id(&mut self, entity: Entity) -> Id {
        let last = self.sequences.entry(entity.sequence()).or_default();
        *last += 1;
        Id::Number(*last)
    }

    /// The last number given by a named sequence.
    fn counter(&mut self, name: &'static str) -> &mut u64 {
        self.counters.entry(name).or_default()
    }

    /// The date that a document without one gets (qbo.md 5.0).
    fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        zone::server_date(now)
    }

    /// The settings of the company.
    fn preferences(&self) -> Option<&Record> {
        self.get(Entity::Preferences, Id::Number(1)).map(|row| &row.body)
    }

    /// A setting such as `SalesFormsPrefs`, `CustomTxnNumbers`.
    fn preference_flag(&self, section: &str, name: &str) -> bool {
        self.preferences().and_then(|prefs| prefs.record(section)).is_some_and(|section| section.flag(name))
    }

    /// Up to which day the books are closed; none while they are open (qbo.md 5.2).
    fn close_date(&self) -> Option<NaiveDate> {
        self.preferences()?.record("AccountingInfoPrefs")?.date("BookCloseDate")
    }

    /// The lowest account of a type, such as `Accounts Receivable`.
    fn account_of_type(&self, account_type: &str) -> Option<Id> {
        self.account_with("AccountType", account_type)
    }

    /// The lowest account of a subtype, such as `UndepositedFunds`.
    fn account_of_subtype(&self, subtype: &str) -> Option<Id> {
        self.account_with("AccountSubType", subtype)
    }

    fn account_with(&self, member: &str, word: &str) -> Option<Id> {
        let mut rows = self.shelf(Entity::Account).find(member, word);
        rows.find(|row| row.is_active()).map(|row| row.id)
    }
}

/// The gap that a path segment names.
fn gap_of(segment: &str) -> Option<&'static str> {
    GAPS.into_iter().find(|gap| gap.to_ascii_lowercase() == segment)
}

/// `{"Invoice":{...},"time":"..."}` (qbo.md 2).
fn enveloped(entity: &EntityJson, now: DateTime<Utc>) -> Reply {
    let mut out = Writer::default();
    out.object(|out| {
        out.raw(entity.name, &entity.json);
        out.text("time", &zone::server_time(now));
    });
    Reply::json(StatusCode::OK, out.finish())
}

/// The body as text; anything else is refused as the service's XML parser words it (qbo.md 2).
fn utf8(body: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(body).map_err(|_| {
        errors::unsupported(
            "com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: Invalid byte 1 of 1-byte UTF-8 sequence.",
        )
    })
}
