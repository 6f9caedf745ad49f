//! What passes between the gateway (identity, companies, limits, replay) and the books behind it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// One call that passed the gateway: the caller is known, the company is the one whose books are asked.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The verb.
    pub(crate) method: &'a Method,
    /// Percent-decoded path segments behind `/v3/company/{realm}/`; compare with case (qbo.md 2).
    pub(crate) path: &'a [String],
    /// Query parameters in order, percent-decoded.
    pub(crate) query: &'a [(String, String)],
    /// Raw body.
    pub(crate) body: &'a Bytes,
    /// Request headers.
    pub(crate) headers: &'a HeaderMap,
    /// The emulator's virtual time.
    pub(crate) now: DateTime<Utc>,
}

impl Call<'_> {
    /// First value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// An answer before the gateway adds the headers that every answer carries.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Headers of the answer itself, `content-type` included.
    pub(crate) headers: HeaderMap,
    /// Body, possibly empty.
    pub(crate) body: Bytes,
}

impl Reply {
    /// A JSON answer with the content type that the API sends (qbo.md 2).
    pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::typed(status, "application/json;charset=UTF-8", body)
    }

    /// A plain text answer, such as a download address.
    pub(crate) fn text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::typed(status, "text/plain;charset=UTF-8", body)
    }

    /// An answer of the given content type.
    pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into() }
    }

    /// The answer as it leaves.
    pub(crate) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
