//! Customers, jobs and vendors as written (qbo.md 5.3, 5.4).

use serde::Serialize;

use super::{Head, RefWrite};

/// A customer, a job or a vendor.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NameWrite {
    #[serde(flatten)]
    pub(crate) head: Head,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) print_on_check_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) primary_email_addr: Option<EmailWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) primary_phone: Option<PhoneWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alternate_phone: Option<PhoneWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bill_addr: Option<AddressWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ship_addr: Option<AddressWrite>,
    /// Tax number of a customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) primary_tax_identifier: Option<String>,
    /// Tax number of a vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_identifier: Option<String>,
    /// Terms of a customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sales_term_ref: Option<RefWrite>,
    /// Terms of a vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) term_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bill_with_parent: Option<bool>,
}

/// An e-mail address.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EmailWrite {
    pub(crate) address: String,
}

/// A phone number.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PhoneWrite {
    pub(crate) free_form_number: String,
}

/// A postal address.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AddressWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line3: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line4: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country_sub_division_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
}
