//! A person pays a document, or converts an order on the desktop (myob.md 3.5, 3.6).

use super::person::text;
use super::table::{Form, Table};
use super::{Books, Context};
use serde_json::{Map, Value, json};

/// What a document carries over from its order; totals and status are its own.
const CARRIED: [&str; 17] = [
    "Date",
    "Customer",
    "Supplier",
    "CustomerPurchaseOrderNumber",
    "SupplierInvoiceNumber",
    "Terms",
    "IsTaxInclusive",
    "Freight",
    "FreightTaxCode",
    "Category",
    "Salesperson",
    "JournalMemo",
    "ShipToAddress",
    "Comment",
    "ShippingMethod",
    "PromisedDate",
    "Lines",
];

impl Books {
    /// Pays an invoice, order or bill from or into the bank.
    pub(super) fn person_pays(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let row = self.named(action, "document")?;
        let form = row.table.form().filter(|form| *form != Form::Quote).ok_or("document: nothing to pay")?;
        let amount = match action.get("amount") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => row.body.amount("BalanceDueAmount").to_string(),
        };
        let account = match action.get("account") {
            Some(_) => self.named(action, "account")?.uid,
            None => self
                .shelf(Table::Account)
                .find("DisplayID", "1-1110")
                .next()
                .map(|row| row.uid)
                .ok_or("account: missing")?,
        };
        let party = json!({"UID": row.body.link(form.party())});
        let kind = if form.posts() { form.word() } else { "Order" };
        let (table, mut whole) = if form.is_sale() {
            let line = json!({"UID": row.uid, "Type": kind, "AmountApplied": amount});
            let body = json!({"DepositTo": "Account", "Customer": party, "AmountReceived": amount, "Invoices": [line]});
            (Table::CustomerPayment, body)
        } else {
            let line = json!({"Purchase": {"UID": row.uid}, "Type": kind, "AmountApplied": amount});
            (Table::SupplierPayment, json!({"PayFrom": "Account", "Supplier": party, "Lines": [line]}))
        };
        whole["Account"] = json!({"UID": account});
        for (given, member) in [("date", "Date"), ("memo", "Memo"), ("number", table.number_member())] {
            if let Some(value) = action.get(given) {
                whole[member] = value.clone();
            }
        }
        let Value::Object(whole) = whole else { return Err("document: not an entity".to_owned()) };
        self.person_saves(table, None, whole, ctx)
    }

    /// The order stays where it is, with the status that tells of its conversion (myob.md 3.5).
    pub(super) fn person_converts(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let row = self.named(action, "order")?;
        let (form, layout) = match row.table {
            Table::Document(Form::Order, layout) => (Form::Invoice, layout),
            Table::Document(Form::PurchaseOrder, layout) => (Form::Bill, layout),
            _ => return Err("order: not an order".to_owned()),
        };
        let held: Value = serde_json::from_str(&self.view(&row, ctx).json()).map_err(|error| error.to_string())?;
        let mut whole = Map::new();
        for name in CARRIED {
            if let Some(value) = held.get(name) {
                whole.insert(name.to_owned(), value.clone());
            }
        }
        whole.insert("Order".to_owned(), json!({"UID": row.uid}));
        if let Some(number) = action.get("number") {
            whole.insert("Number".to_owned(), json!(number.as_str().ok_or("number: not a text")?));
        }
        if action.get("date").is_some() {
            whole.insert("Date".to_owned(), json!(text(action, "date")?));
        }
        if form == Form::Bill && held["FreightTaxCode"].is_null() {
            // The screen fills it in from the supplier's card.
            let supplier = row.body.link("Supplier").and_then(|uid| self.find(uid));
            let code = supplier.and_then(|card| card.body.record("BuyingDetails")?.link("FreightTaxCode"));
            whole.insert("FreightTaxCode".to_owned(), json!({"UID": code}));
        }
        self.person_saves(Table::Document(form, layout), None, whole, ctx)
    }
}
