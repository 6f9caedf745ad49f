//! Versions of settings: each save is one, and none is ever changed (F104).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// One saved version of a connection's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSettings {
    /// Its number, counting from 1.
    pub version: u64,
    /// When it was saved, UTC.
    pub saved_at: DateTime<Utc>,
    /// The settings.
    pub settings: Settings,
}

/// That there is a version, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsVersion {
    /// Its number, counting from 1.
    pub version: u64,
    /// When it was saved, UTC.
    pub saved_at: DateTime<Utc>,
}
