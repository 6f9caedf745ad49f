//! The gateway's own answers in their real, uneven shapes (xero.md 7.1).

use chrono::{DateTime, Utc};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use uuid::Uuid;

use crate::fault::{LimitProblem, OfflineText};
use crate::xero::call::Reply;
use crate::xero::switches::{KeyMismatchShape, Oversize};

/// Says which limit refused a call.
const PROBLEM: HeaderName = HeaderName::from_static("x-rate-limit-problem");

/// 401 with the keys in Pascal case.
pub(crate) fn unauthorised(detail: &str, instance: Uuid) -> Reply {
    let body = json!({ "Type": null, "Title": "Unauthorized", "Status": 401, "Detail": detail, "Instance": instance });
    Reply::json(StatusCode::UNAUTHORIZED, body.to_string())
}

/// 401 for a token that ran out, with the instant as .NET writes it.
pub(crate) fn token_expired(at: DateTime<Utc>, instance: Uuid) -> Reply {
    unauthorised(&format!("TokenExpired: token expired at {}", at.format("%m/%d/%Y %H:%M:%S")), instance)
}

/// 401 that no refresh mends (xero.md 1.7).
pub(crate) fn insufficient_scope(instance: Uuid) -> Reply {
    let mut reply = unauthorised("AuthorizationUnsuccessful", instance);
    let challenge = HeaderValue::from_static(r#"Bearer error="insufficient_scope""#);
    reply.headers.insert(header::WWW_AUTHENTICATE, challenge);
    reply
}

/// 403 with the keys in lower case.
pub(crate) fn forbidden(instance: Uuid) -> Reply {
    let body =
        json!({ "title": "Forbidden", "status": 403, "detail": "AuthenticationUnsuccessful", "instance": instance });
    Reply::json(StatusCode::FORBIDDEN, body.to_string())
}

/// 404 without a body, in HTML by its content type.
pub(crate) fn not_found() -> Reply {
    Reply::typed(StatusCode::NOT_FOUND, "text/html; charset=utf-8", "")
}

/// 429 without body or content type; the concurrent limit never says when to come back (xero.md 2).
pub(crate) fn too_many(problem: LimitProblem, retry_after: Option<u64>) -> Reply {
    let mut reply = Reply::empty(StatusCode::TOO_MANY_REQUESTS);
    reply.headers.insert(PROBLEM, HeaderValue::from_static(problem.as_str()));
    if let Some(seconds) = retry_after {
        reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// 503 in plain text.
pub(crate) fn unavailable(text: OfflineText) -> Reply {
    let text = match text {
        OfflineText::Organisation => "The Organisation is offline",
        OfflineText::Maintenance => "The Xero API is currently offline for maintenance",
        OfflineText::Temporary => "The Xero API is temporarily unavailable",
    };
    Reply::typed(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", text)
}

/// 500 with a body that says nothing of what was done.
pub(crate) fn internal_error(instance: Uuid) -> Reply {
    let body = json!({
        "Type": null, "Title": "An error occurred", "Status": 500,
        "Detail": "An internal error occurred", "Instance": instance,
    });
    Reply::json(StatusCode::INTERNAL_SERVER_ERROR, body.to_string())
}

/// A body above the limit; the status is not settled (xero.md 13.15), its body neither.
pub(crate) fn oversize(switch: Oversize) -> Reply {
    match switch {
        Oversize::PayloadTooLarge => Reply::typed(StatusCode::PAYLOAD_TOO_LARGE, "text/html; charset=utf-8", ""),
        Oversize::BadRequest => {
            bad_request(14, "PostDataInvalidException", "The request body exceeds the maximum size")
        }
    }
}

/// A key that stands for another request (xero.md 3); the message's place is not settled.
pub(crate) fn key_mismatch(key: &str, shape: KeyMismatchShape) -> Reply {
    let message = format!("Idempotency Key: {key} is used with a different request.");
    match shape {
        KeyMismatchShape::TopLevel => bad_request(10, "ValidationException", &message),
        KeyMismatchShape::Elements => {
            let body = json!({
                "ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred",
                "Elements": [{ "ValidationErrors": [{ "Message": message }] }],
            });
            Reply::json(StatusCode::BAD_REQUEST, body.to_string())
        }
    }
}

/// A key longer than 128 characters (xero.md 3); the wording is the emulator's.
pub(crate) fn key_too_long() -> Reply {
    bad_request(10, "ValidationException", "Idempotency Key must not be longer than 128 characters.")
}

/// A second call with a key whose first call is still running; the status is not settled (xero.md 13.3).
pub(crate) fn key_busy(status: StatusCode) -> Reply {
    let body = json!({ "Title": "Conflict", "Status": status.as_u16(), "Detail": "The Idempotency Key is in use by a running request." });
    Reply::json(status, body.to_string())
}

/// What Xero would answer in XML, which is not modelled.
pub(crate) fn xml_not_modelled() -> Reply {
    let body = json!({
        "Title": "Not modelled",
        "Status": 501,
        "Detail": "XML, which Xero reads and, without `Accept: application/json`, answers; send JSON and that header",
    });
    Reply::json(StatusCode::NOT_IMPLEMENTED, body.to_string())
}

fn bad_request(number: u16, kind: &str, message: &str) -> Reply {
    let body = json!({ "ErrorNumber": number, "Type": kind, "Message": message });
    Reply::json(StatusCode::BAD_REQUEST, body.to_string())
}
