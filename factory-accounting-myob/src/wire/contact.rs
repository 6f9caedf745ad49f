//! Customers and suppliers as answered (myob.md 3.1).

use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::link::{self, Link};

/// A customer or a supplier; which of them is said by the collection that it was read from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Contact {
    #[serde(rename = "UID", deserialize_with = "link::uid")]
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) row_version: Option<String>,
    /// In the union of all contacts.
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) contact_type: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) company_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) first_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) last_name: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_individual: Option<bool>,
    #[serde(rename = "DisplayID", deserialize_with = "json::text")]
    pub(crate) display_id: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) is_active: Option<bool>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) addresses: Vec<Address>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) selling_details: Option<Details>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) buying_details: Option<Details>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) foreign_currency: Option<Link>,
}

impl Contact {
    /// The name on documents: of the company, or of the person, as it is said.
    pub(crate) fn name(&self) -> Option<String> {
        if self.is_individual != Some(true) && self.company_name.is_some() {
            return self.company_name.clone();
        }
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = parts.into_iter().flatten().map(str::trim).collect::<Vec<_>>().join(" ");
        if name.is_empty() { self.company_name.clone() } else { Some(name) }
    }

    /// The card's id; `*None` stands for none (myob.md 3.1).
    pub(crate) fn card_id(&self) -> Option<&str> {
        self.display_id.as_deref().map(str::trim).filter(|id| *id != "*None")
    }
}

/// An address, with the people and numbers there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Address {
    /// 1 to 5: the first for bills, the second for goods.
    pub(crate) location: Option<u8>,
    /// May hold line breaks.
    #[serde(deserialize_with = "json::text")]
    pub(crate) street: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) city: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) state: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) post_code: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) country: Option<String>,
    #[serde(rename = "Phone1", deserialize_with = "json::text")]
    pub(crate) phone: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) email: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) contact_name: Option<String>,
}

/// How is traded with a contact.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Details {
    #[serde(rename = "ABN", deserialize_with = "json::text")]
    pub(crate) abn: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) tax_id_number: Option<String>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) terms: Option<Terms>,
}

/// When documents fall due.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Terms {
    #[serde(deserialize_with = "json::text")]
    pub(crate) payment_is_due: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) balance_due_date: Option<Number>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_called_by_its_company_or_its_person() {
        let read = |json: &str| serde_json::from_str::<Contact>(json).expect("reads");
        for (json, name) in [
            (r#"{"CompanyName":"Acme","IsIndividual":false,"LastName":"Park"}"#, Some("Acme")),
            (r#"{"CompanyName":"","IsIndividual":true,"FirstName":"Jo","LastName":"Park"}"#, Some("Jo Park")),
            (r#"{"CompanyName":"Park","IsIndividual":true}"#, Some("Park")),
            (r#"{"LastName":"Park"}"#, Some("Park")),
            ("{}", None),
        ] {
            assert_eq!(read(json).name().as_deref(), name, "{json}");
        }
        assert_eq!(read(r#"{"DisplayID":"*None"}"#).card_id(), None);
        assert_eq!(read(r#"{"DisplayID":"C-17"}"#).card_id(), Some("C-17"));
    }
}
