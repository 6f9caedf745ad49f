//! Estimates, invoices, sales receipts, credit memos and refund receipts (qbo.md 5.9 to 5.15, 11).

use super::lines::{append_subtotal, negative, within_bounds};
use super::totals::Side;
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::record::Record;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::{BelowApplied, LineEstimateLink, PaidCustomerChange};
use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;

impl Books {
    /// The rule of every sales document.
    pub(super) fn check_sale(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        self.customer_defaults(draft)?;
        self.number_sale(draft, ctx)?;
        if self.retotals(draft) {
            let mut lines = self.sales_lines(draft, ctx)?;
            self.line_links(draft, &mut lines, ctx);
            self.total(draft, &mut lines, Side::Sales, ctx)?;
            append_subtotal(&mut lines);
            draft.body.set("Line", lines);
        }
        match draft.entity {
            Entity::Invoice => self.check_invoice(draft, ctx),
            Entity::CreditMemo => self.check_credit_memo(draft, ctx),
            Entity::Estimate => {
                self.check_estimate(draft);
                Ok(())
            }
            _ => {
                self.check_receipt(draft);
                Ok(())
            }
        }
    }

    fn check_invoice(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if draft.input.sent("SalesTermRef") && !draft.input.body.has("DueDate") {
            draft.body.clear("DueDate");
        }
        let due = self.due_date(&draft.body);
        draft.body.set_default("DueDate", due);
        let deposit = within_bounds(draft.body.amount("Deposit"), "Deposit")?;
        if deposit < Decimal::ZERO {
            return Err(negative(deposit));
        }
        if !deposit.is_zero() {
            if !self.preference_flag("SalesFormsPrefs", "AllowDeposit") {
                return Err(
                    Fault::of(5030, "Feature Not Supported : deposits are off in the company's settings").on("Deposit")
                );
            }
            if let Some(account) = self.account_of_subtype("UndepositedFunds") {
                draft.body.set_default("DepositToAccountRef", account);
            }
        }
        self.link_estimate(draft, ctx)?;
        let released = self.move_party(draft, "CustomerRef", ctx)?;
        self.settle_balance(draft, draft.body.amount("TotalAmt") - deposit, released, ctx)?;
        self.auto_apply(draft, ctx)
    }

    fn check_credit_memo(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        keep_links(draft);
        let released = self.move_party(draft, "CustomerRef", ctx)?;
        self.settle_balance(draft, draft.body.amount("TotalAmt"), released, ctx)?;
        draft.body.set("RemainingCredit", draft.body.amount("Balance"));
        self.auto_apply(draft, ctx)
    }

    /// Only the link to an invoice closes an estimate for good; the client's other words stand (qbo.md 5.11).
    fn check_estimate(&self, draft: &mut Draft) {
        keep_links(draft);
        let linked = !draft.body.list("LinkedTxn").is_empty();
        let status = draft.stored().filter(|_| linked).and_then(|stored| stored.text("TxnStatus"));
        let status = status.unwrap_or("Pending").to_owned();
        draft.body.set_default("TxnStatus", status);
    }

    /// Sales receipts are paid at once, refund receipts pay out (qbo.md 5.14).
    fn check_receipt(&self, draft: &mut Draft) {
        keep_links(draft);
        draft.body.set("Balance", Decimal::ZERO);
        if let Some(account) = self.account_of_subtype("UndepositedFunds") {
            draft.body.set_default("DepositToAccountRef", account);
        }
    }

    /// What QuickBooks fills in: addresses of the customer on a new document, the states of printing and mailing.
    fn customer_defaults(&self, draft: &mut Draft) -> Result<(), Fault> {
        let customer = draft.body.target("CustomerRef").and_then(|id| self.get(Entity::Customer, id));
        if let Some(customer) = customer.filter(|_| draft.is_new()) {
            for name in ["BillAddr", "ShipAddr"] {
                if let Some(address) = customer.body.record(name) {
                    draft.body.set_default(name, address.clone());
                }
            }
        }
        draft.body.set("FreeFormAddress", true);
        draft.body.set_default("PrintStatus", "NotSet");
        draft.body.set_default("EmailStatus", "NotSet");
        draft.body.set_default("ApplyTaxAfterDiscount", false);
        let wants_mail = draft.body.text("EmailStatus") == Some("NeedToSend");
        let address = draft.body.record("BillEmail").is_some_and(|email| email.has("Address"));
        if wants_mail && !address {
            let text = "Email Address Needed : EmailStatus NeedToSend needs a BillEmail";
            return Err(Fault::of(6420, text).on("BillEmail"));
        }
        Ok(())
    }

    /// TxnDate and the term (qbo.md 5.8, 5.13).
    pub(super) fn due_date(&self, body: &Record) -> NaiveDate {
        let date = body.date("TxnDate").unwrap_or_default();
        let Some(term) = body.target("SalesTermRef").and_then(|id| self.get(Entity::Term, id)) else { return date };
        let days = |name| u64::try_from(term.body.amount(name)).unwrap_or_default();
        if !term.body.has("DayOfMonthDue") {
            return date.checked_add_days(Days::new(days("DueDays"))).unwrap_or(date);
        }
        let day = u32::try_from(days("DayOfMonthDue")).unwrap_or(1);
        let in_month = |month: NaiveDate| (1..=day).rev().find_map(|day| month.with_day(day));
        let due = in_month(date).unwrap_or(date);
        let too_near = (due - date).num_days() < i64::try_from(days("DueNextMonthDays")).unwrap_or_default();
        let next = || date.with_day(1)?.checked_add_months(Months::new(1)).and_then(in_month);
        if due < date || too_near { next().unwrap_or(due) } else { due }
    }

    /// Another customer or vendor on a document that payments are applied to (qbo.md 11). Answers what was released.
    pub(super) fn move_party(
        &mut self,
        draft: &mut Draft,
        member: &'static str,
        ctx: &Context<'_>,
    ) -> Result<Decimal, Fault> {
        let Some(row) = draft.before.clone() else { return Ok(Decimal::ZERO) };
        let applied = already_applied(&row.body);
        if row.body.target(member) == draft.body.target(member) || applied.is_zero() {
            return Ok(Decimal::ZERO);
        }
        match ctx.switches.paid_customer_change {
            PaidCustomerChange::Refused => {
                let text = format!("{member} of a transaction with payments can't be changed");
                Err(errors::business(&text).on(member))
            }
            PaidCustomerChange::Unlinks => {
                let gone = self.shrink_payments(&row, applied, ctx)?;
                unlink(&mut draft.body, &gone);
                Ok(applied)
            }
        }
    }

    /// The balance that is left of what a document is good for: what is applied stays applied unless it was released
    /// just now (qbo.md 11).
    pub(super) fn settle_balance(
        &mut self,
        draft: &mut Draft,
        good_for: Decimal,
        released: Decimal,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        if good_for < Decimal::ZERO {
            return Err(errors::business("The deposit is greater than the transaction amount").on("Deposit"));
        }
        let applied = draft.stored().map(already_applied).unwrap_or_default() - released;
        let mut balance = good_for - applied;
        if balance < Decimal::ZERO {
            if ctx.switches.below_applied == BelowApplied::Refused {
                let text = "The transaction amount is less than the amount already applied";
                return Err(errors::business(text).on("Amount"));
            }
            if let Some(row) = draft.before.clone() {
                let gone = self.shrink_payments(&row, -balance, ctx)?;
                unlink(&mut draft.body, &gone);
            }
            balance = Decimal::ZERO;
        }
        draft.body.set("Balance", balance);
        if draft.body.has("ExchangeRate") && draft.body.shape().position("HomeBalance").is_some() {
            draft.body.set("HomeBalance", balance);
        }
        Ok(())
    }

    /// Links on the lines of an invoice: those of billed expenses are read only, those of estimates a switch
    /// (qbo.md 5.13, 15.6).
    fn line_links(&self, draft: &Draft, lines: &mut [Record], ctx: &Context<'_>) {
        let stored = draft.stored().map_or(&[] as &[Record], |stored| stored.list("Line"));
        for line in lines {
            let before = stored.iter().find(|held| held.has("Id") && held.text("Id") == line.text("Id"));
            let held = before.map_or(&[] as &[Record], |held| held.list("LinkedTxn"));
            let estimate = |link: &&Record| {
                link.text("TxnType") == Some("Estimate") && ctx.switches.line_estimate_link == LineEstimateLink::Stored
            };
            let read_only = held.iter().filter(|link| link.text("TxnType") == Some("ReimburseCharge"));
            let links = line.list("LinkedTxn").iter().filter(estimate).chain(read_only).cloned().collect();
            super::set_links(line, links);
        }
    }
}

/// Payments and credits on a stored document together.
pub(super) fn already_applied(stored: &Record) -> Decimal {
    stored.amount("TotalAmt") - stored.amount("Deposit") - stored.amount("Balance")
}

fn unlink(body: &mut Record, gone: &[(Id, &'static str)]) {
    for (id, kind) in gone {
        super::drop_link(body, *id, kind);
    }
}

/// Links that QuickBooks alone writes stay as they are, whatever the client sent.
pub(super) fn keep_links(draft: &mut Draft) {
    let links = draft.stored().map(|stored| stored.list("LinkedTxn").to_vec()).unwrap_or_default();
    super::set_links(&mut draft.body, links);
}
