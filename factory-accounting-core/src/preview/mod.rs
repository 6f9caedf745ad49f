//! What sending a record would do, told before anything is sent: the difference between the books now and after, what it
//! waits for, why it would be refused, and what else it would bring about. Pure values: a host can keep them, show them and
//! hand one back to have exactly that done.
//!
//! ```
//! use factory_accounting_core::preview::Foreseen;
//!
//! let foreseen = Foreseen::Nothing { reason: "the books show it already".to_owned() };
//! assert!(!foreseen.writes());
//! assert_eq!(foreseen.to_string(), "nothing to do: the books show it already");
//! ```

mod difference;
mod expectation;
mod values;
mod written;

pub use difference::{Difference, FieldChange, LineChange, LineFate, MoneyChange, Standing, difference, field_changes};
pub use expectation::{Expectation, Moved, SeenRecord};
pub use written::as_written;

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Parked;
use crate::ids::{ConnectionId, Revision};
use crate::model::{Record, RecordKey};
use crate::plan::Omission;
use crate::rules::EditLock;

/// What sending one state of a record would do. Nothing is sent by making it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPlan {
    /// The connection that it was made for.
    pub connection: ConnectionId,
    /// The record as it was planned; applying the plan sends this and nothing else.
    pub record: Record,
    /// What would become of it.
    pub verdict: Foreseen,
    /// What "before" was taken from.
    pub basis: Basis,
    /// The number that it would carry; `None` where the package gives one.
    pub number: Option<String>,
    /// Fields of the head, lines and money: before and after.
    pub difference: Difference,
    /// What of the record the books have locked, as far as is known.
    pub lock: Option<EditLock>,
    /// What else would happen.
    pub effects: Vec<SideEffect>,
    /// What of the record does not reach the package, and why (R15).
    pub omissions: Vec<Omission>,
    /// What the plan was made from; checked again when it is applied and just before it is sent.
    pub expectation: Expectation,
}

impl DocumentPlan {
    /// Digest of the plan, in hex: two equal plans would do the same to the same books.
    #[must_use]
    pub fn digest(&self) -> String {
        // Plans hold nothing that JSON cannot.
        let text = serde_json::to_vec(self).unwrap_or_else(|error| unreachable!("plans are JSON: {error}"));
        crate::digest(&text)
    }
}

/// What would become of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Foreseen {
    /// It would be created.
    Create,
    /// Owned fields of what the books hold would be changed.
    Update,
    /// Nothing would be sent.
    Nothing {
        /// Why, one line.
        reason: String,
    },
    /// It would wait first.
    Wait {
        /// Records that it waits for; none where it waits for something else.
        records: Vec<RecordKey>,
        /// Why, one line.
        reason: String,
        /// What would become of it then, as far as can be told.
        then: Option<Box<Foreseen>>,
    },
    /// A person would be asked.
    Refuse {
        /// The question, with its remedy.
        parked: Box<Parked>,
    },
    /// It would not be sent.
    Skip {
        /// Why, one line.
        reason: String,
    },
}

impl Foreseen {
    /// Whether something would be written, now or after a wait.
    #[must_use]
    pub fn writes(&self) -> bool {
        match self {
            Self::Create | Self::Update => true,
            Self::Wait { then, .. } => then.as_deref().is_some_and(Self::writes),
            Self::Nothing { .. } | Self::Refuse { .. } | Self::Skip { .. } => false,
        }
    }

    /// Stable name, for counting.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Nothing { .. } => "nothing",
            Self::Wait { .. } => "wait",
            Self::Refuse { .. } => "refuse",
            Self::Skip { .. } => "skip",
        }
    }
}

impl fmt::Display for Foreseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create => f.write_str("will be created"),
            Self::Update => f.write_str("will be updated"),
            Self::Nothing { reason } => write!(f, "nothing to do: {reason}"),
            Self::Wait { reason, .. } => write!(f, "will wait: {reason}"),
            Self::Refuse { parked } => write!(f, "cannot be sent: {parked}"),
            Self::Skip { reason } => write!(f, "will not be sent: {reason}"),
        }
    }
}

/// What "before" was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// The books do not hold the record.
    NotInBooks,
    /// The record was read just now.
    Read {
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// What was last written, with the state and totals last seen; what people have changed there since is not in it.
    AsWritten {
        /// The revision that was written.
        revision: Revision,
        /// When state and totals were seen, UTC.
        seen_at: DateTime<Utc>,
    },
    /// Only the link: the record was tied by hand or import and never written, so its lines are not known without a call.
    Linked {
        /// When it was seen, UTC.
        seen_at: DateTime<Utc>,
    },
}

/// What else sending a record would bring about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SideEffect {
    /// The draft that holds its order becomes this document.
    TakesDraftOf {
        /// The order.
        order: RecordKey,
    },
    /// The document that it came from becomes this one, or is closed by it.
    Closes {
        /// The order or purchase order.
        source: RecordKey,
    },
    /// The document that it came from is cut down to what this one leaves of it.
    CutsDown {
        /// The order or purchase order.
        source: RecordKey,
    },
    /// The order's own document is taken back once this part of it is in the books (L7).
    TakesBack {
        /// The order.
        order: RecordKey,
    },
    /// A part of a credit note is set off against an invoice.
    Allocates {
        /// The allocation.
        allocation: RecordKey,
        /// How much, in the credit note's currency.
        amount: Decimal,
    },
    /// An allocation that an earlier state of a credit note had is taken back.
    Withdraws {
        /// The allocation.
        allocation: RecordKey,
    },
    /// A record that it needs is created before it.
    Creates {
        /// The customer, supplier, product or job.
        record: RecordKey,
    },
    /// A record that waits until this one is in the books goes on.
    Wakes {
        /// The record.
        record: RecordKey,
    },
}

impl fmt::Display for SideEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakesDraftOf { order } => write!(f, "the draft of {order} becomes this document"),
            Self::Closes { source } => write!(f, "{source} becomes this document, or is closed by it"),
            Self::CutsDown { source } => write!(f, "{source} is cut down to what is left of it"),
            Self::TakesBack { order } => write!(f, "{order} is taken back there, once this is in the books"),
            Self::Allocates { allocation, amount } => write!(f, "{amount} is set off: {allocation}"),
            Self::Withdraws { allocation } => write!(f, "what was set off is taken back: {allocation}"),
            Self::Creates { record } => write!(f, "{record} is created before it"),
            Self::Wakes { record } => write!(f, "{record}, which waits for it, goes on"),
        }
    }
}
