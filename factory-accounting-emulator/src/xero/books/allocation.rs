//! Allocations of credit notes, prepayments and overpayments to invoices (xero.md 4.10).

use super::credit::Credit;
use super::document::{Document, Family, Status};
use super::errors::{self, Findings, Refusal};
use super::lines::cents;
use super::payment::{Named, named};
use super::shelf::{Key, Shelved};
use super::wire_in;
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::{Call, Reply};
use crate::xero::switches::AllocationStamp;
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
    invoice: Named,
    amount: Decimal,
    date: Option<NaiveDate>,
}

/// What is set off.
enum Source {
    CreditNote(Document),
    Credit(Credit),
}

impl Source {
    /// Its name in refusals.
    fn noun(&self) -> &'static str {
        match self {
            Self::CreditNote(_) => "Credit Note",
            Self::Credit(row) => row.kind.nature.noun(),
        }
    }

    fn is_sale(&self) -> bool {
        match self {
            Self::CreditNote(row) => row.kind.is_sale(),
            Self::Credit(row) => row.kind.is_sale,
        }
    }

    fn contact(&self) -> Uuid {
        match self {
            Self::CreditNote(row) => row.contact,
            Self::Credit(row) => row.contact,
        }
    }

    fn currency(&self) -> &str {
        match self {
            Self::CreditNote(row) => &row.currency,
            Self::Credit(row) => &row.currency,
        }
    }

    fn date(&self) -> NaiveDate {
        match self {
            Self::CreditNote(row) => row.date,
            Self::Credit(row) => row.date,
        }
    }

    fn is_approved(&self) -> bool {
        match self {
            Self::CreditNote(row) => matches!(row.status, Status::Authorised | Status::Paid),
            Self::Credit(_) => true,
        }
    }

    fn remaining(&self) -> Decimal {
        match self {
            Self::CreditNote(row) => row.outstanding(),
            Self::Credit(row) => row.remaining(),
        }
    }

    /// Uses so much of it, or less than nothing where an allocation is taken back.
    fn spend(&mut self, amount: Decimal, on: NaiveDate) {
        match self {
            Self::CreditNote(row) => {
                row.credited += amount;
                row.settle(on);
            }
            Self::Credit(row) => row.allocated += amount,
        }
    }
}

impl Books {
    /// `credit` is a credit note, a prepayment or an overpayment in the books.
    pub(super) fn allocations_call(
        &mut self,
        call: &Call<'_>,
        credit: Uuid,
        rest: &[String],
        ctx: &Context<'_>,
    ) -> Answer {
        match (call.method, rest) {
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
                        books.render_allocation(out, entry, true);
                        respond::verdict(out, findings, every);
                    },
                )
            }
            (&Method::DELETE, [key]) => self.remove_allocation(credit, key, ctx),
            (_, [] | [_]) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn source(&self, id: Uuid) -> Option<Source> {
        let note = self.credit_notes.get(id).cloned().map(Source::CreditNote);
        note.or_else(|| self.credits.get(id).cloned().map(Source::Credit))
    }

    fn allocate(&mut self, credit: Uuid, input: &AllocationInput, ctx: &Context<'_>) -> Written<Allocation> {
        let mut findings = Findings::default();
        let key =
            input.invoice.as_ref().and_then(|(id, number)| id.map(|id| id.to_string()).or_else(|| number.clone()));
        let invoice =
            key.and_then(|key| self.find_document(Family::Invoice, &key)).and_then(|id| self.invoices.get(id)).cloned();
        let mut entry = Allocation {
            id: Uuid::nil(),
            credit,
            invoice: invoice.as_ref().map_or(Uuid::nil(), |row| row.id),
            amount: cents(input.amount, ctx.switches.halves),
            date: input.date.unwrap_or_else(|| self.region().today(ctx.now)),
            deleted: false,
        };
        let (Some(mut source), Some(mut invoice)) = (self.source(credit), invoice) else {
            findings.error("Invoice could not be found"); // [impl]
            return Written { row: entry, findings };
        };
        judge(&source, &invoice, entry.amount, &mut findings);
        // The server dates it with the later of the two documents (xero.md 4.10).
        entry.date = source.date().max(invoice.date);
        if self.is_locked(entry.date) {
            findings.error(errors::LOCK_DATE);
        }
        if findings.is_clean() {
            entry.id = self.ids.next();
            source.spend(entry.amount, entry.date);
            invoice.credited += entry.amount;
            invoice.settle(entry.date);
            self.allocations.put(entry.clone());
            self.keep_allocated(source, invoice, ctx);
        }
        Written { row: entry, findings }
    }

    /// Whether the invoice's own stamp moves no source says (xero.md 4.10).
    fn keep_allocated(&mut self, source: Source, invoice: Document, ctx: &Context<'_>) {
        match source {
            Source::CreditNote(row) => self.touch(row, ctx),
            Source::Credit(mut row) => {
                row.updated = ctx.now;
                self.credits.put(row);
            }
        }
        match ctx.switches.allocation_stamp {
            AllocationStamp::MovesInvoice => self.touch(invoice, ctx),
            AllocationStamp::LeavesInvoice => self.store(invoice),
        }
    }

    /// Answers a bare object (xero.md 4.10).
    fn remove_allocation(&mut self, credit: Uuid, key: &str, ctx: &Context<'_>) -> Answer {
        let id = Uuid::parse_str(key).map_err(|_| Refusal::NotFound)?;
        let entry = self.allocations.get(id).filter(|entry| entry.credit == credit && !entry.deleted);
        let mut entry = entry.cloned().ok_or(Refusal::NotFound)?;
        if self.is_locked(entry.date) {
            return Err(Refusal::validation(errors::LOCK_DATE));
        }
        let source = self.source(entry.credit);
        let (Some(mut source), Some(mut invoice)) = (source, self.invoices.get(entry.invoice).cloned()) else {
            return Err(Refusal::NotFound);
        };
        entry.deleted = true;
        source.spend(-entry.amount, entry.date);
        invoice.credited -= entry.amount;
        invoice.settle(entry.date);
        self.allocations.put(entry.clone());
        self.keep_allocated(source, invoice, ctx);
        let mut out = Writer::default();
        out.object(|out| {
            out.id("AllocationID", entry.id);
            out.date("Date", entry.date);
            out.member("Invoice", |out| out.id("InvoiceID", entry.invoice));
            out.flag("IsDeleted", true);
        });
        Ok(Reply::json(StatusCode::OK, out.finish()))
    }

    fn render_allocation(&self, out: &mut Writer, entry: &Allocation, written: bool) {
        out.id("AllocationID", entry.id);
        out.decimal("Amount", entry.amount);
        out.date("Date", entry.date);
        out.member("Invoice", |out| {
            out.id("InvoiceID", entry.invoice);
            if let Some(invoice) = self.invoices.get(entry.invoice) {
                out.text("InvoiceNumber", &invoice.number);
            }
        });
        // What was written names what it was taken from; a list stands in it.
        if let Some(credit) = self.credits.get(entry.credit).filter(|_| written) {
            out.member(credit.kind.nature.noun(), |out| {
                out.id(credit.kind.nature.id_member(), credit.id);
                out.none("LineItems");
            });
        }
        out.flag("IsDeleted", entry.deleted);
    }

    /// The allocations inside a credit note, prepayment or overpayment.
    pub(super) fn render_allocations(&self, out: &mut Writer, credit: Uuid) {
        let live = self.allocations.find(Key::Number, &credit.to_string()).filter(|entry| !entry.deleted);
        out.list("Allocations", live, |out, entry| self.render_allocation(out, entry, false));
    }
}

fn judge(source: &Source, invoice: &Document, amount: Decimal, findings: &mut Findings) {
    let noun = source.noun();
    if source.is_sale() != invoice.kind.is_sale() {
        findings.error(format!("{noun} cannot be allocated to an incorrect invoice type"));
    }
    if source.contact() != invoice.contact {
        findings.error(format!("{noun} cannot be allocated to an invoice of another contact")); // [impl]
    }
    if source.currency() != invoice.currency {
        findings.error(format!("{noun} cannot be allocated to an invoice in another currency")); // [impl]
    }
    if !source.is_approved() {
        findings.error(format!("{noun} not of valid status for allocation")); // [impl]
    }
    match invoice.status {
        Status::Paid => findings.error(errors::ALLOCATION_PAID),
        Status::Authorised => {}
        _ => findings.error("Invoice not of valid status for allocation"), // [impl]
    }
    if amount <= Decimal::ZERO {
        findings.error("The Amount of an allocation must be greater than 0"); // [impl]
    }
    if amount > source.remaining().min(invoice.outstanding()) && invoice.status != Status::Paid {
        findings.error(format!("{noun} cannot be allocated as amount is greater than amount outstanding"));
    }
}
