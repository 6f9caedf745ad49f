//! What a payment can settle: an invoice or bill, or by a refund a credit note, a prepayment or an overpayment
//! (xero.md 4.11).

use super::credit::{Credit, CreditKind, Nature};
use super::document::{Document, Family, Kind, Status};
use super::errors::{self, Findings};
use super::payment::{Payment, PaymentInput};
use super::{Books, Context};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) enum Payable {
    Document(Document),
    Credit(Credit),
}

/// The kind of what is settled, kept with the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    Document(Kind),
    Credit(CreditKind),
}

impl Settled {
    /// The type of the payment.
    pub(super) fn payment_type(self) -> &'static str {
        match self {
            Self::Document(Kind::Bill) => "ACCPAYPAYMENT",
            Self::Document(Kind::SalesCredit) => "ARCREDITPAYMENT",
            Self::Document(Kind::PurchaseCredit) => "APCREDITPAYMENT",
            Self::Document(_) => "ACCRECPAYMENT",
            Self::Credit(kind) => kind.refund(),
        }
    }
}

impl Payable {
    pub(super) fn id(&self) -> Uuid {
        match self {
            Self::Document(row) => row.id,
            Self::Credit(row) => row.id,
        }
    }

    pub(super) fn kind(&self) -> Settled {
        match self {
            Self::Document(row) => Settled::Document(row.kind),
            Self::Credit(row) => Settled::Credit(row.kind),
        }
    }

    pub(super) fn currency(&self) -> &str {
        match self {
            Self::Document(row) => &row.currency,
            Self::Credit(row) => &row.currency,
        }
    }

    pub(super) fn rate(&self) -> Decimal {
        match self {
            Self::Document(row) => row.rate,
            Self::Credit(row) => row.rate,
        }
    }

    /// What can still be paid; nothing on what is not approved.
    pub(super) fn outstanding(&self) -> Option<Decimal> {
        match self {
            Self::Document(row) => matches!(row.status, Status::Authorised | Status::Paid).then(|| row.outstanding()),
            Self::Credit(row) => Some(row.remaining()),
        }
    }

    /// Pays so much, or less than nothing where a payment is taken back.
    pub(super) fn pay(&mut self, amount: Decimal, on: NaiveDate) {
        match self {
            Self::Document(row) => {
                row.paid += amount;
                row.settle(on);
            }
            Self::Credit(row) => row.refunded += amount,
        }
    }
}

impl Books {
    /// What a payment that was sent is for.
    pub(super) fn payable(&self, input: &PaymentInput, findings: &mut Findings) -> Option<Payable> {
        let sent = [&input.invoice, &input.credit_note, &input.prepayment, &input.overpayment];
        if sent.iter().filter(|named| named.is_some()).count() != 1 {
            findings.error("Exactly one of Invoice, CreditNote, Prepayment or Overpayment must be specified"); // [impl]
            return None;
        }
        let (id, number) = sent.into_iter().flatten().next()?;
        let key = id.map(|id| id.to_string()).or_else(|| number.clone()).unwrap_or_default();
        let document = |family| {
            let id = self.find_document(family, &key)?;
            self.shelf(family).get(id).cloned().map(Payable::Document)
        };
        let credit = |nature| {
            let id = self.find_credit(nature, &key)?;
            self.credits.get(id).cloned().map(Payable::Credit)
        };
        let (found, missing) = if input.invoice.is_some() {
            (document(Family::Invoice), "Invoice could not be found") // [impl]
        } else if input.credit_note.is_some() {
            (document(Family::CreditNote), errors::CREDIT_NOTE_MISSING)
        } else if input.prepayment.is_some() {
            (credit(Nature::Prepayment), "Prepayment could not be found") // [impl]
        } else {
            (credit(Nature::Overpayment), "Overpayment could not be found") // [impl]
        };
        if found.is_none() {
            findings.error(missing);
        }
        found
    }

    /// What a payment in the books is for.
    pub(super) fn settled_by(&self, payment: &Payment) -> Option<Payable> {
        let document = self.invoices.get(payment.document).or_else(|| self.credit_notes.get(payment.document));
        match document {
            Some(row) => Some(Payable::Document(row.clone())),
            None => self.credits.get(payment.document).cloned().map(Payable::Credit),
        }
    }

    /// Keeps what a payment has changed.
    pub(super) fn keep_payable(&mut self, payable: Payable, ctx: &Context<'_>) {
        match payable {
            Payable::Document(row) => self.touch(row, ctx),
            Payable::Credit(mut row) => {
                row.updated = ctx.now;
                self.credits.put(row);
            }
        }
    }
}
