//! The organisation, its lists, its connections, and what hangs on records: attachments.

use chrono::NaiveDate;
use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::{date, id};

/// The organisation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Organisation {
    #[serde(rename = "OrganisationID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "BaseCurrency", deserialize_with = "json::text")]
    pub(crate) currency: Option<String>,
    #[serde(rename = "CountryCode", deserialize_with = "json::text")]
    pub(crate) country: Option<String>,
    #[serde(rename = "PeriodLockDate", deserialize_with = "date::optional_date")]
    pub(crate) period_lock: Option<NaiveDate>,
    #[serde(rename = "EndOfYearLockDate", deserialize_with = "date::optional_date")]
    pub(crate) year_lock: Option<NaiveDate>,
    // The plan is an open list: it has grown without notice (xero.md 10.6).
    #[serde(rename = "Class", deserialize_with = "json::text")]
    pub(crate) plan: Option<String>,
    #[serde(rename = "ShortCode", deserialize_with = "json::text")]
    pub(crate) short_code: Option<String>,
}

/// An account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    #[serde(rename = "AccountID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Code", deserialize_with = "json::text")]
    pub(crate) code: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "Type", deserialize_with = "json::text")]
    pub(crate) account_type: Option<String>,
    #[serde(rename = "Class", deserialize_with = "json::text")]
    pub(crate) class: Option<String>,
    #[serde(rename = "Status", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    #[serde(rename = "SystemAccount", deserialize_with = "json::text")]
    pub(crate) system: Option<String>,
    #[serde(rename = "TaxType", deserialize_with = "json::text")]
    pub(crate) tax_type: Option<String>,
    #[serde(rename = "EnablePaymentsToAccount")]
    pub(crate) payments_enabled: Option<bool>,
}

/// A tax rate.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaxRate {
    #[serde(rename = "TaxType", deserialize_with = "json::text")]
    pub(crate) tax_type: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "Status", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    #[serde(rename = "EffectiveRate", deserialize_with = "json::number")]
    pub(crate) rate: Option<Number>,
    #[serde(rename = "CanApplyToAssets")]
    pub(crate) assets: Option<bool>,
    #[serde(rename = "CanApplyToLiabilities")]
    pub(crate) liabilities: Option<bool>,
    #[serde(rename = "CanApplyToEquity")]
    pub(crate) equity: Option<bool>,
    #[serde(rename = "CanApplyToRevenue")]
    pub(crate) revenue: Option<bool>,
    #[serde(rename = "CanApplyToExpenses")]
    pub(crate) expenses: Option<bool>,
}

/// A currency.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CurrencyEntry {
    #[serde(rename = "Code", deserialize_with = "json::text")]
    pub(crate) code: Option<String>,
}

/// A tracking category with its options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TrackingCategory {
    #[serde(rename = "TrackingCategoryID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "Status", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
    #[serde(rename = "Options", deserialize_with = "json::list")]
    pub(crate) options: Vec<TrackingOption>,
}

/// An option of a tracking category.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TrackingOption {
    #[serde(rename = "TrackingOptionID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Name", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "Status", deserialize_with = "json::text")]
    pub(crate) status: Option<String>,
}

/// An attached file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attachment {
    #[serde(rename = "AttachmentID", deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "FileName", deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(rename = "MimeType", deserialize_with = "json::text")]
    pub(crate) media_type: Option<String>,
    #[serde(rename = "ContentLength", deserialize_with = "json::number")]
    pub(crate) size: Option<Number>,
}

/// A connection of the grant to one tenant (xero.md 1.4): a bare array, camel case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Connection {
    #[serde(deserialize_with = "id::optional")]
    pub(crate) id: Option<String>,
    #[serde(rename = "tenantId", deserialize_with = "id::optional")]
    pub(crate) tenant: Option<String>,
    #[serde(rename = "tenantType", deserialize_with = "json::text")]
    pub(crate) tenant_type: Option<String>,
    #[serde(rename = "tenantName", deserialize_with = "json::text")]
    pub(crate) tenant_name: Option<String>,
}
