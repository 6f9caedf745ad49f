//! How much of each line of the order has been billed by quantity.

use rust_decimal::Decimal;

use super::{Billing, BillingError, plus};
use crate::amounts::{product, rounded_quotient};
use crate::model::{Discount, ItemLine, Line};
use crate::money::{Halves, Quantity};
use crate::rules;

/// What has been billed of one line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Billed {
    pub(super) quantity: Decimal,
    pub(super) amount: Decimal,
    /// By how many lines: each may have been rounded.
    pub(super) times: u32,
}

impl Billing {
    /// What has been billed of each line of the order; where two lines are alike, the first is billed first.
    pub(super) fn billed_by_quantity(&self) -> Result<Vec<Billed>, BillingError> {
        let mut billed = vec![Billed::default(); self.order.lines.len()];
        for line in self.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let Line::Item(item) = line else { continue };
            let (mut open, mut worth) = (item.quantity.0, self.amount(std::slice::from_ref(line))?);
            for (ordered, billed) in self.order.lines.iter().zip(&mut billed) {
                let Line::Item(ordered) = ordered else { continue };
                let free = plus(ordered.quantity.0, -billed.quantity)?;
                let taken = open.min(free);
                if taken <= Decimal::ZERO || !rules::same_thing(ordered, item) {
                    continue;
                }
                let share = share(worth, taken, open, self.decimals())?;
                billed.quantity = plus(billed.quantity, taken)?;
                billed.amount = plus(billed.amount, share)?;
                billed.times += 1;
                open = plus(open, -taken)?;
                worth = plus(worth, -share)?;
            }
        }
        Ok(billed)
    }

    /// A quantity of a line, with its share of an amount off the whole line.
    pub(super) fn quantity_of(
        &self,
        ordered: &ItemLine,
        billed: Billed,
        quantity: Decimal,
    ) -> Result<ItemLine, BillingError> {
        let discount = match ordered.discount {
            Some(Discount::Amount(off)) => {
                let until = |quantity| share(off, quantity, ordered.quantity.0, self.decimals());
                let own = plus(until(plus(billed.quantity, quantity)?)?, -until(billed.quantity)?)?;
                (!own.is_zero()).then_some(Discount::Amount(own))
            }
            other => other,
        };
        Ok(ItemLine { quantity: Quantity(quantity), discount, ..ordered.clone() })
    }
}

/// The share of an amount that a part of a quantity has.
fn share(amount: Decimal, part: Decimal, whole: Decimal, decimals: u32) -> Result<Decimal, BillingError> {
    if part == whole {
        return Ok(amount);
    }
    let weighed =
        product(amount, part).and_then(|weighed| rounded_quotient(weighed, whole, decimals, Halves::AwayFromZero));
    weighed.ok_or(BillingError::TooLarge)
}
