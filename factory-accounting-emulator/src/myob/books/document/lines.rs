//! Lines: what each needs, its total, and its row version (myob.md 3.4, 7, 12.3).

use crate::myob::books::errors::{self, Fault, Missing};
use crate::myob::books::record::{Node, Record};
use crate::myob::books::save::Draft;
use crate::myob::books::table::{Form, Layout};
use crate::myob::books::wire::reader::cents;
use crate::myob::books::{Books, Context};
use crate::myob::switches::{ItemTotal, StockCheck};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Headers and subtotals carry only a description (myob.md 3.4).
pub(super) fn is_transaction(line: &Record) -> bool {
    !matches!(line.text("Type"), Some("Header" | "SubTotal"))
}

pub(super) fn require(lines: &[Record], form: Form, layout: Layout, missing: &mut Missing, total: ItemTotal) {
    for (at, line) in lines.iter().enumerate() {
        if !is_transaction(line) {
            continue;
        }
        let mut need = |there: bool, name: &str| missing.need(there, &format!("Lines[{at}].{name}"));
        need(line.link("TaxCode").is_some(), "TaxCode");
        match layout {
            // A line by account alone among items is a hybrid, which the API takes (myob.md 3.4).
            Layout::Item if line.link("Account").is_some() => {
                need(line.has("Total") || line.has("UnitPrice"), "Total");
            }
            Layout::Item => {
                need(line.link("Item").is_some(), "Item");
                need(total == ItemTotal::Computed || line.has("Total"), "Total");
            }
            Layout::TimeBilling => need(line.link("Item").is_some(), "Item"),
            _ => {
                need(line.link("Account").is_some(), "Account");
                need(line.has("Total") || form_has_price(form, layout) && line.has("UnitPrice"), "Total");
            }
        }
    }
}

fn form_has_price(form: Form, layout: Layout) -> bool {
    layout == Layout::Service && !matches!(form, Form::Order | Form::PurchaseOrder)
}

impl Books {
    /// Checks every line, works its total out and gives it its id and version.
    pub(super) fn work_out_lines(
        &mut self,
        draft: &mut Draft,
        form: Form,
        layout: Layout,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let held = draft.before.clone();
        let held = held.as_ref().map(|row| row.body.list("Lines")).unwrap_or_default();
        let mut lines = draft.body.take_list("Lines");
        if !held.is_empty() {
            check_row_ids(&lines)?;
        }
        let mut running = Decimal::ZERO;
        for (at, line) in lines.iter_mut().enumerate() {
            let path = format!("Lines[{at}]");
            line.set_default("Type", "Transaction");
            if is_transaction(line) {
                self.check_line_links(line, form, &path)?;
                if ctx.switches.jobs_required && line.link("Job").is_none() {
                    return Err(Fault::of("JobRequired", "JobId:(SaleEventLine)"));
                }
                let total = line_total(line, form, layout, &path, ctx)?;
                line.set("Total", total);
                running += total;
            } else {
                line.clear("Total");
                if line.text("Type") == Some("SubTotal") {
                    line.set("Total", cents(running));
                }
                running = Decimal::ZERO;
            }
            self.give_version(line, held, &path)?;
        }
        draft.body.set("Lines", lines);
        Ok(())
    }

    fn check_line_links(&self, line: &Record, form: Form, path: &str) -> Result<(), Fault> {
        if let Some(account) = line.link("Account").and_then(|uid| self.find(uid)) {
            let at = format!("{path}.Account");
            if account.body.flag("IsHeader") {
                return Err(Fault::of("AccountHeaderNotAllowed", at));
            }
            if matches!(account.body.text("Type"), Some("AccountReceivable" | "AccountsPayable")) {
                let name = if form.is_sale() { "AccountNotPostable" } else { "IncorrectAccountType" };
                return Err(Fault::of(name, at));
            }
        }
        self.check_job(line, path)
    }

    pub(in crate::myob::books) fn check_job(&self, line: &Record, path: &str) -> Result<(), Fault> {
        let job = line.link("Job").and_then(|uid| self.find(uid));
        match job {
            Some(job) if job.body.flag("IsHeader") => Err(Fault::of("Line_JobHeaderNotAllowed", format!("{path}.Job"))),
            _ => Ok(()),
        }
    }

    /// A line that is kept must be the latest; a new one gets an id; a changed one another version (myob.md 4).
    pub(in crate::myob::books) fn give_version(
        &mut self,
        line: &mut Record,
        held: &[Record],
        path: &str,
    ) -> Result<(), Fault> {
        let sent = line.number("RowID").filter(|row| !held.is_empty() && !row.is_zero());
        let Some(row) = sent else {
            line.set("RowID", Decimal::from(self.next_in("lines")));
            let version = self.next_version();
            line.set("RowVersion", Node::Version(version));
            return Ok(());
        };
        let kept = held.iter().find(|line| line.number("RowID") == Some(row));
        let kept = kept.ok_or_else(|| Fault::of("NotFound", format!("{path}.RowID")))?;
        if line.version() != kept.version() {
            return Err(errors::stale(&format!("{path}.RowVersion")));
        }
        if line != kept {
            let version = self.next_version();
            line.set("RowVersion", Node::Version(version));
        }
        Ok(())
    }

    /// An invoice that takes more than there is, and a bill's reversal likewise, by switch (myob.md 3.4).
    pub(super) fn check_stock(&self, draft: &Draft, form: Form, ctx: &Context<'_>) -> Result<(), Fault> {
        if ctx.switches.stock_check == StockCheck::Off {
            return Ok(());
        }
        let sign = if form == Form::Invoice { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        let mut taken: BTreeMap<Uuid, Decimal> = BTreeMap::new();
        let mut count = |body: &Record, sign: Decimal| {
            for line in body.list("Lines") {
                if let Some(item) = line.link("Item") {
                    *taken.entry(item).or_default() += sign * line.amount(form.quantity());
                }
            }
        };
        count(&draft.body, sign);
        if let Some(stored) = draft.stored() {
            count(stored, -sign);
        }
        for (item, pieces) in taken {
            let counted = self.find(item).is_some_and(|row| row.body.flag("IsInventoried"));
            if counted && pieces > Decimal::ZERO && pieces > self.derived.stock(item).on_hand {
                let number = self.find(item).map(|row| row.number().to_owned()).unwrap_or_default();
                return Err(Fault::of("Inventory_InsufficientStockMultipleLocation", number));
            }
        }
        Ok(())
    }
}

/// A line is kept once.
pub(in crate::myob::books) fn check_row_ids(lines: &[Record]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        let row = line.amount("RowID");
        if !row.is_zero() && !seen.insert(row) {
            return Err(errors::invalid(format!("Lines[{at}].RowID"), format!("RowID {row} stands twice")));
        }
    }
    Ok(())
}

/// The total of one line in the document's own terms, tax included or not (myob.md 7).
fn line_total(line: &mut Record, form: Form, layout: Layout, path: &str, ctx: &Context<'_>) -> Result<Decimal, Fault> {
    let priced = layout == Layout::Item && line.link("Item").is_some();
    let price_name = if layout == Layout::TimeBilling { "Rate" } else { "UnitPrice" };
    if line.shape().position(price_name).is_some()
        && let Some(price) = line.number(price_name)
    {
        // Tighter than the reader, so that no product can overflow.
        let places = ctx.switches.unit_price_places.min(10);
        line.set(price_name, price.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize());
    }
    if layout == Layout::Item && line.amount("UnitPrice") < Decimal::ZERO {
        return Err(errors::invalid(
            format!("{path}.UnitPrice"),
            "UnitPrice must not be negative; send a negative quantity",
        ));
    }
    if line.shape().position("DiscountPercent").is_some() {
        line.set_default("DiscountPercent", Decimal::ZERO);
        let discount = line.amount("DiscountPercent");
        if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&discount) {
            return Err(errors::invalid(format!("{path}.DiscountPercent"), "DiscountPercent must be from 0 to 100"));
        }
    }
    let quantity = match layout {
        Layout::Item if line.link("Item").is_some() => {
            line.set_default(form.quantity(), Decimal::ZERO);
            line.set_default("UnitPrice", Decimal::ZERO);
            line.amount(form.quantity())
        }
        Layout::Item => line.number("UnitCount").or_else(|| line.number(form.quantity())).unwrap_or(Decimal::ONE),
        Layout::TimeBilling => line.number("Units").or_else(|| line.number("Hours")).unwrap_or_default(),
        _ => line.number("UnitCount").unwrap_or(Decimal::ONE),
    };
    let product = product(quantity, line.amount(price_name), line.amount("DiscountPercent"))
        .filter(|product| product.abs() < Decimal::from(10_000_000_000_000_u64))
        .ok_or_else(|| errors::invalid(format!("{path}.Total"), "Total is too large"))?;
    match line.number("Total") {
        None => Ok(product),
        Some(total) if priced && (total - product).abs() > ctx.switches.line_total_tolerance => {
            Err(Fault::of("LineTotalUnbalanced", format!("{path}.Total"))
                .saying(format!("Total is {total}, but quantity times price less discount is {product}")))
        }
        Some(total) => Ok(total),
    }
}

/// `round2(quantity × price × (1 − discount / 100))`, half away from zero (myob.md 7).
fn product(quantity: Decimal, price: Decimal, discount: Decimal) -> Option<Decimal> {
    let gross = quantity.checked_mul(price)?;
    let kept = (Decimal::ONE_HUNDRED - discount).checked_div(Decimal::ONE_HUNDRED)?;
    Some(cents(gross.checked_mul(kept)?))
}
