//! Whom a document is addressed to once its customer or supplier has been linked to another record of the package (F16, F17).
//!
//! What is not in the books yet goes to the new record. What is there stays with the record that it was sent to, and edits
//! of it do not move it; so does what becomes of it there: the invoice that an order's draft turns into, or that the package
//! ties to its order. Where somebody merged the two records, it is where the books say.

use std::borrow::Cow;

use super::trail::Step;
use super::{Context, source};
use crate::ids::RemoteId;
use crate::model::Record;
use crate::planned::PlannedDocument;
use crate::provider::RemoteRecord;

/// The record that a document is addressed to, given the one that its party is linked to now.
pub(super) fn stays_with(record: &Record, now: RemoteId, context: &Context<'_>) -> RemoteId {
    if context.former.is_empty() {
        return now;
    }
    // What was voided and is written anew is not there any more.
    let in_books = context.link(&record.key()).filter(|link| !link.status.is_gone());
    let sent_to = in_books.map(|link| link.party.as_ref());
    let held = sent_to.unwrap_or_else(|| {
        source::source_of(record, context).and_then(|source| context.sources.get(&source)?.party.as_ref())
    });
    let Some(held) = held.filter(|held| **held != now && context.are_one_party(held, &now)) else { return now };
    context.trace(format_args!("party"), || {
        Step::rule(
            "what is in the books stays with the record that it was sent to, whatever its party is linked to now",
            held,
        )
    });
    held.clone()
}

/// A document that is to be changed, addressed as the books have it, where that is a record of the same party.
pub(super) fn as_held<'a>(
    document: &'a PlannedDocument,
    base: &RemoteRecord,
    context: &Context<'_>,
) -> Cow<'a, PlannedDocument> {
    match &base.party {
        Some(held) if *held != document.party && context.are_one_party(held, &document.party) => {
            Cow::Owned(PlannedDocument { party: held.clone(), ..document.clone() })
        }
        _ => Cow::Borrowed(document),
    }
}

impl Context<'_> {
    /// Whether two records of the package are, or were, tied to one party or job of the host.
    fn are_one_party(&self, one: &RemoteId, other: &RemoteId) -> bool {
        self.former.iter().any(|(key, former)| {
            let is_its_own = |id| former.contains(id) || self.link(key).is_some_and(|link| link.remote == *id);
            is_its_own(one) && is_its_own(other)
        })
    }
}
