//! A file as it is on its first day: chart, tax codes, jobs, categories, items, one employee, preferences
//! (myob.md 12.2).

mod chart;

use super::record::Record;
use super::settings::{CategoryTracking, Settings};
use super::shape::Kind;
use super::table::Table;
use super::{Books, Context, Country};
use crate::myob::switches::Switches;
use crate::seeded::Seeded;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// When the seeded rows were made.
fn founded() -> DateTime<Utc> {
    DateTime::from_timestamp(1_719_792_000, 0).unwrap_or_default()
}

/// Number, name, price, cost, and what it is.
const ITEMS: [(&str, &str, &str, &str, Use); 8] = [
    ("BRK90", "Bracket 90", "4.25", "1.80", Use::Stocked),
    ("PLT10", "Base plate 10 mm", "38.50", "17.20", Use::Stocked),
    ("BOLT-M12", "Bolt M12 galvanised", "0.85", "0.31", Use::Stocked),
    ("STL-RHS50", "Steel RHS 50x50", "96.00", "54.75", Use::Stocked),
    ("LABOUR", "Workshop labour", "95.00", "0", Use::Service),
    ("WELDING", "Welding", "110.00", "0", Use::Service),
    ("FREIGHT", "Freight and handling", "0", "0", Use::Service),
    ("SUBCON", "Subcontract work", "0", "85.00", Use::Bought),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Bought, sold and counted.
    Stocked,
    /// Sold.
    Service,
    /// Bought and sold, not counted.
    Bought,
}

impl Books {
    /// The books of a new file; one seed and id give the same bytes each time.
    pub(crate) fn seeded(country: Country, id: Uuid, seed: u64) -> Self {
        let (high, low) = id.as_u64_pair();
        let seed = seed ^ high ^ low;
        let mut serials = Seeded::new(seed, "myob serial");
        let serial = serials.uuid().as_u64_pair().0 % 100_000_000_000;
        let beginning = match country {
            Country::Au => NaiveDate::from_ymd_opt(2024, 7, 1),
            Country::Nz => NaiveDate::from_ymd_opt(2024, 4, 1),
        };
        let company_name = match country {
            Country::Au => "Stub Fabrication Pty Ltd",
            Country::Nz => "Stub Fabrication Limited",
        };
        let mut books = Self {
            country,
            settings: Settings {
                company_name: company_name.to_owned(),
                serial_number: format!("6{serial:011}"),
                read_only: false,
                offline: false,
                checked_out: None,
                category_tracking: CategoryTracking::Off,
                must_reverse: false,
                lock_before: None,
                beginning: beginning.unwrap_or_default(),
                freight_account: true,
                undeposited: Uuid::nil(),
                prefer_undeposited: false,
                due_days: 30,
            },
            shelves: vec![Arc::default(); Table::COUNT],
            derived: Arc::default(),
            gone: Arc::default(),
            files: Arc::default(),
            counters: BTreeMap::new(),
            uids: Seeded::new(seed, "myob uids"),
            versions: Seeded::new(seed, "myob row versions"),
            warnings: Vec::new(),
            mark: None,
        };
        books.settle();
        books
    }

    fn settle(&mut self) {
        let switches = Switches::default();
        let ctx =
            Context { now: founded(), country: self.country, switches: &switches, base: "", uris: false, person: true };
        self.seed_chart(&ctx);
        self.seed_tax_codes(&ctx);
        self.seed_jobs(&ctx);
        self.seed_items(&ctx);
        let employee = Record::new(Table::Employee.shape())
            .with("FirstName", "Mary")
            .with("LastName", "Jones")
            .with("IsIndividual", true)
            .with("DisplayID", "EMP00001")
            .with("IsActive", true);
        self.seed(Table::Employee, employee, &ctx);
    }

    fn seed(&mut self, table: Table, body: Record, ctx: &Context<'_>) -> Uuid {
        let uid = self.uids.uuid();
        self.put_new(table, uid, body, ctx);
        uid
    }

    fn seed_chart(&mut self, ctx: &Context<'_>) {
        let mut header = None;
        for (number, name, kind, class, is_header) in chart::of(self.country) {
            let digits = number.rsplit('-').next().unwrap_or_default();
            let mut body = Record::new(Table::Account.shape())
                .with("Name", name)
                .with("DisplayID", number)
                .with("Classification", class)
                .with("Number", digits.parse::<Decimal>().unwrap_or_default())
                .with("IsActive", true)
                .with("Level", Decimal::from(if is_header { 1 } else { 2 }))
                .with("IsHeader", is_header);
            if !kind.is_empty() {
                body.set("Type", kind);
            }
            if let (Some(header), false) = (header, is_header) {
                body.link_to("ParentAccount", header);
            }
            let uid = self.seed(Table::Account, body, ctx);
            if is_header {
                header = Some(uid);
            }
            if number == chart::UNDEPOSITED {
                self.settings.undeposited = uid;
            }
        }
    }

    fn account(&self, number: &str) -> Uuid {
        self.shelf(Table::Account).find("DisplayID", number).next().map(|row| row.uid).unwrap_or_default()
    }

    fn tax_code(&self, code: &str) -> Uuid {
        self.shelf(Table::TaxCode).find("Code", code).next().map(|row| row.uid).unwrap_or_default()
    }

    fn seed_tax_codes(&mut self, ctx: &Context<'_>) {
        let codes: &[(&str, &str, &str, i64)] = match self.country {
            Country::Au => &[
                ("GST", "Goods & Services Tax", "GST_VAT", 10),
                ("FRE", "GST Free", "GST_VAT", 0),
                ("N-T", "Not Reportable", "GST_VAT", 0),
                ("CAP", "Capital Acquisitions", "GST_VAT", 10),
                ("EXP", "GST Free Exports", "GST_VAT", 0),
                ("INP", "Input Taxed", "InputTaxed", 0),
                ("DUT", "Import Duty", "ImportDuty", 5),
                ("GCN", "GST Consolidated", "Consolidated", 10),
            ],
            Country::Nz => &[
                ("S15", "GST 15%", "GST_VAT", 15),
                ("Z", "Zero Rated", "GST_VAT", 0),
                ("E", "Exempt", "GST_VAT", 0),
                ("N-T", "Not Reportable", "GST_VAT", 0),
                ("INP", "Input Taxed", "InputTaxed", 0),
                ("DUT", "Import Duty", "ImportDuty", 5),
            ],
        };
        let (collected, paid) = (self.account("2-1310"), self.account("2-1330"));
        for (code, description, kind, rate) in codes {
            let body = Record::new(Table::TaxCode.shape())
                .with("Code", *code)
                .with("Description", *description)
                .with("Type", *kind)
                .with("Rate", Decimal::from(*rate))
                .with_link("TaxCollectedAccount", collected)
                .with_link("TaxPaidAccount", paid);
            self.seed(Table::TaxCode, body, ctx);
        }
    }

    fn seed_jobs(&mut self, ctx: &Context<'_>) {
        let job = |number: &str, name: &str| {
            Record::new(Table::Job.shape()).with("Number", number).with("Name", name).with("IsActive", true)
        };
        let header = self.seed(Table::Job, job("1000", "Workshop").with("IsHeader", true), ctx);
        for (number, name) in [("1042", "Mill Road frames"), ("1043", "Harbour gantry")] {
            self.seed(Table::Job, job(number, name).with_link("ParentJob", header), ctx);
        }
        for (id, name) in [("FAB", "Fabrication"), ("INST", "Installation")] {
            let category = Record::new(Table::Category.shape());
            self.seed(Table::Category, category.with("DisplayID", id).with("Name", name).with("IsActive", true), ctx);
        }
    }

    fn seed_items(&mut self, ctx: &Context<'_>) {
        let gst = self.tax_code(if self.country == Country::Au { "GST" } else { "S15" });
        let shape = |name: &str| {
            Table::Item.shape().fields.iter().find(|field| field.name == name).and_then(|field| match field.kind {
                Kind::Record(shape) => Some(shape),
                _ => None,
            })
        };
        let (Some(buying), Some(selling)) = (shape("BuyingDetails"), shape("SellingDetails")) else { return };
        for (number, name, price, cost, used) in ITEMS {
            let price: Decimal = price.parse().unwrap_or_default();
            let mut body = Record::new(Table::Item.shape())
                .with("Number", number)
                .with("Name", name)
                .with("IsActive", true)
                .with("BaseSellingPrice", price)
                .with("IsBought", used != Use::Service)
                .with("IsSold", true)
                .with("IsInventoried", used == Use::Stocked)
                .with_link("IncomeAccount", self.account("4-1000"))
                .with(
                    "SellingDetails",
                    Record::new(selling)
                        .with("BaseSellingPrice", price)
                        .with("ItemsPerSellingUnit", Decimal::ONE)
                        .with_link("TaxCode", gst)
                        .with("CalculateSalesTaxOn", "ActualSellingPrice"),
                );
            if used != Use::Service {
                let cost: Decimal = cost.parse().unwrap_or_default();
                let details = Record::new(buying).with("StandardCost", cost).with("ItemsPerBuyingUnit", Decimal::ONE);
                body.set("BuyingDetails", details.with_link("TaxCode", gst));
            }
            match used {
                Use::Stocked => {
                    body.link_to("CostOfSalesAccount", self.account("5-1000"));
                    body.link_to("AssetAccount", self.account("1-1300"));
                }
                Use::Bought => body.link_to("ExpenseAccount", self.account("5-1200")),
                Use::Service => {}
            }
            let uid = self.seed(Table::Item, body, ctx);
            if used == Use::Stocked {
                Arc::make_mut(&mut self.derived).open_stock(uid, Decimal::from(500));
            }
        }
    }
}
