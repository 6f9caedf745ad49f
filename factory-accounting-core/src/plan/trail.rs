//! How planned content came about, step by step: written by the very code that plans, and only where somebody asks.
//!
//! Planning calls `Context::trace` with the path of what it has decided and a closure that makes the step. Without a
//! [`Trail`] in the context the closure is never run, so that sending costs nothing more. A step on an object stands for
//! all that is below it: one step on `lines[2].charge.account` explains both `…account.id` and `…account.code`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Context;
use crate::model::RecordKey;

/// Where a step got its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// The record itself, as the host pushed it.
    Host {
        /// Path in the record; empty for the record as a whole.
        path: String,
    },
    /// Another record of the host: the line's product, the document's customer or supplier.
    Lent {
        /// That record.
        record: RecordKey,
        /// Path in it.
        path: String,
    },
    /// The company's settings; mappings are among them.
    Setting {
        /// Path in the settings.
        path: String,
    },
    /// What the books are known to hold: an entry of a list, or what a record is linked to.
    Books {
        /// Which, in words.
        what: String,
    },
    /// A rule that holds whatever the settings say.
    Rule {
        /// Which, in words.
        rule: String,
    },
    /// What the package can do, or cannot.
    Capability {
        /// Which, in words.
        capability: String,
    },
}

/// One step of the chain that led to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where the value was found or looked for.
    #[serde(flatten)]
    pub origin: Origin,
    /// The value after this step; for a step that was passed over, what was found there.
    pub value: Value,
    /// Whether it was considered and led to nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passed_over: bool,
}

impl Step {
    fn new(origin: Origin, value: &impl Serialize) -> Self {
        // Planned content and the model are JSON already: nothing here can fail to be.
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        Self { origin, value, passed_over: false }
    }

    /// Taken from the record.
    pub(super) fn host(path: impl Into<String>, value: &impl Serialize) -> Self {
        Self::new(Origin::Host { path: path.into() }, value)
    }

    /// Taken from the settings.
    pub(super) fn setting(path: impl Into<String>, value: &impl Serialize) -> Self {
        Self::new(Origin::Setting { path: path.into() }, value)
    }

    /// Taken from what the books hold.
    pub(super) fn books(what: impl Into<String>, value: &impl Serialize) -> Self {
        Self::new(Origin::Books { what: what.into() }, value)
    }

    /// Follows from a rule.
    pub(super) fn rule(rule: impl Into<String>, value: &impl Serialize) -> Self {
        Self::new(Origin::Rule { rule: rule.into() }, value)
    }

    /// Follows from what the package can do.
    pub(super) fn capability(capability: impl Into<String>, value: &impl Serialize) -> Self {
        Self::new(Origin::Capability { capability: capability.into() }, value)
    }

    /// Taken from somewhere that is known already.
    pub(super) fn from(origin: Origin, value: &impl Serialize) -> Self {
        Self::new(origin, value)
    }

    /// Looked for in vain, or found and not used.
    pub(super) fn passed_over(origin: Origin) -> Self {
        Self { origin, value: Value::Null, passed_over: true }
    }

    /// The step as it bears on something below the path that it was written for.
    fn below(&self, rest: &str) -> Self {
        let mut step = self.clone();
        if rest.is_empty() {
            return step;
        }
        if let Origin::Host { path } | Origin::Lent { path, .. } = &mut step.origin
            && self.value.is_object()
        {
            path.push_str(if path.is_empty() { rest.trim_start_matches('.') } else { rest });
        }
        // A name, such as an account's code, stands for the whole that it names.
        if self.value.is_object() || self.value.is_array() {
            step.value = at(&self.value, rest).cloned().unwrap_or(Value::Null);
        }
        step
    }
}

/// Steps as they are written, by path of the planned content.
#[derive(Debug, Default)]
pub struct Trail(Mutex<Steps>);

/// Steps by path, each with its place among all.
#[derive(Debug, Default)]
struct Steps {
    taken: usize,
    by_path: BTreeMap<String, Vec<(usize, Step)>>,
}

impl Trail {
    fn write(&self, path: String, step: Step) {
        let mut steps = self.steps();
        let order = steps.taken;
        steps.taken += 1;
        steps.by_path.entry(path).or_default().push((order, step));
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The steps that led to the value at a path, in the order in which they were taken: those written for it and for what
    /// holds it.
    pub(super) fn chain(&self, path: &str) -> Vec<Step> {
        let steps = self.steps();
        let mut chain: Vec<(usize, Step)> = Vec::new();
        for held in prefixes(path) {
            let rest = &path[held.len()..];
            chain.extend(steps.by_path.get(held).into_iter().flatten().map(|(order, step)| (*order, step.below(rest))));
        }
        chain.sort_by_key(|(order, _)| *order);
        chain.into_iter().map(|(_, step)| step).collect()
    }

    /// Lines have changed places: line `n` is now made of the lines `from[n]`, and takes over their steps. Lines that are
    /// in none of them are forgotten.
    pub fn regroup(&self, from: &[Vec<usize>]) {
        let mut steps = self.steps();
        let (lines, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut steps.by_path).into_iter().partition(|(path, _)| path.starts_with("lines["));
        steps.by_path = rest;
        for (new, olds) in from.iter().enumerate() {
            for old in olds {
                let begins = format!("lines[{old}]");
                for (path, taken) in lines.iter().filter(|(path, _)| path.starts_with(&begins)) {
                    let path = format!("lines[{new}]{}", &path[begins.len()..]);
                    steps.by_path.entry(path).or_default().extend(taken.iter().cloned());
                }
            }
        }
    }
}

impl Context<'_> {
    /// Writes a step of the trail, where one is kept. `path` is that of the planned content: `lines[2].charge.account`.
    pub(super) fn trace(&self, path: fmt::Arguments<'_>, step: impl FnOnce() -> Step) {
        if let Some(trail) = self.trail {
            trail.write(path.to_string(), step());
        }
    }
}

/// A path and the paths of all that hold it, the shortest first: `lines`, `lines[2]`, `lines[2].charge`.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at);
    ends.chain([path.len()]).map(|end| &path[..end])
}

/// What stands in a value at a path below it: `.charge.jobs[0]`.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split(['.', '[']).filter(|name| !name.is_empty()).try_fold(value, |value, name| match name.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(name),
    })
}

/// Every value that holds no others, with its path. What is empty or absent is one too: it needs a reason as well.
pub(super) fn leaves(value: &Value) -> Vec<(String, Value)> {
    fn walk(path: String, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    walk(format!("{path}{dot}{name}"), value, found);
                }
            }
            Value::Array(entries) if !entries.is_empty() => {
                for (index, value) in entries.iter().enumerate() {
                    walk(format!("{path}[{index}]"), value, found);
                }
            }
            value => found.push((path, value.clone())),
        }
    }
    let mut found = Vec::new();
    walk(String::new(), value, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_step_on_the_whole_explains_each_part_and_later_steps_come_after() {
        let trail = Trail::default();
        trail.write("party".into(), Step::host("", &json!({ "addresses": [{ "city": "Porirua" }] })));
        trail.write("party.addresses[0].city".into(), Step::capability("40 characters", &"Porir"));
        let chain = trail.chain("party.addresses[0].city");
        assert_eq!(chain[0], Step::host("addresses[0].city", &"Porirua"));
        assert_eq!(chain[1], Step::capability("40 characters", &"Porir"));
        assert_eq!(trail.chain("party.addresses[0]").len(), 1);
        assert!(trail.chain("partying").is_empty());
    }

    #[test]
    fn a_name_stands_for_the_whole_that_it_names() {
        let trail = Trail::default();
        trail.write("account".into(), Step::setting("accounts.sales", &"200"));
        trail.write("account".into(), Step::books("account", &json!({ "id": "a2", "code": "200" })));
        let values: Vec<Value> = trail.chain("account.id").into_iter().map(|step| step.value).collect();
        assert_eq!(values, [json!("200"), json!("a2")]);
    }

    #[test]
    fn lines_that_become_one_bring_their_steps_along() {
        let trail = Trail::default();
        for line in [0, 1, 2, 10] {
            trail.write(format!("lines[{line}].description"), Step::rule(format!("of {line}"), &line));
        }
        trail.regroup(&[vec![1, 10], vec![0]]);
        let rules = |path: &str| trail.chain(path).iter().map(|step| step.value.clone()).collect::<Vec<_>>();
        assert_eq!(rules("lines[0].description"), [json!(1), json!(10)]);
        assert_eq!(rules("lines[1].description"), [json!(0)]);
        assert!(rules("lines[2].description").is_empty());
    }

    #[test]
    fn leaves_are_told_with_their_paths_and_what_is_empty_counts() {
        let value = json!({ "a": [{ "b": null }, []], "c": {} });
        let paths: Vec<String> = leaves(&value).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["a[0].b", "a[1]", "c"]);
    }
}
