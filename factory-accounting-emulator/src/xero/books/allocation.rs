//! Allocations of credit notes to invoices (xero.md 4.10).

use super::document::{Document, Kind, Status};
use super::errors::{self, Findings, Refusal};
use super::lines::cents;
use super::payment::named;
use super::shelf::{Key, Shelved};
use super::wire_in;
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::{Call, Reply};
use chrono::NaiveDate;
use http::{Method, StatusCode};
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Allocation {
    pub(super) id: Uuid,
    pub(super) credit: Uuid,
    pub(super) invoice: Uuid,
    pub(super) amount: Decimal,
    pub(super) date: NaiveDate,
    pub(super) deleted: bool,
}

impl Shelved for Allocation {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Document, self.invoice.to_string()), (Key::Number, self.credit.to_string())]
    }
}

struct AllocationInput {
    invoice: Option<(Option<Uuid>, Option<String>)>,
    amount: Decimal,
    date: Option<NaiveDate>,
}

impl Books {
    pub(super) fn allocations_call(
        &mut self,
        call: &Call<'_>,
        method: &Method,
        credit: Uuid,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Answer {
        match (method, rest) {
            (&Method::PUT, []) => {
                let mut inputs = Vec::new();
                for element in wire_in::elements(call.body, "Allocations", "Allocation")? {
                    inputs.push(AllocationInput {
                        invoice: named(&element, "Invoice", "InvoiceID", "InvoiceNumber")?,
                        // JSON says Amount; AppliedAmount is not read (xero.md 4.10).
                        amount: element.decimal("Amount")?.unwrap_or_default(),
                        date: element.date("Date")?,
                    });
                }
                self.respond_batch(
                    call,
                    "Allocations",
                    true,
                    ctx,
                    &inputs,
                    |books, input| books.allocate(credit, input, ctx),
                    |books, out, entry, findings, every| {
                        books.render_allocation(out, entry);
                        respond::verdict(out, findings, every);
                    },
                )
            }
            (&Method::DELETE, [key]) => self.remove_allocation(credit, key, ctx),
            (_, [] | [_]) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn allocate(&mut self, credit: Uuid, input: &AllocationInput, ctx: &Context<'_>) -> Written<Allocation> {
        let mut findings = Findings::default();
        let credit = self.credit_notes.get(credit).cloned();
        let key =
            input.invoice.as_ref().and_then(|(id, number)| id.map(|id| id.to_string()).or_else(|| number.clone()));
        let invoice = key
            .and_then(|key| self.find_document(super::document::Family::Invoice, &key))
            .and_then(|id| self.invoices.get(id))
            .cloned();
        let mut entry = Allocation {
            id: Uuid::nil(),
            credit: credit.as_ref().map_or(Uuid::nil(), |row| row.id),
            invoice: invoice.as_ref().map_or(Uuid::nil(), |row| row.id),
            amount: cents(input.amount, ctx.switches.halves),
            date: input.date.unwrap_or_else(|| self.region().today(ctx.now)),
            deleted: false,
        };
        let (Some(mut credit), Some(mut invoice)) = (credit, invoice) else {
            findings.error("Invoice could not be found"); // [impl]
            return Written { row: entry, findings };
        };
        judge(&credit, &invoice, entry.amount, &mut findings);
        // The server dates it with the later of the two documents (xero.md 4.10).
        entry.date = credit.date.max(invoice.date);
        if self.is_locked(entry.date) {
            findings.error(errors::LOCK_DATE);
        }
        if findings.is_clean() {
            entry.id = self.ids.next();
            credit.credited += entry.amount;
            invoice.credited += entry.amount;
            credit.settle(entry.date);
            invoice.settle(entry.date);
            self.allocations.put(entry.clone());
            self.touch(credit, ctx);
            self.touch(invoice, ctx);
        }
        Written { row: entry, findings }
    }

    /// Answers a bare object (xero.md 4.10).
    fn remove_allocation(&mut self, credit: Uuid, key: &str, ctx: &Context<'_>) -> Answer {
        let id = Uuid::parse_str(key).map_err(|_| Refusal::NotFound)?;
        let entry = self.allocations.get(id).filter(|entry| entry.credit == credit && !entry.deleted);
        let mut entry = entry.cloned().ok_or(Refusal::NotFound)?;
        if self.is_locked(entry.date) {
            return Err(Refusal::validation(errors::LOCK_DATE));
        }
        entry.deleted = true;
        for row in [self.credit_notes.get(entry.credit).cloned(), self.invoices.get(entry.invoice).cloned()] {
            let Some(mut row) = row else { continue };
            row.credited -= entry.amount;
            row.settle(entry.date);
            self.touch(row, ctx);
        }
        self.allocations.put(entry.clone());
        let mut out = Writer::default();
        out.object(|out| {
            out.id("AllocationID", entry.id);
            out.date("Date", entry.date);
            out.member("Invoice", |out| out.id("InvoiceID", entry.invoice));
            out.flag("IsDeleted", true);
        });
        Ok(Reply::json(StatusCode::OK, out.finish()))
    }

    fn render_allocation(&self, out: &mut Writer, entry: &Allocation) {
        out.id("AllocationID", entry.id);
        out.decimal("Amount", entry.amount);
        out.date("Date", entry.date);
        out.member("Invoice", |out| {
            out.id("InvoiceID", entry.invoice);
            if let Some(invoice) = self.invoices.get(entry.invoice) {
                out.text("InvoiceNumber", &invoice.number);
            }
        });
        out.flag("IsDeleted", entry.deleted);
    }

    /// The allocations inside a credit note.
    pub(super) fn render_allocations(&self, out: &mut Writer, credit: Uuid) {
        let live = self.allocations.find(Key::Number, &credit.to_string()).filter(|entry| !entry.deleted);
        out.list("Allocations", live, |out, entry| self.render_allocation(out, entry));
    }
}

fn judge(credit: &Document, invoice: &Document, amount: Decimal, findings: &mut Findings) {
    let sides = [(Kind::SalesCredit, Kind::Invoice), (Kind::PurchaseCredit, Kind::Bill)];
    if !sides.contains(&(credit.kind, invoice.kind)) {
        findings.error(errors::ALLOCATION_TYPE);
    }
    if credit.contact != invoice.contact {
        findings.error("Credit Note cannot be allocated to an invoice of another contact"); // [impl]
    }
    if credit.currency != invoice.currency {
        findings.error("Credit Note cannot be allocated to an invoice in another currency"); // [impl]
    }
    if !matches!(credit.status, Status::Authorised | Status::Paid) {
        findings.error("Credit Note not of valid status for allocation"); // [impl]
    }
    match invoice.status {
        Status::Paid => findings.error(errors::ALLOCATION_PAID),
        Status::Authorised => {}
        _ => findings.error("Invoice not of valid status for allocation"), // [impl]
    }
    if amount <= Decimal::ZERO {
        findings.error("The Amount of an allocation must be greater than 0"); // [impl]
    }
    if amount > credit.outstanding().min(invoice.outstanding()) && invoice.status != Status::Paid {
        findings.error(errors::ALLOCATION_TOO_BIG);
    }
}
