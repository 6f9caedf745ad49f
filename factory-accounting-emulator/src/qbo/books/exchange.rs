//! Exchange rates: books in one currency know only the rate of that currency to itself (qbo.md 2).

use super::errors::{self, Fault};
use super::{Books, Context, EntityJson, enveloped};
use crate::json::Writer;
use crate::qbo::call::{Call, Reply};
use chrono::NaiveDate;
use http::Method;

impl Books {
    pub(super) fn exchange_rate(&self, call: &Call<'_>, ctx: &Context<'_>) -> Result<Reply, Fault> {
        if call.method != Method::GET {
            return Err(errors::gap("writing an ExchangeRate"));
        }
        let home = self.country.currency();
        let source = call.param("sourcecurrencycode").ok_or_else(|| errors::required("sourcecurrencycode"))?;
        if source != home {
            return Err(errors::gap(&format!("multicurrency: the rate of {source} in books kept in {home}")));
        }
        let day = match call.param("asofdate") {
            None => self.today(ctx.now),
            Some(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map_err(|_| Fault::of(2060, format!("Invalid Date Format : {text}")).on("asofdate"))?,
        };
        let mut out = Writer::default();
        out.object(|out| {
            out.text("SourceCurrencyCode", home);
            out.text("TargetCurrencyCode", home);
            out.raw("Rate", "1");
            out.text("AsOfDate", &day.to_string());
            out.text("domain", "QBO");
            out.raw("sparse", false);
        });
        Ok(enveloped(&EntityJson { name: "ExchangeRate", json: out.finish() }, ctx.now))
    }
}
