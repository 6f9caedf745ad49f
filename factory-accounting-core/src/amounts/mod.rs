//! What a document comes to, reckoned as its package reckons: exact, checked decimals, with the package's habits given as
//! data ([`AmountRules`]).
//!
//! The way of a line: [`represent`] says in which form the package can hold it, [`reckon`] predicts what the package makes
//! of the lines in that form, and [`settle_total`] compares the prediction with what the host reckons (R13, R14). Nothing
//! is rounded on the way but line amounts and tax, where the rules say.

mod convert;
mod error;
mod exact;
mod reckon;
mod represent;
mod settle;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

pub use convert::{OtherPrice, gross_price, net_price, tax_on};
pub use error::AmountError;
pub use reckon::{net_amount, reckon};
pub use represent::{Representation, represent};
pub use settle::{TotalCheck, settle_total};

use crate::capability::AmountRules;
use crate::model::Discount;
use crate::money::{Currency, Quantity, Totals, UnitPrice};

pub(crate) use exact::{product, rounded_quotient, sum, total};
pub(crate) use reckon::{gross_amount, rounded};
pub(crate) use settle::is_rounding;

/// What the amount of a line follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineInput {
    /// How many.
    pub quantity: Quantity,
    /// Price of one, in the document's currency; with tax when the document's mode is inclusive.
    pub unit_price: UnitPrice,
    /// Taken off the line's amount.
    pub discount: Option<Discount>,
    /// Rate of the line's tax code in per cent, compounding included: 15 means 15 %.
    pub tax_rate: Decimal,
}

/// What a line comes to, at the decimals of the document's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineAmounts {
    /// After discount; with tax when the document's mode is inclusive.
    pub amount: Decimal,
    /// The line's tax. Where the package rounds per rate, the line's share of it: what the rounded tax of the rate grows by
    /// when this line is added to those before it, so that the shares add up to the rate's tax.
    pub tax: Decimal,
}

/// What a document comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned {
    /// The lines in order; `None` for a line of text.
    pub lines: Vec<Option<LineAmounts>>,
    /// The document.
    pub totals: Totals,
}

/// Decimals that a number needs: 2 for 1.50 would be one too many, so trailing zeros do not count.
pub(crate) fn decimals_of(value: Decimal) -> u32 {
    value.normalize().scale()
}

/// The first part of a line that the package would have to round, if any.
fn too_fine(line: usize, input: &LineInput, currency: Currency, rules: &AmountRules) -> Option<AmountError> {
    let (discount_field, discount, discount_decimals) = match input.discount {
        Some(Discount::Rate(rate)) => ("discount.rate", rate.0, rules.discount_decimals),
        Some(Discount::Amount(amount)) => ("discount.amount", amount, currency.decimals()),
        None => ("discount", Decimal::ZERO, 0),
    };
    [
        ("quantity", input.quantity.0, rules.quantity_decimals),
        ("unit_price", input.unit_price.0, rules.price_decimals),
        (discount_field, discount, discount_decimals),
    ]
    .into_iter()
    .find(|(_, value, decimals)| decimals_of(*value) > *decimals)
    .map(|(field, value, decimals)| AmountError::TooFine { line, field, value, decimals })
}
