//! The company and its preferences (myob.md 1.5).

use super::country::Country;
use super::{Books, Context};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Whether documents carry a category (myob.md 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CategoryTracking {
    #[default]
    Off,
    OnAndNotRequired,
    OnAndRequired,
}

/// What is set once for the whole file.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) company_name: String,
    pub(super) serial_number: String,
    /// A lapsed subscription: writes fail (myob.md 6).
    pub(super) read_only: bool,
    /// Being upgraded or restored (myob.md 6).
    pub(super) offline: bool,
    /// Since when somebody has an offline copy: writes are refused (myob.md 6).
    pub(super) checked_out: Option<DateTime<Utc>>,
    pub(super) category_tracking: CategoryTracking,
    /// Transactions cannot be changed, they must be reversed.
    pub(super) must_reverse: bool,
    pub(super) lock_before: Option<NaiveDate>,
    /// The first day that can be posted to.
    pub(super) beginning: NaiveDate,
    /// Whether the file has a linked account for freight (myob.md 6).
    pub(super) freight_account: bool,
    pub(super) undeposited: Uuid,
    pub(super) prefer_undeposited: bool,
    /// Terms of new cards.
    pub(super) due_days: u32,
}

impl Books {
    pub(super) fn company_json(&self, ctx: &Context<'_>) -> String {
        let settings = &self.settings;
        let mut company = json!({
            "CompanyName": settings.company_name,
            "SerialNumber": settings.serial_number,
            "Address": null,
            "PhoneNumber": null,
            "FaxNumber": null,
            "EmailAddress": null,
            "ABNOrTFN": null,
            "ABNBranch": null,
            "ACN": null,
            "SalesTaxNumber": null,
            "PayeeNumber": null,
            "GSTRegistrationNumber": null,
            "CompanyRegistrationNumber": null,
            "ReadOnly": settings.read_only,
        });
        match self.country {
            Country::Au => company["ABNOrTFN"] = json!("51 824 753 556"),
            Country::Nz => company["GSTRegistrationNumber"] = json!("49-091-850"),
        }
        if ctx.uris {
            company["URI"] = json!(format!("{}/Company", ctx.base));
        }
        company.to_string()
    }

    pub(super) fn preferences_json(&self, ctx: &Context<'_>) -> String {
        let settings = &self.settings;
        let code = |code: &str| self.tax_code_link(code, ctx);
        let gst = match self.country {
            Country::Au => "GST",
            Country::Nz => "S15",
        };
        let terms = |own: &str| {
            json!({
                "PaymentIsDue": "InAGivenNumberOfDays",
                "DiscountDate": 0,
                "BalanceDueDate": settings.due_days,
                "DiscountForEarlyPayment": 0,
                "MonthlyChargeForLatePayment": 0,
                "TaxCode": code(gst),
                own: false,
                "FreightTaxCode": code(gst),
                "CreditLimit": 0,
            })
        };
        json!({
            "System": {
                "CategoryTracking": settings.category_tracking,
                "TransactionsCannotBeChangedMustBeReversed": settings.must_reverse,
                "LockPeriodPriorTo": settings.lock_before.map(|day| format!("{day}T00:00:00")),
                "UseAlphaAccountIdentifier": false,
            },
            "ReportsAndForms": {},
            "Banking": { "PreferToReceiveMoneyIntoUndepositedFunds": settings.prefer_undeposited },
            "Sales": { "Terms": terms("UseCustomerTaxCode") },
            "Purchases": { "Terms": terms("UseSupplierTaxCode") },
        })
        .to_string()
    }

    fn tax_code_link(&self, code: &str, ctx: &Context<'_>) -> Value {
        let row = self.shelf(super::table::Table::TaxCode).find("Code", code).next();
        let Some(row) = row else { return Value::Null };
        let mut link = json!({"UID": row.uid, "Code": code});
        if ctx.uris {
            link["URI"] = json!(ctx.uri(row.table, row.uid));
        }
        link
    }
}
