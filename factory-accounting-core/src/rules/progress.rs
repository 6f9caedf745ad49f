//! How much of an order has been invoiced (F58, R12, L8, L9). Amounts are net, in the order's currency.

use rust_decimal::Decimal;

use crate::model::RecordKey;
use crate::store::Progress;

/// How much of an order has been invoiced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderProgress {
    /// The order's amount.
    pub ordered: Decimal,
    /// What its invoices come to.
    pub invoiced: Decimal,
    /// What is left to invoice; below zero where more was invoiced than ordered.
    pub remaining: Decimal,
    /// Its invoices.
    pub invoices: Vec<Progress>,
    /// What a person should look at; none of it stops anything.
    pub warnings: Vec<ProgressWarning>,
}

/// Something about an order's invoices that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgressWarning {
    /// One invoice bills the whole order, and there are others beside it: something may have been billed twice (L9).
    FullBesideOthers {
        /// The invoice that bills the whole order.
        full: RecordKey,
        /// The others that charge something.
        others: Vec<RecordKey>,
    },
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoicingState {
    /// Nothing has been invoiced.
    NotInvoiced,
    /// A part has.
    PartiallyInvoiced,
    /// Exactly all of it has.
    Invoiced,
    /// More than all of it has.
    OverInvoiced,
}

impl InvoicingState {
    /// As people read it, lower case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotInvoiced => "not invoiced",
            Self::PartiallyInvoiced => "partially invoiced",
            Self::Invoiced => "invoiced",
            Self::OverInvoiced => "invoiced above its amount",
        }
    }
}

impl OrderProgress {
    /// How far the order has come.
    #[must_use]
    pub fn state(&self) -> InvoicingState {
        match self.invoiced.cmp(&self.ordered) {
            _ if !self.invoices.iter().any(charges) => InvoicingState::NotInvoiced,
            std::cmp::Ordering::Less => InvoicingState::PartiallyInvoiced,
            std::cmp::Ordering::Equal => InvoicingState::Invoiced,
            std::cmp::Ordering::Greater => InvoicingState::OverInvoiced,
        }
    }
}

/// Reckons how much of an order has been invoiced. Sums that do not fit stay at the largest number there is, so that they
/// count as too much.
#[must_use]
pub fn order_progress(ordered: Decimal, invoices: &[Progress]) -> OrderProgress {
    let invoiced = invoices.iter().fold(Decimal::ZERO, |sum, invoice| sum.saturating_add(invoice.net));
    OrderProgress {
        ordered,
        invoiced,
        remaining: ordered.saturating_sub(invoiced),
        invoices: invoices.to_vec(),
        warnings: full_beside_others(ordered, invoices).into_iter().collect(),
    }
}

/// The invoices with one more, or with a new state of one that is among them.
#[must_use]
pub fn with_invoice(invoices: &[Progress], invoice: Progress) -> Vec<Progress> {
    let mut all = invoices.to_vec();
    match all.iter_mut().find(|known| known.key == invoice.key) {
        Some(known) => *known = invoice,
        None => all.push(invoice),
    }
    all
}

/// By how much the invoices exceed their order, if they do (R12). A person's consent is needed then.
#[must_use]
pub fn exceeds(ordered: Decimal, invoices: &[Progress]) -> Option<Decimal> {
    let remaining = order_progress(ordered, invoices).remaining;
    (remaining < Decimal::ZERO).then(|| -remaining)
}

fn charges(invoice: &Progress) -> bool {
    invoice.net != Decimal::ZERO
}

fn full_beside_others(ordered: Decimal, invoices: &[Progress]) -> Option<ProgressWarning> {
    let full = invoices.iter().find(|invoice| charges(invoice) && invoice.net >= ordered)?;
    let others: Vec<RecordKey> = invoices
        .iter()
        .filter(|invoice| invoice.key != full.key && charges(invoice))
        .map(|invoice| invoice.key.clone())
        .collect();
    (!others.is_empty()).then(|| ProgressWarning::FullBesideOthers { full: full.key.clone(), others })
}
