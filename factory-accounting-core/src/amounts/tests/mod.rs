//! Tables that an accountant can read, and properties that hold for every number.

mod properties;
mod reckoning;
mod representing;
mod settling;

use rust_decimal::Decimal;

use super::LineInput;
use crate::capability::{AmountRules, TaxRounding};
use crate::model::Discount;
use crate::money::{Currency, Halves, Quantity, Rate, UnitPrice};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|error| panic!("{text:?} is no number: {error}"))
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn rules(tax_rounding: TaxRounding, halves: Halves) -> AmountRules {
    AmountRules::new(4, 4, tax_rounding, halves)
}

/// Rows of a table: what stands between the bars, without the heading and the ruler.
fn rows(table: &str) -> Vec<Vec<&str>> {
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('|') && !line.starts_with("|-"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 1, "the table has rows");
    rows[1..].to_vec()
}

/// `3 x 9.99 -10% @15`, `3 x 9.99 -5.00 @15`, or `text`.
fn line(text: &str) -> Option<LineInput> {
    if text == "text" {
        return None;
    }
    let mut words = text.split_whitespace();
    let quantity = decimal(words.next().unwrap());
    assert_eq!(words.next(), Some("x"), "{text}");
    let mut input = LineInput {
        quantity: Quantity(quantity),
        unit_price: UnitPrice(decimal(words.next().unwrap())),
        discount: None,
        tax_rate: Decimal::ZERO,
    };
    for word in words {
        match (word.strip_prefix('@'), word.strip_prefix('-')) {
            (Some(rate), _) => input.tax_rate = decimal(rate),
            (_, Some(discount)) => {
                input.discount = Some(match discount.strip_suffix('%') {
                    Some(rate) => Discount::Rate(Rate(decimal(rate))),
                    None => Discount::Amount(decimal(discount)),
                });
            }
            _ => panic!("{word:?} in {text:?}"),
        }
    }
    Some(input)
}

fn lines(text: &str) -> Vec<Option<LineInput>> {
    text.split(';').map(|part| line(part.trim())).collect()
}
