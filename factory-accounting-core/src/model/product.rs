//! Products and jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LocalId;
use crate::money::UnitPrice;

/// Something that is sold, bought, or both. Several products may be linked to one item of the package (F40). A row of a price
/// table is a product of its own, so that it may have its own item, account and tax, or share an item with other rows (L15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The host's id.
    pub id: LocalId,
    /// Code as people know it.
    pub code: String,
    /// Short name.
    pub name: String,
    /// Long text for documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How it is sold; absent when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales: Option<PriceSide>,
    /// How it is bought; absent when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchases: Option<PriceSide>,
}

/// Price, account and tax on one side of trade.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceSide {
    /// Price of a unit, in the organisation's own currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<UnitPrice>,
    /// Account code in the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Tax term of the host, or a tax code of the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<String>,
}

/// A job or project that costs and income are tracked by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The host's id.
    pub id: LocalId,
    /// Job number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Whose job it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<LocalId>,
    /// The job that this one is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<LocalId>,
}
