//! How far documents are paid, as far as is known (L20).

use factory_accounting_core::model::RecordKey;
use factory_accounting_core::rules::{self, PaymentState};

use crate::engine::{Engine, EngineError};

impl Engine {
    /// How far an invoice or bill is paid: by what the package was last seen to hold, or, where the settings let only the
    /// host's own payments count, by those and the credits set off (L20, L22). No call. What is not in the books, such as an
    /// invoice from before the start date, is not applicable.
    pub async fn payment_state(&self, key: &RecordKey) -> Result<PaymentState, EngineError> {
        let inner = &self.inner;
        let link = inner.link_of(key).await?;
        let own = inner.store.progress(&inner.connection, key).await?;
        Ok(rules::payment_state(link.as_ref(), &own, &*inner.settings().await?))
    }
}
