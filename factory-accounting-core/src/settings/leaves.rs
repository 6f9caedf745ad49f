//! The settings as a tree of leaves, each with what [`SETTINGS`] says about it.

use serde_json::Value;

use super::{RowsOf, SETTINGS, Setting, Settings, SettingsError, TABLES, Table, path};

/// One leaf of some settings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leaf {
    /// Where it stands: `taxes.GST.sales`.
    pub path: String,
    /// The keys of the path.
    pub keys: Vec<String>,
    /// What it is.
    pub setting: &'static Setting,
    /// Its value; null where nothing is chosen.
    pub value: Value,
}

/// The setting whose path, with `*` for the keys of rows, this is.
#[must_use]
pub fn setting_at(pattern: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.path == pattern)
}

/// The table at a path.
#[must_use]
pub fn table_at(path: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.path == path)
}

/// What may stand at a place.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Leaf(&'static Setting),
    /// An object with members of these names; of any names where there are none.
    Branch(Vec<&'static str>),
}

/// What may stand below some keys; `None` where there is no such place.
pub(super) fn place(keys: &[String]) -> Option<Place> {
    let mut below = None;
    for setting in SETTINGS.iter().filter(|setting| is_below(setting, keys)) {
        let Some(next) = setting.path.split('.').nth(keys.len()) else { return Some(Place::Leaf(setting)) };
        let names: &mut Vec<&str> = below.get_or_insert_default();
        match rows(setting, keys.len()) {
            Some(rows) => *names = rows,
            None if next != "*" && !names.contains(&next) => names.push(next),
            None => {}
        }
    }
    below.map(Place::Branch)
}

fn is_below(setting: &Setting, keys: &[String]) -> bool {
    let mut segments = setting.path.split('.');
    keys.iter().enumerate().all(|(depth, key)| match segments.next() {
        Some("*") => rows(setting, depth).is_none_or(|rows| rows.contains(&key.as_str())),
        segment => segment == Some(key),
    })
}

/// The names that rows may have at a depth of a setting's path, where they are not the host's own words.
fn rows(setting: &Setting, depth: usize) -> Option<Vec<&'static str>> {
    let (table, _) = setting.path.split_once(".*").filter(|(table, _)| table.split('.').count() == depth)?;
    match table_at(table)?.rows {
        RowsOf::Kinds(kinds) => Some(kinds.iter().map(|kind| kind.as_str()).collect()),
        RowsOf::Words | RowsOf::Accounts => None,
    }
}

impl Settings {
    /// Every leaf, in the order of the JSON form.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        collect(self.to_value(), &mut Vec::new(), &mut leaves);
        leaves
    }

    /// The value at a path; null where nothing is chosen there.
    ///
    /// # Errors
    /// [`SettingsError::UnknownKey`] where there is no such setting.
    pub fn value(&self, at: &str) -> Result<Value, SettingsError> {
        let keys = known(at)?;
        let form = self.to_value();
        Ok(keys.iter().try_fold(&form, |value, key| value.get(key)).cloned().unwrap_or_default())
    }

    /// These settings with one of them changed: a leaf, a row or a whole table. Null takes a choice back, and a row or an
    /// entry of a table out.
    ///
    /// # Errors
    /// [`SettingsError::UnknownKey`] where there is no such setting, [`SettingsError::WrongValue`] where the value is none of
    /// those that it can have.
    pub fn with(&self, at: &str, value: Value) -> Result<Self, SettingsError> {
        let keys = known(at)?;
        let mut form = self.to_value();
        put(&mut form, &keys, value);
        Self::of_value(form)
    }

    pub(super) fn to_value(&self) -> Value {
        // Settings hold nothing that JSON cannot.
        serde_json::to_value(self).unwrap_or_else(|error| unreachable!("settings are JSON: {error}"))
    }
}

fn known(at: &str) -> Result<Vec<String>, SettingsError> {
    let keys = path::parse(at).unwrap_or_else(|| vec![at.to_owned()]);
    if place(&keys).is_some() { Ok(keys) } else { Err(SettingsError::unknown(&keys)) }
}

fn collect(value: Value, keys: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    match (place(keys), value) {
        (Some(Place::Leaf(setting)), value) => {
            let path = path::render(keys.iter().map(String::as_str));
            leaves.push(Leaf { path, keys: keys.clone(), setting, value });
        }
        (Some(Place::Branch(_)), Value::Object(members)) => {
            for (key, value) in members {
                keys.push(key);
                collect(value, keys, leaves);
                keys.pop();
            }
        }
        _ => {}
    }
}

/// Puts a value in its place. Null leaves the place out, which is its default.
fn put(form: &mut Value, keys: &[String], value: Value) {
    let Some((key, rest)) = keys.split_first() else {
        *form = value;
        return;
    };
    if !form.is_object() {
        *form = Value::Object(serde_json::Map::new());
    }
    let Value::Object(members) = form else { return };
    if rest.is_empty() && value.is_null() {
        members.remove(key);
    } else {
        put(members.entry(key.clone()).or_insert(Value::Null), rest, value);
    }
}
