//! The host's total against the prediction (R14).

use rust_decimal::Decimal;

use super::exact::{product, sum};
use super::{Reckoned, decimals_of};
use crate::money::Currency;
use crate::settings::RoundingPolicy;

/// What to do about the host's total, in the document's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum TotalCheck {
    /// The package will come to the host's total, or the host gives none.
    Equal,
    /// The package will, once a line of this amount without tax is added to the rounding account.
    RoundingLine {
        /// Host's total less the prediction.
        amount: Decimal,
    },
    /// It will not; a person decides.
    Refused {
        /// The host's total.
        host: Decimal,
        /// The predicted total.
        package: Decimal,
    },
}

/// Compares the host's total with the prediction. A rounding line is offered only where `policy` allows it and the
/// difference is at most one smallest unit of the currency for each of the host's `lines` that charge something.
pub fn settle_total(
    host_total: Option<Decimal>,
    predicted: &Reckoned,
    lines: usize,
    policy: RoundingPolicy,
    currency: Currency,
) -> TotalCheck {
    let package = predicted.totals.total;
    let Some(host) = host_total else { return TotalCheck::Equal };
    if host == package {
        return TotalCheck::Equal;
    }
    let refused = TotalCheck::Refused { host, package };
    let Some(difference) = sum(host, -package) else { return refused };
    match policy {
        RoundingPolicy::Line if is_rounding(difference, lines, currency) => {
            TotalCheck::RoundingLine { amount: difference }
        }
        RoundingPolicy::Line | RoundingPolicy::Refuse => refused,
    }
}

/// Whether a difference can come from rounding alone: whole units of the currency, at most one per line.
pub(crate) fn is_rounding(difference: Decimal, lines: usize, currency: Currency) -> bool {
    let unit = Decimal::new(1, currency.decimals());
    let most = product(unit, Decimal::from(lines));
    decimals_of(difference) <= currency.decimals() && most.is_some_and(|most| difference.abs() <= most)
}
