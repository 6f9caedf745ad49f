//! What becomes of a document's lines on their way into the books: discounts on lines of their own (L4), sums of labour and
//! materials (F100), items made of lines (F101), the text of the work undertaken (F102). The amount of the document stays.

mod discounts;
mod items;
mod summary;
mod texts;

pub use items::new_items;

pub(super) use discounts::takes_off;
pub(super) use items::name_items;
pub(super) use summary::{sums_up, title};
pub(super) use texts::below;

use super::Context;
use super::draft::Halt;
use super::trail::Step;
use crate::code::Parked;
use crate::error::Issue;
use crate::model::{ItemLine, Line, Record, Trade};
use crate::planned::PlannedLine;
use crate::settings::Discounts;

/// A planned line with the host's line that it comes from.
struct Shaped<'a> {
    /// The line as it is to be, before totals.
    planned: PlannedLine,
    /// The host's line; `None` for a line of text.
    item: Option<&'a ItemLine>,
    /// Whether it carries no more than the discount of that line.
    discount: bool,
    /// Places of the host's lines that it is made of. Kept only where a trail is.
    from: Vec<usize>,
    /// The setting that made it another line than the host's.
    shaped_by: Option<&'static str>,
}

/// Shapes the lines of a document as the settings have them. `lines` are the host's, one for one.
pub(super) fn shaped(
    record: &Record,
    trade: &Trade<'_>,
    lines: Vec<PlannedLine>,
    context: &Context<'_>,
) -> Result<Vec<PlannedLine>, Halt> {
    let mut lines: Vec<Shaped<'_>> = trade
        .lines
        .iter()
        .zip(lines)
        .enumerate()
        .map(|(index, (line, planned))| Shaped {
            planned,
            item: Line::as_item(line),
            discount: false,
            from: context.trail.map(|_| index).into_iter().collect(),
            shaped_by: None,
        })
        .collect();
    items::keep_accounts(trade, &mut lines, context)?;
    if context.settings.discounts == Discounts::OwnLine {
        lines = discounts::on_lines_of_their_own(trade, lines, context)?;
    }
    if sums_up(trade, context) {
        lines = summary::summed(trade, lines, context)?;
    }
    let (count, most) = (lines.len() + texts::pieces(record, context).len(), context.capabilities.max_lines);
    if count > most {
        let complaint = format!("become {count} in {}, which takes {most}: split the {}", context.package, trade.kind);
        return Err(Parked::invalid(trade.kind, trade.number, [Issue::new("lines", complaint)]).into());
    }
    trace(&lines, trade.lines.len(), context);
    Ok(lines.into_iter().map(|line| line.planned).collect())
}

/// The steps of lines that are other than the host's `own`, or stand elsewhere: they take over those of the lines that they
/// are made of.
fn trace(lines: &[Shaped<'_>], own: usize, context: &Context<'_>) {
    let Some(trail) = context.trail else { return };
    let stays = |(index, line): (usize, &Shaped<'_>)| line.from == [index] && line.shaped_by.is_none();
    if lines.len() == own && lines.iter().enumerate().all(stays) {
        return;
    }
    let from: Vec<Vec<usize>> = lines.iter().map(|line| line.from.clone()).collect();
    trail.regroup(&from);
    for (index, line) in lines.iter().enumerate() {
        let (Some(setting), Some(charge)) = (line.shaped_by, &line.planned.charge) else { continue };
        let at = format_args!("lines[{index}]");
        context.trace(format_args!("{at}.description"), || Step::setting(setting, &line.planned.description));
        let charged = format_args!("{at}.charge");
        context.trace(format_args!("{charged}.quantity"), || Step::setting(setting, &charge.quantity));
        context.trace(format_args!("{charged}.unit_price"), || Step::setting(setting, &charge.unit_price));
        context.trace(format_args!("{charged}.discount"), || Step::setting(setting, &charge.discount));
        if line.discount {
            discounts::trace_item(charge, &charged, context);
        }
    }
}
