//! Deposits: billed before the work, and set off against it.

use rust_decimal::Decimal;

use super::part::Part;
use super::places::{Amounts, Place};
use super::{Billing, BillingError, plus};
use crate::model::{ItemLine, Line, Nature};

impl Billing {
    /// Bills an amount in advance, spread over the order's taxes and jobs.
    ///
    /// # Errors
    /// [`BillingError::Amount`], [`BillingError::NothingLeft`] where the order comes to nothing.
    pub fn deposit(&self, amount: Decimal) -> Result<Part<'_>, BillingError> {
        self.check_amount(amount)?;
        let places = self.places_apart(self.order.lines.iter(), Nature::Deposit, |_| true)?;
        let weights: Vec<Decimal> = places.iter().map(|place| place.ordered).collect();
        if weights.iter().try_fold(Decimal::ZERO, |sum, weight| plus(sum, *weight))? <= Decimal::ZERO {
            return Err(self.nothing_left()?);
        }
        let text = format!("Deposit on order {}", self.order.number);
        Ok(Part::beside_work(self, self.lines_apart(&places, &weights, amount, &text)?))
    }

    /// Sums of lines by tax and job, as places of a nature; those of which `counts` is true.
    pub(super) fn places_apart<'a>(
        &self,
        lines: impl Iterator<Item = &'a Line>,
        nature: Nature,
        counts: impl Fn(&ItemLine) -> bool,
    ) -> Result<Vec<Amounts>, BillingError> {
        let mut places: Vec<Amounts> = Vec::new();
        for line in lines {
            let Some(item) = line.as_item().filter(|item| counts(item)) else { continue };
            let amount = self.amount(std::slice::from_ref(line))?;
            let place = Place::apart(item, nature);
            match places.iter_mut().find(|known| known.place == place) {
                Some(known) => known.ordered = plus(known.ordered, amount)?,
                None => places.push(Amounts { place, ordered: amount, billed: Decimal::ZERO }),
            }
        }
        Ok(places)
    }

    /// Lines of an amount over places.
    pub(super) fn lines_apart(
        &self,
        places: &[Amounts],
        weights: &[Decimal],
        amount: Decimal,
        text: &str,
    ) -> Result<Vec<Line>, BillingError> {
        let shares = self.spread(amount, weights)?;
        let lines = places.iter().zip(shares).filter(|(_, share)| !share.is_zero());
        Ok(lines.map(|(place, share)| place.place.line(text.to_owned(), share)).collect())
    }

    /// What the invoices so far have of a nature, by tax and job.
    pub(super) fn open_of(&self, nature: Nature) -> Result<Vec<Amounts>, BillingError> {
        let lines = self.invoices.iter().flat_map(|invoice| &invoice.lines);
        self.places_apart(lines, nature, |item| item.nature == Some(nature))
    }
}

impl Part<'_> {
    /// Sets deposits off against what is billed: an amount, or as much as is open and fits.
    ///
    /// # Errors
    /// [`BillingError::Amount`]; [`BillingError::MoreThanDeposited`]; [`BillingError::MoreThanBilled`] where the invoice would
    /// come to less than nothing.
    pub fn setting_off(mut self, amount: Option<Decimal>) -> Result<Self, BillingError> {
        let (open, room) = (self.billing.sums()?.deposit_open, self.amount()?);
        if let Some(amount) = amount {
            self.billing.check_amount(amount)?;
        }
        let amount = amount.unwrap_or(open.min(room));
        if amount > open || open <= Decimal::ZERO {
            return Err(BillingError::MoreThanDeposited { amount, open });
        }
        if amount > room {
            return Err(BillingError::MoreThanBilled { amount: plus(room, -amount)? });
        }
        let places = self.billing.open_of(Nature::Deposit)?;
        let weights: Vec<Decimal> = places.iter().map(|place| place.ordered).collect();
        let text = format!("Deposit on order {} set off", self.billing.order.number);
        self.lines.extend(self.billing.lines_apart(&places, &weights, -amount, &text)?);
        Ok(self)
    }
}
