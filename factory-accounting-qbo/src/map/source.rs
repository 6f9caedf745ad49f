//! Ties of a document to the one that it came from (qbo.md 5.13, 5.18, 5.23).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::{PlannedDocument, PlannedLine};
use factory_accounting_core::provider::RemoteRecord;

use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::write::LinkedTxnWrite;

/// A tie that a document is to have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie<'a> {
    id: &'a str,
    source: Entity,
    /// The books show it already.
    stands: bool,
}

impl<'a> Tie<'a> {
    /// The tie that a planned document asks for, where QuickBooks knows such a tie: of an invoice to its estimate, of a bill
    /// to its purchase order.
    pub(crate) fn of(
        entity: Entity,
        document: &'a PlannedDocument,
        base: Option<&RemoteRecord>,
    ) -> Result<Option<Self>, ProviderError> {
        let Some(source) = &document.source else { return Ok(None) };
        let expected = match entity {
            Entity::Invoice => Entity::Estimate,
            Entity::Bill => Entity::PurchaseOrder,
            _ => return Ok(None),
        };
        let stands = base.and_then(|base| base.sources.as_ref()).is_some_and(|held| held.contains(&source.id));
        Ok(Some(Self { id: remote_id::bare(&source.id, expected)?, source: expected, stands }))
    }

    /// The tie of the whole document. A bill is tied line by line, and a tie without lines would be dropped in silence: it is
    /// left out, so that its absence is seen for what it is.
    pub(crate) fn of_document(&self, lines: &[PlannedLine]) -> Option<LinkedTxnWrite> {
        let by_lines = self.source == Entity::PurchaseOrder;
        let holds = !by_lines || lines.iter().any(|line| line.source_line.is_some());
        (holds && !self.stands).then(|| self.link(None))
    }

    /// The tie of a line. Invoices have none: estimates are tied as a whole.
    pub(crate) fn of_line(&self, line: &PlannedLine) -> Option<LinkedTxnWrite> {
        let source_line = line.source_line.as_ref().filter(|_| self.source == Entity::PurchaseOrder)?;
        Some(self.link(Some(source_line.as_str().to_owned())))
    }

    /// Whether a line has to be sent as a new one: a line that is in the books already cannot be tied any more.
    pub(crate) fn renews(&self, line: &PlannedLine) -> bool {
        !self.stands && self.of_line(line).is_some()
    }

    fn link(&self, txn_line_id: Option<String>) -> LinkedTxnWrite {
        LinkedTxnWrite { txn_id: self.id.to_owned(), txn_type: self.source.name(), txn_line_id }
    }
}
