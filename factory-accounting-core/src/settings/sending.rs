//! What goes out, when, and in which state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a party, product or job is created in the package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactPolicy {
    /// Only a person or an import links them; documents of one that is not linked wait for that (F14, F33).
    Never,
    /// As soon as the host pushes it (F31).
    #[default]
    OnCreate,
    /// With the first document that needs it (F34).
    OnFirstDocument,
}

/// The state in which documents arrive in the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Arrival {
    /// Invoices. Orders always arrive as drafts.
    pub invoices: ArrivalStatus,
    /// Bills.
    pub bills: ArrivalStatus,
    /// Credit notes.
    pub credit_notes: ArrivalStatus,
    /// Purchase orders.
    pub purchase_orders: ArrivalStatus,
}

impl Default for Arrival {
    fn default() -> Self {
        let approved = ArrivalStatus::Approved;
        Self { invoices: approved, bills: approved, credit_notes: approved, purchase_orders: approved }
    }
}

/// Draft, or counted in the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalStatus {
    /// A bookkeeper approves it in the package.
    Draft,
    /// Approved: awaiting payment.
    #[default]
    Approved,
}

/// What to do when the name of a party belongs to another record of the package. The two are never merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TakenNames {
    /// A person links the two or has them told apart. A customer and a supplier of one name are told apart without asking.
    #[default]
    Ask,
    /// The name goes out with an addition that tells the two apart.
    Distinguish,
}

/// How new documents are marked for delivery to the other party, in packages that keep such a mark (L5); the package's own
/// default where not said. What people change there afterwards stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Deliveries {
    /// Quotes, orders, invoices and credit notes.
    pub sales: Option<DeliveryMark>,
    /// Purchase orders and bills.
    pub purchases: Option<DeliveryMark>,
}

/// A mark for delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryMark {
    /// Neither to be printed nor mailed, or done already.
    Nothing,
    /// Waits to be printed.
    Print,
    /// Waits to be mailed.
    Email,
    /// Waits for both.
    PrintAndEmail,
}
