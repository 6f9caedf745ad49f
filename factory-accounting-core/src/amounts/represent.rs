//! In which form a package can hold a line: as it is, rewritten to the same amount, as one unit, or not at all (R13).

use rust_decimal::Decimal;

use super::exact::{product, rounded_quotient, sum};
use super::reckon::{exact_amount, gross_amount, line_amount};
use super::{AmountError, LineInput, decimals_of, too_fine};
use crate::capability::AmountRules;
use crate::error::Issue;
use crate::model::Discount;
use crate::money::{Currency, Quantity, UnitPrice};
use crate::settings::FinePrices;

/// In which form a package can hold a line. Every form but a refusal comes to the amount that the host's own line comes to,
/// rounded once to the currency's decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Representation {
    /// As it is.
    AsIs,
    /// The same quantity at another price or with another form of discount; exactly the same amount.
    Rewritten {
        /// Price of one, in the document's currency.
        unit_price: UnitPrice,
        /// What is still taken off.
        discount: Option<Discount>,
    },
    /// One unit at the line's amount, without discount; quantity, price and discount move into the text (xero.md 9.10).
    OneUnit {
        /// To be added to the end of the line's text as it is: ` (1000 x 0.061171)`.
        description_suffix: String,
        /// The line's amount.
        unit_price: UnitPrice,
    },
    /// In no form that the settings allow.
    Refused(Issue),
}

impl Representation {
    /// The line as it is to be reckoned and sent.
    ///
    /// # Errors
    /// The complaint, where the line is refused.
    pub fn apply(&self, input: &LineInput) -> Result<LineInput, Issue> {
        match self {
            Self::AsIs => Ok(*input),
            Self::Rewritten { unit_price, discount } => {
                Ok(LineInput { unit_price: *unit_price, discount: *discount, ..*input })
            }
            Self::OneUnit { unit_price, .. } => {
                Ok(LineInput { quantity: Quantity(Decimal::ONE), unit_price: *unit_price, discount: None, ..*input })
            }
            Self::Refused(issue) => Err(issue.clone()),
        }
    }
}

/// Says in which form a package can hold a line.
///
/// - Numbers that fit go as they are.
/// - A discount that the kind of document cannot carry (`line_discounts` is false) is worked into the unit price where that
///   is exact, else into one unit at the net amount.
/// - A discount rate finer than the package keeps becomes an amount where that is exact at the currency's decimals.
/// - Anything else that is too fine follows the company's `policy`: refused, or one unit at the line's amount.
///
/// `line` counts from 0 and names the line in complaints. Make sure that the text with its addition still fits.
pub fn represent(
    line: usize,
    input: &LineInput,
    policy: FinePrices,
    line_discounts: bool,
    currency: Currency,
    rules: &AmountRules,
) -> Representation {
    let net = match exact_amount(line, input) {
        Ok(net) => net,
        Err(error) => return Representation::Refused(error.issue()),
    };
    let undiscounted = LineInput { discount: None, ..*input };
    if let Some(error) = too_fine(line, &undiscounted, currency, rules) {
        return by_policy(&error, input, policy, currency, rules);
    }
    let Some(discount) = input.discount else { return Representation::AsIs };
    if !line_discounts || (!rules.discount_amounts && matches!(discount, Discount::Amount(_))) {
        return net_price(net, input, rules).unwrap_or_else(|| one_unit(line, input, currency, rules));
    }
    match too_fine(line, input, currency, rules) {
        None => Representation::AsIs,
        Some(_) if !rules.discount_amounts => {
            net_price(net, input, rules).unwrap_or_else(|| one_unit(line, input, currency, rules))
        }
        Some(error) => as_amount(net, discount, input, currency)
            .unwrap_or_else(|| by_policy(&error, input, policy, currency, rules)),
    }
}

/// The discount worked into the unit price, where the price still fits and the amount is exactly the same.
fn net_price(net: Decimal, input: &LineInput, rules: &AmountRules) -> Option<Representation> {
    let price = rounded_quotient(net, input.quantity.0, rules.price_decimals, rules.halves)?;
    (product(price, input.quantity.0)? == net)
        .then(|| Representation::Rewritten { unit_price: UnitPrice(price.normalize()), discount: None })
}

/// A rate as the amount that it takes off, where the currency can express it.
fn as_amount(net: Decimal, discount: Discount, input: &LineInput, currency: Currency) -> Option<Representation> {
    let Discount::Rate(_) = discount else { return None };
    let taken = sum(gross_amount(input.quantity, input.unit_price)?, -net)?;
    // A negative line cannot carry a discount amount: it would have to be negative too.
    (taken >= Decimal::ZERO && decimals_of(taken) <= currency.decimals()).then(|| Representation::Rewritten {
        unit_price: input.unit_price,
        discount: Some(Discount::Amount(taken.normalize())),
    })
}

fn by_policy(
    error: &AmountError,
    input: &LineInput,
    policy: FinePrices,
    currency: Currency,
    rules: &AmountRules,
) -> Representation {
    match (policy, error) {
        (FinePrices::OneUnit, AmountError::TooFine { line, .. }) => one_unit(*line, input, currency, rules),
        (FinePrices::Refuse, AmountError::TooFine { .. }) => {
            let Issue { path, message } = error.issue();
            Representation::Refused(Issue::new(
                path,
                format!("{message}, or let fine prices be sent as one unit (settings, fine_prices)"),
            ))
        }
        (_, error) => Representation::Refused(error.issue()),
    }
}

fn one_unit(line: usize, input: &LineInput, currency: Currency, rules: &AmountRules) -> Representation {
    let amount = match line_amount(line, input, currency, rules.halves) {
        Ok(amount) => amount,
        Err(error) => return Representation::Refused(error.issue()),
    };
    if decimals_of(amount) > rules.price_decimals {
        let error = AmountError::TooFine { line, field: "unit_price", value: amount, decimals: rules.price_decimals };
        return Representation::Refused(error.issue());
    }
    let discount = match input.discount {
        None => String::new(),
        Some(Discount::Rate(rate)) => format!(" less {} %", rate.0.normalize()),
        Some(Discount::Amount(amount)) => {
            format!(" less {:.*}", currency.decimals().max(decimals_of(amount)) as usize, amount)
        }
    };
    Representation::OneUnit {
        description_suffix: format!(" ({} x {}{discount})", input.quantity.0.normalize(), input.unit_price),
        unit_price: UnitPrice(amount),
    }
}
