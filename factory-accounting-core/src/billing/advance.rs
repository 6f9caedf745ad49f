//! Deposits: billed before the work, and set off against it.

use rust_decimal::Decimal;

use super::part::Part;
use super::places::{Amounts, Place};
use super::{Billing, BillingError, plus};
use crate::model::{Line, Nature};

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
        let amount = amount.unwrap_or(open.min(room).max(Decimal::ZERO));
        if amount > open || open <= Decimal::ZERO {
            return Err(BillingError::MoreThanDeposited { amount, open });
        }
        if amount > room {
            return Err(BillingError::MoreThanBilled { amount: plus(room, -amount)? });
        }
        let places = self.billing.open_of(Nature::Deposit)?;
        let text = format!("Deposit on order {} set off", self.billing.order.number);
        self.lines.extend(self.billing.lines_apart(&places, -amount, &text)?);
        Ok(self)
    }
}
