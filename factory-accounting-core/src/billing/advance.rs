//! Deposits: billed before the work, and set off against it.

use rust_decimal::Decimal;

use super::part::Part;
use super::places::{Amounts, Place};
use super::{Billing, BillingError, percent_of, plus};
use crate::model::{Line, Nature};
use crate::money::Rate;

impl Billing {
    /// Bills an amount in advance, spread over the order's taxes and jobs.
    ///
    /// # Errors
    /// [`BillingError::Amount`], [`BillingError::NothingLeft`] where the order comes to nothing.
    pub fn deposit(&self, amount: Decimal) -> Result<Part<'_>, BillingError> {
        self.check_amount(amount)?;
        let places = self.places_of(&self.order.lines, |item| Some(Place::apart(item, Nature::Deposit)))?;
        if places.iter().try_fold(Decimal::ZERO, |sum, place| plus(sum, place.ordered))? <= Decimal::ZERO {
            return Err(self.nothing_left()?);
        }
        let text = format!("Deposit on order {}", self.order.number);
        Ok(Part::beside_work(self, self.lines_apart(&places, amount, &text)?))
    }

    /// Lines of an amount over places, by what each of them comes to.
    pub(super) fn lines_apart(
        &self,
        places: &[Amounts],
        amount: Decimal,
        text: &str,
    ) -> Result<Vec<Line>, BillingError> {
        let weights: Vec<Decimal> = places.iter().map(|place| place.ordered).collect();
        let shares = self.spread(amount, &weights)?;
        let lines = places.iter().zip(shares).filter(|(_, share)| !share.is_zero());
        Ok(lines.map(|(place, share)| place.place.line(text.to_owned(), share)).collect())
    }

    /// What the invoices so far have of a nature, by tax and job.
    pub(super) fn open_of(&self, nature: Nature) -> Result<Vec<Amounts>, BillingError> {
        let lines = self.invoices.iter().flat_map(|invoice| &invoice.lines);
        self.places_of(lines, |item| (item.nature == Some(nature)).then(|| Place::apart(item, nature)))
    }
}

impl Part<'_> {
    /// Sets deposits off against what is billed: an amount, or as much as is open and fits. What fits leaves the invoice at
    /// nothing or above, with its tax where rates are given: deposits may lie on other taxes than what is billed now.
    ///
    /// # Errors
    /// [`BillingError::Amount`]; [`BillingError::MoreThanDeposited`]; [`BillingError::MoreThanBilled`] where the invoice would
    /// come to less than nothing.
    pub fn setting_off(mut self, amount: Option<Decimal>) -> Result<Self, BillingError> {
        let (open, room) = (self.billing.sums()?.deposit_open, self.amount()?);
        if let Some(amount) = amount {
            self.billing.check_amount(amount)?;
        }
        let most = amount.unwrap_or(open.min(room).max(Decimal::ZERO));
        if most > open || open <= Decimal::ZERO {
            return Err(BillingError::MoreThanDeposited { amount: most, open });
        }
        if most > room {
            return Err(BillingError::MoreThanBilled { amount: plus(room, -most)? });
        }
        let places = self.billing.open_of(Nature::Deposit)?;
        let amount = if amount.is_some() { most } else { self.fitting(&places, most)? };
        self.lines.extend(self.set_off(&places, amount)?);
        Ok(self)
    }

    /// As much of an amount as can be set off. Where that is nothing, all of it: making the invoice says why it is none.
    fn fitting(&self, places: &[Amounts], most: Decimal) -> Result<Decimal, BillingError> {
        let fits = |amount: Decimal| -> Result<bool, BillingError> {
            let lines = [self.lines.clone(), self.set_off(places, amount)?].concat();
            match self.billing.total_of(&lines) {
                Err(BillingError::MoreThanBilled { .. }) => Ok(false),
                // Rates that lack are told where the invoice is made.
                Ok(_) | Err(BillingError::UnknownTax { .. }) => Ok(true),
                Err(other) => Err(other),
            }
        };
        if fits(most)? {
            return Ok(most);
        }
        let decimals = self.billing.decimals();
        let (mut fitting, mut above) = (Decimal::ZERO, most);
        while plus(above, -fitting)? > Decimal::new(1, decimals) {
            let middle = percent_of(plus(fitting, above)?, Rate(Decimal::from(50)), decimals)?;
            if fits(middle)? { fitting = middle } else { above = middle }
        }
        Ok(if fitting.is_zero() { most } else { fitting })
    }

    fn set_off(&self, places: &[Amounts], amount: Decimal) -> Result<Vec<Line>, BillingError> {
        let text = format!("Deposit on order {} set off", self.billing.order.number);
        self.billing.lines_apart(places, -amount, &text)
    }
}
