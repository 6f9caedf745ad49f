//! The control surface: what a test or a person does to the emulator itself. JSON, no authentication, and never under
//! the API's own path.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use super::config::RateLimits;
use super::switches::Switches;
use super::{ConsentMode, Region, XeroEmulator};
use crate::answer::{Refused, json, refused};
use crate::bench::{overlaid, read, unknown_route, wrong_verb};
use crate::target::{pairs, value};

type Answer = Result<Value, Refused>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTenant {
    #[serde(default)]
    reset: bool,
    region: Option<Region>,
    id: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichTenant {
    tenant: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    auto: bool,
    tenants: Option<Vec<Uuid>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: Url,
    key: Option<String>,
}

impl XeroEmulator {
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
        let tenant = || match value(&query, "tenant") {
            None => self.known(None),
            Some(text) => match Uuid::parse_str(text) {
                Ok(id) => self.known(Some(id)),
                Err(_) => Err(refused(StatusCode::BAD_REQUEST, "tenant: not an id")),
            },
        };
        match route {
            "/tenants" => Ok(json!({ "tenants": self.tenants() })),
            "/ledger" => Ok(self.ledger(tenant()?)),
            "/switches" => Ok(json!(self.switches)),
            "/limits" => Ok(json!(self.limits.settings)),
            "/webhooks" => Ok(self.webhook.show()),
            _ => Err(unknown_route(route)),
        }
    }

    fn done(&mut self, route: &str, body: &Bytes, real: DateTime<Utc>) -> Answer {
        match route {
            "/tenants" => self.change_tenants(&read(body)?),
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
                let which: WhichTenant = read(body)?;
                let tenant = self.known(which.tenant)?;
                Ok(json!({ "tenant": tenant, "ended": self.disconnect(tenant) }))
            }
            "/revoke" => {
                self.revoke_all();
                Ok(json!({ "revoked": true }))
            }
            "/consent" => self.change_consent(read(body)?),
            "/finish" => {
                self.finish_calls();
                Ok(json!({ "in_flight": 0 }))
            }
            "/webhooks/configure" => {
                let webhook: Webhook = read(body)?;
                self.configure_webhook(webhook.url.as_str(), webhook.key.as_deref(), real);
                Ok(self.webhook.show())
            }
            "/webhooks/deliver" => Err(refused(
                StatusCode::NOT_IMPLEMENTED,
                "only the server posts webhooks; without it ask due_deliveries and report delivered",
            )),
            _ => Err(unknown_route(route)),
        }
    }

    fn change_tenants(&mut self, change: &NewTenant) -> Answer {
        match (change.reset, change.region) {
            (true, None) => self.reset_books(),
            (false, Some(region)) => {
                if change.id.is_some_and(|id| self.organisation(id).is_some()) {
                    return Err(refused(StatusCode::CONFLICT, "id: an organisation has it"));
                }
                self.add_tenant(region, change.id);
            }
            _ => {
                return Err(refused(
                    StatusCode::BAD_REQUEST,
                    "send either {\"reset\":true} or {\"region\":\"nz|au|uk\"}",
                ));
            }
        }
        Ok(json!({ "tenants": self.tenants() }))
    }

    fn act_as_person(&mut self, mut action: Map<String, Value>, real: DateTime<Utc>) -> Answer {
        let which: WhichTenant = match action.remove("tenant") {
            None => WhichTenant { tenant: None },
            Some(tenant) => serde_json::from_value(json!({ "tenant": tenant }))
                .map_err(|fault| refused(StatusCode::BAD_REQUEST, format!("tenant: {fault}")))?,
        };
        let tenant = self.known(which.tenant)?;
        self.act(tenant, &Value::Object(action), real)
            .map_err(|reason| refused(StatusCode::UNPROCESSABLE_ENTITY, reason))
    }

    fn change_consent(&mut self, consent: Consent) -> Answer {
        self.consent = match (consent.auto, consent.tenants) {
            (false, None) => ConsentMode::Page,
            (true, None) => ConsentMode::All,
            (true, Some(tenants)) => {
                tenants.iter().try_for_each(|tenant| self.known(Some(*tenant)).map(|_| ()))?;
                ConsentMode::Only(tenants)
            }
            (false, Some(_)) => return Err(refused(StatusCode::BAD_REQUEST, "tenants: only with auto")),
        };
        Ok(json!({ "auto": self.consent != ConsentMode::Page }))
    }

    /// The organisation that a control call means: the first where it names none.
    fn known(&self, tenant: Option<Uuid>) -> Result<Uuid, Refused> {
        let found = match tenant {
            None => self.organisations.first(),
            Some(id) => self.organisation(id),
        };
        found.map(|own| own.id).ok_or_else(|| refused(StatusCode::NOT_FOUND, "tenant: no such organisation"))
    }
}
