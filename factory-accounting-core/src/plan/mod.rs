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
//!
//! Accounts, taxes and items are resolved in the orders of docs/resolution.md. [`explain`] plans in the same way and tells for
//! each field what said it; [`unmapped`] tells beforehand what nothing would.

mod accounts;
mod addressee;
mod admit;
mod catalogue;
mod charge;
mod document;
mod draft;
mod echo;
mod evidence;
mod explain;
mod fate;
mod gaps;
mod grounds;
mod header;
mod items;
mod lent;
mod marks;
mod omissions;
mod payment;
mod product;
mod reference;
mod remainder;
mod revise;
mod shape;
mod shorten;
mod source;
mod subject;
mod taxes;
mod terms;
#[cfg(test)]
mod tests;
mod totals;
mod trail;

pub use admit::{Admission, admit, admit_item, admit_void, complaints, naming, parent_of, party_hold, references};
pub use catalogue::{Catalogue, Unusable};
pub use document::probe_target;
pub use draft::{Draft, draft, external_key, fingerprint, out_of_use};
pub use echo::{comes_to_other_than, left_undone};
pub use evidence::{Finding, candidate, judge};
pub use explain::{ExplainedField, Explanation, explain};
pub use fate::{Backoff, Doubt, Pause, Sending, Verdict, after, decide, park_refusal};
pub use gaps::{Gap, GapKind, Used, unmapped};
pub use lent::{Lent, lenders};
pub use omissions::{Omission, omissions};
pub use revise::{Drift, Revision, drift, is_on_the_way, revise, void};
pub use shape::new_items;
pub use source::source_of;
pub use subject::{AllocationSubject, Subject, silenced};
pub use terms::terms_left_out;
pub use totals::rounding_of;
pub use trail::{Origin, Step, Trail};

use std::collections::BTreeMap;

use crate::capability::{Capabilities, OrderForm};
use crate::ids::RemoteId;
use crate::model::{Record, RecordKey};
use crate::provider::{Organisation, RemoteRecord};
use crate::settings::Settings;
use crate::store::Link;

/// The form in which orders are held; `None` where the package holds none, or not in the form that the settings ask for.
#[must_use]
pub fn order_form(settings: &Settings, capabilities: &Capabilities) -> Option<OrderForm> {
    match settings.orders_as {
        None => capabilities.orders.first().copied(),
        Some(wanted) => capabilities.orders.iter().copied().find(|form| *form == wanted),
    }
}

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
    /// Records of the package that parties and jobs were tied to before, as far as a document names another than their
    /// present one (F16, F17).
    pub former: &'a BTreeMap<RecordKey, Vec<RemoteId>>,
    /// Documents that the operation's document came from, as the books hold them, where the package ties the two.
    pub sources: &'a BTreeMap<RecordKey, RemoteRecord>,
    /// What has been billed of orders and purchase orders by documents of parts of them, where those become their bills as a
    /// whole: as the host has it.
    pub billed: &'a BTreeMap<RecordKey, Vec<Record>>,
    /// What lines take over from their product and from their customer or supplier.
    pub lent: &'a Lent,
    /// Where the steps of planning are written for people to read; `None` where nobody asks.
    pub trail: Option<&'a Trail>,
    /// Whether the name of the operation's party belongs to another record, from which it is to be told apart.
    pub distinct: bool,
    /// How the package is called, for texts.
    pub package: &'a str,
}

impl Context<'_> {
    fn link(&self, key: &RecordKey) -> Option<&Link> {
        self.links.get(key)
    }

    /// The form in which orders are held; `None` where the package holds none, or not in the form that the settings ask for.
    fn order_form(&self) -> Option<OrderForm> {
        order_form(self.settings, self.capabilities)
    }
}
