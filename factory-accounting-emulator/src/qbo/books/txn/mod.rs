//! Transactions: what all of them share, and the way to the rule of each (qbo.md 5.9 to 5.21).
//!
//! Amounts that follow from other rows (balances, unapplied amounts, links that QuickBooks itself writes) are moved
//! by differences: whoever changes an application changes both ends in the same attempt.

mod amounts;
mod applied;
mod auto_apply;
mod balance;
mod deposit;
mod head;
mod line_shape;
mod lines;
mod links;
mod number;
mod purchase;
mod reimburse;
mod sales;
mod send;
pub(super) mod shape;
mod tax;
mod totals;
mod undoing;

use super::entity::Entity;
use super::errors::{self, Fault};
use super::ids::Id;
use super::journal::Change;
use super::record::Record;
use super::shelf::Row;
use super::write::Draft;
use super::{Books, Context};
use line_shape::LINKED_TXN;
use std::sync::Arc;

impl Books {
    /// The rule of a transaction that is created or updated.
    pub(in crate::qbo::books) fn check_txn(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        self.check_head(draft, ctx)?;
        match draft.entity {
            Entity::Estimate | Entity::Invoice | Entity::SalesReceipt | Entity::CreditMemo | Entity::RefundReceipt => {
                self.check_sale(draft, ctx)?
            }
            Entity::PurchaseOrder | Entity::Bill | Entity::VendorCredit | Entity::Purchase => {
                self.check_purchase(draft, ctx)?;
            }
            Entity::Payment => self.check_payment(draft, ctx)?,
            Entity::BillPayment => self.check_bill_payment(draft, ctx)?,
            Entity::Deposit => self.check_deposit(draft, ctx)?,
            other => return Err(errors::gap(other.name())),
        }
        draft.voided &= draft.body.amount("TotalAmt").is_zero();
        let before = draft.before.as_deref().and_then(|row| balance::open_amount(row.entity, &row.body));
        let after = balance::open_amount(draft.entity, &draft.body);
        self.shift_balances(before, after);
        Ok(())
    }

    /// What deleting a transaction does to others, and when it is refused; the books remove the row afterwards.
    pub(in crate::qbo::books) fn delete_txn(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        self.check_open_period(row.entity, row.body.date("TxnDate"))?;
        self.refuse_deposited(&row.body)?;
        match row.entity {
            Entity::Invoice | Entity::CreditMemo | Entity::Bill | Entity::VendorCredit => {
                self.release_payments(row, undoing::Undoing::Delete, ctx)?;
            }
            Entity::Payment | Entity::BillPayment => self.unapply_all(row, ctx)?,
            Entity::Deposit => self.release_deposited(row, ctx)?,
            _ => {}
        }
        self.release_links(row, ctx)?;
        // The row as it stands now: a release may have moved its balance.
        let open = self.get(row.entity, row.id).and_then(|row| balance::open_amount(row.entity, &row.body));
        self.shift_balances(open, None);
        Ok(())
    }

    /// Zeroes a transaction and lets go of everything that is linked (qbo.md 5.0, 11).
    pub(in crate::qbo::books) fn void_txn(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        self.check_open_period(row.entity, row.body.date("TxnDate"))?;
        self.refuse_deposited(&row.body)?;
        match row.entity {
            Entity::Invoice => self.release_payments(row, undoing::Undoing::Void, ctx)?,
            Entity::Payment | Entity::BillPayment => self.unapply_all(row, ctx)?,
            _ => {}
        }
        self.release_links(row, ctx)?;
        self.change_txn(row.entity, row.id, ctx, Change::Void, |row| {
            row.voided = true;
            undoing::zero(&mut row.body);
        })
    }

    /// Changes a stored transaction and what its customer or vendor owes with it.
    fn change_txn(
        &mut self,
        entity: Entity,
        id: Id,
        ctx: &Context<'_>,
        change: Change,
        edit: impl FnOnce(&mut Row),
    ) -> Result<(), Fault> {
        let open = |books: &Self| books.get(entity, id).and_then(|row| balance::open_amount(entity, &row.body));
        let before = open(self);
        self.change_as(entity, id, ctx, change, edit)?;
        let after = open(self);
        self.shift_balances(before, after);
        Ok(())
    }
}

/// A link to another transaction (qbo.md 5.23).
fn link(id: Id, kind: &str) -> Record {
    Record::new(&LINKED_TXN).with("TxnId", id.to_string()).with("TxnType", kind)
}

fn add_link(body: &mut Record, id: Id, kind: &str) {
    let linked = |other: &Record| links_to(other, id, kind);
    if body.list("LinkedTxn").iter().any(linked) {
        return;
    }
    let mut links = body.list("LinkedTxn").to_vec();
    links.push(link(id, kind));
    body.set("LinkedTxn", links);
}

fn drop_link(body: &mut Record, id: Id, kind: &str) {
    let rest: Vec<Record> = body.list("LinkedTxn").iter().filter(|other| !links_to(other, id, kind)).cloned().collect();
    set_links(body, rest);
}

/// An empty list of links is not shown.
fn set_links(body: &mut Record, links: Vec<Record>) {
    body.set_or_clear("LinkedTxn", Some(links).filter(|links| !links.is_empty()));
}

fn links_to(link: &Record, id: Id, kind: &str) -> bool {
    link.text("TxnType") == Some(kind) && linked_id(link) == Some(id)
}

fn linked_id(link: &Record) -> Option<Id> {
    link.text("TxnId").and_then(Id::parse)
}
