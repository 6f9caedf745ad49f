//! Why an invoice of an order cannot be made.

use rust_decimal::Decimal;

use crate::error::Issue;
use crate::ids::LocalId;

/// Why an invoice of an order cannot be made: path, what is wrong and what would be right, one line. Paths beginning with
/// `invoices` and `lines` are of the invoices so far and of the order, others of the call's own arguments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BillingError {
    /// An invoice bills another order.
    #[error("{path}: is not {order}: give the invoices of this order alone")]
    OtherOrder {
        /// Path.
        path: String,
        /// The order.
        order: LocalId,
    },
    /// An invoice is in another currency or tax mode.
    #[error("{path}: is not the order's: sums of the two mean nothing; invoice the order as it is, or order anew")]
    OtherTerms {
        /// Path.
        path: String,
    },
    /// An invoice comes twice.
    #[error("{path}: is {id} a second time: give each invoice once")]
    Twice {
        /// Path.
        path: String,
        /// The invoice.
        id: LocalId,
    },
    /// The order has a line that only invoices have.
    #[error("{path}: deposits and retention are not ordered: leave the line out of the order")]
    NotOrdered {
        /// Path.
        path: String,
    },
    /// There is no such line, or it has no price.
    #[error("{path}: is {line}: name a priced line of the order, counted from 0")]
    NoSuchLine {
        /// Path.
        path: String,
        /// As given.
        line: usize,
    },
    /// A quantity is not above zero, or more than is left of its line.
    #[error(
        "{path}: is {quantity}, {left} of the line are left: give more than 0 and at most that, or change the order"
    )]
    Quantity {
        /// Path.
        path: String,
        /// As given.
        quantity: Decimal,
        /// What is left.
        left: Decimal,
    },
    /// A percentage is out of bounds.
    #[error("{path}: is {percent} of order {order:?}: give a percentage from 0 to 100")]
    Percent {
        /// Number of the order.
        order: String,
        /// Path.
        path: &'static str,
        /// As given.
        percent: Decimal,
    },
    /// An amount is not above zero, or finer than the currency.
    #[error("{path}: is {amount} for order {order:?}: give an amount above zero in whole units of the currency")]
    Amount {
        /// Number of the order.
        order: String,
        /// Path.
        path: &'static str,
        /// As given.
        amount: Decimal,
    },
    /// Nothing is left of the order.
    #[error("order: of {order:?} {billed} of {ordered} are billed: nothing is left to bill")]
    NothingLeft {
        /// Number of the order.
        order: String,
        /// Work billed.
        billed: Decimal,
        /// The order's amount.
        ordered: Decimal,
    },
    /// Less than what is billed already.
    #[error(
        "percent: of order {order:?} comes to {wanted} to date, {billed} are billed already: claim more, or write a credit note"
    )]
    BelowBilled {
        /// Number of the order.
        order: String,
        /// What the percentage comes to.
        wanted: Decimal,
        /// Work billed.
        billed: Decimal,
    },
    /// The invoices would come to more than the order (R12).
    #[error("order: {order:?} would be exceeded by {excess}: bill less, or confirm that it may be exceeded")]
    AboveOrder {
        /// Number of the order.
        order: String,
        /// By how much.
        excess: Decimal,
    },
    /// More is set off than was billed in advance.
    #[error("amount: is {amount}, {open} of the deposits are open: set off that at most")]
    MoreThanDeposited {
        /// As wanted.
        amount: Decimal,
        /// Open deposits.
        open: Decimal,
    },
    /// More is taken off an invoice than it comes to.
    #[error("lines: come to {amount}, less than nothing: set off or hold back less")]
    MoreThanBilled {
        /// What the invoice would come to.
        amount: Decimal,
    },
    /// More is released than is held back.
    #[error("amount: is {amount}, {open} are held back: release that at most")]
    MoreThanRetained {
        /// As wanted; everything that is open where nothing was named.
        amount: Decimal,
        /// Held back and not released.
        open: Decimal,
    },
    /// The rate of a tax is not known.
    #[error("rates: none is given for {tax}: name it")]
    UnknownTax {
        /// The tax term, or that lines name none.
        tax: String,
    },
    /// A sum does not fit.
    #[error("order: comes to more than 28 digits: split it")]
    TooLarge,
}

impl BillingError {
    /// The error as a complaint about a field.
    #[must_use]
    pub fn issue(&self) -> Issue {
        let text = self.to_string();
        let (path, message) = text.split_once(": ").unwrap_or(("", &text));
        Issue::new(path, message)
    }
}
