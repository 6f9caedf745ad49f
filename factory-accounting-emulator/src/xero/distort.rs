//! What a fault makes of an answer after the work was done.

use bytes::Bytes;
use chrono::Duration;
use http::{Response, header};
use serde_json::{Map, Value, json};

use crate::fault::{CommitPoint, Fault};
use crate::outcome::Outcome;

/// Vocabularies that have grown in the wild (xero.md 10.6) or may.
const GROWING: &[&str] = &[
    "Class",
    "Edition",
    "OrganisationType",
    "OrganisationStatus",
    "Version",
    "TaxNumberType",
    "PaymentType",
    "BankAccountType",
    "SystemAccount",
    "ReportTaxType",
    "AddressType",
    "PhoneType",
    "SourceTransactionTypeCode",
];

/// Members that a record often lacks.
const OFTEN_ABSENT: &[&str] = &[
    "Reference",
    "DueDate",
    "DueDateString",
    "FullyPaidOnDate",
    "ExpectedPaymentDate",
    "BrandingThemeID",
    "ContactNumber",
    "EmailAddress",
    "Description",
    "AccountCode",
    "Warnings",
    "ValidationErrors",
    "StatusAttributeString",
];

/// The outcome of a call whose work is done and whose answer is `response`.
pub(super) fn deliver(response: Response<Bytes>, fault: Option<Fault>) -> Outcome {
    match fault {
        Some(Fault::CommitThenDrop | Fault::TokenLostResponse) => Outcome::Dropped,
        Some(Fault::CommitThenTimeout) => Outcome::Hang,
        Some(Fault::TruncateBody { at }) => Outcome::Truncated { bytes: at.min(response.body().len()), response },
        Some(Fault::SlowBody { delay_ms }) => {
            Outcome::Delayed { by: Duration::milliseconds(i64::from(delay_ms)), response }
        }
        Some(Fault::GigabyteBody { bytes }) => Outcome::Endless { response: with_body(response, Bytes::new()), bytes },
        Some(Fault::Html502 { work: CommitPoint::Done }) => {
            Outcome::Reply(super::refusal::bad_gateway().into_response())
        }
        Some(Fault::EmptyBody) => Outcome::Reply(with_body(response, Bytes::new())),
        Some(Fault::GarbageJson) => Outcome::Reply(garbled(response)),
        Some(Fault::UnknownEnumValues { members }) => {
            let wanted = |name: &str| {
                if members.is_empty() { GROWING.contains(&name) } else { members.iter().any(|member| member == name) }
            };
            Outcome::Reply(rewritten(response, &|object| {
                for (name, value) in object.iter_mut() {
                    if let (true, Value::String(text)) = (wanted(name), value) {
                        *text = format!("FUTURE{text}");
                    }
                }
            }))
        }
        Some(Fault::ExtraFields) => Outcome::Reply(rewritten(response, &|object| {
            object.insert("FutureMember".into(), json!({ "Nested": [1, "two", null] }));
        })),
        Some(Fault::NullInsteadOfAbsent) => Outcome::Reply(filled(response, &Value::Null)),
        Some(Fault::EmptyTextInsteadOfAbsent) => Outcome::Reply(filled(response, &json!(""))),
        _ => Outcome::Reply(response),
    }
}

fn with_body(mut response: Response<Bytes>, body: Bytes) -> Response<Bytes> {
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = body;
    response
}

/// Half of the real body with a gateway's page in the middle.
fn garbled(response: Response<Bytes>) -> Response<Bytes> {
    let body = response.body();
    let mut garbage = body.slice(..body.len() / 2).to_vec();
    garbage.extend_from_slice(b"<!-- upstream -->\0{[");
    with_body(response, garbage.into())
}

fn filled(response: Response<Bytes>, with: &Value) -> Response<Bytes> {
    rewritten(response, &|object| {
        for name in OFTEN_ABSENT {
            object.entry(*name).or_insert_with(|| with.clone());
        }
    })
}

/// Applies a change to every object below the envelope; a body that is not JSON stays as it is.
fn rewritten(response: Response<Bytes>, change: &dyn Fn(&mut Map<String, Value>)) -> Response<Bytes> {
    let Ok(mut value) = serde_json::from_slice::<Value>(response.body()) else { return response };
    match &mut value {
        Value::Object(envelope) => envelope.values_mut().for_each(|value| walk(value, change)),
        other => walk(other, change),
    }
    with_body(response, value.to_string().into())
}

fn walk(value: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(|value| walk(value, change));
            change(object);
        }
        Value::Array(elements) => elements.iter_mut().for_each(|value| walk(value, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distorted(fault: Fault) -> String {
        let body =
            r#"{"Status":"OK","Organisations":[{"Class":"DEMO","Addresses":[{"AddressType":"POBOX"}],"Total":24.15}]}"#;
        let Outcome::Reply(response) = deliver(Response::new(Bytes::from(body)), Some(fault)) else {
            panic!("a reply")
        };
        String::from_utf8(response.into_body().to_vec()).expect("text")
    }

    #[test]
    fn vocabularies_grow_below_the_envelope_only() {
        let text = distorted(Fault::UnknownEnumValues { members: Vec::new() });
        assert!(
            text.contains("FUTUREDEMO") && text.contains("FUTUREPOBOX") && text.contains(r#""Status":"OK""#),
            "{text}"
        );
        let text = distorted(Fault::UnknownEnumValues { members: vec!["AddressType".into()] });
        assert!(text.contains(r#""DEMO""#) && text.contains("FUTUREPOBOX"), "{text}");
    }

    #[test]
    fn absent_members_appear_and_present_ones_stay() {
        assert!(distorted(Fault::NullInsteadOfAbsent).contains(r#""Reference":null"#));
        let text = distorted(Fault::EmptyTextInsteadOfAbsent);
        assert!(text.contains(r#""DueDate":"""#) && text.contains("24.15"), "{text}");
        assert!(distorted(Fault::ExtraFields).contains("FutureMember"));
    }

    #[test]
    fn garbage_is_no_json_and_empty_is_empty() {
        assert!(serde_json::from_str::<Value>(&distorted(Fault::GarbageJson)).is_err());
        assert_eq!(distorted(Fault::EmptyBody), "");
    }
}
