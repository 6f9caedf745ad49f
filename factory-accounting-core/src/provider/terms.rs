//! Terms of payment as a list of the package.

use serde::{Deserialize, Serialize};

use crate::ids::RemoteId;
use crate::model::PaymentTerms;

/// Terms of payment that parties of the package refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Terms {
    /// The package's id.
    pub id: RemoteId,
    /// Name.
    pub name: String,
    /// When documents under them fall due; `None` where the model's terms cannot say it.
    pub due: Option<PaymentTerms>,
    /// Whether who pays early pays less, which the model's terms do not say.
    pub discounted: bool,
    /// Whether they are in use.
    pub active: bool,
}

impl Terms {
    /// Active terms that grant no discount.
    pub fn new(id: RemoteId, name: impl Into<String>, due: Option<PaymentTerms>) -> Self {
        Self { id, name: name.into(), due, discounted: false, active: true }
    }
}
