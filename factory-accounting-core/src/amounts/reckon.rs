//! The prediction: what the package makes of lines that it can hold as they are.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::exact::{product, rounded_quotient, sum, total};
use super::{AmountError, LineAmounts, LineInput, Reckoned, too_fine};
use crate::capability::{AmountRules, TaxRounding};
use crate::model::{Discount, Line, TaxMode};
use crate::money::{Currency, Halves, Quantity, Totals, UnitPrice};

/// Predicts what a package comes to. `None` stands for a line of text, which counts nothing.
///
/// A line's amount is `quantity x unit price` less its discount, rounded to the currency's decimals (xero.md 9.2). Tax is
/// taken from rounded line amounts: `amount x rate / 100` where prices are net, `amount x rate / (100 + rate)` where they
/// contain it, rounded per line or on the sum of each rate (xero.md 9.5). Where prices are net the total is the sum of the
/// lines and the tax; where they contain tax the total is the sum of the lines and the subtotal what tax leaves of it
/// (xero.md 9.7).
///
/// # Errors
/// Refuses lines that the package would have to round first: give them in the form that [`represent`](super::represent)
/// names.
pub fn reckon(
    lines: &[Option<LineInput>],
    mode: TaxMode,
    currency: Currency,
    rules: &AmountRules,
) -> Result<Reckoned, AmountError> {
    let mut taxes = Taxes { mode, currency, rules, per_rate: BTreeMap::new() };
    let mut reckoned = Vec::with_capacity(lines.len());
    for (line, input) in lines.iter().enumerate() {
        let Some(input) = input else {
            reckoned.push(None);
            continue;
        };
        if let Some(error) = too_fine(line, input, currency, rules) {
            return Err(error);
        }
        let amount = line_amount(line, input, currency, rules.halves)?;
        let tax = taxes.add(line, amount, input.tax_rate)?;
        reckoned.push(Some(LineAmounts { amount, tax }));
    }
    let totals = totals(&reckoned, mode, currency).ok_or(AmountError::TotalOverflow)?;
    Ok(Reckoned { lines: reckoned, totals })
}

/// The sum of the lines' amounts after discount, at the currency's decimals, halves away from zero: what a document counts
/// towards the progress of its order (L8). It is the amount before tax where prices are net. Where they contain tax, so
/// does it, because rates are not known yet; compare documents of one mode only. `None` where an amount does not fit or a
/// discount is out of bounds.
#[must_use]
pub fn net_amount(lines: &[Line], currency: Currency) -> Option<Decimal> {
    let mut net = Decimal::new(0, currency.decimals());
    for (index, line) in lines.iter().enumerate() {
        let Some(item) = line.as_item() else { continue };
        let input = LineInput {
            quantity: item.quantity,
            unit_price: item.unit_price,
            discount: item.discount,
            tax_rate: Decimal::ZERO,
        };
        net = sum(net, line_amount(index, &input, currency, Halves::AwayFromZero).ok()?)?;
    }
    Some(net)
}

/// `quantity x unit price`, unrounded; `None` where it does not fit.
pub(crate) fn gross_amount(quantity: Quantity, unit_price: UnitPrice) -> Option<Decimal> {
    product(quantity.0, unit_price.0)
}

/// An amount at the currency's decimals, halves away from zero; `None` where it does not fit.
pub(crate) fn rounded(amount: Decimal, currency: Currency) -> Option<Decimal> {
    rounded_quotient(amount, Decimal::ONE, currency.decimals(), Halves::AwayFromZero)
}

/// The line's amount after discount, unrounded.
pub(super) fn exact_amount(line: usize, input: &LineInput) -> Result<Decimal, AmountError> {
    let overflow = || AmountError::Overflow { line };
    let gross = gross_amount(input.quantity, input.unit_price).ok_or_else(overflow)?;
    match input.discount {
        None => Ok(gross),
        Some(Discount::Rate(rate)) => {
            if rate.0 < Decimal::ZERO || rate.0 > Decimal::ONE_HUNDRED {
                return Err(AmountError::DiscountRate { line, rate: rate.0 });
            }
            let kept = sum(Decimal::ONE_HUNDRED, -rate.0).and_then(|kept| product(kept, Decimal::new(1, 2)));
            kept.and_then(|kept| product(gross, kept)).ok_or_else(overflow)
        }
        Some(Discount::Amount(discount)) => {
            if discount < Decimal::ZERO {
                return Err(AmountError::NegativeDiscount { line, amount: discount });
            }
            if discount > gross && !discount.is_zero() {
                return Err(AmountError::DiscountTooBig { line, discount, amount: gross });
            }
            sum(gross, -discount).ok_or_else(overflow)
        }
    }
}

/// The line's amount after discount, rounded to the currency's decimals.
pub(super) fn line_amount(
    line: usize,
    input: &LineInput,
    currency: Currency,
    halves: Halves,
) -> Result<Decimal, AmountError> {
    rounded_quotient(exact_amount(line, input)?, Decimal::ONE, currency.decimals(), halves)
        .ok_or(AmountError::Overflow { line })
}

/// Tax as the lines come in.
struct Taxes<'a> {
    mode: TaxMode,
    currency: Currency,
    rules: &'a AmountRules,
    /// Per rate: the sum of the lines so far and its tax.
    per_rate: BTreeMap<Decimal, LineAmounts>,
}

impl Taxes<'_> {
    /// Tax of the next line.
    fn add(&mut self, line: usize, amount: Decimal, rate: Decimal) -> Result<Decimal, AmountError> {
        if rate < Decimal::ZERO {
            return Err(AmountError::NegativeTaxRate { line, rate });
        }
        match self.rules.tax_rounding {
            TaxRounding::PerLine => self.tax(amount, rate),
            TaxRounding::PerRate => self.share(amount, rate),
        }
        .ok_or(AmountError::Overflow { line })
    }

    /// What the rate's tax grows by.
    fn share(&mut self, amount: Decimal, rate: Decimal) -> Option<Decimal> {
        let before = self.per_rate.get(&rate).copied().unwrap_or_default();
        let amount = sum(before.amount, amount)?;
        let tax = self.tax(amount, rate)?;
        self.per_rate.insert(rate, LineAmounts { amount, tax });
        sum(tax, -before.tax)
    }

    fn tax(&self, amount: Decimal, rate: Decimal) -> Option<Decimal> {
        let divisor = match self.mode {
            TaxMode::Exclusive => Decimal::ONE_HUNDRED,
            TaxMode::Inclusive => sum(Decimal::ONE_HUNDRED, rate)?,
            TaxMode::NoTax => return Some(Decimal::new(0, self.currency.decimals())),
        };
        rounded_quotient(product(amount, rate)?, divisor, self.currency.decimals(), self.rules.halves)
    }
}

fn totals(lines: &[Option<LineAmounts>], mode: TaxMode, currency: Currency) -> Option<Totals> {
    let decimals = currency.decimals();
    let amount = total(lines.iter().flatten().map(|line| line.amount), decimals)?;
    let tax = total(lines.iter().flatten().map(|line| line.tax), decimals)?;
    Some(match mode {
        TaxMode::Exclusive | TaxMode::NoTax => Totals { subtotal: amount, tax, total: sum(amount, tax)? },
        TaxMode::Inclusive => Totals { subtotal: sum(amount, -tax)?, tax, total: amount },
    })
}
