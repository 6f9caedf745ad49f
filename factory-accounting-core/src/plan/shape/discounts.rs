//! Discounts on lines of their own (L4).

use rust_decimal::Decimal;

use super::Shaped;
use crate::amounts::{self, AmountError, LineInput, Representation};
use crate::capability::{LineItems, TaxRounding};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{Discount, ItemLine, TaxMode, Trade};
use crate::money::{Quantity, UnitPrice};
use crate::plan::Context;
use crate::plan::accounts::{account_in_the_books, account_ref};
use crate::plan::items::{in_the_books, line_items, needs_items};
use crate::plan::totals::unreckonable;
use crate::plan::trail::Step;
use crate::planned::{AccountRef, Charge, PlannedItemRef, PlannedLine};
use crate::provider::TradeSide;

/// Gives each line its full price, and takes the discount off by a line of its own below it. A discount stays on its line
/// where tax is rounded line by line and the two would come to another cent of tax than the one: the document's total is
/// worth more than its looks.
pub(super) fn on_lines_of_their_own<'a>(
    trade: &Trade<'_>,
    lines: Vec<Shaped<'a>>,
    context: &Context<'_>,
) -> Result<Vec<Shaped<'a>>, Parked> {
    let mut apart = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        let pair = match (line.item, &line.planned.charge) {
            (Some(item), Some(charge)) if item.discount.is_some() => split(index, item, charge, trade, context)?,
            _ => None,
        };
        match pair {
            Some((full, off)) => {
                let shaped_by = Some("discounts");
                let (item, from) = (line.item, line.from.clone());
                apart.push(Shaped { planned: full, shaped_by, ..line });
                apart.push(Shaped { planned: off, item, discount: true, from, shaped_by });
            }
            None => apart.push(line),
        }
    }
    Ok(apart)
}

/// The line at its full price and the line that takes the discount off; `None` where it stays as it is.
fn split(
    index: usize,
    item: &ItemLine,
    charge: &Charge,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<Option<(PlannedLine, PlannedLine)>, Parked> {
    let rules = &context.capabilities.amounts;
    let unreckonable = |error: AmountError| unreckonable(trade, error);
    let amount_of = |quantity, unit_price, discount| {
        let input = LineInput { quantity, unit_price, discount, tax_rate: charge.tax_rate };
        let line = amounts::reckon(&[Some(input)], trade.tax_mode, trade.currency, rules).map_err(unreckonable)?;
        Ok::<_, Parked>(line.lines.first().copied().flatten().unwrap_or_default())
    };
    let undiscounted =
        LineInput { quantity: item.quantity, unit_price: item.unit_price, discount: None, tax_rate: charge.tax_rate };
    let form = amounts::represent(index, &undiscounted, context.settings.fine_prices, true, trade.currency, rules);
    let suffix = match &form {
        Representation::OneUnit { description_suffix, .. } => description_suffix.as_str(),
        _ => "",
    };
    let description = format!("{}{suffix}", item.description);
    let full = form.apply(&undiscounted).map_err(|issue| Parked::invalid(trade.kind, trade.number, [issue]))?;
    let net = amount_of(charge.quantity, charge.unit_price, charge.discount)?;
    let gross = amount_of(full.quantity, full.unit_price, None)?;
    let too_large = || unreckonable(AmountError::Overflow { line: index });
    let off = amounts::sum(net.amount, -gross.amount).ok_or_else(too_large)?;
    let full_charge = Charge { quantity: full.quantity, unit_price: full.unit_price, discount: None, ..charge.clone() };
    if off.is_zero() {
        return Ok(None);
    }
    let taken = amount_of(Quantity(Decimal::ONE), UnitPrice(off), None)?;
    let by_line = trade.tax_mode == TaxMode::Exclusive && rules.tax_rounding == TaxRounding::PerLine;
    if by_line && amounts::sum(gross.tax, taken.tax) != Some(net.tax) {
        return Ok(None);
    }
    let named = discount_item(index, charge, trade, context)?;
    let account = match &named {
        // What posts through items posts where the item says.
        Some(item) if line_items(trade.kind, context) != LineItems::Optional => {
            account_of(item, trade, context).unwrap_or_else(|| charge.account.clone())
        }
        _ => charge.account.clone(),
    };
    let off_charge = Charge {
        quantity: Quantity(Decimal::ONE),
        unit_price: UnitPrice(off),
        discount: None,
        item: named,
        account,
        ..charge.clone()
    };
    let line = |description: String, charge| PlannedLine {
        remote: None,
        source_line: None,
        description,
        charge: Some(charge),
    };
    Ok(Some((line(description, full_charge), line(text_of(item), off_charge))))
}

/// The steps of the item and the account of a line that takes a discount off.
pub(super) fn trace_item(charge: &Charge, charged: &std::fmt::Arguments<'_>, context: &Context<'_>) {
    context.trace(format_args!("{charged}.item"), || match &charge.item {
        Some(item) => in_the_books(item),
        None => Step::setting("items", &charge.item),
    });
    context.trace(format_args!("{charged}.account"), || account_in_the_books(&charge.account));
}

/// Whether a line is the one that takes the discount of a host's line off.
pub(in crate::plan) fn takes_off(line: &PlannedLine, item: &ItemLine) -> bool {
    let one =
        line.charge.as_ref().is_some_and(|charge| charge.quantity.0.abs() == Decimal::ONE && charge.discount.is_none());
    one && line.description == text_of(item)
}

fn text_of(item: &ItemLine) -> String {
    match item.discount {
        Some(Discount::Rate(rate)) => format!("Discount {} %", rate.0.normalize()),
        _ => "Discount".to_owned(),
    }
}

/// The discount item of the document's side of trade: wherever it is set, unless the document's other lines name none and
/// the package wants all or none of them to.
fn discount_item(
    index: usize,
    charge: &Charge,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<Option<PlannedItemRef>, Parked> {
    let items = &context.settings.items;
    let (set, path) = match TradeSide::of(trade.kind) {
        TradeSide::Sales => (&items.sales_discount, "items.sales_discount"),
        TradeSide::Purchases => (&items.purchase_discount, "items.purchase_discount"),
    };
    let needed = needs_items(trade, context);
    let fitting = needed || line_items(trade.kind, context) == LineItems::Optional;
    let complaint = match set {
        None if needed => format!("{} needs an item on the line of a discount: set one", context.package),
        None => return Ok(None),
        Some(_) if !fitting => return Ok(None),
        Some(name) => match context.catalogue.item(name) {
            Some(item) if item.active => {
                return Ok(Some(PlannedItemRef { id: item.id.clone(), code: Some(item.code.clone()) }));
            }
            Some(_) => format!("item {name:?} is not in use in {}", context.package),
            None => format!("item {name:?} is not in {}", context.package),
        },
    };
    let document = format!("{} {:?}", trade.kind, trade.number);
    let reason = format!("{document}: lines[{index}].discount on account {:?}: {complaint}", charge.account.name());
    Err(Parked::new(Code::ItemMissing, reason).with_issues([Issue::new(path, complaint)]))
}

/// The account that an item posts a side of trade to, where the lists tell.
fn account_of(item: &PlannedItemRef, trade: &Trade<'_>, context: &Context<'_>) -> Option<AccountRef> {
    let known = context.catalogue.item(item.id.as_str())?;
    let name = match TradeSide::of(trade.kind) {
        TradeSide::Sales => known.income_account.as_deref(),
        TradeSide::Purchases => known.expense_account.as_deref(),
    }?;
    context.catalogue.account(name).map(account_ref)
}
