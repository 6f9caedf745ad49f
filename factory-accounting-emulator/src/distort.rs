//! What a fault makes of an answer after the work was done.

use bytes::Bytes;
use chrono::Duration;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::answer::typed;
use crate::fault::{CommitPoint, Fault};
use crate::outcome::Outcome;

/// The members of a package's answers that faults play with.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Those with a closed vocabulary that has grown in the wild or may.
    pub(crate) growing: &'static [&'static str],
    /// Those that a record often lacks.
    pub(crate) often_absent: &'static [&'static str],
}

/// The outcome of a call whose work is done and whose answer is `response`.
pub(crate) fn deliver(response: Response<Bytes>, fault: Option<Fault>, vocabulary: &Vocabulary) -> Outcome {
    match fault {
        Some(Fault::CommitThenDrop | Fault::TokenLostResponse) => Outcome::Dropped,
        Some(Fault::CommitThenTimeout) => Outcome::Hang,
        Some(Fault::TruncateBody { at }) => Outcome::Truncated { bytes: at.min(response.body().len()), response },
        Some(Fault::SlowBody { delay_ms }) => {
            Outcome::Delayed { by: Duration::milliseconds(i64::from(delay_ms)), response }
        }
        Some(Fault::GigabyteBody { bytes }) => Outcome::Endless { response: with_body(response, Bytes::new()), bytes },
        Some(Fault::Html502 { work: CommitPoint::Done }) => Outcome::Reply(bad_gateway()),
        Some(Fault::EmptyBody) => Outcome::Reply(with_body(response, Bytes::new())),
        Some(Fault::GarbageJson) => Outcome::Reply(garbled(response)),
        Some(Fault::UnknownEnumValues { members }) => {
            let wanted = |name: &str| {
                if members.is_empty() {
                    vocabulary.growing.contains(&name)
                } else {
                    members.iter().any(|member| member == name)
                }
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
        Some(Fault::NullInsteadOfAbsent) => Outcome::Reply(filled(response, vocabulary, &Value::Null)),
        Some(Fault::EmptyTextInsteadOfAbsent) => Outcome::Reply(filled(response, vocabulary, &json!(""))),
        _ => Outcome::Reply(response),
    }
}

/// 502 of a gateway in front of the package.
pub(crate) fn bad_gateway() -> Response<Bytes> {
    let page =
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n";
    typed(StatusCode::BAD_GATEWAY, "text/html", page)
}

/// The same head with another body.
pub(crate) fn with_body(mut response: Response<Bytes>, body: Bytes) -> Response<Bytes> {
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

fn filled(response: Response<Bytes>, vocabulary: &Vocabulary, with: &Value) -> Response<Bytes> {
    rewritten(response, &|object| {
        for name in vocabulary.often_absent {
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
