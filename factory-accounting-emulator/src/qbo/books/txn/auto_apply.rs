//! AutoApplyCredit: QuickBooks links credits to charges by itself as soon as either appears (qbo.md 5.15, 11).

use super::applied::{applied_line, give_back};
use super::line_shape::LINE;
use super::{add_link, link};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::Fault;
use crate::qbo::books::ids::Id;
use crate::qbo::books::journal::Change;
use crate::qbo::books::record::Record;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What QuickBooks writes on the payments that it makes itself.
const NOTE: &str = "Created by QB Online to link credits to charges.";

impl Books {
    /// Links a new invoice with open credits and overpayments, or a new credit memo with open invoices.
    pub(super) fn auto_apply(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if !draft.is_new() || !self.preference_flag("SalesFormsPrefs", "AutoApplyCredit") {
            return Ok(());
        }
        match draft.entity {
            Entity::Invoice => {
                self.link_credits(draft, Entity::CreditMemo, ctx)?;
                self.use_overpayments(draft, ctx)
            }
            _ => self.link_credits(draft, Entity::Invoice, ctx),
        }
    }

    /// A payment over nothing with a line for each side.
    fn link_credits(&mut self, draft: &mut Draft, others: Entity, ctx: &Context<'_>) -> Result<(), Fault> {
        let whole = draft.body.amount("Balance");
        let mut left = whole;
        let mut parts = Vec::new();
        for row in self.open_rows(draft, others, "Balance") {
            let amount = row.body.amount("Balance").min(left);
            if !amount.is_zero() {
                parts.push((row, amount));
                left -= amount;
            }
        }
        if parts.is_empty() {
            return Ok(());
        }
        let own = applying(draft.entity, draft.id, whole - left, &draft.body);
        let theirs = parts.iter().map(|(row, amount)| applying(row.entity, row.id, *amount, &row.body));
        let mut body = Record::new(Entity::Payment.shape())
            .with("TotalAmt", Decimal::ZERO)
            .with("UnappliedAmt", Decimal::ZERO)
            .with("ProcessPayment", false)
            .with("PrivateNote", NOTE)
            .with("Line", std::iter::once(own).chain(theirs).collect::<Vec<_>>());
        for member in ["CustomerRef", "TxnDate", "CurrencyRef"] {
            body.set_or_clear(member, draft.body.get(member).cloned());
        }
        let payment = self.next_id(Entity::Payment);
        self.put_new(Entity::Payment, payment, body, ctx);
        for (row, amount) in parts {
            self.change_txn(row.entity, row.id, ctx, Change::Update, |row| {
                give_back(&mut row.body, -amount);
                add_link(&mut row.body, payment, "Payment");
            })?;
        }
        give_back(&mut draft.body, left - whole);
        add_link(&mut draft.body, payment, "Payment");
        Ok(())
    }

    /// What earlier payments left over.
    fn use_overpayments(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        for row in self.open_rows(draft, Entity::Payment, "UnappliedAmt") {
            let amount = row.body.amount("UnappliedAmt").min(draft.body.amount("Balance"));
            if amount.is_zero() || self.refuse_deposited(&row.body).is_err() {
                continue;
            }
            let mut lines = row.body.list("Line").to_vec();
            lines.push(applying(draft.entity, draft.id, amount, &draft.body));
            self.change_txn(Entity::Payment, row.id, ctx, Change::Update, |row| {
                row.body.set("UnappliedAmt", row.body.amount("UnappliedAmt") - amount);
                row.body.set("Line", lines);
            })?;
            give_back(&mut draft.body, -amount);
            add_link(&mut draft.body, row.id, "Payment");
        }
        Ok(())
    }

    /// The customer's rows with something open, the oldest first.
    fn open_rows(&self, draft: &Draft, entity: Entity, member: &str) -> Vec<Arc<Row>> {
        let customer = draft.body.reference("CustomerRef").unwrap_or_default();
        let rows = self.shelf(entity).find("CustomerRef", customer);
        rows.filter(|row| row.body.amount(member) > Decimal::ZERO).cloned().collect()
    }
}

fn applying(entity: Entity, id: Id, amount: Decimal, body: &Record) -> Record {
    let line = Record::new(&LINE).with("LinkedTxn", vec![link(id, entity.name())]);
    applied_line(&line, amount, body, id, body.amount("Balance"))
}
