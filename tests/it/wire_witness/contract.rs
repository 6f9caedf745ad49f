//! The description as a judge of one body: every member must be in it, with a type that fits.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::beyond::{BEYOND, Beyond, ENVELOPE};

/// What the schemas of the description are written with. A keyword that is not here would be overlooked in silence.
const KEYWORDS: [&str; 19] = [
    "$ref",
    "default",
    "description",
    "enum",
    "example",
    "externalDocs",
    "format",
    "items",
    "maxLength",
    "properties",
    "readOnly",
    "required",
    "type",
    "url",
    "x-enum-varnames",
    "x-is-money",
    "x-is-msdate",
    "x-is-msdate-time",
    "x-objectArrayKey",
];

/// Which way a body went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From us: nothing but what is described.
    Sent,
    /// To us: what is described, and what the real API is known to answer beyond it.
    Answered,
}

pub(super) struct Contract {
    schemas: Map<String, Value>,
    used: BTreeSet<usize>,
}

/// One body on its way down the schemas.
struct Walk<'a> {
    schemas: &'a Map<String, Value>,
    used: &'a mut BTreeSet<usize>,
    way: Way,
    found: Vec<String>,
}

impl Contract {
    /// The description, where it is.
    pub(super) fn read() -> Option<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contracts/xero/xero_accounting.yaml");
        let text = std::fs::read_to_string(path).ok()?;
        let whole: Value = serde_yaml_ng::from_str(&text).expect("the description is YAML");
        let schemas = whole["components"]["schemas"].as_object().expect("schemas").clone();
        for (name, schema) in &schemas {
            check_keywords(name, schema);
        }
        Some(Self { schemas, used: BTreeSet::new() })
    }

    /// What is wrong with a body that should be of this schema.
    pub(super) fn complaints(&mut self, schema: &str, body: &Value, way: Way) -> Vec<String> {
        let root = self.schemas.get(schema).unwrap_or_else(|| panic!("the description has no {schema}"));
        let mut walk = Walk { schemas: &self.schemas, used: &mut self.used, way, found: Vec::new() };
        let is_list = way == Way::Answered && root.get("x-objectArrayKey").is_some();
        let owners: &[&str] = if is_list { &[schema, ENVELOPE] } else { &[schema] };
        walk.value(owners, root, body, "");
        walk.found
    }

    /// What is wrong with the body of a refusal: its elements are whole elements of the resource (xero.md 7.1).
    pub(super) fn complaints_of_refusal(&mut self, element: &str, body: &Value) -> Vec<String> {
        let mut head = body.clone();
        let elements = head.as_object_mut().and_then(|members| members.remove("Elements"));
        let mut found = self.complaints("Error", &head, Way::Answered);
        for element_body in elements.iter().flat_map(|elements| elements.as_array().into_iter().flatten()) {
            found.extend(self.complaints(element, element_body, Way::Answered));
        }
        found
    }

    /// Entries of the table that no body needed.
    pub(super) fn unused(&self) -> Vec<&'static Beyond> {
        BEYOND.iter().enumerate().filter(|(at, _)| !self.used.contains(at)).map(|(_, entry)| entry).collect()
    }
}

fn check_keywords(place: &str, schema: &Value) {
    let Some(members) = schema.as_object() else { return };
    for (keyword, inner) in members {
        assert!(KEYWORDS.contains(&keyword.as_str()), "{place}: the witness does not know {keyword:?}");
        match keyword.as_str() {
            "items" => check_keywords(place, inner),
            "properties" => {
                for (name, property) in inner.as_object().into_iter().flatten() {
                    check_keywords(&format!("{place}.{name}"), property);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Walk<'a> {
    /// `owners` are the names under which the table may know members of this place.
    fn value(&mut self, owners: &[&str], schema: &'a Value, value: &Value, at: &str) {
        if let Some(target) = schema["$ref"].as_str() {
            let name = target.rsplit('/').next().unwrap_or_default();
            let next = self.schemas.get(name).unwrap_or_else(|| panic!("{target} is not described"));
            return self.value(&[name], next, value, at);
        }
        match (schema["type"].as_str().unwrap_or("object"), value) {
            ("object", Value::Object(members)) => self.object(owners, schema, members, at),
            ("array", Value::Array(items)) => {
                for (number, item) in items.iter().enumerate() {
                    self.value(owners, &schema["items"], item, &format!("{at}/{number}"));
                }
            }
            ("string", Value::String(text)) => self.text(schema, text, at),
            ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => {}
            ("integer", Value::Number(number)) if number.is_i64() || number.is_u64() => {}
            (kind, other) => self.found.push(format!("{at}: {other} is no {kind}")),
        }
    }

    fn object(&mut self, owners: &[&str], schema: &'a Value, members: &Map<String, Value>, at: &str) {
        for (name, value) in members {
            let place = format!("{at}/{name}");
            if let Some(property) = schema["properties"].get(name) {
                self.value(owners, property, value, &place);
            } else if !self.is_known_beyond(owners, name, value) {
                self.found.push(format!("{place}: {}.{name} is not described: {value}", owners.join("|")));
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) && !self.is_known_to_lack(owners, name) {
                self.found.push(format!("{at}: {}.{name} is missing", owners.join("|")));
            }
        }
    }

    fn is_known_beyond(&mut self, owners: &[&str], name: &str, value: &Value) -> bool {
        let fits = |entry: &Beyond| {
            owners.contains(&entry.schema) && entry.member == name && entry.kind.is_some_and(|kind| kind.fits(value))
        };
        self.uses(fits)
    }

    fn is_known_to_lack(&mut self, owners: &[&str], name: &str) -> bool {
        self.uses(|entry| owners.contains(&entry.schema) && entry.member == name && entry.kind.is_none())
    }

    fn uses(&mut self, fits: impl Fn(&Beyond) -> bool) -> bool {
        let found = BEYOND.iter().position(fits).filter(|_| self.way == Way::Answered);
        self.used.extend(found);
        found.is_some()
    }

    fn text(&mut self, schema: &Value, text: &str, at: &str) {
        let mut complain = |what: &str| self.found.push(format!("{at}: {text:?} {what}"));
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.iter().any(|value| value == text)
        {
            complain("is not one of the values");
        }
        if schema["format"] == "uuid" && Uuid::parse_str(text).is_err() {
            complain("is no id");
        }
        let longest = schema["maxLength"].as_u64().and_then(|length| usize::try_from(length).ok());
        if longest.is_some_and(|longest| text.chars().count() > longest) {
            complain("is too long");
        }
        let is_date = schema["x-is-msdate"] == true || schema["x-is-msdate-time"] == true;
        if is_date && self.way == Way::Answered && !(text.starts_with("/Date(") && text.ends_with(")/")) {
            complain("is no date");
        }
    }
}
