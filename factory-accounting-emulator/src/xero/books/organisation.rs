//! The organisation itself, its currencies, branding themes and permitted actions (xero.md 4.4).

use super::errors::Refusal;
use super::wire_in;
use super::zone::Region;
use super::{Answer, Books, Context};
use crate::xero::call::Call;
use chrono::NaiveDate;
use http::Method;
use rust_decimal::Decimal;
use std::str::FromStr;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Organisation {
    pub(super) name: String,
    pub(super) version: &'static str,
    pub(super) base_currency: &'static str,
    pub(super) country: &'static str,
    pub(super) timezone: &'static str,
    pub(super) class: String,
    pub(super) short_code: String,
    pub(super) year_end: (u32, u32),
    pub(super) period_lock: Option<NaiveDate>,
    pub(super) year_lock: Option<NaiveDate>,
    pub(super) multicurrency: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Theme {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) sort_order: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Currency {
    pub(super) code: String,
    pub(super) description: String,
}

/// Names of `Organisation/Actions` (xero.md 4.4).
const ACTIONS: [&str; 13] = [
    "CreateApprovedInvoice",
    "CreateDraftInvoice",
    "CreateApprovedBill",
    "CreateDraftBill",
    "CreateInvoicePayment",
    "CreateDraftPurchaseOrder",
    "CreateApprovedPurchaseOrder",
    "CreateDraftQuote",
    "CreateSentQuote",
    "AttachFilesIntoInvoice",
    "UseMulticurrency",
    "CreateRepeatingInvoice",
    "CreateRepeatingBill",
];

/// Day rates against the New Zealand dollar for a document that names none; fixed, so that runs repeat [impl].
const DAY_RATES: [(&str, &str); 5] = [("NZD", "1"), ("AUD", "0.91"), ("USD", "0.59"), ("GBP", "0.45"), ("EUR", "0.52")];

impl Books {
    pub(super) fn has_currency(&self, code: &str) -> bool {
        self.currencies.iter().any(|currency| currency.code.eq_ignore_ascii_case(code))
    }

    /// Units of a currency for one unit of the base currency, six places.
    pub(super) fn day_rate(&self, code: &str) -> Decimal {
        let rate = |code: &str| {
            DAY_RATES.iter().find(|(name, _)| *name == code).and_then(|(_, rate)| Decimal::from_str(rate).ok())
        };
        match (rate(code), rate(self.organisation.base_currency)) {
            (Some(foreign), Some(base)) if !base.is_zero() => (foreign / base).round_dp(6),
            _ => Decimal::ONE,
        }
    }

    /// Documents dated on or before the later lock date are refused (xero.md 4.4).
    pub(super) fn is_locked(&self, day: NaiveDate) -> bool {
        self.organisation.period_lock.max(self.organisation.year_lock).is_some_and(|lock| day <= lock)
    }

    pub(super) fn organisation_call(&self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        match (call.method, rest) {
            (&Method::GET, []) => Ok(self.render_organisation(ctx)),
            (&Method::GET, [part]) if part.eq_ignore_ascii_case("Actions") => Ok(ctx.envelope(None, |out| {
                out.list("Actions", ACTIONS, |out, name| {
                    out.text("Name", name);
                    let refused = name == "UseMulticurrency" && !self.organisation.multicurrency;
                    out.text("Status", if refused { "NOT-ALLOWED" } else { "ALLOWED" });
                });
            })),
            (_, [_, part]) if part.eq_ignore_ascii_case("CISSettings") => {
                Err(Refusal::gap("CIS settings of an organisation"))
            }
            (_, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn render_organisation(&self, ctx: &Context<'_>) -> crate::xero::call::Reply {
        let organisation = &self.organisation;
        ctx.envelope(None, |out| {
            out.list("Organisations", [organisation], |out, organisation| {
                out.text("Name", &organisation.name);
                out.text("LegalName", &organisation.name);
                out.flag("PaysTax", true);
                out.text("Version", organisation.version);
                out.text("OrganisationType", "COMPANY");
                out.text("BaseCurrency", organisation.base_currency);
                out.text("CountryCode", organisation.country);
                out.flag("IsDemoCompany", organisation.class == "DEMO");
                out.text("OrganisationStatus", "ACTIVE");
                out.raw("FinancialYearEndDay", organisation.year_end.0);
                out.raw("FinancialYearEndMonth", organisation.year_end.1);
                out.text("SalesTaxBasis", "ACCRUALS");
                out.text("SalesTaxPeriod", "TWOMONTHS");
                out.text("DefaultSalesTax", "Tax Exclusive");
                out.text("DefaultPurchasesTax", "Tax Exclusive");
                if let Some(lock) = organisation.period_lock {
                    out.date("PeriodLockDate", lock);
                }
                if let Some(lock) = organisation.year_lock {
                    out.date("EndOfYearLockDate", lock);
                }
                out.text("OrganisationEntityType", "COMPANY");
                out.text("Timezone", organisation.timezone);
                out.text("ShortCode", &organisation.short_code);
                out.text("Class", &organisation.class);
                out.text("Edition", "BUSINESS");
                out.id("OrganisationID", self.tenant_id);
                for list in ["Addresses", "Phones", "ExternalLinks"] {
                    out.none(list);
                }
                out.member("PaymentTerms", |_| {});
            });
        })
    }

    pub(super) fn currencies_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        match (call.method, rest) {
            (&Method::GET, []) => Ok(self.render_currencies(ctx)),
            (&Method::PUT, []) => {
                for element in wire_in::elements(call.body, "Currencies", "Currency")? {
                    let code = element.text("Code")?.unwrap_or_default().to_uppercase();
                    if code.len() != 3 || !code.chars().all(|c| c.is_ascii_uppercase()) {
                        return Err(Refusal::validation(format!("Currency code '{code}' is not valid"))); // [impl]
                    }
                    if !self.organisation.multicurrency {
                        return Err(Refusal::validation("The organisation's plan does not include multicurrency")); // [impl]
                    }
                    if !self.has_currency(&code) {
                        let description = element.text("Description")?.unwrap_or_else(|| code.clone());
                        self.currencies.push(Currency { code, description });
                    }
                }
                Ok(self.render_currencies(ctx))
            }
            (_, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn render_currencies(&self, ctx: &Context<'_>) -> crate::xero::call::Reply {
        ctx.envelope(None, |out| {
            out.list("Currencies", &self.currencies, |out, currency| {
                out.text("Code", &currency.code);
                out.text("Description", &currency.description);
            });
        })
    }

    pub(super) fn themes_call(&self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let rows: Vec<&Theme> = match (call.method, rest) {
            (&Method::GET, []) => self.themes.iter().collect(),
            (&Method::GET, [key]) => {
                let id = Uuid::parse_str(key).ok();
                self.themes.iter().filter(|theme| Some(theme.id) == id).collect()
            }
            (_, [_, part]) if part.eq_ignore_ascii_case("PaymentServices") => {
                return Err(Refusal::gap("payment services of branding themes"));
            }
            (_, [] | [_]) => return Err(Refusal::MethodNotAllowed),
            _ => return Err(Refusal::NotFound),
        };
        if rows.is_empty() {
            return Err(Refusal::NotFound);
        }
        let created = self.born;
        Ok(ctx.envelope(None, |out| {
            out.list("BrandingThemes", rows, |out, theme| {
                out.id("BrandingThemeID", theme.id);
                out.text("Name", &theme.name);
                out.raw("SortOrder", theme.sort_order);
                out.instant("CreatedDateUTC", created);
            });
        }))
    }

    pub(super) fn region(&self) -> Region {
        self.region
    }
}
