//! Retention: what the customer holds back of each claim until it is released (R54).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::part::Part;
use super::places::Place;
use super::{Billing, BillingError, plus};
use crate::model::{ItemLine, Nature};
use crate::money::Rate;

/// How much is held back, of what, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// Per cent of the work on each invoice, 0 to 100.
    pub percent: Rate,
    /// All of it together at most, in per cent of the order; without a limit where absent.
    pub most: Option<Rate>,
    /// The day from which nothing more is held back, and what is may be released; when a person says so where absent.
    pub until: Option<NaiveDate>,
}

impl Part<'_> {
    /// Holds a part of the work back: a line below zero for each tax. `date` is the invoice's.
    ///
    /// # Errors
    /// [`BillingError::Percent`] for a percentage outside 0 to 100.
    pub fn retaining(mut self, policy: &RetentionPolicy, date: NaiveDate) -> Result<Self, BillingError> {
        let billing = self.billing;
        let sums = billing.sums()?;
        let mut amount = billing.percentage(policy.percent, self.work, "percent")?;
        if let Some(most) = policy.most {
            let most = billing.percentage(most, sums.ordered, "most")?;
            amount = amount.min(plus(most, -sums.retained)?);
        }
        if amount <= Decimal::ZERO || policy.until.is_some_and(|until| date >= until) {
            return Ok(self);
        }
        let work = |item: &ItemLine| !item.nature.is_some_and(Nature::is_beside_work);
        let place = |item: &ItemLine| work(item).then(|| Place::apart(item, Nature::Retention));
        let places = billing.places_of(&self.lines, place)?;
        let text = format!("Retention of {} %", policy.percent.0.normalize());
        self.lines.extend(billing.lines_apart(&places, -amount, &text)?);
        Ok(self)
    }
}

impl Billing {
    /// The document that releases what is held back: an amount of it, or all.
    ///
    /// # Errors
    /// [`BillingError::Amount`]; [`BillingError::MoreThanRetained`] where less is held back, or nothing.
    pub fn release(&self, amount: Option<Decimal>) -> Result<Part<'_>, BillingError> {
        let open = self.sums()?.retention_open;
        if let Some(amount) = amount {
            self.check_amount(amount)?;
        }
        let amount = amount.unwrap_or(open);
        if amount > open || open <= Decimal::ZERO {
            return Err(BillingError::MoreThanRetained { amount, open });
        }
        let places = self.open_of(Nature::Retention)?;
        let text = format!("Release of retention on order {}", self.order.number);
        Ok(Part::beside_work(self, self.lines_apart(&places, amount, &text)?))
    }
}
