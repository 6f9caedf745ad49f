//! The control surface: what a test or a person does to the emulator itself. JSON, no authentication, and never under
//! the API's own path.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::config::{CfToken, RateLimits};
use super::identity::Answering;
use super::switches::Switches;
use super::{Country, MyobEmulator};
use crate::answer::{Refused, json, refused};
use crate::bench::{overlaid, read, unknown_route, wrong_verb};
use crate::target::{pairs, value};

type Answer = Result<Value, Refused>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFile {
    #[serde(default)]
    reset: bool,
    country: Option<Country>,
    id: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Snapshot {
    Keep(String),
    Restore(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichFile {
    file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignOn {
    file: Option<String>,
    #[serde(default)]
    cftoken: CfToken,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    auto: bool,
    file: Option<String>,
    #[serde(default)]
    deny: bool,
}

impl MyobEmulator {
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
        match route {
            "/files" => Ok(json!({ "files": self.files() })),
            "/ledger" => {
                let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
                Ok(self.ledger(self.known(value(&query, "file"))?))
            }
            "/switches" => Ok(json!(self.switches)),
            "/limits" => Ok(json!(self.limits.settings)),
            "/landings" => Ok(json!({ "late_writes": self.late_writes() })),
            _ => Err(unknown_route(route)),
        }
    }

    fn done(&mut self, route: &str, body: &Bytes, real: DateTime<Utc>) -> Answer {
        match route {
            "/files" => self.change_files(&read(body)?),
            "/snapshots" => match read(body)? {
                Snapshot::Keep(name) => {
                    self.keep_books(&name);
                    Ok(json!({ "kept": name }))
                }
                Snapshot::Restore(name) if self.restore_books(&name) => Ok(json!({ "restored": name })),
                Snapshot::Restore(name) => {
                    Err(refused(StatusCode::NOT_FOUND, format!("nothing was kept under {name:?}: keep it first")))
                }
            },
            "/act" => self.act_as_person(read(body)?, real),
            "/switches" => {
                self.switches = overlaid::<Switches>(&json!(self.switches), &read(body)?)?;
                Ok(json!(self.switches))
            }
            "/limits" => {
                self.limits.settings = overlaid::<RateLimits>(&json!(self.limits.settings), &read(body)?)?;
                Ok(json!(self.limits.settings))
            }
            "/cftoken" => {
                let change: SignOn = read(body)?;
                let file = self.known(change.file.as_deref())?;
                let required = change.cftoken != CfToken::None;
                self.set_cftoken(file, change.cftoken);
                Ok(json!({ "file": file, "required": required }))
            }
            "/disconnect" => {
                let file = self.known(read::<WhichFile>(body)?.file.as_deref())?;
                Ok(json!({ "file": file, "ended": self.disconnect(file) }))
            }
            "/revoke" => {
                self.revoke_all();
                Ok(json!({ "revoked": true }))
            }
            "/consent" => self.change_consent(&read(body)?),
            "/finish" => {
                self.finish_calls();
                Ok(json!({ "late_writes": self.late_writes() }))
            }
            _ => Err(unknown_route(route)),
        }
    }

    fn change_files(&mut self, change: &NewFile) -> Answer {
        match (change.reset, change.country) {
            (true, None) => self.reset_books(),
            (false, Some(country)) => {
                let added = self.add_file(country, change.id);
                added.map_err(|problem| refused(StatusCode::CONFLICT, problem))?;
            }
            _ => {
                return Err(refused(
                    StatusCode::BAD_REQUEST,
                    "send either {\"reset\":true} or {\"country\":\"au|nz\"}",
                ));
            }
        }
        Ok(json!({ "files": self.files() }))
    }

    fn act_as_person(&mut self, mut action: Map<String, Value>, real: DateTime<Utc>) -> Answer {
        let named = match action.remove("file") {
            None => None,
            Some(Value::String(file)) => Some(file),
            Some(_) => return Err(refused(StatusCode::BAD_REQUEST, "file: must be text")),
        };
        let file = self.known(named.as_deref())?;
        self.act(file, &Value::Object(action), real).map_err(|reason| refused(StatusCode::UNPROCESSABLE_ENTITY, reason))
    }

    fn change_consent(&mut self, consent: &Consent) -> Answer {
        self.answering = match (consent.auto, consent.deny, consent.file.as_deref()) {
            (false, false, None) => Answering::Page,
            (true, false, None) => Answering::First,
            (true, true, None) => Answering::Denies,
            (true, false, Some(file)) => Answering::Only(self.known(Some(file))?),
            _ => return Err(refused(StatusCode::BAD_REQUEST, "file or deny: only with auto, and not both")),
        };
        Ok(json!({ "auto": self.answering != Answering::Page, "deny": self.answering == Answering::Denies }))
    }

    /// The file that a control call means: the first where it names none.
    fn known(&self, file: Option<&str>) -> Result<Uuid, Refused> {
        let found = match file {
            None => self.files.first(),
            Some(file) => Uuid::parse_str(file).ok().and_then(|id| self.file(id)),
        };
        found.map(|own| own.id).ok_or_else(|| refused(StatusCode::NOT_FOUND, "file: no such company file"))
    }
}
