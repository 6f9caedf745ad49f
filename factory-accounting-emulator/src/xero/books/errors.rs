//! The catalogue of messages (xero.md 12) and the answers that refuse a whole request (xero.md 7.1).
//!
//! A text marked `[impl]` stands for a refusal whose live wording no source records.

use super::wire_out::Writer;
use crate::xero::call::Reply;
use http::StatusCode;

/// Why a whole request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 404 with an empty HTML body (xero.md 7.1).
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 501: this emulator does not model it; the text names the gap.
    NotModelled(String),
    /// 400 with one of the three top fields sets of xero.md 7.1.
    Bad { number: u16, kind: &'static str, message: String },
}

impl Refusal {
    pub(super) fn bad_json(detail: &str) -> Self {
        Self::Bad {
            number: 14,
            kind: "PostDataInvalidException",
            message: format!("JSON for post data was invalid,{detail}"),
        }
    }

    /// The misspelling is Xero's own (xero.md 7.1).
    pub(super) fn no_data(noun: &str) -> Self {
        Self::Bad {
            number: 17,
            kind: "NoDataProcessedException",
            message: format!(
                "No data has been processed for this endpoint. This endpoint is expecting {noun} data to be specefied in the request body."
            ),
        }
    }

    pub(super) fn query(message: String) -> Self {
        Self::Bad { number: 16, kind: "QueryParseException", message }
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::Bad { number: 10, kind: "ValidationException", message: message.into() }
    }

    pub(super) fn gap(what: &str) -> Self {
        Self::NotModelled(what.to_owned())
    }

    pub(super) fn reply(&self) -> Reply {
        match self {
            Self::NotFound => Reply::typed(StatusCode::NOT_FOUND, "text/html; charset=utf-8", ""),
            Self::MethodNotAllowed => Reply::empty(StatusCode::METHOD_NOT_ALLOWED),
            Self::NotModelled(gap) => problem(
                StatusCode::NOT_IMPLEMENTED,
                501,
                "NotModelledException",
                &format!("the emulator does not model {gap}"),
            ),
            Self::Bad { number, kind, message } => problem(StatusCode::BAD_REQUEST, *number, kind, message),
        }
    }
}

fn problem(status: StatusCode, number: u16, kind: &str, message: &str) -> Reply {
    let mut out = Writer::default();
    out.object(|out| {
        out.raw("ErrorNumber", number);
        out.text("Type", kind);
        out.text("Message", message);
    });
    Reply::json(status, out.finish())
}

/// What was found wrong, or doubtful, in one element of a write.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Findings {
    /// Notes an error once.
    pub(super) fn error(&mut self, message: impl Into<String>) {
        let message = message.into();
        if !self.errors.contains(&message) {
            self.errors.push(message);
        }
    }

    pub(super) fn warn(&mut self, message: impl Into<String>) {
        self.warnings.push(message.into());
    }

    pub(super) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Notes a text that is longer than its field (lengths of xero.md 4; wording `[impl]`).
    pub(super) fn limit(&mut self, field: &str, value: Option<&str>, max: usize) {
        if value.is_some_and(|value| value.chars().count() > max) {
            self.error(format!("The {field} field must not be longer than {max} characters."));
        }
    }
}

pub(super) const CONTACT_NUMBER_TAKEN: &str =
    "Another contact has this contact number. Please enter a different contact number.";
pub(super) const CONTACT_ARCHIVED_EDIT: &str = "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API.";
pub(super) const CONTACT_ARCHIVED_USE: &str = "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes.";
pub(super) const CONTACT_MISSING: &str = "A Contact must be specified for this type of transaction";
pub(super) const EMAIL_INVALID: &str = "Email address must be valid.";
pub(super) const LINES_MISSING: &str = "One or more line items must be specified";
pub(super) const TYPE_MISSING: &str = "Invoice Type must be specified";
pub(super) const CREDIT_TYPE_MISSING: &str = "Credit Note Type must be specified";
pub(super) const CREATE_STATUS: &str = "Invoice not of valid status for creation";
pub(super) const MODIFY_STATUS: &str = "Invoice not of valid status for modification";
pub(super) const ALLOCATED: &str = "This document cannot be edited as it has a payment or credit note allocated to it.";
pub(super) const INVOICE_NUMBER_TAKEN: &str = "Invoice # must be unique.";
pub(super) const CREDIT_NUMBER_TAKEN: &str = "Credit Note # must be unique.";
pub(super) const ORDER_NUMBER_TAKEN: &str = "Order number must be unique";
pub(super) const QUOTE_NUMBER_TAKEN: &str = "Quote number must be unique";
pub(super) const ORDER_DELETED: &str = "Deleted PurchaseOrders cannot be updated";
pub(super) const ORDER_STATUS: &str = "PurchaseOrder status change is invalid";
pub(super) const QUOTE_STATUS: &str = "Quote status change is invalid";
pub(super) const NAME_NOT_UNIQUE: &str = "Please enter a unique Name.";
pub(super) const CODE_NOT_UNIQUE: &str = "Please enter a unique Code.";
pub(super) const DISCOUNT_UNIT: &str = "The UnitAmount should be used when specifying a discount for a line item.";
pub(super) const TOTAL_MISMATCH: &str = "The invoice total does not equal the sum of the lines.";
pub(super) const PAYMENT_TOO_BIG: &str = "Payment amount exceeds the amount outstanding on this document";
pub(super) const PAYMENT_NOT_APPROVED: &str = "Payments can only be made against authorised documents";
pub(super) const ACCOUNT_NOT_FOUND: &str = "Account could not be found";
pub(super) const ALLOCATION_PAID: &str = "The invoice you are trying to allocate to has already been paid off";
pub(super) const CREDIT_NOTE_MISSING: &str =
    "An existing Credit Note with the specified CreditNoteID could not be found";
pub(super) const LOCK_DATE: &str = "The document date cannot be before the period lock date";
pub(super) const INVOICE_SENT_WARNING: &str = "Only AUTHORISED invoices may have SentToContact updated.";
pub(super) const ORDER_SENT_WARNING: &str =
    "Only AUTHORISED and BILLED purchase orders may have SentToContact updated.";

pub(super) fn contact_name_taken(name: &str) -> String {
    format!(
        "The contact name {name} is already assigned to another contact. The contact name must be unique across all active contacts."
    )
}

pub(super) fn status_over_allocation(status: &str, noun: &str) -> String {
    format!(
        "The status {status} cannot be applied to the {noun} because it has payments or credit notes allocated to it."
    )
}

pub(super) fn item_code_taken(code: &str) -> String {
    format!("Price List Item with Code '{code}' already exists")
}

pub(super) fn account_invalid(code: &str) -> String {
    format!("Account code '{code}' is not a valid code for this document.")
}

pub(super) fn account_archived(code: &str) -> String {
    format!(
        "Account code '{code}' has been archived, or has been deleted. Each line item must reference a valid account."
    )
}

pub(super) fn tax_invalid(tax: &str, code: &str) -> String {
    format!("The TaxType code '{tax}' does not exist or cannot be used with account code '{code}'.")
}

pub(super) fn currency_unknown(code: &str) -> String {
    format!("Organisation is not subscribed to currency {code}")
}

pub(super) fn line_total(sent: &str, expected: &str) -> String {
    format!("The line total {sent} does not match the expected line total {expected}")
}

pub(super) fn discount_too_big(rate: &str) -> String {
    format!("The discount rate '{rate}' is invalid. Discount must not be greater than the line total.")
}
