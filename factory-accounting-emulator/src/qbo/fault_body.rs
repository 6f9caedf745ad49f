//! The faults of the gateway and of the server as such: shape B, shape A for those of no entity, and XML (qbo.md 8.1).

use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use serde::Serialize;

use crate::html::escaped;
use crate::qbo::books::{Fault, FaultError};
use crate::qbo::call::Reply;
use crate::qbo::switches::{AdminRemovedStatus, GatewayErrors};

/// What the gateway refuses, in the words that real answers carry (qbo.md 8.1, 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GatewayFault {
    /// The bearer is none that was ever given.
    Malformed,
    /// Its hour is over.
    Expired,
    /// Its grant is revoked.
    Revoked,
    /// There is none.
    Empty,
    /// The token is not for this company, or not for this API.
    Forbidden,
    /// A limit is used up.
    Throttled,
}

impl GatewayFault {
    fn parts(self) -> (StatusCode, &'static str, &'static str, &'static str, &'static str) {
        let (unauthorised, kind) = (StatusCode::UNAUTHORIZED, "AUTHENTICATION");
        match self {
            Self::Malformed => {
                (unauthorised, kind, "AuthenticationFailed", "3200", "Malformed bearer token: too short or too long")
            }
            Self::Expired => (unauthorised, kind, "AuthenticationFailed", "3200", "Token expired"),
            Self::Revoked => (unauthorised, kind, "AuthenticationFailed", "3200", "Token revoked"),
            Self::Empty => (unauthorised, kind, "AuthenticationFailed", "3202", "Token is empty"),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "AUTHORIZATION",
                "ApplicationAuthorizationFailed",
                "3100",
                "ApplicationAuthorizationFailed",
            ),
            Self::Throttled => (
                StatusCode::TOO_MANY_REQUESTS,
                "SERVICE",
                "ThrottleExceeded",
                "3001",
                "The request limit was reached.  Try again later",
            ),
        }
    }

    /// The answer, as JSON or, where the switch says so, as XML in spite of what was accepted.
    pub(crate) fn reply(self, form: GatewayErrors, now: DateTime<Utc>) -> Reply {
        let (status, kind, word, code, detail) = self.parts();
        let message = format!("message={word}; errorCode=00{code}; statusCode={}", status.as_u16());
        match form {
            GatewayErrors::Json => Reply::json(status, lower_case(kind, &message, code, detail, now)),
            GatewayErrors::Xml => Reply::typed(status, XML, xml(kind, &[(code, &message, detail)], now)),
        }
    }
}

/// The content type of XML answers.
pub(crate) const XML: &str = "application/xml;charset=UTF-8";

/// The user of the grant is no longer an admin of the company: 120 (qbo.md 1.5, 8.2).
pub(crate) fn admin_removed(status: AdminRemovedStatus, now: DateTime<Utc>) -> Reply {
    let status = match status {
        AdminRemovedStatus::Forbidden => StatusCode::FORBIDDEN,
        AdminRemovedStatus::Unauthorised => StatusCode::UNAUTHORIZED,
    };
    let detail = "-11014-You do not have access to the company, or you are no longer one of its admins";
    service(status, "AuthorizationFault", 120, "Authorization Failure", detail, now)
}

/// The company lives in another cluster, such as a sandbox company asked of production: 130 (qbo.md 2, 8.2).
pub(crate) fn wrong_cluster(now: DateTime<Utc>) -> Reply {
    let (status, message) = (StatusCode::UNAUTHORIZED, "Accessing Wrong Cluster");
    service(status, "AuthenticationFault", 130, message, message, now)
}

/// The company is being worked on: 150 (qbo.md 8.2).
pub(crate) fn under_maintenance(now: DateTime<Utc>) -> Reply {
    let message = "Company Under Maintenance";
    service(StatusCode::SERVICE_UNAVAILABLE, "SystemFault", 150, message, message, now)
}

/// 500 with a body that says nothing of what was done (qbo.md 8.2, code 10000).
pub(crate) fn system_failure(now: DateTime<Utc>) -> Reply {
    service(
        StatusCode::INTERNAL_SERVER_ERROR,
        "SystemFault",
        10_000,
        "An application error has occurred while processing your request",
        "System Failure Error: an unexpected error occurred",
        now,
    )
}

/// 200 with a fault in it that is nobody's mistake (qbo.md 8.1).
pub(crate) fn inside_success(now: DateTime<Utc>) -> Reply {
    let mut reply = system_failure(now);
    reply.status = StatusCode::OK;
    reply
}

/// A fault of the books as the whole answer, in shape A.
pub(crate) fn of_books(fault: &Fault, now: DateTime<Utc>) -> Reply {
    Reply::json(fault.status, fault.body(now))
}

fn service(
    status: StatusCode,
    kind: &'static str,
    code: u16,
    message: &'static str,
    detail: &str,
    now: DateTime<Utc>,
) -> Reply {
    let error = FaultError { code, message, detail: detail.to_owned(), element: "" };
    of_books(&Fault { status, kind, errors: vec![error] }, now)
}

/// Shape B: keys in lower case, the time as milliseconds.
fn lower_case(kind: &str, message: &str, code: &str, detail: &str, now: DateTime<Utc>) -> String {
    #[derive(Serialize)]
    struct Error<'a> {
        message: &'a str,
        detail: &'a str,
        code: &'a str,
        element: Option<()>,
    }
    #[derive(Serialize)]
    struct Fault<'a> {
        error: [Error<'a>; 1],
        #[serde(rename = "type")]
        kind: &'a str,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        warnings: Option<()>,
        intuit_object: Option<()>,
        fault: Fault<'a>,
        report: Option<()>,
        query_response: Option<()>,
        batch_item_response: [(); 0],
        attachable_response: [(); 0],
        sync_error_response: Option<()>,
        request_id: Option<()>,
        time: i64,
        status: Option<()>,
        #[serde(rename = "cdcresponse")]
        cdc_response: [(); 0],
    }
    let fault = Fault { error: [Error { message, detail, code, element: None }], kind };
    text(&Body {
        warnings: None,
        intuit_object: None,
        fault,
        report: None,
        query_response: None,
        batch_item_response: [],
        attachable_response: [],
        sync_error_response: None,
        request_id: None,
        time: now.timestamp_millis(),
        status: None,
        cdc_response: [],
    })
}

/// Shape C.
fn xml(kind: &str, errors: &[(&str, &str, &str)], now: DateTime<Utc>) -> String {
    let errors: String = errors
        .iter()
        .map(|(code, message, detail)| {
            let (message, detail) = (escaped(message), escaped(detail));
            format!("<Error code=\"{code}\"><Message>{message}</Message><Detail>{detail}</Detail></Error>")
        })
        .collect();
    let time = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><IntuitResponse \
         xmlns=\"http://schema.intuit.com/finance/v3\" time=\"{time}\"><Fault type=\"{kind}\">{errors}</Fault></IntuitResponse>"
    )
}

/// Text, numbers and lists only: writing them cannot fail.
fn text(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use serde_json::{Value, json};

    use super::*;

    fn body(fault: GatewayFault, form: GatewayErrors) -> (u16, String) {
        let now = Utc.timestamp_millis_opt(1_633_520_295_688).unwrap();
        let reply = fault.reply(form, now);
        (reply.status.as_u16(), String::from_utf8(reply.body.to_vec()).expect("text"))
    }

    #[test]
    fn a_throttled_call_reads_like_the_recorded_one() {
        let recorded = json!({
            "warnings": null, "intuitObject": null,
            "fault": { "error": [{
                "message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
                "detail": "The request limit was reached.  Try again later", "code": "3001", "element": null,
            }], "type": "SERVICE" },
            "report": null, "queryResponse": null, "batchItemResponse": [], "attachableResponse": [],
            "syncErrorResponse": null, "requestId": null, "time": 1_633_520_295_688_i64, "status": null, "cdcresponse": [],
        });
        let (status, text) = body(GatewayFault::Throttled, GatewayErrors::Json);
        assert_eq!((status, serde_json::from_str::<Value>(&text).expect("JSON")), (429, recorded));
    }

    #[test]
    fn each_refusal_of_the_gateway_has_its_status_and_code_in_both_forms() {
        for (fault, status, code) in [
            (GatewayFault::Malformed, 401, "3200"),
            (GatewayFault::Expired, 401, "3200"),
            (GatewayFault::Revoked, 401, "3200"),
            (GatewayFault::Empty, 401, "3202"),
            (GatewayFault::Forbidden, 403, "3100"),
            (GatewayFault::Throttled, 429, "3001"),
        ] {
            let (sent, text) = body(fault, GatewayErrors::Json);
            let value: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!((sent, &value["fault"]["error"][0]["code"]), (status, &json!(code)), "{text}");
            let (sent, text) = body(fault, GatewayErrors::Xml);
            assert!(sent == status && text.contains(&format!("<Error code=\"{code}\"")), "{text}");
        }
    }
}
