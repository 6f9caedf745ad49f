//! Between the model and Xero's shapes, both ways. Pure: no call, no clock, equal output for equal input.

pub(crate) mod allocation;
pub(crate) mod catalogue;
pub(crate) mod document;
pub(crate) mod item;
pub(crate) mod party;
pub(crate) mod payment;
pub(crate) mod remote;

use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};

/// Refuses a member before anything is sent, naming the field.
pub(crate) fn refused(path: impl Into<String>, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::Validation, "cannot be written to Xero as it is")
        .with_package_code("RefusedBeforeSending")
        .with_issues([Issue::new(path, message)])
}

/// Refuses what Xero has no form for.
pub(crate) fn unsupported(path: impl Into<String>, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::Unsupported, "Xero cannot hold this")
        .with_package_code("RefusedBeforeSending")
        .with_issues([Issue::new(path, message)])
}

/// Refuses a text that is longer than Xero keeps, in characters.
pub(crate) fn within(path: &str, text: Option<&str>, most: usize) -> Result<(), ProviderError> {
    let length = text.map_or(0, |text| text.chars().count());
    if length <= most {
        return Ok(());
    }
    Err(refused(path, format!("has {length} characters, Xero keeps {most}: shorten it")))
}
