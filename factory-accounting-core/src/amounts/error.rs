//! Why amounts cannot be reckoned.

use std::fmt;

use rust_decimal::Decimal;

use crate::error::Issue;

/// Why amounts cannot be reckoned. Lines count from 0, text lines included.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountError {
    /// The line's amount or tax does not fit into 28 digits.
    Overflow {
        /// The line.
        line: usize,
    },
    /// The document's total does not fit into 28 digits.
    TotalOverflow,
    /// A tax rate below zero.
    NegativeTaxRate {
        /// The line.
        line: usize,
        /// In per cent.
        rate: Decimal,
    },
    /// A discount rate outside 0 to 100 per cent.
    DiscountRate {
        /// The line.
        line: usize,
        /// In per cent.
        rate: Decimal,
    },
    /// A discount below zero.
    NegativeDiscount {
        /// The line.
        line: usize,
        /// In the document's currency.
        amount: Decimal,
    },
    /// A discount above the line's amount.
    DiscountTooBig {
        /// The line.
        line: usize,
        /// In the document's currency.
        discount: Decimal,
        /// The line's amount before discount, in the document's currency.
        amount: Decimal,
    },
    /// A number that the package would have to round.
    TooFine {
        /// The line.
        line: usize,
        /// The field of the line.
        field: &'static str,
        /// As given.
        value: Decimal,
        /// Decimals that the package keeps.
        decimals: u32,
    },
}

impl AmountError {
    /// The complaint in the host's terms: path of the field, what is wrong and what would be right.
    #[must_use]
    pub fn issue(&self) -> Issue {
        let (path, message) = match self {
            Self::Overflow { line } => (
                format!("lines[{line}]"),
                "comes to more than 28 digits: use fewer digits in quantity, price and discount".to_owned(),
            ),
            Self::TotalOverflow => ("lines".to_owned(), "come to more than 28 digits: split the document".to_owned()),
            Self::NegativeTaxRate { line, rate } => (
                format!("lines[{line}].tax"),
                format!("stands for a rate of {rate} %: choose a tax code with a rate of zero or more"),
            ),
            Self::DiscountRate { line, rate } => {
                (format!("lines[{line}].discount.rate"), format!("is {rate} %: give a rate from 0 to 100"))
            }
            Self::NegativeDiscount { line, amount } => (
                format!("lines[{line}].discount.amount"),
                format!("is {amount}: give zero or more, or raise the unit price instead"),
            ),
            Self::DiscountTooBig { line, discount, amount } => (
                format!("lines[{line}].discount.amount"),
                format!("is {discount}, more than the line's amount of {amount}: lower the discount"),
            ),
            Self::TooFine { line, field, value, decimals } => (
                format!("lines[{line}].{field}"),
                format!("is {value}, the accounting package keeps {decimals} decimals: round it"),
            ),
        };
        Issue::new(path, message)
    }
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.issue().fmt(f)
    }
}

impl std::error::Error for AmountError {}

impl From<AmountError> for Issue {
    fn from(error: AmountError) -> Self {
        error.issue()
    }
}
