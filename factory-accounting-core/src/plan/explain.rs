//! Why the package's record will show what it shows: for every field the chain that led to it (docs/resolution.md).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Context;
use super::draft::draft;
use super::subject::Subject;
use super::trail::{Origin, Step, Trail, leaves};
use crate::code::Parked;
use crate::model::RecordKey;

/// Why a record's counterpart in the package will show what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The host's record.
    pub key: RecordKey,
    /// How the package is called.
    pub package: String,
    /// Version of the settings that it holds under; `None` while none have been saved.
    pub settings_version: Option<u64>,
    /// Every field of the record as it is to be, empty ones too, in the order of their paths. Nothing where it is not to be
    /// sent, or not as it is.
    pub fields: Vec<ExplainedField>,
    /// The question that it would become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<Box<Parked>>,
    /// Why it would not be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// A field of a package record, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedField {
    /// Path in the planned content: `lines[2].charge.account.code`.
    pub path: String,
    /// What it will be; amounts in the document's currency, as decimal text.
    pub value: Value,
    /// The steps in the order in which they were taken, with those that were passed over. The last one gives `value`.
    pub steps: Vec<Step>,
    /// The same as one line for people.
    pub text: String,
}

impl Explanation {
    /// A field by its path.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&ExplainedField> {
        self.fields.iter().find(|field| field.path == path)
    }

    /// Fields whose chain does not lead to their value. There are none: what plans a field writes its steps, and tests go
    /// through all kinds of record with this.
    pub fn unexplained(&self) -> impl Iterator<Item = &ExplainedField> {
        self.fields.iter().filter(|field| {
            let last = field.steps.iter().rev().find(|step| !step.passed_over);
            last.is_none_or(|step| step.value != field.value)
        })
    }
}

/// Plans a record as it would be sent and tells for each field how it came about. `version` is that of the context's
/// settings. Nothing is sent or kept.
#[must_use]
pub fn explain(key: &RecordKey, subject: &Subject, context: &Context<'_>, version: Option<u64>) -> Explanation {
    let trail = Trail::default();
    let context = Context { trail: Some(&trail), ..*context };
    let mut explanation = Explanation {
        key: key.clone(),
        package: context.package.to_owned(),
        settings_version: version,
        fields: Vec::new(),
        parked: None,
        skipped: None,
    };
    match draft(key, subject, &context) {
        Ok(Ok(draft)) => {
            // Planned content holds nothing that JSON cannot.
            let content = serde_json::to_value(&draft.content).unwrap_or(Value::Null);
            explanation.fields = leaves(&content).into_iter().map(|leaf| field(leaf, &trail, &explanation)).collect();
        }
        Ok(Err(reason)) => explanation.skipped = Some(reason),
        Err(parked) => explanation.parked = Some(Box::new(parked)),
    }
    explanation
}

fn field((path, value): (String, Value), trail: &Trail, explanation: &Explanation) -> ExplainedField {
    let steps = trail.chain(&path);
    let text = text(&path, &value, &steps, explanation);
    ExplainedField { path, value, steps, text }
}

/// `lines[0].charge.account.code is 200: the settings (accounts.sales, version 3), then account "200" in the list of
/// accounts; not from the record (lines[0].account), customer c1 (account)`.
fn text(path: &str, value: &Value, steps: &[Step], explanation: &Explanation) -> String {
    let words = |passed_over: bool| {
        let mut words: Vec<String> = Vec::new();
        for step in steps.iter().filter(|step| step.passed_over == passed_over) {
            let next = said_by(&step.origin, explanation);
            if words.last() != Some(&next) {
                words.push(next);
            }
        }
        words
    };
    let is = match shown(value) {
        Some(shown) => format!("{path} is {shown}: "),
        None => format!("{path} is left empty: "),
    };
    let (taken, passed_over) = (words(false).join(", then "), words(true).join(", "));
    if passed_over.is_empty() { format!("{is}{taken}") } else { format!("{is}{taken}; not from {passed_over}") }
}

/// A value as people read it; nothing for one that is empty.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.escape_debug().to_string()),
        Value::Array(entries) if entries.is_empty() => None,
        value => Some(value.to_string()),
    }
}

fn said_by(origin: &Origin, explanation: &Explanation) -> String {
    match origin {
        Origin::Host { path } if path.is_empty() => explanation.key.to_string(),
        Origin::Host { path } => format!("{} ({path})", explanation.key),
        Origin::Lent { record, path } => format!("{record} ({path})"),
        Origin::Setting { path } => match explanation.settings_version {
            Some(version) => format!("the settings ({path}, version {version})"),
            None => format!("the settings ({path}, as they are by default)"),
        },
        Origin::Books { what } => what.clone(),
        Origin::Rule { rule } => rule.clone(),
        Origin::Capability { capability } => format!("{} {capability}", explanation.package),
    }
}
