//! Invoices of an order: by lines, by amount, by percentage, and what is left (L8); deposits before the work, and retention
//! that the customer holds back until it is released (R54). Pure: from the order and its invoices so far to the next one.
//!
//! Three sums are kept apart. The **work** billed is what lines of work come to. What is **invoiced** is that with deposits
//! and without what is held back: it is what counts against the order (R12), and when everything is billed, set off and
//! released it is the order's amount, to the cent. Amounts are before tax where the order's prices are, and contain it where
//! those do.
//!
//! ```
//! use factory_accounting_core::billing::{Billing, Head};
//! use factory_accounting_core::model::Record;
//! use factory_accounting_core::money::Rate;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let order = Record::parse(r#"{"kind":"order","id":"SO-7","number":"SO-7","customer":"C1","date":"2026-07-01",
//!     "currency":"NZD","lines":[{"type":"item","description":"Kitchen","quantity":"1","unit_price":"20000"}]}"#)?;
//! let Record::Order(order) = order else { return Ok(()) };
//! let billing = Billing::of(&order, &[])?;
//! let claim = billing.by_percentage(Rate("30".parse()?), true)?;
//! let invoice = claim.invoice(Head::new("F-1", "F-1", "2026-07-31".parse()?))?;
//! assert_eq!(Billing::of(&order, &[invoice])?.sums()?.remaining, "14000.00".parse()?);
//! # Ok(())
//! # }
//! ```

mod advance;
mod claim;
mod error;
mod lend;
mod part;
mod places;
mod quantities;
mod retention;
mod taxes;
#[cfg(test)]
mod tests;

pub use error::BillingError;
pub use part::{BillingWarning, Head, Part};
pub use retention::RetentionPolicy;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::amounts;
use crate::ids::LocalId;
use crate::model::{Extent, Invoice, Line, Nature, Order, Product};
use crate::money::{Halves, Rate};
use taxes::Rates;

/// An order with its invoices so far.
#[derive(Clone, Debug)]
pub struct Billing {
    order: Order,
    invoices: Vec<Invoice>,
    rates: Option<Rates>,
}

/// How far an order has come, in the order's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sums {
    /// The order's amount.
    pub ordered: Decimal,
    /// Work billed so far.
    pub work: Decimal,
    /// What the invoices come to: work and deposits, without what is held back or was set off.
    pub invoiced: Decimal,
    /// What is left to invoice; below zero where more was invoiced than ordered.
    pub remaining: Decimal,
    /// Deposits billed.
    pub deposited: Decimal,
    /// Deposits not yet set off.
    pub deposit_open: Decimal,
    /// Held back so far.
    pub retained: Decimal,
    /// Held back and not yet released.
    pub retention_open: Decimal,
}

impl Billing {
    /// An order and all of its invoices that count: leave out what was voided or never sent.
    ///
    /// # Errors
    /// Where an invoice bills another order, comes twice, or is in another currency or tax mode; where the order itself has
    /// lines of deposit or retention; where an amount does not fit.
    pub fn of(order: &Order, invoices: &[Invoice]) -> Result<Self, BillingError> {
        Self::lending(order, invoices, &BTreeMap::new())
    }

    /// The same where lines take account and tax over from their products, so that parts by amount are parted by them.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn lending(
        order: &Order,
        invoices: &[Invoice],
        products: &BTreeMap<LocalId, Product>,
    ) -> Result<Self, BillingError> {
        let mut billing = Self { order: order.clone(), invoices: invoices.to_vec(), rates: None };
        lend::name(&mut billing.order.lines, products);
        billing.invoices.iter_mut().for_each(|invoice| lend::name(&mut invoice.lines, products));
        billing.check()?;
        billing.sums()?;
        Ok(billing)
    }

    /// Has the invoices state their totals, so that all of them together come to the order's total to the cent although each
    /// rounds its tax: `rates` in per cent by the host's tax term, `usual` for lines that name none. Where such a total is a
    /// cent off what the package reckons, the settings' rounding policy says what becomes of it. Prices that contain tax need
    /// no rates.
    #[must_use]
    pub fn with_rates(self, rates: BTreeMap<String, Rate>, usual: Option<Rate>) -> Self {
        Self { rates: Some(Rates { rates, usual }), ..self }
    }

    /// How far the order has come.
    ///
    /// # Errors
    /// [`BillingError::TooLarge`].
    pub fn sums(&self) -> Result<Sums, BillingError> {
        let mut sums = Sums { ordered: self.amount(&self.order.lines)?, ..Sums::default() };
        for line in self.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let amount = self.amount(std::slice::from_ref(line))?;
            sums.invoiced = plus(sums.invoiced, amount)?;
            let nature = line.as_item().and_then(|item| item.nature);
            match nature {
                Some(Nature::Deposit) => {
                    sums.deposit_open = plus(sums.deposit_open, amount)?;
                    sums.deposited = plus(sums.deposited, amount.max(Decimal::ZERO))?;
                }
                Some(Nature::Retention) => {
                    sums.retention_open = plus(sums.retention_open, -amount)?;
                    sums.retained = plus(sums.retained, (-amount).max(Decimal::ZERO))?;
                }
                _ => sums.work = plus(sums.work, amount)?,
            }
        }
        sums.remaining = plus(sums.ordered, -sums.invoiced)?;
        Ok(sums)
    }

    /// What lines come to.
    fn amount(&self, lines: &[Line]) -> Result<Decimal, BillingError> {
        amounts::net_amount(lines, self.order.currency).ok_or(BillingError::TooLarge)
    }

    /// The order's number, by which refusals name it.
    fn number(&self) -> String {
        self.order.number.clone()
    }

    fn decimals(&self) -> u32 {
        self.order.currency.decimals()
    }

    /// The invoice that bills the whole order already (L9).
    fn full_invoice(&self) -> Result<Option<&Invoice>, BillingError> {
        let ordered = self.amount(&self.order.lines)?;
        for invoice in &self.invoices {
            let net = self.amount(&invoice.lines)?;
            if net != Decimal::ZERO && (invoice.extent == Extent::Full || net >= ordered) {
                return Ok(Some(invoice));
            }
        }
        Ok(None)
    }

    fn check(&self) -> Result<(), BillingError> {
        let set_apart = |line: &Line| line.as_item().and_then(|item| item.nature).is_some_and(Nature::is_beside_work);
        if let Some(at) = self.order.lines.iter().position(set_apart) {
            return Err(BillingError::NotOrdered { path: format!("lines[{at}].nature") });
        }
        for (at, invoice) in self.invoices.iter().enumerate() {
            let path = |field: &str| format!("invoices[{at}].{field}");
            if invoice.order.as_ref() != Some(&self.order.id) {
                return Err(BillingError::OtherOrder { path: path("order"), order: self.order.id.clone() });
            }
            if invoice.currency != self.order.currency {
                return Err(BillingError::OtherTerms { path: path("currency") });
            }
            if invoice.tax_mode != self.order.tax_mode {
                return Err(BillingError::OtherTerms { path: path("tax_mode") });
            }
            if self.invoices.iter().take(at).any(|earlier| earlier.id == invoice.id) {
                return Err(BillingError::Twice { path: path("id"), id: invoice.id.clone() });
            }
        }
        Ok(())
    }
}

/// A percentage of an amount, in whole units of the currency.
fn percent_of(amount: Decimal, percent: Rate, decimals: u32) -> Result<Decimal, BillingError> {
    let hundredths = amounts::product(amount, percent.0).ok_or(BillingError::TooLarge)?;
    amounts::rounded_quotient(hundredths, Decimal::ONE_HUNDRED, decimals, Halves::AwayFromZero)
        .ok_or(BillingError::TooLarge)
}

fn plus(left: Decimal, right: Decimal) -> Result<Decimal, BillingError> {
    amounts::sum(left, right).ok_or(BillingError::TooLarge)
}
