//! The table of settings is the settings, leaf by leaf.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{all_chosen, read};
use crate::model::RecordKind;
use crate::settings::{Choose, RowsOf, SETTINGS, Settings, SettingsError, TABLES, path, setting_at};

/// The leaves of the schema with what the schema lets them be.
fn schema() -> BTreeMap<String, Value> {
    let schema = serde_json::to_value(schemars::schema_for!(Settings)).expect("a schema");
    let mut leaves = BTreeMap::new();
    descend(&schema, &schema, String::new(), &mut leaves);
    leaves
}

fn descend(schema: &Value, root: &Value, path: String, leaves: &mut BTreeMap<String, Value>) {
    let schema = target(schema, root);
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let mut leaf = true;
    if let Some(members) = schema["properties"].as_object() {
        leaf = false;
        members.iter().for_each(|(key, member)| descend(member, root, below(key), leaves));
    }
    for rest in [&schema["additionalProperties"], &schema["patternProperties"]] {
        if rest.is_object() {
            leaf = false;
            descend(rest, root, below("*"), leaves);
        }
    }
    if leaf {
        leaves.insert(path, schema.clone());
    }
}

/// What a reference means; of a choice that may be left open, the choice.
fn target<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.strip_prefix("#/$defs/")) {
        return target(&root["$defs"][name], root);
    }
    match schema["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"] != "null")) {
        Some(choice) => target(choice, root),
        None => schema,
    }
}

/// The words that a schema lets a text be.
fn words(schema: &Value) -> BTreeSet<String> {
    let of = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let mut words: Vec<Value> = of(&schema["enum"]);
    for one in of(&schema["oneOf"]) {
        words.push(one["const"].clone());
        words.extend(of(&one["enum"]));
    }
    words.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn every_leaf_of_the_schema_is_one_setting_and_every_setting_is_a_leaf() {
    let listed: Vec<&str> = SETTINGS.iter().map(|setting| setting.path).collect();
    let unique: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), unique.len(), "a setting stands twice in the table");
    let schema = schema();
    let wanted: BTreeSet<&str> = schema.keys().map(String::as_str).collect();
    assert_eq!(unique, wanted);
}

#[test]
fn the_choices_of_each_setting_are_those_of_its_type() {
    let schema = schema();
    for setting in SETTINGS {
        let kind = schema[setting.path]["type"].clone();
        let kinds = [&kind, &kind[0]];
        match setting.choose {
            Choose::One(choices) => {
                let offered: BTreeSet<String> = choices.iter().map(|(value, _)| (*value).to_owned()).collect();
                assert_eq!(offered, words(&schema[setting.path]), "{}", setting.path);
            }
            Choose::Switch => assert!(kinds.contains(&&json!("boolean")), "{}: {kind}", setting.path),
            Choose::Kinds(_) => assert!(kinds.contains(&&json!("array")), "{}: {kind}", setting.path),
            Choose::Number { .. } => assert!(kinds.contains(&&json!("integer")), "{}: {kind}", setting.path),
            Choose::Date => assert_eq!(schema[setting.path]["format"], "date", "{}", setting.path),
            Choose::Text | Choose::Named(_) => assert!(kinds.contains(&&json!("string")), "{}: {kind}", setting.path),
        }
        assert!(!setting.title.is_empty() && setting.help.ends_with('.'), "{}: say what it does", setting.path);
    }
}

#[test]
fn what_may_be_left_open_is_what_its_type_lets_be_null() {
    let raw = serde_json::to_value(schemars::schema_for!(Settings)).expect("a schema");
    let mut open = BTreeMap::new();
    nullable(&raw, &raw, String::new(), &mut open);
    for setting in SETTINGS {
        assert_eq!(setting.may_be_null(), open[setting.path], "{}", setting.path);
    }
}

/// Whether each leaf may be null.
fn nullable(schema: &Value, root: &Value, path: String, open: &mut BTreeMap<String, bool>) {
    let null = json!("null");
    let any = schema["anyOf"].as_array().is_some_and(|any| any.iter().any(|one| one["type"] == null));
    let listed = schema["type"].as_array().is_some_and(|types| types.contains(&null));
    open.insert(path.clone(), any || listed);
    let schema = target(schema, root);
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, member) in schema["properties"].as_object().into_iter().flatten() {
        nullable(member, root, below(key), open);
    }
    for rest in [&schema["additionalProperties"], &schema["patternProperties"]] {
        if rest.is_object() {
            nullable(rest, root, below("*"), open);
        }
    }
}

#[test]
fn every_table_has_columns_and_every_column_a_table() {
    let of_columns: BTreeSet<&str> =
        SETTINGS.iter().filter_map(|setting| Some(setting.path.split_once(".*")?.0)).collect();
    let tables: BTreeSet<&str> = TABLES.iter().map(|table| table.path).collect();
    assert_eq!(of_columns, tables);
}

#[test]
fn every_setting_can_be_read_and_set_by_its_path() {
    let (usual, chosen) = (Settings::default(), all_chosen());
    let mut seen = BTreeSet::new();
    let mut built = usual.clone();
    for leaf in chosen.leaves() {
        seen.insert(leaf.setting.path);
        assert_ne!(usual.value(&leaf.path), Ok(leaf.value.clone()), "{}: the test chooses the default", leaf.path);
        assert_eq!(chosen.value(&leaf.path), Ok(leaf.value.clone()), "{}", leaf.path);
        built = built.with(&leaf.path, leaf.value).unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(seen.len(), SETTINGS.len(), "the test chooses everything: {seen:?}");
    assert_eq!(built, chosen);
    for leaf in chosen.leaves() {
        built = built.with(&leaf.path, Value::Null).unwrap_or_else(|error| panic!("{error}"));
    }
    let tables = ["triggers", "numbers", "series", "taxes", "services", "expenses", "accounts.job_types"];
    for table in tables.iter().chain(&["accounts.payment_methods", "items.by_account"]) {
        built = built.with(table, Value::Null).unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(built, usual, "what is taken back is the default");
}

#[test]
fn every_kind_of_a_table_can_be_set_and_no_other() {
    for table in TABLES {
        let RowsOf::Kinds(kinds) = table.rows else { continue };
        let column =
            SETTINGS.iter().find(|setting| setting.path.starts_with(&format!("{}.*", table.path))).expect("one");
        let value = match column.choose {
            Choose::One(choices) => json!(choices[0].0),
            _ => json!("A-"),
        };
        for kind in RecordKind::ALL {
            let path = column.path.replace('*', kind.as_str());
            let set = Settings::default().with(&path, value.clone());
            assert_eq!(set.is_ok(), kinds.contains(&kind), "{path}: {set:?}");
        }
    }
}

#[test]
fn a_row_is_taken_out_whole() {
    let without = all_chosen().with("series.job", Value::Null).expect("a row");
    assert!(without.series.is_empty());
    let whole = without.with("taxes", json!({ "GST": { "sales": "OUT" } })).expect("a table");
    assert_eq!(whole.taxes.keys().collect::<Vec<_>>(), ["GST"]);
}

#[test]
fn a_value_of_another_type_is_refused_by_its_path() {
    let refused = |path: &str, value: Value| match Settings::default().with(path, value) {
        Err(SettingsError::WrongValue { path, reason }) => format!("{path}: {reason}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused("customers", json!("sometimes")),
        "customers: is \"sometimes\": give one of never, on_create, on_first_document"
    );
    assert_eq!(refused("accounts.sales", json!(200)), "accounts.sales: is 200: give a text");
    assert_eq!(refused("series.job.width", json!(21)), "series.job.width: is 21: give a whole number from 0 to 18");
    assert!(refused("series.job.start", json!("one")).starts_with("series.job.start: is \"one\": give a whole number"));
    assert_eq!(
        refused("triggers.bill", json!("never")),
        "triggers.bill: is \"never\": give one of created, finalised, accepted, asked"
    );
    assert_eq!(refused("mark_as_sent", json!("yes")), "mark_as_sent: is \"yes\": give true or false");
    assert!(refused("accounts", json!("200")).starts_with("accounts: is \"200\": give an object"));
    assert_eq!(refused("start_date", json!("tomorrow")), "start_date: is \"tomorrow\": give a day, such as 2026-07-01");
    assert!(
        refused("switched_off", json!(["quotes"])).starts_with("switched_off: is [\"quotes\"]: give a list of some of")
    );
}

#[test]
fn there_is_nothing_beside_the_settings() {
    for (path, nearest) in [
        ("acounts.sales", Some("accounts")),
        ("accounts.sale", Some("accounts.sales")),
        ("triggers.invioce", Some("triggers.invoice")),
        ("accounts.sales.code", None),
        ("weather", None),
        ("", None),
        ("accounts..sales", Some("accounts")),
    ] {
        match Settings::default().with(path, json!("200")) {
            Err(SettingsError::UnknownKey { nearest: found, .. }) => assert_eq!(found.as_deref(), nearest, "{path}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    assert_eq!(read(json!({})), Settings::default());
}

proptest! {
    #[test]
    fn a_path_reads_as_it_was_written(keys in prop::collection::vec("\\PC{0,6}", 1..4)) {
        let text = path::render(keys.iter().map(String::as_str));
        prop_assert_eq!(path::parse(&text), Some(keys), "{}", text);
    }
}

#[test]
fn what_may_be_chosen_for_a_series_is_what_it_can_count_by() {
    for member in ["start", "width", "block"] {
        let setting = setting_at(&format!("series.*.{member}")).expect("a setting");
        let Choose::Number { least, most } = setting.choose else { panic!("{setting:?}") };
        for bound in [least, most] {
            let settings = all_chosen().with(&format!("series.job.{member}"), json!(bound)).expect("settings");
            settings.series.get(&RecordKind::Job).expect("a series").check().expect("it can count");
        }
    }
}
