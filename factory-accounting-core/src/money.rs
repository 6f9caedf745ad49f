//! Decimals that cannot be mistaken for one another. No floats anywhere; arithmetic that could overflow is checked.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency, written as its three-letter code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three letters, upper case.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the smallest unit: 2 for dollars, 0 for yen. Currencies without one count as 2.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// An amount as people read it: with the decimals of the currency, and with all of its own where it is finer, as a price
    /// may be.
    #[must_use]
    pub fn shown(self, amount: Decimal) -> String {
        let amount = amount.normalize();
        format!("{amount:.*}", self.decimals().max(amount.scale()) as usize)
    }
}

/// A text that is no ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency {0:?}: use a three-letter ISO 4217 code such as NZD")]
pub struct UnknownCurrency(pub String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(&code.to_ascii_uppercase())
            .map(Self)
            .ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

// By hand: the derived form answers an unknown code with the list of all known ones.
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code" })
    }
}

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// The amount, in the currency's main unit (dollars, not cents).
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The sum, unless the currencies differ or the result does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.amount.checked_add(other.amount))
            .flatten()
            .map(|amount| Self { amount, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        // Formatting with a precision cuts; a cent that is shown must be the nearest one.
        let amount = Halves::AwayFromZero.round(self.amount, decimals);
        write!(f, "{amount:.*} {}", decimals as usize, self.currency)
    }
}

macro_rules! decimal {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Decimal);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Decimal> for $name {
            fn from(value: Decimal) -> Self {
                Self(value)
            }
        }
    };
}

decimal! {
    /// Price of one unit in the document's currency, at the precision the host keeps.
    UnitPrice
}
decimal! {
    /// How many units.
    Quantity
}
decimal! {
    /// A rate in per cent: 15 means 15 %.
    Rate
}
decimal! {
    /// Tax in the document's currency, rounded as the package rounds.
    TaxAmount
}

/// What a document comes to, in its own currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Net of tax.
    pub subtotal: Decimal,
    /// Tax.
    pub tax: Decimal,
    /// What is owed: `subtotal + tax`.
    pub total: Decimal,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {} tax = {}", self.subtotal, self.tax, self.total)
    }
}

/// Where exact halves go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halves {
    /// 0.125 becomes 0.13 and -0.125 becomes -0.13.
    AwayFromZero,
    /// 0.125 becomes 0.12 (banker's rounding).
    ToEven,
}

impl Halves {
    /// Rounds to `decimals` places.
    #[must_use]
    pub fn round(self, value: Decimal, decimals: u32) -> Decimal {
        let strategy = match self {
            Self::AwayFromZero => RoundingStrategy::MidpointAwayFromZero,
            Self::ToEven => RoundingStrategy::MidpointNearestEven,
        };
        value.round_dp_with_strategy(decimals, strategy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_to_the_nearest_smallest_unit() {
        let shown = |amount: &str, code: &str| {
            let amount: Decimal = amount.parse().expect("a decimal");
            Money::new(amount, code.parse().expect("a currency")).to_string()
        };
        assert_eq!(shown("1.005", "NZD"), "1.01 NZD");
        assert_eq!(shown("-1.999", "NZD"), "-2.00 NZD");
        assert_eq!(shown("7", "NZD"), "7.00 NZD");
        assert_eq!(shown("99.5", "JPY"), "100 JPY");
    }

    #[test]
    fn an_unknown_currency_is_named_with_what_would_be_right() {
        let error = serde_json::from_str::<Currency>(r#""XQZ""#).expect_err("no currency");
        assert!(
            error.to_string().starts_with(r#"unknown currency "XQZ": use a three-letter ISO 4217 code"#),
            "{error}"
        );
        assert_eq!(serde_json::from_str::<Currency>(r#""nzd""#).expect("a currency").code(), "NZD");
    }
}
