//! Between the model and MYOB's shapes, both ways. Pure: no call, no clock, equal output for equal input.

pub(crate) mod allocation;
pub(crate) mod carry;
pub(crate) mod catalogue;
pub(crate) mod delivery;
pub(crate) mod document;
pub(crate) mod import;
pub(crate) mod item;
pub(crate) mod job;
pub(crate) mod line;
pub(crate) mod party;
pub(crate) mod payment;
pub(crate) mod remote;

use factory_accounting_core::code::Code;
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::Refusals;

use crate::profile::FileProfile;
use crate::remote_id::{self, Collection};
use crate::wire::write::LinkWrite;

/// What is refused in MYOB's name before anything is sent.
pub(crate) const MYOB: Refusals = Refusals::of("MYOB").with_code(Code::Invalid);

/// A text that says something. Empty ones are left out: MYOB may refuse them (myob.md 3.1).
pub(crate) fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Names a record of a collection.
pub(crate) fn named(id: &RemoteId, collection: Collection) -> Result<LinkWrite, ProviderError> {
    remote_id::bare(id, collection).map(LinkWrite::new)
}

/// The category that new transactions are filed under.
///
/// # Errors
/// Where the company file asks for one and none is chosen: without it MYOB refuses every transaction (myob.md 3.3).
pub(crate) fn category(profile: &FileProfile) -> Result<Option<LinkWrite>, ProviderError> {
    match &profile.default_category {
        Some(category) => Ok(Some(LinkWrite::from(category))),
        None if profile.category_required => {
            let message = "needs a category, which the company file asks for on every transaction: choose a default \
                           category, or make categories optional in MYOB's preferences";
            Err(MYOB.refused("", message))
        }
        None => Ok(None),
    }
}

/// What cannot be written as JSON; nothing that is made here is like that.
pub(crate) fn unwritable(error: &serde_json::Error) -> ProviderError {
    MYOB.refused("", format!("cannot be written as JSON: {error}"))
}
