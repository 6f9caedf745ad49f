//! The company, its preferences and its lists as answered.

use chrono::NaiveDate;
use factory_accounting_http::json::{self, Number};
use serde::Deserialize;

use super::reference::Ref;

/// The company (qbo.md 5.1).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CompanyInfo {
    #[serde(deserialize_with = "json::text")]
    pub(crate) company_name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) country: Option<String>,
    #[serde(deserialize_with = "json::list")]
    pub(crate) name_value: Vec<NameValue>,
}

/// A further fact.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct NameValue {
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) value: Option<String>,
}

/// How the company works (qbo.md 5.2).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Preferences {
    #[serde(deserialize_with = "json::object")]
    pub(crate) accounting_info_prefs: Option<AccountingInfoPrefs>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) currency_prefs: Option<CurrencyPrefs>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) sales_forms_prefs: Option<SalesFormsPrefs>,
}

/// Of accounting.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct AccountingInfoPrefs {
    /// Absent while the books are open.
    #[serde(deserialize_with = "json::day")]
    pub(crate) book_close_date: Option<NaiveDate>,
}

/// Of currencies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CurrencyPrefs {
    #[serde(deserialize_with = "json::flag")]
    pub(crate) multi_currency_enabled: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) home_currency: Option<Ref>,
}

/// Of sales forms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SalesFormsPrefs {
    #[serde(deserialize_with = "json::flag")]
    pub(crate) auto_apply_credit: Option<bool>,
}

/// An account (qbo.md 5.6).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Account {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) fully_qualified_name: Option<String>,
    #[serde(deserialize_with = "json::token")]
    pub(crate) acct_num: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) classification: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) account_type: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) active: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_code_ref: Option<Ref>,
}

/// A tax code (qbo.md 5.7).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TaxCode {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    /// The codes of the United States leave it out.
    #[serde(deserialize_with = "json::flag")]
    pub(crate) active: Option<bool>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) hidden: Option<bool>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) sales_tax_rate_list: Option<RateList>,
    #[serde(deserialize_with = "json::object")]
    pub(crate) purchase_tax_rate_list: Option<RateList>,
}

/// The rates of one side of trade.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct RateList {
    #[serde(deserialize_with = "json::list")]
    pub(crate) tax_rate_detail: Vec<RateDetail>,
}

/// A rate within a tax code.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct RateDetail {
    #[serde(deserialize_with = "json::object")]
    pub(crate) tax_rate_ref: Option<Ref>,
    /// What it is a share of: the amount, the amount with the taxes before it, or those taxes.
    #[serde(deserialize_with = "json::text")]
    pub(crate) tax_type_applicable: Option<String>,
    pub(crate) tax_order: Option<i32>,
}

/// A tax rate.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct TaxRate {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) rate_value: Option<Number>,
}

/// Terms of payment (qbo.md 5.8).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Term {
    #[serde(deserialize_with = "json::token")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) active: Option<bool>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) due_days: Option<Number>,
    #[serde(deserialize_with = "json::number")]
    pub(crate) discount_percent: Option<Number>,
}

/// A currency beside the company's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CompanyCurrency {
    #[serde(deserialize_with = "json::text")]
    pub(crate) code: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    pub(crate) active: Option<bool>,
}
