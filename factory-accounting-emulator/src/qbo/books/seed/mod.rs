//! A new company's books: chart of accounts, tax, items, terms and settings, as a file of each country has them.
//!
//! The names of accounts and tax codes follow what real files show; their ids do not matter, and differ between
//! companies (qbo.md 5.7).

mod chart;
mod taxes;

use super::account::ACCOUNT;
use super::company::COMPANY_INFO;
use super::entity::Entity;
use super::ids::{Id, Sequence};
use super::item::ITEM;
use super::lists::{PAYMENT_METHOD, TERM};
use super::names::EMPLOYEE;
use super::preferences::PREFERENCES;
use super::record::{Node, Record};
use super::shape::{ADDRESS, EMAIL, Kind, NAME_VALUE, Shape};
use super::shelf::{Row, Shelf};
use super::tax::{EFFECTIVE_RATE, RATE_LIST, TAX_AGENCY, TAX_CODE, TAX_RATE};
use super::tax_service::rate_detail;
use super::{Books, Country};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who works in the company besides the app.
pub(super) const ADMIN: &str = "J Smith";

/// 1 July 2025, midnight UTC: when the company was made.
const BORN: i64 = 1_751_328_000;

impl Books {
    /// The books of a new company. Ids of different sequences start far apart, so that a mixed-up id finds nothing.
    pub(crate) fn seeded(country: Country, realm: u64, seed: u64) -> Self {
        let mut books = Self {
            country,
            realm,
            seed,
            shelves: Entity::all().map(|_| Arc::new(Shelf::default())).collect(),
            sequences: BTreeMap::from([
                (Sequence::Names, 57),
                (Sequence::Transactions, 1_000),
                (Sequence::Attachments, 5_000_000_000_000_504_412),
            ]),
            counters: BTreeMap::from([("sales", 1_000)]),
            contents: BTreeMap::new(),
            events: Vec::new(),
            mark: None,
        };
        books.seed_company();
        books.seed_accounts();
        books.seed_taxes();
        books.seed_items();
        books.seed_lists();
        books.seed_preferences();
        books
    }

    fn sow(&mut self, entity: Entity, body: Record) -> Id {
        let id = self.next_id(entity);
        self.sow_as(entity, id, body);
        id
    }

    fn sow_as(&mut self, entity: Entity, id: Id, body: Record) {
        let born: DateTime<Utc> = DateTime::from_timestamp(BORN, 0).unwrap_or_default();
        self.put(Row { entity, id, sync_token: 0, created: born, updated: born, voided: false, body });
    }

    fn seed_company(&mut self) {
        let (name, city, region, postcode) = match self.country {
            Country::Au => ("Hopper & Sons Pty Ltd", "Newcastle", "NSW", "2300"),
            Country::Us => ("Hopper & Sons Inc", "Fresno", "CA", "93706"),
            Country::Gb => ("Hopper & Sons Ltd", "Sheffield", "South Yorkshire", "S9 2LQ"),
            Country::Ca => ("Hopper & Sons Ltd", "Hamilton", "ON", "L8L 8A1"),
        };
        let code = self.country.code();
        let address = Record::new(&ADDRESS)
            .with("Id", "1")
            .with("Line1", "12 Foundry Road")
            .with("City", city)
            .with("Country", code)
            .with("CountrySubDivisionCode", region)
            .with("PostalCode", postcode);
        let pair = |name: &str, value: &str| Record::new(&NAME_VALUE).with("Name", name).with("Value", value);
        let months = match self.country {
            Country::Au => "July",
            Country::Gb => "April",
            Country::Us | Country::Ca => "January",
        };
        let body = Record::new(&COMPANY_INFO)
            .with("CompanyName", name)
            .with("LegalName", name)
            .with("CompanyAddr", address.clone())
            .with("LegalAddr", address.clone())
            .with("CustomerCommunicationAddr", address)
            .with("FiscalYearStartMonth", months)
            .with("Country", code)
            .with("Email", Record::new(&EMAIL).with("Address", "office@hopper.test"))
            .with("SupportedLanguages", "en")
            .with("DefaultTimeZone", self.country.time_zone())
            .with(
                "NameValue",
                vec![
                    pair("OfferingSku", "QuickBooks Online Plus"),
                    pair("SubscriptionStatus", "PAID"),
                    pair("NeoEnabled", "true"),
                    pair("PayrollFeature", "false"),
                    pair("AccountantFeature", "false"),
                    pair("ItemCategoriesFeature", "true"),
                    pair("IsQbdtMigrated", "false"),
                ],
            );
        self.sow(Entity::CompanyInfo, body);
    }

    fn seed_accounts(&mut self) {
        for (name, kind, class, subtype) in chart::of(self.country) {
            let body = Record::new(&ACCOUNT)
                .with("Name", name)
                .with("SubAccount", false)
                .with("FullyQualifiedName", name)
                .with("Active", true)
                .with("Classification", class)
                .with("AccountType", kind)
                .with("AccountSubType", subtype)
                .with("CurrentBalance", Decimal::ZERO)
                .with("CurrentBalanceWithSubAccounts", Decimal::ZERO)
                .with("CurrencyRef", self.country.currency());
            self.sow(Entity::Account, body);
        }
    }

    fn seed_taxes(&mut self) {
        let born = DateTime::from_timestamp(BORN, 0).map(|at| self.country.row_time(at)).unwrap_or_default();
        for name in taxes::agencies(self.country) {
            let body = Record::new(&TAX_AGENCY)
                .with("DisplayName", *name)
                .with("TaxTrackedOnPurchases", !self.country.is_us())
                .with("TaxTrackedOnSales", true)
                .with("TaxAgencyConfig", "SYSTEM_GENERATED");
            self.sow(Entity::TaxAgency, body);
        }
        for rate in taxes::rates(self.country) {
            let since =
                Record::new(&EFFECTIVE_RATE).with("RateValue", rate.percent()).with("EffectiveDate", born.as_str());
            let body = Record::new(&TAX_RATE)
                .with("Name", rate.name)
                .with("Description", rate.name)
                .with("Active", true)
                .with("RateValue", rate.percent())
                .with("AgencyRef", Id::Number(rate.agency))
                .with("EffectiveTaxRate", vec![since])
                .with("SpecialTaxType", if rate.percent().is_zero() { "ZERO_RATE" } else { "NONE" })
                .with("DisplayType", "ReadOnly");
            self.sow(Entity::TaxRate, body);
        }
        if self.country.is_us() {
            // The two words of US files omit Active (qbo.md 5.7).
            for (id, name, taxable) in [(Id::Tax, "TAX", true), (Id::Non, "NON", false)] {
                let body = Record::new(&TAX_CODE)
                    .with("Name", name)
                    .with("Description", if taxable { "Taxable" } else { "Nontaxable" })
                    .with("Taxable", taxable)
                    .with("TaxGroup", false)
                    .with("TaxCodeConfigType", "SYSTEM_GENERATED");
                self.sow_as(Entity::TaxCode, id, body);
            }
        }
        for code in taxes::codes(self.country) {
            let list = |rates: &[u64]| {
                let details = rates.iter().map(|rate| rate_detail(Id::Number(*rate))).collect::<Vec<_>>();
                Record::new(&RATE_LIST).with("TaxRateDetail", details)
            };
            let body = Record::new(&TAX_CODE)
                .with("Name", code.name)
                .with("Description", code.description)
                .with("Active", true)
                .with("Hidden", false)
                .with("Taxable", true)
                .with("TaxGroup", true)
                .with("SalesTaxRateList", list(code.sales))
                .with("PurchaseTaxRateList", list(code.purchases))
                .with("TaxCodeConfigType", "SYSTEM_GENERATED");
            self.sow(Entity::TaxCode, body);
        }
    }

    fn seed_items(&mut self) {
        let income = self.account_of_subtype("ServiceFeeIncome");
        let expense = self.account_of_subtype("SuppliesMaterialsCogs");
        let code = self.shelf(Entity::TaxCode).rows().find(|row| Some(row.id) == taxes::standard(self.country));
        let code = code.map(|row| row.id);
        for name in ["Services", "Hours"] {
            let mut body = Record::new(&ITEM)
                .with("Name", name)
                .with("Active", true)
                .with("SubItem", false)
                .with("Level", Decimal::ZERO)
                .with("FullyQualifiedName", name)
                .with("Taxable", !self.country.is_us())
                .with("UnitPrice", Decimal::ZERO)
                .with("Type", "Service")
                .with("PurchaseCost", Decimal::ZERO)
                .with("TrackQtyOnHand", false);
            body.set_or_clear("IncomeAccountRef", income);
            body.set_or_clear("ExpenseAccountRef", expense);
            body.set_or_clear("SalesTaxCodeRef", code);
            body.set_or_clear("PurchaseTaxCodeRef", code);
            self.sow(Entity::Item, body);
        }
    }

    fn seed_lists(&mut self) {
        for (name, days) in [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)] {
            let body = Record::new(&TERM)
                .with("Name", name)
                .with("Active", true)
                .with("Type", "STANDARD")
                .with("DiscountPercent", Decimal::ZERO)
                .with("DueDays", Decimal::from(days));
            self.sow(Entity::Term, body);
        }
        let cheque = if self.country.is_us() { "Check" } else { "Cheque" };
        let methods = [
            ("Cash", "NON_CREDIT_CARD"),
            (cheque, "NON_CREDIT_CARD"),
            ("Visa", "CREDIT_CARD"),
            ("Bank transfer", "NON_CREDIT_CARD"),
        ];
        for (name, kind) in methods {
            let body = Record::new(&PAYMENT_METHOD).with("Name", name).with("Active", true).with("Type", kind);
            self.sow(Entity::PaymentMethod, body);
        }
        let employee = Record::new(&EMPLOYEE)
            .with("GivenName", "Emily")
            .with("FamilyName", "Platt")
            .with("DisplayName", "Emily Platt")
            .with("PrintOnCheckName", "Emily Platt")
            .with("BillableTime", false)
            .with("Active", true);
        self.sow(Entity::Employee, employee);
    }

    fn seed_preferences(&mut self) {
        let us = self.country.is_us();
        let month = match self.country {
            Country::Au => "July",
            Country::Gb => "April",
            Country::Us | Country::Ca => "January",
        };
        let accounting = [("UseAccountNumbers", false), ("TrackDepartments", true), ("ClassTrackingPerTxn", false)];
        let sales = [
            ("UsingProgressInvoicing", false),
            ("CustomTxnNumbers", false),
            ("EmailCopyToCompany", false),
            ("AllowDeposit", true),
            ("AllowDiscount", true),
            ("AllowEstimates", true),
            ("ETransactionPaymentEnabled", false),
            ("AllowServiceDate", true),
            ("AllowShipping", true),
            ("AutoApplyCredit", false),
        ];
        let purchases = [("TrackingByCustomer", true), ("BillableExpenseTracking", true)];
        let products =
            [("ForSales", true), ("ForPurchase", true), ("QuantityWithPriceAndRate", true), ("QuantityOnHand", true)];
        let time = [("UseServices", true), ("BillCustomers", true)];
        let taxes: &[(&str, bool)] =
            if us { &[("UsingSalesTax", true), ("PartnerTaxEnabled", true)] } else { &[("UsingSalesTax", true)] };
        let names = [
            ("SalesFormsPrefs.DefaultCustomerMessage", "Thank you for your business."),
            ("VendorAndPurchasesPrefs.UseCustomTxnNumbers", "false"),
            ("WarnDuplicateBillNumber", "true"),
            ("ProjectsEnabled", "true"),
        ];
        let pair = |(name, value): (&str, &str)| Record::new(&NAME_VALUE).with("Name", name).with("Value", value);
        let body = Record::new(&PREFERENCES)
            .with(
                "AccountingInfoPrefs",
                section("AccountingInfoPrefs", &accounting)
                    .with("ClassTrackingPerTxnLine", true)
                    .with("DepartmentTerminology", "Location")
                    .with("FirstMonthOfFiscalYear", month)
                    .with("TaxYearMonth", month)
                    .with("CustomerTerminology", "Customers"),
            )
            .with("ProductAndServicesPrefs", section("ProductAndServicesPrefs", &products))
            .with(
                "SalesFormsPrefs",
                section("SalesFormsPrefs", &sales)
                    .with("DefaultTerms", Id::Number(3))
                    .with("DefaultCustomerMessage", "Thank you for your business."),
            )
            .with("VendorAndPurchasesPrefs", section("VendorAndPurchasesPrefs", &purchases))
            .with("TimeTrackingPrefs", section("TimeTrackingPrefs", &time).with("WorkWeekStartDate", "Monday"))
            .with("TaxPrefs", section("TaxPrefs", taxes))
            .with(
                "CurrencyPrefs",
                section("CurrencyPrefs", &[("MultiCurrencyEnabled", false)])
                    .with("HomeCurrency", self.country.currency()),
            )
            .with("OtherPrefs", section("OtherPrefs", &[]).with("NameValue", names.map(pair).to_vec()));
        self.sow(Entity::Preferences, body);
    }
}

/// A section of the preferences with its flags.
fn section(name: &str, flags: &[(&str, bool)]) -> Record {
    let shape: &'static Shape = match PREFERENCES.field_at(name).map(|field| &field.kind) {
        Some(Kind::Record(shape)) => shape,
        _ => &PREFERENCES,
    };
    let mut record = Record::new(shape);
    for (name, value) in flags {
        record.set(name, Node::Flag(*value));
    }
    record
}
