//! Whether a document of the host and one in the books are the same: by number, date, party and amount (F75).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::RemoteId;
use crate::money::Currency;
use crate::provider::RemoteRecord;

/// A document of the host, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its number.
    pub number: String,
    /// Whether the number stands in the reference there, because the package owns the numbers.
    pub in_reference: bool,
    /// Its date.
    pub date: NaiveDate,
    /// Its party in the package, where that is known.
    pub party: Option<RemoteId>,
    /// Its currency.
    pub currency: Currency,
    /// What it comes to, where that can be told.
    pub amount: Option<Amount>,
}

/// An amount of a document, in its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Tax included.
    Total(Decimal),
    /// Before tax.
    Net(Decimal),
}

/// What agrees; `None` where one of the two does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Agreement {
    /// The numbers.
    pub number: Option<bool>,
    /// The dates.
    pub date: Option<bool>,
    /// The customer or supplier.
    pub party: Option<bool>,
    /// The amounts, currency included.
    pub amount: Option<bool>,
}

impl Agreement {
    /// What agrees in per cent of what is known, the number weighing most; 0 where nothing is.
    #[must_use]
    pub fn score(&self) -> u8 {
        let parts = [(self.number, 40_u32), (self.amount, 30), (self.date, 15), (self.party, 15)];
        let known: u32 = parts.iter().filter(|(agrees, _)| agrees.is_some()).map(|(_, weight)| weight).sum();
        let agreed: u32 = parts.iter().filter(|(agrees, _)| *agrees == Some(true)).map(|(_, weight)| weight).sum();
        u8::try_from((agreed * 100).checked_div(known).unwrap_or(0)).unwrap_or(100)
    }

    /// Whether the two are surely one: number and amount agree, and nothing differs.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.number == Some(true) && self.amount == Some(true) && self.date != Some(false) && self.party != Some(false)
    }
}

/// Compares a document of the host with one in the books. Numbers compare without case and surrounding spaces.
#[must_use]
pub fn agreement(wanted: &Wanted, found: &RemoteRecord) -> Agreement {
    let number = if wanted.in_reference { &found.reference } else { &found.number };
    let plain = |text: &str| text.trim().to_lowercase();
    let amount = wanted.amount.zip(found.totals).map(|(amount, totals)| match amount {
        Amount::Total(total) => total == totals.total,
        Amount::Net(net) => net == totals.subtotal,
    });
    let currency = found.currency.is_none_or(|currency| currency == wanted.currency);
    Agreement {
        number: number.as_deref().map(|number| plain(number) == plain(&wanted.number)),
        date: found.date.map(|date| date == wanted.date),
        party: wanted.party.as_ref().zip(found.party.as_ref()).map(|(ours, theirs)| ours == theirs),
        amount: amount.map(|agrees| agrees && currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every combination of what agrees, differs and is not known.
    #[test]
    fn f75_only_number_and_amount_with_nothing_against_them_are_surely_one() {
        let answers = [None, Some(false), Some(true)];
        let mut whole = 0;
        for number in answers {
            for date in answers {
                for party in answers {
                    for amount in answers {
                        let agreement = Agreement { number, date, party, amount };
                        let known = [number, date, party, amount];
                        let against = known.contains(&Some(false));
                        let surely = number == Some(true) && amount == Some(true) && !against;
                        assert_eq!(agreement.is_whole(), surely, "{agreement:?}");
                        let all = known.iter().flatten().count() > 0 && !against;
                        assert_eq!(agreement.score() == 100, all, "{agreement:?}");
                        whole += u32::from(surely);
                    }
                }
            }
        }
        assert_eq!(whole, 4);
    }
}
