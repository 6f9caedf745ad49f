//! What holds for every number.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::currency;
use crate::amounts::exact::{product, rounded_quotient, sum};
use crate::amounts::reckon::line_amount;
use crate::amounts::{LineInput, Reckoned, Representation, TotalCheck, reckon, represent, settle_total, total};
use crate::capability::{AmountRules, TaxRounding};
use crate::model::{Discount, TaxMode};
use crate::money::{Currency, Halves, Quantity, Rate, UnitPrice};
use crate::settings::{FinePrices, RoundingPolicy};

/// Any decimal there is.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<[u32; 3]>(), any::<bool>(), 0..=28_u32)
        .prop_map(|([low, mid, high], negative, scale)| Decimal::from_parts(low, mid, high, negative, scale))
}

/// Numbers as documents carry them.
fn business(whole: i64, scale: u32) -> impl Strategy<Value = Decimal> {
    (-whole..=whole, 0..=scale).prop_map(|(number, scale)| Decimal::new(number, scale))
}

fn any_discount(amount: impl Strategy<Value = Decimal>) -> impl Strategy<Value = Option<Discount>> {
    prop_oneof![
        Just(None),
        (0..=10_000_000_i64, 0..=6_u32).prop_map(|(number, scale)| {
            Some(Discount::Rate(Rate(Decimal::new(number, scale).min(Decimal::ONE_HUNDRED))))
        }),
        amount.prop_map(|amount| Some(Discount::Amount(amount))),
    ]
}

fn business_line() -> impl Strategy<Value = LineInput> {
    let rates = prop::sample::select(vec!["0", "5", "9.975", "10", "12.5", "15", "20"]);
    (
        business(1_000_000, 6),
        business(100_000_000, 7),
        any_discount(business(1_000, 2).prop_map(|value| value.abs())),
        rates,
    )
        .prop_map(|(quantity, unit_price, discount, rate)| LineInput {
            quantity: Quantity(quantity.abs()),
            unit_price: UnitPrice(unit_price),
            discount,
            tax_rate: super::decimal(rate),
        })
}

fn any_line() -> impl Strategy<Value = LineInput> {
    (any_decimal(), any_decimal(), any_discount(any_decimal()), any_decimal()).prop_map(
        |(quantity, unit_price, discount, tax_rate)| LineInput {
            quantity: Quantity(quantity),
            unit_price: UnitPrice(unit_price),
            discount,
            tax_rate,
        },
    )
}

fn any_currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["NZD", "JPY", "BHD"]).prop_map(currency)
}

fn any_mode() -> impl Strategy<Value = TaxMode> {
    prop::sample::select(vec![TaxMode::Exclusive, TaxMode::Inclusive, TaxMode::NoTax])
}

fn any_rules() -> impl Strategy<Value = AmountRules> {
    let place = prop::sample::select(vec![TaxRounding::PerLine, TaxRounding::PerRate]);
    let halves = prop::sample::select(vec![Halves::AwayFromZero, Halves::ToEven]);
    (2..=4_u32, 2..=4_u32, place, halves)
        .prop_map(|(price, quantity, place, halves)| AmountRules::new(price, quantity, place, halves))
}

/// Lines in the form that the package can hold; those that it cannot hold in any form become text.
fn held(lines: &[LineInput], currency: Currency, rules: &AmountRules) -> Vec<Option<LineInput>> {
    let form = |line: &LineInput| represent(0, line, FinePrices::OneUnit, true, currency, rules).apply(line).ok();
    lines.iter().map(form).collect()
}

fn column(reckoned: &Reckoned, pick: fn(&crate::amounts::LineAmounts) -> Decimal) -> Decimal {
    total(reckoned.lines.iter().flatten().map(pick), 0).unwrap()
}

proptest! {
    #[test]
    fn totals_add_up(
        lines in prop::collection::vec(business_line(), 0..12),
        currency in any_currency(), mode in any_mode(), rules in any_rules(),
    ) {
        let lines = held(&lines, currency, &rules);
        let reckoned = reckon(&lines, mode, currency, &rules).unwrap();
        let totals = reckoned.totals;
        prop_assert_eq!(totals.subtotal + totals.tax, totals.total);
        prop_assert_eq!(column(&reckoned, |line| line.tax), totals.tax);
        let lines_make = if mode == TaxMode::Inclusive { totals.total } else { totals.subtotal };
        prop_assert_eq!(column(&reckoned, |line| line.amount), lines_make);
        for value in [totals.subtotal, totals.tax, totals.total] {
            prop_assert_eq!(value, value.round_dp(currency.decimals()));
        }
    }

    #[test]
    fn tax_per_rate_is_the_rounded_tax_of_the_sum(
        amounts in prop::collection::vec(business(1_000_000, 2), 1..12), rules in any_rules(),
    ) {
        let rules = AmountRules { tax_rounding: TaxRounding::PerRate, ..rules };
        let line = |amount: &Decimal| Some(LineInput {
            quantity: Quantity(Decimal::ONE), unit_price: UnitPrice(*amount), discount: None, tax_rate: Decimal::from(15),
        });
        let lines: Vec<_> = amounts.iter().map(line).collect();
        let reckoned = reckon(&lines, TaxMode::Exclusive, currency("NZD"), &rules).unwrap();
        let sum: Decimal = amounts.iter().sum();
        prop_assert_eq!(reckoned.totals.tax, rules.halves.round(sum * Decimal::new(15, 2), 2));
    }

    #[test]
    fn nothing_panics_for_any_number(
        lines in prop::collection::vec(prop::option::of(any_line()), 0..6),
        host in prop::option::of(any_decimal()),
        currency in any_currency(), mode in any_mode(), rules in any_rules(), discounts in any::<bool>(),
    ) {
        for (index, line) in lines.iter().enumerate() {
            for policy in [FinePrices::Refuse, FinePrices::OneUnit] {
                if let Some(line) = line {
                    let _ = represent(index, line, policy, discounts, currency, &rules);
                }
            }
        }
        if let Ok(reckoned) = reckon(&lines, mode, currency, &rules) {
            let _ = settle_total(host, &reckoned, reckoned.lines.len(), RoundingPolicy::Line, currency);
        }
    }

    #[test]
    fn a_represented_line_can_be_held_and_keeps_its_amount(
        input in business_line(), currency in any_currency(), rules in any_rules(), discounts in any::<bool>(),
    ) {
        let form = represent(0, &input, FinePrices::OneUnit, discounts, currency, &rules);
        let Ok(sent) = form.apply(&input) else { return Ok(()) };
        let reckoned = reckon(&[Some(sent)], TaxMode::Exclusive, currency, &rules).unwrap();
        let amount = line_amount(0, &input, currency, rules.halves).unwrap();
        prop_assert_eq!(reckoned.totals.subtotal, amount);
        prop_assert!(discounts || sent.discount.is_none());
        let again = represent(0, &sent, FinePrices::Refuse, discounts, currency, &rules);
        prop_assert_eq!(again, Representation::AsIs);
    }

    #[test]
    fn a_rounding_line_makes_the_totals_equal(
        lines in prop::collection::vec(business_line(), 1..12), off in -15..=15_i64,
        currency in any_currency(), mode in any_mode(), rules in any_rules(),
    ) {
        let mut lines = held(&lines, currency, &rules);
        let predicted = reckon(&lines, mode, currency, &rules).unwrap();
        let host = predicted.totals.total + Decimal::new(off, currency.decimals());
        let charges = lines.iter().flatten().count();
        match settle_total(Some(host), &predicted, predicted.lines.iter().flatten().count(), RoundingPolicy::Line, currency) {
            TotalCheck::Equal => prop_assert_eq!(off, 0),
            TotalCheck::Refused { .. } => prop_assert!(off.unsigned_abs() as usize > charges),
            TotalCheck::RoundingLine { amount } => {
                prop_assert!(off != 0 && off.unsigned_abs() as usize <= charges);
                lines.push(Some(LineInput {
                    quantity: Quantity(Decimal::ONE),
                    unit_price: UnitPrice(amount),
                    discount: None,
                    tax_rate: Decimal::ZERO,
                }));
                // A package that keeps fewer decimals of a price than the currency has cannot hold the line either.
                if rules.price_decimals >= currency.decimals() {
                    prop_assert_eq!(reckon(&lines, mode, currency, &rules).unwrap().totals.total, host);
                }
            }
        }
    }

    #[test]
    fn a_quotient_is_rounded_to_the_nearest_unit(
        value in business(1_000_000_000, 6), divisor in business(1_000_000, 4), decimals in 0..=4_u32,
    ) {
        let halves = Halves::AwayFromZero;
        match rounded_quotient(value, divisor, decimals, halves) {
            None => prop_assert!(divisor.is_zero()),
            Some(quotient) => {
                let off = (value - quotient * divisor).abs() * Decimal::TWO;
                prop_assert!(off <= divisor.abs() * Decimal::new(1, decimals));
                prop_assert_eq!(rounded_quotient(value, Decimal::ONE, decimals, halves), Some(halves.round(value, decimals)));
            }
        }
    }

    #[test]
    fn exact_arithmetic_agrees_with_the_operators_where_these_are_exact(
        left in business(1_000_000_000, 6), right in business(1_000_000_000, 6),
    ) {
        prop_assert_eq!(product(left, right), Some(left * right));
        prop_assert_eq!(sum(left, right), Some(left + right));
    }

    #[test]
    fn what_exact_arithmetic_answers_is_exact(left in any_decimal(), right in any_decimal()) {
        if let Some(sum_of_both) = sum(left, right) {
            prop_assert_eq!(sum(sum_of_both, -right), Some(left));
        }
        if let Some(product_of_both) = product(left, right) {
            prop_assert_eq!(product(right, left), Some(product_of_both));
            prop_assert!(product_of_both.is_zero() == (left.is_zero() || right.is_zero()));
        }
    }
}
