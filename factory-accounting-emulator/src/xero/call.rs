//! What passes between the gateway (identity, tenants, limits, idempotency) and the books behind it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// One call that passed the gateway: the caller is known, the tenant is the one whose books are asked.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The verb.
    pub(crate) method: &'a Method,
    /// Percent-decoded path segments behind `/api.xro/2.0/`, as the caller spelled them; compare without case (xero.md 0.3).
    pub(crate) path: &'a [String],
    /// Query parameters in order, percent-decoded; names compare without case (xero.md 0.3).
    pub(crate) query: &'a [(String, String)],
    /// Request headers.
    pub(crate) headers: &'a HeaderMap,
    /// Raw body; ignored on GET (xero.md 0.3).
    pub(crate) body: &'a Bytes,
    /// The emulator's virtual time.
    pub(crate) now: DateTime<Utc>,
    /// Display name of the calling app, echoed as `ProviderName` and in history (xero.md 0.4, 4.14).
    pub(crate) app: &'a str,
}

impl Call<'_> {
    /// First value of a query parameter, whatever the case of its name.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer before the gateway adds its limit and correlation headers.
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
    /// A JSON answer with the charset that every resource but Quotes sends (xero.md 0.4).
    pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::typed(status, "application/json; charset=utf-8", body)
    }

    /// An answer of the given content type.
    pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into() }
    }

    /// An answer with neither body nor content type.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// The answer as it leaves.
    pub(crate) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
