//! Lines and amounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to do when the package will come to another total than the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingPolicy {
    /// Park the document with both numbers.
    #[default]
    Refuse,
    /// Carry the difference, if it is at most one smallest unit per line: in the tax where the package lets it be stated,
    /// else in a line to the rounding account.
    Line,
}

/// What to do with unit prices finer than the package keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinePrices {
    /// Park the document.
    #[default]
    Refuse,
    /// Send one unit at the line's amount and say quantity and price in the text (R13, xero.md 9.10).
    OneUnit,
}

/// How much of a sales document's lines reaches the books (F100).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineDetail {
    /// Every line.
    #[default]
    Individual,
    /// One line for each of labour and materials, further apart only by account, tax and job.
    Summary,
}

/// How a discount on a line reaches the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Discounts {
    /// On the line itself.
    #[default]
    OnLine,
    /// In a line of its own below it, with the discount item of its side of trade (L4).
    OwnLine,
}
