//! Lines of documents.
//!
//! - A line by item says how many at which price, and its `Total` is the exact product, rounded once, half away from zero:
//!   anything else is refused by MYOB (`LineTotalUnbalanced`, myob.md 7), and by us before.
//! - A line by account says the same where its form has such members; services on order have an amount alone (myob.md 3.4).
//! - A price is never below zero; the quantity is (myob.md 3.6).
//! - A line that goes on keeps its row id and version, and what people have put into it: a line without them is a new one,
//!   and one that is left out goes (myob.md 4).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::model::Discount;
use factory_accounting_core::money::Halves;
use factory_accounting_core::planned::{Charge, PlannedDocument, PlannedLine};
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::document::Form;
use super::{MYOB, named, unwritable};
use crate::capability::{
    AMOUNT_DECIMALS, DISCOUNT_DECIMALS, LARGEST_AMOUNT, LINE_TEXT, PRICE_DECIMALS, QUANTITY_DECIMALS,
};
use crate::remote_id::{Collection, Layout};
use crate::wire::members::Members;
use crate::wire::write::LinkWrite;
use crate::wire::write::line::LineWrite;

/// A line that charges something.
const CHARGE: &str = "Transaction";
/// A line of text.
const TEXT: &str = "Header";

/// All lines of a document: the list that is sent is the whole list afterwards (myob.md 4).
pub(crate) fn lines(
    form: &Form<'_>,
    document: &PlannedDocument,
    mut held: Vec<Members>,
) -> Result<Vec<Members>, ProviderError> {
    if document.lines.is_empty() {
        return Err(MYOB.refused("lines", "is empty: MYOB needs at least one line"));
    }
    let written = document.lines.iter().enumerate().map(|(at, planned)| {
        let write = match &planned.charge {
            Some(charge) => charged(form, document, at, planned, charge)?,
            None => text(at, planned)?,
        };
        let before = planned.remote.as_ref().and_then(|id| take(&mut held, id.as_str()));
        over(before, &write).map_err(|error| unwritable(&error))
    });
    written.collect()
}

/// Lines that stay as they are. A heading or subtotal has a total for reading only (myob.md 3.4).
pub(crate) fn kept(held: Vec<Members>) -> Vec<Members> {
    let line = |mut line: Members| {
        if !is_charge(&line) {
            line.remove("Total");
        }
        line
    };
    held.into_iter().map(line).collect()
}

fn is_charge(line: &Members) -> bool {
    line.text("Type").is_none_or(|line_type| line_type == CHARGE)
}

/// Takes the line of a row id out of those that the books hold.
fn take(held: &mut Vec<Members>, row: &str) -> Option<Members> {
    let is_it = |line: &Members| line.get("RowID").is_some_and(|id| id.get().trim_matches('"') == row);
    let at = held.iter().position(is_it)?;
    Some(held.remove(at))
}

/// What is ours, over the line that goes on. One that becomes another kind of line is a new one.
fn over(before: Option<Members>, write: &LineWrite) -> Result<Members, serde_json::Error> {
    let Some(mut line) = before.filter(|line| is_charge(line) == (write.line_type == CHARGE)) else {
        return Members::of(write);
    };
    let ours = Members::of(write)?;
    if ours.link("Item") != line.link("Item") {
        // Unit, place and account were those of the other item.
        for name in ["UnitOfMeasure", "Location", "Account", "Item"] {
            line.remove(name);
        }
    }
    if write.item.is_some() {
        line.remove("UnitCount");
    }
    if write.line_type == TEXT {
        line.remove("Total");
    }
    line.overlay(write)?;
    Ok(line)
}

fn text(at: usize, planned: &PlannedLine) -> Result<LineWrite, ProviderError> {
    let description = described(at, planned)?.ok_or_else(|| {
        MYOB.refused(format!("lines[{at}].description"), "is empty: a line that charges nothing needs a text")
    })?;
    Ok(LineWrite { line_type: TEXT, description: Some(description), ..LineWrite::default() })
}

fn described(at: usize, planned: &PlannedLine) -> Result<Option<String>, ProviderError> {
    MYOB.within(&format!("lines[{at}].description"), Some(&planned.description), LINE_TEXT)?;
    let blank = planned.description.trim().is_empty();
    Ok((!blank).then(|| planned.description.clone()))
}

fn charged(
    form: &Form<'_>,
    document: &PlannedDocument,
    at: usize,
    planned: &PlannedLine,
    charge: &Charge,
) -> Result<LineWrite, ProviderError> {
    let sum = Sum::of(at, charge)?;
    let sign = if form.is_credit() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let mut line = LineWrite {
        line_type: CHARGE,
        description: described(at, planned)?,
        total: Some(Number(sum.total * sign)),
        tax_code: Some(form.tax_code(document.tax_mode, at, &charge.tax_code)?),
        job: job(at, charge)?,
        ..LineWrite::default()
    };
    if form.has_prices() {
        line.unit_price = Some(Number(sum.price));
        line.discount_percent = Some(Number(sum.discount));
    }
    let quantity = Some(Number(sum.quantity * sign));
    match (form.layout, form.is_sale()) {
        (Layout::Item, sale) => {
            line.item = Some(item(form, at, charge)?);
            if sale {
                line.ship_quantity = quantity;
            } else {
                line.bill_quantity = quantity;
            }
        }
        _ => {
            line.account = Some(LinkWrite::from(&charge.account.id));
            line.unit_count = quantity.filter(|_| form.has_prices());
        }
    }
    Ok(line)
}

/// On a document by items every line has one: with an account instead, people could no longer open it in AccountRight
/// (myob.md 3.4).
fn item(form: &Form<'_>, at: usize, charge: &Charge) -> Result<LinkWrite, ProviderError> {
    let Some(item) = &charge.item else {
        let message = format!(
            "names no item, and this {} lists items in MYOB, which cannot be changed: give the line a product, or choose \
             an item for account {} in the settings",
            form.kind,
            charge.account.name()
        );
        return Err(MYOB.refused(format!("lines[{at}].product"), message));
    };
    named(&item.id, Collection::Item)
}

fn job(at: usize, charge: &Charge) -> Result<Option<LinkWrite>, ProviderError> {
    match charge.jobs.as_slice() {
        [] => Ok(None),
        [one] => named(one, Collection::Job).map(Some),
        several => {
            let message = format!("has {} jobs, a line in MYOB takes one: split it", several.len());
            Err(MYOB.unsupported(format!("lines[{at}].job"), message))
        }
    }
}

/// How many at which price less which discount, and what it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sum {
    quantity: Decimal,
    price: Decimal,
    discount: Decimal,
    total: Decimal,
}

impl Sum {
    /// What MYOB makes of quantity, price and discount, which has to be what was planned.
    fn of(at: usize, charge: &Charge) -> Result<Self, ProviderError> {
        let discount = match charge.discount {
            None => Decimal::ZERO,
            Some(Discount::Rate(rate)) => rate.0.normalize(),
            Some(Discount::Amount(_)) => {
                let message = "is an amount, lines in MYOB take a rate: send the net price";
                return Err(MYOB.unsupported(format!("lines[{at}].discount"), message));
            }
        };
        let (quantity, price) = (charge.quantity.0.normalize(), charge.unit_price.0.normalize());
        for (field, value, most) in [
            ("quantity", quantity, QUANTITY_DECIMALS),
            ("unit_price", price, PRICE_DECIMALS),
            ("discount", discount, DISCOUNT_DECIMALS),
        ] {
            if value.scale() > most {
                let message = format!("{value} has more than the {most} decimals that MYOB keeps: round it");
                return Err(MYOB.refused(format!("lines[{at}].{field}"), message));
            }
        }
        if price < Decimal::ZERO {
            let message = format!("{price} is below zero, which MYOB refuses: give a quantity below zero");
            return Err(MYOB.refused(format!("lines[{at}].unit_price"), message));
        }
        if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&discount) {
            let message = format!("{discount} is no discount: give 0 to 100 per cent");
            return Err(MYOB.refused(format!("lines[{at}].discount"), message));
        }
        let total = rounded(quantity, price, discount).ok_or_else(|| {
            let message = format!("{quantity} x {price} is more than MYOB takes, {LARGEST_AMOUNT} at most: split it");
            MYOB.refused(format!("lines[{at}]"), message)
        })?;
        if total != charge.amount {
            let message = format!(
                "{quantity} x {price} less {discount} % comes to {total} in MYOB, not to {}: give a price that comes to it",
                charge.amount
            );
            return Err(MYOB.refused(format!("lines[{at}].unit_price"), message));
        }
        Ok(Self { quantity, price, discount, total })
    }
}

/// `round2(quantity x price x (1 - discount / 100))` (myob.md 7); `None` where it is too much. Within the bounds above the
/// product has fewer digits than a decimal holds, so that it is exact.
fn rounded(quantity: Decimal, price: Decimal, discount: Decimal) -> Option<Decimal> {
    let gross = quantity.checked_mul(price).filter(|gross| gross.abs() <= LARGEST_AMOUNT)?;
    let part = Decimal::ONE_HUNDRED.checked_sub(discount)?.checked_mul(PER_CENT)?;
    Some(Halves::AwayFromZero.round(gross.checked_mul(part)?, AMOUNT_DECIMALS))
}

/// One hundredth.
const PER_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

const _: () = assert!(QUANTITY_DECIMALS + PRICE_DECIMALS + DISCOUNT_DECIMALS + 2 + 11 <= Decimal::MAX_SCALE);

#[cfg(test)]
mod tests;
