//! The same invoices by hand.

use anyhow::Context as _;
use factory_accounting::model::{Invoice, Line};
use factory_accounting::xero::XeroConfig;
use serde_json::{Value, json};

use crate::package::ByHand;

pub(in crate::package) fn by_hand(config: &XeroConfig, bearer: String) -> anyhow::Result<ByHand> {
    let tenant = config.tenant.clone().context("there is no organisation")?;
    let mut url = config.api_base.join("Invoices")?;
    url.set_query(Some("summarizeErrors=false&unitdp=4"));
    Ok(ByHand {
        method: "PUT",
        url,
        headers: vec![("authorization", bearer), ("xero-tenant-id", tenant.to_string())],
        batch: 50,
        words: Vec::new(),
        body,
        taken,
    })
}

fn body(batch: &[(Invoice, String)], _: &[String]) -> String {
    let invoices: Vec<Value> = batch.iter().map(|(invoice, contact)| one(invoice, contact)).collect();
    json!({ "Invoices": invoices }).to_string()
}

fn one(invoice: &Invoice, contact: &str) -> Value {
    let lines: Vec<Value> = invoice
        .lines
        .iter()
        .filter_map(Line::as_item)
        .map(|line| {
            json!({
                "Description": line.description, "Quantity": line.quantity.to_string(),
                "UnitAmount": line.unit_price.to_string(), "AccountCode": "200", "TaxType": "OUTPUT2"
            })
        })
        .collect();
    json!({
        "Type": "ACCREC", "InvoiceNumber": invoice.number, "Contact": { "ContactID": contact },
        "Date": invoice.date, "DueDate": invoice.due, "CurrencyCode": invoice.currency, "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive", "LineItems": lines
    })
}

fn taken(answer: &[u8]) -> usize {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    answer["Invoices"].as_array().map_or(0, Vec::len)
}
