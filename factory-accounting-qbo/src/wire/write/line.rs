//! Lines as written (qbo.md 5.9, 5.17, 5.18).

use factory_accounting_http::json::Number;
use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;

use super::{LinkedTxnWrite, RefWrite};

/// A line. Its place in the list is its number.
#[derive(Clone, Debug)]
pub(crate) struct LineWrite {
    /// The line in the books that it continues; a line without is new (qbo.md 5.0).
    pub(crate) id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) linked_txn: Option<LinkedTxnWrite>,
    pub(crate) detail: DetailWrite,
}

/// What a line charges.
#[derive(Clone, Debug)]
pub(crate) enum DetailWrite {
    /// Nothing: it is a text.
    Description,
    /// An item sold.
    SalesItem { amount: Number, detail: ItemDetail },
    /// An item bought.
    ItemExpense { amount: Number, detail: ItemDetail },
    /// Money spent on an account. It has neither quantity nor price.
    AccountExpense { amount: Number, detail: AccountDetail },
}

/// How many of which item at which price.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ItemDetail {
    pub(crate) item_ref: RefWrite,
    pub(crate) qty: Number,
    pub(crate) unit_price: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code_ref: Option<RefWrite>,
    #[serde(flatten)]
    pub(crate) spent_for: SpentFor,
}

/// On which account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AccountDetail {
    pub(crate) account_ref: RefWrite,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code_ref: Option<RefWrite>,
    #[serde(flatten)]
    pub(crate) spent_for: SpentFor,
}

/// The customer or job that money was spent for (qbo.md 5.21). Nothing of it on sales.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SpentFor {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_ref: Option<RefWrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) billable_status: Option<&'static str>,
}

impl Serialize for LineWrite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            map.serialize_entry("Id", id)?;
        }
        if let Some(description) = &self.description {
            map.serialize_entry("Description", description)?;
        }
        if let Some(linked) = &self.linked_txn {
            map.serialize_entry("LinkedTxn", &[linked])?;
        }
        match &self.detail {
            DetailWrite::Description => {
                map.serialize_entry("DetailType", "DescriptionOnly")?;
                map.serialize_entry("DescriptionLineDetail", &serde_json::Map::new())?;
            }
            DetailWrite::SalesItem { amount, detail } => charge(&mut map, "SalesItemLineDetail", amount, detail)?,
            DetailWrite::ItemExpense { amount, detail } => {
                charge(&mut map, "ItemBasedExpenseLineDetail", amount, detail)?;
            }
            DetailWrite::AccountExpense { amount, detail } => {
                charge(&mut map, "AccountBasedExpenseLineDetail", amount, detail)?;
            }
        }
        map.end()
    }
}

fn charge<M: SerializeMap>(
    map: &mut M,
    detail_type: &'static str,
    amount: &Number,
    detail: &impl Serialize,
) -> Result<(), M::Error> {
    map.serialize_entry("Amount", amount)?;
    map.serialize_entry("DetailType", detail_type)?;
    map.serialize_entry(detail_type, detail)
}
