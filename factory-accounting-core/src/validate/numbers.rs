//! Numbers, dates and currencies in themselves.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::Findings;
use crate::amounts::decimals_of;
use crate::money::Currency;

/// Most significant digits: the 29th of a `Decimal` exists for small leading digits only.
const MAX_MANTISSA: u128 = 9_999_999_999_999_999_999_999_999_999;

/// Currencies of ISO 4217 that begin with X and are money in circulation; the other X codes are metals, funds and tests.
const CIRCULATING_X: [&str; 5] = ["XAF", "XCD", "XCG", "XOF", "XPF"];

pub(super) fn check_digits(path: &str, value: Decimal, found: &mut Findings) -> bool {
    let fits = value.normalize().mantissa().unsigned_abs() <= MAX_MANTISSA;
    if !fits {
        found.add(path, "has more than 28 digits: give a shorter number");
    }
    fits
}

/// An amount of money: no finer than its currency.
pub(super) fn check_money(path: &str, amount: Decimal, currency: Currency, found: &mut Findings) {
    if check_digits(path, amount, found) && decimals_of(amount) > currency.decimals() {
        let (amount, decimals) = (amount.normalize(), currency.decimals());
        found.add(path, format!("is {amount}, {currency} has {decimals} decimals: round it"));
    }
}

/// An amount of money above zero.
pub(super) fn check_positive_money(path: &str, amount: Decimal, currency: Currency, found: &mut Findings) {
    if amount <= Decimal::ZERO {
        found.add(path, format!("is {}: give an amount above zero", amount.normalize()));
    } else {
        check_money(path, amount, currency, found);
    }
}

pub(super) fn check_date(path: &str, date: NaiveDate, found: &mut Findings) {
    if !(1900..=2200).contains(&date.year()) {
        found.add(path, format!("is {date}: give a date between the years 1900 and 2200"));
    }
}

pub(super) fn check_currency(path: &str, currency: Currency, found: &mut Findings) {
    let code = currency.code();
    if code.starts_with('X') && !CIRCULATING_X.contains(&code) {
        found.add(path, format!("is {code}, which nobody pays in: give the currency of the amounts, such as NZD"));
    }
}
