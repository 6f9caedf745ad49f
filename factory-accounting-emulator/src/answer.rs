//! Answers of the emulator's own surfaces, which no package defines.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::json;

/// A JSON answer of the control surface.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    match serde_json::to_vec(body) {
        Ok(bytes) => typed(status, "application/json", bytes),
        Err(fault) => {
            typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", format!("cannot write the answer: {fault}"))
        }
    }
}

/// A refusal of the control surface: one line that says what to send instead.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    pub(crate) fn into_response(self) -> Response<Bytes> {
        json(self.status, &json!({ "error": self.message }))
    }
}

/// Refuses with a status and a line.
pub(crate) fn refused(status: StatusCode, message: impl Into<String>) -> Refused {
    Refused { status, message: message.into() }
}

/// An answer of any content type.
pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
