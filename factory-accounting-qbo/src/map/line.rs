//! Lines of documents.
//!
//! - On sales every charge goes through an item, on purchases through an item or straight to an account, which takes neither
//!   quantity nor price (qbo.md 5.9, 5.18).
//! - `Amount` is the exact product of the quantity and price that are sent beside it, rounded once, half away from zero;
//!   anything else is refused by QuickBooks with 6070 (qbo.md 12.1), and by us before.
//! - Who money was spent for is ours to say where the host names a job. What people have marked as billable stays so.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::money::Halves;
use factory_accounting_core::planned::{Charge, PlannedDocument, PlannedLine};
use factory_accounting_core::provider::{Billable, RemoteLine, RemoteRecord};
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::document::Form;
use super::source::Tie;
use super::{QUICKBOOKS, named, tax};
use crate::capability::{AMOUNT_DECIMALS, LARGEST_AMOUNT, LINE_TEXT, PRICE_DECIMALS, QUANTITY_DECIMALS};
use crate::endpoint::Entity;
use crate::wire::write::RefWrite;
use crate::wire::write::line::{AccountDetail, DetailWrite, ItemDetail, LineWrite, SpentFor};

/// All lines of a document: a list that is sent replaces the whole one (qbo.md 5.0).
pub(crate) fn lines(
    form: &Form<'_>,
    document: &PlannedDocument,
    tie: Option<&Tie<'_>>,
    base: Option<&RemoteRecord>,
) -> Result<Vec<LineWrite>, ProviderError> {
    if document.lines.is_empty() {
        return Err(QUICKBOOKS.refused("lines", "is empty: QuickBooks needs at least one line"));
    }
    let held = base.and_then(|base| base.lines.as_deref()).unwrap_or_default();
    document
        .lines
        .iter()
        .enumerate()
        .map(|(at, planned)| {
            let continues = planned.remote.as_ref().filter(|_| !tie.is_some_and(|tie| tie.renews(planned)));
            let before = planned.remote.as_ref().and_then(|id| held.iter().find(|line| line.id.as_ref() == Some(id)));
            Ok(LineWrite {
                id: continues.map(|id| id.as_str().to_owned()),
                description: text(at, planned)?,
                linked_txn: tie.and_then(|tie| tie.of_line(planned)),
                detail: match &planned.charge {
                    Some(charge) => detail(form, document, at, charge, before)?,
                    None => DetailWrite::Description,
                },
            })
        })
        .collect()
}

fn text(at: usize, planned: &PlannedLine) -> Result<Option<String>, ProviderError> {
    let path = format!("lines[{at}].description");
    QUICKBOOKS.within(&path, Some(&planned.description), LINE_TEXT)?;
    let blank = planned.description.trim().is_empty();
    if blank && planned.charge.is_none() {
        return Err(QUICKBOOKS.refused(path, "is empty: a line that charges nothing needs a text"));
    }
    Ok((!blank).then(|| planned.description.clone()))
}

fn detail(
    form: &Form<'_>,
    document: &PlannedDocument,
    at: usize,
    charge: &Charge,
    before: Option<&RemoteLine>,
) -> Result<DetailWrite, ProviderError> {
    if charge.discount.is_some() {
        return Err(QUICKBOOKS
            .unsupported(format!("lines[{at}].discount"), "lines in QuickBooks take no discount: send the net price"));
    }
    let tax_code_ref = tax::code(form.region, document.tax_mode, at, charge)?;
    let product = product(at, charge)?;
    if form.is_sale() {
        addressed(document, at, charge)?;
        let Some(item) = &charge.item else {
            let message = "names no item, and QuickBooks posts sales through items: choose one for the account";
            return Err(QUICKBOOKS.refused(format!("lines[{at}].product"), message));
        };
        let detail = item_detail(&item.id, charge, tax_code_ref, SpentFor::default())?;
        return Ok(DetailWrite::SalesItem { amount: product, detail });
    }
    let spent_for = spent_for(at, charge, before)?;
    Ok(match &charge.item {
        Some(item) => DetailWrite::ItemExpense {
            amount: product,
            detail: item_detail(&item.id, charge, tax_code_ref, spent_for)?,
        },
        None => {
            let account_ref = RefWrite::from(&charge.account.id);
            DetailWrite::AccountExpense {
                amount: product,
                detail: AccountDetail { account_ref, tax_code_ref, spent_for },
            }
        }
    })
}

fn item_detail(
    item: &RemoteId,
    charge: &Charge,
    tax_code_ref: Option<RefWrite>,
    spent_for: SpentFor,
) -> Result<ItemDetail, ProviderError> {
    Ok(ItemDetail {
        item_ref: named(item, Entity::Item)?,
        qty: Number(charge.quantity.0),
        unit_price: Number(charge.unit_price.0),
        tax_code_ref,
        spent_for,
    })
}

/// What QuickBooks makes of quantity and price, which has to be what was planned.
fn product(at: usize, charge: &Charge) -> Result<Number, ProviderError> {
    let (quantity, price) = (charge.quantity.0.normalize(), charge.unit_price.0.normalize());
    for (field, value, most) in [("quantity", quantity, QUANTITY_DECIMALS), ("unit_price", price, PRICE_DECIMALS)] {
        if value.scale() > most {
            let message = format!("{value} has more than the {most} decimals that QuickBooks keeps: round it");
            return Err(QUICKBOOKS.refused(format!("lines[{at}].{field}"), message));
        }
    }
    // Within these bounds the product has fewer digits than a decimal holds, so that it is exact.
    let exact = quantity.checked_mul(price).filter(|exact| exact.abs() <= LARGEST_AMOUNT).ok_or_else(|| {
        let message = format!("{quantity} x {price} is more than QuickBooks takes, {LARGEST_AMOUNT} at most: split it");
        QUICKBOOKS.refused(format!("lines[{at}]"), message)
    })?;
    let amount = Halves::AwayFromZero.round(exact, AMOUNT_DECIMALS);
    if amount != charge.amount {
        let message = format!(
            "{quantity} x {price} comes to {amount} in QuickBooks, not to {}: give a price that comes to it",
            charge.amount
        );
        return Err(QUICKBOOKS.refused(format!("lines[{at}].unit_price"), message));
    }
    Ok(Number(amount))
}

/// A sales document belongs to one customer or job as a whole (qbo.md 5.9).
fn addressed(document: &PlannedDocument, at: usize, charge: &Charge) -> Result<(), ProviderError> {
    match charge.jobs.iter().find(|job| **job != document.party) {
        None => Ok(()),
        Some(job) => {
            let message =
                format!("{job} is not whom the document is for: QuickBooks takes one job for all of its lines");
            Err(QUICKBOOKS.unsupported(format!("lines[{at}].job"), message))
        }
    }
}

/// The customer or job that money is spent for. Without a status QuickBooks may count it as billable, so that one is always
/// sent; only what has been billed already can be given none (qbo.md 5.21).
fn spent_for(at: usize, charge: &Charge, before: Option<&RemoteLine>) -> Result<SpentFor, ProviderError> {
    let job = match charge.jobs.as_slice() {
        [] => None,
        [one] => Some(one),
        several => {
            let message = format!("has {} jobs, a line in QuickBooks takes one: split it", several.len());
            return Err(QUICKBOOKS.unsupported(format!("lines[{at}].job"), message));
        }
    };
    let marked = before.filter(|line| matches!(line.billable, Some(Billable::Yes | Billable::Billed)));
    let customer = job.or_else(|| marked.and_then(|line| line.party.as_ref()));
    Ok(SpentFor {
        customer_ref: customer.map(|customer| named(customer, Entity::Customer)).transpose()?,
        billable_status: match marked.and_then(|line| line.billable) {
            Some(Billable::Yes) => Some("Billable"),
            Some(Billable::Billed) => None,
            _ => Some("NotBillable"),
        },
    })
}

const _: () = assert!(QUANTITY_DECIMALS + PRICE_DECIMALS + 10 <= Decimal::MAX_SCALE);
