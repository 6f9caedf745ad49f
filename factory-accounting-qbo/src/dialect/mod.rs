//! What Intuit's answers mean: status and body to error, and to fate for writes.

pub(crate) mod body;
pub(crate) mod codes;
pub(crate) mod fates;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::Intent;
use factory_accounting_http::{Answer, retry_after};
use http::StatusCode;

use self::body::{Complaint, Fault};
use self::codes::{Blame, Entry};
use crate::pacing::THROTTLED_WAIT;

/// The error that an answer other than a success stands for. `operation` names what was tried, for people (R28).
pub(crate) fn error(operation: &str, answer: &Answer, now: DateTime<Utc>) -> ProviderError {
    let fault = Fault::read(&answer.body);
    let error = match &fault {
        Some(fault) => of_fault(operation, None, Intent::Update, fault),
        None => of_status(operation, answer),
    };
    let error = match (error.kind(), answer.status) {
        // Whatever else a refused token or a limit is said with.
        (_, StatusCode::UNAUTHORIZED) if error.kind() != ErrorKind::Forbidden => {
            error.with_kind(ErrorKind::Unauthorised)
        }
        (_, StatusCode::TOO_MANY_REQUESTS) => error.with_kind(ErrorKind::Throttled),
        _ => error,
    };
    let error = if error.kind() == ErrorKind::Throttled {
        error.with_retry_after(retry_after(&answer.headers, now).unwrap_or(THROTTLED_WAIT))
    } else {
        error
    };
    stamped(error, answer)
}

/// The error that a fault about one member of a write comes to.
pub(crate) fn refusal(
    operation: &str,
    kind: RecordKind,
    intent: Intent,
    fault: &Fault,
    answer: &Answer,
) -> ProviderError {
    stamped(of_fault(operation, Some(kind), intent, fault), answer)
}

/// An answer that is not what Intuit promises: nothing may be concluded from it.
pub(crate) fn unreadable(operation: &str, answer: &Answer, why: &str) -> ProviderError {
    stamped(factory_accounting_http::unreadable(operation, why), answer)
}

fn plain(kind: ErrorKind, operation: &str, words: &str) -> ProviderError {
    ProviderError::new(kind, words).with_operation(operation)
}

/// With the id that Intuit's support asks for (qbo.md 2).
fn stamped(error: ProviderError, answer: &Answer) -> ProviderError {
    answer.stamp(error, "intuit_tid")
}

fn of_fault(operation: &str, record: Option<RecordKind>, intent: Intent, fault: &Fault) -> ProviderError {
    let known: Vec<(&Complaint, Option<&'static Entry>)> =
        fault.errors.iter().map(|complaint| (complaint, codes::find(complaint.code, &complaint.text()))).collect();
    let weightiest = known.iter().filter_map(|(complaint, entry)| Some((*complaint, (*entry)?))).min_by_key(weight);
    let kind = weightiest.map_or_else(|| of_type(fault), |(_, entry)| kind_for(entry, intent));
    let issues = known.iter().map(|(complaint, entry)| issue(record, complaint, *entry));
    let error = plain(kind, operation, "refused by QuickBooks").with_issues(issues);
    let code = weightiest.map(|(complaint, _)| complaint).or(fault.errors.first()).and_then(|complaint| complaint.code);
    let error = match code {
        Some(code) => error.with_package_code(code.to_string()),
        None if fault.fault_type.is_empty() => error,
        None => error.with_package_code(fault.fault_type.clone()),
    };
    match weightiest.and_then(|(_, entry)| entry.question) {
        Some(question) => error.with_code(question),
        None => error,
    }
}

/// What a create refers to is missing, not the record itself.
fn kind_for(entry: &Entry, intent: Intent) -> ErrorKind {
    if entry.kind == ErrorKind::NotFound && intent == Intent::Create { ErrorKind::Validation } else { entry.kind }
}

// A key in use decides everything; a taken number outweighs the rest, because our own first try may be the one that took
// it. What can never succeed as it stands outweighs what a correction would mend.
fn weight((complaint, entry): &(&Complaint, &Entry)) -> u8 {
    match entry.kind {
        _ if complaint.code == Some(codes::KEY_REUSE) => 0,
        ErrorKind::AlreadyExists => 1,
        ErrorKind::Locked => 2,
        ErrorKind::Conflict => 3,
        ErrorKind::NotFound => 4,
        ErrorKind::Validation => 5,
        _ => 6,
    }
}

/// A fault whose codes are all unknown is judged by its type.
fn of_type(fault: &Fault) -> ErrorKind {
    let lower = fault.fault_type.to_ascii_lowercase();
    if lower.starts_with("authentication") {
        ErrorKind::Unauthorised
    } else if lower.starts_with("authoriz") {
        ErrorKind::Forbidden
    } else if lower.starts_with("system") || lower == "service" {
        ErrorKind::Unavailable
    } else {
        ErrorKind::Validation
    }
}

fn issue(record: Option<RecordKind>, complaint: &Complaint, entry: Option<&'static Entry>) -> Issue {
    let text = complaint.text();
    let text = text.trim_end_matches('.');
    let text = if text.is_empty() { "refused without a reason" } else { text };
    let named = complaint.element.as_deref().map_or("", codes::field);
    let Some(entry) = entry else { return Issue::new(named, text) };
    let path = match entry.blame {
        Blame::Field(path) => path,
        Blame::Party if record.is_some_and(RecordKind::is_purchase) => "supplier",
        Blame::Party => "customer",
        Blame::Record => named,
    };
    Issue::new(path, format!("{text} - {}", entry.remedy))
}

/// An answer whose body says nothing: a gateway's page, or nothing at all.
fn of_status(operation: &str, answer: &Answer) -> ProviderError {
    match answer.status.as_u16() {
        401 => {
            plain(ErrorKind::Unauthorised, operation, "QuickBooks does not accept the connection's token: reconnect")
        }
        403 => plain(ErrorKind::Forbidden, operation, "the connection may not do this: reconnect as an administrator"),
        404 => plain(ErrorKind::NotFound, operation, "QuickBooks holds nothing under this address"),
        408 => plain(ErrorKind::Unavailable, operation, "QuickBooks ran out of time"),
        413 => plain(ErrorKind::Validation, operation, "too large for QuickBooks: send less at a time"),
        429 => plain(ErrorKind::Throttled, operation, "a limit of QuickBooks is used up"),
        status @ 500.. => {
            plain(ErrorKind::Unavailable, operation, &format!("QuickBooks is not available (status {status})"))
        }
        status => {
            let words = format!("an answer that QuickBooks does not promise (status {status})");
            plain(ErrorKind::Protocol, operation, &words)
        }
    }
}
