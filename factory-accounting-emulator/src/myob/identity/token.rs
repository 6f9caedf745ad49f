//! The token endpoint, for code exchange and refresh alike (myob.md 1.2, 12.1).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde_json::json;

use super::{DEMO_USER, Identity, TokenSet};
use crate::answer::json as answer;
use crate::myob::switches::Switches;
use crate::seeded::Seeded;
use crate::target::{pairs, value};

/// Why a call is refused; the status is always 400 (myob.md 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Client,
    Grant,
    GrantType,
    Request(&'static str),
}

impl Identity {
    /// Answers `POST /oauth2/v1/authorize`.
    pub(crate) fn token(
        &mut self,
        method: &Method,
        headers: &HeaderMap,
        body: &Bytes,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Response<Bytes> {
        if *method != Method::POST {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return response;
        }
        match self.granted(headers, body, switches, now) {
            Ok(tokens) => granted_answer(&tokens, switches, now),
            Err(refusal) => refused(refusal),
        }
    }

    fn granted(
        &mut self,
        headers: &HeaderMap,
        body: &Bytes,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Result<TokenSet, Refusal> {
        if !is_form(headers) {
            return Err(Refusal::Request("the body must be application/x-www-form-urlencoded"));
        }
        let fields = pairs(body);
        let field = |name| value(&fields, name).filter(|text| !text.is_empty());
        let needed = |name, missing| field(name).ok_or(Refusal::Request(missing));
        // Id and secret go in the form (myob.md 1.2). A header beside them, as one client library sends it, changes
        // nothing; alone it is not enough.
        let (id, secret) = match (field("client_id"), field("client_secret")) {
            (Some(id), Some(secret)) => (id, secret),
            _ if headers.contains_key(header::AUTHORIZATION) => {
                return Err(Refusal::Request("client_id and client_secret belong in the body"));
            }
            (None, _) => return Err(Refusal::Request("client_id is missing")),
            (_, None) => return Err(Refusal::Request("client_secret is missing")),
        };
        let fits = |app: &super::AppConfig| app.client_id == id && app.client_secret == secret;
        let app = self.apps.iter().position(fits).ok_or(Refusal::Client)?;
        match needed("grant_type", "grant_type is missing")? {
            "authorization_code" => {
                let code = needed("code", "code is missing")?;
                let redirect_uri = needed("redirect_uri", "redirect_uri is missing")?;
                self.exchange(app, code, redirect_uri, switches, now).ok_or(Refusal::Grant)
            }
            "refresh_token" => {
                let token = needed("refresh_token", "refresh_token is missing")?;
                self.refreshed(app, token, switches, now).ok_or(Refusal::Grant)
            }
            _ => Err(Refusal::GrantType),
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

fn granted_answer(tokens: &TokenSet, switches: &Switches, now: DateTime<Utc>) -> Response<Bytes> {
    let seconds = (tokens.expires_at - now).num_seconds().max(0);
    let expires_in = if switches.expires_in_as_string { json!(seconds.to_string()) } else { json!(seconds) };
    let body = json!({
        "access_token": tokens.access_token,
        "token_type": "bearer",
        "expires_in": expires_in,
        "refresh_token": tokens.refresh_token,
        "scope": tokens.scope,
        // The user keeps one id over all seeds and restarts.
        "user": { "uid": Seeded::new(0, DEMO_USER).uuid(), "username": DEMO_USER },
    });
    uncached(answer(StatusCode::OK, &body))
}

fn refused(refusal: Refusal) -> Response<Bytes> {
    let (error, description) = match refusal {
        Refusal::Client => ("invalid_client", "Client authentication failed"),
        Refusal::Grant => ("invalid_grant", "The provided authorization grant or refresh token is invalid or expired"),
        Refusal::GrantType => ("unsupported_grant_type", "grant_type must be authorization_code or refresh_token"),
        Refusal::Request(description) => ("invalid_request", description),
    };
    uncached(answer(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": description })))
}

/// The answer to a grant that is no longer one, for an injected fault.
pub(crate) fn invalid_grant() -> Response<Bytes> {
    refused(Refusal::Grant)
}

fn uncached(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
