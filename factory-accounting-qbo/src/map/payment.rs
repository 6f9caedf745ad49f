//! Payments of invoices and of bills. Once made they are never edited, only voided.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::planned::PlannedPayment;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::{QUICKBOOKS, named};
use crate::capability::DOCUMENT_NUMBER;
use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::write::RefWrite;
use crate::wire::write::payment::{AppliedWrite, BillPaymentWrite, CardWrite, CheckWrite, PaymentWrite};

/// A customer's payment of an invoice, put into the account given.
pub(crate) fn received(payment: &PlannedPayment) -> Result<PaymentWrite, ProviderError> {
    let amount = amount(payment)?;
    Ok(PaymentWrite {
        customer_ref: named(party(payment)?, Entity::Customer)?,
        txn_date: payment.date,
        currency_ref: RefWrite::new(payment.amount.currency.code()),
        total_amt: amount,
        payment_ref_num: Some(marker(payment)?),
        deposit_to_account_ref: Some(RefWrite::from(&payment.account.id)),
        line: vec![applied(payment, amount, Entity::Invoice)?],
    })
}

/// A payment of a bill, from a bank account or by credit card.
pub(crate) fn made(payment: &PlannedPayment) -> Result<BillPaymentWrite, ProviderError> {
    let amount = amount(payment)?;
    let account = RefWrite::from(&payment.account.id);
    let (pay_type, check_payment, credit_card_payment) = if payment.by_card {
        ("CreditCard", None, Some(CardWrite { card_account_ref: account }))
    } else {
        ("Check", Some(CheckWrite { bank_account_ref: account }), None)
    };
    Ok(BillPaymentWrite {
        vendor_ref: named(party(payment)?, Entity::Vendor)?,
        txn_date: payment.date,
        currency_ref: RefWrite::new(payment.amount.currency.code()),
        doc_number: marker(payment)?,
        pay_type,
        check_payment,
        credit_card_payment,
        total_amt: amount,
        line: vec![applied(payment, amount, Entity::Bill)?],
    })
}

/// What a payment of a kind of document is in QuickBooks.
pub(crate) fn entity(payment: &PlannedPayment) -> Result<Entity, ProviderError> {
    match payment.document_kind {
        RecordKind::Invoice | RecordKind::Order => Ok(Entity::Payment),
        RecordKind::Bill => Ok(Entity::BillPayment),
        RecordKind::CreditNote => Err(QUICKBOOKS.unsupported(
            "target",
            "QuickBooks pays no credit memo out: set it off against an invoice, or refund it there",
        )),
        other => Err(QUICKBOOKS.unsupported("target", format!("QuickBooks takes no payment for a {other}"))),
    }
}

fn applied(payment: &PlannedPayment, amount: Number, entity: Entity) -> Result<AppliedWrite, ProviderError> {
    Ok(AppliedWrite::new(amount, remote_id::bare(&payment.document, entity)?, entity.name()))
}

/// A payment without the party of its document would be left unapplied in silence (qbo.md 5.16).
fn party(payment: &PlannedPayment) -> Result<&factory_accounting_core::ids::RemoteId, ProviderError> {
    payment.party.as_ref().ok_or_else(|| {
        QUICKBOOKS.refused(
            "target",
            format!("is for a party that is not known: read {} from QuickBooks anew", payment.document),
        )
    })
}

/// The text that it is found by.
fn marker(payment: &PlannedPayment) -> Result<String, ProviderError> {
    QUICKBOOKS.within("number", Some(&payment.reference), DOCUMENT_NUMBER)?;
    let marker = payment.reference.trim();
    if marker.is_empty() {
        return Err(
            QUICKBOOKS.refused("number", "is empty: a payment without a number cannot be found again in QuickBooks")
        );
    }
    Ok(marker.to_owned())
}

/// Over nothing it would be no payment but a tie between documents.
fn amount(payment: &PlannedPayment) -> Result<Number, ProviderError> {
    let amount = payment.amount.amount;
    if amount > Decimal::ZERO {
        return Ok(Number(amount));
    }
    Err(QUICKBOOKS.refused("amount", format!("is {amount}: QuickBooks takes payments above 0 only")))
}
