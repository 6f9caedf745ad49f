//! Between the model and Xero's shapes, both ways. Pure: no call, no clock, equal output for equal input.

pub(crate) mod allocation;
pub(crate) mod catalogue;
pub(crate) mod document;
pub(crate) mod item;
pub(crate) mod party;
pub(crate) mod payment;
pub(crate) mod remote;

use factory_accounting_core::provider::Refusals;

/// What is refused in Xero's name before anything is sent.
pub(crate) const XERO: Refusals = Refusals::of("Xero");
