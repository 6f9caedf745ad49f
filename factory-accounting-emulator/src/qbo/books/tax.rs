//! Tax codes, rates and agencies: read only but for the tax service (qbo.md 5.7).

use super::Books;
use super::entity::Entity;
use super::errors::{self, Fault};
use super::ids::Id;
use super::shape::{Field, Shape};
use super::shelf::Row;
use super::write::Draft;
use rust_decimal::Decimal;

pub(super) static RATE_DETAIL: Shape = Shape::new(
    "TaxRateDetail",
    &[
        Field::reference("TaxRateRef", &[Entity::TaxRate]),
        Field::text("TaxTypeApplicable", 50),
        Field::whole("TaxOrder", 0, 99),
    ],
);

pub(super) static RATE_LIST: Shape = Shape::new("TaxRateList", &[Field::list("TaxRateDetail", &RATE_DETAIL)]);

pub(super) static TAX_CODE: Shape = Shape::new(
    "TaxCode",
    &[
        Field::text("Name", 100).sortable(),
        Field::text("Description", 100).sortable(),
        Field::flag("Active").filterable(),
        Field::flag("Hidden"),
        Field::flag("Taxable"),
        Field::flag("TaxGroup"),
        Field::record("SalesTaxRateList", &RATE_LIST),
        Field::record("PurchaseTaxRateList", &RATE_LIST),
        Field::word("TaxCodeConfigType", &["USER_DEFINED", "SYSTEM_GENERATED"]),
    ],
);

pub(super) static EFFECTIVE_RATE: Shape = Shape::new(
    "EffectiveTaxRate",
    &[Field::decimal("RateValue"), Field::text("EffectiveDate", 40), Field::text("EndDate", 40)],
);

pub(super) static TAX_RATE: Shape = Shape::new(
    "TaxRate",
    &[
        Field::text("Name", 100).sortable(),
        Field::text("Description", 100).sortable(),
        Field::flag("Active").filterable(),
        Field::decimal("RateValue").sortable(),
        Field::reference("AgencyRef", &[Entity::TaxAgency]).filterable(),
        Field::list("EffectiveTaxRate", &EFFECTIVE_RATE),
        Field::word("SpecialTaxType", &["NONE", "ZERO_RATE", "FOREIGN_TAX", "REVERSE_CHARGE", "ADJUSTMENT_RATE"])
            .filterable(),
        Field::text("DisplayType", 50).filterable(),
    ],
);

pub(super) static TAX_AGENCY: Shape = Shape::new(
    "TaxAgency",
    &[
        Field::text("DisplayName", 100).sortable(),
        Field::text("TaxRegistrationNumber", 20),
        Field::flag("TaxTrackedOnPurchases"),
        Field::flag("TaxTrackedOnSales"),
        Field::word("TaxAgencyConfig", &["USER_DEFINED", "SYSTEM_GENERATED"]).read_only(),
    ],
);

impl Books {
    /// The rates that a code puts on sales or on purchases, in percent.
    pub(super) fn tax_code_rates(&self, code: &Row, sales: bool) -> Vec<(Id, Decimal)> {
        let list = code.body.record(if sales { "SalesTaxRateList" } else { "PurchaseTaxRateList" });
        let details = list.map(|list| list.list("TaxRateDetail")).unwrap_or_default();
        let rates = details.iter().filter_map(|detail| self.get(Entity::TaxRate, detail.target("TaxRateRef")?));
        rates.map(|rate| (rate.id, rate.body.amount("RateValue"))).collect()
    }

    /// The code by which automated sales tax answers for a US state, such as `CA` (qbo.md 12.2).
    pub(super) fn state_tax_code(&self, state: &str) -> Option<Id> {
        let mut codes = self.shelf(Entity::TaxCode).rows().filter(|_| self.country.is_us());
        let named = |text: &str| text.eq_ignore_ascii_case(state.trim());
        codes
            .find(|row| row.body.text("Name").is_some_and(named) || row.body.text("Description").is_some_and(named))
            .map(|row| row.id)
    }

    pub(super) fn check_tax_agency(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        let name = draft.body.text("DisplayName").ok_or_else(|| errors::required("DisplayName"))?;
        if self.shelf(Entity::TaxAgency).find("DisplayName", name).next().is_some() {
            return Err(Fault::of(6240, "The name supplied already exists. : Another tax agency has this name."));
        }
        draft.body.set_default("TaxTrackedOnSales", true);
        draft.body.set_default("TaxTrackedOnPurchases", false);
        draft.body.set("TaxAgencyConfig", "USER_DEFINED");
        Ok(())
    }
}
