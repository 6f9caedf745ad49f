//! Writing rows: what every entity carries, then its members with the names of what they refer to (qbo.md 2, 5.0).

use super::Books;
use super::entity::Entity;
use super::record::{Node, Record, Ref};
use super::shape::{Field, Kind};
use super::shelf::Row;
use crate::json::Writer;

/// How much of a row is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    /// Everything.
    Whole,
    /// What `*` shows: an item's Sku must be asked for (qbo.md 5.5).
    Listed,
    /// Only the named members, which makes the row sparse (qbo.md 2).
    Only(&'a [String]),
}

impl Books {
    /// One row as a JSON object.
    pub(super) fn row_json(&self, row: &Row) -> String {
        self.view_json(row, View::Whole)
    }

    /// One row with as much as a query shows of it.
    pub(super) fn view_json(&self, row: &Row, view: View<'_>) -> String {
        let mut out = Writer::default();
        out.object(|out| self.write_row(row, view, out));
        out.finish()
    }

    fn write_row(&self, row: &Row, view: View<'_>, out: &mut Writer) {
        let shown = |name: &str| match view {
            View::Whole => true,
            View::Listed => row.entity != Entity::Item || name != "Sku",
            View::Only(names) => {
                names.iter().any(|path| path.split('.').next().is_some_and(|head| head.eq_ignore_ascii_case(name)))
            }
        };
        for (field, node) in row.body.members().filter(|(field, _)| shown(field.name)) {
            self.write_member(field, node, out);
        }
        out.text("domain", "QBO");
        out.raw("sparse", matches!(view, View::Only(_)));
        if shown("Id") {
            out.text("Id", &row.id.to_string());
        }
        if shown("SyncToken") {
            out.text("SyncToken", &row.sync_token.to_string());
        }
        if shown("MetaData") {
            out.member("MetaData", |out| {
                out.text("CreateTime", &self.country.row_time(row.created));
                out.text("LastUpdatedTime", &self.country.row_time(row.updated));
            });
        }
    }

    fn write_record(&self, record: &Record, out: &mut Writer) {
        for (field, node) in record.members() {
            self.write_member(field, node, out);
        }
    }

    fn write_member(&self, field: &Field, node: &Node, out: &mut Writer) {
        match node {
            Node::Text(code) if matches!(field.kind, Kind::Currency) => out.member(field.name, |out| {
                out.text("value", code);
                if let Some(name) = currency_name(code) {
                    out.text("name", name);
                }
            }),
            Node::Text(text) => out.text(field.name, text),
            // `1183`, `3592.39`: trailing zeros are not written (qbo.md 5.13).
            Node::Number(number) => out.raw(field.name, number.normalize()),
            Node::Flag(flag) => out.raw(field.name, flag),
            Node::Date(date) => out.text(field.name, &date.to_string()),
            Node::Ref(link) => out.member(field.name, |out| self.write_reference(&field.kind, link, out)),
            Node::Record(record) => out.member(field.name, |out| self.write_record(record, out)),
            Node::List(list) => out.list(field.name, list, |out, record| self.write_record(record, out)),
        }
    }

    fn write_reference(&self, kind: &Kind, link: &Ref, out: &mut Writer) {
        out.text("value", &link.value);
        let only = match kind {
            Kind::Ref([only]) => Some(*only),
            _ => None,
        };
        if let Some(name) = link.entity.or(only).and_then(|entity| self.name_of(entity, &link.value)) {
            out.text("name", name);
        }
        if let Some(entity) = link.entity {
            out.text("type", entity.name());
        }
    }

    /// The name that a reference to a row shows.
    pub(super) fn name_of(&self, entity: Entity, value: &str) -> Option<&str> {
        let row = self.get(entity, super::ids::Id::parse(value)?)?;
        row.body.text(entity.label()?)
    }
}

/// The English name of a currency that a seeded company keeps its books in.
pub(super) fn currency_name(code: &str) -> Option<&'static str> {
    match code {
        "AUD" => Some("Australian Dollar"),
        "USD" => Some("United States Dollar"),
        "GBP" => Some("British Pound Sterling"),
        "CAD" => Some("Canadian Dollar"),
        _ => None,
    }
}
