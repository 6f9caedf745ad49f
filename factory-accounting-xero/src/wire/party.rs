//! Contacts.

use chrono::{DateTime, Utc};
use factory_accounting_http::json;
use serde::{Deserialize, Serialize};

use super::{date, id};

/// A contact as answered. Members that a kind of read leaves out are `None` or empty (xero.md 4.2, 6).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Contact {
    #[serde(rename = "ContactID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "ContactNumber", deserialize_with = "json::text")]
    pub(crate) number: Option<String>,
    #[serde(rename = "ContactStatus", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "FirstName", deserialize_with = "json::text")]
    pub(crate) first_name: Option<String>,
    #[serde(rename = "LastName", deserialize_with = "json::text")]
    pub(crate) last_name: Option<String>,
    #[serde(rename = "EmailAddress", deserialize_with = "json::text")]
    pub(crate) email: Option<String>,
    #[serde(rename = "ContactPersons", deserialize_with = "json::list")]
    pub(crate) persons: Vec<Person>,
    #[serde(rename = "TaxNumber", deserialize_with = "json::text")]
    pub(crate) tax_number: Option<String>,
    #[serde(rename = "Addresses", deserialize_with = "json::list")]
    pub(crate) addresses: Vec<Address>,
    #[serde(rename = "Phones", deserialize_with = "json::list")]
    pub(crate) phones: Vec<Phone>,
    #[serde(rename = "IsSupplier")]
    pub(crate) is_supplier: Option<bool>,
    #[serde(rename = "IsCustomer")]
    pub(crate) is_customer: Option<bool>,
    #[serde(rename = "DefaultCurrency", deserialize_with = "json::text")]
    pub(crate) currency: Option<String>,
    #[serde(rename = "PaymentTerms", deserialize_with = "json::object")]
    pub(crate) terms: Option<PaymentTerms>,
    #[serde(rename = "MergedToContactID", deserialize_with = "id::optional")]
    pub(crate) merged_into: Option<String>,
    #[serde(rename = "UpdatedDateUTC", deserialize_with = "date::optional_instant")]
    pub(crate) updated: Option<DateTime<Utc>>,
}

/// A contact as written.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ContactWrite {
    #[serde(rename = "ContactID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email_address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) contact_persons: Vec<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_number: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) addresses: Vec<Address>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) phones: Vec<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_currency: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_terms: Option<PaymentTerms>,
}

/// A further person of a contact.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Person {
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) email_address: Option<String>,
}

/// An address slot.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Address {
    pub(crate) address_type: String,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) attention_to: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) address_line1: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) address_line2: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) address_line3: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) address_line4: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
}

/// A phone slot.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Phone {
    pub(crate) phone_type: String,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) phone_area_code: Option<String>,
    #[serde(deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub(crate) phone_country_code: Option<String>,
}

/// Terms of both sides.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct PaymentTerms {
    #[serde(deserialize_with = "json::object", skip_serializing_if = "Option::is_none")]
    pub(crate) bills: Option<Term>,
    #[serde(deserialize_with = "json::object", skip_serializing_if = "Option::is_none")]
    pub(crate) sales: Option<Term>,
}

/// Terms of one side.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Term {
    pub(crate) day: u8,
    #[serde(rename = "Type")]
    pub(crate) kind: String,
}

/// A contact named by its id alone: anything more would rewrite the contact itself (xero.md 4.2, 10.9).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct ContactRef {
    #[serde(rename = "ContactID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
}
