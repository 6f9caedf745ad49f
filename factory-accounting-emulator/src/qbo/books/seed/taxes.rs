//! Agencies, rates and codes of each country's files (qbo.md 5.7, 12).

use crate::qbo::books::Country;
use crate::qbo::books::ids::Id;
use rust_decimal::Decimal;

/// A rate; its id is its place in the list, counted from 1.
pub(super) struct Rate {
    pub(super) name: &'static str,
    /// Thousandths of a percent.
    millis: i64,
    pub(super) agency: u64,
}

impl Rate {
    pub(super) fn percent(&self) -> Decimal {
        Decimal::new(self.millis, 3).normalize()
    }
}

/// A code with the ids of its rates; its own id is its place in the list, counted from 1.
pub(super) struct Code {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) sales: &'static [u64],
    pub(super) purchases: &'static [u64],
}

const fn rate(name: &'static str, millis: i64, agency: u64) -> Rate {
    Rate { name, millis, agency }
}

const fn code(name: &'static str, description: &'static str, sales: &'static [u64], purchases: &'static [u64]) -> Code {
    Code { name, description, sales, purchases }
}

pub(super) fn agencies(country: Country) -> &'static [&'static str] {
    match country {
        Country::Au => &["Australian Taxation Office"],
        Country::Us => &[
            "California Department of Tax and Fee Administration",
            "Arizona Department of Revenue",
            "New York Department of Taxation and Finance",
            "Texas Comptroller of Public Accounts",
        ],
        Country::Gb => &["HM Revenue & Customs (VAT)"],
        Country::Ca => &["Canada Revenue Agency", "Ministry of Finance (British Columbia)", "Revenu Québec"],
    }
}

pub(super) fn rates(country: Country) -> &'static [Rate] {
    match country {
        Country::Au => AU_RATES,
        Country::Us => US_RATES,
        Country::Gb => GB_RATES,
        Country::Ca => CA_RATES,
    }
}

pub(super) fn codes(country: Country) -> &'static [Code] {
    match country {
        Country::Au => AU_CODES,
        Country::Us => US_CODES,
        Country::Gb => GB_CODES,
        Country::Ca => CA_CODES,
    }
}

/// The code that new items get.
pub(super) fn standard(country: Country) -> Option<Id> {
    match country {
        Country::Au => Some(Id::Number(5)),
        Country::Us => None,
        Country::Gb => Some(Id::Number(2)),
        Country::Ca => Some(Id::Number(5)),
    }
}

const AU_RATES: &[Rate] = &[
    rate("GST free (sales)", 0, 1),
    rate("GST free (purchases)", 0, 1),
    rate("GST (sales)", 10_000, 1),
    rate("GST (purchases)", 10_000, 1),
    rate("Input tax (sales)", 0, 1),
    rate("Input tax (purchases)", 0, 1),
    rate("GST on capital (purchases)", 10_000, 1),
    rate("GST-free on capital (purchases)", 0, 1),
    rate("Export GST-free (sales)", 0, 1),
];

const AU_CODES: &[Code] = &[
    code("BAS Excluded", "BAS Excluded", &[], &[]),
    code("GST free", "GST free", &[1], &[2]),
    code("Input tax", "Input taxed", &[5], &[6]),
    code("Export", "GST-free export", &[9], &[]),
    code("GST", "GST", &[3], &[4]),
    code("GST-free on capital", "GST-free on capital", &[], &[8]),
    code("GST on capital", "GST on capital", &[], &[7]),
];

const US_RATES: &[Rate] = &[
    rate("California State", 7_250, 1),
    rate("Arizona State", 5_600, 2),
    rate("New York State", 4_000, 3),
    rate("New York City", 4_875, 3),
    rate("Texas State", 6_250, 4),
];

/// What automated sales tax answers with; the description is the state.
const US_CODES: &[Code] = &[
    code("California", "CA", &[1], &[]),
    code("Arizona", "AZ", &[2], &[]),
    code("New York", "NY", &[3, 4], &[]),
    code("Texas", "TX", &[5], &[]),
];

const GB_RATES: &[Rate] = &[
    rate("20.0% S (sales)", 20_000, 1),
    rate("20.0% S (purchases)", 20_000, 1),
    rate("5.0% R (sales)", 5_000, 1),
    rate("5.0% R (purchases)", 5_000, 1),
    rate("0.0% Z (sales)", 0, 1),
    rate("0.0% Z (purchases)", 0, 1),
    rate("Exempt (sales)", 0, 1),
    rate("Exempt (purchases)", 0, 1),
];

const GB_CODES: &[Code] = &[
    code("No VAT", "No VAT", &[], &[]),
    code("20.0% S", "Standard rate", &[1], &[2]),
    code("5.0% R", "Reduced rate", &[3], &[4]),
    code("0.0% Z", "Zero rate", &[5], &[6]),
    code("Exempt", "Exempt", &[7], &[8]),
];

const CA_RATES: &[Rate] = &[
    rate("GST", 5_000, 1),
    rate("GST (ITC)", 5_000, 1),
    rate("HST (ON)", 13_000, 1),
    rate("HST (ON) (ITC)", 13_000, 1),
    rate("Zero-rated", 0, 1),
    rate("Zero-rated (Purchases)", 0, 1),
    rate("Exempt", 0, 1),
    rate("Exempt (Purchases)", 0, 1),
    rate("PST (BC)", 7_000, 2),
    rate("PST (BC) (Purchases)", 7_000, 2),
    rate("QST", 9_975, 3),
    rate("QST (ITR)", 9_975, 3),
];

const CA_CODES: &[Code] = &[
    code("Out of Scope", "Out of scope", &[], &[]),
    code("Exempt", "Exempt", &[7], &[8]),
    code("Zero-rated", "Zero-rated", &[5], &[6]),
    code("GST", "GST", &[1], &[2]),
    code("HST ON", "Ontario HST", &[3], &[4]),
    code("GST/PST BC", "British Columbia GST and PST", &[1, 9], &[2, 10]),
    code("GST/QST QC - 9.975", "Quebec GST and QST", &[1, 11], &[2, 12]),
];
