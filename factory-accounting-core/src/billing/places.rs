//! Where amounts belong: lines of one tax, account, job and kind of work. A part by amount is spread over them, so that tax
//! and income come out as if the lines themselves had been billed.

use rust_decimal::Decimal;

use super::{Billing, BillingError, plus};
use crate::amounts::{product, rounded_quotient};
use crate::ids::LocalId;
use crate::model::{ItemLine, Line, Nature};
use crate::money::{Halves, Quantity, UnitPrice};

/// What lines have in common that is billed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) tax: Option<String>,
    pub(super) job: Option<LocalId>,
    account: Option<String>,
    category: Option<String>,
    nature: Option<Nature>,
    /// Named only where the line leaves its account or tax to it.
    product: Option<LocalId>,
}

impl Place {
    pub(super) fn of(line: &ItemLine) -> Self {
        let leaves_to_it = line.tax.is_none() || line.account.is_none();
        Self {
            tax: line.tax.clone(),
            job: line.job.clone(),
            account: line.account.clone(),
            category: line.category.clone(),
            nature: line.nature,
            product: line.product.clone().filter(|_| leaves_to_it),
        }
    }

    /// The place of what is no work: its nature says where it is posted.
    pub(super) fn apart(line: &ItemLine, nature: Nature) -> Self {
        Self {
            tax: line.tax.clone(),
            job: line.job.clone(),
            account: None,
            category: None,
            nature: Some(nature),
            product: None,
        }
    }

    /// One unit at an amount.
    pub(super) fn line(&self, description: String, amount: Decimal) -> Line {
        let mut line = ItemLine::new(description, Quantity(Decimal::ONE), UnitPrice(amount));
        line.tax.clone_from(&self.tax);
        line.job.clone_from(&self.job);
        line.account.clone_from(&self.account);
        line.category.clone_from(&self.category);
        line.product.clone_from(&self.product);
        line.nature = self.nature;
        Line::Item(line)
    }

    pub(super) fn nature(&self) -> Option<Nature> {
        self.nature
    }
}

/// A place with two amounts.
#[derive(Clone, Debug)]
pub(super) struct Amounts {
    pub(super) place: Place,
    pub(super) ordered: Decimal,
    pub(super) billed: Decimal,
}

impl Amounts {
    pub(super) fn left(&self) -> Result<Decimal, BillingError> {
        plus(self.ordered, -self.billed)
    }
}

impl Billing {
    /// The order's places with the work billed of each, in the order of its lines. What was billed elsewhere counts where its
    /// tax fits, so that tax stays right.
    pub(super) fn places(&self) -> Result<Vec<Amounts>, BillingError> {
        let mut places = self.places_of(&self.order.lines, |item| Some(Place::of(item)))?;
        for line in self.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let Line::Item(item) = line else { continue };
            if item.nature.is_some_and(Nature::is_beside_work) {
                continue;
            }
            let amount = self.amount(std::slice::from_ref(line))?;
            let place = Place::of(item);
            let exact = places.iter().position(|known| known.place == place);
            let at = exact.or_else(|| places.iter().position(|known| known.place.tax == place.tax));
            match at.and_then(|at| places.get_mut(at)) {
                Some(known) => known.billed = plus(known.billed, amount)?,
                None => places.push(Amounts { place, ordered: Decimal::ZERO, billed: amount }),
            }
        }
        Ok(places)
    }

    /// Places with what lines come to at each, in the order of the lines; without those lines that `place` gives none.
    pub(super) fn places_of<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a Line>,
        place: impl Fn(&ItemLine) -> Option<Place>,
    ) -> Result<Vec<Amounts>, BillingError> {
        let mut places: Vec<Amounts> = Vec::new();
        for line in lines {
            let Some(place) = line.as_item().and_then(&place) else { continue };
            let amount = self.amount(std::slice::from_ref(line))?;
            match places.iter_mut().find(|known| known.place == place) {
                Some(known) => known.ordered = plus(known.ordered, amount)?,
                None => places.push(Amounts { place, ordered: amount, billed: Decimal::ZERO }),
            }
        }
        Ok(places)
    }

    /// An amount over weights, each share in whole units of the currency, and all of them together the amount.
    pub(super) fn spread(&self, amount: Decimal, weights: &[Decimal]) -> Result<Vec<Decimal>, BillingError> {
        spread(amount, weights, self.decimals()).ok_or(BillingError::TooLarge)
    }
}

/// Shares by what the running sum of the weights comes to, so that nothing is lost to rounding; `None` where the weights come
/// to nothing or a number does not fit.
fn spread(amount: Decimal, weights: &[Decimal], decimals: u32) -> Option<Vec<Decimal>> {
    let all = crate::amounts::total(weights.iter().copied(), 0)?;
    let (mut running, mut given) = (Decimal::ZERO, Decimal::new(0, decimals));
    let mut shares = Vec::with_capacity(weights.len());
    for weight in weights {
        running = crate::amounts::sum(running, *weight)?;
        let until_here = rounded_quotient(product(amount, running)?, all, decimals, Halves::AwayFromZero)?;
        shares.push(crate::amounts::sum(until_here, -given)?);
        given = until_here;
    }
    Some(shares)
}
