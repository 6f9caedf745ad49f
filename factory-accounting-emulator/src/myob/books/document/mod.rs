//! Quotes, orders, invoices and bills: what each needs, how it is worked out, when it may go (myob.md 3.4, 3.7, 12.3).

pub(super) mod convert;
pub(super) mod lines;
mod terms;
pub(super) mod totals;

use super::errors::{self, Fault, Missing};
use super::record::Record;
use super::save::Draft;
use super::shapes;
use super::shelf::Row;
use super::table::{Form, Layout, Table};
use super::wire::reader::cents;
use super::{Books, Context};
use crate::myob::switches::{
    BillFreightTaxCode, CreditHold, CreditLimit, Numbering, OverApplication, PaidEdit, UniqueNumbers,
};
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

pub(super) fn require(
    draft: &Draft,
    form: Form,
    layout: Layout,
    missing: &mut Missing,
    ctx: &Context<'_>,
) -> Result<(), Fault> {
    let body = &draft.body;
    missing.need(body.link(form.party()).is_some(), form.party());
    missing.need(!ctx.switches.lines_required || !body.list("Lines").is_empty(), "Lines");
    lines::require(body.list("Lines"), form, layout, missing, ctx.switches.item_total);
    let always = form == Form::Bill && ctx.switches.bill_freight_tax_code == BillFreightTaxCode::Always;
    let needed = layout.has_freight() && (always || !body.amount("Freight").is_zero());
    if needed && body.link("FreightTaxCode").is_none() {
        return Err(Fault::of("FreightHasNotBeenSet", "FreightTaxCode"));
    }
    Ok(())
}

impl Books {
    pub(super) fn check_document(
        &mut self,
        draft: &mut Draft,
        form: Form,
        layout: Layout,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        self.check_changeable(draft, form)?;
        self.set_defaults(draft, form, ctx);
        self.work_out_lines(draft, form, layout, ctx)?;
        self.check_tax_codes(&draft.body, form, ctx)?;
        if form.posts() {
            let stored = draft.stored().and_then(|body| body.day("Date"));
            self.check_date(stored, ctx)?;
            self.check_date(draft.body.day("Date"), ctx)?;
        }
        self.check_category(&draft.body)?;
        self.check_freight(&draft.body)?;
        self.work_out_terms(&mut draft.body, form)?;
        totals::work_out(self, &mut draft.body, ctx)?;
        if form.posts() {
            self.check_credit(draft, form, ctx)?;
            if layout == Layout::Item {
                self.check_stock(draft, form, ctx)?;
            }
        }
        self.check_order(draft, form, layout, ctx)?;
        self.check_number(draft, form, ctx)?;
        self.work_out_balance(draft, form, ctx)
    }

    /// Freight needs its linked account, and does not go with a line by account alone among items (myob.md 3.4, 6).
    fn check_freight(&self, body: &Record) -> Result<(), Fault> {
        if body.amount("Freight").is_zero() {
            return Ok(());
        }
        if !self.settings.freight_account {
            return Err(Fault::of("FreightHasNotBeenSet", "Freight"));
        }
        let is_hybrid = |line: &Record| line.shape().position("Item").is_some() && line.link("Item").is_none();
        if body.list("Lines").iter().filter(|line| lines::is_transaction(line)).any(is_hybrid) {
            return Err(errors::gap("freight on an item document with lines by account (Freight)"));
        }
        Ok(())
    }

    /// A converted order stays as it is, and where everything must be reversed, so does a posted document (myob.md 4).
    fn check_changeable(&self, draft: &Draft, form: Form) -> Result<(), Fault> {
        let Some(row) = &draft.before else { return Ok(()) };
        check_open(row, form)?;
        if form.posts() && self.settings.must_reverse {
            return Err(Fault::of("TransactionsCannotBeDeleted", form.word()));
        }
        Ok(())
    }

    fn set_defaults(&self, draft: &mut Draft, form: Form, ctx: &Context<'_>) {
        let held = draft.before.as_ref().map(|row| row.body.clone());
        let body = &mut draft.body;
        body.set_default("Date", ctx.today());
        body.set_default("IsTaxInclusive", ctx.switches.tax_inclusive_when_missing);
        body.set_default(shapes::documents::delivery(form), "Print");
        if body.shape().position("Freight").is_some() {
            body.set_default("Freight", cents(Decimal::ZERO));
        }
        let name = body.link(form.party()).and_then(|uid| self.find(uid)).map(|row| row.name()).unwrap_or_default();
        let side = if form.is_sale() { "Sale" } else { "Purchase" };
        body.set_default("JournalMemo", format!("{side}; {name}").chars().take(255).collect::<String>());
        if form == Form::Invoice {
            body.set_default("OnlinePaymentMethod", "None");
        }
        if let Some(held) = held {
            // A number is not taken away, and a conversion is not undone, by leaving it out.
            if body.filled("Number").is_none() {
                body.set_or_clear("Number", held.text("Number"));
            }
            if form.posts() {
                body.clear("Order");
                if let Some(order) = held.link("Order") {
                    body.link_to("Order", order);
                }
            }
        }
    }

    /// Numbers are given in sequence where none is sent; two of one number by switch (myob.md 3.4, 13.4).
    fn check_number(&mut self, draft: &mut Draft, form: Form, ctx: &Context<'_>) -> Result<(), Fault> {
        self.warn_of_supplier_number(draft, form);
        let Some(number) = draft.body.filled("Number").map(str::to_owned) else {
            let number =
                self.next_number(form.path(), |books, number| books.numbered(form, number).next().is_some(), ctx);
            draft.body.set("Number", number);
            return Ok(());
        };
        let party = draft.body.link(form.party());
        let taken = self
            .numbered(form, &number)
            .any(|row| row.uid != draft.uid && (form.is_sale() || row.body.link(form.party()) == party));
        let unique = if form.is_sale() { ctx.switches.sale_numbers } else { ctx.switches.purchase_numbers };
        let duplicate = || Fault::of("Duplicate", "Number").saying(format!("Number {number} is used already"));
        match unique {
            UniqueNumbers::Reject if taken => return Err(duplicate()),
            UniqueNumbers::Off if taken => self.warnings.push(duplicate().into_warning()),
            _ => {}
        }
        Ok(())
    }

    /// A supplier's own number twice is only a warning (myob.md 3.7).
    fn warn_of_supplier_number(&mut self, draft: &Draft, form: Form) {
        let Some(number) = draft.body.filled("SupplierInvoiceNumber") else { return };
        let party = draft.body.link(form.party());
        let others = |table| self.shelf(table).find("SupplierInvoiceNumber", number);
        let taken =
            form.tables().flat_map(others).any(|row| row.uid != draft.uid && row.body.link(form.party()) == party);
        if taken {
            let fault = Fault::of("Duplicate", "SupplierInvoiceNumber");
            self.warnings.push(fault.saying(format!("SupplierInvoiceNumber {number} is used already")).into_warning());
        }
    }

    pub(super) fn numbered<'a>(&'a self, form: Form, number: &'a str) -> impl Iterator<Item = &'a Arc<Row>> {
        form.tables().flat_map(move |table| self.shelf(table).find("Number", number))
    }

    /// The next number of a sequence that nobody uses.
    pub(super) fn next_number(
        &mut self,
        sequence: &'static str,
        taken: impl Fn(&Self, &str) -> bool,
        ctx: &Context<'_>,
    ) -> String {
        loop {
            let next = self.next_in(sequence);
            let number = match ctx.switches.numbering {
                Numbering::Padded => format!("{next:08}"),
                Numbering::Plain => next.to_string(),
            };
            if !taken(self, &number) {
                return number;
            }
        }
    }

    fn check_credit(&mut self, draft: &Draft, form: Form, ctx: &Context<'_>) -> Result<(), Fault> {
        let Some(card) = draft.body.link(form.party()).and_then(|uid| self.find(uid)) else { return Ok(()) };
        let total = draft.body.amount("TotalAmount");
        let details = if form.is_sale() { "SellingDetails" } else { "BuyingDetails" };
        let Some(credit) = card.body.record(details).and_then(|details| details.record("Credit")) else {
            return Ok(());
        };
        let hold = credit.shape().position("OnHold").is_some() && credit.flag("OnHold");
        if hold && draft.before.is_none() && total > Decimal::ZERO && ctx.switches.credit_hold == CreditHold::Refused {
            return Err(Fault::of("SaleEvent_CreditOnHold", "CardId:(SalesEvent)"));
        }
        let limit = credit.amount("Limit");
        let already = draft.stored().map(|body| body.amount("BalanceDueAmount")).unwrap_or_default();
        if limit > Decimal::ZERO && self.derived.owed(card.uid) - already + total > limit {
            let fault = Fault::of("CreditLimitExceeded", form.party());
            match ctx.switches.credit_limit {
                CreditLimit::Refused => return Err(fault),
                CreditLimit::Warned => self.warnings.push(fault.into_warning()),
                CreditLimit::Ignored => {}
            }
        }
        Ok(())
    }

    /// What is applied stays applied; less than that, or for another card, the document cannot become (myob.md 4).
    fn work_out_balance(&self, draft: &mut Draft, form: Form, ctx: &Context<'_>) -> Result<(), Fault> {
        let total = draft.body.amount("TotalAmount");
        let mut applied = Decimal::ZERO;
        if let Some(stored) = draft.stored() {
            applied = stored.amount("TotalAmount") - stored.amount("BalanceDueAmount");
            let other_card = stored.link(form.party()) != draft.body.link(form.party());
            let below = total.abs() < applied.abs()
                || !total.is_zero() && total.is_sign_negative() != applied.is_sign_negative();
            let paid = self.derived.is_paid(draft.uid);
            let allowed = ctx.switches.over_application == OverApplication::TakenAsCredit && !other_card;
            if paid && (other_card || !applied.is_zero() && below) && !allowed {
                let path = if other_card { form.party() } else { "TotalAmount" };
                return Err(match ctx.switches.paid_edit {
                    PaidEdit::InvoicePaid => Fault::of("InvoicePaid", path),
                    PaidEdit::ValidationError => errors::invalid(path, "Payments are applied to the document"),
                });
            }
        }
        set_balance(&mut draft.body, form, applied);
        Ok(())
    }

    /// Unpaid, unlocked and unconverted documents are deleted for good (myob.md 4).
    pub(super) fn check_document_deletion(&self, row: &Row, form: Form, ctx: &Context<'_>) -> Result<(), Fault> {
        check_open(row, form)?;
        if self.derived.is_paid(row.uid) {
            return Err(Fault::of("InvoicePaid", form.word()));
        }
        if form.posts() { self.check_reversible(row, ctx) } else { Ok(()) }
    }

    /// Adds to what is applied to a document; its balance, status and last day of payment follow (myob.md 12.3).
    pub(super) fn apply_to(&mut self, document: Uuid, amount: Decimal, ctx: &Context<'_>) {
        let Some(table) = self.derived.place(document) else { return };
        let Some(form) = table.form() else { return };
        let last = self.derived.payments(document).map(|(_, day)| day).max();
        self.touch(table, document, ctx, |body| {
            let applied = body.amount("TotalAmount") - body.amount("BalanceDueAmount") + amount;
            set_balance(body, form, applied);
            body.set_or_clear("LastPaymentDate", last);
        });
    }
}

/// Balance, status and, where the contract has it, what is applied (myob.md 3.4, 12.3).
fn set_balance(body: &mut Record, form: Form, applied: Decimal) {
    let balance = body.amount("TotalAmount") - applied;
    body.set("BalanceDueAmount", cents(balance));
    if form == Form::Quote {
        body.set("AppliedToDate", cents(applied));
        return;
    }
    if !form.posts() {
        body.set("AppliedToDate", cents(applied));
        body.set_default("Status", "Open");
        return;
    }
    if form == Form::Bill {
        body.set("AppliedToDate", cents(applied));
    }
    let status = match (balance, form) {
        (balance, _) if balance.is_zero() => "Closed",
        (balance, Form::Invoice) if balance < Decimal::ZERO => "Credit",
        (balance, _) if balance < Decimal::ZERO => "Debit",
        _ => "Open",
    };
    body.set("Status", status);
}

/// `Cannot update or delete order converted to Bill` (myob.md 6).
pub(super) fn check_open(row: &Row, form: Form) -> Result<(), Fault> {
    match row.body.text("Status") {
        Some("ConvertedToInvoice") => Err(Fault::of("OrderConvertedToInvoice", form.word())),
        Some("ConvertedToBill") => Err(Fault::of("OrderConvertedToBill", form.word())),
        _ => Ok(()),
    }
}

/// The layout of a document's table.
pub(super) fn layout_of(table: Table) -> Option<Layout> {
    table.document().map(|(_, layout)| layout)
}
