//! The same invoices by hand.

use anyhow::Context as _;
use factory_accounting::model::{Invoice, Line};
use factory_accounting::myob::MyobConfig;
use factory_accounting::provider::CatalogueEntry;
use factory_accounting::settings::Settings;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use crate::package::ByHand;

/// One invoice a call: there are no batches (myob.md 0).
pub(in crate::package) fn by_hand(
    config: &MyobConfig,
    bearer: String,
    settings: &Settings,
    accounts: &[CatalogueEntry],
) -> anyhow::Result<ByHand> {
    let file = config.file.clone().context("there is no company file")?;
    let mut url = config.api_base.join(&format!("{file}/Sale/Invoice/Service"))?;
    url.set_query(Some("returnBody=true&generateUris=false"));
    let key = config.api_key.clone().unwrap_or_else(|| config.client_id.clone());
    let sales = accounts.iter().find_map(|entry| match entry {
        CatalogueEntry::Account(account) if account.code == settings.accounts.sales => Some(account.id.to_string()),
        _ => None,
    });
    let words = [sales, settings.default_tax.sales.clone()].into_iter().flatten().collect();
    Ok(ByHand {
        method: "POST",
        url,
        headers: vec![("authorization", bearer), ("x-myobapi-key", key), ("x-myobapi-version", "v2".to_owned())],
        batch: 1,
        words,
        body,
        taken,
    })
}

fn body(batch: &[(Invoice, String)], words: &[String]) -> String {
    batch.iter().map(|(invoice, customer)| one(invoice, customer, words).to_string()).collect()
}

fn one(invoice: &Invoice, customer: &str, words: &[String]) -> Value {
    let lines: Vec<Value> = invoice
        .lines
        .iter()
        .filter_map(Line::as_item)
        .map(|line| {
            let amount = line.quantity.0 * line.unit_price.0 * Decimal::new(11, 1);
            let amount = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            json!({
                "Type": "Transaction", "Description": line.description, "Total": amount.to_string(),
                "Account": words.first().map(|uid| json!({ "UID": uid })),
                "TaxCode": words.get(1).map(|uid| json!({ "UID": uid }))
            })
        })
        .collect();
    let customer = customer.rsplit('/').next().unwrap_or(customer);
    json!({
        "Number": invoice.number, "Date": invoice.date, "Customer": { "UID": customer }, "IsTaxInclusive": true,
        "Lines": lines
    })
}

fn taken(answer: &[u8]) -> usize {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    usize::from(answer["UID"].is_string())
}
