//! The pages that a person sees, which refuse to be framed (qbo.md 1.2).

use bytes::Bytes;
use http::{HeaderValue, Response, header};

use crate::consent::{ConsentPage, Pick, Wording};

const PAGE: Wording = Wording {
    package: "QuickBooks",
    title: "Connect your company",
    failed: "Sorry, but the app could not connect",
    action: "/connect/oauth2",
    legend: "Company",
    pick: Pick::One,
    field: "realm",
    allow: "Connect",
};

pub(super) fn consent(page: &ConsentPage<'_, u64>) -> Response<Bytes> {
    unframed(PAGE.consent(page))
}

pub(super) fn error(code: &str, description: &str) -> Response<Bytes> {
    unframed(PAGE.error(code, description))
}

fn unframed(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}
