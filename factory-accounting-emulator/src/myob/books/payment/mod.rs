//! Payments, settlements and refunds on both sides (myob.md 3.6, 3.7, 12.3).

use super::document::lines::check_row_ids;
use super::errors::{self, Fault, Missing};
use super::record::Record;
use super::save::Draft;
use super::shelf::Row;
use super::table::{Form, Table};
use super::wire::reader::cents;
use super::{Books, Context};
use crate::myob::switches::OverApplication;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How one of the six is laid out.
struct Plan {
    party: &'static str,
    /// The list of documents, and the member of a line that names one.
    lines: Option<(&'static str, &'static str)>,
    /// The negative document that is used up, and the member that says how much of it.
    credit: Option<(&'static str, &'static str)>,
    /// What an open order is called on a line's `Type`, and what a posted document is.
    word: &'static str,
    memo: &'static str,
}

fn plan(table: Table) -> Option<Plan> {
    let sale = |lines, credit, memo| Plan { party: "Customer", lines, credit, word: "Invoice", memo };
    let purchase = |lines, credit, memo| Plan { party: "Supplier", lines, credit, word: "Bill", memo };
    Some(match table {
        Table::CustomerPayment => sale(Some(("Invoices", "UID")), None, "Payment"),
        Table::CreditSettlement => {
            sale(Some(("Lines", "Sale")), Some(("CreditFromInvoice", "CreditAmount")), "Settle Return")
        }
        Table::CreditRefund => sale(None, Some(("Invoice", "Amount")), "Refund"),
        Table::SupplierPayment => purchase(Some(("Lines", "Purchase")), None, "Payment"),
        Table::DebitSettlement => {
            purchase(Some(("Lines", "Purchase")), Some(("DebitFromBill", "DebitAmount")), "Settle Return")
        }
        Table::DebitRefund => purchase(None, Some(("Bill", "Amount")), "Refund"),
        _ => return None,
    })
}

/// Whether a collection is one of the six.
pub(super) fn is_payment(table: Table) -> bool {
    plan(table).is_some()
}

/// What a row applies to documents: above zero it pays them, below zero it uses a credit up.
pub(super) fn applications(row: &Row) -> Vec<(Uuid, Decimal)> {
    plan(row.table).map(|plan| applied_by(&plan, &row.body)).unwrap_or_default()
}

fn applied_by(plan: &Plan, body: &Record) -> Vec<(Uuid, Decimal)> {
    let mut applied = Vec::new();
    if let Some((list, link)) = plan.lines {
        let lines = body.list(list).iter();
        applied.extend(lines.filter_map(|line| Some((line.link(link)?, line.amount("AmountApplied")))));
    }
    if let Some((link, amount)) = plan.credit
        && let Some(credit) = body.link(link)
    {
        applied.push((credit, -body.amount(amount)));
    }
    applied
}

pub(super) fn require(draft: &Draft, missing: &mut Missing) {
    let Some(plan) = plan(draft.table) else { return };
    let body = &draft.body;
    if body.shape().position("Account").is_some() {
        // With undeposited funds, too (myob.md 3.6).
        missing.need(body.link("Account").is_some(), "Account");
    }
    missing.need(body.link(plan.party).is_some(), plan.party);
    if draft.table == Table::CustomerPayment {
        missing.need(body.has("AmountReceived"), "AmountReceived");
    }
    if let Some((link, amount)) = plan.credit {
        missing.need(body.link(link).is_some(), link);
        missing.need(body.has(amount), amount);
    }
    if let Some((list, link)) = plan.lines {
        missing.need(!body.list(list).is_empty(), list);
        for (at, line) in body.list(list).iter().enumerate() {
            missing.need(line.link(link).is_some(), &format!("{list}[{at}].{link}"));
            missing.need(line.has("AmountApplied"), &format!("{list}[{at}].AmountApplied"));
        }
    }
}

impl Books {
    pub(super) fn check_payment(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let Some(plan) = plan(draft.table) else { return Ok(()) };
        if let Some(row) = draft.before.clone() {
            self.check_reversible(&row, ctx)?;
            // The change is judged as if the payment were entered anew.
            self.unapply_payment(&row, ctx);
        }
        self.set_payment_defaults(draft, &plan, ctx);
        self.check_date(draft.body.day("Date"), ctx)?;
        self.check_category(&draft.body)?;
        if draft.body.shape().position("Account").is_some() {
            self.check_money_account(&draft.body, "Account")?;
        }
        self.check_sum(&draft.body, draft.table, &plan)?;
        self.check_applied(&draft.body, &plan, ctx)?;
        self.number_payment(draft, ctx);
        match plan.lines {
            Some((list, _)) => self.name_lines(draft, list),
            None => Ok(()),
        }
    }

    /// Lines get ids, and where the contract has them versions (myob.md 3.7).
    fn name_lines(&mut self, draft: &mut Draft, list: &str) -> Result<(), Fault> {
        let held = draft.before.clone();
        let held = held.as_ref().map(|row| row.body.list(list)).unwrap_or_default();
        let mut lines = draft.body.take_list(list);
        if !held.is_empty() {
            check_row_ids(&lines)?;
        }
        for (at, line) in lines.iter_mut().enumerate() {
            match (line.shape().position("RowVersion"), line.shape().position("RowID")) {
                (Some(_), _) => self.give_version(line, held, &format!("{list}[{at}]"))?,
                (None, Some(_)) => line.set("RowID", Decimal::from(self.next_in("lines"))),
                (None, None) => {}
            }
        }
        draft.body.set(list, lines);
        Ok(())
    }

    fn set_payment_defaults(&self, draft: &mut Draft, plan: &Plan, ctx: &Context<'_>) {
        let body = &mut draft.body;
        body.set_default("Date", ctx.today());
        for (member, word) in [("DepositTo", "Account"), ("PayFrom", "Account"), ("DeliveryStatus", "Print")] {
            if body.shape().position(member).is_some() {
                body.set_default(member, word);
            }
        }
        let name = body.link(plan.party).and_then(|uid| self.find(uid)).map(|row| row.name()).unwrap_or_default();
        body.set_default("Memo", format!("{}; {name}", plan.memo).chars().take(255).collect::<String>());
        if let Some((list, link)) = plan.lines {
            let mut lines = body.take_list(list);
            for line in &mut lines {
                let form = line.link(link).and_then(|uid| self.derived.place(uid)).and_then(Table::form);
                let word = if form.is_some_and(Form::posts) { plan.word } else { "Order" };
                line.set_default("Type", word);
            }
            body.set(list, lines);
        }
    }

    /// The amount is the sum of what is applied (myob.md 3.6).
    fn check_sum(&self, body: &Record, table: Table, plan: &Plan) -> Result<(), Fault> {
        let Some((list, _)) = plan.lines else { return Ok(()) };
        let sum: Decimal = body.list(list).iter().map(|line| line.amount("AmountApplied")).sum();
        let member = match (table, plan.credit) {
            (Table::CustomerPayment, _) => "AmountReceived",
            (_, Some((_, amount))) => amount,
            (_, None) => return Ok(()),
        };
        let stated = body.amount(member);
        if stated == sum {
            return Ok(());
        }
        Err(errors::invalid(member, format!("{member} is {stated}, but the lines apply {sum}")))
    }

    /// Each document is the party's own, open, and owes at least what is applied (myob.md 3.6, 12.3).
    fn check_applied(&self, body: &Record, plan: &Plan, ctx: &Context<'_>) -> Result<(), Fault> {
        let party = body.link(plan.party);
        let forms =
            if plan.word == "Invoice" { [Form::Invoice, Form::Order] } else { [Form::Bill, Form::PurchaseOrder] };
        let mut spent: BTreeMap<Uuid, Decimal> = BTreeMap::new();
        let lines = plan.lines.map(|(list, link)| (list, link, body.list(list))).into_iter();
        for (list, link, lines) in lines {
            for (at, line) in lines.iter().enumerate() {
                let path = format!("{list}[{at}].{link}");
                let Some(uid) = line.link(link) else { continue };
                let row = self.find(uid).filter(|row| row.table.form().is_some_and(|form| forms.contains(&form)));
                let row = row.ok_or_else(|| Fault::of("NotFound", &*path))?;
                let posted = row.table.form() == Some(forms[0]);
                if line.text("Type") != Some(if posted { plan.word } else { "Order" }) {
                    return Err(errors::invalid(format!("{list}[{at}].Type"), "Type is not what the document is"));
                }
                self.check_party(row, party, plan, &path)?;
                if let Some(form) = row.table.form() {
                    super::document::check_open(row, form)?;
                }
                let amount = line.amount("AmountApplied");
                let refunds = plan.word == "Bill" && plan.credit.is_none() && amount < Decimal::ZERO;
                if amount < Decimal::ZERO && !refunds {
                    return Err(errors::invalid(
                        format!("{list}[{at}].AmountApplied"),
                        "AmountApplied must not be negative",
                    ));
                }
                let total = spent.entry(uid).or_default();
                *total += amount;
                let balance = row.body.amount("BalanceDueAmount");
                let fits = if amount < Decimal::ZERO { *total >= balance } else { *total <= balance };
                if !fits && (amount < Decimal::ZERO || ctx.switches.over_application == OverApplication::Refused) {
                    let message =
                        format!("AmountApplied {total} is more than the balance {balance} of {}", row.number());
                    return Err(errors::invalid(format!("{list}[{at}].AmountApplied"), message));
                }
            }
        }
        self.check_credit_used(body, plan, party)
    }

    fn check_credit_used(&self, body: &Record, plan: &Plan, party: Option<Uuid>) -> Result<(), Fault> {
        let Some((link, member)) = plan.credit else { return Ok(()) };
        let Some(row) = body.link(link).and_then(|uid| self.find(uid)) else { return Ok(()) };
        self.check_party(row, party, plan, link)?;
        let (amount, balance) = (body.amount(member), row.body.amount("BalanceDueAmount"));
        if amount <= Decimal::ZERO || amount > -balance {
            let open = (-balance).max(Decimal::ZERO);
            let message = format!("{member} is {amount}, but {} has a credit of {open}", row.number());
            return Err(errors::invalid(member, message));
        }
        Ok(())
    }

    fn check_party(&self, row: &Row, party: Option<Uuid>, plan: &Plan, path: &str) -> Result<(), Fault> {
        if row.body.link(plan.party) == party {
            return Ok(());
        }
        Err(errors::invalid(path, format!("{} is of another {}", row.number(), plan.party.to_lowercase())))
    }

    /// A number of its own where none is sent, and the sum where only MYOB writes it.
    fn number_payment(&mut self, draft: &mut Draft, ctx: &Context<'_>) {
        let member = draft.table.number_member();
        if draft.body.filled(member).is_none() {
            let table = draft.table;
            let held = draft.stored().and_then(|body| body.text(member)).map(str::to_owned);
            let taken = |books: &Self, number: &str| books.shelf(table).find(member, number).next().is_some();
            let number = held.unwrap_or_else(|| self.next_number(table.path(), taken, ctx));
            draft.body.set(member, number);
        }
        if draft.table == Table::SupplierPayment {
            let sum: Decimal = draft.body.list("Lines").iter().map(|line| line.amount("AmountApplied")).sum();
            draft.body.set("AmountPaid", cents(sum));
        }
    }

    /// What a stored payment does to its documents (myob.md 12.3).
    pub(super) fn apply_payment(&mut self, payment: Uuid, ctx: &Context<'_>) {
        let applied = self.find(payment).map(|row| applications(row)).unwrap_or_default();
        for (document, amount) in applied {
            self.apply_to(document, amount, ctx);
        }
    }

    /// What its deletion takes back.
    pub(super) fn unapply_payment(&mut self, payment: &Row, ctx: &Context<'_>) {
        for (document, amount) in applications(payment) {
            self.apply_to(document, -amount, ctx);
        }
    }
}
