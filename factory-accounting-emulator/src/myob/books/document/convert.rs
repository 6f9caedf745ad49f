//! An order becomes an invoice or a bill, once (myob.md 3.5).

use super::{check_open, layout_of};
use crate::myob::books::errors::{self, Fault};
use crate::myob::books::record::{Node, Record};
use crate::myob::books::save::Draft;
use crate::myob::books::shelf::Row;
use crate::myob::books::table::{Form, Layout, Table};
use crate::myob::books::{Books, Context};
use crate::myob::switches::{ConvertedRemainder, OrderAfterConversion, OverApplication};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

impl Books {
    /// The order that a new invoice or bill names must be open, of the same layout and of the same card.
    pub(super) fn check_order(
        &self,
        draft: &Draft,
        form: Form,
        layout: Layout,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let (Some(ordered), None) = (form.ordered_as(), &draft.before) else { return Ok(()) };
        let Some(uid) = draft.body.link("Order") else { return Ok(()) };
        let converted = if ordered == Form::Order { "OrderConvertedToInvoice" } else { "OrderConvertedToBill" };
        if self.gone.contains_key(&uid) {
            return Err(Fault::of(converted, "Order"));
        }
        let order = self.find(uid).ok_or_else(|| Fault::of("NotFound", "Order"))?;
        if layout_of(order.table) != Some(layout) {
            return Err(Fault::of("LayoutTypeMismatch", "Order"));
        }
        check_open(order, ordered)?;
        let deposits = order.body.amount("AppliedToDate");
        if deposits > draft.body.amount("TotalAmount") && ctx.switches.over_application == OverApplication::Refused {
            return Err(errors::gap("deposits above the total of what the order becomes (Order)"));
        }
        if order.body.link(form.party()) != draft.body.link(form.party()) {
            return Err(errors::invalid("Order", format!("The order is for another {}", form.party().to_lowercase())));
        }
        Ok(())
    }

    /// What a conversion does to its order: deposits move, and the order is closed, taken away or cut down.
    pub(in crate::myob::books) fn consume_order(
        &mut self,
        order: Uuid,
        table: Table,
        document: Uuid,
        ctx: &Context<'_>,
    ) {
        self.move_deposits(order, document, ctx);
        let Some(row) = self.find(order).cloned() else { return };
        let Some(document) = self.get(table, document).cloned() else { return };
        let left = self.remainder(&row, &document);
        if ctx.switches.converted_remainder == ConvertedRemainder::StaysOpen && !ctx.person && !left.is_empty() {
            self.cut_down(&row, left, ctx);
            return;
        }
        if ctx.switches.order_after_conversion == OrderAfterConversion::Gone && !ctx.person {
            let number = row.number().to_owned();
            self.note_gone(order, row.table, number);
            self.remove(row.table, order);
            return;
        }
        let status = if row.table.form() == Some(Form::Order) { "ConvertedToInvoice" } else { "ConvertedToBill" };
        self.change(row.table, order, ctx, |body| body.set("Status", status));
    }

    /// Deposits on the order become payments of the document (myob.md 3.5).
    fn move_deposits(&mut self, order: Uuid, document: Uuid, ctx: &Context<'_>) {
        let deposits: Vec<Uuid> = self.derived.payments(order).map(|(uid, _)| uid).collect();
        if deposits.is_empty() {
            return;
        }
        let mut moved = Decimal::ZERO;
        for deposit in deposits {
            let Some(payment) = self.find(deposit).cloned() else { continue };
            let (list, link, kind) = match payment.table {
                Table::CustomerPayment => ("Invoices", "UID", "Invoice"),
                Table::CreditSettlement => ("Lines", "Sale", "Invoice"),
                _ => ("Lines", "Purchase", "Bill"),
            };
            self.change(payment.table, deposit, ctx, |body| {
                let mut lines = body.take_list(list);
                for line in lines.iter_mut().filter(|line| line.link(link) == Some(order)) {
                    moved += line.amount("AmountApplied");
                    line.set("Type", kind);
                    line.set(link, if link == "UID" { Node::Guid(document) } else { Node::Link(document) });
                }
                body.set(list, lines);
            });
        }
        // Also where they come to nothing: the order has no last day of payment any more.
        self.apply_to(order, -moved, ctx);
        self.apply_to(document, moved, ctx);
    }

    /// The pieces of each item that the document leaves out.
    fn remainder(&self, order: &Row, document: &Row) -> BTreeMap<Uuid, Decimal> {
        let mut left = BTreeMap::new();
        let (Some(Layout::Item), Some(form)) = (layout_of(order.table), order.table.form()) else { return left };
        for (body, sign) in [(&order.body, Decimal::ONE), (&document.body, Decimal::NEGATIVE_ONE)] {
            for line in body.list("Lines") {
                if let Some(item) = line.link("Item") {
                    *left.entry(item).or_insert(Decimal::ZERO) += sign * line.amount(form.quantity());
                }
            }
        }
        left.retain(|_, pieces| *pieces > Decimal::ZERO);
        left
    }

    /// Leaves the order open with what was not converted (myob.md 13.5).
    fn cut_down(&mut self, order: &Row, mut left: BTreeMap<Uuid, Decimal>, ctx: &Context<'_>) {
        let Some(form) = order.table.form() else { return };
        let mut body: Record = order.body.clone();
        let mut lines = body.take_list("Lines");
        lines.retain_mut(|line| {
            let Some(pieces) = line.link("Item").and_then(|item| left.get_mut(&item)) else { return false };
            let kept = line.amount(form.quantity()).min(*pieces);
            *pieces -= kept;
            line.set(form.quantity(), kept);
            line.clear("Total");
            kept > Decimal::ZERO
        });
        body.set("Lines", lines);
        let before = Some(Arc::new(order.clone()));
        let mut draft = Draft { table: order.table, uid: order.uid, before, body };
        let worked = self
            .work_out_lines(&mut draft, form, Layout::Item, ctx)
            .and_then(|()| super::totals::work_out(self, &mut draft.body, ctx));
        if worked.is_ok() {
            super::set_balance(&mut draft.body, form, order.body.amount("AppliedToDate"));
            self.change(order.table, order.uid, ctx, |stored| *stored = draft.body);
        }
    }
}
