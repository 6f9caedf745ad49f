//! A row as the outside sees it: one reading of every member, for answers and for filters alike (myob.md 3, 12.4).

use super::record::{Node, Record};
use super::shape::{Derived, Field, Kind, Target, VersionForm};
use super::shelf::Row;
use super::table::Table;
use super::wire::reader::cents;
use super::{Books, Context};
use crate::json::Writer;
use crate::myob::odata::{Members, Seen};
use crate::myob::switches::LastModifiedZone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::borrow::Cow;
use uuid::Uuid;

/// Members of every row around those of its shape.
pub(super) const FRAME: [&str; 5] = ["UID", "Created", "LastModified", "URI", "RowVersion"];

/// As what a row is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guise {
    /// A row of its own collection.
    Typed,
    /// A row of a union: without lines, with the name of its collection (myob.md 3.0).
    Union,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) books: &'a Books,
    pub(super) row: &'a Row,
    pub(super) ctx: &'a Context<'a>,
    pub(super) guise: Guise,
}

/// An object inside a row.
#[derive(Clone, Copy)]
struct Part<'a> {
    books: &'a Books,
    record: &'a Record,
    /// The row in which it stands.
    owner: Uuid,
    ctx: &'a Context<'a>,
}

/// A link to a row.
#[derive(Clone, Copy)]
struct Link<'a> {
    books: &'a Books,
    uid: Uuid,
    target: Target,
    ctx: &'a Context<'a>,
}

/// `2026-11-21T00:00:00` at the start of a day.
fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN)
}

impl Context<'_> {
    /// The file's wall clock (myob.md 12.4).
    pub(super) fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let minutes = self.switches.file_offset_minutes.unwrap_or_else(|| self.country.offset_minutes());
        let offset = TimeDelta::minutes(i64::from(minutes));
        at.naive_utc().checked_add_signed(offset).unwrap_or_else(|| at.naive_utc())
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.local(self.now).date()
    }

    /// As `LastModified` shows it (myob.md 13.15).
    fn stamp(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let shown = match self.switches.last_modified_zone {
            LastModifiedZone::FileLocal => self.local(at),
            LastModifiedZone::Utc => at.naive_utc(),
        };
        // Answers carry milliseconds, and a filter compares with what they carry.
        let below = i64::from(shown.and_utc().timestamp_subsec_nanos() % 1_000_000);
        shown.checked_sub_signed(TimeDelta::nanoseconds(below)).unwrap_or(shown)
    }

    pub(super) fn uri(&self, table: Table, uid: Uuid) -> String {
        format!("{}/{}/{uid}", self.base, table.path())
    }
}

impl<'a> View<'a> {
    fn part(&self) -> Part<'a> {
        Part { books: self.books, record: &self.row.body, owner: self.row.uid, ctx: self.ctx }
    }

    /// The member that names the collection in a union, and its value (myob.md 3.0).
    fn kind_member(&self) -> Option<(&'static str, &'static str)> {
        let named = self.guise == Guise::Union || self.ctx.switches.typed_documents_name_layout;
        match self.row.table {
            Table::Document(form, layout) if named => Some((form.layout_member(), layout.name())),
            card if card.is_card() && self.guise == Guise::Union => {
                card.path().split_once('/').map(|(_, name)| ("Type", name))
            }
            _ => None,
        }
    }

    /// A union shows what its collections have in common, and of documents no lines (myob.md 3.0).
    fn hides(&self, name: &str) -> bool {
        let card = self.row.table.is_card() && Table::Personal.shape().position(name).is_none();
        self.guise == Guise::Union && (name == "Lines" || card && self.row.body.shape().position(name).is_some())
    }

    pub(super) fn json(&self) -> String {
        let mut out = Writer::default();
        self.write(&mut out, "");
        out.finish()
    }

    /// Writes the row; `more` is whole JSON members that stand behind the others.
    pub(super) fn write(&self, out: &mut Writer, more: &str) {
        let (row, ctx) = (self.row, self.ctx);
        out.object(|out| {
            out.text("UID", &row.uid.to_string());
            self.part().write_members(out, |name| self.hides(name));
            if let Some((name, value)) = self.kind_member() {
                out.text(name, value);
            }
            out.text("Created", &ctx.stamp(row.created).format("%Y-%m-%dT%H:%M:%S%.3f").to_string());
            out.text("LastModified", &ctx.stamp(row.modified).format("%Y-%m-%dT%H:%M:%S%.3f").to_string());
            if ctx.uris {
                out.text("URI", &ctx.uri(row.table, row.uid));
            }
            out.text("RowVersion", &row.version.to_string());
            if !more.is_empty() {
                out.value(more);
            }
        });
    }
}

impl<'a> Members<'a> for View<'a> {
    fn member(&self, name: &str) -> Option<Seen<'a>> {
        let row = self.row;
        match name {
            "UID" => Some(Seen::Guid(row.uid)),
            "URI" => Some(Seen::Text(self.ctx.uri(row.table, row.uid).into())),
            "RowVersion" => Some(Seen::Text(row.version.to_string().into())),
            "Created" => Some(Seen::Time(self.ctx.stamp(row.created))),
            "LastModified" => Some(Seen::Time(self.ctx.stamp(row.modified))),
            hidden if self.hides(hidden) => None,
            _ => match self.kind_member() {
                Some((member, value)) if member == name => Some(Seen::Text(value.into())),
                // What another collection of the union has is null here.
                _ => self.part().member(name).or((self.guise == Guise::Union).then_some(Seen::Null)),
            },
        }
    }
}

impl<'a> Part<'a> {
    fn write_members(&self, out: &mut Writer, hidden: impl Fn(&str) -> bool) {
        for (at, field) in self.record.shape().fields.iter().enumerate() {
            if hidden(field.name) {
                continue;
            }
            out.name(field.name);
            let node = u16::try_from(at).ok().and_then(|at| self.record.at(at));
            self.write_value(out, field, node);
        }
    }

    /// Absent members are explicit nulls (myob.md 3.4); numbers show the places that they are kept with.
    fn write_value(&self, out: &mut Writer, field: &Field, node: Option<&Node>) {
        match (field.kind, node) {
            (Kind::Derived(derived), _) => match self.derived(derived) {
                Seen::Number(value) => out.value(value),
                Seen::Text(text) => out.string(&text),
                _ => out.value("null"),
            },
            (Kind::Flag, None) => out.value(false),
            (Kind::List(_), None) => out.value("[]"),
            (_, None) => out.value("null"),
            (_, Some(Node::Text(text))) => out.string(text),
            (_, Some(Node::Number(value))) => out.value(value),
            (_, Some(Node::Flag(value))) => out.value(value),
            (_, Some(Node::Day(day))) => out.string(&midnight(*day).format("%Y-%m-%dT%H:%M:%S").to_string()),
            (_, Some(Node::Guid(uid))) => out.string(&uid.to_string()),
            (Kind::Version(VersionForm::Number), Some(Node::Version(version))) => out.value(version),
            (_, Some(Node::Version(version))) => out.string(&version.to_string()),
            (Kind::Link(target), Some(Node::Link(uid))) => {
                Link { books: self.books, uid: *uid, target, ctx: self.ctx }.write(out);
            }
            (_, Some(Node::Link(uid))) => out.string(&uid.to_string()),
            (_, Some(Node::Record(record))) => {
                out.object(|out| Part { record, ..*self }.write_members(out, |_| false));
            }
            (_, Some(Node::List(rows))) => out.values(rows, |out, record| {
                out.object(|out| Part { record, ..*self }.write_members(out, |_| false));
            }),
        }
    }

    /// A member that other rows decide.
    fn derived(&self, derived: Derived) -> Seen<'a> {
        let uid = self.record.link("UID").unwrap_or(self.owner);
        let facts = &self.books.derived;
        let stock = || facts.stock(uid);
        let counted = self.record.flag("IsInventoried");
        let pieces = |pieces: Decimal| Seen::Number(if counted { pieces.normalize() } else { Decimal::ZERO });
        match derived {
            Derived::Balance => Seen::Number(cents(facts.owed(uid))),
            Derived::CreditLeft => Seen::Number(cents(self.record.amount("Limit") - facts.owed(uid))),
            Derived::PastDue => Seen::Number(cents(self.books.past_due(uid, self.ctx.today()))),
            Derived::OnHand => pieces(stock().on_hand),
            Derived::Committed => pieces(stock().committed),
            Derived::OnOrder => pieces(stock().on_order),
            Derived::Available => {
                let stock = stock();
                pieces(stock.on_hand - stock.committed + stock.on_order)
            }
            Derived::PaidNumber => self.books.find(uid).map_or(Seen::Null, |row| Seen::Text(row.number().into())),
            Derived::PaidUri if !self.ctx.uris => Seen::Null,
            Derived::PaidUri => {
                let row = self.books.find(uid);
                row.map_or(Seen::Null, |row| Seen::Text(self.ctx.uri(row.table, uid).into()))
            }
        }
    }
}

impl<'a> Members<'a> for Part<'a> {
    fn member(&self, name: &str) -> Option<Seen<'a>> {
        let at = self.record.shape().position(name)?;
        let field = &self.record.shape().fields[usize::from(at)];
        Some(match (field.kind, self.record.at(at)) {
            (Kind::Derived(derived), _) => self.derived(derived),
            (Kind::Unkept(what), _) => Seen::Unkept(what),
            (Kind::Flag, None) => Seen::Bool(false),
            (Kind::List(_), None) => Seen::List(Vec::new()),
            (_, None) => Seen::Null,
            (_, Some(Node::Text(text))) => Seen::Text(Cow::Borrowed(text)),
            (_, Some(Node::Number(value))) => Seen::Number(*value),
            (_, Some(Node::Flag(value))) => Seen::Bool(*value),
            (_, Some(Node::Day(day))) => Seen::Time(midnight(*day)),
            (_, Some(Node::Guid(uid))) => Seen::Guid(*uid),
            (_, Some(Node::Version(version))) => Seen::Text(version.to_string().into()),
            (Kind::Link(target), Some(Node::Link(uid))) => {
                Seen::Object(Box::new(Link { books: self.books, uid: *uid, target, ctx: self.ctx }))
            }
            (_, Some(Node::Link(uid))) => Seen::Guid(*uid),
            (_, Some(Node::Record(record))) => Seen::Object(Box::new(Part { record, ..*self })),
            (_, Some(Node::List(rows))) => Seen::List(
                rows.iter().map(|record| Box::new(Part { record, ..*self }) as Box<dyn Members<'a>>).collect(),
            ),
        })
    }
}

impl<'a> Link<'a> {
    fn uri(&self) -> Option<String> {
        self.books.table_of(self.uid).map(|table| self.ctx.uri(table, self.uid))
    }

    /// A display member. Of an order that its conversion took away the number is still known (myob.md 3.5).
    fn label(&self, name: &str) -> Option<Cow<'a, str>> {
        let Some(row) = self.books.find(self.uid) else {
            return self.books.gone.get(&self.uid).map(|(_, number)| Cow::Borrowed(number.as_str()));
        };
        if name == "Name" && row.table.is_card() {
            return Some(row.name().into());
        }
        row.body.text(name).map(Cow::Borrowed)
    }

    fn write(&self, out: &mut Writer) {
        out.object(|out| {
            out.text("UID", &self.uid.to_string());
            for name in self.target.labels() {
                out.name(name);
                match self.label(name) {
                    Some(text) => out.string(&text),
                    None => out.value("null"),
                }
            }
            if self.ctx.uris
                && let Some(uri) = self.uri()
            {
                out.text("URI", &uri);
            }
        });
    }
}

impl<'a> Members<'a> for Link<'a> {
    fn member(&self, name: &str) -> Option<Seen<'a>> {
        match name {
            "UID" => Some(Seen::Guid(self.uid)),
            "URI" => Some(self.uri().map_or(Seen::Null, |uri| Seen::Text(uri.into()))),
            label if self.target.labels().contains(&label) => Some(self.label(label).map_or(Seen::Null, Seen::Text)),
            _ => None,
        }
    }
}
