//! The control surface: what a test or a person does to the emulator itself. JSON, no authentication, and never under
//! the API's own path.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::config::{RateLimits, realm_number};
use super::switches::Switches;
use super::{ConsentMode, Country, QboEmulator};
use crate::answer::{Refused, json, refused};
use crate::bench::{overlaid, read, unknown_route, wrong_verb};
use crate::target::{pairs, value};

type Answer = Result<Value, Refused>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCompany {
    #[serde(default)]
    reset: bool,
    country: Option<Country>,
    realm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichCompany {
    realm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    auto: bool,
    realm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: Url,
    verifier: Option<String>,
}

impl QboEmulator {
    /// Answers one control call.
    pub(super) fn control(&mut self, request: &Request<Bytes>, route: &str, real: DateTime<Utc>) -> Response<Bytes> {
        if let Some(answer) = self.bench.control(request.method(), route, request.body(), real) {
            return answer;
        }
        let answer = match request.method().as_str() {
            "GET" => self.shown(route, request),
            "POST" => self.done(route, request.body(), real),
            _ => Err(wrong_verb(route)),
        };
        answer.map_or_else(Refused::into_response, |value| json(StatusCode::OK, &value))
    }

    fn shown(&self, route: &str, request: &Request<Bytes>) -> Answer {
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let realm = || self.known(value(&query, "realm"));
        match route {
            "/companies" => Ok(json!({ "companies": self.companies() })),
            "/ledger" => Ok(self.ledger(&realm()?)),
            "/switches" => Ok(json!(self.switches)),
            "/limits" => Ok(json!(self.limits.settings)),
            "/metering" => Ok(self.metering()),
            "/webhooks" => Ok(self.webhook.show()),
            _ => Err(unknown_route(route)),
        }
    }

    fn done(&mut self, route: &str, body: &Bytes, real: DateTime<Utc>) -> Answer {
        match route {
            "/companies" => self.change_companies(&read(body)?),
            "/act" => self.act_as_person(read(body)?, real),
            "/switches" => {
                self.switches = overlaid::<Switches>(&json!(self.switches), &read(body)?)?;
                Ok(json!(self.switches))
            }
            "/limits" => {
                self.limits.settings = overlaid::<RateLimits>(&json!(self.limits.settings), &read(body)?)?;
                Ok(json!(self.limits.settings))
            }
            "/disconnect" => {
                let realm = self.known(read::<WhichCompany>(body)?.realm.as_deref())?;
                let ended = self.disconnect(&realm);
                Ok(json!({ "realm": realm, "ended": ended }))
            }
            "/remove_admin" => {
                let realm = self.known(read::<WhichCompany>(body)?.realm.as_deref())?;
                let struck = self.remove_admin(&realm);
                Ok(json!({ "realm": realm, "struck": struck }))
            }
            "/revoke" => {
                self.revoke_all();
                Ok(json!({ "revoked": true }))
            }
            "/consent" => self.change_consent(&read(body)?),
            "/finish" => {
                self.finish_calls();
                Ok(json!({ "in_flight": 0 }))
            }
            "/webhooks/configure" => {
                let webhook: Webhook = read(body)?;
                self.configure_webhook(webhook.url.as_str(), webhook.verifier.as_deref());
                Ok(self.webhook.show())
            }
            "/webhooks/deliver" => Err(refused(
                StatusCode::NOT_IMPLEMENTED,
                "only the server posts webhooks; without it ask due_deliveries and report delivered",
            )),
            _ => Err(unknown_route(route)),
        }
    }

    fn change_companies(&mut self, change: &NewCompany) -> Answer {
        match (change.reset, change.country) {
            (true, None) => self.reset_books(),
            (false, Some(country)) => {
                let added = self.add_company(country, change.realm.as_deref());
                added.map_err(|problem| refused(StatusCode::CONFLICT, problem))?;
            }
            _ => {
                return Err(refused(
                    StatusCode::BAD_REQUEST,
                    "send either {\"reset\":true} or {\"country\":\"au|us|gb|ca\"}",
                ));
            }
        }
        Ok(json!({ "companies": self.companies() }))
    }

    fn act_as_person(&mut self, mut action: Map<String, Value>, real: DateTime<Utc>) -> Answer {
        let named = match action.remove("realm") {
            None => None,
            Some(Value::String(realm)) => Some(realm),
            Some(_) => return Err(refused(StatusCode::BAD_REQUEST, "realm: must be text")),
        };
        let realm = self.known(named.as_deref())?;
        self.act(&realm, &Value::Object(action), real)
            .map_err(|reason| refused(StatusCode::UNPROCESSABLE_ENTITY, reason))
    }

    fn change_consent(&mut self, consent: &Consent) -> Answer {
        self.consent = match (consent.auto, consent.realm.as_deref()) {
            (false, None) => ConsentMode::Page,
            (true, None) => ConsentMode::First,
            (true, Some(realm)) => {
                let realm = self.known(Some(realm))?;
                realm_number(&realm).map_or(ConsentMode::First, ConsentMode::Only)
            }
            (false, Some(_)) => return Err(refused(StatusCode::BAD_REQUEST, "realm: only with auto")),
        };
        Ok(json!({ "auto": self.consent != ConsentMode::Page }))
    }

    /// The company that a control call means: the first where it names none.
    fn known(&self, realm: Option<&str>) -> Result<String, Refused> {
        let found = match realm {
            None => self.companies.first(),
            Some(realm) => self.named(realm),
        };
        found.map(|own| own.realm.to_string()).ok_or_else(|| refused(StatusCode::NOT_FOUND, "realm: no such company"))
    }
}
