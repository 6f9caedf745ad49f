//! What passes between the gateway (identity, files, limits, late landings) and the books behind it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use uuid::Uuid;

use super::presigned::Links;
use super::refusal;
use super::switches::UriHost;

/// The content type of every JSON answer (myob.md 12.1).
const JSON: &str = "application/json; charset=utf-8";

/// Where next pages are said to be: a host that nobody is told to call (myob.md 12.4).
const PAGE_HOST: &str = "arl9.api.myob.com";

/// One call that passed the gateway: the caller is known, the company file is the one whose books are asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// The verb.
    pub(crate) method: &'a Method,
    /// Percent-decoded path segments behind `{cf}/` in lower case: paths are matched without it (myob.md 3.0).
    pub(crate) path: &'a [String],
    /// Query parameters in order, percent-decoded.
    pub(crate) query: &'a [(String, String)],
    /// Raw body.
    pub(crate) body: &'a Bytes,
    /// Request headers.
    pub(crate) headers: &'a HeaderMap,
    /// The emulator's virtual time.
    pub(crate) now: DateTime<Utc>,
    /// How every `URI`, `Location` and `NextPageLink` of the file begins, without a closing slash.
    pub(crate) base: &'a str,
    /// Makes the links to attached files.
    pub(crate) links: &'a Links,
}

impl Call<'_> {
    /// First value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether a flag such as `returnBody` is set.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// How the link to a next page begins: on a host of its own, or on the one that was called (myob.md 1.5, 12.4).
    pub(crate) fn page_base(&self, host: UriHost) -> String {
        self.links.api(host, PAGE_HOST)
    }

    /// The presigned `FileUri` of an attached file; it opens without a token and dies after two minutes (myob.md 3.9).
    pub(crate) fn file_link(&self, attachment: Uuid) -> String {
        self.links.of(attachment, self.now)
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
    /// A JSON answer with the content type that the API sends.
    pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::typed(status, JSON, body)
    }

    /// One entity: 200 with the row version as its tag (myob.md 5).
    pub(crate) fn tagged(body: impl Into<Bytes>, row_version: &str) -> Self {
        let mut reply = Self::json(StatusCode::OK, body);
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{row_version}\"")) {
            reply.headers.insert(header::ETAG, tag);
        }
        reply
    }

    /// 201 with the address of what was created, and the entity where `returnBody` asked for it (myob.md 4).
    pub(crate) fn created(location: &str, body: Option<Bytes>) -> Self {
        let mut reply = Self::json(StatusCode::CREATED, body.unwrap_or_default());
        if let Ok(location) = HeaderValue::from_str(location) {
            reply.headers.insert(header::LOCATION, location);
        }
        reply
    }

    /// A status and no body, as JSON by its content type.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::json(status, Bytes::new())
    }

    /// 501: the real service would do something here that the emulator does not do.
    pub(crate) fn not_modelled(what: &str) -> Self {
        refusal::not_modelled(what)
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

impl From<Response<Bytes>> for Reply {
    fn from(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status, headers: head.headers, body }
    }
}
