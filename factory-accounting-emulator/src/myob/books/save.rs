//! Create, replace, delete: one way for every collection, with the collection's own rule in the middle (myob.md 12.3).

use super::errors::{self, Fault, Missing};
use super::record::Record;
use super::shelf::Row;
use super::table::{Form, Layout, Table};
use super::wire::reader::{self, Input};
use super::{Books, Context, Refusal};
use crate::json::Writer;
use crate::myob::call::{Call, Reply};
use crate::myob::switches::{ClientUid, InactiveLinks, QuoteStatus, Warnings};
use bytes::Bytes;
use http::StatusCode;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// One write on its way to being stored.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) table: Table,
    /// The row's id, which a new row has already.
    pub(super) uid: Uuid,
    /// The row as it stands; none for a new one.
    pub(super) before: Option<Arc<Row>>,
    /// The row as it will stand: what was sent, over what only MYOB writes.
    pub(super) body: Record,
}

impl Draft {
    /// The body as it stands in the books.
    pub(super) fn stored(&self) -> Option<&Record> {
        self.before.as_ref().map(|row| &row.body)
    }
}

impl Books {
    /// 201 without a body unless `returnBody` asks for it (myob.md 4).
    pub(super) fn create(&mut self, call: &Call<'_>, table: Table, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        let input = reader::read(table.shape(), utf8(call.body)?)?;
        let uid = self.write(call, |books| books.save(table, None, input, ctx))?;
        let body = self.written(call, table, uid, ctx)?;
        Ok(Reply::created(&ctx.uri(table, uid), body))
    }

    /// 200 without a body unless `returnBody` asks for it; an id that is not there is never created (myob.md 4).
    pub(super) fn update(
        &mut self,
        call: &Call<'_>,
        table: Table,
        uid: Uuid,
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        let input = reader::read(table.shape(), utf8(call.body)?)?;
        self.write(call, |books| books.save(table, Some(uid), input, ctx))?;
        Ok(match self.written(call, table, uid, ctx)? {
            Some(body) => Reply::json(StatusCode::OK, body),
            None => Reply::empty(StatusCode::OK),
        })
    }

    /// 200 and no body; a second time it is 404 (myob.md 4).
    pub(super) fn delete(&mut self, table: Table, uid: Uuid, ctx: &Context<'_>) -> Result<Reply, Refusal> {
        self.attempt(|books| books.erase(table, uid, ctx))?;
        Ok(Reply::empty(StatusCode::OK))
    }

    /// Does a write whole or not at all; `warningsAsErrors` stops it at a warning (myob.md 4).
    fn write(&mut self, call: &Call<'_>, work: impl FnOnce(&mut Self) -> Result<Uuid, Fault>) -> Result<Uuid, Fault> {
        self.warnings.clear();
        let strict = call.flag("warningsAsErrors");
        self.attempt(|books| {
            let uid = work(books)?;
            if strict && !books.warnings.is_empty() {
                return Err(Fault::of_warnings(std::mem::take(&mut books.warnings)));
            }
            Ok(uid)
        })
    }

    fn written(&mut self, call: &Call<'_>, table: Table, uid: Uuid, ctx: &Context<'_>) -> Result<Option<Bytes>, Fault> {
        let warnings = std::mem::take(&mut self.warnings);
        let told = ctx.switches.warnings == Warnings::InBody && !warnings.is_empty();
        let entries: Value = warnings.iter().map(|entry| entry.json()).collect();
        if !call.flag("returnBody") {
            return Ok(told.then(|| Bytes::from(json!({"Errors": entries, "Information": null}).to_string())));
        }
        let row = self.present(table, uid)?;
        let mut out = Writer::default();
        let more = if told { format!("\"Errors\":{entries}") } else { String::new() };
        self.view(row, ctx).write(&mut out, &more);
        Ok(Some(Bytes::from(out.finish())))
    }

    /// Creates or replaces a row.
    pub(super) fn save(
        &mut self,
        table: Table,
        uid: Option<Uuid>,
        input: Input,
        ctx: &Context<'_>,
    ) -> Result<Uuid, Fault> {
        allow(table, ctx)?;
        let before = match uid {
            Some(uid) => Some(self.current(table, uid, &input)?),
            None => None,
        };
        let uid = before.as_ref().map_or_else(|| self.new_uid(input.uid, ctx), |row| row.uid);
        let mut body = before.as_ref().map_or_else(|| Record::new(table.shape()), |row| row.body.read_only_part());
        body.merge(input.body);
        let mut draft = Draft { table, uid, before, body };
        self.check_status(&mut draft, ctx);
        self.require(&draft, ctx)?;
        self.check_links(&draft.body, ctx)?;
        check_lengths(&draft.body)?;
        self.check(&mut draft, ctx)?;
        self.commit(draft, ctx);
        Ok(uid)
    }

    /// The members that must be there (myob.md 12.3, step 5).
    fn require(&self, draft: &Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let mut missing = Missing::default();
        match draft.table {
            Table::Customer | Table::Supplier | Table::Employee | Table::Personal => {
                super::contact::require(draft, &mut missing);
            }
            Table::Item => super::item::require(draft, &mut missing),
            Table::Account | Table::TaxCode | Table::Job | Table::Category => {
                super::lists::require(draft, &mut missing);
            }
            Table::Document(form, layout) => super::document::require(draft, form, layout, &mut missing, ctx)?,
            Table::SpendMoney | Table::ReceiveMoney | Table::TransferMoney => {
                super::money::require(draft, &mut missing);
            }
            _ => super::payment::require(draft, &mut missing),
        }
        missing.refuse()
    }

    /// The collection's own rule (myob.md 12.3, steps 8 to 14).
    fn check(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        match draft.table {
            Table::Customer | Table::Supplier | Table::Employee | Table::Personal => self.check_card(draft, ctx),
            Table::Item => self.check_item(draft, ctx),
            Table::Account | Table::TaxCode | Table::Job | Table::Category => self.check_list(draft),
            Table::Document(form, layout) => self.check_document(draft, form, layout, ctx),
            Table::SpendMoney | Table::ReceiveMoney | Table::TransferMoney => self.check_money(draft, ctx),
            _ => self.check_payment(draft, ctx),
        }
    }

    /// Stores the row and what happens because of it.
    fn commit(&mut self, draft: Draft, ctx: &Context<'_>) {
        let Draft { table, uid, before, body } = draft;
        let converted = if before.is_none() { body.link("Order") } else { None };
        let freed = before.as_ref().map(|row| super::payment::applications(row)).unwrap_or_default();
        match before {
            Some(_) => self.change(table, uid, ctx, |stored| *stored = body),
            None => self.put_new(table, uid, body, ctx),
        }
        if let Some(order) = converted {
            self.consume_order(order, table, uid, ctx);
        }
        self.apply_payment(uid, ctx);
        for (document, _) in freed {
            // What the change of a payment took from a document is known already; its last day of payment is not.
            self.apply_to(document, Decimal::ZERO, ctx);
        }
    }

    /// Deletes a row (myob.md 4).
    pub(super) fn erase(&mut self, table: Table, uid: Uuid, ctx: &Context<'_>) -> Result<(), Fault> {
        allow(table, ctx)?;
        let row = Arc::clone(self.present(table, uid)?);
        match table {
            Table::Document(form, _) => self.check_document_deletion(&row, form, ctx)?,
            _ if table.is_list() => self.check_list_deletion(&row)?,
            _ => self.check_reversible(&row, ctx)?,
        }
        self.remove(table, uid);
        self.forget_files(uid);
        self.unapply_payment(&row, ctx);
        Ok(())
    }

    /// The row that a PUT is about, if the caller knows its latest version (myob.md 12.3, step 4).
    fn current(&self, table: Table, uid: Uuid, input: &Input) -> Result<Arc<Row>, Fault> {
        let row = Arc::clone(self.present(table, uid)?);
        match input.uid {
            None => return Err(errors::required("UID")),
            Some(sent) if sent != uid => return Err(errors::invalid("UID", "UID is not the one of the address")),
            Some(_) => {}
        }
        match input.version.as_deref() {
            Some(version) if version == row.version.to_string() => Ok(row),
            _ => Err(errors::stale("RowVersion")),
        }
    }

    /// The server gives ids; what a client sends is ignored, zero or not (myob.md 4).
    fn new_uid(&mut self, sent: Option<Uuid>, ctx: &Context<'_>) -> Uuid {
        let own = self.uids.uuid();
        let free = sent.filter(|uid| !uid.is_nil() && self.table_of(*uid).is_none());
        match ctx.switches.client_uid {
            ClientUid::Ignored => own,
            ClientUid::Honoured => free.unwrap_or(own),
        }
    }

    /// A quote's status is the client's only by switch (myob.md 13.11).
    fn check_status(&self, draft: &mut Draft, ctx: &Context<'_>) {
        if draft.table.form() != Some(Form::Quote) {
            return;
        }
        let held = draft.stored().and_then(|body| body.text("Status")).unwrap_or("Open").to_owned();
        let keeps = draft.before.is_none() || ctx.switches.quote_status == QuoteStatus::Ignored;
        if keeps || !draft.body.has("Status") {
            draft.body.set("Status", held);
        }
    }

    /// Every link names a row of its kind, and an active one (myob.md 12.3, step 6).
    fn check_links(&self, body: &Record, ctx: &Context<'_>) -> Result<(), Fault> {
        let mut outcome = Ok(());
        body.links(&mut |path, target, uid| {
            // An order that was converted is known by its conversion (myob.md 3.5).
            if outcome.is_err() || path == "Order" && self.gone.contains_key(&uid) {
                return;
            }
            let Some(target) = target else { return };
            outcome = match self.find(uid).filter(|row| target.admits(row.table)) {
                None => Err(Fault::of("NotFound", path).saying(format!("{path}: no such entity"))),
                Some(row) if !row.is_active() && ctx.switches.inactive_links == InactiveLinks::Refused => {
                    Err(inactive(row.table, path))
                }
                Some(_) => Ok(()),
            };
        });
        outcome
    }
}

fn inactive(table: Table, path: &str) -> Fault {
    match table {
        Table::Account => {
            Fault::of("JournalLine_InvalidAccount", path).saying(format!("{path}: the account is inactive"))
        }
        _ => errors::invalid(path, format!("{path} is inactive")),
    }
}

/// Texts have lengths, some shorter than the pages say (myob.md 3.4).
fn check_lengths(body: &Record) -> Result<(), Fault> {
    let mut outcome = Ok(());
    body.too_long("", &mut |path, max| {
        if outcome.is_ok() {
            outcome = Err(errors::invalid(path.clone(), format!("{path} must not be longer than {max} characters")));
        }
    });
    outcome
}

/// What only a person may do, because nothing here models what the API does.
fn allow(table: Table, ctx: &Context<'_>) -> Result<(), Fault> {
    match table {
        _ if ctx.person => Ok(()),
        Table::Employee => Err(errors::gap("writes of employees")),
        Table::Document(_, Layout::TimeBilling) => Err(errors::gap("writes in the time billing layout")),
        _ => Ok(()),
    }
}

fn utf8(body: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(body).map_err(|error| Fault::of("SerializationError", error.to_string()))
}
