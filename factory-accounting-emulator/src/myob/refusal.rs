//! The gateway's own answers in their real, uneven shapes (myob.md 1.3, 2, 6).

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::html;
use crate::myob::call::Reply;
use crate::myob::switches::{MissingVersion, RateLimitAnswer, UngrantedFile, WrongMethod};

/// A limit that can be used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UsedUp {
    /// Calls in a second, by API key.
    Second,
    /// Calls in a day, by API key.
    Day,
}

/// The envelope of every documented error (myob.md 6).
fn errors(status: StatusCode, name: &str, message: &str, details: Option<&str>, code: Option<u32>) -> Reply {
    let error = json!({
        "Name": name,
        "Message": message,
        "AdditionalDetails": details,
        "ErrorCode": code,
        "Severity": "Error",
    });
    Reply::json(status, json!({ "Errors": [error], "Information": null }).to_string())
}

/// 401 for a token that ran out, for a scope that is missing and for a path that is none: nobody can tell which
/// (myob.md 1.3).
pub(crate) fn token_invalid() -> Reply {
    let message = "The supplied OAuth token (Bearer) is not valid";
    errors(StatusCode::UNAUTHORIZED, "OAuthTokenIsInvalid", message, None, Some(31_001))
}

/// 401 as an array: a `cftoken` that must not be there, or one that is wrong (myob.md 1.4).
pub(crate) fn access_denied() -> Reply {
    let body: Value = json!([{ "Message": "Access denied" }]);
    Reply::json(StatusCode::UNAUTHORIZED, body.to_string())
}

/// 403 as a flat object whose code is a text (myob.md 6).
pub(crate) fn not_authorised() -> Reply {
    let body = json!({ "Message": "You are not authorised to access this resource", "ErrorCode": "AccessDenied" });
    Reply::json(StatusCode::FORBIDDEN, body.to_string())
}

/// 423 of a file that is being moved or upgraded, as the predecessor's interface has it (myob.md 6).
pub(crate) fn locked(file: &str) -> Reply {
    let body = json!({ "globalId": file, "businessId": file, "status": "UPGRADING" });
    Reply::json(StatusCode::LOCKED, body.to_string())
}

/// A company file that the token was not given for (myob.md 12.1).
pub(crate) fn ungranted(form: UngrantedFile) -> Reply {
    match form {
        UngrantedFile::AccessDenied => access_denied(),
        UngrantedFile::NotFound => not_found("The company file was not found"),
    }
}

/// 403 of a key that is missing or unknown (myob.md 1.4).
pub(crate) fn developer_inactive() -> Reply {
    let message = "Developer key is not active";
    errors(StatusCode::FORBIDDEN, "DeveloperInactive", message, Some("Header: x-myobapi-key"), None)
}

/// A key beyond a limit: 403, in the older gateway's words, or the 429 that some pages claim (myob.md 2).
pub(crate) fn over_limit(used_up: UsedUp, form: RateLimitAnswer) -> Reply {
    let (span, old) = match used_up {
        UsedUp::Second => ("per-second", "Developer Over Qps"),
        UsedUp::Day => ("daily", "Developer Over Rate"),
    };
    let message = format!("API key has exceeded the {span} rate limit");
    let limited = |status| errors(status, "RateLimitError", &message, Some("Header: x-myobapi-key"), None);
    match form {
        RateLimitAnswer::RateLimitError => limited(StatusCode::FORBIDDEN),
        RateLimitAnswer::TooManyRequests => limited(StatusCode::TOO_MANY_REQUESTS),
        RateLimitAnswer::OverQpsText => Reply::typed(StatusCode::FORBIDDEN, "text/xml", format!("<h1>403 {old}</h1>")),
    }
}

/// Without `x-myobapi-version: v2` the real service speaks v1, which has no GUIDs; here a client must notice
/// (myob.md 1.4, 12.1).
pub(crate) fn version_missing(form: MissingVersion) -> Reply {
    let message = "send the header x-myobapi-version: v2";
    match form {
        MissingVersion::BadRequest => errors(StatusCode::BAD_REQUEST, "BadRequest", message, None, None),
        MissingVersion::NotFound => not_found(message),
    }
}

/// The path is known and does not take the verb (myob.md 12.1).
pub(crate) fn wrong_method(form: WrongMethod) -> Reply {
    let message = "The requested resource does not support this http method";
    match form {
        WrongMethod::MethodNotAllowed => {
            errors(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message, None, None)
        }
        WrongMethod::NotFound => not_found(message),
    }
}

/// 404 in the documented envelope.
pub(crate) fn not_found(message: &str) -> Reply {
    errors(StatusCode::NOT_FOUND, "NotFound", message, None, None)
}

/// 404 of the web server in front, as an endpoint that never was gives it (myob.md 3.0).
pub(crate) fn html_not_found() -> Reply {
    html::page(StatusCode::NOT_FOUND, "MYOB", "404 - File or directory not found.", "").into()
}

/// 400 that names a property which the type does not have, or a filter that cannot be read (myob.md 12.4).
pub(crate) fn bad_query(message: &str) -> Reply {
    errors(StatusCode::BAD_REQUEST, "BadRequest", message, None, None)
}

/// 500, after or before the work: the caller cannot know (myob.md 6).
pub(crate) fn internal_error() -> Reply {
    errors(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "An internal error has occurred", None, None)
}

/// 504 of a call that ran for two minutes; the write may have landed (myob.md 2).
pub(crate) fn gateway_timeout() -> Reply {
    let (message, details) = ("Connection to the API has timed out", "Maximum call time is 120 seconds");
    errors(StatusCode::GATEWAY_TIMEOUT, "GatewayTimeout", message, Some(details), None)
}

/// 503 in HTML: gateways say it so (myob.md 6).
pub(crate) fn unavailable() -> Reply {
    let page = "<html><body><h1>503 Service Unavailable</h1></body></html>";
    Reply::typed(StatusCode::SERVICE_UNAVAILABLE, "text/html", page)
}

/// 501: the real service would do something here that the emulator does not do.
pub(crate) fn not_modelled(what: &str) -> Reply {
    let message = format!("the emulator does not model {what}");
    errors(StatusCode::NOT_IMPLEMENTED, "NotModelled", &message, None, None)
}

/// The same answer with a time after which to come back; not documented, seen in the wild (myob.md 1.4).
pub(crate) fn retry_after(mut reply: Reply, seconds: Option<u64>) -> Reply {
    if let Some(seconds) = seconds {
        reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}
