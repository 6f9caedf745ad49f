//! A trading company's books that nobody here wrote, turned into records: the Northwind sample, one JSON object a line,
//! `table` says which.
//!
//! Each shipped order becomes an invoice with its freight as a line of its own and discounts by rate; each unshipped one
//! an order; what is on order from suppliers a purchase order for each supplier. The sample names neither currency nor
//! tax nor purchase prices: documents are in the organisation's own currency, without tax, and purchase orders are at
//! list price.

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;

use chrono::{Days, Months, NaiveDate};
use factory_accounting::model::{
    Address, AddressKind, ContactPerson, Discount, Invoice, ItemLine, Line, Order, Party, PriceSide, Product,
    PurchaseOrder, Record, References, TaxMode,
};
use factory_accounting::money::{Currency, Quantity, Rate, UnitPrice};
use factory_accounting::settings::{Accounts, HostNumberLine, ReferenceField, Settings};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::package::Place;

/// How the sample is read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Currency of every amount.
    pub currency: Currency,
    /// Years by which every date is moved. The sample is of 1996 to 1998, which any real organisation has long closed; 28
    /// years later every day falls on the same day of the week.
    pub years_later: u32,
}

/// A line that could not be turned into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, counting from 1.
    pub number: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.reason)
    }
}

#[derive(Deserialize)]
#[serde(tag = "table", rename_all = "lowercase")]
enum Row {
    Customer(CompanyRow),
    Supplier(CompanyRow),
    Product(ProductRow),
    Order(OrderRow),
}

#[derive(Deserialize)]
struct CompanyRow {
    #[serde(rename = "CustomerID", alias = "SupplierID")]
    id: Id,
    #[serde(rename = "CompanyName")]
    name: String,
    #[serde(rename = "ContactName")]
    contact: Option<String>,
    #[serde(rename = "Address")]
    address: Option<String>,
    #[serde(rename = "City")]
    city: Option<String>,
    #[serde(rename = "Region")]
    region: Option<String>,
    #[serde(rename = "PostalCode")]
    postal_code: Option<String>,
    #[serde(rename = "Country")]
    country: Option<String>,
    #[serde(rename = "Phone")]
    phone: Option<String>,
}

/// Customers have letters, suppliers numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text.trim()),
            Self::Number(number) => number.fmt(f),
        }
    }
}

#[derive(Deserialize)]
struct ProductRow {
    #[serde(rename = "ProductID")]
    id: u64,
    #[serde(rename = "ProductName")]
    name: String,
    #[serde(rename = "SupplierID")]
    supplier: Option<u64>,
    #[serde(rename = "QuantityPerUnit")]
    unit: Option<String>,
    #[serde(rename = "UnitPrice")]
    price: Decimal,
    #[serde(rename = "UnitsOnOrder")]
    on_order: u64,
}

#[derive(Deserialize)]
struct OrderRow {
    #[serde(rename = "OrderID")]
    id: u64,
    #[serde(rename = "CustomerID")]
    customer: String,
    #[serde(rename = "OrderDate")]
    ordered: String,
    #[serde(rename = "ShippedDate")]
    shipped: Option<String>,
    #[serde(rename = "Freight")]
    freight: Decimal,
    #[serde(rename = "ShipName")]
    ship_name: Option<String>,
    #[serde(rename = "ShipAddress")]
    ship_address: Option<String>,
    #[serde(rename = "ShipCity")]
    ship_city: Option<String>,
    #[serde(rename = "ShipCountry")]
    ship_country: Option<String>,
    lines: Vec<OrderLine>,
}

#[derive(Deserialize)]
struct OrderLine {
    #[serde(rename = "ProductID")]
    product: u64,
    #[serde(rename = "UnitPrice")]
    price: Decimal,
    #[serde(rename = "Quantity")]
    quantity: u64,
    #[serde(rename = "Discount")]
    discount: Decimal,
}

/// Settings for it: those of the workshop, but with neither tax nor start, and with purchases to 300.
///
/// # Errors
/// Somebody has edited the workshop's settings into something else.
pub fn settings(place: Place) -> anyhow::Result<Settings> {
    let workshop = place.settings()?;
    Ok(Settings {
        accounts: Accounts { purchases: Some(place.account("300").to_owned()), ..workshop.accounts },
        items: workshop.items,
        reference: ReferenceField::SiteAddress,
        host_number_line: HostNumberLine { enabled: true, host_name: "Northwind".to_owned() },
        ..Settings::default()
    })
}

/// The records of a sample, in its order; purchase orders come last. Lines that cannot be read take their place.
pub fn records(reader: impl BufRead, options: Options) -> Vec<Result<Record, BadLine>> {
    let mut maker = Maker { options, products: BTreeMap::new(), latest: NaiveDate::MIN };
    let mut records = Vec::new();
    for (number, line) in (1..).zip(reader.lines()) {
        let bad = |reason: String| BadLine { number, reason };
        let row = match line.map_err(|error| bad(error.to_string())) {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => serde_json::from_str(&line).map_err(|error| bad(error.to_string())),
            Err(unreadable) => Err(unreadable),
        };
        records.push(row.and_then(|row| maker.record(row).map_err(bad)));
    }
    records.extend(maker.purchase_orders().into_iter().map(Ok));
    records
}

struct Maker {
    options: Options,
    products: BTreeMap<u64, ProductRow>,
    latest: NaiveDate,
}

impl Maker {
    fn record(&mut self, row: Row) -> Result<Record, String> {
        Ok(match row {
            Row::Customer(company) => Record::Customer(party(company)),
            Row::Supplier(company) => Record::Supplier(party(company)),
            Row::Product(row) => {
                let record = product(&row);
                self.products.insert(row.id, row);
                Record::Product(record)
            }
            Row::Order(order) => self.sale(order)?,
        })
    }

    /// The day that the first ten letters of a time stamp name, moved.
    fn day(&mut self, stamp: &str) -> Result<NaiveDate, String> {
        let day = stamp.get(..10).unwrap_or(stamp);
        let day = day.parse::<NaiveDate>().map_err(|_| format!("{stamp:?} is no date"))?;
        let moved = day
            .checked_add_months(Months::new(self.options.years_later.saturating_mul(12)))
            .ok_or_else(|| format!("{stamp:?} lies outside the calendar"))?;
        self.latest = self.latest.max(moved);
        Ok(moved)
    }

    fn sale(&mut self, order: OrderRow) -> Result<Record, String> {
        let ordered = self.day(&order.ordered)?;
        let shipped = order.shipped.as_deref().map(|stamp| self.day(stamp)).transpose()?;
        let mut lines = order.lines.iter().map(|line| self.line(line)).collect::<Result<Vec<_>, _>>()?;
        if order.freight > Decimal::ZERO {
            lines.push(freight(order.freight));
        }
        let (id, number) = (order.id.to_string().into(), format!("NW-{}", order.id));
        let customer = order.customer.trim().into();
        let references = References { site_address: site(&order), ..References::default() };
        let Options { currency, .. } = self.options;
        Ok(match shipped {
            Some(date) => Record::Invoice(Invoice {
                id,
                number,
                customer,
                date,
                due: date.checked_add_days(Days::new(30)),
                currency,
                exchange_rate: None,
                tax_mode: TaxMode::NoTax,
                lines,
                total: None,
                references,
                do_not_send: false,
                order: None,
                extent: Default::default(),
                above_order: false,
                work_undertaken: None,
            }),
            None => Record::Order(Order {
                id,
                number,
                customer,
                date: ordered,
                due: None,
                currency,
                exchange_rate: None,
                tax_mode: TaxMode::NoTax,
                lines,
                total: None,
                references,
                do_not_send: false,
            }),
        })
    }

    fn line(&self, line: &OrderLine) -> Result<Line, String> {
        let product = self.products.get(&line.product).ok_or_else(|| format!("no product {} above", line.product))?;
        let discount = Discount::Rate(Rate((line.discount * Decimal::ONE_HUNDRED).normalize()));
        Ok(Line::Item(ItemLine {
            product: Some(line.product.to_string().into()),
            discount: (!line.discount.is_zero()).then_some(discount),
            ..ItemLine::new(described(product), Quantity(line.quantity.into()), UnitPrice(line.price))
        }))
    }

    /// What is on order, a document for each supplier, dated on the sample's last day.
    fn purchase_orders(&self) -> Vec<Record> {
        let mut by_supplier: BTreeMap<u64, Vec<Line>> = BTreeMap::new();
        for product in self.products.values().filter(|product| product.on_order > 0) {
            let Some(supplier) = product.supplier else { continue };
            by_supplier.entry(supplier).or_default().push(Line::Item(ItemLine {
                product: Some(product.id.to_string().into()),
                ..ItemLine::new(described(product), Quantity(product.on_order.into()), UnitPrice(product.price))
            }));
        }
        let order = |(supplier, lines): (u64, Vec<Line>)| {
            Record::PurchaseOrder(PurchaseOrder {
                id: format!("on-order-{supplier}").into(),
                number: format!("NW-PO-{supplier}"),
                supplier: supplier.to_string().into(),
                date: self.latest,
                delivery: None,
                currency: self.options.currency,
                exchange_rate: None,
                tax_mode: TaxMode::NoTax,
                lines,
                total: None,
                references: References::default(),
                do_not_send: false,
            })
        };
        by_supplier.into_iter().map(order).collect()
    }
}

fn party(company: CompanyRow) -> Party {
    let mut names = company.contact.as_deref().unwrap_or_default().splitn(2, ' ').map(str::to_owned);
    let person = ContactPerson { first_name: names.next(), last_name: names.next(), email: None, phone: None };
    let address = Address {
        kind: AddressKind::Postal,
        attention: None,
        // Some addresses of the sample hold a line break.
        lines: company.address.iter().flat_map(|address| address.lines()).map(|line| line.trim().to_owned()).collect(),
        city: company.city,
        region: company.region,
        postal_code: company.postal_code,
        country: company.country,
    };
    let placed = !address.lines.is_empty() || address.city.is_some();
    Party {
        phone: company.phone,
        addresses: placed.then_some(address).into_iter().collect(),
        contacts: company.contact.is_some().then_some(person).into_iter().collect(),
        ..Party::new(company.id.to_string(), company.name)
    }
}

fn product(row: &ProductRow) -> Product {
    let side = Some(PriceSide { unit_price: Some(UnitPrice(row.price)), account: None, tax: None });
    Product {
        id: row.id.to_string().into(),
        code: format!("NW-{}", row.id),
        name: row.name.clone(),
        description: Some(described(row)),
        sales: side.clone(),
        purchases: side,
    }
}

fn described(product: &ProductRow) -> String {
    match &product.unit {
        Some(unit) => format!("{}, {unit}", product.name),
        None => product.name.clone(),
    }
}

fn freight(amount: Decimal) -> Line {
    Line::Item(ItemLine::new("Freight", Quantity(Decimal::ONE), UnitPrice(amount)))
}

/// Where the goods went, on one line.
fn site(order: &OrderRow) -> Option<String> {
    let parts = [&order.ship_name, &order.ship_address, &order.ship_city, &order.ship_country];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{BufReader, Write as _};
    use std::sync::Arc;

    use factory_accounting::model::RecordKind;

    use super::*;
    use crate::book::Month;
    use crate::country::Country;
    use crate::meter::Meter;
    use crate::package::Package;
    use crate::session;
    use crate::tally::{Rates, Reckoning};
    use crate::wiring::Stage;

    const SAMPLE: &str = r#"{"table":"customer","CustomerID":"WOLZA","CompanyName":"Wolski  Zajazd","ContactName":"Zbyszek Piestrzeniewicz","Address":"ul. Filtrowa 68","City":"Warszawa","Region":null,"PostalCode":"01-012","Country":"Poland","Phone":"(26) 642-7012"}
{"table":"supplier","SupplierID":1,"CompanyName":"Exotic Liquids","ContactName":"Charlotte Cooper","Address":"49 Gilbert St.\nUnit 2","City":"London","Region":null,"PostalCode":"EC1 4SD","Country":"UK","Phone":"(171) 555-2222"}
{"table":"product","ProductID":2,"ProductName":"Chang","SupplierID":1,"QuantityPerUnit":"24 - 12 oz bottles","UnitPrice":"19","UnitsOnOrder":40}
{"table":"order","OrderID":10250,"CustomerID":"WOLZA","OrderDate":"1996-02-29 00:00:00.000","ShippedDate":"1996-07-12 00:00:00.000","Freight":"65.83","ShipName":"Wolski Zajazd","ShipAddress":null,"ShipCity":"Warszawa","ShipCountry":"Poland","lines":[{"ProductID":2,"UnitPrice":"15.2","Quantity":12,"Discount":"0.15"}]}
{"table":"order","OrderID":11077,"CustomerID":"WOLZA","OrderDate":"1998-05-06 00:00:00.000","ShippedDate":null,"Freight":"0","ShipName":null,"ShipAddress":null,"ShipCity":null,"ShipCountry":null,"lines":[{"ProductID":2,"UnitPrice":"19","Quantity":24,"Discount":"0.0"}]}
{"table":"order","OrderID":11078,"CustomerID":"WOLZA","OrderDate":"1998-05-06 00:00:00.000","ShippedDate":null,"Freight":"0","lines":[{"ProductID":3,"UnitPrice":"19","Quantity":24,"Discount":"0.0"}]}
{"table":"order","OrderID":11079,"CustomerID":"WOLZA","OrderDate":"soon","ShippedDate":null,"Freight":"0","lines":[]}
"#;

    const PLACE: Place = Place { package: Package::Xero, country: Country::Nz };

    fn options() -> Options {
        Options { currency: "NZD".parse().unwrap(), years_later: 28 }
    }

    #[test]
    fn a_shipped_order_is_an_invoice_with_freight_and_a_discount_by_rate() {
        let records = records(SAMPLE.as_bytes(), options());
        let Record::Invoice(invoice) = records[3].as_ref().unwrap() else { panic!("{:?}", records[3]) };
        assert_eq!((invoice.number.as_str(), invoice.customer.as_str()), ("NW-10250", "WOLZA"));
        assert_eq!(invoice.date.to_string(), "2024-07-12", "dated when shipped, 28 years later");
        let line = invoice.lines[0].as_item().unwrap();
        assert_eq!(line.discount, Some(Discount::Rate(Rate(15.into()))));
        let freight = invoice.lines[1].as_item().unwrap();
        assert_eq!((freight.description.as_str(), freight.unit_price.to_string().as_str()), ("Freight", "65.83"));
    }

    #[test]
    fn an_unshipped_order_is_an_order_and_what_is_on_order_a_purchase_order() {
        let records = records(SAMPLE.as_bytes(), options());
        let Record::Order(order) = records[4].as_ref().unwrap() else { panic!("{:?}", records[4]) };
        assert_eq!((order.date.to_string().as_str(), order.lines.len()), ("2026-05-06", 1));
        let Record::PurchaseOrder(purchase) = records[7].as_ref().unwrap() else { panic!("{:?}", records[7]) };
        assert_eq!((purchase.number.as_str(), purchase.date), ("NW-PO-1", order.date));
        assert_eq!(purchase.lines[0].as_item().unwrap().quantity.to_string(), "40");
    }

    #[test]
    fn names_are_left_as_they_stand_and_bad_rows_are_told() {
        let records = records(SAMPLE.as_bytes(), options());
        assert_eq!(records[0].as_ref().unwrap().name(), "Wolski  Zajazd");
        let Record::Supplier(supplier) = records[1].as_ref().unwrap() else { panic!("{:?}", records[1]) };
        assert_eq!(supplier.addresses[0].lines, ["49 Gilbert St.", "Unit 2"]);
        assert_eq!(records[5].as_ref().unwrap_err().to_string(), "line 6: no product 3 above");
        assert_eq!(records[6].as_ref().unwrap_err().to_string(), "line 7: \"soon\" is no date");
    }

    /// The sample's records; `None` where the reference folder is not there.
    fn sample() -> Option<Vec<Record>> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/northwind.jsonl");
        let Ok(file) = File::open(path) else {
            writeln!(std::io::stderr(), "skipped: ../shared/data/northwind.jsonl is not there").unwrap();
            return None;
        };
        Some(records(BufReader::new(file), options()).into_iter().map(Result::unwrap).collect())
    }

    #[test]
    fn the_whole_sample_is_read_without_a_bad_line() {
        let Some(records) = sample() else { return };
        let mut counts: BTreeMap<RecordKind, usize> = BTreeMap::new();
        for record in records {
            *counts.entry(record.kind()).or_default() += 1;
        }
        let of = |kind| counts.get(&kind).copied().unwrap_or_default();
        assert_eq!((of(RecordKind::Customer), of(RecordKind::Supplier), of(RecordKind::Product)), (93, 29, 77));
        assert_eq!((of(RecordKind::Invoice), of(RecordKind::Order)), (809, 21));
        assert!(of(RecordKind::PurchaseOrder) > 10, "{counts:?}");
    }

    #[tokio::test]
    async fn the_whole_sample_is_in_the_books_to_the_cent_or_parked_with_a_reason() {
        let Some(records) = sample() else { return };
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::passing(PLACE, &folder.path().join("store.sqlite3"), 1).await.unwrap();
        let meter = Arc::new(Meter::default());
        let engine = stage.wiring.engine("northwind", meter.clone()).unwrap();
        stage.wiring.open(&engine, &settings(PLACE).unwrap()).await.unwrap();
        let reckoning = Reckoning::of(&records, Rates::default());
        session::push_months(&engine, &meter, &[Month { name: "all".to_owned(), records }]).await.unwrap();
        let closing = session::close(&engine, &meter, &stage.emulator, &reckoning).await.unwrap();
        assert!(closing.agree, "{}", closing.text);
        let parked: Vec<&str> = closing.parked.iter().map(|operation| operation.name.as_str()).collect();
        // Two companies are called IT; Xero keeps no two spaces in a row, and that customer's invoices wait for it.
        assert!(parked.contains(&"IT") && parked.contains(&"Wolski  Zajazd"), "{parked:?}");
        assert_eq!(parked.len(), 9, "{parked:?}");
        assert_eq!(meter.read().created(), 1_034);
    }
}
