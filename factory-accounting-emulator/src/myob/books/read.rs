//! Reads: one row, a page of a collection, a page of a union (myob.md 5).

use super::shelf::Row;
use super::table::{Form, Layout, Table};
use super::view::{FRAME, Guise, View};
use super::{Books, Context, Refusal, errors};
use crate::json::Writer;
use crate::myob::call::{Call, Reply};
use crate::myob::odata::{Literal, Query, QueryError, Shape};
use http::{StatusCode, header};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

impl From<QueryError> for Refusal {
    fn from(error: QueryError) -> Self {
        error.reply().into()
    }
}

impl Books {
    pub(super) fn view<'a>(&'a self, row: &'a Row, ctx: &'a Context<'a>) -> View<'a> {
        View { books: self, row, ctx, guise: Guise::Typed }
    }

    pub(super) fn present(&self, table: Table, uid: Uuid) -> Result<&Arc<Row>, errors::Fault> {
        self.get(table, uid).ok_or_else(errors::no_such_row)
    }

    /// One row; where `Accept` asks for its printed form, that is a gap (myob.md 3.9).
    pub(super) fn read(&self, call: &Call<'_>, table: Table, uid: Uuid, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        let row = self.present(table, uid)?;
        let accept = call.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accept.contains("application/pdf") && (table.document().is_some() || table == Table::CreditRefund) {
            if matches!(table, Table::Document(_, Layout::Miscellaneous)) {
                return Err(errors::no_such_row().into());
            }
            return Err(errors::gap("printed forms").into());
        }
        Ok(Reply::tagged(self.view(row, ctx).json(), &row.version.to_string()))
    }

    pub(super) fn list(&self, call: &Call<'_>, table: Table, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        let mut members: Vec<&str> = FRAME.to_vec();
        members.extend(table.shape().fields.iter().map(|field| field.name));
        if let Some(form) = table.form().filter(|_| ctx.switches.typed_documents_name_layout) {
            members.push(form.layout_member());
        }
        self.page(call, &[table], Guise::Typed, &Shape { type_name: table.shape().name, members: &members }, ctx)
    }

    pub(super) fn union(&self, call: &Call<'_>, form: Form, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        let tables: Vec<Table> = form.tables().collect();
        let widest = Table::Document(form, Layout::Item).shape();
        let mut members: Vec<&str> = FRAME.to_vec();
        members.extend(widest.fields.iter().map(|field| field.name).filter(|name| *name != "Lines"));
        members.push(form.layout_member());
        self.page(call, &tables, Guise::Union, &Shape { type_name: form.word(), members: &members }, ctx)
    }

    pub(super) fn contacts(&self, call: &Call<'_>, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        let tables = [Table::Customer, Table::Supplier, Table::Employee, Table::Personal];
        let mut members: Vec<&str> = FRAME.to_vec();
        members.extend(Table::Personal.shape().fields.iter().map(|field| field.name));
        members.push("Type");
        self.page(call, &tables, Guise::Union, &Shape { type_name: "Contact", members: &members }, ctx)
    }

    fn page(
        &self,
        call: &Call<'_>,
        tables: &[Table],
        guise: Guise,
        shape: &Shape<'_>,
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        let query = Query::parse(call.query, shape, ctx.switches)?;
        let rows = self.candidates(tables, &query);
        let views = rows.into_iter().map(|row| View { books: self, row, ctx, guise });
        let page = query.page(views, call, ctx.switches)?;
        let mut out = Writer::default();
        out.object(|out| {
            out.name("Items");
            out.values(&page.rows, |out, view| view.write(out, ""));
            out.name("NextPageLink");
            match &page.next {
                Some(link) => out.string(link),
                None => out.value("null"),
            }
            out.raw("Count", page.count);
        });
        Ok(Reply::json(StatusCode::OK, out.finish()))
    }

    /// The rows that can match at all: through an index where the filter names one. A literal of another type than the
    /// index's is left to the filter, which refuses it.
    fn candidates(&self, tables: &[Table], query: &Query) -> Vec<&Row> {
        if let Some(wanted) = query.pinned("UID").and_then(|literals| typed(&literals, Literal::guid)) {
            let found = wanted.into_iter().filter_map(|uid| self.find(uid)).filter(|row| tables.contains(&row.table));
            return found.map(AsRef::as_ref).collect();
        }
        let indexed = tables.first().map_or(&[][..], |table| table.indexed());
        for member in indexed {
            let Some(literals) = query.pinned(member) else { continue };
            let wanted = if member.ends_with("/UID") {
                typed(&literals, |literal| literal.guid().map(|uid| uid.to_string()))
            } else {
                typed(&literals, |literal| literal.text().map(str::to_owned))
            };
            let Some(wanted) = wanted else { continue };
            let hits =
                tables.iter().flat_map(|table| wanted.iter().flat_map(|key| self.shelf(*table).find(member, key)));
            return hits.map(AsRef::as_ref).collect();
        }
        tables.iter().flat_map(|table| self.shelf(*table).rows()).map(AsRef::as_ref).collect()
    }
}

/// All literals as keys of one type, each once; none if one of them is of another type.
fn typed<K: Ord>(literals: &[&Literal], key: impl Fn(&Literal) -> Option<K>) -> Option<BTreeSet<K>> {
    literals.iter().map(|literal| key(literal)).collect()
}
