//! What of a document may still change, whether it can be voided, and how much of an order is invoiced.

use factory_accounting_core::code::Parked;
use factory_accounting_core::ids::LocalId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::rules::{self, EditLock, OrderProgress, VoidForm};

use crate::engine::{Engine, EngineError};

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As last seen; no call.
    Stored,
    /// As the package says now; one call.
    Now,
}

impl Engine {
    /// Whether lines and prices of a document are locked because something has been applied to it in the package (F82): why,
    /// since when, and how fresh that knowledge is. For an order the invoices that bill it count too.
    pub async fn edit_lock(&self, key: &RecordKey, freshness: Freshness) -> Result<Option<EditLock>, EngineError> {
        let inner = &self.inner;
        let mut keys = vec![key.clone()];
        if key.kind == RecordKind::Order {
            let invoices = inner.store.progress(&inner.connection, key).await?;
            keys.extend(invoices.into_iter().map(|invoice| invoice.key));
        }
        let links = inner.store.links(&inner.connection, &keys).await?;
        for mut link in links.into_iter().flatten() {
            if freshness == Freshness::Now {
                link = self.look_again(link).await?;
            }
            if let Some(lock) = inner.lock_of(&link, inner.facts().await?.as_ref()) {
                return Ok(Some(lock));
            }
        }
        Ok(None)
    }

    /// Whether and how a document can be voided, asked of the package before the host changes its own state (R2).
    ///
    /// # Errors
    /// The inner error is the refusal, with amount, currency and remedy.
    pub async fn may_void(&self, key: &RecordKey) -> Result<Result<VoidForm, Parked>, EngineError> {
        let link = self.inner.link_of(key).await?.ok_or_else(|| EngineError::NotLinked(key.clone()))?;
        let Some(record) = self.inner.fetch_one(key.kind, &link.remote).await? else {
            return Ok(Ok(VoidForm::AlreadyDone));
        };
        let currency = match record.currency {
            Some(currency) => currency,
            None => self.inner.facts().await?.organisation.currency,
        };
        Ok(rules::may_void(key.kind, &record.status, record.settled.as_ref(), currency))
    }

    /// How much of an order is invoiced and how much remains, before tax (F58, L8).
    ///
    /// # Errors
    /// [`EngineError::Unknown`] where the order has never been pushed.
    pub async fn order_progress(&self, order: &LocalId) -> Result<OrderProgress, EngineError> {
        let inner = &self.inner;
        let key = RecordKey::new(RecordKind::Order, order.clone());
        let operation = self.inner.newest(&key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        let invoices = inner.store.progress(&inner.connection, &key).await?;
        Ok(rules::order_progress(operation.net.unwrap_or_default(), &invoices))
    }
}
