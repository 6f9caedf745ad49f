//! Net prices for packages that hold no prices with tax in them.

use rust_decimal::Decimal;

use super::AmountError;
use super::exact::{product, rounded_quotient, sum};
use crate::capability::AmountRules;
use crate::money::{Currency, Quantity, UnitPrice};

/// How many at which net price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetPrice {
    /// How many: as before, or one where no price fits.
    pub quantity: Quantity,
    /// Price of one, without tax, at the package's decimals.
    pub unit_price: UnitPrice,
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
) -> Result<NetPrice, AmountError> {
    let overflow = || AmountError::Overflow { line };
    let hundred = Decimal::ONE_HUNDRED;
    let with_tax = sum(hundred, tax_rate).ok_or_else(overflow)?;
    let times = product(gross, hundred).ok_or_else(overflow)?;
    let net = rounded_quotient(times, with_tax, currency.decimals(), rules.halves).ok_or_else(overflow)?;
    let price = rounded_quotient(net, quantity.0, rules.price_decimals, rules.halves);
    let comes_to = |price: Decimal| {
        let amount = product(price, quantity.0)?;
        rounded_quotient(amount, Decimal::ONE, currency.decimals(), rules.halves)
    };
    Ok(match price.filter(|price| comes_to(*price) == Some(net)) {
        Some(price) => NetPrice { quantity, unit_price: UnitPrice(price.normalize()) },
        None => NetPrice { quantity: Quantity(Decimal::ONE), unit_price: UnitPrice(net) },
    })
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
            let expected = NetPrice { quantity: Quantity(number(kept)), unit_price: UnitPrice(number(price)) };
            assert_eq!(net, Ok(expected), "{quantity} for {gross}");
        }
        assert_eq!(tax_on(number("3592.39"), number("10"), aud, &rules), Some(number("359.24")));
    }
}
