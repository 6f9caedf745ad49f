//! `POST /taxservice/taxcode`: the one way to make a tax code (qbo.md 5.7).

use super::entity::Entity;
use super::errors::{self, Fault};
use super::ids::Id;
use super::record::Record;
use super::shape::{Field, Shape};
use super::tax::{EFFECTIVE_RATE, RATE_DETAIL, RATE_LIST, TAX_CODE, TAX_RATE};
use super::wire::reader;
use super::{Books, Context, utf8};
use crate::json::Writer;
use crate::qbo::call::{Call, Reply};
use http::{Method, StatusCode};
use rust_decimal::Decimal;

const SALES: &str = "Sales";
const PURCHASE: &str = "Purchase";

static DETAIL: Shape = Shape::new(
    "TaxRateDetails",
    &[
        Field::text("TaxRateName", 100),
        Field::text("TaxRateId", 20),
        Field::decimal("RateValue"),
        Field::text("TaxAgencyId", 20),
        Field::word("TaxApplicableOn", &[SALES, PURCHASE, "Adjustment", "Other"]),
    ],
);

static SERVICE: Shape = Shape::new(
    "TaxService",
    &[Field::name("TaxCode", 100), Field::text("TaxCodeId", 20).read_only(), Field::list("TaxRateDetails", &DETAIL)],
);

impl Books {
    pub(super) fn tax_service(&mut self, call: &Call<'_>, ctx: &Context<'_>) -> Result<Reply, Fault> {
        if call.method != Method::POST {
            return Err(errors::unsupported(&format!("{} on taxservice", call.method)));
        }
        let input = reader::read(&SERVICE, utf8(call.body)?, ctx.switches)?;
        let (code, details) = self.attempt(|books| books.make_code(&input.body, ctx))?;
        let mut out = Writer::default();
        out.object(|out| {
            out.text("TaxCode", input.body.text("TaxCode").unwrap_or_default());
            out.text("TaxCodeId", &code.to_string());
            out.list("TaxRateDetails", &details, |out, (rate, detail)| {
                out.text("TaxRateName", detail.text("TaxRateName").unwrap_or_default());
                out.text("TaxRateId", &rate.to_string());
                out.raw("RateValue", detail.amount("RateValue").normalize());
                out.text("TaxAgencyId", detail.text("TaxAgencyId").unwrap_or_default());
                out.text("TaxApplicableOn", detail.text("TaxApplicableOn").unwrap_or(SALES));
            });
        });
        Ok(Reply::json(StatusCode::OK, out.finish()))
    }

    fn make_code(&mut self, input: &Record, ctx: &Context<'_>) -> Result<(Id, Vec<(Id, Record)>), Fault> {
        let name = input.text("TaxCode").ok_or_else(|| errors::required("TaxCode"))?;
        if self.shelf(Entity::TaxCode).find("Name", name).next().is_some() {
            return Err(Fault::of(6240, "The name supplied already exists. : Another tax code has this name."));
        }
        if input.list("TaxRateDetails").is_empty() {
            return Err(errors::required("TaxRateDetails"));
        }
        let details = input.list("TaxRateDetails").iter().map(|detail| self.rate_of(detail, ctx));
        let details = details.collect::<Result<Vec<_>, _>>()?;
        let body = Record::new(&TAX_CODE)
            .with("Name", name)
            .with("Description", name)
            .with("Active", true)
            .with("Hidden", false)
            .with("Taxable", true)
            .with("TaxGroup", true)
            .with("SalesTaxRateList", rate_list(&details, SALES))
            .with("PurchaseTaxRateList", rate_list(&details, PURCHASE))
            .with("TaxCodeConfigType", "USER_DEFINED");
        let id = self.next_id(Entity::TaxCode);
        self.put_new(Entity::TaxCode, id, body, ctx);
        Ok((id, details))
    }

    /// A rate that exists by its id, or a new one; with the detail as it is answered.
    fn rate_of(&mut self, detail: &Record, ctx: &Context<'_>) -> Result<(Id, Record), Fault> {
        if let Some(id) = detail.text("TaxRateId") {
            let rate = self.resolve(Entity::TaxRate, id, ctx)?;
            let known = detail
                .clone()
                .with("TaxRateName", rate.body.text("Name").unwrap_or_default())
                .with("RateValue", rate.body.amount("RateValue"))
                .with("TaxAgencyId", rate.body.reference("AgencyRef").unwrap_or_default());
            return Ok((rate.id, known));
        }
        let name = detail.text("TaxRateName").ok_or_else(|| errors::required("TaxRateName"))?;
        let value = detail.decimal("RateValue").ok_or_else(|| errors::required("RateValue"))?;
        let agency = detail.text("TaxAgencyId").ok_or_else(|| errors::required("TaxAgencyId"))?;
        if value < Decimal::ZERO || value > Decimal::ONE_HUNDRED {
            return Err(Fault::of(2150, format!("Invalid Percent : {value}")).on("RateValue"));
        }
        if self.shelf(Entity::TaxRate).find("Name", name).next().is_some() {
            return Err(Fault::of(6240, "The name supplied already exists. : Another tax rate has this name."));
        }
        let agency = self.resolve(Entity::TaxAgency, agency, ctx)?.id;
        let id = self.next_id(Entity::TaxRate);
        let since =
            Record::new(&EFFECTIVE_RATE).with("RateValue", value).with("EffectiveDate", self.country.row_time(ctx.now));
        let body = Record::new(&TAX_RATE)
            .with("Name", name)
            .with("Description", name)
            .with("Active", true)
            .with("RateValue", value)
            .with("AgencyRef", agency)
            .with("EffectiveTaxRate", vec![since])
            .with("SpecialTaxType", if value.is_zero() { "ZERO_RATE" } else { "NONE" })
            .with("DisplayType", "ReadOnly");
        self.put_new(Entity::TaxRate, id, body, ctx);
        Ok((id, detail.clone()))
    }
}

fn rate_list(details: &[(Id, Record)], side: &str) -> Record {
    let of_side = details.iter().filter(|(_, detail)| detail.text("TaxApplicableOn").unwrap_or(SALES) == side);
    let rows = of_side.map(|(rate, _)| rate_detail(*rate)).collect::<Vec<_>>();
    Record::new(&RATE_LIST).with("TaxRateDetail", rows)
}

/// One rate of a code.
pub(super) fn rate_detail(rate: Id) -> Record {
    Record::new(&RATE_DETAIL)
        .with("TaxRateRef", rate)
        .with("TaxTypeApplicable", "TaxOnAmount")
        .with("TaxOrder", Decimal::ZERO)
}
