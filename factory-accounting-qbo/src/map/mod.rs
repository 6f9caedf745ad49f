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

use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::RemoteRecord;

use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::write::{Head, RefWrite};

/// Refuses a member before anything is sent, naming the field.
pub(crate) fn refused(path: impl Into<String>, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::Validation, "cannot be written to QuickBooks as it is")
        .with_package_code("RefusedBeforeSending")
        .with_issues([Issue::new(path, message)])
}

/// Refuses what QuickBooks has no form for.
pub(crate) fn unsupported(path: impl Into<String>, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::Unsupported, "QuickBooks cannot hold this")
        .with_package_code("RefusedBeforeSending")
        .with_issues([Issue::new(path, message)])
}

/// Refuses a text that is longer than QuickBooks keeps, in characters.
pub(crate) fn within(path: &str, text: Option<&str>, most: usize) -> Result<(), ProviderError> {
    let length = text.map_or(0, |text| text.chars().count());
    if length <= most {
        return Ok(());
    }
    Err(refused(path, format!("has {length} characters, QuickBooks keeps {most}: shorten it")))
}

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
