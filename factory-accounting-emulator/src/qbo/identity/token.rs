//! The token, revocation and userinfo endpoints (qbo.md 1.1, 1.3, 1.5, 1.6).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

use super::id_token::userinfo;
use super::{Identity, TokenSet};
use crate::answer::json as answer;
use crate::credentials::{basic, bearer};
use crate::qbo::switches::{InvalidGrantBody, RevokeBody, Switches};
use crate::target::{pairs, value};

/// Asks for the end of the grant in the answer (qbo.md 1.3).
const HARD_END: HeaderName = HeaderName::from_static("x-include-refresh-token-hard-expires-in");

/// Why a call is refused, in the words of OAuth 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Client,
    Grant,
    GrantType,
    Request,
}

type Fields = Vec<(String, String)>;

impl Identity {
    /// Answers `POST /oauth2/v1/tokens/bearer`.
    pub(crate) fn token(
        &mut self,
        method: &Method,
        headers: &HeaderMap,
        body: &Bytes,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Response<Bytes> {
        if *method != Method::POST {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let fields = fields_of(headers, body);
        match self.granted(headers, &fields, switches, now) {
            Ok(tokens) => {
                let hard_end = headers.get(HARD_END).is_some_and(|wanted| wanted.as_bytes() == b"true");
                granted_answer(&tokens, hard_end, now)
            }
            Err(refusal) => refused(refusal, switches.invalid_grant_body),
        }
    }

    fn granted(
        &mut self,
        headers: &HeaderMap,
        fields: &[(String, String)],
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Result<TokenSet, Refusal> {
        let app = self.client(headers, fields)?;
        let field = |name| value(fields, name).filter(|text| !text.is_empty()).ok_or(Refusal::Request);
        match field("grant_type")? {
            "authorization_code" => {
                let (code, redirect_uri) = (field("code")?, field("redirect_uri")?);
                self.exchange(app, code, redirect_uri, switches.code_reuse, now).ok_or(Refusal::Grant)
            }
            "refresh_token" => self.refreshed(app, field("refresh_token")?, switches, now).ok_or(Refusal::Grant),
            _ => Err(Refusal::GrantType),
        }
    }

    /// Answers `POST /v2/oauth2/tokens/revoke`; a token that is none, or is revoked already, is a 400.
    pub(crate) fn revocation(
        &mut self,
        method: &Method,
        headers: &HeaderMap,
        body: &Bytes,
        switches: &Switches,
    ) -> Response<Bytes> {
        if *method != Method::POST {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        if switches.revoke_body == RevokeBody::JsonOnly && !is_json(headers) {
            return refused(Refusal::Request, switches.invalid_grant_body);
        }
        let fields = fields_of(headers, body);
        let token = value(&fields, "token").filter(|token| !token.is_empty());
        match (self.client(headers, &fields), token) {
            (Err(refusal), _) => refused(refusal, switches.invalid_grant_body),
            (Ok(app), Some(token)) if self.revoke(app, token) => empty(StatusCode::OK),
            (Ok(_), _) => refused(Refusal::Request, switches.invalid_grant_body),
        }
    }

    /// Answers `GET /v1/openid_connect/userinfo`.
    pub(crate) fn userinfo(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Response<Bytes> {
        match self.authenticate(bearer(headers), now) {
            Ok(caller) if caller.has("openid") => answer(StatusCode::OK, &userinfo(&caller.scopes)),
            _ => empty(StatusCode::UNAUTHORIZED),
        }
    }

    /// The app that a request authenticates: Basic, or id and secret in the body, as the discovery document offers.
    fn client(&self, headers: &HeaderMap, fields: &[(String, String)]) -> Result<usize, Refusal> {
        let (id, secret) = match headers.get(header::AUTHORIZATION) {
            Some(credentials) => basic(credentials).ok_or(Refusal::Client)?,
            None => {
                let field = |name| value(fields, name).unwrap_or_default().to_owned();
                (field("client_id"), field("client_secret"))
            }
        };
        let fits = |app: &super::AppConfig| app.client_id == id && app.client_secret == secret;
        self.apps.iter().position(fits).ok_or(Refusal::Client)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("json")
}

/// A form, or an object of strings where JSON is announced; anything else has no fields.
fn fields_of(headers: &HeaderMap, body: &Bytes) -> Fields {
    if !is_json(headers) {
        return pairs(body);
    }
    let object: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    object.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

fn granted_answer(tokens: &TokenSet, hard_end: bool, now: DateTime<Utc>) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Granted<'a> {
        token_type: &'static str,
        access_token: &'a str,
        refresh_token: &'a str,
        expires_in: i64,
        x_refresh_token_expires_in: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        x_refresh_token_hard_expires_in: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        id_token: Option<&'a str>,
    }
    let seconds = |until: DateTime<Utc>| (until - now).num_seconds().max(0);
    uncached(answer(
        StatusCode::OK,
        &Granted {
            token_type: "bearer",
            access_token: &tokens.access_token,
            refresh_token: &tokens.refresh_token,
            expires_in: seconds(tokens.expires_at),
            x_refresh_token_expires_in: seconds(tokens.refresh_expires_at),
            x_refresh_token_hard_expires_in: hard_end.then(|| seconds(tokens.hard_expires_at)),
            id_token: tokens.id_token.as_deref(),
        },
    ))
}

fn refused(refusal: Refusal, form: InvalidGrantBody) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Refused {
        error: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        error_description: Option<&'static str>,
    }
    let (status, error) = match refusal {
        Refusal::Client => (StatusCode::UNAUTHORIZED, "invalid_client"),
        Refusal::Grant => (StatusCode::BAD_REQUEST, "invalid_grant"),
        Refusal::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        Refusal::Request => (StatusCode::BAD_REQUEST, "invalid_request"),
    };
    let described = refusal == Refusal::Grant && form == InvalidGrantBody::Described;
    let error_description = described.then_some("Incorrect or invalid refresh token");
    uncached(answer(status, &Refused { error, error_description }))
}

/// The answer to a grant that is no longer one, for an injected fault.
pub(crate) fn invalid_grant(form: InvalidGrantBody) -> Response<Bytes> {
    refused(Refusal::Grant, form)
}

fn uncached(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
