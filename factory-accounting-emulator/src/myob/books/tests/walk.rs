//! A walk of writes in no order that a person would choose; whatever comes of it, the books add up.

use super::Desk;
use crate::myob::switches::{ConvertedRemainder, OrderAfterConversion, OverApplication, TaxRounding};
use crate::seeded::Seeded;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const STEPS: usize = 250;

/// Who walks, and what has been written on the way.
struct Walk {
    desk: Desk,
    chance: Seeded,
    customer: Value,
    supplier: Value,
    rows: Vec<(String, String)>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut chance = Seeded::new(seed, "walk");
        let mut either = || chance.chance(500);
        let mut desk = Desk::au();
        let switches = &mut desk.switches;
        if either() {
            switches.order_after_conversion = OrderAfterConversion::Gone;
        }
        if either() {
            switches.converted_remainder = ConvertedRemainder::StaysOpen;
        }
        if either() {
            switches.over_application = OverApplication::TakenAsCredit;
        }
        if either() {
            switches.tax_rounding = TaxRounding::PerLine;
        }
        let (customer, supplier) = (desk.customer("Acme"), desk.supplier("Steel Co"));
        Self { desk, chance, customer, supplier, rows: Vec::new() }
    }

    fn draw(&mut self, below: usize) -> usize {
        usize::try_from(self.chance.uuid().as_u64_pair().0 % below as u64).unwrap_or(0)
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.draw(choices.len())]
    }

    /// A row on the way whose path has a part, as it stands.
    fn some(&mut self, part: &str) -> Option<(String, Value)> {
        let rows: Vec<(String, String)> = self.rows.iter().filter(|(path, _)| path.contains(part)).cloned().collect();
        if rows.is_empty() {
            return None;
        }
        let (path, uid) = rows[self.draw(rows.len())].clone();
        let (status, row) = self.desk.send("GET", &format!("{path}/{uid}"), &Value::Null);
        status.is_success().then_some((path, row))
    }

    fn post(&mut self, path: &str, body: &Value) {
        let (status, row) = self.desk.send("POST", &format!("{path}?returnBody=true"), body);
        if let (true, Some(uid)) = (status.is_success(), row["UID"].as_str()) {
            self.rows.push((path.to_owned(), uid.to_owned()));
        }
    }

    fn step(&mut self) {
        match self.draw(8) {
            0..=2 => self.creates(),
            3 => self.converts(),
            4 => self.pays(),
            5 => self.uses_a_credit(),
            6 => self.changes(),
            _ => self.deletes(),
        }
    }

    fn creates(&mut self) {
        let path = self.one_of(&["Sale/Order/Item", "Sale/Invoice/Item", "Purchase/Order/Item", "Purchase/Bill/Item"]);
        let (party, who, pieces) = match path.starts_with("Sale") {
            true => ("Customer", self.customer.clone(), "ShipQuantity"),
            false => ("Supplier", self.supplier.clone(), "BillQuantity"),
        };
        let quantity = self.one_of(&["1", "3.5", "10", "-2"]);
        let price = self.one_of(&["4.25", "0.3333", "99.995"]);
        let (gst, item) = (self.desk.tax("GST"), self.desk.item("BRK90"));
        let line = json!({"Item": item, pieces: quantity, "UnitPrice": price, "TaxCode": gst});
        let inclusive = self.draw(2) == 0;
        let body = json!({party: who, "Date": "2026-11-21", "IsTaxInclusive": inclusive, "Freight": "10.05",
            "FreightTaxCode": gst, "Lines": [line, line]});
        self.post(path, &body);
    }

    fn converts(&mut self) {
        let Some((path, mut order)) = self.some("/Order/") else { return };
        order["Order"] = json!({"UID": order["UID"]});
        if self.draw(3) == 0 {
            order["Lines"] = json!([order["Lines"][0]]);
        }
        let to = if path.starts_with("Sale") { "Sale/Invoice/Item" } else { "Purchase/Bill/Item" };
        self.post(to, &order);
    }

    /// A part of the balance, all of it, or more.
    fn share(&mut self, document: &Value) -> String {
        let share: Decimal = self.one_of(&["0.5", "1", "1", "1.1"]).parse().expect("a decimal");
        (amount(document, "BalanceDueAmount") * share).round_dp(2).to_string()
    }

    fn pays(&mut self) {
        let Some((path, document)) = self.some("/Item") else { return };
        let (sum, form) = (self.share(&document), path.split('/').nth(1).unwrap_or_default().to_owned());
        let account = self.desk.account("1-1110");
        if path.starts_with("Sale") {
            let line = json!({"UID": document["UID"], "Type": form, "AmountApplied": sum});
            let body =
                json!({"Account": account, "Customer": self.customer, "AmountReceived": sum, "Invoices": [line]});
            self.post("Sale/CustomerPayment", &body);
        } else {
            let line = json!({"Purchase": {"UID": document["UID"]}, "Type": form, "AmountApplied": sum});
            let body = json!({"Account": account, "Supplier": self.supplier, "Lines": [line]});
            self.post("Purchase/SupplierPayment", &body);
        }
    }

    fn uses_a_credit(&mut self) {
        let (Some((_, credit)), Some((_, owed))) = (self.some("Sale/Invoice"), self.some("Sale/Invoice")) else {
            return;
        };
        let sum = self.share(&credit).trim_start_matches('-').to_owned();
        if self.draw(2) == 0 {
            let line = json!({"Type": "Invoice", "Sale": {"UID": owed["UID"]}, "AmountApplied": sum});
            let body = json!({"CreditFromInvoice": {"UID": credit["UID"]}, "Customer": self.customer,
                "CreditAmount": sum, "Lines": [line]});
            self.post("Sale/CreditSettlement", &body);
        } else {
            let body = json!({"Account": self.desk.account("1-1110"), "Invoice": {"UID": credit["UID"]},
                "Customer": self.customer, "Amount": sum});
            self.post("Sale/CreditRefund", &body);
        }
    }

    fn changes(&mut self) {
        let part = self.one_of(&["/Item", "SupplierPayment"]);
        let Some((path, mut row)) = self.some(part) else { return };
        if part == "/Item" {
            row["Lines"] = json!([row["Lines"][0]]);
        } else {
            row["Lines"][0]["AmountApplied"] = json!(self.one_of(&["1", "20", "300"]));
        }
        let target = format!("{path}/{}", row["UID"].as_str().unwrap_or_default());
        self.desk.send("PUT", &target, &row);
    }

    fn deletes(&mut self) {
        let Some((path, row)) = self.some("") else { return };
        self.desk.delete(&path, &row);
    }
}

fn amount(row: &Value, name: &str) -> Decimal {
    row[name].to_string().trim_matches('"').parse().unwrap_or_default()
}

fn uid(row: &Value) -> String {
    row["UID"].as_str().unwrap_or_default().to_owned()
}

/// What all payments, settlements and refunds apply to each document.
fn applied(ledger: &Value) -> BTreeMap<String, Decimal> {
    let mut applied = BTreeMap::<String, Decimal>::new();
    let rows = |path: &str| ledger[path].as_array().cloned().expect("rows");
    for (path, lines, link) in [
        ("Sale/CustomerPayment", "Invoices", None),
        ("Purchase/SupplierPayment", "Lines", Some("Purchase")),
        ("Sale/CreditSettlement", "Lines", Some("Sale")),
    ] {
        for row in rows(path) {
            for line in row[lines].as_array().expect("lines") {
                let document = uid(link.map_or(line, |link| &line[link]));
                *applied.entry(document).or_default() += amount(line, "AmountApplied");
            }
        }
    }
    for (path, link, sum) in
        [("Sale/CreditSettlement", "CreditFromInvoice", "CreditAmount"), ("Sale/CreditRefund", "Invoice", "Amount")]
    {
        for row in rows(path) {
            *applied.entry(uid(&row[link])).or_default() -= amount(&row, sum);
        }
    }
    applied
}

#[test]
fn whatever_is_written_balances_cards_and_stock_follow_from_it() {
    let mut documents = 0;
    for seed in 0..8 {
        let mut walk = Walk::new(seed);
        let stock =
            |desk: &mut Desk| amount(&desk.items("Inventory/Item?$filter=Number eq 'BRK90'")[0], "QuantityOnHand");
        let mut pieces = stock(&mut walk.desk);
        for _ in 0..STEPS {
            walk.step();
        }
        let ledger = walk.desk.books.ledger();
        let applied = applied(&ledger);
        let mut owed = BTreeMap::<&str, Decimal>::new();
        for path in ["Sale/Order/Item", "Sale/Invoice/Item", "Purchase/Order/Item", "Purchase/Bill/Item"] {
            for row in ledger[path].as_array().expect("rows") {
                documents += 1;
                let balance = amount(row, "BalanceDueAmount");
                let paid = applied.get(&uid(row)).copied().unwrap_or_default();
                assert_eq!(amount(row, "TotalAmount") - balance, paid, "seed {seed}: {row}");
                assert_eq!(row["LastPaymentDate"].is_null(), !applied.contains_key(&uid(row)), "seed {seed}: {row}");
                if path.contains("/Order/") {
                    continue;
                }
                let (side, name, sign) = match path.starts_with("Sale") {
                    true => ("Customer", "ShipQuantity", Decimal::NEGATIVE_ONE),
                    false => ("Supplier", "BillQuantity", Decimal::ONE),
                };
                *owed.entry(side).or_default() += balance;
                let lines = row["Lines"].as_array().expect("lines").iter();
                pieces += lines.map(|line| sign * amount(line, name)).sum::<Decimal>();
            }
        }
        for (side, card) in [("Customer", walk.customer.clone()), ("Supplier", walk.supplier.clone())] {
            let card = walk.desk.again(&format!("Contact/{side}"), &card);
            assert_eq!(amount(&card, "CurrentBalance"), owed.get(side).copied().unwrap_or_default(), "seed {seed}");
        }
        assert_eq!(stock(&mut walk.desk), pieces, "seed {seed}");
    }
    assert!(documents > 200, "the walks come to something: {documents}");
}
