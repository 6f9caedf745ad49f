//! What the package calls by codes and ids, by the names under which a form offers it.

use std::collections::BTreeMap;

use factory_accounting::setup::{Choice, Field, FieldKind, Form, Rows};
use serde_json::Value;

/// What stands where nothing was chosen.
pub(super) const NOTHING: &str = "–";

/// Names of accounts, tax codes and items, by what the settings and the books call them.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(BTreeMap<(&'static str, String), String>);

impl Names {
    /// All that a form offers anywhere.
    pub(super) fn of(form: &Form) -> Self {
        let mut names = Self::default();
        for field in form.fields() {
            let (of, choices): (_, &[Choice]) = match &field.kind {
                FieldKind::Account { choices, .. } => ("account", choices),
                FieldKind::TaxCode { choices, .. } => ("tax_code", choices),
                FieldKind::Item { choices } => ("item", choices),
                _ => continue,
            };
            names.0.extend(choices.iter().map(|choice| ((of, choice.value.clone()), choice.label.clone())));
        }
        names
    }

    /// The name of a value of a field: the value itself where it has no other.
    pub(super) fn of_field(&self, field: &str, value: &str) -> String {
        let of = ["account", "tax_code", "item"].into_iter().find(|of| *of == field);
        let known = of.and_then(|of| self.0.get(&(of, value.to_owned())));
        known.cloned().unwrap_or_else(|| value.to_owned())
    }
}

/// The value of a field as people read it, a line for each row of a table.
pub(super) fn value(field: &Field) -> String {
    match &field.kind {
        FieldKind::Table { rows, columns } => {
            let Value::Object(members) = &field.value else { return NOTHING.to_owned() };
            let shown: Vec<String> = members.iter().map(|(key, value)| row(rows, columns, key, value)).collect();
            if shown.is_empty() { NOTHING.to_owned() } else { shown.join("\n") }
        }
        kind => of_kind(kind, &field.value),
    }
}

fn row(rows: &Rows, columns: &[Field], key: &str, value: &Value) -> String {
    let name = match rows {
        Rows::Of { choices } => label(choices, key),
        _ => key.to_owned(),
    };
    let cells: Vec<String> = columns
        .iter()
        .filter_map(|column| {
            let (_, below) = column.path.split_once('*')?;
            let Some(member) = below.strip_prefix('.') else { return Some(of_kind(&column.kind, value)) };
            let shown = of_kind(&column.kind, value.get(member)?);
            (shown != NOTHING).then(|| format!("{} {shown}", column.title.to_lowercase()))
        })
        .collect();
    format!("{name}: {}", cells.join(", "))
}

fn of_kind(kind: &FieldKind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => NOTHING.to_owned(),
        (FieldKind::Switch, Value::Bool(on)) => (if *on { "on" } else { "off" }).to_owned(),
        (FieldKind::Choices { choices }, Value::Array(chosen)) => {
            let labels: Vec<String> = chosen.iter().filter_map(Value::as_str).map(|one| label(choices, one)).collect();
            if labels.is_empty() { NOTHING.to_owned() } else { labels.join(", ") }
        }
        (_, Value::String(text)) if text.is_empty() => NOTHING.to_owned(),
        (
            FieldKind::Choice { choices }
            | FieldKind::Account { choices, .. }
            | FieldKind::TaxCode { choices, .. }
            | FieldKind::Item { choices },
            Value::String(text),
        ) => label(choices, text),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn label(choices: &[Choice], value: &str) -> String {
    choices.iter().find(|choice| choice.value == value).map_or_else(|| value.to_owned(), |choice| choice.label.clone())
}

/// What can be chosen, in short; where the field means nothing at this package, why not.
pub(super) fn choices(field: &Field) -> String {
    if let Some(why_not) = &field.why_not {
        return format!("does not apply: {why_not}");
    }
    match &field.kind {
        FieldKind::Switch => "on | off".to_owned(),
        FieldKind::Choice { choices } => in_full(choices),
        FieldKind::Choices { choices } => counted("any of", choices),
        FieldKind::Account { choices, .. } => counted("accounts", choices),
        FieldKind::TaxCode { choices, .. } => counted("tax codes", choices),
        FieldKind::Item { choices } => counted("items", choices),
        FieldKind::Text => "a text".to_owned(),
        FieldKind::Number { least, most: u64::MAX } => format!("a number from {least}"),
        FieldKind::Number { least, most } => format!("a number from {least} to {most}"),
        FieldKind::Date => "a day".to_owned(),
        FieldKind::Table { rows, columns } => of_rows(rows, columns),
        _ => String::new(),
    }
}

fn in_full(choices: &[Choice]) -> String {
    let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
    labels.join(" | ")
}

fn counted(what: &str, choices: &[Choice]) -> String {
    match choices {
        [] => format!("no {what} to choose from"),
        [only] => format!("1 of {what}: {}", only.label),
        [first, second, ..] if what == "any of" => {
            format!("{what} {}: {}, {}, …", choices.len(), first.label, second.label)
        }
        [first, ..] => format!("{} {what}: {}, …", choices.len(), first.label),
    }
}

fn of_rows(rows: &Rows, columns: &[Field]) -> String {
    let by = match rows {
        Rows::Of { choices } => counted("rows", choices),
        _ => "a row for each word of ours".to_owned(),
    };
    let columns: Vec<String> =
        columns.iter().map(|column| format!("{}: {}", column.title.to_lowercase(), choices(column))).collect();
    format!("{by}\n{}", columns.join("\n"))
}

/// A path as people read it: `unit_price` is "unit price".
pub(super) fn plain(path: &str) -> String {
    path.replace('_', " ")
}
