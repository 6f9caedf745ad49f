//! Settings as text: formats, and what is wrong with a text, by its place.
//!
//! | format | what changed | how an older text is read |
//! |---|---|---|
//! | 1 | | |
//! | 2 | what stands in for a product without an item is a setting | where products were not sent, their lines named no item: that is kept |
//!
//! A text that names no format is of the first. A migration touches only what the older format could not say, so that a
//! text written by hand in today's words is read as it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::leaves::{Place, place};
use super::{Settings, path};

/// The format that this version writes.
const CURRENT: u64 = 2;

/// From each format to the next.
const MIGRATIONS: &[fn(&mut Map<String, Value>)] = &[products_without_items];

/// The format that settings are written in. There is one value, the newest; older texts become it when they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct Format;

impl Format {
    /// The number of the format that this version writes.
    pub const NUMBER: u64 = CURRENT;
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(CURRENT)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            CURRENT => Ok(Self),
            found => {
                Err(serde::de::Error::custom(format!("format {found} is not {CURRENT}: read it with Settings::read")))
            }
        }
    }
}

/// Why a text or a value is not a setting. Nothing is half taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// It is no JSON object.
    #[error("settings cannot be read: {0}")]
    NotJson(String),
    /// It was written by a newer version of this library.
    #[error(
        "settings have format {found}, and this version reads formats up to {supported}: use the version of factory-accounting that wrote them, or a newer one"
    )]
    Newer {
        /// As found.
        found: u64,
        /// The newest that can be read.
        supported: u64,
    },
    /// There is no such setting.
    #[error("settings: {path} is no setting: {}", remedy(.nearest.as_deref()))]
    UnknownKey {
        /// Where.
        path: String,
        /// The setting in that place that reads most like it.
        nearest: Option<String>,
    },
    /// The setting cannot have this value.
    #[error("settings: {path}: {reason}")]
    WrongValue {
        /// Where.
        path: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
}

fn remedy(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("is {nearest} meant?"),
        None => "leave it out".to_owned(),
    }
}

impl SettingsError {
    /// There is nothing at these keys.
    pub(super) fn unknown(keys: &[String]) -> Self {
        let known = (0..keys.len()).rev().find_map(|length| Some((length, place(&keys[..length])?)));
        let (length, below) = match known {
            Some((length, Place::Branch(below))) => (length, below),
            Some((length, Place::Leaf(_))) => (length, Vec::new()),
            None => (0, Vec::new()),
        };
        let (above, stray) = (&keys[..length], keys.get(length).map_or("", String::as_str));
        let join = |key: &str| path::render(above.iter().map(String::as_str).chain([key]));
        let nearest = below.into_iter().map(|key| (distance(stray, key), key)).min();
        // Half of it mistyped is another word.
        let nearest = nearest.filter(|(distance, key)| distance * 2 <= key.chars().count().max(stray.chars().count()));
        Self::UnknownKey { path: join(stray), nearest: nearest.map(|(_, key)| join(key)) }
    }

    fn wrong(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::WrongValue { path: path.into(), reason: reason.into() }
    }
}

impl Settings {
    /// Reads settings from their JSON form: of this format or of an older one, which is brought up to it.
    ///
    /// # Errors
    /// Names the place: a newer format, a key that is no setting (with the nearest that is one), a wrong value.
    pub fn read(text: &str) -> Result<Self, SettingsError> {
        let form = serde_json::from_str(text).map_err(|error| SettingsError::NotJson(error.to_string()))?;
        Self::of_value(form)
    }

    /// Reads settings from a JSON value, as [`read`](Self::read) does.
    ///
    /// # Errors
    /// As those of [`read`](Self::read).
    pub fn of_value(form: Value) -> Result<Self, SettingsError> {
        let Value::Object(mut members) = form else {
            return Err(SettingsError::NotJson("settings are a JSON object".to_owned()));
        };
        let found = match members.remove("format") {
            None | Some(Value::Null) => 1,
            Some(format) => format
                .as_u64()
                .filter(|format| *format > 0)
                .ok_or_else(|| SettingsError::wrong("format", format!("is {format}: give a whole number from 1")))?,
        };
        if found > CURRENT {
            return Err(SettingsError::Newer { found, supported: CURRENT });
        }
        let done = usize::try_from(found - 1).unwrap_or(usize::MAX);
        MIGRATIONS.iter().skip(done).for_each(|migrate| migrate(&mut members));
        let form = Value::Object(members);
        look_through(&form, &mut Vec::new())?;
        serde_path_to_error::deserialize(form).map_err(located)
    }
}

/// Products that were not sent left their lines without an item; now a setting says so.
fn products_without_items(members: &mut Map<String, Value>) {
    let off = members.get("switched_off").and_then(Value::as_array);
    if off.is_some_and(|kinds| kinds.iter().any(|kind| kind == "product"))
        && let Value::Object(items) = members.entry("items").or_insert_with(|| json!({}))
    {
        items.entry("unlinked_products").or_insert_with(|| json!("no_item"));
    }
}

/// Refuses keys that are no settings, and values that they cannot have.
fn look_through(value: &Value, keys: &mut Vec<String>) -> Result<(), SettingsError> {
    match place(keys) {
        None => return Err(SettingsError::unknown(keys)),
        Some(Place::Leaf(setting)) => {
            return match setting.complaint(value) {
                Some(reason) => Err(SettingsError::wrong(path::render(keys.iter().map(String::as_str)), reason)),
                None => Ok(()),
            };
        }
        Some(Place::Branch(_)) => {}
    }
    let Value::Object(members) = value else {
        let path = path::render(keys.iter().map(String::as_str));
        return Err(SettingsError::wrong(path, format!("is {value}: give an object")));
    };
    for (key, value) in members {
        keys.push(key.clone());
        look_through(value, keys)?;
        keys.pop();
    }
    Ok(())
}

fn located(error: serde_path_to_error::Error<serde_json::Error>) -> SettingsError {
    let keys: Vec<String> = error
        .path()
        .iter()
        .map(|segment| match segment {
            serde_path_to_error::Segment::Map { key } => key.clone(),
            other => other.to_string(),
        })
        .collect();
    SettingsError::wrong(path::render(keys.iter().map(String::as_str)), error.inner().to_string())
}

/// How many letters must be put in, taken out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for (column, wanted) in other.iter().enumerate() {
            let changed = corner + usize::from(letter != *wanted);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
