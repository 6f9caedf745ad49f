//! The company file, its preferences and its routes as answered (myob.md 1.5).

use chrono::NaiveDate;
use factory_accounting_http::json;
use serde::Deserialize;

use super::link::Link;

/// The root of a company file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Root {
    #[serde(deserialize_with = "json::object")]
    pub(crate) company_file: Option<CompanyFile>,
    /// Addresses of what it has.
    #[serde(deserialize_with = "json::list")]
    pub(crate) resources: Vec<String>,
}

/// A company file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CompanyFile {
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) product_version: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) product_level: Option<Level>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) country: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) serial_number: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) subscription: Option<Subscription>,
    /// Set while somebody works on an offline copy (myob.md 1.5).
    #[serde(deserialize_with = "json::text")]
    pub(crate) checked_out_by: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) checked_out_date: Option<String>,
}

/// A level of the product.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Level {
    pub(crate) code: Option<u32>,
}

/// What has been subscribed to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Subscription {
    #[serde(deserialize_with = "json::object")]
    pub(crate) product: Option<Product>,
}

/// The product.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Product {
    #[serde(deserialize_with = "json::text")]
    pub(crate) display_name: Option<String>,
}

/// The company.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Company {
    #[serde(deserialize_with = "json::text")]
    pub(crate) company_name: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) serial_number: Option<String>,
    #[serde(rename = "GSTRegistrationNumber", deserialize_with = "json::text")]
    pub(crate) gst_registration_number: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) read_only: Option<bool>,
}

/// How the company works.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Preferences {
    #[serde(deserialize_with = "json::object")]
    pub(crate) system: Option<System>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) sales: Option<TradePreferences>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) purchases: Option<TradePreferences>,
}

/// For the file as a whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct System {
    #[serde(deserialize_with = "json::text")]
    pub(crate) category_tracking: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) transactions_cannot_be_changed_must_be_reversed: Option<bool>,
    #[serde(deserialize_with = "json::day")]
    pub(crate) lock_period_prior_to: Option<NaiveDate>,
}

/// For one side of trade.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TradePreferences {
    #[serde(deserialize_with = "json::object")]
    pub(crate) terms: Option<DefaultTerms>,
}

/// What new cards get.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct DefaultTerms {
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_code: Option<Link>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) freight_tax_code: Option<Link>,
}

/// The routes of the API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Info {
    #[serde(deserialize_with = "json::list")]
    pub(crate) resources: Vec<Resource>,
}

/// One route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Resource {
    #[serde(deserialize_with = "json::text")]
    pub(crate) resource_path: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) minimum_product_level: Option<Level>,
}
