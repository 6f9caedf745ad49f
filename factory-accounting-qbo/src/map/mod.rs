//! Between the model and QuickBooks' shapes, both ways. Pure: no call, no clock, equal output for equal input.

pub(crate) mod allocation;
pub(crate) mod catalogue;
pub(crate) mod document;
pub(crate) mod import;
pub(crate) mod item;
pub(crate) mod job;
pub(crate) mod line;
pub(crate) mod party;
pub(crate) mod payment;
pub(crate) mod reference;
pub(crate) mod remote;
pub(crate) mod source;
pub(crate) mod tax;
pub(crate) mod telling;

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::{Refusals, RemoteRecord};

use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::write::{Head, RefWrite};

/// What is refused in QuickBooks's name before anything is sent.
pub(crate) const QUICKBOOKS: Refusals = Refusals::of("QuickBooks");

/// Names a record of an entity.
pub(crate) fn named(id: &RemoteId, entity: Entity) -> Result<RefWrite, ProviderError> {
    remote_id::bare(id, entity).map(RefWrite::new)
}

/// Says which record a write is about, and in which version: a newer one in the books is refused rather than overwritten
/// (qbo.md 5.0).
pub(crate) fn head(base: &RemoteRecord, sparse: bool) -> Result<Head, ProviderError> {
    let internal = |message: String| ProviderError::new(ErrorKind::Internal, message);
    let (_, id) = remote_id::split(&base.id)
        .ok_or_else(|| internal(format!("{} is no id of QuickBooks: link the record anew", base.id)))?;
    let token = base.version.as_ref().ok_or_else(|| internal(format!("{} was read without its version", base.id)))?;
    Ok(Head { id: Some(id.to_owned()), sync_token: Some(token.as_str().to_owned()), sparse })
}
