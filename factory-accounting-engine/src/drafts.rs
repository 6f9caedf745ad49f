//! Who may write to an order's draft: the order, until one invoice takes it over (F55). Never two at once, and never the
//! order once an invoice may hold it.

use std::collections::BTreeSet;

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::Subject;
use factory_accounting_core::store::Operation;

use crate::surroundings::Surroundings;

/// What becomes of drafts within one round.
#[derive(Default)]
pub(crate) struct Drafts {
    /// Orders whose draft an invoice of this round may take over.
    wanted: BTreeSet<RecordKey>,
    taken: BTreeSet<RemoteId>,
}

/// An order's draft as an invoice finds it.
pub(crate) enum Taken {
    /// The invoice may have it.
    Free(RemoteId),
    /// Another document may be getting it at this moment.
    Busy,
}

impl Drafts {
    pub(crate) fn of(subjects: &[(Operation, Subject)], around: &Surroundings) -> Self {
        let wanted = subjects.iter().filter_map(|(_, subject)| Some(around.draft_for(subject)?.0)).collect();
        Self { wanted, taken: BTreeSet::new() }
    }

    /// Whether an order is to be left alone, because an invoice that is older than this state of it, or one that is in an
    /// attempt, may be taking its draft.
    pub(crate) fn keep_waiting(&self, operation: &Operation, around: &Surroundings) -> bool {
        operation.key.kind == RecordKind::Order
            && around.links.contains_key(&operation.key)
            && (self.wanted.contains(&operation.key) || around.in_flight.contains(&operation.key))
    }

    /// Gives an invoice its order's draft, if it may have it.
    pub(crate) fn take(&mut self, subject: &Subject, around: &Surroundings) -> Option<Taken> {
        let (order, draft) = around.draft_for(subject)?;
        let free = !around.in_flight.contains(&order) && self.taken.insert(draft.clone());
        Some(if free { Taken::Free(draft) } else { Taken::Busy })
    }
}
