//! Terms of payment of parties, where the package keeps them as a list that parties refer to.
//!
//! None are ever made there, and a party does not wait for them: each document says itself when it falls due.

use crate::ids::RemoteId;
use crate::model::{Due, Party, PaymentTerms};
use crate::provider::CatalogueKind;

use super::Context;

/// The package's terms that say what a party's do.
pub(super) fn terms_of(party: &Party, context: &Context<'_>) -> Option<RemoteId> {
    let listed = context.capabilities.lists.contains(&CatalogueKind::Terms);
    context.catalogue.terms(party.terms.filter(|_| listed)?).map(|terms| terms.id.clone())
}

/// Why a party's terms stay in the host, one line; `None` where they go with it, or it has none.
#[must_use]
pub fn terms_left_out(party: &Party, context: &Context<'_>) -> Option<String> {
    let own = party.terms.filter(|_| context.capabilities.lists.contains(&CatalogueKind::Terms))?;
    terms_of(party, context).is_none().then(|| {
        let (own, package) = (shown(own), context.package);
        format!("{package} has no terms of {own}: add such terms there and refresh the lists; documents say their own due dates")
    })
}

fn shown(terms: PaymentTerms) -> String {
    let days = terms.days;
    match terms.from {
        Due::DocumentDate => format!("{days} days from the document's date"),
        Due::EndOfMonth => format!("{days} days from the end of the document's month"),
        Due::DayOfThisMonth => format!("day {days} of the document's month"),
        Due::DayOfNextMonth => format!("day {days} of the month after the document's"),
    }
}
