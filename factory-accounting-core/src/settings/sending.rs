//! What goes out, when, and in which state.

use std::fmt;

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

/// What has just happened to a record in the host: whether it goes out now depends on the settings (F67).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Occasion {
    /// It was made or changed.
    Saved,
    /// It was marked final: no longer a draft of the host.
    Finalised,
    /// It was accepted: a supplier's invoice by whoever approves it.
    Accepted,
    /// Somebody looked at how it will print. Never sends anything (L10).
    Previewed,
    /// It was printed (L10).
    Printed,
    /// It was mailed to the other party (L10).
    Emailed,
    /// A person asked for it to be sent.
    Asked,
}

impl Occasion {
    /// Every occasion, in the order in which a document usually comes to them.
    pub const ALL: [Self; 7] =
        [Self::Saved, Self::Finalised, Self::Accepted, Self::Previewed, Self::Printed, Self::Emailed, Self::Asked];
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Saved => "saved",
            Self::Finalised => "finalised",
            Self::Accepted => "accepted",
            Self::Previewed => "previewed",
            Self::Printed => "printed",
            Self::Emailed => "e-mailed",
            Self::Asked => "asked for",
        })
    }
}

/// The occasion that first sends a document. What has been sent once follows the host's later changes, as
/// [`EditsAfterSending`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// As soon as it is there (F49, F52, F59).
    #[default]
    Created,
    /// When it is marked final; printing and mailing a document make it final too (F68, L10).
    Finalised,
    /// When it is accepted (F73).
    Accepted,
    /// Only when a person asks.
    Asked,
}

/// What becomes of changes to a document that is in the books already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EditsAfterSending {
    /// They are sent, within what the package and payments leave open (F55, F71).
    #[default]
    Send,
    /// They wait for a person: what has been sent stays as it is.
    Ask,
}

/// Whether payments that were entered in the package count as paid here. Locks follow the package in any case: what it holds
/// cannot be changed, whoever paid (F82).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentsIn {
    /// What the package says has been applied is what has been paid (F84, F85).
    #[default]
    Count,
    /// Only payments and credits of the host count; what is reconciled in the package marks nothing paid here (L22).
    Ignore,
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
