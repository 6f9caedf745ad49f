//! Billable expenses: one ReimburseCharge for each billable line, until it is invoiced (qbo.md 5.21).

use super::line_shape::{LINE, REIMBURSE_LINE};
use super::lines::{detail, detail_name};
use super::{drop_link, link, linked_id, set_links};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::Fault;
use crate::qbo::books::ids::Id;
use crate::qbo::books::journal::Change;
use crate::qbo::books::record::Record;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::txn::shape::REIMBURSE_CHARGE;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use std::sync::Arc;

const CHARGE: &str = "ReimburseCharge";

impl Books {
    /// Makes, changes and removes the charges of a purchase's lines, and shows them on the lines.
    pub(super) fn settle_charges(
        &mut self,
        draft: &Draft,
        lines: &mut [Record],
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let stored: Vec<Record> = draft.stored().map(|stored| stored.list("Line").to_vec()).unwrap_or_default();
        for line in lines.iter_mut() {
            let held = stored.iter().find(|held| held.text("Id") == line.text("Id")).and_then(charge_of);
            let billed = detail(line).is_some_and(|own| own.text("BillableStatus") == Some("HasBeenBilled"));
            let charge = match (self.charge_body(draft, line), held) {
                (Some(body), Some(id)) => {
                    self.renew_charge(id, &body, ctx)?;
                    Some(id)
                }
                (Some(body), None) => {
                    let id = self.next_id(Entity::ReimburseCharge);
                    self.put_new(Entity::ReimburseCharge, id, body, ctx);
                    Some(id)
                }
                (None, Some(id)) if billed => Some(id),
                (None, Some(id)) => {
                    self.drop_charge(id, ctx)?;
                    None
                }
                (None, None) => None,
            };
            let others = line.list("LinkedTxn").iter().filter(|own| own.text("TxnType") != Some(CHARGE)).cloned();
            let links = others.chain(charge.map(|id| link(id, CHARGE))).collect();
            set_links(line, links);
        }
        let gone = stored.iter().filter(|held| !lines.iter().any(|line| line.text("Id") == held.text("Id")));
        for id in gone.filter_map(charge_of).collect::<Vec<_>>() {
            self.drop_charge(id, ctx)?;
        }
        Ok(())
    }

    /// What a billable line is charged as; a refund charges the other way round.
    fn charge_body(&self, draft: &Draft, line: &Record) -> Option<Record> {
        let own = detail(line).filter(|own| own.text("BillableStatus") == Some("Billable"))?;
        let refund = draft.entity == Entity::VendorCredit || draft.body.flag("Credit");
        let amount = if refund { -line.amount("Amount") } else { line.amount("Amount") };
        let mut part = Record::new(&REIMBURSE_LINE);
        for name in ["ItemRef", "ClassRef", "UnitPrice", "MarkupInfo", "Qty", "TaxCodeRef"] {
            part.set_or_clear(name, own.get(name).cloned());
        }
        part.set_or_clear("ItemAccountRef", own.get("AccountRef").or(own.get("ItemAccountRef")).cloned());
        let mut shown = Record::new(&LINE).with("Id", "1").with("Amount", amount);
        shown.set_or_clear("Description", line.text("Description"));
        let shown = shown.with("DetailType", "ReimburseLineDetail").with("ReimburseLineDetail", part);
        let mut body = Record::new(&REIMBURSE_CHARGE)
            .with("HasBeenInvoiced", false)
            .with("Amount", amount)
            .with("LinkedTxn", vec![link(draft.id, draft.entity.name())])
            .with("Line", vec![shown]);
        for name in ["TxnDate", "CurrencyRef"] {
            body.set_or_clear(name, draft.body.get(name).cloned());
        }
        body.set_or_clear("CustomerRef", own.get("CustomerRef").cloned());
        Some(body)
    }

    fn renew_charge(&mut self, id: Id, body: &Record, ctx: &Context<'_>) -> Result<(), Fault> {
        let same = self.get(Entity::ReimburseCharge, id).is_some_and(|row| row.body == *body);
        if same { Ok(()) } else { self.change(Entity::ReimburseCharge, id, ctx, |held| *held = body.clone()) }
    }

    /// A charge that an invoice carries cannot go (qbo.md 8.2, 6400).
    fn drop_charge(&mut self, id: Id, ctx: &Context<'_>) -> Result<(), Fault> {
        match self.get(Entity::ReimburseCharge, id) {
            Some(row) if row.body.flag("HasBeenInvoiced") => {
                let text = "Linked Transaction Cannot Be Deleted : the expense has been billed to a customer";
                Err(Fault::of(6400, text))
            }
            Some(_) => {
                self.remove(Entity::ReimburseCharge, id, ctx);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The charges of a purchase that is deleted.
    pub(super) fn release_charges(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        row.body.list("Line").iter().filter_map(charge_of).try_for_each(|id| self.drop_charge(id, ctx))
    }

    /// A charge that is put on an invoice, and the line that it came from.
    pub(in crate::qbo::books) fn bill_charge(&mut self, id: Id, invoice: Id, ctx: &Context<'_>) -> Result<(), Fault> {
        self.change(Entity::ReimburseCharge, id, ctx, |body| {
            body.set("HasBeenInvoiced", true);
            super::add_link(body, invoice, "Invoice");
        })?;
        self.change(Entity::Invoice, invoice, ctx, |body| super::add_link(body, id, CHARGE))?;
        self.mark_source(id, "HasBeenBilled", ctx)
    }

    /// An invoice that is deleted or voided gives its charges back.
    pub(super) fn unbill(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        let charges = row.body.list("LinkedTxn").iter().filter(|own| own.text("TxnType") == Some(CHARGE));
        for id in charges.filter_map(linked_id).collect::<Vec<_>>() {
            if self.get(Entity::ReimburseCharge, id).is_none() {
                continue;
            }
            self.change(Entity::ReimburseCharge, id, ctx, |body| {
                body.set("HasBeenInvoiced", false);
                drop_link(body, row.id, "Invoice");
            })?;
            self.mark_source(id, "Billable", ctx)?;
        }
        Ok(())
    }

    /// Writes the state on the line that a charge came from.
    fn mark_source(&mut self, charge: Id, status: &str, ctx: &Context<'_>) -> Result<(), Fault> {
        let Some(row) = self.get(Entity::ReimburseCharge, charge) else { return Ok(()) };
        let source = row.body.list("LinkedTxn").iter().find_map(|own| {
            let entity = own.text("TxnType").and_then(Entity::named).filter(|entity| *entity != Entity::Invoice)?;
            Some((entity, linked_id(own)?))
        });
        let Some((entity, id)) = source else { return Ok(()) };
        self.change_txn(entity, id, ctx, Change::Update, |row| {
            for line in row.body.list_mut("Line").into_iter().flatten() {
                if charge_of(line) == Some(charge) {
                    let name = detail_name(line);
                    if let Some(own) = line.record_mut(name) {
                        own.set("BillableStatus", status);
                    }
                }
            }
        })
    }
}

/// The charge that a line shows.
fn charge_of(line: &Record) -> Option<Id> {
    line.list("LinkedTxn").iter().find(|own| own.text("TxnType") == Some(CHARGE)).and_then(linked_id)
}
