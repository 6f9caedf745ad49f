//! A client for the tests of this module: one emulator, one token, one instant.

use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::Value;

use super::config::ACCOUNTING;
use super::{QboConfig, QboEmulator, RateLimits};
use crate::outcome::Outcome;

pub(super) struct Client {
    pub(super) qbo: QboEmulator,
    pub(super) realm: String,
    pub(super) token: String,
    pub(super) now: DateTime<Utc>,
}

impl Client {
    pub(super) fn new() -> Self {
        Self::with(QboConfig { limits: RateLimits::off(), ..QboConfig::default() })
    }

    pub(super) fn with(config: QboConfig) -> Self {
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).unwrap();
        let mut qbo = QboEmulator::new(config);
        let realm = qbo.companies()[0].realm.clone();
        let token = qbo.authorised(&realm, ACCOUNTING, now).access_token;
        Self { qbo, realm, token, now }
    }

    /// Sends exactly these headers.
    pub(super) fn bare(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Outcome {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::copy_from_slice(body)).expect("a request");
        self.qbo.handle(request, self.now)
    }

    /// Sends to the company as the authorised client; `path` begins behind the realm.
    pub(super) fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Outcome {
        let bearer = format!("Bearer {}", self.token);
        let path = format!("/v3/company/{}/{path}", self.realm);
        let headers = [("authorization", bearer.as_str()), ("accept", "application/json"), ("content-type", kind)];
        self.bare(method, &path, &headers, body)
    }

    pub(super) fn get(&mut self, path: &str) -> Response<Bytes> {
        reply(self.send("GET", path, "", b""))
    }

    /// Posts JSON.
    pub(super) fn post(&mut self, path: &str, body: &str) -> Outcome {
        self.send("POST", path, "application/json", body.as_bytes())
    }

    /// Creates a customer under a `requestid`.
    pub(super) fn customer(&mut self, name: &str, id: &str) -> Outcome {
        self.post(&format!("customer?minorversion=75&requestid={id}"), &format!(r#"{{"DisplayName":"{name}"}}"#))
    }

    /// How many customers of this name the books hold.
    pub(super) fn customers(&mut self, name: &str) -> u64 {
        let statement = format!("select count(*) from Customer where DisplayName = '{name}'");
        let counted = reply(self.send("POST", "query", "application/text", statement.as_bytes()));
        json(&counted)["QueryResponse"]["totalCount"].as_u64().expect("a count")
    }

    /// Posts a form as the default app.
    pub(super) fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [
            ("authorization", DEFAULT_APP),
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        reply(self.bare("POST", path, &headers, body.as_bytes()))
    }

    /// Calls the control surface.
    pub(super) fn control(&mut self, method: &str, route: &str, body: &str) -> (StatusCode, Value) {
        let response = reply(self.bare(method, &format!("/_emulator{route}"), &[], body.as_bytes()));
        (response.status(), json(&response))
    }
}

/// Id and secret of the default app.
pub(super) const DEFAULT_APP: &str =
    "Basic QUJFbXVsYXRvckNsaWVudElkMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDE6ZW11bGF0b3ItY2xpZW50LXNlY3JldA==";

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

/// The code of a fault in shape A.
#[track_caller]
pub(super) fn code(response: &Response<Bytes>) -> String {
    json(response)["Fault"]["Error"][0]["code"].as_str().unwrap_or_else(|| panic!("{}", text(response))).to_owned()
}

/// The code of a fault in shape B.
#[track_caller]
pub(super) fn gateway_code(response: &Response<Bytes>) -> String {
    json(response)["fault"]["error"][0]["code"].as_str().unwrap_or_else(|| panic!("{}", text(response))).to_owned()
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
