//! Money spent, received and moved without a document (myob.md 3.8).

use super::document::lines::check_row_ids;
use super::document::totals::{Taxed, tax_on};
use super::errors::{Fault, Missing};
use super::save::Draft;
use super::table::Table;
use super::wire::reader::cents;
use super::{Books, Context};
use rust_decimal::Decimal;

pub(super) fn require(draft: &Draft, missing: &mut Missing) {
    let body = &draft.body;
    if draft.table == Table::TransferMoney {
        missing.need(body.link("FromAccount").is_some(), "FromAccount");
        missing.need(body.link("ToAccount").is_some(), "ToAccount");
        missing.need(body.has("Amount"), "Amount");
        return;
    }
    let source = if draft.table == Table::SpendMoney { "PayFrom" } else { "DepositTo" };
    missing.need(body.has(source), source);
    missing.need(body.link("Account").is_some(), "Account");
    missing.need(!body.list("Lines").is_empty(), "Lines");
    for (at, line) in body.list("Lines").iter().enumerate() {
        missing.need(line.link("Account").is_some(), &format!("Lines[{at}].Account"));
        missing.need(line.link("TaxCode").is_some(), &format!("Lines[{at}].TaxCode"));
        missing.need(line.has("Amount"), &format!("Lines[{at}].Amount"));
    }
}

impl Books {
    pub(super) fn check_money(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if let Some(row) = &draft.before {
            self.check_reversible(row, ctx)?;
        }
        draft.body.set_default("Date", ctx.today());
        self.check_date(draft.body.day("Date"), ctx)?;
        self.check_category(&draft.body)?;
        match draft.table {
            Table::TransferMoney => {
                let body = &draft.body;
                if body.link("FromAccount") == body.link("ToAccount") {
                    return Err(Fault::of("TransferBetweenSameAccount", "ToAccount"));
                }
                self.check_money_account(body, "FromAccount")?;
                self.check_money_account(body, "ToAccount")?;
            }
            _ => {
                self.check_money_account(&draft.body, "Account")?;
                self.work_out_money(draft, ctx)?;
            }
        }
        let (table, member) = (draft.table, draft.table.number_member());
        if draft.body.filled(member).is_none() {
            let held = draft.stored().and_then(|body| body.text(member)).map(str::to_owned);
            let taken = |books: &Self, number: &str| books.shelf(table).find(member, number).next().is_some();
            let number = held.unwrap_or_else(|| self.next_number(table.path(), taken, ctx));
            draft.body.set(member, number);
        }
        Ok(())
    }

    fn work_out_money(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        draft.body.set_default("IsTaxInclusive", ctx.switches.tax_inclusive_when_missing);
        if draft.table == Table::SpendMoney {
            draft.body.set_default("DeliveryStatus", "Print");
        }
        let held = draft.before.clone();
        let held = held.as_ref().map(|row| row.body.list("Lines")).unwrap_or_default();
        let mut lines = draft.body.take_list("Lines");
        if !held.is_empty() {
            check_row_ids(&lines)?;
        }
        let mut amounts = Vec::new();
        for (at, line) in lines.iter_mut().enumerate() {
            let path = format!("Lines[{at}]");
            let account = line.link("Account").and_then(|uid| self.find(uid));
            if account.is_some_and(|account| account.body.flag("IsHeader")) {
                return Err(Fault::of("AccountHeaderNotAllowed", format!("{path}.Account")));
            }
            self.check_job(line, &path)?;
            if let Some(code) = line.link("TaxCode") {
                let sale = draft.table == Table::ReceiveMoney;
                self.check_tax_code(code, sale, &format!("{path}.TaxCode"), ctx)?;
            }
            amounts.push(Taxed { amount: line.amount("Amount"), code: line.link("TaxCode") });
            self.give_version(line, held, &path)?;
        }
        draft.body.set("Lines", lines);
        let inclusive = draft.body.flag("IsTaxInclusive");
        let tax = tax_on(self, &amounts, inclusive, ctx.switches.tax_rounding)?;
        let sum: Decimal = amounts.iter().map(|taxed| taxed.amount).sum();
        draft.body.set("TotalTax", tax);
        let total = if draft.table == Table::SpendMoney { "AmountPaid" } else { "AmountReceived" };
        draft.body.set(total, cents(if inclusive { sum } else { sum + tax }));
        Ok(())
    }
}
