//! A client for the tests of this module: one emulator, one token, one instant.

use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::config::SCOPES;
use super::switches::Switches;
use super::{MyobConfig, MyobEmulator, RateLimits};
use crate::outcome::Outcome;

pub(super) struct Client {
    pub(super) myob: MyobEmulator,
    pub(super) file: Uuid,
    pub(super) token: String,
    pub(super) now: DateTime<Utc>,
}

impl Client {
    pub(super) fn new() -> Self {
        Self::with(MyobConfig { limits: RateLimits::off(), ..MyobConfig::default() })
    }

    pub(super) fn switched(switches: Switches) -> Self {
        Self::with(MyobConfig { limits: RateLimits::off(), switches, ..MyobConfig::default() })
    }

    pub(super) fn with(config: MyobConfig) -> Self {
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).unwrap();
        let mut myob = MyobEmulator::new(config);
        let file = myob.files()[0].id;
        let token = myob.authorised(file, &SCOPES.join(" "), now).access_token;
        Self { myob, file, token, now }
    }

    /// Sends exactly these headers.
    pub(super) fn bare(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Outcome {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::copy_from_slice(body)).expect("a request");
        self.myob.handle(request, self.now)
    }

    /// Sends to the API as the authorised client, with further headers.
    pub(super) fn api(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> Outcome {
        let bearer = format!("Bearer {}", self.token);
        let key = self.myob.api_key().to_owned();
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("x-myobapi-key", &key),
            ("x-myobapi-version", "v2"),
            ("content-type", "application/json"),
        ];
        headers.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
        headers.extend(more.iter().copied().filter(|(_, value)| !value.is_empty()));
        self.bare(method, path, &headers, body)
    }

    /// Sends to the company file; `path` begins behind its id.
    pub(super) fn send(&mut self, method: &str, path: &str, body: &str) -> Outcome {
        let path = format!("/accountright/{}/{path}", self.file);
        self.api(method, &path, &[], body.as_bytes())
    }

    pub(super) fn get(&mut self, path: &str) -> Response<Bytes> {
        reply(self.send("GET", path, ""))
    }

    pub(super) fn post(&mut self, path: &str, body: &str) -> Response<Bytes> {
        reply(self.send("POST", path, body))
    }

    /// A list filtered, as its JSON.
    pub(super) fn list(&mut self, path: &str, query: &[(&str, &str)]) -> Value {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let response = self.get(&format!("{path}?{query}"));
        assert_eq!(response.status(), 200, "{}", text(&response));
        json(&response)
    }

    /// The id of the tax code of this name.
    pub(super) fn tax_code(&mut self, code: &str) -> String {
        let list = self.list("GeneralLedger/TaxCode", &[("$filter", &format!("Code eq '{code}'"))]);
        list["Items"][0]["UID"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned()
    }

    /// The body of a customer.
    pub(super) fn customer_body(&mut self, name: &str) -> String {
        let tax = self.tax_code("GST");
        format!(
            r#"{{"UID":"00000000-0000-0000-0000-000000000000","CompanyName":"{name}","IsIndividual":false,
                "SellingDetails":{{"TaxCode":{{"UID":"{tax}"}},"FreightTaxCode":{{"UID":"{tax}"}}}}}}"#
        )
    }

    /// How many customers of this name the books hold.
    pub(super) fn customers(&mut self, name: &str) -> u64 {
        let list = self.list("Contact/Customer", &[("$filter", &format!("CompanyName eq '{name}'"))]);
        list["Count"].as_u64().unwrap_or_else(|| panic!("{list}"))
    }

    /// Posts a form to the token endpoint as the default app.
    pub(super) fn token_call(&mut self, fields: &[(&str, &str)]) -> Response<Bytes> {
        reply(self.token_outcome(fields))
    }

    pub(super) fn token_outcome(&mut self, fields: &[(&str, &str)]) -> Outcome {
        let (id, secret) = {
            let app = self.myob.identity.app(0).expect("an app");
            (app.client_id.clone(), app.client_secret.clone())
        };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("client_id", &id), ("client_secret", &secret)]).extend_pairs(fields);
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.bare("POST", "/oauth2/v1/authorize", &kind, form.finish().as_bytes())
    }

    /// Calls the control surface.
    pub(super) fn control(&mut self, method: &str, route: &str, body: &str) -> (StatusCode, Value) {
        let response = reply(self.bare(method, &format!("/_emulator{route}"), &[], body.as_bytes()));
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

/// Status and name of the first error of the documented envelope.
#[track_caller]
pub(super) fn refusal(response: &Response<Bytes>) -> (u16, String) {
    let name = json(response)["Errors"][0]["Name"].as_str().unwrap_or_else(|| panic!("{}", text(response))).to_owned();
    (response.status().as_u16(), name)
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
