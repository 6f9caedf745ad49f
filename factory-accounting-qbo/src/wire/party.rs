//! Customers, jobs and vendors as answered.

use factory_accounting_http::json;
use serde::Deserialize;

use super::reference::{MetaData, Ref};

/// A customer, a job or a vendor. Vendors know no parent and no delivery address (qbo.md 5.3, 5.4).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Name {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) sync_token: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) meta_data: Option<MetaData>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) display_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) company_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) given_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) family_name: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) primary_email_addr: Option<Email>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) primary_phone: Option<Phone>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) alternate_phone: Option<Phone>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) bill_addr: Option<Address>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) ship_addr: Option<Address>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) notes: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) parent_ref: Option<Ref>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) job: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_project: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) active: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) currency_ref: Option<Ref>,
    #[serde(alias = "TermRef", deserialize_with = "json::object")]
    pub(crate) sales_term_ref: Option<Ref>,
}

/// An e-mail address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Email {
    #[serde(deserialize_with = "json::text")]
    pub(crate) address: Option<String>,
}

/// A phone number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Phone {
    #[serde(deserialize_with = "json::text")]
    pub(crate) free_form_number: Option<String>,
}

/// A postal address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Address {
    #[serde(deserialize_with = "json::text")]
    pub(crate) line1: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) line2: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) line3: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) line4: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) line5: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) city: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) country_sub_division_code: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) postal_code: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) country: Option<String>,
}
