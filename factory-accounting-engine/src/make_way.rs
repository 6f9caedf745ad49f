//! Orders whose own document makes way for the invoices of their parts (L7): it is taken out of the books once a part of the
//! order is in them, never before, and is not brought back.

use std::collections::BTreeMap;

use factory_accounting_core::model::{Extent, Record, RecordKey, RecordKind};
use factory_accounting_core::plan::Subject;
use factory_accounting_core::provider::Intent;
use factory_accounting_core::store::{Goal, Link, Operation, Outcome, Step};

use crate::engine::EngineError;
use crate::planner::Planner;
use crate::planning::{Plan, skip};
use crate::push::order_key;

impl Planner<'_> {
    /// The order whose document makes way for an invoice that has just landed: it goes back to the queue, and finds there
    /// that it has to.
    pub(crate) fn makes_way(&self, operation: &Operation, intent: Intent) -> Option<RecordKey> {
        let kind = operation.key.kind;
        if kind != RecordKind::Invoice || intent == Intent::Void || !self.orders_make_way() {
            return None;
        }
        Subject::record_of(operation).filter(bills_a_part).as_ref().and_then(order_key)
    }

    /// The order whose document would be taken back behind a record, where the links tell that it has one.
    pub(crate) fn would_make_way(&self, record: &Record, links: &BTreeMap<RecordKey, Link>) -> Option<RecordKey> {
        let order = order_key(record).filter(|_| bills_a_part(record) && self.orders_make_way())?;
        links.get(&order).is_some_and(|link| !link.status.is_gone()).then_some(order)
    }

    /// What becomes of an order of which a part is invoiced: its document is taken back, or it is not sent at all.
    pub(crate) async fn make_way(
        &self,
        operation: &Operation,
        link: Option<&Link>,
    ) -> Result<Option<Plan>, EngineError> {
        if operation.key.kind != RecordKind::Order || !self.orders_make_way() {
            return Ok(None);
        }
        let parts = self.parts_of(&operation.key, RecordKind::Invoice).await?;
        if !parts.iter().any(bills_a_part) {
            return Ok(None);
        }
        Ok(Some(match link.filter(|link| !link.status.is_gone()) {
            Some(link) => Plan::Read { draft: None, remote: link.remote.clone(), origin: link.origin },
            None => skip(self.made_way()),
        }))
    }

    /// Whether the settings have orders make way. Where the package cuts an order down to what is left of it, nothing overlaps.
    fn orders_make_way(&self) -> bool {
        self.facts.settings.delete_order_when_part_invoiced && !self.converts(RecordKind::Invoice)
    }

    fn made_way(&self) -> String {
        format!("a part of this order is invoiced: its own document is not kept in {}", self.inner.package_title())
    }

    /// What follows once a document counts no more: the end, where that is what the host asked for; else the reason why it was
    /// taken back while the host still has it.
    pub(crate) fn after_void(&self, operation: &Operation) -> Step {
        match operation.goal {
            Goal::Voided => Step::Done(Outcome::Voided),
            Goal::Present if self.is_to_be_written_anew(operation) => {
                Step::NextGeneration { error: "voided there; written anew for the other party".to_owned() }
            }
            Goal::Present => Step::Done(Outcome::Skipped { reason: self.made_way() }),
        }
    }
}

fn bills_a_part(record: &Record) -> bool {
    matches!(record, Record::Invoice(invoice) if invoice.extent == Extent::Partial)
}
