//! Customers and suppliers as written (myob.md 3.1).

use serde::Serialize;

use super::{LinkWrite, TermsWrite};

/// What of a card is ours, without what it is sold or bought under and without its addresses.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CardWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
    pub(crate) is_individual: bool,
    /// Of a new card only (myob.md 11).
    #[serde(rename = "DisplayID", skip_serializing_if = "Option::is_none")]
    pub(crate) display_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_active: Option<bool>,
}

/// Terms and taxes of a customer or supplier.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DetailsWrite {
    /// Tax number in Australia.
    #[serde(rename = "ABN", skip_serializing_if = "Option::is_none")]
    pub(crate) abn: Option<String>,
    /// Tax number elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_id_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freight_tax_code: Option<LinkWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<TermsWrite>,
}

/// One of a card's five addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AddressWrite {
    pub(crate) location: u8,
    /// Lines of the street, one below the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) post_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_name: Option<String>,
}
