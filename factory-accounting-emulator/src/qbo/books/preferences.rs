//! The company's settings: one object of sections (qbo.md 5.2).

use super::Books;
use super::entity::Entity;
use super::errors::Fault;
use super::record::Node;
use super::shape::{CUSTOM_FIELD, EMAIL, Field, NAME_VALUE, Shape};
use super::write::Draft;

static ACCOUNTING: Shape = Shape::new(
    "CompanyAccountingPrefs",
    &[
        Field::flag("UseAccountNumbers"),
        Field::flag("TrackDepartments"),
        Field::text("DepartmentTerminology", 50),
        Field::flag("ClassTrackingPerTxn"),
        Field::flag("ClassTrackingPerTxnLine"),
        Field::text("FirstMonthOfFiscalYear", 20).read_only(),
        Field::text("TaxYearMonth", 20).read_only(),
        Field::date("BookCloseDate").read_only(),
        Field::text("CustomerTerminology", 50),
    ],
);

static PRODUCTS: Shape = Shape::new(
    "ProductAndServicesPrefs",
    &[
        Field::flag("ForSales"),
        Field::flag("ForPurchase"),
        Field::flag("QuantityWithPriceAndRate"),
        Field::flag("QuantityOnHand"),
    ],
);

static CUSTOM_FIELDS: Shape = Shape::new("CustomFieldGroup", &[Field::list("CustomField", &CUSTOM_FIELD)]);

static SALES_FORMS: Shape = Shape::new(
    "SalesFormsPrefs",
    &[
        Field::flag("UsingProgressInvoicing").read_only(),
        Field::list("CustomField", &CUSTOM_FIELDS),
        Field::flag("CustomTxnNumbers"),
        Field::record("SalesEmailCc", &EMAIL),
        Field::record("SalesEmailBcc", &EMAIL),
        Field::flag("EmailCopyToCompany"),
        Field::flag("AllowDeposit"),
        Field::flag("AllowDiscount"),
        Field::flag("AllowEstimates"),
        Field::flag("ETransactionPaymentEnabled"),
        Field::flag("AllowServiceDate"),
        Field::flag("AllowShipping"),
        Field::reference("DefaultTerms", &[Entity::Term]),
        Field::flag("AutoApplyCredit"),
        Field::text("DefaultCustomerMessage", 1000),
    ],
);

static PURCHASES: Shape = Shape::new(
    "VendorAndPurchasesPrefs",
    &[
        Field::flag("TrackingByCustomer"),
        Field::flag("BillableExpenseTracking"),
        Field::reference("DefaultTerms", &[Entity::Term]),
        Field::decimal("DefaultMarkup"),
        Field::reference("DefaultMarkupAccount", &[Entity::Account]),
        Field::flag("TPAREnabled"),
        Field::list("POCustomField", &CUSTOM_FIELDS),
        Field::text("MsgToVendors", 1000),
    ],
);

static TIME: Shape = Shape::new(
    "TimeTrackingPrefs",
    &[
        Field::flag("UseServices"),
        Field::flag("BillCustomers"),
        Field::flag("ShowBillRateToAll"),
        Field::text("WorkWeekStartDate", 20),
        Field::flag("MarkTimeEntriesBillable"),
    ],
);

static TAX: Shape = Shape::new(
    "TaxPrefs",
    &[
        Field::flag("UsingSalesTax").read_only(),
        Field::flag("PartnerTaxEnabled").read_only(),
        Field::reference("TaxGroupCodeRef", &[Entity::TaxCode]),
    ],
);

static CURRENCY: Shape = Shape::new(
    "CurrencyPrefs",
    &[Field::flag("MultiCurrencyEnabled").read_only(), Field::currency("HomeCurrency").read_only()],
);

static OTHER: Shape = Shape::new("OtherPrefs", &[Field::list("NameValue", &NAME_VALUE)]);

pub(super) static PREFERENCES: Shape = Shape::new(
    "Preferences",
    &[
        Field::record("AccountingInfoPrefs", &ACCOUNTING),
        Field::record("ProductAndServicesPrefs", &PRODUCTS),
        Field::record("SalesFormsPrefs", &SALES_FORMS),
        Field::record("VendorAndPurchasesPrefs", &PURCHASES),
        Field::record("TimeTrackingPrefs", &TIME),
        Field::record("TaxPrefs", &TAX),
        Field::record("CurrencyPrefs", &CURRENCY).read_only(),
        Field::record("OtherPrefs", &OTHER),
    ],
);

impl Books {
    /// A section changes by the settings that were sent: none of them can be absent.
    pub(super) fn check_preferences(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        let Some(stored) = draft.stored().cloned() else { return Ok(()) };
        for (field, node) in stored.members() {
            let Node::Record(section) = node else { continue };
            let mut whole = section.clone();
            if let Some(sent) = draft.input.body.record(field.name) {
                whole.merge(sent);
            }
            draft.body.set(field.name, whole);
        }
        Ok(())
    }
}
