//! From an operation to what is to be done about it: pure rules over the host's record, the settings, the links, the
//! package's lists and capabilities. Nothing here waits, calls or stores.
//!
//! ```text
//! record ─admit─► NewOperation                      (push: is it to be sent at all, what does it need)
//! operation ─draft─► Content + marker               (accounts, taxes, representation, predicted totals)
//!           ├─ no link ───────────► create
//!           ├─ link, same content ► unchanged
//!           └─ link, other content ─revise(base)─► update | unchanged | park
//! fate ─decide─► Step                               (what is known, and what follows from it)
//! found ─judge─► Finding                            (is what a probe found ours)
//! ```

mod admit;
mod catalogue;
mod document;
mod draft;
mod evidence;
mod fate;
mod inherit;
mod revise;
mod subject;
#[cfg(test)]
mod tests;

pub use admit::{Admission, admit, admit_void, complaints, party_hold, references};
pub use catalogue::Catalogue;
pub use draft::{Draft, draft, fingerprint};
pub use evidence::{Finding, candidate, judge};
pub use fate::{Backoff, Doubt, Pause, Sending, Verdict, after, decide, park_refusal};
pub use inherit::{inherit, lenders};
pub use revise::{Drift, Revision, drift, is_on_the_way, revise, void};
pub use subject::{AllocationSubject, Subject};

use std::collections::BTreeMap;

use crate::capability::Capabilities;
use crate::model::RecordKey;
use crate::provider::Organisation;
use crate::settings::Settings;
use crate::store::Link;

/// What planning needs to know beside the operation itself.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The company's decisions.
    pub settings: &'a Settings,
    /// What the package can do.
    pub capabilities: &'a Capabilities,
    /// The organisation.
    pub organisation: &'a Organisation,
    /// The package's accounts, tax codes and currencies.
    pub catalogue: &'a Catalogue,
    /// Links of the records that the operation touches, as far as they exist.
    pub links: &'a BTreeMap<RecordKey, Link>,
    /// How the package is called, for texts.
    pub package: &'a str,
}

impl Context<'_> {
    fn link(&self, key: &RecordKey) -> Option<&Link> {
        self.links.get(key)
    }
}
