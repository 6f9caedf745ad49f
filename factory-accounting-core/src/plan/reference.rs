//! The reference field of a document (F94).

use super::Context;
use super::trail::Step;
use crate::code::Parked;
use crate::error::Issue;
use crate::model::Trade;
use crate::settings::{LongReferences, ReferenceField};

/// The reference that the settings choose, with its path in the host's record.
pub(super) fn chosen<'a>(trade: &Trade<'a>, context: &Context<'_>) -> Option<(&'static str, &'a str)> {
    let references = trade.references;
    let (path, text) = match context.settings.reference {
        ReferenceField::None => return None,
        ReferenceField::JobNumber => ("references.job_number", &references.job_number),
        ReferenceField::PurchaseOrderNumber => ("references.purchase_order_number", &references.purchase_order_number),
        ReferenceField::SiteAddress => ("references.site_address", &references.site_address),
        ReferenceField::WorkOrderNumber => ("references.work_order_number", &references.work_order_number),
    };
    Some((path, text.as_deref()?))
}

/// How many characters the field takes; 0 where there is none.
pub(super) fn room(trade: &Trade<'_>, context: &Context<'_>) -> usize {
    context.capabilities.of(trade.kind).map_or(0, |capability| capability.reference_text)
}

/// The chosen reference as the field takes it.
///
/// # Errors
/// [`Code::Invalid`](crate::code::Code::Invalid) where it is too long and the settings would rather not cut it.
pub(super) fn reference_text(trade: &Trade<'_>, context: &Context<'_>) -> Result<Option<String>, Parked> {
    let field = format_args!("reference");
    context.trace(field, || Step::setting("reference", &None::<String>));
    let Some((path, text)) = chosen(trade, context) else { return Ok(None) };
    context.trace(field, || Step::host(path, &text));
    let limit = room(trade, context);
    let length = text.chars().count();
    let takes = || format!("takes {limit} characters of a reference");
    if limit == 0 {
        context.trace(field, || Step::capability(takes(), &None::<String>));
        return Ok(None);
    }
    if length <= limit {
        return Ok(Some(text.to_owned()));
    }
    let held: String = match context.settings.long_references {
        LongReferences::KeepStart => text.chars().take(limit).collect(),
        LongReferences::KeepEnd => text.chars().skip(length - limit).collect(),
        LongReferences::Refuse => {
            let complaint =
                format!("has {length} characters, the reference in {} takes {limit}: shorten it", context.package);
            return Err(Parked::invalid(trade.kind, trade.number, [Issue::new(path, complaint)]));
        }
    };
    context.trace(field, || Step::capability(takes(), &held));
    context.trace(field, || Step::setting("long_references", &held));
    Ok(Some(held))
}
