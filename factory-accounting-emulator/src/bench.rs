//! What every package's emulator carries besides the package itself: clock, faults, calls, and the routes of the control
//! surface that concern only these.

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::answer::{Refused, json, refused};
use crate::calls::CallLog;
use crate::clock::{ClockMode, VirtualClock};
use crate::fault::{FaultPlan, FaultRule};

/// Where the control surface begins; never under a package's own base path (xero.md 11.4).
pub(crate) const CONTROL: &str = "/_emulator";

/// A century: beyond it a step is a typing error.
const LONGEST_STEP_SECONDS: u64 = 3_155_760_000;

/// The package-neutral half of an emulator.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    pub(crate) clock: VirtualClock,
    pub(crate) faults: FaultPlan,
    pub(crate) calls: CallLog,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

impl Bench {
    pub(crate) fn new(seed: u64, clock: ClockMode) -> Self {
        Self { clock: VirtualClock::new(clock), faults: FaultPlan::new(seed), calls: CallLog::default() }
    }

    /// Answers `/faults`, `/clock` and `/calls`; `None` for any other route.
    pub(crate) fn control(
        &mut self,
        method: &Method,
        route: &str,
        body: &Bytes,
        real: DateTime<Utc>,
    ) -> Option<Response<Bytes>> {
        let answer = match (route, method.as_str()) {
            ("/faults", "GET") => Ok(self.show_faults()),
            ("/faults", "POST") => self.post_faults(body),
            ("/faults", "DELETE") => {
                self.faults.clear();
                Ok(self.show_faults())
            }
            ("/clock", "GET") => Ok(self.show_clock(real)),
            ("/clock", "POST") => self.post_clock(body, real),
            ("/calls", "GET") => Ok(json!({ "counts": self.calls.counts(), "recent": self.calls.recent() })),
            ("/faults" | "/clock" | "/calls", _) => Err(wrong_verb(route)),
            _ => return None,
        };
        Some(answer.map_or_else(Refused::into_response, |value| json(StatusCode::OK, &value)))
    }

    fn show_faults(&self) -> Value {
        json!({ "faults": self.faults.rules() })
    }

    fn post_faults(&mut self, body: &Bytes) -> Result<Value, Refused> {
        let rules = match read::<Value>(body)? {
            Value::Array(rules) => rules,
            rule => vec![rule],
        };
        // All of them are read before any is armed, so that a refused list changes nothing.
        let rules: Vec<FaultRule> = rules
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<_, _>>()
            .map_err(|fault| refused(StatusCode::BAD_REQUEST, format!("cannot read the rule: {fault}")))?;
        rules.into_iter().for_each(|rule| self.faults.inject(rule));
        Ok(self.show_faults())
    }

    fn post_clock(&mut self, body: &Bytes, real: DateTime<Utc>) -> Result<Value, Refused> {
        let seconds = read::<Advance>(body)?.advance_seconds;
        if seconds > LONGEST_STEP_SECONDS {
            return Err(refused(StatusCode::BAD_REQUEST, "advance_seconds: at most a century at once"));
        }
        self.clock.advance(Duration::seconds(i64::try_from(seconds).unwrap_or(0)));
        Ok(self.show_clock(real))
    }

    fn show_clock(&self, real: DateTime<Utc>) -> Value {
        json!({ "now": self.clock.at(real), "advanced_seconds": self.clock.advanced().num_seconds() })
    }
}

/// Reads a control body; an empty one is an empty object.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    let bytes: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(bytes)
        .map_err(|fault| refused(StatusCode::BAD_REQUEST, format!("cannot read the body: {fault}")))
}

/// The route exists, the verb does not.
pub(crate) fn wrong_verb(route: &str) -> Refused {
    refused(StatusCode::METHOD_NOT_ALLOWED, format!("{route} does not take this verb"))
}

/// Settings with the given members changed and all others kept.
pub(crate) fn overlaid<T: DeserializeOwned>(current: &Value, changes: &Map<String, Value>) -> Result<T, Refused> {
    let mut merged = current.clone();
    if let Some(object) = merged.as_object_mut() {
        object.extend(changes.clone());
    }
    serde_json::from_value(merged).map_err(|fault| refused(StatusCode::BAD_REQUEST, fault.to_string()))
}

/// There is no such route.
pub(crate) fn unknown_route(route: &str) -> Refused {
    refused(StatusCode::NOT_FOUND, format!("{route} is no route of the control surface, or does not take this verb"))
}
