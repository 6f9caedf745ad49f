//! Totals that all invoices of an order together bring to the order's own.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Billing, BillingError, percent_of, plus};
use crate::model::{Line, TaxMode};
use crate::money::Rate;

/// Rates in per cent by tax term.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    pub(super) rates: BTreeMap<String, Rate>,
    pub(super) usual: Option<Rate>,
}

/// Amounts by tax term, over any number of documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Taxed(BTreeMap<Option<String>, Decimal>);

impl Billing {
    /// What an invoice of these lines is to come to, tax included: what all invoices are to come to with it, less what those
    /// before it do. `None` where it cannot be told without rates.
    ///
    /// # Errors
    /// [`BillingError::MoreThanBilled`] where the tax of what is set off or held back takes the lines below nothing.
    pub(super) fn total_of(&self, lines: &[Line]) -> Result<Option<Decimal>, BillingError> {
        if self.order.tax_mode != TaxMode::Exclusive {
            return Ok(Some(self.amount(lines)?));
        }
        let Some(rates) = &self.rates else { return Ok(None) };
        let mut taxed = Taxed::default();
        let (mut until_here, mut before) = (Decimal::ZERO, Decimal::ZERO);
        for invoice in &self.invoices {
            self.add(&mut taxed, &invoice.lines)?;
            let after = self.with_tax(&taxed, rates)?;
            before = plus(before, invoice.total.map_or_else(|| plus(after, -until_here), Ok)?)?;
            until_here = after;
        }
        self.add(&mut taxed, lines)?;
        let mut ordered = Taxed::default();
        self.add(&mut ordered, &self.order.lines)?;
        // Of an order of which all is billed now, the total is what the host has always said it is.
        let whole = self.order.total.filter(|_| taxed.without_nothing() == ordered.without_nothing());
        let wanted = whole.map_or_else(|| self.with_tax(&taxed, rates), Ok)?;
        let mut own = Taxed::default();
        self.add(&mut own, lines)?;
        let own = self.with_tax(&own, rates)?;
        if own < Decimal::ZERO {
            return Err(BillingError::MoreThanBilled { amount: own });
        }
        // What comes to nothing cannot take back a cent that rounding has given: the next document does.
        Ok(Some(plus(wanted, -before)?.max(Decimal::ZERO)))
    }

    fn add(&self, taxed: &mut Taxed, lines: &[Line]) -> Result<(), BillingError> {
        for line in lines {
            let Line::Item(item) = line else { continue };
            let amount = self.amount(std::slice::from_ref(line))?;
            let held = taxed.0.entry(item.tax.clone()).or_default();
            *held = plus(*held, amount)?;
        }
        Ok(())
    }

    fn with_tax(&self, taxed: &Taxed, rates: &Rates) -> Result<Decimal, BillingError> {
        let mut total = Decimal::ZERO;
        for (term, amount) in &taxed.0 {
            let rate = match term {
                Some(term) => rates.rates.get(term).copied(),
                None => rates.usual,
            };
            let rate = rate.ok_or_else(|| BillingError::UnknownTax {
                tax: term.as_ref().map_or_else(|| "lines that name no tax".to_owned(), |term| format!("{term:?}")),
            })?;
            total = plus(plus(total, *amount)?, percent_of(*amount, rate, self.decimals())?)?;
        }
        Ok(total)
    }
}

impl Taxed {
    fn without_nothing(&self) -> BTreeMap<&Option<String>, Decimal> {
        self.0.iter().filter(|(_, amount)| !amount.is_zero()).map(|(term, amount)| (term, amount.normalize())).collect()
    }
}
