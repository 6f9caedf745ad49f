//! The same invoices by hand.

use anyhow::Context as _;
use factory_accounting::model::{Invoice, Line};
use factory_accounting::qbo::QboConfig;
use factory_accounting::settings::Settings;
use rust_decimal::RoundingStrategy;
use serde_json::{Value, json};

use crate::package::ByHand;

/// The item "Services" of every new company.
const SERVICES: &str = "1";

pub(in crate::package) fn by_hand(config: &QboConfig, bearer: String, settings: &Settings) -> anyhow::Result<ByHand> {
    let realm = config.realm.clone().context("there is no company")?;
    let mut url = config.api_base.join(&format!("v3/company/{realm}/batch"))?;
    url.set_query(Some("minorversion=75"));
    Ok(ByHand {
        method: "POST",
        url,
        headers: vec![("authorization", bearer)],
        batch: 30,
        words: settings.default_tax.sales.iter().cloned().collect(),
        body,
        taken,
    })
}

fn body(batch: &[(Invoice, String)], words: &[String]) -> String {
    let items: Vec<Value> = (0..)
        .zip(batch)
        .map(|(number, (invoice, customer))| {
            json!({ "bId": number.to_string(), "operation": "create", "Invoice": one(invoice, customer, words) })
        })
        .collect();
    json!({ "BatchItemRequest": items }).to_string()
}

fn one(invoice: &Invoice, customer: &str, words: &[String]) -> Value {
    let lines: Vec<Value> = invoice
        .lines
        .iter()
        .filter_map(Line::as_item)
        .map(|line| {
            let amount = line.quantity.0 * line.unit_price.0;
            let amount = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            let detail = json!({
                "ItemRef": { "value": SERVICES }, "Qty": line.quantity.to_string(),
                "UnitPrice": line.unit_price.to_string(), "TaxCodeRef": words.first().map(|code| json!({ "value": code }))
            });
            json!({
                "Amount": amount.to_string(), "Description": line.description,
                "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail
            })
        })
        .collect();
    let customer = customer.rsplit(':').next().unwrap_or(customer);
    let mut made = json!({
        "DocNumber": invoice.number, "TxnDate": invoice.date, "DueDate": invoice.due,
        "CustomerRef": { "value": customer }, "Line": lines
    });
    // The two words of the United States tell nothing of a rate, and there is nothing to say of prices (qbo.md 12.2).
    if words.first().is_some_and(|code| !matches!(code.as_str(), "TAX" | "NON")) {
        made["GlobalTaxCalculation"] = json!("TaxExcluded");
    }
    made
}

fn taken(answer: &[u8]) -> usize {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let items = answer["BatchItemResponse"].as_array();
    items.map_or(0, |items| items.iter().filter(|item| item["Invoice"].is_object()).count())
}
