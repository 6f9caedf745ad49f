//! Payments of customers and to suppliers, and refunds of credit notes. Once made they are never edited, only deleted
//! (myob.md 3.6).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::planned::PlannedPayment;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::{MYOB, named, unwritable};
use crate::capability::{DOCUMENT_NUMBER, LINE_TEXT};
use crate::config::MyobConfig;
use crate::remote_id::{self, Collection};
use crate::wire::members::Members;
use crate::wire::write::payment::{
    CustomerPaymentWrite, PaidPurchaseWrite, PaidSaleWrite, RefundWrite, SupplierPaymentWrite,
};
use crate::wire::write::{Day, LinkWrite};

/// A payment to create, and where it lies.
pub(crate) fn create(config: &MyobConfig, payment: &PlannedPayment) -> Result<(Collection, Members), ProviderError> {
    let document = remote_id::split(&payment.document);
    let (collection, body) = match (payment.document_kind, document) {
        (RecordKind::CreditNote, Some((Collection::Invoice(_), uid))) => {
            (Collection::CreditRefund, Members::of(&refund(payment, uid)?))
        }
        (_, Some((Collection::Invoice(_), uid))) => {
            (Collection::CustomerPayment, Members::of(&received(config, payment, uid, "Invoice")?))
        }
        (_, Some((Collection::Order(_), uid))) => {
            (Collection::CustomerPayment, Members::of(&received(config, payment, uid, "Order")?))
        }
        (_, Some((Collection::Bill(_), uid))) => (Collection::SupplierPayment, Members::of(&made(payment, uid)?)),
        (kind, _) => {
            let message =
                format!("{} is no {kind} that MYOB takes payments for: link the record anew", payment.document);
            return Err(MYOB.unsupported("target", message));
        }
    };
    Ok((collection, body.map_err(|error| unwritable(&error))?))
}

/// A customer's payment, put into the account given. The amount is what is applied: nothing stays open in between.
fn received(
    config: &MyobConfig,
    payment: &PlannedPayment,
    document: &str,
    sale_type: &'static str,
) -> Result<CustomerPaymentWrite, ProviderError> {
    let (amount, marker) = (amount(payment)?, marker(payment)?);
    Ok(CustomerPaymentWrite {
        deposit_to: "Account",
        account: LinkWrite::from(&payment.account.id),
        customer: named(party(payment)?, Collection::Customer)?,
        receipt_number: short(&marker),
        date: Day(payment.date),
        amount_received: amount,
        payment_method: config.payment_method.clone(),
        memo: marker,
        invoices: [PaidSaleWrite { uid: document.to_owned(), sale_type, amount_applied: amount }],
    })
}

/// A payment to a supplier, from a bank account or credit card.
fn made(payment: &PlannedPayment, document: &str) -> Result<SupplierPaymentWrite, ProviderError> {
    let (amount, marker) = (amount(payment)?, marker(payment)?);
    Ok(SupplierPaymentWrite {
        pay_from: "Account",
        account: LinkWrite::from(&payment.account.id),
        supplier: named(party(payment)?, Collection::Supplier)?,
        payment_number: short(&marker),
        date: Day(payment.date),
        memo: marker,
        lines: [PaidPurchaseWrite {
            purchase_type: "Bill",
            purchase: LinkWrite::new(document),
            amount_applied: amount,
        }],
    })
}

/// Money given back. It is found by its number alone, which has to hold the whole reference.
fn refund(payment: &PlannedPayment, document: &str) -> Result<RefundWrite, ProviderError> {
    let marker = marker(payment)?;
    MYOB.within("number", Some(&marker), DOCUMENT_NUMBER)?;
    Ok(RefundWrite {
        account: LinkWrite::from(&payment.account.id),
        invoice: LinkWrite::new(document),
        customer: named(party(payment)?, Collection::Customer)?,
        number: marker.clone(),
        date: Day(payment.date),
        amount: amount(payment)?,
        memo: marker,
    })
}

fn party(payment: &PlannedPayment) -> Result<&RemoteId, ProviderError> {
    payment.party.as_ref().ok_or_else(|| {
        MYOB.refused("target", format!("is for a party that is not known: read {} from MYOB anew", payment.document))
    })
}

/// The text that it is found by.
fn marker(payment: &PlannedPayment) -> Result<String, ProviderError> {
    let marker = payment.reference.trim();
    MYOB.within("number", Some(marker), LINE_TEXT)?;
    if marker.is_empty() {
        return Err(MYOB.refused("number", "is empty: a payment without a number cannot be found again in MYOB"));
    }
    Ok(marker.to_owned())
}

/// The payment's own number, where it can hold the text; MYOB gives one where it cannot.
fn short(marker: &str) -> Option<String> {
    (marker.chars().count() <= DOCUMENT_NUMBER).then(|| marker.to_owned())
}

fn amount(payment: &PlannedPayment) -> Result<Number, ProviderError> {
    let amount = payment.amount.amount;
    if amount > Decimal::ZERO {
        return Ok(Number(amount));
    }
    Err(MYOB.refused("amount", format!("is {amount}: MYOB takes payments above 0 only")))
}
