//! A client for the tests of this module: one emulator, one token, one instant.

use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::{XeroConfig, XeroEmulator};
use crate::outcome::Outcome;

pub(super) const SCOPES: &str = "openid offline_access accounting.invoices accounting.contacts accounting.settings";

pub(super) struct Client {
    pub(super) xero: XeroEmulator,
    pub(super) tenant: Uuid,
    pub(super) token: String,
    pub(super) now: DateTime<Utc>,
}

impl Client {
    pub(super) fn new() -> Self {
        Self::with(XeroConfig::default())
    }

    pub(super) fn with(config: XeroConfig) -> Self {
        // 34 seconds into the minute of a tenant-independent calendar.
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 34).unwrap();
        let mut xero = XeroEmulator::new(config);
        let tenant = xero.tenants()[0].id;
        let token = xero.authorised(&[tenant], SCOPES, now).access_token;
        Self { xero, tenant, token, now }
    }

    /// Sends exactly these headers.
    pub(super) fn bare(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Outcome {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body.to_owned())).expect("a request");
        self.xero.handle(request, self.now)
    }

    /// Sends as the authorised client, with more headers.
    pub(super) fn send(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Outcome {
        let (bearer, tenant) = (format!("Bearer {}", self.token), self.tenant.to_string());
        let mut headers = vec![("authorization", bearer.as_str()), ("xero-tenant-id", tenant.as_str())];
        headers.push(("accept", "application/json"));
        headers.extend_from_slice(more);
        self.bare(method, path, &headers, body)
    }

    pub(super) fn get(&mut self, path: &str) -> Response<Bytes> {
        reply(self.send("GET", path, &[], ""))
    }

    pub(super) fn organisation(&mut self) -> Response<Bytes> {
        self.get("/api.xro/2.0/Organisation")
    }

    /// Creates a contact under an idempotency key.
    pub(super) fn put_contact(&mut self, name: &str, key: &str) -> Outcome {
        let body = format!(r#"{{"Contacts":[{{"Name":"{name}"}}]}}"#);
        self.send("PUT", "/api.xro/2.0/Contacts", &[("idempotency-key", key)], &body)
    }

    /// How many contacts the books hold.
    pub(super) fn contacts(&self) -> usize {
        self.xero.ledger(self.tenant)["contacts"].as_array().expect("contacts").len()
    }

    /// Posts a form without authentication.
    pub(super) fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        reply(self.bare("POST", path, &[("content-type", "application/x-www-form-urlencoded")], &body))
    }

    /// Calls the control surface.
    pub(super) fn control(&mut self, method: &str, route: &str, body: &str) -> (StatusCode, Value) {
        let response = reply(self.bare(method, &format!("/_emulator{route}"), &[], body));
        (response.status(), json(&response))
    }
}

#[track_caller]
pub(super) fn reply(outcome: Outcome) -> Response<Bytes> {
    match outcome {
        Outcome::Reply(response) => response,
        other => panic!("no plain reply: {other:?}"),
    }
}

pub(super) fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

#[track_caller]
pub(super) fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_else(|fault| panic!("{fault}: {}", text(response)))
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
