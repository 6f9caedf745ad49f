//! Bank deposits: what lies in Undeposited Funds goes to the bank and is frozen (qbo.md 5.16, 5.23).

use super::amounts::cents;
use super::lines::{identify, within_bounds};
use super::{add_link, drop_link, linked_id};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::journal::Change;
use crate::qbo::books::record::Record;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

type Target = (Entity, Id);

impl Books {
    pub(super) fn check_deposit(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if let Some(account) = draft.body.target("DepositToAccountRef") {
            self.check_account_type(account, &["Bank", "Other Current Asset"], "DepositToAccountRef")?;
        }
        let stored = draft.stored().map_or(&[] as &[Record], |stored| stored.list("Line"));
        let before = deposited(stored);
        let mut lines = draft.body.list("Line").to_vec();
        let mut sum = Decimal::ZERO;
        for line in &mut lines {
            sum += self.deposit_line(line, draft)?;
        }
        let now = deposited(&lines);
        if now.len() < lines.iter().filter(|line| !line.list("LinkedTxn").is_empty()).count() {
            return Err(errors::business("A transaction can stand in a deposit once").on("LinkedTxn"));
        }
        identify(&mut lines, stored);
        draft.body.set("Line", lines);
        if let Some(cash) = draft.body.record("CashBack") {
            if !cash.has("AccountRef") {
                return Err(errors::required("AccountRef"));
            }
            sum -= cents(within_bounds(cash.amount("Amount"), "CashBack")?);
        }
        if sum < Decimal::ZERO {
            return Err(errors::business("Transaction amount must be 0 or greater.").on("Amount"));
        }
        draft.body.set("TotalAmt", sum);
        for target in before.difference(&now) {
            self.change_txn(target.0, target.1, ctx, Change::Update, |row| {
                drop_link(&mut row.body, draft.id, "Deposit")
            })?;
        }
        for target in now.difference(&before) {
            self.change_txn(target.0, target.1, ctx, Change::Update, |row| {
                add_link(&mut row.body, draft.id, "Deposit")
            })?;
        }
        Ok(())
    }

    /// A line for a transaction in Undeposited Funds, or money from elsewhere with its account.
    fn deposit_line(&self, line: &mut Record, draft: &Draft) -> Result<Decimal, Fault> {
        let amount = line.decimal("Amount").ok_or_else(|| errors::required("Amount"))?;
        let amount = cents(within_bounds(amount, "Amount")?);
        line.set("Amount", amount);
        let Some(link) = line.list("LinkedTxn").first() else {
            line.set_default("DetailType", "DepositLineDetail");
            let account = line.record("DepositLineDetail").is_some_and(|own| own.has("AccountRef"));
            return if account { Ok(amount) } else { Err(errors::required("AccountRef")) };
        };
        let entity = match link.text("TxnType") {
            Some("Payment") => Entity::Payment,
            Some("SalesReceipt") => Entity::SalesReceipt,
            Some(kind @ ("JournalEntry" | "Transfer" | "BillPayment" | "Expense" | "Check")) => {
                return Err(errors::gap(&format!("a Deposit that is linked to a {kind}")));
            }
            _ => return Err(not_depositable("a deposit takes payments and sales receipts")),
        };
        let row = linked_id(link).and_then(|id| self.get(entity, id)).ok_or_else(errors::not_found)?;
        let in_other = row
            .body
            .list("LinkedTxn")
            .iter()
            .any(|other| other.text("TxnType") == Some("Deposit") && linked_id(other) != Some(draft.id));
        if in_other {
            return Err(not_depositable("the transaction stands in another deposit"));
        }
        if row.body.target("DepositToAccountRef") != self.account_of_subtype("UndepositedFunds") {
            return Err(not_depositable("the transaction is not in Undeposited Funds"));
        }
        if row.body.amount("TotalAmt") != amount {
            return Err(errors::business("A transaction is deposited with its whole amount").on("Amount"));
        }
        Ok(amount)
    }

    /// What stood in a deposit that is deleted may change again.
    pub(super) fn release_deposited(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        for (entity, id) in deposited(row.body.list("Line")) {
            self.change_txn(entity, id, ctx, Change::Update, |other| drop_link(&mut other.body, row.id, "Deposit"))?;
        }
        Ok(())
    }
}

fn deposited(lines: &[Record]) -> BTreeSet<Target> {
    let links = lines.iter().filter_map(|line| line.list("LinkedTxn").first());
    links
        .filter_map(|link| {
            let entity = if link.text("TxnType") == Some("Payment") { Entity::Payment } else { Entity::SalesReceipt };
            Some((entity, linked_id(link)?))
        })
        .collect()
}

fn not_depositable(why: &str) -> Fault {
    Fault::of(620, format!("Txn ID Cannot Be Linked : {why}")).on("LinkedTxn")
}
