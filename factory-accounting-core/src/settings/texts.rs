//! Numbers, references and texts of documents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose number a document carries in the package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberOwner {
    /// The host's; it is also how the document is found again after doubt.
    #[default]
    Host,
    /// The package gives its next number. The host's number then travels in the reference field, so that the document can
    /// be found again.
    Package,
}

/// What the reference field of a sales document shows (F94).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceField {
    /// Nothing.
    #[default]
    None,
    /// The job number.
    JobNumber,
    /// The client's purchase order number.
    PurchaseOrderNumber,
    /// The address of the site.
    SiteAddress,
    /// The client's work order number.
    WorkOrderNumber,
}

/// The text line that names the host's own document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HostNumberLine {
    /// Whether it is added.
    pub enabled: bool,
    /// How the host is called in it: "Factory order SO-1042".
    pub host_name: String,
}

impl Default for HostNumberLine {
    fn default() -> Self {
        Self { enabled: true, host_name: String::new() }
    }
}

/// What to do with a reference that is longer than the package's field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LongReferences {
    /// Keep its beginning.
    #[default]
    KeepStart,
    /// Keep its end: where numbers differ in their last digits.
    KeepEnd,
    /// Park the document.
    Refuse,
}

/// A series of numbers that the host's apps draw from (F78, F79).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NumberSeries {
    /// What every number begins with.
    pub prefix: String,
    /// The first number.
    pub start: u64,
    /// Digits at least; shorter numbers are filled up with zeros.
    pub width: u8,
    /// How many numbers a device gets at a time.
    pub block: u32,
}

impl Default for NumberSeries {
    fn default() -> Self {
        Self { prefix: String::new(), start: 1, width: 1, block: 25 }
    }
}
