//! The catalogue of faults (qbo.md 8.2) and the body that carries them (qbo.md 8.1, shape A).
//!
//! Messages follow Intuit's page of error codes; a detail that no source records says plainly what is wrong.

use super::entity::Entity;
use super::zone;
use crate::json::Writer;
use chrono::{DateTime, Utc};
use http::StatusCode;

/// Code, status and `Message` of every fault that these books raise.
const CATALOGUE: &[(u16, u16, &str)] = &[
    (500, 400, "Unsupported Operation"),
    (501, 501, "Not Modelled"),
    (600, 400, "Duplicate Request ID"),
    (610, 400, "Object Not Found"),
    (620, 400, "Txn ID Cannot Be Linked"),
    (630, 400, "Duplicate Object"),
    (700, 400, "Parent Reference Invalid"),
    (800, 400, "Cannot Delete Object"),
    (900, 400, "Parent Cannot Be Child"),
    (1040, 400, "Batch Size Exceeds Allowed Limit"),
    (2000, 400, "Invalid or unsupported object name"),
    (2010, 400, "Request has invalid or unsupported property"),
    (2020, 400, "Required param missing, need to supply the required value for the API"),
    (2030, 400, "Invalid ID"),
    (2040, 400, "Invalid String"),
    (2050, 400, "Invalid String Length"),
    (2060, 400, "Invalid Date Format"),
    (2070, 400, "Invalid Date"),
    (2080, 400, "Invalid Number Format"),
    (2090, 400, "Invalid Number"),
    (2100, 400, "Invalid Decimal Format"),
    (2110, 400, "Invalid Decimal"),
    (2120, 400, "Invalid Type"),
    (2130, 400, "Invalid Request Id Format"),
    (2140, 400, "Invalid Amount"),
    (2150, 400, "Invalid Percent"),
    (2160, 400, "Invalid Quantity"),
    (2170, 400, "Invalid Enumeration"),
    (2200, 400, "Malformed Website Address Format"),
    (2210, 400, "Invalid Email Address Format"),
    (2220, 400, "Invalid Currency Type"),
    (2230, 400, "Invalid Boolean"),
    (2240, 400, "Invalid Number Range"),
    (2250, 400, "Missing Lines"),
    (2280, 400, "Missing Tax Amount"),
    (2290, 400, "Negative Amount"),
    (2500, 400, "Invalid Reference Id"),
    (2600, 400, "Conflicting Elements in the Request"),
    (3000, 400, "Invalid Custom Field"),
    (4000, 400, "Error parsing query"),
    (4001, 400, "Invalid query"),
    (4002, 400, "Error processing query"),
    (5010, 400, "Stale Object Error"),
    (5020, 400, "Permission Denied Error"),
    (5030, 400, "Feature Not Supported Error"),
    (6000, 400, "A business validation error has occurred while processing your request"),
    (6010, 400, "Invalid Account.AccountType && Account.SubType"),
    (6030, 400, "Upload request size exceeds allowed limit"),
    (6040, 400, "The file metadata must be of Attachable type"),
    (6041, 400, "Invalid Uploaded File"),
    (6050, 400, "The entity reference type is unsupported for Attachable"),
    (6070, 400, "Amount calculation incorrect in the request"),
    (6080, 400, "No Name Provided"),
    (6090, 400, "Discount Line missing required info"),
    (6100, 400, "Invalid Line TaxCode in the request"),
    (6130, 400, "Cannot change who customer bills with"),
    (6140, 400, "Duplicate Document Number Error"),
    (6150, 400, "ParentRef Required Validation Error"),
    (6170, 400, "Invalid TxnTaxDetail Error"),
    (6180, 400, "Sub Level Limit"),
    (6240, 400, "Duplicate Name Exists Error"),
    (6160, 400, "Invalid TaxCodeRef Error"),
    (6200, 400, "Account Period Closed Error"),
    (6210, 400, "Account Period Closed Required Password Error"),
    (6220, 400, "Delete Entity Has Balance Error"),
    (6250, 400, "Invalid Sales Customer"),
    (6270, 400, "Inventory transaction dated before the item's start date"),
    (6280, 400, "Delete Customer Has Unbilled Expenses Error"),
    (6310, 400, "Billable Without Customer Error"),
    (6320, 400, "Invalid Billable Status Error"),
    (6400, 400, "Linked Transaction Cannot Be Deleted"),
    (6420, 400, "Email Address Needed"),
    (6430, 400, "Invalid Account Type"),
    (6440, 400, "Item Or Account Needed"),
    (6520, 400, "Item Quantity Needed"),
    (6540, 400, "Deposited Transaction cannot be changed"),
    (6560, 400, "CustomerRef Missing"),
];

/// Why an operation is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    /// `ValidationFault` or `SystemFault`.
    pub(crate) kind: &'static str,
    pub(crate) errors: Vec<FaultError>,
}

/// One entry of `Fault.Error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FaultError {
    pub(crate) code: u16,
    pub(crate) message: &'static str,
    pub(crate) detail: String,
    /// The property concerned, or nothing.
    pub(crate) element: &'static str,
}

impl Fault {
    /// A fault of the catalogue.
    pub(crate) fn of(code: u16, detail: impl Into<String>) -> Self {
        let entry = CATALOGUE.iter().find(|entry| entry.0 == code);
        debug_assert!(entry.is_some(), "the catalogue has no {code}");
        let (_, status, message) = entry.copied().unwrap_or((code, 500, "System Failure Error"));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = if status.is_server_error() { "SystemFault" } else { "ValidationFault" };
        Self { status, kind, errors: vec![FaultError { code, message, detail: detail.into(), element: "" }] }
    }

    /// Names the property concerned.
    pub(crate) fn on(mut self, element: &'static str) -> Self {
        if let Some(error) = self.errors.last_mut() {
            error.element = element;
        }
        self
    }

    /// The code of the first entry.
    #[cfg(test)]
    pub(crate) fn code(&self) -> u16 {
        self.errors.first().map_or(0, |error| error.code)
    }

    /// One line for a person.
    pub(crate) fn line(&self) -> String {
        let lines: Vec<String> =
            self.errors.iter().map(|error| format!("{} {}: {}", error.code, error.message, error.detail)).collect();
        lines.join("; ")
    }

    /// `{"Error":[...],"type":"ValidationFault"}`, as a batch item carries it.
    pub(crate) fn inner_json(&self) -> String {
        let mut out = Writer::default();
        out.object(|out| self.write(out));
        out.finish()
    }

    /// The whole answer with the time at which processing began.
    pub(crate) fn body(&self, now: DateTime<Utc>) -> String {
        let mut out = Writer::default();
        out.object(|out| {
            out.member("Fault", |out| self.write(out));
            out.text("time", &zone::server_time(now));
        });
        out.finish()
    }

    fn write(&self, out: &mut Writer) {
        out.list("Error", &self.errors, |out, error| {
            out.text("Message", error.message);
            out.text("Detail", &error.detail);
            out.text("code", &error.code.to_string());
            out.text("element", error.element);
        });
        out.text("type", self.kind);
    }
}

/// 2020.
pub(super) fn required(element: &'static str) -> Fault {
    Fault::of(2020, format!("Required parameter {element} is missing in the request")).on(element)
}

/// 6000.
pub(super) fn business(text: &str) -> Fault {
    Fault::of(6000, format!("Business Validation Error: {text}"))
}

/// 2500 for a row that does not exist.
pub(super) fn invalid_reference(entity: Entity, value: &str) -> Fault {
    Fault::of(2500, format!("Invalid Reference Id : {} element id {value} not found", entity.list_name()))
}

const INACTIVE: &str = "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.";

/// 610 for a row that is inactive.
pub(super) fn inactive() -> Fault {
    Fault::of(610, format!("Object Not Found : {INACTIVE}"))
}

/// 2500 for a row that is inactive.
pub(super) fn inactive_reference() -> Fault {
    Fault::of(2500, format!("Invalid Reference Id : {INACTIVE}"))
}

/// 610 for a transaction that was deleted, and for any id that was never given.
pub(super) fn not_found() -> Fault {
    Fault::of(610, "Object Not Found : Another user has deleted this transaction.")
}

/// 610 for a list row.
pub(super) fn no_such_row() -> Fault {
    inactive()
}

/// 5010.
pub(super) fn stale(other: &str) -> Fault {
    Fault::of(
        5010,
        format!(
            "Stale Object Error : You and {other} were working on this at the same time. {other} finished before you did, so your work was not saved."
        ),
    )
}

/// 2010.
pub(super) fn unknown_property(name: &str, type_name: &str) -> Fault {
    Fault::of(
        2010,
        format!("Property Name:Unrecognized field \"{name}\" (Class {type_name}) specified is unsupported or invalid"),
    )
}

/// 2010 for a body that is no JSON object.
pub(super) fn malformed(problem: &str) -> Fault {
    Fault::of(2010, format!("failed to parse json object; a property specified is unsupported or invalid: {problem}"))
}

/// 2050.
pub(super) fn length(element: &'static str, max: usize, supplied: usize) -> Fault {
    Fault::of(2050, format!("Invalid String Length : Min:0, Max:{max}, Supplied length:{supplied}")).on(element)
}

/// 2170.
pub(super) fn enumeration(element: &'static str, value: &str) -> Fault {
    Fault::of(2170, format!("Invalid Enumeration : {value}")).on(element)
}

/// 501: this emulator does not model it; the text names the gap.
pub(super) fn gap(what: &str) -> Fault {
    Fault::of(501, format!("the emulator does not model {what}"))
}

/// 500: QuickBooks does not offer it.
pub(super) fn unsupported(operation: &str) -> Fault {
    Fault::of(500, format!("Operation {operation} is not supported."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_names_each_code_once() {
        let mut codes: Vec<u16> = CATALOGUE.iter().map(|entry| entry.0).collect();
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn a_fault_is_written_in_shape_a() {
        let at = "2026-11-21T17:17:31.892Z".parse().expect("instant");
        assert_eq!(
            required("Line").body(at),
            concat!(
                r#"{"Fault":{"Error":[{"Message":"Required param missing, need to supply the required value for the API","#,
                r#""Detail":"Required parameter Line is missing in the request","code":"2020","element":"Line"}],"#,
                r#""type":"ValidationFault"},"time":"2026-11-21T09:17:31.892-08:00"}"#
            )
        );
    }
}
