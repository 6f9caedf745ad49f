//! Xero's messages as data: what each means, what it blames, what mends it (R27, xero.md 12).

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, Issue};
use factory_accounting_core::model::RecordKind;
use factory_accounting_http::json;
use serde_json::Value;

use super::body::Complaint;

/// What a message is about, in the host's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The record as a whole.
    Record,
    /// A field by its path.
    Field(&'static str),
    /// The customer or supplier of a document.
    Party,
    /// The account that the message quotes: of a line, of a side of an item, of a payment.
    Account,
    /// The tax code that the message quotes.
    Tax,
}

/// One known message.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Our name for it.
    pub(crate) code: &'static str,
    /// Its texts; `{}` stands for any text. Compared without regard to case and to a full stop at the end.
    pub(crate) patterns: &'static [&'static str],
    pub(crate) kind: ErrorKind,
    /// The question that it is to a person; `None` leaves that to its kind.
    pub(crate) question: Option<Code>,
    pub(crate) blame: Blame,
    /// What mends it, as the end of a sentence.
    pub(crate) remedy: &'static str,
}

const fn entry(
    code: &'static str,
    kind: ErrorKind,
    question: Option<Code>,
    blame: Blame,
    patterns: &'static [&'static str],
    remedy: &'static str,
) -> Entry {
    Entry { code, patterns, kind, question, blame, remedy }
}

/// The same key came with other bytes: somebody's first try under it may have landed.
pub(crate) const KEY_REUSE: &str = "KeyReuse";

/// Every message known.
pub(crate) const CATALOGUE: &[Entry] = {
    use Blame::{Account, Field, Party, Record, Tax};
    use ErrorKind::{AlreadyExists, Internal, Locked, NotFound, Validation};
    &[
        entry(
            KEY_REUSE,
            Internal,
            None,
            Record,
            &["Idempotency Key: {} is used with a different request"],
            "the first request under the key decides",
        ),
        entry(
            "DuplicateContactName",
            AlreadyExists,
            Some(Code::NameTaken),
            Field("name"),
            &[
                "The contact name {} is already assigned to another contact. The contact name must be unique across all active contacts",
            ],
            "link the contact that has the name, or change the name",
        ),
        entry(
            "DuplicateContactNumber",
            AlreadyExists,
            Some(Code::NameTaken),
            Field("id"),
            &["Another contact has this contact number. Please enter a different contact number"],
            "link the contact that has the number",
        ),
        entry(
            "DuplicateInvoiceNumber",
            AlreadyExists,
            Some(Code::NumberTaken),
            Field("number"),
            &["Invoice # must be unique", "Invoice number must be unique"],
            "adopt the document that has the number, or choose another number",
        ),
        entry(
            "DuplicateCreditNoteNumber",
            AlreadyExists,
            Some(Code::NumberTaken),
            Field("number"),
            &["Credit Note # must be unique", "Credit note number must be unique"],
            "adopt the document that has the number, or choose another number",
        ),
        entry(
            "DuplicateOrderNumber",
            AlreadyExists,
            Some(Code::NumberTaken),
            Field("number"),
            &["Order number must be unique"],
            "adopt the order that has the number, or choose another number",
        ),
        entry(
            "DuplicateQuoteNumber",
            AlreadyExists,
            Some(Code::NumberTaken),
            Field("number"),
            &["Quote number must be unique"],
            "adopt the quote that has the number, or choose another number",
        ),
        entry(
            "DuplicateItemCode",
            AlreadyExists,
            Some(Code::NameTaken),
            Field("code"),
            &["Price List Item with Code '{}' already exists"],
            "link the item that has the code, or change the code",
        ),
        entry(
            "AccountDupName",
            AlreadyExists,
            Some(Code::NameTaken),
            Field("name"),
            &["Please enter a unique Name"],
            "choose another name",
        ),
        entry(
            "ContactArchivedEdit",
            Locked,
            Some(Code::PartyArchived),
            Record,
            &[
                "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API",
            ],
            "restore the contact in Xero, or link another one",
        ),
        entry(
            "ContactArchivedUse",
            Validation,
            Some(Code::PartyArchived),
            Party,
            &[
                "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes",
            ],
            "restore the contact in Xero, or link another one",
        ),
        entry(
            "ContactMissing",
            Validation,
            Some(Code::NotLinked),
            Party,
            &["A Contact must be specified for this type of transaction"],
            "link the customer or supplier",
        ),
        entry(
            "EmailInvalid",
            Validation,
            Some(Code::Invalid),
            Field("email"),
            &["Email address must be valid"],
            "correct the address",
        ),
        entry(
            "LinesMissing",
            Validation,
            Some(Code::Invalid),
            Field("lines"),
            &["One or more line items must be specified"],
            "give the document at least one line",
        ),
        entry("TypeMissing", Internal, None, Record, &["Invoice Type must be specified"], "report this as a fault"),
        entry(
            "CreateStatus",
            Validation,
            Some(Code::Refused),
            Record,
            &["Invoice not of valid status for creation"],
            "send it as a draft or approved",
        ),
        entry(
            "Allocated",
            Locked,
            Some(Code::Locked),
            Record,
            &["This document cannot be edited as it has a payment or credit note allocated to it"],
            "remove the payment or credit in Xero first",
        ),
        entry(
            "AllocatedStatus",
            Locked,
            Some(Code::VoidSettled),
            Record,
            &["The status {} cannot be applied to the invoice because it has payments or credit notes allocated to it"],
            "remove the payment or credit in Xero first, or write a credit note",
        ),
        entry(
            "ModifyStatus",
            Locked,
            Some(Code::RemoteState),
            Record,
            &["Invoice not of valid status for modification", "Credit Note not of valid status for modification"],
            "look at its state in Xero",
        ),
        entry(
            "OrderDeleted",
            Locked,
            Some(Code::RemoteState),
            Record,
            &["Deleted PurchaseOrders cannot be updated", "PurchaseOrder status change is invalid"],
            "look at the order in Xero; a new one needs another number",
        ),
        entry(
            "AccountArchived",
            Validation,
            Some(Code::AccountUnusable),
            Account,
            &[
                "Account code '{}' has been archived, or has been deleted. Each line item must reference a valid account",
            ],
            "choose another account, or restore this one in Xero",
        ),
        entry(
            "AccountInvalid",
            Validation,
            Some(Code::AccountUnusable),
            Account,
            &["Account code '{}' is not a valid code for this document"],
            "choose an account that documents may use",
        ),
        entry(
            "AccountNotFound",
            Validation,
            Some(Code::AccountUnusable),
            Field("account"),
            &["Account could not be found"],
            "choose another account",
        ),
        entry(
            "TaxInvalid",
            Validation,
            Some(Code::TaxUnmapped),
            Tax,
            &[
                "The TaxType code '{}' does not exist or cannot be used with account code '{}'",
                "The TaxType code '{}' {}",
            ],
            "choose a tax code that this account may use",
        ),
        entry(
            "Currency",
            Validation,
            Some(Code::Currency),
            Field("currency"),
            &["Organisation is not subscribed to currency {}", "Users Organisation is not subscribed to currency {}"],
            "add the currency in Xero",
        ),
        entry(
            "LineTotal",
            Internal,
            Some(Code::TotalsDiffer),
            Field("lines"),
            &["The line total {} does not match the expected line total {}"],
            "report this as a fault",
        ),
        entry(
            "TotalMismatch",
            Internal,
            Some(Code::TotalsDiffer),
            Field("total"),
            &["The invoice total does not equal the sum of the lines"],
            "report this as a fault",
        ),
        entry(
            "DiscountTooBig",
            Validation,
            Some(Code::Invalid),
            Field("lines"),
            &["The discount rate '{}' is invalid. Discount must not be greater than the line total"],
            "lower the discount",
        ),
        entry(
            "DiscountUnit",
            Internal,
            None,
            Field("lines"),
            &["The UnitAmount should be used when specifying a discount for a line item"],
            "report this as a fault",
        ),
        entry(
            "PaymentTooBig",
            Validation,
            Some(Code::Invalid),
            Field("amount"),
            &[
                "Payment amount exceeds the amount outstanding on this document",
                "The payment amount exceeds the amount outstanding on this document",
            ],
            "pay no more than what is open",
        ),
        entry(
            "PaymentNotApproved",
            Validation,
            Some(Code::RemoteState),
            Field("target"),
            &["Payments can only be made against authorised documents"],
            "approve the document first",
        ),
        entry(
            "AllocPaid",
            Locked,
            Some(Code::RemoteState),
            Field("allocations"),
            &["The invoice you are trying to allocate to has already been paid off"],
            "set the credit off against another invoice",
        ),
        entry(
            "AllocTooBig",
            Validation,
            Some(Code::Invalid),
            Field("allocations"),
            &[
                "Credit Note cannot be allocated as amount is greater than amount outstanding",
                "Overpayment cannot be allocated as amount is greater than amount outstanding",
            ],
            "set off no more than what is open",
        ),
        entry(
            "AllocWrongType",
            Validation,
            Some(Code::Invalid),
            Field("allocations"),
            &["Credit Note cannot be allocated to an incorrect invoice type{}"],
            "set the credit off against an invoice of the same side of trade",
        ),
        entry(
            "CreditNoteMissing",
            NotFound,
            Some(Code::RemoteGone),
            Record,
            &["An existing Credit Note with the specified CreditNoteID could not be found"],
            "look for the credit note in Xero",
        ),
        entry(
            "LockDate",
            Locked,
            Some(Code::PeriodClosed),
            Field("date"),
            &["{}lock date{}"],
            "give it a later date, or reopen the period in Xero",
        ),
        entry(
            "SentWarning",
            Validation,
            Some(Code::RemoteState),
            Record,
            &[
                "Only AUTHORISED invoices may have SentToContact updated",
                "Only AUTHORISED and BILLED purchase orders may have SentToContact updated",
            ],
            "approve the document first",
        ),
        entry(
            "LinkedMismatch",
            Validation,
            Some(Code::Refused),
            Record,
            &["The SourceLineItemID and SourceTransactionID do not match"],
            "link the line to its own document",
        ),
    ]
};

/// The known message that a text is, with the texts that its `{}` stand for.
pub(crate) fn find(message: &str) -> Option<(&'static Entry, Vec<&str>)> {
    CATALOGUE.iter().find_map(|entry| {
        entry.patterns.iter().find_map(|pattern| captures(pattern, message)).map(|captured| (entry, captured))
    })
}

/// Matches a text against a pattern from end to end.
fn captures<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let text = text.trim().trim_end_matches('.');
    // ASCII case folding keeps every byte in its place, so that positions in the folded text are positions in the text.
    let folded = text.to_ascii_lowercase();
    let pattern = pattern.to_ascii_lowercase();
    let mut literals = pattern.split("{}");
    let first = literals.next()?;
    let mut at = folded.starts_with(first).then_some(first.len())?;
    let mut captured = Vec::new();
    let mut literals = literals.peekable();
    if literals.peek().is_none() {
        return (at == folded.len()).then_some(captured);
    }
    while let Some(literal) = literals.next() {
        let rest = folded.get(at..)?;
        let found = if literals.peek().is_some() {
            rest.find(literal)?
        } else {
            rest.ends_with(literal).then(|| rest.len() - literal.len())?
        };
        captured.push(text.get(at..at + found)?);
        at += found + literal.len();
    }
    Some(captured)
}

/// What all complaints of an element come to: one kind and code, and an issue for each, in the host's terms.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) kind: ErrorKind,
    pub(crate) code: Option<&'static str>,
    pub(crate) question: Option<Code>,
    pub(crate) issues: Vec<Issue>,
}

/// Weighs every complaint; the weightiest gives kind and code.
pub(crate) fn weigh(record: RecordKind, sent: Option<&Value>, complaints: &[Complaint]) -> Verdict {
    let known: Vec<_> = complaints.iter().map(|complaint| (complaint, find(&complaint.text))).collect();
    let weightiest = known.iter().filter_map(|(_, found)| found.as_ref()).map(|(entry, _)| *entry).min_by_key(weight);
    Verdict {
        kind: weightiest.map_or(ErrorKind::Validation, |entry| entry.kind),
        code: weightiest.map(|entry| entry.code),
        question: weightiest.and_then(|entry| entry.question),
        issues: known.into_iter().flat_map(|(complaint, found)| issues(record, sent, complaint, found)).collect(),
    }
}

// A taken number outweighs the rest, because our own first try may be the one that took it. What can never succeed as it
// stands outweighs what a correction would mend. Among equals the catalogue names the more telling one first.
fn weight(entry: &&'static Entry) -> (u8, usize) {
    let place = CATALOGUE.iter().position(|other| other.code == entry.code).unwrap_or(CATALOGUE.len());
    let rank = match entry.kind {
        _ if entry.code == KEY_REUSE => 0,
        ErrorKind::AlreadyExists => 1,
        ErrorKind::Locked => 2,
        ErrorKind::NotFound => 3,
        ErrorKind::Validation => 4,
        _ => 5,
    };
    (rank, place)
}

fn issues(
    record: RecordKind,
    sent: Option<&Value>,
    complaint: &Complaint,
    found: Option<(&'static Entry, Vec<&str>)>,
) -> Vec<Issue> {
    let Some((entry, captured)) = found else {
        let path = complaint.line.map(|at| format!("lines[{at}]")).unwrap_or_default();
        return vec![Issue::new(path, complaint.text.clone())];
    };
    let message = format!("{} - {}", complaint.text.trim_end_matches('.'), entry.remedy);
    let quoted = captured.first().copied().unwrap_or_default();
    let paths = match entry.blame {
        Blame::Record => vec![String::new()],
        Blame::Field("lines") => vec![complaint.line.map_or_else(|| "lines".to_owned(), |at| format!("lines[{at}]"))],
        Blame::Field(path) => vec![path.to_owned()],
        Blame::Party => vec![if record.is_purchase() { "supplier" } else { "customer" }.to_owned()],
        Blame::Account => quoted_in(record, sent, complaint.line, "AccountCode", "account", quoted),
        Blame::Tax => quoted_in(record, sent, complaint.line, "TaxType", "tax", quoted),
    };
    paths.into_iter().map(|path| Issue::new(path, message.clone())).collect()
}

/// Where in what was sent a quoted code stands (R26: the field is named, not guessed).
fn quoted_in(
    record: RecordKind,
    sent: Option<&Value>,
    line: Option<usize>,
    member_name: &str,
    field: &str,
    quoted: &str,
) -> Vec<String> {
    if let Some(at) = line {
        return vec![format!("lines[{at}].{field}")];
    }
    let names =
        |holder: &Value| json::text_of(holder, member_name).is_some_and(|code| code.eq_ignore_ascii_case(quoted));
    let mut paths = Vec::new();
    if let Some(sent) = sent {
        let lines = json::member(sent, "LineItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        paths.extend(
            lines.iter().enumerate().filter(|(_, line)| names(line)).map(|(at, _)| format!("lines[{at}].{field}")),
        );
        for (side, details) in [("sales", "SalesDetails"), ("purchases", "PurchaseDetails")] {
            if json::member(sent, details).is_some_and(names) {
                paths.push(format!("{side}.{field}"));
            }
        }
    }
    if paths.is_empty() {
        paths.push(if record == RecordKind::Payment { field } else { "lines" }.to_owned());
    }
    paths
}
