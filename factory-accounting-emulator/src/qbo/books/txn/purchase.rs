//! Purchase orders, bills, vendor credits and purchases (qbo.md 5.17 to 5.20).

use super::sales::keep_links;
use super::totals::Side;
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};

impl Books {
    /// The rule of every document that goes to a vendor or comes from one.
    pub(super) fn check_purchase(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        match draft.entity {
            Entity::PurchaseOrder => self.check_order(draft),
            Entity::Bill => self.check_bill(draft, ctx)?,
            Entity::Purchase => self.check_paid(draft)?,
            _ => {}
        }
        self.vendor_defaults(draft);
        if self.retotals(draft) {
            let mut lines = self.expense_lines(draft, ctx)?;
            if draft.entity == Entity::Bill {
                self.link_orders(draft, &mut lines, ctx)?;
            } else {
                lines.iter_mut().for_each(|line| line.clear("LinkedTxn"));
            }
            self.total(draft, &mut lines, Side::Purchases, ctx)?;
            if draft.entity != Entity::PurchaseOrder {
                self.settle_charges(draft, &mut lines, ctx)?;
            }
            draft.body.set("Line", lines);
        } else if draft.entity == Entity::Bill {
            let mut lines = draft.body.list("Line").to_vec();
            self.link_orders(draft, &mut lines, ctx)?;
            self.settle_charges(draft, &mut lines, ctx)?;
            draft.body.set("Line", lines);
        }
        if draft.entity != Entity::Bill {
            keep_links(draft);
        }
        if matches!(draft.entity, Entity::Bill | Entity::VendorCredit) {
            let released = self.move_party(draft, "VendorRef", ctx)?;
            self.settle_balance(draft, draft.body.amount("TotalAmt"), released, ctx)?;
        }
        Ok(())
    }

    /// A new order is open; the state that a client leaves out stays (qbo.md 5.17).
    fn check_order(&mut self, draft: &mut Draft) {
        let status = draft.stored().and_then(|stored| stored.text("POStatus")).unwrap_or("Open").to_owned();
        draft.body.set_default("POStatus", status);
        draft.body.set_default("PrintStatus", "NotSet");
        draft.body.set_default("EmailStatus", "NotSet");
        self.number_order(draft);
    }

    fn check_bill(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        self.check_bill_number(draft, ctx)?;
        if draft.input.sent("SalesTermRef") && !draft.input.body.has("DueDate") {
            draft.body.clear("DueDate");
        }
        let due = self.due_date(&draft.body);
        draft.body.set_default("DueDate", due);
        Ok(())
    }

    /// What was paid at once: how, and out of which account (qbo.md 5.20).
    fn check_paid(&self, draft: &mut Draft) -> Result<(), Fault> {
        let kind = draft.body.text("PaymentType").unwrap_or_default().to_owned();
        if draft.stored().and_then(|stored| stored.text("PaymentType")).is_some_and(|was| was != kind.as_str()) {
            return Err(errors::business("PaymentType can't be changed").on("PaymentType"));
        }
        if draft.body.flag("Credit") && kind != "CreditCard" {
            return Err(errors::business("Credit is for purchases with PaymentType CreditCard only").on("Credit"));
        }
        let types: &[&str] = match kind.as_str() {
            "CreditCard" => &["Credit Card"],
            "Check" => &["Bank"],
            _ => &["Bank", "Other Current Asset", "Credit Card"],
        };
        if let Some(account) = draft.body.target("AccountRef") {
            self.check_account_type(account, types, "AccountRef")?;
        }
        if kind == "CreditCard" {
            draft.body.set_default("Credit", false);
        }
        if kind == "Check" {
            draft.body.set_default("PrintStatus", "NotSet");
        }
        Ok(())
    }

    fn vendor_defaults(&self, draft: &mut Draft) {
        if draft.entity == Entity::Purchase {
            return;
        }
        if let Some(account) = self.account_of_type("Accounts Payable") {
            draft.body.set_default("APAccountRef", account);
        }
        let vendor = draft.body.target("VendorRef").and_then(|id| self.get(Entity::Vendor, id));
        let address = vendor.filter(|_| draft.is_new()).and_then(|row| row.body.record("BillAddr"));
        if let Some(address) = address {
            draft.body.set_default("VendorAddr", address.clone());
        }
    }
}
