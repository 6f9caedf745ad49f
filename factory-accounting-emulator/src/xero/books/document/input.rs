//! What a caller sent of a document.

use super::{Extras, Family};
use crate::xero::books::contact::ContactInput;
use crate::xero::books::errors::Refusal;
use crate::xero::books::lines::LineInput;
use crate::xero::books::wire_in::Object;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Absent members keep their value on an update.
#[derive(Clone, Debug, Default)]
pub(super) struct DocumentInput {
    pub(super) id: Option<Uuid>,
    pub(super) kind: Option<String>,
    pub(super) number: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) contact: Option<ContactInput>,
    pub(super) date: Option<NaiveDate>,
    pub(super) due: Option<NaiveDate>,
    pub(super) expected: Option<NaiveDate>,
    pub(super) planned: Option<NaiveDate>,
    pub(super) status: Option<String>,
    pub(super) mode: Option<String>,
    pub(super) lines: Option<Vec<LineInput>>,
    pub(super) currency: Option<String>,
    pub(super) rate: Option<Decimal>,
    pub(super) theme: Option<Uuid>,
    pub(super) sent: Option<bool>,
    pub(super) extras: Extras,
    pub(super) total: Option<Decimal>,
    /// Members that only the server may write but that would change meaning if dropped.
    pub(super) allocates: bool,
}

/// Members of one family only, with their longest length (xero.md 4.6, 4.7, 4.8).
pub(super) fn extras_of(family: Family) -> &'static [(&'static str, usize)] {
    match family {
        Family::Invoice => &[("Url", 1000)],
        Family::CreditNote => &[],
        Family::Order => {
            &[("DeliveryAddress", 1000), ("AttentionTo", 255), ("Telephone", 50), ("DeliveryInstructions", 500)]
        }
        Family::Quote => &[("Title", 100), ("Summary", 3000), ("Terms", 4000)],
    }
}

impl DocumentInput {
    pub(super) fn read(object: &Object<'_>, family: Family) -> Result<Self, Refusal> {
        let (id, number, due, expected) = match family {
            Family::Invoice => ("InvoiceID", "InvoiceNumber", "DueDate", "ExpectedPaymentDate"),
            Family::CreditNote => ("CreditNoteID", "CreditNoteNumber", "DueDate", "ExpectedPaymentDate"),
            Family::Order => ("PurchaseOrderID", "PurchaseOrderNumber", "DeliveryDate", "ExpectedArrivalDate"),
            Family::Quote => ("QuoteID", "QuoteNumber", "ExpiryDate", "ExpectedPaymentDate"),
        };
        let mut extras = Extras::new();
        for (name, _) in extras_of(family) {
            if let Some(text) = object.text(name)? {
                extras.insert(name, text);
            }
        }
        Ok(Self {
            id: object.id(id)?,
            kind: object.text("Type")?,
            number: object.text(number)?.filter(|text| !text.is_empty()),
            reference: object.text("Reference")?,
            contact: object.object("Contact")?.map(|contact| ContactInput::read(&contact)).transpose()?,
            date: object.date("Date")?,
            due: object.date(due)?,
            expected: object.date(expected)?,
            planned: object.date("PlannedPaymentDate")?,
            status: object.text("Status")?.filter(|text| !text.is_empty()),
            mode: object.text("LineAmountTypes")?.filter(|text| !text.is_empty()),
            lines: match object.list("LineItems")? {
                None => None,
                Some(list) => Some(list.iter().map(LineInput::read).collect::<Result<_, _>>()?),
            },
            currency: object.text("CurrencyCode")?.filter(|text| !text.is_empty()),
            rate: object.decimal("CurrencyRate")?,
            theme: object.id("BrandingThemeID")?,
            sent: object.boolean("SentToContact")?,
            extras,
            total: object.decimal("Total")?,
            allocates: object.list("Allocations")?.is_some_and(|list| !list.is_empty()),
        })
    }
}
