//! The token and revocation endpoints (xero.md 1.1, 1.3, 1.4, 1.6). Form fields that nobody knows are ignored: an
//! official SDK sends `scopes` for `scope`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{CODE_LIFE, Identity, TokenSet};
use crate::answer::json as answer;
use crate::credentials::basic;
use crate::target::{pairs, value};
use crate::xero::scopes;
use crate::xero::switches::OldRefreshToken;

/// The error codes of OAuth 2.0.
type Code = &'static str;

const INVALID_GRANT: Code = "invalid_grant";

impl Identity {
    /// Answers `POST /connect/token`.
    pub(crate) fn token(
        &mut self,
        method: &Method,
        headers: &HeaderMap,
        body: &Bytes,
        tenants: &[Uuid],
        old: OldRefreshToken,
        now: DateTime<Utc>,
    ) -> Response<Bytes> {
        if *method != Method::POST {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let form = pairs(body);
        let granted = self.client(headers, &form).and_then(|app| match value(&form, "grant_type") {
            Some("authorization_code") => self.exchange(app, &form, now).ok_or(INVALID_GRANT),
            Some("refresh_token") => {
                let token = value(&form, "refresh_token").unwrap_or_default();
                self.rotate(app, token, old, now).ok_or(INVALID_GRANT)
            }
            Some("client_credentials") => self.machine(app, &form, tenants, now),
            _ => Err("unsupported_grant_type"),
        });
        match granted {
            Ok(tokens) => granted_answer(&tokens, now),
            Err(code) => refused(code),
        }
    }

    /// Answers `POST /connect/revocation`; a token that nobody knows is revoked already.
    pub(crate) fn revocation(&mut self, method: &Method, headers: &HeaderMap, body: &Bytes) -> Response<Bytes> {
        if *method != Method::POST {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let form = pairs(body);
        match (self.client(headers, &form), value(&form, "token")) {
            (Err(code), _) => refused(code),
            (Ok(_), None) => refused("invalid_request"),
            (Ok(app), Some(token)) => {
                self.revoke(app, token);
                empty(StatusCode::OK)
            }
        }
    }

    /// The app that a request authenticates: Basic, or id and secret in the body, or the id alone of a native app.
    fn client(&self, headers: &HeaderMap, form: &[(String, String)]) -> Result<usize, Code> {
        let (id, secret) = match headers.get(header::AUTHORIZATION) {
            Some(credentials) => basic(credentials).ok_or("invalid_client")?,
            None => {
                let field = |name| value(form, name).unwrap_or_default().to_owned();
                (field("client_id"), field("client_secret"))
            }
        };
        if id.is_empty() {
            return Err("invalid_request");
        }
        let app = self.apps.iter().position(|app| app.client_id == id).ok_or("invalid_client")?;
        match &self.apps[app].client_secret {
            Some(known) if *known != secret => Err("invalid_client"),
            _ => Ok(app),
        }
    }

    /// A code is good once, for five minutes, for the app and redirect URI that it was made for, and with the verifier
    /// of its challenge. `None` is `invalid_grant`.
    fn exchange(&mut self, app: usize, form: &[(String, String)], now: DateTime<Utc>) -> Option<TokenSet> {
        let code = self.codes.get_mut(value(form, "code")?)?;
        let grant = &self.grants[code.grant];
        let fits = grant.app == app
            && !grant.revoked
            && !code.used
            && now - code.issued_at <= CODE_LIFE
            && value(form, "redirect_uri") == Some(&code.redirect_uri)
            && verified(code.challenge.as_deref(), value(form, "code_verifier"));
        if !fits {
            return None;
        }
        code.used = true;
        let grant = code.grant;
        Some(self.issue(grant, now))
    }

    fn machine(
        &mut self,
        app: usize,
        form: &[(String, String)],
        tenants: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<TokenSet, Code> {
        let config = &self.apps[app];
        let tenant = config.custom_connection.and_then(|at| tenants.get(at)).ok_or("unauthorized_client")?;
        let asked: Vec<String> =
            value(form, "scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        // Without a user there is nobody to identify and nothing to refresh.
        let wrong = |scope: &String| !scope.starts_with("accounting.") || !scopes::may_ask(config.scopes, scope);
        if asked.iter().any(wrong) {
            return Err("invalid_scope");
        }
        let scopes = if asked.is_empty() { scopes::machine_default() } else { asked };
        Ok(self.issue_machine(app, *tenant, scopes, now))
    }
}

/// PKCE with S256 only; a verifier for a code without challenge is wrong too.
fn verified(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) if (43..=128).contains(&verifier.len()) => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
        }
        _ => false,
    }
}

fn granted_answer(tokens: &TokenSet, now: DateTime<Utc>) -> Response<Bytes> {
    let mut body = json!({
        "access_token": tokens.access_token,
        "expires_in": (tokens.expires_at - now).num_seconds().max(0),
        "token_type": "Bearer",
        "scope": tokens.scope,
    });
    if let Some(token) = &tokens.id_token {
        body["id_token"] = json!(token);
    }
    if let Some(token) = &tokens.refresh_token {
        body["refresh_token"] = json!(token);
    }
    uncached(answer(StatusCode::OK, &body))
}

fn refused(code: Code) -> Response<Bytes> {
    uncached(answer(StatusCode::BAD_REQUEST, &json!({ "error": code })))
}

/// The answer to a grant that is no longer one, for an injected fault.
pub(crate) fn invalid_grant() -> Response<Bytes> {
    refused(INVALID_GRANT)
}

fn uncached(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache, max-age=0"));
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
