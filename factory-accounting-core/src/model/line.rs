//! Lines of documents.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LocalId;
use crate::money::{Quantity, Rate, UnitPrice};

/// A line: something with a price, or text alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "LineForm")]
#[schemars(!try_from)]
pub enum Line {
    /// Goods, labour, freight: counts towards the total.
    Item(ItemLine),
    /// Text for the reader; counts nothing.
    Text(TextLine),
}

/// A line as it is read. Reading a tagged enum directly would hide the path of a wrong field; this form keeps it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineForm {
    r#type: LineType,
    text: Option<String>,
    product: Option<LocalId>,
    description: Option<String>,
    quantity: Option<Quantity>,
    unit_price: Option<UnitPrice>,
    discount: Option<Discount>,
    tax: Option<String>,
    account: Option<String>,
    job: Option<LocalId>,
    category: Option<String>,
    nature: Option<Nature>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum LineType {
    Item,
    Text,
}

impl TryFrom<LineForm> for Line {
    type Error = String;

    fn try_from(form: LineForm) -> Result<Self, String> {
        let missing = |field: &str| format!("missing field `{field}`");
        match form.r#type {
            LineType::Text => {
                let priced = form.quantity.is_some() || form.unit_price.is_some() || form.description.is_some();
                if priced {
                    return Err("a text line has nothing but `text`: make it an item line".to_owned());
                }
                Ok(Self::Text(TextLine { text: form.text.ok_or_else(|| missing("text"))? }))
            }
            LineType::Item => {
                if form.text.is_some() {
                    return Err("an item line has no `text`: its text is its `description`".to_owned());
                }
                Ok(Self::Item(ItemLine {
                    product: form.product,
                    description: form.description.ok_or_else(|| missing("description"))?,
                    quantity: form.quantity.ok_or_else(|| missing("quantity"))?,
                    unit_price: form.unit_price.ok_or_else(|| missing("unit_price"))?,
                    discount: form.discount,
                    tax: form.tax,
                    account: form.account,
                    job: form.job,
                    category: form.category,
                    nature: form.nature,
                }))
            }
        }
    }
}

impl Line {
    /// The text of the line.
    #[must_use]
    pub fn description(&self) -> &str {
        match self {
            Self::Item(line) => &line.description,
            Self::Text(line) => &line.text,
        }
    }

    /// The priced line, if it is one.
    #[must_use]
    pub fn as_item(&self) -> Option<&ItemLine> {
        match self {
            Self::Item(line) => Some(line),
            Self::Text(_) => None,
        }
    }
}

/// A line with a price. Its amount is `quantity x unit price`, less the discount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemLine {
    /// The host's product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<LocalId>,
    /// Text on the document; may not be empty.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one, in the document's currency; with tax when the document's mode is inclusive.
    pub unit_price: UnitPrice,
    /// Taken off the line's amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// Tax term of the host, or a tax code of the package; resolved by the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<String>,
    /// Account code in the package; before all else that could say it (docs/resolution.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Job that the line belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<LocalId>,
    /// Kind of service on sales, of expense on purchases, in the host's words; mapped by the settings (F42, F43).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What the line is, where that decides its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
}

impl ItemLine {
    /// A line that names no more than its text, quantity and price.
    pub fn new(description: impl Into<String>, quantity: Quantity, unit_price: UnitPrice) -> Self {
        Self {
            product: None,
            description: description.into(),
            quantity,
            unit_price,
            discount: None,
            tax: None,
            account: None,
            job: None,
            category: None,
            nature: None,
        }
    }
}

/// What a line is, where that decides its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Nature {
    /// Work (F98).
    Labour,
    /// Supplies and materials (F99).
    Materials,
    /// Held back by the customer when below zero, released when above (R54).
    Retention,
    /// Billed before the work when above zero, set off against it when below.
    Deposit,
}

impl Nature {
    /// Whether it stands beside the work, as what is held back or was paid in advance does: nothing that is sold.
    #[must_use]
    pub fn is_beside_work(self) -> bool {
        matches!(self, Self::Retention | Self::Deposit)
    }

    /// How a person calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Labour => "labour",
            Self::Materials => "materials",
            Self::Retention => "retention",
            Self::Deposit => "deposit",
        }
    }
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextLine {
    /// The text; may not be empty.
    pub text: String,
}

/// What is taken off a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// Per cent of the line's amount, 0 to 100.
    Rate(Rate),
    /// An amount of the document's currency, for the whole line.
    Amount(Decimal),
}
