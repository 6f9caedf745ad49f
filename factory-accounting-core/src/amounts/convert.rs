//! Prices in the other form: net ones for packages that hold no prices with tax in them, and such prices for packages that
//! hold no others.

use rust_decimal::Decimal;

use super::exact::{product, rounded_quotient, sum};
use super::reckon::line_amount;
use super::{AmountError, LineInput};
use crate::capability::AmountRules;
use crate::model::Discount;
use crate::money::{Currency, Quantity, UnitPrice};

/// How many at which price of the other form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherPrice {
    /// How many: as before, or one where no price fits.
    pub quantity: Quantity,
    /// Price of one, at the package's decimals.
    pub unit_price: UnitPrice,
    /// What is still taken off.
    pub discount: Option<Discount>,
}

/// The net price at which a line comes to `gross` less the tax in it, both at the currency's decimals. Where no unit price
/// of the package's decimals comes to that cent, one unit at the net amount does.
///
/// # Errors
/// [`AmountError::Overflow`] where a number does not fit.
pub fn net_price(
    line: usize,
    quantity: Quantity,
    gross: Decimal,
    tax_rate: Decimal,
    currency: Currency,
    rules: &AmountRules,
) -> Result<OtherPrice, AmountError> {
    let overflow = || AmountError::Overflow { line };
    let hundred = Decimal::ONE_HUNDRED;
    let with_tax = sum(hundred, tax_rate).ok_or_else(overflow)?;
    let times = product(gross, hundred).ok_or_else(overflow)?;
    let net = rounded_quotient(times, with_tax, currency.decimals(), rules.halves).ok_or_else(overflow)?;
    Ok(price_of(quantity, net, currency, rules))
}

/// The price with tax in it at which a line comes to `gross`, at the currency's decimals. A discount stays where the line
/// comes to that cent with it; where no unit price of the package's decimals does, one unit at the amount does.
///
/// # Errors
/// [`AmountError::Overflow`] where a number does not fit.
pub fn gross_price(
    line: usize,
    input: &LineInput,
    gross: Decimal,
    currency: Currency,
    rules: &AmountRules,
) -> Result<OtherPrice, AmountError> {
    let with_tax = sum(Decimal::ONE_HUNDRED, input.tax_rate).and_then(|rate| product(input.unit_price.0, rate));
    let price = with_tax.and_then(|price| {
        rounded_quotient(price, Decimal::ONE_HUNDRED, rules.price_decimals, rules.halves).map(|price| price.normalize())
    });
    let unit_price = UnitPrice(price.ok_or(AmountError::Overflow { line })?);
    let kept = LineInput { unit_price, ..*input };
    let rate_only = !matches!(input.discount, Some(Discount::Amount(_)));
    if rate_only && line_amount(line, &kept, currency, rules.halves)? == gross {
        return Ok(OtherPrice { quantity: input.quantity, unit_price, discount: input.discount });
    }
    Ok(price_of(input.quantity, gross, currency, rules))
}

/// The price at which so many come to an amount, or one unit at the amount.
fn price_of(quantity: Quantity, amount: Decimal, currency: Currency, rules: &AmountRules) -> OtherPrice {
    let comes_to = |price: Decimal| {
        let amount = product(price, quantity.0)?;
        rounded_quotient(amount, Decimal::ONE, currency.decimals(), rules.halves)
    };
    let price = rounded_quotient(amount, quantity.0, rules.price_decimals, rules.halves);
    match price.filter(|price| comes_to(*price) == Some(amount)) {
        Some(price) => OtherPrice { quantity, unit_price: UnitPrice(price.normalize()), discount: None },
        None => OtherPrice { quantity: Quantity(Decimal::ONE), unit_price: UnitPrice(amount), discount: None },
    }
}

/// The tax on a net amount, rounded once to the currency's decimals; `None` where it does not fit.
#[must_use]
pub fn tax_on(net: Decimal, rate: Decimal, currency: Currency, rules: &AmountRules) -> Option<Decimal> {
    rounded_quotient(product(net, rate)?, Decimal::ONE_HUNDRED, currency.decimals(), rules.halves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::TaxRounding;
    use crate::money::Halves;

    #[test]
    fn a_net_price_comes_to_the_cent_or_becomes_one_unit() {
        let rules = AmountRules::new(7, 5, TaxRounding::PerRate, Halves::AwayFromZero);
        let number = |text: &str| text.parse::<Decimal>().expect("a number");
        let aud: Currency = "AUD".parse().expect("a currency");
        let cases = [
            ("2", "1301.30", "10", "2", "591.5"),
            ("3", "100.00", "10", "3", "30.3033333"),
            ("0", "0", "10", "1", "0.00"),
            ("1234567", "999999.99", "20", "1", "833333.33"),
        ];
        for (quantity, gross, rate, kept, price) in cases {
            let net = net_price(0, Quantity(number(quantity)), number(gross), number(rate), aud, &rules);
            let expected =
                OtherPrice { quantity: Quantity(number(kept)), unit_price: UnitPrice(number(price)), discount: None };
            assert_eq!(net, Ok(expected), "{quantity} for {gross}");
        }
        assert_eq!(tax_on(number("3592.39"), number("10"), aud, &rules), Some(number("359.24")));
    }

    #[test]
    fn a_price_with_tax_keeps_its_discount_where_the_line_comes_to_the_cent() {
        let rules = AmountRules::new(5, 6, TaxRounding::PerLine, Halves::AwayFromZero);
        let number = |text: &str| text.parse::<Decimal>().expect("a number");
        let aud: Currency = "AUD".parse().expect("a currency");
        let cases = [
            // Quantity, net price, discount, gross of the line; quantity, price and whether the discount is kept.
            ("12", "4.25", None, "56.10", "12", "4.675", true),
            ("3", "10.00", Some("12.5"), "28.88", "3", "11", true),
            ("12", "4.25", None, "56.11", "12", "4.67583", true),
            ("3", "10.00", Some("12.5"), "28.90", "3", "9.63333", false),
            ("123456", "0.001", None, "135.81", "1", "135.81", true),
        ];
        for (quantity, price, discount, gross, kept, expected, discounted) in cases {
            let discount = discount.map(|rate| Discount::Rate(crate::money::Rate(number(rate))));
            let input = LineInput {
                quantity: Quantity(number(quantity)),
                unit_price: UnitPrice(number(price)),
                discount,
                tax_rate: number("10"),
            };
            let expected = OtherPrice {
                quantity: Quantity(number(kept)),
                unit_price: UnitPrice(number(expected)),
                discount: discount.filter(|_| discounted),
            };
            assert_eq!(gross_price(0, &input, number(gross), aud, &rules), Ok(expected), "{quantity} for {gross}");
        }
    }
}
