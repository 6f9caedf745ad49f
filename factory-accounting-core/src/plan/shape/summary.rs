//! Sums in place of lines (F100).

use rust_decimal::Decimal;

use super::Shaped;
use crate::amounts::{self, AmountError, LineInput};
use crate::code::Parked;
use crate::model::{Nature, RecordKind, Trade};
use crate::money::{Quantity, UnitPrice};
use crate::plan::Context;
use crate::plan::totals::unreckonable;
use crate::planned::{Charge, PlannedLine};
use crate::settings::LineDetail;

/// Whether a document reaches the books as sums. One of texts alone has nothing to sum up, and keeps them.
pub(in crate::plan) fn sums_up(trade: &Trade<'_>, context: &Context<'_>) -> bool {
    let wanted = context.settings.line_detail == LineDetail::Summary && is_sale(trade.kind);
    wanted && trade.lines.iter().any(|line| line.as_item().is_some())
}

pub(super) fn is_sale(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Quote | RecordKind::Order | RecordKind::Invoice | RecordKind::CreditNote)
}

/// How the sum of lines of a nature is called.
pub(in crate::plan) fn title(nature: Option<Nature>) -> &'static str {
    match nature {
        Some(Nature::Labour) => "Labour",
        Some(Nature::Materials) => "Materials",
        Some(Nature::Retention) => "Retention",
        Some(Nature::Deposit) => "Deposit",
        None => "Other",
    }
}

/// One line for labour, one for materials, one for what is neither, and one for discounts that stand apart; further apart by
/// account, tax, item and job, in this order and that of the lines. Each is one unit at the sum of what the package makes of
/// its lines. What is held back or was paid in advance keeps its lines below them. Texts between the lines go: they are about
/// lines that are not there any more.
pub(super) fn summed<'a>(
    trade: &Trade<'_>,
    lines: Vec<Shaped<'a>>,
    context: &Context<'_>,
) -> Result<Vec<Shaped<'a>>, Parked> {
    let amounts = amounts_of(trade, &lines, context)?;
    let mut sums: Vec<Shaped<'a>> = Vec::new();
    let mut own = Vec::new();
    for (index, (line, amount)) in lines.into_iter().zip(amounts).enumerate() {
        let (Some(charge), Some(item)) = (&line.planned.charge, line.item) else { continue };
        if item.nature.is_some_and(Nature::is_beside_work) {
            own.push(line);
            continue;
        }
        let of_the_same = |sum: &&mut Shaped<'a>| {
            sum.discount == line.discount
                && sum.item.is_some_and(|first| first.nature == item.nature)
                && sum.planned.charge.as_ref().is_some_and(|held| same_place(held, charge))
        };
        let same = sums.iter_mut().find(of_the_same);
        match same.and_then(|sum| Some((sum.planned.charge.as_mut()?, &mut sum.from))) {
            Some((held, from)) => {
                let sum = amounts::sum(held.unit_price.0, amount);
                let too_large = || unreckonable(trade, AmountError::Overflow { line: index });
                held.unit_price = UnitPrice(sum.ok_or_else(too_large)?);
                from.extend(line.from);
            }
            None => {
                let planned = first_of(item.nature, line.discount, charge, amount);
                sums.push(Shaped { planned, shaped_by: Some("line_detail"), ..line });
            }
        }
    }
    sums.sort_by_key(|sum| (sum.discount, rank(sum.item.and_then(|item| item.nature))));
    sums.extend(own);
    Ok(sums)
}

fn rank(nature: Option<Nature>) -> u8 {
    match nature {
        Some(Nature::Labour) => 0,
        Some(Nature::Materials) => 1,
        _ => 2,
    }
}

fn first_of(nature: Option<Nature>, discount: bool, charge: &Charge, amount: Decimal) -> PlannedLine {
    let description = if discount { "Discount" } else { title(nature) };
    PlannedLine {
        remote: None,
        source_line: None,
        description: description.to_owned(),
        charge: Some(Charge {
            quantity: Quantity(Decimal::ONE),
            unit_price: UnitPrice(amount),
            discount: None,
            ..charge.clone()
        }),
    }
}

fn same_place(one: &Charge, other: &Charge) -> bool {
    one.account == other.account && one.tax_code == other.tax_code && one.item == other.item && one.jobs == other.jobs
}

/// What the package makes of each line, in the document's own tax mode.
fn amounts_of(trade: &Trade<'_>, lines: &[Shaped<'_>], context: &Context<'_>) -> Result<Vec<Decimal>, Parked> {
    let inputs: Vec<Option<LineInput>> = lines
        .iter()
        .map(|line| {
            line.planned.charge.as_ref().map(|charge| LineInput {
                quantity: charge.quantity,
                unit_price: charge.unit_price,
                discount: charge.discount,
                tax_rate: charge.tax_rate,
            })
        })
        .collect();
    let reckoned = amounts::reckon(&inputs, trade.tax_mode, trade.currency, &context.capabilities.amounts)
        .map_err(|error| unreckonable(trade, error))?;
    Ok(reckoned.lines.into_iter().map(|line| line.unwrap_or_default().amount).collect())
}
