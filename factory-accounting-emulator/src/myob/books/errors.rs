//! The catalogue of refusals as data (myob.md 6) and the body that carries them.
//!
//! Messages that no source records say plainly what is wrong.

use crate::myob::call::Reply;
use http::StatusCode;
use serde_json::{Value, json};

/// Name, code, status and message of every refusal that these books raise. A row without a code has none that is known;
/// of 4227 and 4245 only code and details are on record, so their names are ours.
const CATALOGUE: &[(&str, Option<u32>, u16, &str)] = &[
    ("SerializationError", Some(50), 400, "The request body could not be read"),
    ("Required", Some(100), 400, "A required value is missing"),
    (
        "IncorrectRowVersionSupplied",
        Some(111),
        409,
        "An Update operation requires the latest RowVersion for each of the existing entities being modified",
    ),
    ("NotFound", Some(150), 400, "The linked entity does not exist"),
    ("Duplicate", Some(200), 400, "The number is used already"),
    ("ValidationError", Some(1000), 400, "The request is not valid"),
    ("ItemLinkedToSales", Some(9002), 400, "The item is used in transactions"),
    ("ItemWithInventory", Some(9005), 400, "The item has stock"),
    ("InvoicePaid", Some(10001), 400, "Payments or settlements are applied; delete them first"),
    ("CategoryRequired", Some(4227), 400, "A category is required"),
    ("JobRequired", Some(4245), 400, "A job is required on every line"),
    (
        "TransactionsCannotBeDeleted",
        Some(25003),
        400,
        "Transactions cannot be changed or deleted; they must be reversed",
    ),
    ("CreditLimitExceeded", Some(25005), 400, "The credit limit is exceeded"),
    ("IncorrectAccountType", Some(25006), 400, "The account is of the wrong type"),
    ("DatePriorToBeginningOfFinancialYear", Some(25008), 400, "The date is before the beginning of the financial year"),
    ("DepositToAccountMismatch", Some(26000), 400, "UndepositedFunds goes to the account of undeposited funds only"),
    ("TransferBetweenSameAccount", Some(29000), 400, "Money cannot be moved from an account to itself"),
    ("InvalidTaxCode", Some(32002), 400, "Cannot use 'Import Duty' or 'Input Taxed' code on Sales"),
    ("OrderConvertedToInvoice", Some(37001), 400, "Cannot update, delete or convert an order converted to an invoice"),
    ("OrderConvertedToBill", Some(38001), 400, "Cannot update or delete order converted to Bill"),
    ("LayoutTypeMismatch", Some(37004), 400, "The order has another layout"),
    (
        "FreightHasNotBeenSet",
        None,
        400,
        "Send FreightTaxCode, and set the file's linked account for freight if there is none",
    ),
    ("LineTotalUnbalanced", None, 400, "Total is not quantity times price less discount, at two decimals"),
    ("ConsolidatedTaxCode", None, 400, "A consolidated tax code cannot be used on a line"),
    ("BusinessEvent_DateOccurred_InLockPeriod", Some(4223), 400, "The date is in a locked period"),
    ("DateInLockPeriod", None, 400, "The date is in a locked period"),
    ("JournalLine_InvalidAccount", None, 400, "The account cannot be used here"),
    ("AccountNotPostable", None, 400, "The account cannot be posted to"),
    ("AccountHeaderNotAllowed", None, 400, "A header account cannot be posted to"),
    ("Line_JobHeaderNotAllowed", None, 400, "A header job cannot be used on a line"),
    ("Inventory_InsufficientStockMultipleLocation", None, 400, "There is not enough stock"),
    ("SaleEvent_CreditOnHold", None, 400, "The customer is on credit hold"),
    ("Term_Out_Of_Range", None, 400, "The due date is before the date of the document"),
    ("NotModelled", None, 501, "the emulator does not model this"),
];

/// One refused call, with every entry that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    pub(super) entries: Vec<Entry>,
}

/// One member of `Errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    name: &'static str,
    message: String,
    details: Option<String>,
    code: Option<u32>,
    warning: bool,
}

impl Fault {
    /// A refusal of the catalogue about one place in the request.
    pub(super) fn of(name: &str, details: impl Into<String>) -> Self {
        let known = CATALOGUE.iter().find(|(known, ..)| *known == name);
        debug_assert!(known.is_some(), "{name} is not in the catalogue");
        let (name, code, status, message) = known.copied().unwrap_or(("ValidationError", Some(1000), 400, ""));
        let details = Some(details.into()).filter(|details| !details.is_empty());
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            entries: vec![Entry { name, message: message.to_owned(), details, code, warning: false }],
        }
    }

    /// The same in other words.
    pub(super) fn saying(mut self, message: impl Into<String>) -> Self {
        if let Some(entry) = self.entries.last_mut() {
            entry.message = message.into();
        }
        self
    }

    /// The entry as one that does not stop the write by itself (myob.md 6).
    pub(super) fn into_warning(self) -> Entry {
        let mut entry = self.entries.into_iter().next().unwrap_or_else(|| Entry {
            name: "ValidationError",
            message: String::new(),
            details: None,
            code: None,
            warning: true,
        });
        entry.warning = true;
        entry
    }

    /// Warnings that the caller wants as errors (myob.md 4).
    pub(super) fn of_warnings(entries: Vec<Entry>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, entries }
    }

    pub(super) fn reply(&self) -> Reply {
        let errors: Value = self.entries.iter().map(Entry::json).collect();
        Reply::json(self.status, json!({ "Errors": errors, "Information": null }).to_string())
    }

    /// In one line, for a person.
    pub(super) fn line(&self) -> String {
        let lines = self.entries.iter().map(|entry| match &entry.details {
            Some(details) => format!("{}: {} ({details})", entry.name, entry.message),
            None => format!("{}: {}", entry.name, entry.message),
        });
        lines.collect::<Vec<_>>().join("; ")
    }
}

impl Entry {
    pub(super) fn json(&self) -> Value {
        json!({
            "Name": self.name,
            "Message": self.message,
            "AdditionalDetails": self.details,
            "ErrorCode": self.code,
            "Severity": if self.warning { "Warning" } else { "Error" },
            "LearnMore": null,
        })
    }
}

/// Several missing members are told of together (myob.md 6).
#[derive(Debug, Default)]
pub(super) struct Missing(Vec<Entry>);

impl Missing {
    /// Notes that a member must be there.
    pub(super) fn need(&mut self, there: bool, path: &str) {
        if !there {
            self.0.extend(required(path).entries);
        }
    }

    pub(super) fn refuse(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault { status: StatusCode::BAD_REQUEST, entries: self.0 }) }
    }
}

/// `Customer is required` (myob.md 6).
pub(super) fn required(path: &str) -> Fault {
    let name = path.rsplit('.').next().unwrap_or(path);
    Fault::of("Required", path).saying(format!("{name} is required"))
}

pub(super) fn invalid(details: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault::of("ValidationError", details).saying(message)
}

pub(super) fn stale(details: &str) -> Fault {
    Fault::of("IncorrectRowVersionSupplied", details)
}

/// 404 of a `UID` that the collection does not have (myob.md 4).
pub(super) fn no_such_row() -> Fault {
    let mut fault = Fault::of("NotFound", "").saying("The requested entity does not exist");
    fault.status = StatusCode::NOT_FOUND;
    fault.entries.iter_mut().for_each(|entry| entry.code = None);
    fault
}

/// 501: the real service would do something here that these books do not do.
pub(super) fn gap(what: &str) -> Fault {
    Fault::of("NotModelled", "").saying(format!("the emulator does not model {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_body_has_the_documented_members() {
        for (at, (name, ..)) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE[at + 1..].iter().all(|(other, ..)| other != name), "{name}");
        }
        let reply = required("Lines[0].TaxCode").reply();
        let body: Value = serde_json::from_slice(&reply.body).expect("json");
        assert_eq!(
            body["Errors"][0],
            json!({"Name":"Required","Message":"TaxCode is required","AdditionalDetails":"Lines[0].TaxCode",
                "ErrorCode":100,"Severity":"Error","LearnMore":null})
        );
        assert_eq!(body["Information"], Value::Null);
    }
}
