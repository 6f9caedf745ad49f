//! Parts of the work: by lines, by amount, by percentage, and what is left (L8, F58).

use rust_decimal::Decimal;

use super::part::Part;
use super::places::{Amounts, Place};
use super::quantities::Billed;
use super::{Billing, BillingError, percent_of, plus};
use crate::amounts::decimals_of;
use crate::model::{ItemLine, Line};
use crate::money::{Quantity, Rate};

impl Billing {
    /// Bills quantities of lines: each as the line's place in the order, counted from 0, and how many. The part that
    /// completes a line brings the cent that rounding of its earlier parts has left.
    ///
    /// # Errors
    /// [`BillingError::NoSuchLine`], [`BillingError::Quantity`] where more is billed of a line than is left of it.
    pub fn by_lines(&self, quantities: &[(usize, Quantity)]) -> Result<Part<'_>, BillingError> {
        let mut billed = self.billed_by_quantity()?;
        let mut lines = Vec::with_capacity(quantities.len());
        for (at, (line, quantity)) in quantities.iter().enumerate() {
            let ordered = self.order.lines.get(*line).and_then(Line::as_item);
            let (Some(ordered), Some(billed)) = (ordered, billed.get_mut(*line)) else {
                return Err(BillingError::NoSuchLine { path: format!("quantities[{at}].line"), line: *line });
            };
            let left = plus(ordered.quantity.0, -billed.quantity)?;
            if quantity.0 <= Decimal::ZERO || quantity.0 > left {
                let path = format!("quantities[{at}].quantity");
                return Err(BillingError::Quantity { path, quantity: quantity.0, left });
            }
            let part = self.quantity_of(ordered, *billed, quantity.0)?;
            let amount = self.amount(&[Line::Item(part.clone())])?;
            lines.push(Line::Item(part));
            *billed = Billed {
                quantity: plus(billed.quantity, quantity.0)?,
                amount: plus(billed.amount, amount)?,
                times: billed.times + 1,
            };
            lines.extend(self.last_cents(ordered, *billed)?);
        }
        if lines.is_empty() {
            return Err(self.nothing_left()?);
        }
        Part::of_work(self, lines)
    }

    /// What rounding has left of a line of which all is billed now. More than rounding can leave is a price that was changed
    /// in between, and stays as it is.
    fn last_cents(&self, ordered: &ItemLine, billed: Billed) -> Result<Option<Line>, BillingError> {
        if billed.quantity != ordered.quantity.0 {
            return Ok(None);
        }
        let missing = plus(self.amount(&[Line::Item(ordered.clone())])?, -billed.amount)?;
        let most = Decimal::new(i64::from(billed.times), self.decimals());
        let is_rounding = !missing.is_zero() && missing.abs() <= most;
        let place = Place::of(ordered);
        Ok(is_rounding.then(|| place.line(format!("Rounding: {}", ordered.description), missing)))
    }

    /// Bills an amount of the order, spread over what is left of its taxes, accounts and jobs.
    ///
    /// # Errors
    /// [`BillingError::Amount`]; [`BillingError::NothingLeft`] where the order comes to nothing.
    pub fn by_amount(&self, amount: Decimal) -> Result<Part<'_>, BillingError> {
        self.check_amount(amount)?;
        self.claim(amount, &format!("Part of order {}", self.order.number))
    }

    /// Bills a percentage of the order: `to_date` of all the work, less what is billed of it; else of the order on top of what
    /// is billed. What 100 % to date leave is nothing, to the cent.
    ///
    /// # Errors
    /// [`BillingError::Percent`] outside 0 to 100, [`BillingError::BelowBilled`] where more is billed to date already,
    /// [`BillingError::NothingLeft`] where just as much is.
    pub fn by_percentage(&self, percent: Rate, to_date: bool) -> Result<Part<'_>, BillingError> {
        let sums = self.sums()?;
        let wanted = self.percentage(percent, sums.ordered, "percent")?;
        let number = &self.order.number;
        let shown = percent.0.normalize();
        if !to_date {
            if wanted.is_zero() {
                return Err(self.nothing_left()?);
            }
            return self.claim(wanted, &format!("{shown} % of order {number}"));
        }
        if wanted < sums.work {
            return Err(BillingError::BelowBilled { order: self.number(), wanted, billed: sums.work });
        }
        let amount = plus(wanted, -sums.work)?;
        if amount.is_zero() {
            return Err(self.nothing_left()?);
        }
        let less = if sums.work.is_zero() { "" } else { ", less what is billed" };
        self.claim(amount, &format!("{shown} % of order {number} to date{less}"))
    }

    /// Bills all that is left: of each line the quantity that is, and by a line of its own what was billed beside the lines.
    /// Of an order of which nothing is billed yet, the order as it is.
    ///
    /// # Errors
    /// [`BillingError::NothingLeft`].
    pub fn remainder(&self) -> Result<Part<'_>, BillingError> {
        let sums = self.sums()?;
        if sums.work >= sums.ordered {
            return Err(self.nothing_left()?);
        }
        let untouched = sums.work.is_zero() && self.places()?.iter().all(|place| place.billed.is_zero());
        if untouched {
            return Part::of_work(self, self.order.lines.clone());
        }
        let mut lines = Vec::new();
        for (ordered, billed) in self.order.lines.iter().zip(self.billed_by_quantity()?) {
            let Line::Item(ordered) = ordered else { continue };
            let left = plus(ordered.quantity.0, -billed.quantity)?;
            if left > Decimal::ZERO {
                lines.push(Line::Item(self.quantity_of(ordered, billed, left)?));
            }
        }
        for Amounts { place, ordered, billed } in self.places()? {
            let mut open = plus(ordered, -billed)?;
            for line in &lines {
                if line.as_item().is_some_and(|item| Place::of(item) == place) {
                    open = plus(open, -self.amount(std::slice::from_ref(line))?)?;
                }
            }
            if !open.is_zero() {
                let what =
                    if open < Decimal::ZERO { "Less what is billed of order" } else { "Not billed yet of order" };
                lines.push(place.line(format!("{what} {}", self.order.number), open));
            }
        }
        Part::of_work(self, lines)
    }

    /// An amount over the places of the order by what is left of each; where nothing is, by what was ordered.
    fn claim(&self, amount: Decimal, text: &str) -> Result<Part<'_>, BillingError> {
        let places = self.places()?;
        let left = places.iter().map(Amounts::left).collect::<Result<Vec<_>, _>>()?;
        let ordered: Vec<Decimal> = places.iter().map(|place| place.ordered).collect();
        let comes_to = |weights: &[Decimal]| weights.iter().try_fold(Decimal::ZERO, |sum, weight| plus(sum, *weight));
        let weights = if comes_to(&left)? > Decimal::ZERO { left } else { ordered };
        if comes_to(&weights)? <= Decimal::ZERO {
            return Err(self.nothing_left()?);
        }
        let several = places.len() > 1;
        let shares = self.spread(amount, &weights)?;
        let lines = places.iter().zip(shares).filter(|(_, share)| !share.is_zero()).map(|(place, share)| {
            let nature = place.place.nature().filter(|_| several).map(|nature| format!(": {}", nature.label()));
            place.place.line(format!("{text}{}", nature.unwrap_or_default()), share)
        });
        Part::of_work(self, lines.collect())
    }

    pub(super) fn check_amount(&self, amount: Decimal) -> Result<(), BillingError> {
        if amount <= Decimal::ZERO || decimals_of(amount) > self.decimals() {
            return Err(BillingError::Amount { order: self.number(), path: "amount", amount });
        }
        Ok(())
    }

    /// A percentage of an amount, in whole units of the currency.
    pub(super) fn percentage(&self, percent: Rate, of: Decimal, path: &'static str) -> Result<Decimal, BillingError> {
        if percent.0 < Decimal::ZERO || percent.0 > Decimal::ONE_HUNDRED {
            return Err(BillingError::Percent { order: self.number(), path, percent: percent.0 });
        }
        percent_of(of, percent, self.decimals())
    }

    pub(super) fn nothing_left(&self) -> Result<BillingError, BillingError> {
        let sums = self.sums()?;
        Ok(BillingError::NothingLeft { order: self.number(), billed: sums.work, ordered: sums.ordered })
    }
}
