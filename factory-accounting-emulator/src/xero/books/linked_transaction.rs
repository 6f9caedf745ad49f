//! Linked transactions: a bill's line that a customer is to be charged for (xero.md 4.1, 4.16).

use super::document::{Document, Kind, Status};
use super::errors::{Findings, Refusal};
use super::filter::{Field, Filtered};
use super::list::Page;
use super::shelf::{Key, Shelved};
use super::wire_in::{self, Object};
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct LinkedTransaction {
    id: Uuid,
    /// The bill and its line; the other source that Xero knows, money spent, is a bank transaction (xero.md 4.16).
    source: Uuid,
    source_line: Uuid,
    contact: Option<Uuid>,
    /// The draft invoice that charges it on, and its line.
    target: Option<Uuid>,
    target_line: Option<Uuid>,
    deleted: bool,
    updated: DateTime<Utc>,
}

impl Shelved for LinkedTransaction {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Document, self.source.to_string())]
    }
}

impl Filtered for LinkedTransaction {
    const NAME: &'static str = "LinkedTransaction";

    /// There is neither `where` nor `order` (xero.md 6).
    fn field(_: &str) -> Option<Field<Self>> {
        None
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

/// What was sent; an update keeps what it does not mention.
struct LinkInput {
    source: Option<Uuid>,
    source_line: Option<Uuid>,
    contact: Option<Uuid>,
    target: Option<Uuid>,
    target_line: Option<Uuid>,
}

impl LinkInput {
    fn read(object: &Object<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            source: object.id("SourceTransactionID")?,
            source_line: object.id("SourceLineItemID")?,
            contact: object.id("ContactID")?,
            target: object.id("TargetTransactionID")?,
            target_line: object.id("TargetLineItemID")?,
        })
    }
}

impl Books {
    pub(super) fn linked_transactions_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let found = rest.first().map(|key| self.find_linked(key).ok_or(Refusal::NotFound)).transpose()?;
        match (call.method, found, rest.len()) {
            (&Method::GET, None, _) => self.list_linked(call, ctx),
            (&Method::GET, Some(id), 1) => Ok(ctx.envelope(None, |out| {
                let row = self.linked_transactions.get(id);
                out.list("LinkedTransactions", row, |out, row| self.render_linked(out, row));
            })),
            (&Method::PUT, None, _) => self.save_linked(call, None, ctx),
            (&Method::POST, Some(id), 1) => self.save_linked(call, Some(id), ctx),
            (&Method::DELETE, Some(id), 1) => {
                let mut row = self.linked_transactions.get(id).cloned().ok_or(Refusal::NotFound)?;
                row.deleted = true;
                self.linked_transactions.put(row);
                Ok(respond::no_content())
            }
            (_, _, 0 | 1) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn find_linked(&self, key: &str) -> Option<Uuid> {
        let id = Uuid::parse_str(key).ok()?;
        self.linked_transactions.get(id).filter(|row| !row.deleted).map(|row| row.id)
    }

    /// Always paged, a hundred a page, without a pagination object (xero.md 6).
    fn list_linked(&self, call: &Call<'_>, ctx: &Context<'_>) -> Answer {
        let wanted =
            |name: &str| -> Result<Option<Uuid>, Refusal> { Ok(super::list::ids(call, name)?.first().copied()) };
        let (id, source) = (wanted("LinkedTransactionID")?, wanted("SourceTransactionID")?);
        let (contact, target) = (wanted("ContactID")?, wanted("TargetTransactionID")?);
        let status = call.param("Status").filter(|text| !text.is_empty());
        let rows = self.select_by(call, None, self.linked_transactions.iter(), |row: &LinkedTransaction| {
            !row.deleted
                && id.is_none_or(|id| row.id == id)
                && source.is_none_or(|source| row.source == source)
                && (contact.is_none() || row.contact == contact)
                && (target.is_none() || row.target == target)
                && status.is_none_or(|status| self.linked_status(row).eq_ignore_ascii_case(status))
        })?;
        let (rows, _) = Page::read(call, true)?.cut(rows);
        Ok(ctx.envelope(None, |out| {
            out.list("LinkedTransactions", rows, |out, row| self.render_linked(out, row));
        }))
    }

    fn save_linked(&mut self, call: &Call<'_>, held: Option<Uuid>, ctx: &Context<'_>) -> Answer {
        let elements = wire_in::elements(call.body, "LinkedTransactions", "LinkedTransaction")?;
        let inputs = elements.iter().map(LinkInput::read).collect::<Result<Vec<_>, _>>()?;
        let [_] = inputs.as_slice() else {
            return Err(Refusal::validation("Only one linked transaction can be written at a time")); // [impl]
        };
        let write = |books: &mut Self, input: &LinkInput| books.write_linked(held, input, ctx);
        let shown = |books: &Self, out: &mut Writer, row: &LinkedTransaction, findings: &Findings, every: bool| {
            books.render_linked(out, row);
            respond::verdict(out, findings, every);
        };
        self.respond_batch(call, "LinkedTransactions", false, ctx, &inputs, write, shown)
    }

    fn write_linked(&mut self, held: Option<Uuid>, input: &LinkInput, ctx: &Context<'_>) -> Written<LinkedTransaction> {
        let held = held.and_then(|id| self.linked_transactions.get(id)).cloned();
        let is_new = held.is_none();
        let mut row = held.unwrap_or(LinkedTransaction {
            id: Uuid::nil(),
            source: Uuid::nil(),
            source_line: Uuid::nil(),
            contact: None,
            target: None,
            target_line: None,
            deleted: false,
            updated: ctx.now,
        });
        row.source = input.source.unwrap_or(row.source);
        row.source_line = input.source_line.unwrap_or(row.source_line);
        row.contact = input.contact.or(row.contact);
        row.target = input.target.or(row.target);
        row.target_line = input.target_line.or(row.target_line);
        let findings = self.judge_linked(&mut row);
        if findings.is_clean() {
            if is_new {
                row.id = self.ids.next();
            }
            row.updated = ctx.now;
            self.linked_transactions.put(row.clone());
        }
        Written { row, findings }
    }

    /// What is linked must be a bill's own line; it goes onto a line of a draft invoice to the same customer.
    fn judge_linked(&self, row: &mut LinkedTransaction) -> Findings {
        let mut findings = Findings::default();
        let has_line = |document: &Document, line: Uuid| document.lines.iter().any(|own| own.id == line);
        let bill = self.invoices.get(row.source).filter(|document| document.kind == Kind::Bill);
        if bill.is_none_or(|bill| !has_line(bill, row.source_line)) {
            findings.error("The SourceLineItemID and SourceTransactionID do not match"); // [spec]
        }
        if row.contact.is_some_and(|contact| self.contacts.get(contact).is_none()) {
            findings.error("The contact could not be found"); // [impl]
        }
        match (row.target, row.target_line) {
            (None, None) => {}
            (Some(target), Some(line)) => match self.invoices.get(target) {
                Some(invoice) if invoice.kind == Kind::Invoice && has_line(invoice, line) => {
                    if invoice.status != Status::Draft {
                        findings.error("The TargetTransaction must be a draft invoice"); // [impl], xero.md 4.16
                    }
                    if *row.contact.get_or_insert(invoice.contact) != invoice.contact {
                        findings.error("The ContactID and the TargetTransaction ContactID do not match"); // [spec]
                    }
                }
                _ => findings.error("The TargetLineItemID and TargetTransactionID do not match"), // [impl]
            },
            _ => findings.error("TargetTransactionID and TargetLineItemID must be sent together"), // [impl]
        }
        findings
    }

    /// Derived from the two documents [memory]: what is on a draft is ONDRAFT, what is on an approved invoice BILLED.
    fn linked_status(&self, row: &LinkedTransaction) -> &'static str {
        let source = self.invoices.get(row.source).map(|document| document.status);
        let target = row.target.and_then(|id| self.invoices.get(id)).map(|document| document.status);
        match (source, target) {
            (Some(status), _) if status.is_gone() => "VOIDED",
            (_, Some(Status::Authorised | Status::Paid)) => "BILLED",
            (_, Some(status)) if !status.is_gone() => "ONDRAFT",
            (Some(Status::Authorised | Status::Paid), _) => "APPROVED",
            _ => "DRAFT",
        }
    }

    fn render_linked(&self, out: &mut Writer, row: &LinkedTransaction) {
        out.id("LinkedTransactionID", row.id);
        out.id("SourceTransactionID", row.source);
        out.id("SourceLineItemID", row.source_line);
        for (name, id) in
            [("ContactID", row.contact), ("TargetTransactionID", row.target), ("TargetLineItemID", row.target_line)]
        {
            if let Some(id) = id {
                out.id(name, id);
            }
        }
        out.text("Status", self.linked_status(row));
        out.text("Type", "BILLABLEEXPENSE");
        out.instant("UpdatedDateUTC", row.updated);
        out.text("SourceTransactionTypeCode", "ACCPAY");
    }
}
