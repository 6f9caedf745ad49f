//! What is in the books, whoever put it there, read from an emulator's ledger.

use std::collections::BTreeMap;

use factory_accounting::model::RecordKind;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::report::Sum;

/// One record of the books, as two runs can be compared by: no ids, no times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booked {
    /// What the host would call it.
    pub kind: RecordKind,
    /// Number, code or name.
    pub name: String,
    /// Whose it is, what it settles, or to what it refers.
    pub about: String,
    /// As the package spells it.
    pub status: String,
    /// Tax included, unless the package reckoned the tax itself; zero for what has no amount.
    pub total: Decimal,
    /// Tax that the package reckoned itself, on top of the total.
    pub tax: Option<Decimal>,
}

/// Documents and money by kind.
#[must_use]
pub fn sums(books: &[Booked]) -> BTreeMap<RecordKind, Sum> {
    let mut sums: BTreeMap<RecordKind, Sum> = BTreeMap::new();
    for booked in books {
        if !booked.kind.is_party() && booked.kind != RecordKind::Product {
            let sum = sums.entry(booked.kind).or_default();
            sum.add(booked.total);
            sum.tax += booked.tax.unwrap_or_default();
        }
    }
    sums
}

/// What one side has and the other has not, one line each.
#[must_use]
pub fn differences(expected: &[Booked], found: &[Booked]) -> Vec<String> {
    let count = |side: &[Booked]| {
        let mut counts: BTreeMap<Booked, i64> = BTreeMap::new();
        for booked in side {
            *counts.entry(booked.clone()).or_default() += 1;
        }
        counts
    };
    let (expected, found) = (count(expected), count(found));
    let mut lines = Vec::new();
    for booked in expected.keys().chain(found.keys().filter(|booked| !expected.contains_key(*booked))) {
        let of = |side: &BTreeMap<Booked, i64>| side.get(booked).copied().unwrap_or_default();
        let more = of(&found) - of(&expected);
        if more != 0 {
            let Booked { kind, name, about, status, total, tax } = booked;
            let tax = tax.map(|tax| format!(" and {tax} tax")).unwrap_or_default();
            lines.push(format!("{more:+} {kind} {name} ({about}) {status} {total}{tax}"));
        }
    }
    lines
}

/// Entries of a list.
pub(crate) fn rows<'a>(value: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    value[list].as_array().into_iter().flatten()
}

/// A text, empty where there is none.
pub(crate) fn text(row: &Value, member: &str) -> String {
    row[member].as_str().unwrap_or_default().to_owned()
}

/// An amount from its own digits, never by way of arithmetic on floats.
pub(crate) fn amount(value: &Value) -> Decimal {
    let digits = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    digits.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(number: &str, total: i64) -> Booked {
        Booked {
            kind: RecordKind::Invoice,
            name: number.to_owned(),
            about: "O'Brien".to_owned(),
            status: "PAID".to_owned(),
            total: Decimal::new(total, 2),
            tax: None,
        }
    }

    #[test]
    fn a_document_twice_is_a_difference_and_so_is_a_cent() {
        let expected = [invoice("INV-1", 2_010), invoice("INV-2", 500)];
        assert_eq!(differences(&expected, &expected), Vec::<String>::new());
        let mut twice = expected.to_vec();
        twice.push(expected[1].clone());
        assert_eq!(differences(&expected, &twice).len(), 1);
        let lines = differences(&expected, &[invoice("INV-1", 2_011), invoice("INV-2", 500)]);
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn amounts_are_read_from_their_own_digits() {
        assert_eq!(amount(&serde_json::json!("20.10")).to_string(), "20.10");
        assert_eq!(amount(&serde_json::json!(10.5)).to_string(), "10.5");
    }
}
