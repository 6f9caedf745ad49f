//! The company itself (qbo.md 5.1).

use super::Books;
use super::errors::{self, Fault};
use super::shape::{ADDRESS, EMAIL, Field, NAME_VALUE, PHONE, Shape, WEB};
use super::write::Draft;

pub(super) static COMPANY_INFO: Shape = Shape::new(
    "CompanyInfo",
    &[
        Field::text("CompanyName", 1024).filterable(),
        Field::text("LegalName", 1024),
        Field::record("CompanyAddr", &ADDRESS),
        Field::record("CustomerCommunicationAddr", &ADDRESS),
        Field::record("LegalAddr", &ADDRESS),
        Field::record("CustomerCommunicationEmailAddr", &EMAIL),
        Field::record("PrimaryPhone", &PHONE),
        Field::date("CompanyStartDate").read_only(),
        Field::text("EmployerId", 30).read_only(),
        Field::text("FiscalYearStartMonth", 20).read_only(),
        Field::text("Country", 2).read_only(),
        Field::record("Email", &EMAIL),
        Field::record("WebAddr", &WEB),
        Field::text("SupportedLanguages", 100).read_only(),
        Field::text("DefaultTimeZone", 60).read_only(),
        Field::list("NameValue", &NAME_VALUE).read_only(),
    ],
);

impl Books {
    pub(super) fn check_company(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        if draft.body.has("CompanyName") { Ok(()) } else { Err(errors::required("CompanyName")) }
    }
}
