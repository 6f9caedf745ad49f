//! Undoing one call without copying the books: what a call puts is journalled from a mark on (xero.md 13.1).

use super::Books;
use super::document::Family;
use super::ids::Ids;
use std::collections::BTreeMap;

/// A part of the books that can go back to its last mark.
pub(super) trait Undo {
    /// From here on everything is journalled.
    fn mark(&mut self);
    /// What was done since the mark stays.
    fn forget_mark(&mut self);
    /// What was done since the mark is undone.
    fn roll_back(&mut self);
}

/// The small parts of the books as they stood at a mark.
#[derive(Debug)]
pub(super) struct Mark {
    ids: Ids,
    custom_rates: u32,
    counters: BTreeMap<Family, u32>,
    events: usize,
}

impl Books {
    pub(super) fn mark(&mut self) -> Mark {
        self.journalled().into_iter().for_each(Undo::mark);
        Mark {
            ids: self.ids.clone(),
            custom_rates: self.custom_rates,
            counters: self.counters.clone(),
            events: self.events.len(),
        }
    }

    pub(super) fn forget_mark(&mut self) {
        self.journalled().into_iter().for_each(Undo::forget_mark);
    }

    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.journalled().into_iter().for_each(Undo::roll_back);
        self.ids = mark.ids;
        self.custom_rates = mark.custom_rates;
        self.counters = mark.counters;
        self.events.truncate(mark.events);
    }

    /// Everything that a batch of elements can change.
    fn journalled(&mut self) -> [&mut dyn Undo; 15] {
        [
            &mut self.accounts,
            &mut self.tax_rates,
            &mut self.contacts,
            &mut self.items,
            &mut self.invoices,
            &mut self.credit_notes,
            &mut self.orders,
            &mut self.quotes,
            &mut self.payments,
            &mut self.batches,
            &mut self.allocations,
            &mut self.credits,
            &mut self.contact_groups,
            &mut self.linked_transactions,
            &mut self.history,
        ]
    }
}
