//! What a new organisation holds (xero.md 11.5), one look-alike per region.

use super::Books;
use super::account::Account;
use super::history::History;
use super::ids::Ids;
use super::organisation::{Currency, Organisation, Theme};
use super::shelf::Shelf;
use super::tax_rate::{Component, TaxRate};
use super::tracking::{Category, TrackingOption};
use super::zone::Region;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Code, name, type, tax by [`Tax`], system account, payments enabled.
type AccountRow = (&'static str, &'static str, &'static str, Tax, Option<&'static str>, bool);

#[derive(Clone, Copy)]
enum Tax {
    Sales,
    Purchases,
    None,
}

const ACCOUNTS: [AccountRow; 16] = [
    ("090", "Business Bank Account", "BANK", Tax::None, None, false),
    ("091", "Business Savings Account", "BANK", Tax::None, None, false),
    ("200", "Sales", "REVENUE", Tax::Sales, None, false),
    ("260", "Other Revenue", "REVENUE", Tax::Sales, None, false),
    ("300", "Purchases", "DIRECTCOSTS", Tax::Purchases, None, false),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", Tax::Purchases, None, false),
    ("400", "Advertising", "EXPENSE", Tax::Purchases, None, false),
    ("429", "General Expenses", "EXPENSE", Tax::Purchases, None, false),
    ("610", "Accounts Receivable", "CURRENT", Tax::None, Some("DEBTORS"), false),
    ("630", "Inventory", "INVENTORY", Tax::None, None, false),
    ("800", "Accounts Payable", "CURRLIAB", Tax::None, Some("CREDITORS"), false),
    ("820", "GST", "CURRLIAB", Tax::None, Some("GST"), false),
    ("840", "Historical Adjustment", "CURRLIAB", Tax::None, Some("HISTORICAL"), false),
    ("860", "Rounding", "CURRLIAB", Tax::None, Some("ROUNDING"), false),
    ("880", "Owner A Drawings", "EQUITY", Tax::None, None, false),
    ("970", "Owner A Funds Introduced", "EQUITY", Tax::None, None, true),
];

const EVERY_CLASS: &[&str] = &["ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"];
const INCOME: &[&str] = &["ASSET", "EQUITY", "LIABILITY", "REVENUE"];
const SPENDING: &[&str] = &["ASSET", "EQUITY", "EXPENSE", "LIABILITY"];

/// TaxType, name, per cent with one decimal as an integer, classes, active.
type RateRow = (&'static str, &'static str, i64, &'static [&'static str], bool);

const NZ_RATES: [RateRow; 7] = [
    ("OUTPUT2", "15% GST on Income", 150, INCOME, true),
    ("INPUT2", "15% GST on Expenses", 150, SPENDING, true),
    ("ZERORATED", "Zero Rated", 0, EVERY_CLASS, true),
    ("GSTONIMPORTS", "GST on Imports", 0, &["LIABILITY"], true),
    ("NONE", "No GST", 0, EVERY_CLASS, true),
    ("INPUT", "Old GST on Expenses", 125, SPENDING, false),
    ("OUTPUT", "Old GST on Income", 125, INCOME, false),
];

const AU_RATES: [RateRow; 9] = [
    ("OUTPUT", "GST on Income", 100, INCOME, true),
    ("INPUT", "GST on Expenses", 100, SPENDING, true),
    ("CAPEXINPUT", "GST on Capital", 100, SPENDING, true),
    ("EXEMPTOUTPUT", "GST Free Income", 0, INCOME, true),
    ("EXEMPTEXPENSES", "GST Free Expenses", 0, SPENDING, true),
    ("EXEMPTEXPORT", "GST Free Exports", 0, INCOME, true),
    ("BASEXCLUDED", "BAS Excluded", 0, EVERY_CLASS, true),
    ("GSTONIMPORTS", "GST on Imports", 0, &["LIABILITY"], true),
    ("NONE", "No Tax", 0, EVERY_CLASS, true),
];

const UK_RATES: [RateRow; 9] = [
    ("OUTPUT2", "20% (VAT on Income)", 200, INCOME, true),
    ("INPUT2", "20% (VAT on Expenses)", 200, SPENDING, true),
    ("RROUTPUT", "5% (VAT on Income)", 50, INCOME, true),
    ("RRINPUT", "5% (VAT on Expenses)", 50, SPENDING, true),
    ("ZERORATEDOUTPUT", "Zero Rated Income", 0, INCOME, true),
    ("ZERORATEDINPUT", "Zero Rated Expenses", 0, SPENDING, true),
    ("EXEMPTOUTPUT", "Exempt Income", 0, INCOME, true),
    ("EXEMPTINPUT", "Exempt Expenses", 0, SPENDING, true),
    ("NONE", "No VAT", 0, EVERY_CLASS, true),
];

impl Books {
    /// New books of a region; ids follow from the seed alone.
    pub(crate) fn seeded(region: Region, tenant_id: Uuid, seed: u64) -> Self {
        let mut ids = Ids::seeded(seed);
        let born = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN).and_utc();
        let organisation = organisation(region);
        let (sales, purchases, rates): (_, _, &[RateRow]) = match region {
            Region::Nz => ("OUTPUT2", "INPUT2", &NZ_RATES),
            Region::Au => ("OUTPUT", "INPUT", &AU_RATES),
            Region::Uk => ("OUTPUT2", "INPUT2", &UK_RATES),
        };
        let mut accounts = Shelf::default();
        for row in ACCOUNTS {
            accounts.put(account(row, sales, purchases, organisation.base_currency, &mut ids, born));
        }
        let mut tax_rates = Shelf::default();
        for row in rates {
            tax_rates.put(tax_rate(row, &mut ids, born));
        }
        let mut tracking = Shelf::default();
        tracking.put(Category {
            id: ids.next(),
            name: "Region".to_owned(),
            status: "ACTIVE",
            options: ["North", "South", "Eastside", "West Coast"]
                .into_iter()
                .map(|name| TrackingOption { id: ids.next(), name: name.to_owned(), status: "ACTIVE" })
                .collect(),
            updated: born,
        });
        let theme = Theme { id: ids.next(), name: "Standard".to_owned(), sort_order: 0 };
        Self {
            region,
            tenant_id,
            ids,
            born,
            currencies: currencies(region),
            organisation,
            accounts,
            tax_rates,
            custom_rates: 0,
            themes: vec![theme],
            tracking,
            contacts: Shelf::default(),
            contact_groups: Shelf::default(),
            items: Shelf::default(),
            invoices: Shelf::default(),
            credit_notes: Shelf::default(),
            orders: Shelf::default(),
            quotes: Shelf::default(),
            payments: Shelf::default(),
            batches: Shelf::default(),
            credits: Shelf::default(),
            allocations: Shelf::default(),
            linked_transactions: Shelf::default(),
            attachments: BTreeMap::new(),
            history: History::default(),
            counters: BTreeMap::new(),
            events: Vec::new(),
        }
    }
}

fn organisation(region: Region) -> Organisation {
    let (name, version, base_currency, country, timezone, year_end, multicurrency) = match region {
        Region::Nz => ("Demo Company (NZ)", "NZ", "NZD", "NZ", "NEWZEALANDSTANDARDTIME", (31, 3), false),
        Region::Au => ("Demo Company (AU)", "AU", "AUD", "AU", "AUSEASTERNSTANDARDTIME", (30, 6), true),
        Region::Uk => ("Demo Company (UK)", "UK", "GBP", "GB", "GMTSTANDARDTIME", (31, 3), false),
    };
    Organisation {
        name: name.to_owned(),
        version,
        base_currency,
        country,
        timezone,
        class: "DEMO".to_owned(),
        short_code: format!("!{version}demo"),
        year_end,
        period_lock: NaiveDate::from_ymd_opt(2009, 9, 30),
        year_lock: None,
        multicurrency,
    }
}

fn currencies(region: Region) -> Vec<Currency> {
    let all: &[(&str, &str)] = match region {
        Region::Nz => &[("NZD", "New Zealand Dollar")],
        Region::Au => &[
            ("AUD", "Australian Dollar"),
            ("NZD", "New Zealand Dollar"),
            ("USD", "United States Dollar"),
            ("EUR", "Euro"),
            ("GBP", "British Pound"),
        ],
        Region::Uk => &[("GBP", "British Pound")],
    };
    all.iter()
        .map(|(code, description)| Currency { code: (*code).to_owned(), description: (*description).to_owned() })
        .collect()
}

fn account(
    (code, name, kind, tax, system, payments_enabled): AccountRow,
    sales: &str,
    purchases: &str,
    currency: &str,
    ids: &mut Ids,
    updated: DateTime<Utc>,
) -> Account {
    let tax_type = match tax {
        Tax::Sales => sales,
        Tax::Purchases => purchases,
        Tax::None => "NONE",
    };
    let is_bank = kind == "BANK";
    Account {
        id: ids.next(),
        code: code.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        status: "ACTIVE",
        description: String::new(),
        tax_type: tax_type.to_owned(),
        bank_number: if is_bank { format!("0208000{code}00{code}") } else { String::new() },
        currency: if is_bank { currency.to_owned() } else { String::new() },
        payments_enabled,
        show_in_claims: false,
        system,
        updated,
    }
}

fn tax_rate((tax_type, name, tenths, classes, active): &RateRow, ids: &mut Ids, updated: DateTime<Utc>) -> TaxRate {
    let component =
        Component { name: "Tax".to_owned(), rate: Decimal::new(*tenths, 1), compound: false, non_recoverable: false };
    TaxRate {
        id: ids.next(),
        name: (*name).to_owned(),
        tax_type: (*tax_type).to_owned(),
        report: if tax_type.starts_with("IN") { "INPUT" } else { "OUTPUT" }.to_owned(),
        status: if *active { "ACTIVE" } else { "DELETED" },
        components: vec![component],
        classes: classes.to_vec(),
        system: true,
        updated,
    }
}
