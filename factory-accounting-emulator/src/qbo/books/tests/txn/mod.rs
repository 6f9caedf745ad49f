//! Transactions: amounts, tax, links, payments and what a person does with them.

mod extremes;
mod invoices;
mod orders;
mod payments;
mod people;
mod tax;
mod updates;

use super::Desk;
use crate::qbo::books::Country;
use serde_json::Value;

impl Desk {
    /// An Australian company with a customer; answers both.
    fn with_customer() -> (Self, String) {
        let mut desk = Self::au();
        let customer = desk.customer("Acme Pty Ltd");
        (desk, customer)
    }

    fn vendor(&mut self, name: &str) -> String {
        self.id("vendor", &format!(r#"{{"DisplayName":"{name}"}}"#))
    }

    /// An invoice over a net amount with 10 % GST.
    #[track_caller]
    fn invoice(&mut self, customer: &str, net: &str) -> Value {
        self.post("invoice", &sale(customer, &[line(net, "5")]))
    }

    #[track_caller]
    fn pay(&mut self, customer: &str, total: &str, lines: &[(&str, &str, &str)]) -> Value {
        self.post("payment", &payment(customer, total, lines))
    }

    fn account(&mut self, account_type: &str) -> String {
        let statement = format!("select * from Account where AccountType = '{account_type}'");
        self.query(&statement)["Account"][0]["Id"].as_str().expect("account").to_owned()
    }

    #[track_caller]
    fn act(&mut self, action: &str) -> Value {
        let action: Value = serde_json::from_str(action).expect("an action");
        self.books.act(&action, self.now, &self.switches.clone()).expect("done")
    }

    fn bill(&mut self, vendor: &str, net: &str) -> Value {
        let account = self.account("Expense");
        self.post("bill", &purchase(vendor, &[expense(&account, net)]))
    }
}

/// A sales document with these lines.
fn sale(customer: &str, lines: &[String]) -> String {
    format!(
        r#"{{"CustomerRef":{{"value":"{customer}"}},"TxnDate":"2026-11-21","GlobalTaxCalculation":"TaxExcluded","Line":[{}]}}"#,
        lines.join(",")
    )
}

fn line(amount: &str, code: &str) -> String {
    format!(
        r#"{{"Amount":{amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{{"ItemRef":{{"value":"1"}},"TaxCodeRef":{{"value":"{code}"}}}}}}"#
    )
}

fn priced(amount: &str, quantity: &str, price: &str) -> String {
    format!(
        r#"{{"Amount":{amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{{"ItemRef":{{"value":"1"}},"Qty":{quantity},"UnitPrice":{price},"TaxCodeRef":{{"value":"5"}}}}}}"#
    )
}

/// A payment or bill payment line for each id, type and amount.
fn payment(customer: &str, total: &str, lines: &[(&str, &str, &str)]) -> String {
    let lines: Vec<String> = lines.iter().map(|(id, kind, amount)| applies(id, kind, amount)).collect();
    format!(r#"{{"CustomerRef":{{"value":"{customer}"}},"TotalAmt":{total},"Line":[{}]}}"#, lines.join(","))
}

fn applies(id: &str, kind: &str, amount: &str) -> String {
    format!(r#"{{"Amount":{amount},"LinkedTxn":[{{"TxnId":"{id}","TxnType":"{kind}"}}]}}"#)
}

/// A document of a vendor with these lines.
fn purchase(vendor: &str, lines: &[String]) -> String {
    format!(r#"{{"VendorRef":{{"value":"{vendor}"}},"TxnDate":"2026-11-21","Line":[{}]}}"#, lines.join(","))
}

fn expense(account: &str, amount: &str) -> String {
    format!(
        r#"{{"Amount":{amount},"DetailType":"AccountBasedExpenseLineDetail","AccountBasedExpenseLineDetail":{{"AccountRef":{{"value":"{account}"}},"TaxCodeRef":{{"value":"5"}}}}}}"#
    )
}

/// The id and SyncToken of a row with more members, for an update.
fn update(row: &Value, members: &str) -> String {
    let (id, token) = (text(row, "Id"), text(row, "SyncToken"));
    let rest = if members.is_empty() { String::new() } else { format!(",{members}") };
    format!(r#"{{"Id":"{id}","SyncToken":"{token}"{rest}}}"#)
}

fn sparse(row: &Value, members: &str) -> String {
    update(row, &format!(r#""sparse":true,{members}"#))
}

#[track_caller]
fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} of {row}"))
}

/// The figures of members, as JSON writes them.
fn figures(row: &Value, names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().map(|name| row[*name].to_string()).collect();
    shown.join(" ")
}
