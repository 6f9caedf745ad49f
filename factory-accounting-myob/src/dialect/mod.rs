//! What MYOB's answers mean: status and body to error, and to fate for writes.

pub(crate) mod body;
pub(crate) mod codes;
pub(crate) mod fates;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::Intent;
use factory_accounting_http::Answer;
use http::StatusCode;

use self::body::{Complaint, Complaints};
use self::codes::{Blame, Entry};
use crate::pacing;

/// The error that an answer other than a success stands for. `operation` names what was tried, for people (R28).
pub(crate) fn error(operation: &str, answer: &Answer, now: DateTime<Utc>) -> ProviderError {
    told(operation, None, None, answer, now)
}

/// The error that a refusal of a write comes to.
pub(crate) fn refusal(
    operation: &str,
    kind: RecordKind,
    intent: Intent,
    answer: &Answer,
    now: DateTime<Utc>,
) -> ProviderError {
    told(operation, Some(kind), Some(intent), answer, now)
}

/// An answer that is not what MYOB promises: nothing may be concluded from it.
pub(crate) fn unreadable(operation: &str, answer: &Answer, why: &str) -> ProviderError {
    stamped(factory_accounting_http::unreadable(operation, why), answer)
}

/// Whether a body is one of MYOB's own refusals, rather than a page of something before it.
pub(crate) fn is_package_error(body: &[u8]) -> bool {
    Complaints::read(body).are_the_apis()
}

fn told(
    operation: &str,
    record: Option<RecordKind>,
    intent: Option<Intent>,
    answer: &Answer,
    now: DateTime<Utc>,
) -> ProviderError {
    if let Some(throttle) = pacing::throttled(answer, now) {
        let error = plain(ErrorKind::Throttled, operation, "a limit of MYOB is used up: wait and try again");
        let error = error.with_package_code(throttle.window.unwrap_or("rate"));
        return stamped(error.with_retry_after(throttle.retry_after.unwrap_or_default()), answer);
    }
    let complaints = Complaints::read(&answer.body);
    let error = match answer.status {
        StatusCode::UNAUTHORIZED if is_denied_login(&complaints) => denied_login(operation),
        // Whatever else a failure of theirs is said with.
        status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => of_status(operation, answer),
        _ if complaints.are_the_apis() => of_complaints(operation, record, intent, answer.status, &complaints),
        // A new record has no address yet: the list that it was to go to is missing (myob.md 6).
        StatusCode::NOT_FOUND | StatusCode::GONE if intent == Some(Intent::Create) => plain(
            ErrorKind::Unsupported,
            operation,
            "the company file has no such list: its plan or version leaves it out, or it is not online",
        ),
        _ => of_status(operation, answer),
    };
    stamped(error, answer)
}

fn plain(kind: ErrorKind, operation: &str, words: &str) -> ProviderError {
    ProviderError::new(kind, words).with_operation(operation)
}

/// With the id that MYOB's support asks for (myob.md 1.4).
fn stamped(error: ProviderError, answer: &Answer) -> ProviderError {
    answer.stamp(error, "x-myobapi-requestid")
}

/// The answer to a company file's own user who is none, or who must not be given (myob.md 1.4): an array.
fn is_denied_login(complaints: &Complaints) -> bool {
    matches!(complaints.entries.as_slice(), [one] if one.name.is_empty() && one.code.is_none())
}

fn denied_login(operation: &str) -> ProviderError {
    let words = "the company file denies access: leave company_login out where its user signs in through MYOB, set it to \
                 the file's own user and password where the file has one, and connect again to choose this file";
    plain(ErrorKind::Forbidden, operation, words).with_package_code("AccessDenied")
}

fn of_complaints(
    operation: &str,
    record: Option<RecordKind>,
    intent: Option<Intent>,
    status: StatusCode,
    complaints: &Complaints,
) -> ProviderError {
    let known: Vec<(&Complaint, Option<&'static Entry>)> =
        complaints.entries.iter().map(|complaint| (complaint, codes::find(complaint))).collect();
    let blocking = known.iter().filter(|(complaint, _)| !complaint.warning).count();
    let weighed = known.iter().filter(|(complaint, _)| !complaint.warning || blocking == 0);
    let weightiest = weighed.filter_map(|(complaint, entry)| Some((*complaint, (*entry)?))).min_by_key(weight);
    let kind = match weightiest {
        // What a create refers to is missing, not the record itself.
        Some((_, entry)) if entry.kind == ErrorKind::NotFound && intent == Some(Intent::Create) => {
            ErrorKind::Validation
        }
        Some((_, entry)) => entry.kind,
        None => by_status(status),
    };
    let issues = known.iter().map(|(complaint, entry)| issue(record, complaint, *entry));
    let error = plain(kind, operation, "refused by MYOB").with_issues(issues);
    let quoted = weightiest.map(|(complaint, _)| complaint).or(complaints.entries.first());
    let error = match quoted.and_then(Complaint::quoted) {
        Some(code) => error.with_package_code(code),
        None => error,
    };
    match weightiest.and_then(|(_, entry)| entry.question) {
        Some(question) => error.with_code(question),
        None => error,
    }
}

// A taken number outweighs the rest, because our own first try may be the one that took it. What can never succeed as it
// stands outweighs what a correction would mend.
fn weight((_, entry): &(&Complaint, &'static Entry)) -> u8 {
    match entry.kind {
        ErrorKind::AlreadyExists => 0,
        ErrorKind::Unauthorised | ErrorKind::Forbidden => 1,
        ErrorKind::Locked => 2,
        ErrorKind::Conflict => 3,
        ErrorKind::NotFound => 4,
        // The one that is said beside all others says least.
        ErrorKind::Validation if entry.code == 1000 => 6,
        ErrorKind::Validation => 5,
        _ => 7,
    }
}

/// Complaints that are all unknown are judged by the status.
fn by_status(status: StatusCode) -> ErrorKind {
    match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorised,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND | StatusCode::GONE => ErrorKind::NotFound,
        StatusCode::CONFLICT => ErrorKind::Conflict,
        StatusCode::LOCKED | StatusCode::IM_A_TEAPOT | StatusCode::REQUEST_TIMEOUT => ErrorKind::Unavailable,
        StatusCode::NOT_IMPLEMENTED => ErrorKind::Unsupported,
        _ => ErrorKind::Validation,
    }
}

fn issue(record: Option<RecordKind>, complaint: &Complaint, entry: Option<&'static Entry>) -> Issue {
    let text = complaint.text();
    let text = text.trim_end_matches('.');
    let named = codes::field(&complaint.details);
    let Some(entry) = entry else { return Issue::new(named, text) };
    let path = match entry.blame {
        Blame::Field("lines") if named.starts_with("lines[") => named,
        Blame::Field(path) => path.to_owned(),
        Blame::Party if record.is_some_and(RecordKind::is_purchase) => "supplier".to_owned(),
        Blame::Party => "customer".to_owned(),
        Blame::Record => named,
    };
    Issue::new(path, format!("{text} - {}", entry.remedy))
}

/// An answer whose body says nothing: a gateway's page, or nothing at all.
fn of_status(operation: &str, answer: &Answer) -> ProviderError {
    match answer.status.as_u16() {
        401 => plain(ErrorKind::Unauthorised, operation, "MYOB does not accept the connection's token: reconnect"),
        // MYOB's own refusals say why; this one comes from before it, or broke on the way, and may have been for a limit.
        403 => plain(
            ErrorKind::Unavailable,
            operation,
            "refused without a reason that can be read: try later, and reconnect as an administrator if it stays so",
        ),
        404 | 410 => plain(ErrorKind::NotFound, operation, "MYOB holds nothing under this address"),
        408 => plain(ErrorKind::Unavailable, operation, "MYOB ran out of time"),
        // In the words of the predecessor's interface (myob.md 6).
        418 | 423 => plain(ErrorKind::Unavailable, operation, "the company file is being moved or upgraded: try later"),
        413 => plain(ErrorKind::Validation, operation, "too large for MYOB: send less at a time"),
        501 => plain(ErrorKind::Unsupported, operation, "MYOB does not offer this"),
        504 => plain(ErrorKind::Unavailable, operation, "MYOB ran out of time: what was asked for may still happen"),
        status @ 500.. => plain(ErrorKind::Unavailable, operation, &format!("MYOB is not available (status {status})")),
        status => {
            plain(ErrorKind::Protocol, operation, &format!("an answer that MYOB does not promise (status {status})"))
        }
    }
}
