//! Reading the order book as a workshop of another country would have kept it.
//!
//! It is a New Zealand workshop's. Another country's has its own currency, its own rate of tax under the same term, and its
//! own way to round; so totals, payments and what is set off come to other amounts there, which the host reckons by its own
//! arithmetic ([`crate::tally`]).

use std::collections::BTreeMap;
use std::fmt;

use clap::ValueEnum;
use factory_accounting::model::{Record, RecordKey, RecordKind, TaxMode};
use factory_accounting::money::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::tally::{self, Rates, Rounding, cents};

/// A country with a workshop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Country {
    /// New Zealand: GST of 15 per cent, rounded on each line.
    Nz,
    /// Australia: GST of 10 per cent, rounded on the sum of a document's lines.
    Au,
    /// The United States: sales tax depends on the place and is not the host's to reckon.
    Us,
    /// The United Kingdom: VAT of 20 per cent, rounded on the sum of a document's lines.
    Uk,
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nz => "nz",
            Self::Au => "au",
            Self::Us => "us",
            Self::Uk => "uk",
        })
    }
}

/// Currency of the order book.
const NZD: &str = "NZD";

impl Country {
    /// Its currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        let code = match self {
            Self::Nz => NZD,
            Self::Au => "AUD",
            Self::Us => "USD",
            Self::Uk => "GBP",
        };
        code.parse().unwrap_or_else(|_| unreachable!("{code} is a currency"))
    }

    /// What the workshop's terms for tax stand for.
    #[must_use]
    pub fn rates(self) -> Rates {
        let (percent, rounding) = match self {
            Self::Nz => (15, Rounding::Line),
            Self::Au => (10, Rounding::Rate),
            Self::Us => (0, Rounding::Rate),
            Self::Uk => (20, Rounding::Rate),
        };
        Rates::new([("GST", percent), ("Zero-rated", 0), ("Exempt", 0)], percent, rounding)
    }

    /// Whether prices are ever quoted with tax in them.
    fn quotes_gross(self) -> bool {
        self != Self::Us
    }
}

/// The book as a workshop of this country would have kept it that reckons by these rates.
#[must_use]
pub fn kept_in(country: Country, rates: &Rates, mut records: Vec<Record>) -> Vec<Record> {
    if country == Country::Nz {
        return records;
    }
    let before = Balances::of(&records, &Country::Nz.rates());
    let off = amiss(&records, &before);
    records.iter_mut().for_each(|record| restate(record, country));
    if country == Country::Au {
        records.iter_mut().for_each(renumber);
    }
    let after = Balances::of(&records, rates);
    let totals = after.0.clone();
    settle_alike(&mut records, before, after);
    for record in &mut records {
        let key = record.key();
        let right = totals.get(&key).copied().unwrap_or_default();
        each_part(record, |_, _, total| {
            if let Some(total) = total {
                *total = right + off.get(&key).copied().unwrap_or_default();
            }
        });
    }
    records
}

/// How far each stated total is from the sum of its lines: what is wrong stays wrong by as much.
fn amiss(records: &[Record], reckoned: &Balances) -> BTreeMap<RecordKey, Decimal> {
    let stated = records.iter().filter_map(|record| Some((record.key(), record.trade()?.total?)));
    stated.map(|(key, total)| (key.clone(), total - reckoned.open(&key))).collect()
}

/// Currency and way of quoting. What was in a foreign currency stays so: what is foreign to New Zealand but this country's own
/// is in New Zealand's then.
fn restate(record: &mut Record, country: Country) {
    let own = country.currency();
    let nzd = Country::Nz.currency();
    let moved = |currency: &mut Currency| {
        if *currency == nzd {
            *currency = own;
        } else if *currency == own {
            *currency = nzd;
        }
    };
    each_part(record, |currency, mode, _| {
        moved(currency);
        if *mode == TaxMode::Inclusive && !country.quotes_gross() {
            *mode = TaxMode::Exclusive;
        }
    });
    if let Record::Payment(payment) = record {
        moved(&mut payment.amount.currency);
    }
}

/// A tax number of New Zealand's becomes an Australian one.
fn renumber(record: &mut Record) {
    let (Record::Customer(party) | Record::Supplier(party)) = record else { return };
    let digits: Vec<u32> =
        party.tax_number.iter().flat_map(|text| text.chars().filter_map(|c| c.to_digit(10))).collect();
    // What has eleven digits is one already.
    if (1..=9).contains(&digits.len()) {
        party.tax_number = Some(business_number(&digits));
    }
}

/// An Australian business number: nine digits behind two that make the weighted sum a multiple of 89.
fn business_number(digits: &[u32]) -> String {
    let weights = (3_u32..=19).step_by(2);
    let nine: Vec<u32> = std::iter::repeat_n(0, 9 - digits.len().min(9)).chain(digits.iter().copied()).collect();
    let sum: u32 = nine.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
    let shown: String = nine.iter().map(u32::to_string).collect();
    let (first, rest) = shown.split_at(3);
    let (second, third) = rest.split_at(3);
    format!("{} {first} {second} {third}", 10 + (89 - sum % 89) % 89)
}

/// Currency, mode and stated total of a document.
fn each_part(record: &mut Record, change: impl FnOnce(&mut Currency, &mut TaxMode, &mut Option<Decimal>)) {
    macro_rules! parts {
        ($($kind:ident),*) => {
            match record {
                $(Record::$kind(document) => change(&mut document.currency, &mut document.tax_mode, &mut document.total),)*
                _ => {}
            }
        };
    }
    parts!(Quote, Order, Invoice, CreditNote, PurchaseOrder, Bill);
}

/// What is still open of each document.
struct Balances(BTreeMap<RecordKey, Decimal>);

impl Balances {
    fn of(records: &[Record], rates: &Rates) -> Self {
        let mut rates = rates.clone();
        rates.learn(records);
        let documents = records.iter().filter_map(|record| {
            let trade = record.trade()?;
            Some((record.key(), tally::document(&trade, &rates)))
        });
        Self(documents.collect())
    }

    fn open(&self, key: &RecordKey) -> Decimal {
        self.0.get(key).copied().unwrap_or_default()
    }

    fn take(&mut self, key: &RecordKey, amount: Decimal) {
        if let Some(open) = self.0.get_mut(key) {
            *open -= amount;
        }
    }
}

/// Pays and sets off the same share of each document: what settled the rest settles the rest, and what was too much is too
/// much by as much.
fn settle_alike(records: &mut [Record], mut before: Balances, mut after: Balances) {
    for record in records {
        match record {
            Record::Payment(payment) => {
                let target = payment.target.key();
                let amount = &mut payment.amount.amount;
                let paid = share(*amount, before.open(&target), after.open(&target));
                before.take(&target, *amount);
                after.take(&target, paid);
                *amount = paid;
            }
            Record::CreditNote(note) => {
                let own = note.key();
                for part in &mut note.allocations {
                    let invoice = RecordKey::new(RecordKind::Invoice, part.invoice.clone());
                    let by_note = share(part.amount, before.open(&own), after.open(&own));
                    let by_invoice = share(part.amount, before.open(&invoice), after.open(&invoice));
                    let set_off = by_note.min(by_invoice);
                    for key in [&own, &invoice] {
                        before.take(key, part.amount);
                        after.take(key, set_off);
                    }
                    part.amount = set_off;
                }
            }
            _ => {}
        }
    }
}

/// What is to `after` as `amount` is to `before`; beyond `before` it is beyond `after` by as much.
fn share(amount: Decimal, before: Decimal, after: Decimal) -> Decimal {
    if before.is_sign_negative() || before.is_zero() {
        return amount;
    }
    if amount >= before {
        return after + (amount - before);
    }
    cents(amount * after / before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::order_book;

    fn book(country: Country) -> Vec<Record> {
        kept_in(country, &country.rates(), order_book().unwrap())
    }

    fn find(records: &[Record], id: &str) -> Record {
        records.iter().find(|record| record.id().as_str() == id).unwrap().clone()
    }

    #[test]
    fn australian_companies_have_business_numbers_with_the_right_check_digits() {
        // 51 824 753 556 is one.
        assert_eq!(business_number(&[8, 2, 4, 7, 5, 3, 5, 5, 6]), "51 824 753 556");
        let records = book(Country::Au);
        let numbers = records.iter().filter_map(|record| match record {
            Record::Customer(party) | Record::Supplier(party) => party.tax_number.clone(),
            _ => None,
        });
        let numbers: Vec<String> = numbers.collect();
        assert!(numbers.len() > 30 && numbers.iter().all(|number| number.len() == 14), "{numbers:?}");
    }

    #[test]
    fn new_zealands_book_stays_as_it_is() {
        assert_eq!(book(Country::Nz), order_book().unwrap());
    }

    #[test]
    fn every_record_but_the_foreign_one_is_in_the_countrys_currency() {
        for country in [Country::Au, Country::Us, Country::Uk] {
            let records = book(country);
            let foreign: Vec<_> = records
                .iter()
                .filter(|record| record.trade().is_some_and(|trade| trade.currency != country.currency()))
                .map(|record| record.id().to_string())
                .collect();
            assert_eq!(foreign, ["inv-5111"], "{country}");
        }
    }

    #[test]
    fn what_was_paid_in_full_is_paid_in_full_and_what_was_too_much_is_too_much() {
        let totals = |country: Country| {
            let records = book(country);
            let mut rates = country.rates();
            rates.learn(&records);
            (tally::totals(&records, &rates), records)
        };
        let (nz, original) = totals(Country::Nz);
        for country in [Country::Au, Country::Uk] {
            let (there, records) = totals(country);
            for record in &original {
                let Record::Payment(payment) = record else { continue };
                let key = payment.target.key();
                let Record::Payment(paid) = find(&records, payment.id.as_str()) else { panic!("a payment") };
                let full = payment.amount.amount == nz[&key];
                assert!(!full || paid.amount.amount == there[&key], "{country} {}", payment.id);
            }
            let Record::Payment(too_much) = find(&records, "rc-9029") else { panic!("a payment") };
            assert!(too_much.amount.amount > Decimal::from(1_000), "{too_much:?}");
        }
    }

    #[test]
    fn stated_totals_are_the_sums_of_their_lines_save_the_one_that_never_was() {
        for country in [Country::Au, Country::Us, Country::Uk] {
            let records = book(country);
            let mut rates = country.rates();
            rates.learn(&records);
            let totals = tally::totals(&records, &rates);
            for record in &records {
                let Some(total) = record.trade().and_then(|trade| trade.total) else { continue };
                let equal = totals[&record.key()] == total;
                assert_eq!(equal, record.name() != "INV-5192", "{country} {} {total}", record.name());
            }
        }
    }
}
