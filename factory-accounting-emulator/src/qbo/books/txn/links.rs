//! Estimates that become invoices, purchase orders that become bills (qbo.md 5.13, 5.18, 5.23).

use super::{add_link, drop_link, linked_id, links_to, set_links};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::journal::Change;
use crate::qbo::books::record::Record;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::LinkedEstimateStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Lines of purchase orders, by order, that a bill takes up.
type Taken = BTreeMap<Id, BTreeSet<String>>;

impl Books {
    /// The client's links to estimates beside those that QuickBooks alone writes.
    pub(super) fn link_estimate(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let stored = draft.stored().map_or(&[] as &[Record], |stored| stored.list("LinkedTxn"));
        let held: Vec<Id> = of_kind(stored, "Estimate").collect();
        let read_only: Vec<Record> =
            stored.iter().filter(|link| link.text("TxnType") != Some("Estimate")).cloned().collect();
        let sent = draft.body.list("LinkedTxn");
        if sent.iter().any(|link| link.text("TxnType") == Some("TimeActivity")) {
            return Err(errors::gap("links to time activities"));
        }
        let wanted: Vec<Id> = of_kind(sent, "Estimate").collect();
        if of_kind(sent, "Estimate").count()
            < sent.iter().filter(|link| link.text("TxnType") == Some("Estimate")).count()
        {
            return Err(not_linkable("no estimate has this id"));
        }
        let mut links = Vec::new();
        for id in &wanted {
            if held.contains(id) || self.take_estimate(*id, draft, ctx)? {
                links.push(super::link(*id, "Estimate"));
            }
        }
        links.extend(read_only);
        set_links(&mut draft.body, links);
        for id in held.into_iter().filter(|id| !wanted.contains(id)) {
            self.reopen_estimate(id, draft.id, ctx)?;
        }
        Ok(())
    }

    /// Closes an estimate for an invoice. One that is closed, rejected or linked already is passed over without a
    /// word; there is one link for each estimate (qbo.md 5.13).
    fn take_estimate(&mut self, id: Id, draft: &Draft, ctx: &Context<'_>) -> Result<bool, Fault> {
        let row = self.get(Entity::Estimate, id).ok_or_else(|| not_linkable("no estimate has this id"))?;
        if row.body.target("CustomerRef") != draft.body.target("CustomerRef") {
            return Err(not_linkable("the estimate is for another customer"));
        }
        let open = matches!(row.body.text("TxnStatus"), Some("Pending" | "Accepted"));
        if !open || row.body.list("LinkedTxn").iter().any(|link| link.text("TxnType") == Some("Invoice")) {
            return Ok(false);
        }
        let status = match ctx.switches.linked_estimate_status {
            LinkedEstimateStatus::Closed => "Closed",
            LinkedEstimateStatus::Converted => "Converted",
        };
        self.change_txn(Entity::Estimate, id, ctx, Change::Update, |row| {
            row.body.set("TxnStatus", status);
            add_link(&mut row.body, draft.id, "Invoice");
        })?;
        Ok(true)
    }

    /// An estimate whose invoice is gone is what it was: accepted, if somebody had accepted it.
    fn reopen_estimate(&mut self, id: Id, invoice: Id, ctx: &Context<'_>) -> Result<(), Fault> {
        if self.get(Entity::Estimate, id).is_none() {
            return Ok(());
        }
        self.change_txn(Entity::Estimate, id, ctx, Change::Update, |row| {
            let accepted = row.body.has("AcceptedDate") || row.body.has("AcceptedBy");
            row.body.set("TxnStatus", if accepted { "Accepted" } else { "Pending" });
            drop_link(&mut row.body, invoice, "Invoice");
        })
    }

    /// A bill's links to lines of purchase orders; a wrong or used up one is left out without a word (qbo.md 5.18).
    pub(super) fn link_orders(
        &mut self,
        draft: &mut Draft,
        lines: &mut [Record],
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let stored_lines = draft.stored().map_or(&[] as &[Record], |stored| stored.list("Line"));
        let before = taken(stored_lines);
        // A sparse update without LinkedTxn keeps the stored ones, which are in the body already.
        let header: BTreeSet<Id> = of_kind(draft.body.list("LinkedTxn"), "PurchaseOrder").collect();
        let mut now = Taken::new();
        for line in lines.iter_mut() {
            let held = stored_lines.iter().find(|held| held.has("Id") && held.text("Id") == line.text("Id"));
            let orders = line.list("LinkedTxn").iter().filter(|link| link.text("TxnType") == Some("PurchaseOrder"));
            let mut kept: Vec<Record> = Vec::new();
            for link in orders {
                let (Some(order), Some(order_line)) = (linked_id(link), link.text("TxnLineId")) else { continue };
                let fits = header.contains(&order)
                    && !now.get(&order).is_some_and(|lines| lines.contains(order_line))
                    && match held {
                        // A line that stands already cannot be linked later (qbo.md 5.18).
                        Some(held) => held.list("LinkedTxn").contains(link),
                        None => self.order_line_is_free(order, order_line, draft),
                    };
                if fits {
                    now.entry(order).or_default().insert(order_line.to_owned());
                    kept.push(link.clone());
                }
            }
            set_links(line, kept);
        }
        let read_only = draft.stored().map_or(&[] as &[Record], |stored| stored.list("LinkedTxn")).iter();
        let read_only = read_only.filter(|link| link.text("TxnType") != Some("PurchaseOrder")).cloned();
        let links = now.keys().map(|order| super::link(*order, "PurchaseOrder")).chain(read_only).collect();
        set_links(&mut draft.body, links);
        self.settle_orders(draft.id, &before, &now, ctx)
    }

    fn order_line_is_free(&self, order: Id, line: &str, draft: &Draft) -> bool {
        let Some(row) = self.get(Entity::PurchaseOrder, order) else { return false };
        row.body.target("VendorRef") == draft.body.target("VendorRef")
            && row.body.text("POStatus") == Some("Open")
            && row.body.list("Line").iter().any(|held| held.text("Id") == Some(line) && held.has("Amount"))
            && !self.taken_of(&row.body, order, draft.id).contains(line)
    }

    /// Which lines of an order are taken up by bills other than one.
    fn taken_of(&self, order: &Record, id: Id, but: Id) -> BTreeSet<String> {
        let bills = of_kind(order.list("LinkedTxn"), "Bill").filter(|bill| *bill != but);
        let rows = bills.filter_map(|bill| self.get(Entity::Bill, bill));
        rows.flat_map(|row| taken(row.body.list("Line")).remove(&id).unwrap_or_default()).collect()
    }

    /// Shows a bill on its orders; an order all of whose lines are taken up is closed (qbo.md 5.18).
    fn settle_orders(&mut self, bill: Id, before: &Taken, now: &Taken, ctx: &Context<'_>) -> Result<(), Fault> {
        let orders: BTreeSet<Id> = before.keys().chain(now.keys()).copied().collect();
        for order in orders.into_iter().filter(|order| before.get(order) != now.get(order)) {
            let Some(row) = self.get(Entity::PurchaseOrder, order).cloned() else { continue };
            let mut lines = self.taken_of(&row.body, order, bill);
            lines.extend(now.get(&order).into_iter().flatten().cloned());
            let mut own = row.body.list("Line").iter().filter(|line| line.has("Amount"));
            let full = own.all(|line| line.text("Id").is_some_and(|id| lines.contains(id)));
            self.change_txn(Entity::PurchaseOrder, order, ctx, Change::Update, |row| {
                match now.contains_key(&order) {
                    true => add_link(&mut row.body, bill, "Bill"),
                    false => drop_link(&mut row.body, bill, "Bill"),
                }
                row.body.set("POStatus", if full { "Closed" } else { "Open" });
            })?;
        }
        Ok(())
    }

    /// Lets go of everything a deleted or voided transaction was linked with, payments apart.
    pub(super) fn release_links(&mut self, row: &Arc<Row>, ctx: &Context<'_>) -> Result<(), Fault> {
        match row.entity {
            Entity::Invoice => {
                for id in of_kind(row.body.list("LinkedTxn"), "Estimate").collect::<Vec<_>>() {
                    self.reopen_estimate(id, row.id, ctx)?;
                }
                self.unbill(row, ctx)
            }
            Entity::Estimate => self.forget(row, "Invoice", Entity::Invoice, "Estimate", ctx),
            Entity::PurchaseOrder => self.forget(row, "Bill", Entity::Bill, "PurchaseOrder", ctx),
            Entity::Bill | Entity::VendorCredit | Entity::Purchase => {
                self.settle_orders(row.id, &taken(row.body.list("Line")), &Taken::new(), ctx)?;
                self.release_charges(row, ctx)
            }
            _ => Ok(()),
        }
    }

    /// Takes the links to a row out of those that it is linked to, lines included.
    fn forget(
        &mut self,
        row: &Arc<Row>,
        kind: &str,
        entity: Entity,
        own_kind: &str,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        for id in of_kind(row.body.list("LinkedTxn"), kind).collect::<Vec<_>>() {
            if self.get(entity, id).is_none() {
                continue;
            }
            self.change_txn(entity, id, ctx, Change::Update, |other| {
                drop_link(&mut other.body, row.id, own_kind);
                for line in other.body.list_mut("Line").into_iter().flatten() {
                    let rest = line.list("LinkedTxn").iter().filter(|link| !links_to(link, row.id, own_kind));
                    let rest = rest.cloned().collect();
                    set_links(line, rest);
                }
            })?;
        }
        Ok(())
    }
}

/// The ids that links of one kind name.
fn of_kind<'a>(links: &'a [Record], kind: &'a str) -> impl Iterator<Item = Id> + 'a {
    links.iter().filter(move |link| link.text("TxnType") == Some(kind)).filter_map(linked_id)
}

/// Which lines of which orders the lines of a bill take up.
fn taken(lines: &[Record]) -> Taken {
    let mut all = Taken::new();
    for link in lines.iter().flat_map(|line| line.list("LinkedTxn")) {
        if link.text("TxnType") == Some("PurchaseOrder")
            && let (Some(order), Some(line)) = (linked_id(link), link.text("TxnLineId"))
        {
            all.entry(order).or_default().insert(line.to_owned());
        }
    }
    all
}

fn not_linkable(why: &str) -> Fault {
    Fault::of(620, format!("Txn ID Cannot Be Linked : {why}")).on("LinkedTxn")
}
