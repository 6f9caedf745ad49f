//! Faults as data: which call is hit, and what happens to it (xero.md 11.4, qbo.md 14, myob.md 12.5).

use serde::{Deserialize, Serialize};

use crate::seeded::Seeded;

/// One injected fault and the calls that it hits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Which calls; by default the next one, whatever it is.
    #[serde(default)]
    pub when: Matcher,
    /// What happens to them.
    pub fault: Fault,
}

impl FaultRule {
    /// The fault on the next call, whatever it is.
    pub fn next(fault: Fault) -> Self {
        Self { when: Matcher::default(), fault }
    }

    /// The fault on the next call to a resource with a verb, such as `PUT` on `Invoices`.
    pub fn on(method: &str, resource: &str, fault: Fault) -> Self {
        let when =
            Matcher { method: Some(method.to_owned()), resource: Some(resource.to_owned()), ..Matcher::default() };
        Self { when, fault }
    }

    /// The same rule, starting at the `nth` matching call (1-based).
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.when.nth = nth;
        self
    }

    /// The same rule, hitting this many calls; `None` hits without end.
    #[must_use]
    pub fn times(mut self, times: Option<u32>) -> Self {
        self.when.times = times;
        self
    }
}

/// Which calls a fault hits. Every condition that is given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matcher {
    /// The verb, in any case.
    pub method: Option<String>,
    /// How the path begins, in any case.
    pub path_prefix: Option<String>,
    /// The resource, in any case: `Invoices`, `invoice` or `Sale/Invoice/Item`, or `connections`, `batch`, `query`,
    /// `authorize`, `token`, `revocation`.
    pub resource: Option<String>,
    /// The first matching call that is hit, 1-based.
    pub nth: u32,
    /// A chance in a thousand that a call which would be hit is hit, drawn from the seeded generator.
    pub per_mille: Option<u16>,
    /// How many calls are hit at most; `None` is without end.
    pub times: Option<u32>,
}

impl Default for Matcher {
    fn default() -> Self {
        Self { method: None, path_prefix: None, resource: None, nth: 1, per_mille: None, times: Some(1) }
    }
}

impl Matcher {
    fn covers(&self, call: &CallFacts<'_>) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|text| text.eq_ignore_ascii_case(is));
        same(&self.method, call.method)
            && same(&self.resource, call.resource)
            && self.path_prefix.as_ref().is_none_or(|prefix| {
                call.path
                    .as_bytes()
                    .get(..prefix.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
            })
    }
}

/// What a matcher looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallFacts<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) resource: &'a str,
}

/// What happens to a call that is hit. "Committed" means that the call did all its work: an error that the package
/// itself would then send is remembered under the call's idempotency key, an answer lost on the way is remembered as
/// it was (xero.md 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// Committed; the connection closes without an answer.
    CommitThenDrop,
    /// Committed; answered 500. Xero replays it under the idempotency key, QuickBooks Online replays the true answer,
    /// MYOB has no keys.
    CommitThen500,
    /// Committed; no answer, the connection stays open.
    CommitThenTimeout,
    /// Nothing done; the connection closes.
    DropBeforeCommit,
    /// Committed; only the first bytes of the body arrive.
    TruncateBody {
        /// How many.
        at: usize,
    },
    /// Committed; the head arrives at once, the body late.
    SlowBody {
        /// How late, in milliseconds.
        delay_ms: u32,
    },
    /// Nothing done; answered 429, or as the package says it.
    RateLimited {
        /// The limit that is said to be used up, where the package says which.
        #[serde(default)]
        problem: LimitProblem,
        /// `Retry-After` in whole seconds; absent when `None`.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Nothing done; answered 503 with plain text, by MYOB with a page.
    Unavailable503 {
        /// Which of the known texts.
        #[serde(default)]
        text: OfflineText,
    },
    /// Nothing done; answered 401 as if the token had just expired.
    Unauthorised401,
    /// Answered 502 with a gateway's HTML page.
    Html502 {
        /// Whether the work was done before.
        #[serde(default)]
        work: CommitPoint,
    },
    /// The token endpoint rotates, then the connection closes: the new refresh token is lost.
    TokenLostResponse,
    /// Nothing done; answered 400 `invalid_grant`.
    InvalidGrant,
    /// Committed; the body is text that begins like JSON and is none.
    GarbageJson,
    /// Committed; the status is right and the body is empty.
    EmptyBody,
    /// Committed; the body goes on for ever.
    GigabyteBody {
        /// How many bytes.
        #[serde(default = "gigabyte")]
        bytes: u64,
    },
    /// Committed; closed vocabularies carry values that nobody announced (xero.md 10.6).
    UnknownEnumValues {
        /// Which members, at any depth; empty means the ones that have grown in the wild.
        #[serde(default)]
        members: Vec<String>,
    },
    /// Committed; every object carries a member that nobody announced (xero.md 0.4).
    ExtraFields,
    /// Committed; members that are usually absent are `null` (xero.md 0.4).
    NullInsteadOfAbsent,
    /// Committed; members that are usually absent are `""` (xero.md 0.4, 10.21).
    EmptyTextInsteadOfAbsent,
    /// Nothing done; answered 200 with a fault in the body (qbo.md 8.1). QuickBooks Online alone does so: a call to
    /// another package is left as it is.
    FaultInside200,
    /// Committed; the answer is XML in spite of `Accept` (qbo.md 2). QuickBooks Online alone does so.
    XmlInsteadOfJson,
    /// Committed; the answer to a batch lacks its last items (qbo.md 7.1). QuickBooks Online alone has batches.
    BatchAnswerLacks {
        /// How many.
        items: usize,
    },
    /// Done only after a while of virtual time, perhaps when the caller has looked for it and found nothing; answered at
    /// once as `answer` says (myob.md 2, 13.6). A call that the gateway refuses is refused as ever, a read lands nothing.
    /// MYOB alone does so: a call to another package is left as it is.
    LandsLate {
        /// How long after the call, in milliseconds of virtual time.
        after_ms: u32,
        /// What the caller gets meanwhile.
        #[serde(default)]
        answer: LateAnswer,
    },
    /// Answered 504 in MYOB's words (myob.md 2). MYOB alone does so.
    GatewayTimeout504 {
        /// Whether the work was done before.
        #[serde(default)]
        work: CommitPoint,
    },
    /// Nothing done; answered 500 in MYOB's words (myob.md 6). MYOB alone does so.
    InternalError500,
    /// Committed; a 201 lacks its `Location` (myob.md 12.5). MYOB alone does so.
    LocationMissing,
    /// Committed; the answer carries the entity although `returnBody` did not ask for it (myob.md 12.5). MYOB alone does
    /// so.
    BodyUnasked,
    /// The next webhook batch is delivered twice.
    WebhookDuplicate,
    /// The events of the next webhook batch are delivered one by one, the last first.
    WebhookOutOfOrder,
    /// The next webhook batch is delivered with a wrong signature.
    WebhookBadSignature,
}

fn gigabyte() -> u64 {
    1 << 30
}

impl Fault {
    /// Whether the fault concerns webhook deliveries rather than calls.
    fn is_of_webhooks(&self) -> bool {
        matches!(self, Self::WebhookDuplicate | Self::WebhookOutOfOrder | Self::WebhookBadSignature)
    }
}

/// Whether work was done before a gateway failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitPoint {
    /// It was not.
    #[default]
    NotDone,
    /// It was.
    Done,
}

/// What the caller of a write gets that lands late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateAnswer {
    /// 504 in the package's own words.
    #[default]
    GatewayTimeout504,
    /// 500 in the package's own words.
    InternalError500,
    /// The connection closes without an answer.
    Drop,
    /// No answer, and the connection stays open.
    Hang,
}

/// A limit by the name that `X-Rate-Limit-Problem` gives it (xero.md 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitProblem {
    /// Calls in flight at once.
    Concurrent,
    /// Calls in a minute, by app and organisation.
    #[default]
    Minute,
    /// Calls in a day, by app and organisation.
    Day,
    /// Calls in a minute, by app.
    AppMinute,
}

impl LimitProblem {
    /// The header's value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Concurrent => "concurrent",
            Self::Minute => "minute",
            Self::Day => "day",
            Self::AppMinute => "appminute",
        }
    }
}

/// The texts of a 503 (xero.md 7.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineText {
    /// One organisation is offline.
    Organisation,
    /// Announced maintenance.
    Maintenance,
    /// Anything else.
    #[default]
    Temporary,
}

/// The rules in force and what they have hit.
#[derive(Clone, Debug)]
pub(crate) struct FaultPlan {
    rules: Vec<ArmedRule>,
    chance: Seeded,
}

/// A rule and its history, as the control surface shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ArmedRule {
    #[serde(flatten)]
    rule: FaultRule,
    /// How many calls matched.
    matched: u32,
    /// How many of them were hit.
    hit: u32,
}

impl FaultPlan {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), chance: Seeded::new(seed, "faults") }
    }

    pub(crate) fn inject(&mut self, rule: FaultRule) {
        self.rules.push(ArmedRule { rule, matched: 0, hit: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[ArmedRule] {
        &self.rules
    }

    /// The fault that hits this call, if any: the first rule that wants it. Every rule counts the call.
    pub(crate) fn strike(&mut self, call: &CallFacts<'_>) -> Option<Fault> {
        self.first(|rule| !rule.fault.is_of_webhooks() && rule.when.covers(call))
    }

    /// The fault that hits the next webhook batch, if any.
    pub(crate) fn strike_delivery(&mut self) -> Option<Fault> {
        self.first(|rule| rule.fault.is_of_webhooks())
    }

    fn first(&mut self, concerns: impl Fn(&FaultRule) -> bool) -> Option<Fault> {
        let mut struck = None;
        for armed in &mut self.rules {
            if !concerns(&armed.rule) {
                continue;
            }
            armed.matched = armed.matched.saturating_add(1);
            let when = &armed.rule.when;
            let wanted = struck.is_none()
                && armed.matched >= when.nth
                && when.times.is_none_or(|times| armed.hit < times)
                && when.per_mille.is_none_or(|per_mille| self.chance.chance(per_mille));
            if wanted {
                armed.hit = armed.hit.saturating_add(1);
                struck = Some(armed.rule.fault.clone());
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(json: &str) -> FaultPlan {
        let mut plan = FaultPlan::new(3);
        plan.inject(serde_json::from_str(json).expect("a rule"));
        plan
    }

    fn put_invoices(plan: &mut FaultPlan) -> bool {
        plan.strike(&CallFacts { method: "PUT", path: "/api.xro/2.0/Invoices", resource: "invoices" }).is_some()
    }

    #[test]
    fn a_rule_without_conditions_hits_the_next_call_once() {
        let mut plan = plan(r#"{"fault":{"kind":"commit_then_drop"}}"#);
        assert_eq!([put_invoices(&mut plan), put_invoices(&mut plan)], [true, false]);
    }

    #[test]
    fn the_nth_matching_call_is_hit_as_often_as_asked() {
        let mut plan = plan(
            r#"{"when":{"method":"put","resource":"INVOICES","path_prefix":"/API.xro","nth":2,"times":2},
                "fault":{"kind":"unavailable503","text":"organisation"}}"#,
        );
        assert!(
            plan.strike(&CallFacts { method: "GET", path: "/api.xro/2.0/Invoices", resource: "invoices" }).is_none()
        );
        let hits: Vec<bool> = (0..4).map(|_| put_invoices(&mut plan)).collect();
        assert_eq!(hits, [false, true, true, false]);
    }

    #[test]
    fn a_chance_is_drawn_from_the_seed() {
        let run = || {
            let mut plan = plan(r#"{"when":{"per_mille":300,"times":null},"fault":{"kind":"html502"}}"#);
            (0..100).map(|_| put_invoices(&mut plan)).collect::<Vec<bool>>()
        };
        let hits = run().into_iter().filter(|hit| *hit).count();
        assert!((10..60).contains(&hits), "{hits}");
        assert_eq!(run(), run());
    }

    #[test]
    fn webhook_faults_leave_calls_alone() {
        let mut plan = plan(r#"{"fault":{"kind":"webhook_duplicate"}}"#);
        assert!(!put_invoices(&mut plan));
        assert_eq!(plan.strike_delivery(), Some(Fault::WebhookDuplicate));
        assert_eq!(plan.strike_delivery(), None);
    }

    #[test]
    fn a_misspelt_rule_is_refused() {
        for wrong in [
            r#"{"fault":{"kind":"commit_then_explode"}}"#,
            r#"{"when":{"verb":"PUT"},"fault":{"kind":"html502"}}"#,
            r#"{"fault":{"kind":"truncate_body"}}"#,
        ] {
            assert!(serde_json::from_str::<FaultRule>(wrong).is_err(), "{wrong}");
        }
    }
}
