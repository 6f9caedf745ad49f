//! The next invoice of an order, before it is one.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Billing, BillingError, plus};
use crate::ids::LocalId;
use crate::model::{Extent, Invoice, Line, RecordKey};

/// What an invoice has that its order does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The host's id.
    pub id: LocalId,
    /// Number as people know it.
    pub number: String,
    /// Date, in the organisation's time zone.
    pub date: NaiveDate,
    /// When it falls due.
    pub due: Option<NaiveDate>,
}

impl Head {
    /// An invoice of a date that says nothing of when it falls due; packages may want to know.
    pub fn new(id: impl Into<LocalId>, number: impl Into<String>, date: NaiveDate) -> Self {
        Self { id: id.into(), number: number.into(), date, due: None }
    }
}

/// Something to ask a person before the invoice is made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BillingWarning {
    /// An invoice bills the whole order already (L9). The next one may still be made.
    FullAlready {
        /// That invoice.
        invoice: RecordKey,
    },
    /// The invoices would come to more than the order (R12): not without [`Part::above_order`].
    AboveOrder {
        /// By how much.
        excess: Decimal,
    },
}

impl fmt::Display for BillingWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FullAlready { invoice } => write!(f, "{invoice} bills the whole order already"),
            Self::AboveOrder { excess } => write!(f, "the invoices would come to {excess} more than the order"),
        }
    }
}

/// The next invoice of an order: its lines, and what a person should know.
#[derive(Clone, Debug)]
#[must_use]
pub struct Part<'a> {
    pub(super) billing: &'a Billing,
    pub(super) lines: Vec<Line>,
    /// What its lines of work come to.
    pub(super) work: Decimal,
    consent: bool,
}

impl<'a> Part<'a> {
    pub(super) fn of_work(billing: &'a Billing, lines: Vec<Line>) -> Result<Self, BillingError> {
        let work = billing.amount(&lines)?;
        Ok(Self { billing, lines, work, consent: false })
    }

    pub(super) fn beside_work(billing: &'a Billing, lines: Vec<Line>) -> Self {
        Self { billing, lines, work: Decimal::ZERO, consent: false }
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What they come to: before tax where the order's prices are.
    ///
    /// # Errors
    /// [`BillingError::TooLarge`].
    pub fn amount(&self) -> Result<Decimal, BillingError> {
        self.billing.amount(&self.lines)
    }

    /// What a person should know before this is made an invoice; empty where nothing is out of the ordinary.
    ///
    /// # Errors
    /// [`BillingError::TooLarge`].
    pub fn warnings(&self) -> Result<Vec<BillingWarning>, BillingError> {
        let full = self.billing.full_invoice()?;
        let full = full.map(|invoice| BillingWarning::FullAlready { invoice: invoice.key() });
        let above = self.excess()?.map(|excess| BillingWarning::AboveOrder { excess });
        Ok(full.into_iter().chain(above).collect())
    }

    /// A person has agreed that the order may be exceeded (R12).
    pub fn above_order(self) -> Self {
        Self { consent: true, ..self }
    }

    /// Makes it an invoice of the order: a full one where it alone bills all of it.
    ///
    /// # Errors
    /// [`BillingError::AboveOrder`] where the order would be exceeded without consent, [`BillingError::MoreThanBilled`] where
    /// more is set off or held back than is billed, tax included where totals are stated, [`BillingError::UnknownTax`] where totals are to be stated and the rate of
    /// a line is not known.
    pub fn invoice(self, head: Head) -> Result<Invoice, BillingError> {
        let amount = self.amount()?;
        if amount < Decimal::ZERO {
            return Err(BillingError::MoreThanBilled { amount });
        }
        let excess = self.excess()?;
        if let Some(excess) = excess.filter(|_| !self.consent) {
            return Err(BillingError::AboveOrder { order: self.billing.number(), excess });
        }
        let sums = self.billing.sums()?;
        let alone = self.billing.invoices.is_empty() && self.work == sums.ordered && amount == sums.ordered;
        let total = self.billing.total_of(&self.lines)?;
        let order = &self.billing.order;
        Ok(Invoice {
            id: head.id,
            number: head.number,
            customer: order.customer.clone(),
            date: head.date,
            currency: order.currency,
            exchange_rate: order.exchange_rate,
            tax_mode: order.tax_mode,
            lines: self.lines,
            total,
            references: order.references.clone(),
            do_not_send: order.do_not_send,
            due: head.due,
            order: Some(order.id.clone()),
            extent: if alone { Extent::Full } else { Extent::Partial },
            above_order: excess.is_some(),
            work_undertaken: None,
        })
    }

    /// By how much the order would be exceeded: in money, or in work, which deposits and retention do not lessen.
    fn excess(&self) -> Result<Option<Decimal>, BillingError> {
        let sums = self.billing.sums()?;
        let money = plus(plus(sums.invoiced, self.amount()?)?, -sums.ordered)?;
        let work = plus(plus(sums.work, self.work)?, -sums.ordered)?;
        // Work that is over already is no fault of a part that brings none.
        let most = if self.work.is_zero() { money } else { money.max(work) };
        Ok((most > Decimal::ZERO).then_some(most))
    }
}
