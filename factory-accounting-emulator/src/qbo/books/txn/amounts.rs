//! Line arithmetic: quantity times price, discounts and the rounding of both (qbo.md 12.1).

use rust_decimal::{Decimal, RoundingStrategy};

/// The largest amount of a line: ten digits before the point (qbo.md 5.0).
pub(super) const LARGEST: Decimal = Decimal::from_parts(1_410_065_407, 2, 0, false, 0);

/// Places of a unit price that QBO derives itself (qbo.md 12.1).
const UNIT_PLACES: u32 = 7;

/// Why a line's figures are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// 2020: a line of this kind needs an Amount.
    Missing,
    /// 6070: Amount is not Qty times UnitPrice.
    Product(Decimal),
    /// 2140: more digits than an amount may have.
    TooLarge,
}

/// Rounds half up, away from zero, to cents.
pub(super) fn cents(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The amount of a line. Where quantity and price are both sent, their exact product rounded to cents must be the
/// amount; otherwise the amount stands alone. Nothing times nothing counts as not sent: client libraries fill both in
/// on every line, and QuickBooks takes their lines.
pub(super) fn line_amount(
    amount: Option<Decimal>,
    quantity: Option<Decimal>,
    price: Option<Decimal>,
    tolerance: Decimal,
) -> Result<Decimal, Misfit> {
    let amount = amount.ok_or(Misfit::Missing)?;
    if amount.abs() > LARGEST {
        return Err(Misfit::TooLarge);
    }
    let (Some(quantity), Some(price)) = (quantity, price) else { return Ok(cents(amount)) };
    if quantity.is_zero() && price.is_zero() {
        return Ok(cents(amount));
    }
    let product = quantity.checked_mul(price).filter(|product| product.abs() <= LARGEST).ok_or(Misfit::TooLarge)?;
    if (cents(product) - amount).abs() > tolerance {
        return Err(Misfit::Product(amount));
    }
    Ok(cents(amount))
}

/// What a discount of so many per cent is worth.
pub(super) fn share(of: Decimal, percent: Decimal) -> Decimal {
    of.checked_mul(percent).map_or(Decimal::ZERO, |hundredfold| cents(hundredfold / Decimal::ONE_HUNDRED))
}

/// The unit price that goes with an amount.
pub(super) fn unit_price(amount: Decimal, quantity: Decimal) -> Option<Decimal> {
    let price = amount.checked_div(quantity)?;
    Some(price.round_dp_with_strategy(UNIT_PLACES, RoundingStrategy::MidpointAwayFromZero).normalize())
}

/// An amount as error texts print it: two places and thousands separators.
pub(super) fn grouped(value: Decimal) -> String {
    let text = format!("{:.2}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let mut out = String::from(if value.is_sign_negative() && !value.is_zero() { "-" } else { "" });
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push('.');
    out.push_str(fraction);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str(text).unwrap_or_else(|_| panic!("not a decimal: {text}"))
    }

    #[test]
    fn quantity_times_price_is_rounded_half_up_and_compared_to_the_cent() {
        // Qty, UnitPrice, Amount, tolerance, what comes of it (qbo.md 12.1).
        let table = "
            14.5  128.35      1861.08  0     1861.08
            14.5  128.35      1861.07  0     6070 1,861.07
            14.5  128.35      1861.07  0.01  1861.07
            3     33.333333   100.00   0     100.00
            3     33.33       100.00   0     6070 100.00
            3     92.5633333  277.69   0     277.69
            2     591.5       1183     0     1183
            1     0.005       0.01     0     0.01
            -1    0.005       -0.01    0     -0.01
            3     0.335       1.00     0     6070 1.00
            -     -           12.345   0     12.35
            2     -           10       0     10
            -     5           10       0     10
            0     0           10       0     10
            0     5           10       0     6070 10.00
            5     0           10       0     6070 10.00
            2     5           -        0     2020
            -     -           99999999999  0  2140
            9999999  9999999  1        0     2140
        ";
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let figure = |text: &str| (text != "-").then(|| decimal(text));
            let answer = match line_amount(figure(cells[2]), figure(cells[0]), figure(cells[1]), decimal(cells[3])) {
                Ok(amount) => amount.to_string(),
                Err(Misfit::Missing) => "2020".to_owned(),
                Err(Misfit::Product(sent)) => format!("6070 {}", grouped(sent)),
                Err(Misfit::TooLarge) => "2140".to_owned(),
            };
            assert_eq!(answer, cells[4..].join(" "), "{line}");
        }
    }

    #[test]
    fn discounts_and_derived_prices_round_half_up() {
        assert_eq!(share(decimal("1234.50"), decimal("10")), decimal("123.45"));
        assert_eq!(share(decimal("0.05"), decimal("10")), decimal("0.01"));
        assert_eq!(share(Decimal::MAX, decimal("10")), Decimal::ZERO);
        assert_eq!(unit_price(decimal("1183"), decimal("2")), Some(decimal("591.5")));
        assert_eq!(unit_price(decimal("277.69"), decimal("3")), Some(decimal("92.5633333")));
        assert_eq!(unit_price(decimal("1"), Decimal::ZERO), None);
    }

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (value, text) in
            [("0", "0.00"), ("999.5", "999.50"), ("1861.07", "1,861.07"), ("-1234567.8", "-1,234,567.80")]
        {
            assert_eq!(grouped(decimal(value)), text);
        }
        assert_eq!(LARGEST, decimal("9999999999"));
    }
}
