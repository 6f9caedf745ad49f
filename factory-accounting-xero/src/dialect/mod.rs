//! What Xero's answers mean: status and body to error, and to fate for writes.

pub(crate) mod body;
pub(crate) mod fates;
pub(crate) mod messages;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_http::{Answer, retry_after};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use self::body::{Complaint, ErrorBody};

/// The error that an answer other than a success stands for. `operation` names what was tried, for people (R28).
pub(crate) fn error(operation: &str, answer: &Answer, now: DateTime<Utc>) -> ProviderError {
    let body = ErrorBody::read(&answer.body);
    let status = answer.status;
    let error = match status.as_u16() {
        400 => bad_request(operation, &body),
        401 => unauthorised(operation, &body, &answer.headers),
        403 => forbidden(operation, &body),
        404 => fault(ErrorKind::NotFound, operation, "Xero holds no such record"),
        405 => fault(ErrorKind::Unsupported, operation, "Xero does not offer this"),
        408 => fault(ErrorKind::Unavailable, operation, "Xero ran out of time"),
        413 => fault(ErrorKind::Validation, operation, "too large for Xero: send less at a time"),
        429 => throttled(operation, answer, now),
        500.. => unavailable(operation, answer),
        _ => {
            let words = body.message.as_deref().unwrap_or("an answer that Xero does not promise");
            fault(if body.recognised { ErrorKind::Validation } else { ErrorKind::Protocol }, operation, words)
        }
    };
    stamped(error, answer)
}

/// The error that the complaints about one member of a write come to.
pub(crate) fn refusal(
    operation: &str,
    kind: RecordKind,
    sent: Option<&Value>,
    complaints: &[Complaint],
    answer: &Answer,
) -> ProviderError {
    let verdict = messages::weigh(kind, sent, complaints);
    let error = ProviderError::new(verdict.kind, "refused by Xero")
        .with_operation(operation)
        .with_issues(verdict.issues)
        .with_package_code(verdict.code.unwrap_or("ValidationException"));
    let error = match verdict.question {
        Some(question) => error.with_code(question),
        None => error,
    };
    stamped(error, answer)
}

/// An answer that is not what Xero promises: nothing may be concluded from it.
pub(crate) fn unreadable(operation: &str, answer: &Answer, why: &str) -> ProviderError {
    stamped(factory_accounting_http::unreadable(operation, why), answer)
}

fn fault(kind: ErrorKind, operation: &str, words: &str) -> ProviderError {
    ProviderError::new(kind, words).with_operation(operation)
}

/// With the id that Xero's support asks for (xero.md 7.1).
fn stamped(error: ProviderError, answer: &Answer) -> ProviderError {
    answer.stamp(error, "xero-correlation-id")
}

fn bad_request(operation: &str, body: &ErrorBody) -> ProviderError {
    let complaints: Vec<_> = body.elements.iter().flat_map(body::complaints).collect();
    let message = body.message.as_deref().unwrap_or("refused by Xero without a reason");
    if !complaints.is_empty() {
        let issues = complaints.iter().map(|complaint| Issue::new("", complaint.text.clone()));
        return fault(ErrorKind::Validation, operation, "refused by Xero")
            .with_package_code("ValidationException")
            .with_issues(issues);
    }
    if let Some((entry, _)) = messages::find(message) {
        return fault(entry.kind, operation, message).with_package_code(entry.code);
    }
    let exception = body.exception.as_deref().unwrap_or_default();
    // What Xero could not even parse is our own doing (xero.md 7.1).
    let ours = matches!(exception, "PostDataInvalidException" | "QueryParseException" | "NoDataProcessedException")
        || matches!(body.number, Some(14 | 16 | 17));
    let kind = match (ours, body.recognised) {
        (true, _) => ErrorKind::Internal,
        (false, true) => ErrorKind::Validation,
        (false, false) => ErrorKind::Protocol,
    };
    let error = fault(kind, operation, message);
    if exception.is_empty() { error } else { error.with_package_code(exception) }
}

fn unauthorised(operation: &str, body: &ErrorBody, headers: &HeaderMap) -> ProviderError {
    let detail = body.message.as_deref().unwrap_or_default();
    if let Some(scope) = missing_scope(detail, headers) {
        return fault(ErrorKind::Forbidden, operation, &format!("{scope}: reconnect and allow it"))
            .with_package_code("insufficient_scope");
    }
    if detail.to_ascii_lowercase().starts_with("tokenexpired") {
        // The token is marked as refused on the way, so that the next try goes out with a fresh one; only if that fails
        // too is a person needed.
        return fault(
            ErrorKind::Unauthorised,
            operation,
            "the access token had expired: try again, and reconnect if it stays so",
        )
        .with_package_code("TokenExpired");
    }
    fault(ErrorKind::Unauthorised, operation, "Xero does not accept the connection's token: reconnect")
        .with_package_code("AuthenticationUnsuccessful")
}

/// Says which scope is missing where a 401 or 403 is about scopes; refreshing never mends that (xero.md 1.7).
fn missing_scope(detail: &str, headers: &HeaderMap) -> Option<String> {
    let challenge = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let lower = challenge.to_ascii_lowercase();
    // The FAQ misspells it, and so may servers.
    let named = ["insufficient_scope", "insufficent_scope"].iter().any(|word| lower.contains(word));
    if !named && !detail.to_ascii_lowercase().starts_with("authorizationunsuccessful") {
        return None;
    }
    let scope = lower.find("scope=\"").and_then(|at| challenge.get(at + 7..)?.split('"').next());
    Some(match scope {
        Some(scope) => format!("the connection lacks the scope {scope}"),
        None => "the connection lacks a scope that this needs".to_owned(),
    })
}

fn forbidden(operation: &str, body: &ErrorBody) -> ProviderError {
    let detail = body.message.as_deref().unwrap_or_default();
    if let Some(scope) = missing_scope(detail, &HeaderMap::new()) {
        return fault(ErrorKind::Forbidden, operation, &format!("{scope}: reconnect and allow it"))
            .with_package_code("insufficient_scope");
    }
    // xero.md 7.1: wrong or missing tenant, or the organisation has disconnected the app.
    if detail.eq_ignore_ascii_case("AuthenticationUnsuccessful") {
        return fault(ErrorKind::Unauthorised, operation, "the organisation no longer lets the app in: reconnect")
            .with_package_code("AuthenticationUnsuccessful");
    }
    let words = if detail.is_empty() { "the person who connected may not do this" } else { detail };
    fault(ErrorKind::Forbidden, operation, &format!("{words}: reconnect as an adviser")).with_package_code("Forbidden")
}

fn throttled(operation: &str, answer: &Answer, now: DateTime<Utc>) -> ProviderError {
    let limit = crate::pacing::limit_name(&answer.headers).unwrap_or("unknown");
    let error = fault(ErrorKind::Throttled, operation, &format!("the {limit} limit of Xero is used up"))
        .with_package_code(limit);
    // The concurrent limit comes without a wait (xero.md 2).
    match retry_after(&answer.headers, now) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

// Plain texts such as "The Organisation is offline" are worth quoting, pages of HTML are not (xero.md 7.1).
fn unavailable(operation: &str, answer: &Answer) -> ProviderError {
    let body = String::from_utf8_lossy(&answer.body);
    let body = body.trim();
    let plain = !body.is_empty() && body.len() <= 200 && !body.starts_with(['<', '{']);
    let words =
        if plain { body.to_owned() } else { format!("Xero is not available (status {})", answer.status.as_u16()) };
    let gateway = matches!(answer.status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT);
    fault(ErrorKind::Unavailable, operation, &words).with_package_code(if gateway { "Gateway" } else { "Server" })
}
